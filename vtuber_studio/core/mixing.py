"""Mixing: one look takes shapes and colours of parts from others. What is taken, and what is seen of it.

An edit reaches the looks that are mixed in as well (``Look.through``), so a control shows what is seen and moves it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any, Literal

import msgspec
import numpy as np

from vtuber_studio.core.attribute import Attribute, Value, blend
from vtuber_studio.core.latents import seed_z
from vtuber_studio.core.look import Look, Mix
from vtuber_studio.core.palette import mix, resolve
from vtuber_studio.core.part import Material, Part

Kind = Literal["shape", "colour"]
Colours = dict[str, np.ndarray]
_Recipe = tuple[tuple[tuple[str, str], ...], str, tuple[tuple[Any, float], ...]]


def take(look: Look, other: Look | None, parts: Collection[str], kind: Kind, amount: float) -> Look:
    """The look with ``amount`` (0..1) of one kind of every named part taken from ``other``, and from no one else.

    The other kind of these parts stays taken from where it was. Mixes of ``other`` are left behind: they never nest.
    """
    source = None if other is None else other.with_(mixes=())
    mixes: list[Mix] = []
    for each in look.mixes:
        left = msgspec.structs.replace(each, **{kind: 0.0}) if each.part in parts else each
        mixes += [left] if left.shape or left.colour else []
    for part in parts if source is not None and amount > 0 else ():
        assert source is not None
        at = next((k for k, each in enumerate(mixes) if each.part == part and each.look == source), len(mixes))
        mixes[at : at + 1] = [msgspec.structs.replace((mixes[at:] or [Mix(part, source)])[0], **{kind: amount})]
    return look.with_(mixes=tuple(mixes))


def taken(look: Look, part: str, kind: Kind) -> Mix | None:
    """The last mix that gives a part its shape or its colour; None when it has its own."""
    return next((each for each in reversed(look.mixes) if each.part == part and getattr(each, kind) > 0), None)


def seen_value(row: Attribute, look: Look, part: str = "") -> Value:
    """The value that is seen in ``part``, the first one that the row has unless given: mixes are blended in."""
    part = part or (row.parts or ("",))[0]
    value = look.attributes.get(row.name, row.default)
    for each in look.mixes:
        if each.part == part and each.shape > 0:
            value = blend(row, value, seen_value(row, each.look, part), each.shape)
    return value


def seen_directions(look: Look, part: str) -> tuple[float, ...]:
    """Amounts along a part's principal directions, mixes blended in."""
    amounts = look.directions.get(part, ())
    for each in look.mixes:
        if each.part == part and each.shape > 0:
            theirs = seen_directions(each.look, part)
            length = max(len(amounts), len(theirs))
            pairs = zip(*(side + (0.0,) * (length - len(side)) for side in (amounts, theirs)), strict=True)
            amounts = tuple(a + each.shape * (b - a) for a, b in pairs)
    return amounts


def seen_z(look: Look, part: Part) -> np.ndarray:
    """float32 [z_dim]: a part's z, offsets added and mixes blended in."""
    z = np.float32(look.truncation_psi) * seed_z(look.seed, part.name, part.z_dim)
    offsets = look.z.get(part.name, ())
    z[: len(offsets)] += np.asarray(offsets, np.float32)
    for each in look.mixes:
        if each.part == part.name and each.shape > 0:
            z = z + np.float32(each.shape) * (seen_z(each.look, part) - z)
    return z


def seen_colours(materials: tuple[Material, ...], part: str, look: Look) -> Colours:
    """Every material's RGBA [4] as ``part`` shows it, other looks' colours mixed in. Not to be changed: it is kept."""
    return _mixed(materials, _recipe(part, look))


def _recipe(part: str, look: Look) -> _Recipe:
    """All that decides a part's colours."""
    chosen = {key: colour for key, colour in look.palette.items() if key.split(":")[0] == part or ":" not in key}
    own = part if any(":" in key for key in chosen) else ""
    others = [(_recipe(part, mix.look), mix.colour) for mix in look.mixes if mix.part == part and mix.colour > 0]
    return tuple(sorted(chosen.items())), own, tuple(others)


@lru_cache(maxsize=64)  # most parts share one, and it is asked for at every move of a slider
def _mixed(materials: tuple[Material, ...], recipe: _Recipe) -> Colours:
    chosen, part, others = recipe
    colours = resolve(materials, dict(chosen), part)
    for other, amount in others:
        theirs = _mixed(materials, other)
        colours = {name: mix(colour, theirs[name], amount) for name, colour in colours.items()}
    return colours


def home_of(materials: Iterable[Material], parts: Sequence[Part]) -> dict[str, str]:
    """Material -> the first part that is painted with it; what none is painted with, but others derive from, is
    left out."""
    uses = {part.name: {name for cel in part.cels for name in (*cel.materials, *cel.ramp.values())} for part in parts}
    homes = {row.name: next((part for part, used in uses.items() if row.name in used), "") for row in materials}
    return {name: part for name, part in homes.items() if part}


def seen_palette(materials: tuple[Material, ...], parts: Sequence[Part], look: Look) -> Colours:
    """Every material's RGBA [4] as it is seen in the first part that is painted with it."""
    homes = home_of(materials, parts)
    by_part = {part: seen_colours(materials, part, look) for part in {*homes.values(), ""}}
    return {row.name: by_part[homes.get(row.name, "")][row.name] for row in materials}
