"""Both eyes.

An eye is built in its own frame: u runs from the inner to the outer corner (-1..1 over the width), v down.
Open, closed and smiling lids are curves with the same number of points, so closing an eye is a blend of them
and ends in one curve: then the sclera has no area at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vtuber_studio.artist.brush import Sheet, ellipse, ink, polygon, spline
from vtuber_studio.core.attribute import Value

_Y = 232.0
_U_TOP = np.array([-1.0, -0.93, -0.56, 0.0, 0.5, 0.86, 1.0])
_U_LOW = np.array([-1.0, -0.86, -0.5, 0.0, 0.48, 0.82, 1.0])
_U_SHUT = np.array([-1.0, -0.78, -0.42, 0.0, 0.42, 0.8, 1.04])
# upper lid, lower lid: v in half heights, inner to outer corner
_SHAPES = {
    "round": ([0.34, -0.34, -0.86, -1.02, -0.88, -0.46, 0.02], [0.34, 0.68, 0.87, 0.92, 0.87, 0.64, 0.02]),
    "almond": ([0.42, -0.06, -0.64, -0.93, -0.86, -0.56, -0.16], [0.42, 0.64, 0.79, 0.83, 0.72, 0.42, -0.16]),
    "sharp": ([0.56, 0.10, -0.45, -0.80, -0.92, -0.80, -0.46], [0.56, 0.72, 0.80, 0.76, 0.56, 0.18, -0.46]),
    "droopy": ([0.12, -0.48, -0.90, -0.96, -0.72, -0.20, 0.36], [0.12, 0.56, 0.80, 0.92, 0.95, 0.80, 0.36]),
}
_WING = {
    "round": -0.02,
    "almond": -0.12,
    "sharp": -0.26,
    "droopy": 0.16,
}  # where the wing's end points, in half heights
_SHUT = np.array([0.26, 0.46, 0.64, 0.70, 0.64, 0.48, 0.20])
_SHUT_SMILE = np.array([0.62, 0.24, -0.06, -0.18, -0.06, 0.24, 0.64])


@dataclass(frozen=True)
class _Eye:
    """One eye's frame and what is asked of it."""

    side: float  # +1: her left eye, on the right of the picture
    cx: float
    half: float  # half width
    tall: float  # half height
    turn: float  # radians, outer corner up
    open: float

    def place(self, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """[n, 2] canvas points of local points in units (u outward, v down)."""
        c, s = np.cos(self.turn), np.sin(self.turn)
        return np.stack([self.cx + self.side * (u * c + v * s), _Y + v * c - u * s], 1)


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw sclerae, irises and lids for the values ``a`` and variation ``z`` [8]."""
    for side, key in ((-1.0, "eye_open_right"), (1.0, "eye_open_left")):
        eye = _Eye(
            side=side,
            cx=256 + side * (52 + 3.5 * float(a["eye_spacing"])),
            half=23.5 * (1 + 0.13 * float(a["eye_width"])),
            tall=23.0 * (1 + 0.19 * float(a["eye_size"]) + 0.012 * side * z[1]),
            turn=np.deg2rad(6.5 * float(a["eye_tilt"]) + 0.6 * z[1]),
            open=float(a[key]),
        )
        top, low, wing = _lids(eye, a, z)
        _sclera(sheet, eye, top, low)
        _iris(sheet, eye, a, z)
        _lashes(sheet, eye, a, z, top, low, wing)


def _lids(eye: _Eye, a: dict[str, Value], z: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Upper and lower lid [7, 2] in local units, and the end of the lash wing [2]."""
    shape, smile = str(a["eye_shape"]), float(a["eye_smile"])
    upper, lower = (np.array(row) for row in _SHAPES[shape])
    lower = lower - smile * np.array([0.0, 0.24, 0.42, 0.48, 0.42, 0.24, 0.0])
    upper = upper + smile * np.array([0.0, 0.0, 0.04, 0.10, 0.06, 0.0, 0.0])
    shut = np.stack([_U_SHUT, _SHUT + smile * (_SHUT_SMILE - _SHUT)], 1)
    if shape == "sharp":
        shut[:, 1] += np.linspace(0.10, -0.16, 7)
    elif shape == "droopy":
        shut[:, 1] += np.linspace(-0.10, 0.16, 7)
    scale = np.array([eye.half, eye.tall])
    shut *= scale
    top = shut + eye.open * (np.stack([_U_TOP, upper], 1) * scale - shut)
    low = shut + eye.open * (np.stack([_U_LOW, lower], 1) * scale - shut)
    reach = 0.14 + 0.16 * float(a["lashes"]) + 0.02 * z[4]
    down = (_WING[shape] + 0.06) * (0.4 + 0.6 * eye.open) + (1 - eye.open) * (0.10 * (2 * smile - 1) - 0.02)
    return top, low, top[-1] + np.array([reach * eye.half, down * eye.tall])


def _sclera(sheet: Sheet, eye: _Eye, top: np.ndarray, low: np.ndarray) -> None:
    if eye.open < 0.02:
        return
    sheet.cel("sclera")
    over, under = spline(top), spline(low)
    white = polygon(eye.place(*np.vstack([over, under[::-1]]).T))
    sheet.fill(white, "eye.white")
    # what the lashes shade: a band below the upper lid, deeper outside
    drop = 0.30 * eye.tall * eye.open * np.linspace(0.75, 1.15, len(over))
    with sheet.clip(white):
        band = np.vstack([over - [0, 4], (over + np.stack([0 * drop, drop], 1))[::-1]])
        sheet.fill(polygon(eye.place(*band.T)), "eye.white_shade")


def _iris(sheet: Sheet, eye: _Eye, a: dict[str, Value], z: np.ndarray) -> None:
    """The whole iris; the compositor clips it by the sclera."""
    sheet.cel("iris")
    size = 1 + 0.20 * float(a["iris_size"])
    rx, ry = 15.4 * size * (1 + 0.06 * float(a["eye_width"])), 20.6 * size * (1 + 0.13 * float(a["eye_size"]))
    x = eye.cx - eye.side * 0.8 + 7.0 * float(a["gaze_x"])
    y = _Y - 0.8 - 5.5 * float(a["gaze_y"])
    middle = _Y - 0.8 - 5.5 * float(a["gaze_y"])
    sheet.ramp((256, middle - 0.30 * ry), (256, middle + 0.86 * ry))
    sheet.fill(ellipse(x, y, rx, ry), "eye.rim")
    sheet.fill(ellipse(x, y + 0.3, rx - 1.9, ry - 2.0), "eye.iris")
    with sheet.clip(ellipse(x, y + 0.3, rx - 1.6, ry - 1.8)):
        sheet.fill(ellipse(x, y - 0.86 * ry, 1.25 * rx, 0.92 * ry), "eye.rim", opacity=0.62)
    k = 1 + 0.05 * z[7]
    if a["pupil"] == "round":
        sheet.fill(ellipse(x, y - 0.5, 0.43 * rx * k, 0.44 * ry * k), "eye.pupil")
    elif a["pupil"] == "slit":
        slit = [
            (x, y - 0.72 * ry),
            (x + 0.17 * rx * k, y - 0.2 * ry),
            (x + 0.17 * rx * k, y + 0.2 * ry),
            (x, y + 0.72 * ry),
            (x - 0.17 * rx * k, y + 0.2 * ry),
            (x - 0.17 * rx * k, y - 0.2 * ry),
        ]
        sheet.fill(polygon(spline(slit, closed=True)), "eye.pupil")
    else:
        sheet.fill(ellipse(x, y + 0.4, 0.60 * rx * k, 0.58 * ry * k), "eye.pupil")
        sheet.fill(ellipse(x, y + 0.4, 0.60 * rx * k - 2.4, 0.58 * ry * k - 2.6), "eye.iris")
        sheet.fill(ellipse(x, y + 0.4, 0.20 * rx, 0.18 * ry), "eye.pupil")
    big = 1 + 0.06 * z[3]
    sheet.fill(
        ellipse(x - 0.40 * rx + 0.5 * z[2], y - 0.44 * ry, 0.29 * rx * big, 0.24 * ry * big), "eye.catch"
    )
    sheet.fill(
        ellipse(x + 0.40 * rx + 0.4 * z[2], y + 0.46 * ry, 0.15 * rx * big, 0.13 * ry * big), "eye.catch"
    )
    sheet.fill(ellipse(x - 0.16 * rx, y - 0.14 * ry, 0.09 * rx, 0.07 * ry), "eye.catch")


def _lashes(
    sheet: Sheet,
    eye: _Eye,
    a: dict[str, Value],
    z: np.ndarray,
    top: np.ndarray,
    low: np.ndarray,
    wing: np.ndarray,
) -> None:
    """Upper lash line with wing and flicks, lower line, lid fold and the shade above the lid."""
    sheet.cel("lids")
    lash, fold, o = float(a["lashes"]), float(a["lids"]), eye.open
    weight = (0.66 + 0.55 * lash) * (1 + 0.05 * z[0]) * (0.78 + 0.22 * o)
    widths = weight * np.array([1.1, 2.6, 4.0, 4.8, 5.4, 6.0, 5.4, 0.3])
    line = np.vstack([top, wing])
    line[:7, 1] -= 0.30 * widths[:7] * o
    rise = (3.4 + 3.0 * fold) * (0.55 + 0.45 * o)
    lid = spline(line[1:7] - [0, 1])
    arch = np.sin(np.pi * np.linspace(0.06, 0.94, len(lid)))
    upper = lid - np.stack([0 * arch, (rise + 1.5) * (0.35 + 0.65 * arch)], 1)
    sheet.fill(polygon(eye.place(*np.vstack([lid, upper[::-1]]).T)), "skin.shade", opacity=0.25 + 0.65 * fold)
    crease = line[1:7] - np.stack(
        [-0.6 * np.linspace(-1, 1, 6), (rise + 2.0) * np.array([0.55, 0.9, 1.0, 1.0, 0.95, 0.8])], 1
    )
    sheet.fill(ink(eye.place(*crease.T), list(fold * np.array([0.2, 1.3, 1.9, 2.1, 1.9, 0.3]))), "skin.line")

    under = low[2:7]
    fine = (0.55 + 0.45 * lash) * (0.15 + 0.85 * min(o * 2, 1.0))
    sheet.fill(
        ink(eye.place(*(under + [0, 0.4]).T), list(fine * np.array([0.3, 1.5, 1.9, 2.1, 1.4]))), "eye.lash"
    )
    sheet.fill(ink(eye.place(*(low[:3] + [0, 0.2]).T), list(fine * np.array([1.2, 1.0, 0.2]))), "skin.line")
    sheet.fill(ink(eye.place(*line.T), list(widths)), "eye.lash")

    course = spline(line)
    for at, length, lean in ((0.63, 0.60, 0.45), (0.73, 0.82, 0.70), (0.83, 1.0, 0.95)):
        root = course[int(at * (len(course) - 1))]
        before, after = (
            course[int((at - 0.035) * (len(course) - 1))],
            course[int((at + 0.045) * (len(course) - 1))],
        )
        reach = (1.0 + 10.5 * lash) * length * (1 + 0.06 * z[4])
        flip = o + (1 - o) * (2 * float(a["eye_smile"]) - 1)  # lashes of a closed eye point down
        tip = root + np.array([0.45 + 0.5 * lean, -(0.95 - 0.5 * lean) * flip]) * reach
        bend = 0.5 * (after + tip) + np.array([0.5, 0.7 * flip])
        sheet.fill(
            polygon(
                eye.place(
                    *np.vstack(
                        [
                            before,
                            spline([before, 0.5 * (before + tip) + [0.8, 0.6 * flip], tip]),
                            spline([tip, bend, after]),
                            root,
                        ]
                    ).T
                )
            ),
            "eye.lash",
        )
    corner = low[5]
    prick = np.array(
        [
            corner + [-2.2, 0],
            corner + [(1.0 + 4.5 * lash) * 0.75, (1.0 + 4.5 * lash) * 0.62 * (0.3 + 0.7 * o)],
            corner + [0.6, -1.2],
        ]
    )
    sheet.fill(polygon(eye.place(*prick.T)), "eye.lash", opacity=min(1.0, 3 * o))
