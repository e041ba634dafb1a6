#!/usr/bin/env python3
"""Robots of others, brought as docs/bring-a-robot.md says: pybullet_data's Panda, iiwa and xArm.

Each must load with its meshes, stand still and follow a sine with every joint; what `fit` proposes
must load too, and be seen. `SIMRUN_BINARY` names the program; needs pybullet.
"""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import pybullet_data

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = os.environ.get("SIMRUN_BINARY", str(ROOT / ".build/release/simrun"))
DATA = Path(pybullet_data.getDataPath())


class Robots(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)

    def simrun(self, *arguments, status=0):
        # A cache of its own, so that every mesh is read once here.
        surroundings = os.environ | {"XDG_CACHE_HOME": str(self.scratch / "cache")}
        run = subprocess.run(
            [PROGRAM, *arguments], capture_output=True, text=True, env=surroundings, timeout=300
        )
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return run.stdout

    def bring(self, folder, urdf, tool, joints, hulls):
        robot = self.scratch / folder
        shutil.copytree(DATA / folder, robot)
        told = self.simrun("robots", "init", str(robot), "--urdf", urdf, *tool)
        self.assertIn("chosen", told)
        report = json.loads(self.simrun("robots", "check", str(robot), "--json"))
        self.assertTrue(report["passes"], report)
        self.assertEqual(len(report["joints"]), joints)
        self.assertEqual(report["hulls"], hulls)
        self.assertTrue(all(one["amplitude"] > 0 for one in report["joints"]))
        self.assertEqual(len(report["unseen_links"]), hulls)
        kept = list((self.scratch / "cache/simrun/hulls").glob("*.hull"))
        self.assertTrue(kept)

        # What is proposed for the eye is seen, and changes nothing that is felt.
        yaml = robot / "robot.yaml"
        text = yaml.read_text()
        yaml.write_text(text + "\n" + self.simrun("robots", "fit", str(robot)))
        seen = json.loads(self.simrun("robots", "check", str(robot), "--json"))
        self.assertEqual(seen["unseen_links"], [])
        self.assertEqual(seen["joints"], report["joints"])
        # What is proposed for contact stands in for the hulls.
        yaml.write_text(text)
        yaml.write_text(text + "\n" + self.simrun("robots", "fit", str(robot), "--contact"))
        solid = json.loads(self.simrun("robots", "check", str(robot), "--json"))
        self.assertEqual((solid["hulls"], solid["unseen_links"]), (0, []))
        return report

    def test_panda(self):
        report = self.bring(
            "franka_panda", "panda.urdf", ["--tool", "panda_grasptarget"], joints=9, hulls=11
        )
        self.assertEqual(report["arm_joints"], 7)
        self.assertEqual([one["unit"] for one in report["joints"]], ["rad"] * 7 + ["m"] * 2)

    def test_iiwa(self):
        report = self.bring("kuka_iiwa", "model.urdf", [], joints=7, hulls=8)
        self.assertEqual(report["arm_joints"], 7)

    def test_xarm(self):
        report = self.bring("xarm", "xarm6_robot.urdf", [], joints=6, hulls=7)
        self.assertEqual(report["arm_joints"], 6)


if __name__ == "__main__":
    unittest.main()
