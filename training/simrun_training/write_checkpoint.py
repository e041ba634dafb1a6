"""Writes a checkpoint of MP1, FlowPolicy, DP3 or Simple DP3 with random weights, to try the converter on.

The layout is the published one: torch.save with dill; `cfg` (OmegaConf), `state_dicts` of model, EMA and
optimiser, `pickles`. Full width with `--full`; small by default. Needs dill and omegaconf.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import dill
import torch
from omegaconf import OmegaConf

from .original import FULL, KINDS, OriginalPolicy, Sizes

SMALL = Sizes("mp1", state=7, points=24, point_widths=(16, 24), features=16, time=16, widths=(16, 32, 48))


def configuration(sizes: Sizes) -> dict:
    """What the published configurations say that a runtime needs, references between keys included."""
    scheduler = {
        "_target_": "diffusers.schedulers.scheduling_ddim.DDIMScheduler", "num_train_timesteps": 100, "beta_start": 0.0001,
        "beta_end": 0.02, "beta_schedule": "squaredcos_cap_v2", "clip_sample": True, "set_alpha_to_one": True,
        "steps_offset": 0, "prediction_type": "sample",
    }
    diffusion = {"noise_scheduler": scheduler, "num_inference_steps": 10} if "dp3" in sizes.kind else {}
    return {
        "name": f"train_{sizes.kind}",
        "task": {"name": "made-up", "shape_meta": {
            "obs": {"point_cloud": {"shape": [sizes.points, 3], "type": "point_cloud"}, "agent_pos": {"shape": [sizes.state], "type": "low_dim"}},
            "action": {"shape": [sizes.action]}}},
        "shape_meta": "${task.shape_meta}", "horizon": sizes.horizon, "n_obs_steps": sizes.steps, "n_action_steps": 4,
        "policy": {"condition_type": "film", "use_down_condition": True, "use_mid_condition": True, "use_up_condition": True,
                   "horizon": "${horizon}", "n_groups": sizes.groups, "kernel_size": sizes.kernel, "down_dims": list(sizes.widths),
                   "obs_as_global_cond": True, "use_pc_color": False, "shape_meta": "${shape_meta}", **diffusion},
        "training": {"seed": 42, "run": "${now:%Y}"},
    }


def random_policy(sizes: Sizes, seed: int, rounded: bool = False) -> OriginalPolicy:
    """A policy with random weights; norms and biases away from their trivial values; `rounded` to bf16."""
    torch.manual_seed(seed)
    policy = OriginalPolicy(sizes).eval()
    with torch.no_grad():
        # Fresh weights would hardly look at z and t, and a wrong sampler would go unseen.
        first = policy.model.down_modules[0][0]
        for layer in (first.blocks[0].block[0], first.residual_conv, policy.model.diffusion_step_encoder[3]):
            layer.weight.mul_(5)
        policy.model.final_conv[1].weight.mul_(1.5)
        for name, p in policy.named_parameters():
            if p.ndim == 1 and not name.startswith("normalizer"):
                p.add_(0.1 * torch.randn(p.shape))
            elif rounded and p.ndim > 1:
                p.copy_(p.bfloat16())
    return policy


def checkpoint(policy: OriginalPolicy, config: dict | None = None) -> dict:
    """What torch.save gets; the EMA's weights are the policy's, the model's are others."""
    ema = policy.state_dict()
    parameters = list(policy.obs_encoder.parameters())
    optimiser = torch.optim.AdamW(parameters, 1e-4)
    for p in parameters:
        p.grad = torch.zeros_like(p)
    held = [p.detach().clone() for p in parameters]
    optimiser.step()
    with torch.no_grad():
        for p, value in zip(parameters, held):
            p.copy_(value)
    model = {k: v if v.numel() > 10_000_000 else v * 0.5 for k, v in ema.items()}
    return {
        "cfg": OmegaConf.create(configuration(policy.sizes) if config is None else config),
        "state_dicts": {"model": model, "ema_model": ema, "optimizer": optimiser.state_dict()},
        "pickles": {"global_step": dill.dumps(120), "epoch": dill.dumps(7), "_output_dir": dill.dumps("out")},
    }


def write(policy: OriginalPolicy, path: Path, config: dict | None = None) -> None:
    torch.save(checkpoint(policy, config), path, pickle_module=dill)


def main(argv: list[str] | None = None) -> None:
    p = argparse.ArgumentParser(prog="python -m simrun_training.write_checkpoint", description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--kind", choices=KINDS, default="mp1")
    p.add_argument("--out", required=True)
    p.add_argument("--full", action="store_true", help="the published widths: 1 GB for all but simple-dp3")
    p.add_argument("--horizon", type=int, default=4)
    p.add_argument("--state", type=int, default=7)
    p.add_argument("--points", type=int)
    p.add_argument("--seed", type=int, default=0)
    args = p.parse_args(argv)
    sizes = Sizes(args.kind, widths=FULL[args.kind]) if args.full else replace(SMALL, kind=args.kind)
    sizes = replace(sizes, horizon=args.horizon, state=args.state, points=args.points or sizes.points)
    policy = random_policy(sizes, args.seed)
    write(policy, Path(args.out))
    print(f"{args.out}: {args.kind}, {len(policy.state_dict())} tensors, {sum(v.numel() for v in policy.state_dict().values())} numbers")


if __name__ == "__main__":
    main()
