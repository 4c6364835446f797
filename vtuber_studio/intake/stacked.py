"""Where a part stands in the stack of cels: how a change of one of its cels, or of its colours, changes the picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import cv2
import numpy as np

from vtuber_studio.core.part import Cel
from vtuber_studio.core.pose import NEUTRAL
from vtuber_studio.engine import warp
from vtuber_studio.engine.compose import Layer
from vtuber_studio.engine.figure import Ingredients
from vtuber_studio.engine.paint import Coverage, cover_part, inks, paint
from vtuber_studio.engine.painter import CANVAS, Painter, Slot
from vtuber_studio.intake.movers import Mover

_UNSEEN = 0.004  # of 0..1: a cel that changes less is left out
_STEP = 0.35  # of what a value usually moves: how far lines are followed to see what they paint


class Place:
    """A cel's place in the stack: what lies below it, and what of it is seen."""

    def __init__(self, slot: Slot, painter: Painter, side: int, below: np.ndarray, through: np.ndarray) -> None:
        assert slot.cel is not None
        self.cel, self.below, self.through = slot.cel, below, through
        self.maps: tuple[np.ndarray, np.ndarray] | None = None
        if painter.pose != NEUTRAL:
            whole = (0, 0, side, side)
            field = warp.fields(painter.pose, side / CANVAS, whole)[slot.cel.rides]
            self.maps = warp.source_maps(field, whole, warp.shift(slot.cel, painter.pose))

    def add(self, column: np.ndarray, change: np.ndarray, x: int, y: int) -> None:
        """Add to a column [4, side, side] a ``change`` [4, h, w] of the cel's own layer, from (x, y) on."""
        height, width = change.shape[1:]
        view = np.s_[:, y : y + height, x : x + width]
        if self.maps is not None:
            whole = np.zeros_like(column)
            whole[view] = change
            change, view = warp.remap(whole, *self.maps), np.s_[:, 0 : column.shape[1], 0 : column.shape[2]]
        below, alpha = self.below[view], change[3:]
        rgb = change[:3]
        if self.cel.blend == "multiply":
            rgb = rgb * (below[:3] + 1 - below[3:])
        seen = np.concatenate([rgb - (0 if self.cel.blend == "add" else alpha * below[:3]), alpha * (1 - below[3:])])
        column[view] += seen * self.through[view]


class Stack:
    """One part's cels, on the grid of its network."""

    def __init__(self, wanted: Ingredients, places: Mapping[str, Place], logits: np.ndarray, side: int) -> None:
        self.part, self.places, self.side = wanted.part, places, side
        self.scale = logits.shape[2] / (self.part.box[2] - self.part.box[0])
        self.inks = {cel.name: inks(cel, wanted.colours) for cel in self.part.cels}
        self.covers = cover_part(self.part, logits, self.scale)
        x0, y0, x1, y1 = (round(end * side / CANVAS) for end in self.part.box)
        self.corner, self.size = (x0, y0), (x1 - x0, y1 - y0)
        self.shape = tuple(round((self.part.box[k + 2] - self.part.box[k]) * self.scale) for k in (1, 0))

    def _painted(self, covers: Mapping[str, Coverage | None], cel: Cel) -> np.ndarray:
        whole = np.zeros((4, *self.shape), np.float32)
        own = covers[cel.name]
        if own is not None:
            x0, y0, x1, y1 = own.window
            whole[:, y0:y1, x0:x1] = paint(own, self.inks[cel.name])
        return whole

    @cached_property
    def painted(self) -> dict[str, np.ndarray]:
        return {cel.name: self._painted(self.covers, cel) for cel in self.part.cels}

    def add_shapes(
        self, found: np.ndarray, logits: np.ndarray, slopes: Mapping[int, np.ndarray], movers: Sequence[Mover]
    ) -> None:
        """Add to the columns [n, 4, side, side] what the part's own logits change along their slopes."""
        for k, slope in slopes.items():
            step = _STEP * movers[k].spread
            covers = cover_part(self.part, logits + slope * np.float32(step), self.scale)
            for cel in self.part.cels:
                if covers[cel.name] is None and self.covers[cel.name] is None:
                    continue
                change = self._painted(covers, cel) - self.painted[cel.name]
                if float(np.abs(change).max()) > _UNSEEN:
                    self._add(found[k], cel, change / np.float32(step))

    def _add(self, column: np.ndarray, cel: Cel, change: np.ndarray) -> None:
        small = np.stack([cv2.resize(row, self.size, interpolation=cv2.INTER_AREA) for row in change])
        self.places[cel.name].add(column, small, *self.corner)

    @cached_property
    def pooled(self) -> dict[str, tuple[np.ndarray, np.ndarray | None]]:
        """What each material of a cel covers, and what of it is at the ramp's end, at the columns' size."""
        found: dict[str, tuple[np.ndarray, np.ndarray | None]] = {}
        for cel in self.part.cels:
            own = self.covers[cel.name]
            if own is not None:
                found[cel.name] = self._shrunk(own, own.m), None if own.t is None else self._shrunk(own, own.m * own.t)
        return found

    def _shrunk(self, own: Coverage, maps: np.ndarray) -> np.ndarray:
        x0, y0, x1, y1 = own.window
        whole = np.zeros((len(maps), *self.shape), np.float32)
        whole[:, y0:y1, x0:x1] = maps
        return np.stack([cv2.resize(row, self.size, interpolation=cv2.INTER_AREA) for row in whole])

    def add_colours(
        self, column: np.ndarray, here: Mapping[str, np.ndarray], there: Mapping[str, np.ndarray], changed: set[str],
        step: float,
    ) -> None:  # fmt: skip
        """Add to a column what other colours change, for each ``step`` of them."""
        for cel in self.part.cels:
            names = {*cel.materials, *cel.ramp.values()}
            if cel.name in self.pooled and names & changed:
                by = (inks(cel, there) - inks(cel, here)) / np.float32(step)
                cover, tips = self.pooled[cel.name]
                change = np.tensordot(by[:4], cover, 1)
                if tips is not None:
                    change += np.tensordot(by[4:], tips, 1)
                self.places[cel.name].add(column, change, *self.corner)


def small(layer: Layer, side: int) -> Layer:
    """A layer of the canvas on one of ``side`` pixels."""
    cell = CANVAS // side
    x0, y0, x1, y1 = layer.window
    left, top, right, bottom = x0 // cell, y0 // cell, -(-x1 // cell), -(-y1 // cell)
    padded = np.zeros((4, (bottom - top) * cell, (right - left) * cell), np.float32)
    padded[:, y0 - top * cell : y1 - top * cell, x0 - left * cell : x1 - left * cell] = layer.pixels
    size = (right - left, bottom - top)
    planes = np.stack([cv2.resize(row, size, interpolation=cv2.INTER_AREA) for row in padded])
    return Layer(left, top, planes, layer.blend)


def dimmed(through: np.ndarray, layer: Layer) -> np.ndarray:
    """How much of what lies below is seen [4, side, side], with one more layer in between."""
    found = through.copy()
    x0, y0, x1, y1 = layer.window
    alpha = layer.pixels[3:]
    view = found[:, y0:y1, x0:x1]
    if layer.blend == "normal":
        view *= 1 - alpha
    elif layer.blend == "multiply":
        view *= np.concatenate([1 - alpha + layer.pixels[:3], 1 - alpha])
    else:
        view[3:] *= 1 - alpha
    return found
