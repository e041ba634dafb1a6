#!/usr/bin/env python3
"""Tasks done by an emulated arm through bytes, beside the same tasks in plain simulation.

    test_arm.py SIMRUN [EPISODES]

The expert drives `simrun arm run` on a pseudo terminal; success is what the arm's own world says, which
the loop never sees. At least 0.9 of plain simulation's successes must be reached. The first episode of
each arm is recorded, and one report must open them all.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time

# An arm on each wire, and a grasp on each.
TASKS = [
    ("so101", "examples/arm/reach-so101.yaml"),
    ("so101", "lift-cube"),
    ("widowx250s", "carrot-on-plate"),
]


def cameras(task):
    """All cameras of the task, mirrored."""
    names = ["front", "wrist"] if task == "lift-cube" else ["front"]
    return [word for name in names for word in ("--camera", f"{name}=mirrored")]


def plain(program, task, seed):
    command = [program, "task", task, "--policy", "expert", "--episodes", "1", "--seed", str(seed)]
    command += ["--clock", "lockstep", "--ci", "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def over_bytes(program, robot, task, seed, folder, record=None):
    """One episode; gives what the arm's world says and what the loop says."""
    link = os.path.join(folder, "arm")
    command = [program, "servos", "--task", task, "--robot", robot, "--seed", str(seed)]
    command += ["--link", link, "--json", "--seconds", "120"]
    servos = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            if os.path.exists(link):
                break
            time.sleep(0.05)
        time.sleep(0.4)
        command = [program, "arm", "run", robot, "--port", link, "--task", task, "--policy", "expert"]
        command += cameras(task) + ["--seed", str(seed), "--json"]
        if record:
            command += ["--record", record]
        # A busy machine stalls longer than an arm of one's own would be allowed to.
        command += ["--watchdog", "1s", "--patience", "3s"]
        loop = subprocess.run(command, capture_output=True, text=True)
        # The loop ends when its mirrored scene has held for the hold time; the arm holds on.
        time.sleep(1.5)
    finally:
        servos.send_signal(signal.SIGINT)
        world = json.loads(servos.communicate(timeout=30)[0])
    if loop.returncode != 0:
        print(loop.stderr.strip(), file=sys.stderr)
        return world, None
    if record:
        with open(os.path.join(record, f"{robot}-{os.path.basename(task)}.json"), "w") as file:
            file.write(loop.stdout)
    return world, json.loads(loop.stdout)


def one_report(program, folder):
    """Whether one page shows the recorded episodes of all arms."""
    page = os.path.join(folder, "report.html")
    command = [program, "report", folder, "--out", page]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        print(run.stderr.strip(), file=sys.stderr)
        return False
    with open(page, encoding="utf-8") as file:
        text = file.read()
    missing = [word for pair in TASKS for word in (pair[0], "reach-so101", "lift-cube") if word not in text]
    recordings = [name for name in os.listdir(folder) if name.endswith(".mcap")]
    print(f"one report of {len(recordings)} recordings of arms: {len(text)} bytes")
    return not missing and len(recordings) == len(TASKS)


def main():
    program = sys.argv[1]
    episodes = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        kept = os.path.join(folder, "kept")
        os.mkdir(kept)
        for robot, task in TASKS:
            wanted = done = 0
            for seed in range(episodes):
                record = kept if seed == 0 else None
                wanted += plain(program, task, seed)["episodes"][0]["success"]
                world, loop = over_bytes(program, robot, task, seed, folder, record)
                done += world["success"] and loop is not None
                age = loop["observation_age_us"]["p99"] / 1000 if loop else float("nan")
                misses = loop["deadline_misses"] if loop else "no"
                print(
                    f"{robot} {task} seed {seed}: {'success' if world['success'] and loop else 'no success'},"
                    f" {misses} misses, observation age p99 {age:.1f} ms",
                    flush=True,
                )
            print(f"{robot} {task}: {done} over bytes, {wanted} in plain simulation, of {episodes}")
            # One episode may be lost to a machine that others keep busy.
            failed |= done < 0.9 * wanted and wanted - done > 1
        failed |= not one_report(program, kept)
    sys.exit(failed)


if __name__ == "__main__":
    main()
