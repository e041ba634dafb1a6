"""Meta-World's tasks as worlds of `simrun plant`, and demonstrations from its own experts.

    simrun plant --policy expert --clock lockstep -- python -m simrun.metaworld plant push-v3
    python -m simrun.metaworld native push-v3 --episodes 10
    python -m simrun.metaworld collect push-v3 --episodes 10 --out push.hdf5

The cloud is seen by the camera corner2 where MP1 puts it (at 0.6, 0.295, 0.8 m), 128 x 128, but in
the world's own frame and cropped by one box above the table; too few points are repeated, not padded
with zeros. Success is judged once each 12.5 ms, as the task's own `step` does.
"""

import argparse
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("MUJOCO_GL", "egl")

import numpy as np

from . import cloud
from .plant import ADDRESS, World, connect
from .websocket import Closed

FIRST_TRAINING_SEED = 1_000_000
CAMERA, CAMERA_POSITION, PICTURE = "corner2", (0.6, 0.295, 0.8), 128
# Above the table, as far as the arm reaches; metres.
BOX = ((-0.55, 0.30, 0.004), (0.55, 1.10, 0.60))
#: MP1's episodes: steps of 12.5 ms.
STEPS = 200
#: A demonstration is kept if its expert held success for so many steps, as MP1 asks.
STEPS_OF_SUCCESS = 5
#: Two tasks each of MP1's groups: easy, medium, hard, very hard.
SUITE = ("reach-v3", "window-open-v3", "hammer-v3", "coffee-pull-v3", "push-v3", "pick-place-v3",
         "shelf-place-v3", "disassemble-v3")


class MetaWorld(World):
    """One task; a seed draws where things stand."""

    robot = "sawyer"
    control_mode = "pd_ee_delta_pos"
    translation_scale = 0.01
    action_names = ["x", "y", "z", "gripper"]
    has_expert = True

    def __init__(self, task: str, points: int = 256):
        from metaworld.env_dict import ALL_V3_ENVIRONMENTS_GOAL_OBSERVABLE
        from metaworld.policies import ENV_POLICY_MAP

        if task not in ENV_POLICY_MAP:
            raise ValueError(f"expected one of {', '.join(ENV_POLICY_MAP)}, found {task!r}")
        self.name = f"metaworld/{task}"
        self.make_expert = ENV_POLICY_MAP[task]
        env = ALL_V3_ENVIRONMENTS_GOAL_OBSERVABLE[f"{task}-goal-observable"](seed=0)
        # The seed of an episode draws its layout: by default a task repeats the one it began with.
        env._freeze_rand_vec, env.seeded_rand_vec = False, True
        self.env = env
        self.substeps = int(env.frame_skip)
        self.control_hz = 1.0 / (env.model.opt.timestep * env.frame_skip)
        self.time_limit = STEPS / self.control_hz
        self.points = points
        self.observation = {"tool_position": (3,), "gripper_opening": (1,), "point_cloud": (points, 3)}
        self.renderer = None

    def reset(self, seed: int) -> None:
        self.env.seed(seed % (1 << 32))
        self.seen, _ = self.env.reset()
        self.expert = self.make_expert()
        self.action = np.zeros(4)
        self.control = self.env.data.ctrl.copy()
        self.success = False
        self.is_fresh = True

    def apply(self, action: np.ndarray) -> None:
        """What `step` does before the physics: the target moves by the action, once."""
        self.action = action
        self.env.set_xyz_action(action[:3])
        self.control = [action[-1], -action[-1]]

    def step(self) -> None:
        self.env.do_simulation(self.control, 1)
        self.is_fresh = False

    def judge(self) -> bool:
        """What `step` does after the physics, but for the very first time."""
        import mujoco

        if self.is_fresh:
            return False
        env = self.env
        env.curr_path_length += 1
        for site in env._target_site_config:
            env._set_pos_site(*site)
        mujoco.mj_forward(env.model, env.data)
        space = env.sawyer_observation_space
        self.seen = np.clip(env._get_obs(), space.low, space.high, dtype=np.float64)
        env._last_stable_obs = self.seen
        _, info = env.evaluate_state(self.seen, self.action)
        self.success = bool(info["success"])
        return self.success

    def expert_action(self) -> np.ndarray:
        return np.clip(self.expert.get_action(self.seen), -1, 1).astype(np.float32)

    def sense(self) -> dict[str, np.ndarray]:
        env = self.env
        fingers = env.data.body("rightclaw").xpos - env.data.body("leftclaw").xpos
        return {"tool_position": env.get_endeff_pos().copy(), "gripper_opening": [float(np.linalg.norm(fingers))],
                "point_cloud": self.cloud()}

    def cloud(self) -> np.ndarray:
        import mujoco

        env = self.env
        camera = env.model.camera(CAMERA).id
        if self.renderer is None:
            env.model.cam_pos[camera] = CAMERA_POSITION
            self.renderer = mujoco.Renderer(env.model, PICTURE, PICTURE)
            self.renderer.enable_depth_rendering()
        # The camera's pose is a part of the state, so that it is where it was put from the next step on.
        mujoco.mj_camlight(env.model, env.data)
        self.renderer.update_scene(env.data, camera=CAMERA)
        rotation = env.data.cam_xmat[camera].reshape(3, 3)
        points = cloud.unproject(self.renderer.render(), env.model.cam_fovy[camera], env.data.cam_xpos[camera], rotation)
        return cloud.farthest(cloud.crop(points, *BOX), self.points)

    def state_hash(self) -> int:
        import zlib

        data = self.env.data
        state = np.concatenate([data.qpos, data.qvel, data.mocap_pos.ravel()]).tobytes()
        return zlib.crc32(state) << 32 | zlib.adler32(state)

    def close(self) -> None:
        if self.renderer is not None:
            self.renderer.close()
        self.env.close()


def native(task: str, seed: int, episodes: int) -> list[dict]:
    """The expert in the task's own loop and `step`: the first step with success of 200, and the state."""
    world = MetaWorld(task)
    outcomes = []
    for number in range(seed, seed + episodes):
        world.reset(number)
        seen, succeeded = world.seen, None
        for step in range(1, STEPS + 1):
            action = np.clip(world.expert.get_action(seen), -1, 1).astype(np.float32)
            seen, _, _, _, info = world.env.step(action)
            if info["success"]:
                succeeded = step
                break
        outcomes.append({"seed": number, "step": succeeded, "state_hash": f"{world.state_hash():016x}"})
    return outcomes


def collect(task: str, seed: int, episodes: int, points: int, out: Path) -> None:
    """Demonstrations of the expert, in the layout that `simrun collect` writes."""
    import h5py

    if seed < FIRST_TRAINING_SEED:
        raise ValueError(f"seeds of demonstrations begin at {FIRST_TRAINING_SEED}, found {seed}")
    world = MetaWorld(task, points)
    part = out.with_name(out.name + ".part")
    kept, number = 0, seed
    with h5py.File(part, "w") as file:
        data = file.create_group("data")
        while kept < episodes:
            if number >= seed + 10 * episodes:
                raise ValueError(f"the expert of {task} succeeded {kept} times in {number - seed} episodes")
            columns = demonstrate(world, number)
            if columns is not None:
                demo = data.create_group(f"demo_{kept}")
                demo.attrs["seed"], demo.attrs["num_samples"] = number, len(columns["actions"])
                for key, values in columns.items():
                    demo.create_dataset(key, data=np.stack(values).astype(np.float32), compression="gzip", compression_opts=1)
                kept += 1
                print(f"{task} seed {number}: {len(columns['actions'])} steps", flush=True)
            number += 1
        low, high = BOX
        about = {
            "task": world.name, "robot": world.robot, "control_mode": world.control_mode,
            "translation_scale_m": world.translation_scale, "policy_rate_hz": world.control_hz,
            "action_names": json.dumps(world.action_names), "workspace": [*low, *high],
            "state_features": json.dumps(["tool_position", "gripper_opening"]),
            "env_args": json.dumps({"env_name": world.name, "type": 0, "env_kwargs": {}}),
        }
        for key, value in about.items():
            data.attrs[key] = value
        data.attrs["total"] = sum(int(data[name].attrs["num_samples"]) for name in data)
    part.replace(out)
    world.close()


def demonstrate(world: MetaWorld, seed: int) -> dict[str, list] | None:
    """An episode of the expert by its columns; None where it did not hold success long enough."""
    world.reset(seed)
    columns = {"actions": [], "obs/tool_position": [], "obs/gripper_opening": [], "obs/point_cloud": []}
    held = 0
    for _ in range(STEPS):
        for key, value in world.sense().items():
            columns[f"obs/{key}"].append(np.asarray(value))
        action = world.expert_action()
        columns["actions"].append(action)
        world.apply(action)
        for _ in range(world.substeps):
            world.step()
        held += world.judge()
    return columns if held >= STEPS_OF_SUCCESS else None


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m simrun.metaworld", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("plant", "native", "collect"):
        command = commands.add_parser(name)
        command.add_argument("task", help="such as push-v3")
        command.add_argument("--points", type=int, default=512 if name == "collect" else 256)
        if name == "plant":
            command.add_argument("--address", help=f"of simrun plant; default ${ADDRESS}")
            continue
        command.add_argument("--episodes", type=int, default=10)
        command.add_argument("--seed", type=int, default=FIRST_TRAINING_SEED if name == "collect" else 0)
        if name == "collect":
            command.add_argument("--out", type=Path, required=True)
    args = parser.parse_args(argv)
    try:
        if args.command == "plant":
            world = MetaWorld(args.task, args.points)
            try:
                connect(world, args.address)
            finally:
                world.close()
        elif args.command == "native":
            print(json.dumps({"task": args.task, "episodes": native(args.task, args.seed, args.episodes)}))
        else:
            collect(args.task, args.seed, args.episodes, args.points, args.out)
    except (Closed, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
