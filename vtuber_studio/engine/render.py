"""``render``: the one pure function from (generator, look, expression, pose, size) to a picture.

Window, command line, notebook, exporters and tests all call it. A RenderCache makes repeated calls cheap and never
changes a bit of the result. Large pictures are made in strips, so that memory stays small.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import cv2
import numpy as np

from vtuber_studio.core.attribute import Value
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look
from vtuber_studio.core.palette import parse_hex
from vtuber_studio.core.part import Cel, Part
from vtuber_studio.core.pose import NEUTRAL, Pose
from vtuber_studio.engine import compose
from vtuber_studio.engine.bundle import Manifest
from vtuber_studio.engine.generator import Generator, principal_directions
from vtuber_studio.engine.paint import CelCoverage, CelLogits, Paint, colour, cover, split_cels
from vtuber_studio.engine.pose import source_rows, warp
from vtuber_studio.engine.resolve import check_request, part_colours, part_input

SCALES = (1, 2, 4, 8, 16)
MIN_SIZE, MAX_SIZE = 64, 8192
STRIP = 2**20  # pixels of a strip: pictures up to 1024 x 1024 are made in one
T = TypeVar("T")


class Kept:
    """The most recently used values of a function, by key."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.values: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable, make: Any) -> Any:
        """The kept value, or a new one."""
        if key in self.values:
            self.values.move_to_end(key)
        else:
            self.values[key] = make()
            if len(self.values) > self.limit:
                self.values.popitem(last=False)
        return self.values[key]


@dataclass
class RenderCache:
    """What renders of one thread share, each kept by the value that decides it."""

    directions: Kept = field(default_factory=lambda: Kept(64))
    logits: Kept = field(default_factory=lambda: Kept(192))  # networks' output, cut into cels
    coverage: Kept = field(default_factory=lambda: Kept(64))
    paints: Kept = field(default_factory=lambda: Kept(64))
    # what lies under the layer that changed last: (keys of the layers below, canvas, receivers' alpha)
    under: tuple[tuple[Hashable, ...], np.ndarray, np.ndarray] | None = None
    last: tuple[Hashable, ...] = ()


@dataclass(frozen=True)
class Layer:
    """One cel of one part, ready to be painted."""

    part: Part
    cel: Cel
    logits: CelLogits
    network: Hashable  # decides coverage
    colours: dict[str, np.ndarray]
    palette: Hashable  # decides colour


def render(
    generator: Generator,
    look: Look,
    expression: Mapping[str, Value] | None = None,
    pose: Pose | None = None,
    size: int = 512,
    cache: RenderCache | None = None,
) -> np.ndarray:
    """The picture of a look: uint8 [size, size, 4], straight-alpha sRGB, read-only.

    ``expression``: values by name, what is missing at rest; ``pose`` neutral when None; ``size`` 64 to 8192 pixels.
    StudioError for anything that the generator does not know or that is out of range.
    """
    manifest, pose, expression = generator.manifest, pose or NEUTRAL, expression or {}
    if not MIN_SIZE <= size <= MAX_SIZE:
        raise StudioError(f"A picture of {size} pixels cannot be made.", f"Choose {MIN_SIZE} to {MAX_SIZE}.")
    check_request(manifest, look, expression)
    cache = cache or RenderCache()
    scale = next((s for s in SCALES if s * manifest.canvas >= size), SCALES[-1])
    layers = figure_layers(generator, look, expression, cache)
    background = None if look.background == "transparent" else parse_hex(look.background)[:3]
    image = _assemble(manifest, layers, pose, scale, size, background, cache)
    image.flags.writeable = False
    return image


def figure_layers(generator: Generator, look: Look, expression: Mapping[str, Value], cache: RenderCache) -> list[Layer]:
    """Every cel that paints something, back to front."""
    manifest, layers = generator.manifest, []
    for entry in manifest.parts:
        part = entry.part
        given = part_input(manifest, part, look, expression)
        if given.empty:
            continue
        key = (manifest.id, part.name, given.key)

        def cels(part: Part = part, given: Any = given) -> list[CelLogits]:
            ws = generator.map(part.name, given.c[None], given.z[None])
            if given.directions.any():
                axes = cache.directions.get((manifest.id, part.name), lambda: principal_directions(generator, part.name))
                ws = ws + np.tensordot(given.directions[: len(axes)], axes, 1)[None].astype(np.float32)
            return list(split_cels(part, generator.synthesize(part.name, ws)[0]))

        colours = part_colours(manifest, part, look)
        for own in cache.logits.get(key, cels):
            used = (*own.cel.materials, *own.cel.ramp.values())
            palette = tuple(colours[name].tobytes() for name in used)
            layers.append(Layer(part, own.cel, own, (*key, own.cel.name), colours, palette))
    return sorted(layers, key=lambda layer: layer.cel.depth)


def _assemble(
    manifest: Manifest, layers: list[Layer], pose: Pose, scale: int, size: int, background: np.ndarray | None, cache: RenderCache
) -> np.ndarray:
    full = manifest.canvas * scale
    image = np.empty((size, size, 4), np.uint8)
    unit = full // math.gcd(full, size)  # strips of whole pixels on both sides
    step = unit * max(1, min(full, STRIP // full) // unit)
    falls = _shadow(manifest, layers, pose, cache)
    for top in range(0, full, step):
        rows = (top, min(top + step, full))
        canvas = _strip(manifest, layers, pose, scale, rows, falls, cache)
        begin, end = rows[0] * size // full, rows[1] * size // full
        if size != full:
            canvas = cv2.resize(canvas, (size, end - begin), interpolation=cv2.INTER_AREA)
        image[begin:end] = compose.straight(canvas, background)
    return image


def _strip(
    manifest: Manifest, layers: list[Layer], pose: Pose, scale: int, rows: tuple[int, int], falls: np.ndarray, cache: RenderCache
) -> np.ndarray:
    """Premultiplied canvas [rows, full, 4]; what lies under the first changed layer is taken from the cache."""
    full, shadow = manifest.canvas * scale, manifest.shadow
    whole = rows == (0, full)
    skin = next((layer.colours for layer in layers if layer.cel.name in shadow.receivers), {})
    falling = (tuple(layer.network for layer in layers if layer.cel.name in shadow.casters),
               *(skin[name].tobytes() for name in (shadow.lit, shadow.shaded) if name in skin))
    keys = tuple(
        (layer.network, layer.palette, pose, scale, falling if layer.cel.depth >= shadow.depth else ()) for layer in layers
    )
    first, canvas, receivers = 0, None, None
    changed = len(keys)
    if whole:
        same = [a == b for a, b in zip(keys, cache.last, strict=False)]
        changed = same.index(False) if False in same else min(len(same), len(keys) - 1)
        if cache.under and keys[: len(cache.under[0])] == cache.under[0]:
            first, canvas, receivers = len(cache.under[0]), cache.under[1].copy(), cache.under[2].copy()
    if canvas is None or receivers is None:
        canvas = np.zeros((rows[1] - rows[0], full, 4), np.float32)
        receivers = np.zeros(canvas.shape[:2], np.float32)
    shaded = bool(first) and layers[first - 1].cel.depth >= shadow.depth
    for index in range(first, len(layers)):
        layer = layers[index]
        casts = bool(skin) and not shaded and layer.cel.depth >= shadow.depth
        if whole and index == changed and index > first and not casts:
            cache.under = (keys[:index], canvas.copy(), receivers.copy())
        if casts:
            compose.cast(canvas, receivers, _rows_of(falls, full, rows), shadow, skin)
            shaded = True
        paint = _posed(layer, layers, pose, scale, rows, full, cache)
        if paint is None:
            continue
        compose.over(canvas, paint, layer.cel.blend, rows[0])
        if layer.cel.name in shadow.receivers:
            _mark(receivers, paint, rows[0])
    if whole:
        cache.last = keys
    return canvas


def _mark(receivers: np.ndarray, paint: Paint, first_row: int) -> None:
    top = paint.top - first_row
    begin, end = max(top, 0), min(top + len(paint.rgba), len(receivers))
    if begin < end:
        region = receivers[begin:end, paint.left : paint.left + paint.rgba.shape[1]]
        np.maximum(region, paint.rgba[begin - top : end - top, :, 3], out=region)


def _posed(
    layer: Layer, layers: list[Layer], pose: Pose, scale: int, rows: tuple[int, int], full: int, cache: RenderCache
) -> Paint | None:
    needed = None if rows == (0, full) else source_rows(layer.cel, pose, scale, rows, (full, full))
    paint = _painted(layer, scale, needed, cache)
    if paint is None:
        return None
    if layer.cel.clip:
        by = next((other for other in layers if other.part is layer.part and other.cel.name == layer.cel.clip), None)
        paint = compose.clipped(paint, _painted(by, scale, needed, cache) if by else None)
        if paint is None:
            return None
    return warp(paint, layer.cel, pose, scale, (full, full), rows)


def _painted(layer: Layer, scale: int, rows: tuple[int, int] | None, cache: RenderCache) -> Paint | None:
    """The cel in colour at rest: kept when whole, made anew for each strip."""

    def covered() -> CelCoverage | None:
        return cover(layer.part, layer.logits, scale, rows)

    def painted() -> Paint | None:
        coverage = covered() if rows else cache.coverage.get((layer.network, scale), covered)
        return colour(coverage, layer.colours) if coverage else None

    return painted() if rows else cache.paints.get((layer.network, layer.palette, scale), painted)


def _shadow(manifest: Manifest, layers: list[Layer], pose: Pose, cache: RenderCache) -> np.ndarray:
    """Where the cast shadow falls, at one pixel a canvas unit: it is soft, larger pictures interpolate it."""
    size = manifest.canvas
    casters = [layer for layer in layers if layer.cel.name in manifest.shadow.casters]
    paints = [(layer.cel, _posed(layer, layers, pose, 1, (0, size), size, cache)) for layer in casters]
    return compose.shadow_map(manifest.shadow, paints, size, 1)


def _rows_of(falls: np.ndarray, full: int, rows: tuple[int, int]) -> np.ndarray:
    factor = full // len(falls)
    if factor == 1:
        return falls[rows[0] : rows[1]]
    first, last = max(rows[0] // factor - 1, 0), min(-(-rows[1] // factor) + 1, len(falls))
    block = cv2.resize(falls[first:last], (full, (last - first) * factor), interpolation=cv2.INTER_LINEAR)
    return block[rows[0] - first * factor : rows[1] - first * factor]
