#!/usr/bin/env python3
"""Every method on every task, one command: collects, trains, exports, evaluates, prints the table.

    python train_suite.py --tasks reach push --methods meanflow dp3 --demos 50      # all stages, then the table
    python train_suite.py --out ../out/suite --table                              # the table of what is done

A job is a task, a method, a number of demonstrations and a training seed; all methods of a task see the same
file of demonstrations, widths, batch and steps. Each stage leaves its result below --out and is skipped once it
is there, so the same command goes on where it was stopped (training resumes from its checkpoint). The last
checkpoint is what is evaluated, on seeds 0 up, in a world that waits, then with the latency charged:
measured here (one episode at a time, when nothing trains beside it) and the method's published one.
"""

import argparse
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from time import monotonic

sys.path.insert(0, str(Path(__file__).parent))

from simrun_training import methods

ROOT = Path(__file__).resolve().parent.parent
# Published latencies of a plan, by method (assets/latency says the sources); plain flow matching has none.
PUBLISHED = {"meanflow": "mp1", "flowpolicy": "flowpolicy", "dp3": "dp3", "simple-dp3": "simple-dp3"}
Z = 1.959964


def wilson(successes: int, episodes: int) -> tuple[float, float]:
    """Wilson's 95 % interval."""
    p, n = successes / episodes, episodes
    centre, half = p + Z * Z / (2 * n), Z * (p * (1 - p) / n + Z * Z / (4 * n * n)) ** 0.5
    return max(0.0, (centre - half) / (1 + Z * Z / n)), min(1.0, (centre + half) / (1 + Z * Z / n))


@dataclass(frozen=True)
class Job:
    """One policy to make."""

    task: str
    method: str
    demos: int
    seed: int

    @property
    def name(self) -> str:
        return f"{self.method}-{self.task}-d{self.demos}-s{self.seed}"


class Failed(Exception):
    """A stage that did not end well; the message names its log."""


class Suite:
    """Where everything lies, and how each stage is run."""

    def __init__(self, args: argparse.Namespace, extra: list[str]):
        self.args, self.extra, self.out = args, extra, Path(args.out).resolve()
        self.lock, self.started = Lock(), monotonic()
        self.total = self.done = 0

    def say(self, text: str) -> None:
        with self.lock:
            minutes = (monotonic() - self.started) / 60
            left = f", {minutes * (self.total - self.done) / self.done:.0f} min left" if self.done else ""
            print(f"[{self.done}/{self.total}, {minutes:.1f} min{left}] {text}", flush=True)

    def run(self, what: str, command: list[str], **options) -> None:
        """Runs a stage with its output in a log beside its result."""
        log = self.out / "logs" / f"{what}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with open(log, "a") as file:
            file.write("$ " + " ".join(command) + "\n")
            file.flush()
            code = subprocess.run(command, stdout=options.pop("stdout", file), stderr=file, **options).returncode
        if code != 0:
            raise Failed(f"{what}: exit {code}, see {log}")

    def data(self, task: str, demos: int) -> Path:
        return self.out / "data" / f"{task}-{demos}.hdf5"

    def collect(self, task: str, demos: int) -> None:
        path = self.data(task, demos)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        self.run(f"collect-{task}-{demos}", [self.args.simrun, "collect", task, "--episodes", str(demos),
                                             "--noise", str(self.args.noise), "--out", str(path)], cwd=ROOT)

    def policy(self, job: Job) -> Path:
        return self.out / "policies" / job.name

    def train(self, job: Job) -> None:
        """Trains and exports."""
        policy, run = self.policy(job), self.out / "runs" / job.name
        if (policy / "policy.json").exists():
            return
        command = [sys.executable, "-m", "simrun_training.train", "--data", str(self.data(job.task, job.demos)), "--out", str(run),
                   "--method", job.method, "--steps", str(self.args.steps), "--seed", str(job.seed), "--device", self.args.device, *self.extra]
        self.run(f"train-{job.name}", command, cwd=ROOT / "training")
        self.run(f"export-{job.name}", [sys.executable, "-m", "simrun_training.export", "--checkpoint", str(run), "--out", str(policy)],
                 cwd=ROOT / "training")

    def result(self, job: Job, world: str) -> Path:
        return self.out / "results" / f"{job.name}-{world}.json"

    def worlds(self, job: Job) -> dict[str, list[str]]:
        """Name and flags of the evaluations."""
        trace = PUBLISHED.get(job.method)
        published = {"published": ["--clock", "charged", "--latency", f"trace:assets/latency/{trace}.trace", "--jobs", "1"]} if trace else {}
        return {"waits": ["--clock", "lockstep", "--jobs", "1"], **published, "measured": ["--clock", "charged"]}

    def evaluate(self, job: Job, world: str) -> None:
        path = self.result(job, world)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with open(part, "w") as file:
            self.run(f"evaluate-{job.name}-{world}",
                     [self.args.simrun, "task", job.task, "--policy", f"{self.policy(job)}/", "--episodes", str(self.args.episodes),
                      "--json", *self.worlds(job)[world]], cwd=ROOT, stdout=file)
        part.replace(path)

    def make(self, job: Job) -> None:
        """Every stage of a job that does not care what runs beside it."""
        self.train(job)
        for world in self.worlds(job):
            if world != "measured":
                self.evaluate(job, world)

    def all(self, jobs: list[Job]) -> int:
        """Runs everything; how many jobs failed."""
        self.total, failures = len(jobs), 0

        def attempt(stage, job) -> bool:
            try:
                stage(job)
                return True
            except Failed as error:
                self.say(str(error))
                return False

        # Demonstrations first, once for all methods.
        files = dict.fromkeys((job.task, job.demos) for job in jobs)
        with ThreadPoolExecutor(self.args.workers) as pool:
            collected = dict(zip(files, pool.map(lambda file: attempt(lambda f: self.collect(*f), file), files)))
        todo = [job for job in jobs if collected[(job.task, job.demos)]]
        failures += len(jobs) - len(todo)

        def finish(job: Job) -> bool:
            good = attempt(self.make, job)
            with self.lock:
                self.done += 1
            self.say(f"{job.name} {'done' if good else 'failed'}")
            return good

        with ThreadPoolExecutor(self.args.workers) as pool:
            good = [job for job, fine in zip(todo, pool.map(finish, todo)) if fine]
        failures += len(todo) - len(good)
        # Measured latency only when nothing trains beside it.
        for job in good:
            failures += not attempt(lambda j: self.evaluate(j, "measured"), job)
        return failures

    def report(self, job: Job, world: str) -> dict | None:
        path = self.result(job, world)
        return json.loads(path.read_text()) if path.exists() else None

    def table(self, jobs: list[Job]) -> str:
        """Success by task and method in each world, then what a plan takes."""
        names = list(dict.fromkeys(job.method for job in jobs))
        tasks, demos = list(dict.fromkeys(job.task for job in jobs)), list(dict.fromkeys(job.demos for job in jobs))
        lines = []
        for count in demos:
            for world in ("waits", "measured", "published"):
                cells = {(task, name): [r for job in jobs if (job.task, job.method, job.demos) == (task, name, count)
                                        and (r := self.report(job, world))] for task in tasks for name in names}
                if not any(cells.values()):
                    continue
                lines += [f"{count} demonstrations, {WORLDS[world]}", "", "| task | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
                lines += [f"| {task} | " + " | ".join(cell(cells[task, name]) for name in names) + " |" for task in tasks]
                lines += ["| mean | " + " | ".join(mean([cells[task, name] for task in tasks]) for name in names) + " |", ""]
        times = [(name, [r["latency_us"]["infer"]["p50"] for job in jobs if job.method == name and (r := self.report(job, "measured"))]) for name in names]
        if any(values for _, values in times):
            lines += ["| method | a plan's median, ms |", "|---|---|"]
            lines += [f"| {name} | {sorted(values)[len(values) // 2] / 1000:.2f} |" for name, values in times if values]
        return "\n".join(lines)


WORLDS = {"waits": "the world waits", "measured": "latency as measured here, charged", "published": "the published latency, charged"}


def counts(reports: list[dict]) -> tuple[int, int]:
    return sum(e["success"] for r in reports for e in r["episodes"]), sum(len(r["episodes"]) for r in reports)


def cell(reports: list[dict]) -> str:
    if not reports:
        return "-"
    successes, episodes = counts(reports)
    low, high = wilson(successes, episodes)
    return f"{successes / episodes:.3f} ({low:.3f} to {high:.3f})" + (f", {len(reports)} seeds" if len(reports) > 1 else "")


def mean(cells: list[list[dict]]) -> str:
    rates = [s / n for reports in cells if reports for s, n in [counts(reports)]]
    return f"{sum(rates) / len(rates):.3f} of {len(rates)}" if rates else "-"


def main(argv: list[str] | None = None) -> int:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                epilog="Flags behind -- go to simrun_training.train, such as -- --batch 128 --power 1.")
    p.add_argument("--tasks", nargs="+", default=["reach", "pick-place"])
    p.add_argument("--methods", nargs="+", choices=methods.NAMES, default=["meanflow", "flowpolicy", "dp3", "simple-dp3"])
    p.add_argument("--demos", nargs="+", type=int, default=[50], help="demonstrations of each task")
    p.add_argument("--seeds", nargs="+", type=int, default=[0], help="training seeds")
    p.add_argument("--noise", type=float, default=0.1, help="of collect")
    p.add_argument("--steps", type=int, default=5000, help="optimiser steps of each training")
    p.add_argument("--episodes", type=int, default=200, help="of each evaluation, seeds 0 up")
    p.add_argument("--workers", type=int, default=2, help="trainings and evaluations side by side")
    p.add_argument("--device", default="cpu", help="of training: cpu or cuda")
    p.add_argument("--simrun", default=str(ROOT / ".build/release/simrun"))
    p.add_argument("--out", default=str(ROOT / "out/suite"), help="where stages leave their results")
    p.add_argument("--table", action="store_true", help="print the table of what is done, and run nothing")
    argv = sys.argv[1:] if argv is None else argv
    split = argv.index("--") if "--" in argv else len(argv)
    args = p.parse_args(argv[:split])
    suite = Suite(args, argv[split + 1:])
    jobs = [Job(*of) for of in ((t, m, d, s) for s in args.seeds for d in args.demos for t in args.tasks for m in args.methods)]
    failures = 0 if args.table else suite.all(jobs)
    print(suite.table(jobs))
    return 3 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
