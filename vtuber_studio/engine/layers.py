"""A shot taken apart: every cel, and the cast shadow, as a layer of its own for files that others will edit."""

from __future__ import annotations

import numpy as np

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.image import freeze
from vtuber_studio.core.layer import Layer
from vtuber_studio.core.look import Look
from vtuber_studio.core.shot import Shot, shot_of
from vtuber_studio.engine.cache import RenderCache
from vtuber_studio.engine.compose import to_bytes
from vtuber_studio.engine.figure import SCALES
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.painter import Painter, Slot
from vtuber_studio.engine.render import painter_of

_STRIP = 1_000_000  # pixels of canvas painted at a time when it is large
SHADOW = "shadow"


def render_layers(generator: Generator, shot: Look | Shot, scale: int = 1, clipped: bool = True) -> list[Layer]:
    """Layers back to front, without the background: laid on one another by their blend modes, with nothing below,
    they give the picture of ``512 * scale`` pixels a side, one sample a pixel. ``scale`` 1, 2, 4, 8 or 16.

    ``clipped``: cels that another one cuts (the iris by the white of the eye) come cut; else whole, with the name of
    what is to cut them. Cels that are empty are left out. StudioError for an unknown name or a value out of range.
    """
    if scale not in SCALES:
        raise StudioError(f"Layers cannot be drawn at scale {scale}.", "Give 1, 2, 4, 8 or 16.")
    shot, cut, whole = shot_of(shot), RenderCache(), RenderCache()
    whole.logits = cut.logits
    painter, uncut = painter_of(generator, shot, scale, cut), painter_of(generator, shot, scale, whole, cut=False)
    layers = []
    for slot in painter.slots:
        clip = "" if clipped or slot.cel is None else slot.cel.clip
        found = _gathered(uncut if clip else painter, slot)
        if found is not None:
            name, part = (slot.cel.name, slot.part.name) if slot.cel and slot.part else (SHADOW, "")
            blend = slot.cel.blend if slot.cel else "multiply"
            layers.append(Layer(name, part, *found, blend, clip))
    return layers


def _gathered(painter: Painter, slot: Slot) -> tuple[np.ndarray, int, int] | None:
    """(image, x, y) of a slot's layer, painted some rows at a time and cropped to what shows."""
    pieces = []
    step = painter.size if painter.whole else max(1, _STRIP // painter.size)
    for top in range(0, painter.size, step):
        strip = (0, top, painter.size, min(top + step, painter.size))
        layer = painter.layer(slot, None if painter.whole else strip)
        if layer is None:
            continue
        image = to_bytes(layer.pixels)
        lines, columns = np.flatnonzero(image[..., 3].any(1)), np.flatnonzero(image[..., 3].any(0))
        if len(lines):
            top, left = int(lines[0]), int(columns[0])
            pieces.append((layer.x + left, layer.y + top, image[top : lines[-1] + 1, left : columns[-1] + 1]))
    if not pieces:
        return None
    x, y = min(piece[0] for piece in pieces), min(piece[1] for piece in pieces)
    right = max(left + image.shape[1] for left, _, image in pieces)
    bottom = max(top + image.shape[0] for _, top, image in pieces)
    whole = np.zeros((bottom - y, right - x, 4), np.uint8)
    for left, top, image in pieces:
        whole[top - y : top - y + image.shape[0], left - x : left - x + image.shape[1]] = image
    return freeze(whole), x, y
