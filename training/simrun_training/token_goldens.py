"""Golden cases of the layers of tokens and images; goldens.py writes them.

A case NAME holds NAME.input, NAME.output and the layer's parameters in PyTorch's layout. Tokens are
stored [tokens, width], pictures [height, width, channels]; NAME.visible counts, for each query, the
first keys that it sees.
"""

import torch
from torch import nn
from torch.nn import functional as F


class SelfAttention(nn.Module):
    """Queries, keys and values by one linear layer, attention, one linear layer behind."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: torch.Tensor, visible: torch.Tensor) -> torch.Tensor:
        """x: [tokens, width]; visible: [tokens]. Returns [tokens, width]."""
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        return self.out(attend(q, k, v, self.heads, visible))


class ImageStem(nn.Module):
    """3 x 3 convolutions of stride 2 with GELU behind each, then patches."""

    def __init__(self, channels: tuple[int, ...], patch: int, width: int):
        super().__init__()
        self.convolutions = nn.ModuleList(nn.Conv2d(a, b, 3, 2, 1) for a, b in zip(channels, channels[1:]))
        self.patches = nn.Conv2d(channels[-1], width, patch, patch)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: [1, channels, height, width]. Returns [tokens, width]."""
        return self.tokens(x)[0]

    def tokens(self, x: torch.Tensor) -> torch.Tensor:
        """x: [batch, channels, height, width]. Returns [batch, tokens, width]."""
        for convolution in self.convolutions:
            x = F.gelu(convolution(x))
        return self.patches(x).flatten(2).transpose(1, 2)


def attend(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, heads: int, visible: torch.Tensor) -> torch.Tensor:
    """q: [queries, width]; k, v: [keys, width]; query i sees the first visible[i] keys. Returns [queries, width]."""

    def split(x: torch.Tensor) -> torch.Tensor:
        return x.unflatten(-1, (heads, -1)).transpose(0, 1)

    mask = torch.arange(len(k))[None] < visible[:, None]
    return F.scaled_dot_product_attention(split(q), split(k), split(v), attn_mask=mask).transpose(0, 1).flatten(1)


def masks(queries: int, keys: int) -> dict[str, torch.Tensor]:
    """Numbers of visible keys; queries are the last tokens among the keys."""
    full, index = torch.full((queries,), keys), torch.arange(queries)
    context = torch.where(index < queries // 2, keys - queries + max(queries // 2, 1), keys)
    return {"full": full, "causal": keys - queries + 1 + index, "prefix": context}


def picture(x: torch.Tensor) -> torch.Tensor:
    """[1, channels, height, width] as [height, width, channels]."""
    return x[0].permute(1, 2, 0)


def token_cases(randomise) -> dict[str, torch.Tensor]:
    tensors: dict[str, torch.Tensor] = {}

    def case(name, module, x, y):
        tensors[f"{name}.input"], tensors[f"{name}.output"] = x, y
        for key, value in (module.state_dict() if module is not None else {}).items():
            tensors[f"{name}.{key}"] = value

    for rows, width in ((1, 5), (4, 33), (3, 64)):
        norm, x = randomise(nn.RMSNorm(width, eps=1e-6)), 2 * torch.randn(rows, width) - 1
        case(f"rms_norm.{rows}x{width}", norm, x, norm(x))
    wide = torch.cat([torch.linspace(-90, 90, 61), 3 * torch.randn(60)])
    case("silu", None, wide, F.silu(wide))
    case("gelu", None, wide, F.gelu(wide))
    case("gelu_tanh", None, wide, F.gelu(wide, approximate="tanh"))
    case("mish", None, wide, F.mish(wide))
    scores = 5 * torch.randn(3, 37) - 20
    case("softmax.3x37", None, scores, torch.softmax(scores / 0.5, -1))
    for queries, keys, heads, width in ((1, 1, 1, 16), (5, 19, 2, 24), (33, 33, 1, 17)):
        q, k, v = torch.randn(queries, heads * width), torch.randn(keys, heads * width), torch.randn(keys, heads * width)
        for mask, visible in masks(queries, keys).items():
            name = f"attention.{queries}x{keys}x{heads}x{width}.{mask}"
            case(name, None, q, attend(q, k, v, heads, visible))
            tensors[f"{name}.keys"], tensors[f"{name}.values"], tensors[f"{name}.visible"] = k, v, visible
    for tokens, width, heads in ((1, 16, 1), (11, 24, 3)):
        layer, x = randomise(SelfAttention(width, heads)), torch.randn(tokens, width)
        name, visible = f"self_attention.{tokens}x{width}x{heads}", masks(tokens, tokens)["prefix"]
        case(name, layer, x, layer(x, visible))
        tensors[f"{name}.visible"] = visible
    return tensors


def image_cases(randomise) -> dict[str, torch.Tensor]:
    tensors: dict[str, torch.Tensor] = {}

    def case(name, module, x, y):
        tensors[f"{name}.input"], tensors[f"{name}.output"] = x, y
        for key, value in (module.state_dict() if module is not None else {}).items():
            tensors[f"{name}.{key}"] = value

    for height, width, inputs, outputs, kernel, stride, padding in (
        (1, 1, 3, 5, 3, 1, 1), (5, 7, 3, 8, 3, 1, 1), (9, 6, 4, 17, 3, 2, 1), (8, 12, 3, 10, 4, 4, 0), (7, 7, 2, 3, 5, 2, 2),
        (3, 4, 6, 9, 1, 1, 0),
    ):
        conv, x = randomise(nn.Conv2d(inputs, outputs, kernel, stride, padding)), torch.randn(1, inputs, height, width)
        case(f"conv.{height}x{width}x{inputs}x{outputs}.k{kernel}.s{stride}.p{padding}", conv, picture(x), picture(conv(x)))
    for height, width, channels, kernel, stride, padding in ((6, 9, 5, 3, 2, 1), (4, 5, 9, 2, 2, 0)):
        x = torch.randn(1, channels, height, width) - 5
        y = F.max_pool2d(x, kernel, stride, padding)
        case(f"max_pool.{height}x{width}x{channels}.k{kernel}.s{stride}.p{padding}", None, picture(x), picture(y))
    for name, channels, patch in (("stem.conv", (3, 6, 8), 2), ("stem.patch", (3,), 8)):
        stem, x = randomise(ImageStem(channels, patch, 14)), torch.randn(1, 3, 16, 24)
        case(name, stem, picture(x), stem(x))
    return tensors
