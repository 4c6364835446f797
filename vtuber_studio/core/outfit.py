"""An outfit: what she wears, seen in one look and put on another; who wears it stays who she is.

Any look is an outfit: a project's looks are one persona in several of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.look import Look
from vtuber_studio.core.mixing import seen_palette, seen_value
from vtuber_studio.core.palette import to_hex
from vtuber_studio.core.part import Material, Part

WORN = ("clothes", "collar", "eyewear", "earrings", "headwear")  # attributes, with what begins so ("headwear_tilt")
_PARTS = ("body", "eyewear", "earrings", "headwear")  # painted with what is worn
_OWN = ("skin", "hair", "eye", "mouth")  # groups of materials that are hers, wherever they are seen


def worn_rows(rows: Sequence[Attribute]) -> tuple[Attribute, ...]:
    """Attributes of what is worn; none where a generator knows no clothes."""
    return tuple(row for row in rows if any(row.name == worn or row.name.startswith(f"{worn}_") for worn in WORN))


def worn_materials(materials: Sequence[Material], parts: Sequence[Part]) -> frozenset[str]:
    """What is worn is painted with these."""
    used = {name for part in parts if part.name in _PARTS for cel in part.cels for name in cel.materials}
    return frozenset(row.name for row in materials if row.name in used and row.group not in _OWN)


def wear(
    look: Look, other: Look, rows: Sequence[Attribute], materials: Sequence[Material], parts: Sequence[Part]
) -> Look:
    """``look`` in the clothes of ``other``, as they are seen there: mixes blended in. All else of it stays."""
    values = {row.name: seen_value(row, other) for row in worn_rows(rows)}
    if not values:
        return look
    worn, painted = worn_materials(materials, parts), seen_palette(tuple(materials), parts, other)
    colours = {row.name: to_hex(painted[row.name]) for row in materials if row.name in worn and row.colour}
    colours |= {key: colour for key, colour in other.palette.items() if key.rpartition(":")[2] in worn - {*colours}}

    def dressed(one: Look) -> Look:
        own = {key: colour for key, colour in one.palette.items() if key.rpartition(":")[2] not in worn}
        return one.with_(attributes={**one.attributes, **values}, palette={**own, **colours})

    return look.through(dressed)
