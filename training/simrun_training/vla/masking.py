"""Which action tokens a training copy of a chunk masks, and the loss on them."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from .actions import BINS


def draw(copies: int, horizon: int, width: int, frozen_share: float, generator: torch.Generator) -> Tensor:
    """[copies, horizon * width], true where masked.

    The share is cos(pi u / 2) of a uniform u, as DD-VLA draws it, at least one token; a `frozen_share` of the copies
    keeps its first 1 to horizon/2 steps unmasked, as real-time chunking will (arXiv 2604.25050).
    """
    length = horizon * width
    frozen = torch.randint(1, max(2, horizon // 2 + 1), (copies,), generator=generator)
    frozen = torch.where(torch.rand(copies, generator=generator) < frozen_share, frozen, 0) * width
    ratio = torch.cos(math.pi / 2 * torch.rand(copies, generator=generator))
    count = (ratio * (length - frozen)).round().clamp(min=1)
    noise = torch.rand(copies, length, generator=generator)
    noise[torch.arange(length) < frozen[:, None]] = 2
    rank = noise.argsort(1).argsort(1)
    return rank < count[:, None]


def loss(logits: Tensor, tokens: Tensor, masked: Tensor, legal: Tensor, neighbour: float) -> Tensor:
    """Cross-entropy at masked positions over the legal bins of each dimension.

    logits [C, L, BINS], tokens and masked [C, L], legal [L, BINS]. neighbour: how much of the label each bin beside
    it gets, where a dimension has more than two; 0 is DD-VLA's hard label.
    """
    where = masked.nonzero(as_tuple=True)
    allowed = legal[where[1]]
    log_p = F.log_softmax(logits[where].float().masked_fill(~allowed, -1e9), -1)
    label = tokens[where][:, None]
    own = log_p.gather(1, label)[:, 0]
    if neighbour == 0:
        return -own.mean()
    many = allowed.sum(1) > 2
    below, above = (label - 1).clamp(min=0), (label + 1).clamp(max=BINS - 1)
    above = torch.where(allowed.gather(1, above), above, label)
    beside = log_p.gather(1, below)[:, 0] + log_p.gather(1, above)[:, 0]
    share = torch.where(many, neighbour, 0.0)
    return -((1 - 2 * share) * own + share * beside).mean()
