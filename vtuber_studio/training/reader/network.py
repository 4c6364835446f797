"""The reader: one picture in, rows, points and regions out.

Residual blocks (He et al. 2016), pooled where they look (a softmax over places, as in attention pooling), points as
the mean place of a heat map (soft-argmax; Sun et al. 2018, "Integral Human Pose Regression"), regions by sub-pixel
convolutions. The same weights look at the whole portrait and, from near, at its face.
"""

from __future__ import annotations

from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vtuber_studio.engine.details import DETAIL
from vtuber_studio.engine.views import VIEW

WIDTHS = (16, 48, 96, 160)  # channels at 1/2, 1/4, 1/8, 1/16 of the view
LOOKS = 8  # places that are looked at, at each of the two coarsest resolutions
HIDDEN = 288
GRID, CELLS = 12, VIEW // 8  # channels and side of what is read off directly
MIDDLE = 32  # channels in which regions and points are found

DETAIL_WIDTHS = (24, 56, 88, 104)  # of what reads one detail
DETAIL_GRID = (24, 48)  # channels of what is read off at 1/8 and at 1/16


class Answer(NamedTuple):
    """``values`` [n, V]: logits of choices, means of ranges in -1..1, as encoded rows; ``spread`` [n, R]: logarithm of
    each range's standard deviation; ``points`` [n, P, 2]: shares of the view's side; ``regions`` [n, K, VIEW, VIEW]:
    logits, or of one phase, every second pixel."""

    values: Tensor
    spread: Tensor
    points: Tensor
    regions: Tensor


class ConvNorm(nn.Module):
    """3x3 convolution without bias, then batch normalisation: one convolution when exported."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.conv(x))


class Stage(nn.Module):
    """Half the resolution, then one residual block."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.down = ConvNorm(inputs, outputs, 2)
        self.first, self.second = ConvNorm(outputs, outputs), ConvNorm(outputs, outputs)
        nn.init.zeros_(self.second.norm.weight)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.down(x))
        return F.relu(x + self.second(F.relu(self.first(x))))


class Stem(nn.Module):
    """Half the resolution, then a convolution."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.down, self.first = ConvNorm(3, outputs, 2), ConvNorm(outputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.first(F.relu(self.down(x))))


class Gaze(nn.Module):
    """Features [n, c, h, w] as seen at LOOKS places: [n, LOOKS * c]."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.where = nn.Conv2d(channels, LOOKS, 1)

    def forward(self, x: Tensor) -> Tensor:
        share = self.where(x).flatten(2).float().softmax(-1)
        return (share @ x.flatten(2).transpose(1, 2).float()).flatten(1)


class Reader(nn.Module):
    """``picture`` [n, 3, VIEW, VIEW] in -1..1 -> Answer."""

    def __init__(self, values: int, ranges: int, points: int, regions: int) -> None:
        super().__init__()
        a, b, c, d = WIDTHS
        self.stem, self.stages = Stem(a), nn.ModuleList([Stage(a, b), Stage(b, c), Stage(c, d)])
        self.near, self.far = Gaze(c), Gaze(d)
        self.hidden = nn.Linear(LOOKS * (c + d), HIDDEN)
        self.values, self.spread = nn.Linear(HIDDEN, values), nn.Linear(HIDDEN, ranges)
        self.up = nn.ModuleList(
            [nn.Conv2d(d, 4 * MIDDLE, 1), nn.Conv2d(MIDDLE, 4 * MIDDLE, 3, padding=1), nn.Conv2d(MIDDLE, 4 * MIDDLE, 1)]
        )
        self.side = nn.ModuleList(nn.Conv2d(width, MIDDLE, 1) for width in (c, b, a))
        self.heat, self.paint = nn.Conv2d(MIDDLE, points, 1), nn.Conv2d(MIDDLE, 4 * regions, 1)
        nn.init.zeros_(self.spread.weight)
        self.grid = ConvNorm(c, GRID)  # faces lie alike in every view: what is where can be read off directly
        self.direct = nn.Linear(GRID * CELLS * CELLS, values)
        nn.init.zeros_(self.direct.weight)
        nn.init.zeros_(self.direct.bias)

    def matrices(self) -> list[nn.Parameter]:
        """Weights between two layers of features: what an optimizer of matrices takes."""
        inner = [norm for stage in cast(list[Stage], self.stages) for norm in (stage.down, stage.first, stage.second)]
        layers = [*(norm.conv for norm in (self.stem.first, *inner)), self.hidden]
        return [cast(nn.Parameter, layer.weight) for layer in layers]

    def trunk(self, picture: Tensor) -> tuple[Tensor, ...]:
        """Features at 1/2, 1/4, 1/8 and 1/16 of the view."""
        a = self.stem(picture)
        b = self.stages[0](a)
        c = self.stages[1](b)
        return a, b, c, self.stages[2](c)

    def gathered(self, c: Tensor, d: Tensor) -> tuple[Tensor, Tensor]:
        """What rows are read off: as seen at some places, and on the grid."""
        return torch.cat([self.near(c), self.far(d)], 1), F.relu(self.grid(c)).flatten(1)

    def rows(self, seen: Tensor, grid: Tensor) -> tuple[Tensor, Tensor]:
        """(values, spread) from what was gathered."""
        x = F.relu(self.hidden(seen))
        return self.values(x).float() + self.direct(grid).float(), self.spread(x)

    def forward(self, picture: Tensor, phase: tuple[int, int] | None = None) -> Answer:
        """``phase`` (row, column): only every second pixel's regions from there on, for a quarter of the time."""
        a, b, c, d = self.trunk(picture)
        values, spread = self.rows(*self.gathered(c, d))
        m = d
        for up, side, finer in zip(self.up, self.side, (c, b, a), strict=True):
            m = F.relu(F.pixel_shuffle(up(m), 2) + side(finer))
        if phase is None:
            regions = F.pixel_shuffle(self.paint(m), 2)
        else:
            first = 2 * phase[0] + phase[1]  # pixel shuffle's order
            regions = F.conv2d(m, self.paint.weight[first::4], cast(Tensor, self.paint.bias)[first::4])
        return Answer(values, spread, places(self.heat(m)), regions)


class DetailReader(nn.Module):
    """``picture`` [n, 3, DETAIL, DETAIL] in -1..1 -> (values, spread), as of an Answer. What is shown lies alike every
    time, so all is read off the grid."""

    def __init__(self, values: int, ranges: int) -> None:
        super().__init__()
        a, b, c, d = DETAIL_WIDTHS
        self.stem, self.stages = Stem(a), nn.ModuleList([Stage(a, b), Stage(b, c), Stage(c, d)])
        self.grid, self.rough = ConvNorm(c, DETAIL_GRID[0]), ConvNorm(d, DETAIL_GRID[1])
        self.hidden = nn.Linear(sum(w * (DETAIL // s) ** 2 for w, s in zip(DETAIL_GRID, (8, 16), strict=True)), 160)
        self.values, self.spread = nn.Linear(160, values), nn.Linear(160, ranges)
        nn.init.zeros_(self.spread.weight)

    def matrices(self) -> list[nn.Parameter]:
        """Weights between two layers of features: what an optimizer of matrices takes."""
        inner = [norm for stage in cast(list[Stage], self.stages) for norm in (stage.down, stage.first, stage.second)]
        layers = [*(norm.conv for norm in (self.stem.first, *inner, self.rough)), self.hidden]
        return [cast(nn.Parameter, layer.weight) for layer in layers]

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        x = self.stages[1](self.stages[0](self.stem(picture)))
        cells = F.relu(self.grid(x)).flatten(1), F.relu(self.rough(self.stages[2](x))).flatten(1)
        x = F.relu(self.hidden(torch.cat(cells, 1)))
        return self.values(x).float(), self.spread(x).float()


def places(heat: Tensor) -> Tensor:
    """[n, P, 2] mean places (x, y) of heat maps [n, P, h, w], as shares of their sides."""
    n, count, height, width = heat.shape
    share = heat.flatten(2).float().softmax(-1).view(n, count, height, width)
    x = (torch.arange(width, device=heat.device) + 0.5) / width
    y = (torch.arange(height, device=heat.device) + 0.5) / height
    return torch.stack([(share.sum(2) * x).sum(-1), (share.sum(3) * y).sum(-1)], -1)
