"""Critics on points and proprioception for value guidance, by Cal-QL (arXiv 2303.05479) as V-GPS has it.

    python -m simrun_training.critic --data ../out/mixed-*.hdf5 --out ../out/runs/critic-push --steps 4000
    python -m simrun_training.critic --export ../out/runs/critic-push --to ../assets/critics/push

Reward is -1 a policy step and 0 in the last three of a success, which end it; the discount is 0.98, so a
value is minus the discounted number of steps to success, from -50 to 0. A failure goes on for ever.

    target   y = r + gamma mask max_{j<=4} min_i Q'_i(s', a_j),   a_j ~ pi(s')
    TD       mean (Q_i(s, a) - y)^2
    CQL      logsumexp over 4 uniform actions, 4 of pi(s), 4 of pi(s'), each less its log density, minus Q_i(s, a);
             values of pi's actions are lifted to the Monte Carlo return (the calibration of Cal-QL); weight 5
    actor    -min_i Q_i(s, pi) + temperature log pi, temperature tuned to an entropy of minus the action's width

Ours is one addition: the first `--pretrain` steps regress the taken action's value on its return, from where the
target starts; by TD alone a value of -50 is many thousand steps away. Adam, 3e-4 for critic and temperature, 1e-4 for the actor, 2,000 steps of warm-up, target weights by 0.005. The critic
sees the current frame alone and values the first action of a plan. Actor and targets are for training
only. A run resumes from --out.
"""

import argparse
import csv
import json
import math
import shlex
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .dataset import ACTION_NAMES, CloudNormalisation, DataError, Demonstrations, Normalisation, Windows, sha256_of
from .export import network_document, policy_document, stored, write_directory
from .network import NetworkShape, ObservationEncoder
from .train import keep_large_blocks

FORMAT = "simrun-critic-1"
FINAL_STEPS = 3
SAMPLES = 4


class Head(nn.Module):
    """One member of the ensemble: SiLU layers on features and action. The first is split in two, so that the
    observation's part is computed once for many actions."""

    def __init__(self, features: int, actions: int, widths: tuple[int, ...]):
        super().__init__()
        self.observation = nn.Linear(features, widths[0])
        self.action = nn.Linear(actions, widths[0])
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, (*widths[1:], 1)))

    def forward(self, features: Tensor, actions: Tensor) -> Tensor:
        """features [B, F], actions [B, N, A] -> values [B, N]."""
        x = self.observation(features)[:, None] + self.action(actions)
        for layer in self.layers:
            x = layer(F.silu(x))
        return x[..., 0]


class Critic(nn.Module):
    """Encoder and ensemble; state-dict names are those of model.safetensors."""

    def __init__(self, shape: NetworkShape, widths: tuple[int, ...], heads: int, actions: int = 1):
        super().__init__()
        self.encoder = ObservationEncoder(shape)
        self.heads = nn.ModuleList(Head(shape.condition_width, actions * shape.action_width, widths) for _ in range(heads))

    def forward(self, cloud: Tensor, state: Tensor, actions: Tensor) -> Tensor:
        """cloud [B, 1, P, C], state [B, 1, D], actions [B, N, A], all normalised -> [heads, B, N]."""
        features = self.encoder(cloud, state)
        return torch.stack([head(features, actions) for head in self.heads])


class Actor(nn.Module):
    """A tanh-squashed Gaussian with an encoder of its own."""

    def __init__(self, shape: NetworkShape, widths: tuple[int, ...]):
        super().__init__()
        self.encoder = ObservationEncoder(shape)
        sizes = (shape.condition_width, *widths)
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, widths))
        self.mean, self.spread = nn.Linear(widths[-1], shape.action_width), nn.Linear(widths[-1], shape.action_width)

    def forward(self, cloud: Tensor, state: Tensor, count: int, generator=None) -> tuple[Tensor, Tensor]:
        """`count` actions [B, count, A] and their log densities [B, count]."""
        x = self.encoder(cloud, state)
        for layer in self.layers:
            x = F.silu(layer(x))
        mean, deviation = self.mean(x)[:, None], self.spread(x).clamp(-12, 3).exp().clamp(1e-5, 10)[:, None]
        noise = torch.randn((len(x), count, mean.shape[-1]), generator=generator)
        raw = mean + deviation * noise
        density = (-0.5 * noise.square() - deviation.log() - 0.5 * math.log(2 * math.pi)).sum(-1)
        # log(1 - tanh^2), in its stable form.
        density = density - (2 * (math.log(2) - raw - F.softplus(-2 * raw))).sum(-1)
        return raw.tanh(), density


class Transitions:
    """Steps of mixed-quality rollouts with reward, mask and Monte Carlo return."""

    def __init__(self, demos: Demonstrations, successes: list[bool], discount: float):
        self.reward = torch.full((len(demos.actions),), -1.0)
        self.mask = torch.ones(len(demos.actions))
        self.after = torch.arange(1, len(demos.actions) + 1)
        self.returns = torch.zeros(len(demos.actions))
        self.episode = torch.zeros(len(demos.actions), dtype=torch.long)
        for index, (begin, length, success) in enumerate(zip(demos.begins, demos.lengths, successes)):
            end = begin + length
            self.episode[begin:end] = index
            self.after[end - 1] = end - 1
            if success:
                last = max(begin, end - FINAL_STEPS)
                self.reward[last:end] = 0
                self.mask[last:end] = 0
            value = 0.0 if success else -1 / (1 - discount)
            for step in range(end - 1, begin - 1, -1):
                value = float(self.reward[step]) + discount * value * float(self.mask[step])
                self.returns[step] = value


def merged(paths: list[str], features: list[str] | None) -> tuple[Demonstrations, list[bool]]:
    """Several files of one task as one, with each rollout's success."""
    import h5py

    all_demos, successes = [Demonstrations(path, features) for path in paths], []
    for path in paths:
        with h5py.File(path, "r") as file:
            names = sorted((n for n in file["data"] if n.startswith("demo_")), key=lambda n: int(n[5:]))
            successes += [bool(file["data"][n].attrs.get("success", 1)) for n in names]
    first = all_demos[0]
    for other in all_demos[1:]:
        for key in ("task", "robot", "control_mode", "translation_scale_m", "policy_rate_hz", "features", "widths"):
            if getattr(other, key) != getattr(first, key):
                raise DataError(f"{other.path}: {key} is {getattr(other, key)}, in {first.path} {getattr(first, key)}")
    if len(all_demos) > 1:
        offset = len(first.actions)
        for other in all_demos[1:]:
            first.begins += [offset + b for b in other.begins]
            first.lengths += other.lengths
            first.seeds += other.seeds
            offset += len(other.actions)
        first.actions = np.concatenate([d.actions for d in all_demos])
        first.states = np.concatenate([d.states for d in all_demos])
        first.clouds = torch.cat([d.clouds for d in all_demos])
        first.tools = torch.cat([d.tools for d in all_demos])
    return first, successes


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    p = argparse.ArgumentParser(prog="python -m simrun_training.critic", description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", nargs="+", help="HDF5 files of simrun collect --keep-failures, of one task")
    p.add_argument("--out", help="directory of checkpoint.pt and loss.csv; resumed if it exists")
    p.add_argument("--export", help="a directory given as --out: writes the critic instead of training")
    p.add_argument("--to", help="of --export: the critic's directory")
    p.add_argument("--steps", type=int, default=4000)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--batch", type=int, default=128)
    p.add_argument("--points", type=int, default=256)
    p.add_argument("--point-widths", type=int, nargs="+", default=[64, 64, 128])
    p.add_argument("--head-widths", type=int, nargs="+", default=[256, 256])
    p.add_argument("--heads", type=int, default=2)
    p.add_argument("--discount", type=float, default=0.98)
    p.add_argument("--conservatism", type=float, default=5.0, help="alpha of CQL's term")
    p.add_argument("--pretrain", type=int, default=1000, help="first steps that regress on Monte Carlo returns")
    p.add_argument("--warmup", type=int, default=2000)
    p.add_argument("--jitter", type=float, default=0.001, help="standard deviation added to points, metres")
    p.add_argument("--tool-scale", type=float, default=5.0)
    p.add_argument("--validation", type=float, default=0.1, help="share of rollouts held out")
    p.add_argument("--every", type=float, default=60.0, help="seconds between checkpoints")
    p.add_argument("--threads", type=int, default=1)
    args = p.parse_args(argv)
    if args.export is None and not (args.data and args.out) or args.export is not None and not args.to:
        p.error("either --data and --out, or --export and --to")
    args.command = "python -m simrun_training.critic " + shlex.join(sys.argv[1:] if argv is None else argv)
    return args


class CriticTraining:
    """Data, networks and optimisers of one run."""

    def __init__(self, args: argparse.Namespace):
        self.args, self.out = args, Path(args.out)
        self.out.mkdir(parents=True, exist_ok=True)
        demos, successes = merged(args.data, None)
        self.transitions = Transitions(demos, successes, args.discount)
        box = demos.workspace
        points = demos.clouds.flatten(0, 1)
        box = [float(x) for x in torch.tensor(box).flatten()] if box else [*points.amin(0).tolist(), *points.amax(0).tolist()]
        self.state_norm, self.action_norm = Normalisation.limits(demos.states), Normalisation.limits(demos.actions)
        self.cloud_norm = CloudNormalisation.from_box(box[:3], box[3:], args.tool_scale)
        self.windows = Windows(demos, list(range(len(demos.lengths))), 1, "world+tool", self.state_norm, self.action_norm,
                               self.cloud_norm, args.points, jitter=args.jitter)
        torch.manual_seed(args.seed)
        self.generator = torch.Generator().manual_seed(args.seed)
        order = torch.randperm(len(demos.lengths), generator=self.generator)
        held = order[: max(1, round(len(order) * args.validation))]
        is_held = torch.isin(self.transitions.episode, held)
        self.train_rows, self.held_rows = torch.nonzero(~is_held)[:, 0], torch.nonzero(is_held)[:, 0]
        self.shape = NetworkShape(action_width=demos.actions.shape[1], state_width=demos.states.shape[1], cloud_width=6, horizon=4,
                                  observation_steps=1, point_widths=tuple(args.point_widths))
        widths = tuple(args.head_widths)
        self.critic, self.target = (Critic(self.shape, widths, args.heads) for _ in range(2))
        self.target.load_state_dict(self.critic.state_dict())
        self.actor, self.log_temperature = Actor(self.shape, widths), nn.Parameter(torch.zeros(()))
        groups = [(self.critic.parameters(), 3e-4), (self.actor.parameters(), 1e-4), ([self.log_temperature], 3e-4)]
        self.optimisers = [torch.optim.Adam(parameters, lr=rate) for parameters, rate in groups]
        self.rates = [rate for _, rate in groups]
        self.step, self.elapsed = 0, 0.0
        self.config = {
            "task": demos.task, "robot": demos.robot, "control_mode": demos.control_mode,
            "translation_scale_m": demos.translation_scale_m, "policy_rate_hz": demos.policy_rate_hz,
            "action_names": demos.action_names or ACTION_NAMES[demos.control_mode], "features": demos.features,
            "feature_widths": demos.widths, "network": self.shape.as_dict(), "points": args.points, "cloud_frame": "world+tool",
            "cloud_normalisation": self.cloud_norm.as_dict(), "state_normalisation": self.state_norm.as_dict(),
            "action_normalisation": self.action_norm.as_dict(), "head_widths": list(widths), "heads": args.heads, "discount": args.discount,
            "objective": {"method": "cal-ql", "pretrain": args.pretrain, "conservatism": args.conservatism, "samples": SAMPLES, "final_steps": FINAL_STEPS},
            "ema": "target weights by 0.005", "data": " ".join(Path(p).name for p in args.data),
            "data_sha256": sha256_of(args.data[0]) if len(args.data) == 1 else joint_hash(args.data),
            "seeds": [min(demos.seeds), max(demos.seeds)], "demonstrations": len(demos.lengths), "successes": sum(successes),
            "batch": args.batch, "lr": 3e-4, "seed": args.seed, "torch": torch.__version__, "command": args.command,
        }

    def resume(self) -> None:
        path = self.out / "checkpoint.pt"
        if not path.exists():
            return
        saved = torch.load(path, weights_only=True)
        for key in ("network", "data_sha256", "head_widths", "heads", "discount"):
            if json.loads(json.dumps(self.config[key])) != saved["config"][key]:
                raise DataError(f"{path}: {key} was {saved['config'][key]}, is now {self.config[key]}; use another --out")
        self.critic.load_state_dict(saved["critic"]), self.target.load_state_dict(saved["target"]), self.actor.load_state_dict(saved["actor"])
        self.log_temperature.data.copy_(saved["log_temperature"])
        for optimiser, state in zip(self.optimisers, saved["optimisers"]):
            optimiser.load_state_dict(state)
        self.generator.set_state(saved["generator"])
        self.step, self.elapsed = saved["step"], saved["elapsed"]
        print(f"resumed at step {self.step} after {self.elapsed / 60:.1f} min", flush=True)

    def save(self, validation: dict) -> None:
        config = json.loads(json.dumps({**self.config, "steps": self.step, "minutes": round(self.elapsed / 60, 1), "validation": validation}))
        state = {"config": config, "critic": self.critic.state_dict(), "target": self.target.state_dict(), "actor": self.actor.state_dict(),
                 "log_temperature": self.log_temperature.detach(), "optimisers": [o.state_dict() for o in self.optimisers],
                 "generator": self.generator.get_state(), "step": self.step, "elapsed": self.elapsed}
        part = self.out / "checkpoint.pt.part"
        torch.save(state, part)
        part.replace(self.out / "checkpoint.pt")

    def observations(self, rows: Tensor, augment: bool) -> tuple[Tensor, Tensor, Tensor]:
        """The current frame alone, and the action."""
        cloud, state, action = self.windows.batch(rows, self.generator, augment)
        return cloud[:, 1:], state[:, 1:], action

    def one_step(self) -> dict:
        for optimiser, rate in zip(self.optimisers, self.rates):
            for group in optimiser.param_groups:
                group["lr"] = rate * min(1, (self.step + 1) / max(1, self.args.warmup))
        data = self.transitions
        rows = self.train_rows[torch.randint(len(self.train_rows), (self.args.batch,), generator=self.generator)]
        cloud, state, action = self.observations(rows, True)
        if self.step < self.args.pretrain:
            return self.regress(cloud, state, action, data.returns[rows])
        next_cloud, next_state, _ = self.observations(data.after[rows], True)
        with torch.no_grad():
            next_actions, next_density = self.actor(next_cloud, next_state, SAMPLES, self.generator)
            best = self.target(next_cloud, next_state, next_actions).min(0).values.max(1).values
            aim = data.reward[rows] + self.args.discount * data.mask[rows] * best
            ours, density = self.actor(cloud, state, SAMPLES, self.generator)
        uniform = 2 * torch.rand(ours.shape, generator=self.generator) - 1
        values = self.critic(cloud, state, torch.cat([action, uniform, ours, next_actions], 1))
        taken = values[..., 0]
        td = (taken - aim).square().mean()
        floor = data.returns[rows][:, None]
        lifted = torch.cat([values[..., 1 : 1 + SAMPLES], values[..., 1 + SAMPLES :].maximum(floor)], -1)
        densities = torch.cat([torch.full_like(density, -self.shape.action_width * math.log(2)), density, next_density], 1)
        gap = ((lifted - densities).logsumexp(-1) - taken).mean()
        self.optimisers[0].zero_grad(set_to_none=True)
        (td + self.args.conservatism * gap).backward()
        self.optimisers[0].step()

        actions, density = self.actor(cloud, state, 1, self.generator)
        temperature = self.log_temperature.exp()
        self.critic.requires_grad_(False)
        actor_loss = (temperature.detach() * density[:, 0] - self.critic(cloud, state, actions).min(0).values[:, 0]).mean()
        self.critic.requires_grad_(True)
        temperature_loss = -(temperature * (density.detach().mean() - self.shape.action_width))
        for optimiser in self.optimisers[1:]:
            optimiser.zero_grad(set_to_none=True)
        (actor_loss + temperature_loss).backward()
        for optimiser in self.optimisers[1:]:
            optimiser.step()
        with torch.no_grad():
            torch._foreach_lerp_(list(self.target.parameters()), list(self.critic.parameters()), 0.005)
        self.step += 1
        return {"td": td.item(), "gap": gap.item(), "actor": actor_loss.item(), "temperature": temperature.item()}

    def regress(self, cloud: Tensor, state: Tensor, action: Tensor, returns: Tensor) -> dict:
        """One step towards the realised returns; the target follows at once."""
        loss = (self.critic(cloud, state, action)[..., 0] - returns).square().mean()
        self.optimisers[0].zero_grad(set_to_none=True)
        loss.backward()
        self.optimisers[0].step()
        self.target.load_state_dict(self.critic.state_dict())
        self.step += 1
        return {"td": loss.item(), "gap": 0.0, "actor": 0.0, "temperature": self.log_temperature.exp().item()}

    @torch.no_grad()
    def validate(self, most: int = 1024) -> dict:
        """The target's values of held-out steps against the realised returns."""
        pick = torch.randperm(len(self.held_rows), generator=torch.Generator().manual_seed(1))[:most]
        rows = self.held_rows[pick]
        values = torch.cat([self.target(*self.observations(some, False)).min(0).values[:, 0] for some in rows.split(256)])
        returns = self.transitions.returns[rows]
        return {"mse": (values - returns).square().mean().item(), "bias": (values - returns).mean().item(),
                "correlation": torch.corrcoef(torch.stack([values, returns]))[0, 1].item() if len(rows) > 1 else 0.0}

    def run(self) -> dict:
        self.resume()
        print(f"{self.config['demonstrations']} rollouts, {self.config['successes']} successes, {len(self.train_rows)} steps", flush=True)
        curve = open(self.out / "loss.csv", "a", newline="")
        writer, saved_at, sums, counted = csv.writer(curve), time.monotonic(), {}, 0
        while True:
            done = self.step >= self.args.steps
            if done or time.monotonic() - saved_at >= self.args.every:
                validation = self.validate()
                self.save(validation)
                means = {k: v / max(1, counted) for k, v in sums.items()}
                if curve.tell() == 0:
                    writer.writerow(["step", "minutes", *means, *validation])
                writer.writerow([self.step, round(self.elapsed / 60, 2), *means.values(), *validation.values()])
                curve.flush()
                left = self.elapsed / max(1, self.step) * (self.args.steps - self.step) / 60
                print(f"step {self.step} " + " ".join(f"{k} {v:.3f}" for k, v in (means | validation).items()) + f" ETA {left:.1f} min", flush=True)
                saved_at, sums, counted = time.monotonic(), {}, 0
                if done:
                    curve.close()
                    return validation
            before = time.monotonic()
            losses = self.one_step()
            self.elapsed += time.monotonic() - before
            if not all(math.isfinite(v) for v in losses.values()):
                raise FloatingPointError(f"{losses} at step {self.step}; the last checkpoint is kept")
            for key, value in losses.items():
                sums[key] = sums.get(key, 0.0) + value
            counted += 1


def joint_hash(paths: list[str]) -> str:
    """One digest of several files, in their order."""
    import hashlib

    return hashlib.sha256("".join(sha256_of(p) for p in paths).encode()).hexdigest()


def critic_document(config: dict, name: str) -> dict:
    """The content of critic.json but for the weights."""
    policy = policy_document({**config, "observation_stride": 1}, name, "replan", "zero")
    kept = ("name", "task", "robot", "control_mode", "policy_rate_hz", "cloud", "state", "action", "training")
    widths = network_document(NetworkShape.from_dict(config["network"]))
    return {"format": FORMAT, **{k: policy[k] for k in kept}, "actions": 1, "discount": config["discount"],
            "network": {k: widths[k] for k in ("point_widths", "point_features", "state_features")}
            | {"head_widths": config["head_widths"], "heads": config["heads"]}}


def export(run: Path, out: Path) -> dict:
    saved = torch.load(run / "checkpoint.pt", weights_only=True)
    document = critic_document(saved["config"], out.resolve().name)
    return write_directory(document, stored(saved["target"]), out, "bf16", description="critic.json")


def main(argv: list[str] | None = None) -> int:
    args = arguments(argv)
    keep_large_blocks()
    torch.set_num_threads(args.threads)
    try:
        if args.export:
            document = export(Path(args.export), Path(args.to))
            print(f"{args.to}: {document['weights']['parameters']} parameters, {document['training']['steps']} steps")
        else:
            CriticTraining(args).run()
    except (DataError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
