"""Head without hair and features, second edition: one smooth outline from temple to chin, ears, one crescent of shade,
and blush. Nose and face marks are parts of their own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import skia

from vtuber_studio.artist.brush import Point, Sheet, blob, ellipse, ink, mirror, polygon, spline
from vtuber_studio.artist.shapes import DROP
from vtuber_studio.core.attribute import Value

# right ear in the head's coordinates: (offset from the axis, y)
_EARS = {
    "round": [(86, 205), (97, 197), (109, 199), (115, 211), (112, 228), (105, 241), (96, 247), (80, 243)],
    "pointed": [(86, 203), (99, 190), (112, 177), (123, 162), (122, 190), (118, 216), (107, 237), (97, 247), (80, 243)],
}  # fmt: skip
_INNER = {
    "round": [(92, 214), (101, 207), (107, 212), (106, 225), (100, 235), (92, 238)],
    "pointed": [(92, 214), (102, 203), (113, 192), (117, 190), (110, 214), (102, 232), (92, 240)],
}


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw head and blush for the values ``a`` and variation ``z`` [8]."""
    sheet.cel("face")
    for side in (-1.0, 1.0):
        _ear(sheet, str(a["ear_shape"]), side, z)
    head = _head(sheet, contour(a, z), z)
    sheet.cel("blush")
    with sheet.clip(head):
        _blush(sheet, float(a["blush"]), z)


def contour(a: dict[str, Value], z: np.ndarray) -> np.ndarray:
    """[n, 2] right half of the outline, from the crown down to the chin, as (offset from the axis, canvas y)."""
    width, jaw, chin, cheeks = (float(a[key]) for key in ("face_width", "jaw", "chin", "cheeks"))
    c = 6.5 * chin
    return spline(
        [
            (0, 90),
            (44, 95),
            (76, 115),
            (93, 152),
            (97 + 0.6 * width, 184),
            (96 + 1.8 * width, 214),
            (89 + 4.0 * width + 1.5 * jaw + 3.4 * cheeks, 243 + 0.2 * c),
            (72 + 5.0 * width + 5.5 * jaw + 5.4 * cheeks + 0.5 * z[0], 270 + 0.45 * c + 1.2 * cheeks),
            (45.5 + 4.2 * width + 8.0 * jaw + 3.0 * cheeks, 292 + 0.7 * c + 1.2 * jaw),
            (20 + 2.4 * width + 7.0 * jaw, 307 + 0.95 * c + 0.6 * jaw),
            (7 + 0.8 * width + 3.4 * jaw, 311.4 + c),
            (0, 312.2 + c),
        ]
    ) + [0, DROP]


def chin(a: dict[str, Value]) -> tuple[float, float]:
    """Canvas point of the chin's tip."""
    return 256.0, float(contour(a, np.zeros(8))[-1, 1])


def _head(sheet: Sheet, half: np.ndarray, z: np.ndarray) -> skia.Path:
    """Draw it; its outline."""
    right = half + [256, 0]
    head = polygon(np.vstack([right, mirror(right)[1:-1]]))
    sheet.fill(head, "skin.base")
    with sheet.clip(head):
        # light falls from the upper left: a crescent along the right cheek that runs out before the chin
        edge = right[right[:, 1] > 190]
        along = (edge[:, 1] - edge[0, 1]) / (edge[-1, 1] - edge[0, 1])
        depth = np.interp(along, [0, 0.25, 0.55, 0.80, 0.93, 1], [0.3, 5.5, 10.0, 11.0, 6.0, 0.0]) * (1 + 0.06 * z[1])
        lift = np.interp(along, [0, 0.6, 0.85, 1], [0, 2.5, 4.5, 0.3])
        inner = edge - np.stack([depth, lift], 1)
        sheet.fill(polygon(np.vstack([edge + [8, 2], inner[::-1]])), "skin.shade")
    jaw = right[right[:, 1] > 160]
    whole = np.vstack([mirror(jaw)[::-1], jaw[::-1][1:]])
    at = np.linspace(0, 1, 13)
    weight = (1 + 0.05 * z[2]) * np.array([0.4, 1.2, 1.7, 2.2, 2.7, 2.5, 1.8, 2.7, 3.0, 2.5, 1.9, 1.3, 0.4])
    places = np.linspace(0, 1, len(whole))
    sheet.fill(ink(whole[::2], list(np.interp(places[::2], at, weight))), "skin.line")
    return head


def _ear(sheet: Sheet, shape: str, side: float, z: np.ndarray) -> None:
    if shape == "hidden":
        return

    def at(rows: Sequence[Point]) -> np.ndarray:
        return (np.asarray(rows, float) + [0.5 * z[3], 0.0]) * [side, 1] + [256, DROP]

    points = _EARS[shape]
    outline = spline(at(points)) if shape == "round" else np.vstack([spline(at(points[:4])), spline(at(points[3:]))])
    ear = polygon(outline)
    sheet.fill(ear, "skin.base")
    with sheet.clip(ear):
        sheet.fill(blob(at(_INNER[shape])), "skin.shade")
        if side > 0:  # away from the light
            sheet.fill(ellipse(256 + 120, 226 + DROP, 12, 60), "skin.shade")
    if shape == "round":
        sheet.fill(ink(at(points), [0.5, 1.8, 2.4, 2.4, 2.1, 1.8, 0.8]), "skin.line")
    else:
        sheet.fill(ink(at(points[:4]), [0.6, 1.9, 2.2, 1.4]), "skin.line")
        sheet.fill(ink(at(points[3:]), [1.4, 2.2, 2.4, 1.9, 0.8]), "skin.line")


def _blush(sheet: Sheet, strength: float, z: np.ndarray) -> None:
    """Two cheeks that fade to nothing in every direction; hatching shows as she flushes."""
    hatch = float(np.clip(1.6 * strength - 0.5, 0.0, 1.0))
    for side in (-1.0, 1.0):
        x, y = 256 + side * (60 + 0.5 * z[7]), 258.0 + DROP
        sheet.fill(
            ellipse(x, y, 25, 25), "face.blush", radial=((x, y), 25), opacity=0.95 * strength
        )
        for i in (-1, 0, 1):
            u = x + 7.0 * i
            sheet.fill(ink([(u + 2.4, y - 4.6), (u, y), (u - 2.4, y + 4.6)], 2.2), "face.blush", opacity=0.9 * hatch)
