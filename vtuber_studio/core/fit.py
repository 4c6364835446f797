"""Is this look sound, and does it fit this generator? Structure first, then the generator's own tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from vtuber_studio.core.attribute import Attribute, Value, check_all, find
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import MAX_SEED, Look, Mix
from vtuber_studio.core.palette import check_palette, parse_hex
from vtuber_studio.core.part import Material, Part

MAX_DEPTH = 4  # a mix of a mix of a mix of a mix
MAX_PSI = 2.0
_MAX_ENTRIES = 1000  # attributes, colours, offsets of one look
_MAX_LOOKS = 500  # looks inside one look, all levels together
_MAX_NUMBER = 1e6
_HINT = "The file may be damaged; open another copy of it."
T = TypeVar("T")
Renamed = Mapping[str, Mapping[str, str]]  # kind -> name that it once had -> its name now


def _refuse(what: str) -> StudioError:
    return StudioError(f"A look holds {what}.", _HINT)


def _numbers(name: str, rows: Mapping[str, Sequence[float]]) -> None:
    if sum(1 + len(row) for row in rows.values()) > _MAX_ENTRIES:
        raise _refuse(f"too many numbers in {name}")
    if not all(abs(number) <= _MAX_NUMBER for row in rows.values() for number in row):  # NaN fails too
        raise _refuse(f"a number out of range in {name}")


def check_look(look: Look, depth: int = 0) -> int:
    """Number of looks in ``look``, itself included; StudioError when its structure is unsound."""
    if not 0 <= look.seed <= MAX_SEED:
        raise StudioError(
            f"The seed {look.seed} is out of range.", f"Give a whole number from 0 to {MAX_SEED}."
        )
    if not 0.0 <= look.truncation_psi <= MAX_PSI:
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
    if look.mixes and depth >= MAX_DEPTH:
        raise StudioError(
            f"A look mixes more than {MAX_DEPTH} levels deep.", "Mix from a look with fewer mixes."
        )
    count = 1
    for mix in look.mixes:
        if not (0.0 <= mix.shape <= 1.0 and 0.0 <= mix.colour <= 1.0):
            raise StudioError(f"The mix of {mix.part[:40]!r} is out of range.", "Give amounts from 0 to 1.")
        count += check_look(mix.look, depth + 1)
        if count > _MAX_LOOKS:
            raise _refuse("too many mixes")
    return count


def _length(part: Part, numbers: tuple[float, ...]) -> tuple[float, ...]:
    """Offsets of a part's own length: short rows continue with zeros."""
    if len(numbers) > part.z_dim:
        raise StudioError(f"{part.name} takes {part.z_dim} numbers, not {len(numbers)}.")
    return numbers


def require_look(
    look: Look, rows: Sequence[Attribute], materials: Sequence[Material], parts: Sequence[Part]
) -> Look:
    """The look with every value checked against a generator's tables; StudioError for the first bad one."""
    by_name = {part.name: part for part in parts}

    def part(name: str) -> Part:
        if name not in by_name:
            raise StudioError(f"There is no part called {name!r}.", f"Parts are: {', '.join(by_name)}.")
        return by_name[name]

    check_look(look)
    for key in look.palette:
        if ":" in key:
            part(key.split(":")[0])
    mixes = tuple(
        Mix(part(mix.part).name, require_look(mix.look, rows, materials, parts), mix.shape, mix.colour)
        for mix in look.mixes
    )
    return look.with_(
        attributes=check_all(rows, look.attributes),
        palette=check_palette(materials, look.palette),
        z={name: _length(part(name), row) for name, row in look.z.items()},
        directions={part(name).name: row for name, row in look.directions.items()},
        mixes=mixes,
    )


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
    values = _moved(look.attributes, lambda name: names.get(name, name))
    return look.with_(
        attributes={name: choices.get(f"{name}={value}", value) for name, value in values.items()},
        palette=renamed_palette(look.palette, renamed),
        z=_moved(look.z, lambda name: parts.get(name, name)),
        directions=_moved(look.directions, lambda name: parts.get(name, name)),
        mixes=tuple(
            Mix(parts.get(mix.part, mix.part), renamed_look(mix.look, renamed), mix.shape, mix.colour)
            for mix in look.mixes
        ),
    )


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

    For looks of other generators; ``require_look`` is the strict one. Old names that ``renamed`` knows become
    today's without a note. StudioError for an unsound structure.
    """
    check_look(look)
    look = renamed_look(look, renamed or {})
    notes: list[str] = []
    by_name = {part.name: part for part in parts}

    def known(name: str) -> Part:
        if name not in by_name:
            raise StudioError(f"there is no part called {name!r}")
        return by_name[name]

    def colour(key: str, value: str) -> str:
        if ":" in key:
            known(key.split(":")[0])
        return check_palette(materials, {key: value})[key]

    mixes = []
    for mix in look.mixes:
        if mix.part not in by_name:
            notes.append(f"left out: the mix of {mix.part!r}, a part this generator does not have")
            continue
        inner, inner_notes = fit_look(mix.look, rows, materials, parts)
        notes.extend(f"in the mix of {mix.part}: {note}" for note in inner_notes)
        mixes.append(mix if inner == mix.look else Mix(mix.part, inner, mix.shape, mix.colour))
    fitted = look.with_(
        attributes=_keep(
            look.attributes, lambda name, value: _fit_value(find(rows, name, guess=False), value, notes), notes
        ),
        palette=_keep(look.palette, colour, notes),
        z=_keep(look.z, lambda name, row: _length(known(name), row), notes),
        directions=_keep(look.directions, lambda name, row: (known(name), row)[1], notes),
        mixes=tuple(mixes),
    )
    return fitted, tuple(notes)
