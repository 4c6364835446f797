"""Mapping and synthesis networks of one part.

Synthesis follows StyleGAN2 (Karras et al. 2020, "Analyzing and Improving the Image Quality of StyleGAN",
section 2.2): convolutions whose input channels are scaled by a style and whose output is demodulated. Scaling
activations instead of weights gives the same numbers and needs no grouped convolutions. Features stop at half the
logits' resolution; pixel shuffle does the rest (Shi et al. 2016, "Real-Time Single Image and Video
Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network").
"""

from __future__ import annotations

import itertools
import math
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vtuber_studio.core.part import Part
from vtuber_studio.training.config import DEFAULT_WIDTHS, WIDTHS, TrainConfig

SLOPE, GAIN = 0.2, math.sqrt(2.0)
EPSILON = 1e-8


class Mapping(nn.Module):
    """A_p: encoded attributes and expression [n, c_dim], z [n, z_dim] -> ws [n, num_ws, w_dim]."""

    def __init__(self, c_dim: int, z_dim: int, num_ws: int, w_dim: int, width: int) -> None:
        super().__init__()
        self.num_ws, self.w_dim = num_ws, w_dim
        sizes = [c_dim + z_dim, width, width, width]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in itertools.pairwise(sizes))
        self.out = nn.Linear(width, num_ws * w_dim)

    def forward(self, c: Tensor, z: Tensor) -> Tensor:
        x = torch.cat([c, z], 1)
        for layer in self.layers:
            x = F.leaky_relu(layer(x), SLOPE) * GAIN
        return self.out(x).view(-1, self.num_ws, self.w_dim)


class StyledConv(nn.Module):
    """Modulated 3x3 convolution; with ``shuffle`` its output's resolution doubles (sub-pixel)."""

    def __init__(self, inputs: int, outputs: int, w_dim: int, *, shuffle: bool = False, head: bool = False) -> None:
        super().__init__()
        self.shuffle, self.head = shuffle, head
        self.affine = nn.Linear(w_dim, inputs)
        nn.init.normal_(self.affine.weight, std=1 / math.sqrt(w_dim))
        nn.init.ones_(self.affine.bias)
        weight = torch.randn(outputs, inputs, 3, 3) / math.sqrt(inputs * 9)
        if shuffle:  # sub-pixels begin equal, so that no checkerboard has to be unlearned
            weight = weight[::4].repeat_interleave(4, 0)
        self.weight = nn.Parameter(weight)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """Features [n, inputs, h, w] and styles [n, w_dim] -> [n, outputs, h, w], shuffled ones larger."""
        style = self.affine(w)
        order = _blocks_last if self.shuffle else _as_is
        x = F.conv2d(x * style[:, :, None, None].to(x.dtype), order(self.weight), padding=1)
        if self.head:
            x = x + order(self.bias)[:, None, None].to(x.dtype)
        else:  # the activation's gain may as well come before a leaky ReLU
            power = self.weight.float().square().sum((2, 3))
            demodulation = torch.rsqrt(style.float().square() @ power.T + EPSILON) * GAIN
            scale, bias = order(demodulation, 1)[:, :, None, None], order(self.bias * GAIN)[:, None, None]
            x = F.leaky_relu_(torch.addcmul(bias.to(x.dtype), x, scale.to(x.dtype)), SLOPE)
        return _blocks_to_space(x) if self.shuffle else x


def _as_is(x: Tensor, axis: int = 0) -> Tensor:
    return x


def _blocks_last(x: Tensor, axis: int = 0) -> Tensor:
    """Pixel shuffle's channels (channel, row, column of a block) in the order (row, column, channel)."""
    return x.unflatten(axis, (-1, 4)).transpose(axis, axis + 1).flatten(axis, axis + 1)


def _blocks_to_space(x: Tensor) -> Tensor:
    """Pixel shuffle of [n, 4 c, h, w], channels last, in ``_blocks_last``'s order: memory moves in long runs, which
    takes a sixth of the time forward and backward."""
    n, channels, h, w = x.shape
    x = x.permute(0, 2, 3, 1).reshape(n, h, w, 2, channels // 2).transpose(2, 3)
    return x.reshape(n, 2 * h, 2 * w, channels // 4).permute(0, 3, 1, 2)


class Synthesis(nn.Module):
    """S_p: ws [n, num_ws, w_dim] -> logits [n, channels, h, w] of ``part``."""

    def __init__(self, part: Part, w_dim: int) -> None:
        super().__init__()
        first, *rest = WIDTHS.get(part.name, DEFAULT_WIDTHS)
        height, width = part.logits
        self.const = nn.Parameter(torch.randn(1, first, height // 16, width // 16))
        layers = [StyledConv(first, first, w_dim)]
        for inputs, outputs in itertools.pairwise([first, *rest]):
            layers += [StyledConv(inputs, 4 * outputs, w_dim, shuffle=True), StyledConv(outputs, outputs, w_dim)]
        layers.append(StyledConv(rest[-1], 4 * part.channels, w_dim, shuffle=True, head=True))
        self.layers = nn.ModuleList(layers)

    @property
    def num_ws(self) -> int:
        """Styles that the network takes, one a convolution."""
        return len(self.layers)

    def forward(self, ws: Tensor) -> Tensor:
        x = self.const.expand(len(ws), -1, -1, -1).contiguous(memory_format=torch.channels_last)
        for index, layer in enumerate(self.layers):
            x = layer(x, ws[:, index])
        return x.float().contiguous()  # losses take channel after channel


class PartNetwork(nn.Module):
    """Mapping and synthesis of one part."""

    def __init__(self, part: Part, c_dim: int, config: TrainConfig) -> None:
        super().__init__()
        self.synthesis = Synthesis(part, config.w_dim)
        self.mapping = Mapping(c_dim, part.z_dim, self.synthesis.num_ws, config.w_dim, config.mapping_width)

    def forward(self, c: Tensor, z: Tensor) -> Tensor:
        return self.synthesis(self.mapping(c, z))

    def matrices(self) -> list[nn.Parameter]:
        """Weights between two layers of features, first and last ones left out: what an optimizer of matrices takes."""
        return [cast(nn.Parameter, layer.weight) for layer in self._inner()]

    def blocks(self) -> list[int]:
        """How many matrices each of ``matrices()`` is: one for each sub-pixel of its outputs."""
        return [4 if isinstance(layer, StyledConv) and layer.shuffle else 1 for layer in self._inner()]

    def _inner(self) -> list[nn.Module]:
        return [*list(self.mapping.layers)[1:], *list(self.synthesis.layers)[:-1]]
