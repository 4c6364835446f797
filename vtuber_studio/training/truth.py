"""What a generator is compared with: unseen shots, and the artist's drawing of each part. Imports no torch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vtuber_studio.artist import schema
from vtuber_studio.artist.portrait import draw_part
from vtuber_studio.core.attribute import Attribute, Value, rows_seen
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.latents import Stream
from vtuber_studio.core.part import Part
from vtuber_studio.core.pose import PRESETS
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.bundle import Manifest
from vtuber_studio.engine.figure import Ingredients
from vtuber_studio.engine.fitting import persona
from vtuber_studio.engine.manifest import networks_of
from vtuber_studio.engine.paint import Window, box_size, cel_logits, cover, intersect, refined, tau
from vtuber_studio.engine.tables import bundle_tables
from vtuber_studio.training.tables import check_drawable

FIRST_SEED = 1_000_000_000  # training numbers its drawings from 0
Cels = dict[str, tuple[np.ndarray, np.ndarray | None]]  # cel -> coverage m [K, H, W] and t [H, W], clips not applied


def unseen_shot(manifest: Manifest, index: int) -> Shot:
    """Number ``index`` of the shots that training never sees: another persona, and another face each time."""
    seed = FIRST_SEED + index
    look = persona(manifest, seed)
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
    """Networks whose weights learned another edition than the artist draws (0: it draws no such part)."""
    drawn = {entry.part.name: schema.EDITIONS.get(entry.part.name, 0) for entry in manifest.parts}
    return {
        network: {"weights": own.edition, "drawing": drawn[entry.part.name]}
        for entry in manifest.parts
        for network, own in networks_of(entry).items()
        if own.edition != drawn[entry.part.name]
    }


def missing(manifest: Manifest) -> list[str]:
    """Parts that the artist draws and the generator has not learned yet: nothing is painted there, nothing compared."""
    learned = {entry.part.name for entry in manifest.parts}
    return [part.name for part in schema.PARTS if part.name not in learned]


def undrawable(manifest: Manifest) -> set[str]:
    """Networks whose sliders, choices or cels are not the artist's: nothing can be compared there."""
    found = set()
    for network in (name for entry in manifest.parts for name in networks_of(entry)):
        tables = bundle_tables(manifest, network)
        assert tables is not None
        try:
            check_drawable(tables, any_edition=True)
        except StudioError:
            found.add(network)
    return found


def drawn(manifest: Manifest, wanted: Ingredients, shot: Shot, scale: int) -> Cels:
    """The artist's coverage of what a part's networks were asked for."""
    name, asked = wanted.part.name, {**shot.look.attributes, **shot.expression}
    rows = rows_seen(name, manifest.attributes, manifest.expressions)
    values = {row.name: asked.get(row.name, row.default) for row in rows}
    return {cel: (own.m, own.t) for cel, own in draw_part(name, values, wanted.z, scale).items()}


def painted(part: Part, logits: np.ndarray | None, scale: int, box: Window | None = None) -> Cels:
    """Coverage over the whole box from a network's output [C, h, w]; nothing for None (an empty part). ``box``: cut or
    widened to this one, in canvas units."""
    size = box_size(part, scale)
    if box is not None and box != part.box:
        return {cel: (_moved(m, part.box, box, scale), None if t is None else _moved(t[None], part.box, box, scale)[0])
                for cel, (m, t) in painted(part, logits, scale).items()}  # fmt: skip
    found: Cels = {}
    fine = None if logits is None else refined(part, logits, scale)
    for cel in part.cels:
        m = np.zeros((len(cel.materials), size[1], size[0]), np.float32)
        t = np.zeros(m.shape[1:], np.float32) if cel.ramp else None
        own = None if fine is None else cover(cel, cel_logits(part, fine)[cel.name], size, None, tau(scale))
        if own is not None:
            x0, y0, x1, y1 = own.window
            m[:, y0:y1, x0:x1] = own.m
            if t is not None and own.t is not None:
                t[y0:y1, x0:x1] = own.t
        found[cel.name] = m, t
    return found


def _moved(maps: np.ndarray, old: Window, new: Window, scale: int) -> np.ndarray:
    """Maps [K, h, w] over one box of the canvas, as they lie in another."""
    out = np.zeros((len(maps), (new[3] - new[1]) * scale, (new[2] - new[0]) * scale), maps.dtype)
    if place := intersect(old, new):
        into, out_of = (
            np.s_[:, (place[1] - y) * scale : (place[3] - y) * scale, (place[0] - x) * scale : (place[2] - x) * scale]
            for x, y, _, _ in (new, old)
        )
        out[into] = maps[out_of]
    return out
