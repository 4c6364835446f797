"""Regions: what a look is inside a mask, and how an edit of that is kept as the values in which it differs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

import numpy as np

from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.latents import seed_z
from vtuber_studio.core.look import Look, Mix, Region, Taught
from vtuber_studio.core.part import Part

MAX_REGIONS = 100
T = TypeVar("T")


def variant(look: Look, region: Region) -> Look:
    """The look as it is inside the region: the region's values in place of its own, its other values as they are."""
    own = {mix.part for mix in region.mixes}
    return look.with_(
        attributes={**look.attributes, **region.attributes},
        palette={**look.palette, **region.palette},
        z={**look.z, **region.z},
        directions={**look.directions, **region.directions},
        taught={**look.taught, **region.taught},
        mixes=(*(mix for mix in look.mixes if mix.part not in own), *region.mixes),
        regions=(),
    )


def with_variant(look: Look, index: int, changed: Look) -> Look:
    """The look whose region ``index`` is inside as ``changed`` is. What is the look's own is not kept a second time,
    so that later edits of the look reach into the region; seed, truncation and background stay the look's."""
    region = look.regions[index]
    inside = region.with_(
        attributes=_differing(look.attributes, changed.attributes),
        palette=_differing(look.palette, changed.palette),
        z=_differing(look.z, changed.z),
        directions=_differing(look.directions, changed.directions),
        taught=_differing(look.taught, dict.fromkeys(look.taught, Taught()) | changed.taught),
        mixes=_other_mixes(look.mixes, changed.mixes),
    )
    return with_region(look, index, inside)


def _differing(base: Mapping[str, T], changed: Mapping[str, T]) -> dict[str, T]:
    return {name: value for name, value in changed.items() if name not in base or base[name] != value}


def _other_mixes(base: tuple[Mix, ...], changed: tuple[Mix, ...]) -> tuple[Mix, ...]:
    """The mixes of every part whose mixes are not the look's; one of no amount where it has some and should not."""

    def of(part: str, mixes: tuple[Mix, ...]) -> list[Mix]:
        return [mix for mix in mixes if mix.part == part]

    parts = dict.fromkeys(mix.part for mix in (*base, *changed))
    other = [part for part in parts if of(part, base) != of(part, changed)]
    return tuple(mix for part in other for mix in of(part, changed) or [Mix(part, Look())])


def with_region(look: Look, index: int, region: Region | None) -> Look:
    """The look with another region in the place of one, or, with None, without it."""
    regions = list(look.regions)
    regions[index : index + 1] = [] if region is None else [region]
    return look.with_(regions=tuple(regions))


def differs(region: Region) -> bool:
    """Whether anything is different inside; in a new region nothing is."""
    own = region.attributes, region.palette, region.z, region.directions, region.taught, region.mixes
    return any(own)


def confined(
    look: Look, changed: Look, rows: Sequence[Attribute], parts: Sequence[Part], colours: Collection[str]
) -> Look:
    """``changed`` in what touches these ``parts`` and ``colours`` (materials); in all else ``look``.

    The seed stays, as it does inside a region: what another one gave the parts is kept as offsets."""
    inside = {part.name for part in parts}
    free = {row.name for row in rows if not inside.isdisjoint(row.parts)}
    z = dict(changed.z)
    for part in parts if changed.seed != look.seed else ():
        theirs, ours = (seed_z(seed, part.name, part.z_dim) for seed in (changed.seed, look.seed))
        offsets = np.asarray(changed.z.get(part.name, (0.0,) * part.z_dim))
        z[part.name] = tuple(float(value) for value in theirs - ours + offsets)

    def joined(old: Mapping[str, T], new: Mapping[str, T], may: Callable[[str], bool]) -> dict[str, T]:
        return {k: v for k, v in old.items() if not may(k)} | {k: v for k, v in new.items() if may(k)}

    def painted(key: str) -> bool:
        part, _, material = key.rpartition(":")
        return material in colours and (not part or part in inside)

    mixes = [mix for mix in look.mixes if mix.part not in inside] + [mix for mix in changed.mixes if mix.part in inside]
    return look.with_(
        attributes=joined(look.attributes, changed.attributes, free.__contains__),
        palette=joined(look.palette, changed.palette, painted),
        z=joined(look.z, z, inside.__contains__),
        directions=joined(look.directions, changed.directions, inside.__contains__),
        taught=changed.taught,
        mixes=tuple(mixes),
    )


def come_back(before: Look, after: Look) -> int | None:
    """The place of the one region that ``after`` has and ``before`` has not; None when anything else differs."""
    stack = after.regions
    if len(stack) != len(before.regions) + 1 or before.with_(regions=stack) != after:
        return None
    pairs = enumerate(zip(stack, before.regions, strict=False))
    index = next((k for k, (one, other) in pairs if one != other), len(before.regions))
    return index if stack[:index] + stack[index + 1 :] == before.regions else None


def still_there(before: tuple[Region, ...], after: tuple[Region, ...], index: int | None) -> int | None:
    """Where region ``index`` is after a step that changed, moved, added or removed one; None when it is gone, or when
    nobody can tell."""
    if index is None or before is after:
        return index
    region, others = before[index], before[:index] + before[index + 1 :]
    if after[index : index + 1] and others == after[:index] + after[index + 1 :]:
        return index
    if region not in after:
        return None
    return index if after[index : index + 1] == (region,) else after.index(region)


def bounds(array: np.ndarray) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1 of what is not 0 in an array [H, W] that holds something."""
    rows, columns = np.flatnonzero(array.any(1)), np.flatnonzero(array.any(0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
