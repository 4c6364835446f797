"""Both eyes.

An eye is built in a frame of its own: u runs from the inner to the outer corner (-1..1 over the width), v down, both
in half widths and half heights. Open, closed and smiling lids have seven points each, so every state is a blend of
them; the upper lash is one outline that turns from a wedge on the lid into a stroke through it as the eye closes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import skia

from vtuber_studio.artist.brush import Sheet, ellipse, ink, polygon, spline
from vtuber_studio.artist.shapes import DROP, place
from vtuber_studio.core.attribute import Value, Values

_X, _Y = 54.5, 219.0 + DROP
_HALF, _TALL = 28.2, 27.5
_U_TOP = np.array([-1.0, -0.84, -0.46, 0.02, 0.48, 0.82, 1.0])
_U_LOW = np.array([-1.0, -0.74, -0.34, 0.12, 0.54, 0.84, 1.0])
# v of the upper lid, v of the lower lid, end of the wing seen from the outer corner
_SHAPES: dict[str, tuple[list[float], list[float], tuple[float, float]]] = {
    "soft": ([0.36, -0.16, -0.66, -0.84, -0.76, -0.42, 0.06], [0.36, 0.74, 0.95, 1.00, 0.92, 0.60, 0.06], (0.26, -0.30)),
    "round": ([0.26, -0.28, -0.78, -0.95, -0.86, -0.48, 0.08], [0.26, 0.74, 0.98, 1.04, 0.98, 0.66, 0.08], (0.22, -0.22)),
    "doll": ([0.16, -0.42, -0.88, -0.98, -0.93, -0.62, 0.12], [0.16, 0.78, 1.02, 1.07, 1.02, 0.78, 0.12], (0.20, -0.12)),
    "almond": ([0.44, 0.04, -0.48, -0.74, -0.68, -0.40, -0.04], [0.44, 0.68, 0.86, 0.90, 0.78, 0.44, -0.04], (0.30, -0.40)),
    "sharp": ([0.54, 0.12, -0.40, -0.70, -0.78, -0.62, -0.26], [0.54, 0.78, 0.90, 0.88, 0.70, 0.28, -0.26], (0.30, -0.52)),
    "cat": ([0.52, 0.08, -0.38, -0.70, -0.84, -0.76, -0.34], [0.52, 0.82, 0.96, 0.92, 0.70, 0.24, -0.34], (0.32, -0.40)),
    "droopy": ([0.14, -0.34, -0.74, -0.82, -0.64, -0.18, 0.34], [0.14, 0.62, 0.88, 0.98, 1.00, 0.84, 0.34], (0.30, 0.14)),
    "sleepy": ([0.28, -0.04, -0.32, -0.42, -0.38, -0.18, 0.16], [0.28, 0.66, 0.92, 1.00, 0.94, 0.66, 0.16], (0.30, -0.02)),
    "narrow": ([0.42, 0.10, -0.32, -0.54, -0.58, -0.44, -0.14], [0.42, 0.58, 0.68, 0.68, 0.56, 0.26, -0.14], (0.33, -0.32)),
}  # fmt: skip
_SHUT = np.array([0.30, 0.46, 0.62, 0.66, 0.56, 0.34, 0.10])
_SHUT_SMILE = np.array([0.62, 0.22, -0.10, -0.24, -0.14, 0.16, 0.60])
_LIFT = np.array([0.0, 0.20, 0.32, 0.34, 0.32, 0.20, 0.0])  # of the lower lid by a smile
_S = np.linspace(0, 1, 33)  # along a lid
_ROOT = 27  # where the lash leaves the lid and runs into the wing
_R = np.linspace(0, 1, 11)[1:]  # from there to the wing's end


@dataclass(frozen=True)
class _Eye:
    """One eye's frame and what is asked of it. Local points are in units (u outward, v down) around its middle."""

    side: float  # +1: her left eye, on the right of the picture
    x: float
    half: float  # half width
    tall: float  # half height
    turn: float  # radians, outer corner up
    open: float
    smile: float
    lash: float  # thickness of the upper lash, 1 is the default
    wedge: float  # 1: the lash stands on the lid; 0: it is one stroke through it
    top: np.ndarray  # [33, 2] upper lid, evenly spaced, inner to outer corner
    low: np.ndarray  # [33, 2] lower lid
    wing: np.ndarray  # [2] end of the wing

    def at(self, points: np.ndarray) -> np.ndarray:
        """[n, 2] canvas points of local ones."""
        c, s = np.cos(self.turn), np.sin(self.turn)
        u, v = points.T
        return np.stack([self.x + self.side * (u * c + v * s), _Y + v * c - u * s], 1)

    def path(self, *pieces: np.ndarray) -> skia.Path:
        """Closed path along local points."""
        path = polygon(self.at(np.vstack(pieces)))
        path.setFillType(skia.PathFillType.kWinding)
        return path


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw sclerae, irises and lids for the values ``a`` and variation ``z`` [8]."""
    for side, name in ((-1.0, "right"), (1.0, "left")):
        eye = _eye(a, z, side, float(a[f"eye_open_{name}"]))
        _sclera(sheet, eye)
        _iris(sheet, eye, a, z, name)
        _lids(sheet, eye, a, z)


def middle(a: Values, side: float) -> tuple[float, float]:
    """Canvas point of an eye's middle, open or shut; ``side`` is +1 for her left eye, on the right of the picture."""
    return 256 + side * (_X + 3.2 * float(a["eye_spacing"])), _Y


def _eye(a: dict[str, Value], z: np.ndarray, side: float, asked: float) -> _Eye:
    smile, gaze = float(a["eye_smile"]), float(a["gaze_y"])
    open_ = asked * (1 - 0.42 * float(a["lid_rest"]))
    half = _HALF * (1 + 0.11 * float(a["eye_width"]))
    tall = _TALL * (1 + 0.17 * float(a["eye_size"]) + 0.01 * side * z[1])
    upper, lower, wing = (np.array(row) for row in _SHAPES[str(a["eye_shape"])])
    upper = upper + (0.06 * smile + 0.10 * max(0.0, -gaze)) * np.sin(np.pi * (_U_TOP + 1) / 2)
    lower = lower - smile * _LIFT + 0.02 * z[5] * np.sin(np.pi * (_U_LOW + 1) / 2)
    lean = 0.5 * (upper[-1] - 0.06)  # a closed eye keeps the slant of the open one
    shut = _SHUT + smile * (_SHUT_SMILE - _SHUT) + lean * np.linspace(-0.3, 1, 7)
    scale = np.array([half, tall])
    closed = np.stack([_U_TOP, shut], 1) * scale
    top = closed + open_ * (np.stack([_U_TOP, upper], 1) * scale - closed)
    closed = np.stack([_U_LOW, np.interp(_U_LOW, _U_TOP, shut)], 1) * scale
    low = closed + open_ * (np.stack([_U_LOW, lower], 1) * scale - closed)
    low[[0, -1]] = top[[0, -1]]
    raised = float(a["lash_wing"])
    reach = (0.84 + 0.46 * float(a["lashes"])) * (1 + 0.27 * raised - 0.13 * raised**2) * (1 + 0.03 * z[4])
    shut_wing = np.array([0.22, -0.10 + 0.40 * smile])
    wedge = _smooth((open_ - 0.02) / 0.36)
    wing = shut_wing + wedge * (reach * (wing - (0, 0.11 * raised)) - shut_wing)
    return _Eye(
        side=side,
        x=middle(a, side)[0],
        half=half,
        tall=tall,
        turn=np.deg2rad(7.0 * float(a["eye_tilt"]) + 0.5 * z[1]),
        open=open_,
        smile=smile,
        lash=(0.45 + 0.76 * float(a["lashes"])) * (1 + 0.03 * z[0]),
        wedge=wedge,
        top=_even(top),
        low=_even(low),
        wing=top[-1] + wing * scale,
    )


def _sclera(sheet: Sheet, eye: _Eye) -> None:
    if eye.open < 0.01:
        return
    sheet.cel("sclera")
    white = eye.path(eye.top, eye.low[::-1])
    sheet.fill(white, "eye.white")
    with sheet.clip(white):
        sheet.fill(_shadow(eye, 9.0), "eye.white_shade")


def _shadow(eye: _Eye, deep: float) -> skia.Path:
    """What the upper lid and its lash shade: a band below them, half as deep at the inner corner."""
    drop = deep * (0.35 + 0.65 * min(eye.open, 1.0)) * np.interp(_S, [0, 0.35, 1], [0.4, 0.9, 1.1])
    return eye.path(eye.top - (0, 60), (eye.top + np.stack([0 * drop, drop], 1))[::-1])


def _iris(sheet: Sheet, eye: _Eye, a: dict[str, Value], z: np.ndarray, name: str) -> None:
    """The whole iris; the compositor clips it by the sclera."""
    sheet.cel(f"iris_{name}")
    own = "" if name == "right" else "_left"
    # a small iris keeps touching the lower lid, a tall or wide open eye gets a larger one: white all around would stare
    wish, height = float(a["iris_size"]), 0.10 * float(a["iris_height"])
    size = 0.13 * wish if wish > 0 else 0.09 * wish
    wide_open = max(1.0, float(np.ptp(np.concatenate(_SHAPES[str(a["eye_shape"])][:2]))) / 1.86)
    rx = 21.6 * np.sqrt(wide_open) * (1 + size - 0.5 * height + 0.07 * float(a["eye_width"]))
    ry = min(38.0, 28.6 * wide_open * (1 + size + height + 0.15 * float(a["eye_size"])))  # what is larger leaves the box as she looks up
    x = eye.x - 1.5 * eye.side + 7.5 * float(a["gaze_x"])
    y = _Y - 1.2 - 5.5 * float(a["gaze_y"])
    sheet.ramp((256, y - 0.78 * ry), (256, y + 0.92 * ry))
    sheet.fill(ellipse(x, y, rx, ry), f"eye.rim{own}")
    inner = ellipse(x, y, rx - 2.3, ry - 2.3)
    sheet.fill(inner, f"eye.top{own}")
    radii = np.array([rx, ry])
    with sheet.clip(inner):
        arc = np.radians(np.linspace(28, 152, 25))
        crescent = np.stack([np.cos(arc), np.sin(arc)], 1)
        upper = np.stack([np.cos(arc), 0.36 + 0.40 * np.sin(arc)], 1)
        sheet.fill(polygon((x, y) + radii * 0.86 * np.vstack([crescent, upper[::-1]])), f"eye.spark{own}")
    pupil = _pupil(str(a["pupil"])) * (1 + 0.04 * z[7])
    sheet.fill(polygon((x, y) + radii * pupil), f"eye.pupil{own}")
    if a["pupil"] == "ring":
        sheet.fill(ellipse(x, y, 0.34 * rx, 0.34 * ry), f"eye.top{own}")
        sheet.fill(ellipse(x, y, 0.16 * rx, 0.15 * ry), f"eye.pupil{own}")
    with sheet.clip(inner):
        sheet.fill(_shadow(eye, 10.0), f"eye.rim{own}", opacity=0.86)  # nearer to one: less of a mixture that a network must hold
    shine = (0.55 + 0.75 * float(a["shine"])) * (1 + 0.05 * z[3])
    circle = np.radians(np.linspace(0, 360, 25))[:-1]
    ring = np.stack([np.cos(circle), np.sin(circle)], 1)
    for dx, dy, w, h in ((-0.36, -0.38, 0.34, 0.25), (0.42, 0.34, 0.17, 0.15), (-0.42, 0.04, 0.095, 0.075)):
        middle = (x + dx * rx + 0.4 * z[2], y + dy * ry)
        sheet.fill(polygon(place(ring * radii * (w, h) * shine, *middle, -16)), "eye.catch")


def _pupil(kind: str) -> np.ndarray:
    """[n, 2] outline of a pupil in the iris's radii."""
    arc = np.radians(np.linspace(0, 360, 49))[:-1]
    ring = np.stack([np.sin(arc), -np.cos(arc)], 1)
    if kind == "slit":
        return np.stack([0.17 * np.sin(arc) ** 3 + 0.05 * np.sin(arc), -0.66 * np.cos(arc)], 1)
    if kind == "heart":
        y = 13 * np.cos(arc) - 5 * np.cos(2 * arc) - 2 * np.cos(3 * arc) - np.cos(4 * arc)
        return np.stack([0.50 * np.sin(arc) ** 3, 0.06 - 0.0265 * y], 1)
    if kind == "star":
        return _pointed(5, 0.56, 0.25)
    if kind == "cross":
        return _pointed(4, 0.62, 0.20)
    return ring * {"round": (0.40, 0.42), "small": (0.24, 0.25), "ring": (0.56, 0.55)}[kind]


def _pointed(points: int, outer: float, inner: float) -> np.ndarray:
    """A star, in the iris's radii."""
    arc = np.pi * np.arange(2 * points) / points
    length = np.where(np.arange(2 * points) % 2 == 0, outer, inner)
    return np.stack([length * np.sin(arc), -length * np.cos(arc)], 1)


def _lids(sheet: Sheet, eye: _Eye, a: dict[str, Value], z: np.ndarray) -> None:
    """Upper lash with wing and flick, lower lid and lashes, crease."""
    sheet.cel("lids")
    upper, lower = _lash(eye)
    fold = float(a["lids"]) * _smooth((eye.open - 0.10) / 0.35)
    at = 0.62 + 0.33 * np.linspace(-1, 1, 7) * (0.25 + 0.75 * fold)
    crease = np.stack([np.interp(at, _S, upper[: len(_S), k]) for k in (0, 1)], 1)
    gap = np.stack([4.0 * at - 0.4, 2.2 * (1 - at) ** 2 - eye.lash * 0.4 - 3.2], 1)
    pen = min(1.0, 2.2 * fold) * np.array([0.3, 1.9, 2.2, 2.1, 1.5, 0.2])
    sheet.fill(ink(eye.at(crease + gap), list(pen)), "skin.line")

    under = float(a["lower_lashes"])
    shown = min(1.0, 3.0 * eye.open)
    line = eye.low + (0, 0.3)
    sheet.fill(ink(eye.at(line[1:23:3]), list(shown * np.array([1.0, 1.7, 1.9, 1.9, 1.4, 0.3]))), "skin.line")
    weight = shown * (0.72 + 0.75 * under)
    sheet.fill(ink(eye.at(np.vstack([line[14::2], eye.top[-2]])), list(weight * np.array([0.3, 1.5, 2.2, 2.4, 2.4]))), "eye.lash")
    for root, length in ((28, 1.0), (23, 0.75)):
        tip = line[root] + np.array([0.62, 0.78]) * (11.0 * max(0.0, under - 0.3) * length * shown)
        sheet.fill(eye.path(_bow(line[root - 1], tip, 0.16), _bow(tip, line[root + 1], -0.06)), "eye.lash")

    sheet.fill(eye.path(upper, lower[::-1]), "eye.lash")
    share = 0.36 * eye.wedge * np.interp(np.arange(len(upper)), [16, 23, 32, 37], [0.0, 0.8, 1.0, 0.0])[:, None]
    warm = lower + share * (upper - lower)
    sheet.fill(eye.path(warm[16:], lower[:15:-1]), "skin.line")

    more = max(0.0, float(a["lashes"]) - 0.2)
    shut = np.array([0.95, 0.30 - 0.45 * eye.smile])
    for root, reach in ((24, 13.5 * more / (more + 0.37)), (19, 15.0 * max(0.0, more - 0.4))):
        way = shut + eye.wedge * (np.array([0.68, -0.73]) - shut)
        foot = lower[[root - 1, root + 1]] + 0.8 * (upper - lower)[[root - 1, root + 1]]
        tip = upper[root] + way * reach * (0.7 + 0.3 * eye.wedge) * (1 + 0.03 * z[6])
        sheet.fill(eye.path(_bow(foot[0], tip, 0.16), _bow(tip, foot[1], -0.10)), "eye.lash")


def _lash(eye: _Eye) -> tuple[np.ndarray, np.ndarray]:
    """Upper and lower edge [n, 2] of the upper lash, point for point, from the inner corner to the wing's end."""
    thick = eye.lash * np.interp(_S, [0, 0.12, 0.4, 0.7, 0.9, 1], [1.6, 3.8, 7.0, 8.4, 8.8, 6.4])[:, None]
    stroke = (0.55 + 0.45 * eye.lash) * np.interp(_S, [0, 0.25, 0.55, 0.85, 1], [0.8, 4.0, 5.2, 4.4, 3.4])[:, None]
    step = np.gradient(eye.top, axis=0)
    normal = np.stack([step[:, 1], -step[:, 0]], 1) / np.hypot(*step.T)[:, None]
    out = normal * (0.5, 1.0)
    edges = []
    for above, below in ((out * thick, 0 * thick), (normal * stroke / 2, -normal * stroke / 2)):
        upper, lower = eye.top + above, eye.top + below
        over = 0.35 * upper[_ROOT] + 0.35 * eye.wing + 0.3 * upper[-1]
        rise = _curve(upper[_ROOT], over, eye.wing, _R)
        hollow = _curve(lower[-1], 0.6 * lower[-1] + 0.4 * eye.wing + 0.06 * above[-1], eye.wing, _R[1::2])
        edges.append((np.vstack([upper[: _ROOT + 1], rise]), np.vstack([lower, hollow])))
    (a, b), (c, d) = edges
    return c + eye.wedge * (a - c), d + eye.wedge * (b - d)


def _even(points: np.ndarray) -> np.ndarray:
    """[33, 2] points at equal distances along the smooth curve through ``points``."""
    line = spline(points)
    along = np.append(0, np.cumsum(np.hypot(*np.diff(line, axis=0).T)))
    return np.stack([np.interp(_S * along[-1], along, line[:, k]) for k in (0, 1)], 1)


def _curve(start: np.ndarray, over: np.ndarray, end: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Points ``at`` 0..1 of the quadratic Bezier curve from ``start`` to ``end``."""
    t = at[:, None]
    return (1 - t) ** 2 * start + 2 * t * (1 - t) * over + t**2 * end


def _bow(start: np.ndarray, end: np.ndarray, bend: float) -> np.ndarray:
    """A side of a single lash: from ``start`` to ``end``, bent by a share of its length."""
    x, y = end - start
    return _curve(start, 0.5 * (start + end) + bend * np.array([y, -x]), end, np.linspace(0, 1, 9))


def _smooth(x: float) -> float:
    x = min(max(x, 0.0), 1.0)
    return x * x * (3 - 2 * x)
