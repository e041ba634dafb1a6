"""From noise to actions: how each architecture's network is used, as policy.json's `sampler` says.

    {"kind": "meanflow", "steps": N}                            z - (t - r) u(z, r, t), N equal steps from t = 1 to r = 0
    {"kind": "flow", "epsilon": E, "time_scale": S, "steps": N} z + v(z, S t) / N, N steps from t = E on
    {"kind": "ddim", "prediction": "sample", "steps": 10, "training_steps": 100,
     "schedule": "squaredcos_cap_v2", "clip": 1, "form": "correct"}   denoising of x0 from noise, step by step

`form` is "correct", or "legacy" for diffusers up to 0.14, which takes the predicted x0 itself for the noise
(its issue 1486). `steps` of the first two is 1 where it is not said. Sources: MeanFlow, arXiv 2505.13447; FlowPolicy, arXiv 2412.04987; DDIM, arXiv 2010.02502.
"""

import math

import torch
from torch import Tensor

from .network import PolicyNetwork


def alpha_products(training_steps: int) -> list[float]:
    """The products of 1 - beta over training steps: squared cosine, beta at most 0.999 (arXiv 2102.09672)."""
    def bar(x):
        return math.cos((x + 0.008) / 1.008 * math.pi / 2) ** 2

    products, product = [], 1.0
    for i in range(training_steps):
        product *= 1 - min(1 - bar((i + 1) / training_steps) / bar(i / training_steps), 0.999)
        products.append(product)
    return products


def sample(network: PolicyNetwork, sampler: dict, noise: Tensor, condition: Tensor) -> Tensor:
    """noise [B, T, A] and condition [B, C] -> normalised actions [B, T, A]."""
    unet, times = network.unet, torch.ones(noise.shape[0], device=noise.device)
    if sampler["kind"] in ("meanflow", "flow"):
        x, steps = noise, sampler.get("steps", 1)
        for i in range(steps):
            if sampler["kind"] == "meanflow":
                x = x - unet(x, times * (1 - i / steps), times * (1 - (i + 1) / steps), condition) / steps
            else:
                t = sampler["epsilon"] + (1 - sampler["epsilon"]) * i / steps
                x = x + unet(x, times * t * sampler["time_scale"], None, condition) / steps
        return x
    products, stride = alpha_products(sampler["training_steps"]), sampler["training_steps"] // sampler["steps"]
    x = noise
    for step in reversed(range(sampler["steps"])):
        t = step * stride
        now, then = products[t], products[t - stride] if step else 1.0
        clean = unet(x, t * times, None, condition)
        direction = clean if sampler["form"] == "legacy" else (x - math.sqrt(now) * clean) / math.sqrt(1 - now)
        x = math.sqrt(then) * clean.clamp(-sampler["clip"], sampler["clip"]) + math.sqrt(1 - then) * direction
    return x
