"""Random personas that look designed: attributes from their priors, colours from harmonies in OKLCH.

A seed is for ever. Every attribute, colour and trait has a stream of its own (``latents.Stream``), so adding,
removing or reordering rows, materials or parts changes nothing else, and a new choice only the looks that it wins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from vtuber_studio.core.attribute import Attribute, Value
from vtuber_studio.core.fit import complete_look
from vtuber_studio.core.latents import Stream, race
from vtuber_studio.core.look import Look, parse_seed
from vtuber_studio.core.palette import from_oklab, oklab, parse_hex, to_hex, turned
from vtuber_studio.core.part import Material
from vtuber_studio.core.rules import Rules, holds

_SKINS = ("#ffeadf", "#fee2d2", "#fad3bd", "#f0c2a6", "#dba686", "#bd8766", "#976245", "#714635")
_HAIRS = (
    "#322c3a",
    "#3f3038",
    "#523a38",
    "#714c3e",
    "#8f5a43",
    "#a9583f",
    "#b98a58",
    "#d9b673",
    "#efd9a4",
    "#f3e9d6",
    "#cfccd9",
    "#f1edf4",
)
_HAIR_WEIGHTS = (3, 2, 2.5, 2.5, 1.5, 1.2, 1.2, 1.8, 1.5, 0.8, 1, 1)
# hue in degrees, lightness and chroma that look soft there
_FANTASY = (
    (8, 0.79, 0.105),
    (28, 0.62, 0.14),
    (48, 0.78, 0.105),
    (168, 0.80, 0.085),
    (200, 0.72, 0.085),
    (235, 0.74, 0.085),
    (264, 0.60, 0.095),
    (285, 0.66, 0.105),
    (310, 0.74, 0.10),
    (345, 0.72, 0.12),
)
_IRISES = (
    (255, 0.58, 0.14),
    (235, 0.66, 0.11),
    (155, 0.62, 0.12),
    (130, 0.64, 0.13),
    (75, 0.68, 0.13),
    (55, 0.50, 0.09),
    (300, 0.56, 0.15),
    (340, 0.60, 0.16),
    (20, 0.56, 0.17),
    (195, 0.66, 0.10),
)
_OUTFITS = ("white", "dark", "pastel", "neutral", "clear")  # with a deep trim, a pale one, a deeper one, ...
_OUTFIT_WEIGHTS = (0.34, 0.2, 0.2, 0.14, 0.12)
FLESH = frozenset({"skin", "blush", "mark", "lip", "mouth_line", "mouth", "tongue"})  # roles that follow the skin
_COLOURED = 0.055  # chroma from which hair has a hue that the rest goes by

Own = Callable[[str], Stream]


def random_attributes(rows: Sequence[Attribute], seed: int, rules: Rules | None = None) -> dict[str, Value]:
    """A value for every row from its prior; hidden traits pull several rows together a little."""
    pulls: dict[str, float] = {}
    for trait in rules.traits if rules else ():
        amount = Stream(seed, f"trait {trait.name}").normal()
        for name, pull in trait.pulls.items():
            pulls[name] = pulls.get(name, 0.0) + pull * amount
    values = {row.name: _draw(row, seed, pulls.get(row.name, 0.0)) for row in rows}
    return exclude(rows, values, rules, values)


def _draw(row: Attribute, seed: int, pull: float) -> Value:
    """A value of the row's prior, moved by ``pull``."""
    name = f"attribute {row.name}"
    if row.choices:
        return race(seed, name, dict(zip(row.choices, row.prior or [1.0] * len(row.choices), strict=True)))
    stream = Stream(seed, name)
    value = stream.normal(*row.prior) if row.prior else stream.uniform(row.low, row.high)
    return in_range(row, value + pull)


def in_range(row: Attribute, value: float) -> float:
    """Within the row's range, and short enough to be read in a file."""
    return float(np.clip(float(f"{value:.5g}"), row.low, row.high))


def exclude(
    rows: Sequence[Attribute], values: Mapping[str, Value], rules: Rules | None, free: Mapping[str, object] | set[str]
) -> dict[str, Value]:
    """The values, those named in ``free`` changed where they do not go with another one."""
    changed = dict(values)
    choices = {row.name: row.choices for row in rows}
    for exclusion in rules.exclusions if rules else ():
        if holds(exclusion.when, changed):
            changed |= {
                name: choice
                for name, choice in exclusion.then.items()
                if name in free and choice in choices.get(name, ())
            }
    return changed


def random_palette(
    materials: Sequence[Material], seed: int, rules: Rules | None, values: Mapping[str, Value]
) -> dict[str, str]:
    """Colours of the materials that have one of their own: by their role in a harmony, by a tint, or their default.

    A generator without rules gets its own colours, turned a little. ``values``: what tints may depend on.
    """
    if rules is None:
        return {row.name: _near(row, seed) for row in materials if row.colour}
    colours = harmony(seed)
    palette = {row.name: row.colour for row in materials if row.colour}
    known = {row.name for row in materials}
    palette |= {name: colours[role] for name, role in rules.roles.items() if name in known and role in colours}
    for tint in rules.tints:
        if tint.material in known and holds(tint.when, values):
            weights = dict.fromkeys(tint.colours, 1.0)
            palette[tint.material] = race(seed, f"colour {tint.material}", weights)
    return palette


def _near(row: Material, seed: int) -> str:
    stream = Stream(seed, f"colour {row.name}")
    return turned(row.colour, stream.normal(0.0, 0.35), stream.normal(0.0, 0.03))


def random_look(
    rows: Sequence[Attribute],
    materials: Sequence[Material],
    seed: int | str,
    generator_id: str = "",
    rules: Rules | None = None,
) -> Look:
    """The persona of ``seed`` (a number or a word), every value in it. StudioError for what is no seed."""
    seed = parse_seed(seed)
    values = random_attributes(rows, seed, rules)
    palette = random_palette(materials, seed, rules, values)
    return complete_look(Look(generator=generator_id, seed=seed, attributes=values, palette=palette), rows, materials)


def harmony(seed: int) -> dict[str, str]:
    """A colour for every role that a material may play: ``skin`` with what belongs to it, ``hair`` and its ``tip``,
    ``iris`` and ``lash``, ``garment``, ``trim``, ``accent``, ``ornament`` and its ``gem``, ``inner_ear``."""

    def own(role: str) -> Stream:
        return Stream(seed, f"colour {role}")

    hair = _hair(own("hair"))
    _, chroma, hue = _lch(hair)
    coloured = chroma > _COLOURED
    iris = _iris(own("iris"), hue if coloured else None)
    colours = {
        **_skin(own),
        "hair": hair,
        "tip": _tip(own("tip"), hair),
        "iris": iris,
        "lash": lash(hair),
        "inner_ear": _colour(0.84, 0.07, own("inner_ear").normal(12, 8)),
    }
    return colours | _clothes(own, hue if coloured else None, _lch(iris)[2])


def lash(hair: str) -> str:
    """The colour of lashes that go with a hair."""
    _, chroma, hue = _lch(hair)
    return _colour(0.27, 0.035, hue if chroma > _COLOURED else 20)


def _colour(light: float, chroma: float, hue: float, alpha: str = "") -> str:
    """Hex of an OKLCH colour, its chroma reduced until it fits into sRGB."""
    angle = np.radians(hue)
    for _ in range(12):
        lab = np.array([light, chroma * np.cos(angle), chroma * np.sin(angle)])
        rgb = from_oklab(lab)
        if np.abs(oklab(rgb) - lab).max() < 0.004:
            break
        chroma *= 0.9
    return to_hex(rgb) + alpha


def _lch(colour: str) -> tuple[float, float, float]:
    """Lightness, chroma, hue in degrees."""
    light, a, b = oklab(parse_hex(colour)[:3].astype(float))
    return float(light), float(np.hypot(a, b)), float(np.degrees(np.arctan2(b, a)) % 360)


def _skin(own: Own) -> dict[str, str]:
    draw = own("skin")
    # Kumaraswamy's distribution: mostly light, dark ones not rare
    at = (1 - (1 - draw.uniform()) ** (1 / 1.9)) ** (1 / 1.1) * (len(_SKINS) - 1)
    low = min(int(at), len(_SKINS) - 2)
    a, b = (oklab(parse_hex(_SKINS[low + k])[:3].astype(float)) for k in (0, 1))
    lab = a + (b - a) * (at - low)
    base = to_hex(from_oklab(lab + (0, draw.normal(0, 0.003), draw.normal(0, 0.003))))
    return {"skin": base, **flesh(base, own("lip").normal(20, 5))}


def flesh(skin: str, lip_hue: float = 20.0) -> dict[str, str]:
    """Colours of the roles that go with a skin: ``blush``, ``mark``, ``lip``, ``mouth_line``, ``mouth``, ``tongue``."""
    light, chroma, hue = _lch(skin)
    return {
        "blush": _colour(0.80 * light, 0.075 + 0.35 * chroma, 18, "a6"),
        "mark": _colour(0.66 * light, 0.04 + chroma, hue - 8),
        "lip": _colour(0.80 * light, 0.05 + 0.7 * chroma, lip_hue),
        "mouth_line": _colour(0.16 + 0.29 * light, 0.075, 22),
        "mouth": _colour(0.14 + 0.30 * light, 0.11, 16),
        "tongue": _colour(0.34 + 0.38 * light, 0.12, 18),
    }


def _hair(draw: Stream) -> str:
    if draw.uniform() < 0.55:
        light, chroma, hue = _lch(draw.pick(_HAIRS, _HAIR_WEIGHTS))
        return _colour(light + draw.normal(0, 0.015), chroma * draw.uniform(0.9, 1.1), hue + draw.normal(0, 4))
    hue, light, chroma = draw.pick(_FANTASY)
    return _colour(light + draw.normal(0, 0.03), chroma * draw.uniform(0.75, 1.05), hue + draw.normal(0, 8))


def _tip(draw: Stream, hair: str) -> str:
    """Mostly a relation of the hair's own colour, sometimes dyed."""
    light, chroma, hue = _lch(hair)
    turn, kind = draw.pick((-1, 1)), draw.uniform()
    if kind < 0.45:
        return _colour(min(light + 0.10 * (1 if light < 0.72 else -1), 0.95), chroma + 0.02, hue + 10 * turn)
    if kind < 0.8:
        bright = float(np.clip(light + 0.07, 0.5, 0.86))
        return _colour(bright, max(chroma, 0.09), hue + turn * draw.uniform(30, 65))
    dyed = draw.pick(_FANTASY)
    return _colour(float(np.clip(0.5 * (dyed[1] + light), 0.5, 0.85)), 0.9 * dyed[2], dyed[0])


def _iris(draw: Stream, hair_hue: float | None) -> str:
    hue, light, chroma = draw.pick(_IRISES)
    if hair_hue is not None and draw.uniform() < 0.75:  # opposite, near, or the hair's own hue
        wanted = hair_hue + draw.pick((180, 150, -150, 35, -35, 0))
        hue, light, chroma = min(_IRISES, key=lambda row: abs((row[0] - wanted + 180) % 360 - 180))
    return _colour(light + draw.normal(0, 0.03), chroma * draw.uniform(0.85, 1.1), hue + draw.normal(0, 6))


def _clothes(own: Own, hair_hue: float | None, eye_hue: float) -> dict[str, str]:
    """Garment, trim and accent: one hue related to the hair, a second from the eyes or opposite, one of them quiet."""
    outfit, garment, trims = own("outfit"), own("garment"), own("trim")
    style = outfit.pick(_OUTFITS, _OUTFIT_WEIGHTS)
    free, related = outfit.uniform(0, 360), outfit.pick((0, 30, -30, 180, 150, -150)) + outfit.normal(0, 8)
    main = (free if hair_hue is None else hair_hue) + related
    tone = own("accent")
    accent_hue = eye_hue if tone.uniform() < 0.5 else main + tone.pick((180, 150, -150, 120))
    yellow = max(0.0, 1 - abs((accent_hue - 98 + 180) % 360 - 180) / 40)  # a dark yellow is mud
    accent = _colour(tone.uniform(0.58, 0.72) + 0.15 * yellow, tone.uniform(0.10, 0.15), accent_hue)
    mud = max(0.0, 1 - abs((main - 100 + 180) % 360 - 180) / 50)
    main += 75 * mud if main % 360 > 100 else -65 * mud
    if style == "white":
        base, trim = _colour(0.965, 0.008, main), _colour(trims.uniform(0.34, 0.5), 0.08, main)
    elif style == "dark":
        base, trim = _colour(garment.uniform(0.32, 0.42), 0.045, main), _colour(0.88, 0.035, accent_hue)
    elif style == "pastel":
        base, trim = _colour(garment.uniform(0.82, 0.88), 0.055, main), _colour(0.48, 0.085, main + 20)
    elif style == "neutral":
        base, trim = _colour(0.88, 0.03, 80), _colour(0.42, 0.05, trims.pick((55.0, main)))
    else:
        base, trim = _colour(garment.uniform(0.52, 0.64), 0.09, main), _colour(0.95, 0.012, main)
    quiet = base if style in ("pastel", "clear") else trim
    return {
        "garment": base,
        "trim": trim,
        "accent": accent,
        "ornament": accent if own("ornament").uniform() < 0.6 else quiet,
        "gem": own("gem").pick((_colour(0.89, 0.10, 88), _colour(0.93, 0.03, accent_hue + 60))),
    }
