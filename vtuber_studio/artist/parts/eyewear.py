"""Glasses and the eye patch."""

from __future__ import annotations

import numpy as np
import skia

from vtuber_studio.artist.brush import Sheet, ink, polygon, spline
from vtuber_studio.core.attribute import Value

_Y = 234.0
_SQUARENESS = {
    "round": 1.0,
    "square": 0.46,
    "half_rim": 0.60,
}  # exponent of the lens outline: 1 is an ellipse


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw what she wears over her eyes for the values ``a`` and variation ``z`` [8]."""
    sheet.cel("eyewear")
    kind, size = str(a["eyewear"]), 1 + 0.16 * float(a["eyewear_size"])
    if kind == "patch":
        _patch(sheet, size, z)
    else:
        _glasses(sheet, kind, size, z)


def _lens(x: float, side: float, kind: str, size: float, z: np.ndarray, grow: float = 0.0) -> np.ndarray:
    """[n, 2] outline of a lens, clockwise from its outer point."""
    turn = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    power = _SQUARENESS[kind]
    c, s = np.cos(turn), np.sin(turn)
    rx, ry = {"round": (33.0, 32.5), "square": (35.0, 26.0), "half_rim": (35.0, 24.5)}[kind]
    u = np.sign(c) * np.abs(c) ** power * (rx * size + grow)
    v = np.sign(s) * np.abs(s) ** power * (ry * size + grow) * (1 + 0.015 * z[0])
    if kind != "round":
        u = u * (1 - 0.10 * v / ry)  # narrower below
        v = v - 0.05 * u * (1 + 0.2 * z[1])  # the outer end a little higher
    return np.stack([x + side * u, _Y + v], 1)


def _glasses(sheet: Sheet, kind: str, size: float, z: np.ndarray) -> None:
    weight = 1 + 0.06 * z[2]
    gap = 8.5 + 0.4 * z[3]
    rx = (33.0 if kind == "round" else 35.0) * size
    centre = min(max(52.0, gap + rx), 256 - 136 - rx - 3)
    for side in (-1.0, 1.0):
        x = 256 + side * centre
        lens = _lens(x, side, kind, size, z)
        path = polygon(lens)
        sheet.fill(path, "frame.lens")
        with sheet.clip(path):
            # the light from the upper left glances off both lenses alike
            for at, width in ((-9.0, 7.5), (2.5, 2.6)):
                u = x + (at + 0.8 * z[4]) * size
                streak = [
                    (u + 14, _Y - 42),
                    (u + 14 + width, _Y - 42),
                    (u - 14 + width, _Y + 42),
                    (u - 14, _Y + 42),
                ]
                sheet.fill(
                    polygon(streak),
                    "frame.light",
                    fade=((u + 8, _Y - 26 * size), (u - 8, _Y + 24 * size)),
                    opacity=0.9,
                )
        if kind == "half_rim":
            upper = lens[np.r_[28:64, 0:5]]
            sheet.fill(
                ink(upper[::4], list(weight * np.array([2.4, 3.8, 4.6, 4.8, 5.0, 5.2, 5.0, 4.2, 2.4]))),
                "frame.base",
            )
            sheet.fill(_ring(lens, 1.0), "frame.base", opacity=0.55)
        else:
            thick = (3.1 if kind == "round" else 4.2) * weight
            sheet.fill(_ring(lens, thick), "frame.base")
            if kind == "square":
                sheet.fill(
                    ink(
                        lens[np.r_[32:64]][::4],
                        list(weight * np.array([4.4, 5.4, 5.6, 5.4, 5.4, 5.6, 5.8, 4.4])),
                    ),
                    "frame.base",
                )
        arm = 256 + side * (centre + rx - 1.0)
        end = min(max(256 + side * 102, 132.0), 380.0)
        sheet.fill(
            ink([(arm, _Y - 5), (0.5 * (arm + end), _Y - 5.5), (end, _Y - 4.5)], [4.4, 3.8, 2.6]),
            "frame.base",
        )
        sheet.fill(
            ink([(256 + side * 13, _Y + 4), (256 + side * 10.5, _Y + 9), (256 + side * 9, _Y + 13)], 2.2),
            "frame.base",
        )
    inner = centre - rx
    sheet.fill(
        ink(
            [
                (256 - inner - 1.5, _Y - 3),
                (256 - 0.5 * inner, _Y - 6.4),
                (256, _Y - 7.4),
                (256 + 0.5 * inner, _Y - 6.4),
                (256 + inner + 1.5, _Y - 3),
            ],
            [3.8, 3.2, 3.0, 3.2, 3.8],
        ),
        "frame.base",
    )
    sheet.fill(
        ink([(256 - 0.5 * inner, _Y - 7.2), (256, _Y - 8.2), (256 + 0.5 * inner, _Y - 7.2)], 1.0),
        "frame.light",
    )


def _ring(outline: np.ndarray, width: float) -> skia.Path:
    """Closed line of even width about ``outline``."""
    step = np.roll(outline, -1, 0) - np.roll(outline, 1, 0)
    normal = (
        np.stack([-step[:, 1], step[:, 0]], 1) / np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-6)[:, None]
    )
    path = polygon(outline + normal * width / 2)
    path.addPath(polygon(outline - normal * width / 2))
    path.setFillType(skia.PathFillType.kEvenOdd)
    return path


def _patch(sheet: Sheet, size: float, z: np.ndarray) -> None:
    """A patch over her right eye with a band across the forehead."""
    x, y, k = 204.0 + 0.5 * z[1], 234.0, size
    band = [(163, 213.5 - z[2]), (182, 209), (232, 202.5), (290, 197), (348.5, 192.8 + 0.3 * z[2])]
    sheet.fill(ink(band, [4.4, 5.2, 5.6, 5.2, 4.0]), "frame.base")
    low = [(166, 240), (172, 240.5), (x - 22 * k, y + 8)]
    sheet.fill(ink(low, [3.0, 3.6, 4.2]), "frame.base")
    shape = spline(
        [
            (x - 30 * k, y - 18 * k),
            (x - 4 * k, y - 26 * k),
            (x + 27 * k, y - 22 * k),
            (x + 29 * k, y + 2 * k),
            (x + 15 * k, y + 24 * k),
            (x - 4 * k, y + 31 * k),
            (x - 23 * k, y + 20 * k),
            (x - 32 * k, y),
        ],
        closed=True,
    )
    path = polygon(shape)
    sheet.fill(path, "frame.base")
    with sheet.clip(path):
        sheet.fill(
            polygon(
                spline(
                    [
                        (x - 24 * k, y - 12 * k),
                        (x - 4 * k, y - 20 * k),
                        (x + 14 * k, y - 17 * k),
                        (x - 2 * k, y - 13 * k),
                        (x - 20 * k, y),
                    ],
                    closed=True,
                )
            ),
            "frame.light",
            opacity=0.45,
        )
        inner = [((px - x) * 0.86 + x, (py - y) * 0.86 + y) for px, py in shape[::4]]
        sheet.fill(_ring(np.array(inner), 1.1), "frame.light", opacity=0.35)
