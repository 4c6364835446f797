"""What a generator is compared with: unseen shots, and the artist's drawing of each part. Imports no torch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vtuber_studio.artist import schema
from vtuber_studio.artist.portrait import draw_part
from vtuber_studio.core.attribute import Attribute, Value
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.latents import Stream
from vtuber_studio.core.part import Part
from vtuber_studio.core.pose import PRESETS
from vtuber_studio.core.sampling import random_look
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.bundle import Manifest
from vtuber_studio.engine.figure import Ingredients, part_rows
from vtuber_studio.engine.paint import box_size, cel_logits, cover, tau
from vtuber_studio.training.tables import bundle_tables, check_drawable

FIRST_SEED = 1_000_000_000  # training numbers its drawings from 0
Cels = dict[str, tuple[np.ndarray, np.ndarray | None]]  # cel -> coverage m [K, H, W] and t [H, W], clips not applied


def unseen_shot(manifest: Manifest, index: int) -> Shot:
    """Number ``index`` of the shots that training never sees: another persona, and another face each time."""
    seed = FIRST_SEED + index
    look = random_look(manifest.attributes, manifest.materials, seed, manifest.id)
    return Shot(look, sample_expression(manifest.expressions, seed))


def sample_expression(rows: Sequence[Attribute], seed: int) -> dict[str, Value]:
    """What a face does, by ``seed`` alone: of four, one is at rest, one has a preset's face, two move every row or
    not as chance wills (and blink three times in ten)."""
    kind = seed % 4
    if kind == 0:
        return {}
    if kind == 1:
        chosen = PRESETS[Stream(seed, "preset").pick(list(PRESETS))]
        return {r.name: min(max(float(chosen[r.name]), r.low), r.high) for r in rows if r.name in chosen}
    values: dict[str, Value] = {}
    for row in rows:
        stream = Stream(seed, f"expression {row.name}")
        if stream.uniform() < 0.5:
            values[row.name] = stream.uniform(row.low, row.high)
    if Stream(seed, "blink").uniform() < 0.3:
        values |= {row.name: 0.0 for row in rows if row.name.startswith("eye_open")}
    return values


def stale(manifest: Manifest) -> dict[str, dict[str, int]]:
    """Parts whose weights learned another edition than the artist draws (0: it draws no such part)."""
    drawn = {entry.part.name: schema.EDITIONS.get(entry.part.name, 0) for entry in manifest.parts}
    return {
        entry.part.name: {"weights": entry.edition, "drawing": drawn[entry.part.name]}
        for entry in manifest.parts
        if entry.edition != drawn[entry.part.name]
    }


def undrawable(manifest: Manifest) -> set[str]:
    """Parts whose sliders, choices or cels are not the artist's: nothing can be compared there."""
    found = set()
    for entry in manifest.parts:
        tables = bundle_tables(manifest, entry.part.name)
        assert tables is not None
        try:
            check_drawable(tables, any_edition=True)
        except StudioError:
            found.add(entry.part.name)
    return found


def drawn(manifest: Manifest, wanted: Ingredients, shot: Shot, scale: int) -> Cels:
    """The artist's coverage of what a part's networks were asked for."""
    name, asked = wanted.part.name, {**shot.look.attributes, **shot.expression}
    values = {row.name: asked.get(row.name, row.default) for row in part_rows(manifest, name)}
    return {cel: (own.m, own.t) for cel, own in draw_part(name, values, wanted.z, scale).items()}


def painted(part: Part, logits: np.ndarray | None, scale: int) -> Cels:
    """Coverage over the whole box from a network's output [C, h, w]; nothing for None (an empty part)."""
    size = box_size(part, scale)
    found: Cels = {}
    for cel in part.cels:
        m = np.zeros((len(cel.materials), size[1], size[0]), np.float32)
        t = np.zeros(m.shape[1:], np.float32) if cel.ramp else None
        own = None if logits is None else cover(cel, cel_logits(part, logits)[cel.name], size, None, tau(scale))
        if own is not None:
            x0, y0, x1, y1 = own.window
            m[:, y0:y1, x0:x1] = own.m
            if t is not None and own.t is not None:
                t[y0:y1, x0:x1] = own.t
        found[cel.name] = m, t
    return found
