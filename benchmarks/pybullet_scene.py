#!/usr/bin/env python3
"""Physics of a task's scene on PyBullet beside ours, in one run.

    python3 benchmarks/pybullet_scene.py [--json] [--task pick-place] [--rounds N]

Both worlds are built from the same numbers, which `simrun bench --scene-peer` hands out: the arm's
links, joints, motors and gear, the table and the boxes, contact and solver settings. Both are driven
by the same motor targets, those of the scripted expert's episode of seed 0, which picks a cube up and
carries it. Rounds alternate between the two; each builds its world anew and times the steps alone: ours
in its own process, PyBullet's by a clock round `stepSimulation`. The figure is the median of the rounds.

Cases: the task's scene, and with more boxes beside it, nine in all. Exit code 1 if the two worlds end
otherwise (a joint by more than 0.02 rad or m, an object by more than 1 cm), or if ours makes less
than 1.15 (nine boxes: 2) times PyBullet's steps per second.

Needs training/requirements-counterparts.txt.
"""

import argparse
import contextlib
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.sax.saxutils import quoteattr

ROOT = Path(__file__).resolve().parent.parent
# Boxes beside the task's own, and how many times PyBullet's speed ours must reach.
CASES = {"": (0, 1.15), "-9-boxes": (8, 2.0)}
MOST_JOINT_DIFFERENCE = 0.02
MOST_OBJECT_DIFFERENCE = 0.01


@contextlib.contextmanager
def aside():
    """PyBullet greets and warns on standard output: meanwhile that is the standard error."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


# The scene as PyBullet reads it.


def angles(quaternion):
    """Roll, pitch and yaw of a quaternion x, y, z, w, as URDF has them."""
    x, y, z, w = quaternion
    sine = 2 * (w * y - z * x)
    if abs(sine) > 1 - 1e-9:
        # Roll and yaw turn about the same axis: all of it is yaw.
        return [0.0, math.copysign(math.pi / 2, sine), math.copysign(2, -sine) * math.atan2(x, w)]
    roll = math.atan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y))
    pitch = math.asin(sine)
    yaw = math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
    return [roll, pitch, yaw]


def numbers(values):
    return " ".join(repr(float(one)) for one in values)


def origin(frame):
    return f'<origin xyz="{numbers(frame["position"])}" rpy="{numbers(angles(frame["quaternion"]))}"/>'


def geometry(shape):
    size = shape["size"]
    if shape["kind"] == "box":
        return f'<box size="{numbers(size)}"/>'
    if shape["kind"] == "sphere":
        return f'<sphere radius="{size[0]!r}"/>'
    if shape["kind"] in ("capsule", "cylinder"):
        return f'<{shape["kind"]} radius="{size[0]!r}" length="{size[1]!r}"/>'
    raise ValueError(f"no URDF for a {shape['kind']}")


def link_xml(name, mass, inertial, inertia, shapes):
    ixx, iyy, izz = inertia
    text = f"<link name={quoteattr(name)}><inertial>{origin(inertial)}"
    text += f'<mass value="{mass!r}"/><inertia ixx="{ixx!r}" ixy="0" ixz="0" iyy="{iyy!r}" iyz="0"'
    text += f' izz="{izz!r}"/></inertial>'
    for shape in shapes:
        text += f"<collision>{origin(shape['frame'])}<geometry>{geometry(shape)}</geometry></collision>"
    return text + "</link>"


def urdf(scene):
    """The robot's URDF; links keep their order."""
    base, links = scene["base"], scene["links"]
    names = [one["name"] for one in links]
    text = '<robot name="scene">'
    text += link_xml("scene_base", base["mass"], base["inertial"], base["inertia"], base["shapes"])
    for link in links:
        text += link_xml(
            link["name"], link["mass"], link["inertial"], link["inertia"], link["shapes"]
        )
    for link in links:
        parent = "scene_base" if link["parent"] < 0 else names[link["parent"]]
        text += f"<joint name={quoteattr('to_' + link['name'])} type=\"{link['joint']}\">"
        text += f"<parent link={quoteattr(parent)}/><child link={quoteattr(link['name'])}/>"
        text += f'{origin(link["frame"])}<axis xyz="{numbers(link["axis"])}"/>'
        lower, upper = link.get("lower", 0.0), link.get("upper", -1.0)
        text += f'<limit lower="{lower!r}" upper="{upper!r}" effort="{link["force"]!r}"'
        text += f' velocity="{link.get("velocity", 1e3)!r}"/>'
        text += f'<dynamics damping="{link["damping"]!r}" friction="{link["friction"]!r}"/></joint>'
    return text + "</robot>"


class PyBullet:
    """The scene in PyBullet, rebuilt for every run."""

    def __init__(self, loaded):
        with aside():
            import pybullet

            pybullet.connect(pybullet.DIRECT)
        self.p = pybullet
        self.scene = loaded["scene"]
        self.commands = loaded["commands"]
        folder = tempfile.TemporaryDirectory()
        self.folder = folder
        self.urdf = str(Path(folder.name) / "robot.urdf")
        Path(self.urdf).write_text(urdf(self.scene))

    def surface(self, body, link, surface):
        self.p.changeDynamics(
            body,
            link,
            lateralFriction=surface["friction"],
            rollingFriction=surface["rolling"],
            spinningFriction=surface["spinning"],
            restitution=0,
            contactProcessingThreshold=self.scene["solver"]["contactProcessingThreshold"],
        )

    def shape(self, shapes):
        p = self.p
        kinds = {
            "box": p.GEOM_BOX,
            "sphere": p.GEOM_SPHERE,
            "capsule": p.GEOM_CAPSULE,
            "cylinder": p.GEOM_CYLINDER,
        }
        one = shapes[0]
        if len(shapes) != 1:
            raise ValueError("objects of several shapes are not built")
        size = one["size"]
        about = {"halfExtents": [side / 2 for side in size]} if one["kind"] == "box" else {}
        if one["kind"] != "box":
            about["radius"] = size[0]
        if one["kind"] in ("capsule", "cylinder"):
            about["height"] = size[1]
        return p.createCollisionShape(
            kinds[one["kind"]],
            collisionFramePosition=one["frame"]["position"],
            collisionFrameOrientation=one["frame"]["quaternion"],
            **about,
        )

    def build(self):
        p, scene = self.p, self.scene
        p.resetSimulation()
        solver = scene["solver"]
        p.setGravity(*solver["gravity"])
        p.setPhysicsEngineParameter(
            fixedTimeStep=solver["timestep"],
            numSolverIterations=solver["iterations"],
            numSubSteps=0,
            erp=solver["erp"],
            contactERP=solver["contactErp"],
            frictionERP=solver["frictionErp"],
            contactSlop=solver["slop"],
            solverResidualThreshold=solver["residual"],
            deterministicOverlappingPairs=1,
        )
        frame = scene["base"]["frame"]
        self.robot = p.loadURDF(
            self.urdf,
            frame["position"],
            frame["quaternion"],
            useFixedBase=True,
            flags=p.URDF_USE_INERTIA_FROM_FILE | p.URDF_MAINTAIN_LINK_ORDER,
        )
        self.surface(self.robot, -1, scene["base"]["surface"])
        for index, link in enumerate(scene["links"]):
            self.surface(self.robot, index, link["surface"])
            p.resetJointState(self.robot, index, scene["home"][index])
            # Its importer puts 0 for published tensors that no body can have, such as the Panda's
            # fourth link's.
            p.changeDynamics(self.robot, index, localInertiaDiagonal=link["inertia"])
        for gear in scene["gears"]:
            constraint = p.createConstraint(
                self.robot,
                gear["a"],
                self.robot,
                gear["b"],
                p.JOINT_GEAR,
                [0, 1, 0],
                [0, 0, 0],
                [0, 0, 0],
            )
            p.changeConstraint(
                constraint,
                gearRatio=gear["ratio"],
                erp=gear["errorReduction"],
                maxForce=gear["force"],
            )
        self.objects = []
        for body in scene["bodies"]:
            made = p.createMultiBody(
                baseMass=body["mass"],
                baseCollisionShapeIndex=self.shape(body["shapes"]),
                basePosition=body["frame"]["position"],
                baseOrientation=body["frame"]["quaternion"],
            )
            self.surface(made, -1, body["surface"])
            if body["mass"] > 0:
                p.changeDynamics(made, -1, localInertiaDiagonal=body["inertia"])
            self.objects.append(made)

    def run(self):
        with aside():
            self.build()
        p, links = self.p, self.scene["links"]
        joints = list(range(len(links)))
        control = {
            "forces": [one["force"] for one in links],
            "positionGains": [one["positionGain"] for one in links],
            "velocityGains": [one["velocityGain"] for one in links],
        }
        seconds, steps, step = 0.0, 0, p.stepSimulation
        clock = time.perf_counter
        for command in self.commands:
            p.setJointMotorControlArray(
                self.robot,
                joints,
                p.POSITION_CONTROL,
                targetPositions=command["targets"],
                **control,
            )
            start = clock()
            for _ in range(command["steps"]):
                step()
            seconds += clock() - start
            steps += command["steps"]
        states = p.getJointStates(self.robot, joints)
        places = [p.getBasePositionAndOrientation(one)[0] for one in self.objects]
        return {
            "seconds": seconds,
            "steps": steps,
            "joints": [one[0] for one in states],
            "objects": [list(one) for one in places],
        }

    def close(self):
        self.p.disconnect()
        self.folder.cleanup()


class Simrun:
    """Ours, in its own process."""

    def __init__(self, program, task, boxes):
        self.process = subprocess.Popen(
            [program, "bench", "--scene-peer"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        asked = {"load": {"task": task, "boxes": boxes, "seed": 0}}
        self.loaded = self.ask(asked)["loaded"]

    def ask(self, request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit("simrun bench --scene-peer ended: see what it says above")
        return json.loads(answer)

    def run(self):
        return self.ask({"run": True})

    def close(self):
        self.process.stdin.close()
        self.process.wait()


# Statistics.


def rates(runs):
    """Steps per second of each run."""
    return [one["steps"] / one["seconds"] for one in runs]


def differences(ours, theirs):
    """The largest difference of a joint's position and the largest distance of an object."""
    joints = max(abs(a - b) for a, b in zip(ours["joints"], theirs["joints"], strict=True))
    objects = max(math.dist(a, b) for a, b in zip(ours["objects"], theirs["objects"], strict=True))
    return joints, objects


def row_of(case, least, ours, theirs, timestep):
    """One row: medians over the rounds, and whether the case holds."""
    own, peer = statistics.median(rates(ours)), statistics.median(rates(theirs))
    joints, objects = differences(ours[-1], theirs[-1])
    return {
        "case": case,
        "steps": ours[-1]["steps"],
        "rounds": len(ours),
        "simrun_steps_per_s": own,
        "pybullet_steps_per_s": peer,
        "times_faster": own / peer,
        "least": least,
        "times_real_time": own * timestep,
        "max_joint_difference": joints,
        "max_object_difference_m": objects,
        "holds": own / peer >= least
        and joints <= MOST_JOINT_DIFFERENCE
        and objects <= MOST_OBJECT_DIFFERENCE,
    }


def table(rows):
    titles = ["simrun", "PyBullet", "times", "at least", "real time", "joints", "objects"]
    lines = ["case".ljust(28) + "".join(one.rjust(11) for one in titles)]
    for row in rows:
        cells = [
            f"{row['simrun_steps_per_s']:.0f}/s",
            f"{row['pybullet_steps_per_s']:.0f}/s",
            f"{row['times_faster']:.2f}",
            f"{row['least']:.2f}",
            f"{row['times_real_time']:.1f}x",
            f"{row['max_joint_difference']:.1e}",
            f"{row['max_object_difference_m'] * 1000:.2f} mm",
        ]
        lines.append(row["case"].ljust(28) + "".join(cell.rjust(11) for cell in cells))
    return lines


def measure(arguments, suffix):
    boxes, least = CASES[suffix]
    ours = Simrun(arguments.simrun, arguments.task, boxes)
    theirs = PyBullet(ours.loaded)
    runtimes = [(ours, []), (theirs, [])]
    for turn in range(arguments.rounds + 1):
        for runtime, runs in runtimes if turn % 2 else reversed(runtimes):
            result = runtime.run()
            # The first round warms up.
            if turn:
                runs.append(result)
    timestep = ours.loaded["scene"]["solver"]["timestep"]
    row = row_of(arguments.task + suffix, least, runtimes[0][1], runtimes[1][1], timestep)
    ours.close()
    theirs.close()
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--task", default="pick-place", help="whose scene")
    parser.add_argument("--rounds", type=int, default=15, help="runs of each physics")
    parser.add_argument("--simrun", default=str(ROOT / ".build/release/simrun"), help="the program")
    arguments = parser.parse_args()
    if not 1 <= arguments.rounds <= 1000:
        parser.error("--rounds must be from 1 to 1000")
    if not os.access(arguments.simrun, os.X_OK):
        parser.error(f"{arguments.simrun} is not there: swift build -c release --product simrun")
    try:
        with aside():
            import pybullet  # noqa: F401
    except ImportError:
        sys.exit("benchmarks/pybullet_scene.py needs training/requirements-counterparts.txt")
    rows = [measure(arguments, suffix) for suffix in CASES]
    if arguments.json:
        print(json.dumps({"rows": rows, "load": os.getloadavg()[0]}))
    else:
        print("\n".join(table(rows)))
    for row in rows:
        if not row["holds"]:
            print(f"{row['case']} does not hold", file=sys.stderr)
    return 0 if all(row["holds"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
