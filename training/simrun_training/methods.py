"""The methods that this folder trains: what each network predicts, its loss, and how it is sampled.

All share one U-Net (`network.py`), the same data, widths and steps; they differ in the two flags of the
network's shape (time encoders, blocks a level), in the loss here and in the sampler (`sampling.py`).

    meanflow       one step along the average velocity (`meanflow.py`; MP1, arXiv 2507.10543)
    flow           plain flow matching, N steps of Euler (arXiv 2210.02747)
    flowpolicy     consistency flow matching, one step (FlowPolicy, arXiv 2412.04987)
    dp3            denoising of the actions themselves, 10 steps of DDIM (DP3, arXiv 2403.03954)
    simple-dp3     the same with one residual block a level

A loss takes `unet(z, t, r, condition, taps)`, normalised chunks x [B, T, A] and conditions [B, C], and gives the
loss and the mean squared residual that the curve keeps.
"""

from dataclasses import asdict, dataclass, field

import torch
from torch import Tensor

from .meanflow import Objective, meanflow_loss
from .sampling import alpha_products


def noise_like(x: Tensor, generator: torch.Generator | None) -> Tensor:
    """Standard normal numbers, drawn on the CPU so that a seed means the same on every device."""
    return torch.randn(x.shape, generator=generator).to(x.device)


def uniform(count: int, generator: torch.Generator | None, device) -> Tensor:
    return torch.rand(count, generator=generator).to(device)


@dataclass(frozen=True)
class MeanFlow:
    """t = 1 is noise, t = 0 data."""

    objective: Objective = field(default_factory=Objective)
    architecture = "meanflow"
    time_encoders = 2
    blocks_per_level = 2
    sampler = {"kind": "meanflow"}

    def loss(self, unet, x: Tensor, condition: Tensor, generator=None):
        return meanflow_loss(unet, x, condition, self.objective, generator)

    def constants(self) -> dict:
        return vars(self.objective)


@dataclass(frozen=True)
class FlowMatching:
    """t = 0 is noise, t = 1 data; the network is told `time_scale t`.

    x_t = (1 - t) e + t x, v = x - e, loss = mean (v(x_t, t) - v)^2 with t uniform on [0, 1].
    """

    steps: int = 10
    time_scale: float = 99.0
    architecture = "flow-matching"
    time_encoders = 1
    blocks_per_level = 2

    @property
    def sampler(self) -> dict:
        return {"kind": "flow", "epsilon": 0.0, "time_scale": self.time_scale, "steps": self.steps}

    def loss(self, unet, x: Tensor, condition: Tensor, generator=None):
        e, t = noise_like(x, generator), uniform(len(x), generator, x.device)
        at = t[:, None, None]
        residual = (unet((1 - at) * e + at * x, self.time_scale * t, None, condition) - (x - e)).square().mean()
        return residual, residual.detach()

    def constants(self) -> dict:
        return asdict(self)


@dataclass(frozen=True)
class FlowPolicy:
    """Consistency flow matching: t = 0 is noise, t = 1 data, and velocities point at a segment's end.

    With t uniform on [epsilon, 1], r = min(t + delta, 1), and s the end of the segment that holds t:
    f(t) = x_t + (s - t) v(x_t, t); f(t) must be f(r), or x_s itself once r is 1; and v(x_t, t) must be
    v(x_r, r) where s is further than `delta` away. Both branches have gradients, as published.
    """

    epsilon: float = 0.01
    delta: float = 0.01
    segments: int = 2
    alpha: float = 1e-5
    time_scale: float = 99.0
    architecture = "flowpolicy"
    time_encoders = 1
    blocks_per_level = 2

    @property
    def sampler(self) -> dict:
        return {"kind": "flow", "epsilon": self.epsilon, "time_scale": self.time_scale}

    def loss(self, unet, x: Tensor, condition: Tensor, generator=None):
        e = noise_like(x, generator)
        t = self.epsilon + (1 - self.epsilon) * uniform(len(x), generator, x.device)
        r = (t + self.delta).clamp(max=1)
        end = (t * self.segments).ceil().clamp(min=1) / self.segments

        def mixture(time: Tensor) -> Tensor:
            return (1 - time[:, None, None]) * e + time[:, None, None] * x

        def velocity(time: Tensor) -> Tensor:
            return unet(mixture(time), self.time_scale * time, None, condition)

        v, w = velocity(t), velocity(r)
        aim = mixture(t) + (end - t)[:, None, None] * v
        same = mixture(r) + (end - r)[:, None, None] * w
        same = torch.where((r < 1)[:, None, None], same, mixture(end))
        residual = (aim - same).square().mean()
        far = ((end - t) > 1.01 * self.delta)[:, None, None]
        return residual + self.alpha * (far * (v - w)).square().mean(), residual.detach()

    def constants(self) -> dict:
        return asdict(self)


@dataclass(frozen=True)
class Diffusion:
    """Time counts training steps, 0 next to the data; the network predicts the data.

    x_t = sqrt(a_t) x + sqrt(1 - a_t) e, loss = mean (x0(x_t, t) - x)^2 with t uniform.
    """

    steps: int = 10
    training_steps: int = 100
    clip: float = 1.0
    form: str = "correct"
    blocks_per_level: int = 2
    time_encoders = 1

    @property
    def architecture(self) -> str:
        return "dp3" if self.blocks_per_level == 2 else "simple-dp3"

    @property
    def sampler(self) -> dict:
        return {"kind": "ddim", "prediction": "sample", "steps": self.steps, "training_steps": self.training_steps,
                "schedule": "squaredcos_cap_v2", "clip": self.clip, "form": self.form}

    def loss(self, unet, x: Tensor, condition: Tensor, generator=None):
        e = noise_like(x, generator)
        t = torch.randint(self.training_steps, (len(x),), generator=generator).to(x.device)
        a = torch.tensor(alpha_products(self.training_steps), device=x.device)[t][:, None, None]
        noisy = a.sqrt() * x + (1 - a).sqrt() * e
        residual = (unet(noisy, t.float(), None, condition) - x).square().mean()
        return residual, residual.detach()

    def constants(self) -> dict:
        return asdict(self)


NAMES = ("meanflow", "flow", "flowpolicy", "dp3", "simple-dp3")


def method(name: str, objective: Objective, steps: int | None = None):
    """The method of that name; `objective` is MeanFlow's, `steps` the evaluations of samplers that take several."""
    several = {} if steps is None else {"steps": steps}
    if name == "meanflow":
        return MeanFlow(objective)
    if name == "flow":
        return FlowMatching(**several)
    if name == "flowpolicy":
        return FlowPolicy()
    if name in ("dp3", "simple-dp3"):
        return Diffusion(blocks_per_level=2 if name == "dp3" else 1, **several)
    raise ValueError(f"method {name}: expected one of {', '.join(NAMES)}")
