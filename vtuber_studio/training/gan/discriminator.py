"""The judge: real or made? A residual network as StyleGAN2's (Karras et al. 2020, section 4.1), with the standard
deviation over a minibatch (Karras et al. 2018, "Progressive Growing of GANs", section 3), and, where pictures have
labels, their projection (Miyato & Koyama 2018, "cGANs with Projection Discriminator", equation 4). One that answers for
every patch by itself (Isola et al. 2017, "Image-to-Image Translation with Conditional Adversarial Networks", section
2.2.2) has as many answers to learn from, where what differs is only how edges and lines are drawn.
"""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SLOPE, GAIN = 0.2, math.sqrt(2.0)
GROUP = 4  # pictures whose spread is looked at together
NORMS = ("none", "batch", "instance")


class Conv(nn.Module):
    """Convolution at equal variance, then, unless ``linear``, normalisation and a leaky ReLU. One of an even size
    halves the resolution."""

    def __init__(self, inputs: int, outputs: int, size: int, norm: str = "none", *, linear: bool = False) -> None:
        super().__init__()
        self.linear, self.stride = linear, 1 if size % 2 else 2
        self.weight = nn.Parameter(torch.randn(outputs, inputs, size, size) / math.sqrt(inputs * size * size))
        self.bias = None if linear else nn.Parameter(torch.zeros(outputs))
        self.norm = nn.Identity() if linear else _norm(norm, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = F.conv2d(x, self.weight, self.bias, self.stride, (self.weight.shape[-1] - 1) // 2)
        return x if self.linear else F.leaky_relu(self.norm(x), SLOPE) * GAIN


def _norm(name: str, channels: int) -> nn.Module:
    if name == "batch":
        return nn.BatchNorm2d(channels)
    return nn.InstanceNorm2d(channels, affine=True) if name == "instance" else nn.Identity()


class Block(nn.Module):
    """[n, inputs, h, w] -> [n, outputs, h / 2, w / 2]. Halved by a convolution, all taps of which reach as many pixels:
    behind a box filter the judge would be blind to a grid of single pixels, which sub-pixel heads make."""

    def __init__(self, inputs: int, outputs: int, norm: str) -> None:
        super().__init__()
        self.first, self.second = Conv(inputs, inputs, 3, norm), Conv(inputs, outputs, 4, norm)
        self.skip = Conv(inputs, outputs, 1, linear=True)

    def forward(self, x: Tensor) -> Tensor:
        return (self.second(self.first(x)) + self.skip(F.avg_pool2d(x, 2))) / GAIN


class Discriminator(nn.Module):
    """Pictures [n, C, R, R] in 0..1 (premultiplied, where they have alpha) -> logits [n].

    ``widths``: channels at R, R / 2, ..., 4. ``c_dim``: numbers of a label (0: none); ``codes``: numbers to be read off
    a picture (InfoGAN's Q, which shares all but its last layer).
    """

    def __init__(
        self, channels: int, widths: tuple[int, ...], c_dim: int = 0, codes: int = 0, norm: str = "none"
    ) -> None:
        super().__init__()
        last = widths[-1]
        self.enter = Conv(channels, widths[0], 3, norm)
        self.blocks = nn.ModuleList(Block(a, b, norm) for a, b in itertools.pairwise(widths))
        self.mix = Conv(last + 1, last, 3)
        self.flat = nn.Linear(16 * last, last)
        self.out = nn.Linear(last, 1)
        self.project = nn.Linear(c_dim, last, bias=False) if c_dim else None
        self.reader = nn.Linear(last, codes) if codes else None

    def features(self, x: Tensor) -> Tensor:
        """[n, width of the last block] of pictures."""
        x = self.enter(2 * x - 1)
        for block in self.blocks:
            x = block(x)
        x = self.mix(torch.cat([x, spread(x)], 1))
        return F.leaky_relu(self.flat(x.flatten(1)), SLOPE) * GAIN

    def forward(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        return self.judged(self.features(x), c)

    def judged(self, features: Tensor, c: Tensor | None = None) -> Tensor:
        """Logits [n] of features, given labels ``c`` [n, c_dim]."""
        logits: Tensor = self.out(features)[:, 0]
        if self.project is not None and c is not None:
            logits = logits + (self.project(c) * features).sum(1) / math.sqrt(features.shape[1])
        return logits


class PatchDiscriminator(nn.Module):
    """RGB [n, 3, R, R] in 0..1 and what was asked for, c [n, c_dim] -> logits [n, r, r], r = R / 2^(widths - 1): one
    for each patch, of about ten times R / r pixels. It begins undecided."""

    def __init__(self, widths: tuple[int, ...], c_dim: int) -> None:
        super().__init__()
        last = widths[-1]
        self.enter = Conv(3, widths[0], 3)
        self.blocks = nn.ModuleList(Block(a, b, "none") for a, b in itertools.pairwise(widths))
        self.mix = Conv(last, last, 3)
        self.out = nn.Linear(last, 1)
        self.project = nn.Linear(c_dim, last, bias=False)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.project.weight)

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        x = self.enter(2 * x - 1)
        for block in self.blocks:
            x = block(x)
        x = self.mix(x).movedim(1, -1)
        asked = self.project(c)[:, None, None] / math.sqrt(x.shape[-1])
        logits: Tensor = self.out(x)[..., 0] + (asked * x).sum(-1)
        return logits


def spread(x: Tensor) -> Tensor:
    """[n, 1, h, w]: how much the pictures of a group differ, the mean over features and places of their standard
    deviation; groups of GROUP, or of as many as divide the batch."""
    n = len(x)
    group = next(size for size in range(min(GROUP, n), 0, -1) if n % size == 0)
    y = x.reshape(group, n // group, -1).float()
    value = (y - y.mean(0)).square().mean(0).add(1e-8).sqrt().mean(1)
    return value.repeat(group).view(n, 1, 1, 1).to(x.dtype).expand(-1, 1, *x.shape[2:])
