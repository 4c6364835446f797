"""Locks of hair: a curved spine with a width along it, painted with base, shade side, strand line and ink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import skia

from vtuber_studio.artist.brush import Point, Sheet, ink, polygon, spline

_LINE = 2.3  # full width of the outline in canvas units


def smooth(value: float) -> float:
    """Smoothstep of ``value`` clipped to 0..1."""
    x = min(max(value, 0.0), 1.0)
    return x * x * (3 - 2 * x)


@dataclass
class Strand:
    """``spine`` [n, 2] from root to tip, ``normal`` [n, 2] to the left of a falling lock, ``half`` [n] widths."""

    spine: np.ndarray
    normal: np.ndarray
    half: np.ndarray

    def edge(self, side: float, start: float = 0.0, end: float = 1.0) -> np.ndarray:
        """[m, 2] points at ``side`` (1 left edge, 0 spine, -1 right edge) for a stretch of the length."""
        n = len(self.spine)
        part = slice(int(start * (n - 1)), max(int(end * (n - 1)), int(start * (n - 1)) + 2) + 1)
        return self.spine[part] + self.normal[part] * (side * self.half[part])[:, None]

    def path(self) -> skia.Path:
        """The closed outline."""
        path = polygon(np.vstack([self.edge(1), self.edge(-1)[::-1]]))
        path.setFillType(skia.PathFillType.kWinding)
        return path


def strand(
    points: Sequence[Point] | np.ndarray,
    width: float,
    *,
    root: float = 0.8,
    tip: float = 0.0,
    belly: float = 2.2,
    wave: float = 0.0,
    cycles: float = 1.5,
    phase: float = 0.0,
) -> Strand:
    """A lock through ``points``; ``width`` across at its widest, ``root`` and ``tip`` the shares of it at the ends.

    ``belly``: higher keeps the width for longer; ``wave``: sideways swing in units, growing toward the tip.
    """
    spine = _even(spline(points, per=8), 41)
    s = np.linspace(0, 1, len(spine))
    if wave:
        normal = _normals(spine)
        spine = spine + normal * (wave * s**1.2 * np.sin(2 * np.pi * cycles * s + phase))[:, None]
    rise = root + (1 - root) * np.clip(s / 0.35, 0, 1) ** 0.8
    half = 0.5 * width * rise * (tip + (1 - tip) * (1 - s**belly))
    return Strand(spine, _normals(spine), half)


def paint(
    sheet: Sheet,
    lock: Strand,
    *,
    base: str = "hair.base",
    shade: str = "hair.shade",
    side: float = -1.0,
    depth: float = 0.75,
    from_: float = 0.2,
    lines: int = 1,
    ink_from: float = 0.05,
    blunt: bool = False,
    root_line: float = 0.0,
) -> None:
    """Fill a lock, darken its ``side`` (``depth`` of a half width), draw ``lines`` strand lines, then its outline."""
    path = lock.path()
    sheet.fill(path, base)
    if shade and depth > 0:
        grow = np.clip((np.linspace(0, 1, len(lock.spine)) - from_) / 0.3, 0, 1)
        inner = lock.spine + lock.normal * (side * lock.half * (1 - depth * grow))[:, None]
        with sheet.clip(path):
            sheet.fill(polygon(np.vstack([inner, lock.edge(1.2 * side)[::-1]])), shade)
    for k in range(lines):
        at = (0.28, -0.2)[k % 2] * -side
        sheet.fill(ink(lock.edge(at, 0.42 - 0.14 * k, 0.86 - 0.12 * k)[::4], 1.7), "hair.line")
    outline(sheet, lock, ink_from, blunt=blunt, root_line=root_line)


def outline(
    sheet: Sheet, lock: Strand, start: float = 0.05, *, blunt: bool = False, root_line: float = 0.0
) -> None:
    """Both edges in ink that swells from ``root_line`` of its width at the root; the bottom too for a blunt cut."""
    line = _LINE
    widths = [root_line * line, max(0.75, root_line) * line, line, line, line, 0.75 * line]
    for edge in (1.0, -1.0):
        points = lock.edge(edge, start)
        sheet.fill(ink(np.vstack([points[:-1:2], points[-1:]]), widths), "hair.line")
    if blunt:
        sheet.fill(
            ink(np.array([lock.edge(1)[-1], lock.spine[-1], lock.edge(-1)[-1]]), [line, 1.1 * line, line]),
            "hair.line",
        )


def _even(points: np.ndarray, count: int) -> np.ndarray:
    """``count`` points at even distances along a line."""
    along = np.append(0, np.cumsum(np.hypot(*np.diff(points, axis=0).T)))
    at = np.linspace(0, along[-1], count)
    return np.stack([np.interp(at, along, points[:, 0]), np.interp(at, along, points[:, 1])], 1)


def _normals(spine: np.ndarray) -> np.ndarray:
    """Unit normals [n, 2], to the left of a lock that falls down."""
    step = np.gradient(spine, axis=0)
    return (
        np.stack([-step[:, 1], step[:, 0]], 1) / np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-6)[:, None]
    )
