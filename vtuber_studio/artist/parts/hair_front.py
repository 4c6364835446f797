"""Front hair: the cap over the crown, temple locks, six cuts of fringe, the ring of light, and side locks.

More than 300 lines, because the six cuts share helpers and are best read side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import skia

from vtuber_studio.artist.brush import Point, Sheet, ink, polygon, spline
from vtuber_studio.artist.strands import Strand, paint, smooth, strand
from vtuber_studio.core.attribute import Value


@dataclass
class _Head:
    """Sizes every lock refers to."""

    top: float  # y of the cap's silhouette
    wide: float  # half width of the cap
    part: Point  # where the hair parts at the crown
    tip: float  # y of the fringe's tips
    curl: float
    z: np.ndarray

    def meridian(self, u: float, v: float) -> Point:
        """Point over the skull: ``u`` -1..1 left to right, ``v`` 0 at the crown's parting to 1 at the hairline."""
        x1, y1 = 256 + (self.wide - 4) * np.sin(u * np.pi / 2), 206 - 54 * np.cos(u * np.pi / 2)
        x0, y0 = self.part
        cx, cy = x0 + 0.72 * (x1 - x0), y0 + 0.16 * (y1 - y0)
        return (
            (1 - v) ** 2 * x0 + 2 * v * (1 - v) * cx + v * v * x1,
            (1 - v) ** 2 * y0 + 2 * v * (1 - v) * cy + v * v * y1,
        )

    def jitter(self, i: float) -> Point:
        """Displacement of tip ``i``, smooth in z."""
        z = self.z
        return (
            2.6 * (z[1] * np.cos(1.3 * i) + z[3] * np.sin(2.1 * i)),
            2.8 * (z[2] * np.sin(1.7 * i + 1) + z[4] * np.cos(2.4 * i)),
        )

    def lock(self, u: float, to: Point, width: float, i: float, bow: float = 0.0, **shape: float) -> Strand:
        """A lock that follows the skull at ``u`` down to ``to``, bowed outward by ``bow``."""
        dx, dy = self.jitter(i)
        end = (to[0] + dx, to[1] + dy)
        x, y = self.meridian(u, 1.0)
        middle = (0.45 * x + 0.55 * end[0] + bow, 0.45 * y + 0.55 * end[1])
        points = [self.meridian(u, 0.3), self.meridian(u, 0.66), (x, y), middle, end]
        return strand(points, width, wave=7 * self.curl, cycles=1.2, phase=0.9 * i, **shape)


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw cels side_locks and fringe of part hair_front."""
    volume, curl = float(a["hair_volume"]), float(a["curl"])
    style = str(a["front_style"])
    head = _Head(
        87.5 - 5.5 * volume + 0.6 * z[7],
        103 + 5.0 * volume,
        (256 + 34 * float(a["parting"]) + 2.5 * z[0], 104 - 4.0 * volume),
        200 + 15 * float(a["fringe_length"]),
        curl,
        z,
    )
    _side_locks(sheet, head, float(a["side_locks"]), float(a["tips"]), style == "straight")
    sheet.cel("fringe")
    silhouette = _silhouette(head, 3.0 * (style == "curly") + 2.5 * curl)
    px, open_ = (head.part[0], True) if style in ("parted", "curtain") else (256.0, False)
    near, far = (152, 166) if open_ else (163, 168)
    hairline = spline(
        [
            (256 + head.wide - 16, 222),
            (332, 190),
            (px + 44, far),
            (px, near),
            (px - 44, far),
            (180, 190),
            (256 - head.wide + 16, 222),
        ],
        per=6,
    )
    cap = polygon(np.vstack([silhouette, hairline]))
    sheet.fill(cap, "hair.base")
    sheet.fill(ink(hairline[::2], 2.4), "hair.line")
    with sheet.clip(cap):
        sheet.fill(
            polygon(np.vstack([silhouette[len(silhouette) // 2 + 12 :], _shade_edge(head)])), "hair.shade"
        )
    for side in (-1, 1):
        _temple(sheet, head, side)
    _FRINGES[style](sheet, head)
    _crown(sheet, head, cap, open_)
    sheet.fill(ink(silhouette[::4], [0.8, 2.4, 2.6, 2.4, 2.6, 2.8, 1.0]), "hair.line")
    low = head.tip + 34
    start = low - 30 - 82 * float(a["tips"]) + 34 * (1 - float(a["tips"]))
    sheet.ramp((256, start), (256, start + 34))


def _silhouette(head: _Head, bumps: float) -> np.ndarray:
    """[n, 2] outline of the cap from the left temple over the crown to the right one."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, 61)
    sine, cosine = np.sin(angle), np.cos(angle)
    x = 256 + head.wide * np.sign(sine) * np.abs(sine) ** 0.94 + 1.5 * head.z[7] * cosine**2
    y = 200 - (200 - head.top) * cosine**0.92
    swell = bumps * np.abs(np.sin(3.5 * angle + 0.3)) * np.clip(cosine * 3, 0, 1)
    x, y = x + swell * sine, y - 0.7 * swell * cosine
    left, right = (
        np.array([(256 - head.wide + 3, 232), (256 - head.wide, 214)]),
        np.array([(256 + head.wide, 214), (256 + head.wide - 3, 232)]),
    )
    return np.vstack([left, np.stack([x, y], 1), right])


def _shade_edge(head: _Head) -> np.ndarray:
    """Inner boundary of the cap's shade on the side away from the light, bottom to top."""
    w = head.wide
    return spline([(256 + w - 22, 235), (256 + w - 15, 190), (256 + w - 24, 150), (256 + w - 42, 122)], per=5)


def _temple(sheet: Sheet, head: _Head, side: int) -> None:
    """The lock that hides the skull's edge before the ear."""
    dx, dy = head.jitter(3 + side)
    x = 256 + side * head.wide
    end = (x - side * 9 + 0.6 * dx, 256 + 0.5 * (head.tip - 200) + dy)
    points = [head.meridian(0.86 * side, 0.5), (x - side * 17, 178), (x - side * 11, 212), end]
    lock = strand(points, 30, root=0.5, belly=2.4, wave=4 * head.curl, cycles=1.1, phase=1.5 + side)
    paint(sheet, lock, depth=0.5 if side < 0 else 1.0, ink_from=0.3)


def _crown(sheet: Sheet, head: _Head, cap: skia.Path, parted: bool) -> None:
    """Strand lines from the parting and the ring of light across them."""
    z = head.z
    with sheet.clip(cap):
        for i, u in enumerate((-0.72, -0.4, 0.1, 0.46, 0.76)):
            at = u + 0.04 * z[3] * np.cos(2 * i)
            line = [head.meridian(at, v) for v in (0.06, 0.2, 0.36, 0.56)]
            sheet.fill(ink(line, [1.6, 1.9, 1.5, 0.0]), "hair.line")
        if parted:
            x, y = head.part
            sheet.fill(
                ink([(x, y - 14), (x + 1.5, y + 8), (x, y + 30), (x, 150)], [0.8, 2.2, 2.4, 1.6]), "hair.line"
            )
        lift = 0.035 * z[6]
        for u0, u1, thick in (
            (-0.88, -0.68, 0.10),
            (-0.65, -0.38, 0.17),
            (-0.35, -0.03, 0.21),
            (0.02, 0.22, 0.17),
            (0.26, 0.53, 0.19),
            (0.58, 0.76, 0.11),
        ):
            top, low, mid = 0.53 + lift - 0.45 * thick, 0.53 + lift + 0.75 * thick, (u0 + u1) / 2
            rim = [
                (u0, top + 0.05),
                (mid, top),
                (u1, top + 0.04),
                (u1 - 0.015, low - 0.03),
                (0.35 * mid + 0.65 * u1, low + 0.08),
                (mid, low - 0.02),
                (0.6 * u0 + 0.4 * mid, low + 0.12),
                (u0 + 0.01, low - 0.04),
            ]
            sheet.fill(polygon([head.meridian(u + 0.02 * z[4], v) for u, v in rim]), "hair.light")


def _straight(sheet: Sheet, head: _Head) -> None:
    """Blunt hime fringe: broad locks cut along one line."""
    shift = 0.10 * (head.part[0] - 256)
    for i, u in enumerate((-0.66, 0.66, -0.4, 0.4, -0.13, 0.14)):
        x = 256 + 104 * u + shift
        lock = head.lock(
            u, (x, head.tip + 9 * u * u - 0.6 * head.jitter(i)[1]), 40, i, tip=0.86, root=0.6, belly=4.0
        )
        paint(sheet, lock, depth=0.45, blunt=True, ink_from=0.35)


def _choppy(sheet: Sheet, head: _Head) -> None:
    """Pointed locks, long and short in turn."""
    shift = 0.28 * (head.part[0] - 256)
    rows = (
        (-0.72, -82, 20, 34, -4),
        (0.74, 84, 22, 34, 5),
        (-0.5, -47, 4, 40, -7),
        (0.52, 60, 2, 40, 7),
        (0.26, 30, 13, 36, 4),
        (-0.24, -23, 14, 44, -6),
        (0.02, 6, -1, 40, 3),
    )
    for i, (u, x, y, width, bow) in enumerate(rows):
        lock = head.lock(
            u, (256 + x + shift * (1 - abs(u)), head.tip + y), width, i, bow, root=0.55, belly=2.4
        )
        paint(sheet, lock, ink_from=0.3)


def _parted(sheet: Sheet, head: _Head) -> None:
    """Two unequal waves from the parting, forehead between them."""
    px = head.part[0]
    for side in (-1, 1):
        for i, (reach, drop, width) in enumerate(((1.0, 34, 36), (0.8, 20, 40), (0.5, -2, 42))):
            room = 256 + side * 88 - px
            dx, dy = head.jitter(i + 2 * side)
            end = (px + reach * room + dx, head.tip + drop + dy)
            root = (px + side * 5, head.part[1] + 14 + 11 * i)
            points = [
                root,
                (px + 0.42 * reach * room, 136 + 7 * i),
                (px + 0.8 * reach * room, 165 + 3 * i),
                end,
            ]
            lock = strand(points, width, root=0.35, belly=2.0, wave=6 * head.curl, cycles=1.2, phase=i + side)
            paint(sheet, lock, ink_from=0.25, depth=0.7)


def _swept(sheet: Sheet, head: _Head) -> None:
    """Long locks from one side across the forehead."""
    shift = 0.5 * (head.part[0] - 256)
    rows = (
        (-0.75, -84, 22, 34),
        (0.74, 86, 26, 36),
        (-0.42, -46, -14, 40),
        (-0.3, -14, -8, 42),
        (0.4, 70, 10, 46),
        (-0.16, 18, 0, 46),
        (0.06, 52, 10, 48),
    )
    for i, (u, x, y, width) in enumerate(rows):
        dx, dy = head.jitter(i)
        crown, mid = head.meridian(u - 0.12, 0.3), head.meridian(u, 0.72)
        end = (256 + x + 0.4 * shift + dx, head.tip + y + dy)
        bend = (0.42 * mid[0] + 0.58 * end[0] - (14 if i > 1 else 0), 0.5 * mid[1] + 0.5 * end[1] + 4)
        lock = strand(
            [crown, mid, bend, end],
            width,
            root=0.55,
            belly=2.5,
            wave=6 * head.curl,
            cycles=1.2,
            phase=0.8 * i,
        )
        paint(sheet, lock, ink_from=0.3, side=-1.0 if i != 0 else 1.0)


def _curtain(sheet: Sheet, head: _Head) -> None:
    """Two curtains that open at the parting and frame the face."""
    px = head.part[0]
    for side in (-1, 1):
        room = 256 + side * 92 - px
        for i, (reach, drop, width) in enumerate(((1.0, 64, 34), (0.93, 46, 36), (0.82, 20, 34))):
            dx, dy = head.jitter(i + 2.5 * side)
            end = (px + reach * room + side * 2 + dx, head.tip + drop + dy)
            points = [
                (px + side * 4, head.part[1] + 12 + 9 * i),
                (px + 0.36 * reach * room, 130 + 7 * i),
                (px + 0.76 * reach * room, 166 + 4 * i),
                (px + 0.9 * reach * room, head.tip + 0.4 * drop),
                end,
            ]
            lock = strand(points, width, root=0.35, belly=2.4, wave=6 * head.curl, cycles=1.2, phase=i + side)
            paint(sheet, lock, ink_from=0.2, depth=0.6)


def _curly(sheet: Sheet, head: _Head) -> None:
    """Fluffy curls whose ends hook."""
    shift = 0.28 * (head.part[0] - 256)
    rows = (
        (-0.74, -86, 20, -1),
        (0.75, 88, 20, 1),
        (-0.5, -56, 2, -1),
        (0.52, 56, 0, 1),
        (-0.26, -24, -7, -1),
        (0.28, 34, -9, 1),
        (0.02, 2, -2, -1),
    )
    for i, (u, x, y, turn) in enumerate(rows):
        dx, dy = head.jitter(i)
        ex, ey = 256 + x + shift * (1 - abs(u)) + dx, head.tip + y + dy
        hook = 1 + 0.5 * head.curl
        points = [
            head.meridian(u, 0.4),
            head.meridian(u, 0.8),
            (ex + turn * 11 * hook, ey - 32),
            (ex + turn * 7, ey - 8),
            (ex - turn * 8, ey - 3),
            (ex - turn * 11 * hook, ey - 15),
        ]
        paint(sheet, strand(points, 42, root=0.6, belly=2.0), ink_from=0.25, lines=1, depth=0.6)


def _side_locks(sheet: Sheet, head: _Head, amount: float, tips: float, blunt: bool) -> None:
    """Locks before the ears, from nothing to below the shoulders."""
    sheet.cel("side_locks")
    low = 216 + 212 * amount
    sheet.ramp(
        (256, low - 6 - 0.5 * tips * (low - 150) + 20 * (1 - tips)),
        (256, low + 12 - 0.28 * tips * (low - 150) + 20 * (1 - tips)),
    )
    size = smooth(amount / 0.4)
    if size <= 0.0:
        return
    for side in (-1, 1):
        x = 256 + side * head.wide
        for i, (inset, width, reach) in enumerate(((4, 24, 0.88), (13, 27, 1.0))):
            dx, dy = head.jitter(4 + i + side)
            end_y = 216 + (low - 216) * reach * (1 + 0.025 * side * head.z[5]) + 0.7 * dy * size
            fall = end_y - 165
            points = [
                (x - side * (inset + 6), 165),
                (x - side * inset, 165 + 0.36 * fall),
                (x - side * (inset + 5), 165 + 0.72 * fall),
                (x - side * (inset + 17) + dx, end_y),
            ]
            lock = strand(
                points,
                width * size,
                root=0.7,
                belly=3.2 if blunt else 2.2,
                tip=0.55 * blunt,
                wave=(2 + 9 * head.curl) * size,
                cycles=1.4,
                phase=1.2 * i + (side > 0) * np.pi,
            )
            paint(sheet, lock, depth=0.6 if side < 0 else 0.85, blunt=blunt, ink_from=0.0)


_FRINGES: dict[str, Callable[[Sheet, _Head], None]] = {
    "straight": _straight,
    "choppy": _choppy,
    "parted": _parted,
    "swept": _swept,
    "curtain": _curtain,
    "curly": _curly,
}
