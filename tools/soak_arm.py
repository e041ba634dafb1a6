#!/usr/bin/env python3
"""100 Hz on an emulated SO-101, six servos at 1 Mbps, on the wall clock.

    soak_arm.py SIMRUN [SECONDS] [DROP]

A policy moves the arm at random through bytes for SECONDS (600), with the share DROP (0) of the servos'
answers lost. Prints its counts. Fails when ticks were missed that saw no steal, when the observation's age
gets too old, when the rate was not kept or when the counts of both ends of the wire disagree.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RATE = 100


def long_task(folder, seconds):
    """The shipped example, but for its time limit."""
    with open(os.path.join(ROOT, "examples/arm/reach-so101.yaml"), encoding="utf-8") as file:
        text = file.read()
    text = re.sub(r"(?m)^time_limit: .*$", f"time_limit: {seconds} s", text)
    path = os.path.join(folder, "reach-so101.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def main():
    program = sys.argv[1]
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 600
    drop = float(sys.argv[3]) if len(sys.argv) > 3 else 0.0
    with tempfile.TemporaryDirectory() as folder:
        task = long_task(folder, seconds)
        link = os.path.join(folder, "arm")
        command = [program, "servos", "--task", task, "--link", link, "--json", "--drop", str(drop)]
        servos = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            for _ in range(200):
                if os.path.exists(link):
                    break
                time.sleep(0.05)
            time.sleep(0.4)
            command = [program, "arm", "run", "so101", "--port", link, "--task", task]
            command += ["--policy", "random", "--rate", str(RATE), "--json", "--patience", "2s"]
            command += ["--watchdog", "500ms"]
            run = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 120)
        finally:
            servos.send_signal(signal.SIGINT)
            world = json.loads(servos.communicate(timeout=60)[0])
    if run.returncode != 0:
        print(run.stderr.strip(), file=sys.stderr)
        return 1
    report = json.loads(run.stdout)
    bus, wire = report["arm"]["bus"], world["wire"]
    ticks = report["ticks"]
    seen = report["deadline_misses"] - report["stolen_misses"]
    age = report["observation_age_us"]
    print(f"{ticks} ticks of {seconds * RATE} at {report['effective_rate_hz']:.2f} Hz, {drop:.0%} of answers lost")
    print(f"misses {report['deadline_misses']}, of which {seen} in ticks without steal")
    print(f"observation age p50 {age['p50'] / 1000:.2f} ms, p99 {age['p99'] / 1000:.2f} ms")
    print(f"bus {bus}")
    print(f"wire {wire}")
    print(f"ticks with a servo missing {report['arm']['partial_ticks']}, with none answering {report['arm']['silent_ticks']}")
    failures = []
    # Setting up is no part of the loop's counts, so the wire has lost a few more.
    if not bus["missed"] <= wire["dropped"] + 20 or not wire["dropped"] * 0.95 - 20 <= bus["missed"]:
        failures.append("the two ends of the wire count differently")
    if ticks + report["deadline_misses"] < seconds * RATE - 2:
        failures.append("the loop ended early")
    if seen > ticks // 10000:
        failures.append(f"{seen} ticks missed without steal")
    if drop == 0 and age["p99"] >= 12000:
        failures.append("observations were too old")
    if drop > 0 and report["arm"]["silent_ticks"] > 0:
        failures.append("whole ticks were lost though single answers were")
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
