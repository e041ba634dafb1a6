#!/usr/bin/env python3
"""Whether the gate catches a real regression: the same seeds, some of them now late.

    check_gate.py SIMRUN [TASK] [--episodes 100]

The baseline charges 6.8 ms a plan. The regressed run charges 66 ms, more than the policy's period,
in the episodes that a fixed draw picks, so that success falls to about 0.6; it must end with exit code
1 and name success. The baseline's own command held against itself, and a run of other seeds, must
pass. How often the gate errs is a matter of statistics: Tests/CommandTests/BaselineTests.swift.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

USUAL_US = 6_800
LATE_US = 66_000
LATE_SHARE = 0.45
# More plans than an episode has; a trace that ends goes on with the next seed's.
PLANS = 400


def trace(path, seeds, share):
    draws = random.Random(1)
    with open(path, "w") as file:
        file.write("sense_us infer_us\n")
        for seed in seeds:
            late = draws.random() < share
            file.write(f"episode {seed}\n" + f"0 {LATE_US if late else USUAL_US}\n" * PLANS)
    return f"trace:{path}"


def simrun(program, *arguments, status=0):
    """The exit code must be `status`; gives the report and what was said."""
    run = subprocess.run([program, *arguments], capture_output=True, text=True)
    if run.returncode != status:
        sys.exit(f"{' '.join(arguments)}: exit code {run.returncode}, not {status}: {run.stderr}")
    return (json.loads(run.stdout) if run.stdout.startswith("{") else run.stdout), run.stderr


def broken_gates(path):
    """The names of the gates that a JUnit file shows as broken, and of all."""
    gates = [case for case in xml.parse(path).iter("testcase") if "--" in case.get("name")]
    return [case.get("name") for case in gates if case.find("failure") is not None], len(gates)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("simrun")
    parser.add_argument("task", nargs="?", default="reach")
    parser.add_argument("--episodes", type=int, default=100)
    options = parser.parse_args()
    count = options.episodes
    with tempfile.TemporaryDirectory() as folder:
        at = lambda name: os.path.join(folder, name)
        usual = trace(at("usual.trace"), range(2 * count), 0)
        late = trace(at("late.trace"), range(2 * count), LATE_SHARE)
        command = ["task", options.task, "--episodes", f"{count}", "--ci", "--jobs", "2", "--json"]
        held = ["--baseline", at("base.json"), "--junit", at("junit.xml")]

        base, _ = simrun(options.simrun, *command, "--latency", usual)
        with open(at("base.json"), "w") as file:
            json.dump(base, file)

        bad, said = simrun(options.simrun, *command, "--latency", late, *held, status=1)
        with open(at("bad.json"), "w") as file:
            json.dump(bad, file)
        rates = base["success_rate"], bad["success_rate"]
        print(f"success {rates[0]} and {rates[1]}: {said.strip()}")
        if rates[0] < 0.9 or not 0.5 <= rates[1] <= 0.7:
            sys.exit("the pair is not the one that is to be judged")
        if not any("--baseline success" in name for name in broken_gates(at("junit.xml"))[0]):
            sys.exit(f"success is not named: {broken_gates(at('junit.xml'))}")

        for what, seed in (("itself", 0), ("other seeds", count)):
            run, said = simrun(options.simrun, *command, "--latency", usual, "--seed", f"{seed}", *held)
            broken, gates = broken_gates(at("junit.xml"))
            print(f"{what}: success {run['success_rate']}, {gates} gates held")
            if broken or gates < 2 or "gate" in said:
                sys.exit(f"{what}: {broken} of {gates} gates broke: {said}")

        pair = ["compare", at("base.json"), at("bad.json")]
        simrun(options.simrun, *pair)
        simrun(options.simrun, *pair, "--fail-on-loss", status=1)


if __name__ == "__main__":
    main()
