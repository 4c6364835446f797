"""What a tuning makes small: how far a painted picture is from its own, and how far a network is from what it was."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from vtuber_studio.core.part import Part
from vtuber_studio.training.losses import coverage_loss, upsampled_phase

_SCALES = 3  # each half as large as the one before
_TINT, _ROUGH = 12.0, 4.0  # how much more the colour and the roughness of detail count than detail itself
_SMOOTH = 1e-3  # where an absolute value turns round


def picture_loss(made: Tensor, target: Tensor, edges: float) -> Tensor:
    """Charbonnier's loss of premultiplied RGBA [n, 4, S, S] over three scales, and of gradients, a pixel of the
    subject: a figure that fills little of the canvas counts as much as one that fills it."""
    share = target[:, 3].mean().clamp_min(0.02)
    total = made.new_zeros(())
    for _ in range(_SCALES):
        total = total + _charbonnier(made - target) / _SCALES
        for axis in (2, 3):
            total = total + edges * _charbonnier(made.diff(dim=axis) - target.diff(dim=axis)) / _SCALES
        made, target = F.avg_pool2d(made, 2), F.avg_pool2d(target, 2)
    return total / share


def _charbonnier(gap: Tensor) -> Tensor:
    return (gap.square() + _SMOOTH**2).sqrt().mean() - _SMOOTH


def masked_psnr(made: Tensor, target: Tensor) -> float:
    """Decibels over mid-grey of premultiplied RGBA [1, 4, S, S] on the subject: where the target is solid."""
    mask = target[:, 3:] > 0.5
    gap = (made[:, :3] - target[:, :3]) + 0.5 * (target[:, 3:] - made[:, 3:])
    error = float((gap.square() * mask).sum() / (3 * mask.sum()).clamp_min(1))
    return 10 * math.log10(1 / max(error, 1e-9))


def held_loss(
    part: Part, logits: Tensor, untuned: Tensor, weights: dict[str, Tensor], phase: tuple[int, int]
) -> tuple[Tensor, Tensor]:
    """(how far coverage has gone from the untuned network's, how much detail there is), of logits [n, C, h, w].

    The first is training's own loss with the untuned coverage for its truth, less what it is where nothing has changed:
    knowledge distillation (Hinton, Vinyals and Dean 2015) of a generator into itself. The second is the mean square of
    detail, of its colour and of its steps from pixel to pixel: what light does to other looks is little, grey, smooth.
    """
    targets = coverage_targets(part, untuned, phase)
    gone = coverage_loss(part, logits, targets, weights, phase)
    with torch.no_grad():
        gone = gone - coverage_loss(part, untuned, targets, weights, phase)
    return gone, _detail_there(part, logits, untuned)


def _detail_there(part: Part, logits: Tensor, untuned: Tensor) -> Tensor:
    """Mean over cels of how much detail has come to what they show: its square, its colour's, its steps'."""
    total, first, count = logits.new_zeros(()), 0, 0
    for cel in part.cels:
        last = first + cel.channels
        if cel.detail:
            shown = 1 - torch.softmax(untuned[:, first : first + 1 + len(cel.materials)].detach(), 1)[:, :1]
            if cel.soft:
                shown = torch.sigmoid(untuned[:, first : first + 1].detach())
            gap = (logits - untuned)[:, last - cel.detail : last]
            own = gap.square() + _TINT * (gap - gap.mean(1, keepdim=True)).square()
            rough = gap.diff(dim=2)[..., :-1].square() + gap.diff(dim=3)[..., :-1, :].square()
            weight = shown / shown.sum().clamp_min(1.0)
            total = total + (own * weight).sum() / cel.detail
            total = total + _ROUGH * (rough * weight[..., :-1, :-1]).sum() / cel.detail
            count += 1
        first = last
    return total / max(count, 1)


def coverage_targets(part: Part, logits: Tensor, phase: tuple[int, int]) -> Tensor:
    """What ``coverage_loss`` takes for drawings: the networks' own coverage [n, channels, h, w] at one phase."""
    logits = upsampled_phase(logits, *phase)
    found, first = [], 0
    for cel in part.cels:
        own = logits[:, first : first + cel.channels]
        count = 1 + len(cel.materials)
        if cel.soft:
            found.append(torch.sigmoid(own[:, :1]))
        else:
            found.append(torch.softmax(own[:, :count], 1)[:, 1:])
            found += [torch.sigmoid(own[:, count : count + 1])] if cel.ramp else []
        first += cel.channels
    return torch.cat(found, 1)


def kept_share(part: Part, logits: Tensor, untuned: Tensor) -> float:
    """0..1: soft intersection over union of a network's coverage with the untuned one's, a mean over cels that show
    anything; 1 where nothing is shown."""
    own, base = (coverage_targets(part, each, (0, 0)) for each in (logits, untuned))
    shares, first = [], 0
    for cel in part.cels:
        place = slice(first, first + len(cel.materials))
        first += len(cel.materials) + (bool(cel.ramp) and not cel.soft)
        both, either = (f(own[:, place], base[:, place]).sum() for f in (torch.minimum, torch.maximum))
        if float(base[:, place].sum()) > 4.0:
            shares.append(float(both / either))
    return sum(shares) / len(shares) if shares else 1.0
