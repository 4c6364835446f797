"""Painter: one figure in one pose at one scale, cel by cel, as layers on the canvas.

Up to scale 2 a layer covers its whole cel and is kept in the cache; above it layers are painted window by window,
so that a large picture needs no more memory than its strips, and a look into it no more time than what is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from vtuber_studio.core.part import Cel, Part
from vtuber_studio.core.pose import NEUTRAL, Pose
from vtuber_studio.engine import warp
from vtuber_studio.engine.cache import RenderCache
from vtuber_studio.engine.compose import Layer, shadow_layer, shadow_softness
from vtuber_studio.engine.figure import Ingredients, shadow_tint
from vtuber_studio.engine.manifest import Manifest
from vtuber_studio.engine.paint import Coverage, Window, inks, intersect, paint, upsample

CANVAS = 512
KEPT_SCALE = 2  # the largest scale whose layers are kept whole
COARSE = 8  # units between the points by which a warped cel's place is found

CoverageOf = Callable[[Part, Cel, float, Window | None], Coverage | None]


@dataclass(frozen=True)
class Slot:
    """A place in the stack: a cel of a part, or the cast shadow (``cel`` None)."""

    depth: float
    part: Part | None = None
    cel: Cel | None = None


def slots(manifest: Manifest) -> list[Slot]:
    """The stack, back to front; equal depths in the manifest's order."""
    found = [Slot(cel.depth, entry.part, cel) for entry in manifest.parts for cel in entry.part.cels]
    if manifest.shadow:
        found.append(Slot(manifest.shadow.depth))
    return sorted(found, key=lambda slot: slot.depth)


class Painter:
    """Layers of one figure. ``coverage_of`` says what a cel covers: a network's output, or the artist's drawing."""

    def __init__(
        self,
        manifest: Manifest,
        figure: Mapping[str, Ingredients],
        coverage_of: CoverageOf,
        pose: Pose,
        scale: int,
        cache: RenderCache,
        whole: bool = False,
    ) -> None:
        self.manifest, self.figure, self.coverage_of = manifest, figure, coverage_of
        self.pose, self.scale, self.cache = pose, scale, cache
        self.whole = whole or scale <= KEPT_SCALE
        self.size = CANVAS * scale
        self.slots = slots(manifest)
        self._by_cel = {slot.cel.name: slot for slot in self.slots if slot.cel}
        self.canvas: Window = (0, 0, self.size, self.size)
        self._fields: tuple[Window, dict[str, warp.Field]] | None = None

    def key(self, slot: Slot) -> Hashable:
        """Names all that decides a slot's layer."""
        if slot.cel is None or slot.part is None:
            shadow = self.manifest.shadow
            assert shadow is not None
            seen = [self._alpha_key(self._by_cel[name]) for name in shadow.casters + shadow.receivers]
            return ("shadow", self._tint.tobytes(), *seen)
        return (self._alpha_key(slot), self._inks(slot.part, slot.cel).tobytes())

    def layer(self, slot: Slot, window: Window | None = None) -> Layer | None:
        """The slot's layer, or what a window of the canvas shows of it; None where there is nothing."""
        if window is None and self.whole:
            return self.cache.layers.get(self.key(slot), lambda: self._make(slot, self.canvas))
        return self._make(slot, window or self.canvas)

    def _make(self, slot: Slot, window: Window) -> Layer | None:
        if slot.cel is None or slot.part is None:
            return self._shadow(window)
        wanted = self.figure[slot.part.name]
        if wanted.empty:
            return None
        if self.pose != NEUTRAL:
            return self._warped(wanted.part, slot.cel, window)
        return self._flat(wanted.part, slot.cel, None if self.whole else window)

    def leading(self, slot: Slot) -> np.ndarray | None:
        """uint8 [h, w] over the slot's layer: which of its cel's materials covers most; past them, the ends of their
        ramps in the same order. None where there is no layer, or no cel."""
        layer, cel = self.layer(slot), slot.cel
        if layer is None or cel is None or slot.part is None:
            return None
        part = self.figure[slot.part.name].part
        key = self._cover_key(part, cel)
        flat = self.cache.coverage.get(key, lambda: self.coverage_of(part, cel, self.scale, None))
        assert flat is not None
        lead = flat.m.argmax(0).astype(np.uint8)
        if flat.t is not None:
            lead[flat.t > 0.5] += len(cel.materials)
        if self.pose == NEUTRAL:
            return lead
        x, y = warp.source_maps(self._field(cel, self.canvas), layer.window, warp.shift(cel, self.pose))
        left, top = (np.float32(part.box[k] * self.scale + (flat.x, flat.y)[k]) for k in (0, 1))
        return cv2.remap(lead, x - left, y - top, cv2.INTER_NEAREST)

    def _cover_key(self, part: Part, cel: Cel) -> Hashable:
        return (self.figure[part.name].key, cel.name, self.scale)

    def _alpha_key(self, slot: Slot) -> Hashable:
        assert slot.part is not None and slot.cel is not None
        alpha = self._inks(slot.part, slot.cel)[3::4].tobytes()
        return (self.figure[slot.part.name].key, slot.cel.name, self.scale, self.pose, alpha)

    def _inks(self, part: Part, cel: Cel) -> np.ndarray:
        if cel.name not in self._ink_cache:
            self._ink_cache[cel.name] = inks(cel, self.figure[part.name].colours)
        return self._ink_cache[cel.name]

    @cached_property
    def _ink_cache(self) -> dict[str, np.ndarray]:
        return {}

    def _flat(self, part: Part, cel: Cel, window: Window | None) -> Layer | None:
        """The cel as drawn: whole for None, or inside a window of the canvas."""
        left, top = part.box[0] * self.scale, part.box[1] * self.scale
        if window is None:
            key = self._cover_key(part, cel)
            coverage = self.cache.coverage.get(key, lambda: self.coverage_of(part, cel, self.scale, None))
        else:
            inner = (window[0] - left, window[1] - top, window[2] - left, window[3] - top)
            coverage = self.coverage_of(part, cel, self.scale, inner)
        if coverage is None:
            return None
        return Layer(left + coverage.x, top + coverage.y, paint(coverage, self._inks(part, cel)), cel.blend)

    def _warped(self, part: Part, cel: Cel, window: Window) -> Layer | None:
        flat, box = None, tuple(side * self.scale for side in part.box)
        if self.whole:
            key = (self.figure[part.name].key, cel.name, self.scale, NEUTRAL, self._inks(part, cel).tobytes())
            flat = self.cache.layers.get(key, lambda: self._flat(part, cel, None))
            if flat is None:
                return None
            box = flat.window
        moved, units = warp.shift(cel, self.pose), tuple(side / self.scale for side in box)
        place = warp.seen_window(self._coarse[cel.rides], COARSE * self.scale, moved, units, self.size)
        place = intersect(place, window) if place else None
        if place is None:
            return None
        x, y = warp.source_maps(self._field(cel, window), place, moved)
        if not self.whole:
            flat = self._flat(part, cel, (int(x.min()) - 1, int(y.min()) - 1, int(x.max()) + 3, int(y.max()) + 3))
        tight = _seen(x, y, flat.window) if flat else None
        if flat is None or tight is None:
            return None
        inside = np.s_[tight[1] : tight[3], tight[0] : tight[2]]
        pixels = warp.remap(flat.pixels, x[inside] - np.float32(flat.x), y[inside] - np.float32(flat.y))
        return Layer(place[0] + tight[0], place[1] + tight[1], pixels, cel.blend)

    def _field(self, cel: Cel, window: Window) -> warp.Field:
        if self._fields is None or self._fields[0] != window:
            self._fields = window, warp.fields(self.pose, self.scale, window)
        return self._fields[1][cel.rides]

    @cached_property
    def _coarse(self) -> dict[str, warp.Field]:
        return warp.fields(self.pose, self.scale, self.canvas, COARSE * self.scale)

    @cached_property
    def _tint(self) -> np.ndarray:
        shadow = self.manifest.shadow
        assert shadow is not None
        receiver = self._by_cel[shadow.receivers[0]].part
        assert receiver is not None
        return shadow_tint(self.manifest, self.figure[receiver.name])

    def _shadow(self, window: Window) -> Layer | None:
        shadow = self.manifest.shadow
        assert shadow is not None
        softness = self._softness
        if softness is None:
            return None
        if len(softness) == self.size:
            softness = softness[window[1] : window[3], window[0] : window[2]]
        else:  # the edge is soft: enlarging it loses nothing
            softness = upsample(softness[None], (self.size, self.size), window)[0]
        receivers = [self._by_cel[name] for name in shadow.receivers]
        seen = [layer for slot in receivers if (layer := self.layer(slot, None if self.whole else window))]
        return shadow_layer(shadow, softness, seen, self._tint, window[:2])

    @cached_property
    def _softness(self) -> np.ndarray | None:
        shadow = self.manifest.shadow
        assert shadow is not None
        small = self
        if not self.whole:
            small = Painter(self.manifest, self.figure, self.coverage_of, self.pose, KEPT_SCALE, self.cache)
        casters = [self._by_cel[name] for name in shadow.casters]
        return shadow_softness(
            shadow, [layer for slot in casters if (layer := small.layer(slot))], small.scale, small.size
        )


def _seen(x: np.ndarray, y: np.ndarray, window: Window) -> Window | None:
    """The window of the maps [h, w] that sees any pixel of ``window``."""
    inside = (x > window[0] - 1) & (x < window[2]) & (y > window[1] - 1) & (y < window[3])
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
