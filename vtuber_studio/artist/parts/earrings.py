"""What hangs in human ears: a stone, a ring, or something on a short wire. Few and large shapes, lit from the upper left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vtuber_studio.artist.brush import Point, Sheet, blob, ellipse, ink, polygon, spline
from vtuber_studio.artist.shapes import DROP, Curve, joined, place
from vtuber_studio.core.attribute import Value

_LOBES = {"round": (102.0, 242.5 + DROP), "pointed": (98.5, 244.0 + DROP)}  # (offset from the axis, down)
_LINE = 2.2


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw the chosen pair for the values ``a`` and variation ``z`` [8]: z swings them and varies their length."""
    sheet.cel("earrings")
    offset, y = _LOBES[str(a["ear_shape"])]
    size = 1.12 + 0.34 * float(a["earrings_size"])
    for side, swing in ((-1.0, 2.2 * z[0] - 1.6 * z[1]), (1.0, 2.2 * z[0] + 1.6 * z[1])):
        _KINDS[str(a["earrings"])](sheet, _At(256 + side * (offset + 0.4 * z[2]), y, float(swing), size), 0.9 * z[3])


@dataclass(frozen=True)
class _At:
    """Where an earring hangs: turns points given around its hole, y down, into points of the canvas."""

    x: float
    y: float
    swing: float  # degrees
    size: float

    def __call__(self, *points: Point) -> np.ndarray:
        return place(points, self.x, self.y, self.swing, self.size)


def _inked(sheet: Sheet, outline: np.ndarray, material: str, shade: str, width: float = _LINE) -> None:
    """A closed shape with a line around it and, on its right, shade."""
    path = polygon(outline)
    sheet.fill(path, material)
    with sheet.clip(path):
        middle, half = outline.mean(0), np.ptp(outline[:, 0]) / 2
        sheet.fill(ellipse(middle[0] + 1.15 * half, middle[1] + 0.35 * half, half, 3 * half), shade)
    closed = np.vstack([outline, outline[:2]])
    sheet.fill(ink(closed, [width, width], per=1), "jewel.line")


def _disc(at: _At, radius: float) -> np.ndarray:
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    return at(*np.stack([radius * np.sin(turn), radius * np.cos(turn)], 1))


def _gleam(sheet: Sheet, at: _At, x: float, y: float, radius: float) -> None:
    (u, v), r = at((x, y))[0], radius * at.size
    sheet.fill(ellipse(u, v, r, r), "jewel.light")


def _hook(sheet: Sheet, at: _At, length: float) -> None:
    """A bead on the lobe and the wire below it."""
    sheet.fill(ink(at((0, 0), (0, 0.5 * length), (0, length)), [2.6, 2.4, 2.4]), "jewel.line")
    _inked(sheet, _disc(at, 3.3), "jewel.base", "jewel.base", 1.8)


def _stud(sheet: Sheet, at: _At, more: float) -> None:
    r = 6.0 + 0.3 * more
    _inked(sheet, _disc(at, r), "jewel.base", "jewel.shade")
    sheet.fill(polygon(_disc(at, 0.58 * r)), "jewel.accent")
    _gleam(sheet, at, -0.24 * r, -0.26 * r, 1.3)


def _hoop(sheet: Sheet, at: _At, more: float) -> None:
    turn = np.linspace(0, 2 * np.pi, 41)
    r = 12.5 + 0.5 * more
    ring = np.stack([0.86 * r * np.sin(turn), r * (1 - np.cos(turn)) - 1.5], 1)
    widths = 4.2 + 1.6 * np.sin(turn / 2) ** 2  # heavier below
    line = at(*ring)
    sheet.fill(ink(line, list((widths + 2.4) * at.size**0.5), per=2), "jewel.line")
    sheet.fill(ink(line, list((widths - 1.8) * at.size**0.5), per=2), "jewel.base")
    sheet.fill(ink(line[4:20], 3.0 * at.size**0.5, per=2), "jewel.shade")
    sheet.fill(ink(line[24:32], 2.6 * at.size**0.5, per=2), "jewel.light")


def _drop(sheet: Sheet, at: _At, more: float) -> None:
    top = 7.0 + more
    _hook(sheet, at, top + 2)
    right = [(0.0, top), (3.4, top + 7.5), (7.2, top + 13.5), (5.6, top + 19.5), (0.0, top + 22.0)]
    left = [(-x, y) for x, y in right[::-1]]
    outline = np.vstack([spline(at(*right)), spline(at(*left))[1:-1]])
    _inked(sheet, outline, "jewel.accent", "jewel.accent")
    glow = at((-3.6, top + 13.0), (-2.0, top + 9.5), (-0.8, top + 12), (-1.8, top + 16.0))
    sheet.fill(blob(glow), "jewel.light")
    cap = at((0, top - 1), (2.6, top + 4.2), (0, top + 5.6), (-2.6, top + 4.2))
    sheet.fill(blob(cap), "jewel.base")


def _star(sheet: Sheet, at: _At, more: float) -> None:
    top = 5.0 + more
    _hook(sheet, at, top + 3)
    turn = np.pi * np.arange(10) / 5
    radius = np.where(np.arange(10) % 2, 5.6, 12.0)
    rows = np.stack([radius * np.sin(turn), top + 12 - radius * np.cos(turn)], 1)
    _inked(sheet, at(*rows), "jewel.base", "jewel.shade")
    _gleam(sheet, at, -2.4, top + 9.6, 1.8)


def _heart(sheet: Sheet, at: _At, more: float) -> None:
    top = 6.0 + more
    _hook(sheet, at, top + 5)
    right = [(0.0, top + 4.5), (4.6, top + 0.2), (9.6, top + 2.6), (9.4, top + 9.0), (4.6, top + 15.2), (0.0, top + 20.0)]
    left = [(-x, y) for x, y in right[::-1]]
    outline = np.vstack([spline(at(*right)), spline(at(*left))[1:-1]])
    _inked(sheet, outline, "jewel.accent", "jewel.accent")
    sheet.fill(blob(at((-6.6, top + 7.2), (-5.8, top + 3.8), (-3.0, top + 3.6), (-4.6, top + 5.6))), "jewel.light")


def _moon(sheet: Sheet, at: _At, more: float) -> None:
    top = 5.0 + more
    _hook(sheet, at, top + 3)
    turn = np.linspace(0.25, 2 * np.pi - 0.95, 22)
    outer = np.stack([10.5 * np.sin(turn), top + 11 - 10.5 * np.cos(turn)], 1)
    turn = np.linspace(2 * np.pi - 1.25, 0.55, 22)
    inner = np.stack([3.0 + 7.6 * np.sin(turn), top + 8.6 - 7.6 * np.cos(turn)], 1)
    outline = at(*outer, *inner)
    _inked(sheet, outline, "jewel.base", "jewel.base")
    sheet.fill(ink(at((-3.5, top + 16.8), (-7.6, top + 11), (-6.2, top + 5.8)), [0.6, 2.4, 0.6]), "jewel.light")
    _gleam(sheet, at, 3.2, top + 8.4, 2.4)


def _tassel(sheet: Sheet, at: _At, more: float) -> None:
    top, end = 6.0, 35.0 + 2 * more
    _hook(sheet, at, top + 2)
    skirt: list[Curve] = [
        at((3.6, top + 6), (5.6, top + 15), (7.4, end)),
        at((7.4, end), (3.6, end + 2.4), (0.0, end + 0.6)),
        at((0.0, end + 0.6), (-3.6, end + 2.6), (-7.4, end - 0.4)),
        at((-7.4, end - 0.4), (-5.6, top + 15), (-3.6, top + 6)),
    ]
    path = joined(*skirt)
    sheet.fill(path, "jewel.accent")
    for curve in skirt:
        sheet.fill(ink(curve, [_LINE, _LINE]), "jewel.line")
    sheet.fill(ink(at((0, top + 10), (0.3, top + 18), (0, end)), [0.8, 1.9, 1.9]), "jewel.line")
    cap = spline(at((-4.4, top + 5.5), (-3.4, top), (0, top - 1.4), (3.4, top), (4.4, top + 5.5), (0, top + 7.4)), closed=True)
    _inked(sheet, cap, "jewel.base", "jewel.shade")


_KINDS = {
    "stud": _stud, "hoop": _hoop, "drop": _drop, "star": _star, "heart": _heart, "moon": _moon, "tassel": _tassel,
}  # fmt: skip
