"""Does this look fit this generator? Strictly, or as far as it can; and what it was called before.

Whether a look is sound at all is asked in ``core.sound``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec

from vtuber_studio.core.attribute import Attribute, Value, check_all, defaults, find
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look, Region, Taught
from vtuber_studio.core.palette import check_palette
from vtuber_studio.core.part import Material, Part
from vtuber_studio.core.sound import check_look, walk

T = TypeVar("T")
Held = TypeVar("Held", Look, Region)  # both hold attributes, palette, z, directions and mixes
Renamed = Mapping[str, Mapping[str, str]]  # kind -> name that it once had -> its name now


def complete_look(look: Look, rows: Sequence[Attribute], materials: Sequence[Material]) -> Look:
    """The look with a value for every row and for every material that has a colour of its own: what it does not say
    is written down as the tables' default of today, so that another default will not change it."""
    base = {**defaults(rows)}
    colours = {material.name: material.colour for material in materials if material.colour}

    def filled(one: Look, _where: str) -> Look:
        if base.keys() <= one.attributes.keys() and colours.keys() <= one.palette.keys():
            return one
        return one.with_(attributes=base | one.attributes, palette=colours | one.palette)

    return walk(look, filled)


def default_look(rows: Sequence[Attribute], materials: Sequence[Material], generator: str = "") -> Look:
    """The look that a generator starts with, every value in it."""
    return complete_look(Look(generator=generator), rows, materials)


class _Parts:
    """Parts by name, and what of a look names one."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.rows = {part.name: part for part in parts}

    def get(self, name: str) -> Part:
        """The part; StudioError when there is none."""
        if name not in self.rows:
            raise StudioError(f"There is no part called {name!r}.", f"Parts are: {', '.join(self.rows)}.")
        return self.rows[name]

    def offsets(self, name: str, numbers: tuple[float, ...]) -> tuple[float, ...]:
        """Offsets of a part's own length."""
        if len(numbers) != (wanted := self.get(name).z_dim):
            raise StudioError(f"{name} takes {wanted} numbers, not {len(numbers)}.", "Give as many, or none.")
        return numbers

    def amounts(self, name: str, numbers: tuple[float, ...]) -> tuple[float, ...]:
        """Amounts along a part's directions: any number of them."""
        self.get(name)
        return numbers

    def colour(self, materials: Sequence[Material], key: str, value: str) -> str:
        """The colour of a material, or of one part's."""
        if ":" in key:
            self.get(key.split(":")[0])
        return check_palette(materials, {key: value})[key]


def require_look(
    look: Look, rows: Sequence[Attribute], materials: Sequence[Material], parts: Sequence[Part]
) -> Look:
    """The look with every value checked against a generator's tables; StudioError for the first bad one."""
    known = _Parts(parts)

    def checked(one: Held) -> Held:
        for mix in one.mixes:
            known.get(mix.part)
        return one.with_(
            attributes=check_all(rows, one.attributes),
            palette={key: known.colour(materials, key, colour) for key, colour in one.palette.items()},
            z={name: known.offsets(name, row) for name, row in one.z.items()},
            directions={name: known.amounts(name, row) for name, row in one.directions.items()},
        )

    def strict(one: Look, _where: str) -> Look:
        for part in (part for region in one.regions for part in region.parts):
            known.get(part)
        return checked(one).with_(regions=tuple(map(checked, one.regions)))

    check_look(look)
    return walk(look, strict)


def renamed_palette(palette: Mapping[str, str], renamed: Renamed) -> dict[str, str]:
    """Colours under today's names of their materials and parts."""
    parts, materials = renamed.get("parts", {}), renamed.get("materials", {})

    def now(key: str) -> str:
        part, colon, material = key.rpartition(":")
        return f"{parts.get(part, part)}{colon}{materials.get(material, material)}"

    return _moved(palette, now)


def renamed_look(look: Look, renamed: Renamed) -> Look:
    """The look under today's names of attributes, choices, materials and parts, inner looks too.

    ``renamed["choices"]`` has keys "attribute=choice" with the attribute's name of today.
    """
    if not any(renamed.values()):
        return look
    kinds = "attributes", "parts", "choices", "materials"
    names, parts, choices, materials = (renamed.get(kind, {}) for kind in kinds)

    def record(taught: Taught) -> Taught:
        return msgspec.structs.replace(
            taught,
            attributes=_moved(taught.attributes, lambda name: names.get(name, name)),
            z=_moved(taught.z, lambda name: parts.get(name, name)),
            palette=_moved(taught.palette, lambda name: materials.get(name, name)),
        )

    def held(one: Held) -> Held:
        values = _moved(one.attributes, lambda name: names.get(name, name))
        return one.with_(
            attributes={name: choices.get(f"{name}={value}", value) for name, value in values.items()},
            palette=renamed_palette(one.palette, renamed),
            z=_moved(one.z, lambda name: parts.get(name, name)),
            directions=_moved(one.directions, lambda name: parts.get(name, name)),
            taught={name: record(taught) for name, taught in one.taught.items()},
            mixes=tuple(msgspec.structs.replace(mix, part=parts.get(mix.part, mix.part)) for mix in one.mixes),
        )

    def region(one: Region) -> Region:
        return held(one).with_(parts=tuple(parts.get(name, name) for name in one.parts))

    def rename(one: Look, _where: str) -> Look:
        return held(one).with_(regions=tuple(map(region, one.regions)))

    return walk(look, rename)


def _moved(rows: Mapping[str, T], now: Callable[[str], str]) -> dict[str, T]:
    """The rows by their names now; one that already has its name wins over one that still had the old."""
    old = {now(name): row for name, row in rows.items() if now(name) != name}
    return old | {name: row for name, row in rows.items() if now(name) == name}


def _fit_value(row: Attribute, value: Value, notes: list[str]) -> Value:
    """A value of ``row``: ranges are clamped, and a note says so; StudioError when nothing maps."""
    if row.choices or isinstance(value, str) or row.low <= value <= row.high:
        return row.check(value)
    notes.append(f"{row.name}={value:g} was moved into {row.low:g} to {row.high:g}")
    return min(max(value, row.low), row.high)


def _keep(values: Mapping[str, T], fit: Callable[[str, T], T], notes: list[str]) -> dict[str, T]:
    """The entries that ``fit`` accepts; a note for every other one."""
    kept: dict[str, T] = {}
    for name, value in values.items():
        try:
            kept[name] = fit(name, value)
        except StudioError as error:
            notes.append(f"left out: {error.message}")
    return kept


def fit_look(
    look: Look,
    rows: Sequence[Attribute],
    materials: Sequence[Material],
    parts: Sequence[Part],
    renamed: Renamed | None = None,
) -> tuple[Look, tuple[str, ...]]:
    """The look as far as a generator with these tables knows it, and a note for each thing that did not map.

    For looks from files; ``require_look`` is the strict one. Old names that ``renamed`` knows become today's without
    a note, and what the look does not say becomes the tables' default. StudioError for an unsound structure.
    """
    check_look(look)
    look = renamed_look(look, renamed or {})
    known = _Parts(parts)
    notes: list[str] = []

    def held(one: Held, where: str) -> Held:
        said: list[str] = []

        def value(name: str, given: Value) -> Value:
            return _fit_value(find(rows, name, guess=False), given, said)

        fitted = one.with_(
            attributes=_keep(one.attributes, value, said),
            palette=_keep(one.palette, lambda key, value: known.colour(materials, key, value), said),
            z=_keep(one.z, known.offsets, said),
            directions=_keep(one.directions, known.amounts, said),
            mixes=tuple(mix for mix in one.mixes if mix.part in known.rows),
        )
        said += [
            f"left out: the mix of {mix.part!r}, a part this generator does not have"
            for mix in one.mixes
            if mix.part not in known.rows
        ]
        notes.extend(where + note for note in said)
        return one if fitted == one else fitted

    def region_of(region: Region, where: str) -> Region | None:
        parts = tuple(part for part in region.parts if part in known.rows)
        if not parts:
            notes.append(f"{where}left out: the region {region.name[:40]!r}, of parts this generator does not have")
            return None
        return held(region.with_(parts=parts), f"{where}in the region {region.name[:40]}: ")

    def fit(one: Look, where: str) -> Look:
        fitted = held(one, where)
        kept = tuple(made for region in one.regions if (made := region_of(region, where)))
        return fitted if kept == fitted.regions else fitted.with_(regions=kept)

    return complete_look(walk(look, fit), rows, materials), tuple(notes)
