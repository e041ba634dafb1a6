"""The suite's stages, with a stand-in for simrun that writes demonstrations and reports."""

import io
import json
import sys
import tempfile
import unittest
from contextlib import redirect_stdout
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import train_suite

STAND_IN = f"""#!{sys.executable}
import json, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
argv = sys.argv[1:]
open(sys.argv[0] + ".calls", "a").write(" ".join(argv) + "\\n")
if argv[1] == "broken":
    sys.exit("simrun: no such task")
if argv[0] == "collect":
    from simrun_training import synthetic
    synthetic.write(argv[argv.index("--out") + 1], int(argv[argv.index("--episodes") + 1]), steps=12, points=64)
else:
    count = int(argv[argv.index("--episodes") + 1])
    print(json.dumps({{"episodes": [{{"success": i % 4 > 0}} for i in range(count)], "latency_us": {{"infer": {{"p50": 500.0}}}}}}))
"""
SMALL = ["--", "--batch", "8", "--point-widths", "8", "16", "--unet-widths", "8", "16", "--points", "16", "--pretrain", "0", "--validation", "0.3"]


class SuiteTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name)
        self.simrun = self.root / "simrun"
        self.simrun.write_text(STAND_IN)
        self.simrun.chmod(0o755)

    def tearDown(self):
        self.folder.cleanup()

    def suite(self, *more):
        out = io.StringIO()
        with redirect_stdout(out):
            code = train_suite.main(["--simrun", str(self.simrun), "--out", str(self.root / "out"), "--demos", "4", "--steps", "2",
                                     "--episodes", "40", *more, *SMALL])
        return code, out.getvalue()

    def calls(self):
        return (self.root / "simrun.calls").read_text().splitlines()

    def test_goes_through_every_stage_once(self):
        code, text = self.suite("--tasks", "toy", "--methods", "meanflow", "dp3")
        self.assertEqual(code, 0, text)
        # One file of demonstrations for both, three worlds each.
        self.assertEqual(sum(c.startswith("collect") for c in self.calls()), 1)
        self.assertEqual(sum(c.startswith("task") for c in self.calls()), 6)
        self.assertIn("| toy | 0.750 (0.598 to 0.858) | 0.750 (0.598 to 0.858) |", text)
        self.assertIn("| dp3 | 0.50 |", text)
        document = json.loads((self.root / "out/policies/dp3-toy-d4-s0/policy.json").read_text())
        self.assertEqual(document["architecture"], "dp3")
        before = len(self.calls())
        self.assertEqual(self.suite("--tasks", "toy", "--methods", "meanflow", "dp3")[0], 0)
        self.assertEqual(len(self.calls()), before, "a finished suite runs nothing")
        (self.root / "out/results/dp3-toy-d4-s0-waits.json").unlink()
        self.suite("--tasks", "toy", "--methods", "meanflow", "dp3")
        self.assertEqual(len(self.calls()), before + 1, "only what is missing")

    def test_a_failed_job_stops_no_other_and_is_told(self):
        code, text = self.suite("--tasks", "broken", "toy", "--methods", "meanflow")
        self.assertEqual(code, 3)
        self.assertIn("collect-broken-4: exit 1", text)
        self.assertIn("| broken | - |", text)
        self.assertIn("| toy | 0.750", text)

    def test_interval(self):
        low, high = train_suite.wilson(9, 10)
        self.assertAlmostEqual(low, 0.596, places=3)
        self.assertAlmostEqual(high, 0.982, places=3)


if __name__ == "__main__":
    unittest.main()
