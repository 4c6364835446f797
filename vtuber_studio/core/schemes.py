"""Schemes: all colours of a look at once: kept as a palette, put on, turned, and in harmony with one of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

import numpy as np

from vtuber_studio.core.hues import from_rgb, to_rgb
from vtuber_studio.core.look import Look
from vtuber_studio.core.mixing import seen_palette
from vtuber_studio.core.palette import parse_hex, resolve, to_hex
from vtuber_studio.core.part import Material, Part


def own_colours(materials: tuple[Material, ...], parts: Sequence[Part], look: Look) -> dict[str, str]:
    """Every colour of the look that does not derive from another one, mixes blended in: enough to have all again."""
    bases = {row.name: row.colour for row in materials if row.colour}
    if not look.mixes:
        return {**bases, **look.palette}
    seen = seen_palette(materials, parts, look)
    by_hand = dict.fromkeys(name for one in (look, *(mix.look for mix in look.mixes)) for name in one.palette)
    return {name: to_hex(seen[name]) for name in bases | by_hand if name in seen}


def put_on(
    materials: Sequence[Material],
    palette: Mapping[str, str],
    colours: Mapping[str, str],
    within: Collection[str],
    pinned: bool = False,
) -> dict[str, str]:
    """The palette with ``colours`` for the materials that are ``within``; what derives from these follows again.

    ``pinned``, for a palette that lies over another one: what follows is said in full where the other one would show.
    """
    rows = {row.name: row for row in materials}

    put = {key: colour for key, colour in colours.items() if key.split(":")[-1] in within}
    leading = colours if pinned else put

    def follows(name: str) -> bool:
        source = rows[name].source
        return bool(source) and (source in leading or follows(source))

    free = {name for name in within if name not in put and follows(name)}
    gone = free | {key for key in palette if ":" in key and key.split(":")[-1] in free | put.keys()}
    result = {key: colour for key, colour in palette.items() if key not in gone} | put
    if pinned:
        full = resolve(materials, {**result, **colours})
        apart = {name for name in free if name in palette or rows[name].source not in within}
        result |= {name: to_hex(full[name]) for name in sorted(apart)}
    return result


# name -> how far its hue is from the other colour's, in degrees (Itten's harmonies, on OKLab's hue circle)
HARMONIES = {"complement": 180.0, "neighbour": 30.0, "other neighbour": -30.0, "triad": 120.0, "other triad": -120.0}


def hue_turned(colour: str, degrees: float) -> str:
    """The colour with another hue; its lightness and its share of the strength that the screen has stay, and its
    alpha."""
    rgba = parse_hex(colour)
    hue, strength, light = from_rgb(rgba[:3])
    if strength == 0 or degrees % 360 == 0:
        return colour
    rgb = to_rgb(*(np.array(each) for each in (hue + degrees, strength, light)))
    return to_hex(np.append(rgb, rgba[3]))


@lru_cache(maxsize=64)  # panels ask at every change of anything
def in_harmony(own: str, other: str, degrees: float) -> str:
    """What ``own`` is in harmony with ``other``: its hue, ``degrees`` on; as strong as the stronger one, and neither
    so dark nor so light that no hue is seen."""
    (hue, strength, _), (_, mine, light) = from_rgb(parse_hex(other)[:3]), from_rgb(parse_hex(own)[:3])
    wanted = hue + degrees, max(strength, mine), min(max(light, 0.3), 0.85)
    return to_hex(to_rgb(*(np.array(each) for each in wanted))) + own[7:]


def group_turned(
    materials: Sequence[Material], palette: Mapping[str, str], names: Collection[str], degrees: float
) -> dict[str, str]:
    """The palette with the hues of ``names`` turned: what derives from them follows."""
    shown = {**{row.name: row.colour for row in materials if row.colour}, **palette}
    return {**palette, **{key: hue_turned(c, degrees) for key, c in shown.items() if key.split(":")[-1] in names}}
