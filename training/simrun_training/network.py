"""MP1's network (arXiv 2507.10543) at configurable widths.

Time direction everywhere: t = 1 is noise, t = 0 is data. The network predicts the average velocity
u(z, r, t) between r and t <= 1. Both times enter raw, in [0, 1], each through its own encoder; the
two embeddings are added.

Names in the state dict, in order (these are also the names in model.safetensors):

    encoder.points.layers.{i}.{linear,norm}.{weight,bias}    per point, ReLU after each norm
    encoder.points.projection.{linear,norm}.{weight,bias}    after the maximum over the points
    encoder.state.{first,second}.{weight,bias}
    unet.time_t.{first,second}.{weight,bias}                 and unet.time_r, if there are two times
    unet.down.{level}.blocks.{0,1}.BLOCK, unet.down.{level}.sample.{weight,bias}
    unet.mid.{0,1}.BLOCK
    unet.up.{level}.blocks.{0,1}.BLOCK,   unet.up.{level}.sample.{weight,bias}
    unet.final.{conv,norm,head}.{weight,bias}
    BLOCK = {conv1,norm1,film,conv2,norm2[,skip]}.{weight,bias}

With one block per level (Simple DP3) only block 0 is there. Networks with one time encoder, FlowPolicy's
and DP3's, come from the converter; their samplers are in `sampling.py`.

Convolutions have PyTorch's layout: Conv1d [out, in, k], ConvTranspose1d [in, out, k].
"""

import math
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True)
class NetworkShape:
    """Every width of the network. The cloud has 3 numbers a point, or 6 in the frame world+tool."""

    action_width: int
    state_width: int
    cloud_width: int = 3
    horizon: int = 8
    observation_steps: int = 2
    point_widths: tuple[int, ...] = (64, 64, 128)
    point_features: int = 64
    state_features: int = 64
    time_features: int = 128
    unet_widths: tuple[int, ...] = (64, 128, 256)
    kernel: int = 5
    groups: int = 8
    time_encoders: int = 2
    blocks_per_level: int = 2

    def __post_init__(self):
        factor = 2 ** (len(self.unet_widths) - 1)
        if self.horizon % factor:
            raise ValueError(f"horizon {self.horizon} must be a multiple of {factor}")
        if any(width % self.groups for width in self.unet_widths):
            raise ValueError(f"U-Net widths {self.unet_widths} must be multiples of {self.groups}")
        if self.time_encoders not in (1, 2) or self.blocks_per_level not in (1, 2):
            raise ValueError("time encoders and blocks per level are 1 or 2")

    @property
    def condition_width(self) -> int:
        """Width of the condition: observation steps, oldest first, each cloud then state."""
        return self.observation_steps * (self.point_features + self.state_features)

    def as_dict(self) -> dict:
        return asdict(self)

    @staticmethod
    def from_dict(values: dict) -> "NetworkShape":
        return NetworkShape(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})


class LinearNorm(nn.Module):
    """A linear layer and its layer norm."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.linear = nn.Linear(inputs, outputs)
        self.norm = nn.LayerNorm(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.linear(x))


class PointEncoder(nn.Module):
    """Per-point layers, maximum over the points, projection: [N, P, C] -> [N, point_features]."""

    def __init__(self, shape: NetworkShape):
        super().__init__()
        widths = (shape.cloud_width, *shape.point_widths)
        self.layers = nn.ModuleList(LinearNorm(a, b) for a, b in zip(widths, widths[1:]))
        self.projection = LinearNorm(widths[-1], shape.point_features)

    def per_point(self, cloud: Tensor) -> Tensor:
        x = cloud
        for layer in self.layers:
            x = F.relu(layer(x), inplace=True)
        return x

    def forward(self, cloud: Tensor) -> Tensor:
        if torch.is_grad_enabled():
            cloud = self.winners(cloud)
        return self.projection(self.per_point(cloud).max(dim=-2).values)

    @torch.no_grad()
    def winners(self, cloud: Tensor, block: int = 16) -> Tensor:
        """The points that attain some maximum; only they have a gradient.

        Value and gradient of the maximum are unchanged, and the graph is built over a third of the
        points. Blocks of clouds keep the activations in cache.
        """
        won = torch.zeros(cloud.shape[:2], device=cloud.device)
        for some, flags in zip(cloud.split(block), won.split(block)):
            flags.scatter_(1, self.per_point(some).argmax(dim=-2), 1.0)
        most = int(won.sum(1).max())
        # Clouds with fewer winners are filled up with losers, which changes nothing.
        pick = won.topk(most, dim=1).indices
        return cloud.gather(1, pick[..., None].expand(-1, -1, cloud.shape[-1]))


class TwoLayers(nn.Module):
    """Linear, activation, linear."""

    def __init__(self, inputs: int, hidden: int, outputs: int, activation):
        super().__init__()
        self.first = nn.Linear(inputs, hidden)
        self.second = nn.Linear(hidden, outputs)
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        return self.second(self.activation(self.first(x)))


class ObservationEncoder(nn.Module):
    """Encodes all observation steps as one batch and joins them, oldest first."""

    def __init__(self, shape: NetworkShape):
        super().__init__()
        self.points = PointEncoder(shape)
        self.state = TwoLayers(shape.state_width, shape.state_features, shape.state_features, F.relu)

    def forward(self, cloud: Tensor, state: Tensor) -> Tensor:
        """cloud [B, S, P, C] and state [B, S, Ds], both normalised -> condition [B, S * features]."""
        features = torch.cat([self.points(cloud.flatten(0, 1)), self.state(state.flatten(0, 1))], -1)
        return features.reshape(cloud.shape[0], -1)


def sinusoidal(x: Tensor, width: int) -> Tensor:
    """cat[sin(x f_i), cos(x f_i)] with f_i = exp(-ln(10000) i / (width/2 - 1)); x raw in [0, 1]."""
    half = width // 2
    frequencies = torch.exp(torch.arange(half, device=x.device) * (-math.log(10000.0) / (half - 1)))
    angles = x[:, None] * frequencies
    return torch.cat([angles.sin(), angles.cos()], -1)


class Conv1d(nn.Conv1d):
    """A convolution of stride 1 that keeps the length, as a dense product where that is cheaper.

    Over 2 steps a kernel of 5 multiplies padding with 6 of its 10 taps; over 4, with 6 of 20. The product
    leaves them out, and is faster for its size: half of a training step went into these convolutions.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int):
        super().__init__(inputs, outputs, kernel, padding=kernel // 2)
        self.kept: tuple | None = None

    def forward(self, x: Tensor) -> Tensor:
        steps = x.shape[-1]
        if steps >= self.kernel_size[0]:
            return super().forward(x)
        bias = self.bias.repeat_interleave(steps)
        return F.linear(x.flatten(1), self.taps(steps), bias).view(len(x), -1, steps)

    def taps(self, steps: int) -> Tensor:
        """[outputs * steps, inputs * steps], kept for calls without a gradient until the weights change."""
        key = (steps, self.weight._version, self.weight.data_ptr())
        if not torch.is_grad_enabled() and self.kept is not None and self.kept[0] == key:
            return self.kept[1]
        middle = self.kernel_size[0] // 2
        beyond = max(0, steps - 1 - middle)
        padded = F.pad(self.weight, (beyond, beyond)) if beyond else self.weight
        first = beyond + middle
        rows = [padded[:, :, first - t : first - t + steps] for t in range(steps)]
        taps = torch.stack(rows, 1).reshape(len(self.bias) * steps, -1)
        self.kept = (key, taps.detach())
        return taps


class ResidualBlock(nn.Module):
    """Conv, norm, Mish, FiLM (scale * h + bias), conv, norm, Mish, plus the skip."""

    def __init__(self, inputs: int, outputs: int, condition: int, shape: NetworkShape):
        super().__init__()
        k = shape.kernel
        self.conv1 = Conv1d(inputs, outputs, k)
        self.norm1 = nn.GroupNorm(shape.groups, outputs)
        self.film = nn.Linear(condition, 2 * outputs)
        self.conv2 = Conv1d(outputs, outputs, k)
        self.norm2 = nn.GroupNorm(shape.groups, outputs)
        self.skip = nn.Conv1d(inputs, outputs, 1) if inputs != outputs else None

    def forward(self, x: Tensor, active_condition: Tensor) -> Tensor:
        """x [B, C, T]; active_condition is Mish(cat[time embedding, condition])."""
        scale, bias = self.film(active_condition)[..., None].chunk(2, dim=1)
        h = scale * F.mish(self.norm1(self.conv1(x))) + bias
        h = F.mish(self.norm2(self.conv2(h)))
        return h + (x if self.skip is None else self.skip(x))


class Level(nn.Module):
    """The residual blocks and the change of length behind them (none at the deepest level)."""

    def __init__(self, blocks: list[nn.Module], sample: nn.Module | None):
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.sample = sample


class Final(nn.Module):
    """Conv, norm, Mish and the action head."""

    def __init__(self, shape: NetworkShape):
        super().__init__()
        width = shape.unet_widths[0]
        self.conv = Conv1d(width, width, shape.kernel)
        self.norm = nn.GroupNorm(shape.groups, width)
        self.head = nn.Conv1d(width, shape.action_width, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(F.mish(self.norm(self.conv(x))))


class UNet(nn.Module):
    """The one-dimensional FiLM U-Net over the action horizon."""

    def __init__(self, shape: NetworkShape):
        super().__init__()
        self.time_features = shape.time_features
        hidden = 4 * shape.time_features
        self.time_t = TwoLayers(shape.time_features, hidden, shape.time_features, F.mish)
        if shape.time_encoders == 2:
            self.time_r = TwoLayers(shape.time_features, hidden, shape.time_features, F.mish)
        condition = shape.time_features + shape.condition_width

        def blocks(a: int, b: int) -> list[nn.Module]:
            return [ResidualBlock(b if i else a, b, condition, shape) for i in range(shape.blocks_per_level)]

        widths = shape.unet_widths
        inputs = (shape.action_width, *widths[:-1])
        last = len(widths) - 1
        self.down = nn.ModuleList(
            Level(blocks(a, b), nn.Conv1d(b, b, 3, 2, 1) if i < last else None)
            for i, (a, b) in enumerate(zip(inputs, widths))
        )
        self.mid = nn.ModuleList(blocks(widths[-1], widths[-1]))
        # The first skip (full length) is unused, as in MP1: both ups lengthen.
        self.up = nn.ModuleList(
            Level(blocks(2 * b, a), nn.ConvTranspose1d(a, a, 4, 2, 1))
            for a, b in reversed(list(zip(widths, widths[1:])))
        )
        self.final = Final(shape)

    def embed(self, t: Tensor, r: Tensor | None) -> Tensor:
        """The time embedding: both encoders, added, or t's alone."""
        width = self.time_features
        first = self.time_t(sinusoidal(t, width))
        return first if r is None else first + self.time_r(sinusoidal(r, width))

    def forward(self, z: Tensor, t: Tensor, r: Tensor | None, condition: Tensor, taps: list | None = None):
        """z [B, T, A], times [B], condition [B, C] -> u [B, T, A]; `taps` collects features.

        r is None in a network of one time encoder, whose time is in that network's own unit."""
        active = F.mish(torch.cat([self.embed(t, r), condition], -1))
        x = z.transpose(1, 2)
        skips = []
        for level in self.down:
            for block in level.blocks:
                x = block(x, active)
            skips.append(x)
            if taps is not None and level.sample is not None:
                taps.append(x)
            x = x if level.sample is None else level.sample(x)
        for block in self.mid:
            x = block(x, active)
        for level in self.up:
            x = torch.cat([x, skips.pop()], 1)
            for block in level.blocks:
                x = block(x, active)
            x = level.sample(x)
        return self.final(x).transpose(1, 2)


class PolicyNetwork(nn.Module):
    """Observation encoder and U-Net."""

    def __init__(self, shape: NetworkShape):
        super().__init__()
        self.shape = shape
        self.encoder = ObservationEncoder(shape)
        self.unet = UNet(shape)

    def sample(self, noise: Tensor, condition: Tensor) -> Tensor:
        """One step: x0 = z - u(z, r = 0, t = 1), normalised actions [B, T, A]."""
        ones = torch.ones(noise.shape[0], device=noise.device)
        return noise - self.unet(noise, ones, torch.zeros_like(ones), condition)


def parameter_count(network: nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())
