"""The bust: neck and five outfits. Light falls from the upper left; folds move with z, shoulders tilt a little."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import skia

from vtuber_studio.artist.brush import Point, Sheet, blob, ellipse
from vtuber_studio.artist.shapes import LINE, Curve, joined, outlined, place
from vtuber_studio.core.attribute import Value

_FINE = (0.8, 1.7, 1.5, 0.6)  # a fold's pen widths


@dataclass(frozen=True)
class _Frame:
    """Sizes of this figure in canvas units."""

    neck: float  # half width 26..38
    wide: float  # half width at the shoulders 116..144
    rise: float  # how far the neckline rises, -1..1
    tilt: float  # how far the picture's right shoulder drops
    z: np.ndarray

    def at(self, dx: float, y: float) -> Point:
        """Point ``dx`` right of the axis, on the tilted body."""
        return (256 + dx, y + self.tilt * dx / 130)

    def row(self, points: Curve, side: float = 1.0) -> np.ndarray:
        """Points given as (distance from the axis, y) on one side of the body."""
        return np.array([self.at(side * dx, y) for dx, y in points])

    def shoulder(self, side: float) -> np.ndarray:
        """From the root of the neck over the shoulder down the arm, below the canvas."""
        w, n = self.wide, self.neck
        return self.row([(n + 2, 366), (n + 13, 379), (0.55 * w + 4, 392), (0.8 * w, 406), (0.94 * w, 423), (w + 1, 448), (w + 7, 482), (w + 11, 520)], side)


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw neck, what lies behind it, and the clothes."""
    # drawn a little taller and wider about the middle of the lower edge: a shorter neck, fuller shoulders
    sheet.matrix = skia.Matrix.Scale(1.06, 1.11).postTranslate(256 * -0.06, 512 * -0.11)
    frame = _Frame(32 + 6 * float(a["neck"]), 130 + 14 * float(a["shoulders"]), float(a["collar"]), 2.2 * float(z[0]), z)
    _neck(sheet, frame)
    {"sailor": _sailor, "hoodie": _hoodie, "shirt_tie": _shirt_tie, "jacket": _jacket, "kimono": _kimono}[str(a["clothes"])](sheet, frame)


def _neck(sheet: Sheet, f: _Frame) -> None:
    sheet.cel("neck")
    n = f.neck
    side = [(n + 4, 288), (n + 1, 312), (n - 1, 338), (n + 1, 356), (n + 9, 372), (n + 26, 384), (n + 54, 394)]
    left, right = f.row(side, -1), f.row(side)
    skin = joined(left, [(256 - n - 54, 394), (256 - n - 40, 470)], [(256 + n + 40, 470), (256 + n + 54, 394)], right[::-1])
    sheet.fill(skin, "skin.base")
    with sheet.clip(skin):
        dip = 355 + 2 * f.z[1]
        sheet.fill(joined([(256 - n - 10, 284), (256 - n - 8, 326), (256 - 0.55 * n, dip - 12), (256 + 4, dip), (256 + n * 0.6, dip + 5), (256 + n + 3, dip + 10)], [(256 + n + 12, dip + 10), (256 + n + 12, 284)]), "skin.shade")
        sheet.fill(joined([(256 + n - 3, 340), (256 + n - 7, 362), (256 + n + 4, 378), (256 + n + 40, 392)], [(256 + n + 44, 380), (256 + n + 12, 340)]), "skin.shade")
        sheet.fill(blob(f.row([(4, 404), (22, 400), (44, 394), (42, 401), (20, 407)])), "skin.shade")
    sheet.stroke(left[:-1], (1.2, 2.2, 2.3, 1.4), "skin.line")
    sheet.stroke(right[:-1], (1.2, 2.2, 2.3, 1.4), "skin.line")
    for s in (-1, 1):
        sheet.stroke(f.row([(7, 405), (10, 401), (26, 397), (46, 392)], s), (0.9, 1.9, 1.5, 0.6), "skin.line")


def _torso(sheet: Sheet, f: _Frame, neckline: Curve, base: str, shade: str) -> None:
    """Shoulders and chest under ``neckline`` (left to right), with arm folds and the shade side."""
    left, right = f.shoulder(-1), f.shoulder(1)
    path = joined(left[::-1], neckline, right)
    sheet.fill(path, base)
    w, z = f.wide, f.z
    with sheet.clip(path):
        sheet.fill(joined(f.row([(w - 14, 410), (w - 19, 445), (w - 12, 480), (w - 15, 520)]), f.row([(w + 20, 520), (w + 20, 410)])), shade)
        for s, wide in ((-1, 13), (1, 20)):
            x = w - 34 + 3 * z[2] * s
            sheet.fill(joined(f.row([(x + 4, 450), (x - 2, 482), (x - 3, 520)], s), f.row([(x - wide, 520), (x - 0.55 * wide, 488), (x + 4, 450)], s)), shade)
            fold = 436 + 6 * z[3] * s
            sheet.fill(joined(f.row([(w + 6, fold + 14), (w - 16, fold + 22), (w - 31, fold + 20)], s), f.row([(w - 18, fold + 28), (w + 8, fold + 34)], s)), shade)
        base_fold = 476 + 6 * z[4]
        sheet.fill(joined(f.row([(-70, base_fold + 8), (-48, base_fold + 20), (-26, base_fold + 44)]), f.row([(-40, 520), (-56, base_fold + 32), (-70, base_fold + 8)])), shade)
        sheet.fill(joined(f.row([(78, base_fold), (56, base_fold + 18), (36, base_fold + 44)]), f.row([(62, 520), (66, base_fold + 28), (78, base_fold)])), shade)
    for s in (-1, 1):
        x = w - 34 + 3 * z[2] * s
        sheet.stroke(f.row([(x + 7, 438), (x + 2, 460), (x - 2, 484), (x - 3, 518)], s), (0.6, 2.0, 2.3, 2.3), "cloth.line")
    for line in (left, right):
        sheet.stroke(line, (1.8, 2.5, 2.5, 2.5), "cloth.line")


def _bow(sheet: Sheet, x: float, y: float, size: float, angle: float) -> None:
    """Ribbon bow in the accent colour, its knot at (x, y)."""
    for flip in (-1.0, 1.0):
        tail = [[(2, 4), (13, 24), (17, 46)], [(17, 46), (25, 41), (30, 42)], [(30, 42), (24, 20), (8, 2)]]
        path = outlined(sheet, [place(c, x, y, 0.6 * angle, size, flip) for c in tail], "accent.base", "cloth.line")
        with sheet.clip(path):
            sheet.fill(joined(*[place(c, x, y, angle, size, flip) for c in ([(4, 0), (12, 14), (20, 22)], [(30, 20), (14, 0)])]), "accent.shade")
    for flip in (-1.0, 1.0):
        loop = [[(4, -5), (18, -17), (34, -20), (41, -15)], [(41, -15), (43, 0), (38, 14)], [(38, 14), (22, 12), (4, 5)]]
        path = outlined(sheet, [place(c, x, y, angle, size, flip) for c in loop], "accent.base", "cloth.line")
        with sheet.clip(path):
            sheet.fill(joined(*[place(c, x, y, angle, size, flip) for c in ([(3, 4), (20, 5), (38, 7), (46, -2)], [(46, 18), (3, 12)])]), "accent.shade")
        sheet.stroke(place([(7, -2), (15, -5), (25, -6)], x, y, angle, size, flip), (1.6, 1.8, 0.7), "cloth.line")
    knot = place([(-7, -7), (7, -7), (8, 7), (-8, 7)], x, y, angle, size)
    sheet.fill(blob(knot), "accent.base")
    sheet.stroke(np.vstack([knot, knot[:2]]), 2.6, "cloth.line")


def _back(sheet: Sheet, f: _Frame, fill: str, high: float, wide: float) -> None:
    """The collar's far side, seen behind the neck."""
    sheet.cel("collar_back")
    outlined(sheet, [f.row([(-wide, 398), (-wide + 4, high + 12), (-0.5 * wide, high + 2), (0, high - 1), (0.5 * wide, high + 2), (wide - 4, high + 12), (wide, 398)]), f.row([(wide - 4, 420), (-wide + 4, 420)])], fill, "cloth.line", inked=(0,))


def _sailor(sheet: Sheet, f: _Frame) -> None:
    n, w, low = f.neck, f.wide, 440 - 15 * f.rise
    _back(sheet, f, "trim.shade", 362 - 3 * f.rise, n + 10)
    sheet.cel("clothes")
    _torso(sheet, f, f.row([(-n - 8, 370), (-0.6 * n - 10, 400), (0, low + 6), (0.6 * n + 10, 400), (n + 8, 370)]), "cloth.base", "cloth.shade")
    for s in (-1, 1):
        inner = f.row([(n + 2, 362 - 2 * f.rise), (n + 4, 374), (0.6 * n + 4, 400), (-1, low + 8)], s)
        edge = f.row([(-1, low + 8), (0.24 * w, low + 10), (0.46 * w, 452)], s)
        outer = f.row([(0.46 * w, 452), (0.66 * w, 428), (0.73 * w, 402)], s)
        top = f.row([(0.73 * w, 402), (0.5 * w + 3, 389.5), (n + 11, 375), (n + 2, 362 - 2 * f.rise)], s)
        shadow = joined(edge + (3, 9), outer + (4, 8), top[:1], inner[-1:] + [[0, 0]])
        sheet.fill(shadow, "cloth.shade")
        path = outlined(sheet, [inner, edge, outer, top], "trim.base", "cloth.line")
        with sheet.clip(path):
            if s > 0:
                sheet.fill(joined(f.row([(n + 8, 372), (0.4 * w, 396), (0.56 * w, 440)]), f.row([(0.5 * w, 460), (0.9 * w, 420), (0.74 * w, 380)])), "trim.shade")
            sheet.fill(joined(inner + (4 * s, 0), inner[::-1] + (13 * s, 0)), "trim.shade")
            for inset in (8.0, 14.0):
                stripe = np.vstack([f.row([(4 + inset, low + 7 - 0.75 * inset), (0.24 * w, low + 10 - inset), (0.455 * w, 452 - 1.25 * inset)], s), f.row([(0.66 * w - 0.85 * inset, 424 - 0.4 * inset), (0.73 * w - inset, 399 - 0.4 * inset)], s)])
                sheet.stroke(stripe, (2.3, 2.3), "cloth.base")
    _bow(sheet, *f.at(0, low + 10), 0.98, 3 * f.z[5])


def _hoodie(sheet: Sheet, f: _Frame) -> None:
    n, low = f.neck, 424 - 13 * f.rise
    sheet.cel("collar_back")
    up = 4 * f.rise
    hood = f.row([(-n - 52, 402), (-n - 52, 374 - up), (-n - 33, 350 - up), (-n - 4, 338 - up), (0, 335 - up), (n + 4, 338 - up), (n + 33, 350 - up), (n + 52, 374 - up), (n + 52, 402)])
    outlined(sheet, [hood, f.row([(60, 424), (-60, 424)])], "cloth.base", "cloth.line", inked=(0,))
    with sheet.clip(joined(hood)):
        sheet.fill(joined(f.row([(n - 14, 338), (n + 26, 350), (n + 54, 376), (n + 58, 404)]), f.row([(n + 30, 404), (n + 26, 376), (n - 14, 350)])), "cloth.shade")
    sheet.stroke(hood, LINE, "cloth.line")
    sheet.fill(joined(f.row([(-n - 24, 402), (-n - 20, 376 - up), (-n, 360 - up), (0, 356 - up), (n, 360 - up), (n + 20, 376 - up), (n + 24, 402)]), f.row([(40, 424), (-40, 424)])), "trim.shade")
    sheet.stroke(f.row([(-n - 24, 402), (-n - 20, 376 - up), (-n, 360 - up), (0, 356 - up), (n, 360 - up), (n + 20, 376 - up), (n + 24, 402)]), 2.4, "cloth.line")
    sheet.cel("clothes")
    _torso(sheet, f, f.row([(-n - 20, 384), (-0.6 * n - 12, 402), (0, low + 10), (0.6 * n + 12, 402), (n + 20, 384)]), "cloth.base", "cloth.shade")
    sheet.stroke(f.row([(0, low + 14), (-1, 470), (0, 520)]), (5.4, 5.4, 5.4), "trim.base")
    for dx in (-3.2, 3.2):
        sheet.stroke(f.row([(dx, low + 14), (dx - 1, 470), (dx, 520)]), (1.5, 1.6, 1.6), "cloth.line")
    for s in (-1, 1):
        inner = f.row([(n + 24, 376 - up), (n + 9, 384), (0.55 * n + 4, 402), (-1, low + 12)], s)
        tip = f.row([(-1, low + 12), (2, low + 24), (8, low + 33)], s)
        outer = f.row([(8, low + 33), (n + 8, low + 12), (n + 38, 412), (n + 52, 388), (n + 49, 378 - up)], s)
        top = f.row([(n + 49, 378 - up), (n + 38, 371 - up), (n + 24, 376 - up)], s)
        sheet.fill(joined(tip + (2 * s + 1, 6), outer + (4, 11), top), "cloth.shade")
        path = outlined(sheet, [inner, tip, outer, top], "cloth.base", "cloth.line")
        with sheet.clip(path):
            sheet.fill(joined(outer + (-3, -1), outer[::-1] + (-s * 9 - 5, -9)), "cloth.shade")
            sheet.fill(joined(inner - (0, 3), inner[::-1] + (s * 6, 3)), "trim.base")
        sheet.stroke(inner + (s * 6, 3), (1.2, 1.6, 1.0), "cloth.line")
        sheet.stroke(f.row([(n + 40, 384), (n + 28, 400), (n + 6, 416 + 3 * f.z[5] * s)], s), _FINE, "cloth.line")
        x = 15 + 2 * f.z[6] * s
        string = f.row([(14, low + 17), (x + 3, low + 38), (x, low + 62)], s)
        sheet.stroke(string, (6.6, 6.8, 6.8), "cloth.line")
        sheet.stroke(string, (3.8, 4.0, 4.0), "accent.base")
        tag = string[-1]
        sheet.fill(ellipse(tag[0], tag[1] + 5, 4.6, 8.2), "cloth.line")
        sheet.fill(ellipse(tag[0], tag[1] + 5, 2.7, 6.3), "accent.shade")


def _collar_wings(sheet: Sheet, f: _Frame, low: float, high: float, long: float) -> None:
    """The two points of a shirt collar meeting at height ``low``, standing up to ``high`` at the neck."""
    n = f.neck
    for s in (-1, 1):
        inner = f.row([(n + 3, high), (0.62 * n + 3, (high + low) / 2 + 3), (0, low)], s)
        lower = f.row([(0, low), (9, low + 0.5 * long), (19, low + long)], s)
        mid = 0.42 * low + 0.58 * high + 0.36 * long
        outer = f.row([(19, low + long), (0.62 * n + 13, mid + 7), (n + 11, high + 13)], s)
        sheet.fill(joined(lower + (1, 5), outer + (3, 7), inner[:1]), "cloth.shade")
        path = outlined(sheet, [inner, lower, outer, f.row([(n + 11, high + 13), (n + 3, high)], s)], "cloth.base", "cloth.line")
        if s > 0:
            with sheet.clip(path):
                sheet.fill(joined(outer, outer[::-1] + (-8, -3)), "cloth.shade")


def _shirt_tie(sheet: Sheet, f: _Frame) -> None:
    n, w, low, high = f.neck, f.wide, 396 - 8 * f.rise, 362 - 7 * f.rise
    deep = 486 - 10 * f.rise
    _back(sheet, f, "cloth.shade", high - 3, n + 5)
    sheet.cel("clothes")
    _torso(sheet, f, f.row([(-n - 6, 370), (-0.62 * n - 6, 388), (0, low + 5), (0.62 * n + 6, 388), (n + 6, 370)]), "cloth.base", "cloth.shade")
    for s in (-1, 1):
        inner = f.row([(0.5 * w, 389), (0.4 * w, 422), (0.2 * w, 462), (0, deep)], s)
        arm = f.row([(w - 36, 520), (w - 36, 470), (w - 26, 432), (0.73 * w, 401)], s)
        path = outlined(sheet, [inner, f.row([(0, deep), (0, 520)], s), f.row([(0, 520), (w - 36, 520)], s), arm, f.row([(0.73 * w, 401), (0.5 * w, 389)], s)], "trim.base", "cloth.line", inked=(0, 3, 4))
        with sheet.clip(path):
            sheet.fill(joined(arm + (5 * s, 0), arm[::-1] - (s * (10 if s < 0 else 20), 0)), "trim.shade")
            sheet.stroke(inner + (8 * s, 4), (3, 3, 3), "accent.base")
            fold = 5 * f.z[4]
            sheet.fill(joined(f.row([(58, 470 + fold), (42, 496), (30, 520)], s), f.row([(50, 520), (56, 494), (58, 470 + fold)], s)), "trim.shade")
    sheet.fill(joined(f.row([(-4, low + 12), (-20, 440), (-18, deep - 10)]), f.row([(26, deep - 24), (24, 440), (8, low + 10)])), "cloth.shade")
    sway = 2 * f.z[5]
    blade = [f.row([(-6, low + 14), (-11, 440), (-15 + sway, 478)]), f.row([(-15 + sway, 478), (0 + sway, 500)]), f.row([(0 + sway, 500), (15 + sway, 478)]), f.row([(15 + sway, 478), (11, 440), (6, low + 14)])]
    path = outlined(sheet, blade, "accent.base", "cloth.line")
    with sheet.clip(path):
        sheet.fill(joined(f.row([(3, low + 12), (5, 440), (6 + sway, 500)]), f.row([(30, 500), (30, low + 12)])), "accent.shade")
        for k in range(3):
            y = low + 34 + 21 * k
            sheet.stroke(f.row([(-18, y + 9), (18, y - 9)]), (4.2, 4.2), "trim.base")
    knot = [f.row([(-11, low - 3), (11, low - 3)]), f.row([(11, low - 3), (6, low + 17)]), f.row([(6, low + 17), (-6, low + 17)]), f.row([(-6, low + 17), (-11, low - 3)])]
    path = outlined(sheet, knot, "accent.base", "cloth.line")
    with sheet.clip(path):
        sheet.fill(joined(f.row([(2, low - 6), (1, low + 20)]), f.row([(16, low + 20), (16, low - 6)])), "accent.shade")
    _collar_wings(sheet, f, low, high, 27)


def _jacket(sheet: Sheet, f: _Frame) -> None:
    n, w, low, high = f.neck, f.wide, 424 - 13 * f.rise, 363 - 5 * f.rise
    _back(sheet, f, "cloth.shade", high - 3, n + 8)
    sheet.cel("clothes")
    _torso(sheet, f, f.row([(-n - 8, 370), (-0.62 * n - 8, 400), (0, low + 8), (0.62 * n + 8, 400), (n + 8, 370)]), "trim.base", "trim.shade")
    shirt = joined(f.row([(-n - 8, 370), (-0.62 * n - 6, 400), (0, low + 6), (0.62 * n + 6, 400), (n + 8, 370)]), f.row([(n + 14, 430), (26, 520)]), f.row([(-26, 520), (-n - 14, 430)]))
    sheet.fill(shirt, "cloth.base")
    with sheet.clip(shirt):
        sheet.fill(joined(f.row([(14, low), (12, 470), (10, 520)]), f.row([(60, 520), (60, 390)])), "cloth.shade")
        sheet.fill(joined(f.row([(-50, 410), (-36, 450), (-24, 520)]), f.row([(-40, 520), (-60, 410)])), "cloth.shade")
    sheet.stroke(f.row([(0, low + 4), (0, 470), (0, 520)]), (1.7, 1.7), "cloth.line")
    for y in (478, 503):
        sheet.fill(ellipse(*f.at(5.5, y), 3.0, 3.0), "cloth.line")
    _collar_wings(sheet, f, low, high, 22)
    for s in (-1, 1):
        inner = f.row([(n + 9, 369), (n + 12, 392), (n + 6, 430), (24 + 2 * f.z[5], 520)], s)
        notch = 420 + 3 * f.z[6]
        outer = f.row([(36, 520), (0.4 * w, 470), (0.52 * w, notch + 12)], s)
        step = f.row([(0.52 * w, notch + 12), (0.38 * w + 1, notch + 3)], s)
        wing = f.row([(0.38 * w + 1, notch + 3), (0.55 * w, notch - 6)], s)
        top = f.row([(0.55 * w, notch - 6), (0.52 * w, 398), (n + 22, 378), (n + 9, 369)], s)
        sheet.fill(joined(outer + (3 * s + 3, 3), step + (2, 5), wing + (3, 8), top), "trim.shade")
        path = outlined(sheet, [inner, f.row([(24, 520), (36, 520)], s), outer, step, wing, top], "trim.base", "cloth.line", inked=(0, 2, 3, 4, 5))
        with sheet.clip(path):
            sheet.fill(joined(inner - (s * 2, 0), inner[::-1] + (s * (6 if s < 0 else 12), 0)), "trim.shade")
            sheet.stroke(np.vstack([outer - (s * 5, 3), wing[-1:] - (s * 5, -4)]), (2.6, 2.6), "accent.base")
    _bow(sheet, *f.at(0, low + 3), 0.66, 4 * f.z[7])


def _kimono(sheet: Sheet, f: _Frame) -> None:
    n, low, high = f.neck, 432 - 14 * f.rise, 364 - 4 * f.rise
    _back(sheet, f, "trim.shade", high - 9, n + 24)
    sheet.cel("clothes")
    _torso(sheet, f, f.row([(-n - 14, 374), (-0.6 * n - 12, 404), (0, low + 8), (0.6 * n + 12, 404), (n + 14, 374)]), "cloth.base", "cloth.shade")
    for s in (-1, 1):  # her left side (the picture's right) lies on top
        under = f.row([(n + 1, high - 8), (n + 2, 382), (0.5 * n + 2, 404), (0, low), (-34, low + 66)], s)
        for shift, material, lift in ((0, "accent.base", 8.0), (8, "trim.base", 21.0)):
            inner = under + (s * shift * 0.8, 0.5 * shift)
            outer = f.row([(n + 1 + shift * 0.8 + lift * 0.9, high + 8), (n + 5 + lift + shift * 0.8, 388), (0.5 * n + 4 + lift, 412 + 0.5 * lift), (lift * 0.7, low + 0.9 * lift + 3), (-34 + lift * 0.6, low + 66 + lift)], s)
            if material == "trim.base":
                sheet.fill(joined(inner, outer[::-1] + (5, 7)), "cloth.shade")
            path = outlined(sheet, [inner, [inner[-1], outer[-1]], outer[::-1]], material, "cloth.line", inked=(0, 2))
            if material == "trim.base":
                with sheet.clip(path):
                    sheet.fill(joined(outer + (3, 3), outer[::-1] - (s * 7, 2)), "trim.shade")
    top = 492 + 2 * f.z[6]
    path = outlined(sheet, [f.row([(-100, top + 4), (-50, top - 1), (0, top - 2), (50, top - 1), (100, top + 4)]), f.row([(100, 520), (-100, 520)])], "accent.base", "cloth.line", inked=(0,))
    with sheet.clip(path):
        sheet.fill(joined(f.row([(30, top - 6), (40, 520)]), f.row([(130, 520), (130, top - 6)])), "accent.shade")
        sheet.stroke(f.row([(-110, top + 14), (0, top + 10), (110, top + 14)]), (5.5, 5.5), "trim.base")
    w = f.wide
    for s in (-1, 1):
        sheet.fill(joined(f.row([(w - 37 + 3 * f.z[2] * s, 470), (w - 38 + 3 * f.z[2] * s, 520)], s), f.row([(w - 22, 520), (w - 22, 470)], s)), "cloth.base")
        x = w - 34 + 3 * f.z[2] * s
        sheet.stroke(f.row([(x + 7, 438), (x + 2, 460), (x - 2, 484), (x - 3, 518)], s), (0.6, 2.0, 2.3, 2.3), "cloth.line")
