"""What one network learns from: its part, rows and materials. They stay with the weights, so that whatever was trained
can be trained further, and put into any bundle of its family."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.part import Material, Part, structure
from vtuber_studio.engine.figure import part_rows
from vtuber_studio.engine.manifest import Manifest, networks_of


class PartTables(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part as its network, or that of one style, sees and paints it."""

    part: Part
    attributes: tuple[Attribute, ...]
    expressions: tuple[Attribute, ...]
    materials: tuple[Material, ...]  # that its cels use, and those that they derive from
    edition: int = 1  # of the drawing
    style: str = ""  # where this is the network of one choice alone: the attribute ...
    choice: str = ""  # ... and the choice

    @property
    def name(self) -> str:
        """The network's name, as in ``manifest.networks_of``."""
        return f"{self.part.name}={self.choice}" if self.choice else self.part.name

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


def bundle_tables(manifest: Manifest, network: str) -> PartTables | None:
    """A network ("part" or "part=choice") as a bundle knows it; None when the bundle lacks it."""
    for entry in manifest.parts:
        if network in (known := networks_of(entry)):
            own, choice = known[network], network.partition("=")[2]
            rows, faces = part_rows(manifest, network), {row.name for row in manifest.expressions}
            return PartTables(
                own.part,
                tuple(row for row in rows if row.name not in faces),
                tuple(row for row in rows if row.name in faces),
                used(own.part, manifest.materials),
                own.edition,
                entry.variants.attribute if entry.variants and choice else "",
                choice,
            )
    return None


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
