"""The mouth, second edition: one opening that blends between a drawn line, a laugh and five vowels.

Both edges are five-node curves over s = -1 (left corner) .. 1; a shut mouth has the same curve twice, so nothing pops.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vtuber_studio.artist.brush import Sheet, ellipse, ink, polygon, spline
from vtuber_studio.artist.shapes import DROP
from vtuber_studio.core.attribute import Value

# half width, rise of the upper edge, depth, roundness, share of the depth that teeth and tongue take
_SHUT = np.array([13.0, 0.0, 0.0, 0.0, 0.40, 0.30])
_OPENINGS = {
    "mouth_open": np.array([17.0, 0.8, 18.0, 0.0, 0.36, 0.36]),
    "vowel_a": np.array([17.5, 2.0, 20.0, 0.25, 0.30, 0.40]),
    "vowel_i": np.array([19.0, 0.4, 8.5, 0.0, 0.80, 0.0]),
    "vowel_u": np.array([6.0, 2.2, 5.6, 1.0, 0.0, 0.25]),
    "vowel_e": np.array([17.0, 0.8, 11.5, 0.1, 0.46, 0.34]),
    "vowel_o": np.array([9.2, 4.4, 13.0, 1.0, 0.16, 0.34]),
}
# a quarter turn of the lower edge from a corner to the middle, (s, share of the depth): a rounded triangle, a bowl
_TRIANGLE = np.array([(1.0, 0.0), (0.84, 0.36), (0.62, 0.70), (0.34, 0.93), (0.0, 1.0)])
_BOWL = np.array([(1.0, 0.0), (0.97, 0.38), (0.76, 0.74), (0.42, 0.95), (0.0, 1.0)])
# course of the resting line: height of the corners, of the points at a half, of the middle (up is negative)
_COURSES = {
    "soft": (0.0, 0.5, 0.0), "cat": (-2.2, 2.4, -1.8), "pout": (1.6, 0.2, -1.6), "smirk": (0.0, 0.6, 0.2),
}  # fmt: skip


@dataclass(frozen=True)
class _Mouth:
    """``top`` and ``low``: [n, 2] edges, left to right; ``gap``: depth in the middle; shares of it as above."""

    top: np.ndarray
    low: np.ndarray
    gap: float
    half: float
    teeth: float
    tongue: float
    opening: float  # 0 shut .. 1


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw the opening with teeth and tongue, then the lips, for the values ``a`` and variation ``z`` [8]."""
    mouth = _opening(a, z)
    _inside(sheet, mouth, a)
    _lips(sheet, mouth, a, z)


def middle(a: dict[str, Value]) -> tuple[float, float]:
    """Canvas point of the mouth's middle: half-way between the lips."""
    mouth = _opening(a, np.zeros(8))
    return 256.0, float(mouth.top[len(mouth.top) // 2, 1] + mouth.low[len(mouth.low) // 2, 1]) / 2


def _opening(a: dict[str, Value], z: np.ndarray) -> _Mouth:
    share = {key: float(a[key]) for key in _OPENINGS}
    total = max(1.0, sum(share.values()))
    opening = sum(share.values()) / total
    blend = (1 - opening) * _SHUT + sum(share[key] / total * row for key, row in _OPENINGS.items())
    half, rise, depth, roundness, teeth, tongue = blend
    form, free = float(a["mouth_form"]), 1 - 0.75 * roundness
    form += 0.42 * (1 - abs(form))  # at rest she smiles a little
    shape = str(a["mouth_shape"])
    half *= (0.82 if shape == "pout" else 1.0) * (1 + 0.42 * float(a["mouth_width"])) * (1 + free * (0.14 * max(form, 0) - 0.10 * max(-form, 0)))
    sad = max(-form, 0.0) * free
    depth = depth * (1 - 0.22 * sad)

    # the resting line, over s at -1, -0.5, 0, 0.5, 1
    corner, side, middle = _COURSES[shape]
    curl = free * (1 - 0.5 * opening)
    y = np.array([corner, side, middle, side, corner]) * curl
    y += free * form * np.array([-4.4, -0.9, 0.9, -0.9, -4.4])
    if shape == "smirk":
        y += free * np.array([1.2, 0.6, 0.0, -1.2, -3.4])
    y += np.array([-0.5, -0.2, 0.0, 0.2, 0.5]) * z[1] * free + np.array([0, 0.25, 0, -0.25, 0]) * z[2]
    nodes = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
    high = float(a["mouth_height"])
    centre = np.array([256 + 0.4 * z[0], 284 + DROP - (4.0 if high > 0 else 2.5) * high - 0.12 * depth])  # a short chin is near

    lift = (rise + 0.30 * sad * depth) * np.array([0.0, 0.8, 1.0, 0.8, 0.0])
    top = spline(np.stack([half * nodes, y - lift], 1), per=8) + centre
    quarter = _TRIANGLE + (_BOWL - _TRIANGLE) * max(roundness, 0.8 * sad)
    s = np.concatenate([-quarter[:, 0], quarter[-2::-1, 0]])
    fall = np.concatenate([quarter[:, 1], quarter[-2::-1, 1]])
    # shut, the lower edge is the upper one; opening, its nodes slide toward the bowl's
    at = np.linspace(-1, 1, 9)
    slide = min(depth / 4.0, 1.0)
    s = at + (s - at) * slide
    course = spline(np.stack([nodes, y], 1), per=8)
    rest = np.interp(s, course[:, 0], course[:, 1])
    low = spline(np.stack([half * s, rest + depth * fall], 1), per=4) + centre
    return _Mouth(top, low, depth + rise, half, teeth, tongue, min(opening, 1.0))


def _inside(sheet: Sheet, mouth: _Mouth, a: dict[str, Value]) -> None:
    if mouth.gap < 0.05:
        return
    top, low = mouth.top, mouth.low
    sheet.cel("mouth_inside")
    sheet.fill(polygon(np.vstack([top, low[::-1]])), "mouth.inside")
    sheet.cel("teeth_tongue")
    s = np.linspace(-1, 1, len(top))
    middle = top[len(top) // 2]
    bottom = float(low[:, 1].max())
    shown = min(1.0, mouth.gap / 3.0)
    if mouth.tongue > 0.01:
        reach = mouth.tongue * mouth.gap
        sheet.fill(
            ellipse(middle[0] + 0.03 * mouth.half, bottom + 0.4 * reach, 0.56 * mouth.half, 1.4 * reach),
            "mouth.tongue",
            opacity=min(1.0, 8 * mouth.tongue) * shown,
        )
    bite = mouth.teeth * mouth.gap * (1 - 0.70 * np.abs(s) ** 2.2)
    edge = top + np.stack([0 * s, bite], 1)
    sheet.fill(
        polygon(np.vstack([top - [0, 2.5], edge[::-1]])),
        "mouth.teeth",
        opacity=min(1.0, 8 * mouth.teeth) * shown,
    )
    for side in _fangs(a):
        root, size = _at(top, 0.52 * side), 1.0 + 0.03 * mouth.gap
        length = mouth.teeth * mouth.gap * 0.75 + min(4.2, 0.5 * mouth.gap)
        sheet.fill(
            polygon(root + np.array([(-2.8 * size, -2.0), (2.8 * size, -2.0), (0.4 * side, length)])),
            "mouth.teeth",
            opacity=shown,
        )


def _lips(sheet: Sheet, mouth: _Mouth, a: dict[str, Value], z: np.ndarray) -> None:
    sheet.cel("lips")
    full, top, low = float(a["lips"]), mouth.top, mouth.low
    middle, bottom = top[len(top) // 2], float(low[len(low) // 2, 1])
    wide = min(mouth.half, 14.0)
    # the lower lip's shade: the only trace of lips that a drawn line has
    reach, under = 6.0 * (1 - 0.45 * mouth.opening) + 1.5 * full, bottom + 5.6 + 2.4 * full * (1 - 0.5 * mouth.opening)
    under = min(under, 306.0 + DROP)
    x = middle[0] + 0.3 * z[3]
    crescent = [(x - reach, under - 0.8), (x, under + 0.5), (x + reach, under - 0.8)]
    sheet.fill(ink(crescent, [0.5, 3.0 - 0.8 * mouth.opening, 0.5]), "skin.shade")

    s = np.linspace(-1, 1, len(top))
    bow = (1 - np.abs(s) ** 1.7) * (1 - 0.24 * np.exp(-((s / 0.20) ** 2)))
    upper = top - np.stack([0 * s, 4.2 * full * bow], 1)
    u = np.linspace(-1, 1, len(low))
    swell = np.clip((308.5 + DROP - bottom) / 6.0, 0.3, 1.0) * (5.4 - 1.4 * mouth.opening) * full * (1 - np.abs(u) ** 2.4)
    lower = low + np.stack([0 * u, swell], 1)
    shown = min(1.0, 5 * full)
    sheet.fill(polygon(np.vstack([top, upper[::-1]])), "mouth.lip", opacity=shown)
    sheet.fill(polygon(np.vstack([low, lower[::-1]])), "mouth.lip", opacity=shown)

    weight, open_by = 1 + 0.05 * z[4], min(1.0, mouth.gap / 5.0)
    heavy = np.array([1.8, 2.9, 2.8, 2.4, 2.1, 2.4, 2.8, 2.9, 1.8]) * (1 + 0.1 * full) * weight
    sheet.fill(ink(low, list(open_by * weight * np.array([1.4, 1.7, 1.9, 2.1, 1.9, 1.7, 1.4]))), "mouth.line")
    sheet.fill(ink(top, list(heavy)), "mouth.line")
    for side in (-1.0, 1.0):  # a tick at each corner, away from the smile's curve
        corner = _at(top, side)
        inward = _at(top, 0.82 * side)
        slope = (corner - inward) / max(float(np.hypot(*(corner - inward))), 1e-6)
        normal = np.array([-slope[1], slope[0]]) * side
        out = corner + slope * 0.4
        length = 0.12 * wide + 0.4
        tick = [out - normal * length + slope * 0.9, out, out + normal * length * 0.8 + slope * 0.6]
        sheet.fill(ink(tick, [0.6, 1.8, 0.6]), "mouth.line")
    peek = 1 - open_by
    for side in _fangs(a):  # shut, its point shows below the line
        root = _at(top, 0.52 * side)
        tooth = np.array([(-2.9, 0.2), (2.9, 0.2), (0.5 * side, 3.5)]) * (0.35 + 0.65 * peek)
        rim = np.array([(-4.4, -0.2), (4.4, -0.2), (0.6 * side, 5.1)]) * (0.35 + 0.65 * peek)
        sheet.fill(polygon(root + rim), "mouth.line", opacity=peek)
        sheet.fill(polygon(root + tooth), "mouth.teeth", opacity=peek)


def _fangs(a: dict[str, Value]) -> tuple[int, ...]:
    return {"none": (), "left": (1,), "both": (-1, 1)}[str(a["fang"])]


def _at(edge: np.ndarray, s: float) -> np.ndarray:
    """Point of an edge at s in -1..1."""
    index = (s + 1) / 2 * (len(edge) - 1)
    return np.array([np.interp(index, np.arange(len(edge)), edge[:, axis]) for axis in (0, 1)])
