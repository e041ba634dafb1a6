#!/usr/bin/env python3
"""Whether `simrun why` names a planted cause: one plan that stalls for 400 ms.

    check_why.py SIMRUN TASK [--policy NAME] [--episodes 10] [--least 9]

Runs seeds without and with a stall, planted where the seed says, and keeps episodes that only the
stall makes fail. `simrun why` must call them failures of latency, and say that a usual delay in
place of that one would have saved them.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

STALL_US = 400_000
USUAL_US = 1_000
PLANS = 400


def simrun(program, *arguments):
    run = subprocess.run([program, *arguments], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{' '.join(arguments)}: {run.stderr}")
    return json.loads(run.stdout)


def trace(path, seed, stalled):
    with open(path, "w") as file:
        file.write(f"sense_us infer_us\nepisode {seed}\n")
        for plan in range(PLANS):
            file.write(f"0 {STALL_US if plan == stalled else USUAL_US}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("simrun")
    parser.add_argument("task")
    parser.add_argument("--policy")
    parser.add_argument("--episodes", type=int, default=10)
    parser.add_argument("--least", type=int, default=9)
    parser.add_argument("--seeds", type=int, default=120)
    parser.add_argument("--target-speed")
    options = parser.parse_args()
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "stall.trace")
    run = ["task", options.task, "--episodes", "1", "--ci", "--json"]
    if options.policy:
        run += ["--policy", options.policy]
    if options.target_speed:
        run += ["--target-speed", options.target_speed]
    tried = named = 0
    for seed in range(options.seeds):
        if tried == options.episodes:
            break
        trace(path, seed, None)
        usual = simrun(options.simrun, *run, "--seed", f"{seed}", "--latency", f"trace:{path}")
        if not usual["episodes"][0]["success"]:
            continue
        # While the arm is on its way to where the target will be.
        last = usual["episodes"][0]["ticks"] * usual["policy_rate_hz"] / usual["rate_hz"]
        stalled = int(last * (0.12 + 0.04 * (seed % 5)))
        trace(path, seed, stalled)
        late = simrun(
            options.simrun, *run, "--seed", f"{seed}", "--latency", f"trace:{path}",
            "--record", folder, "--no-record-images",
        )
        if late["episodes"][0]["success"]:
            continue
        why = simrun(options.simrun, "why", late["recordings"]["files"][0], "--json")
        saved = why["saved_by"] or {}
        right = (
            why["class"] == "latency"
            and saved.get("change") == "without-overrun"
            and saved.get("charge_us") == STALL_US
        )
        tried += 1
        named += right
        print(f"seed {seed}, plan {stalled}: {why['summary']}", flush=True)
    print(f"{named} of {tried} named")
    sys.exit(0 if tried == options.episodes and named >= options.least else 1)


if __name__ == "__main__":
    main()
