"""Whole figures composed straight from the artist's coverage, and contact sheets of them.

For judging the drawing and for samples of the training set; what users see is rendered by the engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from vtuber_studio.artist import schema
from vtuber_studio.artist.portrait import draw_part
from vtuber_studio.core.attribute import Value, Values, find
from vtuber_studio.core.latents import seed_z
from vtuber_studio.core.look import MAX_SEED
from vtuber_studio.core.palette import resolve
from vtuber_studio.core.sampling import random_look

CANVAS = 512
PAPER = (0.90, 0.92, 0.96)


def figure(
    values: Values, palette: Mapping[str, str] | None = None, seed: int | None = None, size: int = CANVAS
) -> np.ndarray:
    """uint8 RGBA [size, size, 4], straight alpha. ``seed`` None draws every part with z = 0."""
    scale = size / CANVAS
    image = np.zeros((size, size, 4), np.float32)
    layers = []
    for part in schema.PARTS:
        z = np.zeros(part.z_dim) if seed is None else seed_z(seed, part.name, part.z_dim)
        coverage = draw_part(part.name, values, z, scale)
        colours = resolve(schema.MATERIALS, palette or {}, part.name)
        for cel in part.cels:
            paint = _paint(coverage[cel.name].m, coverage[cel.name].t, cel.materials, cel.ramp, colours)
            if cel.clip:
                paint = paint * coverage[cel.clip].m.sum(0)[..., None]
            layers.append((cel.depth, cel.blend, part.box, paint))
    for _, blend, box, paint in sorted(layers, key=lambda layer: layer[0]):
        x, y = round(box[0] * scale), round(box[1] * scale)
        view = image[y : y + paint.shape[0], x : x + paint.shape[1]]
        _over(view, paint[: view.shape[0], : view.shape[1]], blend)
    alpha = image[..., 3:]
    straight = np.where(alpha > 0, image[..., :3] / np.maximum(alpha, 1e-6), 0)
    return (np.clip(np.concatenate([straight, alpha], -1), 0, 1) * 255 + 0.5).astype(np.uint8)


def random_sheet(rows: int = 6, columns: int = 6, seed: int = 0, size: int = 256) -> np.ndarray:
    """Contact sheet of ``rows`` x ``columns`` random personas, RGBA on paper."""
    seeds = [(seed + k) % (MAX_SEED + 1) for k in range(rows * columns)]
    looks = [random_look(schema.ATTRIBUTES, schema.MATERIALS, each, rules=schema.DICE) for each in seeds]
    return tile([figure(look.attributes, look.palette, look.seed, size) for look in looks], columns)


def strip(
    attribute: str, steps: int = 5, size: int = 256, values: Values | None = None, seed: int | None = None
) -> np.ndarray:
    """One attribute or expression from its low to its high end (or through its choices), left to right."""
    row = find(schema.ATTRIBUTES + schema.EXPRESSIONS, attribute)
    ends: Sequence[Value] = row.choices or [float(v) for v in np.linspace(row.low, row.high, steps)]
    return tile([figure({**(values or {}), attribute: value}, None, seed, size) for value in ends], len(ends))


def tile(images: Sequence[np.ndarray], columns: int) -> np.ndarray:
    """uint8 RGBA images of one size, ``columns`` in a row, laid on paper."""
    height, width = images[0].shape[:2]
    rows = -(-len(images) // columns)
    sheet = np.full((rows * height, columns * width, 4), 255, np.uint8)
    sheet[..., :3] = np.round(np.array(PAPER) * 255)
    for k, image in enumerate(images):
        y, x = k // columns * height, k % columns * width
        view, alpha = sheet[y : y + height, x : x + width], image[..., 3:] / 255.0
        view[..., :3] = np.round(image[..., :3] * alpha + view[..., :3] * (1 - alpha))
    return sheet


def _paint(
    m: np.ndarray,
    t: np.ndarray | None,
    materials: Sequence[str],
    ramp: Mapping[str, str],
    colours: Mapping[str, np.ndarray],
) -> np.ndarray:
    """Premultiplied RGBA [h, w, 4] of coverage ``m`` [K, h, w] with ramp positions ``t`` [h, w]."""
    inks = np.stack([np.append(c[:3] * c[3], c[3]) for c in (colours[name] for name in materials)])
    paint = np.tensordot(m, inks, (0, 0))
    if t is not None:
        ends = [colours[ramp.get(name, name)] for name in materials]
        tips = np.stack([np.append(c[:3] * c[3], c[3]) for c in ends])
        paint += t[..., None] * (np.tensordot(m, tips, (0, 0)) - paint)
    return paint


def _over(view: np.ndarray, paint: np.ndarray, blend: str) -> None:
    """Lay premultiplied ``paint`` on premultiplied ``view`` [h, w, 4] in place, by W3C compositing's formulas."""
    top, bottom = paint[..., 3:], view[..., 3:].copy()
    keep = 1 - top
    if blend == "multiply":
        colour = paint[..., :3] * view[..., :3] + paint[..., :3] * (1 - bottom) + view[..., :3] * keep
    elif blend == "add":
        colour = np.minimum(paint[..., :3] + view[..., :3], top + bottom * keep)
    else:
        colour = paint[..., :3] + view[..., :3] * keep
    view[..., :3], view[..., 3:] = colour, top + bottom * keep
