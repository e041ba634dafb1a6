"""Writes pybullet_arm.json: a Panda-like arm and its motion in PyBullet.

    pip install pybullet==3.2.7 numpy
    python make_pybullet_fixture.py

The arm's numbers are those Franka publishes for the FER (franka_description); the inertia tensors are
diagonalised here and rounded, so the file holds exactly what PyBullet was given. The motors follow
sums of sines for 4 s at 240 Hz; one row of joint positions and velocities is kept every 24 steps.
"""

import json
import math
import os
import tempfile

import numpy as np
import pybullet as p

TIMESTEP = 1.0 / 240.0
STEPS = 960
EVERY = 24
TIME_CONSTANT = 0.04
HOME = [0, 0, 0, -math.pi / 2, 0, math.pi / 2, -math.pi / 4]

# xyz, roll, lower, upper, torque, mass, com, (ixx iyy izz ixy ixz iyz)
ARM = [
    ((0, 0, 0.333), 0, -2.8973, 2.8973, 87, 2.7907, (0.00033, -0.02204, -0.04762),
     (0.015648, 0.014399, 0.005004, 5.3e-6, -3.7e-5, -0.002485)),
    ((0, 0, 0), -1, -1.7628, 1.7628, 87, 2.5420, (0.00038, -0.09211, 0.01908),
     (0.016624, 0.004625, 0.015451, 3.1e-5, 8.4e-6, 0.003559)),
    ((0, -0.316, 0), 1, -2.8973, 2.8973, 87, 2.2513, (0.05152, 0.01696, -0.02971),
     (0.006317, 0.008663, 0.006578, 0.000973, 0.002925, 0.000935)),
    ((0.0825, 0, 0), 1, -3.0718, -0.0698, 87, 2.2037, (-0.05113, 0.05825, 0.01698),
     (0.007846, 0.006495, 0.010031, -0.003396, 0.001587, -0.001815)),
    ((-0.0825, 0.384, 0), -1, -2.8973, 2.8973, 12, 2.2855, (-0.00005, 0.0373, -0.0928),
     (0.022970, 0.020951, 0.004306, -9.5e-6, -2.1e-5, 0.003823)),
    ((0, 0, 0), 1, -0.0175, 3.7525, 12, 1.353, (0.06572, -0.00371, 0.00153),
     (0.000880, 0.002778, 0.002867, -0.000215, -0.000119, 1.3e-5)),
    ((0.088, 0, 0), 1, -2.8973, 2.8973, 12, 0.35973, (0.00089, -0.00044, 0.05491),
     (0.000195, 0.000192, 0.000179, 0, 0, 0)),
]
# The hand is a fixed link on link 7: flange 0.107 m out, turned by -45 degrees.
HAND = dict(mass=0.6544, com=(0, 0.0119, 0.0207), moments=(0.00186, 0.00030, 0.00174))
FINGER = dict(mass=0.0291, com=(0, 0.0102, 0.0277), moments=(1.1e-5, 1.06e-5, 2.4e-6))


def rpy(matrix):
    """Fixed-axis roll, pitch, yaw of a rotation matrix, away from the pole."""
    return [
        math.atan2(matrix[2, 1], matrix[2, 2]),
        math.asin(-matrix[2, 0]),
        math.atan2(matrix[1, 0], matrix[0, 0]),
    ]


def principal(inertia):
    ixx, iyy, izz, ixy, ixz, iyz = inertia
    moments, axes = np.linalg.eigh([[ixx, ixy, ixz], [ixy, iyy, iyz], [ixz, iyz, izz]])
    if np.linalg.det(axes) < 0:
        axes[:, 0] = -axes[:, 0]
    moments = moments.tolist()
    # Link 4 as published is no rigid body: its greatest moment exceeds the sum of the others, and
    # PyBullet would drop its inertia altogether. The least moment is raised until it is one.
    moments[0] = max(moments[0], 1.01 * (moments[2] - moments[1]))
    return [round(v, 9) for v in moments], [round(v, 9) for v in rpy(axes)]


def links():
    result = []
    for i, (xyz, roll, lower, upper, torque, mass, com, inertia) in enumerate(ARM):
        moments, angles = principal(inertia)
        result.append(dict(
            name=f"link{i + 1}", parent=i - 1, joint="revolute", axis=[0, 0, 1], xyz=list(xyz),
            rpy=[roll * math.pi / 2, 0, 0], lower=lower, upper=upper, force=torque,
            damping=0.003, mass=mass, com=list(com), inertialRpy=angles, moments=moments))
    result.append(dict(
        name="hand", parent=6, joint="fixed", axis=[0, 0, 1], xyz=[0, 0, 0.107],
        rpy=[0, 0, -math.pi / 4], lower=0, upper=0, force=0, damping=0,
        mass=HAND["mass"], com=list(HAND["com"]), inertialRpy=[0, 0, 0],
        moments=list(HAND["moments"])))
    for i, yaw in enumerate((0, math.pi)):
        result.append(dict(
            name=f"finger{i + 1}", parent=7, joint="prismatic", axis=[0, 1, 0],
            xyz=[0, 0, 0.0584], rpy=[0, 0, yaw], lower=0, upper=0.04, force=20, damping=0,
            mass=FINGER["mass"], com=list(FINGER["com"]), inertialRpy=[0, 0, 0],
            moments=list(FINGER["moments"])))
    return result


def numbers(values):
    return " ".join(repr(float(v)) for v in values)


def urdf(arm):
    lines = ['<robot name="arm"><link name="base"><inertial><mass value="2.3966"/>',
             '<inertia ixx="0.009" iyy="0.0115" izz="0.0085" ixy="0" ixz="0" iyz="0"/>',
             "</inertial></link>"]
    for link in arm:
        ixx, iyy, izz = link["moments"]
        parent = "base" if link["parent"] < 0 else arm[link["parent"]]["name"]
        lines.append(
            f'<link name="{link["name"]}"><inertial><mass value="{link["mass"]!r}"/>'
            f'<origin xyz="{numbers(link["com"])}" rpy="{numbers(link["inertialRpy"])}"/>'
            f'<inertia ixx="{ixx!r}" iyy="{iyy!r}" izz="{izz!r}" ixy="0" ixz="0" iyz="0"/>'
            f'</inertial></link>'
            f'<joint name="to_{link["name"]}" type="{link["joint"]}">'
            f'<parent link="{parent}"/><child link="{link["name"]}"/>'
            f'<origin xyz="{numbers(link["xyz"])}" rpy="{numbers(link["rpy"])}"/>'
            f'<axis xyz="{numbers(link["axis"])}"/>'
            f'<dynamics damping="{link["damping"]!r}" friction="0"/>'
            f'<limit lower="{link["lower"]!r}" upper="{link["upper"]!r}" '
            f'effort="{link["force"]!r}" velocity="10"/></joint>')
    return "\n".join(lines) + "</robot>"


def targets(step):
    # The test computes the same sums.
    t = step * TIMESTEP
    arm = [HOME[i] + 0.3 * math.sin((1.0 + 0.35 * i) * t + i) - 0.3 * math.sin(i)
           for i in range(7)]
    finger = 0.02 + 0.015 * math.sin(2 * t)
    return arm + [finger, finger]


def main():
    arm = links()
    p.connect(p.DIRECT)
    p.setTimeStep(TIMESTEP)
    p.setGravity(0, 0, -9.81)
    p.setPhysicsEngineParameter(numSolverIterations=50, numSubSteps=0)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "arm.urdf")
        with open(path, "w") as file:
            file.write(urdf(arm))
        body = p.loadURDF(path, useFixedBase=True, flags=p.URDF_USE_INERTIA_FROM_FILE)
    order = {p.getJointInfo(body, i)[12].decode(): i for i in range(p.getNumJoints(body))}
    joints = [order[link["name"]] for link in arm if link["joint"] != "fixed"]
    gear = p.createConstraint(body, order["finger1"], body, order["finger2"], p.JOINT_GEAR,
                              [0, 1, 0], [0, 0, 0], [0, 0, 0])
    p.changeConstraint(gear, gearRatio=-1, erp=0.1, maxForce=50)
    for joint, q in zip(joints, HOME + [0.02, 0.02]):
        p.resetJointState(body, joint, q)

    gain = 1 - math.exp(-TIMESTEP / TIME_CONSTANT)
    forces = [link["force"] for link in arm if link["joint"] != "fixed"]
    rows = []
    for step in range(STEPS):
        for joint, q, force in zip(joints, targets(step), forces):
            p.setJointMotorControl2(body, joint, p.POSITION_CONTROL, targetPosition=q,
                                    positionGain=gain, velocityGain=1, force=force)
        p.stepSimulation()
        if (step + 1) % EVERY == 0:
            states = p.getJointStates(body, joints)
            hand = p.getLinkState(body, order["hand"], computeForwardKinematics=1)
            rows.append(dict(step=step + 1, q=[s[0] for s in states], qd=[s[1] for s in states],
                             hand=list(hand[4]), handRotation=list(hand[5])))
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "pybullet_arm.json"), "w") as file:
        json.dump(dict(source="PyBullet 3.2.7, written by make_pybullet_fixture.py",
                       timestep=TIMESTEP, timeConstant=TIME_CONSTANT,
                       initial=HOME + [0.02, 0.02], links=arm, rows=rows),
                  file, separators=(",", ":"))


if __name__ == "__main__":
    main()
