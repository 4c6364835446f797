"""What she wears over her eyes, second edition: frames whose line has weight, arms that reach the ears, one clean glint.

A frame is a row of a table: the outline of its lens, the pen around it, its bridge, what fills it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import skia

from vtuber_studio.artist.brush import Point, Sheet, blob, ink, polygon, spline
from vtuber_studio.artist.shapes import DROP, place
from vtuber_studio.core.attribute import Value

_EYE = 54.5  # where eyes are: either side of the axis, and down the canvas
_Y = 219.0 + DROP + 1.0
_EAR = 101.0  # an arm goes on behind the ear from here


def _rounded(rx: float, ry: float, power: float = 1.0) -> list[Point]:
    """Twelve points of a superellipse, from its outer end on: of power 1 an ellipse, below it a box with round corners."""
    turn = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    u, v = (radius * np.sign(k) * np.abs(k) ** power for radius, k in ((rx, np.cos(turn)), (ry, np.sin(turn))))
    return list(zip(u.tolist(), v.tolist(), strict=True))


@dataclass(frozen=True)
class _Frame:
    """One kind. ``lens``: outline around the eye's centre, (outward, down); ``pen``: widths below, at the sides and
    above, 0 below for none there; ``arm``: where it leaves the lens; ``bridge``: its ends and arch, down."""

    lens: Sequence[Point]
    pen: tuple[float, float, float]
    arm: Point
    bridge: tuple[float, float, float] = (-3.0, -7.5, 3.2)  # height of the ends, of the middle, width
    dark: bool = False
    shine: bool = False  # a light along a rim that is thick enough


_FRAMES = {
    "round": _Frame(_rounded(31.5, 30.5), (2.4, 2.9, 3.6), (30.5, -6)),
    "square": _Frame(
        [(33, 8), (27, 20.5), (8, 24), (-14, 23), (-27, 18), (-31, 4), (-31, -12), (-26, -21), (-6, -23.5), (16, -24), (31, -21.5), (35, -8)],
        (3.4, 4.4, 5.6), (35.0, -11), (-9.0, -12.0, 4.4), shine=True,
    ),
    "half_rim": _Frame(
        [(34, 3), (27, 16), (10, 23), (-10, 23), (-25, 16), (-31, 3), (-32, -12), (-27, -19), (-6, -20.5), (16, -21.5), (32, -21), (37, -10)],
        (0.0, 2.4, 5.4), (35.5, -14), (-9.0, -12.5, 3.4),
    ),
    "oval": _Frame(_rounded(34, 20.5), (2.0, 2.3, 2.7), (33, -3), (-2.0, -6.0, 2.6)),
    "cat_eye": _Frame(
        [(31, 4), (25, 15), (10, 22), (-9, 22), (-24, 15), (-30, 3), (-29, -10), (-21, -18), (-2, -20.5), (20, -24.5), (41, -34), (38, -14)],
        (2.6, 3.6, 7.2), (36.0, -19), (-8.0, -11.5, 3.6), shine=True,
    ),
    "sunglasses": _Frame(
        [(34, 9), (27, 23), (8, 29), (-14, 27), (-28, 16), (-34, -1), (-35, -17), (-28, -25), (-4, -27.5), (20, -28.5), (36, -26.5), (39, -10)],
        (3.0, 3.8, 5.8), (37.0, -16), (-15.0, -17.0, 5.0), dark=True, shine=True,
    ),
    "monocle": _Frame(_rounded(29.0, 29.0), (3.2, 3.6, 4.2), (28, 0)),
    "hearts": _Frame(
        [(0, 34), (-14, 25), (-29, 8), (-35, -10), (-28, -26), (-13, -29), (0, -19), (13, -29), (28, -26), (35, -10), (29, 8), (14, 25)],
        (3.4, 3.6, 4.2), (35, -10), (-10.0, -13.0, 4.0), dark=True,
    ),
}  # fmt: skip


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw what she wears over her eyes for the values ``a`` and variation ``z`` [8]."""
    sheet.cel("eyewear")
    kind, size = str(a["eyewear"]), 1 + 0.14 * float(a["eyewear_size"])
    y = _Y - 6.0 * float(a["eyewear_height"]) + 0.4 * z[0]
    if kind == "patch":
        _patch(sheet, y, size, z)
    elif kind == "monocle":
        _monocle(sheet, y, size, z)
    else:
        _glasses(sheet, _FRAMES[kind], y, size, z)


def _glasses(sheet: Sheet, frame: _Frame, y: float, size: float, z: np.ndarray) -> None:
    weight = 1 + 0.06 * z[1]
    inner = max(-u for u, _ in frame.lens) * size
    x = max(_EYE, inner + 6.5) + 0.4 * z[2]  # large lenses stand apart: the bridge needs its room
    for side in (-1.0, 1.0):
        arm = np.array(frame.arm) * size
        start, end = 256 + side * (x + arm[0] - 1), 256 + side * max(_EAR, x + arm[0] + 1.5)
        reach = [(start, y + arm[1]), (0.5 * (start + end), y + arm[1] - 0.6), (end, y + arm[1] + 0.4)]
        thick = max(frame.pen[1], 3.0) * weight
        sheet.fill(ink(reach, [1.3 * thick, 1.1 * thick, 0.8 * thick]), "frame.base")
        _lens(sheet, frame, (256 + side * x, y), side, size, weight, z)
    ends, middle, width = frame.bridge
    gap = x - inner + 0.8
    if frame.lens[0][0] == 0:  # a heart is narrow where its bridge is
        gap += 2.0
    ends, middle = ends * size, middle * size
    bridge = [(256 - gap, y + ends), (256 - 0.5 * gap, y + 0.25 * ends + 0.75 * middle), (256, y + middle)]
    bridge += [(512 - px, py) for px, py in bridge[1::-1]]
    sheet.fill(ink(bridge, [width * weight * k for k in (1.2, 1.0, 0.95, 1.0, 1.2)]), "frame.base")


def _lens(
    sheet: Sheet, frame: _Frame, at: Point, side: float, size: float, weight: float, z: np.ndarray
) -> None:
    """One lens at the centre ``at``: its tint, the glint, the rim."""
    outline = spline(place(frame.lens, *at, size=size, flip=side), closed=True)
    path = polygon(outline)
    if frame.dark:
        sheet.fill(path, "frame.dark")
    else:
        sheet.fill(path, "frame.lens", opacity=0.6)
    x, y = at
    with sheet.clip(path):  # the light from the upper left glances off both lenses alike
        for left, width in ((-22.0 + 0.6 * z[3], 8.0), (-10.0 + 0.6 * z[3], 3.2)):
            u = x + left * size
            foot = u - 1.0 - 0.5 * width, y + (3 if width > 5 else -4) * size  # slanted, like the light
            streak = [(u + 15, y - 40), (u + 15 + width, y - 40), (foot[0] + width, foot[1] - 3), (foot[0], foot[1] + 3)]
            sheet.fill(polygon(streak), "frame.light", opacity=0.8)
    below, sides, above = (weight * width for width in frame.pen)
    down = (outline[:, 1] - y) / (np.abs(outline[:, 1] - y).max())
    widths = np.interp(down, [-0.75, -0.2, 0.2, 0.8], [above, sides, sides, below])
    if frame.pen[0] == 0:  # rimmed above alone, from one side to the other; the glass itself has a fine edge
        sheet.fill(_rim(outline, np.full(len(outline), 1.7)), "frame.light")
        first = np.flatnonzero(down > 0.3)[-1] + 1
        upper = np.roll(outline, -first, 0)[: int((down <= 0.3).sum())]
        sheet.fill(ink(upper[::3], [1.2, 0.8 * above, above, above, above, 1.1 * above, 0.8 * above, 1.2], per=3), "frame.base")
        return
    sheet.fill(_rim(outline, widths), "frame.base")
    if frame.shine:
        lit = outline[(down < -0.55) & (np.abs(outline[:, 0] - x) < 22 * size)]
        lit = lit[np.argsort(lit[:, 0])][::3] - (0, 0.10 * above)
        sheet.fill(ink(lit[: int(0.7 * len(lit))], [0.6, 1.8, 1.8, 0.6], per=3), "frame.light")


def _rim(outline: np.ndarray, widths: np.ndarray) -> skia.Path:
    """Closed line about ``outline`` [n, 2], as wide as ``widths`` [n] says."""
    step = np.roll(outline, -1, 0) - np.roll(outline, 1, 0)
    length = np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-6)[:, None]
    across = np.stack([-step[:, 1], step[:, 0]], 1) / length * widths[:, None] / 2
    path = polygon(outline + across)
    path.addPath(polygon(outline - across))
    path.setFillType(skia.PathFillType.kEvenOdd)
    return path


def _monocle(sheet: Sheet, y: float, size: float, z: np.ndarray) -> None:
    """A glass before her left eye, on a cord that hangs to the ear."""
    x, frame = 256 + _EYE + 0.4 * z[2], _FRAMES["monocle"]
    hook = (x + 23 * size, y + 17 * size)
    cord = [hook, (x + 31, y + 27 + 3 * size), (x + 38, y + 31 + z[4]), (x + 44, y + 24), (x + 47, y + 12)]
    sheet.fill(ink(cord, [2.6, 2.0, 2.0, 2.0, 1.4]), "frame.base")
    _lens(sheet, frame, (x, y), 1.0, size, 1 + 0.06 * z[1], z)
    sheet.fill(blob(place([(-3.4, 0), (0, -3.4), (3.4, 0), (0, 3.4)], *hook)), "frame.base")


def _patch(sheet: Sheet, y: float, size: float, z: np.ndarray) -> None:
    """A patch over her right eye with a band across the forehead."""
    x = 256 - _EYE + 2.5 + 0.4 * z[2]
    band = [(161, y - 20 - z[4]), (182, y - 24.5), (232, y - 31), (290, y - 36.5), (350, y - 40 + 0.3 * z[4])]
    sheet.fill(ink(band, [4.2, 5.0, 5.4, 5.0, 3.8]), "frame.base")
    sheet.fill(ink([(157, y + 3), (168, y + 5.5), (x - 24 * size, y + 8)], [2.8, 3.6, 4.4]), "frame.base")
    shape = place([(-29, -17), (-4, -25), (26, -22), (30, 1), (17, 23), (-3, 32), (-23, 21), (-32, 0)], x, y, size=size)
    path = blob(shape)
    sheet.fill(path, "frame.base")
    with sheet.clip(path):
        gleam = [(-25, -6), (-22, -13), (-4, -20), (17, -18), (2, -14), (-17, -7)]
        sheet.fill(blob(place(gleam, x, y, size=size)), "frame.light", opacity=0.45)
        seam = spline(place(np.asarray(shape) - (x, y), x, y, size=0.84), closed=True)
        sheet.fill(_rim(seam, np.full(len(seam), 1.7)), "frame.light", opacity=0.3)
