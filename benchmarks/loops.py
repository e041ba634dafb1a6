#!/usr/bin/env python3
"""How well control loops keep their rate: `simrun loop` beside loops in Python, in one run.

    python3 benchmarks/loops.py [--json] [--seconds S] [--rates 50,100,250,500,1000]

The Python loops do nothing but keep time, as published robot code does it:

- lerobot: sleep for what is left of the period, then start the next one from now.
- lerobot-cycle: deadlines within a cycle of two ticks are absolute; the cycle starts from now.
- openpi: the same as the first, on the wall clock, which may be set while it runs.

Ours senses, plans, controls and checks in each tick, over a robot without a world. Every loop is
measured against its own next deadline: lateness of each tick, periods missed by it, ticks lost of
those that were due, and drift, the part of the loss by which the schedule itself slipped: ours
skips what it has missed and keeps its phase, the others never make up for it. Slices of all loops alternate; idle first, then with two
busy processes. Rows with -fifo ran under SCHED_FIFO; they are null where that is not permitted.
Standard library only.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIFO_PRIORITY = 50
BUSY_PROCESSES = 2


# The peers. Each gives (tick starts, the lateness of each but the first), in nanoseconds.


def lerobot(period, seconds):
    """Sleeps for the rest of the period; the anchor is taken anew in every tick."""
    starts, late = [], []
    begin = time.perf_counter()
    start = begin
    while start - begin < seconds:
        starts.append(start)
        spent = time.perf_counter() - start
        if spent < period:
            time.sleep(period - spent)
        now = time.perf_counter()
        late.append(now - (start + period))
        start = now
    return starts, late[:-1]


def lerobot_cycle(period, seconds, ticks_per_cycle=2):
    """Deadlines are absolute within a cycle; the anchor is taken anew in every cycle."""
    starts, late = [], []
    begin = time.perf_counter()
    now = anchor = begin
    done = 0
    while now - begin < seconds:
        starts.append(now)
        done += 1
        deadline = anchor + done * period
        rest = deadline - time.perf_counter()
        if rest > 0:
            time.sleep(rest)
        now = time.perf_counter()
        late.append(now - deadline)
        if done == ticks_per_cycle:
            anchor, done = now, 0
    return starts, late[:-1]


def openpi(period, seconds):
    """Sleeps for the rest of the period by the wall clock; the anchor is taken anew."""
    starts, late = [], []
    begin = time.time()
    last = begin
    while last - begin < seconds:
        starts.append(last)
        now = time.time()
        if now - last < period:
            time.sleep(period - (now - last))
            now = time.time()
        late.append(now - (last + period))
        last = now
    return starts, late[:-1]


PEERS = {"lerobot": lerobot, "lerobot-cycle": lerobot_cycle, "openpi": openpi}


# Statistics.


def percentile(ordered, percent):
    """The least value that `percent` of the samples are at most; None without samples."""
    if not ordered:
        return None
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, min(len(ordered), int(rank)) - 1)]


def slice_of(starts, late, rate, seconds):
    """What one slice of a peer came to, with its samples in nanoseconds."""
    due = round(seconds * rate)
    span = starts[-1] - starts[0] if starts else 0
    return {
        "ticks": len(starts),
        "due": due,
        "span_s": span,
        # These loops never skip: every tick lost is one by which their schedule has slipped.
        "drift": due - len(starts),
        "misses": sum(max(0, int(value * rate)) for value in late),
        "late_ns": [max(0, round(value * 1e9)) for value in late],
    }


def summary(slices):
    """The figures of all slices of one loop; None when none ran."""
    if not slices:
        return None
    late = sorted(value for one in slices for value in one["late_ns"])
    gaps = sum(max(0, one["ticks"] - 1) for one in slices)
    span = sum(one["span_s"] for one in slices)

    def micro(percent):
        return percentile(late, percent) / 1000 if late else None

    return {
        "rate_hz": gaps / span if span > 0 else None,
        "ticks": sum(one["ticks"] for one in slices),
        "lost_ticks": sum(one["due"] - one["ticks"] for one in slices),
        "drift_ticks": sum(one["drift"] for one in slices),
        "misses": sum(one["misses"] for one in slices),
        "lateness_p50_us": micro(50),
        "lateness_p99_us": micro(99),
        "lateness_p999_us": micro(99.9),
        "lateness_max_us": late[-1] / 1000 if late else None,
        "stolen_ms": sum(one["stolen_ms"] for one in slices),
    }


def stolen_ms():
    """Time that a host has taken from this machine's processors; 0 where nobody says."""
    try:
        with open("/proc/stat", encoding="ascii") as file:
            return int(file.readline().split()[8]) * 1000 / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, ValueError):
        return 0


# Running.


def run_peer(name, rate, seconds, fifo):
    """A slice of a Python loop, in a process of its own; None when SCHED_FIFO is refused."""
    command = [sys.executable, __file__, "--peer", name, "--rates", str(rate)]
    command += ["--seconds", str(seconds)] + (["--fifo"] if fifo else [])
    before = stolen_ms()
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    result = json.loads(output)
    if result is not None:
        result["stolen_ms"] = stolen_ms() - before
    return result


def peer_process(name, rate, seconds, fifo):
    """What the process of a peer does: runs its loop and prints the slice."""
    if fifo:
        try:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(FIFO_PRIORITY))
        except (PermissionError, AttributeError):
            return print("null")
    PEERS[name](1 / rate, min(0.2, seconds))
    starts, late = PEERS[name](1 / rate, seconds)
    print(json.dumps(slice_of(starts, late, rate, seconds)))


def run_simrun(binary, rate, seconds, realtime):
    """A slice of our loop, and what it was granted."""
    with tempfile.TemporaryDirectory() as folder:
        samples = Path(folder) / "lateness"
        command = [binary, "loop", "--rate", str(rate), "--seconds", str(seconds)]
        command += ["--json", "--samples", str(samples)]
        command += [] if realtime else ["--no-realtime"]
        before = stolen_ms()
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        taken = stolen_ms() - before
        report = json.loads(output)
        late = [int(line) for line in samples.read_text().split()]
    rate_hz = report["achieved_rate_hz"]
    result = {
        "ticks": report["ticks"],
        "due": report["ticks_due"],
        "span_s": (report["ticks"] - 1) / rate_hz if rate_hz else 0,
        "drift": report["drift_ticks"],
        "misses": report["misses"],
        "late_ns": late[1:],
        "stolen_ms": taken,
    }
    return result, report["realtime"]


class Busy:
    """Two processes that never rest."""

    def __enter__(self):
        command = [sys.executable, "-c", "while True: pass"]
        self.processes = [subprocess.Popen(command) for _ in range(BUSY_PROCESSES)]
        time.sleep(0.3)

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
            process.wait()


def measure(binary, rate, seconds, rounds, peers):
    """Slices of every loop at one rate, alternating; and what ours was granted."""
    slices = {"simrun": [], "simrun-ordinary": []}
    for name in peers:
        slices[name] = []
        slices[name + "-fifo"] = []
    names = list(slices)
    granted = []
    for turn in range(rounds):
        # Every round starts elsewhere, so that no loop always runs first.
        for name in names[turn % len(names):] + names[: turn % len(names)]:
            if name.startswith("simrun"):
                one, lines = run_simrun(binary, rate, seconds / rounds, name == "simrun")
                if name == "simrun":
                    granted = lines
            else:
                fifo = name.endswith("-fifo")
                one = run_peer(name.removesuffix("-fifo"), rate, seconds / rounds, fifo)
            if one is not None:
                slices[name].append(one)
    return {name: summary(found) for name, found in slices.items()}, granted


KEYS = ["rate_hz", "ticks", "lost_ticks", "drift_ticks", "misses", "lateness_p50_us"]
KEYS += ["lateness_p99_us", "lateness_p999_us", "lateness_max_us", "stolen_ms"]


def rows_of(rate, load, found):
    """One row per peer, with our figures beside it."""
    ours = found["simrun"]
    rows = []
    for name, peer in found.items():
        if name == "simrun":
            continue
        row = {"case": f"{rate:g}hz/{load}/{name}", "rate_hz": rate, "load": load, "peer": name}
        for key in KEYS:
            row["simrun_" + key] = ours[key]
        for key in KEYS:
            row["peer_" + key] = None if peer is None else peer[key]
        for short in ["p99", "p999"]:
            key = f"lateness_{short}_us"
            enough = peer is not None and peer[key] and ours[key] is not None
            row[f"share_{short}"] = ours[key] / peer[key] if enough else None
        rows.append(row)
    return rows


def table(rows):
    """The rows for people: ours once per rate and load, then each peer."""
    head = ["", "rate Hz", "lost", "drift", "misses", "p50 us", "p99 us", "p99.9 us", "max us"]
    head += ["stolen ms"]
    lines = ["".join([head[0].ljust(34)] + [title.rjust(11) for title in head[1:]])]
    keys = [key for key in KEYS if key != "ticks"]
    digits = [2, 0, 0, 0, 1, 1, 1, 1, 0]

    def line(name, row, side):
        cells = [row[f"{side}_{key}"] for key in keys]
        texts = ["-" if cell is None else f"{cell:.{n}f}" for cell, n in zip(cells, digits)]
        return name.ljust(34) + "".join(text.rjust(11) for text in texts)

    last = None
    for row in rows:
        place = row["case"].rsplit("/", 1)[0]
        if place != last:
            lines.append(line(place + "/simrun", row, "simrun"))
            last = place
        lines.append(line("  " + row["peer"], row, "peer"))
    return lines


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--seconds", type=float, default=6, help="of each loop, rate and load")
    parser.add_argument("--rates", default="50,100,250,500,1000", help="in hertz")
    parser.add_argument("--rounds", type=int, default=2, help="slices of each loop")
    parser.add_argument("--loads", default="idle,busy", help="idle, busy or both")
    parser.add_argument("--peers", default=",".join(PEERS), help="Python loops to run beside")
    parser.add_argument("--simrun", default=str(ROOT / ".build/release/simrun"), help="the program")
    parser.add_argument("--peer", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--fifo", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    try:
        arguments.rates = [float(rate) for rate in arguments.rates.split(",")]
    except ValueError:
        parser.error("--rates takes numbers, such as 50,1000")
    if not all(0.1 <= rate <= 10_000 for rate in arguments.rates):
        parser.error("--rates must be from 0.1 to 10000 Hz")
    if not 0 < arguments.seconds <= 3600 or not 1 <= arguments.rounds <= 1000:
        parser.error("--seconds must be over 0 and up to 3600, --rounds from 1 to 1000")
    arguments.loads = arguments.loads.split(",")
    if not set(arguments.loads) <= {"idle", "busy"}:
        parser.error("--loads takes idle, busy or both")
    arguments.peers = arguments.peers.split(",")
    if not set(arguments.peers) <= set(PEERS):
        parser.error("--peers takes " + ", ".join(PEERS))
    if not arguments.peer and not os.access(arguments.simrun, os.X_OK):
        parser.error(f"{arguments.simrun} is not there: swift build -c release --product simrun")
    return arguments


def main():
    arguments = parse()
    if arguments.peer:
        return peer_process(
            arguments.peer, arguments.rates[0], arguments.seconds, arguments.fifo
        )
    rows, granted = [], []
    for load in arguments.loads:
        for rate in arguments.rates:
            print(f"{rate:g} Hz, {load}", file=sys.stderr)
            with Busy() if load == "busy" else nullcontext():
                found, granted = measure(
                    arguments.simrun, rate, arguments.seconds, arguments.rounds, arguments.peers
                )
            rows += rows_of(rate, load, found)
    if arguments.json:
        report = {"rows": rows, "realtime": granted, "python": sys.version.split()[0]}
        return print(json.dumps(report))
    print("\n".join(granted + [""] + table(rows)))


if __name__ == "__main__":
    main()
