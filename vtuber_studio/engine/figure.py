"""What each part is asked to be: a look, an expression and its mixes, turned into network inputs and colours."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from msgspec import structs

from vtuber_studio.core.attribute import Attribute, Value, blend, check_all, encode, rows_seen, truncate
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.fit import require_look
from vtuber_studio.core.latents import seed_z
from vtuber_studio.core.look import Look
from vtuber_studio.core.mixing import Colours, seen_colours
from vtuber_studio.core.part import Part
from vtuber_studio.core.pose import require_pose
from vtuber_studio.core.shot import QUALITIES, Quality, Shot
from vtuber_studio.engine.manifest import BundlePart, Input, Manifest, network_for, networks_of

SCALES = (1, 2, 4, 8, 16)
SMOOTHED = 1024  # pixels a side; in larger pictures every edge is wider than a pixel, and one sample a pixel does


@dataclass(frozen=True)
class Shape:
    """What one part's networks see: ``values`` by row name, ``z`` [z_dim], amounts along its ``directions``."""

    values: dict[str, Value]
    z: np.ndarray
    directions: np.ndarray


@dataclass(frozen=True)
class Ingredients:
    """All that decides one part's picture; ``key`` names what its networks paint, colours apart."""

    part: Part  # with the box and logits of the network that paints it
    network: str
    c: np.ndarray  # float32 [c_dim]
    z: np.ndarray  # float32 [z_dim]
    directions: np.ndarray  # float32 [any length], in standard deviations
    colours: Colours
    empty: bool
    key: bytes


def part_rows(manifest: Manifest, network: str) -> tuple[Attribute, ...]:
    """Attributes, then expressions, that a network ("part" or "part=choice") sees, in the order of its input.

    Ends and choices are those of its training (``Input``); all else is as the tables say today.
    """
    table = {row.name: row for row in manifest.attributes + manifest.expressions}
    part = network.partition("=")[0]
    entry = next(entry for entry in manifest.parts if entry.part.name == part)
    return tuple(_as_seen(table[seen.name], seen) for seen in networks_of(entry)[network].inputs)


def _as_seen(row: Attribute, seen: Input) -> Attribute:
    if (row.low, row.high, row.choices) == (seen.low, seen.high, seen.choices):
        return row
    prior = () if row.choices else row.prior
    default = row.default if not seen.choices or row.default in seen.choices else seen.choices[0]
    return structs.replace(row, low=seen.low, high=seen.high, choices=seen.choices, prior=prior, default=default)


def check_shot(manifest: Manifest, shot: Shot) -> Shot:
    """The shot, every name and value checked; StudioError for the first bad one."""
    parts = [entry.part for entry in manifest.parts]
    return Shot(
        require_look(shot.look, manifest.attributes, manifest.materials, parts),
        check_all(manifest.expressions, shot.expression, "expression"),
        require_pose(shot.pose),
    )


def within(manifest: Manifest, shot: Shot) -> Shot:
    """The shot without the expressions that the generator does not know: ready-made moods are for every generator."""
    known = {row.name for row in manifest.expressions}
    return shot.with_(expression={name: value for name, value in shot.expression.items() if name in known})


def ingredients(manifest: Manifest, shot: Shot) -> dict[str, Ingredients]:
    """Every part's ingredients for a checked shot."""
    return {entry.part.name: gather(manifest, entry, shot) for entry in manifest.parts}


def gather(manifest: Manifest, entry: BundlePart, shot: Shot) -> Ingredients:
    """One part's ingredients for a checked shot."""
    part = entry.part
    shape = _shape(rows_seen(part.name, manifest.attributes), part, shot.look)
    network = network_for(entry, shape.values)
    c = encode(part_rows(manifest, network), {**shape.values, **shot.expression})
    empty = any(shape.values.get(name) == choice for name, choice in part.empty_when.items())
    digest = hashlib.blake2b(digest_size=16)
    for piece in (manifest.id.encode(), network.encode(), c.tobytes(), shape.z.tobytes()):
        digest.update(len(piece).to_bytes(4, "little") + piece)
    digest.update(shape.directions.tobytes())
    colours = seen_colours(manifest.materials, part.name, shot.look)
    own = networks_of(entry)[network].part
    return Ingredients(own, network, c, shape.z, shape.directions, colours, empty, digest.digest())


def _shape(rows: tuple[Attribute, ...], part: Part, look: Look) -> Shape:
    """One part's shape, other looks' shapes blended in; blending happens before mapping, so it was trained."""
    psi = look.truncation_psi
    values = {row.name: truncate(row, look.attributes.get(row.name, row.default), psi) for row in rows}
    z = np.float32(psi) * seed_z(look.seed, part.name, part.z_dim)
    offsets = look.z.get(part.name, ())
    z[: len(offsets)] += np.asarray(offsets, np.float32)
    shape = Shape(values, z, np.trim_zeros(np.asarray(look.directions.get(part.name, ()), np.float32), "b"))
    for other in look.mixes:
        if other.part == part.name and other.shape > 0.0:
            shape = _blend(rows, shape, _shape(rows, part, other.look), other.shape)
    return shape


def _blend(rows: tuple[Attribute, ...], a: Shape, b: Shape, amount: float) -> Shape:
    values = {row.name: blend(row, a.values[row.name], b.values[row.name], amount) for row in rows}
    length = max(len(a.directions), len(b.directions))
    first, second = (np.pad(side.directions, (0, length - len(side.directions))) for side in (a, b))
    share = np.float32(amount)
    return Shape(values, a.z + share * (b.z - a.z), first + share * (second - first))


def shadow_tint(manifest: Manifest, receiver: Ingredients) -> np.ndarray:
    """Colour [3] that the cast shadow multiplies by: the shaded material over the lit one, on what receives it."""
    assert manifest.shadow is not None
    shaded, lit = receiver.colours[manifest.shadow.material], receiver.colours[manifest.shadow.over]
    return np.clip(shaded[:3] / np.maximum(lit[:3], 1e-3), 0.0, 1.0)


def scale_for(size: int, quality: Quality = "preview") -> int:
    """Pixels a unit of the canvas that a picture of ``size`` pixels is drawn on: as few as hold it for a preview; for
    a file one of SCALES, and twice as many for pictures of up to SMOOTHED pixels.

    StudioError outside 64..8192, or for an unknown quality.
    """
    if quality not in QUALITIES:
        raise StudioError(f"There is no quality called {quality!r}.", f"Choose one of: {', '.join(QUALITIES)}.")
    if isinstance(size, bool) or not isinstance(size, int | np.integer) or not 64 <= size <= 8192:
        raise StudioError(f"A picture of {size} pixels cannot be made.", "Give a size from 64 to 8192.")
    if quality == "preview":
        return -(-int(size) // 512)
    needed = max(size, min(2 * size, 2 * SMOOTHED))
    return next(scale for scale in SCALES if 512 * scale >= needed)
