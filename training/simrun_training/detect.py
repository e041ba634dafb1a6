"""Which network a checkpoint holds, read off its tensors' names and shapes, and their names in our layout."""

import re

import torch

from .checkpoint import CheckpointError
from .network import NetworkShape, PolicyNetwork

ARCHITECTURES = {"mp1": "meanflow", "flowpolicy": "flowpolicy", "dp3": "dp3", "simple-dp3": "simple-dp3"}
# In every checkpoint, used by no prediction.
UNUSED = re.compile(r"(mask_generator\.)?_dummy_variable$|model\.var_est\.|normalizer\.params_dict\.[a-z_]+\.input_stats\.")
NORMALISER = re.compile(r"normalizer\.params_dict\.(action|agent_pos|point_cloud)\.(scale|offset)$")
BLOCK = {"conv1": "blocks.0.block.0", "norm1": "blocks.0.block.1", "conv2": "blocks.1.block.0", "norm2": "blocks.1.block.1",
         "film": "cond_encoder.1", "skip": "residual_conv"}
# Ours, as a pattern, to theirs.
NAMES = [
    (r"encoder\.points\.layers\.(\d+)\.linear", lambda m, _: f"obs_encoder.extractor.mlp.{3 * int(m[1])}"),
    (r"encoder\.points\.layers\.(\d+)\.norm", lambda m, _: f"obs_encoder.extractor.mlp.{3 * int(m[1]) + 1}"),
    (r"encoder\.points\.projection\.linear", lambda m, _: "obs_encoder.extractor.final_projection.0"),
    (r"encoder\.points\.projection\.norm", lambda m, _: "obs_encoder.extractor.final_projection.1"),
    (r"encoder\.state\.first", lambda m, _: "obs_encoder.state_mlp.0"),
    (r"encoder\.state\.second", lambda m, _: "obs_encoder.state_mlp.2"),
    (r"unet\.time_t\.(first|second)", lambda m, _: f"model.diffusion_step_encoder.{1 if m[1] == 'first' else 3}"),
    (r"unet\.time_r\.(first|second)", lambda m, _: f"model.diffusion_step_encoder_rs.{1 if m[1] == 'first' else 3}"),
    (r"unet\.(down|up)\.(\d+)\.blocks\.(\d+)\.(\w+)", lambda m, _: f"model.{m[1]}_modules.{m[2]}.{m[3]}.{BLOCK[m[4]]}"),
    (r"unet\.mid\.(\d+)\.(\w+)", lambda m, _: f"model.mid_modules.{m[1]}.{BLOCK[m[2]]}"),
    (r"unet\.(down|up)\.(\d+)\.sample", lambda m, blocks: f"model.{m[1]}_modules.{m[2]}.{blocks}.conv"),
    (r"unet\.final\.conv", lambda m, _: "model.final_conv.0.block.0"),
    (r"unet\.final\.norm", lambda m, _: "model.final_conv.0.block.1"),
    (r"unet\.final\.head", lambda m, _: "model.final_conv.1"),
]


def original_name(ours: str, blocks: int) -> str:
    """The checkpoint's name of one of our tensors."""
    layer, _, kind = ours.rpartition(".")
    for pattern, name in NAMES:
        if match := re.fullmatch(pattern, layer):
            return f"{name(match, blocks)}.{kind}"
    raise AssertionError(ours)


class Shapes:
    """Names and shapes of a state dict, with errors that name what is missing."""

    def __init__(self, shapes: dict[str, tuple[int, ...]]):
        self.all = shapes

    def of(self, name: str, dimensions: int) -> tuple[int, ...]:
        shape = self.all.get(name)
        if shape is None:
            raise CheckpointError(f"{name}: missing; not a checkpoint of MP1, FlowPolicy, DP3 or Simple DP3")
        if len(shape) != dimensions or not all(shape):
            raise CheckpointError(f"{name}: expected {dimensions} dimensions, found shape {shape}")
        return shape

    def count(self, pattern: str) -> int:
        """How many numbers from 0 up stand at `{}` in some name that begins so."""
        n = 0
        while any(name.startswith(pattern.format(n)) for name in self.all):
            n += 1
        return n


def kind_of(names) -> str:
    """Which of the four has tensors of these names."""
    names = set(names)
    second_block = any(n.startswith("model.down_modules.0.1.blocks.") for n in names)
    if "model.diffusion_step_encoder_rs.1.weight" in names:
        kind = "mp1"
    elif any(n.startswith("model.var_est.") for n in names):
        kind = "flowpolicy"
    else:
        return "dp3" if second_block else "simple-dp3"
    if not second_block:
        raise CheckpointError(f"looks like {kind}, but has one block per level")
    return kind


def network_shape(kind: str, shapes: dict[str, tuple[int, ...]], horizon: int, groups: int) -> NetworkShape:
    """The network's widths from its tensors; horizon and groups leave no trace in them."""
    s = Shapes(shapes)
    # Linear, norm, ReLU: in threes.
    layers = sum(f"obs_encoder.extractor.mlp.{3 * i}.weight" in shapes for i in range(16))
    cloud = s.of("obs_encoder.extractor.mlp.0.weight", 2)[1]
    if cloud != 3:
        raise CheckpointError(f"obs_encoder.extractor.mlp.0.weight: expected clouds of 3 numbers a point, found {cloud} (colours are not observed)")
    features, state = s.of("obs_encoder.extractor.final_projection.0.weight", 2)[0], s.of("obs_encoder.state_mlp.0.weight", 2)
    time = s.of("model.diffusion_step_encoder.1.weight", 2)[1]
    levels = s.count("model.down_modules.{}.")
    widths = tuple(s.of(f"model.down_modules.{i}.0.blocks.0.block.0.weight", 3)[0] for i in range(levels))
    condition = s.of("model.down_modules.0.0.cond_encoder.1.weight", 2)[1] - time
    if condition <= 0 or condition % (features + state[0]):
        raise CheckpointError(f"model.down_modules.0.0.cond_encoder.1.weight: {condition} condition columns are no whole number "
                              f"of observation steps of {features} + {state[0]} features")
    try:
        return NetworkShape(
            action_width=s.of("model.final_conv.1.weight", 3)[0], state_width=state[1], cloud_width=3, horizon=horizon,
            observation_steps=condition // (features + state[0]),
            point_widths=tuple(s.of(f"obs_encoder.extractor.mlp.{3 * i}.weight", 2)[0] for i in range(layers)),
            point_features=features, state_features=state[0], time_features=time, unet_widths=widths,
            kernel=s.of("model.down_modules.0.0.blocks.0.block.0.weight", 3)[2], groups=groups,
            time_encoders=2 if kind == "mp1" else 1, blocks_per_level=1 if kind == "simple-dp3" else 2,
        )
    except ValueError as error:
        raise CheckpointError(str(error)) from None


def renaming(shape: NetworkShape, shapes: dict[str, tuple[int, ...]]) -> dict[str, str]:
    """Our names to the checkpoint's; every tensor must be there, of its shape, and none left over."""
    with torch.device("meta"):
        expected = {k: tuple(v.shape) for k, v in PolicyNetwork(shape).state_dict().items()}
    names = {ours: original_name(ours, shape.blocks_per_level) for ours in expected}
    for ours, theirs in names.items():
        if theirs not in shapes:
            raise CheckpointError(f"{theirs}: missing, expected shape {expected[ours]}")
        if shapes[theirs] != expected[ours]:
            raise CheckpointError(f"{theirs}: expected shape {expected[ours]}, found {shapes[theirs]}")
    taken = set(names.values())
    for name in shapes:
        if name not in taken and not UNUSED.match(name) and not NORMALISER.match(name):
            raise CheckpointError(f"{name}: not a tensor of this network")
    return names
