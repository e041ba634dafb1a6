"""The networks of MP1, FlowPolicy, DP3 and Simple DP3 under their own tensor names.

Written from the papers and from the published names and shapes, to test the converter against: nothing
here is shared with `network.py`. Sources: DP3, arXiv 2403.03954; FlowPolicy, arXiv 2412.04987; MP1, arXiv
2507.10543; the U-Net is Diffusion Policy's, arXiv 2303.04137. Time direction: MP1 t = 1 is noise; FlowPolicy
t = 0 is noise; DP3 counts 99 (noise) down to 0.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

KINDS = ("mp1", "flowpolicy", "dp3", "simple-dp3")
FULL = {"mp1": (512, 1024, 2048), "flowpolicy": (512, 1024, 2048), "dp3": (512, 1024, 2048), "simple-dp3": (128, 256, 384)}


@dataclass(frozen=True)
class Sizes:
    """The sizes that a checkpoint of one kind has; the defaults are MP1's on Meta-World."""

    kind: str
    action: int = 4
    state: int = 9
    horizon: int = 4
    steps: int = 2
    points: int = 512
    point_widths: tuple[int, ...] = (64, 128, 256)
    features: int = 64
    time: int = 128
    widths: tuple[int, ...] = (512, 1024, 2048)
    kernel: int = 5
    groups: int = 8


class SinusoidalPosEmb(nn.Module):
    """x [B] -> [B, width]: sines, then cosines, frequencies from 1 down to 1/10000."""

    def __init__(self, width: int):
        super().__init__()
        self.width = width

    def forward(self, x: Tensor) -> Tensor:
        half = self.width // 2
        frequency = torch.arange(half) * (-math.log(10000) / (half - 1))
        angle = x.float()[:, None] * frequency.exp()[None]
        return torch.cat((angle.sin(), angle.cos()), dim=-1)


class Conv1dBlock(nn.Module):
    """Convolution, group norm, Mish."""

    def __init__(self, a: int, b: int, sizes: Sizes):
        super().__init__()
        self.block = nn.Sequential(nn.Conv1d(a, b, sizes.kernel, padding=sizes.kernel // 2), nn.GroupNorm(sizes.groups, b), nn.Mish())

    def forward(self, x: Tensor) -> Tensor:
        return self.block(x)


class Block(nn.Module):
    """Residual block; the condition scales and shifts between its two convolutions."""

    def __init__(self, a: int, b: int, condition: int, sizes: Sizes):
        super().__init__()
        self.blocks = nn.ModuleList([Conv1dBlock(a, b, sizes), Conv1dBlock(b, b, sizes)])
        self.cond_encoder = nn.Sequential(nn.Mish(), nn.Linear(condition, 2 * b))
        self.residual_conv = nn.Conv1d(a, b, 1) if a != b else nn.Identity()
        self.width = b

    def forward(self, x: Tensor, g: Tensor) -> Tensor:
        embedding = self.cond_encoder(g).reshape(len(x), 2, self.width, 1)
        out = embedding[:, 0] * self.blocks[0](x) + embedding[:, 1]
        return self.blocks[1](out) + self.residual_conv(x)


class Sample(nn.Module):
    """Halves (stride 2) or doubles (transposed) a sequence."""

    def __init__(self, width: int, down: bool):
        super().__init__()
        self.conv = nn.Conv1d(width, width, 3, 2, 1) if down else nn.ConvTranspose1d(width, width, 4, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class ConditionalUnet(nn.Module):
    """The U-Net: z [B, T, D] and times to a prediction [B, T, D]."""

    def __init__(self, sizes: Sizes):
        super().__init__()
        d, count = sizes.time, 1 if sizes.kind == "simple-dp3" else 2
        condition = d + sizes.steps * 2 * sizes.features

        def encoder():
            return nn.Sequential(SinusoidalPosEmb(d), nn.Linear(d, 4 * d), nn.Mish(), nn.Linear(4 * d, d))

        def level(a, b, *tail):
            return nn.ModuleList([Block(a if i == 0 else b, b, condition, sizes) for i in range(count)] + list(tail))

        widths = [sizes.action, *sizes.widths]
        pairs = list(zip(widths, widths[1:]))
        self.var_est = None
        if sizes.kind in ("mp1", "flowpolicy"):
            w = 4 * d
            # In the files, called by nothing.
            self.var_est = nn.Sequential(nn.Linear(sizes.action, w), nn.ReLU(), nn.Linear(w, w), nn.ReLU(), nn.Linear(w, w), nn.ReLU(), nn.Linear(w, 1))
        self.diffusion_step_encoder = encoder()
        if sizes.kind == "mp1":
            self.diffusion_step_encoder_rs = encoder()
        self.mid_modules = nn.ModuleList(Block(widths[-1], widths[-1], condition, sizes) for _ in range(count))
        self.up_modules = nn.ModuleList(level(2 * b, a, Sample(a, False)) for a, b in reversed(pairs[1:]))
        self.down_modules = nn.ModuleList(
            level(a, b, Sample(b, True) if i + 1 < len(pairs) else nn.Identity()) for i, (a, b) in enumerate(pairs))
        self.final_conv = nn.Sequential(Conv1dBlock(widths[1], widths[1], sizes), nn.Conv1d(widths[1], sizes.action, 1))

    def forward(self, z: Tensor, t: float, condition: Tensor, r: float | None = None) -> Tensor:
        emb = self.diffusion_step_encoder(torch.full((len(z),), t))
        if r is not None:
            emb = emb + self.diffusion_step_encoder_rs(torch.full((len(z),), r))
        g = torch.cat([emb, condition], dim=-1)
        x, kept = z.transpose(1, 2), []
        for *blocks, sample in self.down_modules:
            for block in blocks:
                x = block(x, g)
            kept.append(x)
            x = sample(x)
        for block in self.mid_modules:
            x = block(x, g)
        for *blocks, sample in self.up_modules:
            x = torch.cat((x, kept.pop()), dim=1)
            for block in blocks:
                x = block(x, g)
            x = sample(x)
        return self.final_conv(x).transpose(1, 2)


class PointNet(nn.Module):
    """Per-point layers, maximum, projection."""

    def __init__(self, sizes: Sizes):
        super().__init__()
        layers, width = [], 3
        for w in sizes.point_widths:
            layers += [nn.Linear(width, w), nn.LayerNorm(w), nn.ReLU()]
            width = w
        self.mlp = nn.Sequential(*layers)
        self.final_projection = nn.Sequential(nn.Linear(width, sizes.features), nn.LayerNorm(sizes.features))

    def forward(self, x: Tensor) -> Tensor:
        return self.final_projection(self.mlp(x).amax(dim=1))


class Encoder(nn.Module):
    """The features of one observation step: cloud, then state."""

    def __init__(self, sizes: Sizes):
        super().__init__()
        self.extractor = PointNet(sizes)
        self.state_mlp = nn.Sequential(nn.Linear(sizes.state, sizes.features), nn.ReLU(), nn.Linear(sizes.features, sizes.features))

    def forward(self, cloud: Tensor, state: Tensor) -> Tensor:
        return torch.cat([self.extractor(cloud), self.state_mlp(state)], dim=-1)


def normaliser(width: int) -> nn.ParameterDict:
    """The numbers of a `limits` normaliser over made-up data; the last of six or more dimensions is constant."""
    low, high = -torch.rand(width) - 0.2, torch.rand(width) + 0.2
    if width > 4:
        high[-1] = low[-1]
    flat = high - low < 1e-4
    scale = torch.where(flat, 1.0, 2 / (high - low).clamp(min=1e-4))
    offset = torch.where(flat, -low, -1 - scale * low)
    stats = {"max": high, "mean": (low + high) / 2, "min": low, "std": (high - low) / 4}
    values = nn.ParameterDict({"offset": offset, "scale": scale})
    values["input_stats"] = nn.ParameterDict(stats)
    return values.requires_grad_(False)


class Empty(nn.Module):
    """The parameter without numbers that marks a device."""

    def __init__(self):
        super().__init__()
        self._dummy_variable = nn.Parameter(torch.zeros(0), requires_grad=False)


class OriginalPolicy(Empty):
    """A policy with random weights, and what it predicts."""

    def __init__(self, sizes: Sizes):
        super().__init__()
        self.sizes = sizes
        self.obs_encoder = Encoder(sizes)
        self.model = ConditionalUnet(sizes)
        self.mask_generator = Empty()
        self.normalizer = nn.Module()
        self.normalizer.params_dict = nn.ModuleDict()
        for name, width in (("action", sizes.action), ("agent_pos", sizes.state), ("point_cloud", 6)):
            self.normalizer.params_dict[name] = normaliser(width)

    def condition(self, cloud: Tensor, state: Tensor) -> Tensor:
        """cloud [S, P, 3] in metres and state [S, Ds], oldest first, as observed -> [1, S * 2 features]."""
        def scaled(x, name):
            p = self.normalizer.params_dict[name]
            return x * p["scale"] + p["offset"]

        colourless = torch.cat([cloud, torch.zeros_like(cloud)], dim=-1)
        features = [self.obs_encoder(scaled(c[None], "point_cloud")[..., :3], scaled(s[None], "agent_pos"))
                    for c, s in zip(colourless, state)]
        return torch.cat(features, dim=-1)

    def sample(self, noise: Tensor, condition: Tensor, ddim: str = "correct") -> Tensor:
        """Normalised actions [B, T, D] from noise, as each paper's code does it."""
        if self.sizes.kind == "mp1":
            return noise - self.model(noise, 1.0, condition, r=0.0)
        if self.sizes.kind == "flowpolicy":
            return noise + self.model(noise, 0.01 * 99, condition)

        def level(t):
            return math.cos((t / 100 + 0.008) / 1.008 * math.pi / 2) ** 2

        kept, total = [], 1.0
        for i in range(100):
            total *= 1 - min(1 - level(i + 1) / level(i), 0.999)
            kept.append(total)
        x = noise
        for t in range(90, -1, -10):
            a, b = kept[t], kept[t - 10] if t else 1.0
            x0 = self.model(x, float(t), condition)
            direction = x0 if ddim == "legacy" else (x - a**0.5 * x0) / (1 - a) ** 0.5
            x = b**0.5 * x0.clamp(-1, 1) + (1 - b) ** 0.5 * direction
        return x

    def actions(self, noise: Tensor, condition: Tensor, ddim: str = "correct") -> Tensor:
        """The executed rows [T - (S - 1), D], in the demonstrations' units."""
        p = self.normalizer.params_dict["action"]
        chunk = (self.sample(noise, condition, ddim) - p["offset"]) / p["scale"]
        return chunk[0, self.sizes.steps - 1:]
