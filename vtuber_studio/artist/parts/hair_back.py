"""Back hair, second edition: a deep fill behind the neck, then a few large locks a side; tails, buns and braids beside.

One row a lock, one table a cut. Coordinates are the head's own, mirrored for the left side with its own jitter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import skia

from vtuber_studio.artist.brush import Sheet, ellipse, ink, polygon, spline
from vtuber_studio.artist.clumps import AXIS, Mass, clump
from vtuber_studio.artist.shapes import DROP
from vtuber_studio.core.attribute import Value

# (root right of the axis, bulge right of the axis, tip right of the axis, tip y, width); the outermost one is last
Lock = tuple[float, float, float, float, float]


@dataclass(frozen=True)
class Cut:
    """``mass``: half width at the bottom and y of the deep fill; ``locks`` a side; ``cut``: share of the width at the
    tips; ``tail``: its kind and sides; ``wave``: waves without curl; ``stretch``: how much the length slider moves."""

    mass: tuple[float, float]
    locks: tuple[Lock, ...]
    cut: float = 0.0
    tail: str = ""
    sides: tuple[int, ...] = ()
    wave: float = 0.0
    stretch: float = 50.0


_LONG: tuple[Lock, ...] = ((30, 52, 46, 470, 58), (40, 92, 88, 486, 62), (50, 130, 148, 478, 66))
_NAPE: tuple[Lock, ...] = ((30, 52, 40, 318, 46), (40, 84, 66, 328, 48), (50, 112, 98, 316, 50))
CUTS: dict[str, Cut] = {
    "short": Cut((66, 300), ((34, 84, 70, 312, 46), (42, 106, 90, 304, 44), (50, 118, 110, 288, 46)), stretch=16),
    "bob": Cut((92, 336), ((32, 70, 54, 346, 62), (42, 104, 84, 350, 62), (50, 126, 106, 346, 62)), cut=0.70, stretch=26),
    "long": Cut((142, 470), _LONG),
    "twin_tails": Cut((60, 300), _NAPE[:2], tail="high", sides=(-1, 1)),
    "ponytail": Cut((60, 300), _NAPE[:2], tail="high", sides=(1,)),
    "buns": Cut((62, 300), _NAPE, tail="bun", sides=(-1, 1), stretch=24),
    "hime": Cut((136, 500), ((30, 54, 52, 516, 64), (40, 98, 96, 518, 66), (50, 132, 132, 516, 68)), cut=0.72),
    "wolf": Cut((76, 330), ((32, 62, 50, 372, 40), (42, 100, 92, 366, 44), (50, 126, 134, 340, 50)), stretch=34),
    "wavy": Cut((146, 468), _LONG, wave=10.0),
    "low_tail": Cut((62, 306), _NAPE[:2], tail="low", sides=(1,)),
    "braids": Cut((62, 306), _NAPE[:2], tail="braid", sides=(-1, 1)),
    "side_tail": Cut((60, 300), _NAPE, tail="side", sides=(-1,)),
    "drills": Cut((60, 300), _NAPE[:2], tail="drill", sides=(-1, 1), stretch=36),
    "pixie": Cut((60, 286), ((40, 86, 70, 292, 40), (48, 112, 96, 274, 42)), stretch=10),
}  # fmt: skip


@dataclass(frozen=True)
class _Mane:
    wide: float  # half width behind the head
    longer: float  # units added to every length
    nape: float  # as much for what hangs behind the neck: beside a tail it stays as it is
    curl: float
    cut: Cut
    z: np.ndarray

    def jitter(self, i: float) -> np.ndarray:
        """Displacement [2] of tip ``i``, smooth in z."""
        z = self.z
        x = 2.6 * (z[0] * np.cos(1.4 * i) + z[1] * np.sin(2.0 * i))
        return np.array([x, 3.6 * (z[2] * np.sin(1.6 * i + 1) + z[3] * np.cos(2.2 * i))])


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw cel hair_back."""
    sheet.matrix = skia.Matrix.Translate(0, DROP)
    sheet.cel("hair_back")
    volume, cut = float(a["hair_volume"]), CUTS[str(a["back_style"])]
    longer = cut.stretch * float(a["hair_length"])
    mane = _Mane(110 + 3.5 * volume, longer, 0.2 * longer if cut.tail else longer, float(a["curl"]), cut, z)
    low = 0.0
    high = cut.tail in ("high", "side", "bun")
    if not high:
        low = _tails(sheet, mane)
    _mass(sheet, mane)
    if high:
        low = _tails(sheet, mane)
    low = max(low, _locks(sheet, mane))
    span, tips = 0.6 * (low - 110), float(a["tips"])
    start = low + DROP - 14 - tips * span + 40 * (1 - tips)
    sheet.ramp((AXIS, start), (AXIS, start + 44))


def _mass(sheet: Sheet, mane: _Mane) -> None:
    """What is seen behind neck and shoulders between the locks: deep, without a line of its own.

    It starts well below the crown and ends in an arch at the nape: whichever way the head turns, nothing of it looks
    out over the front hair, and no straight edge ends beside the neck.
    """
    wide, bottom = mane.cut.mass
    bottom = bottom + mane.nape
    w = mane.wide - 22
    side = [(0, 106), (0.60 * w, 112), (0.92 * w, 140), (w, 190), (0.5 * (w + wide) + 1.4 * mane.cut.wave, 0.5 * (190 + bottom - 36)), (wide, bottom - 36)]
    nape = [(wide, bottom - 36), (0.86 * wide, bottom - 16), (0.55 * wide, bottom - 3), (0, bottom + 4)]
    right = np.vstack([spline(side, per=6), spline(nape, per=4)])
    outline = np.vstack([right, (right * (-1, 1))[::-1]]) + (AXIS, 0)
    sheet.fill(polygon(outline), "hair.deep")


def _locks(sheet: Sheet, mane: _Mane) -> float:
    """The locks of both sides, inner ones first; the lowest tip's y."""
    mass, low = Mass(sheet, skia.Path()), 0.0
    last = len(mane.cut.locks) - 1
    for i, (root, bulge, x, y, width) in enumerate(mane.cut.locks):
        for side in (-1.0, 1.0):
            dx, dy = mane.jitter(i + 0.5 * side)
            end = np.array([AXIS + side * x + dx, y + mane.nape * (0.8 + 0.1 * i) + dy])
            swell = bulge + (mane.wide - 110)
            wave = (2.0 + mane.cut.wave + 9.0 * mane.curl) * min(1.0, (end[1] - 150) / 220)
            points = np.array([(AXIS + side * root, 100.0), (AXIS + side * swell, 120 + 0.10 * (end[1] - 120)),
                               (AXIS + side * (0.55 * swell + 0.45 * x + 6), 0.42 * 120 + 0.58 * end[1]), end])  # fmt: skip
            lock = clump(points, width, side * wave, root=0.35, tip=mane.cut.cut, phase=0.7 * i, cycles=1.2 + 0.4 * (mane.cut.wave > 0))
            outer = i == last
            mass.paint(
                lock,
                base="hair.base" if outer else "hair.shade",
                shade="hair.shade" if outer else "hair.deep",
                cast=False,
                ink_from=0.03 if outer else 0.3,
                blunt=mane.cut.cut > 0.5,
                weight=1.25 if outer else 1.0,
            )
            low = max(low, float(end[1]))
    return low


def _tails(sheet: Sheet, mane: _Mane) -> float:
    """Tails, buns, braids or drills beside the head; the lowest y."""
    low = 0.0
    for side in mane.cut.sides:
        low = max(low, _TAILS[mane.cut.tail](sheet, mane, float(side)))
    return low


def _falling(sheet: Sheet, mane: _Mane, side: float, root: tuple[float, float], over: tuple[float, float], end: tuple[float, float], width: float) -> float:
    """A tail of three clumps that leaves ``root`` toward ``over`` and ends around ``end`` (right of the axis, y). The
    root lies 16 units or more inside the head: by so much a turn shows what is behind the front hair."""
    mass, low = Mass(sheet, skia.Path()), 0.0
    for i, (dx, dy, share, base) in enumerate(((16, -26, 0.8, "hair.shade"), (-18, -12, 0.85, "hair.base"), (0, 0, 1.0, "hair.base"))):
        jx, jy = mane.jitter(7 + i + side)
        tip = np.array([AXIS + side * (end[0] + dx) + jx, end[1] + dy + mane.longer + jy])
        start = np.array([AXIS + side * root[0], root[1]])
        points = [start, np.array([AXIS + side * over[0], over[1]]), np.array([AXIS + side * (over[0] + 0.5 * dx), 0.5 * (root[1] + tip[1])]), tip]
        wave = (3.0 + 10.0 * mane.curl) * (1 - 2 * (i % 2))
        mass.paint(clump(points, width * share, wave, root=0.8, phase=0.5 * i), base=base, ink_from=0.04, weight=1.2, cast=i > 0,
                   shade="hair.deep" if base == "hair.shade" else "hair.shade")  # fmt: skip
        low = max(low, float(tip[1]))
    return low


def _high(sheet: Sheet, mane: _Mane, side: float) -> float:
    both = len(mane.cut.sides) > 1
    return _falling(sheet, mane, side, (62, 112) if both else (30, 96), (150, 70) if both else (136, 26), (142, 420) if both else (138, 372), 70)


def _low(sheet: Sheet, mane: _Mane, side: float) -> float:
    return _falling(sheet, mane, side, (40, 264), (104, 250), (112, 452), 56)


def _side(sheet: Sheet, mane: _Mane, side: float) -> float:
    return _falling(sheet, mane, side, (78, 186), (144, 164), (128, 424), 64)


def _bun(sheet: Sheet, mane: _Mane, side: float) -> float:
    jx, jy = mane.jitter(9 + side)
    x, y, r = AXIS + side * 79 + 0.5 * jx, 80 + 0.5 * jy, 33 + 0.16 * mane.longer
    ball = ellipse(x, y, r, 0.95 * r)
    sheet.fill(ball, "hair.base")
    with sheet.clip(ball):
        sheet.fill(ellipse(x + 0.42 * r, y + 0.34 * r, r, 0.95 * r), "hair.shade")
        sheet.fill(ellipse(x - 0.10 * r, y - 0.10 * r, 0.92 * r, 0.86 * r), "hair.base")
    for turn, size in ((0.3, 0.62), (2.5, 0.55)):
        t = np.linspace(turn, turn + 2.4, 9)
        swirl = np.stack([x + size * r * np.cos(t), y + size * r * np.sin(t)], 1)
        sheet.fill(ink(swirl, [0.4, 1.9, 2.2, 0.6], per=3), "hair.line")
    t = np.linspace(0, 2 * np.pi, 33)
    sheet.fill(ink(np.stack([x + r * np.cos(t), y + 0.95 * r * np.sin(t)], 1), [2.6, 3.2, 2.4, 2.2, 2.6], per=2), "hair.line")
    return 0.0


def _bead(sheet: Sheet, x: float, y: float, wide: float, high: float, angle: float) -> None:
    """One link of a braid, one turn of a drill: a tilted ellipse, shaded at its right, inked all around."""
    t = np.linspace(0, 2 * np.pi, 29)
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    turn = np.array([[c, s], [-s, c]])
    oval = np.stack([wide * np.cos(t), high * np.sin(t)], 1)
    path = polygon(oval @ turn + (x, y))
    sheet.fill(path, "hair.base")
    with sheet.clip(path):
        sheet.fill(polygon((oval * (0.8, 1.0)) @ turn + (x + 0.85 * wide, y + 0.35 * high)), "hair.shade")
    sheet.fill(ink(oval @ turn + (x, y), [2.2, 2.8, 2.4, 2.0, 2.2], per=2), "hair.line")


def _braid(sheet: Sheet, mane: _Mane, side: float) -> float:
    low, (jx, _) = 424 + mane.longer, mane.jitter(11 + side)
    end = np.array([AXIS + side * 96 + jx, low])
    tuft = clump([end - (0, 14), end + (side * 4, 2), end + (side * 5, 22), end + (side * 1, 46)], 30, root=0.6)
    Mass(sheet, skia.Path()).paint(tuft, ink_from=0.05, cast=False)
    for i in range(6, -1, -1):  # upper links lie over lower ones
        s = i / 6
        x = AXIS + side * (84 + 14 * s + 5 * np.sin(3 * s)) + jx * s
        wide = 23 - 8 * s
        _bead(sheet, x + (1 - 2 * (i % 2)) * 0.22 * wide, 268 + (low - 268) * s, wide, 0.66 * wide + 4, (1 - 2 * (i % 2)) * 32)
    return low + 40


def _drill(sheet: Sheet, mane: _Mane, side: float) -> float:
    low, (jx, _) = 396 + mane.longer, mane.jitter(11 + side)
    for i in range(9, -1, -1):
        s = i / 9
        x = AXIS + side * (112 + 14 * s) + jx * s
        _bead(sheet, x, 172 + (low - 172) * s, 33 - 20 * s, 21 - 8 * s, 24 * side)
    return low + 12


_TAILS = {"high": _high, "low": _low, "side": _side, "bun": _bun, "braid": _braid, "drill": _drill}
