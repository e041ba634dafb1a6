"""One transformer over words, pictures, proprioception and action tokens.

Tokens stand in the order words | view 0 | view 1 ... | state | actions. A word sees all words, a picture's token
its picture and what stands before it, the state everything before it, an action token everything. So nothing
before the actions depends on them, nor on what stands behind it: keys and values of the prefix are computed once
an observation, those of words and pictures that did not change not at all, and both exactly. Source of the idea:
Discrete Diffusion VLA, arXiv 2508.20072, with UD-VLA's block mask (arXiv 2511.01718).

The network knows no step: it sees which tokens are masked. Index BINS of the action table is the mask.
"""

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..token_goldens import ImageStem
from .actions import BINS


@dataclass(frozen=True)
class Shape:
    """The network's widths; the names are policy.json's."""

    vocabulary: int
    state_width: int
    action_width: int
    horizon: int = 8
    views: int = 2
    image_size: int = 96
    words: int = 24
    width: int = 192
    layers: int = 4
    heads: int = 3
    hidden: int = 768
    stem_channels: tuple[int, ...] = (24, 48, 96)
    patch: int = 2
    packed: bool = False
    token_width: int = 64

    @property
    def side(self) -> int:
        size = self.image_size
        for _ in self.stem_channels:
            size = (size + 1) // 2
        return size // self.patch

    @property
    def image_tokens(self) -> int:
        return self.side**2

    @property
    def tokens(self) -> int:
        """Action tokens of a chunk."""
        return self.horizon * self.action_width

    def as_dict(self) -> dict:
        return asdict(self) | {"stem_channels": list(self.stem_channels)}

    @staticmethod
    def from_dict(d: dict) -> "Shape":
        return Shape(**{**d, "stem_channels": tuple(d["stem_channels"])})


class Attention(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, mask: Tensor | None, before: tuple[Tensor, Tensor] | None = None):
        """x: [B, N, width]; before: keys and values in front, [B, heads, P, head]. Also returns its own."""
        q, k, v = (t.unflatten(-1, (self.heads, -1)).transpose(1, 2) for t in self.qkv(x).chunk(3, dim=-1))
        own = (k, v)
        if before is not None:
            k, v = torch.cat([before[0], k], 2), torch.cat([before[1], v], 2)
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return self.out(mixed.transpose(1, 2).flatten(2)), own


class Block(nn.Module):
    """Pre-norm: attention, then two linear layers with GELU between."""

    def __init__(self, width: int, heads: int, hidden: int):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x: Tensor, mask: Tensor | None, before=None):
        mixed, own = self.attention(self.norm1(x), mask, before)
        x = x + mixed
        return x + self.down(F.gelu(self.up(self.norm2(x)))), own


class ActionTokens(nn.Module):
    """Bins to trunk tokens and back: a token each, or, packed, a token for each step."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        width = shape.token_width if shape.packed else shape.width
        self.table = nn.Embedding(BINS + 1, width)
        self.dimension = nn.Parameter(0.02 * torch.randn(shape.action_width, width))
        self.step = nn.Parameter(0.02 * torch.randn(shape.horizon, shape.width))
        self.norm = nn.LayerNorm(shape.width)
        if shape.packed:
            self.pack = nn.Linear(shape.action_width * width, shape.width)
            self.head = nn.Linear(shape.width, shape.action_width * BINS)
        else:
            self.head = nn.Linear(shape.width, BINS)
            self.bias = nn.Parameter(torch.zeros(shape.action_width, BINS))
        nn.init.normal_(self.table.weight, std=0.02)

    def embed(self, tokens: Tensor) -> Tensor:
        """[B, horizon * action_width] bins to trunk tokens [B, N, width]."""
        s = self.shape
        x = self.table(tokens.view(-1, s.horizon, s.action_width)) + self.dimension
        if s.packed:
            return self.pack(x.flatten(2)) + self.step
        return (x + self.step[:, None]).flatten(1, 2)

    def logits(self, x: Tensor) -> Tensor:
        """Trunk tokens to [B, horizon * action_width, BINS]."""
        s = self.shape
        y = self.head(self.norm(x))
        if s.packed:
            return y.view(len(x), s.tokens, BINS)
        return (y.view(len(x), s.horizon, s.action_width, BINS) + self.bias).flatten(1, 2)


class VisionLanguageAction(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape, d = shape, shape.width
        self.words = nn.Embedding(shape.vocabulary, d)
        self.word_position = nn.Parameter(0.02 * torch.randn(shape.words, d))
        channels = (3, *shape.stem_channels)
        self.stems = nn.ModuleList(ImageStem(channels, shape.patch, d) for _ in range(shape.views))
        self.image_position = nn.Parameter(0.02 * torch.randn(shape.views, shape.image_tokens, d))
        self.state1, self.state2 = nn.Linear(shape.state_width, d), nn.Linear(d, d)
        self.blocks = nn.ModuleList(Block(d, shape.heads, shape.hidden) for _ in range(shape.layers))
        self.actions = ActionTokens(shape)
        nn.init.normal_(self.words.weight, std=0.02)

    def prefix_tokens(self, words: Tensor, images: Tensor, state: Tensor) -> Tensor:
        """words [B, W], images [B, V, 3, H, H] in [-1, 1], state [B, S]; V may be less than the network's."""
        parts = [self.words(words) + self.word_position[: words.shape[1]]]
        for v in range(images.shape[1]):
            x = images[:, v].contiguous(memory_format=torch.channels_last)
            parts.append(self.stems[v].tokens(x) + self.image_position[v])
        parts.append(self.state2(F.gelu(self.state1(state)))[:, None])
        return torch.cat(parts, 1)

    def prefix_mask(self, lengths: Tensor, words: int, views: int) -> Tensor:
        """[B, 1, P, P]: what each prefix token sees; words from `lengths` on are padding."""
        n = self.shape.image_tokens
        block = torch.cat([torch.zeros(words), *(torch.full((n,), 1.0 + v) for v in range(views)),
                           torch.full((1,), 1.0 + views)]).to(lengths.device)
        return (block[None] <= block[:, None])[None, None] & self.valid(lengths, words, len(block))[:, None, None]

    @staticmethod
    def valid(lengths: Tensor, words: int, prefix: int) -> Tensor:
        index = torch.arange(prefix, device=lengths.device)
        return (index < lengths[:, None]) | (index >= words)

    def encode(self, words: Tensor, lengths: Tensor, images: Tensor, state: Tensor):
        """The prefix's keys and values, layer by layer, and which of them are no padding [B, P]."""
        x = self.prefix_tokens(words, images, state)
        mask = self.prefix_mask(lengths, words.shape[1], images.shape[1])
        cache = []
        for block in self.blocks:
            x, own = block(x, mask)
            cache.append(own)
        return cache, self.valid(lengths, words.shape[1], x.shape[1])

    def decode(self, cache, valid: Tensor, tokens: Tensor) -> Tensor:
        """tokens [B * R, L], R copies of each observation, neighbours. Returns logits [B * R, L, BINS]."""
        copies = len(tokens) // len(valid)
        x = self.actions.embed(tokens)
        own = torch.ones(len(valid), x.shape[1], dtype=torch.bool, device=valid.device)
        mask = None
        if not valid.all():
            mask = torch.cat([valid, own], 1).repeat_interleave(copies, 0)[:, None, None]
        for block, before in zip(self.blocks, cache):
            if copies > 1:
                before = tuple(t.repeat_interleave(copies, 0) for t in before)
            x, _ = block(x, mask, before)
        return self.actions.logits(x)

    def forward(self, words, lengths, images, state, tokens) -> Tensor:
        cache, valid = self.encode(words, lengths, images, state)
        return self.decode(cache, valid, tokens)
