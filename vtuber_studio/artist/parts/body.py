"""The bust, second edition: neck and shoulders of a person under one of the outfits."""

from __future__ import annotations

import numpy as np
import skia

from vtuber_studio.artist.brush import Sheet
from vtuber_studio.artist.outfits import OUTFITS
from vtuber_studio.artist.shapes import DROP, joined
from vtuber_studio.artist.torso import LOW, SLEEVE, Frame
from vtuber_studio.core.attribute import Value


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw the collar's far side, neck and skin, and the clothes."""
    sheet.matrix = skia.Matrix.Translate(0, DROP)
    build = float(a["build"])
    frame = Frame(29 + 6.5 * float(a["neck"]) + 2 * build, 126 + 15 * float(a["shoulders"]) + 6 * build, float(a["collar"]), build, z)
    wear, bare = OUTFITS[str(a["clothes"])]
    _skin(sheet, frame, bare)
    wear(sheet, frame)


def _skin(sheet: Sheet, f: Frame, bare: float) -> None:
    """Neck and chest. Cloth covers the shoulders from ``bare`` beyond the neck on: there the skin dives under it, so
    that no pose brings it out beside the clothes. ``bare`` 0 stands for bare shoulders and arms."""
    sheet.cel("neck")
    n = f.neck
    sides = []
    for side in (-1.0, 1.0):
        top = f.row(f.profile[:24:4], side)
        if bare:
            stop = n + bare
            end = [(stop + 7, f.height(stop) + 16), (stop + 4, f.height(stop) + 44), (0.5 * n, 470)]
            sides.append((np.vstack([top, f.along(n + 1, stop, side)]), f.row(end, side)))
        else:
            sides.append((np.vstack([top, f.along(n + 1, LOW, side, 16)]), f.row([(40, LOW + 10)], side)))
    (left, under_left), (right, under_right) = sides
    skin = joined(left[::-1], right, np.vstack([right[-1:], under_right]), np.vstack([under_left[::-1], left[-1:]]))
    sheet.fill(skin, "skin.base")
    with sheet.clip(skin):
        edge = [(-n - 8, 309), (-0.62 * n, 320), (2, 329 + f.z[4]), (0.6 * n, 332 + f.z[4]), (n + 8, 331)]
        sheet.fill(joined(f.row(edge), f.row([(n + 8, 250), (-n - 8, 250)])), "skin.shade")  # under the chin
        sheet.fill(joined(f.row([(-7, 374), (0, 379), (7, 374)]), f.row([(7, 374), (2, 389), (-7, 374)])), "skin.shade")
        if not bare:
            for shade in f.shades[:1]:
                sheet.fill(shade, "skin.shade")
    for side, line in ((-1.0, left), (1.0, right)):
        sheet.stroke(line[2:], (1.2, 2.4, 2.6, 2.2) if bare else SLEEVE, "skin.line")
        sheet.stroke(f.row([(10, 375), (22, 371), (36, 366), (50, 365)], side), (0.5, 2.2, 2.0, 0.4), "skin.line")
        if not bare:
            x, y = f.armpit
            sheet.stroke(f.row([(x + 6, y - 16), (x + 2, y + 6), (x - 2, y + 36), (x - 3, LOW)], side), (0.4, 2.4, 2.6, 2.6), "skin.line")
