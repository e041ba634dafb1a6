"""Trains a policy on one file of demonstrations, by MeanFlow or a rival. Resumes by itself from --out."""

import argparse
import csv
import ctypes
import json
import math
import os
import shlex
import sys
import time
from pathlib import Path

import torch
from torch import nn

from .dataset import (ACTION_NAMES, CLOUD_FRAMES, CloudNormalisation, DataError, Demonstrations, Normalisation, Windows, sha256_of)
from . import methods, sampling
from .meanflow import Objective
from .network import NetworkShape, PolicyNetwork, parameter_count


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    p = argparse.ArgumentParser(prog="python -m simrun_training.train", description=__doc__,
                                formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    p.add_argument("--data", required=True, help="HDF5 file written by simrun collect")
    p.add_argument("--out", required=True, help="directory of checkpoint.pt, loss.csv and config.json; resumed if it exists")
    budget = p.add_mutually_exclusive_group(required=True)
    budget.add_argument("--steps", type=int, help="optimiser steps in all")
    budget.add_argument("--minutes", type=float, help="training minutes in all, over all resumed runs")
    p.add_argument("--method", choices=methods.NAMES, default="meanflow", help="what the network learns; see methods.py")
    p.add_argument("--sampling-steps", type=int, help="evaluations a plan of flow, dp3 and simple-dp3; default 10")
    p.add_argument("--device", default="cpu", help="cpu or cuda")
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--batch", type=int, default=64)
    p.add_argument("--draws", type=int, default=1, help="noise and time draws per encoded window of a batch")
    p.add_argument("--lr", type=float, default=1e-3)
    p.add_argument("--warmup", type=int, default=100, help="steps")
    p.add_argument("--weight-decay", type=float, default=1e-4)
    p.add_argument("--ema-power", type=float, default=0.75)
    p.add_argument("--points", type=int, default=256)
    p.add_argument("--subset", choices=("random", "prefix"), default="random", help="which stored points, when more are stored")
    p.add_argument("--jitter", type=float, default=0.0, help="standard deviation added to points, metres")
    p.add_argument("--history-dropout", type=float, default=0.0,
                   help="share of samples whose older observation is replaced by the current one, against copying the last action")
    p.add_argument("--observation-stride", type=int, default=1,
                   help="policy periods from the older observation to the current one; motion shows better over several")
    p.add_argument("--cloud-frame", choices=CLOUD_FRAMES, default="world+tool")
    p.add_argument("--tool-scale", type=float, default=5.0, help="1/metres, for the cloud relative to the tool")
    p.add_argument("--workspace", type=float, nargs=6, metavar=("X0", "Y0", "Z0", "X1", "Y1", "Z1"),
                   help="workspace crop in metres; default: the file's attribute, else the box of its points")
    p.add_argument("--features", help="state features, comma separated; default: the file's state_features")
    p.add_argument("--demos", type=int, help="use only the first so many")
    p.add_argument("--horizon", type=int, default=8)
    p.add_argument("--point-widths", type=int, nargs="+", default=[64, 64, 128])
    p.add_argument("--unet-widths", type=int, nargs="+", default=[64, 128, 256])
    p.add_argument("--power", type=float, default=0.5, help="adaptive weight")
    p.add_argument("--tangent", choices=("predicted", "sample"), default="predicted")
    p.add_argument("--time-mean", type=float, default=1.0, help="times are sigmoid(N(mean, 1)); larger is nearer to noise")
    p.add_argument("--equal-share", type=float, default=0.5, help="share of a batch with r = t; with 1 it is plain flow matching")
    p.add_argument("--endpoint-share", type=float, default=0.5, help="share of the r < t half put at (t, r) = (1, 0)")
    p.add_argument("--dispersive", type=float, default=0.0, help="weight; 0 for none")
    p.add_argument("--pretrain", type=int, default=1000,
                   help="first steps that train the encoder alone, by that regression: they cost a quarter of the others")
    p.add_argument("--auxiliary", type=float, default=10.0,
                   help="weight of a regression of the chunk from the condition; teaches the encoder to look; not exported")
    p.add_argument("--validation", type=float, default=0.04, help="share of demonstrations held out")
    p.add_argument("--every", type=float, default=60.0, help="seconds between checkpoints")
    p.add_argument("--stop-after", type=int, help="stop (resumable) after so many steps of this run")
    args = p.parse_args(argv)
    args.command = "python -m simrun_training.train " + shlex.join(sys.argv[1:] if argv is None else argv)
    return args


def keep_large_blocks() -> None:
    """Lets glibc reuse large buffers: fresh pages for every activation cost a third of a step."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(-3, 1 << 30)  # M_MMAP_THRESHOLD
        mallopt(-1, (1 << 31) - 1)  # M_TRIM_THRESHOLD
    except (OSError, AttributeError):
        pass


class Ema:
    """Exponential moving average of the weights with decay 1 - n^-power at update n."""

    def __init__(self, network, power: float):
        self.power, self.updates = power, 0
        self.values = {k: v.detach().clone() for k, v in network.state_dict().items()}

    def update(self, network) -> None:
        self.updates += 1
        decay = min(0.9999, 1 - self.updates**-self.power)
        current = network.state_dict()
        torch._foreach_lerp_(list(self.values.values()), [current[k] for k in self.values], 1 - decay)


class Training:
    """One run: data, network, optimiser and what must survive an interruption."""

    def __init__(self, args: argparse.Namespace):
        self.args, self.out = args, Path(args.out)
        self.out.mkdir(parents=True, exist_ok=True)
        demos = Demonstrations(args.data, args.features.split(",") if args.features else None, args.demos)
        points = demos.clouds.flatten(0, 1)
        box = args.workspace or demos.workspace
        box = [float(x) for x in torch.tensor(box).flatten()] if box else [*points.amin(0).tolist(), *points.amax(0).tolist()]
        self.state_norm = Normalisation.limits(demos.states)
        self.action_norm = Normalisation.limits(demos.actions)
        self.cloud_norm = CloudNormalisation.from_box(box[:3], box[3:], args.tool_scale)
        count = len(demos.lengths)
        held = max(1, round(count * args.validation)) if count > 1 else 0
        def windows(which):
            return Windows(demos, which, args.horizon, args.cloud_frame, self.state_norm, self.action_norm,
                           self.cloud_norm, args.points, args.subset, args.jitter, args.history_dropout,
                           args.observation_stride)
        self.train, self.held = windows(list(range(count - held))), windows(list(range(count - held, count)) or [0])
        objective = Objective(power=args.power, tangent=args.tangent, dispersive=args.dispersive, equal_share=args.equal_share,
                              endpoint_share=args.endpoint_share, time_mean=args.time_mean)
        self.method = methods.method(args.method, objective, args.sampling_steps)
        self.device = torch.device(args.device)
        self.shape = NetworkShape(
            action_width=demos.actions.shape[1], state_width=demos.states.shape[1],
            cloud_width=6 if args.cloud_frame == "world+tool" else 3, horizon=args.horizon,
            point_widths=tuple(args.point_widths), unet_widths=tuple(args.unet_widths),
            time_encoders=self.method.time_encoders, blocks_per_level=self.method.blocks_per_level)
        torch.manual_seed(args.seed)
        self.generator = torch.Generator().manual_seed(args.seed)
        self.network = PolicyNetwork(self.shape).to(self.device)
        # Training only: gives the encoder a direct gradient, which the noisy objective lacks at first.
        width = self.shape.condition_width
        self.regression = nn.Sequential(nn.Linear(width, width), nn.Mish(),
                                        nn.Linear(width, self.shape.horizon * self.shape.action_width)).to(self.device)
        self.parameters = [*self.network.parameters(), *self.regression.parameters()]
        self.ema = Ema(self.network, args.ema_power)
        self.optimiser = torch.optim.AdamW(self.parameters, lr=args.lr, betas=(0.95, 0.999),
                                           weight_decay=args.weight_decay, foreach=True)
        self.step, self.elapsed = 0, 0.0
        self.config = self.describe(demos)
        self.demos = demos

    def describe(self, demos: Demonstrations) -> dict:
        """What export needs; also what a resumed run must agree with."""
        names = demos.action_names or ACTION_NAMES.get(demos.control_mode, [f"action_{i}" for i in range(self.shape.action_width)])
        return {
            "task": demos.task, "robot": demos.robot, "control_mode": demos.control_mode,
            "translation_scale_m": demos.translation_scale_m,
            "policy_rate_hz": demos.policy_rate_hz, "action_names": names, "features": demos.features,
            "observation_stride": self.args.observation_stride, "feature_widths": demos.widths, "network": self.shape.as_dict(), "points": self.args.points,
            "cloud_frame": self.args.cloud_frame, "cloud_normalisation": self.cloud_norm.as_dict(),
            "state_normalisation": self.state_norm.as_dict(), "action_normalisation": self.action_norm.as_dict(),
            "architecture": self.method.architecture, "sampler": self.method.sampler,
            "objective": {"method": self.args.method, **self.method.constants(), "auxiliary": self.args.auxiliary, "history_dropout": self.args.history_dropout, "pretrain": self.args.pretrain}, "ema": f"decay 1 - n^-{self.args.ema_power}",
            "data": os.path.basename(self.args.data), "data_sha256": sha256_of(self.args.data),
            "seeds": [min(demos.seeds), max(demos.seeds)], "demonstrations": len(demos.lengths),
            "batch": self.args.batch, "lr": self.args.lr, "seed": self.args.seed,
            "torch": torch.__version__, "command": self.args.command,
        }

    def resume(self) -> None:
        path = self.out / "checkpoint.pt"
        if not path.exists():
            return
        saved = torch.load(path, weights_only=True, map_location=self.device)
        for key in ("architecture", "network", "features", "observation_stride", "data_sha256", "points", "cloud_frame", "cloud_normalisation"):
            mine, theirs = json.loads(json.dumps(self.config[key])), saved["config"].get(key)
            if mine != theirs:
                raise DataError(f"{path}: {key} was {theirs}, is now {mine}; use another --out")
        self.network.load_state_dict(saved["model"])
        self.regression.load_state_dict(saved["regression"])
        self.optimiser.load_state_dict(saved["optimiser"])
        self.ema.values, self.ema.updates = saved["ema"], saved["ema_updates"]
        self.generator.set_state(saved["generator"].cpu())
        self.step, self.elapsed = saved["step"], saved["elapsed"]
        print(f"resumed at step {self.step} after {self.elapsed / 60:.1f} min", flush=True)

    def save(self, validation: dict) -> None:
        config = json.loads(json.dumps({**self.config, "steps": self.step, "minutes": round(self.elapsed / 60, 1),
                                        "validation": validation}))
        state = {"config": config, "model": self.network.state_dict(), "regression": self.regression.state_dict(), "ema": self.ema.values,
                 "ema_updates": self.ema.updates, "optimiser": self.optimiser.state_dict(),
                 "generator": self.generator.get_state(), "step": self.step, "elapsed": self.elapsed}
        temporary = self.out / "checkpoint.pt.part"
        torch.save(state, temporary)
        temporary.replace(self.out / "checkpoint.pt")
        (self.out / "config.json").write_text(json.dumps(config, indent=2) + "\n")

    def progress(self) -> float:
        """How much of the budget is spent, 0 to 1."""
        return self.step / self.args.steps if self.args.steps else self.elapsed / (60 * self.args.minutes)

    def learning_rate(self) -> float:
        warm = min(1.0, (self.step + 1) / max(1, self.args.warmup))
        # The U-Net starts when the encoder has had its head start, and warms up then.
        late = self.step - self.args.pretrain
        if 0 <= late < self.args.warmup:
            warm = (late + 1) / self.args.warmup
        return self.args.lr * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, self.progress()))))

    def one_step(self) -> tuple[float, float]:
        """One optimiser step; the loss and the mean squared residual."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.learning_rate()
        rows = torch.randint(len(self.train), (self.args.batch,), generator=self.generator)
        cloud, state, actions = (x.to(self.device) for x in self.train.batch(rows, self.generator))
        condition = self.network.encoder(cloud, state)
        guess = self.regression(condition).view_as(actions)
        regression = (guess - actions).square().mean()
        if self.step < self.args.pretrain:
            self.update(regression)
            return regression.item(), regression.item()
        if self.args.draws > 1:
            condition, actions = condition.repeat(self.args.draws, 1), actions.repeat(self.args.draws, 1, 1)
        # A random order, because MeanFlow's loss gives the first half of a batch r = t.
        order = torch.randperm(len(actions), generator=self.generator).to(self.device)
        loss, residual = self.method.loss(self.network.unet, actions[order], condition[order], self.generator)
        self.update(loss + self.args.auxiliary * regression)
        return loss.item(), residual.item()

    def update(self, loss) -> None:
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()
        if self.step == self.args.pretrain:
            self.ema.updates = 0  # The U-Net starts here; its first weights should not linger.
        self.ema.update(self.network)
        self.step += 1

    @torch.no_grad()
    def validate(self, most: int = 512) -> dict:
        """Samples of the EMA weights against held-out experts, in normalised actions."""
        network = PolicyNetwork(self.shape).to(self.device)
        network.load_state_dict(self.ema.values)
        generator = torch.Generator().manual_seed(1)
        rows = torch.randperm(len(self.held), generator=generator)[:most]
        cloud, state, actions = (x.to(self.device) for x in self.held.batch(rows, generator, augment=False))
        condition = network.encoder(cloud, state)
        noise = torch.randn(actions.shape, generator=generator).to(self.device)

        def error_from(start):
            return (sampling.sample(network, self.method.sampler, start, condition).clamp(-1, 1) - actions).square()

        error, still = error_from(noise), error_from(torch.zeros_like(noise))
        return {"mse": error.mean().item(), "mse_first": error[:, 0].mean().item(), "mse_zero_noise": still.mean().item(),
                "mse_first_by_action": [round(x, 5) for x in error[:, 0].mean(0).tolist()],
                "baseline": (actions - actions.mean((0, 1))).square().mean().item()}

    def run(self) -> dict:
        self.resume()
        print(f"{len(self.demos.lengths)} demonstrations, {len(self.train)} windows, {parameter_count(self.network)} parameters, "
              f"features {self.demos.features}", flush=True)
        started, clock, saved_at = self.step, time.monotonic(), time.monotonic()
        curve = open(self.out / "loss.csv", "a", newline="")
        writer = csv.writer(curve)
        if curve.tell() == 0:
            writer.writerow(["step", "minutes", "lr", "loss", "residual", "val_mse", "val_mse_first", "val_mse_zero_noise"])
        loss_mean = residual_mean = 0.0
        counted = 0
        while True:
            done = self.progress() >= 1 or (self.args.stop_after and self.step - started >= self.args.stop_after)
            now = time.monotonic()
            if done or now - saved_at >= self.args.every:
                validation = self.validate()
                self.save(validation)
                per_step = (now - clock) / max(1, self.step - started)
                left = per_step * (self.args.steps - self.step) if self.args.steps else 60 * self.args.minutes - self.elapsed
                writer.writerow([self.step, round(self.elapsed / 60, 2), f"{self.learning_rate():.2e}", loss_mean / max(1, counted),
                                 residual_mean / max(1, counted), validation["mse"], validation["mse_first"], validation["mse_zero_noise"]])
                curve.flush()
                print(f"step {self.step} {per_step:.3f} s/step loss {loss_mean / max(1, counted):.4f} residual "
                      f"{residual_mean / max(1, counted):.4f} val mse {validation['mse']:.5f} first {validation['mse_first']:.5f} "
                      f"{validation['mse_first_by_action']} zero-noise {validation['mse_zero_noise']:.5f} "
                      f"(mean action {validation['baseline']:.3f}) ETA {max(0, left) / 60:.1f} min", flush=True)
                saved_at, loss_mean, residual_mean, counted = time.monotonic(), 0.0, 0.0, 0
                if done:
                    curve.close()
                    return validation
            before = time.monotonic()
            loss, residual = self.one_step()
            self.elapsed += time.monotonic() - before
            if not math.isfinite(loss):
                raise FloatingPointError(f"loss is {loss} at step {self.step}; the last checkpoint is kept")
            loss_mean, residual_mean, counted = loss_mean + loss, residual_mean + residual, counted + 1


def main(argv: list[str] | None = None) -> int:
    args = arguments(argv)
    keep_large_blocks()
    torch.set_num_threads(args.threads)
    try:
        Training(args).run()
    except (DataError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
