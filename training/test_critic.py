"""The critic: returns, the calibration of its loss, a run from data to an exported directory."""

import json
import math

import h5py
import pytest
import torch
from safetensors.torch import load_file

from simrun_training import critic, synthetic


@pytest.fixture(scope="module")
def rollouts(tmp_path_factory):
    """Made-up rollouts, every third a failure."""
    path = tmp_path_factory.mktemp("critic") / "mixed.hdf5"
    synthetic.write(str(path), demos=9, points=32)
    with h5py.File(path, "a") as file:
        for number in range(9):
            file["data"][f"demo_{number}"].attrs["success"] = int(number % 3 != 0)
    return path


def test_returns_count_the_steps_to_success(rollouts):
    demos, successes = critic.merged([str(rollouts)], None)
    assert successes == [number % 3 != 0 for number in range(9)]
    transitions = critic.Transitions(demos, successes, 0.98)
    for begin, length, success in zip(demos.begins, demos.lengths, successes):
        returns = transitions.returns[begin : begin + length]
        if success:
            assert torch.equal(returns[-3:], torch.zeros(3))
            wanted = [-(1 - 0.98**k) / (1 - 0.98) for k in range(length - 3, 0, -1)]
            assert torch.allclose(returns[:-3], torch.tensor(wanted), atol=1e-3)
        else:
            assert torch.allclose(returns, torch.full((length,), -50.0), atol=1e-3)
    # No step leads into another rollout.
    assert torch.equal(transitions.episode[transitions.after], transitions.episode)


def test_two_files_are_one(rollouts):
    one, _ = critic.merged([str(rollouts)], None)
    count, steps = len(one.lengths), len(one.actions)
    both, successes = critic.merged([str(rollouts)] * 2, None)
    assert len(both.lengths) == len(successes) == 2 * count and len(both.actions) == 2 * steps
    assert both.begins[count] == steps and torch.equal(both.clouds[:steps], both.clouds[steps:])


def test_density_of_the_actor():
    """The density over a grid of one action's values integrates to 1."""
    shape = critic.NetworkShape(1, 2, cloud_width=6, horizon=4, observation_steps=1, point_widths=(8, 16))
    torch.manual_seed(0)
    actor = critic.Actor(shape, (16,))
    actions, density = actor(torch.randn(1, 1, 9, 6), torch.randn(1, 1, 2), 20000, torch.Generator().manual_seed(0))
    # E[1 / p] over samples of p is the length of the support.
    assert (1 / density.exp()).mean().item() == pytest.approx(2, rel=0.05)
    assert actions.abs().max() < 1


def test_a_run_resumes_and_exports(rollouts, tmp_path):
    flags = ["--data", str(rollouts), "--out", str(tmp_path / "run"), "--batch", "8", "--points", "32", "--point-widths", "8", "16", "--head-widths", "16", "16", "--pretrain", "1"]
    assert critic.main([*flags, "--steps", "2"]) == 0
    assert critic.main([*flags, "--steps", "4"]) == 0
    assert torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)["step"] == 4
    assert critic.main(["--export", str(tmp_path / "run"), "--to", str(tmp_path / "critic")]) == 0
    document = json.loads((tmp_path / "critic" / "critic.json").read_text())
    assert document["format"] == "simrun-critic-1" and document["training"]["steps"] == 4
    tensors = load_file(tmp_path / "critic" / "model.safetensors")
    assert sum(t.numel() for t in tensors.values()) == document["weights"]["parameters"]
    assert {name.split(".")[0] for name in tensors} == {"encoder", "heads"}
    assert all(torch.isfinite(t.float()).all() for t in tensors.values())


def test_values_learn_the_returns(rollouts, tmp_path):
    """By regression first; then Cal-QL goes on from there, and its numbers stay finite."""
    args = critic.arguments(["--data", str(rollouts), "--out", str(tmp_path / "run"), "--batch", "32", "--points", "32", "--point-widths", "8", "16",
                             "--head-widths", "32", "32", "--steps", "1", "--warmup", "1", "--pretrain", "120"])
    torch.set_num_threads(1)
    training = critic.CriticTraining(args)
    training.rates = [3e-3, 1e-3, 3e-4]
    training.held_rows = training.train_rows
    first = training.validate()["mse"]
    for _ in range(120):
        training.one_step()
    learned = training.validate()
    assert learned["mse"] < 0.5 * first
    for _ in range(20):
        losses = training.one_step()
        assert all(math.isfinite(v) for v in losses.values()) and losses["gap"] != 0
    assert training.validate()["mse"] < 0.7 * first
