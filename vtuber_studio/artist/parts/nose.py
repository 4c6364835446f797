"""The nose: a triangle of shade closed by a tick, a dot, or a bridge drawn from between the eyes."""

from __future__ import annotations

import numpy as np

from vtuber_studio.artist.brush import Sheet, blob, ellipse, ink
from vtuber_studio.artist.shapes import DROP
from vtuber_studio.core.attribute import Value


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw the nose for the values ``a`` and variation ``z`` [8]."""
    sheet.cel("nose")
    size = 1 + 0.25 * float(a["nose_size"])
    origin = np.array([256 + 0.6 * z[0], 266 + DROP + 0.7 * z[1] - 3.0 * float(a["nose_height"])])
    grown = size * np.array([1 + 0.05 * z[2], 1 + 0.05 * z[3]])

    def at(*rows: tuple[float, float]) -> np.ndarray:
        """Points around the tip, (right, down), at the nose's own size."""
        return np.asarray(rows, float) * grown + origin

    kind = str(a["nose"])
    if kind == "dot":
        x, y = at((0.6, -1.0))[0]
        sheet.fill(ellipse(x, y, 2.2 * size, 1.7 * size), "skin.line")
    elif kind == "soft":
        sheet.fill(blob(at((-2.6, 0.4), (0.2, -9.4), (3.0, -4.4), (5.4, 0.2), (1.4, 2.2))), "skin.shade")
        sheet.fill(ink(at((-3.4, -0.4), (0.2, 1.6), (3.8, -0.2)), [0.8, 2.6 * size, 0.8]), "skin.line")
    elif kind == "line":
        course = at((2.4, -17.0), (3.4, -10.0), (5.4, -2.6), (3.4, 1.2), (-2.2, 1.0))
        sheet.fill(blob(at((2.6, -14.0), (5.8, -2.6), (3.4, 1.4), (-1.6, 1.0), (2.0, -5.0))), "skin.shade")
        sheet.fill(ink(course, [0.5, 1.8, 2.2, 2.2, 0.7]), "skin.line")
    elif kind == "bridge":
        side = at((3.0, -30), (6.4, -21), (5.4, -11), (8.8, -1.6), (5.4, 2.0), (0.2, 2.0), (2.6, -9), (2.0, -22))
        sheet.fill(blob(side), "skin.shade")
        sheet.fill(ink(at((2.2, -31), (3.4, -21), (2.4, -11)), [0.5, 2.0, 0.6]), "skin.line")
        sheet.fill(ink(at((7.8, -2.4), (5.2, 1.6), (0.6, 2.8), (-3.8, 0.8)), [0.7, 2.1, 2.5, 0.7]), "skin.line")
    else:  # button: round and low, with both wings
        x, y = at((0.4, -1.6))[0]
        sheet.fill(ellipse(x, y, 4.6 * size, 3.4 * size), "skin.shade")
        sheet.fill(ink(at((-4.6, -1.8), (-2.4, 1.2), (0.2, 0.4), (2.8, 1.4), (5.0, -1.6)), [0.8, 2.2, 1.9, 2.2, 0.8]), "skin.line")
