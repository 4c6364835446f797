"""Augmentation of what the judge sees, real or made, through which gradients flow.

Pictures are [n, 3 or 4, R, R] in 0..1, premultiplied where they have alpha: then a colour's affine change is linear in
(r, g, b, alpha), transparent stays transparent, and what moves in from outside is nothing.
DiffAugment: Zhao et al. 2020, "Differentiable Augmentation for Data-Efficient GAN Training". ADA: Karras et al. 2020a,
"Training Generative Adversarial Networks with Limited Data", appendix B (pixel blitting, geometry, colour).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

SHIFT, HOLE = 1 / 8, 1 / 2  # DiffAugment: of the side
_LUMA = torch.full((3,), 1 / math.sqrt(3))


def diff_augment(x: Tensor, rng: torch.Generator) -> Tensor:
    """Brightness, saturation and contrast, then a shift, then a hole: each picture its own."""
    n, _, side, _ = x.shape
    u = torch.rand(n, 7, generator=rng).to(x.device)
    grey = torch.full((3, 3), 1 / 3, device=x.device)
    eye = torch.eye(3, device=x.device)
    rgb, alpha = x[:, :3], _alpha(x)
    rgb = rgb + (u[:, 0, None, None, None] - 0.5) * alpha
    saturate = grey + 2 * u[:, 1, None, None] * (eye - grey)
    rgb = torch.einsum("nij,njhw->nihw", saturate, rgb)
    mean = rgb.sum((1, 2, 3), keepdim=True) / (3 * alpha.sum((1, 2, 3), keepdim=True) + 1e-6)
    rgb = mean * alpha + (rgb - mean * alpha) * (0.5 + u[:, 2, None, None, None])
    x = torch.cat([rgb, x[:, 3:]], 1)
    move = torch.round((2 * u[:, 3:5] - 1) * SHIFT * side)
    x = _warped(x, _moves(2 * move / side))
    at = torch.arange(side, device=x.device)
    inside = [((at - (side + 1) * u[:, k, None]).abs() <= HOLE * side / 2).to(x.dtype) for k in (5, 6)]
    return x * (1 - inside[0][:, None, :, None] * inside[1][:, None, None, :])


def ada(x: Tensor, p: float, rng: torch.Generator) -> Tensor:
    """Each of ADA's transformations with probability ``p``."""
    if p <= 0:
        return x
    return _recoloured(_warped(x, _geometry(len(x), p, rng).to(x)), _colours(len(x), p, rng).to(x))


def _alpha(x: Tensor) -> Tensor:
    return x[:, 3:] if x.shape[1] == 4 else torch.ones_like(x[:, :1])


def _warped(x: Tensor, inverse: Tensor) -> Tensor:
    """Pictures seen through matrices [n, 2, 3] from where a pixel goes to where it comes from, in -1..1."""
    grid = F.affine_grid(inverse, list(x.shape), align_corners=False)
    outside = "zeros" if x.shape[1] == 4 else "reflection"
    return F.grid_sample(x, grid, mode="bilinear", padding_mode=outside, align_corners=False)


def _recoloured(x: Tensor, colour: Tensor) -> Tensor:
    """Colours by matrices [n, 3, 4] of (r, g, b, alpha)."""
    homogeneous = torch.cat([x[:, :3], _alpha(x)], 1)
    return torch.cat([torch.einsum("nij,njhw->nihw", colour, homogeneous), x[:, 3:]], 1)


def _moves(shift: Tensor) -> Tensor:
    """[n, 2, 3] that move by ``shift`` [n, 2]."""
    return torch.cat([torch.eye(2, device=shift.device).expand(len(shift), 2, 2), shift[:, :, None]], 2)


def _geometry(n: int, p: float, rng: torch.Generator) -> Tensor:
    """[n, 2, 3] of flips, quarter turns, whole shifts, scaling, turning, stretching, shifts."""
    whole = torch.eye(3).expand(n, 3, 3)

    def then(matrix: Tensor, chance: float = p) -> None:
        nonlocal whole
        chosen = torch.rand(n, 1, 1, generator=rng) < chance
        whole = whole @ torch.where(chosen, matrix, torch.eye(3).expand(n, 3, 3))

    def uniform() -> Tensor:
        return torch.rand(n, generator=rng)

    def normal() -> Tensor:
        return torch.randn(n, generator=rng)

    one, turn = torch.ones(n), 1 - math.sqrt(1 - p)  # a turn before and one after stretching, in all as likely as p
    then(_scaling(torch.where(uniform() < 0.5, -one, one), one))
    then(_turning((uniform() * 4).floor() * math.pi / 2))
    then(_shifting((uniform() - 0.5) / 2, (uniform() - 0.5) / 2))
    size = torch.exp2(0.2 * normal())
    then(_scaling(size, size))
    then(_turning((uniform() * 2 - 1) * math.pi), turn)
    size = torch.exp2(0.2 * normal())
    then(_scaling(size, 1 / size))
    then(_turning((uniform() * 2 - 1) * math.pi), turn)
    then(_shifting(normal() / 4, normal() / 4))
    return whole[:, :2]


def _scaling(x: Tensor, y: Tensor) -> Tensor:
    return torch.diag_embed(torch.stack([x, y, torch.ones_like(x)], 1))


def _turning(angle: Tensor) -> Tensor:
    c, s, zero, one = angle.cos(), angle.sin(), torch.zeros_like(angle), torch.ones_like(angle)
    return torch.stack([c, -s, zero, s, c, zero, zero, zero, one], 1).view(-1, 3, 3)


def _shifting(x: Tensor, y: Tensor) -> Tensor:
    matrix = torch.eye(3).repeat(len(x), 1, 1)
    matrix[:, 0, 2], matrix[:, 1, 2] = x, y
    return matrix


def _colours(n: int, p: float, rng: torch.Generator) -> Tensor:
    """[n, 3, 4] of brightness, contrast, luma flips, hue, saturation."""
    whole, axis = torch.eye(4).expand(n, 4, 4), torch.cat([_LUMA, torch.zeros(1)])
    along = axis[:, None] * axis  # onto the grey axis

    def then(matrix: Tensor) -> None:
        nonlocal whole
        chosen = torch.rand(n, 1, 1, generator=rng) < p
        whole = torch.where(chosen, matrix, torch.eye(4).expand(n, 4, 4)) @ whole

    brighter = torch.eye(4).repeat(n, 1, 1)
    brighter[:, :3, 3] = 0.2 * torch.randn(n, 1, generator=rng)
    then(brighter)
    contrast = torch.eye(4).repeat(n, 1, 1)
    contrast[:, :3, :3] *= torch.exp2(0.5 * torch.randn(n, 1, 1, generator=rng))
    then(contrast)
    flip = (torch.rand(n, 1, 1, generator=rng) < 0.5).float()
    then(torch.eye(4) - 2 * along * flip)
    then(_hue((torch.rand(n, generator=rng) * 2 - 1) * math.pi))
    more = torch.exp2(torch.randn(n, 1, 1, generator=rng))
    rest = torch.eye(4) - along
    rest[3, 3] = 0
    keep = along.clone()
    keep[3, 3] = 1
    then(keep + more * rest)
    return whole[:, :3]


def _hue(angle: Tensor) -> Tensor:
    """Turns [n, 4, 4] about the grey axis (Rodrigues)."""
    x, y, z = _LUMA.tolist()
    cross = torch.tensor([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    c, s = angle.cos()[:, None, None], angle.sin()[:, None, None]
    turned = c * torch.eye(3) + s * cross + (1 - c) * (_LUMA[:, None] * _LUMA)
    whole = torch.eye(4).repeat(len(angle), 1, 1)
    whole[:, :3, :3] = turned
    return whole


class AdaptiveP:
    """ADA's p: raised while the sign of the judge's answer to real pictures, r_t, is above ``target``, else lowered, by
    as much as takes it from 0 to 1 in ``images`` pictures (section 3.1)."""

    MOST = 0.8  # beyond it, transformations leak

    def __init__(self, target: float, images: int, p: float = 0.0) -> None:
        self.target, self.images, self.p = target, images, p

    def update(self, r_t: float, seen: int) -> float:
        """The new p, after ``seen`` pictures with this r_t."""
        step = math.copysign(seen / self.images, r_t - self.target)
        self.p = min(max(self.p + step, 0.0), self.MOST)
        return self.p
