"""Painter: one figure in one pose at one scale, cel by cel, as layers on the canvas.

A region is blended into each cel of its parts before the cel is warped: it goes with its part in every pose, and where
its mask is 0 not a bit changes.

Up to scale 2 a layer covers its whole cel and is kept in the cache; above it layers are painted window by window,
so that a large picture needs no more memory than its strips, and a look into it no more time than what is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from vtuber_studio.core.part import Cel, Part
from vtuber_studio.core.pose import NEUTRAL, Pose
from vtuber_studio.engine import warp
from vtuber_studio.engine.cache import RenderCache
from vtuber_studio.engine.compose import Layer, blended, shadow_layer, shadow_softness
from vtuber_studio.engine.figure import Ingredients, shadow_tint
from vtuber_studio.engine.manifest import Manifest, Shadow
from vtuber_studio.engine.paint import Coverage, Window, alone, inks, intersect, paint, upsample
from vtuber_studio.engine.patch import Patch

CANVAS = 512
KEPT_SCALE = 2  # the largest scale whose layers are kept whole
COARSE = 8  # units between the points by which a warped cel's place is found

CoverageOf = Callable[[Ingredients, Cel, float, Window | None], Coverage | None]


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
        patches: Sequence[Patch] = (),
        only: int | None = None,
    ) -> None:
        self.manifest, self.figure, self.coverage_of, self.patches = manifest, figure, coverage_of, patches
        self.only = only  # the number of the one material of a cel that is painted, as ``paint.alone`` has it
        self.pose, self.scale, self.cache = pose, scale, cache
        self.whole = whole or scale <= KEPT_SCALE
        self.size = CANVAS * scale
        self.slots = slots(manifest)
        self._by_cel = {slot.cel.name: slot for slot in self.slots if slot.cel}
        self.canvas: Window = (0, 0, self.size, self.size)

    def key(self, slot: Slot) -> Hashable:
        """Names all that decides a slot's layer."""
        if slot.cel is None or slot.part is None:
            shadow = self.manifest.shadow
            assert shadow is not None
            seen = [self._alpha_key(self._by_cel[name]) for name in shadow.casters + shadow.receivers]
            return ("shadow", self._tint.tobytes(), *seen)
        colours = [self._inks(wanted, slot.cel).tobytes() for wanted, _ in self._variants(slot.part.name)]
        return (self._alpha_key(slot), *colours)

    def layer(self, slot: Slot, window: Window | None = None) -> Layer | None:
        """The slot's layer, or what a window of the canvas shows of it; None where there is nothing."""
        if window is None and self.whole:
            return self.cache.layers.get(self.key(slot), lambda: self._make(slot, self.canvas))
        return self._make(slot, window or self.canvas)

    def _make(self, slot: Slot, window: Window) -> Layer | None:
        if slot.cel is None or slot.part is None:
            return self._shadow(window)
        name = slot.part.name
        if all(wanted.empty for wanted, _ in self._variants(name)):
            return None
        if self.pose != NEUTRAL:
            return self._warped(name, slot.cel, window)
        return self._flat(name, slot.cel, None if self.whole else window)

    def _variants(self, part: str) -> list[tuple[Ingredients, Patch | None]]:
        """The part's own ingredients, then those of each region that it has a variant in."""
        inside = [(patch.figure[part], patch) for patch in self.patches if part in patch.figure]
        return [(self.figure[part], None), *inside]

    def leading(self, slot: Slot) -> np.ndarray | None:
        """uint8 [h, w] over the slot's layer: which of its cel's materials covers most; past them, the ends of their
        ramps in the same order. None where there is no layer, or no cel."""
        layer, cel = self.layer(slot), slot.cel
        if layer is None or cel is None or slot.part is None:
            return None
        lead = np.zeros((self.size, self.size), np.uint8)
        for wanted, patch in self._variants(slot.part.name):
            flat = None if wanted.empty else self._coverage(wanted, cel)
            if flat is None:
                continue
            most = flat.m.argmax(0).astype(np.uint8)
            if flat.t is not None:
                most[flat.t > 0.5] += len(cel.materials)
            left, top = wanted.part.box[0] * self.scale + flat.x, wanted.part.box[1] * self.scale + flat.y
            place = (left, top, left + most.shape[1], top + most.shape[0])
            view = lead[top : place[3], left : place[2]]
            np.copyto(view, most, where=True if patch is None else patch.weight(self.size, place) > 0.5)
        if self.pose == NEUTRAL:
            x0, y0, x1, y1 = layer.window
            return lead[y0:y1, x0:x1]
        x, y = warp.source_maps(self._field(cel, self.canvas), layer.window, warp.shift(cel, self.pose))
        return cv2.remap(lead, x, y, cv2.INTER_NEAREST)

    def _coverage(self, wanted: Ingredients, cel: Cel) -> Coverage | None:
        """What the whole of a cel covers."""
        key = (wanted.key, cel.name, self.scale)
        return self.cache.coverage.get(key, lambda: self.coverage_of(wanted, cel, self.scale, None))

    def _alpha_key(self, slot: Slot) -> Hashable:
        assert slot.part is not None and slot.cel is not None
        return (slot.cel.name, self.scale, self.pose, *self._names(slot.part.name, slot.cel, alpha=True))

    def _names(self, part: str, cel: Cel, alpha: bool) -> list[Hashable]:
        """What decides a cel in neutral pose, colours or only their ``alpha`` included."""
        return [
            (wanted.key, self._inks(wanted, cel)[3 if alpha else 0 :: 4 if alpha else 1].tobytes(), patch and patch.key)
            for wanted, patch in self._variants(part)
        ]

    def _inks(self, wanted: Ingredients, cel: Cel) -> np.ndarray:
        name = (id(wanted), cel.name)
        if name not in self._ink_cache:
            found = inks(cel, wanted.colours)
            self._ink_cache[name] = found if self.only is None else alone(found, self.only)
        return self._ink_cache[name]

    @cached_property
    def _ink_cache(self) -> dict[tuple[int, str], np.ndarray]:
        return {}

    def _flat(self, part: str, cel: Cel, window: Window | None) -> Layer | None:
        """The cel as drawn, its regions in it: whole for None, or inside a window of the canvas."""
        made: Layer | None = None
        for wanted, patch in self._variants(part):
            own = None if wanted.empty else self._painted(wanted, cel, window)
            if patch is None:
                made = own
            elif place := intersect(patch.window(self.size), window or self.canvas):
                made = blended(made, own, patch.weight(self.size, place), place)
        return made

    def _painted(self, wanted: Ingredients, cel: Cel, window: Window | None) -> Layer | None:
        part = wanted.part
        left, top = part.box[0] * self.scale, part.box[1] * self.scale
        if window is None:
            coverage = self._coverage(wanted, cel)
        else:
            inner = (window[0] - left, window[1] - top, window[2] - left, window[3] - top)
            coverage = self.coverage_of(wanted, cel, self.scale, inner)
        if coverage is None:
            return None
        return Layer(left + coverage.x, top + coverage.y, paint(coverage, self._inks(wanted, cel)), cel.blend)

    def _warped(self, part: str, cel: Cel, window: Window) -> Layer | None:
        boxes = [wanted.part.box for wanted, _ in self._variants(part)]
        x0, y0, x1, y1 = zip(*boxes, strict=True)
        flat, box = None, tuple(side * self.scale for side in (min(x0), min(y0), max(x1), max(y1)))
        if self.whole:
            key = (cel.name, self.scale, NEUTRAL, *self._names(part, cel, alpha=False))
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
        key, kept = (self.pose, self.scale, window), self.cache.fields
        if kept is None or kept[0] != key:
            kept = self.cache.fields = key, warp.fields(self.pose, self.scale, window)
        return kept[1][cel.rides]

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
        cast, bare, over = self._softness
        if cast is None:
            return None
        softness = self._shown(cast, window)
        if bare is not None:  # outside of regions as without them, or their shadows would reach beyond their masks
            without = self._shown(bare, window)
            softness = without + self._inside(over, window) * (softness - without)
        receivers = [self._by_cel[name] for name in shadow.receivers]
        seen = [layer for slot in receivers if (layer := self.layer(slot, None if self.whole else window))]
        return shadow_layer(shadow, softness, seen, self._tint, window[:2])

    def _shown(self, softness: np.ndarray, window: Window) -> np.ndarray:
        if len(softness) == self.size:
            return softness[window[1] : window[3], window[0] : window[2]]
        return upsample(softness[None], (self.size, self.size), window)[0]  # its edge is soft: nothing is lost

    @cached_property
    def _softness(self) -> tuple[np.ndarray | None, np.ndarray | None, list[Patch]]:
        """Where the shadow falls, where it would without regions that cast (None when there are none), and those."""
        shadow = self.manifest.shadow
        assert shadow is not None
        names = {slot.part.name for name in shadow.casters if (slot := self._by_cel[name]).part}
        over = [patch for patch in self.patches if names & patch.figure.keys()]
        small = self if self.whole else self._at(KEPT_SCALE, self.patches)
        cast = small._cast(shadow)
        if not over:
            return cast, None, over
        bare = self._at(small.scale, ())._cast(shadow)
        none = np.zeros((small.size, small.size), np.float32)
        return none if cast is None else cast, none if bare is None else bare, over

    def _inside(self, over: Sequence[Patch], window: Window) -> np.ndarray:
        """How much of any of these regions a window shows, moved as what receives the shadow is."""
        if self.pose == NEUTRAL:
            return np.max([patch.weight(self.size, window) for patch in over], axis=0)
        shadow = self.manifest.shadow
        receiver = self._by_cel[shadow.receivers[0]].cel if shadow else None
        assert receiver is not None
        small = self._at(KEPT_SCALE, over)
        whole = np.max([patch.weight(small.size, small.canvas) for patch in over], axis=0)
        maps = warp.source_maps(self._field(receiver, window), window, warp.shift(receiver, self.pose))
        share = np.float32(small.scale / self.scale)
        x, y = ((side + np.float32(0.5)) * share - np.float32(0.5) for side in maps)
        return warp.remap(np.broadcast_to(whole, (4, *whole.shape)), x, y)[0]

    def _at(self, scale: int, patches: Sequence[Patch]) -> Painter:
        """The same figure at another scale, with other regions."""
        return Painter(
            self.manifest, self.figure, self.coverage_of, self.pose, scale, self.cache, self.whole, patches
        )

    def one(self, material: int, coverage_of: CoverageOf) -> Painter:
        """The same figure, of each cel one material alone (``paint.alone``)."""
        return Painter(
            self.manifest, self.figure, coverage_of, self.pose, self.scale, self.cache, self.whole, self.patches,
            material,
        )  # fmt: skip

    def _cast(self, shadow: Shadow) -> np.ndarray | None:
        casters = [self._by_cel[name] for name in shadow.casters]
        seen = [layer for slot in casters if (layer := self.layer(slot))]
        return shadow_softness(shadow, seen, self.scale, self.size)


def _seen(x: np.ndarray, y: np.ndarray, window: Window) -> Window | None:
    """The window of the maps [h, w] that sees any pixel of ``window``."""
    inside = (x > window[0] - 1) & (x < window[2]) & (y > window[1] - 1) & (y < window[3])
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
