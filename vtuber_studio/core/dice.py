"""Rolling the dice: a new look from an old one, keeping what is locked or out of scope."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Sequence

import numpy as np

from vtuber_studio.core.attribute import Attribute, Value
from vtuber_studio.core.latents import seed_z
from vtuber_studio.core.look import Look
from vtuber_studio.core.palette import from_oklab, oklab, resolve, to_hex
from vtuber_studio.core.part import Material, Part
from vtuber_studio.core.sampling import random_attributes, random_palette

COLOURS = "Colours"  # the group of the palette; locks name a material the way they name an attribute


def roll(
    look: Look,
    rows: Sequence[Attribute],
    materials: Sequence[Material],
    parts: Sequence[Part],
    seed: int,
    locks: Collection[str] = (),
    group: str | None = None,
) -> Look:
    """A fresh persona from ``seed``: everything, or only one ``group`` of attributes (or COLOURS).

    Locked attributes and colours stay; so does the z of parts whose every attribute stays.
    """
    rng = np.random.default_rng(seed)
    known = {material.name for material in materials}
    fresh, colours = random_attributes(rows, rng), random_palette(rng)
    free = {row.name for row in rows if row.name not in locks and group in (None, row.group)}
    attributes: dict[str, Value] = {**look.attributes, **{name: fresh[name] for name in free}}
    palette = dict(look.palette)
    if group in (None, COLOURS):
        palette = {key: colour for key, colour in palette.items() if key.split(":")[-1] in locks}
        rolled = {name: colour for name, colour in colours.items() if name in known and name not in locks}
        palette = {**rolled, **palette}
    touched = {part for row in rows if row.name in free for part in row.parts}
    new_seed = seed if group is None else look.seed
    return look.with_(
        seed=new_seed,
        attributes=attributes,
        palette=palette,
        z=_keep_z(look, parts, touched, seed, new_seed),
        directions={part: amounts for part, amounts in look.directions.items() if part not in touched},
        mixes=tuple(mix for mix in look.mixes if mix.part not in touched),
    )


def vary(
    look: Look,
    rows: Sequence[Attribute],
    materials: Sequence[Material],
    parts: Sequence[Part],
    seed: int,
    locks: Collection[str] = (),
    amount: float = 0.18,
) -> Look:
    """A little different: ranges move by N(0, amount x half range), colours turn slightly, choices stay."""
    rng = np.random.default_rng(seed)
    attributes = dict(look.attributes)
    for row in rows:
        step = float(rng.normal(0.0, amount)) * (row.high - row.low) / 2
        if not row.choices and row.name not in locks:
            value = float(attributes.get(row.name, row.default)) + step
            attributes[row.name] = float(np.clip(value, row.low, row.high))
    palette, now = dict(look.palette), resolve(materials, look.palette)
    for material in materials:
        turn, light = rng.normal(0.0, amount * 0.6), rng.normal(0.0, amount * 0.12)
        if (
            material.colour
            and material.group in ("hair", "eye", "clothes", "accessories")
            and material.name not in locks
        ):
            lab = oklab(now[material.name][:3].astype(float))
            cos, sin = np.cos(turn), np.sin(turn)
            lab = np.array(
                [np.clip(lab[0] + light, 0, 1), cos * lab[1] - sin * lab[2], sin * lab[1] + cos * lab[2]]
            )
            palette[material.name] = to_hex(np.append(from_oklab(lab), now[material.name][3]))
    nudge = {
        part.name: tuple(
            float(v)
            for v in _z(look, part)
            - seed_z(look.seed, part.name, part.z_dim)
            + rng.normal(0.0, 2 * amount, part.z_dim)
        )
        for part in parts
        if part.z_dim
    }
    return look.with_(attributes=attributes, palette=palette, z=nudge)


def seed_from_text(text: str) -> int:
    """A seed from what a user typed: a number as it is, any other text by its CRC."""
    text = text.strip()
    return int(text) % 2**32 if text.isdigit() else zlib.crc32(text.encode())


def _z(look: Look, part: Part) -> np.ndarray:
    z = seed_z(look.seed, part.name, part.z_dim)
    return z + np.asarray(look.z.get(part.name, (0.0,) * part.z_dim), np.float32)


def _keep_z(
    look: Look, parts: Sequence[Part], touched: set[str], seed: int, new_seed: int
) -> dict[str, tuple[float, ...]]:
    """Offsets that leave untouched parts' z as it was and give touched ones the z of ``seed``."""
    offsets = {}
    for part in parts:
        wanted = seed_z(seed, part.name, part.z_dim) if part.name in touched else _z(look, part)
        offset = wanted - seed_z(new_seed, part.name, part.z_dim)
        if np.abs(offset).max(initial=0.0) > 1e-6:
            offsets[part.name] = tuple(float(v) for v in offset)
    return offsets
