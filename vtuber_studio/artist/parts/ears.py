"""Animal ears and horns on the skull; their flat roots lie hidden under the front hair."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import skia

from vtuber_studio.artist.brush import Sheet, ink, polygon, spline
from vtuber_studio.artist.shapes import Curve, fitted, joined, outlined, place
from vtuber_studio.core.attribute import Value

_PEN = (1.8, 2.5, 2.5, 2.0)


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw the chosen pair; z leans, spreads and (for a rabbit) bends each of them."""
    sheet.cel("ears")
    fitted(sheet, 256, 127, (1.2, 0.85), -12)  # drawn for a smaller skull
    size = 1.0 + 0.2 * float(a["ears_size"])
    paint = {"cat": _cat, "fox": _fox, "rabbit": _rabbit, "horns": _horn}[str(a["ears"])]
    for flip, own in ((-1.0, z[:4]), (1.0, z[4:])):
        paint(sheet, flip, size, 3.2 * float(own[0]) + 1.5 * float(z[3]), own)


def _at(curves: Sequence[Curve], flip: float, x: float, y: float, size: float, turn: float) -> list[np.ndarray]:
    return [place(curve, 256 + flip * x, y, flip * turn, size, flip) for curve in curves]


def _cat(sheet: Sheet, flip: float, size: float, turn: float, z: np.ndarray) -> None:
    tip = 2.0 * float(z[1])
    shape: list[Curve] = [[(-32, 26), (-32, 4), (-18, -36), (12 + tip, -74)], [(12 + tip, -74), (17 + tip, -77), (21 + tip, -73)], [(21 + tip, -73), (35, -40), (40, -10), (36, 12), (22, 33)], [(22, 33), (-32, 26)]]
    inner: list[Curve] = [[(-18, 26), (-17, 4), (-6, -30), (14 + tip, -57)], [(14 + tip, -57), (25, -30), (28, -4), (20, 28)]]
    tuft: list[Curve] = [[(-32, 26), (-20, 6), (-9, -12)], [(-9, -12), (-8, 0), (-9, 6)], [(-9, 6), (0, -4), (5, -7)], [(5, -7), (4, 6), (2, 14), (-4, 27)]]
    outer, hollow, hair = (_at(part, flip, 56, 101 + 8 * size, size, turn + 7) for part in (shape, inner, tuft))
    _ear(sheet, outer, hollow, hair, flip)


def _fox(sheet: Sheet, flip: float, size: float, turn: float, z: np.ndarray) -> None:
    tip = 2.0 * float(z[1])
    shape: list[Curve] = [[(-38, 26), (-40, 4), (-26, -38), (14 + tip, -80)], [(14 + tip, -80), (19 + tip, -84), (22 + tip, -79)], [(22 + tip, -79), (38, -42), (48, -8), (50, 8)], [(50, 8), (43, 9), (40, 8)], [(40, 8), (43, 16), (40, 22)], [(40, 22), (30, 27), (20, 36)], [(20, 36), (-38, 26)]]
    inner: list[Curve] = [[(-22, 28), (-24, 6), (-13, -28), (14 + tip, -58)], [(14 + tip, -58), (27, -32), (33, -4), (22, 30)]]
    tuft: list[Curve] = [[(-38, 27), (-30, 4), (-16, -22)], [(-16, -22), (-14, -8), (-15, 0)], [(-15, 0), (-6, -12), (3, -18)], [(3, -18), (1, -4), (-1, 4)], [(-1, 4), (8, -2), (13, -4)], [(13, -4), (11, 12), (7, 20), (2, 29)]]
    outer, hollow, hair = (_at(part, flip, 58, 98 + 15 * size, size, turn + 4) for part in (shape, inner, tuft))
    path = _ear(sheet, outer, hollow, hair, flip)
    with sheet.clip(path):  # dark tip
        dark = _at([[(-30, -52), (-6, -46), (8, -54), (20, -44), (46, -48)], [(46, -90), (-30, -90)]], flip, 58, 98 + 15 * size, size, turn + 4)
        sheet.fill(joined(*dark), "ear.line")
    for index in (0, 1, 2):
        sheet.stroke(outer[index], _PEN, "ear.line")


def _ear(sheet: Sheet, shape: list[np.ndarray], inner: list[np.ndarray], tuft: list[np.ndarray], flip: float) -> skia.Path:
    """Outer ear, inner ear shaded from above, hair tuft at its inner edge; returns the outer path."""
    path = outlined(sheet, shape, "ear.base", "ear.line", inked=range(len(shape) - 1), width=_PEN)
    with sheet.clip(path):
        sheet.fill(joined(shape[2] + (2.0, 0.0), shape[2][::-1] - ((8.0 if flip > 0 else -6.0), 0.0)), "ear.shade")
        hollow = joined(*inner)
        sheet.fill(hollow, "ear.inner")
        with sheet.clip(hollow):
            sheet.fill(joined(inner[0] - (3.0 * flip, 0), inner[0][::-1] + (7.0 * flip, 1.0)), "ear.shade")
        sheet.stroke(inner[0], (1.2, 1.8, 1.4), "ear.line")
        sheet.stroke(inner[1], (1.2, 1.6, 1.4), "ear.line")
        outlined(sheet, tuft, "ear.base", "ear.line", inked=range(len(tuft) - 1), width=(1.0, 1.7, 1.2))
    for curve in shape[:3]:
        sheet.stroke(curve, _PEN, "ear.line")
    return path


def _rabbit(sheet: Sheet, flip: float, size: float, turn: float, z: np.ndarray) -> None:
    """A long ear that leans out; with its own z above nought its upper half folds down and outward."""
    bend = 1.0 / (1.0 + np.exp(-4.0 * (float(z[1]) - 0.6)))
    lean = np.radians(24 + 1.6 * turn)
    s = np.linspace(0, 1, 9)
    angle = lean + bend * np.radians(112) * np.clip((s - 0.36) / 0.38, 0, 1) ** 1.2 + 0.18 * s
    step = 15.5 * size
    dx, dy = np.cumsum(np.sin(angle) * step), np.cumsum(-np.cos(angle) * step)
    spine = np.stack([256 + flip * (38 + dx - dx[0]), 123 + dy - dy[0]], 1)
    half = 21.5 * size * np.array([0.82, 0.9, 0.98, 1.04, 1.08, 1.06, 0.95, 0.72, 0.3])
    high = float((spine[:, 1] - half * np.abs(np.sin(angle))).min()) - 16.0
    spine[:, 1] -= min(high, 0.0)  # a large ear sinks rather than leave the box
    path, left, right = _tube(spine, half)
    sheet.fill(path, "ear.base")
    with sheet.clip(path):
        hollow, inner_left, _ = _tube(spine[:-1], half[:-1] * np.array([0.5, 0.54, 0.56, 0.58, 0.58, 0.56, 0.5, 0.2]))
        sheet.fill(joined(right + (2, 0), right[::-1] - ((6, -1) if flip > 0 else (5, -1))), "ear.shade")
        sheet.fill(hollow, "ear.inner")
        sheet.fill(ink(inner_left + (flip * 2, 0), (2.5, 5.0, 2.5)), "ear.shade")
    tip = np.array([left[-1], spine[-1] + (spine[-1] - spine[-2]) * 0.25, right[-1]])
    sheet.fill(joined(tip), "ear.base")
    sheet.stroke(np.vstack([left, tip[1:2], right[::-1]]), 2.7, "ear.line")


def _tube(spine: np.ndarray, half: np.ndarray) -> tuple[skia.Path, np.ndarray, np.ndarray]:
    """Path around a spine with half widths, and its two edges [n, 2]."""
    step = np.gradient(spine, axis=0)
    normal = np.stack([step[:, 1], -step[:, 0]], 1) / np.hypot(step[:, 0], step[:, 1])[:, None]
    left, right = spine + normal * half[:, None], spine - normal * half[:, None]
    path = polygon(np.vstack([spline(left), spline(right)[::-1]]))
    path.setFillType(skia.PathFillType.kWinding)
    return path, left, right


def _horn(sheet: Sheet, flip: float, size: float, turn: float, z: np.ndarray) -> None:
    """A ringed horn that sweeps out and up to a sharp tip curled inward."""
    curl = 4.0 * float(z[1])
    spine = place([(-11, 18), (4, 3), (24, -14), (38, -36), (40, -58), (31 - curl, -76), (16 - curl, -86)], 256 + flip * 62, 84 + 32 * size, flip * turn, size, flip)
    half = size * np.array([17.0, 17.0, 15.5, 13.0, 10.0, 6.0, 0.6])
    path, left, right = _tube(spine, half)
    sheet.fill(path, "ear.base")
    with sheet.clip(path):
        dark = right if right[3, 0] > left[3, 0] else left
        sheet.fill(joined(dark + (3, 1), (0.45 * dark + 0.55 * spine)[::-1]), "ear.shade")
        for k in np.arange(1.3, 4.9, 0.62):
            low, (a, b, c) = int(k), (_along(edge, k) for edge in (left, spine, right))
            ahead = spine[min(low + 1, 6)] - spine[low]
            sheet.stroke(np.array([a, b - 0.16 * ahead, c]), (1.8, 2.4, 1.8), "ear.line")
    for edge in (left, right):
        sheet.stroke(edge, (2.4, 2.6, 2.4, 1.2), "ear.line")


def _along(points: np.ndarray, at: float) -> np.ndarray:
    """Point at fractional index ``at``."""
    low = int(at)
    return points[low] + (at - low) * (points[low + 1] - points[low])
