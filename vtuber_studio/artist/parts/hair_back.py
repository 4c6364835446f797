"""Back hair: the mass behind head and shoulders in six cuts, dark where it lies behind the neck."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from vtuber_studio.artist.brush import Point, Sheet, ellipse, ink, polygon, spline
from vtuber_studio.artist.strands import paint, strand
from vtuber_studio.core.attribute import Value


@dataclass
class _Mane:
    """Sizes every cut refers to."""

    top: float  # y of the mass behind the crown
    wide: float  # half width behind the head
    volume: float
    length: float  # -1..1
    curl: float
    z: np.ndarray

    def jitter(self, i: float) -> Point:
        """Displacement of tip ``i``, smooth in z."""
        z = self.z
        return (
            3.5 * (z[0] * np.cos(1.4 * i) + z[1] * np.sin(2.0 * i)),
            5.0 * (z[2] * np.sin(1.6 * i + 1) + z[3] * np.cos(2.2 * i)),
        )


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw cel hair_back."""
    volume, length, style = float(a["hair_volume"]), float(a["hair_length"]), str(a["back_style"])
    mane = _Mane(90 - 5.5 * volume, 104 + 5.0 * volume, volume, length, float(a["curl"]), z)
    sheet.cel("hair_back")
    low = {
        "short": _short,
        "bob": _bob,
        "long": _long,
        "twin_tails": _twin_tails,
        "ponytail": _ponytail,
        "buns": _buns,
    }[style](sheet, mane)
    tips = float(a["tips"])
    span = 0.6 * (low - 120)
    start = low - 14 - tips * span + 40 * (1 - tips)
    sheet.ramp((256, start), (256, start + 44))


def _mass(sheet: Sheet, mane: _Mane, low: float, flare: float, deep: float, end: float) -> None:
    """The closed mass behind the head: half width ``wide`` above, ``flare`` more at y = ``low``, ``end`` at the bottom.

    Its inner part, to ``deep`` inside the outline, is the dark behind the neck.
    """
    w, drop = mane.wide, low - 200
    right = [
        (256, mane.top),
        (256 + 0.5 * w, mane.top + 12),
        (256 + 0.86 * w, 142),
        (256 + w, 196),
        (256 + w + 0.45 * flare, 200 + 0.34 * drop),
        (256 + w + flare, 200 + 0.74 * drop),
        (256 + w + flare + end, low),
    ]
    line = spline(right, per=8)
    s = np.clip((line[:, 1] - 190) / max(drop, 1.0), 0, 1)
    swing = (6.0 * mane.curl * np.sin(9.5 * s + 0.6 * mane.z[4]) + 2.0 * mane.z[5] * np.sin(3.0 * s)) * s**0.7
    line[:, 0] += swing
    left = line.copy()
    left[:, 0] = 512 - line[:, 0] + 4.0 * mane.z[6] * s
    tips = np.linspace(0, 1, 7)[1:-1]
    hem = [
        (
            line[-1, 0] + (left[-1, 0] - line[-1, 0]) * s,
            low + (12.0 if k % 2 else -6.0) + 2.5 * mane.z[2] * np.cos(2 * k),
        )
        for k, s in enumerate(tips)
    ]
    outline = np.vstack([left[::-1], line, hem])
    sheet.fill(polygon(outline), "hair.base")
    inner = np.vstack([left[::-1] + [deep, 0], line - [deep, 0], hem])
    with sheet.clip(polygon(outline)):
        sheet.fill(polygon(inner - [deep * 0.45, 0]), "hair.shade")
        sheet.fill(polygon(inner + [0, 1]), "hair.deep")
    sheet.fill(ink(outline[: 2 * len(line)][::4], [1.8, 2.6, 2.4, 2.2, 2.4, 2.6, 1.8]), "hair.line")
    bottom = np.vstack([line[-1:], hem, left[-1:]])
    for first, last in pairwise(bottom):
        sheet.fill(ink([first, 0.5 * (first + last) + [0, 2], last], [2.0, 2.3, 2.0]), "hair.line")


def _fall(
    sheet: Sheet,
    mane: _Mane,
    rows: tuple[tuple[float, float, float, float, float, float], ...],
    y0: float = 128,
) -> float:
    """Locks on both sides, each (x at root, bulge x, x of tip, y of tip, width, cut); the lowest tip's y."""
    low = 0.0
    for i, (root, bulge, x, y, width, cut) in enumerate(rows):
        for side in (-1, 1):
            dx, dy = mane.jitter(i + 0.5 * side)
            end = (256 + side * x + dx, y + dy)
            fall = end[1] - y0
            points = [
                (256 + side * 0.55 * root, y0),
                (256 + side * 0.94 * root, y0 + 0.22 * fall),
                (256 + side * bulge, y0 + 0.64 * fall),
                end,
            ]
            lock = strand(
                points,
                width,
                root=0.5,
                tip=cut,
                belly=2.6,
                wave=(1.5 + 11 * mane.curl) * min(1.0, fall / 200),
                cycles=1.6,
                phase=0.8 * i + (np.pi if side > 0 else 0) + 0.5 * mane.z[4],
            )
            paint(sheet, lock, depth=0.55 if side < 0 else 0.8, ink_from=0.12)
            low = max(low, end[1])
    return low


def _short(sheet: Sheet, mane: _Mane) -> float:
    """To the nape, with tips that stand out."""
    low = 306 + 24 * mane.length
    out = 7 * mane.volume
    _mass(sheet, mane, low - 8, -20, 18, -34)
    return _fall(
        sheet,
        mane,
        (
            (44, 46, 40, low + 14, 46, 0),
            (66, 72, 66, low + 10, 46, 0),
            (82, 88 + 0.5 * out, 92, low + 2, 44, 0),
            (90, 94 + out, 112 + out, low - 20, 36, 0),
        ),
    )


def _bob(sheet: Sheet, mane: _Mane) -> float:
    """Round, tips turned in."""
    low = 338 + 32 * mane.length
    out = 8 * mane.volume
    _mass(sheet, mane, low - 12, 10 + out, 34, -12)
    return _fall(
        sheet,
        mane,
        (
            (94, 112 + out, 96, low - 2, 50, 0.0),
            (80, 98 + out, 70, low + 8, 50, 0.0),
            (96, 118 + out, 112 + out, low + 2, 34, 0.0),
        ),
    )


def _long(sheet: Sheet, mane: _Mane) -> float:
    """Over the shoulders and down."""
    low = 452 + 62 * mane.length
    out = 12 * mane.volume
    _mass(sheet, mane, low - 30, 26 + out, 46, -6)
    return _fall(
        sheet,
        mane,
        (
            (60, 84, 78, low - 8, 54, 0),
            (78, 108 + 0.6 * out, 106 + out, low + 6, 54, 0),
            (92, 126 + out, 128 + out, low - 4, 46, 0),
            (96, 130 + out, 148 + out, low - 34, 36, 0),
        ),
    )


def _nape(sheet: Sheet, mane: _Mane, low: float) -> None:
    """The tied-up head: skull, and short hair behind the neck."""
    _mass(sheet, mane, low, -26, 16, -26)
    _fall(sheet, mane, ((52, 56, 44, low + 12, 40, 0), (76, 78, 66, low + 2, 34, 0)))


def _tie(sheet: Sheet, x: float, y: float, turn: float) -> None:
    """A twist of hair where a tail is bound."""
    sheet.fill(ellipse(x, y, 16.4, 18.4), "hair.line")
    sheet.fill(ellipse(x, y, 14, 16), "hair.base")
    with sheet.clip(ellipse(x, y, 14, 16)):
        sheet.fill(ellipse(x + 8, y + 8, 13, 13), "hair.shade")
    sheet.stroke([(x - 8 * turn, y - 13), (x + 3 * turn, y - 2), (x + 1 * turn, y + 14)], 2.6, "hair.line")


def _tail(
    sheet: Sheet, mane: _Mane, root: Point, side: int, low: float, spread: float, width: float
) -> float:
    """One tail from ``root``: an arch up and out, then falling to ``low``."""
    x0, y0 = root
    lowest = 0.0
    rows = ((0.72, 0.0, 0.80, 0.92), (0.2, 4.0, 0.9, 0.74), (0.46, 10.0, 1.0, 0.84))
    for i, (across, lift, reach, share) in enumerate(rows):
        dx, dy = mane.jitter(i + 1.7 * side)
        out = spread * (0.5 + across)
        end = (x0 + side * (out * 0.72 - 6) + dx, y0 + (low - y0) * reach + dy)
        fall = end[1] - y0
        points = [
            (x0, y0),
            (x0 + side * out * 0.36, y0 - 5 - 0.7 * lift),
            (x0 + side * out * 0.76, y0 + 8 - 0.7 * lift),
            (x0 + side * out, y0 + 0.25 * fall),
            (x0 + side * (out * 0.98), y0 + 0.66 * fall),
            end,
        ]
        lock = strand(
            points,
            width * share,
            root=0.12,
            belly=2.6,
            wave=(2 + 10 * mane.curl),
            cycles=1.6,
            phase=0.7 * i + (np.pi if side > 0 else 0) + 0.5 * mane.z[4],
        )
        paint(sheet, lock, depth=0.5 if side < 0 else 0.75, ink_from=0.0, root_line=1.0, lines=1 + (i == 2))
        lowest = max(lowest, end[1])
    return lowest


def _twin_tails(sheet: Sheet, mane: _Mane) -> float:
    """A tail at each side."""
    low = 410 + 62 * mane.length
    _nape(sheet, mane, 306)
    for side in (-1, 1):
        root = (256 + side * (mane.wide - 12), 146)
        _tail(sheet, mane, root, side, low + 4 * mane.z[7] * side, 44 + 6 * mane.volume, 46 + 5 * mane.volume)
        _tie(sheet, root[0] + side * 4, root[1] - 3, side)
    return low


def _ponytail(sheet: Sheet, mane: _Mane) -> float:
    """A high tail that swings to one side."""
    low = 400 + 70 * mane.length
    _nape(sheet, mane, 306)
    root = (318, 100 - 3 * mane.volume)
    x0, y0 = root
    for i, (reach, out, share) in enumerate(((0.86, 0.78, 0.9), (1.0, 1.02, 0.86), (0.93, 0.9, 0.8))):
        dx, dy = mane.jitter(i)
        spread = (86 + 5 * mane.volume) * out
        end = (x0 + spread * 0.82 - 10 + dx, y0 + (low - y0) * reach + dy)
        fall = end[1] - y0
        points = [
            (x0, y0),
            (x0 + 0.22 * spread, y0 - 20 + 5 * i),
            (x0 + 0.62 * spread, y0 - 14 + 8 * i),
            (x0 + 0.95 * spread, y0 + 0.2 * fall),
            (x0 + spread, y0 + 0.6 * fall),
            end,
        ]
        lock = strand(
            points,
            (54 + 5 * mane.volume) * share,
            root=0.12,
            belly=2.6,
            wave=2 + 6 * mane.curl,
            cycles=1.6,
            phase=0.7 * i + 0.5 * mane.z[4],
        )
        paint(sheet, lock, depth=0.7, ink_from=0.0, root_line=1.0, lines=1 + (i == 2))
    _tie(sheet, x0 + 5, y0 - 6, 1)
    return low


def _buns(sheet: Sheet, mane: _Mane) -> float:
    """A bun at each side of the crown."""
    low = 306 + 22 * mane.length
    _nape(sheet, mane, low)
    size = 32 + 5 * mane.length + 3 * mane.volume
    for side in (-1, 1):
        x, y = 256 + side * (80 + 2 * mane.z[7] + 2 * mane.volume), 100 - 4 * mane.volume
        ring = [
            (x + size * np.cos(t) * (1 + 0.04 * np.sin(3 * t + mane.z[4])), y + 0.94 * size * np.sin(t))
            for t in np.linspace(0, 2 * np.pi, 14)[:-1]
        ]
        shape = polygon(spline(ring, closed=True))
        sheet.fill(shape, "hair.base")
        with sheet.clip(shape):
            sheet.fill(ellipse(x + 0.95 * size, y + 0.75 * size, 1.05 * size, size), "hair.shade")
        sheet.fill(ink([*ring, ring[0]], [2.4, 2.0, 2.6, 2.4]), "hair.line")
        swirl = [
            (x + side * size * r * np.cos(t), y + size * r * np.sin(t))
            for r, t in ((0.9, 2.4), (0.72, 3.6), (0.62, 4.8), (0.52, 6.2), (0.36, 7.6), (0.1, 8.6))
        ]
        sheet.stroke(swirl, 2.6, "hair.line")
    return low
