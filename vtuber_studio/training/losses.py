"""Losses of a part: cross-entropy on soft coverage, taken through the painter's own upsampling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from vtuber_studio.core.part import Cel, Part

STRAY = 4.0
_BLOCK, _RIM = 8, 2  # pixels: "near" is the same block of so many, or one beside it; the border's width
_NOTHING = 0.01  # coverage of a drawing that is none


def cel_slices(part: Part) -> Iterator[tuple[Cel, int, int]]:
    """(cel, first logit channel, first target channel) in order; targets lack "nothing", which is what is left."""
    logit = target = 0
    for cel in part.cels:
        yield cel, logit, target
        logit += cel.channels
        target += len(cel.materials) + bool(cel.ramp)


def with_nothing(materials: Tensor) -> Tensor:
    """[n, 1 + K, h, w] from the materials' coverage [n, K, h, w]: nothing is what they leave."""
    return torch.cat([(1 - materials.sum(1, keepdim=True)).clamp_min(0), materials], 1)


def class_weights(part: Part, targets: Tensor) -> dict[str, Tensor]:
    """Weight a material of each hard cel [1 + K]: inverse square root of its frequency, 1 to 4, so that thin lines
    count. Measured on drawings ``targets`` [n, channels, h, w] in 0..1."""
    weights = {}
    for cel, _, first in cel_slices(part):
        share = with_nothing(targets[:, first : first + len(cel.materials)]).mean((0, 2, 3)).clamp_min(1e-5)
        weights[cel.name] = (share.max() / share).sqrt().clamp(1.0, 4.0)
    return weights


def upsampled_phase(logits: Tensor, row: int, column: int) -> Tensor:
    """Every second pixel, from (row, column) in 0..1, of ``logits`` upsampled twofold (bilinear, corners not aligned):
    the same numbers as F.interpolate gives there, at a quarter of the cost."""
    return _UpsampledPhase.apply(logits, (row, column))


class _UpsampledPhase(torch.autograd.Function):
    """A quarter of each pixel's neighbour above or below, then left or right. With its gradient written out, which in
    pieces would fill maps with zeros."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, phase: tuple[int, int]) -> Tensor:
        ctx.phase = phase
        for axis, after in zip((-2, -1), phase, strict=True):
            edge, inner = _edge_and_inner(x, axis, after)
            x = torch.lerp(x, torch.cat([inner, edge] if after else [edge, inner], axis), 0.25)
        return x

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (gradient,) = gradients
        for axis, after in zip((-2, -1), ctx.phase, strict=True):
            moved = 0.75 * gradient
            edge, inner = _edge_and_inner(moved, axis, after)
            inner.add_(_edge_and_inner(gradient, axis, 1 - after)[1], alpha=0.25)
            edge.add_(_edge_and_inner(gradient, axis, after)[0], alpha=0.25)
            gradient = moved
        return gradient, None


def _edge_and_inner(x: Tensor, axis: int, after: int) -> tuple[Tensor, Tensor]:
    """Views: the last line of ``axis``, and all but the first; without ``after`` the first, and all but the last."""
    size = x.shape[axis]
    return x.narrow(axis, size - 1 if after else 0, 1), x.narrow(axis, 1 if after else 0, size - 1)


def strays(coverage: Tensor, truth: Tensor) -> Tensor:
    """STRAY times the mean coverage [n, h, w] where the drawing [n, K, h, w] has nothing near, or nothing along the
    box's border: too little there for cross-entropy to care, enough for specks beside the figure."""
    shown = truth.sum(1, keepdim=True)
    blocks = F.max_pool2d(shown, _BLOCK, ceil_mode=True)
    near = F.max_pool2d(blocks, 3, 1, 1) > _NOTHING
    far = ~F.interpolate(near.float(), scale_factor=_BLOCK)[..., : shown.shape[-2], : shown.shape[-1]].bool()
    far[..., :_RIM, :] = far[..., -_RIM:, :] = far[..., :_RIM] = far[..., -_RIM:] = True
    return STRAY * (coverage * (far & (shown < _NOTHING))[:, 0]).mean()


def coverage_loss(
    part: Part, logits: Tensor, targets: Tensor, weights: dict[str, Tensor], phase: tuple[int, int]
) -> Tensor:
    """Mean loss over cels: cross-entropy, and what strays. ``logits`` [n, part.channels, h, w]; ``targets``
    [n, channels, h, w] in 0..1, [*materials, t] of every cel: the pixels of ``phase`` of drawings at twice the
    resolution.

    The loss is taken through the painter's upsampling, on one of its four phases a step: an unbiased estimate of
    the loss at twice the resolution for the price of the loss at the logits' own.
    """
    logits = upsampled_phase(logits, *phase)
    total = logits.new_zeros(())
    split = iter(torch.split(logits, [n for cel in part.cels for n in _groups(cel)], 1))
    for cel, _, first in cel_slices(part):
        count = len(cel.materials)
        truth = targets[:, first : first + count]
        if cel.soft:
            own = next(split)
            total = total + F.binary_cross_entropy_with_logits(own, truth) + strays(torch.sigmoid(own[:, 0]), truth)
            _unlearned(cel, split)
            continue
        log_m = F.log_softmax(next(split), 1)
        total = total - (with_nothing(truth) * log_m * weights[cel.name][:, None, None]).sum(1).mean()
        total = total + strays(1 - log_m[:, 0].exp(), truth)
        if cel.ramp:
            error = (torch.sigmoid(next(split)[:, 0]) - targets[:, first + count]).square()
            total = total + (error * truth.sum(1)).mean()
        _unlearned(cel, split)
    return total / len(part.cels)


def _unlearned(cel: Cel, split: Iterator[Tensor]) -> None:
    """Passes over a cel's detail: drawings have none."""
    if cel.detail:
        next(split)


def _groups(cel: Cel) -> list[int]:
    """Channels of a cel that belong together: nothing and materials, the ramp's position, detail."""
    return [n for n in (1 if cel.soft else 1 + len(cel.materials), int(bool(cel.ramp)), cel.detail) if n]


@torch.no_grad()
def soft_iou(part: Part, logits: Tensor, targets: Tensor) -> float:
    """Mean over materials of sum(min) / sum(max) between painted and true coverage."""
    logits = F.interpolate(logits, targets.shape[-2:], mode="bilinear", align_corners=False)
    ratios = []
    for cel, channel, first in cel_slices(part):
        truth = targets[:, first : first + len(cel.materials)]
        if cel.soft:
            painted = torch.sigmoid(logits[:, channel : channel + 1])
        else:
            painted = torch.softmax(logits[:, channel : channel + 1 + len(cel.materials)], 1)[:, 1:]
        both = torch.minimum(painted, truth).sum((0, 2, 3))
        ratios.append(both / torch.maximum(painted, truth).sum((0, 2, 3)).clamp_min(1e-3))
    return float(torch.cat(ratios).mean())
