"""The wardrobe: what is worn over the bust of ``torso``. Base, one shade, line, trim, and one accent an outfit.

Twelve functions, one an outfit, each drawing the cels collar_back and clothes: more lines than elsewhere, for what is
one table. Points are (distance from the axis, y) in the head's coordinates: the chin is at 312, the neck's root at
340, the canvas ends at 499.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import skia

from vtuber_studio.artist.brush import Sheet, blob, ellipse, ink
from vtuber_studio.artist.shapes import joined
from vtuber_studio.artist.torso import EDGE, LOW, Frame, back, band, bow, cloth, moved, piece, seams, sleeve, torso

BOTH = (-1.0, 1.0)


def _sailor(sheet: Sheet, f: Frame) -> None:
    n, w, low, high = f.neck, f.wide, 430 - 14 * f.rise, 331 - 2 * f.rise
    back(sheet, f, "trim", high - 3, n + 8)
    under = 388 - 7 * f.rise
    path = torso(sheet, f, n + 14, [(-n - 3, 366), (-0.5 * n, under - 3), (0, under), (0.5 * n, under - 3), (n + 3, 366)])
    sheet.stroke(f.row([(-n - 3, 366), (-0.5 * n, under - 3), (0, under), (0.5 * n, under - 3), (n + 3, 366)]), EDGE, "cloth.line")
    seams(sheet, f, 0.84 * w)
    for side in BOTH:
        corner = f.height(0.86 * w)
        inner = f.row([(n + 6, high), (n + 8, 352), (0.72 * n + 4, 388), (0, low)], side)
        hem = f.row([(0, low + 5), (0.28 * w, low + 5), (0.56 * w, low - 4)], side)
        outer = f.row([(0.56 * w, low - 4), (0.76 * w, 0.5 * (low + corner) + 4), (0.87 * w, corner - 1)], side)
        top = np.vstack([f.along(0.87 * w, n + 15, side, 6) - (0, 3), f.row([(n + 6, high)], side)])
        far = joined(f.row([(0.84 * w, 345), (0.78 * w, 380), (0.66 * w, 408), (0.5 * w, low + 10)]), f.row([(w, low + 10), (w, 345)])) if side > 0 else None
        collar = piece(sheet, [inner, hem, outer, top], "trim", over=path, shade=far)
        with sheet.clip(collar):
            sheet.fill(joined(inner, inner[::-1] + (side * 7, 2)), "trim.shade")
            sheet.stroke(f.row([(8, low - 8), (0.27 * w, low - 6), (0.50 * w, low - 13), (0.67 * w, 0.5 * (low + corner) - 2), (0.745 * w, corner - 4)], side), [3.2, 3.2], "cloth.base")
        for curve in (inner, top):
            sheet.stroke(curve, EDGE, "cloth.line")
    bow(sheet, *f.at(0, low + 8), 1.0, 3 * f.z[5])


def _hoodie(sheet: Sheet, f: Frame) -> None:
    n, low, up = f.neck, 410 - 13 * f.rise, 4 * f.rise
    sheet.cel("collar_back")
    hood = f.row([(-n - 40, 380), (-n - 38, 348 - up), (-n - 22, 328 - up), (0, 320 - up), (n + 22, 328 - up), (n + 38, 348 - up), (n + 40, 380)])
    sheet.fill(joined(hood, f.row([(30, 400), (-30, 400)])), "cloth.shade")
    sheet.stroke(hood, EDGE, "cloth.line")
    sheet.cel("clothes")
    tee = f.row([(-n - 8, 366), (-0.5 * n, 386 - up), (0, 390 - up), (0.5 * n, 386 - up), (n + 8, 366)])
    sheet.fill(joined(tee, f.row([(n + 30, 380), (30, 450), (-30, 450), (-n - 30, 380)])), "trim.base")
    sheet.stroke(tee, EDGE, "cloth.line")
    path = torso(sheet, f, n + 22, [(-n - 16, 362), (-0.7 * n - 6, 388), (0, low + 12), (0.7 * n + 6, 388), (n + 16, 362)])
    seams(sheet, f, n + 40)
    sheet.stroke(f.row([(1, low + 20), (0, 470), (0, LOW)]), [2.8, 2.8], "cloth.line")
    for side in BOTH:
        past = -9 if side < 0 else -2  # the left roll goes on under the right one
        inner = f.row([(n + 10, 338 - up), (n + 11, 356 - up), (0.7 * n + 4, 386), (past, low)], side)
        outer = f.row([(past, low + 34), (n + 4, low + 13), (n + 34, 384 - up), (n + 43, 356 - up), (n + 34, 335 - up)], side)
        top = f.row([(n + 34, 335 - up), (n + 22, 328 - up), (n + 10, 338 - up)], side)
        hem = joined(outer + (0, 4), outer[::-1] - (side * 8 + 2, 10))
        roll = piece(sheet, [inner, outer, top], "cloth", over=path, shade=hem)
        with sheet.clip(roll):
            sheet.fill(joined(inner - (0, 2), inner[::-1] + (side * 6, 3)), "cloth.shade")
        for curve in (inner, outer):
            sheet.stroke(curve, EDGE, "cloth.line")
        sheet.stroke(f.row([(n + 30, 362), (n + 22, 382), (n + 4, 400 + 2 * f.z[5] * side)], side), (0.4, 2.2, 0.4), "cloth.line")
    for side in BOTH:
        x = 16 + 2 * f.z[6] * side
        cord = f.row([(14, low + 22), (x + 2, low + 40), (x, low + 62)], side)
        band(sheet, cord, 4.4, "accent")
        end_x, end_y = cord[-1]
        sheet.fill(ellipse(end_x, end_y + 5, 5.6, 9.0), "cloth.line")
        sheet.fill(ellipse(end_x, end_y + 5, 3.4, 6.8), "accent.shade")


def _wings(sheet: Sheet, f: Frame, over: skia.Path, low: float, high: float, long: float) -> None:
    """The two points of a shirt's collar, standing up to ``high`` at the neck and meeting at ``low``."""
    n = f.neck
    for side in BOTH:
        inner = f.row([(n + 4, high), (0.74 * n + 2, 0.5 * (high + low) + 4), (2, low)], side)
        front = f.row([(2, low), (13, low + 0.55 * long), (24, low + long)], side)
        outer = f.row([(24, low + long), (0.7 * n + 14, low + 0.48 * long), (n + 15, 345), (n + 12, high + 6)], side)
        top = f.row([(n + 12, high + 6), (n + 9, high), (n + 4, high)], side)
        far = joined(outer, outer[::-1] - (9, 3)) if side > 0 else None
        piece(sheet, [inner, front, outer, top], "cloth", over=over, shade=far, cast=(2, 6))


def _shirt(sheet: Sheet, f: Frame, low: float, high: float) -> skia.Path:
    """A buttoned shirt without its collar."""
    n = f.neck
    back(sheet, f, "cloth", high - 2, n + 10)
    return torso(sheet, f, n + 8, [(-n - 1, 350), (-0.5 * n, low - 6), (0, low + 4), (0.5 * n, low - 6), (n + 1, 350)])


def _shirt_tie(sheet: Sheet, f: Frame) -> None:
    n, w, low, high, deep = f.neck, f.wide, 358 - 7 * f.rise, 328 - 4 * f.rise, 462 - 12 * f.rise
    path = _shirt(sheet, f, low, high)
    sway = 2 * f.z[5]
    blade = [f.row([(-6, low + 14), (-11, 430), (-17 + sway, LOW)]), f.row([(17 + sway, LOW), (11, 430), (6, low + 14)])]
    half = joined(f.row([(2, low), (4, 430), (5 + sway, LOW)]), f.row([(40, LOW), (40, low)]))
    piece(sheet, blade, "accent", over=path, cast=(6, 2), shade=half, width=(2.2, 2.6, 2.6))
    x, y = f.armpit
    halves = []
    for side, past in ((-1.0, -9), (1.0, 0)):  # the left half goes on under the right one
        neckline = f.row([(0.46 * w, f.height(0.46 * w)), (0.38 * w, 400), (0.2 * w, 436), (0, deep)], side)
        hole = f.row([(x - 2, LOW), (x - 1, y + 4), (x - 14, y - 26), (0.76 * w, f.height(0.76 * w))], side)
        half = joined(neckline, f.row([(past, deep + 2), (past, LOW)], side), hole, f.along(0.76 * w, 0.46 * w, side, 4))
        with sheet.clip(path):
            sheet.fill(moved(half, 5 if side < 0 else -3, -4), "cloth.shade")
        halves.append((side, half, neckline, hole))
    for side, half, neckline, hole in halves:
        cloth(sheet, f, half, "trim")
        rib = f.row([(0.46 * w + 9, 340), (0.38 * w + 8, 404), (0.2 * w + 6, 443), (-3, deep + 13)], side)
        with sheet.clip(half):
            sheet.stroke(rib, [5.0, 5.0], "cloth.base")
        sheet.stroke(neckline, EDGE, "cloth.line")
        sheet.stroke(hole, (2.8, 2.8, 2.6, 1.8), "cloth.line")
    seams(sheet, f, n + 12)
    _wings(sheet, f, path, low, high, 30)
    knot = [f.row([(-12, low - 2), (0, low - 5), (12, low - 2)]), f.row([(12, low - 2), (8, low + 20)]), f.row([(8, low + 20), (-8, low + 20)]), f.row([(-8, low + 20), (-12, low - 2)])]
    piece(sheet, knot, "accent", shade=joined(f.row([(3, low - 8), (2, low + 24)]), f.row([(20, low + 24), (20, low - 8)])))


def _jacket(sheet: Sheet, f: Frame) -> None:
    n, w, low, high, deep = f.neck, f.wide, 360 - 8 * f.rise, 328 - 4 * f.rise, 478 - 8 * f.rise
    path = _shirt(sheet, f, low, high)
    _wings(sheet, f, path, low, high, 24)
    fronts = []
    for side in BOTH:  # her left half (the picture's right) lies on top of the other
        past = -8 if side < 0 else -3
        inner = f.row([(n + 14, f.height(n + 14)), (0.31 * w, 392), (0.18 * w, 434), (past, deep)], side)
        fronts.append(joined(inner, f.row([(past, deep), (past, LOW)], side), f.row([(w + 50, LOW)], side), f.along(LOW, n + 14, side)))
    with sheet.clip(path):
        for front, shift in zip(fronts, (6, -4), strict=True):
            sheet.fill(moved(front, shift, 6), "cloth.shade")
        for front in fronts:
            cloth(sheet, f, front, "trim")
    seams(sheet, f, n + 22)
    sheet.stroke(f.row([(-3, deep), (-3, LOW)]), [2.6, 2.6], "cloth.line")
    notch = 398 - 5 * f.rise
    for side in BOTH:
        inner = f.row([(n + 8, 334), (n + 15, 362), (0.25 * w, 410), (-3, deep + 3)], side)
        outer = f.row([(-3, deep + 3), (0.34 * w, 446), (0.55 * w, notch + 8)], side)
        step = f.row([(0.55 * w, notch + 8), (0.39 * w, notch - 1)], side)
        wing = f.row([(0.39 * w, notch - 1), (0.53 * w, notch - 12)], side)
        top = f.row([(0.53 * w, notch - 12), (0.48 * w, 364), (n + 22, 344), (n + 8, 334)], side)
        fold = joined(inner, inner[::-1] + (side * 6 if side < 0 else 9, 3))
        piece(sheet, [inner, outer, step, wing, top], "trim", over=path, under="trim", shade=fold)
    sheet.fill(ellipse(*f.at(9, deep + 14), 6.4, 6.4), "cloth.line")
    sheet.fill(ellipse(*f.at(9, deep + 14), 4.2, 4.2), "accent.base")
    bow(sheet, *f.at(0, low + 12), 0.74, 4 * f.z[5])


def _kimono(sheet: Sheet, f: Frame) -> None:
    n, low, high = f.neck, 404 - 14 * f.rise, 330 - 3 * f.rise
    back(sheet, f, "trim", high - 5, n + 12)
    path = torso(sheet, f, n + 24, [(-n - 10, 372), (-0.5 * n, low - 4), (0, low + 8), (0.5 * n, low - 4), (n + 10, 372)])
    seams(sheet, f, n + 30)
    for side in BOTH:  # her left half (the picture's right) lies on top
        line = np.array([(n + 5, high), (n + 8, 348), (0.64 * n + 6, 0.45 * 348 + 0.55 * low), (-2, low + 6), (-36, low + 64), (-50, low + 100)])
        for skip, thick, family in ((0.0, 9.0, "accent"), (8.0, 24.0, "trim")):
            grow = np.array([(0.55, 0.2), (0.85, 0.15), (0.8, 0.5), (0.75, 0.65), (0.75, 0.65), (0.75, 0.65)])
            inner, outer = f.row(line + grow * skip, side), f.row(line + grow * (skip + thick), side)
            deep = joined(outer + (2, 2), outer[::-1] - (8 if side > 0 else -4, 4)) if family == "trim" else None
            lap = [outer[0], 0.5 * (outer[0] + inner[0]) - (0, 1.5), inner[0]]
            piece(sheet, [inner, outer[::-1], lap], family, over=path if family == "trim" else None, cast=(4, 7), shade=deep)
    top = 470 + 2 * f.z[5]
    x = f.armpit[0] - 4
    obi = joined(f.row([(-x, top + 3), (-0.4 * x, top - 2), (0.4 * x, top - 2), (x, top + 3)]), f.row([(x, LOW), (-x, LOW)]))
    cloth(sheet, f, obi, "accent")
    sheet.stroke(f.row([(-x, top + 3), (-0.4 * x, top - 2), (0.4 * x, top - 2), (x, top + 3)]), [2.6, 2.8, 2.6], "cloth.line")
    with sheet.clip(obi):
        band(sheet, f.row([(-x - 5, top + 20), (0, top + 16), (x + 5, top + 20)]), 7.0, "trim")


def _turtleneck(sheet: Sheet, f: Frame) -> None:
    n, w, high = f.neck, f.wide, 327 - 6 * f.rise
    back(sheet, f, "cloth", high - 5, n + 5)
    path = torso(sheet, f, n + 8, [(-n - 2, 350), (0, 356), (n + 2, 350)])
    for side in BOTH:
        inner = f.row([(n + 18, f.height(n + 18)), (0.44 * w, 396), (0.42 * w, 446), (0.46 * w, LOW)], side)
        front = joined(inner, f.row([(w + 50, LOW)], side), f.along(LOW, n + 18, side))
        with sheet.clip(path):
            sheet.fill(moved(front, 7 if side < 0 else -5, 4), "cloth.shade")
            cloth(sheet, f, front, "trim")
    seams(sheet, f, n + 14)
    for side in BOTH:
        inner = f.row([(n + 6, 340), (n + 12, 362), (0.41 * w, 400), (0.40 * w, 446), (0.44 * w, LOW)], side)
        outer = f.row([(0.44 * w + 21, LOW), (0.40 * w + 22, 446), (0.41 * w + 27, 396), (n + 35, 366), (n + 28, 346)], side)
        top = f.row([(n + 28, 346), (n + 18, 334), (n + 6, 340)], side)
        edge = joined(outer + (2, 0), outer[::-1] - (7, 0)) if side > 0 else None
        piece(sheet, [inner, outer, top], "trim", over=path, under="trim", cast=(5, 4), shade=edge)
    for y in (424, 464):
        at = f.at(0.405 * w + 11, y)
        sheet.fill(ellipse(*at, 6.6, 6.6), "cloth.line")
        sheet.fill(ellipse(*at, 4.4, 4.4), "accent.base")
    rim = f.row([(-n - 3, high), (-0.5 * n, high + 7), (0, high + 9), (0.5 * n, high + 7), (n + 3, high)])
    right = f.row([(n + 3, high), (n + 6, 342), (n + 12, 356)])
    hem = f.row([(n + 12, 356), (0.5 * n, 370), (0, 373), (-0.5 * n, 370), (-n - 12, 356)])
    left = f.row([(-n - 12, 356), (-n - 6, 342), (-n - 3, high)])
    neck = piece(sheet, [rim, right, hem, left], "cloth", over=path, cast=(2, 9), width=(2.0, 2.8, 2.8, 2.0))
    with sheet.clip(neck):  # the chin's shadow goes on over it; three soft ribs
        sheet.fill(joined(f.row([(-n, high - 4), (-0.3 * n, high + 10), (0.4 * n, high + 17), (n + 6, high + 18)]), f.row([(n + 6, high - 6)])), "cloth.shade")
        sheet.fill(joined(f.row([(n - 8, high), (n - 5, 345), (n - 2, 372)]), f.row([(n + 20, 372), (n + 20, high)])), "cloth.shade")
    for x in (-0.55, -0.05, 0.45):
        sheet.stroke(f.row([(x * n, high + 17), (x * n * 1.1, 352), (x * n * 1.2, 364)]), (0.4, 2.4, 0.4), "cloth.line")
    for curve in (rim, right, hem, left):
        sheet.stroke(curve, (2.0, 2.8, 2.8, 2.0), "cloth.line")


def _off_shoulder(sheet: Sheet, f: Frame) -> None:
    n, w, top = f.neck, f.wide, 420 - 10 * f.rise
    sheet.cel("clothes")
    x = f.armpit[0]
    dress = joined(f.row([(-x - 4, top + 10), (0, top + 16), (x + 4, top + 10)]), f.row([(x + 2, top + 10), (x - 3, 470), (x - 4, LOW)]), f.row([(-x + 4, LOW), (-x + 3, 470), (-x - 2, top + 10)]))
    cloth(sheet, f, dress, "cloth")
    for side in BOTH:
        sheet.stroke(f.row([(x + 2, top + 10), (x - 3, 470), (x - 4, LOW)], side), (2.4, 3.0, 3.0), "cloth.line")
    reach = w + 17 + f.build
    rim = f.row([(-reach + 3, top - 6), (-0.7 * w, top + 1), (-0.3 * w, top + 8), (0, top + 10), (0.3 * w, top + 8), (0.7 * w, top + 1), (reach - 3, top - 6)])
    stops = np.array([1.0, 0.62, 0.21, -0.21, -0.62, -1.0]) * reach
    level = 31 + top + 10 * (1 - (stops / reach) ** 2)
    lobes = []
    for i in range(5):
        middle = 0.5 * (stops[i] + stops[i + 1])
        lobes.append(f.row([(stops[i], level[i]), (middle + 14, 0.5 * (level[i] + level[i + 1]) + 14), (middle - 14, 0.5 * (level[i] + level[i + 1]) + 14 + f.z[6]), (stops[i + 1], level[i + 1])]))
    sides = [f.row([(reach - 3, top - 6), (reach + 3, top + 12), (reach, level[0])]), f.row([(-reach, level[-1]), (-reach - 3, top + 12), (-reach + 3, top - 6)])]
    frill = piece(sheet, [rim, sides[0], *lobes, sides[1]], "trim", over=dress, cast=(2, 9), inked=(1, 2, 3, 4, 5, 6, 7))
    with sheet.clip(frill):
        for i in range(1, 5):  # a fold runs up from every valley
            foot = stops[i]
            sheet.fill(joined(f.row([(foot - 1, level[i] + 4), (foot + 2, top + 20), (foot * 0.9, top + 8)]), f.row([(foot * 0.9, top + 8), (foot + 9, top + 28), (foot + 16, level[i] + 16)])), "trim.shade")
        sheet.fill(f.shades[0], "trim.shade")
    for i in range(1, 5):
        sheet.stroke(f.row([(stops[i], level[i]), (stops[i] * 0.97, top + 24), (stops[i] * 0.9, top + 12)]), (2.6, 2.2, 0.4), "cloth.line")
    band(sheet, rim, 5.0, "cloth")
    neck = f.row([(-n - 2, 332), (-0.5 * n, 341), (0, 344), (0.5 * n, 341), (n + 2, 332)])
    band(sheet, neck, 6.0, "accent")
    bow(sheet, *f.at(0, top + 12), 0.92, 3 * f.z[5])


def _stand(sheet: Sheet, f: Frame, over: skia.Path, family: str, high: float, low: float) -> None:
    """A collar that stands around the neck and closes in front: two plates with rounded corners."""
    n = f.neck
    for side in BOTH:
        rim = f.row([(n + 5, high), (0.7 * n, high + 8), (0.3 * n, high + 13), (3, high + 19)], side)
        front = f.row([(3, high + 19), (0.5, 0.5 * (high + low) + 8), (0.5, low)], side)
        hem = f.row([(0.5, low), (0.5 * n, low - 3), (n + 3, low - 11), (n + 14, low - 21)], side)
        outer = f.row([(n + 14, low - 21), (n + 9, low - 30), (n + 5, high)], side)
        far = joined(outer, outer[::-1] - (13, 0)) if side > 0 else None
        plate = piece(sheet, [rim, front, hem, outer], family, over=over, cast=(2, 7), shade=far)
        with sheet.clip(plate):
            sheet.fill(joined(f.row([(-n, high), (0, high + 12), (n + 8, high + 18)]), f.row([(n + 8, high - 8)])), f"{family}.shade")
        for curve in (rim, outer):
            sheet.stroke(curve, EDGE, "cloth.line")


def _uniform(sheet: Sheet, f: Frame) -> None:
    n, w, high = f.neck, f.wide, 329 - 5 * f.rise
    back(sheet, f, "trim", high - 5, n + 6)
    path = torso(sheet, f, n + 8, [(-n - 2, 350), (0, 360), (n + 2, 350)])
    seams(sheet, f, n + 12)
    front = [f.row([(-0.50 * w, 396), (-0.26 * w, 380), (0, 372), (0.26 * w, 380), (0.50 * w, 396)]), f.row([(0.50 * w, 396), (0.42 * w, 436), (0.28 * w, LOW)]), f.row([(-0.28 * w, LOW), (-0.42 * w, 436), (-0.50 * w, 396)])]
    panel = joined(*front)
    with sheet.clip(path):
        sheet.fill(moved(panel, 4, 5), "cloth.shade")
    cloth(sheet, f, panel, "trim")
    for curve in front:
        sheet.stroke(curve, (2.6, 2.8, 2.6), "cloth.line")
    for side in BOTH:
        for share, y in ((0.36, 408), (0.315, 442), (0.265, 476)):
            at = f.at(side * share * w, y)
            sheet.fill(ellipse(*at, 7.4, 7.4), "cloth.line")
            sheet.fill(ellipse(*at, 5.2, 5.2), "accent.base")
        top = f.along(0.52 * w, 0.93 * w, side, 6) - (0, 4)
        end = f.row([(0.95 * w, f.height(0.93 * w) - 3), (1.0 * w, f.height(0.93 * w) + 8), (0.93 * w, f.height(0.93 * w) + 15)], side)
        low = f.along(0.86 * w, 0.5 * w, side, 5) + (0, 14)
        piece(sheet, [top, end, low, [low[-1], top[0]]], "trim", over=path, cast=(2, 7), shade=joined(low + (0, 2), low[::-1] - (0, 6)))
    cord = f.row([(-0.74 * w, f.height(0.74 * w) + 12), (-0.70 * w, 410), (-0.52 * w, 420), (-0.40 * w, 406)])
    band(sheet, cord, 5.0, "accent")
    _stand(sheet, f, path, "trim", high, 368)


def _lolita(sheet: Sheet, f: Frame) -> None:
    n, w, low, high = f.neck, f.wide, 356 - 8 * f.rise, 330 - 4 * f.rise
    path = _shirt(sheet, f, low, high)
    (x, y), deep = f.armpit, 444 - 4 * f.rise
    for side in BOTH:
        strap = [f.row([(0.40 * w, 370), (0.42 * w, 410), (0.40 * w, deep + 6)], side), f.row([(0.40 * w + 30, deep), (0.42 * w + 28, 405), (0.40 * w + 30, 364)], side)]
        piece(sheet, strap, "trim", over=path, cast=(4, 3))
    bodice = [f.row([(-x - 2, deep - 8), (-0.4 * w, deep), (0, deep + 8), (0.4 * w, deep), (x + 2, deep - 8)]), f.row([(x + 2, deep - 8), (x - 1, y + 36), (x - 2, LOW)]), f.row([(-x + 2, LOW), (-x + 1, y + 36), (-x - 2, deep - 8)])]
    cloth(sheet, f, joined(*bodice), "trim")
    with sheet.clip(joined(*bodice)):
        sheet.stroke(bodice[0] + (0, 9), [5.0, 5.0], "cloth.base")
    sheet.stroke(bodice[0], [2.6, 2.8, 2.6], "cloth.line")
    seams(sheet, f, n + 12)
    hem = 30 - 2 * f.rise
    for side in BOTH:
        wide = 0.70 * w
        inner = f.row([(n + 4, high), (0.72 * n + 2, 0.5 * (high + low) + 4), (0, low)], side)
        edge = [(0, low), (4, low + hem), (0.25 * w, 398), (0.46 * w, 402), (0.63 * w, 388), (wide + 5, f.height(wide) + 2)]
        lobes = [f.row([edge[0], (0, low + 0.5 * hem), edge[1]], side)]
        for (ax, ay), (bx, by) in pairwise(edge[1:]):
            out = np.array([by - ay, ax - bx]) * -0.30
            lobes.append(f.row([(ax, ay), (0.72 * ax + 0.28 * bx + out[0], 0.72 * ay + 0.28 * by + out[1]), (0.28 * ax + 0.72 * bx + out[0], 0.28 * ay + 0.72 * by + out[1]), (bx, by)], side))
        top = np.vstack([f.along(wide + 5, n + 16, side, 5) - (0, 3), f.row([(n + 9, high), (n + 4, high)], side)])
        collar = piece(sheet, [inner, *lobes, top], "cloth", over=path, cast=(2, 9))
        with sheet.clip(collar):
            for ax, ay in edge[2:-1]:
                sheet.fill(joined(f.row([(ax, ay + 3), (ax - 0.10 * (ax), ay - 18)], side), f.row([(ax + 10, ay - 4), (ax + 10, ay + 14)], side)), "cloth.shade")
        for ax, ay in edge[2:-1]:
            sheet.stroke(f.row([(ax, ay), (0.95 * ax, ay - 9), (0.88 * ax, ay - 18)], side), (2.6, 2.2, 0.4), "cloth.line")
    bow(sheet, *f.at(0, low + 16), 1.12, 3 * f.z[5])


def _t_shirt(sheet: Sheet, f: Frame) -> None:
    n, w, low = f.neck, f.wide, 384 - 10 * f.rise
    out = n + 22
    x, y = f.armpit
    back(sheet, f, "trim", 338, n + 12)
    hole = [(-n - 12, 362), (-0.55 * n - 2, low + 2), (0, low + 8), (0.55 * n + 2, low + 2), (n + 12, 362)]
    path = torso(sheet, f, out, hole)
    for side in BOTH:
        arm = sleeve(f, out, side, [(0.64 * w, 402), (n + 22, 366)])
        cloth(sheet, f, arm, "trim")
        sheet.stroke(f.row([(x + 6, y - 16), (0.64 * w, 402), (n + 22, 366)], side), (2.0, 2.6, 2.0), "cloth.line")
    seams(sheet, f, out)
    ring = f.row([(-n - 17, f.height(n + 17) - 2), (-n - 8, 362), (-0.55 * n, low), (0, low + 5), (0.55 * n, low), (n + 8, 362), (n + 17, f.height(n + 17) - 2)])
    with sheet.clip(path):
        sheet.fill(ink(ring + (2, 9), [12.0, 12.0]), "cloth.shade")
    band(sheet, ring, 9.0, "trim")
    cx, cy = f.at(0, 450 + 2 * f.z[5])
    cat = np.array([(-36, 16), (-40, -2), (-38, -36), (-18, -22), (0, -24), (18, -22), (38, -36), (40, -2), (36, 16)]) * 0.92
    face = [cat[:3], cat[2:4], cat[3:6], cat[5:7], cat[6:], [cat[8], (20, 28), (0, 30), (-20, 28), cat[0]]]
    side_shade = joined([(cx + 26, cy - 40), (cx + 24, cy), (cx + 6, cy + 34)], [(cx + 50, cy + 34), (cx + 50, cy - 40)])
    piece(sheet, [np.asarray(c) + (cx, cy) for c in face], "accent", width=(2.6, 2.6), shade=side_shade)
    for side in BOTH:
        sheet.fill(ellipse(cx + side * 15, cy + 1, 4.6, 6.6), "cloth.line")


def _tracksuit(sheet: Sheet, f: Frame) -> None:
    n, low, up = f.neck, 408 - 14 * f.rise, 5 * f.rise
    back(sheet, f, "cloth", 320 - up, n + 17)
    tee = f.row([(-n - 8, 360), (-0.5 * n, 380), (0, 385), (0.5 * n, 380), (n + 8, 360)])
    sheet.fill(joined(tee, f.row([(n + 26, 380), (30, 440), (-30, 440), (-n - 26, 380)])), "trim.base")
    sheet.stroke(tee, EDGE, "cloth.line")
    path = torso(sheet, f, n + 16, [(-n - 12, 360), (-0.6 * n, 388), (0, low), (0.6 * n, 388), (n + 12, 360)])
    for side in BOTH:
        out = f.along(n + 24, LOW, side, 14)
        step = np.gradient(out, axis=0)
        normal = np.stack([-step[:, 1], step[:, 0]], 1) / np.hypot(*step.T)[:, None] * side
        with sheet.clip(path):
            for inset in (13.0, 25.0):
                cloth(sheet, f, ink(out + normal * inset, [6.4, 6.4], per=4), "trim")
    seams(sheet, f, n + 22)
    band(sheet, f.row([(0, low), (0, 460), (0, LOW)]), 4.4, "accent")
    for side in BOTH:
        inner = f.row([(n + 6, 324 - up), (n + 6, 346), (0.56 * n + 2, 376), (0, low + 4)], side)
        outer = f.row([(0, low + 4), (12, low + 3), (0.7 * n + 20, 386), (n + 27, 356), (n + 22, 332 - up)], side)
        top = f.row([(n + 22, 332 - up), (n + 15, 322 - up), (n + 6, 324 - up)], side)
        far = joined(outer, outer[::-1] - (12, 2)) if side > 0 else None
        flap = piece(sheet, [inner, outer, top], "cloth", over=path, shade=far)
        with sheet.clip(flap):
            sheet.stroke(inner + (side * 2, 0), [5.0, 5.0], "accent.base")
        sheet.stroke(inner, EDGE, "cloth.line")
    x, y = f.at(0, low + 16)
    sheet.fill(blob([(x - 6, y - 9), (x + 6, y - 9), (x + 8, y + 12), (x, y + 17), (x - 8, y + 12)]), "cloth.line")
    sheet.fill(blob([(x - 3.6, y - 6.6), (x + 3.6, y - 6.6), (x + 5.4, y + 10.4), (x, y + 14), (x - 5.4, y + 10.4)]), "accent.base")


def _qipao(sheet: Sheet, f: Frame) -> None:
    n, w, high = f.neck, f.wide, 327 - 6 * f.rise
    back(sheet, f, "cloth", high - 5, n + 6)
    path = torso(sheet, f, n + 8, [(-n - 2, 350), (0, 360), (n + 2, 350)])
    close = f.row([(0, 366), (0.05 * w, 386), (0.24 * w, 400), (0.52 * w, 408), (f.armpit[0] + 1, f.armpit[1])])
    with sheet.clip(path):
        sheet.fill(ink(close + (0, 8), [10.0, 12.0, 12.0, 6.0]), "cloth.shade")
    band(sheet, close, 6.0, "trim")
    for side in BOTH:
        wrist = f.row([(f.armpit[0], 474), (0.5 * (f.armpit[0] + w + 20), 480), (w + 24, 474)], side)
        with sheet.clip(sleeve(f, 0.8 * w, side)):
            band(sheet, wrist, 8.0, "trim")
    seams(sheet, f, n + 12)
    _stand(sheet, f, path, "cloth", high, 370)
    for side in BOTH:
        band(sheet, f.row([(n + 4, high + 2), (0.7 * n, high + 10), (0.3 * n, high + 15), (4, high + 20)], side), 4.0, "trim")
    for at in (close[0] + (1, -6), 0.4 * close[2] + 0.6 * close[3]):
        for side in BOTH:
            loop = ellipse(at[0] + side * 11, at[1], 9.5, 6.4)
            sheet.fill(ellipse(at[0] + side * 11, at[1], 11.8, 8.7), "cloth.line")
            sheet.fill(loop, "accent.base")
        sheet.fill(ellipse(at[0], at[1], 8.0, 8.0), "cloth.line")
        sheet.fill(ellipse(at[0], at[1], 5.6, 5.6), "accent.shade")


# how far beyond the neck skin shows on the shoulders; 0: the shoulders are bare
OUTFITS: dict[str, tuple[Callable[[Sheet, Frame], None], float]] = {
    "sailor": (_sailor, 10), "hoodie": (_hoodie, 12), "shirt_tie": (_shirt_tie, 4), "jacket": (_jacket, 4),
    "kimono": (_kimono, 18), "turtleneck": (_turtleneck, 4), "off_shoulder": (_off_shoulder, 0),
    "uniform": (_uniform, 4), "lolita": (_lolita, 4), "t_shirt": (_t_shirt, 18), "tracksuit": (_tracksuit, 10),
    "qipao": (_qipao, 4),
}  # fmt: skip
