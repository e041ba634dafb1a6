"""The decoder, in plain Python: the reference that the runtime's decoder is compared with, token by token.

Masked tokens are filled in rounds, the surest first; each round yields a whole chunk. What is known and what is
not: the order and the cosine schedule are MaskGIT's as the authors released them; the threshold
eta = eta_max (s - 1) / T in round s is the paper's appendix, its direction our reading; the constant of the
residual-drop check was never published, so its default here is our choice.
"""

import math
from dataclasses import dataclass, field

import numpy as np

ORDERS = ("probability", "gap", "random", "sequential")
SCHEDULES = ("cosine", "ascending", "single")
TEMPERATURES = ("argmax", "fixed", "decay")
REMASKS = ("off", "threshold", "drop")
MASK = -1
# Keeps the decoder's draws apart from others of the same seed ("decode").
STREAM = 0x6465_636F_6465


@dataclass(frozen=True)
class Decoder:
    rounds: int = 12
    schedule: str = "cosine"
    order: str = "probability"
    temperature: str = "decay"
    temperature_start: float = 1.0
    remask: str = "off"
    threshold: float = 0.5
    drop: float = 0.3
    sub_bin: bool = False


@dataclass
class Decoded:
    tokens: np.ndarray
    values: np.ndarray
    rounds: int = 0
    remasked: int = 0
    least_confidence: float = 1.0
    history: list = field(default_factory=list)


def philox(low: int, high: int, key: int) -> tuple[int, int]:
    """Ten rounds of Philox 4x32 (Salmon et al., SC 2011): two 64-bit numbers."""
    x, y, z, w = low & 0xFFFFFFFF, low >> 32, high & 0xFFFFFFFF, high >> 32
    first, second = key & 0xFFFFFFFF, key >> 32
    for _ in range(10):
        p0, p1 = 0xD2511F53 * x, 0xCD9E8D57 * z
        x, y, z, w = (p1 >> 32) ^ y ^ first, p1 & 0xFFFFFFFF, (p0 >> 32) ^ w ^ second, p0 & 0xFFFFFFFF
        first, second = (first + 0x9E3779B9) & 0xFFFFFFFF, (second + 0xBB67AE85) & 0xFFFFFFFF
    return x | y << 32, z | w << 32


def uniforms(seed: int, plan: int, round_: int, position: int) -> tuple[float, float]:
    """Two uniform numbers in [0, 1) that depend on nothing else."""
    a, b = philox(plan << 32 | round_ << 16 | position, STREAM, seed)
    return (a >> 11) * 2.0**-53, (b >> 11) * 2.0**-53


def remaining(decoder: Decoder, rounds: int, s: int, start: int) -> int:
    """How many tokens stay masked after round s of `rounds`, of `start` at first."""
    if s >= rounds:
        return 0
    if decoder.schedule == "cosine":
        left = math.floor(start * math.cos(math.pi / 2 * s / rounds))
    elif decoder.schedule == "ascending":
        left = start - (2**s - 1)
    else:
        left = start - s
    return min(max(left, 1), max(start - 1, 0))


def softmax(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max())
    return e / e.sum()


def decode(network, decoder: Decoder, values: np.ndarray, bins: np.ndarray, horizon: int, seed: int = 0, plan: int = 0,
           frozen: np.ndarray | None = None, most_rounds: int | None = None) -> Decoded:
    """Decodes one chunk.

    network: tokens [L], MASK where masked, to logits [L, 256]. values: what bins mean [D, 256]; bins: how many
    each dimension has [D]. frozen: tokens [steps, D] of the first steps, which stay. most_rounds: stop there.
    """
    width = len(bins)
    length = horizon * width
    tokens = np.full(length, MASK)
    held = 0 if frozen is None else frozen.size
    if held:
        tokens[:held] = frozen.reshape(-1)
    start = length - held
    rounds = decoder.rounds
    if decoder.schedule == "single":
        rounds = start
    elif held:
        rounds = max(1, math.ceil(rounds * start / length))
    draft, confidence, at_commit = tokens.copy(), np.ones(length), np.ones(length)
    fine = np.zeros(length, np.float32)
    out = Decoded(draft, fine)
    for s in range(1, rounds + 1):
        if start == 0:
            break
        logits = network(tokens)
        last = s == rounds
        heat = {"argmax": 0.0, "fixed": decoder.temperature_start,
                "decay": decoder.temperature_start * (1 - s / rounds)}[decoder.temperature]
        scores = []
        for i in range(held, length):
            n = bins[i % width]
            p = softmax(logits[i, :n])
            if tokens[i] != MASK:
                now = p[tokens[i]]
                if not last and ((decoder.remask == "threshold" and now < decoder.threshold * (s - 1) / rounds)
                                 or (decoder.remask == "drop" and at_commit[i] - now > decoder.drop)):
                    tokens[i] = MASK
                    out.remasked += 1
                else:
                    continue
            u, order = uniforms(seed, plan, s, i)
            k = int(p.argmax())
            if heat > 0:
                q = softmax(logits[i, :n] / np.float32(heat))
                total = np.cumsum(q)
                k = int(min(np.searchsorted(total, u * total[-1], side="right"), n - 1))
            draft[i], confidence[i] = k, p[k]
            fine[i] = values[i % width, k]
            if decoder.sub_bin and n > 2:
                near = slice(max(0, k - 2), min(n, k + 3))
                fine[i] = (p[near] * values[i % width, near]).sum() / p[near].sum()
            if decoder.order == "gap":
                top = np.sort(p)[-2:]
                score = top[-1] - (top[0] if n > 1 else 0)
            else:
                score = {"probability": p[k], "random": order, "sequential": -i}[decoder.order]
            scores.append((score, i))
        commit = len(scores) - remaining(decoder, rounds, s, start)
        commit = min(max(commit, 1), len(scores))
        for _, i in sorted(scores, key=lambda x: (-x[0], x[1]))[:commit]:
            tokens[i], at_commit[i] = draft[i], confidence[i]
        out.rounds = s
        out.history.append(tokens.copy())
        if last or s == most_rounds or (decoder.remask == "off" and not (tokens == MASK).any()):
            break
    out.least_confidence = float(confidence[held:].min()) if start else 1.0
    return out
