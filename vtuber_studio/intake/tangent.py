"""How a picture changes when a shot's movers move: each part's network is run once for each mover that it sees, and
its outputs are taken as straight lines from there on.

Lines of logits hold far longer than lines of pixels: an edge is where two logits cross, and it travels as they change.
So many steps are taken, painted and compared before a network runs again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import cv2
import numpy as np

from vtuber_studio.core.palette import derive, from_oklab, oklab, resolve
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.cache import RenderCache
from vtuber_studio.engine.compose import Layer, stack
from vtuber_studio.engine.figure import Ingredients, check_shot, gather, ingredients, part_rows
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.manifest import Manifest, manifest_of
from vtuber_studio.engine.painter import CANVAS, Painter
from vtuber_studio.engine.render import coverage_from, raw_logits
from vtuber_studio.engine.tidy import tidy
from vtuber_studio.intake.compare import softened
from vtuber_studio.intake.movers import Mover, values_of, with_values
from vtuber_studio.intake.stacked import Place, Stack, dimmed, small

_STILL = 0.02  # logits by which a network's output must change at all


class Tangent:
    """Each part's logits as straight lines from a shot on, and the pictures that they paint."""

    def __init__(
        self,
        generator: Generator,
        shot: Shot,
        movers: Sequence[Mover],
        side: int,
        before: Tangent | None = None,
        same: bool = False,
    ) -> None:
        """``before``: whose slopes are kept for parts in the same manner, or only for the very ``same`` ones."""
        self.generator, self.manifest, self.side = generator, manifest_of(generator), side
        self.shot, self.movers = shot, list(movers)
        self.values = values_of(self.manifest, shot, movers)
        self.figure = ingredients(self.manifest, check_shot(self.manifest, shot))
        self.logits = {name: raw_logits(generator, own) for name, own in self.figure.items() if not own.empty}
        self.slopes: dict[str, dict[int, np.ndarray]] = {name: {} for name in self.logits}
        entries = {entry.part.name: entry for entry in self.manifest.parts}
        known = before.known(self.figure, same) if before else {}
        for k, mover in enumerate(self.movers):
            step = mover.step if self.values[k] <= (mover.low + mover.high) / 2 else -mover.step
            moved = with_values(self.manifest, shot, [mover], [self.values[k] + step])
            for part in mover.parts:
                if part in self.logits and mover in known.get(part, {}):
                    if (kept := known[part][mover]) is not None:
                        self.slopes[part][k] = kept
                elif part in self.logits:
                    there = gather(self.manifest, entries[part], moved)
                    slope = (raw_logits(generator, there) - self.logits[part]) / np.float32(step)
                    if float(np.abs(slope).max()) * mover.spread > _STILL:
                        self.slopes[part][k] = slope

    def known(self, figure: Mapping[str, Ingredients], same: bool) -> dict[str, dict[Mover, np.ndarray | None]]:
        """Slopes by part and mover that hold for another figure, too: its part is drawn in the same manner, or just
        the ``same``."""
        return {
            part: {mover: own.get(k) for k, mover in enumerate(self.movers) if part in mover.parts}
            for part, own in self.slopes.items()
            if figure[part].key == self.figure[part].key
            or (not same and _manner(self.manifest, figure[part]) == _manner(self.manifest, self.figure[part]))
        }

    def rebased(self, shot: Shot) -> None:
        """The lines from another shot on, near by: its networks run once, and what they answer that the lines did not
        foretell is put down to what was moved (Broyden 1965, "A Class of Methods for Solving Nonlinear Simultaneous
        Equations", formula 4.5)."""
        values = values_of(self.manifest, shot, self.movers)
        by = values - self.values
        figure = ingredients(self.manifest, check_shot(self.manifest, shot))
        for part in self.logits:
            found = raw_logits(self.generator, figure[part])
            scaled = {k: by[k] / self.movers[k].spread for k in self.slopes[part]}
            length = sum(own**2 for own in scaled.values())
            if length > 1e-4:
                missed = found - self.lines(part, values)
                for k, own in scaled.items():
                    if own:
                        self.slopes[part][k] += missed * np.float32(own / length / self.movers[k].spread)
            self.logits[part] = found
        self.shot, self.values, self.figure = shot, values, figure

    def lines(self, part: str, values: np.ndarray) -> np.ndarray:
        """[C, h, w] of a part where the movers stand at ``values``."""
        by = values - self.values
        found = self.logits[part].copy()
        for k, slope in self.slopes[part].items():
            if by[k]:
                found += slope * np.float32(by[k])
        return found

    @property
    def placing(self) -> list[int]:
        """Which movers lay the picture elsewhere."""
        return [k for k, mover in enumerate(self.movers) if mover.kind == "placing"]

    def drawn(self, values: np.ndarray, soft: float) -> Drawn:
        """What the lines paint there, softened by so many pixels."""
        return Drawn(self, values, soft)


def _manner(manifest: Manifest, wanted: Ingredients) -> tuple[object, ...]:
    """The network that draws a part, and the choices that it was given."""
    places, at = [], 0
    for row in part_rows(manifest, wanted.network):
        places += list(range(at, at + row.size)) if row.choices else []
        at += row.size
    return wanted.network, *wanted.c[places].tolist()


class Drawn:
    """The picture of a tangent where its movers stand at ``values``, and how it changes with each of them."""

    def __init__(self, tangent: Tangent, values: np.ndarray, soft: float) -> None:
        self.tangent, self.values, self.soft = tangent, values, soft
        self.shot = with_values(tangent.manifest, tangent.shot, tangent.movers, values)
        self.lines = {part: tangent.lines(part, values) for part in tangent.logits}
        tidied = {part: tidy(tangent.figure[part].part, own) for part, own in self.lines.items()}
        self._coverage_of = coverage_from(lambda wanted: tidied[wanted.part.name])
        self._cache = RenderCache(0, 64, 96)
        self.painter = self._painted(self.shot)

    def _painted(self, shot: Shot) -> Painter:
        manifest = self.tangent.manifest
        figure = ingredients(manifest, check_shot(manifest, shot))
        return Painter(manifest, figure, self._coverage_of, shot.pose, 1, self._cache)

    @cached_property
    def picture(self) -> np.ndarray:
        """float32 [4, side, side], premultiplied, softened."""
        return self._softened(self.painter)

    def _softened(self, painter: Painter) -> np.ndarray:
        canvas = np.empty((4, CANVAS, CANVAS), np.float32)
        stack(canvas, [layer for slot in painter.slots if (layer := painter.layer(slot))], painter.canvas)
        side = self.tangent.side
        planes = [cv2.resize(row, (side, side), interpolation=cv2.INTER_AREA) for row in canvas]
        return softened(np.stack(planes), self.soft)

    def columns(self) -> np.ndarray:
        """float32 [n, 4, side, side]: how ``picture`` changes with each mover."""
        side, tangent = self.tangent.side, self.tangent
        found = np.zeros((len(tangent.movers), 4, side, side), np.float32)
        for part, own in self._stacks.items():
            own.add_shapes(found, self.lines[part], tangent.slopes[part], tangent.movers)
        for k, mover in enumerate(tangent.movers):
            if mover.kind in ("colour", "shade"):
                self._add_colour(found[k], mover, self.values[k])
            elif mover.kind == "pose":
                turned = with_values(tangent.manifest, self.shot, [mover], [self.values[k] + self._way(k)])
                found[k] = (self._softened(self._painted(turned)) - self.picture) / self._way(k)
        for k, mover in enumerate(tangent.movers):
            if mover.kind not in ("pose", "placing"):
                found[k] = softened(found[k], self.soft)
        return found

    def _way(self, k: int) -> float:
        mover = self.tangent.movers[k]
        return mover.step if self.values[k] <= (mover.low + mover.high) / 2 else -mover.step

    def _add_colour(self, column: np.ndarray, mover: Mover, value: float) -> None:
        """A colour's, and all that derives from it."""
        step, here = np.float32(mover.step if value < 0.5 else -mover.step), self._colours
        lab = oklab(here[mover.name][:3].astype(float))
        lab[mover.index] += step
        moved = {mover.name: np.append(from_oklab(lab), here[mover.name][3]).astype(np.float32)}
        moving = {each.name for each in self.tangent.movers if each.kind == "shade"}
        fixed = self.shot.look.palette.keys() - moving
        for row in self.tangent.manifest.materials:  # sources come first
            if row.source in moved and row.name not in fixed and not row.colour:
                moved[row.name] = derive(moved[row.source], row.rule)
        for own in self._stacks.values():
            own.add_colours(column, here, {**here, **moved}, set(moved), float(step))

    @cached_property
    def _colours(self) -> dict[str, np.ndarray]:
        return resolve(self.tangent.manifest.materials, self.shot.look.palette)

    @cached_property
    def _stacks(self) -> dict[str, Stack]:
        """Each part's place among the layers."""
        side, painter = self.tangent.side, self.painter
        shrunk = {id(slot): small(layer, side) for slot in painter.slots if (layer := painter.layer(slot))}
        below = np.zeros((4, side, side), np.float32)
        under: dict[int, np.ndarray] = {}
        for slot in painter.slots:
            under[id(slot)] = below
            if id(slot) in shrunk:
                under_it, below = Layer(0, 0, below), np.empty_like(below)
                stack(below, [under_it, shrunk[id(slot)]], (0, 0, side, side))
        through = np.ones((4, side, side), np.float32)
        over: dict[int, np.ndarray] = {}
        for slot in reversed(painter.slots):
            over[id(slot)] = through
            if id(slot) in shrunk:
                through = dimmed(through, shrunk[id(slot)])
        found: dict[str, Stack] = {}
        for part in self.tangent.logits:
            mine = [slot for slot in painter.slots if slot.part is not None and slot.part.name == part]
            places = {
                slot.cel.name: Place(slot, painter, side, under[id(slot)], over[id(slot)]) for slot in mine if slot.cel
            }
            found[part] = Stack(painter.figure[part], places, self.lines[part], side)
        return found
