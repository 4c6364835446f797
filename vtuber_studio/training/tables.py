"""Whose tables a training takes: those of the bundle that it starts from, or the artist's. Imports no torch."""

from __future__ import annotations

import numpy as np
from msgspec import structs

from vtuber_studio.artist import schema
from vtuber_studio.artist.portrait import draw_part, sample_values
from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.part import Part, structure
from vtuber_studio.engine.bundle import Manifest
from vtuber_studio.engine.tables import PartTables, bundle_tables, used

CELL = 16  # logits: the grid that a network's box lies on
_LOOKED_AT = 64  # drawings that say how much of the box a style needs
_MARGIN = 8  # canvas units around them


def artist_tables(name: str) -> PartTables:
    """The part, or one style of it ("hair_front=curly"), as the artist draws it today; StudioError when it does not."""
    part, style = require_network(name)
    attributes, expressions = (
        tuple(row for row in table if part.name in row.parts) for table in (schema.ATTRIBUTES, schema.EXPRESSIONS)
    )
    edition = schema.EDITIONS[part.name]
    if style is None:
        return PartTables(part, attributes, expressions, used(part, schema.MATERIALS), edition)
    choice = name.partition("=")[2]
    only = structs.replace(style, choices=(choice,), default=choice, prior=())
    attributes = tuple(only if row.name == style.name else row for row in attributes)
    own = _tight(part, attributes + expressions)
    return PartTables(own, attributes, expressions, used(part, schema.MATERIALS), edition, style.name, choice)


def require_network(name: str) -> tuple[Part, Attribute | None]:
    """The part of "part" or "part=choice", and the attribute of that choice; StudioError when there is none."""
    known = {part.name: part for part in schema.PARTS}
    part, _, choice = name.partition("=")
    if part not in known:
        raise StudioError(f"There is no part called {part!r}.", f"The parts are {', '.join(known)}.")
    styles = [row for row in schema.rows_of(part) if row.choices]
    if not choice:
        return known[part], None
    for row in styles:
        if choice in row.choices and known[part].empty_when.get(row.name) != choice:
            return known[part], row
    choices = [one for row in styles for one in row.choices if known[part].empty_when.get(row.name) != one]
    raise StudioError(f"{part} has no style {choice!r}.", f"Its choices are {', '.join(choices) or 'none'}.")


def tables_for(name: str, manifest: Manifest | None) -> PartTables:
    """What a new run learns: what the bundle that it starts from knows, or the artist's where that draws it anew."""
    known = bundle_tables(manifest, name) if manifest else None
    newest = schema.EDITIONS.get(name.partition("=")[0], 0)
    return known if known and known.edition >= newest else artist_tables(name)


def check_drawable(tables: PartTables, any_edition: bool = False) -> None:
    """StudioError unless the artist draws this edition of the part, with all that its rows and cels ask for."""
    name = tables.name
    part, _ = require_network(name)
    if tables.edition != schema.EDITIONS[part.name] and not any_edition:
        raise StudioError(
            f"{name} learned edition {tables.edition} of its drawing, and the artist draws edition "
            f"{schema.EDITIONS[part.name]}.",
            "Begin a new run with --start and the bundle of this one.",
        )
    known = {row.name: row for row in schema.rows_of(part.name)}
    for row in tables.rows:
        drawn = known.get(row.name)
        if not drawn or not set(row.choices) <= set(drawn.choices) or not drawn.low <= row.low < row.high <= drawn.high:
            raise StudioError(f"The artist cannot draw all of {row.name} for {name}.", "Start from another bundle.")
    own = tables.part
    if tables.choice:  # a style's box may be smaller
        x0, y0, x1, y1 = own.box
        inside = part.box[0] <= x0 and part.box[1] <= y0 and x1 <= part.box[2] and y1 <= part.box[3]
        own = structs.replace(own, box=part.box, logits=part.logits) if inside else own
    if structure(own, ()) != structure(part, ()):
        raise StudioError(f"The artist draws {name} in another box or other cels.", "Start from another bundle.")


def _tight(part: Part, rows: tuple[Attribute, ...]) -> Part:
    """The part with a box just as large as drawings of these rows need, in whole cells of the network."""
    rng = np.random.default_rng(0)
    seen = np.zeros((0, 0), bool)
    for _ in range(_LOOKED_AT):
        values, z = sample_values(part.name, rng, rows), rng.standard_normal(part.z_dim)
        covered = np.any([cel.m.max(0) > 0 for cel in draw_part(part.name, values, z, 1.0).values()], axis=0)
        seen = seen | covered if seen.size else covered
    box, logits = list(part.box), list(part.logits)
    for axis in (0, 1):  # x, y
        low, high = part.box[axis], part.box[axis + 2]
        cell = CELL * (high - low) // part.logits[1 - axis]
        drawn = np.flatnonzero(seen.any(axis))
        first = max(0, int(drawn[0]) - _MARGIN) // cell
        last = -(-min(high - low, int(drawn[-1]) + 1 + _MARGIN) // cell)
        box[axis], box[axis + 2] = low + first * cell, low + last * cell
        logits[1 - axis] = CELL * (last - first)
    return structs.replace(part, box=tuple(box), logits=tuple(logits))
