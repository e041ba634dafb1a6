#!/usr/bin/env python3
"""Demonstrations in robomimic's HDF5 layout as a LeRobotDataset v3.

    export_lerobot.py demos.hdf5 --out FOLDER

`simrun export FILE... --to lerobot` calls it. `timestamp` is frame_index / fps, as the format wants
it; when each observation was really taken, when its action landed and how long every stage took is
kept in columns `time.*` of its own, in seconds of episode time. Pictures become one H.264 video a
camera. The folder appears whole or not at all.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys

import h5py
import numpy as np
import pandas as pd

CODEBASE = "v3.0"
QUANTILES = {"q01": 0.01, "q10": 0.1, "q50": 0.5, "q90": 0.9, "q99": 0.99}
DATA = "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
VIDEO = "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4"


def statistics(values):
    """Per-component numbers of an array [frames, ...], as lists."""
    flat = np.asarray(values, dtype=np.float64)
    flat = flat.reshape(len(flat), -1)
    table = {
        "min": flat.min(0), "max": flat.max(0), "mean": flat.mean(0), "std": flat.std(0),
        "count": np.array([len(flat)]),
    }
    for name, share in QUANTILES.items():
        table[name] = np.quantile(flat, share, axis=0)
    return {name: value.tolist() for name, value in table.items()}


def picture_statistics(frames):
    """Of pictures [frames, height, width, 3]: one number a channel in 0...1, shaped [3, 1, 1]."""
    table = statistics(frames.reshape(-1, 3) / 255.0)
    return {
        name: value if name == "count" else np.reshape(value, (3, 1, 1)).tolist()
        for name, value in table.items()
    } | {"count": [len(frames)]}


def episode_columns(demo):
    """State, action and times of one demonstration, by feature name."""
    obs, timing = demo["obs"], demo["timing"]
    parts = [obs["joint_positions"][()], obs["gripper_opening"][()], obs["tool_position"][()],
             obs["tool_quaternion"][()]]
    names = [f"joint_{i}" for i in range(parts[0].shape[1])]
    names += ["gripper_opening", "tool_x", "tool_y", "tool_z"]
    names += ["tool_qx", "tool_qy", "tool_qz", "tool_qw"]
    if "goal" in obs:
        parts.append(obs["goal"][()])
        names += ["goal_x", "goal_y", "goal_z"]
    if "conveyor_speed" in obs:
        parts.append(obs["conveyor_speed"][()])
        names += ["conveyor_speed"]
    columns = {
        "observation.state": np.concatenate(parts, axis=1).astype(np.float32),
        "action": demo["actions"][()].astype(np.float32),
    }
    for name in sorted(timing):
        if name.endswith("_ns"):
            columns[f"time.{name[:-3]}"] = timing[name][()].astype(np.float64) * 1e-9
    columns["next.reward"] = demo["rewards"][()].astype(np.float32)
    columns["next.done"] = demo["dones"][()].astype(bool)
    return columns, names


def feature(values, names=None):
    shape = [1] if values.ndim == 1 else list(values.shape[1:])
    return {"dtype": str(values.dtype), "shape": shape, "names": names}


def write_video(path, frames, fps):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    height, width = frames[0].shape[1:3]
    command = ["ffmpeg", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24",
               "-s", f"{width}x{height}", "-r", f"{fps}", "-i", "-", "-c:v", "libx264", "-g", "2",
               "-crf", "18", "-pix_fmt", "yuv420p", path]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    for episode in frames:
        process.stdin.write(np.ascontiguousarray(episode).tobytes())
    process.stdin.close()
    if process.wait() != 0:
        sys.exit(f"{path}: ffmpeg failed")


def export(source, folder):
    with h5py.File(source, "r") as file:
        data = file["data"]
        demos = sorted(data, key=lambda name: int(name.split("_")[1]))
        fps = float(data.attrs["policy_rate_hz"])
        fps = int(fps) if fps.is_integer() else fps
        robot = text(data.attrs["robot"])
        default = text(data.attrs["task"])
        cameras = sorted(n[:-4] for n in data[demos[0]]["obs"] if n.endswith("_rgb"))
        tables, episodes, tasks, pictures = [], [], {}, {camera: [] for camera in cameras}
        start = 0
        for index, name in enumerate(demos):
            demo = data[name]
            columns, names = episode_columns(demo)
            length = len(columns["action"])
            task = text(demo.attrs.get("instruction", default))
            number = tasks.setdefault(task, len(tasks))
            frames = np.arange(length)
            columns |= {
                "timestamp": (frames / fps).astype(np.float32),
                "frame_index": frames,
                "episode_index": np.full(length, index),
                "index": frames + start,
                "task_index": np.full(length, number),
            }
            row = {
                "episode_index": index, "tasks": [task], "length": length,
                "data/chunk_index": 0, "data/file_index": 0,
                "dataset_from_index": start, "dataset_to_index": start + length,
                "meta/episodes/chunk_index": 0, "meta/episodes/file_index": 0,
                "simrun/seed": int(demo.attrs["seed"]),
                "simrun/success": bool(demo.attrs["success"]),
            }
            for key, values in columns.items():
                for part, value in statistics(values).items():
                    row[f"stats/{key}/{part}"] = value
            for camera in cameras:
                shots = demo["obs"][camera + "_rgb"][()]
                pictures[camera].append(shots)
                key = f"observation.images.{camera}"
                row |= {
                    f"videos/{key}/chunk_index": 0, f"videos/{key}/file_index": 0,
                    f"videos/{key}/from_timestamp": start / fps,
                    f"videos/{key}/to_timestamp": (start + length) / fps,
                }
                for part, value in picture_statistics(shots).items():
                    row[f"stats/{key}/{part}"] = value
            tables.append(columns)
            episodes.append(row)
            start += length

    whole = {key: np.concatenate([table[key] for table in tables]) for key in tables[0]}
    features = {key: feature(values) for key, values in whole.items()}
    features["observation.state"]["names"] = names
    stats = {key: statistics(values) for key, values in whole.items()}
    for camera in cameras:
        key = f"observation.images.{camera}"
        height, width = pictures[camera][0].shape[1:3]
        features[key] = {
            "dtype": "video", "shape": [height, width, 3], "names": ["height", "width", "channels"],
            "info": {"video.fps": fps, "video.height": height, "video.width": width,
                     "video.channels": 3, "video.codec": "h264", "video.pix_fmt": "yuv420p",
                     "video.is_depth_map": False, "has_audio": False},
        }
        stats[key] = picture_statistics(np.concatenate(pictures[camera]))
        path = VIDEO.format(video_key=key, chunk_index=0, file_index=0)
        write_video(os.path.join(folder, path), pictures[camera], fps)
    write_parquet(os.path.join(folder, DATA.format(chunk_index=0, file_index=0)), whole)
    meta = os.path.join(folder, "meta")
    os.makedirs(os.path.join(meta, "episodes/chunk-000"), exist_ok=True)
    pd.DataFrame(episodes).to_parquet(os.path.join(meta, "episodes/chunk-000/file-000.parquet"))
    pd.DataFrame({"task_index": list(tasks.values())}, index=pd.Index(tasks, name="task")) \
        .to_parquet(os.path.join(meta, "tasks.parquet"))
    info = {
        "codebase_version": CODEBASE, "robot_type": robot, "total_episodes": len(demos),
        "total_frames": start, "total_tasks": len(tasks), "chunks_size": 1000,
        "data_files_size_in_mb": 100, "video_files_size_in_mb": 200, "fps": fps,
        "splits": {"train": f"0:{len(demos)}"}, "data_path": DATA,
        "video_path": VIDEO if cameras else None, "features": features,
    }
    for name, value in (("info.json", info), ("stats.json", stats)):
        with open(os.path.join(meta, name), "w") as file:
            json.dump(value, file, indent=2)
    return len(demos), start


def write_parquet(path, columns):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    table = {key: list(value) if value.ndim > 1 else value for key, value in columns.items()}
    pd.DataFrame(table).to_parquet(path, index=False)


def text(value):
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source")
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    if os.path.exists(options.out):
        sys.exit(f"{options.out} exists")
    partial = options.out.rstrip("/") + f".partial-{os.getpid()}"
    try:
        episodes, frames = export(options.source, partial)
        os.rename(partial, options.out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    print(f"{options.out}: {episodes} episodes, {frames} frames")


if __name__ == "__main__":
    main()
