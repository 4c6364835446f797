"""Between two looks: ranges, colours, z and directions move; a choice switches at one half, it never blends.

What only one of the two has mixed in, or has in a region, fades out by the half, or in from it; so the picture moves
without a jump, choices apart, and at either end it is that look itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from vtuber_studio.core.attribute import Attribute, Value, blend
from vtuber_studio.core.latents import seed_z
from vtuber_studio.core.look import Look, Mix, Region, Taught
from vtuber_studio.core.palette import mix, parse_hex, resolve, to_hex
from vtuber_studio.core.part import Material, Part
from vtuber_studio.core.sampling import in_range

Numbers = Mapping[str, tuple[float, ...]]


def between(
    a: Look,
    b: Look,
    rows: Sequence[Attribute],
    materials: Sequence[Material],
    parts: Sequence[Part],
    amount: float,
    switched: Callable[[Attribute], bool] | None = None,
    mix: Callable[[np.ndarray, np.ndarray, float], np.ndarray] = mix,
) -> Look:
    """The look ``amount`` (0..1) of the way from ``a`` to ``b``; exactly one of them at the ends.

    ``switched`` says which choices are already ``b``'s; unless given, all of them from one half on. ``mix``: two
    colours [4] and an amount -> a colour.
    """
    if amount <= 0 or amount >= 1:
        return a if amount <= 0 else b
    near = a if amount < 0.5 else b
    return near.with_(
        truncation_psi=_part_way(a.truncation_psi, b.truncation_psi, amount),
        attributes={**near.attributes, **_values(a, b, rows, amount, switched)},
        palette=_palette(a.palette, b.palette, materials, amount, mix),
        z=_z(a, b, near, parts, amount),
        directions=_numbers(a.directions, b.directions, amount),
        taught=_taught(a.taught, b.taught, amount),
        mixes=_mixes(a.mixes, b.mixes, amount),
        regions=_regions(a.regions, b.regions, amount),
        background=_background(a.background, b.background, amount),
    )


def _part_way(a: float, b: float, amount: float) -> float:
    return a + amount * (b - a)


def _values(
    a: Look, b: Look, rows: Sequence[Attribute], amount: float, switched: Callable[[Attribute], bool] | None
) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for row in rows:
        first, second = (side.attributes.get(row.name, row.default) for side in (a, b))
        if first == second:
            values[row.name] = first
        elif row.choices:
            share = amount if switched is None else float(switched(row))
            values[row.name] = blend(row, first, second, share)
        else:
            values[row.name] = in_range(row, float(blend(row, first, second, amount)))
    return values


def _palette(
    a: Mapping[str, str],
    b: Mapping[str, str],
    materials: Sequence[Material],
    amount: float,
    mix: Callable[[np.ndarray, np.ndarray, float], np.ndarray],
) -> dict[str, str]:
    """Colours that either has of its own; what derives from them in both goes on deriving."""
    if a == b:
        return dict(a)
    known = {row.name for row in materials}
    made: dict[str, str] = {}
    of_part: dict[str, tuple[dict[str, np.ndarray], ...]] = {}
    for key in {**a, **b}:
        part, _, name = key.rpartition(":")
        if a.get(key) == b.get(key) or name not in known:
            made[key] = a.get(key) or b[key]
            continue
        if part not in of_part:
            of_part[part] = tuple(resolve(materials, dict(side), part) for side in (a, b))
        first, second = of_part[part]
        made[key] = to_hex(mix(first[name], second[name], amount))
    return made


def _z(a: Look, b: Look, near: Look, parts: Sequence[Part], amount: float) -> dict[str, tuple[float, ...]]:
    """Offsets to the z of ``near``'s seed that give what lies between."""
    if (a.seed, a.z, a.truncation_psi) == (b.seed, b.z, b.truncation_psi):
        return near.z
    psi, offsets = _part_way(a.truncation_psi, b.truncation_psi, amount), dict[str, tuple[float, ...]]()
    for part in parts:
        whole = [side.truncation_psi * seed_z(side.seed, part.name, part.z_dim) for side in (a, b)]
        for z, side in zip(whole, (a, b), strict=True):
            own = side.z.get(part.name, ())
            z[: len(own)] += np.asarray(own, np.float32)
        offset = whole[0] + amount * (whole[1] - whole[0]) - psi * seed_z(near.seed, part.name, part.z_dim)
        if np.abs(offset).max(initial=0.0) > 1e-6:
            offsets[part.name] = tuple(float(v) for v in offset)
    return offsets


def _numbers(a: Numbers, b: Numbers, amount: float) -> dict[str, tuple[float, ...]]:
    made = {}
    for name in {**a, **b}:
        sides = [side.get(name, ()) for side in (a, b)]
        length = max(map(len, sides))
        first, second = (side + (0.0,) * (length - len(side)) for side in sides)
        made[name] = tuple(_part_way(x, y, amount) for x, y in zip(first, second, strict=True))
    return made


def _taught(a: Mapping[str, Taught], b: Mapping[str, Taught], amount: float) -> dict[str, Taught]:
    """How far along directions: what they have added moves as the values do."""
    made = {}
    for name in {**a, **b}:
        first, second = (side.get(name, Taught()) for side in (a, b))
        ranges = {
            key: _part_way(first.attributes.get(key, 0.0), second.attributes.get(key, 0.0), amount)
            for key in {**first.attributes, **second.attributes}
        }
        z, palette = _numbers(first.z, second.z, amount), _numbers(first.palette, second.palette, amount)
        made[name] = first if first == second else Taught(
            _part_way(first.amount, second.amount, amount), ranges, z, palette
        )
    return made


def _share(a: float, b: float, amount: float) -> float:
    """Of what is there by ``a`` on one side and by ``b`` on the other: nothing (0) of it fades out, or in, by half."""
    if a and b:
        return _part_way(a, b, amount)
    return a * max(0.0, 1 - 2 * amount) + b * max(0.0, 2 * amount - 1)


def _mixes(a: tuple[Mix, ...], b: tuple[Mix, ...], amount: float) -> tuple[Mix, ...]:
    if a == b:
        return a
    both: dict[tuple[str, Look], list[Any]] = {}
    for side, mixes in enumerate((a, b)):
        for each in mixes:
            both.setdefault((each.part, each.look), [Mix(each.part, each.look)] * 2)[side] = each
    made = [
        msgspec.structs.replace(
            first, shape=_share(first.shape, second.shape, amount), colour=_share(first.colour, second.colour, amount)
        )
        for first, second in both.values()
    ]
    return tuple(each for each in made if each.shape or each.colour)


def _regions(a: tuple[Region, ...], b: tuple[Region, ...], amount: float) -> tuple[Region, ...]:
    """What both have stays; what one has fades."""
    near, other = (a, b) if amount < 0.5 else (b, a)
    faded = (each if each in other else each.with_(strength=each.strength * abs(1 - 2 * amount)) for each in near)
    return tuple(each for each in faded if each.strength)


def _background(a: str, b: str, amount: float) -> str:
    if a == b or "transparent" in (a, b):
        return a if amount < 0.5 else b
    return to_hex(mix(parse_hex(a), parse_hex(b), amount))
