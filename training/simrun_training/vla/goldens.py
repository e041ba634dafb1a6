"""Golden cases of the discrete-diffusion policy; ../goldens.py writes them.

The network: its parameters under PyTorch's names, `input.*`, the keys and values that each block keeps of the prefix
(`keys.N`, `values.N`, a token a row) and the scores. The policy: a directory, two observations, and what is decoded
for each setting of the decoder, under the setting's own words.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from ..dataset import Normalisation
from .actions import BINS, Binning
from .data import resize
from .decode import MASK, Decoder, decode
from .export import write_policy
from .network import Shape, VisionLanguageAction
from .words import Vocabulary

SHAPE = Shape(vocabulary=12, state_width=12, action_width=4, horizon=4, views=2, image_size=16, words=6, width=24, layers=2,
              heads=2, hidden=40, stem_channels=(6, 8), patch=2, token_width=5)
SETTINGS = [
    "rounds=1,temperature=argmax", "rounds=4,temperature=argmax", "rounds=12", "rounds=12,temperature=argmax",
    "rounds=12,temperature=fixed,temperature_start=0.7", "rounds=5,schedule=ascending,temperature=argmax",
    "rounds=6,order=gap", "rounds=6,order=random", "schedule=single,order=sequential,temperature=argmax",
    "rounds=12,remask=threshold,threshold=0.9", "rounds=12,remask=drop,drop=0.02", "rounds=6,sub_bin=true",
]
TEXT = "Put the RED can, box's zebra."


def network_case(packed: bool, randomise) -> dict[str, torch.Tensor]:
    shape = replace(SHAPE, packed=packed)
    network = randomise(VisionLanguageAction(shape))
    words, lengths = torch.tensor([[3, 1, 0, 7]]), torch.tensor([4])
    pictures, state = torch.rand(1, 2, 3, 16, 16) * 2 - 1, torch.randn(1, shape.state_width)
    tokens = torch.randint(BINS, (1, shape.tokens))
    tokens[0, ::3] = BINS
    cache, valid = network.encode(words, lengths, pictures, state)
    tensors = dict(network.state_dict())
    tensors |= {"input.words": words[0], "input.pictures": pictures[0].permute(0, 2, 3, 1), "input.state": state[0],
                "input.tokens": tokens[0], "scores": network.decode(cache, valid, tokens)[0]}
    for i, (keys, values) in enumerate(cache):
        tensors[f"keys.{i}"] = keys[0].transpose(0, 1).flatten(1)
        tensors[f"values.{i}"] = values[0].transpose(0, 1).flatten(1)
    return tensors


def settings(text: str) -> Decoder:
    """As the runtime reads them."""
    values = {}
    for part in text.split(","):
        name, value = part.split("=")
        kind = type(getattr(Decoder(), name))
        values[name] = value == "true" if kind is bool else kind(value)
    return Decoder(**values)


@torch.no_grad()
def policy_case(folder: Path, randomise, seed: int) -> dict[str, torch.Tensor]:
    words = ["a", "box's", "can", "on", "open", "plate", "put", "red", "the", "to", "café"]
    shape = replace(SHAPE, vocabulary=len(words) + 1)
    network = randomise(VisionLanguageAction(shape))
    # What is read and where it stands must show, and scores be as far apart as a trained network's.
    for name, p in network.named_parameters():
        if any(part in name for part in ("words", "position", "table", "dimension", "step")):
            p.mul_(40)
    network.actions.head.weight.mul_(7)
    network.actions.norm.bias.zero_()
    network.actions.bias.zero_()
    network.actions.head.bias.zero_()
    binning = Binning(np.array([-1, -0.5, 0.25, -1], np.float32), np.array([1, 0.75, 0.25, 1], np.float32),
                      np.array([BINS, BINS, 1, 2]))
    scale, offset = torch.rand(11) * 3 + 0.5, torch.randn(11) * 0.2
    entry = {
        "key": "golden", "robot": "panda", "tasks": ["golden"], "control_mode": "pd_ee_delta_pos", "policy_rate_hz": 20.0,
        "translation_scale_m": 0.02, "rotation_scale_rad": 0.0, "views": ["front", "wrist"],
        "features": ["tool_position", "gripper_opening", "joint_positions"], "feature_widths": [3, 1, 7],
        "action_names": ["x", "y", "z", "gripper"],
        "state_normalisation": Normalisation(scale.numpy(), offset.numpy()).as_dict(), "action_binning": binning.as_dict(),
    }
    config = {
        "network": shape.as_dict(), "words": words, "statistics": [entry],
        "command": "python -m simrun_training.goldens", "data": "none", "data_sha256": "0" * 64,
        "seeds": [1000000, 1000000], "demonstrations": 1, "steps": 0, "minutes": 0.0, "batch": 1, "lr": 0.0, "seed": seed,
        "ema": "none", "objective": {}, "validation": {}, "torch": torch.__version__,
    }
    write_policy(config, network.state_dict(), folder, "golden-vla", "replan", Decoder())
    network.load_state_dict({k: v.float() for k, v in load_file(folder / "model.safetensors").items()})
    frames = 2
    # Not of the network's size, and not square.
    front = np.random.default_rng(seed).integers(0, 256, (frames, 21, 30, 3)).astype(np.uint8)
    wrist = np.random.default_rng(seed + 1).integers(0, 256, (frames, 16, 16, 3)).astype(np.uint8)
    tool, opening = torch.randn(frames, 3), 0.08 * torch.rand(frames, 1)
    joints = torch.randn(frames, 7)
    tensors = {"front": torch.from_numpy(front), "wrist": torch.from_numpy(wrist), "tool_position": tool, "gripper_opening": opening,
               "joint_positions": joints}
    state = torch.zeros(frames, shape.state_width)
    state[:, :11] = torch.cat([tool, opening, joints], 1) * scale + offset
    small = np.stack([resize(front, 16), resize(wrist, 16)], 1)
    tensors["resized"] = torch.from_numpy(small)
    pictures = torch.from_numpy(small).permute(0, 1, 4, 2, 3).float() * (2 / 255) - 1
    ids = torch.tensor([Vocabulary(words).encode(TEXT)])
    committed = np.array([[0.3, -0.2, 0.25, 1.0], [-0.9, 0.6, 0.25, -1.0]], np.float32)
    tensors["frozen"], tensors["ids"] = torch.from_numpy(committed), ids[0]
    for frame in range(frames):
        cache, valid = network.encode(ids, torch.tensor([ids.shape[1]]), pictures[frame : frame + 1], state[frame : frame + 1])

        def scores(tokens):
            inputs = torch.from_numpy(np.where(tokens == MASK, BINS, tokens))[None]
            return network.decode(cache, valid, inputs)[0].numpy()

        for kind, rows in (("decode", None), ("frozen", binning.encode(committed))):
            for text in SETTINGS:
                out = decode(scores, settings(text), binning.values(), binning.bins, shape.horizon, seed=7, plan=frame, frozen=rows)
                values = out.values.reshape(shape.horizon, -1).copy()
                if rows is not None:
                    values[:2] = committed
                name = f"{kind}/{frame}/{text}"
                tensors[f"{name}/values"] = torch.from_numpy(values)
                tensors[f"{name}/effort"] = torch.tensor([out.rounds, out.remasked, out.least_confidence])
    return tensors
