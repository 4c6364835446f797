"""Hats: beret, cap, beanie, witch's hat and crown, over the fullest head of hair.

But for the beret they are drawn in canvas units from the axis; ``grow`` -1..1 makes the crown of a hat higher and wider, never
narrower than the hair under its rim.
"""

from __future__ import annotations

import numpy as np

from vtuber_studio.artist.brush import Sheet, blob, ellipse, ink
from vtuber_studio.artist.shapes import Curve, beyond, joined, modelled, outlined, place

_PEN = (2.2, 3.0, 3.0, 2.4)


def _at(points: Curve) -> np.ndarray:
    return np.asarray(points, float) + (256, 0)


def _dome(wide: float, top: float, low: float) -> np.ndarray:
    """[n, 2] the skull's own curve (``clumps.Dome``), from ``low`` at the left over ``top`` to ``low`` at the right."""
    a = np.arccos(((201 - low) / (201 - top)) ** (1 / 0.88)) * np.linspace(-1, 1, 17)
    x = wide * np.sign(a) * np.abs(np.sin(a)) ** 0.90
    return _at(np.stack([x, 201 - (201 - top) * np.cos(a) ** 0.88], 1))


def cap(sheet: Sheet, grow: float, z: np.ndarray) -> None:
    """A cap with visor, button and badge."""
    top = 51 - 6 * grow - 1.0 * float(z[1])
    crown = _dome(122 + 4 * grow, top, 142)
    path = joined(crown, _at([(113, 142), (62, 128), (0, 122), (-62, 128), (-113, 142)]))
    button = ellipse(258, top - 1, 11, 6)
    sheet.fill(ink([(247, top - 1), (258, top - 7.5), (269, top - 1)], (3, 3, 3)), "deco.line")
    sheet.fill(button, "deco.accent")
    modelled(sheet, path, "deco", 17, 6)
    for side, lean in ((-1, -3), (1, 3)):
        seam = _at([(2 + lean, top + 2), (side * 38, top + 24), (side * 60, 96), (side * 70, 132)])
        sheet.stroke(seam, (1.2, 2.2, 2.2), "deco.line")
    badge = 0.94 + 0.06 * grow
    disc = [(x * badge + 256, y * badge + 92) for x, y in ((0, -20), (15, -14), (20, 1), (14, 15), (0, 20), (-14, 15), (-20, 1), (-15, -14))]
    sheet.fill(blob(disc), "deco.accent")
    beyond(sheet, blob(disc), (-5, -3), "deco.accent_shade")
    sheet.stroke(np.vstack([disc, disc[:2]]), 2.4, "deco.line")
    sheet.stroke(crown, (2.2, 3.0, 3.0, 3.4, 2.6), "deco.line")
    drop = 5 * grow + 2 * float(z[2])
    rim = _at([(-104, 140), (-56, 121), (0, 115), (56, 121), (104, 140)])
    edge = _at([(104, 140), (106, 152), (72, 160 + 0.6 * drop), (0, 168 + drop), (-72, 160 + 0.6 * drop), (-106, 152), (-104, 140)])
    visor = joined(rim, edge)
    sheet.fill(visor, "deco.accent")
    with sheet.clip(visor):
        under = _at([(-110, 147), (-60, 149 + 0.4 * drop), (0, 155 + 0.7 * drop), (60, 149 + 0.4 * drop), (110, 147)])
        sheet.fill(joined(under, _at([(110, 180), (-110, 180)])), "deco.accent_shade")
    sheet.stroke(rim, (2.0, 2.8, 2.8, 2.0), "deco.line")
    sheet.stroke(edge, (2.0, 2.8, 3.2, 3.2, 2.8, 2.0), "deco.line")


def beanie(sheet: Sheet, grow: float, z: np.ndarray) -> None:
    """A knitted cap with a stripe, a turned-up rim and a bobble."""
    top = 48 - 7 * grow
    lean = 5 * float(z[1])
    bx, by, radius = 256 + lean, top - 8, 19 + 3 * grow
    turn = np.radians(np.linspace(0, 360, 36, endpoint=False))
    puff = radius * (1 + 0.05 * np.cos(9 * turn))
    bobble = np.stack([bx + puff * np.sin(turn), by - puff * np.cos(turn)], 1)
    sheet.fill(blob(bobble), "deco.accent")
    beyond(sheet, blob(bobble), (-7, -4), "deco.accent_shade")
    sheet.stroke(np.vstack([bobble, bobble[:2]]), 2.6, "deco.line")
    crown = _dome(123 + 4 * grow, top, 130)
    path = joined(crown, _at([(112, 130), (0, 112), (-112, 130)]))
    modelled(sheet, path, "deco", 18, 6)
    with sheet.clip(path):
        upper = _at([(-124, 104), (-60, 78), (0, 70), (60, 78), (124, 104)])
        stripe = joined(upper, upper[::-1] + (0, 15))
        sheet.fill(stripe, "deco.accent")
        with sheet.clip(stripe):
            sheet.fill(joined(_at([(64, 60), (82, 84), (88, 120)]), _at([(130, 120), (130, 60)])), "deco.accent_shade")
    sheet.stroke(crown, (2.2, 3.0, 3.0, 3.4, 2.6), "deco.line")
    rise = 3 * grow + 1.5 * float(z[2])
    high = _at([(-112, 116), (-60, 97 - rise), (0, 91 - rise), (60, 97 - rise), (112, 116)])
    low = _at([(117, 152), (62, 134), (0, 128), (-62, 134), (-117, 152)])
    rim = joined(high, _at([(112, 116), (120, 134), (117, 152)]), low, _at([(-117, 152), (-120, 134), (-112, 116)]))
    modelled(sheet, rim, "deco", 9, 4)
    with sheet.clip(rim):
        for share in (-0.72, -0.44, -0.15, 0.15, 0.44, 0.72):
            x = 116 * share
            sheet.stroke(_at([(x * 0.97, 96 + 22 * share**2 - rise), (x * 1.02, 130 + 24 * share**2)]), (1.4, 2.4, 2.0), "deco.line")
    for edge in (high, low):
        sheet.stroke(edge, (2.4, 3.0, 2.4), "deco.line")
    for side in (-1, 1):
        sheet.stroke(_at([(side * 112, 116), (side * 120, 134), (side * 117, 152)]), (2.4, 3.0, 2.4), "deco.line")


def witch(sheet: Sheet, grow: float, z: np.ndarray) -> None:
    """A wide brim and a cone whose tip falls over."""
    wide, sag, tip = 156 + 14 * grow, 3 * float(z[1]), 4 * float(z[2])
    front = _at([(-wide, 104), (-0.66 * wide, 133), (0, 148 + sag), (0.66 * wide, 135), (wide, 108)])
    back = _at([(wide, 108), (0.66 * wide, 84), (0, 78), (-0.66 * wide, 80), (-wide, 104)])
    brim = joined(front, back)
    modelled(sheet, brim, "deco", 12, 5)
    for edge, pen in ((front, (2.0, 3.2, 3.4, 2.0)), (back, (2.0, 2.6, 2.0))):
        sheet.stroke(edge, pen, "deco.line")
    lift = 3 * grow
    left = _at([(-93, 116), (-82, 84), (-63, 55 - lift), (-30, 31 - lift), (22, 20 - lift)])
    over = _at([(22, 20 - lift), (56, 17 - lift), (88 + tip, 34 - lift)])
    right = _at([(88 + tip, 34 - lift), (62, 37 - lift), (45, 46 - lift), (63, 66), (80, 88), (93, 116)])
    rim = _at([(93, 116), (50, 130), (0, 134 + 0.5 * sag), (-50, 129), (-93, 116)])
    cone = joined(left, over, right, rim)
    modelled(sheet, cone, "deco", 20, 6)
    with sheet.clip(cone):
        high = _at([(-100, 92), (-50, 107), (0, 111 + 0.5 * sag), (50, 107), (100, 92)])
        sheet.fill(joined(high, _at([(110, 150), (-110, 150)])), "deco.accent")
        sheet.fill(joined(_at([(44, 90), (52, 112), (50, 140)]), _at([(110, 140), (110, 90)])), "deco.accent_shade")
        sheet.fill(joined(_at([(44, 90), (52, 98), (58, 107)]), _at([(110, 94), (110, 80), (44, 80)])), "deco.shade")
        sheet.stroke(high, (2.0, 2.6, 2.0), "deco.line")
        sheet.stroke(_at([(8, 42 - lift), (28, 46 - lift), (46, 48 - lift)]), (0.6, 2.4, 2.2), "deco.line")
    for edge in (left, over, right, rim):
        sheet.stroke(edge, _PEN, "deco.line")


def crown(sheet: Sheet, grow: float, z: np.ndarray) -> None:
    """Five points with pearls, the far rim seen between them, three stones on the band."""
    size = 1.0 + 0.15 * grow

    def put(points: Curve) -> np.ndarray:
        return place(np.asarray(points, float) - (0, 92), 256, 92, 1.5 * float(z[0]), size)

    flare = 2 * float(z[1])
    inside = joined(put([(-54, 84), (-56, 64), (-30, 54), (0, 51), (30, 54), (56, 64), (54, 84)]))
    sheet.fill(inside, "deco.shade")
    sheet.stroke(put([(-56, 64), (-30, 54), (0, 51), (30, 54), (56, 64)]), 2.4, "deco.line")
    tips = [(-66 - flare, 45), (-35 - 0.5 * flare, 34), (0, 30), (35 + 0.5 * flare, 34), (66 + flare, 45)]
    dips = [(-46, 68), (-17, 66), (17, 66), (46, 68)]
    up = [put([tips[0], dips[0]])]
    for dip, tip, after in zip(dips, tips[1:], [*dips[1:], None], strict=True):
        up.append(put([dip, tip]))
        if after:
            up.append(put([tip, after]))
    base = put([(58, 88), (30, 97), (0, 100), (-30, 97), (-58, 88)])
    outline = [*up, put([tips[-1], (58, 88)]), base, put([(-58, 88), tips[0]])]
    path = joined(*outline)
    modelled(sheet, path, "deco", 6, 4)
    with sheet.clip(path):
        sheet.stroke(put([(-64, 74), (-30, 83), (0, 86), (30, 83), (64, 74)]), 2.4, "deco.line")
    for edge in outline:
        sheet.stroke(edge, (2.4, 2.8, 2.4), "deco.line")
    for x, y in put(tips):
        sheet.fill(ellipse(x, y, 8.2 * size, 8.2 * size), "deco.line")
        sheet.fill(ellipse(x, y, 5.8 * size, 5.8 * size), "deco.accent")
    for k, (x, y) in enumerate(put([(-36, 87), (0, 92), (36, 87)])):
        wide = (5.0, 8.0, 5.0)[k] * size
        sheet.fill(ellipse(x, y, wide + 2, 6.6 * size), "deco.line")
        sheet.fill(ellipse(x, y, wide, 4.6 * size), "deco.accent")


def beret(sheet: Sheet, grow: float, z: np.ndarray) -> None:
    """A soft crown that hangs over to her left, a band and a stalk. Drawn for a smaller skull."""
    size = 1.0 + 0.2 * grow
    angle = 7 + 2 * float(z[0])
    sag, puff = 3 * float(z[1]), 2 * float(z[2])

    def put(points: Curve) -> np.ndarray:
        return place(points, 257, 134, angle)

    k = 0.5 + 0.5 * size  # the band keeps to the skull, the crown grows
    w, h = 109 * (0.6 + 0.4 * size), 76 * (0.4 + 0.6 * size)
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
