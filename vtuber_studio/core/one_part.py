"""One part alone: what only it has, and putting that back; nothing else moves. See also ``dice.roll_part``."""

from __future__ import annotations

from collections.abc import Sequence

from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.direction import forget
from vtuber_studio.core.look import Look
from vtuber_studio.core.mixing import take


def own_rows(rows: Sequence[Attribute], part: str) -> tuple[Attribute, ...]:
    """Attributes that ``part`` shares with no other part."""
    return tuple(row for row in rows if set(row.parts) == {part})


def reset_part(look: Look, rows: Sequence[Attribute], part: str) -> Look:
    """``part`` as a new persona with this seed has it: defaults of what only it has, no offsets, nothing mixed in, no
    colours of its own."""
    plain = take(take(look, None, [part], "shape", 0.0), None, [part], "colour", 0.0)
    own = {row.name: row.default for row in own_rows(rows, part)}
    return forget(plain, {*own, part}).with_(
        attributes={**look.attributes, **own},
        palette={name: colour for name, colour in look.palette.items() if not name.startswith(f"{part}:")},
        z={name: offsets for name, offsets in look.z.items() if name != part},
        directions={name: amounts for name, amounts in look.directions.items() if name != part},
    )
