"""Animal ears, horns, fins and a halo on the skull; their roots lie deep under the front hair.

A kind is drawn once, for the right of the picture, in canvas units from the axis, and placed on either side: turned
and scaled about its pivot inside the hair. The light comes from the upper left on both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import skia

from vtuber_studio.artist.brush import NOTHING, Point, Sheet, blob, ellipse, ink, polygon, spline
from vtuber_studio.artist.shapes import Curve, beyond, joined, modelled, place
from vtuber_studio.core.attribute import Value

_PEN = (2.0, 3.0, 3.0, 2.2)
_FINE = (1.3, 2.1, 1.5)


@dataclass(frozen=True)
class Side:
    """One of a pair: on which side, how large, how far turned outward, and its own z [4]."""

    sheet: Sheet
    flip: float
    size: float
    turn: float  # degrees
    z: np.ndarray
    pivot: Point
    sink: float = 0.0  # a large ear sinks rather than leave the canvas

    def put(self, points: Curve) -> np.ndarray:
        """[n, 2] canvas points of what was drawn right of the axis."""
        x, y = self.pivot
        local = np.asarray(points, float) - (x, y)
        return place(local, 256 + self.flip * x, y + self.sink, self.flip * self.turn, self.size, self.flip)

    def shape(self, *curves: Curve) -> skia.Path:
        """Closed path along the curves."""
        return joined(*(self.put(curve) for curve in curves))

    def line(self, points: Curve, width: float | Sequence[float] = _PEN) -> None:
        """A stroke of the line's colour."""
        self.sheet.stroke(self.put(points), width, "ear.line")

    def model(self, path: skia.Path, deep: float = 7.0, bright: float = 4.0) -> None:
        """Fill with base, light at its upper left and shade at its lower right."""
        modelled(self.sheet, path, "ear", deep, bright)

    def hollow(self, path: skia.Path) -> None:
        """The inside of an ear: deeper below its upper left edge."""
        self.sheet.fill(path, "ear.inner")
        beyond(self.sheet, path, (7.0, 5.0), "ear.inner_shade")


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw the chosen pair; z leans each of them and varies its tips."""
    sheet.cel("ears")
    size, tilt = 1.0 + 0.18 * float(a["ears_size"]), float(a["ears_tilt"])
    if a["ears"] == "halo":
        _halo(sheet, size, 7.0 * tilt + 1.0 * float(z[0]), z)
        return
    pivot, top, swing, paint = _KINDS[str(a["ears"])]
    for flip, own in ((-1.0, z[:4]), (1.0, z[4:])):
        side = Side(sheet, flip, size, swing * (1.8 * float(own[0]) + 0.8 * float(z[3]) - 13.0 * tilt), own, pivot)
        high = float(side.put([top])[0, 1])
        paint(Side(sheet, flip, size, side.turn, own, pivot, max(0.0, 9.0 - high)))


# --- ears with fur ----------------------------------------------------------------------------------------


def _cat(side: Side) -> None:
    t = 2.0 * float(side.z[1])
    edges = ([(22, 116), (36, 78), (57, 47), (84 + t, 24)], [(84 + t, 24), (88 + t, 21), (92 + t, 25)], [(92 + t, 25), (105, 54), (108, 86), (100, 114), (86, 138)])
    path = side.shape(*edges)
    side.model(path)
    with side.sheet.clip(path):
        inner = ([(44, 122), (51, 84), (66, 60), (84 + t, 44)], [(84 + t, 44), (95, 66), (96, 92), (84, 128)])
        side.hollow(side.shape(*inner))
        side.line(inner[0], _FINE)
        side.line(inner[1], _FINE)
        _tuft(side, [(30, 124), (44, 92), (62, 70)], [(62, 70), (64, 82), (62, 92)], [(62, 92), (70, 85), (79, 83)], [(79, 83), (76, 100), (62, 126)])
    for edge in edges:
        side.line(edge)


def _fox(side: Side) -> None:
    t = 2.0 * float(side.z[1])
    edges = ([(12, 112), (26, 76), (53, 40), (92 + t, 14)], [(92 + t, 14), (97 + t, 11), (100 + t, 16)], [(100 + t, 16), (116, 50), (121, 84), (110, 110), (84, 132)])
    path = side.shape(*edges)
    side.model(path, 8)
    with side.sheet.clip(path):
        inner = ([(40, 122), (46, 86), (64, 56), (92 + t, 36)], [(92 + t, 36), (106, 62), (107, 92), (86, 126)])
        side.hollow(side.shape(*inner))
        side.line(inner[0], _FINE)
        side.line(inner[1], _FINE)
        side.sheet.fill(side.shape([(58, 43), (76, 42), (86, 50), (100, 44), (118, 54)], [(130, 0), (50, 0)]), "ear.line")  # dark tip
        _tuft(side, [(22, 124), (38, 88), (60, 62)], [(60, 62), (63, 76), (62, 86)], [(62, 86), (72, 76), (82, 72)], [(82, 72), (82, 86), (79, 94)], [(79, 94), (86, 90), (93, 90)], [(93, 90), (88, 108), (70, 128)])
    for edge in edges:
        side.line(edge)


def _tuft(side: Side, *curves: Curve) -> None:
    """Hair at the inner edge of an ear, in a few large teeth."""
    side.sheet.fill(side.shape(*curves), "ear.base")
    for curve in curves[:-1]:
        side.line(curve, _FINE)
    side.line(curves[-1], (1.5, 2.0, 1.5))


def _dog(side: Side) -> None:
    """An ear whose upper half folds over and hangs outward."""
    hang = 4.0 * float(side.z[1])
    edges = ([(14, 112), (26, 78), (46, 50), (66, 38)], [(66, 38), (84, 33), (104, 44)], [(104, 44), (110, 82), (102, 112), (86, 138)])
    path = side.shape(*edges)
    side.model(path)
    flap = ([(44, 53), (62, 37), (84, 31), (106, 43)], [(106, 43), (122, 62), (127, 86 + hang), (120, 105 + hang)], [(120, 105 + hang), (114, 109 + hang), (108, 104 + hang)], [(108, 104 + hang), (92, 78), (70, 66), (44, 53)])
    cover = side.shape(*flap)
    with side.sheet.clip(path):
        inner = ([(40, 126), (47, 90), (58, 66), (100, 60)], [(100, 60), (104, 92), (86, 128)])
        side.hollow(side.shape(*inner))
        side.line(inner[0][:3], _FINE)
        below = skia.Path(cover)
        below.offset(-2, 7)
        side.sheet.fill(below, "ear.inner_shade")
    for edge in edges:
        side.line(edge)
    side.model(cover, 8)
    for fold in flap:
        side.line(fold)


def _round(x: float, y: float, radius: float) -> Callable[[Side], None]:
    """A disc of an ear."""

    def paint(side: Side) -> None:
        def disc(share: float, down: float) -> np.ndarray:
            a = np.linspace(0, 2 * np.pi, 12, endpoint=False)
            wide = 1.0 + 0.03 * float(side.z[1])
            return side.put(np.stack([x - 0.4 * down + share * radius * wide * np.sin(a), y + down - share * radius * np.cos(a)], 1))

        outer = disc(1.0, 0.0)
        side.model(blob(outer), 6.5)
        inner = disc(0.6, 0.12 * radius)
        side.hollow(blob(inner))
        side.sheet.stroke(np.vstack([inner, inner[:1]]), 2.0, "ear.line")
        side.sheet.stroke(np.vstack([outer[7:], outer[:6]]), (2.4, 3.0, 3.2, 2.8), "ear.line")

    return paint


def _rabbit(side: Side) -> None:
    """A long ear that leans out; the more it is turned outward, the further its upper half folds over. It is as long
    as fits under the canvas's edge."""
    bend = 1.0 / (1.0 + np.exp(-(0.22 * side.turn + 1.8 * float(side.z[1]) - 1.0)))
    s = np.linspace(0, 1, 11)
    angle = np.radians(29 + 0.5 * side.turn + 6 * s + 98 * bend * np.clip((s - 0.5) / 0.36, 0, 1))
    half = np.array([15, 17, 19, 21, 22, 22, 21, 19.5, 17, 12.5, 5.0])
    right, up = (np.cumsum(np.append(0.0, move(angle[1:]))) for move in (np.sin, np.cos))
    root, low = 108.0, side.pivot[1]
    room = root - low + (low - 12) / side.size - half * np.abs(np.sin(angle))
    step = min(14.0, float((room[1:] / np.maximum(up[1:], 0.1)).min()))
    spine = np.stack([34 + step * right, root - step * up], 1)
    upright = Side(side.sheet, side.flip, side.size, 0.0, side.z, side.pivot)
    path, edges = _tube(upright, spine, half)
    side.model(path, 6)
    hollow, inner = _tube(upright, spine[1:-1] + (1, 0), half[1:-1] * 0.56)
    side.hollow(hollow)
    for edge in inner:
        side.sheet.stroke(edge, _FINE, "ear.line")
    for edge in edges:
        side.sheet.stroke(edge, (2.4, 3.0, 2.8, 2.4), "ear.line")


# --- horns, fins, halo ------------------------------------------------------------------------------------


def _tube(side: Side, spine: Curve, half: Sequence[float] | np.ndarray) -> tuple[skia.Path, tuple[np.ndarray, np.ndarray]]:
    """Round-ended path about a spine with half widths, and its edges from root to tip, each [n, 2]."""
    line = spline(spine, per=4)
    width = np.interp(np.linspace(0, 1, len(line)), np.linspace(0, 1, len(half)), half)[:, None]
    step = np.gradient(line, axis=0)
    along = step / np.hypot(step[:, 0], step[:, 1])[:, None]
    normal = np.stack([along[:, 1], -along[:, 0]], 1)
    tip = line[-1] + 0.8 * along[-1] * width[-1]
    left, right = (side.put(np.vstack([line + sign * normal * width, tip])) for sign in (1, -1))
    path = polygon(np.vstack([left, right[::-1]]))
    path.setFillType(skia.PathFillType.kWinding)
    return path, (left, right)


def _horn(spine: Curve, half: Sequence[float], rings: Sequence[float], curl: float = 3.0) -> Callable[[Side], None]:
    """A horn along a spine, ringed at shares of its length; z curls its tip by up to ``curl`` units."""

    def paint(side: Side) -> None:
        line = np.asarray(spine, float).copy()
        line[-2:] += np.array([[0.4], [1.0]]) * curl * float(side.z[1]) * np.array([-1.0, 0.3])
        path, (left, right) = _tube(side, line, half)
        side.model(path, 0.55 * half[0], 0.2 * half[0])
        with side.sheet.clip(path):
            for at in rings:
                k = round(at * (len(left) - 2))
                a, b, ahead = left[k], right[k], left[k + 1] - left[k] + right[k + 1] - right[k]
                side.sheet.stroke([a, (a + b) / 2 - 0.8 * ahead, b], (2.0, 2.5, 2.0), "ear.line")
        for edge in (left, right):
            side.sheet.stroke(edge[::2], (2.4, 3.0, 2.8, 2.0), "ear.line")

    return paint


def _antlers(side: Side) -> None:
    """A beam with two tines, thick and round."""
    sway = 3.0 * float(side.z[1])
    beam = (spline([(44, 118), (62, 84), (92, 58), (112 + sway, 22)]), 19.0, 9.5)
    low = (spline([(66, 78), (62, 56), (66 + sway, 32)]), 13.5, 8.5)
    high = (spline([(94, 54), (116, 52), (136 + sway, 44)]), 13.5, 8.5)
    for grow, material in ((5.6, "ear.line"), (0.0, "ear.base")):
        for spine, thick, thin in (low, high, beam):
            side.sheet.fill(ink(side.put(spine[::3]), [side.size * thick + grow, side.size * thin + grow]), material)
            x, y = side.put(spine[-1:])[0]
            side.sheet.fill(ellipse(x, y, 0.5 * (side.size * thin + grow), 0.5 * (side.size * thin + grow)), material)
    for spine, thick, thin in (low, high, beam):
        path = ink(side.put(spine[::3]), [side.size * thick, side.size * thin])
        beyond(side.sheet, path, (-0.36 * thick, -0.12 * thick), "ear.shade")
    side.sheet.stroke(side.put(beam[0][6:-4:3] - (0.2 * side.flip * 12, 3)), (0.6, 3.0, 0.6), "ear.light")


def _fins(side: Side) -> None:
    """A fan of three spikes with skin between them."""
    z1, z2 = 3.0 * float(side.z[1]), 3.0 * float(side.z[2])
    tips = [(120 + z1, 34), (151 + z2, 68), (143 - z1, 117)]
    root = (72, 114)
    web = ([(46, 92), (84, 62), tips[0]], [tips[0], (122, 54), (127, 65), tips[1]], [tips[1], (135, 82), (130, 98), tips[2]], [tips[2], (114, 126), (78, 140)])
    path = side.shape(*web)
    side.sheet.fill(path, "ear.inner")
    beyond(side.sheet, path, (-6, -5), "ear.inner_shade")
    for tip in tips:
        spoke = side.put([root, ((root[0] + tip[0]) / 2 + 3, (root[1] + tip[1]) / 2 - 3), tip])
        side.sheet.fill(ink(spoke, [22.0 * side.size, 13.0 * side.size, 3.0]), "ear.line")
    for tip in tips:
        spoke = side.put([root, ((root[0] + tip[0]) / 2 + 3, (root[1] + tip[1]) / 2 - 3), tip])
        rib = ink(spoke, [17.5 * side.size, 8.5 * side.size, 1.0])
        side.sheet.fill(rib, "ear.base")
        beyond(side.sheet, rib, (-3, -2), "ear.shade")
    for edge in web:
        side.line(edge, (2.4, 2.8, 2.2))


def _halo(sheet: Sheet, size: float, turn: float, z: np.ndarray) -> None:
    """A ring that floats over the hair, nearer below, and so thicker there."""
    y = 33.0 + 0.6 * float(z[1])

    def oval(rx: float, ry: float, down: float) -> np.ndarray:
        a = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        return place(np.stack([rx * size * np.sin(a), down + ry * size * np.cos(a)], 1), 256, y, turn)

    outer, inner = oval(80, 20, 0), oval(62, 8.5, -1.8)
    band = blob(outer)
    sheet.fill(band, "ear.base")
    beyond(sheet, band, (5, 3.4), "ear.light")
    beyond(sheet, band, (-7, -3.6), "ear.shade")
    sheet.fill(blob(inner), NOTHING)
    for edge in (outer, inner):
        sheet.stroke(np.vstack([edge, edge[:2]]), 2.6, "ear.line")


# pivot and highest point of each, right of the axis, and how far it turns
_KINDS: dict[str, tuple[Point, Point, float, Callable[[Side], None]]] = {
    "cat": ((68, 112), (88, 21), 1.0, _cat),
    "fox": ((68, 112), (97, 11), 0.9, _fox),
    "rabbit": ((40, 112), (90, 60), 1.0, _rabbit),
    "horns": ((70, 106), (120, 12), 0.8, _horn([(62, 114), (80, 96), (106, 76), (125, 52), (128, 32), (118, 18), (103, 13)], (18, 18, 16, 13, 9.5, 6, 1.0), (0.34, 0.45, 0.56, 0.68))),
    "dog": ((68, 112), (86, 31), 1.0, _dog),
    "bear": ((66, 113), (79, 52), 0.7, _round(79, 85, 33)),
    "mouse": ((65, 109), (83, 26), 0.6, _round(83, 70, 43)),
    "ram": ((76, 106), (126, 41), 0.5, _horn([(64, 118), (86, 83), (114, 60), (141, 66), (152, 92), (138, 116), (116, 112), (112, 93)], (18, 19, 19, 17, 14, 10.5, 7, 1.5), (0.2, 0.31, 0.42, 0.53, 0.64, 0.75))),
    "oni": ((48, 104), (60, 14), 0.8, _horn([(36, 116), (43, 86), (51, 57), (56, 35), (58, 16)], (22, 20.5, 15, 8.5, 1.5), (0.44, 0.6))),
    "antlers": ((60, 110), (120, 16), 1.0, _antlers),
    "fins": ((78, 106), (126, 32), 0.9, _fins),
}  # fmt: skip
