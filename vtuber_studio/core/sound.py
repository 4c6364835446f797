"""Is this look sound? Types, ranges and sizes, before any generator's tables are asked.

A look holds other looks in its mixes, and in those of its regions; ``walk`` is the one place that goes through them,
``Look.through`` apart, which edits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import msgspec

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look, Mix, Region, Taught, parse_seed
from vtuber_studio.core.mask import Mask
from vtuber_studio.core.palette import parse_hex
from vtuber_studio.core.plain import described
from vtuber_studio.core.region import MAX_REGIONS

MAX_DEPTH = 4  # a mix of a mix of a mix of a mix
MAX_PSI = 2.0
_MAX_ENTRIES = 1000  # attributes, colours, offsets of one look
_MAX_TAUGHT = 100  # directions that one look went along
_MAX_LOOKS = 500  # looks inside one look, all levels together
_MAX_NUMBER = 1e6
_HINT = "The file may be damaged; open another copy of it."


def walk(look: Look, visit: Callable[[Look, str], Look], where: str = "", depth: int = 0) -> Look:
    """The look with ``visit(look, where)`` done to it, then to every look that is left in its mixes.

    ``where`` says in words how deep: "in the mix of eyes: ". What nothing changes is the same object again.
    StudioError when looks are nested too deeply.
    """
    changed = visit(look, where)

    def inner(mixes: tuple[Mix, ...], where: str) -> tuple[Mix, ...]:
        if mixes and depth >= MAX_DEPTH:
            raise StudioError(f"A look mixes more than {MAX_DEPTH} levels deep.", "Mix from a look with fewer mixes.")
        made = []
        for mix in mixes:
            other = walk(mix.look, visit, f"{where}in the mix of {mix.part}: ", depth + 1)
            made.append(mix if other is mix.look else msgspec.structs.replace(mix, look=other))
        return mixes if all(new is old for new, old in zip(made, mixes, strict=True)) else tuple(made)

    mixes, regions = inner(changed.mixes, where), []
    for region in changed.regions:
        own = inner(region.mixes, f"{where}in the region {region.name[:40]}: ")
        regions.append(region if own is region.mixes else region.with_(mixes=own))
    if mixes is changed.mixes and all(new is old for new, old in zip(regions, changed.regions, strict=True)):
        return changed
    return changed.with_(mixes=mixes, regions=tuple(regions))


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
    _check_values(look)
    for region in look.regions:
        if not isinstance(region, Region):
            raise _refuse(f"{described(region)} where it should not")
        for name, (kind, words) in _REGION_KINDS.items():
            value = getattr(region, name)
            if not isinstance(value, kind) or isinstance(value, bool) != (kind is bool):
                raise StudioError(f"The {name} of a region must be {words}, not {described(value)}.", _HINT)
        _check_values(region)


def _check_values(look: Look | Region) -> None:
    """The types of the values that a look and a region of it have in common."""
    texts: tuple[object, ...] = (*look.attributes, *look.palette, *look.palette.values(), *look.z, *look.directions)
    texts += look.parts if isinstance(look, Region) else ()
    numbers: list[object] = [value for value in look.attributes.values() if not isinstance(value, str)]
    texts += tuple(look.taught)
    for record in look.taught.values():
        if not isinstance(record, Taught):
            raise _refuse(f"{described(record)} where it should not")
        for added in (record.attributes, record.z, record.palette):
            if not isinstance(added, dict):
                raise _refuse(f"{described(added)} where it should not")
            texts += tuple(added)
        numbers += [record.amount, *record.attributes.values()]
    own = [row for record in look.taught.values() for row in (*record.z.values(), *record.palette.values())]
    for row in (*look.z.values(), *look.directions.values(), *own):
        if not isinstance(row, tuple | list):
            raise _refuse(f"{described(row)} where a row of numbers should be")
        numbers.extend(row)
    wrong: list[object] = [value for value in texts if not isinstance(value, str)]
    wrong += [value for value in numbers if not isinstance(value, int | float) or isinstance(value, bool)]
    wrong += [mix for mix in look.mixes if not isinstance(mix, Mix) or not isinstance(mix.part, str)]
    if wrong:
        raise _refuse(f"{described(wrong[0])} where it should not")


_Kinds = dict[str, tuple[type | tuple[type, ...], str]]
_KINDS: _Kinds = {
    "generator": (str, "text"),
    "seed": (int, "a whole number"),
    "attributes": (dict, "a dictionary"),
    "palette": (dict, "a dictionary"),
    "z": (dict, "a dictionary"),
    "directions": (dict, "a dictionary"),
    "taught": (dict, "a dictionary"),
    "mixes": (tuple, "a tuple"),
    "background": (str, "text"),
    "regions": (tuple, "a tuple"),
}
_VALUES = ("attributes", "palette", "z", "directions", "taught", "mixes")
_REGION_KINDS: _Kinds = {
    "name": (str, "text"),
    "parts": (tuple, "a tuple"),
    "mask": (Mask, "a mask"),
    "strength": ((int, float), "a number"),
    "hidden": (bool, "yes or no"),
    **{name: _KINDS[name] for name in _VALUES},
}


def _check_one(look: Look) -> None:
    parse_seed(look.seed)
    if not (isinstance(look.truncation_psi, int | float) and 0.0 <= look.truncation_psi <= MAX_PSI):
        raise StudioError(f"truncation_psi={look.truncation_psi} is out of range.", f"Give 0 to {MAX_PSI:g}.")
    if len(look.generator) > 300 or len(look.regions) > MAX_REGIONS:
        raise _refuse("too many entries")
    if look.background != "transparent" and len(look.background) != 7:
        raise StudioError(f"{look.background[:40]!r} is no background.", "Give transparent or #rrggbb.")
    if look.background != "transparent":
        parse_hex(look.background)
    _check_ranges(look)
    for region in look.regions:
        if len(region.name) > 200 or len(region.parts) > _MAX_ENTRIES:
            raise _refuse("a region with too many entries")
        if not 0.0 <= region.strength <= 1.0:
            raise StudioError(f"The strength {region.strength} of a region is out of range.", "Give 0 to 1.")
        _check_ranges(region)


def _check_ranges(look: Look | Region) -> None:
    """The ranges of the values that a look and a region of it have in common."""
    if len(look.attributes) > _MAX_ENTRIES or len(look.palette) > _MAX_ENTRIES:
        raise _refuse("too many entries")
    for name, value in look.attributes.items():
        if len(name) > 100 or (len(value) > 100 if isinstance(value, str) else not math.isfinite(value)):
            raise _refuse(f"no usable value for {name[:40]!r}")
    for colour in look.palette.values():
        parse_hex(colour)
    _numbers("z", look.z)
    _numbers("directions", look.directions)
    if len(look.taught) > _MAX_TAUGHT:
        raise _refuse("too many directions")
    for name, record in look.taught.items():
        if len(name) > 200 or any(len(offset) != 3 for offset in record.palette.values()):
            raise _refuse(f"no usable direction {name[:40]!r}")
        _numbers("directions", {**record.z, "": (record.amount, *record.attributes.values())})
        _numbers("directions", record.palette)
    for mix in look.mixes:
        if not all(isinstance(amount, int | float) and 0.0 <= amount <= 1.0 for amount in (mix.shape, mix.colour)):
            raise StudioError(f"The mix of {mix.part[:40]!r} is out of range.", "Give amounts from 0 to 1.")
