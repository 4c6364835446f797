"""Outlined shapes: closed paths made of smooth curves that meet in sharp corners, with ink on chosen curves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import skia

from vtuber_studio.artist.brush import Point, Sheet, polygon, spline

Curve = Sequence[Point] | np.ndarray
# The second edition's head is drawn in coordinates of its own, higher on the canvas; until every part of the head has
# one, what has it is moved down by so many units onto the first edition's features.
DROP = 13.0
LINE = (1.5, 2.4, 2.4, 1.5)  # pen widths along an outline in canvas units


def place(points: Curve, x: float, y: float, angle: float = 0.0, size: float = 1.0, flip: float = 1.0) -> np.ndarray:
    """[n, 2] points given around the origin: mirrored by ``flip`` = -1, scaled, turned by degrees, moved to (x, y)."""
    p = np.asarray(points, float) * size * (flip, 1.0)
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return p @ np.array([[c, s], [-s, c]]) + (x, y)


def joined(*curves: Curve) -> skia.Path:
    """Closed path along the curves: smooth within each, corners where they meet."""
    path = polygon(np.vstack([spline(curve) for curve in curves]))
    path.setFillType(skia.PathFillType.kWinding)
    return path


def outlined(
    sheet: Sheet,
    curves: Sequence[Curve],
    fill: str,
    line: str,
    *,
    inked: Sequence[int] | None = None,
    width: float | Sequence[float] = LINE,
) -> skia.Path:
    """Fill the closed shape and ink its curves (or only those numbered in ``inked``); returns its path."""
    path = joined(*curves)
    sheet.fill(path, fill)
    for index in range(len(curves)) if inked is None else inked:
        sheet.stroke(curves[index], width, line)
    return path


def fitted(sheet: Sheet, x: float, y: float, scale: tuple[float, float], move: float = 0.0) -> None:
    """Scale the whole drawing about (x, y) and move it down by ``move``: what was drawn for a smaller head."""
    sheet.matrix = skia.Matrix.Translate(x, y + move).preScale(*scale).preTranslate(-x, -y)


def beyond(sheet: Sheet, path: skia.Path, move: Point, material: str) -> None:
    """Fill what of ``path`` its own copy moved by ``move`` leaves free: a crescent of shade or light along one side."""
    rest = skia.Path(path)
    rest.offset(*move)
    rest.toggleInverseFillType()
    with sheet.clip(path):
        sheet.fill(rest, material)


def modelled(sheet: Sheet, path: skia.Path, family: str, deep: float, bright: float) -> None:
    """Fill with the family's base, its light along the upper left, its shade along the lower right."""
    sheet.fill(path, f"{family}.base")
    beyond(sheet, path, (bright, 0.8 * bright), f"{family}.light")
    beyond(sheet, path, (-deep, -0.5 * deep), f"{family}.shade")
