"""Editions: which drawing of a part is this? A changed drawing gets a new number, so that nobody takes weights that
learned the old one for weights that failed to learn the new.

``schema.EDITIONS`` holds the numbers, ``digests.json`` what each edition looks like. A drawing is known by a *sketch*:
the coverage of some probe drawings, projected on fixed random signs (Johnson and Lindenstrauss 1984: distances survive
it). Sketches are compared by distance and not by hash, because the last bits of anti-aliasing differ between
processors, and no rounding is safe at its own edges.
"""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from pathlib import Path

import msgspec
import numpy as np

from vtuber_studio.artist import schema
from vtuber_studio.artist.portrait import draw_part
from vtuber_studio.core.attribute import Value
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import write_atomically
from vtuber_studio.core.part import structure

DIGESTS = Path(__file__).with_name("digests.json")
SCALE = 0.5  # pixels to the canvas unit
NUMBERS = 32  # of a sketch
MIXED = 8  # probes in which everything differs at once
NEAR = 0.5  # distance: square root of the summed squared change of coverage over all probes, in pixels


class Digest(msgspec.Struct, frozen=True):
    """What one edition of a part looks like."""

    edition: int
    tables: str  # hash of what its network sees and paints
    sketch: tuple[float, ...]

    def changed(self, now: Digest) -> str:
        """What differs in ``now``: "tables", "drawing" or nothing."""
        if self.tables != now.tables:
            return "tables"
        return "drawing" if math.dist(self.sketch, now.sketch) > NEAR * math.sqrt(NUMBERS) else ""


def digest(name: str) -> Digest:
    """Digest of part ``name`` as it is drawn now."""
    part, rows = schema.part(name), schema.rows_of(name)
    tables = hashlib.sha256(json.dumps(structure(part, rows)).encode()).hexdigest()[:16]
    return Digest(schema.EDITIONS[name], tables, _sketch(name))


def stored() -> dict[str, Digest]:
    """Digests of ``digests.json``."""
    return msgspec.json.decode(DIGESTS.read_bytes(), type=dict[str, Digest])


def advice(name: str) -> str:
    """What to do about a part that is not drawn as its edition was; empty when it is."""
    known, now = stored().get(name), digest(name)
    changed = "edition" if known is None or known.edition != now.edition else known.changed(now)
    if not changed:
        return ""
    raising = f"raise EDITIONS[{name!r}] in artist/schema.py above {now.edition}, then " if changed != "edition" else ""
    return f"The {changed} of {name} changed: {raising}run `vtuber-studio artist digests --write`."


def write() -> list[str]:
    """Store today's digests; names of the parts that are new. StudioError when a changed part kept its edition."""
    known, now = stored(), {part.name: digest(part.name) for part in schema.PARTS}
    new = [name for name, row in now.items() if name not in known or known[name].edition != row.edition]
    for name, row in now.items():
        if name not in new and known[name].changed(row):
            raise StudioError(
                f"{name} is not drawn as edition {row.edition} was.",
                f"Raise EDITIONS[{name!r}] in artist/schema.py, or take digests.json back to before that edition.",
            )
    kept = {name: row if name in new else known[name] for name, row in now.items()}
    lines = [f"{json.dumps(name)}: {json.dumps(msgspec.to_builtins(row))}" for name, row in kept.items()]
    write_atomically(DIGESTS, ("{\n" + ",\n".join(lines) + "\n}\n").encode())
    return new


def _probes(name: str) -> list[tuple[dict[str, Value], np.ndarray]]:
    """Every end and choice of every row by itself, then all at once. Defaults play no part: they may change."""
    part, rows = schema.part(name), schema.rows_of(name)
    shown = {row.name: [c for c in row.choices if c != part.empty_when.get(row.name)] for row in rows}
    ends: dict[str, list[Value]] = {row.name: [*shown[row.name]] or [row.low, row.high] for row in rows}
    rest = {row.name: shown[row.name][0] if row.choices else (row.low + row.high) / 2 for row in rows}
    probes = [({**rest, key: value}, np.zeros(part.z_dim)) for key, values in ends.items() for value in values]
    rng = np.random.Generator(np.random.Philox(zlib.crc32(name.encode())))
    for _ in range(MIXED):
        mixed: dict[str, Value] = {}
        for row in rows:
            share, choices = rng.random(), shown[row.name]
            mixed[row.name] = choices[int(share * len(choices))] if choices else row.low + share * (row.high - row.low)
        probes.append((mixed, 4 * rng.random(part.z_dim) - 2))
    return probes


def _sketch(name: str) -> tuple[float, ...]:
    total = np.zeros(NUMBERS)
    signs: np.ndarray | None = None
    for index, (values, z) in enumerate(_probes(name)):
        cels = draw_part(name, values, z, SCALE).values()
        maps = [cel.m if cel.t is None else np.concatenate([cel.m, (cel.t * cel.m.sum(0))[None]]) for cel in cels]
        seen = np.concatenate(maps).ravel()
        if signs is None:
            words = np.random.Philox(1).random_raw(-(-NUMBERS * len(seen) // 64))
            bits = np.unpackbits(words.astype("<u8").view(np.uint8))[: NUMBERS * len(seen)]
            signs = bits.reshape(NUMBERS, -1).astype(np.float32) * 2 - 1
        total += signs @ np.roll(seen, 1009 * index)  # each probe meets other signs
    return tuple(float(number) for number in total.round(1))
