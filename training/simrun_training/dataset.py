"""Demonstrations: the robomimic-layout HDF5 that `simrun collect` writes, all in memory.

    /data                        attributes: task, robot, control_mode, policy_rate_hz, ...
                                 (or inside the JSON string env_args)
    /data/demo_N                 attribute: seed
    /data/demo_N/actions         [T, A] float32 in [-1, 1]
    /data/demo_N/obs/point_cloud [T, P, 3] float32, world frame, metres
    /data/demo_N/obs/FEATURE     [T, W] or [T] float32

Windows: the two observation steps t-stride and t (the first frame stands in before the start) and the actions
t .. t+H-1, the last repeated past the end. Index 0 of a chunk is the action of the CURRENT
observation t; MP1 differs, its index 0 belongs to the older step.
"""

import hashlib
import json
from dataclasses import dataclass

import h5py
import numpy as np
import torch
from torch import Tensor

FIRST_TRAINING_SEED = 1_000_000
CLOUD_FRAMES = ("world", "tool", "world+tool")

FEATURE_UNITS = {
    "tool_position": "m",
    "gripper_opening": "m",
    "goal": "m",
    "joint_positions": "rad",
    "joint_velocities": "rad/s",
    "conveyor_speed": "m/s",
}
ACTION_NAMES = {
    "pd_ee_delta_pos": ["x", "y", "z", "gripper"],
    "pd_ee_delta_pose": ["x", "y", "z", "rotation_x", "rotation_y", "rotation_z", "gripper"],
}


class DataError(ValueError):
    """The file does not hold what training needs; the message names the place."""


@dataclass
class Normalisation:
    """normalised = value * scale + offset, per dimension; limits map to [-1, 1]."""

    scale: np.ndarray
    offset: np.ndarray

    @staticmethod
    def limits(values: np.ndarray) -> "Normalisation":
        """From the least and the greatest value of each column; constant columns map to 0."""
        low, high = values.min(0).astype(np.float64), values.max(0).astype(np.float64)
        constant = high - low < 1e-4
        scale = np.where(constant, 1.0, 2.0 / np.where(constant, 1.0, high - low))
        offset = np.where(constant, -low, -1.0 - scale * low)
        return Normalisation(scale.astype(np.float32), offset.astype(np.float32))

    def apply(self, values: np.ndarray) -> np.ndarray:
        return (values * self.scale + self.offset).astype(np.float32)

    def as_dict(self) -> dict:
        return {"kind": "limits", "scale": [float(x) for x in self.scale], "offset": [float(x) for x in self.offset]}


@dataclass
class CloudNormalisation:
    """One isotropic scale, so that shapes stay shapes.

    World columns: (p - centre) * world_scale, from the workspace crop. Tool columns, when the frame
    asks for them: (p - tool_position) * tool_scale, finer, because grasping happens near the tool.
    """

    centre: tuple[float, float, float]
    world_scale: float
    tool_scale: float

    @staticmethod
    def from_box(low, high, tool_scale: float) -> "CloudNormalisation":
        """The longest side of the box maps to [-1, 1]."""
        low, high = np.asarray(low, np.float64), np.asarray(high, np.float64)
        centre = tuple(round(float(c), 4) for c in (low + high) / 2)
        return CloudNormalisation(centre, round(float(2.0 / (high - low).max()), 4), tool_scale)

    def as_dict(self) -> dict:
        return {"kind": "isotropic", "centre": list(self.centre), "world_scale": self.world_scale, "tool_scale": self.tool_scale}


def sha256_of(path: str) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def attribute(group, name: str, default=None):
    """An attribute of /data, else the key of the same name in env_args."""
    if name in group.attrs:
        value = group.attrs[name]
    else:
        text = group.attrs.get("env_args", "{}")
        values = json.loads(text.decode() if isinstance(text, bytes) else str(text))
        value = values.get(name, values.get("env_kwargs", {}).get(name, default))
    if isinstance(value, bytes):
        value = value.decode()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        value = [v.decode() if isinstance(v, bytes) else v for v in value.tolist()]
    return value


def name_list(value) -> list[str] | None:
    """A list of names given as an array, a JSON list or a comma-separated string."""
    if value is None or isinstance(value, list):
        return value
    text = str(value).strip()
    if not text.startswith("["):
        return [name.strip() for name in text.split(",") if name.strip()]
    return [n["name"] if isinstance(n, dict) else n for n in json.loads(text)]


class Demonstrations:
    """All demonstrations of one file, concatenated, with where each begins and ends."""

    def __init__(self, path: str, features: list[str] | None = None, limit: int | None = None):
        with h5py.File(path, "r") as file:
            if "data" not in file:
                raise DataError(f"{path}: expected a group /data, found {list(file)}")
            data = file["data"]
            names = sorted((n for n in data if n.startswith("demo_")), key=lambda n: int(n[5:]))[:limit]
            if not names:
                raise DataError(f"{path}: /data holds no demonstrations")
            self.task = attribute(data, "task")
            self.robot = attribute(data, "robot")
            self.control_mode = attribute(data, "control_mode")
            self.translation_scale_m = attribute(data, "translation_scale_m")
            self.policy_rate_hz = attribute(data, "policy_rate_hz")
            self.workspace = attribute(data, "workspace")
            self.action_names = name_list(attribute(data, "action_names"))
            obs = data[names[0]]["obs"]
            self.features = features or name_list(attribute(data, "state_features"))
            if not self.features:
                self.features = [n for n in ("tool_position", "gripper_opening", "goal") if n in obs]
            for feature in self.features:
                if feature not in obs:
                    raise DataError(f"{path}: state feature {feature!r} is not in obs, which has {sorted(obs)}")
            self.widths = [int(np.prod(obs[f].shape[1:])) for f in self.features]
            self.seeds, actions, clouds, states, tools, self.begins = [], [], [], [], [], []
            total = 0
            for name in names:
                demo = data[name]
                seed = int(demo.attrs["seed"]) if "seed" in demo.attrs else -1
                if seed < FIRST_TRAINING_SEED:
                    raise DataError(f"{path}: {name}: seed {seed} is below {FIRST_TRAINING_SEED}, reserved for evaluation")
                self.seeds.append(seed)
                action = np.asarray(demo["actions"], np.float32)
                cloud = np.asarray(demo["obs/point_cloud"], np.float32)
                columns = [np.asarray(demo["obs"][f], np.float32).reshape(len(action), -1) for f in self.features]
                tool = np.asarray(demo["obs/tool_position"], np.float32)
                if not (len(action) == len(cloud) == len(tool)) or len(action) == 0:
                    raise DataError(f"{path}: {name}: columns of different or no length")
                state = np.concatenate(columns, 1)
                for what, array in (("actions", action), ("point_cloud", cloud), ("state", state)):
                    if not np.isfinite(array).all():
                        raise DataError(f"{path}: {name}: {what} holds a number that is not finite")
                self.begins.append(total)
                total += len(action)
                actions.append(action), clouds.append(cloud), states.append(state), tools.append(tool)
        self.path = path
        self.actions = np.concatenate(actions)
        self.clouds = torch.from_numpy(np.concatenate(clouds))
        self.states = np.concatenate(states)
        self.tools = torch.from_numpy(np.concatenate(tools))
        self.lengths = [len(a) for a in actions]
        if np.abs(self.actions).max() > 1.0 + 1e-5:
            raise DataError(f"{path}: actions reach {np.abs(self.actions).max():.3f}, expected [-1, 1]")


class Windows:
    """Batches of (cloud, state, actions), normalised, from some of the demonstrations."""

    def __init__(self, demos: Demonstrations, which: list[int], horizon: int, frame: str,
                 state_norm: Normalisation, action_norm: Normalisation, cloud_norm: CloudNormalisation,
                 points: int, subset: str = "random", jitter: float = 0.0,
                 history_dropout: float = 0.0, stride: int = 1):
        self.demos, self.frame, self.cloud_norm = demos, frame, cloud_norm
        stored = demos.clouds.shape[1]
        if points > stored:
            raise DataError(f"{demos.path}: clouds have {stored} points, the network wants {points}")
        self.points, self.stored, self.subset, self.jitter = points, stored, subset, jitter
        self.history_dropout = history_dropout
        self.states = torch.from_numpy(state_norm.apply(demos.states))
        self.actions = torch.from_numpy(action_norm.apply(demos.actions))
        now, before, chunk = [], [], []
        for i in which:
            begin, length = demos.begins[i], demos.lengths[i]
            steps = np.arange(length)
            now.append(begin + steps)
            before.append(begin + np.maximum(steps - stride, 0))
            chunk.append(begin + np.minimum(steps[:, None] + np.arange(horizon), length - 1))
        self.now = torch.from_numpy(np.concatenate(now))
        self.before = torch.from_numpy(np.concatenate(before))
        self.chunk = torch.from_numpy(np.concatenate(chunk))

    def __len__(self) -> int:
        return len(self.now)

    def batch(self, rows: Tensor, generator: torch.Generator | None = None, augment: bool = True):
        """cloud [B, 2, points, C], state [B, 2, Ds], actions [B, H, A]."""
        before = self.before[rows]
        if augment and self.history_dropout > 0:
            # The last motion gives the last action away; without it the network must look.
            drop = torch.rand(len(rows), generator=generator) < self.history_dropout
            before = torch.where(drop, self.now[rows], before)
        index = torch.stack([before, self.now[rows]], 1)
        cloud = self.demos.clouds[index]
        if self.points < self.stored:
            random = augment and self.subset == "random"
            pick = torch.randperm(self.stored, generator=generator)[: self.points] if random else slice(0, self.points)
            cloud = cloud[:, :, pick]
        if augment and self.jitter > 0:
            cloud = cloud + self.jitter * torch.randn(cloud.shape, generator=generator)
        return self.normalised(cloud, self.demos.tools[index]), self.states[index], self.actions[self.chunk[rows]]

    def normalised(self, cloud: Tensor, tool: Tensor) -> Tensor:
        """The network's columns of a cloud in metres, in the frame asked for."""
        norm, parts = self.cloud_norm, []
        if self.frame in ("world", "world+tool"):
            parts.append((cloud - torch.tensor(norm.centre)) * norm.world_scale)
        if self.frame in ("tool", "world+tool"):
            parts.append((cloud - tool[:, :, None]) * norm.tool_scale)
        return parts[0] if len(parts) == 1 else torch.cat(parts, -1)
