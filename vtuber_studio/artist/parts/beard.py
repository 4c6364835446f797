"""Facial hair: a tone of stubble, a moustache, a beard that follows the jaw of this very face.

The beard is a band between two lines that run from the sideburns down: the jaw, moved outward, and the cheek line, which
ends under the lower lip. The moustache is a cel of its own, for it goes with the mouth when the head turns.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import skia

from vtuber_studio.artist.brush import Point, Sheet, ink, mirror, polygon, spline
from vtuber_studio.artist.parts import face
from vtuber_studio.artist.shapes import DROP
from vtuber_studio.core.attribute import Value

_TOP = 250.0  # where sideburns end in a point, under the hair


def draw(sheet: Sheet, a: dict[str, Value], z: np.ndarray) -> None:
    """Draw the chosen facial hair for the values ``a`` and variation ``z`` [8]."""
    kind, grown = str(a["beard"]), 0.5 + 0.5 * float(a["beard_length"])
    lip = 284 + DROP - 4.0 * float(a["mouth_height"])
    jaw = _jaw(a)
    if kind == "stubble":
        _stubble(sheet, jaw, lip, grown, z)
    if kind in ("short", "full"):
        _beard(sheet, jaw, lip, grown, kind == "full", z)
    if kind == "goatee":
        _goatee(sheet, jaw, lip, grown, z)
    if kind != "stubble":
        _moustache(sheet, kind, lip, grown, z)


def _jaw(a: dict[str, Value]) -> np.ndarray:
    """[64, 2] right half of the face's outline from the sideburn to the chin, evenly, as (offset, y)."""
    half = face.contour(a, np.zeros(8))
    half = half[half[:, 1] > _TOP - 14]
    y = half[:, 1]
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(half, axis=0).T))])
    start = float(np.interp(_TOP, y, along))
    at = np.linspace(start, along[-1], 64)
    return np.stack([np.interp(at, along, half[:, k]) for k in (0, 1)], 1)


def _outward(jaw: np.ndarray, depths: Sequence[float]) -> np.ndarray:
    """The jaw moved outward along its normals, by depths spread along it."""
    step = np.gradient(jaw, axis=0)
    normal = np.stack([step[:, 1], -step[:, 0]], 1) / np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-6)[:, None]
    normal[-1] = (0, 1)
    depth = np.interp(np.linspace(0, 1, len(jaw)), np.linspace(0, 1, len(depths)), depths)
    return jaw + normal * depth[:, None]


def _cheek(jaw: np.ndarray, full: float, mouth: Sequence[Point]) -> np.ndarray:
    """The inner line, from the sideburn's point to the axis; ``full`` 0..1: how high on the cheek; ``mouth``: its last
    points, around the lips."""
    a, b, c = jaw[0], jaw[14], jaw[27]
    inner = [(a[0] - 1, a[1]), (b[0] - 7 - 3 * full, b[1] - 1), (c[0] - 12 - 9 * full, c[1] - 3 - 3 * full)]
    return spline([*inner, *mouth])


def _both(right: np.ndarray) -> np.ndarray:
    """Closed outline on the canvas of a right half given from axis to axis."""
    here = right + [256, 0]
    return np.vstack([here, mirror(here)])


def _around(lip: float, wide: float, low: float) -> list[Point]:
    """The bare place around the lips, from beside a corner to the axis below, a soul patch standing in its middle."""
    return [(wide + 3, lip - 4), (wide, lip + 3), (0.72 * wide, lip + low), (6, lip + low + 2.5), (0, lip + low - 1)]


def _stubble(sheet: Sheet, jaw: np.ndarray, lip: float, grown: float, z: np.ndarray) -> None:
    """One even tone with soft edges: jaw and chin, and the lip under the nose."""
    sheet.cel("stubble")
    cheek = _cheek(jaw, 0.75, _around(lip, 22 + 0.4 * z[1], 9))
    shape = polygon(_both(np.vstack([cheek[::-1], jaw + [0, 0.6]])))
    upper = spline([(0, lip - 13.5), (10, lip - 14), (21, lip - 9), (28, lip + 2)])
    lower = spline([(22, lip + 2), (16, lip - 4.5), (8, lip - 6.5), (0, lip - 6)])
    shape.addPath(polygon(_both(np.vstack([upper, lower]))))
    whole = skia.Simplify(shape)  # where both meet it is no darker
    sheet.fill(whole, "beard.stubble", opacity=0.16 + 0.24 * grown + 0.01 * z[0], blur=1.3)


def _beard(sheet: Sheet, jaw: np.ndarray, lip: float, grown: float, full: bool, z: np.ndarray) -> None:
    sheet.cel("beard")
    if full:
        depths = [0.4, 1.5, 2.6, 4 + 2 * grown, 7 + 6 * grown, 9 + 12 * grown, 11 + 14 * grown]
    else:
        depths = [0.4, 0.9, 1.2, 1.5 + 0.6 * grown, 1.8 + 2.2 * grown, 2 + 4 * grown, 2 + 4.5 * grown]
    outer = _outward(jaw, depths)
    if full:
        outer = _tufts(outer, grown, z)
    cheek = _cheek(jaw, 1.0 if full else 0.25 + 0.3 * grown, _around(lip, 20 + 0.4 * z[1], 10))
    outline = _both(np.vstack([cheek[::-1], outer]))
    _painted(sheet, outline, outer, 0.5 if full else 0.36)
    below = _both(np.vstack([[(0, lip + 8)], cheek[-16:][::-1] + [0, 4]]))
    with sheet.clip(polygon(outline)):
        sheet.fill(polygon(below), "beard.shade")  # the lip's shadow
        if full:
            for x, top, bend in ((-34, lip + 8, 7), (-13, lip + 20, 3), (15, lip + 19, -3), (36, lip + 7, -8)):
                strand = [(256 + x, top), (256 + x + 0.6 * bend, top + 9 + 3 * grown), (256 + x + 1.5 * bend, top + 17 + 7 * grown)]
                sheet.fill(ink(strand, 2.6), "beard.line", opacity=0.8)


def _tufts(outer: np.ndarray, grown: float, z: np.ndarray) -> np.ndarray:
    """The jaw's half of the beard's edge with points: three tufts a side, each a long curve and a short step back."""
    line = [outer[:30]]
    for k, (start, end) in enumerate(((29, 40), (40, 51), (51, 63))):
        tip = outer[end] + [0.4 * z[2 + k], 1.5 + (1.6 + k) * (0.5 + grown)]
        bulge = 0.5 * (outer[start] + outer[end]) + [1.2, 1.6 + grown]
        line.append(spline([line[-1][-1], bulge, tip])[1:])
        if k < 2:
            line.append(np.array([outer[end] + [-1.0, -2.2 - grown]]))
    return np.vstack(line)


def _painted(sheet: Sheet, outline: np.ndarray, edge: np.ndarray, share: float) -> None:
    """Base, a shade along the right side, a line along the lower ``edge`` (its right half, as offsets)."""
    path = polygon(outline)
    sheet.fill(path, "beard.base")
    right = edge + [256, 0]
    with sheet.clip(path):
        along = np.linspace(0, 1, len(right))
        depth = np.interp(along, [0, 0.3, 0.7, 1], [2, 8, 15, 0]) * share * 1.5
        sheet.fill(polygon(np.vstack([right + [6, 2], (right - np.stack([depth, 0.5 * depth], 1))[::-1]])), "beard.shade")
    whole = np.vstack([right, mirror(right)[1:]])
    at = np.linspace(0, 1, len(whole))
    weight = np.interp(at, [0, 0.12, 0.3, 0.5, 0.7, 0.88, 1], [0.4, 1.8, 2.8, 2.4, 2.4, 1.6, 0.4])
    sheet.fill(ink(whole, list(weight), per=1), "beard.line")


def _goatee(sheet: Sheet, jaw: np.ndarray, lip: float, grown: float, z: np.ndarray) -> None:
    """A patch from below the lip to the chin, where it comes to a point."""
    sheet.cel("beard")
    edge = _outward(jaw, [0.0] * 8 + [0.6, 2 + 2.5 * grown, 5 + 11 * grown])[47:]
    inner = [(0, lip + 12), (4 + 0.4 * z[1], lip + 12.5), (9, lip + 17), (0.66 * edge[0][0], edge[0][1] - 5.5), tuple(edge[0])]
    _painted(sheet, _both(np.vstack([spline(inner), edge[1:]])), edge, 0.25)


def _moustache(sheet: Sheet, kind: str, lip: float, grown: float, z: np.ndarray) -> None:
    """Two wings that part under the nose; with a full beard their ends sink into it."""
    sheet.cel("moustache")
    reach = {"moustache": 21 + 13 * grown, "goatee": 17 + 5 * grown, "short": 23.0, "full": 26 + 3 * grown}[kind]
    fall = {"moustache": 1.5 - 4.5 * grown, "goatee": 0.0, "short": 5.0, "full": 8.0}[kind] + 0.4 * z[5]
    thick = {"moustache": 5.0 + 2.5 * grown, "goatee": 3.6 + grown, "short": 4.6 + grown, "full": 6.0 + 2 * grown}[kind]
    y = lip - 7.5
    upper = spline([(0, y - 0.55 * thick), (0.28 * reach, y - thick), (0.66 * reach, y - 0.62 * thick + 0.3 * fall), (reach, y + 2 + fall)])
    lower = spline([(reach, y + 2 + fall), (0.68 * reach, y + 0.9 + 0.45 * fall), (0.3 * reach, y + 0.2), (0, y - 0.1 * thick)])
    path = polygon(_both(np.vstack([upper, lower[1:]])))
    sheet.fill(path, "beard.base")
    with sheet.clip(path):
        shade = np.vstack([lower + [0, 1], (lower - [0, 0.36 * thick])[::-1]]) + [256, 0]
        sheet.fill(polygon(shade), "beard.shade")
    for side in (lower + [256, 0], mirror(lower + [256, 0])):
        sheet.fill(ink(side[::3], [0.8, 1.8, 2.0, 1.0] if side[0][0] > 256 else [1.0, 2.0, 1.8, 0.8], per=3), "beard.line")
