#!/usr/bin/env python3
"""Tests of simrun_probe: python3 tools/test_simrun_probe.py"""

import atexit
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from simrun_probe import MAXIMUM_STAGE_NS, Probe, ProbeError  # noqa: E402

HEAD = "sense_us infer_us rerank_us act_us"


class ProbeTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.path = self.folder / "run.trace"
        self.now = 0
        self.probe = Probe(self.path, clock=lambda: self.now)
        self.addCleanup(atexit.unregister, self.probe._save_at_exit)

    def spend(self, microseconds):
        self.now += round(1000 * microseconds)

    def rows(self):
        return self.probe.text().splitlines()[1:]

    def test_a_loop_becomes_rows(self):
        self.probe.episode(7)
        with self.probe.tick():
            with self.probe.stage("sense"):
                self.spend(812.25)
            self.spend(10_000)  # a sleep between stages is nobody's time
            with self.probe.stage("infer"):
                self.spend(6800.5)
            with self.probe.stage("act"):
                self.spend(30.001)
        with self.probe.tick(), self.probe.stage("sense"):
            self.spend(800)
        self.probe.close()
        self.assertEqual(
            self.path.read_text().splitlines()[1:],
            [HEAD, "episode 7", "812.250 6800.500 - 30.001", "800.000 - - -"],
        )
        self.assertEqual([entry.name for entry in self.folder.iterdir()], ["run.trace"])

    def test_a_measured_call_is_a_tick_of_its_own_outside_a_tick(self):
        @self.probe.measures("infer")
        def policy(observation, *, scale):
            """Plans."""
            self.spend(5)
            return observation * scale

        self.assertEqual(policy(3, scale=2), 6)
        self.assertEqual((policy.__name__, policy.__doc__), ("policy", "Plans."))
        with self.probe.tick():
            with self.probe.stage("act"):
                self.spend(1)
            policy(1, scale=1)
            policy(1, scale=1)
        self.assertEqual(self.rows(), [HEAD, "- 5.000 - -", "- 10.000 - 1.000"])

    def test_stages_and_ticks_do_not_nest(self):
        with self.assertRaisesRegex(ProbeError, "'act' cannot start inside stage 'infer'"):
            with self.probe.tick(), self.probe.stage("infer"), self.probe.stage("act"):
                pass
        with self.assertRaisesRegex(ProbeError, "inside another tick"):
            with self.probe.tick(), self.probe.tick():
                pass
        with self.assertRaisesRegex(ProbeError, "inside a tick"):
            with self.probe.tick():
                self.probe.episode(1)
        with self.probe.stage("act"):
            self.spend(2)
        self.assertEqual(self.rows(), [HEAD, "- - - 2.000"])
        self.assertEqual((self.probe.ticks, self.probe.dropped), (1, 3))

    def test_a_tick_that_raises_is_dropped_and_the_exception_goes_on(self):
        with self.assertRaises(KeyError):
            with self.probe.tick(), self.probe.stage("infer"):
                raise KeyError
        with self.probe.tick():
            try:
                with self.probe.stage("sense"):
                    self.spend(4)
                    raise TimeoutError
            except TimeoutError:
                pass  # the loop lives with it, and it took its time
        self.assertEqual(self.rows(), [HEAD, "4.000 - - -"])

    def test_an_interrupted_run_keeps_its_whole_ticks(self):
        with self.assertRaises(KeyboardInterrupt):
            with self.probe:
                with self.probe.stage("infer"):
                    self.spend(9)
                with self.probe.stage("infer"):
                    raise KeyboardInterrupt
        self.assertIn("1 ticks, 1 dropped", self.path.read_text())

    def test_nothing_measured_writes_nothing(self):
        with self.assertRaisesRegex(ProbeError, "no tick was measured"):
            self.probe.close()
        with self.assertRaises(ZeroDivisionError):
            with self.probe:
                raise ZeroDivisionError
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_file_that_cannot_be_written_leaves_the_old_one(self):
        self.path.write_text("old")
        with self.probe.stage("act"):
            self.spend(1)
        self.probe.text = lambda: 1 / 0
        with self.assertRaises(ZeroDivisionError):
            self.probe.close()
        self.assertEqual(self.path.read_text(), "old")
        self.assertEqual([entry.name for entry in self.folder.iterdir()], ["run.trace"])

    def test_bad_use_is_refused(self):
        with self.assertRaisesRegex(ProbeError, "unknown stage 'think', expected one of sense"):
            with self.probe.stage("think"):
                pass
        with self.assertRaisesRegex(ProbeError, "unknown stage"):
            self.probe.measures("think")
        with self.assertRaisesRegex(ProbeError, "only starts its work"):

            @self.probe.measures("infer")
            async def policy():
                pass

        async def later():
            pass

        made = []
        started = self.probe.measures("infer")(lambda: made.append(later()) or made[0])
        with self.assertRaisesRegex(ProbeError, "only starts its work"):
            started()
        made[0].close()
        with self.assertRaisesRegex(ProbeError, "no folder"):
            Probe(self.folder / "missing" / "run.trace")
        with self.assertRaisesRegex(ProbeError, "is a folder"):
            Probe(self.folder)

    def test_seeds_name_one_episode_each(self):
        self.probe.episode(1)
        for seed in (1, -1, 2**64, 1.0, True, "4"):
            with self.assertRaises(ProbeError):
                self.probe.episode(seed)
        self.probe.episode()
        self.probe.episode()
        self.assertEqual(self.rows(), [HEAD, "episode 1", "episode 0", "episode 2"])

    def test_a_second_thread_and_a_closed_probe_are_refused(self):
        with self.probe.stage("act"):
            self.spend(1)
        errors = []

        def use():
            try:
                with self.probe.stage("act"):
                    pass
            except ProbeError as error:
                errors.append(str(error))

        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
        self.assertIn("second thread", errors[0])
        self.probe.close()
        self.probe.close()
        with self.assertRaisesRegex(ProbeError, "closed"):
            with self.probe.tick():
                pass

    def test_what_a_trace_cannot_hold_is_dropped(self):
        with self.probe.stage("act"):
            self.now += MAXIMUM_STAGE_NS + 1
        self.assertEqual((self.probe.ticks, self.probe.dropped), (0, 1))


class ChargeTests(unittest.TestCase):
    """What simrun makes of a trace."""

    root = pathlib.Path(__file__).resolve().parent.parent
    program = pathlib.Path(os.environ.get("SIMRUN_BINARY", root / ".build/debug/simrun")).resolve()

    @unittest.skipUnless(program.exists(), "simrun is not built")
    def test_simrun_charges_what_was_measured(self):
        now = 0
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "run.trace")
            with Probe(path, clock=lambda: now) as probe:
                probe.episode(0)
                for number in range(90):
                    with probe.tick():
                        with probe.stage("sense"):
                            now += 400_000
                        if number % 3 == 0:
                            with probe.stage("infer"):
                                now += 9_000_000
                        with probe.stage("act"):
                            now += 50_000
            run = subprocess.run(
                [str(self.program), "task", "reach", "--policy", "expert", "--episodes", "1"]
                + ["--ci", "--json", "--latency", f"trace:{path}"],
                cwd=self.root,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                universal_newlines=True,
            )
        self.assertEqual(run.returncode, 0, run.stderr)
        report = json.loads(run.stdout)
        self.assertTrue(report["reproducible"])
        # Every tick senses and acts; those that plan also infer.
        self.assertAlmostEqual(report["charge_us"]["p50"], 450, delta=1)
        self.assertAlmostEqual(report["charge_us"]["max"], 9450, delta=10)


class ProgramTests(unittest.TestCase):
    program = str(pathlib.Path(__file__).with_name("simrun_probe.py"))

    def run_program(self, *arguments):
        return subprocess.run(
            [sys.executable, self.program, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
        )

    def test_help_and_demo(self):
        self.assertIn("--demo", self.run_program("--help").stdout)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "demo.trace")
            self.assertIn(f"trace:{path}", self.run_program("--demo", path).stdout)
            rows = pathlib.Path(path).read_text().splitlines()
            self.assertEqual(rows[1:3], [HEAD, "episode 0"])
            self.assertEqual(len(rows), 53)
            self.assertEqual([row.split()[1] == "-" for row in rows[3:]], [False, True] * 25)
            self.assertEqual(self.run_program("--demo", "/nowhere/demo.trace").returncode, 2)

    def test_a_program_that_never_closes_its_probe_leaves_its_trace(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "run.trace")
            code = (
                f"import sys; sys.path.insert(0, {os.path.dirname(self.program)!r})\n"
                "from simrun_probe import Probe\n"
                f"probe = Probe({path!r})\n"
                "with probe.stage('infer'): pass\n"
                "raise SystemExit(1)\n"
            )
            subprocess.run([sys.executable, "-c", code])
            self.assertIn("1 ticks", pathlib.Path(path).read_text())


if __name__ == "__main__":
    unittest.main()
