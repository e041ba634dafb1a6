"""A data set exported for LeRobot, read back against the format's documented schema."""

import json
import shutil
import sys

import h5py
import numpy as np
import pyarrow.parquet as parquet
import pytest

import export_lerobot


def demonstrations(path, lengths, camera):
    with h5py.File(path, "w") as file:
        data = file.create_group("data")
        data.attrs["policy_rate_hz"] = 20.0
        data.attrs["robot"] = "panda"
        data.attrs["task"] = "pick-place"
        rng = np.random.default_rng(0)
        for index, length in enumerate(lengths):
            demo = data.create_group(f"demo_{index}")
            demo.attrs["seed"] = 40 + index
            demo.attrs["success"] = 1
            demo["actions"] = rng.normal(size=(length, 4)).astype("f4")
            demo["rewards"] = np.zeros(length)
            demo["dones"] = np.arange(length) == length - 1
            for key, width in (("joint_positions", 7), ("gripper_opening", 1),
                               ("tool_position", 3), ("tool_quaternion", 4), ("goal", 3)):
                demo[f"obs/{key}"] = rng.normal(size=(length, width)).astype("f4")
            demo["timing/tick"] = np.arange(length) * 3
            demo["timing/observed_at_ns"] = np.arange(length) * 50_000_000 + 123
            demo["timing/infer_ns"] = np.full(length, 700_000)
            if camera:
                shots = rng.integers(0, 255, size=(length, 32, 48, 3), dtype=np.uint8)
                demo["obs/front_rgb"] = shots


@pytest.mark.parametrize("camera", [False, True])
def test_export(tmp_path, monkeypatch, camera):
    if camera and shutil.which("ffmpeg") is None:
        pytest.skip("no ffmpeg")
    source, folder = tmp_path / "demos.hdf5", tmp_path / "set"
    demonstrations(source, [5, 9], camera)
    monkeypatch.setattr(sys, "argv", ["export", str(source), "--out", str(folder)])
    export_lerobot.main()

    info = json.loads((folder / "meta/info.json").read_text())
    assert info["codebase_version"] == "v3.0" and info["fps"] == 20
    assert (info["total_episodes"], info["total_frames"], info["total_tasks"]) == (2, 14, 1)
    frames = parquet.read_table(folder / info["data_path"].format(chunk_index=0, file_index=0))
    assert frames.num_rows == 14
    for name, feature in info["features"].items():
        if feature["dtype"] == "video":
            assert name == "observation.images.front" and name not in frames.column_names
            assert (folder / info["video_path"].format(video_key=name, chunk_index=0, file_index=0)).stat().st_size > 0
            continue
        first = np.asarray(frames[name][0].as_py())
        assert list(first.reshape(-1).shape) == feature["shape"], name
    table = frames.to_pydict()
    assert table["index"] == list(range(14))
    assert table["episode_index"] == [0] * 5 + [1] * 9
    assert table["frame_index"] == list(range(5)) + list(range(9))
    assert np.allclose(table["timestamp"], np.array(table["frame_index"]) / 20)
    # The real times, beside the format's own.
    assert table["time.observed_at"][6] == 50_000_123e-9
    assert table["time.infer"][0] == 0.0007
    with h5py.File(source) as file:
        assert np.array_equal(np.array(table["action"][5:], "f4"), file["data/demo_1/actions"][()])
    episodes = parquet.read_table(folder / "meta/episodes/chunk-000/file-000.parquet").to_pydict()
    assert episodes["dataset_from_index"] == [0, 5] and episodes["dataset_to_index"] == [5, 14]
    assert episodes["simrun/seed"] == [40, 41]
    tasks = parquet.read_table(folder / "meta/tasks.parquet").to_pydict()
    assert tasks == {"task_index": [0], "task": ["pick-place"]}
    stats = json.loads((folder / "meta/stats.json").read_text())
    assert stats["action"]["count"] == [14] and len(stats["action"]["q99"]) == 4


def test_nothing_is_left_of_a_failed_export(tmp_path, monkeypatch):
    source = tmp_path / "broken.hdf5"
    with h5py.File(source, "w") as file:
        file.create_group("data")
    monkeypatch.setattr(sys, "argv", ["export", str(source), "--out", str(tmp_path / "set")])
    with pytest.raises(Exception):
        export_lerobot.main()
    assert [path.name for path in tmp_path.iterdir()] == ["broken.hdf5"]
