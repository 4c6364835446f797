"""What is where: for every pixel of a shot the part that is seen there, and the material that covers most of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import cv2
import numpy as np

from vtuber_studio.core.image import freeze
from vtuber_studio.core.look import Look
from vtuber_studio.core.shot import Shot, shot_of
from vtuber_studio.engine.cache import RenderCache
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.paint import Window
from vtuber_studio.engine.painter import CANVAS, Slot
from vtuber_studio.engine.render import painter_of

SEEN = 0.25  # share of a pixel from which on a part is seen in it
_SPECK, _HOLE = 8.0, 150.0  # square units: smaller islands and holes have no outline
_GAP = 5  # pixels: a narrower gap (a lash, a glint) is none
_SMALL = 1500  # pixels of a part that is hard to hit


class Hit(NamedTuple):
    """What is seen at a point."""

    part: str
    material: str


@dataclass(frozen=True, eq=False)
class PickMap:
    """``part`` and ``material`` uint8 [512, 512], read-only: 0 for nothing, else one more than the place in ``parts``
    and ``materials``. Hidden parts have no pixels; multiply shadows belong to what they fall on."""

    shot: Shot
    parts: tuple[str, ...]
    materials: tuple[str, ...]
    part: np.ndarray
    material: np.ndarray

    def at(self, x: float, y: float, reach: int = 0) -> Hit | None:
        """What is seen at a point, in canvas units; None beside the figure.

        ``reach``: a small part (a nose, a brow) so many units away counts before what lies around it.
        """
        column, row = int(np.floor(x)), int(np.floor(y))
        if not (0 <= column < CANVAS and 0 <= row < CANVAS):
            return None
        if reach:
            near = self.part[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1]
            small = [number for number in np.unique(near[near > 0]) if self._sizes[number] < _SMALL]
            if small and self.part[row, column] not in small:
                lines, columns = np.nonzero(near == min(small, key=lambda number: self._sizes[number]))
                lines, columns = lines + max(0, row - reach), columns + max(0, column - reach)
                closest = np.hypot(lines - row, columns - column).argmin()
                row, column = int(lines[closest]), int(columns[closest])
        if not self.part[row, column]:
            return None
        return Hit(self.parts[self.part[row, column] - 1], self.materials[self.material[row, column] - 1])

    @cached_property
    def _sizes(self) -> np.ndarray:
        return np.bincount(self.part.ravel(), minlength=len(self.parts) + 1)

    @cached_property
    def visible(self) -> tuple[str, ...]:
        """Parts that are seen anywhere, from the top of the picture down."""
        tops = {name: np.flatnonzero((self.part == k + 1).any(1)) for k, name in enumerate(self.parts)}
        found = [name for name in self.parts if len(tops[name])]
        return tuple(sorted(found, key=lambda name: float(tops[name].mean())))

    def main_material(self, part: str) -> str:
        """The material that covers most of what is seen of a part."""
        counts = np.bincount(self.material[self.part == self.parts.index(part) + 1], minlength=2)
        return self.materials[max(int(counts.argmax()), 1) - 1]

    def outline(self, part: str) -> list[np.ndarray]:
        """Closed lines around what is seen of a part, float32 [n, 2] each, in canvas units."""
        if part not in self._outlines:
            self._outlines[part] = _contours(self.part == self.parts.index(part) + 1)
        return self._outlines[part]

    @cached_property
    def _outlines(self) -> dict[str, list[np.ndarray]]:
        return {}


def pick_map(generator: Generator, shot: Look | Shot, cache: RenderCache | None = None) -> PickMap:
    """What is where in a shot, its pose included. Of a ``cache`` only the networks' outputs are shared, so that no
    picture in it is lost. StudioError for an unknown name or a value out of range."""
    shot, own = shot_of(shot), RenderCache()
    if cache is not None:
        own.logits = cache.logits
    painter = painter_of(generator, shot, 1, own)
    manifest = painter.manifest
    parts = tuple(entry.part.name for entry in manifest.parts)
    materials = tuple(row.name for row in manifest.materials)
    through = np.ones((CANVAS, CANVAS), np.float32)  # what is left of the light from behind
    seen: dict[str, list[_Seen]] = {name: [] for name in parts}
    for slot in reversed(painter.slots):
        layer, lead = painter.layer(slot), painter.leading(slot)
        if layer is None or lead is None or slot.part is None:
            continue
        view = through[_place(layer.window)]
        share = view * layer.pixels[3]
        view -= share
        seen[slot.part.name].append(_Seen(layer.window, share, _named(slot, materials)[lead]))
    most = np.full((CANVAS, CANVAS), np.float32(SEEN))
    part, material = np.zeros((CANVAS, CANVAS), np.uint8), np.zeros((CANVAS, CANVAS), np.uint8)
    for index, name in enumerate(parts):
        if seen[name]:
            _claim(index + 1, seen[name], most, part, material)
    return PickMap(shot, parts, materials, freeze(part), freeze(material))


class _Seen(NamedTuple):
    """What shows of one cel: its share of each pixel of a window, and the materials there."""

    window: Window
    share: np.ndarray
    material: np.ndarray


def _claim(number: int, cels: Sequence[_Seen], most: np.ndarray, part: np.ndarray, material: np.ndarray) -> None:
    """Give a part the pixels in which it shows more than any part before it did."""
    sides = np.array([cel.window for cel in cels])
    window = (*sides[:, :2].min(0).tolist(), *sides[:, 2:].max(0).tolist())
    shape = (window[3] - window[1], window[2] - window[0])
    total, best, leading = np.zeros(shape, np.float32), np.zeros(shape, np.float32), np.zeros(shape, np.uint8)
    for cel in cels:
        inside = _place(cel.window, window[:2])
        total[inside] += cel.share
        more = cel.share > best[inside]
        np.copyto(best[inside], cel.share, where=more)
        np.copyto(leading[inside], cel.material, where=more)
    place = _place(window)
    won = total > most[place]
    np.copyto(most[place], total, where=won)
    np.copyto(material[place], leading, where=won)
    part[place][won] = number


def _named(slot: Slot, materials: Sequence[str]) -> np.ndarray:
    """One more than the place in ``materials`` of what ``Painter.leading`` counts."""
    assert slot.cel is not None
    names = [*slot.cel.materials, *(slot.cel.ramp.get(name, name) for name in slot.cel.materials)]
    return np.array([materials.index(name) + 1 for name in names], np.uint8)


def _place(window: Window, corner: Sequence[int] = (0, 0)) -> tuple[slice, slice]:
    x0, y0, x1, y1 = window
    return slice(y0 - corner[1], y1 - corner[1]), slice(x0 - corner[0], x1 - corner[0])


def _contours(mask: np.ndarray) -> list[np.ndarray]:
    """Outlines of a mask [512, 512], its steps smoothed away."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return []
    left, top = int(columns[0]), int(rows[0])
    tight = mask[top : rows[-1] + 1, left : columns[-1] + 1].astype(np.uint8) * 255
    around = cv2.copyMakeBorder(tight, _GAP, _GAP, _GAP, _GAP, cv2.BORDER_CONSTANT, value=0)
    around = cv2.morphologyEx(around, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_GAP, _GAP)))
    fine = cv2.GaussianBlur(cv2.resize(around, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR), (9, 9), 1.4)
    found, levels = cv2.findContours((fine > 127).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    least = [4 * (_HOLE if level[3] >= 0 else _SPECK) for level in (levels[0] if len(found) else ())]
    kept = [line for line, area in zip(found, least, strict=True) if cv2.contourArea(line) > area]
    corner = np.array([left - _GAP + 0.25, top - _GAP + 0.25], np.float32)
    return [(cv2.approxPolyDP(line, 0.9, True)[:, 0] / 2 + corner).astype(np.float32) for line in kept]
