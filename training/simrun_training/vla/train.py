"""Trains a discrete-diffusion policy on demonstrations with pictures. Resumes by itself from --out."""

import argparse
import csv
import hashlib
import json
import math
import os
import shlex
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch

from ..dataset import DataError, Normalisation, sha256_of
from ..train import Ema, keep_large_blocks
from . import data, masking
from .actions import BINS, Binning
from .network import Shape, VisionLanguageAction
from .words import Vocabulary

PROGRAM = "python -m simrun_training.vla.train"


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    p = argparse.ArgumentParser(prog=PROGRAM, description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    p.add_argument("--data", required=True, nargs="+", help="HDF5 files written by simrun collect --images")
    p.add_argument("--out", required=True, help="directory of checkpoint.pt, loss.csv and config.json; resumed if it exists")
    budget = p.add_mutually_exclusive_group(required=True)
    budget.add_argument("--steps", type=int, help="optimiser steps in all")
    budget.add_argument("--minutes", type=float, help="training minutes in all, over all resumed runs")
    p.add_argument("--device", default="cpu", help="cpu or cuda")
    p.add_argument("--bf16", action="store_true", help="products in bfloat16; faster where the processor multiplies it")
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--batch", type=int, default=64, help="observations")
    p.add_argument("--copies", type=int, default=4, help="masked copies of the chunk an observation, on one encoded prefix")
    p.add_argument("--lr", type=float, default=5e-4)
    p.add_argument("--warmup", type=int, default=200, help="steps")
    p.add_argument("--weight-decay", type=float, default=0.01)
    p.add_argument("--ema-power", type=float, default=0.75)
    p.add_argument("--shift", type=int, default=4, help="pixels by which pictures are moved at random")
    p.add_argument("--word-dropout", type=float, default=0.05, help="share of words made unknown, for words that come later")
    p.add_argument("--frozen-share", type=float, default=0.5, help="share of copies with a committed prefix")
    p.add_argument("--neighbour", type=float, default=0.1, help="share of the label for each bin beside it; 0 as published")
    p.add_argument("--demos", type=int, help="use only the first so many of each file")
    p.add_argument("--horizon", type=int, default=8)
    p.add_argument("--views", type=int, default=2)
    p.add_argument("--image-size", type=int, default=96)
    p.add_argument("--words", type=int, default=24, help="the most words of an instruction")
    p.add_argument("--width", type=int, default=192)
    p.add_argument("--layers", type=int, default=4)
    p.add_argument("--heads", type=int, default=3)
    p.add_argument("--hidden", type=int, default=768)
    p.add_argument("--stem-channels", type=int, nargs="+", default=[24, 48, 96])
    p.add_argument("--patch", type=int, default=2)
    p.add_argument("--packed", action="store_true", help="one trunk token a time step instead of one a number")
    p.add_argument("--validation", type=float, default=0.04, help="share of demonstrations held out")
    p.add_argument("--every", type=float, default=120.0, help="seconds between checkpoints")
    p.add_argument("--stop-after", type=int, help="stop (resumable) after so many steps of this run")
    args = p.parse_args(argv)
    args.command = f"{PROGRAM} " + shlex.join(sys.argv[1:] if argv is None else argv)
    return args


def combined_hash(paths: list[str]) -> str:
    """The file's SHA-256; of several, that of theirs in order."""
    hashes = [sha256_of(p) for p in paths]
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()


class Training:
    """One run: data, network, optimiser and what must survive an interruption."""

    def __init__(self, args: argparse.Namespace):
        self.args, self.out = args, Path(args.out)
        self.out.mkdir(parents=True, exist_ok=True)
        self.embodiments = data.load(args.data, args.views, args.image_size, args.demos)
        self.vocabulary = Vocabulary.of(t for e in self.embodiments for t in e.texts)
        self.shape = Shape(
            vocabulary=len(self.vocabulary), state_width=max(sum(e.feature_widths) for e in self.embodiments),
            action_width=len(self.embodiments[0].action_names), horizon=args.horizon,
            views=max(len(e.views) for e in self.embodiments), image_size=args.image_size, words=args.words,
            width=args.width, layers=args.layers, heads=args.heads, hidden=args.hidden,
            stem_channels=tuple(args.stem_channels), patch=args.patch, packed=args.packed)
        self.train, self.held, self.binnings, self.norms = [], [], [], []
        for e in self.embodiments:
            count = len(e.texts)
            held = max(1, round(count * args.validation)) if count > 1 else 0
            binning = Binning.of(np.concatenate(e.actions))
            norm = Normalisation.limits(np.concatenate(e.states))
            # Every so many, for neighbours may do the same task.
            out = set(np.linspace(0, count - 1, held).round().astype(int).tolist()) if held else set()
            def windows(which):
                return data.Windows(e, which, args.horizon, self.shape.state_width, self.vocabulary, args.words, binning, norm)
            self.train.append(windows([i for i in range(count) if i not in out]))
            self.held.append(windows(sorted(out) or [0]))
            self.binnings.append(binning)
            self.norms.append(norm)
        self.device = torch.device(args.device)
        self.legal = [torch.from_numpy(np.tile(b.legal(), (args.horizon, 1))).to(self.device) for b in self.binnings]
        torch.manual_seed(args.seed)
        self.generator = torch.Generator().manual_seed(args.seed)
        self.network = VisionLanguageAction(self.shape).to(self.device)
        self.ema = Ema(self.network, args.ema_power)
        matrices = [p for p in self.network.parameters() if p.ndim > 1]
        rest = [p for p in self.network.parameters() if p.ndim <= 1]
        self.optimiser = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": args.weight_decay}, {"params": rest, "weight_decay": 0.0}],
            lr=args.lr, betas=(0.9, 0.99), foreach=True)
        self.step, self.elapsed = 0, 0.0
        self.config = self.describe()

    def describe(self) -> dict:
        """What export needs; also what a resumed run must agree with."""
        a = self.args
        seeds = [s for e in self.embodiments for s in e.seeds]
        return {
            "network": self.shape.as_dict(), "words": self.vocabulary.words,
            "statistics": [
                e.as_dict() | {"state_normalisation": n.as_dict(), "action_binning": b.as_dict()}
                for e, n, b in zip(self.embodiments, self.norms, self.binnings)],
            "objective": {"method": "masked cross-entropy", "mask_ratio": "cos(pi u / 2)", "copies": a.copies,
                          "frozen_share": a.frozen_share, "neighbour": a.neighbour, "shift": a.shift,
                          "word_dropout": a.word_dropout},
            "ema": f"decay 1 - n^-{a.ema_power}", "data": " ".join(os.path.basename(p) for p in a.data),
            "data_sha256": combined_hash(a.data), "seeds": [min(seeds), max(seeds)],
            "demonstrations": sum(len(e.texts) for e in self.embodiments), "batch": a.batch, "lr": a.lr, "seed": a.seed,
            "torch": torch.__version__, "command": a.command,
        }

    def resume(self) -> None:
        path = self.out / "checkpoint.pt"
        if not path.exists():
            return
        saved = torch.load(path, weights_only=True, map_location=self.device)
        for key in ("network", "words", "statistics", "data_sha256"):
            mine, theirs = json.loads(json.dumps(self.config[key])), saved["config"].get(key)
            if mine != theirs:
                raise DataError(f"{path}: {key} differs from this run's; use another --out")
        self.network.load_state_dict(saved["model"])
        self.optimiser.load_state_dict(saved["optimiser"])
        self.ema.values, self.ema.updates = saved["ema"], saved["ema_updates"]
        self.generator.set_state(saved["generator"].cpu())
        self.step, self.elapsed = saved["step"], saved["elapsed"]
        print(f"resumed at step {self.step} after {self.elapsed / 60:.1f} min", flush=True)

    def save(self, validation: dict) -> None:
        config = json.loads(json.dumps({**self.config, "steps": self.step, "minutes": round(self.elapsed / 60, 1),
                                        "validation": validation}))
        state = {"config": config, "model": self.network.state_dict(), "ema": self.ema.values,
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
        return self.args.lr * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, self.progress()))))

    def half(self):
        return torch.autocast(self.device.type, torch.bfloat16) if self.args.bf16 else nullcontext()

    def draw_embodiment(self) -> int:
        sizes = torch.tensor([float(len(w)) for w in self.train])
        return int(torch.multinomial(sizes, 1, generator=self.generator))

    def one_step(self) -> float:
        a, which = self.args, self.draw_embodiment()
        for group in self.optimiser.param_groups:
            group["lr"] = self.learning_rate()
        rows = torch.randint(len(self.train[which]), (a.batch,), generator=self.generator)
        batch = self.train[which].batch(rows, self.generator, a.shift, a.word_dropout)
        words, lengths, pictures, state, tokens = (x.to(self.device) for x in batch)
        tokens = tokens.repeat_interleave(a.copies, 0)
        masked = masking.draw(len(tokens), self.shape.horizon, self.shape.action_width, a.frozen_share,
                              self.generator).to(self.device)
        with self.half():
            logits = self.network(words, lengths, pictures, state, tokens.masked_fill(masked, BINS))
        loss = masking.loss(logits, tokens, masked, self.legal[which], a.neighbour)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.ema.update(self.network)
        self.step += 1
        return loss.item()

    @torch.no_grad()
    def validate(self, most: int = 256) -> dict:
        """The EMA weights on held-out demonstrations: with all masked, and with all but one in eight given.

        Teacher-forced accuracy alone says nothing of success: the fully masked one must follow it.
        """
        network = VisionLanguageAction(self.shape).to(self.device).eval()
        network.load_state_dict(self.ema.values)
        sums = {"masked": [0, 0], "teacher_forced": [0, 0], "masked_near": [0, 0], "gripper": [0, 0], "mse": [0.0, 0], "mse_first": [0.0, 0]}
        for which, held in enumerate(self.held):
            generator = torch.Generator().manual_seed(1)
            rows = torch.randperm(len(held), generator=generator)[:most]
            words, lengths, pictures, state, tokens = (x.to(self.device) for x in held.batch(rows))
            cache, valid = network.encode(words, lengths, pictures, state)
            legal, width = self.legal[which], self.shape.action_width
            blank = torch.full_like(tokens, BINS)
            guess = network.decode(cache, valid, blank).masked_fill(~legal, -1e9).argmax(-1)
            hidden = (torch.rand(tokens.shape, generator=generator) < 0.125).to(self.device)
            given = network.decode(cache, valid, tokens.masked_fill(hidden, BINS)).masked_fill(~legal, -1e9).argmax(-1)
            # Dimensions of one bin are always right, and say nothing.
            free = (legal.sum(1) > 1).expand_as(tokens)
            two = (legal.sum(1) == 2).expand_as(tokens)
            table = torch.from_numpy(np.tile(self.binnings[which].values(), (self.shape.horizon, 1))).to(self.device)
            index = torch.arange(tokens.shape[1], device=self.device)
            error = (table[index, guess] - table[index, tokens]).square()
            for name, right, where in (
                ("masked", guess == tokens, free), ("teacher_forced", given == tokens, hidden & free),
                ("masked_near", (guess - tokens).abs() <= 2, free), ("gripper", guess == tokens, two),
                ("mse", error, free), ("mse_first", error, free & (index < width)),
            ):
                sums[name][0] += float(right[where].sum())
                sums[name][1] += int(where.sum())
        return {k: round(s / max(1, n), 6) for k, (s, n) in sums.items()}

    def run(self) -> dict:
        self.resume()
        demos = sum(len(e.texts) for e in self.embodiments)
        pictures = sum(p.nbytes for e in self.embodiments for p in e.pictures)
        print(f"{demos} demonstrations of {[e.key for e in self.embodiments]}, {sum(map(len, self.train))} windows, "
              f"{pictures / 1e9:.2f} GB of pictures, {len(self.vocabulary)} words, "
              f"{sum(p.numel() for p in self.network.parameters())} parameters", flush=True)
        started, clock, saved_at = self.step, time.monotonic(), time.monotonic()
        total, counted = 0.0, 0
        with open(self.out / "loss.csv", "a", newline="") as curve:
            writer = csv.writer(curve)
            names = ["masked", "teacher_forced", "masked_near", "gripper", "mse", "mse_first"]
            if curve.tell() == 0:
                writer.writerow(["step", "minutes", "lr", "loss", *names])
            while True:
                done = self.progress() >= 1 or (self.args.stop_after and self.step - started >= self.args.stop_after)
                now = time.monotonic()
                if done or now - saved_at >= self.args.every:
                    validation = self.validate()
                    self.save(validation)
                    mean = total / max(1, counted)
                    writer.writerow([self.step, round(self.elapsed / 60, 2), f"{self.learning_rate():.2e}", mean,
                                     *(validation[n] for n in names)])
                    curve.flush()
                    per_step = (now - clock) / max(1, self.step - started)
                    left = per_step * (self.args.steps - self.step) if self.args.steps else 60 * self.args.minutes - self.elapsed
                    print(f"step {self.step} {per_step:.3f} s/step loss {mean:.4f} held out: "
                          + " ".join(f"{n} {validation[n]:.4f}" for n in names) + f" ETA {max(0, left) / 60:.1f} min", flush=True)
                    saved_at, total, counted = time.monotonic(), 0.0, 0
                    if done:
                        return validation
                before = time.monotonic()
                loss = self.one_step()
                self.elapsed += time.monotonic() - before
                if not math.isfinite(loss):
                    raise FloatingPointError(f"loss is {loss} at step {self.step}; the last checkpoint is kept")
                total, counted = total + loss, counted + 1


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
