"""Demonstrations with pictures, in memory as bytes, resized once.

Files of one robot, control mode, rate and scale share their statistics: one entry of policy.json. What an action
of 1 means, which cameras there are and what the state holds may differ from entry to entry.
"""

from dataclasses import dataclass, field

import h5py
import numpy as np
import torch
from torch import Tensor

from ..dataset import ACTION_NAMES, DataError, FIRST_TRAINING_SEED, Normalisation, attribute
from .actions import Binning

FEATURES = ("tool_position", "gripper_opening", "joint_positions")


def resize(pictures: np.ndarray, size: int) -> np.ndarray:
    """[N, H, W, 3] bytes to [N, size, size, 3]: the mean of the pixels under each, rounded, halves up.

    Pixel i lies over the source's pixels floor(i H / size) up to ceil((i + 1) H / size); a picture that is not square is
    squeezed. The runtime does the same in whole numbers.
    """
    n, height, width, _ = pictures.shape
    if (height, width) == (size, size):
        return pictures
    total = pictures.astype(np.uint32)
    counts = []
    for axis, old in ((1, height), (2, width)):
        first = np.arange(size) * old // size
        last = -(-(np.arange(size) + 1) * old // size)
        sums = np.concatenate([np.zeros_like(total.take([0], axis)), total.cumsum(axis, dtype=np.uint32)], axis)
        total = sums.take(last, axis) - sums.take(first, axis)
        counts.append(last - first)
    count = (counts[0][:, None] * counts[1][None])[None, :, :, None].astype(np.uint32)
    return ((2 * total + count) // (2 * count)).astype(np.uint8)


@dataclass
class Embodiment:
    """What files of one robot and control share."""

    key: str
    robot: str
    control_mode: str
    policy_rate_hz: float
    translation_scale_m: float
    rotation_scale_rad: float
    views: list[str]
    feature_widths: list[int]
    action_names: list[str]
    tasks: list[str] = field(default_factory=list)
    pictures: list[np.ndarray] = field(default_factory=list)
    actions: list[np.ndarray] = field(default_factory=list)
    states: list[np.ndarray] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    seeds: list[int] = field(default_factory=list)

    def as_dict(self) -> dict:
        return {
            "key": self.key, "robot": self.robot, "tasks": self.tasks, "control_mode": self.control_mode,
            "policy_rate_hz": self.policy_rate_hz, "translation_scale_m": self.translation_scale_m,
            "rotation_scale_rad": self.rotation_scale_rad, "views": self.views,
            "features": list(FEATURES), "feature_widths": self.feature_widths, "action_names": self.action_names,
        }


def load(paths: list[str], views: int, size: int, limit: int | None = None) -> list[Embodiment]:
    """All files, in memory; `limit` demonstrations of each."""
    found: dict[tuple, Embodiment] = {}
    for path in paths:
        with h5py.File(path, "r") as file:
            if "data" not in file:
                raise DataError(f"{path}: expected a group /data, found {list(file)}")
            add(found, path, file["data"], views, size, limit)
    embodiments = list(found.values())
    for e in embodiments:
        if sum(o.robot == e.robot for o in embodiments) > 1:
            e.key = f"{e.robot}@{e.policy_rate_hz:g}"
    if len({e.key for e in embodiments}) != len(embodiments):
        raise DataError("files of one robot and rate differ in control mode, scales, cameras or state")
    if len({len(e.action_names) for e in embodiments}) != 1:
        raise DataError("all files must have actions of one width")
    return embodiments


def add(found: dict, path: str, data, views: int, size: int, limit: int | None) -> None:
    names = sorted((n for n in data if n.startswith("demo_")), key=lambda n: int(n[5:]))[:limit]
    if not names:
        raise DataError(f"{path}: /data holds no demonstrations")
    obs = data[names[0]]["obs"]
    cameras = sorted(n.removesuffix("_rgb") for n in obs if n.endswith("_rgb"))[:views]
    if not cameras:
        raise DataError(f"{path}: no pictures; collect with --images")
    widths = [int(np.prod(obs[f].shape[1:])) for f in FEATURES]
    mode = attribute(data, "control_mode")
    width = data[names[0]]["actions"].shape[1]
    e = Embodiment(
        key=attribute(data, "robot"), robot=attribute(data, "robot"), control_mode=mode,
        policy_rate_hz=float(attribute(data, "policy_rate_hz")),
        translation_scale_m=float(attribute(data, "translation_scale_m")),
        rotation_scale_rad=float(attribute(data, "rotation_scale_rad", 0.0)),
        views=cameras, feature_widths=widths, action_names=ACTION_NAMES.get(mode, [f"action_{i}" for i in range(width)]))
    e = found.setdefault((e.robot, mode, e.policy_rate_hz, e.translation_scale_m, e.rotation_scale_rad, *cameras, *widths), e)
    task = attribute(data, "task")
    if task not in e.tasks:
        e.tasks.append(task)
    for name in names:
        demo = data[name]
        seed = int(demo.attrs["seed"]) if "seed" in demo.attrs else -1
        if seed < FIRST_TRAINING_SEED:
            raise DataError(f"{path}: {name}: seed {seed} is below {FIRST_TRAINING_SEED}, reserved for evaluation")
        text = demo.attrs.get("instruction", "")
        text = text.decode() if isinstance(text, bytes) else str(text)
        if not text:
            raise DataError(f"{path}: {name}: no instruction")
        actions = np.asarray(demo["actions"], np.float32)
        states = np.concatenate([np.asarray(demo["obs"][f], np.float32).reshape(len(actions), -1) for f in FEATURES], 1)
        if not np.isfinite(actions).all() or not np.isfinite(states).all():
            raise DataError(f"{path}: {name}: a number that is not finite")
        e.actions.append(actions)
        e.states.append(states)
        e.pictures.append(np.stack([resize(np.asarray(demo[f"obs/{c}_rgb"]), size) for c in cameras], 1))
        e.texts.append(text)
        e.seeds.append(seed)


class Windows:
    """Steps of some demonstrations of one embodiment, and the chunks that begin there."""

    def __init__(self, e: Embodiment, which: list[int], horizon: int, state_width: int, vocabulary, words: int,
                 binning: Binning, normalisation: Normalisation):
        self.e, self.words, self.where = e, words, []
        self.chunks, self.states, self.texts = [], [], []
        for i in which:
            tokens, n = binning.encode(e.actions[i]), len(e.actions[i])
            index = np.minimum(np.arange(n)[:, None] + np.arange(horizon), n - 1)
            self.chunks.append(tokens[index].reshape(n, -1))
            state = np.zeros((n, state_width), np.float32)
            state[:, : e.states[i].shape[1]] = normalisation.apply(e.states[i])
            self.states.append(state)
            ids = vocabulary.encode(e.texts[i])
            if len(ids) > words:
                raise DataError(f"an instruction of {len(ids)} words; the network reads {words}: {e.texts[i]!r}")
            self.texts += [ids] * n
            self.where += [(i, t) for t in range(n)]
        self.chunks = torch.from_numpy(np.concatenate(self.chunks))
        self.states = torch.from_numpy(np.concatenate(self.states))

    def __len__(self) -> int:
        return len(self.where)

    def batch(self, rows: Tensor, generator: torch.Generator | None = None, shift: int = 0, word_dropout: float = 0.0):
        """words [B, W], lengths [B], pictures [B, V, 3, S, S] in [-1, 1], state [B, S], tokens [B, L]."""
        rows = rows.tolist()
        pictures = torch.from_numpy(np.stack([self.e.pictures[i][t] for i, t in (self.where[r] for r in rows)]))
        if shift:
            pictures = shifted(pictures, shift, generator)
        pictures = pictures.permute(0, 1, 4, 2, 3).float() * (2 / 255) - 1
        texts = [self.texts[r] for r in rows]
        words = torch.zeros(len(rows), max(len(t) for t in texts), dtype=torch.long)
        for row, text in zip(words, texts):
            row[: len(text)] = torch.tensor(text)
        if word_dropout:
            words[torch.rand(words.shape, generator=generator) < word_dropout] = 0
        lengths = torch.tensor([len(t) for t in texts])
        return words, lengths, pictures, self.states[rows], self.chunks[rows]


def shifted(pictures: Tensor, most: int, generator: torch.Generator | None) -> Tensor:
    """[B, V, S, S, 3], each picture moved by up to `most` pixels each way, its edge repeated (DrQ, arXiv 2004.13649)."""
    flat = pictures.flatten(0, 1)
    size = flat.shape[1]
    offset = torch.randint(-most, most + 1, (len(flat), 2), generator=generator)
    index = (torch.arange(size) + offset[..., None]).clamp(0, size - 1)
    return flat[torch.arange(len(flat))[:, None, None], index[:, 0, :, None], index[:, 1, None, :]].view(pictures.shape)
