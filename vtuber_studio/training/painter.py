"""The painter in torch: the engine's formulas (``engine.paint``, ``engine.compose``) with gradients.

Planes are premultiplied RGBA [n, 4, H, W] in 0..1. What the engine clamps is clamped here, too, but a gradient that
leads back inside passes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from vtuber_studio.core.part import Blend, Cel, Part
from vtuber_studio.engine.paint import FLOOR, FULL, MOST, box_size, tau

_BOUND = 30.0  # logits, as in the engine


def composite(part: Part, logits: Tensor, inks: Mapping[str, Tensor], scale: float) -> Tensor:
    """A part's cels stacked back to front, [n, 4, H, W] over its box at ``scale``.

    ``logits`` [n, part.channels, h, w]; ``inks``: cel -> [n or 1, 4 or 8, K], as ``engine.paint.inks`` has them.
    """
    covers = cover_part(part, logits, scale)
    canvas = logits.new_zeros(())
    for cel in sorted(part.cels, key=lambda cel: cel.depth):
        layer = paint(covers[cel.name], inks[cel.name])
        canvas = lay(canvas.expand_as(layer), layer, cel.blend)
    return canvas


Coverage = tuple[Tensor, Tensor | None, Tensor | None]  # m [n, K, H, W], t [n, 1, H, W], gain [n, 1 or 3, H, W]


def cover_part(part: Part, logits: Tensor, scale: float) -> dict[str, Coverage]:
    """Coverage of every cel over the part's box at ``scale``, clips applied."""
    width, height = box_size(part, scale)
    logits = _refined(logits, (height, width))
    channels = dict(zip((cel.name for cel in part.cels), logits.split([c.channels for c in part.cels], 1), strict=True))
    own = {cel.name: _cover(cel, channels[cel.name], (height, width), tau(scale)) for cel in part.cels}
    return {
        cel.name: (m * own[cel.clip][0].sum(1, keepdim=True) if cel.clip else m, t, gain)
        for cel, (m, t, gain) in ((cel, own[cel.name]) for cel in part.cels)
    }


def _refined(logits: Tensor, size: tuple[int, int]) -> Tensor:
    """As ``engine.paint.refined``: beyond twice the logits' own resolution doubled, and smoothed by a B-spline."""
    height, width = logits.shape[-2:]
    if size[1] <= 2 * width and size[0] <= 2 * height:
        return logits
    doubled = F.interpolate(logits, scale_factor=2, mode="bilinear", align_corners=False)
    around = F.pad(doubled, (1, 1, 1, 1), mode="replicate")
    rows = (around[..., :-2, :] + 4 * around[..., 1:-1, :] + around[..., 2:, :]) / 6
    return (rows[..., :-2] + 4 * rows[..., 1:-1] + rows[..., 2:]) / 6


def _cover(cel: Cel, logits: Tensor, size: tuple[int, int], sharpness: float) -> Coverage:
    count = 1 if cel.soft else 1 + len(cel.materials)
    shares, rest = logits[:, :count], logits[:, count:]
    gain = clamped(_upsampled(rest[:, -cel.detail :], size) + 1, 0.0, MOST) if cel.detail else None
    if cel.soft:
        m = torch.sigmoid(_upsampled(shares.clamp(-_BOUND, _BOUND), size))
        return m * _seen(m), None, gain
    shares = (shares - shares.amax(1, keepdim=True)).clamp_min(-_BOUND)
    share = torch.softmax(sharpness * _upsampled(shares, size), 1)
    t = torch.sigmoid(_upsampled(rest[:, :1].clamp(-_BOUND, _BOUND), size)) if cel.ramp else None
    return share[:, 1:] * _seen(1 - share[:, :1]), t, gain


def _upsampled(maps: Tensor, size: tuple[int, int]) -> Tensor:
    if maps.shape[-2:] == size:
        return maps
    return F.interpolate(maps, size, mode="bilinear", align_corners=False)


def _seen(coverage: Tensor) -> Tensor:
    return ((coverage - FLOOR) / (FULL - FLOOR)).clamp(0, 1)


def paint(coverage: Coverage, inks: Tensor) -> Tensor:
    """[n, 4, H, W] from coverage and inks [n or 1, 4 or 8, K]."""
    m, t, gain = coverage
    inks = inks.expand(len(m), -1, -1)
    out = torch.einsum("nck,nkhw->nchw", inks[:, :4], m)
    if t is not None:
        out = out + torch.einsum("nck,nkhw->nchw", inks[:, 4:], m) * t
    if gain is None:
        return out
    alpha = out[:, 3:]
    return torch.cat([clamped(out[:, :3] * gain, 0.0, alpha), alpha], 1)


def lay(canvas: Tensor, paint: Tensor, blend: Blend) -> Tensor:
    """``paint`` over ``canvas``, both [n, 4, H, W]: W3C compositing's formulas."""
    below, alpha = canvas[:, 3:], paint[:, 3:]
    keep = 1 - alpha
    if blend == "normal":
        return canvas * keep + paint
    if blend == "multiply":
        colour = paint[:, :3] * (canvas[:, :3] + (1 - below)) + canvas[:, :3] * keep
    else:
        colour = torch.minimum(paint[:, :3] + canvas[:, :3], alpha + below * keep)
    return torch.cat([colour, alpha + below * keep], 1)


def over(image: Tensor, ground: Tensor) -> Tensor:
    """RGB [n, 3, H, W] of a composite over an opaque ``ground`` that broadcasts to it."""
    return image[:, :3] + ground * (1 - image[:, 3:])


def clamped(x: Tensor, low: float | Tensor, high: float | Tensor) -> Tensor:
    """``x`` between ``low`` and ``high``; gradients that lead back inside pass."""
    low, high = (torch.as_tensor(end, dtype=x.dtype, device=x.device) for end in (low, high))
    clamp: Tensor = _Clamped.apply(x, low.detach(), high.detach())
    return clamp


class _Clamped(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, low: Tensor, high: Tensor) -> Tensor:
        ctx.save_for_backward(x < low, x > high)
        return torch.minimum(torch.maximum(x, low), high)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (gradient,) = gradients
        under, above = ctx.saved_tensors
        outward = (under & (gradient > 0)) | (above & (gradient < 0))  # a step goes against the gradient
        return gradient.masked_fill(outward, 0.0), None, None
