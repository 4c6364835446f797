"""What she wears on her head: bow, headphones, flowers, Alice band or beret, over the skull of the schema."""

from __future__ import annotations

import numpy as np

from vtuber_studio.artist.brush import Sheet, blob, ellipse, ink, spline
from vtuber_studio.artist.shapes import Curve, fitted, joined, outlined, place
from vtuber_studio.core.attribute import Value


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw the chosen headwear; z tilts it and varies its loops, petals and folds."""
    sheet.cel("headwear")
    fitted(sheet, 256, 228, (1.2, 1.10), -3)  # drawn for a smaller skull
    size = 1.0 + 0.2 * float(a["headwear_size"])
    {"ribbon": _ribbon, "headphones": _headphones, "flower": _flowers, "hairband": _hairband, "beret": _beret}[str(a["headwear"])](sheet, size, z)


def _bow(sheet: Sheet, x: float, y: float, size: float, angle: float, z: np.ndarray, tails: float = 1.0) -> None:
    """A bow with its knot at (x, y): two puffed loops, ``tails`` long ends, folds toward the knot."""
    for flip, own in ((-1.0, float(z[1])), (1.0, float(z[2]))):
        def put(points: Curve, flip: float = flip) -> np.ndarray:
            return place(points, x, y, angle, size, flip)

        if tails:
            drop = (38 + 3 * own) * tails
            tail: list[Curve] = [[(2, 4), (13, 18), (20, drop)], [(20, drop), (27, drop - 5), (34, drop - 1)], [(34, drop - 1), (27, 14), (8, 2)]]
            path = outlined(sheet, [put(c) for c in tail], "deco.base", "deco.line")
            with sheet.clip(path):
                sheet.fill(joined(put([(2, 0), (16, 12), (26, 17), (36, 16)]), put([(36, -4), (2, -4)])), "deco.shade")
        rise = 3 * own
        loop: list[Curve] = [[(4, -6), (20, -24 - rise), (42, -31 - rise), (52, -24 - rise)], [(52, -24 - rise), (56, -4), (49, 18)], [(49, 18), (28, 17), (4, 6)]]
        path = outlined(sheet, [put(c) for c in loop], "deco.base", "deco.line", width=(1.6, 2.6, 2.6, 1.8))
        with sheet.clip(path):
            sheet.fill(joined(put([(3, 3), (22, 7), (40, 6), (58, -4)]), put([(58, 26), (3, 20)])), "deco.shade")
            if flip < 0:
                sheet.fill(joined(put([(26, -20), (40, -25 - rise), (49, -20 - rise)]), put([(49, -20 - rise), (40, -18 - rise), (26, -20)])), "deco.light")
            else:
                sheet.fill(joined(put([(16, -14), (30, -22), (40, -24 - rise)]), put([(40, -24 - rise), (30, -17), (16, -14)])), "deco.light")
        sheet.stroke(put([(7, -3), (18, -8), (31, -10 - rise)]), (1.8, 1.9, 0.7), "deco.line")
        sheet.stroke(put([(8, 3), (17, 5), (26, 5)]), (1.6, 1.5, 0.6), "deco.line")
    knot = place([(-8, -9), (0, -10), (8, -9), (10, 0), (8, 9), (0, 10), (-8, 9), (-10, 0)], x, y, angle, size)
    sheet.fill(blob(knot), "deco.base")
    with sheet.clip(blob(knot)):
        sheet.fill(joined(place([(3, -14), (5, 0), (1, 14)], x, y, angle, size), place([(14, 14), (14, -14)], x, y, angle, size)), "deco.shade")
    sheet.stroke(np.vstack([knot, knot[:2]]), 2.7, "deco.line")


def _ribbon(sheet: Sheet, size: float, z: np.ndarray) -> None:
    _bow(sheet, 197 + 2 * float(z[3]), 102, 1.16 * size, -24 + 4 * float(z[0]), z)


def _headphones(sheet: Sheet, size: float, z: np.ndarray) -> None:
    tilt = 1.6 * float(z[0])
    turn = np.radians(np.linspace(-88, 88, 13))

    def arc(grow: float, lift: float) -> np.ndarray:
        return np.stack([256 + tilt * np.cos(turn) + (103 + grow) * np.sin(turn), 214 - (126 + lift) * np.cos(turn) ** 0.92], 1)

    thick = 13 * size
    outer, inner = arc(0.5 * thick, 0.55 * thick + 2), arc(-0.35 * thick, -0.55 * thick)
    band = outlined(sheet, [outer, inner[::-1]], "deco.base", "deco.line", width=(2.4, 2.7, 2.7, 2.4))
    with sheet.clip(band):
        sheet.fill(joined(inner, arc(-0.1 * thick, -0.12 * thick)[::-1]), "deco.shade")
        sheet.fill(ink(arc(0.25 * thick, 0.25 * thick)[2:6], (0, 3.4 * size, 3.4 * size, 0)), "deco.light")
    pad = [outer[4:9], inner[4:9][::-1] + (0, 5 * size)]
    outlined(sheet, [pad[0], [pad[0][-1], pad[1][0]], pad[1], [pad[1][-1], pad[0][0]]], "deco.accent", "deco.line")
    for flip in (-1.0, 1.0):
        def put(points: Curve, flip: float = flip) -> np.ndarray:
            return place(points, 256 + flip * 104, 215, flip * (4 + tilt), 1.04 * size, flip)

        cushion = put([(-13, -30), (-4, -36), (6, -33), (8, 0), (6, 33), (-4, 36), (-13, 30), (-16, 0)])
        sheet.fill(blob(cushion), "deco.shade")
        sheet.stroke(np.vstack([cushion, cushion[:2]]), 2.6, "deco.line")
        shell = put([(0, -37), (12, -38), (22, -27), (27, 0), (22, 27), (12, 38), (0, 37), (-3, 0)])
        sheet.fill(blob(shell), "deco.base")
        with sheet.clip(blob(shell)):
            sheet.fill(blob(put([(-8, 14), (12, 20), (34, 6), (34, 44), (-8, 44)])), "deco.shade")
            sheet.fill(ink(put([(8, -31), (15, -24), (19, -14)]), 4.4 * size), "deco.light")
        sheet.stroke(np.vstack([shell, shell[:2]]), 2.7, "deco.line")
        ring = blob(put([(8, -17), (16, -14), (19, 0), (16, 14), (8, 17), (3, 0)]))
        sheet.fill(ring, "deco.accent")
        hub = put([(9, -9), (13, -7), (14, 0), (13, 7), (9, 9), (7, 0)])
        sheet.fill(blob(hub), "deco.line")
    boom = place([(-2, 28), (6, 36), (22, 40), (38, 39)], 152, 215, 0, 0.6 + 0.4 * size)
    sheet.stroke(boom, (5.4, 5.0, 4.6), "deco.line")
    mx, my = map(float, boom[-1])
    sheet.fill(ellipse(mx, my, 7.4, 5.4), "deco.line")
    sheet.fill(ellipse(mx - 0.6, my - 0.8, 4.6, 3.0), "deco.accent")


def _flower(sheet: Sheet, x: float, y: float, radius: float, angle: float, petal: float) -> None:
    """Five rounded petals round an accent centre."""
    for k in (3, 4, 2, 0, 1):
        turn = angle + 72 * k

        def put(points: Curve, turn: float = turn) -> np.ndarray:
            return place(points, x, y, turn, radius)

        wide = 0.56 + 0.04 * petal
        shape = [[(0, 0), (wide * 0.8, -0.36), (wide, -0.72), (0.3, -1.02), (0, -0.9)], [(0, -0.9), (-0.3, -1.02), (-wide, -0.72), (-wide * 0.8, -0.36), (0, 0)]]
        path = outlined(sheet, [put(c) for c in shape], "deco.base", "deco.line", width=(1.2, 2.3, 2.3, 1.4))
        with sheet.clip(path):
            sheet.fill(blob(put([(0, 0.1), (0.38, -0.3), (0.12, -0.56), (-0.12, -0.56), (-0.38, -0.3)])), "deco.shade")
            gx, gy = map(float, put([(-0.2, -0.72)])[0])
            sheet.fill(ellipse(gx, gy, 0.17 * radius, 0.12 * radius), "deco.light")
    sheet.fill(ellipse(x, y, 0.27 * radius, 0.27 * radius), "deco.line")
    sheet.fill(ellipse(x, y, 0.2 * radius, 0.2 * radius), "deco.accent")


def _flowers(sheet: Sheet, size: float, z: np.ndarray) -> None:
    cx, cy = 330.0, 124.0
    for angle, long in ((118 + 6 * float(z[0]), 62), (160, 50), (-48 + 6 * float(z[1]), 56)):
        leaf = [place(c, cx, cy, angle, size) for c in ([(0, 0), (0.36 * long, -11), (long, 0)], [(long, 0), (0.4 * long, 11), (0, 0)])]
        outlined(sheet, leaf, "deco.accent", "deco.line")
        sheet.stroke(place([(10, 0), (0.4 * long, 1), (0.85 * long, 0)], cx, cy, angle, size), (1.6, 1.6, 0.8), "deco.line")
    _flower(sheet, cx + 30 * size, cy + 26 * size, 23 * size, 20 + 9 * float(z[2]), float(z[3]))
    _flower(sheet, cx - 31 * size, cy - 17 * size, 25 * size, -14 + 9 * float(z[4]), float(z[3]))
    _flower(sheet, cx + 1, cy, 34 * size, 9 * float(z[5]), float(z[3]))


def _hairband(sheet: Sheet, size: float, z: np.ndarray) -> None:
    turn = np.radians(np.linspace(-80, 80, 11))
    tilt = 2.0 * float(z[0])

    def arc(grow: float) -> np.ndarray:
        return np.stack([256 + tilt * np.cos(turn) + (104 + 0.4 * grow) * np.sin(turn), 204 - (96 + grow) * np.cos(turn) ** 0.95], 1)

    thick = 15 * size
    band = outlined(sheet, [arc(0.5 * thick), arc(-0.5 * thick)[::-1]], "deco.base", "deco.line", width=(1.0, 2.6, 2.6, 1.0))
    with sheet.clip(band):
        sheet.fill(joined(arc(-0.6 * thick), arc(-0.16 * thick)[::-1]), "deco.shade")
        sheet.fill(ink(arc(0.18 * thick)[2:7], (0, 3.6 * size, 3.0 * size, 0)), "deco.light")
    x, y = spline(arc(0))[77]
    _bow(sheet, float(x), float(y) - 2, 0.62 * size, 30 + 4 * float(z[3]), z, tails=0.7)


def _beret(sheet: Sheet, size: float, z: np.ndarray) -> None:
    angle = 7 + 2.5 * float(z[0])
    sag, puff = 3 * float(z[1]), 3 * float(z[2])

    def put(points: Curve) -> np.ndarray:
        return place(points, 257, 134, angle)

    k = 0.5 + 0.5 * size  # the band keeps to the skull, the crown grows
    w, h = 108 * (0.5 + 0.5 * size), 82 * (0.3 + 0.7 * size)
    crown = [(-90, 10), (-w - 3, -10), (-w + 3, -0.52 * h), (-0.62 * w, -0.86 * h), (-0.1 * w, -h - puff), (0.5 * w, -0.92 * h), (0.95 * w, -0.6 * h), (w + 15, -0.16 * h + sag), (w + 6, 10 + sag), (90, 14)]
    brim = [(90, 14), (58, -16), (0, -31), (-58, -20), (-90, 10)]
    path = joined(put(crown), put(brim))
    sx, sy = map(float, put([(0.02 * w, -h - puff + 2)])[0])
    stem = place([(0, 2), (-2, -6), (3, -13)], sx, sy, angle, k)
    sheet.stroke(stem, (11, 9.6, 9.6), "deco.line")
    sheet.stroke(stem, (6, 5, 5), "deco.base")
    sheet.fill(path, "deco.base")
    with sheet.clip(path):
        sheet.fill(joined(put([(0.52 * w, -1.1 * h), (0.74 * w, -0.6 * h), (0.66 * w, -0.3 * h), (0.3 * w, -36), (-0.3 * w, -34), (-0.8 * w, -20), (-w - 12, -14)]), put([(-w - 12, 30), (w + 30, 40), (w + 30, -1.1 * h)])), "deco.shade")
        sheet.fill(blob(put([(-0.72 * w, -0.52 * h), (-0.46 * w, -0.76 * h), (-0.16 * w, -0.84 * h - puff), (-0.3 * w, -0.68 * h), (-0.54 * w, -0.5 * h)])), "deco.light")
    sheet.stroke(put([(-0.42 * w, -0.34 * h), (-0.68 * w, -0.26 * h), (-0.86 * w, -0.1 * h)]), (0.8, 2.0, 1.6), "deco.line")
    sheet.stroke(put([(0.62 * w, -0.34 * h), (0.86 * w, -0.2 * h), (0.97 * w, 0.02 * h)]), (0.8, 2.0, 1.6), "deco.line")
    sheet.stroke(put(crown), (2.2, 2.7, 2.7, 2.7, 2.2), "deco.line")
    lower = [(-93, 22), (-60, -7), (0, -18), (60, -3), (93, 26)]
    edge = outlined(sheet, [put(brim[::-1]), put([(90, 14), (93, 26)]), put(lower[::-1]), put([(-93, 22), (-90, 10)])], "deco.accent", "deco.line")
    with sheet.clip(edge):
        sheet.fill(joined(put([(30, -20), (40, -14), (98, 16)]), put([(110, 30), (60, 8), (24, -4)])), "deco.line", opacity=0.35)
