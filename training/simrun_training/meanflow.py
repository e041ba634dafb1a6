"""The MeanFlow objective (Geng et al., arXiv 2505.13447) in the form used here.

Time direction: t = 1 is noise, t = 0 is data. z_t = (1 - t) x + t e, v = e - x.

    du     = d/dt u(z_t, r, t) along (v', 1) with r fixed                    (no gradient)
    target = stopgrad(v - (t - r) du)                                        (the MeanFlow identity)
    d      = mean over the chunk of (u - target)^2
    loss   = mean over the batch of d / stopgrad(d + 1e-3)^p,  p = 0.5

Choices, and why:
- The tangent v' is by default the network's own u(z, t, t) ("predicted", as in improved MeanFlow,
  arXiv 2512.02012): it has less variance than the sample's e - x, and on multi-modal toys it was at
  least as good. "sample" gives MeanFlow's own form.
- du is a one-sided finite difference (h = 5e-3) on the half of the batch with r < t. It needs no
  graph and no forward-mode rules; a test holds it against torch.func.jvp.
- Half of the batch has r = t, which is plain flow matching; without it nothing anchors v.
- p = 0.5, as MP1. On unconditional multi-modal toys p = 1 puts more one-step samples on a mode
  (84 % to 52 %); but it weighs a sample by 1/d, which all but ignores the frames where the policy must
  look. On made-up demonstrations, after 500 steps on the same features, the held-out error of the first
  action was 0.091 / 0.139 (x / y) with p = 1, 0.069 / 0.111 with p = 0.5, 0.071 / 0.111 with p = 0.
- MP1's "classifier-free guidance" is left out: as released it uses the same condition twice, which
  does not move the optimum and doubles the noise.
- t, r: maximum and minimum of two sigmoid(N(1, 1)) draws, nearer to noise than the images' N(-0.4, 1):
  at small t the noisy action itself tells the answer and the network need not look. Half of the samples
  with r < t are put exactly at the one pair used at run time, (t, r) = (1, 0). With N(-0.4, 1), a share
  of a quarter and p = 1 the errors above were 0.094 / 0.157, hardly better than not looking at all.
- The dispersive loss (Wang & He, arXiv 2506.09027, as MP1 uses it) spreads the
  features of the two upper levels over the batch. Training only.
"""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Objective:
    """The constants of the loss; all are written to policy.json."""

    power: float = 0.5
    constant: float = 1e-3
    equal_share: float = 0.5
    endpoint_share: float = 0.5
    time_mean: float = 1.0
    step: float = 5e-3
    tangent: str = "predicted"
    dispersive: float = 0.5


def draw_times(count: int, objective: Objective, generator: torch.Generator | None = None):
    """t >= r for `count` samples; the first `equal_share` of them have r = t."""
    a, b = torch.sigmoid(torch.randn(2, count, generator=generator) + objective.time_mean)
    t, r = torch.maximum(a, b), torch.minimum(a, b)
    equal = round(count * objective.equal_share)
    r[:equal] = t[:equal]
    ends = round((count - equal) * objective.endpoint_share)
    t[count - ends :], r[count - ends :] = 1.0, 0.0
    return t, r, equal


def time_derivative(u, z: Tensor, t: Tensor, r: Tensor, v: Tensor, u_here: Tensor, h: float) -> Tensor:
    """du/dt along (v, 1) by a one-sided difference that stays inside [0, 1]."""
    h = torch.where(t > 0.5, -h, h)
    side = h[:, None, None]
    return (u(z + side * v, t + h, r) - u_here) / side


def dispersive_loss(features: Tensor) -> Tensor:
    """log mean exp(-D / max D) over squared distances D of the batch's features."""
    flat = features.flatten(1)
    distances = torch.cdist(flat, flat).square()
    distances = distances / distances.max().clamp_min(1e-12)
    return torch.exp(-distances).mean().log()


def meanflow_loss(unet, x: Tensor, condition: Tensor, objective: Objective, generator=None):
    """The loss and the mean squared residual, for normalised chunks x [B, T, A].

    `unet(z, t, r, condition, taps=None)` predicts the average velocity.
    """
    # Drawn on the CPU, so that a seed means the same on every device.
    e = torch.randn(x.shape, generator=generator).to(x.device)
    t, r, equal = draw_times(x.shape[0], objective, generator)
    t, r = t.to(x.device), r.to(x.device)
    z = x + t[:, None, None] * (e - x)
    v = e - x
    taps: list[Tensor] | None = [] if objective.dispersive else None
    u = unet(z, t, r, condition, taps)
    target = v.clone()
    if equal < x.shape[0]:
        far = slice(equal, None)
        with torch.no_grad():
            c = condition[far].detach()

            def frozen(z, t, r):
                return unet(z, t, r, c)

            tangent = v[far] if objective.tangent == "sample" else frozen(z[far], t[far], t[far])
            du = time_derivative(
                frozen, z[far], t[far], r[far], tangent, u[far].detach(), objective.step
            )
            target[far] = v[far] - (t - r)[far, None, None] * du
    d = (u - target).square().mean((1, 2))
    loss = (d / (d.detach() + objective.constant) ** objective.power).mean()
    for feature in taps or []:
        loss = loss + objective.dispersive * dispersive_loss(feature)
    return loss, d.detach().mean()
