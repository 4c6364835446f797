"""Front hair, second edition: cap, fringe and side locks as tables of clumps, one row a clump, one table a cut."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import skia

from vtuber_studio.artist.brush import Sheet, ink, polygon, spline
from vtuber_studio.artist.clumps import AXIS, Clump, Dome, Mass, clump, crescent, ring
from vtuber_studio.artist.shapes import DROP
from vtuber_studio.core.attribute import Value

Row = tuple[float, float, float, float, float]  # meridian u, tip (right of the axis, y), width, bow


@dataclass(frozen=True)
class Cut:
    """A fringe: its clumps in the order of painting; ``blunt``: share of the width at the tip; ``open``: how far the
    hairline rises, to a point at the parting or (``round``) in an arch; ``locks``: share of the side locks' length; ``wave``: waves without curl."""

    rows: tuple[Row, ...]
    blunt: float = 0.0
    open: float = 0.0
    locks: float = 1.0
    wave: float = 0.0
    whorl: float = 0.0  # the whorl's place, right of the axis
    outward: bool = False  # side locks end in points that stand off
    round: bool = False
    teeth: float = 1.0  # of the ring of light: smooth hair has a calm one
    temples: float = 0.0  # as ``blunt``, of the clumps before the ears


# temples first, then from the sides toward the middle, the long one last
CUTS: dict[str, Cut] = {
    "choppy": Cut(((-0.98, -104, 246, 34, 4), (0.98, 105, 240, 34, -4), (-0.72, -78, 206, 42, 3), (0.74, 82, 204, 42, -4),
                   (0.48, 52, 198, 40, -5), (-0.46, -50, 200, 44, -4), (0.24, 30, 206, 36, -4), (-0.20, -26, 196, 40, -5), (0.02, -4, 226, 46, -6))),
    "straight": Cut(((-0.98, -107, 236, 34, 0), (0.98, 107, 236, 34, 0), (-0.80, -84, 201, 54, 2), (0.80, 84, 201, 54, -2),
                     (-0.52, -52, 199, 58, 1), (0.52, 53, 199, 58, -1), (0.20, 21, 200, 56, -1), (-0.18, -17, 201, 60, 1)), blunt=0.74, teeth=0.45),
    "parted": Cut(((-0.99, -105, 258, 36, 4), (0.99, 105, 258, 36, -4), (-0.92, -101, 236, 44, 8), (0.92, 101, 234, 44, -8),
                   (-0.78, -90, 212, 46, 12), (0.78, 92, 210, 46, -12), (-0.56, -74, 186, 48, 16), (0.56, 76, 184, 48, -16)), open=1.0, teeth=0.6),
    "swept": Cut(((-0.98, -105, 250, 36, 6), (0.98, 106, 238, 34, -4), (0.80, 92, 206, 40, -6), (0.60, 58, 206, 42, 9),
                  (0.40, 26, 206, 44, 11), (0.16, -8, 208, 46, 12), (-0.10, -42, 212, 46, 12), (-0.40, -74, 220, 46, 11)), whorl=26),
    "curtain": Cut(((-0.99, -107, 264, 34, 3), (0.99, 107, 264, 34, -3), (-0.88, -100, 252, 46, 10), (0.88, 100, 250, 46, -10),
                    (-0.62, -84, 224, 56, 20), (0.62, 86, 222, 56, -20)), open=0.85, wave=3.0, teeth=0.7),
    "curly": Cut(((-0.98, -106, 244, 38, 4), (0.98, 106, 244, 38, -4), (-0.76, -80, 208, 46, 6), (0.76, 80, 206, 46, -6),
                  (-0.48, -54, 204, 48, 6), (0.48, 54, 202, 48, -7), (-0.20, -26, 204, 46, 5), (0.22, 26, 206, 46, -6), (0.02, -2, 212, 48, -4)), wave=5.0),
    "hime": Cut(((-0.99, -104, 286, 34, 0), (0.99, 104, 286, 34, 0), (-0.76, -78, 198, 42, 1), (0.76, 78, 198, 42, -1),
                 (-0.46, -46, 199, 42, 0), (0.46, 46, 199, 42, 0), (-0.14, -15, 199, 40, 0), (0.16, 16, 199, 40, 0)), blunt=0.74, teeth=0.35, temples=0.74),
    "wispy": Cut(((-0.98, -105, 240, 30, 3), (0.98, 105, 238, 30, -3), (-0.78, -84, 206, 30, 4), (0.80, 86, 204, 30, -4),
                  (-0.52, -56, 198, 26, 3), (0.54, 58, 200, 26, -3), (-0.26, -30, 208, 22, -2), (0.30, 34, 206, 22, 2), (0.02, 2, 212, 24, -3))),
    "veil": Cut(((-0.98, -106, 262, 40, 4), (0.98, 105, 238, 32, -4), (0.82, 94, 202, 38, -7), (0.56, 50, 194, 40, 10),
                 (0.30, 6, 202, 46, 12), (0.04, -38, 236, 52, 12), (-0.30, -70, 262, 56, 9)), whorl=30, locks=0.8),
    "spiky": Cut(((-0.98, -114, 226, 34, 12), (0.98, 116, 222, 34, -12), (-0.80, -98, 200, 40, 10), (0.80, 100, 198, 38, -10),
                  (-0.54, -64, 190, 42, 6), (0.58, 68, 192, 40, -4), (0.30, 40, 198, 38, 6), (-0.24, -34, 186, 40, -4), (0.04, 8, 204, 42, 7)), locks=0.35, outward=True, teeth=1.25),
    "slick": Cut(((-0.99, -107, 248, 36, 2), (0.99, 107, 246, 36, -2), (-0.93, -103, 190, 36, 6), (0.93, 103, 190, 36, -6)), open=1.25, locks=0.4, round=True, teeth=0.3),
    "crossed": Cut(((-0.98, -105, 246, 34, 4), (0.98, 105, 244, 34, -4), (-0.74, -80, 208, 44, 6), (0.76, 84, 206, 44, -6),
                    (0.44, 46, 200, 46, -9), (-0.44, -43, 200, 46, 9), (-0.24, 22, 220, 40, -9), (0.22, -18, 228, 40, 9))),
    "wolf": Cut(((-0.98, -112, 258, 34, 9), (0.98, 113, 252, 34, -9), (-0.84, -96, 222, 38, 8), (0.84, 98, 220, 38, -8),
                 (-0.56, -62, 208, 36, 4), (0.58, 66, 204, 36, -5), (-0.30, -36, 220, 32, -4), (0.32, 38, 198, 34, -6), (0.02, 2, 204, 36, 6)), outward=True, teeth=1.2),
    "bowl": Cut(((-0.98, -107, 228, 40, 0), (0.98, 107, 228, 40, 0), (-0.78, -88, 214, 54, 3), (0.78, 88, 214, 54, -3),
                 (-0.46, -52, 206, 58, 3), (0.46, 52, 206, 58, -3), (0.0, 0, 203, 66, 0)), blunt=0.66, locks=0.5, teeth=0.25),
}  # fmt: skip


@dataclass
class _Hair:
    dome: Dome
    cut: Cut
    length: float  # how far the tips go down, in units
    curl: float
    z: np.ndarray
    crescent: skia.Path = field(init=False)

    def __post_init__(self) -> None:
        self.crescent = crescent(self.dome)

    def jitter(self, i: float) -> np.ndarray:
        """Displacement [2] of tip ``i``, smooth in z; never enough to change what lies over what."""
        z = self.z
        x = 1.8 * (z[1] * np.cos(1.3 * i) + z[3] * np.sin(2.1 * i))
        return np.array([x, 2.2 * (z[2] * np.sin(1.7 * i + 1) + z[4] * np.cos(2.4 * i))])

    def clump(self, i: int, row: Row) -> Clump:
        u, x, y, width, bow = row
        drop = self.length * (1.0 if abs(u) < 0.9 else 0.5)
        tip = np.array([AXIS + x, y + drop]) + self.jitter(i)
        wave = self.cut.wave + 6.0 * self.curl
        return self.dome.clump(u, (tip[0], tip[1]), width, bow, wave, tip=self.tip(u), phase=0.9 * i)

    def tip(self, u: float) -> float:
        """Share of its width that the clump over meridian ``u`` has at its tip."""
        return self.cut.blunt if abs(u) < 0.9 else self.cut.temples


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw cels side_locks and fringe of part hair_front."""
    sheet.matrix = skia.Matrix.Translate(0, DROP)
    volume, cut = float(a["hair_volume"]), CUTS[str(a["front_style"])]
    whorl = AXIS + cut.whorl + 24 * float(a["parting"]) + 2.0 * z[0]
    dome = Dome(111 + 3.5 * volume + 0.5 * z[7], 53 - 4.5 * volume, whorl)
    hair = _Hair(dome, cut, 12 * float(a["fringe_length"]), float(a["curl"]), z)
    _side_locks(sheet, hair, float(a["side_locks"]), float(a["tips"]))
    _fringe(sheet, hair)
    low = max(r[2] for r in cut.rows) + hair.length + 4
    _ramp(sheet, low, float(a["tips"]))


def _fringe(sheet: Sheet, hair: _Hair) -> None:
    sheet.cel("fringe")
    dome, cut, z = hair.dome, hair.cut, hair.z
    outline, (px, _) = dome.outline(), dome.whorl
    w, up = dome.wide, (31 if cut.round else 48) * cut.open
    right = [(w, 188), (w - 2, 214), (w - 14, 212), (84, 176 - 6 * cut.open)]
    high = 16 * max(0.0, 1 - cut.open)  # no edge of the cap between clumps: what is seen there ends where they part
    arch = [(44, 160 - high - (16 if cut.round else 12) * cut.open), (18, 158 - high - (27 if cut.round else 30) * cut.open)]
    rising = [(AXIS + x, y) for x, y in right] + [(px + x, y) for x, y in arch]
    falling = [(px - x, y) for x, y in arch[::-1]] + [(AXIS - x, y) for x, y in right[::-1]]
    hairline = spline([*rising, (px, 158 - high - up), *falling], per=5)
    cap = polygon(np.vstack([outline, hairline[1:-1]]))
    sheet.fill(cap, "hair.base")
    with sheet.clip(cap):
        sheet.fill(hair.crescent, "hair.shade")
    if cut.open:
        sheet.fill(ink(hairline[14:-14:2], [0.5, 1.9, 2.2, 2.2, 1.9, 0.5], per=3), "hair.line")
    mass = Mass(sheet, cap, hair.crescent)
    for i, row in enumerate(cut.rows):
        mass.paint(hair.clump(i, row), blunt=hair.tip(row[0]) > 0, ink_from=0.36 if abs(row[0]) < 0.9 else 0.5)
    with sheet.clip(cap):
        ring(sheet, dome, 0.07 * z[5], (z[6], -z[1], z[2], z[4]), cut.teeth)
    if cut.open and not cut.round:  # over the ring, which would cut it in two
        sheet.fill(ink([(px, 86), (px - 0.5, 100), (px, 159 - high - up)], [0.4, 1.8, 2.0]), "hair.line")
    silhouette = np.vstack([[(AXIS - w + 1, 206)], outline, [(AXIS + w - 1, 206)]])
    sheet.fill(ink(silhouette[::3], [0.3, 2.4, 3.0, 3.1, 3.1, 3.2, 3.4, 3.8, 0.3], per=3), "hair.line")


def _side_locks(sheet: Sheet, hair: _Hair, amount: float, tips: float) -> None:
    """Two locks a side before the ears, from almost nothing to the chest."""
    sheet.cel("side_locks")
    dome, cut, low = hair.dome, hair.cut, 262.0
    mass = Mass(sheet, skia.Path())
    length = amount * cut.locks
    for side in (-1.0, 1.0):
        for k, (x, end, width) in enumerate(((106, 372, 30), (93, 338, 26))):
            dx, dy = hair.jitter(5 + 2 * k + side)
            grown = min(1.0, 3.0 * amount)
            off = 12.0 * cut.outward
            y = 236 + (end - 236) * length + dy
            tip = (AXIS + side * (x - 4 + off) + dx, y)
            root = (AXIS + side * (dome.wide - 16 - 8 * k), 132.0)
            bulge = (AXIS + side * (dome.wide - 1 - 9 * k), 172.0)
            lead = (AXIS + side * (x + 4 - 6 * k + 0.5 * off), y - 0.42 * (y - 172))
            wave = (1.0 + 6.0 * hair.curl) * min(1.0, (y - 200) / 140)
            lock = clump((root, bulge, lead, tip), width * (0.25 + 0.75 * grown), side * wave, phase=0.8 * k)
            mass.paint(lock, cast=k > 0, ink_from=0.12)
            low = max(low, y)
    _ramp(sheet, low, tips)


def _ramp(sheet: Sheet, low: float, tips: float) -> None:
    """The tips' colour climbs from ``low`` by up to 92 units; over 44 it turns."""
    start = low + DROP - 24 - 92 * tips + 30 * (1 - tips)
    sheet.ramp((AXIS, start), (AXIS, start + 44))
