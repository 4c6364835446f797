"""What every garment stands on: the measures of a bust, its outline, and cloth with the same light on every piece.

Coordinates are the head's own (see ``shapes.DROP``): distance from the axis, y down. Light falls from the upper left,
so the right sleeve is in shade along its outer edge, and folds point at the armpits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import skia

from vtuber_studio.artist.brush import Point, Sheet, blob, ink, polygon, spline
from vtuber_studio.artist.shapes import Curve, joined, place

LOW = 530.0  # below the canvas
SLEEVE = (1.8, 3.4, 3.2, 3.0)  # pen widths of shoulders and sleeves
EDGE = (1.8, 2.8, 2.6, 1.8)  # of collars and lapels
FOLD = (0.4, 2.2, 2.0, 0.4)


@dataclass(frozen=True)
class Frame:
    """Sizes of one bust in canvas units; the figure stands at ease, one shoulder lower, its weight on one side."""

    neck: float  # half width 20..38
    wide: float  # half width where the shoulder turns into the arm, 105..147
    rise: float  # how far the neckline rises, -1..1
    build: float  # slender -1 .. strong 1
    z: np.ndarray

    def row(self, points: Curve, side: float = 1.0) -> np.ndarray:
        """[n, 2] canvas points given as (distance from the axis, y) on one side of the body."""
        p = np.asarray(points, float)
        dx, y = side * p[:, 0], p[:, 1]
        free = np.clip((y - 300) / 60, 0, 1)  # the neck stays under the head
        drop = (3.0 + 2.2 * self.z[0]) * dx / 130 * free
        lean = (-3.5 + 2.0 * self.z[1]) * np.clip((y - 330) / 170, 0, 1.2)
        return np.stack([256 + dx + lean, y + drop], 1)

    def at(self, dx: float, y: float) -> Point:
        """Canvas point ``dx`` right of the axis."""
        x, down = self.row([(dx, y)])[0]
        return (float(x), float(down))

    @cached_property
    def profile(self) -> np.ndarray:
        """[n, 2] the right side from under the jaw over neck and shoulder down the arm, before the body's tilt."""
        n, w, b = self.neck, self.wide, self.build
        return spline(
            [
                (n + 5, 262), (n + 2, 284), (n, 306), (n + 0.5, 322), (n + 4, 334 - 2 * b), (n + 13, 343 - 5 * b),
                (n + 31, 350 - 7 * b), (0.69 * w, 359 - 7 * b), (0.85 * w, 371 - 8 * b), (0.95 * w, 387 - 9 * b),
                (w + 3 + b, 405 - 8 * b), (w + 11 + 3 * b, 425 - 5 * b), (w + 18 + 5 * b, 449 - 2 * b),
                (w + 23 + 6 * b, 475), (w + 26 + 6 * b, 502), (w + 28 + 6 * b, LOW + 5),
            ]
        )  # fmt: skip

    def along(self, start: float, stop: float, side: float = 1.0, count: int = 9) -> np.ndarray:
        """[count, 2] canvas points of the outline between two distances from the axis; LOW is its end, too."""
        line = self.profile[24:]  # below the narrowest place distances only grow
        share = np.linspace(0, 1, len(line))
        a, b = (np.interp(min(x, line[-1, 0]), line[:, 0], share) for x in (start, stop))
        at = np.linspace(a, b, count)
        return self.row(np.stack([np.interp(at, share, line[:, k]) for k in (0, 1)], 1), side)

    def height(self, dx: float) -> float:
        """y of the shoulder line ``dx`` from the axis, before the body's tilt."""
        return float(np.interp(dx, self.profile[24:, 0], self.profile[24:, 1]))

    @cached_property
    def armpit(self) -> Point:
        """Where arm and chest part, right of the axis."""
        return (self.wide - 26 - 3 * self.build, 436 - 2 * self.build)

    @cached_property
    def shades(self) -> tuple[skia.Path, ...]:
        """What lies in shade on any cloth: the far edge of the right sleeve, armpits, one crease a sleeve, chest."""
        w, b, z = self.wide, self.build, self.z
        x, y = self.armpit
        paths = [joined(self.row([(0.97 * w, 376), (0.97 * w - 2, 394), (w - 8, 420), (w - 1, 455), (w + 6, 490), (w + 8, LOW)]), self.row([(w + 70, LOW), (w + 70, 376)]))]
        for side, deep in ((-1.0, 16.0), (1.0, 26.0)):
            fold = y + 18 + 5 * z[2] * side
            paths.append(joined(self.row([(x + 3, y + 2), (x - 3, y + 40), (x - 3, LOW)], side), self.row([(x - deep - 8, LOW), (x - 0.8 * deep, y + 50), (x + 3, y + 2)], side)))
            paths.append(joined(self.row([(x + 5, fold - 12), (x + 18, fold + 2), (w + 22, fold - 2)], side), self.row([(w + 22, fold + 10), (x + 20, fold + 12), (x + 5, fold - 12)], side)))
        # under the chest: a full curve when slender, a flat long one when strong
        for side in (-1.0, 1.0):
            top, sag = 462 + 4 * b + 3 * z[3] * side, 14 - 9 * b
            paths.append(joined(self.row([(x - 3, top - 14), (0.55 * w, top + 0.8 * sag), (0.38 * w, top + sag), (0.19 * w, top + 0.55 * sag)], side), self.row([(0.37 * w, top + sag + 6 - b), (0.56 * w, top + sag + 5), (x - 1, top + 4), (x - 3, top - 14)], side)))
        return tuple(paths)


def moved(path: skia.Path, dx: float, dy: float) -> skia.Path:
    """The path moved."""
    other = skia.Path(path)
    other.transform(skia.Matrix.Translate(dx, dy))
    return other


def cloth(sheet: Sheet, f: Frame, path: skia.Path, family: str) -> None:
    """A piece of ``family`` (cloth, trim, accent) in the light that lies on the whole figure."""
    sheet.fill(path, f"{family}.base")
    with sheet.clip(path):
        for shade in f.shades:
            sheet.fill(shade, f"{family}.shade")


def torso(sheet: Sheet, f: Frame, start: float, neckline: Curve, family: str = "cloth") -> skia.Path:
    """Chest and sleeves from ``start`` on the shoulders down, under ``neckline`` (left to right, between the shoulders)."""
    left, right = f.along(start, LOW, -1), f.along(start, LOW)
    path = joined(left[::-1], np.vstack([left[:1], f.row(neckline), right[:1]]), right)
    cloth(sheet, f, path, family)
    return path


def seams(sheet: Sheet, f: Frame, start: float) -> None:
    """The lines of any garment: shoulders and arms from ``start`` on, and a fold at each armpit."""
    x, y = f.armpit
    for side in (-1.0, 1.0):
        sheet.stroke(f.row([(x + 6, y - 16), (x + 2, y + 6), (x - 2, y + 36), (x - 3, LOW)], side), (0.4, 2.6, 3.0, 3.0), "cloth.line")
        fold = y + 18 + 5 * f.z[2] * side
        sheet.stroke(f.row([(x + 5, fold - 12), (x + 18, fold + 2), (x + 32, fold + 1)], side), FOLD, "cloth.line")
        sheet.stroke(f.along(start, LOW, side), SLEEVE, "cloth.line")


def sleeve(f: Frame, start: float, side: float, into: Curve = ()) -> skia.Path:
    """A sleeve set in at ``start`` on the shoulder; its seam leaves the armpit through the points ``into``."""
    x, y = f.armpit
    out = f.along(start, LOW, side)
    hole = f.row([(x - 3, LOW), (x - 2, y + 36), (x + 2, y + 6), (x + 6, y - 16), *into], side)
    return joined(out, np.vstack([hole, out[:1]]))


def piece(
    sheet: Sheet,
    curves: Sequence[Curve],
    family: str,
    *,
    over: skia.Path | None = None,
    under: str = "cloth",
    cast: Point = (3.0, 8.0),
    inked: Sequence[int] | None = None,
    width: Sequence[float] = EDGE,
    shade: skia.Path | None = None,
) -> skia.Path:
    """A closed piece with a line, its own ``shade``, and a shadow cast on what is ``over``: cloth of family ``under``."""
    path = joined(*curves)
    if over is not None:
        with sheet.clip(over):
            sheet.fill(moved(path, *cast), f"{under}.shade")
    sheet.fill(path, f"{family}.base")
    if shade is not None:
        with sheet.clip(path):
            sheet.fill(shade, f"{family}.shade")
    for index in range(len(curves)) if inked is None else inked:
        sheet.stroke(curves[index], width, "cloth.line")
    return path


def band(sheet: Sheet, line: np.ndarray, thick: float, family: str) -> None:
    """A strip of even thickness along ``line`` between two lines."""
    sheet.fill(ink(line, [thick + 4.4] * 2), "cloth.line")
    sheet.fill(ink(line, [thick] * 2), f"{family}.base")


def back(sheet: Sheet, f: Frame, family: str, high: float, wide: float, low: float = 376.0) -> None:
    """The collar's far side, seen behind the neck: dark inside."""
    sheet.cel("collar_back")
    top = f.row([(-wide, high + 9), (-0.72 * wide, high + 1), (0, high - 3), (0.72 * wide, high + 1), (wide, high + 9)])
    sheet.fill(joined(top, f.row([(wide - 2, low), (-wide + 2, low)])), f"{family}.shade")
    sheet.stroke(top, EDGE, "cloth.line")
    sheet.cel("clothes")


def bow(sheet: Sheet, x: float, y: float, size: float, angle: float) -> None:
    """Ribbon bow in the accent colour, its knot at (x, y)."""

    def put(points: Curve, flip: float, turn: float = 1.0) -> np.ndarray:
        return place(points, x, y, turn * angle, size, flip)

    for flip in (-1.0, 1.0):
        tail = [put(c, flip, 0.6) for c in ([(0, 3), (10, 22), (13, 44)], [(13, 44), (22, 39), (30, 40)], [(30, 40), (24, 20), (8, 0)])]
        piece(sheet, tail, "accent", width=(1.8, 2.6, 1.8), shade=joined(put([(-4, 2), (14, 10), (34, 14)], flip), put([(34, -8), (-4, -8)], flip)))
    for flip in (-1.0, 1.0):
        loop = [put(c, flip) for c in ([(4, -5), (18, -18), (35, -20), (43, -13)], [(43, -13), (45, 0), (41, 14)], [(41, 14), (30, 18), (16, 13), (4, 6)])]
        low = joined(put([(2, 4), (20, 5), (34, 4), (48, -4)], flip), put([(48, 26), (2, 20)], flip))
        piece(sheet, loop, "accent", width=(1.8, 2.8, 1.8), shade=low)
    knot = place([(-8, -7), (0, -9), (8, -7), (9, 0), (8, 8), (0, 9), (-8, 8), (-9, 0)], x, y, angle, size)
    sheet.fill(blob(knot), "accent.base")
    with sheet.clip(blob(knot)):
        sheet.fill(polygon(place([(1, -12), (14, -12), (14, 14), (3, 14)], x, y, angle, size)), "accent.shade")
    sheet.stroke(np.vstack([knot, knot[:2]]), [2.6, 2.6], "cloth.line")
