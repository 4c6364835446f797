"""What she wears on her head: bows, headphones, flowers, bands and clips; hats are in ``artist.hats``.

The kinds of the first edition were drawn for a smaller skull, and are fitted; the others are in canvas units.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import skia

from vtuber_studio.artist import hats
from vtuber_studio.artist.brush import Sheet, blob, ellipse, ink, spline
from vtuber_studio.artist.shapes import Curve, beyond, fitted, joined, modelled, outlined, place
from vtuber_studio.core.attribute import Value

Paint = Callable[[Sheet, float, np.ndarray], None]


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw the chosen headwear; z varies its loops, petals and folds."""
    sheet.cel("headwear")
    small, swing, paint = _KINDS[str(a["headwear"])]
    if small:
        fitted(sheet, 256, 228, (1.2, 1.10), -3)
    turn = skia.Matrix.RotateDeg(swing * float(a["headwear_tilt"]), skia.Point(256, 200))
    sheet.matrix = skia.Matrix.Concat(turn, sheet.matrix)
    paint(sheet, float(a["headwear_size"]), z)


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


def _ribbon(sheet: Sheet, grow: float, z: np.ndarray) -> None:
    size = 1.0 + 0.2 * grow
    _bow(sheet, 197 + 2 * float(z[3]), 109, 1.08 * size, -24 + 4 * float(z[0]), z)


def _headphones(sheet: Sheet, grow: float, z: np.ndarray, kind: str = "") -> None:
    """Headphones; with a cat's ears on the band ("cat"), or slight ones with a microphone ("headset")."""
    size, slight = 1.0 + 0.2 * grow, 0.72 if kind == "headset" else 1.0
    tilt = 1.6 * float(z[0])
    turn = np.radians(np.linspace(-88, 88, 13))

    def arc(grow: float, lift: float) -> np.ndarray:
        return np.stack([256 + tilt * np.cos(turn) + (103 + grow) * np.sin(turn), 214 - (126 + lift) * np.cos(turn) ** 0.92], 1)

    thick = 13 * size * slight
    outer, inner = arc(0.5 * thick, 0.55 * thick + 2), arc(-0.35 * thick, -0.55 * thick)
    if kind == "cat":
        _cat_ears(sheet, size, z)
    band = outlined(sheet, [outer, inner[::-1]], "deco.base", "deco.line", width=(2.4, 2.7, 2.7, 2.4))
    with sheet.clip(band):
        sheet.fill(joined(inner, arc(-0.1 * thick, -0.12 * thick)[::-1]), "deco.shade")
        sheet.fill(ink(arc(0.25 * thick, 0.25 * thick)[2:6], (0, 3.4 * size, 3.4 * size, 0)), "deco.light")
    pad = [outer[4:9], inner[4:9][::-1] + (0, 5 * size)]
    outlined(sheet, [pad[0], [pad[0][-1], pad[1][0]], pad[1], [pad[1][-1], pad[0][0]]], "deco.accent", "deco.line")
    for flip in (-1.0, 1.0):
        def put(points: Curve, flip: float = flip) -> np.ndarray:
            return place(points, 256 + flip * 104, 215, flip * (4 + tilt), 1.04 * size * (0.3 + 0.7 * slight), flip)

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
    if kind == "headset":  # beside the jaw, off the cheek
        boom = [(150, 238), (150, 255), (155, 264), (164, 266)]
        sheet.stroke(boom, (7.0, 6.4, 6.0), "deco.line")
        sheet.fill(ellipse(166, 266, 11.0, 8.8), "deco.line")
        sheet.fill(ellipse(165.4, 265.4, 7.8, 6.0), "deco.accent")


def _cat_ears(sheet: Sheet, size: float, z: np.ndarray) -> None:
    """Two hollow triangles that stand on a band."""
    for flip, own in ((-1.0, float(z[1])), (1.0, float(z[2]))):
        def put(points: Curve, flip: float = flip, own: float = own) -> np.ndarray:
            return place(points, 256 + flip * 56, 106, flip * (26 + 2 * own), 0.5 + 0.5 * size, flip)

        outer: list[Curve] = [[(-29, 3), (-22, -26), (-3, -55)], [(-3, -55), (2, -58), (7, -54)], [(7, -54), (24, -26), (29, 3)], [(29, 3), (-29, 3)]]
        path = joined(*(put(curve) for curve in outer))
        modelled(sheet, path, "deco", 7, 4)
        inner = joined(put([(-17, 10), (-12, -16), (1, -37)]), put([(1, -37), (13, -14), (17, 10)]))
        with sheet.clip(path):
            sheet.fill(inner, "deco.accent")
            beyond(sheet, inner, (6, 5), "deco.accent_shade")
        for curve in outer[:3]:
            sheet.stroke(put(curve), (2.4, 2.8, 2.4), "deco.line")


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


def _flowers(sheet: Sheet, grow: float, z: np.ndarray) -> None:
    size = 1.0 + 0.2 * grow
    cx, cy = 330.0, 124.0
    for angle, long in ((118 + 6 * float(z[0]), 62), (160, 50), (-48 + 6 * float(z[1]), 56)):
        leaf = [place(c, cx, cy, angle, size) for c in ([(0, 0), (0.36 * long, -11), (long, 0)], [(long, 0), (0.4 * long, 11), (0, 0)])]
        outlined(sheet, leaf, "deco.accent", "deco.line")
        sheet.stroke(place([(10, 0), (0.4 * long, 1), (0.85 * long, 0)], cx, cy, angle, size), (1.6, 1.6, 0.8), "deco.line")
    _flower(sheet, cx + 30 * size, cy + 26 * size, 23 * size, 20 + 9 * float(z[2]), float(z[3]))
    _flower(sheet, cx - 31 * size, cy - 17 * size, 25 * size, -14 + 9 * float(z[4]), float(z[3]))
    _flower(sheet, cx + 1, cy, 34 * size, 9 * float(z[5]), float(z[3]))


def _hairband(sheet: Sheet, grow: float, z: np.ndarray) -> None:
    size = 1.0 + 0.2 * grow
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


def _maid(sheet: Sheet, grow: float, z: np.ndarray) -> None:
    """A band with a frill that stands up from it, and a bow at either end."""
    turn = np.radians(np.linspace(-60, 60, 73))
    high = 26 + 7 * grow

    def arc(up: float | np.ndarray) -> np.ndarray:
        return np.stack([256 + (106 + up) * np.sin(turn), 200 - (120 + up) * np.cos(turn) ** 0.92], 1)

    fold = np.abs(np.sin(np.linspace(0, 7 * np.pi, len(turn))))
    share = np.linspace(-1, 1, len(turn))
    edge = arc((high + 1.5 * float(z[1]) * share) * (1 - 0.35 * share**2) - 9 * (1 - fold**0.7))
    low = arc(4.0)
    frill = joined(edge[::2], low[::-6])
    sheet.fill(frill, "deco.accent")
    beyond(sheet, frill, (-5, -4), "deco.accent_shade")
    with sheet.clip(frill):
        sheet.fill(joined(arc(11.0)[::6], arc(0.0)[::-6]), "deco.accent_shade")
        for k in range(1, 7):
            at = round(k * (len(turn) - 1) / 7)
            sheet.stroke([edge[at], 0.45 * edge[at] + 0.55 * low[at]], (2.4, 1.4), "deco.line")
    sheet.stroke(edge[::2], 2.6, "deco.line")
    top, bottom = arc(6.0)[::6], arc(-9.0)[::6]
    band = joined(top, bottom[::-1])
    modelled(sheet, band, "deco", 3, 3)
    for line in (top, bottom):
        sheet.stroke(line, (2.2, 2.8, 2.2), "deco.line")
    for side in (0, -1):
        x, y = map(float, arc(-1.5)[side])
        _bow(sheet, x, y, 0.62 + 0.08 * grow, (60, -60)[side], z, tails=1.1)


def _clips(sheet: Sheet, grow: float, z: np.ndarray) -> None:
    """Two slides and a star above her right temple."""
    size = 1.0 + 0.2 * grow
    for k, (x, y, paint) in enumerate(((178, 152, "deco.base"), (172, 133, "deco.accent"))):
        line = place([(-27, 0), (0, -2), (27, 0)], x, y, -32 + 4 * float(z[k]), size)
        sheet.stroke(line, [15.5 * size] * 3, "deco.line")
        bar = ink(line, [10.5 * size] * 3)
        sheet.fill(bar, paint)
        beyond(sheet, bar, (-2, -3), "deco.shade" if k == 0 else "deco.accent_shade")
    turn = np.radians(np.linspace(0, 360, 10, endpoint=False) + 12 + 6 * float(z[2]))
    reach = np.where(np.arange(10) % 2, 12.5, 25.0) * size
    star = np.stack([207 + reach * np.sin(turn), 112 - reach * np.cos(turn)], 1)
    path = joined(*([star[k], star[(k + 1) % 10]] for k in range(10)))
    modelled(sheet, path, "deco", 6, 4)
    for k in range(10):
        sheet.stroke([star[k], star[(k + 1) % 10]], 2.6, "deco.line")


# drawn for a smaller skull; degrees at the slider's end; how
_KINDS: dict[str, tuple[bool, float, Paint]] = {
    "ribbon": (True, 8, _ribbon),
    "headphones": (True, 3, _headphones),
    "flower": (True, 12, _flowers),
    "hairband": (True, 5, _hairband),
    "beret": (True, 4, hats.beret),
    "ear_headphones": (True, 3, partial(_headphones, kind="cat")),
    "headset": (True, 3, partial(_headphones, kind="headset")),
    "peaked_cap": (False, 6, hats.cap),
    "beanie": (False, 5, hats.beanie),
    "witch": (False, 5, hats.witch),
    "royal_crown": (False, 13, hats.crown),
    "maid": (False, 5, _maid),
    "clips": (False, 10, _clips),
}
