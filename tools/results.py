#!/usr/bin/env python3
"""Prints the tables of RESULTS.md from fresh runs: tools/results.py TABLE

    success                     success of experts and policies over clocks
    latency                     stages of a tick
    latency-grid [TASK ...]     success against latency and strategy; plots go to docs/, rows to results/;
                                conveyor-pick-speeds: every strategy at three speeds
    margins [POLICY ...]        the largest delay each policy tolerates
    experts [TASK ...]          every task's expert over 200 seeds
    moving-experts              the moving tasks' experts, in time and late
    resets                      how long it takes to build each task's world anew
    wall [TASK [EPISODES]]      the wall clock, and its trace replayed on the charged clock
    inference [FILTER ...]      plans, sensors, physics and ticks against the machine's limits; all
                                but kernels by default

latency-grid goes on from results/ where it was stopped: remove a file there to run it anew.

Needs .build/release/simrun (make setup; swift build -c release) and Python 3 alone.
"""

import collections
import json
import math
import os
import subprocess
import sys
import tempfile

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

MOVING = ["conveyor-pick", "track", "intercept"]
LATENCIES = "0,25,50,100,200,300ms"


def shipped(kind):
    """What `simrun tasks` or `simrun policies` knows."""
    return json.loads(subprocess.run([SIMRUN, kind, "--json"], check=True, capture_output=True, text=True).stdout)


def grid(name, task, *flags):
    """Runs one grid and prints its table; cells that the task's file in results/ has are not run again."""
    os.makedirs("results", exist_ok=True)
    out, svg = f"results/latency-{task}.json", f"docs/latency-{name}.svg"
    command = [SIMRUN, "latency", task, "--latencies", LATENCIES, "--episodes", "100",
               "--out", out, "--svg", svg, "--json", *flags]
    report = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    rows = report["rows"]
    strategies = list(dict.fromkeys(row["execute"] for row in rows))
    delays = sorted({row["latency_ms"] for row in rows})
    for speed in dict.fromkeys(row["target_speed"] for row in rows):
        at = {(row["execute"], row["latency_ms"]): row for row in rows if row["target_speed"] == speed}
        where = "" if speed is None else f", target at {speed:g} m/s"
        print(f"\n{task}, {report['policy']}{where} ([plot]({svg}))\n")
        print("| execute | " + " | ".join(f"{delay:g} ms" for delay in delays) + " |")
        print("|---" * (len(delays) + 1) + "|")
        for strategy in strategies:
            cells = []
            for delay in delays:
                row = at[strategy, delay]
                cells.append("{:.2f} ({:.2f} to {:.2f})".format(row["success_rate"], *row["ci95"]))
            print(f"| {strategy} | " + " | ".join(cells) + " |", flush=True)


def latency_grid(*names):
    """Success against latency, every strategy, at each task's own speed; then three speeds of one task."""
    for name in names or [*MOVING, MOVING[0] + "-speeds"]:
        task = name.removesuffix("-speeds")
        if task == name:
            grid(task, task)
            continue
        speed = next(known["target_speed"] for known in shipped("tasks") if known["name"] == task)
        speeds = "{lowest},{standard},{highest}".format(**speed)
        grid(name, task, "--target-speeds", speeds)


def margins(*names):
    """The largest tolerated delay of every shipped policy, over its own p99."""
    os.makedirs("results", exist_ok=True)
    print("| policy | task | execute | success at 0 | tolerates | 95 % | own p99 | margin |")
    print("|---|---|---|---|---|---|---|---|")
    found = []
    for policy in shipped("policies"):
        if names and policy["name"] not in names:
            continue
        command = [SIMRUN, "margin", policy["task"], "--policy", policy["name"], "--resolution", "5ms", "--json"]
        report = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        found.append(report)
        most = "at least " if report["largest_delay_ms"] >= report["max_ms"] else ""
        low, high = report["ci95_ms"]
        print(f"| {report['policy']} | {report['task']} | {report['execute']} | {report['success_at_zero']:.2f} "
              f"| {most}{report['largest_delay_ms']:.0f} ms | {low:.0f} to {high:.0f} ms "
              f"| {report['own_p99_ms']:.2f} ms | {most}{report['margin']:.0f} |", flush=True)
    with open("results/margins.json", "w") as file:
        json.dump(found, file, sort_keys=True)
        file.write("\n")


def experts(*names):
    """Every task's expert over 200 seeds in lockstep."""
    print("| suite | task | success | 95 % | steady | time to success, median | failures by cause |")
    print("|---|---|---|---|---|---|---|")
    tasks = [task for task in shipped("tasks") if not names or task["name"] in names]
    host = None
    for task in sorted(tasks, key=lambda task: (task["suite"], task["name"])):
        # Success after less than half a second of holding says nothing yet of whether it lasts.
        on = ["--until", "time-limit"] if task["suite"] == "moving" else []
        report = run(task["name"], 200, ["--policy", "expert"] + on + LOCKSTEP)
        host = report["host"]
        episodes = report["episodes"]
        done = sorted(e["success_at_s"] for e in episodes if e["success"])
        held = [e for e in episodes if e["success_once"]]
        steady = sum(1 for e in held if e["steady"])
        causes = collections.Counter(e["cause"] for e in episodes if not e["success"])
        low, high = report["success_ci95"]
        median = f"{done[len(done) // 2]:.1f} s" if done else "-"
        print(f"| {task['suite']} | {task['name']} | {sum(e['success'] for e in episodes)} of {len(episodes)} "
              f"| {low:.3f} to {high:.3f} | {steady} of {len(held)} | {median} | "
              + (", ".join(f"{cause} {count}" for cause, count in causes.most_common()) or "none") + " |",
              flush=True)
    if host:
        print(f"\n{host['cpu']}, {host['cores']} cores")


def moving_experts():
    """The moving tasks' experts at the default speed and at the top, in time and 132 ms late."""
    print("| task | target | the world waits | 95 % | 132 ms a plan | 95 % |")
    print("|---|---|---|---|---|---|")
    for task in shipped("tasks"):
        if task["name"] not in MOVING:
            continue
        speed = task["target_speed"]
        for metres, episodes in ((speed["standard"], 200), (speed["highest"], 100)):
            flags = ["--policy", "expert", "--target-speed", str(metres)]
            cells = []
            for how, count in ((LOCKSTEP, episodes), (charged("132ms"), 50)):
                report = run(task["name"], count, flags + how)
                low, high = report["success_ci95"]
                cells.append(f"{report['success_rate']:.3f} of {count} | {low:.3f} to {high:.3f}")
            print(f"| {task['name']} | {metres:g} m/s | " + " | ".join(cells) + " |", flush=True)


def resets():
    """Times of `simrun bench --filter reset/`."""
    command = [SIMRUN, "bench", "--json", "--filter", "reset/"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    print(f"{report['host']['cpu']}, {report['host']['cores']} cores; load {report['load']:.1f}\n")
    print("| task | p50 ms | p99 | max |\n|---|---|---|---|")
    for row in report["results"]:
        times = " | ".join(f"{row[key] / 1000:.2f}" for key in ("p50_us", "p99_us", "max_us"))
        print(f"| {row['name'].removeprefix('reset/')} | {times} |", flush=True)


def wall(task="pick-place", episodes="300"):
    """A run on the wall clock, and its saved trace replayed on the charged clock, paired by seed."""
    with tempfile.TemporaryDirectory() as folder:
        trace = os.path.join(folder, "wall.trace")
        live = run(task, int(episodes), ["--clock", "wall", "--save-latency", trace])
        replay = run(task, int(episodes), charged("trace:" + trace))
    pairs = [(a["success"], b["success"]) for a, b in zip(live["episodes"], replay["episodes"])]
    more, less = pairs.count((True, False)), pairs.count((False, True))
    count = len(pairs)
    difference = (more - less) / count
    # The normal interval of a paired difference.
    half = 1.96 * math.sqrt(max(0.0, more + less - (more - less) ** 2 / count)) / count
    wakeup = live["latency_us"]["wakeup"]
    print(f"{task}, {count} episodes, {live['ticks']} ticks at {live['effective_rate_hz']:.2f} Hz\n")
    print("| what | figure |\n|---|---|")
    print(f"| misses | {live['deadline_misses']}, of them {live['stolen_misses']} in the {live['stolen_ticks']} "
          "ticks in which the host took time |")
    print(f"| wake-up lateness p50, p99, p99.9 | {wakeup['p50']:.1f}, {wakeup['p99']:.1f}, {wakeup['p999']:.1f} us |")
    print(f"| success on the wall clock | {live['success_rate']:.3f} |")
    print(f"| success of its trace, replayed on the charged clock | {replay['success_rate']:.3f} |")
    print(f"| paired difference, 95 % | {difference:.3f} ({difference - half:.3f} to {difference + half:.3f}), "
          f"{more + less} of {count} episodes differ |")


def inference(*filters):
    """Times of `simrun bench` and the share of the nearer limit."""
    wanted = filters or ("policy/", "sensor/", "physics/", "loop/")
    limits_shown = False
    for name in wanted:
        command = [SIMRUN, "bench", "--json", "--filter", name]
        report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        if not limits_shown:
            limits, host = report["limits"], report["host"]
            dot = limits["gflops_1core_by_dtype"]["bf16-dot"]
            reads = ", ".join(f"{one['bytes'] / 1024:.0f} KiB {one['gbps']:.0f}" for one in limits["gbps_1core_by_bytes"])
            print(f"{host['cpu']}, {host['cores']} cores, {host['simd']}; load {report['load']:.1f}; {report['realtime'][0]}. One core: "
                  f"{limits['gflops_1core']:.0f} GFLOP/s of floats, {dot:.0f} in bf16-dot; reading GB/s: {reads}\n")
            print("| case | dtype | hot p50 us | paced p50 | p90 | p99 | max | GFLOP/s | GB/s | of limit |")
            print("|---|---|---|---|---|---|---|---|---|---|")
            limits_shown = True
        for row in report["results"]:
            times = " | ".join(f"{row[key]:.0f}" for key in ("hot_p50_us", "p50_us", "p90_us", "p99_us", "max_us"))
            share = "- | - | -"
            if row["share_of_limit"] is not None:
                share = f"{row['gflops']:.0f} | {row['gbps']:.1f} | {row['share_of_limit']:.0%} {row['limit']}"
            print(f"| {row['name']} | {row['dtype']} | {times} | {share} |", flush=True)


COMMANDS = {"inference": inference, "success": success, "latency": latency, "experts": experts, "moving-experts": moving_experts, "resets": resets, "wall": wall, "latency-grid": latency_grid, "margins": margins}

if __name__ == "__main__":
    what = sys.argv[1] if len(sys.argv) > 1 else "success"
    if what not in COMMANDS:
        sys.exit(f"tools/results.py: {what} is none of {', '.join(COMMANDS)}")
    COMMANDS[what](*sys.argv[2:])
