"""Rolling the dice: a new look from an old one, keeping what is locked or out of scope.

What is free gets what the whole persona of that seed has, whatever else is locked: except where a locked value
does not go with it (``Rules.exclusions``). What was mixed in ends where the dice fall; locked, it stays as it is seen.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from vtuber_studio.core.attribute import Attribute, Value
from vtuber_studio.core.direction import forget
from vtuber_studio.core.fit import complete_look
from vtuber_studio.core.latents import Stream, seed_z
from vtuber_studio.core.look import Look
from vtuber_studio.core.mixing import seen_palette, seen_value, take
from vtuber_studio.core.morph import between
from vtuber_studio.core.one_part import own_rows
from vtuber_studio.core.palette import mix_hues, resolve, to_hex, turned
from vtuber_studio.core.part import Material, Part
from vtuber_studio.core.rules import Rules
from vtuber_studio.core.sampling import FLESH, exclude, in_range, random_attributes, random_palette

COLOURS = "Colours"  # the group of the palette; locks name a material the way they name an attribute
_TRIES = 24  # seeds that are tried for a part that is there


def roll(
    look: Look,
    rows: Sequence[Attribute],
    materials: Sequence[Material],
    parts: Sequence[Part],
    seed: int,
    locks: Collection[str] = (),
    group: str | None = None,
    rules: Rules | None = None,
) -> Look:
    """A fresh persona from ``seed``: everything, or only one ``group`` of attributes (or COLOURS).

    Locked attributes and colours stay; so does the z of parts whose every attribute stays.
    """
    free = {row.name for row in rows if row.name not in locks and group in (None, row.group)}
    touched = {part for row in rows if row.name in free for part in row.parts}
    colours = group in (None, COLOURS)
    look = _unmixed(complete_look(look, rows, materials), rows, materials, parts, touched, colours, locks)
    rolled = _roll_rows(look, rows, parts, seed, seed if group is None else look.seed, free, touched, rules)
    if not colours:
        return rolled
    kept = {key: colour for key, colour in look.palette.items() if key.split(":")[-1] in locks}
    fresh = random_palette(materials, seed, rules, rolled.attributes)
    palette = {**{name: colour for name, colour in fresh.items() if name not in locks}, **kept}
    rolled = forget(rolled, fresh.keys() - kept.keys())
    return rolled.with_(palette=_pinned(materials, look.palette, palette, locks))


def roll_part(
    look: Look,
    rows: Sequence[Attribute],
    parts: Sequence[Part],
    part: Part,
    seed: int,
    locks: Collection[str] = (),
    rules: Rules | None = None,
) -> Look:
    """Another ``part`` from ``seed``: what only it has, and its z, but what is locked; never no part at all. A part
    whose every attribute is locked stays."""
    free = {row.name for row in own_rows(rows, part.name) if row.name not in locks}
    if not free:
        return look
    look = _unmixed(look, rows, (), parts, {part.name}, False, locks)
    for attempt in range(_TRIES):
        rolled = _roll_rows(look, rows, parts, (seed + attempt) % 2**32, look.seed, free, {part.name}, rules)
        if not any(rolled.attributes.get(name) == choice for name, choice in part.empty_when.items() if name in free):
            break
    return rolled


def toward(look: Look, rolled: Look, rows: Sequence[Attribute], part: Part, seed: int, amount: float) -> Look:
    """Between ``look`` (0) and ``rolled`` (1), another of its ``part`` from ``seed``: ranges and z move by ``amount``,
    and a choice is the rolled one's if its own draw says so, more of them the farther; a part that was not there is."""
    if amount >= 1:
        return rolled
    values = dict(rolled.attributes)
    for row in own_rows(rows, part.name):
        old, new = seen_value(row, look), seen_value(row, rolled)
        if not row.choices:
            values[row.name] = in_range(row, float(old) + amount * (float(new) - float(old)))
        elif part.empty_when.get(row.name) != old and Stream(seed, f"toward {row.name}").uniform() >= amount:
            values[row.name] = old
    near = rolled.with_(attributes=values)
    if part.z_dim:
        base = seed_z(rolled.seed, part.name, part.z_dim)
        moved = _z(look, part) - base + amount * (_z(rolled, part) - _z(look, part))
        near = near.with_(z={**rolled.z, part.name: tuple(float(v) for v in moved)})
    if part.name in look.directions:
        left = tuple((1 - amount) * value for value in look.directions[part.name])
        near = near.with_(directions={**rolled.directions, part.name: left})
    return near


def neighbour(
    look: Look,
    rows: Sequence[Attribute],
    materials: Sequence[Material],
    parts: Sequence[Part],
    seed: int,
    distance: float,
    chosen: Collection[str] | None = None,
    locks: Collection[str] = (),
    rules: Rules | None = None,
) -> Look:
    """Another look, ``distance`` (0..1) of the way from ``look`` to what the dice roll from ``seed``: a choice is the
    rolled one's if its own draw says so, more of them the farther. What is locked stays.

    ``chosen``: only these parts, each with what it alone has, and COLOURS; unless given, all of her.
    """
    if chosen is None:
        return _toward_roll(look, rows, materials, parts, seed, distance, None, locks, rules)
    for part in parts:
        if part.name in chosen:
            rolled = roll_part(look, rows, parts, part, seed, locks, rules)
            look = look if rolled is look else toward(look, rolled, rows, part, seed, distance)
    if COLOURS in chosen:
        look = _toward_roll(look, rows, materials, parts, seed, distance, COLOURS, locks, rules)
    return look


def _toward_roll(
    look: Look,
    rows: Sequence[Attribute],
    materials: Sequence[Material],
    parts: Sequence[Part],
    seed: int,
    distance: float,
    group: str | None,
    locks: Collection[str],
    rules: Rules | None,
) -> Look:
    look = complete_look(look, rows, materials)
    rolled = roll(look, rows, materials, parts, seed, locks, group, rules)
    touched = {part.name for part in parts} if group is None else set()
    own = {row.name for row in materials if row.colour or row.name in look.palette}  # what derives goes on deriving
    seen = _unmixed(look, rows, materials, parts, touched, True, own | {row.name for row in rows})

    def switched(row: Attribute) -> bool:
        return Stream(seed, f"toward {row.name}").uniform() < distance

    near = between(seen, rolled, rows, materials, parts, distance, switched, mix_hues)
    free = {row.name for row in rows if row.name not in locks}
    return near.with_(attributes=exclude(rows, near.attributes, rules, free)) if group is None else near


def _roll_rows(
    look: Look,
    rows: Sequence[Attribute],
    parts: Sequence[Part],
    seed: int,
    new_seed: int,
    free: set[str],
    touched: set[str],
    rules: Rules | None,
) -> Look:
    """``free`` attributes and the z of the parts ``touched`` as ``seed`` has them, under the name of ``new_seed``."""
    fresh = random_attributes(rows, seed, rules)
    attributes: dict[str, Value] = {**look.attributes, **{name: fresh[name] for name in free}}
    return forget(look, {*free, *touched}).with_(
        seed=new_seed,
        attributes=exclude(rows, attributes, rules, free),
        z=_keep_z(look, parts, touched, seed, new_seed),
        directions={part: amounts for part, amounts in look.directions.items() if part not in touched},
    )


def _unmixed(
    look: Look,
    rows: Sequence[Attribute],
    materials: Sequence[Material],
    parts: Sequence[Part],
    touched: set[str],
    colours: bool,
    locks: Collection[str],
) -> Look:
    """The look without what is mixed into the shape of ``touched`` parts, or into any colour if ``colours``; locked
    values and colours as they are seen."""
    if not look.mixes:
        return look
    seen = {row.name: seen_value(row, look) for row in rows if row.name in locks and touched.intersection(row.parts)}
    if colours:
        painted = seen_palette(tuple(materials), parts, look)
        look = look.paint({name: to_hex(painted[name]) for name in painted if name in locks})
        look = take(look, None, [part.name for part in parts], "colour", 0.0)
    return take(look.set(**seen), None, touched, "shape", 0.0)


def _pinned(
    materials: Sequence[Material], before: dict[str, str], after: dict[str, str], locks: Collection[str]
) -> dict[str, str]:
    """``after``, with locked colours that derive from a changed one written down as they were."""
    locked = [row.name for row in materials if row.name in locks and row.name not in after]
    if not locked:
        return after
    old, new = resolve(materials, before), resolve(materials, after)
    pinned = {name: to_hex(old[name]) for name in locked if not np.array_equal(old[name], new[name])}
    return {**after, **pinned}


def vary(
    look: Look,
    rows: Sequence[Attribute],
    materials: Sequence[Material],
    parts: Sequence[Part],
    seed: int,
    locks: Collection[str] = (),
    amount: float = 0.18,
    rules: Rules | None = None,
) -> Look:
    """A little different: ranges move by N(0, amount x half range), colours turn slightly, choices and skin stay."""
    look = complete_look(look, rows, materials)
    return look.through(lambda one: _varied(one, rows, materials, parts, seed, locks, amount, rules))


def _varied(
    look: Look,
    rows: Sequence[Attribute],
    materials: Sequence[Material],
    parts: Sequence[Part],
    seed: int,
    locks: Collection[str],
    amount: float,
    rules: Rules | None,
) -> Look:
    attributes = dict(look.attributes)
    for row in rows:
        if not row.choices and row.name not in locks:
            step = Stream(seed, f"vary {row.name}").normal(0.0, amount * (row.high - row.low) / 2)
            attributes[row.name] = in_range(row, float(attributes[row.name]) + step)
    palette = dict(look.palette)
    for name in _turning(materials, rules):
        if name in palette and name not in locks:
            stream = Stream(seed, f"vary colour {name}")
            palette[name] = turned(palette[name], stream.normal(0.0, amount * 0.6), stream.normal(0.0, amount * 0.12))
    palette = _pinned(materials, look.palette, palette, locks)
    nudge = {}
    for part in parts:
        if part.z_dim:
            stream = Stream(seed, f"vary z {part.name}")
            moved = _z(look, part) - seed_z(look.seed, part.name, part.z_dim)
            nudge[part.name] = tuple(float(v) + stream.normal(0.0, 2 * amount) for v in moved)
    return look.with_(attributes=attributes, palette=palette, z=nudge)


def _turning(materials: Sequence[Material], rules: Rules | None) -> list[str]:
    """Materials that a little difference may turn: none of the skin's, none that the dice never touch."""
    if rules is None:
        return [row.name for row in materials if row.colour]
    named = {name for name, role in rules.roles.items() if role not in FLESH} | {tint.material for tint in rules.tints}
    return [row.name for row in materials if row.name in named]


def _z(look: Look, part: Part) -> np.ndarray:
    z = seed_z(look.seed, part.name, part.z_dim)
    return z + np.asarray(look.z.get(part.name, (0.0,) * part.z_dim), np.float32)


def _keep_z(
    look: Look, parts: Sequence[Part], touched: set[str], seed: int, new_seed: int
) -> dict[str, tuple[float, ...]]:
    """Offsets that leave untouched parts' z as it was and give touched ones the z of ``seed``."""
    offsets = {}
    for part in parts:
        wanted = seed_z(seed, part.name, part.z_dim) if part.name in touched else _z(look, part)
        offset = wanted - seed_z(new_seed, part.name, part.z_dim)
        if np.abs(offset).max(initial=0.0) > 1e-6:
            offsets[part.name] = tuple(float(v) for v in offset)
    return offsets
