"""The scene that pybullet_scene.py hands to PyBullet, and its statistics, on numbers made by hand."""

import math
import sys
import xml.etree.ElementTree
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
import pybullet_scene as scene_bench

STILL = {"position": [0, 0, 0], "quaternion": [0, 0, 0, 1]}


def link(name, parent, joint="revolute"):
    return {
        "name": name,
        "parent": parent,
        "joint": joint,
        "axis": [0, 1, 0],
        "frame": {"position": [0, 0, 0.2], "quaternion": [0, 0, 0, 1]},
        "mass": 1.0,
        "inertial": STILL,
        "inertia": [0.01, 0.02, 0.03],
        "lower": -1.0,
        "upper": 1.0,
        "damping": 0.0,
        "friction": 0.1,
        "force": 20.0,
        "positionGain": 0.1,
        "velocityGain": 1.0,
        "shapes": [{"kind": "capsule", "size": [0.02, 0.1], "frame": STILL}],
    }


def test_angles_turn_back_into_the_quaternion():
    half = math.sqrt(0.5)
    for quaternion, wanted in [
        ([0, 0, 0, 1], [0, 0, 0]),
        ([half, 0, 0, half], [math.pi / 2, 0, 0]),
        ([0, half, 0, half], [0, math.pi / 2, 0]),
        ([0, 0, half, half], [0, 0, math.pi / 2]),
    ]:
        assert scene_bench.angles(quaternion) == pytest.approx(wanted, abs=1e-7)


def test_the_urdf_keeps_the_tree_and_its_numbers():
    base = link("arm", -1) | {"shapes": []}
    text = scene_bench.urdf({"base": base, "links": [link("a", -1), link('b"', 0, "prismatic")]})
    tree = xml.etree.ElementTree.fromstring(text)
    assert [one.get("name") for one in tree.findall("link")] == ["scene_base", "a", 'b"']
    first, second = tree.findall("joint")
    assert first.find("parent").get("link") == "scene_base"
    assert second.find("parent").get("link") == "a" and second.get("type") == "prismatic"
    assert tree.findall("link")[1].find("inertial/inertia").get("izz") == "0.03"
    capsule = tree.findall("link")[1].find("collision/geometry/capsule")
    assert capsule.attrib == {"radius": "0.02", "length": "0.1"}


def run(seconds, joints=(0.0,), objects=((0.0, 0.0, 0.0),)):
    return {"seconds": seconds, "steps": 600, "joints": list(joints), "objects": list(objects)}


def test_a_row_holds_medians_and_what_must_hold():
    ours = [run(0.1), run(0.2), run(0.1)]
    theirs = [run(0.3), run(0.3), run(0.5, joints=[0.01])]
    row = scene_bench.row_of("pick-place", 1.15, ours, theirs, 1 / 240)
    assert row["simrun_steps_per_s"] == pytest.approx(6000)
    assert row["times_faster"] == pytest.approx(3) and row["times_real_time"] == pytest.approx(25)
    assert row["holds"] and row["max_joint_difference"] == 0.01
    assert not scene_bench.row_of("x", 3.5, ours, theirs, 1 / 240)["holds"]
    moved = [run(0.3, objects=[(0.0, 0.02, 0.0)])] * 3
    assert not scene_bench.row_of("x", 1.15, ours, moved, 1 / 240)["holds"]
    assert len(scene_bench.table([row])) == 2
