"""Marks on the face: freckles, a scar, war paint, a plaster, a beauty mark. Few and large: small dots return blurred.

They do not know how wide the face is, and stand where the narrowest one still is a cheek."""

from __future__ import annotations

import numpy as np

from vtuber_studio.artist.brush import Point, Sheet, blob, ellipse, ink, polygon
from vtuber_studio.artist.shapes import DROP, place
from vtuber_studio.core.attribute import Value

_FRECKLES: tuple[Point, ...] = ((-14, -3), (-5, 2), (4, -5), (13, -1), (-9, 8), (5, 8))


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw the chosen marks for the values ``a`` and variation ``z`` [8]."""
    sheet.cel("marks")
    kind, size, y = str(a["marks"]), 1 + 0.25 * float(a["marks_size"]), 262 + DROP + 0.6 * z[0]
    if kind == "freckles":
        for side in (-1, 1):
            for i, (dx, dy) in enumerate(_FRECKLES):
                radius = (2.1 + 0.3 * (i % 2)) * size
                sheet.fill(ellipse(256 + side * (40 - size * dx) + 0.5 * z[1], y + size * dy, radius, radius), "face.mark")
    elif kind == "scar":
        cut = place([(-10, -19), (-3, -6), (2, 5), (10, 18)], 300 + 0.6 * z[1], y - 2, size=size, flip=-1)
        sheet.fill(ink(cut, [0.8, 4.4 * size, 4.8 * size, 0.8]), "face.mark")
        for x, dy in ((-6, -9), (0, 2), (6, 12)):
            stitch = place([(-7, 3.6), (0, 0), (7, -3.6)], 300 + 0.6 * z[1] - size * x, y - 2 + size * dy, size=size, flip=-1)
            sheet.fill(ink(stitch, 2.8 * size), "face.mark")
    elif kind == "paint":
        for side in (-1, 1):
            for dy, length in ((-7, 26), (5, 22)):
                stripe = place([(0, 0), (0.5 * length, 1.4), (length, -2.0)], 256 + side * 34, y + size * dy, flip=side)
                sheet.fill(ink(stripe, [2.0, 6.2 * size, 1.0]), "face.mark")
    elif kind == "plaster":
        def at(*rows: Point) -> np.ndarray:
            return place(rows, 217, y + 3, angle=16 + 2 * z[1], size=size)

        body = at((-17, -7), (0, -7.8), (17, -7), (19.5, 0), (17, 7), (0, 7.8), (-17, 7), (-19.5, 0))
        sheet.fill(blob(body), "skin.line")
        sheet.fill(blob(_shrunk(body, 0.87)), "face.mark")
        sheet.fill(polygon(at((-7, -6.2), (7, -6.2), (7, 6.2), (-7, 6.2))), "skin.light")
    elif kind == "mole":
        sheet.fill(ellipse(294 + 2 * z[1], y - 4.5 + z[2], 2.4 * size, 2.4 * size), "skin.line")
    elif kind == "hearts":
        for side in (-1, 1):
            turn = np.linspace(0, 2 * np.pi, 41)
            heart = np.stack([0.53 * 16 * np.sin(turn) ** 3, -0.53 * (13 * np.cos(turn) - 5 * np.cos(2 * turn) - 2 * np.cos(3 * turn))], 1)
            sheet.fill(polygon(place(heart, 256 + side * 50, y - 2, size=size)), "face.mark")


def _shrunk(points: np.ndarray, by: float) -> np.ndarray:
    middle = points.mean(0)
    return middle + (points - middle) * by
