"""Colours of materials: hex in, linear-free float sRGB out, with ramps that derive shade, line and light.

Derivation works in OKLab (Ottosson 2020, "A perceptual color space for image processing"), so a ramp keeps
its hue family for every base: shadows turn a little toward blue-violet, lights toward yellow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import ImageColor

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.part import Material

_HEX = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")
_STORED = re.compile(r"#[0-9a-f]{6}(?:(?!ff)[0-9a-f]{2})?")
_M1 = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_M2 = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_M1_INV, _M2_INV = np.linalg.inv(_M1), np.linalg.inv(_M2)

# rule -> (lightness factor, lightness offset, chroma factor, shift toward b- (blue) in OKLab)
_RULES = {
    "same": (1.0, 0.0, 1.0, 0.0),
    "shade": (0.84, -0.01, 1.12, -0.009),
    "deep": (0.66, -0.02, 1.10, -0.014),
    "line": (0.40, 0.01, 0.85, -0.012),
    "light": (0.70, 0.31, 0.80, 0.010),
    "tip": (0.75, 0.24, 1.10, 0.0),  # hair that the sun has bleached
    "warm_shade": (0.88, 0.0, 1.40, -0.010),  # skin: shadows glow instead of greying
    "warm_line": (0.46, 0.0, 1.5, 0.0),
    "iris_top": (0.62, 0.03, 0.85, -0.030),
    "iris_rim": (0.08, 0.22, 0.52, -0.030),
    "iris_glow": (0.86, 0.28, 0.92, 0.030),
    "iris_spark": (0.60, 0.53, 0.70, 0.035),
    "pupil": (0.0, 0.15, 0.26, -0.012),
    "brow": (0.50, 0.10, 0.80, -0.006),
}


def parse(text: object) -> np.ndarray:
    """Float32 RGBA [4] of a colour as people write it: "#rrggbb", "#rgb", either with alpha, or a CSS name.

    StudioError otherwise. What is stored is ``canonical``.
    """
    if isinstance(text, str):
        word = text.strip().lower()
        if word == "transparent":
            return np.zeros(4, np.float32)
        if word in ImageColor.colormap:
            return np.array([*ImageColor.getrgb(word)[:3], 255], np.float32) / 255.0
        if re.fullmatch(r"#[0-9a-f]{3,4}", word, re.ASCII):
            word = "#" + "".join(2 * digit for digit in word[1:])
        if _HEX.fullmatch(word):
            return parse_hex(word)
    raise StudioError(f"{text!r} is not a colour.", "Write it as #rrggbb, for example #ff8844, or as a name: coral.")


def canonical(text: object) -> str:
    """"#rrggbb", or "#rrggbbaa" when it is not opaque, of a colour as people write it; StudioError otherwise."""
    return to_hex(parse(text))


def as_stored(text: Any) -> Any:
    """``canonical``, but what is no colour, or has its form already, stays what it is: others refuse it in time."""
    if isinstance(text, str) and _STORED.fullmatch(text):
        return text
    try:
        return canonical(text)
    except StudioError:
        return text


def backdrop(text: Any) -> Any:
    """The same for a background, which may be ``transparent``."""
    if isinstance(text, str) and text.strip().lower() == "transparent":
        return "transparent"
    return as_stored(text)


def parse_hex(text: object) -> np.ndarray:
    """Float32 RGBA [4] in 0..1 from "#rrggbb" or "#rrggbbaa"; StudioError otherwise."""
    if not isinstance(text, str) or not _HEX.fullmatch(text):
        raise StudioError(f"{text!r} is not a colour.", "Write it as #rrggbb, for example #ff8844.")
    digits = text[1:] if len(text) == 9 else text[1:] + "ff"
    return np.array([int(digits[i : i + 2], 16) for i in (0, 2, 4, 6)], np.float32) / 255.0


def to_hex(rgba: Sequence[float] | np.ndarray) -> str:
    """ "#rrggbb", or "#rrggbbaa" when the colour is not opaque."""
    values = [round(min(max(float(c), 0.0), 1.0) * 255) for c in rgba]  # np.clip: four times as long
    if len(values) == 4 and values[3] == 255:
        values = values[:3]
    return "#" + "".join(f"{v:02x}" for v in values)


def oklab(rgb: np.ndarray) -> np.ndarray:
    """sRGB [..., 3] in 0..1 to OKLab."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ _M1.T) @ _M2.T


def from_oklab(lab: np.ndarray) -> np.ndarray:
    """OKLab [..., 3] to sRGB in 0..1, clipped to the gamut."""
    return srgb_of(linear_of(lab))


def linear_of(lab: np.ndarray) -> np.ndarray:
    """OKLab [..., 3] to linear sRGB, outside 0..1 where the screen has no such colour."""
    return ((lab @ _M2_INV.T) ** 3) @ _M1_INV.T


def srgb_of(linear: np.ndarray) -> np.ndarray:
    """Linear sRGB [..., 3] to sRGB in 0..1, clipped to the gamut."""
    linear = np.clip(linear, 0.0, 1.0)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def derive(rgba: np.ndarray, rule: str) -> np.ndarray:
    """Colour [4] of a ramp's ``rule`` (shade, deep, line, light, tip, same) from its base colour [4]."""
    factor, offset, chroma, blue = _RULES[rule]
    lab = oklab(np.asarray(rgba[:3], float))
    if rule != "same":
        lab = np.array([lab[0] * factor + offset, lab[1] * chroma, lab[2] * chroma + blue * lab[0]])
    return np.append(from_oklab(lab), rgba[3]).astype(np.float32)


def underived(lab: np.ndarray, rule: str) -> tuple[np.ndarray, float]:
    """OKLab [3] of the base colour that a ramp's ``rule`` makes ``lab`` from, and the rule's lightness factor: the
    smaller it is, the less is known of the base. Lightness stays in 0..1; a factor of 0 tells nothing."""
    factor, offset, chroma, blue = _RULES[rule]
    if rule == "same":
        return lab, 1.0
    lightness = float(np.clip((lab[0] - offset) / factor, 0, 1)) if factor else 0.5
    return np.array([lightness, lab[1] / chroma, (lab[2] - blue * lightness) / chroma]), factor



def mix(a: np.ndarray, b: np.ndarray, amount: float) -> np.ndarray:
    """Colour [4] between two colours, through OKLab so that the middle is not grey mud."""
    if amount <= 0.0 or amount >= 1.0:
        return a if amount <= 0.0 else b
    lab = oklab(np.asarray(a[:3], float)) * (1 - amount) + oklab(np.asarray(b[:3], float)) * amount
    return np.append(from_oklab(lab), a[3] * (1 - amount) + b[3] * amount).astype(np.float32)


def mix_hues(a: np.ndarray, b: np.ndarray, amount: float) -> np.ndarray:
    """Colour [4] between two colours, around the wheel by the shorter way: as strong as they are, where ``mix`` of
    two opposite ones is grey."""
    first, second = (oklab(np.asarray(colour[:3], float)) for colour in (a, b))
    chroma, other = (float(np.hypot(lab[1], lab[2])) for lab in (first, second))
    if amount <= 0.0 or amount >= 1.0 or min(chroma, other) < 0.02:  # a grey has no hue
        return mix(a, b, amount)
    angle = np.arctan2(first[2], first[1])
    way = (np.arctan2(second[2], second[1]) - angle + np.pi) % (2 * np.pi) - np.pi
    angle, chroma = angle + amount * way, chroma + amount * (other - chroma)
    lab = np.array([first[0] + amount * (second[0] - first[0]), chroma * np.cos(angle), chroma * np.sin(angle)])
    return np.append(from_oklab(lab), a[3] * (1 - amount) + b[3] * amount).astype(np.float32)


def turned(colour: str, turn: float, light: float) -> str:
    """The colour with its hue turned by ``turn`` radians and its lightness moved, in OKLab; alpha stays."""
    rgba = parse_hex(colour)
    lab = oklab(rgba[:3].astype(float))
    cos, sin = np.cos(turn), np.sin(turn)
    moved = np.array([np.clip(lab[0] + light, 0, 1), cos * lab[1] - sin * lab[2], sin * lab[1] + cos * lab[2]])
    return to_hex(np.append(from_oklab(moved), rgba[3]))


def carried(colour: str, before: np.ndarray, after: np.ndarray) -> str:
    """The colour in the same relation to ``after`` [4] as it had to ``before`` [4].

    Lightness, chroma and hue move along in OKLab's cylinder. A grey has no hue to turn from or to: the less colour
    either has, the less hues turn.
    """
    rgba = parse_hex(colour)
    old, new, own = (oklab(np.asarray(each[:3], float)) for each in (before, after, rgba))
    chromas = [float(np.hypot(*lab[1:])) for lab in (old, new, own)]
    hues = [float(np.arctan2(lab[2], lab[1])) for lab in (old, new, own)]
    turn = (hues[1] - hues[0] + np.pi) % (2 * np.pi) - np.pi
    hue = hues[2] + turn * float(np.clip((min(chromas[:2]) - 0.01) / 0.03, 0, 1))
    chroma = max(0.0, chromas[2] + chromas[1] - chromas[0])
    light = np.clip(own[0] + new[0] - old[0], 0, 1)
    moved = np.array([light, chroma * np.cos(hue), chroma * np.sin(hue)])
    return to_hex(np.append(from_oklab(moved), rgba[3]))


def wholes(materials: Sequence[Material]) -> dict[str, str]:
    """Groups with one base, from which all other colours of the group derive: group -> that base."""
    found: dict[str, str] = {}
    for group in dict.fromkeys(row.group for row in materials):
        rows = [row for row in materials if row.group == group]
        names = {row.name for row in rows}
        bases = [row.name for row in rows if row.source not in names]
        if len(bases) == 1 and len(rows) > 1:
            found[group] = bases[0]
    return found


def recolour(
    materials: Sequence[Material], palette: Mapping[str, str], base: str, colour: str
) -> dict[str, str]:
    """The palette with another ``base``; what was set by hand in its group, tips for one, is ``carried`` along."""
    group = next(row.group for row in materials if row.name == base)
    names = {row.name for row in materials if row.group == group}
    before, after = resolve(materials, palette)[base], parse_hex(colour)
    moved = {
        key: carried(own, before, after)
        for key, own in palette.items()
        if key != base and key.split(":")[-1] in names
    }
    return {**palette, **moved, base: colour}


def check_palette(materials: Sequence[Material], overrides: Mapping[str, object]) -> dict[str, str]:
    """Validated overrides. Keys are a material (``hair.base``) or one part's (``hair_front:hair.base``)."""
    known = {material.name for material in materials}
    checked = {}
    for key, colour in overrides.items():
        if key.split(":")[-1] not in known:
            raise StudioError(
                f"There is no material called {key!r}.", "`vtuber-studio attributes` lists them."
            )
        checked[key] = to_hex(parse_hex(colour))
    return checked


def resolve(
    materials: Sequence[Material], overrides: Mapping[str, str], part: str = ""
) -> dict[str, np.ndarray]:
    """Every material's RGBA [4] for ``part``: set colours first, then defaults and ramps from their source."""
    rows = {material.name: material for material in materials}
    done: dict[str, np.ndarray] = {}

    def colour(name: str) -> np.ndarray:
        if name not in done:
            row = rows[name]
            chosen = overrides.get(f"{part}:{name}") or overrides.get(name) or row.colour
            done[name] = parse_hex(chosen) if chosen else derive(colour(row.source), row.rule)
        return done[name]

    for name in rows:
        colour(name)
    return done
