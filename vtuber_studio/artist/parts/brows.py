"""Both brows. A part of its own, although it sits among the eyes: no change of an eye may ever move a brow, and a
small network of its own keeps that promise by construction.

They are drawn twice: under the hair in full, and once more over it, half covering, as if seen through the fringe.
"""

from __future__ import annotations

import numpy as np

from vtuber_studio.artist.brush import Sheet, ink
from vtuber_studio.artist.shapes import DROP
from vtuber_studio.core.attribute import Value

_Y = 177.0 + DROP
_INNER, _OUTER = 25.0, 84.0  # from the axis
_VEIL = 0.55  # cover over the hair
# five points: share of the way from the inner to the outer end, v in units; then the pen's width along the brow
_SHAPES: dict[str, tuple[list[float], list[float], list[float]]] = {
    "straight": ([0.0, 0.25, 0.5, 0.75, 0.98], [1.6, 0.4, -0.6, -0.8, 0.6], [1.4, 4.4, 5.2, 5.6, 5.6, 5.4, 4.8, 3.6, 0.8]),
    "soft": ([0.0, 0.25, 0.5, 0.75, 1.0], [2.0, -1.4, -2.8, -1.4, 4.0], [1.2, 4.2, 5.2, 5.4, 5.2, 4.7, 3.8, 2.5, 0.6]),
    "arched": ([0.0, 0.25, 0.5, 0.75, 1.0], [5.0, 0.4, -4.0, -4.6, 4.6], [1.2, 3.6, 4.8, 5.2, 5.0, 4.6, 3.8, 2.5, 0.6]),
    "angular": ([0.0, 0.3, 0.6, 0.72, 1.0], [4.4, 0.6, -3.8, -4.8, 2.4], [1.4, 4.8, 6.0, 6.2, 6.0, 5.8, 5.0, 3.2, 0.6]),
    "round": ([0.06, 0.26, 0.5, 0.74, 0.94], [4.8, -1.2, -3.4, -1.8, 4.6], [1.0, 3.2, 4.2, 4.7, 4.8, 4.6, 4.0, 2.8, 0.8]),
    "short": ([0.10, 0.24, 0.38, 0.52, 0.66], [2.0, -0.8, -1.8, -1.2, 1.2], [1.2, 4.4, 5.6, 6.0, 6.0, 5.6, 4.8, 3.4, 0.8]),
    "dot": ([0.22, 0.29, 0.37, 0.45, 0.52], [0.6, -0.4, -0.8, -0.4, 0.6], [1.0, 5.6, 7.6, 8.6, 9.0, 8.6, 7.6, 5.6, 1.0]),
}  # fmt: skip
_ALONG = np.linspace(-1, 1, 5)


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw her right, then her left brow for the values ``a`` and variation ``z`` [8]."""
    at, vs, widths = (np.array(row, float) for row in _SHAPES[str(a["brow_shape"])])
    mood, long = float(a["brow_tilt"]), 0.14 * float(a["brow_length"])
    thick = (1 + 0.45 * float(a["brow_thickness"])) * (1 + 0.04 * z[4])
    pen = thick * widths * (1 + 0.06 * np.interp(np.linspace(0, 1, 9), [0, 0.5, 1], z[5:8]))
    for side in (-1.0, 1.0):
        lift = 4.5 * float(a["brow_height"]) + 5.5 * float(a["brow_raise"]) + 0.4 * side * z[0]
        turn = 5.0 * mood * (_ALONG - 0.25) * np.where(_ALONG < 0.25, 1.0, 0.75)
        slant = -3.4 * float(a["brow_slant"]) * (_ALONG + 0.15)
        y = _Y - lift + vs * (1 + 0.08 * z[2]) + turn + slant + 0.35 * side * z[1] * _ALONG
        middle = at.mean() - 0.1 * long
        along = middle + (at - middle) * (1 + long) * (1 + 0.015 * z[3])
        shift = 3.0 * float(a["eye_spacing"]) + 1.5 * min(mood, 0.0)
        x = 256 + side * (_INNER + (_OUTER - _INNER) * along + shift)
        path = ink(np.stack([x, y], 1), list(pen))
        sheet.cel("brows")
        sheet.fill(path, "eye.brow")
        sheet.cel("brows_over")
        sheet.fill(path, "eye.brow_over", opacity=_VEIL)
