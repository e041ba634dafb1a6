"""Writes the golden tensors that the Swift tests compare with, layer by layer.

All values are float32 from random weights; the seed and the command are in each file's metadata.
A case NAME of layers.safetensors holds NAME.input, NAME.output and the layer's parameters;
sequences are stored [T, C] (row-major, a step per row), weights in PyTorch's layout.
"""

import argparse
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F

from . import convert, export, token_goldens
from .critic import Critic, critic_document
from .network import NetworkShape, PointEncoder, PolicyNetwork, ResidualBlock, sinusoidal
from .original import KINDS
from .vla import goldens as vla_goldens

SEED = 20250710


def randomise(module: nn.Module) -> nn.Module:
    """Norms and biases away from their trivial initial values."""
    with torch.no_grad():
        for p in module.parameters():
            if p.ndim == 1:
                p.add_(0.3 * torch.randn(p.shape))
    return module.eval()


def layer_cases() -> dict[str, torch.Tensor]:
    tensors: dict[str, torch.Tensor] = {}

    def case(name, module, x, y):
        tensors[f"{name}.input"], tensors[f"{name}.output"] = x, y
        for key, value in (module.state_dict() if module is not None else {}).items():
            tensors[f"{name}.{key}"] = value

    for rows, inputs, outputs in ((1, 3, 5), (7, 13, 17), (3, 64, 33)):
        linear, x = randomise(nn.Linear(inputs, outputs)), torch.randn(rows, inputs)
        case(f"linear.{rows}x{inputs}x{outputs}", linear, x, linear(x))
    for rows, width in ((1, 5), (4, 33)):
        norm, x = randomise(nn.LayerNorm(width)), 3 + 2 * torch.randn(rows, width)
        case(f"layer_norm.{rows}x{width}", norm, x, norm(x))
    for steps, width, groups in ((1, 16, 8), (5, 24, 8), (8, 9, 3)):
        norm, x = randomise(nn.GroupNorm(groups, width)), 2 * torch.randn(steps, width) - 1
        case(f"group_norm.{steps}x{width}x{groups}", norm, x, norm(x.T[None])[0].T)
    wide = torch.cat([torch.linspace(-90, 90, 61), torch.randn(40)])
    case("mish", None, wide, F.mish(wide))
    case("relu", None, wide, F.relu(wide))
    for steps, inputs, outputs, kernel, stride in (
        (1, 3, 7, 5, 1), (2, 5, 6, 5, 1), (3, 7, 4, 5, 1), (8, 4, 19, 5, 1), (11, 6, 5, 3, 1), (6, 9, 2, 1, 1),
        (8, 5, 5, 3, 2), (7, 3, 4, 3, 2), (2, 6, 6, 3, 2), (1, 2, 3, 3, 2),
    ):
        conv, x = randomise(nn.Conv1d(inputs, outputs, kernel, stride, kernel // 2)), torch.randn(steps, inputs)
        case(f"conv.{steps}x{inputs}x{outputs}.k{kernel}.s{stride}", conv, x, conv(x.T[None])[0].T)
    for steps, inputs, outputs in ((1, 3, 5), (2, 4, 4), (5, 7, 3)):
        conv, x = randomise(nn.ConvTranspose1d(inputs, outputs, 4, 2, 1)), torch.randn(steps, inputs)
        case(f"conv_transpose.{steps}x{inputs}x{outputs}", conv, x, conv(x.T[None])[0].T)
    shape = NetworkShape(3, 2, groups=4, unet_widths=(8, 12))
    for steps, inputs, outputs in ((8, 3, 8), (2, 12, 12)):
        block, x, condition = randomise(ResidualBlock(inputs, outputs, 10, shape)), torch.randn(steps, inputs), torch.randn(10)
        case(f"block.{steps}x{inputs}x{outputs}", block, x, block(x.T[None], F.mish(condition)[None])[0].T)
        tensors[f"block.{steps}x{inputs}x{outputs}.condition"] = condition
    encoder = randomise(PointEncoder(NetworkShape(3, 2, point_widths=(7, 9, 18), point_features=5)))
    cloud = torch.randn(37, 3)
    case("points", encoder, cloud, encoder(cloud[None])[0])
    times = torch.tensor([0.0, 0.25, 1.0])
    case("sinusoidal.12", None, times, sinusoidal(times, 12))
    return tensors


def network_case(shape: NetworkShape, points: int) -> dict[str, torch.Tensor]:
    """The whole network: weights, inputs, the condition, every block's output, the sample."""
    network = randomise(PolicyNetwork(shape))
    outputs: dict[str, torch.Tensor] = {}

    def watch(name):
        def hook(_module, _inputs, output):
            outputs[f"out.{name}"] = output[0].T
        return hook

    for name, module in network.unet.named_modules():
        if isinstance(module, ResidualBlock) or name.endswith(".sample"):
            module.register_forward_hook(watch(name))
    cloud = torch.randn(1, shape.observation_steps, points, shape.cloud_width)
    state = torch.randn(1, shape.observation_steps, shape.state_width)
    noise = torch.randn(1, shape.horizon, shape.action_width)
    condition = network.encoder(cloud, state)
    sample = network.sample(noise, condition)
    return {**network.state_dict(), **outputs, "in.cloud": cloud[0], "in.state": state[0], "in.noise": noise[0],
            "out.condition": condition[0], "out.sample": sample[0]}


def policy_case(folder: Path) -> dict[str, torch.Tensor]:
    """A tiny policy directory, and what it must plan for three observations with zero noise,
    looking one step back and two."""
    shape = NetworkShape(4, 7, cloud_width=6, point_widths=(16, 24), point_features=16, state_features=16,
                         time_features=16, unet_widths=(16, 32, 48))
    network = randomise(PolicyNetwork(shape))
    with torch.no_grad():
        network.unet.final.head.weight.mul_(0.3)
        network.unet.final.head.bias.mul_(0.3)
    points = 24
    state_scale, state_offset = torch.rand(7) * 3 + 0.5, torch.randn(7) * 0.2
    action_scale, action_offset = torch.tensor([1.0, 1.25, 2.0, 1.0]), torch.tensor([0.0, 0.1, -0.3, 0.0])
    centre, world_scale, tool_scale = [0.5, 0.0, 0.2], 2.0, 5.0
    config = {
        "task": "golden", "robot": "panda", "control_mode": "pd_ee_delta_pos", "policy_rate_hz": 20.0,
        "translation_scale_m": 0.02,
        "action_names": ["x", "y", "z", "gripper"], "features": ["tool_position", "gripper_opening", "goal"],
        "feature_widths": [3, 1, 3], "network": shape.as_dict(), "points": points, "cloud_frame": "world+tool",
        "cloud_normalisation": {"kind": "isotropic", "centre": centre, "world_scale": world_scale, "tool_scale": tool_scale},
        "state_normalisation": {"kind": "limits", "scale": state_scale.tolist(), "offset": state_offset.tolist()},
        "action_normalisation": {"kind": "limits", "scale": action_scale.tolist(), "offset": action_offset.tolist()},
        "command": "python -m simrun_training.goldens", "data": "none", "data_sha256": "0" * 64,
        "seeds": [1000000, 1000000], "demonstrations": 1, "steps": 0, "minutes": 0.0, "batch": 1, "lr": 0.0, "seed": SEED,
        "ema": "none", "objective": {}, "validation": {}, "torch": torch.__version__,
    }
    export.write_policy(config, network.state_dict(), folder, "golden", noise="zero")
    network.load_state_dict({k: v.float() for k, v in load_file(folder / "model.safetensors").items()})
    frames = 3
    tool = torch.tensor([0.5, 0.0, 0.3]) + 0.1 * torch.randn(frames, 3)
    opening, goal = 0.08 * torch.rand(frames, 1), torch.tensor([0.5, 0.1, 0.2]).expand(frames, 3).contiguous()
    cloud = torch.tensor(centre) + 0.2 * torch.randn(frames, points, 3)
    state = torch.cat([tool, opening, goal], 1) * state_scale + state_offset
    columns = torch.cat([(cloud - torch.tensor(centre)) * world_scale, (cloud - tool[:, None]) * tool_scale], -1)

    def plans(stride):
        chunks = []
        for i in range(frames):
            rows = [max(i - stride, 0), i]
            sample = network.sample(torch.zeros(1, shape.horizon, 4), network.encoder(columns[rows][None], state[rows][None]))
            chunks.append(((sample[0] - action_offset) / action_scale).clamp(-1, 1))
        return torch.stack(chunks)

    return {"tool_position": tool, "gripper_opening": opening, "goal": goal, "point_cloud": cloud, "chunks": plans(1), "chunks_stride_2": plans(2)}


def critic_case(folder: Path, plan: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """A tiny critic directory for the observations of the policy's golden plan, and its heads' values of five actions."""
    shape = NetworkShape(4, 7, cloud_width=6, horizon=4, observation_steps=1, point_widths=(16, 24), point_features=16, state_features=16)
    critic = randomise(Critic(shape, (24, 20), 2))
    with torch.no_grad():
        # So that now this head, now that one says the least.
        for head in critic.heads:
            head.action.weight.mul_(6)
            head.layers[-1].weight.mul_(3)
            head.layers[-1].bias.zero_()
    points, centre, world_scale, tool_scale = plan["point_cloud"].shape[1], [0.5, 0.0, 0.2], 2.0, 5.0
    state_scale, state_offset = torch.rand(7) * 3 + 0.5, torch.randn(7) * 0.2
    action_scale, action_offset = torch.tensor([1.0, 1.25, 2.0, 1.0]), torch.tensor([0.0, 0.1, -0.3, 0.0])
    config = {
        "task": "golden", "robot": "panda", "control_mode": "pd_ee_delta_pos", "policy_rate_hz": 20.0, "translation_scale_m": 0.02,
        "action_names": ["x", "y", "z", "gripper"], "features": ["tool_position", "gripper_opening", "goal"], "feature_widths": [3, 1, 3],
        "network": shape.as_dict(), "points": points, "cloud_frame": "world+tool",
        "cloud_normalisation": {"kind": "isotropic", "centre": centre, "world_scale": world_scale, "tool_scale": tool_scale},
        "state_normalisation": {"kind": "limits", "scale": state_scale.tolist(), "offset": state_offset.tolist()},
        "action_normalisation": {"kind": "limits", "scale": action_scale.tolist(), "offset": action_offset.tolist()},
        "head_widths": [24, 20], "heads": 2, "discount": 0.98,
        "command": "python -m simrun_training.goldens", "data": "none", "data_sha256": "0" * 64, "seeds": [1000000, 1000000],
        "demonstrations": 1, "steps": 0, "minutes": 0.0, "batch": 1, "lr": 0.0, "seed": SEED, "ema": "none", "objective": {}, "validation": {},
        "torch": torch.__version__,
    }
    export.write_directory(critic_document(config, "golden-critic"), export.stored(critic.state_dict()), folder, "bf16", "critic.json")
    critic.load_state_dict({k: v.float() for k, v in load_file(folder / "model.safetensors").items()})
    actions = 2 * torch.rand(5, 4) - 1
    values = []
    for i in range(len(plan["tool_position"])):
        tool, cloud = plan["tool_position"][i], plan["point_cloud"][i]
        columns = torch.cat([(cloud - torch.tensor(centre)) * world_scale, (cloud - tool) * tool_scale], -1)
        state = torch.cat([tool, plan["gripper_opening"][i], plan["goal"][i]]) * state_scale + state_offset
        values.append(critic(columns[None, None], state[None, None], (actions * action_scale + action_offset)[None])[:, 0])
    return {"actions": actions, "values": torch.stack(values)}


def converted_case(kind: str, folder: Path) -> dict[str, torch.Tensor]:
    """A checkpoint in the original layout with random weights, converted into a tiny policy directory, and
    what the original plans: for three observations from zero noise, and for one from given noise."""
    # Here, because only this needs dill and omegaconf.
    from . import write_checkpoint

    sizes = replace(write_checkpoint.SMALL, kind=kind, features=12, groups=4, widths=(8, 16, 24))
    policy = write_checkpoint.random_policy(sizes, SEED, rounded=True)
    about = {"task": "golden", "robot": "panda", "control_mode": "pd_ee_delta_pos", "policy_rate_hz": 20.0, "translation_scale_m": 0.02,
             "action_names": ["x", "y", "z", "gripper"], "features": ["tool_position:3", "gripper_opening:1", "goal:3"],
             "cloud_frame": "world"} | {"flowpolicy": {"epsilon": 0.01}, "dp3": {"ddim_form": "correct"},
                                        "simple-dp3": {"ddim_form": "legacy"}}.get(kind, {})
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "latest.ckpt"
        write_checkpoint.write(policy, path)
        conversion = convert.Conversion(str(path), about)
        document = conversion.document(kind, None, "zero", "python -m simrun_training.goldens")
        # The archive holds dates; its hash would change with every run.
        document["conversion"]["checkpoint_sha256"] = "0" * 64
        export.write_directory(document, dict(conversion.weights(torch.bfloat16)), folder, "bf16")
    frames, form = 3, about.get("ddim_form", "correct")
    tool = torch.tensor([0.1, 0.0, 0.1]) + 0.1 * torch.randn(frames, 3)
    opening, goal = 0.08 * torch.rand(frames, 1), torch.tensor([0.1, 0.1, 0.2]).expand(frames, 3).contiguous()
    cloud, state = 0.3 * torch.randn(frames, sizes.points, 3), torch.cat([tool, opening, goal], 1)
    zeros, noise = torch.zeros(1, sizes.horizon, sizes.action), torch.randn(1, sizes.horizon, sizes.action)
    conditions = [policy.condition(cloud[[max(i - 1, 0), i]], state[[max(i - 1, 0), i]]) for i in range(frames)]
    chunks = torch.stack([policy.actions(zeros, c, form).clamp(-1, 1) for c in conditions])
    return {"tool_position": tool, "gripper_opening": opening, "goal": goal, "point_cloud": cloud, "chunks": chunks,
            "condition": conditions[0][0], "noise": noise[0], "sample": policy.sample(noise, conditions[0], form)[0]}


def main() -> None:
    p = argparse.ArgumentParser(prog="python -m simrun_training.goldens", description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--out", required=True, help="the Tests folder; fills InferenceTests/Goldens and PoliciesTests/Goldens")
    args = p.parse_args()
    torch.set_num_threads(1)
    # One key, because the writer does not keep the order of several.
    metadata = {"source": f"python -m simrun_training.goldens --out ../Tests; seed {SEED}; torch {torch.__version__}"}

    def write(tensors, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        tensors = {k: v.detach().float().contiguous().clone() for k, v in tensors.items()}
        save_file(tensors, path, metadata=metadata)
        print(path.name, len(tensors), "tensors", path.stat().st_size, "bytes")

    inference = Path(args.out) / "InferenceTests" / "Goldens"
    torch.manual_seed(SEED)
    write(layer_cases(), inference / "layers.safetensors")
    torch.manual_seed(SEED + 2)
    write(token_goldens.token_cases(randomise), inference / "tokens.safetensors")
    write(token_goldens.image_cases(randomise), inference / "images.safetensors")
    for horizon, widths in ((8, (16, 24, 40)), (4, (16, 32))):
        shape = NetworkShape(5, 6, cloud_width=3, horizon=horizon, point_widths=(12, 24), point_features=10,
                             state_features=14, time_features=16, unet_widths=widths)
        torch.manual_seed(SEED + horizon)
        tensors = network_case(shape, points=29)
        write(tensors, inference / f"network-h{horizon}.safetensors")
    torch.manual_seed(SEED + 4)
    for name, packed in (("vla", False), ("vla-packed", True)):
        write(vla_goldens.network_case(packed, randomise), inference / f"{name}.safetensors")
    torch.manual_seed(SEED + 1)
    policies = Path(args.out) / "PoliciesTests" / "Goldens"
    shutil.rmtree(policies / "golden", ignore_errors=True)
    plan = policy_case(policies / "golden")
    write(plan, policies / "golden-plan.safetensors")
    shutil.rmtree(policies / "golden-critic", ignore_errors=True)
    torch.manual_seed(SEED + 3)
    write(critic_case(policies / "golden-critic", plan), policies / "golden-critic-values.safetensors")
    shutil.rmtree(policies / "vla", ignore_errors=True)
    torch.manual_seed(SEED + 5)
    write(vla_goldens.policy_case(policies / "vla", randomise, SEED), policies / "vla-plan.safetensors")
    for kind in KINDS:
        shutil.rmtree(policies / kind, ignore_errors=True)
        torch.manual_seed(SEED + 2)
        write(converted_case(kind, policies / kind), policies / f"{kind}-plan.safetensors")


if __name__ == "__main__":
    main()
