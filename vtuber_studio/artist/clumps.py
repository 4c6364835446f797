"""Hair as a few large clumps over a dome: a curved spine, a width along it, one shade, one line.

All coordinates are the head's own (512 x 512, y down, axis x = 256); the caller moves the whole drawing by DROP.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import skia

from vtuber_studio.artist.brush import Point, Sheet, ink, polygon

AXIS = 256.0
_COUNT = 33  # points along a clump


@dataclass(frozen=True)
class Dome:
    """The head of hair: half width and top of its silhouette, and x of the whorl where all clumps start."""

    wide: float
    top: float
    parting: float

    @property
    def whorl(self) -> Point:
        """As far below the silhouette wherever it is, so that no clump's root stands out of it."""
        sine = (abs(self.parting - AXIS) / self.wide) ** (1 / 0.90)
        return self.parting, 207 - (188 - self.top) * (1 - sine * sine) ** 0.44

    def outline(self) -> np.ndarray:
        """[n, 2] silhouette from the left side (y = 188) over the top to the right side."""
        a = np.linspace(-np.pi / 2, np.pi / 2, 65)
        sine, cosine = np.sin(a), np.cos(a)
        x = AXIS + self.wide * np.sign(sine) * np.abs(sine) ** 0.90
        return np.stack([x, 188 - (188 - self.top) * np.clip(cosine, 0, 1) ** 0.88], 1)

    def middle(self, u: float) -> np.ndarray:
        """Where the meridian ``u`` in -1 (left) .. 1 bends over the skull."""
        (wx, wy), (ex, ey) = self.whorl, self.end(u)
        return np.array([wx + 0.74 * (ex - wx), wy + 0.10 * (ey - wy)])

    def end(self, u: float) -> np.ndarray:
        """Where the meridian ``u`` leaves the skull."""
        angle = np.pi / 2 * u
        return np.array([AXIS + (self.wide - 7) * np.sin(angle), 196 - 52 * np.cos(angle)])

    def at(self, u: float, t: float) -> np.ndarray:
        """Point [2] of the meridian ``u`` at ``t`` 0 (whorl) .. 1 (end): a quadratic curve."""
        w, c, e = np.asarray(self.whorl), self.middle(u), self.end(u)
        return (1 - t) ** 2 * w + 2 * t * (1 - t) * c + t * t * e

    def clump(self, u: float, end: Point, width: float, bow: float = 0.0, wave: float = 0.0, **shape: float) -> Clump:
        """A clump from the whorl over meridian ``u`` to ``end``, where it arrives from (-2.2 bow, -36)."""
        start, reach = np.asarray(self.whorl, float), np.asarray(end, float)
        lead = reach + (-2.2 * bow, -36.0 * max(0.5, min(1.0, (reach[1] - 100) / 90)))
        return clump((start, self.middle(u), lead, reach), width, wave, **shape)


@dataclass(frozen=True)
class Clump:
    """``spine`` [n, 2] from root to tip, unit ``normal`` [n, 2] (to the left of a falling clump), ``half`` [n]."""

    spine: np.ndarray
    normal: np.ndarray
    half: np.ndarray

    def edge(self, side: float, first: float = 0.0, last: float = 1.0) -> np.ndarray:
        """[m, 2] points at ``side`` (1 left edge, 0 spine, -1 right edge) for a stretch of the length."""
        a, b = round(first * (_COUNT - 1)), round(last * (_COUNT - 1))
        return (self.spine + self.normal * (side * self.half)[:, None])[a : b + 1]

    def path(self, first: float = 0.0, move: Point = (0.0, 0.0)) -> skia.Path:
        """The closed outline from share ``first`` of the length on, moved."""
        outline = polygon(np.vstack([self.edge(1, first), self.edge(-1, first)[::-1]]) + move)
        outline.setFillType(skia.PathFillType.kWinding)
        return outline


def clump(
    points: Sequence[Point | np.ndarray] | np.ndarray,
    width: float,
    wave: float = 0.0,
    *,
    tip: float = 0.0,
    root: float = 0.55,
    phase: float = 0.0,
    cycles: float = 1.3,
) -> Clump:
    """A clump along the cubic Bezier curve through four control ``points``: widest near the middle, straight into a
    sharp tip, or ``tip`` of its width there (a blunt cut). ``wave``: sideways swing in units, growing to the tip."""
    s = np.linspace(0, 1, _COUNT)[:, None]
    a, b, c, d = (np.asarray(point, float) for point in points)
    spine = (1 - s) ** 3 * a + 3 * s * (1 - s) ** 2 * b + 3 * s**2 * (1 - s) * c + s**3 * d
    along = s[:, 0]
    if wave:
        swing = wave * along**1.4 * np.sin(2 * np.pi * cycles * along + phase)
        spine = spine + _normals(spine) * swing[:, None]
    x = np.clip(along / 0.48, 0, 1)
    rise = root + (1 - root) * x * x * (3 - 2 * x)
    fall = 1 - (1 - tip) * np.clip((along - 0.48) / 0.52, 0, 1) ** 1.22
    return Clump(spine, _normals(spine), 0.5 * width * rise * fall)


class Mass:
    """What has been painted of one cel so far: clumps shade what lies below them, and nothing beside it."""

    def __init__(self, sheet: Sheet, ground: skia.Path, crescent: skia.Path | None = None) -> None:
        self.sheet, self.painted, self.crescent = sheet, ground, crescent

    def paint(
        self,
        one: Clump,
        *,
        base: str = "hair.base",
        shade: str = "hair.shade",
        line: str = "hair.line",
        light: bool = False,
        cast: bool = True,
        ink_from: float = 0.36,
        inked: Sequence[float] = (1.0, -1.0),
        blunt: bool = False,
        weight: float = 1.0,
    ) -> None:
        """Cast its shade, fill it, shade its right side from 44 % on, lay the crescent over it, ink its edges."""
        sheet, path = self.sheet, one.path()
        along = np.linspace(0, 1, _COUNT)
        if cast:
            loose = Clump(one.spine, one.normal, one.half * np.clip((along - 0.38) / 0.24, 0, 1))  # begins in a point
            with sheet.clip(self.painted):
                sheet.fill(loose.path(0.38, (4.0, 6.0)), shade)
        sheet.fill(path, base)
        with sheet.clip(path):
            grow = np.clip((along - 0.44) / 0.30, 0, 1)
            inner = one.spine - one.normal * (one.half * (1 - 0.62 * grow))[:, None]
            sheet.fill(polygon(np.vstack([inner[12:], one.edge(-1.3)[12:][::-1]])), shade)
            if light:
                a, b = one.edge(0.62, 0.30, 0.80), one.edge(0.28, 0.30, 0.80)
                middle = np.sin(np.linspace(0, np.pi, len(a)))[:, None]
                sheet.fill(polygon(np.vstack([a, (a + (b - a) * middle)[::-1]])), "hair.light")
            if self.crescent is not None:
                sheet.fill(self.crescent, shade)
        for side in inked:
            stroke = one.edge(side, ink_from)
            widths = np.array([0.4, 1.7, 2.3, 2.4, 2.2, 1.9]) if blunt else np.array([0.4, 1.7, 2.3, 2.4, 2.0, 1.2])
            points = np.vstack([stroke[:-1:2], stroke[-1:]])
            sheet.fill(ink(points, list(weight * widths), per=2), line)
        if blunt:
            a, b = one.edge(1)[-1], one.edge(-1)[-1]
            sheet.fill(ink([a, (a + b) / 2 + (0, 0.8), b], [1.9, 2.4, 1.9], per=4), line)
        self.painted = skia.Op(self.painted, path, skia.PathOp.kUnion_PathOp)


def ring(sheet: Sheet, dome: Dome, shift: float, jitter: Sequence[float], teeth: float = 1.0, at: float = 0.70) -> None:
    """The ring of light at ``at`` of the dome in three pieces: a low arch above, a few uneven ``teeth`` below."""
    pieces = ((-0.88, -0.70, (0.16,)), (-0.62, 0.10, (0.20, 0.34, 0.17, 0.26)), (0.18, 0.42, (0.24, 0.15)))
    for k, (left, right, depths) in enumerate(pieces):
        u = np.linspace(left, right, 8 * len(depths) + 1)
        share = np.linspace(0, 1, len(u))
        arch = at - 0.055 - 0.05 * np.sin(np.pi * share)
        low = at + 0.03 + 0 * u
        for i, deep in enumerate(depths):
            inside = np.clip(share * len(depths) - i, 0, 1)
            lean = 0.38 + 0.24 * (i % 2)
            tooth = np.where(inside < lean, inside / lean, (1 - inside) / (1 - lean)) ** 1.25
            low = low + tooth * teeth * deep * (1 + 0.32 * jitter[(i + 2 * k) % len(jitter)]) * 0.62
        bend = shift * (1 - np.abs(u))
        top = [dome.at(float(a + b), float(t)) for a, b, t in zip(u, bend, arch, strict=True)]
        bottom = [dome.at(float(a + b), float(t)) for a, b, t in zip(u, bend, low, strict=True)]
        sheet.fill(polygon(np.vstack([top, bottom[::-1]])), "hair.light")


def crescent(dome: Dome) -> skia.Path:
    """Shade on the dome's side away from the light, from its top to y = 206, narrowing to a point."""
    outer = dome.outline()
    outer = outer[(outer[:, 0] > AXIS + 34)]
    t = np.linspace(0, 1, len(outer))
    depth = 4 + 30 * np.sin(np.pi * np.clip(t * 1.05, 0, 1)) ** 0.9
    inner = outer + np.stack([-depth * (0.35 + 0.65 * t), depth * (1 - t) * 0.9], 1)
    return polygon(np.vstack([outer + (8, -6), [(AXIS + dome.wide + 8, 206)], inner[::-1]]))


def _normals(spine: np.ndarray) -> np.ndarray:
    step = np.gradient(spine, axis=0)
    length = np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-6)
    return np.stack([step[:, 1], -step[:, 0]], 1) / length[:, None]
