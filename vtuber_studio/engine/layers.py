"""A shot taken apart: every cel, and the cast shadow, as a layer of its own for files that others will edit."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.image import freeze
from vtuber_studio.core.layer import Layer
from vtuber_studio.core.look import Look
from vtuber_studio.core.part import Cel
from vtuber_studio.core.shot import Shot, shot_of
from vtuber_studio.engine.cache import RenderCache
from vtuber_studio.engine.compose import Layer as Painted
from vtuber_studio.engine.compose import to_bytes
from vtuber_studio.engine.figure import SCALES, Ingredients
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.paint import Coverage, Window
from vtuber_studio.engine.painter import CANVAS, CoverageOf, Painter, Slot
from vtuber_studio.engine.render import painter_of, render

_STRIP = 1_000_000  # pixels of canvas painted at a time when it is large
SHADOW = "shadow"
_KEPT = 3  # coverages: of a part, and of its regions
_HIDDEN = 1 - 1 / 510  # of a pixel covered by what lies above: nothing below is seen


def render_layers(
    generator: Generator,
    shot: Look | Shot,
    scale: int = 1,
    clipped: bool = True,
    materials: bool = False,
    flat: str = "",
) -> list[Layer]:
    """Layers back to front, without the background: laid on one another by their blend modes, with nothing below,
    they give the picture of ``512 * scale`` pixels a side, one sample a pixel. ``scale`` 1, 2, 4, 8 or 16.

    ``clipped``: cels that another one cuts (the iris by the white of the eye) come cut; else whole, with the name of
    what is to cut them. ``materials``: a cel's materials have layers of their own. Layers that are empty are left out.
    ``flat``: instead of all this one layer, the whole picture over this background. StudioError for an unknown name or
    a value out of range.
    """
    if scale not in SCALES:
        raise StudioError(f"Layers cannot be drawn at scale {scale}.", "Give 1, 2, 4, 8 or 16.")
    shot, cut, whole = shot_of(shot), RenderCache(), RenderCache()
    if flat:
        over = shot.with_(look=shot.look.with_(background=flat))
        return [Layer("", "", render(generator, over, size=CANVAS * scale, cache=cut, quality="preview"), 0, 0)]
    whole.logits = cut.logits
    painter, uncut = painter_of(generator, shot, scale, cut), painter_of(generator, shot, scale, whole, cut=False)
    most = max((len(slot.cel.materials) for slot in painter.slots if slot.cel), default=0)
    apart = {}
    for own in (painter, uncut) if materials else ():
        seen = _remembered(own.coverage_of)
        apart[own] = [own.one(number, seen) for number in range(-1, most)]
    layers = []
    for slot in painter.slots:
        clip = "" if clipped or slot.cel is None else slot.cel.clip
        own = uncut if clip else painter
        name, part = (slot.cel.name, slot.part.name) if slot.cel and slot.part else (SHADOW, "")
        blend = slot.cel.blend if slot.cel else "multiply"
        paints = slot.cel.materials if materials and slot.cel and blend == "normal" else ()
        if len(paints) < 2:
            paints, draw = ("",), partial(_painted, own, slot)
        else:
            draw = partial(_unmixed, apart[own][: len(paints) + 1], slot)
        found = _gathered(own, draw, len(paints))
        layers += [
            Layer(name, part, *place, blend, clip, material)
            for material, place in zip(paints, found, strict=True)
            if place is not None
        ]
    return layers


def _remembered(coverage_of: CoverageOf) -> CoverageOf:
    """The same, for painters that ask for one coverage one after another."""
    kept: dict[Hashable, Coverage | None] = {}

    def of(wanted: Ingredients, cel: Cel, scale: float, window: Window | None) -> Coverage | None:
        key = (wanted.key, cel.name, scale, window)
        if key not in kept:
            if len(kept) > _KEPT:
                kept.clear()
            kept[key] = coverage_of(wanted, cel, scale, window)
        return kept[key]

    return of


def _painted(painter: Painter, slot: Slot, window: Window | None) -> list[Painted | None]:
    return [painter.layer(slot, window)]


def _unmixed(ones: Sequence[Painter], slot: Slot, window: Window | None) -> list[Painted | None]:
    """A cel's materials, which share each pixel, as layers that lie on one another and give the same: what a material
    covers of the pixel, by what those above it leave free.

    The lowest is painted below the others wherever the cel is solid. ``ones`` paint all in the lowest one's colour, and
    each material alone.
    """
    full, *shares = [one.layer(slot, window) for one in ones]
    if full is None:
        return [None] * len(shares)
    made: list[Painted | None] = []
    above = np.zeros(full.pixels.shape[1:], np.float32)
    for number in range(len(shares) - 1, -1, -1):
        share = shares[number]
        assert share is not None and share.window == full.window
        own = share.pixels if number else full.pixels
        total = sum(each.pixels[3] for each in shares if each) - above if not number else share.pixels[3]
        seen = np.where(above < _HIDDEN, total / np.maximum(1 - above, 1e-6), float(not number)).clip(0, 1)
        factor = seen / np.maximum(own[3], 1e-6)
        pixels = np.concatenate([own[:3] * factor, np.where(own[3] > 0, seen, 0)[None]]).astype(np.float32)
        made.append(replace(share, pixels=pixels))
        above = above + share.pixels[3]
    return made[::-1]


def _gathered(
    painter: Painter, draw: Callable[[Window | None], Sequence[Painted | None]], count: int
) -> list[tuple[np.ndarray, int, int] | None]:
    """(image, x, y) of each of ``count`` layers, painted some rows at a time and cropped to what shows."""
    pieces: list[list[tuple[int, int, np.ndarray]]] = [[] for _ in range(count)]
    step = painter.size if painter.whole else max(1, _STRIP // painter.size)
    for top in range(0, painter.size, step):
        strip = (0, top, painter.size, min(top + step, painter.size))
        for layer, found in zip(draw(None if painter.whole else strip), pieces, strict=True):
            image = to_bytes(layer.pixels) if layer else np.zeros((0, 0, 4), np.uint8)
            lines, columns = np.flatnonzero(image[..., 3].any(1)), np.flatnonzero(image[..., 3].any(0))
            if layer and len(lines):
                high, left = int(lines[0]), int(columns[0])
                kept = image[high : lines[-1] + 1, left : columns[-1] + 1]
                found.append((layer.x + left, layer.y + high, kept))
    return [_whole(found) for found in pieces]


def _whole(pieces: Sequence[tuple[int, int, np.ndarray]]) -> tuple[np.ndarray, int, int] | None:
    if not pieces:
        return None
    x, y = min(piece[0] for piece in pieces), min(piece[1] for piece in pieces)
    right = max(left + image.shape[1] for left, _, image in pieces)
    bottom = max(top + image.shape[0] for _, top, image in pieces)
    whole = np.zeros((bottom - y, right - x, 4), np.uint8)
    for left, top, image in pieces:
        whole[top - y : top - y + image.shape[0], left - x : left - x + image.shape[1]] = image
    return freeze(whole), x, y
