"""Writes made-up demonstrations: the tool walks to a box that only the point cloud shows.

A debugging bed for the pipeline, not a task: it needs no simulator, and a policy that does not look
cannot do it.
"""

import argparse
import json

import h5py
import numpy as np


def box_points(rng, centre, size, count):
    """Points on the faces of an axis-aligned cube."""
    p = rng.uniform(-0.5, 0.5, (count, 3))
    axis, sign = rng.integers(0, 3, count), rng.choice([-0.5, 0.5], count)
    p[np.arange(count), axis] = sign
    return centre + size * p


def episode(rng, steps, points):
    """One walk to the box, then the gripper closes."""
    box = np.array([rng.uniform(0.4, 0.65), rng.uniform(-0.2, 0.2), 0.02])
    tool = np.array([0.5, 0.0, 0.25]) + rng.uniform(-0.1, 0.1, 3)
    opening = 0.08
    rows = {"actions": [], "point_cloud": [], "tool_position": [], "gripper_opening": []}
    table = points // 2
    for _ in range(steps):
        target = box + np.array([0, 0, 0.0])
        delta = target - tool
        near = np.linalg.norm(delta) < 0.02
        action = np.append(np.clip(delta / 0.05, -1, 1), -1.0 if near else 1.0)
        cloud = np.concatenate([
            np.column_stack([rng.uniform(0.3, 0.75, table), rng.uniform(-0.3, 0.3, table), np.zeros(table)]),
            box_points(rng, box, 0.04, points // 8),
            tool + rng.normal(0, 0.03, (points - table - points // 8, 3)) + [0, 0, 0.06],
        ]) + rng.normal(0, 0.001, (points, 3))
        rows["actions"].append(action)
        rows["point_cloud"].append(rng.permutation(cloud))
        rows["tool_position"].append(tool.copy())
        rows["gripper_opening"].append([opening])
        tool = tool + 0.02 * action[:3] + rng.normal(0, 0.002, 3)
        opening = float(np.clip(opening + 0.02 * action[3], 0.0, 0.08))
    return {k: np.asarray(v, np.float32) for k, v in rows.items()}


def write(path: str, demos: int, steps: int = 40, points: int = 256, first_seed: int = 1_000_000) -> None:
    with h5py.File(path, "w") as file:
        data = file.create_group("data")
        data.attrs.update({"task": "toy-box", "robot": "panda", "policy_rate_hz": 20.0,
                           "control_mode": "pd_ee_delta_pos", "translation_scale_m": 0.02,
                           "env_args": json.dumps({"env_name": "toy-box"}),
                           "state_features": json.dumps(["tool_position", "gripper_opening"])})
        for i in range(demos):
            rows = episode(np.random.default_rng(first_seed + i), steps, points)
            demo = data.create_group(f"demo_{i}")
            demo.attrs["seed"] = first_seed + i
            demo.create_dataset("actions", data=rows.pop("actions"))
            for name, values in rows.items():
                demo.create_dataset(f"obs/{name}", data=values)


def main() -> None:
    p = argparse.ArgumentParser(prog="python -m simrun_training.synthetic", description=__doc__,
                                formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    p.add_argument("--out", required=True)
    p.add_argument("--demos", type=int, default=200)
    p.add_argument("--steps", type=int, default=40)
    p.add_argument("--points", type=int, default=256)
    args = p.parse_args()
    write(args.out, args.demos, args.steps, args.points)


if __name__ == "__main__":
    main()
