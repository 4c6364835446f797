"""Head without hair: skull, jaw and ears with cel shading, the nose, marks and blush."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import skia

from vtuber_studio.artist.brush import Point, Sheet, blob, ellipse, ink, mirror, polygon, spline
from vtuber_studio.core.attribute import Value

_EAR = {
    "round": [(84, 216), (92, 209), (101, 213), (105, 226), (102, 241), (95, 253), (86, 259), (74, 255)],
    "pointed": [
        (84, 214),
        (91, 207),
        (102, 199),
        (115, 186),
        (113, 204),
        (107, 228),
        (97, 248),
        (86, 259),
        (74, 255),
    ],
}
_FRECKLES = [(-13, -4), (-6, 1), (1, -5), (8, 0), (14, -4), (-9, 6), (0, 7), (8, 8), (-16, 2), (4, 2)]


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw head, nose and blush for the values ``a`` and variation ``z`` [8]."""
    half = _contour(float(a["face_width"]), float(a["jaw"]), float(a["chin"]), z)
    sheet.cel("face")
    for side in (-1.0, 1.0):
        _ear(sheet, str(a["ear_shape"]), side, z)
    with sheet.clip(_head(sheet, half, z)):
        _marks(sheet, str(a["marks"]), z)
    _nose(sheet, str(a["nose"]), z)
    _blush(sheet, float(a["blush"]), z)


def _contour(width: float, jaw: float, chin: float, z: np.ndarray) -> np.ndarray:
    """[n, 2] right half of the outline, from the crown down to the chin, as (offset from the axis, y)."""
    c = 6.0 * chin
    return spline(
        [
            (0, 101),
            (42, 105),
            (73, 124),
            (88, 158),
            (92, 198),
            (90 + 1.8 * width, 228),
            (85.5 + 4.5 * width + 0.8 * jaw, 252 + 0.2 * c),
            (76 + 6.5 * width + 4.5 * jaw, 275 + 0.4 * c),
            (57.5 + 6 * width + 9.5 * jaw, 297 + 0.65 * c + 1.5 * jaw),
            (33 + 3.5 * width + 9 * jaw + 0.5 * z[0], 314 + 0.85 * c + 1.5 * jaw),
            (13.5 + 1.5 * width + 4.5 * jaw, 323.5 + c + 0.8 * jaw),
            (0, 326.5 + c),
        ]
    )


def _right(half: np.ndarray) -> np.ndarray:
    return half + [256, 0]


def _head(sheet: Sheet, half: np.ndarray, z: np.ndarray) -> skia.Path:
    """Draw the head without its features; its outline."""
    right = _right(half)
    outline = np.vstack([right, mirror(right)[1:-1]])
    head = polygon(outline)
    sheet.fill(head, "skin.base")
    with sheet.clip(head):
        # light falls from the upper left: it rounds forehead and cheek, and leaves the right jaw in shade
        sheet.fill(ellipse(226, 200, 44, 40), "skin.light", radial=((226, 200), 44), opacity=0.55)
        sheet.fill(ellipse(208, 262, 26, 20), "skin.light", radial=((208, 262), 26), opacity=0.6)
        edge = right[(right[:, 1] > 176)]
        depth = np.interp(edge[:, 1], [176, 215, 262, 300, 322, 334], [0.5, 7.5, 12.5, 13, 8, 3.0]) * (
            1 + 0.07 * z[1]
        )
        lift = np.interp(edge[:, 0] - 256, [0, 30, 60], [5.5, 6.0, 1.0])
        inner = edge - np.stack([depth * np.interp(edge[:, 0] - 256, [0, 25], [0.3, 1.0]), lift], 1)
        tail = np.array([(242.0, edge[-1, 1] - 2.5), (236.0, edge[-1, 1] + 4)])
        shadow = np.vstack([edge + [6, 0], [(256, edge[-1, 1] + 8)], tail[::-1], inner[::-1]])
        sheet.fill(polygon(shadow), "skin.shade")
    jaw = right[right[:, 1] > 150]
    whole = np.vstack([mirror(jaw)[::-1], jaw[::-1][1:]])[::3]
    weight = 1 + 0.06 * z[2]
    widths = weight * np.array([0.4, 1.0, 1.3, 1.6, 2.3, 2.0, 2.7, 2.9, 2.5, 1.8, 1.3, 0.4])
    sheet.fill(ink(whole, list(widths)), "skin.line")
    return head


def _ear(sheet: Sheet, shape: str, side: float, z: np.ndarray) -> None:
    points = np.array(_EAR[shape], float)
    points[:, 1] += 0.7 * z[3] * (points[:, 0] > 90)

    def at(rows: Sequence[Point] | np.ndarray) -> np.ndarray:
        return np.asarray(rows, float) * [side, 1] + [256, 0]

    ear = (
        blob(at(points))
        if shape == "round"
        else polygon(at(np.vstack([spline(points[:4]), spline(points[3:])])))
    )
    sheet.fill(ear, "skin.base")
    with sheet.clip(ear):
        if shape == "round":
            inner = [(86, 224), (93, 218), (99, 222), (98, 236), (93, 247), (86, 250)]
            fold = [(88, 225), (95, 221), (97, 231), (92, 242)]
        else:
            inner = [(86, 224), (93, 215), (103, 207), (111, 196), (104, 224), (96, 244), (86, 252)]
            fold = [(88, 226), (96, 216), (103, 208), (98, 230), (93, 242)]
        sheet.fill(blob(at(inner)), "skin.shade")
        sheet.fill(ink(at(fold), 1.7), "skin.line")
        if side > 0:
            sheet.fill(ellipse(256 + 104, 240, 6, 40), "skin.shade", opacity=0.7)
    if shape == "round":
        sheet.fill(ink(at(points), [0.5, 1.8, 2.4, 2.3, 2.0, 1.8, 0.8]), "skin.line")
    else:
        sheet.fill(ink(at(points[:4]), [0.6, 1.8, 2.2, 1.2]), "skin.line")
        sheet.fill(ink(at(points[3:]), [1.2, 2.2, 2.4, 1.9, 0.8]), "skin.line")


def _nose(sheet: Sheet, kind: str, z: np.ndarray) -> None:
    sheet.cel("nose")
    x, y = 256 + 0.6 * z[4], 268 + 0.8 * z[5]
    if kind == "dot":
        sheet.fill(ellipse(x + 0.6, y + 0.4, 1.9, 1.5), "skin.line")
        sheet.fill(ellipse(x - 1.6, y - 3.6, 2.4, 2.2), "skin.light")
    elif kind == "soft":
        sheet.fill(
            blob([(x - 2.5, y + 1.6), (x + 2.2, y - 4.5), (x + 6.2, y + 0.4), (x + 3.4, y + 3.4)]),
            "skin.shade",
        )
        sheet.fill(ink([(x - 2.6, y + 2.0), (x + 0.6, y + 3.2), (x + 3.4, y + 2.2)], 1.9), "skin.line")
        sheet.fill(ellipse(x - 1.4, y - 4.0, 2.0, 2.8), "skin.light")
    elif kind == "line":
        sheet.fill(
            ink(
                [
                    (x + 1.4, y - 11),
                    (x + 3.4, y - 3),
                    (x + 4.6, y + 1.4),
                    (x + 1.6, y + 3.4),
                    (x - 2.4, y + 2.6),
                ],
                [0.3, 1.5, 2.3, 2.0, 0.5],
            ),
            "skin.line",
        )
        sheet.fill(ellipse(x - 0.8, y - 4.2, 1.8, 3.2), "skin.light")
    else:
        side = [
            (x + 3.0, y - 38),
            (x + 6.5, y - 24),
            (x + 5.2, y - 12),
            (x + 8.4, y - 1),
            (x + 5, y + 3.4),
            (x + 0.5, y + 3.4),
            (x + 2.8, y - 10),
            (x + 2.0, y - 24),
        ]
        sheet.fill(blob(side), "skin.shade")
        sheet.fill(ink([(x + 0.2, y - 28), (x - 0.4, y - 14), (x - 0.2, y - 4)], 3.0), "skin.light")
        sheet.fill(
            ink(
                [(x + 6.6, y + 0.4), (x + 4.4, y + 3.0), (x + 0.4, y + 4.2), (x - 3.2, y + 2.6)],
                [0.5, 1.9, 2.2, 0.5],
            ),
            "skin.line",
        )


def _marks(sheet: Sheet, kind: str, z: np.ndarray) -> None:
    y = 264 + 0.6 * z[6]
    if kind == "freckles":
        for side in (-1, 1):
            for i, (dx, dy) in enumerate(_FRECKLES):
                r = 1.9 + 0.5 * ((i * 7) % 3 - 1)
                sheet.fill(ellipse(256 + side * (44 - dx), y + dy, r * 1.1, r), "face.mark", opacity=0.72)
        for dx, dy in ((-9, -1), (9, 0), (-3, -6), (5, -7)):
            sheet.fill(ellipse(256 + dx, y + dy, 1.7, 1.5), "face.mark", opacity=0.6)
    elif kind == "scar":
        cut = [(298, y - 16), (306, y - 2), (312, y + 10), (320, y + 22)]
        sheet.fill(ink(cut, [0.8, 4.2, 4.6, 0.8]), "face.mark")
        for x, dy in ((302, -8), (308, 3), (314, 13)):
            sheet.fill(ink([(x - 6.5, y + dy + 3.4), (x, y + dy), (x + 6.5, y + dy - 3.4)], 2.6), "face.mark")
    elif kind == "paint":
        for side in (-1, 1):
            for dy, length in ((-3, 25), (6, 22), (15, 17)):
                x = 256 + side * 32
                sheet.fill(
                    ink(
                        [
                            (x, y + dy),
                            (x + side * length * 0.5, y + dy + 1.2),
                            (x + side * length, y + dy - 1.8),
                        ],
                        [1.5, 5.2, 0.8],
                    ),
                    "face.mark",
                )
    elif kind == "plaster":

        def at(rows: Sequence[Point]) -> np.ndarray:
            c, s = np.cos(-0.32), np.sin(-0.32)
            return np.array([(211 + u * c - v * s, y + 6 + u * s + v * c) for u, v in rows])

        sheet.fill(
            blob(
                at(
                    [
                        (-20, -7.5),
                        (0, -8.3),
                        (20, -7.5),
                        (22.5, 0),
                        (20, 7.5),
                        (0, 8.3),
                        (-20, 7.5),
                        (-22.5, 0),
                    ]
                )
            ),
            "skin.line",
        )
        sheet.fill(
            blob(
                at(
                    [
                        (-18.6, -6.1),
                        (0, -6.8),
                        (18.6, -6.1),
                        (20.9, 0),
                        (18.6, 6.1),
                        (0, 6.8),
                        (-18.6, 6.1),
                        (-20.9, 0),
                    ]
                )
            ),
            "face.mark",
            opacity=0.8,
        )
        sheet.fill(polygon(at([(-7, -6.4), (7, -6.4), (7, 6.4), (-7, 6.4)])), "skin.light")
        for u, v in ((-12, -2.5), (-12, 2.5), (-16.5, 0), (12, -2.5), (12, 2.5), (16.5, 0)):
            x, v = at([(u, v)])[0]
            sheet.fill(ellipse(x, v, 0.9, 0.9), "skin.line", opacity=0.8)


def _blush(sheet: Sheet, strength: float, z: np.ndarray) -> None:
    """Two soft cheeks; hatching shows as she flushes."""
    sheet.cel("blush")
    for side in (-1.0, 1.0):
        x, y = 256 + side * (53 + 0.6 * z[7]), 265.0
        sheet.fill(
            ellipse(x, y, 26, 13),
            "face.blush",
            radial=((x, y), 26),
            opacity=min(1.0, 0.02 + 0.95 * strength),
            blur=2.0,
        )
        for i in range(3):
            u = x + 6.5 * (i - 1)
            sheet.fill(
                ink([(u + 2.2, y - 4.2), (u, y), (u - 2.2, y + 4.2)], 1.7),
                "face.blush",
                opacity=0.9 * strength,
            )
