#!/usr/bin/env python3
"""Reads an exported data set with LeRobot's own reader, frame by frame, against its source.

    PYTHONPATH=FOLDER check_lerobot.py DEMOS.hdf5 DATASET

FOLDER holds requirements-lerobot.txt; both files come from `simrun export` of the same recordings.
Every state, action, time and reward must be the source's, every picture close to it (it has been
through H.264), the task its instruction, and an action chunk of four must stop at an episode's end.
"""

import os
import sys
import types
import warnings

# Nothing is fetched: what is not in the folder is a mistake.
os.environ["HF_HUB_OFFLINE"] = "1"
# PyPI's torchvision is built for CUDA, so its operators do not load beside a CPU's PyTorch. Of what it
# registers for them here, nothing is used.
sys.modules["torchvision._meta_registrations"] = types.ModuleType("torchvision._meta_registrations")
warnings.simplefilter("ignore")

import h5py
import numpy as np
from lerobot.datasets.lerobot_dataset import LeRobotDataset

from export_lerobot import episode_columns, text

CHUNK = 4
# Mean error of a picture in 0...1. H.264 leaves up to 0.007 of a moving arm; the next picture is 0.014 off.
LARGEST_PICTURE_ERROR = 0.01


def check_frame(frame, columns, index, where):
    for name, values in columns.items():
        want = np.float32(values[index])
        got = frame[name].numpy().astype(np.float32)
        assert np.array_equal(got.reshape(-1), want.reshape(-1)), (where, name, got, want)


def check_pictures(frame, shots, index, where):
    """The mean error of the frame's pictures."""
    worst = 0.0
    for camera, pictures in shots.items():
        got = frame[f"observation.images.{camera}"].numpy().transpose(1, 2, 0)
        error = float(np.abs(got - pictures[index] / 255.0).mean())
        assert error <= LARGEST_PICTURE_ERROR, (where, camera, error)
        worst = max(worst, error)
    return worst


def main():
    source, folder = sys.argv[1:]
    with h5py.File(source) as file:
        data = file["data"]
        fps = float(data.attrs["policy_rate_hz"])
        offsets = {"action": [step / fps for step in range(CHUNK)]}
        whole = LeRobotDataset("simrun/export", root=folder, video_backend="pyav")
        chunks = LeRobotDataset(
            "simrun/export", root=folder, video_backend="pyav", delta_timestamps=offsets
        )
        assert whole.fps == fps and whole.num_episodes == len(data), (whole.fps, whole.num_episodes)
        at, worst = 0, 0.0
        for episode in range(len(data)):
            demo = data[f"demo_{episode}"]
            columns, _ = episode_columns(demo)
            shots = {name[:-4]: demo["obs"][name][()] for name in demo["obs"] if name.endswith("_rgb")}
            assert set(whole.meta.camera_keys) == {f"observation.images.{name}" for name in shots}
            length = len(columns["action"])
            for index in range(length):
                where = f"episode {episode}, frame {index}"
                frame = whole[at + index]
                assert (frame["episode_index"], frame["frame_index"]) == (episode, index), where
                assert abs(float(frame["timestamp"]) - index / fps) < 1e-4, where
                assert frame["task"] == text(demo.attrs["instruction"]), (where, frame["task"])
                check_frame(frame, columns, index, where)
                worst = max(worst, check_pictures(frame, shots, index, where))
            last = chunks[at + length - 2]
            assert last["action"].shape[0] == CHUNK
            assert last["action_is_pad"].tolist() == [False, False] + [True] * (CHUNK - 2)
            at += length
        assert len(whole) == at, (len(whole), at)
        print(f"lerobot read {len(data)} episodes, {at} frames; pictures differ by {worst:.4f} at most")


if __name__ == "__main__":
    main()
