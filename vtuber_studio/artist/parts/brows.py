"""Both brows. A part of its own, although it sits among the eyes: no change of an eye may ever move a brow, and a
small network of its own keeps that promise by construction."""

from __future__ import annotations

import numpy as np

from vtuber_studio.artist.brush import Sheet, ink
from vtuber_studio.core.attribute import Value

_Y = 194.5
# u from the inner to the outer end, in units from the middle of the eye, and v
_SHAPES = {
    "straight": ([-19, -8, 4, 15, 25], [0.5, -0.6, -1.4, -1.2, 0.6]),
    "soft": ([-19, -8, 4, 15, 25], [2.4, -0.8, -2.6, -2.0, 2.2]),
    "arched": ([-19, -8, 5, 15, 25], [4.6, 0.8, -3.0, -3.0, 4.4]),
    "short": ([-13, -8, -2, 4, 9], [1.6, -0.6, -1.6, -1.2, 0.8]),
}
_ALONG = np.linspace(-1, 1, 5)


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw her right, then her left brow for the values ``a`` and variation ``z`` [8]."""
    sheet.cel("brows")
    us, vs = (np.array(row, float) for row in _SHAPES[str(a["brow_shape"])])
    tilt = float(a["brow_tilt"])
    for side in (-1.0, 1.0):
        lift = 5.0 * float(a["brow_height"]) + 5.5 * float(a["brow_raise"]) + 0.4 * side * z[0]
        turn = np.where(tilt < 0, 5.2, 4.6) * tilt * (_ALONG - 0.25) * np.where(_ALONG < 0.25, 1.0, 0.75)
        turn = turn + 0.35 * side * z[1] * _ALONG
        y = _Y - lift + 0.85 * vs * (1 + 0.1 * z[2]) + turn
        x = 256 + side * (52 + 3.0 * float(a["eye_spacing"]) + us * (1 + 0.025 * z[3]) + 1.5 * min(tilt, 0.0))
        thick = 4.3 * (1 + 0.52 * float(a["brow_thickness"])) * (1 + 0.04 * z[4])
        widths = thick * np.array([0.30 + 0.05 * z[5], 0.98, 0.95 + 0.03 * z[6], 0.72 + 0.05 * z[7], 0.08])
        sheet.fill(ink(np.stack([x, y], 1), list(widths)), "eye.brow")
