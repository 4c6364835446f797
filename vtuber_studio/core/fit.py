"""Is this look sound, and does it fit this generator? Structure first, then the generator's own tables.

A look holds other looks in its mixes; ``walk`` is the one place that goes through them, ``Look.through`` apart, which
edits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec

from vtuber_studio.core.attribute import Attribute, Value, check_all, defaults, find
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look, Mix, parse_seed
from vtuber_studio.core.palette import check_palette, parse_hex
from vtuber_studio.core.part import Material, Part
from vtuber_studio.core.plain import described

MAX_DEPTH = 4  # a mix of a mix of a mix of a mix
MAX_PSI = 2.0
_MAX_ENTRIES = 1000  # attributes, colours, offsets of one look
_MAX_LOOKS = 500  # looks inside one look, all levels together
_MAX_NUMBER = 1e6
_HINT = "The file may be damaged; open another copy of it."
T = TypeVar("T")
Renamed = Mapping[str, Mapping[str, str]]  # kind -> name that it once had -> its name now


def walk(look: Look, visit: Callable[[Look, str], Look], where: str = "", depth: int = 0) -> Look:
    """The look with ``visit(look, where)`` done to it, then to every look that is left in its mixes.

    ``where`` says in words how deep: "in the mix of eyes: ". What nothing changes is the same object again.
    StudioError when looks are nested too deeply.
    """
    changed = visit(look, where)
    if changed.mixes and depth >= MAX_DEPTH:
        raise StudioError(f"A look mixes more than {MAX_DEPTH} levels deep.", "Mix from a look with fewer mixes.")
    mixes = []
    for mix in changed.mixes:
        inner = walk(mix.look, visit, f"{where}in the mix of {mix.part}: ", depth + 1)
        mixes.append(mix if inner is mix.look else msgspec.structs.replace(mix, look=inner))
    same = all(new is old for new, old in zip(mixes, changed.mixes, strict=True))
    return changed if same else changed.with_(mixes=tuple(mixes))


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


def _refuse(what: str) -> StudioError:
    return StudioError(f"A look holds {what}.", _HINT)


def _numbers(name: str, rows: Mapping[str, Sequence[float]]) -> None:
    if sum(1 + len(row) for row in rows.values()) > _MAX_ENTRIES:
        raise _refuse(f"too many numbers in {name}")
    if not all(abs(number) <= _MAX_NUMBER for row in rows.values() for number in row):  # NaN fails too
        raise _refuse(f"a number out of range in {name}")


def check_look(look: Look) -> int:
    """Number of looks in ``look``, itself included; StudioError when its structure is unsound."""
    count = 0

    def check(one: Look, _where: str) -> Look:
        nonlocal count
        count += 1
        if count > _MAX_LOOKS:
            raise _refuse("too many mixes")
        _check_types(one)
        _check_one(one)
        return one

    walk(look, check)
    return count


def _check_types(look: object) -> None:
    """Python lets anyone put anything into a look."""
    if not isinstance(look, Look):
        raise StudioError(
            f"A look is wanted, not {described(look)}.", "Make one with random_look(generator, seed), or with Look()."
        )
    for name, (kind, words) in _KINDS.items():
        value = getattr(look, name)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise StudioError(f"The {name} of a look must be {words}, not {described(value)}.", _HINT)
    texts: tuple[object, ...] = (*look.attributes, *look.palette, *look.palette.values(), *look.z, *look.directions)
    numbers: list[object] = [value for value in look.attributes.values() if not isinstance(value, str)]
    for row in (*look.z.values(), *look.directions.values()):
        if not isinstance(row, tuple | list):
            raise _refuse(f"{described(row)} where a row of numbers should be")
        numbers.extend(row)
    wrong: list[object] = [value for value in texts if not isinstance(value, str)]
    wrong += [value for value in numbers if not isinstance(value, int | float) or isinstance(value, bool)]
    wrong += [mix for mix in look.mixes if not isinstance(mix, Mix) or not isinstance(mix.part, str)]
    if wrong:
        raise _refuse(f"{described(wrong[0])} where it should not")


_KINDS: dict[str, tuple[type, str]] = {
    "generator": (str, "text"),
    "seed": (int, "a whole number"),
    "attributes": (dict, "a dictionary"),
    "palette": (dict, "a dictionary"),
    "z": (dict, "a dictionary"),
    "directions": (dict, "a dictionary"),
    "mixes": (tuple, "a tuple"),
    "background": (str, "text"),
}


def _check_one(look: Look) -> None:
    parse_seed(look.seed)
    if not (isinstance(look.truncation_psi, int | float) and 0.0 <= look.truncation_psi <= MAX_PSI):
        raise StudioError(f"truncation_psi={look.truncation_psi} is out of range.", f"Give 0 to {MAX_PSI:g}.")
    if len(look.generator) > 300 or len(look.attributes) > _MAX_ENTRIES or len(look.palette) > _MAX_ENTRIES:
        raise _refuse("too many entries")
    for name, value in look.attributes.items():
        if len(name) > 100 or (len(value) > 100 if isinstance(value, str) else not math.isfinite(value)):
            raise _refuse(f"no usable value for {name[:40]!r}")
    for colour in look.palette.values():
        parse_hex(colour)
    if look.background != "transparent" and len(look.background) != 7:
        raise StudioError(f"{look.background[:40]!r} is no background.", "Give transparent or #rrggbb.")
    if look.background != "transparent":
        parse_hex(look.background)
    _numbers("z", look.z)
    _numbers("directions", look.directions)
    for mix in look.mixes:
        if not all(isinstance(amount, int | float) and 0.0 <= amount <= 1.0 for amount in (mix.shape, mix.colour)):
            raise StudioError(f"The mix of {mix.part[:40]!r} is out of range.", "Give amounts from 0 to 1.")


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

    def strict(one: Look, _where: str) -> Look:
        for mix in one.mixes:
            known.get(mix.part)
        return one.with_(
            attributes=check_all(rows, one.attributes),
            palette={key: known.colour(materials, key, colour) for key, colour in one.palette.items()},
            z={name: known.offsets(name, row) for name, row in one.z.items()},
            directions={name: known.amounts(name, row) for name, row in one.directions.items()},
        )

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
    names, parts, choices = (renamed.get(kind, {}) for kind in ("attributes", "parts", "choices"))

    def rename(one: Look, _where: str) -> Look:
        values = _moved(one.attributes, lambda name: names.get(name, name))
        return one.with_(
            attributes={name: choices.get(f"{name}={value}", value) for name, value in values.items()},
            palette=renamed_palette(one.palette, renamed),
            z=_moved(one.z, lambda name: parts.get(name, name)),
            directions=_moved(one.directions, lambda name: parts.get(name, name)),
            mixes=tuple(msgspec.structs.replace(mix, part=parts.get(mix.part, mix.part)) for mix in one.mixes),
        )

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

    def fit(one: Look, where: str) -> Look:
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

    return complete_look(walk(look, fit), rows, materials), tuple(notes)
