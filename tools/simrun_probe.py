#!/usr/bin/env python3
"""Measures a robot control loop or policy call in Python, stage by stage, and writes a trace that
`simrun task TASK --latency trace:FILE` charges to its simulated world.

One file without dependencies, Python 3.8 or newer: copy it beside your loop.

    from simrun_probe import Probe

    with Probe("run.trace") as probe:
        for seed in range(10):
            probe.episode(seed)
            for _ in range(300):
                with probe.tick():
                    with probe.stage("sense"):
                        observation = robot.get_observation()
                    with probe.stage("infer"):
                        action = policy(observation)
                    with probe.stage("act"):
                        robot.send_action(action)

Or without touching the loop, round the call that runs the network:

    policy.predict_action_chunk = probe.measures("infer")(policy.predict_action_chunk)  # LeRobot
    client.infer = probe.measures("infer")(client.infer)                                # openpi

A stage outside `tick()` is a tick of its own. simrun charges an infer time to each tick in which its
own policy plans, so leave ticks that plan nothing without an infer stage. LeRobot's `select_action`
mostly takes the next action from a queue: round it, nearly all infer times would be nearly zero.

Warm the policy up before the first measured call: a cold call may compile or load something, and
would be charged like any other.

Stages are sense, infer, rerank and act, never one inside another; a stage that runs twice in a
tick counts both times. Time outside stages, such as the sleep that paces a loop, is not counted.
GPU calls return before they are done: synchronise inside the stage, or only the launch is measured.
A tick that raises is dropped and counted; the exception goes on. The file appears whole, or not at
all, when the probe is closed or the program ends.
"""

import argparse
import atexit
import contextlib
import functools
import inspect
import os
import platform
import shlex
import sys
import threading
import time

STAGES = ("sense", "infer", "rerank", "act")
# What a trace may hold: ticks, and nanoseconds in one stage.
MAXIMUM_TICKS = 8_640_000
MAXIMUM_STAGE_NS = 1_000_000_000_000
STARTS_ONLY = (
    "only starts its work when called: use `with probe.stage(...)` round the work itself"
)


class ProbeError(Exception):
    """The probe was used in a way that would measure something else than it says."""


class Probe:
    """Stage times of one loop, for one file; belongs to the thread that uses it first."""

    def __init__(self, path, clock=time.perf_counter_ns):
        """`path` is the trace to write, in a folder that exists; `clock` is monotonic, in ns."""
        self.path = os.path.abspath(os.fspath(path))
        if not os.path.isdir(os.path.dirname(self.path)):
            raise ProbeError(f"no folder for {self.path}")
        if os.path.isdir(self.path):
            raise ProbeError(f"{self.path} is a folder, expected a file to write")
        #: Ticks kept so far, and ticks dropped because they raised or were over the limits.
        self.ticks = 0
        self.dropped = 0
        self._clock = clock
        self._lines = []
        self._seeds = set()
        self._tick = None
        self._stage = None
        self._thread = None
        self._process = os.getpid()
        self._closed = False
        atexit.register(self._save_at_exit)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        # An interrupted run keeps its whole ticks; one that failed at once leaves no file.
        if error is None or self.ticks > 0:
            self.close()
        else:
            self._finish()

    def episode(self, seed=None):
        """Starts an episode; simrun replays it for the same seed (default: the least unused)."""
        self._require_use("an episode")
        if self._tick is not None:
            raise ProbeError("an episode cannot start inside a tick")
        if seed is None:
            seed = next(number for number in range(len(self._seeds) + 1) if number not in self._seeds)
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**64:
            raise ProbeError(f"expected a seed from 0 to 2**64 - 1, found {seed!r}")
        if seed in self._seeds:
            raise ProbeError(f"episode {seed} was measured already: a seed names one episode")
        self._seeds.add(seed)
        self._lines.append(f"episode {seed}")

    @contextlib.contextmanager
    def tick(self):
        """One round of the loop: the stages inside it make one row."""
        self._require_use("a tick")
        if self._tick is not None:
            raise ProbeError("a tick cannot start inside another tick")
        self._tick = {}
        try:
            yield self
        except BaseException:
            self.dropped += 1
            raise
        else:
            self._keep(self._tick)
        finally:
            self._tick = None

    @contextlib.contextmanager
    def stage(self, name):
        """Measures one stage of the tick; outside a tick it is a tick of its own."""
        self._require_use(f"stage {name!r}")
        if name not in STAGES:
            raise ProbeError(f"unknown stage {name!r}, expected one of {', '.join(STAGES)}")
        if self._stage is not None:
            raise ProbeError(
                f"stage {name!r} cannot start inside stage {self._stage!r}: "
                "its time would count twice; end the outer stage first"
            )
        with contextlib.ExitStack() as own:
            if self._tick is None:
                own.enter_context(self.tick())
            self._stage = name
            start = self._clock()
            try:
                yield
            finally:
                self._tick[name] = self._tick.get(name, 0) + self._clock() - start
                self._stage = None

    def measures(self, name):
        """A decorator: each call of the function is a stage."""
        if name not in STAGES:
            raise ProbeError(f"unknown stage {name!r}, expected one of {', '.join(STAGES)}")

        def decorate(function):
            if (
                inspect.iscoroutinefunction(function)
                or inspect.isgeneratorfunction(function)
                or inspect.isasyncgenfunction(function)
            ):
                raise ProbeError(f"{function!r} {STARTS_ONLY}")

            @functools.wraps(function)
            def measured(*arguments, **keywords):
                with self.stage(name):
                    result = function(*arguments, **keywords)
                    if inspect.isawaitable(result):
                        raise ProbeError(f"{function!r} {STARTS_ONLY}")
                    return result

            return measured

        return decorate

    def text(self):
        """The trace so far."""
        date = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        kept = (
            f"# simrun_probe, {date}, Python {platform.python_version()} on {platform.machine()}: "
            f"{self.ticks} ticks, {self.dropped} dropped; microseconds\n"
        )
        return kept + " ".join(f"{stage}_us" for stage in STAGES) + "\n" + self._body()

    def close(self):
        """Writes the file, whole or not at all; does nothing the second time."""
        if self._closed:
            return
        if self._tick is not None:
            raise ProbeError("the probe cannot be closed inside a tick")
        if self.ticks == 0:
            raise ProbeError(f"no tick was measured: {self.path} is not written")
        temporary = f"{self.path}.{os.getpid()}.part"
        try:
            with open(temporary, "x", encoding="ascii", newline="\n") as file:
                file.write(self.text())
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        self._finish()

    def _finish(self):
        self._closed = True
        atexit.unregister(self._save_at_exit)

    def _body(self):
        return "".join(line + "\n" for line in self._lines)

    def _keep(self, stages):
        over = any(not 0 <= span <= MAXIMUM_STAGE_NS for span in stages.values())
        if over or self.ticks >= MAXIMUM_TICKS:
            self.dropped += 1
            return
        self.ticks += 1
        self._lines.append(" ".join(_microseconds(stages.get(stage)) for stage in STAGES))

    def _require_use(self, what):
        if self._closed:
            raise ProbeError(f"{what} after the probe was closed")
        here = threading.get_ident()
        if self._thread is None:
            self._thread = here
        if self._thread != here:
            raise ProbeError(f"{what} in a second thread: use one probe for each thread")

    def _save_at_exit(self):
        # A forked child ends too, but the loop is not its own.
        if self.ticks > 0 and self._tick is None and os.getpid() == self._process:
            self.close()


def _microseconds(nanoseconds):
    if nanoseconds is None:
        return "-"
    return f"{nanoseconds // 1000}.{nanoseconds % 1000:03d}"


def demo(path, ticks=50):
    """A loop at 50 Hz that plans in every second tick."""
    with Probe(path) as probe:
        think = probe.measures("infer")(lambda: time.sleep(0.006))
        probe.episode(0)
        deadline = time.perf_counter()
        for number in range(ticks):
            with probe.tick():
                with probe.stage("sense"):
                    time.sleep(0.001)
                if number % 2 == 0:
                    think()
                with probe.stage("act"):
                    sum(range(1000))
            deadline += 0.02
            time.sleep(max(0.0, deadline - time.perf_counter()))
    print(f"{path}: {probe.ticks} ticks; charge them with")
    print(f"  simrun task pick-place --latency {shlex.quote('trace:' + path)}")


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--demo",
        nargs="?",
        const="demo.trace",
        metavar="FILE",
        help="measure a loop of sleeps for a second and write FILE (demo.trace)",
    )
    options = parser.parse_args(arguments)
    if options.demo is None:
        parser.print_help()
        return 0
    try:
        demo(options.demo)
    except (ProbeError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
