#!/usr/bin/env python3
"""How well a language policy does what it is told, and how its decoder's settings matter.

    tools/language_eval.py listen --policy DIR [--episodes 20]       each instruction; the same told another; held-out wordings
    tools/language_eval.py bridge --policy DIR [--episodes 96]       the bridge-style tasks, judged at the end
    tools/language_eval.py decode --policy DIR [--episodes 200]      one setting at a time round a centre named beforehand
    tools/language_eval.py latency --policy DIR [--episodes 100]     rounds against strategies under charged latency

Everything but `latency` is in lockstep, so it is the same on every machine; --jobs runs episodes side by side. Every row is
paired: the same seeds. Prints Markdown; --json FILE keeps every run's report.
"""

import argparse
import json
import math
import subprocess
import sys

BRIDGE = ("spoon-on-towel", "carrot-on-plate", "stack-blocks", "eggplant-in-basket")
CENTRE = "rounds=12,schedule=cosine,order=probability,temperature=decay,temperature_start=1,remask=off,sub_bin=false"
ABLATION = [
    ("order", ("rounds=1,temperature=argmax", "order=random", "order=gap", "order=probability")),
    ("temperature", ("temperature=argmax", "temperature=fixed", "temperature=decay")),
    ("remasking", ("remask=off", "remask=threshold", "remask=drop")),
    ("rounds", ("rounds=1", "rounds=2", "rounds=4", "rounds=6", "rounds=8", "rounds=12")),
    ("schedule", ("rounds=6,schedule=ascending", "schedule=single,order=sequential")),
    ("value", ("sub_bin=false", "sub_bin=true")),
]
GRID_ROUNDS, GRID_EXECUTE = (1, 4, 12), ("replan", "chunk:4", "async", "rtc:4")


class Runs:
    def __init__(self, args):
        self.args, self.reports = args, []

    def simrun(self, *arguments) -> dict:
        command = [self.args.simrun, *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode not in (0, 1):
            sys.exit(f"{' '.join(command)}\n{done.stderr}")
        return json.loads(done.stdout)

    def task(self, task: str, *more: str, lockstep: bool = True) -> dict:
        a = self.args
        clock = ["--clock", "lockstep", "--jobs", str(a.jobs)] if lockstep else ["--clock", "charged"]
        report = self.simrun("task", task, "--policy", a.policy, "--episodes", str(a.episodes), "--seed", str(a.seed), *clock, *more, "--json")
        self.reports.append(report)
        print(".", end="", file=sys.stderr, flush=True)
        return report

    def instructions(self, task: str) -> list[str]:
        return next(t["instructions"] for t in self.simrun("tasks", "--json") if t["name"] == task)


def wilson(k: int, n: int) -> str:
    if n == 0:
        return "none"
    p, z = k / n, 1.959964
    centre, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)
    return f"{p:.2f} [{low:.2f}, {high:.2f}]"


def successes(report: dict) -> list[bool]:
    return [e["success"] for e in report["episodes"]]


def paired(a: list[bool], b: list[bool]) -> str:
    """The difference of b to a, with its normal interval over pairs."""
    d = [int(y) - int(x) for x, y in zip(a, b)]
    mean = sum(d) / len(d)
    sd = math.sqrt(sum((x - mean) ** 2 for x in d) / max(1, len(d) - 1) / len(d))
    return f"{mean:+.3f} ± {1.96 * sd:.3f}"


def milliseconds(report: dict) -> str:
    return f"{report['latency_us']['infer']['p50'] / 1000:.1f}"


def listen(runs: Runs) -> None:
    texts = runs.instructions("language")
    print("| instruction | success | told another: stated goal | told another: that goal |\n|---|---|---|---|")
    totals = {"own": [], "stated": [], "other": []}
    own = {text: successes(runs.task("language", "--instruction", text)) for text in texts}
    for i, text in enumerate(texts):
        # Far apart in the list, so that neither kind nor object is the same.
        other = texts[(i + len(texts) // 2) % len(texts)]
        stated = successes(runs.task("language", "--instruction", text, "--say", other))
        reached = own[other]
        for key, values in (("own", own[text]), ("stated", stated), ("other", reached)):
            totals[key] += values
        print(f"| {text} | {wilson(sum(own[text]), len(own[text]))} | {wilson(sum(stated), len(stated))} | {wilson(sum(reached), len(reached))} |")
    print("| all |", " | ".join(wilson(sum(v), len(v)) for v in totals.values()), "|")
    runs.args.episodes *= len(texts)
    for name, more in (("wordings of training", []), ("held-out wordings", ["--held-out"])):
        values = successes(runs.task("language", *more))
        print(f"\n{name}, instructions drawn by {len(values)} seeds: {wilson(sum(values), len(values))}")


def bridge(runs: Runs) -> None:
    print("| task | success at the end |\n|---|---|")
    total = []
    for task in BRIDGE:
        values = [e["success_at_end"] for e in runs.task(task)["episodes"]]
        total += values
        print(f"| {task} | {wilson(sum(values), len(values))} |")
    print(f"| all | {wilson(sum(total), len(total))} |")


def decode(runs: Runs) -> None:
    print(f"Centre: `{CENTRE}`\n\n| factor | setting | success | to the centre | infer ms |\n|---|---|---|---|---|")
    centre = successes(runs.task("language", "--decode", CENTRE))
    for factor, settings in ABLATION:
        for setting in settings:
            report = runs.task("language", "--decode", f"{CENTRE},{setting}")
            values = successes(report)
            print(f"| {factor} | {setting} | {wilson(sum(values), len(values))} | {paired(centre, values)} | {milliseconds(report)} |", flush=True)


def latency(runs: Runs) -> None:
    a = runs.args
    texts = runs.instructions("language")[: a.instructions]
    print("| rounds |", " | ".join(GRID_EXECUTE), "|\n|---|" + "---|" * len(GRID_EXECUTE))
    for rounds in GRID_ROUNDS:
        charge = a.prefix_ms + rounds * a.round_ms
        cells = []
        for execute in GRID_EXECUTE:
            values = [x for text in texts for x in successes(runs.task(
                "language", "--instruction", text, "--decode", f"rounds={rounds}", "--execute", execute,
                "--latency", f"{charge:.3f}ms", "--jobs", str(a.jobs), lockstep=False))]
            cells.append(wilson(sum(values), len(values)))
        print(f"| {rounds} ({charge:.1f} ms) | " + " | ".join(cells) + " |", flush=True)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("what", choices=("listen", "bridge", "decode", "latency"))
    p.add_argument("--policy", required=True)
    p.add_argument("--simrun", default=".build/release/simrun")
    p.add_argument("--episodes", type=int)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--jobs", type=int, default=2)
    p.add_argument("--instructions", type=int, default=4, help="latency: the first so many")
    p.add_argument("--prefix-ms", type=float, default=10.0, help="latency: what an observation costs")
    p.add_argument("--round-ms", type=float, default=2.5, help="latency: what a round costs")
    p.add_argument("--json", help="keep every run's report there")
    args = p.parse_args()
    if args.episodes is None:
        args.episodes = {"listen": 20, "bridge": 96, "decode": 200, "latency": 100}[args.what]
    runs = Runs(args)
    {"listen": listen, "bridge": bridge, "decode": decode, "latency": latency}[args.what](runs)
    if args.json:
        with open(args.json, "w") as file:
            json.dump(runs.reports, file)


if __name__ == "__main__":
    main()
