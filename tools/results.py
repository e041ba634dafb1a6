#!/usr/bin/env python3
"""Prints the tables of RESULTS.md from fresh runs: tools/results.py [success|latency]

Needs .build/release/simrun (make setup; swift build -c release) and Python 3 alone.
"""

import collections
import json
import subprocess
import sys

SIMRUN = ".build/release/simrun"
JOBS = ["--jobs", "2"]
LOCKSTEP = ["--clock", "lockstep"] + JOBS


def charged(latency):
    return ["--clock", "charged", "--latency", latency] + JOBS


# what is asked, task, episodes, flags
SUCCESS = [
    ("expert", "reach", 500, ["--policy", "expert"] + LOCKSTEP),
    ("expert", "pick-place", 500, ["--policy", "expert"] + LOCKSTEP),
    ("MeanFlow, the world waits", "reach", 500, LOCKSTEP),
    ("MeanFlow, the world waits", "pick-place", 500, LOCKSTEP),
    ("MeanFlow, 6.8 ms charged", "reach", 500, charged("6.8ms")),
    ("MeanFlow, 6.8 ms charged", "pick-place", 500, charged("6.8ms")),
    ("MeanFlow, 40 ms charged", "pick-place", 200, charged("40ms")),
    ("MeanFlow, 132 ms charged", "pick-place", 200, charged("132ms")),
    ("MeanFlow, 400 ms charged", "pick-place", 200, charged("400ms")),
    ("MeanFlow, another seed's cloud", "pick-place", 200, LOCKSTEP + ["--cloud-seed-offset", "1000"]),
    ("MeanFlow, chunks of 4 open loop", "pick-place", 200, LOCKSTEP + ["--execute", "chunk:4"]),
    ("random actions", "pick-place", 100, ["--policy", "random"] + LOCKSTEP),
]


def run(task, episodes, flags):
    command = [SIMRUN, "task", task, "--episodes", str(episodes), "--json", *flags]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def success():
    print("| what | task | episodes | success | 95 % | failures by cause |")
    print("|---|---|---|---|---|---|")
    for what, task, episodes, flags in SUCCESS:
        report = run(task, episodes, flags)
        causes = collections.Counter(e["cause"] for e in report["episodes"] if not e["success"])
        low, high = report["success_ci95"]
        print(f"| {what} | {task} | {episodes} | {report['success_rate']:.3f} | {low:.3f} to {high:.3f} | "
              + (", ".join(f"{cause} {count}" for cause, count in causes.most_common()) or "none") + " |",
              flush=True)


def latency():
    print("| task | stage | p50 | p90 | p99 | p99.9 | max | mean |")
    print("|---|---|---|---|---|---|---|---|")
    for task in ("reach", "pick-place"):
        report = run(task, 100, [])
        for stage in ("sense", "infer", "act", "tick", "tick_planned", "step"):
            row = report["latency_us"][stage]
            cells = " | ".join(f"{row[key]:.1f}" for key in ("p50", "p90", "p99", "p999", "max", "mean"))
            print(f"| {task} | {stage} | {cells} |", flush=True)
        print(f"| {task} | success {report['success_rate']:.2f}, misses {report['deadline_misses']} | | | | | | |")
    print(f"\nCPU: {report['host']['cpu']}, {report['host']['cores']} cores, {report['host']['simd']}")


if __name__ == "__main__":
    {"success": success, "latency": latency}[sys.argv[1] if len(sys.argv) > 1 else "success"]()
