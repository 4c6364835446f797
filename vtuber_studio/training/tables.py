"""What one part's network learns from: its part, rows and materials. They come from a run, a bundle or the artist, and
stay with the weights, so that whatever was trained can be trained further. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from vtuber_studio.artist import schema
from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.part import Material, Part, structure
from vtuber_studio.engine.bundle import Manifest
from vtuber_studio.engine.figure import part_rows


class PartTables(msgspec.Struct, frozen=True):
    """A part as its network sees and paints it."""

    part: Part
    attributes: tuple[Attribute, ...]
    expressions: tuple[Attribute, ...]
    materials: tuple[Material, ...]  # that its cels use, and those that they derive from
    edition: int = 1  # of the drawing

    @property
    def rows(self) -> tuple[Attribute, ...]:
        """The network's input in its order."""
        return self.attributes + self.expressions

    @property
    def c_dim(self) -> int:
        """Numbers of that input."""
        return sum(row.size for row in self.rows)

    def fits(self, other: PartTables) -> bool:
        """Whether the same weights serve both."""
        return structure(self.part, self.rows) == structure(other.part, other.rows)


def artist_tables(name: str) -> PartTables:
    """The part as the artist draws it today; StudioError when there is none of that name."""
    names = [part.name for part in schema.PARTS]
    if name not in names:
        raise StudioError(f"There is no part called {name!r}.", f"The parts are {', '.join(names)}.")
    part = schema.part(name)
    attributes, expressions = (
        tuple(row for row in table if name in row.parts) for table in (schema.ATTRIBUTES, schema.EXPRESSIONS)
    )
    return PartTables(part, attributes, expressions, used(part, schema.MATERIALS), schema.EDITIONS[name])


def bundle_tables(manifest: Manifest, name: str) -> PartTables | None:
    """The part as a bundle's network knows it; None when the bundle lacks it."""
    for entry in manifest.parts:
        if entry.part.name == name:
            rows, faces = part_rows(manifest, name), {row.name for row in manifest.expressions}
            return PartTables(
                entry.part,
                tuple(row for row in rows if row.name not in faces),
                tuple(row for row in rows if row.name in faces),
                used(entry.part, manifest.materials),
                entry.edition,
            )
    return None


def tables_for(name: str, manifest: Manifest | None) -> PartTables:
    """What a new run learns: what the bundle that it starts from knows, or the artist's where that draws it anew."""
    known = bundle_tables(manifest, name) if manifest else None
    return known if known and known.edition >= schema.EDITIONS.get(name, 0) else artist_tables(name)


def check_drawable(tables: PartTables, any_edition: bool = False) -> None:
    """StudioError unless the artist draws this edition of the part, with all that its rows and cels ask for."""
    now = artist_tables(tables.part.name)
    name = tables.part.name
    if tables.edition != now.edition and not any_edition:
        raise StudioError(
            f"{name} learned edition {tables.edition} of its drawing, and the artist draws edition {now.edition}.",
            "Begin a new run with --start and the bundle of this one.",
        )
    known = {row.name: row for row in now.rows}
    for row in tables.rows:
        drawn = known.get(row.name)
        if not drawn or not set(row.choices) <= set(drawn.choices) or not drawn.low <= row.low < row.high <= drawn.high:
            raise StudioError(f"The artist cannot draw all of {row.name} for {name}.", "Start from another bundle.")
    if structure(tables.part, ()) != structure(now.part, ()):
        raise StudioError(f"The artist draws {name} in another box or other cels.", "Start from another bundle.")


def used(part: Part, materials: Iterable[Material], also: Iterable[str] = ()) -> tuple[Material, ...]:
    """Materials that the part's cels use, and those that they derive from."""
    rows = {row.name: row for row in materials}
    waiting = [*also, *(name for cel in part.cels for name in (*cel.materials, *cel.ramp.values()))]
    found = set()
    while waiting:
        name = waiting.pop()
        if name and name not in found:
            found.add(name)
            waiting.append(rows[name].source)
    return tuple(row for row in rows.values() if row.name in found)
