"""Random personas that look designed: attributes from their priors, colours from harmonies in OKLCH."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vtuber_studio.core.attribute import Attribute, Value
from vtuber_studio.core.look import Look
from vtuber_studio.core.palette import from_oklab, oklab, parse_hex, to_hex
from vtuber_studio.core.part import Material

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
# together they make a face look younger (+) or more grown up (-)
_YOUTH = {
    "eye_size": 0.22,
    "iris_size": 0.2,
    "chin": -0.22,
    "jaw": -0.15,
    "face_width": 0.12,
    "mouth_width": -0.12,
    "neck": -0.2,
    "shoulders": -0.2,
}
_FLUFF = {"hair_volume": 0.2, "hair_length": 0.18, "side_locks": 0.1, "curl": 0.06}


def random_palette(rng: np.random.Generator) -> dict[str, str]:
    """Hex colours of the base materials: skin with matching lips, hair and its tips, eyes, clothes, accessories."""
    hair = _hair(rng)
    _, chroma, hue = _lch(hair)
    coloured = chroma > 0.055
    iris = _iris(rng, hue if coloured else None)
    palette = {
        **_skin(rng),
        "hair.base": hair,
        "hair.tip": _tip(rng, hair),
        "eye.iris": iris,
        "eye.lash": _colour(0.27, 0.035, hue if coloured else 20),
    }
    palette.update(_clothes(rng, hue if coloured else float(rng.uniform(0, 360)), _lch(iris)[2]))
    palette["ear.inner"] = _colour(0.84, 0.07, float(rng.normal(12, 8)))
    return palette


def random_attributes(rows: Sequence[Attribute], rng: np.random.Generator) -> dict[str, Value]:
    """A value for every row from its prior; age and fullness of hair pull several rows together a little."""
    values = {row.name: row.sample(rng) for row in rows}
    youth, fluff = rng.normal(size=2)
    for row in rows:
        pull = _YOUTH.get(row.name, 0.0) * youth + _FLUFF.get(row.name, 0.0) * fluff
        if not row.choices and pull:
            values[row.name] = float(np.clip(float(values[row.name]) + pull, row.low, row.high))
    if values.get("headwear") == "beret" and values.get("ears", "none") != "none":
        values["ears"] = "none"  # it would sit on them
    return values


def random_look(rows: Sequence[Attribute], materials: Sequence[Material], seed: int, generator_id: str = "") -> Look:
    """The persona of ``seed``: the same tables and seed always give the same look."""
    rng = np.random.default_rng(seed)
    values, palette = random_attributes(rows, rng), random_palette(rng)
    if values.get("ears") == "horns":
        palette["ear.base"] = ("#3b333d", "#5b4640", "#d9c9ad", "#7b3a44")[int(rng.integers(4))]
    known = {material.name for material in materials}
    kept = {row.name: values[row.name] for row in rows if values[row.name] != row.default}
    colours = {name: colour for name, colour in palette.items() if name in known}
    return Look(generator=generator_id, seed=seed, attributes=kept, palette=colours)


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


def _skin(rng: np.random.Generator) -> dict[str, str]:
    at = float(rng.beta(1.1, 1.9)) * (len(_SKINS) - 1)
    low = min(int(at), len(_SKINS) - 2)
    a, b = (oklab(parse_hex(_SKINS[low + k])[:3].astype(float)) for k in (0, 1))
    lab = a + (b - a) * (at - low)
    base = to_hex(from_oklab(lab + (0, *rng.normal(0, 0.003, 2))))
    light, chroma, hue = _lch(base)
    return {
        "skin.base": base,
        "face.blush": _colour(0.80 * light, 0.075 + 0.35 * chroma, 18, "a6"),
        "face.mark": _colour(0.66 * light, 0.04 + chroma, hue - 8),
        "mouth.lip": _colour(0.80 * light, 0.05 + 0.7 * chroma, float(rng.normal(20, 5))),
        "mouth.line": _colour(0.16 + 0.29 * light, 0.075, 22),
        "mouth.inside": _colour(0.14 + 0.30 * light, 0.11, 16),
        "mouth.tongue": _colour(0.34 + 0.38 * light, 0.12, 18),
    }


def _hair(rng: np.random.Generator) -> str:
    if rng.random() < 0.55:
        weights = np.array(_HAIR_WEIGHTS) / sum(_HAIR_WEIGHTS)
        light, chroma, hue = _lch(_HAIRS[int(rng.choice(len(_HAIRS), p=weights))])
        return _colour(
            light + float(rng.normal(0, 0.015)), chroma * float(rng.uniform(0.9, 1.1)), hue + float(rng.normal(0, 4))
        )
    hue, light, chroma = _FANTASY[int(rng.integers(len(_FANTASY)))]
    return _colour(
        light + float(rng.normal(0, 0.03)), chroma * float(rng.uniform(0.75, 1.05)), hue + float(rng.normal(0, 8))
    )


def _tip(rng: np.random.Generator, hair: str) -> str:
    """Mostly a relation of the hair's own colour, sometimes dyed."""
    light, chroma, hue = _lch(hair)
    turn = float(rng.choice([-1, 1]))
    kind = rng.random()
    if kind < 0.45:
        return _colour(np.clip(light + 0.10 * (1 if light < 0.72 else -1), 0, 0.95), chroma + 0.02, hue + 10 * turn)
    if kind < 0.8:
        return _colour(np.clip(light + 0.07, 0.5, 0.86), max(chroma, 0.09), hue + turn * float(rng.uniform(30, 65)))
    dyed = _FANTASY[int(rng.integers(len(_FANTASY)))]
    return _colour(np.clip(0.5 * (dyed[1] + light), 0.5, 0.85), 0.9 * dyed[2], dyed[0])


def _iris(rng: np.random.Generator, hair_hue: float | None) -> str:
    hue, light, chroma = _IRISES[int(rng.integers(len(_IRISES)))]
    if hair_hue is not None and rng.random() < 0.75:  # opposite, near, or the hair's own hue
        wanted = hair_hue + (180, 150, -150, 35, -35, 0)[int(rng.integers(6))]
        hue, light, chroma = min(_IRISES, key=lambda row: abs((row[0] - wanted + 180) % 360 - 180))
    return _colour(
        light + float(rng.normal(0, 0.03)), chroma * float(rng.uniform(0.85, 1.1)), hue + float(rng.normal(0, 6))
    )


def _clothes(rng: np.random.Generator, hair_hue: float, eye_hue: float) -> dict[str, str]:
    """Clothes, trim and accent: one hue related to the hair, a second from the eyes or opposite, one of them quiet."""
    main = hair_hue + (0, 30, -30, 180, 150, -150)[int(rng.integers(6))] + float(rng.normal(0, 8))
    accent_hue = eye_hue if rng.random() < 0.5 else main + (180, 150, -150, 120)[int(rng.integers(4))]
    yellow = max(0.0, 1 - abs((accent_hue - 98 + 180) % 360 - 180) / 40)  # a dark yellow is mud
    accent = _colour(float(rng.uniform(0.58, 0.72)) + 0.15 * yellow, float(rng.uniform(0.10, 0.15)), accent_hue)
    mud = max(0.0, 1 - abs((main - 100 + 180) % 360 - 180) / 50)
    main += 75 * mud if main % 360 > 100 else -65 * mud
    kind = int(rng.choice(5, p=(0.34, 0.2, 0.2, 0.14, 0.12)))
    if kind == 0:  # white with a deep trim
        base, trim = _colour(0.965, 0.008, main), _colour(float(rng.uniform(0.34, 0.5)), 0.08, main)
    elif kind == 1:  # dark with a pale trim
        base, trim = _colour(float(rng.uniform(0.32, 0.42)), 0.045, main), _colour(0.88, 0.035, accent_hue)
    elif kind == 2:  # pastel with a deeper trim
        base, trim = _colour(float(rng.uniform(0.82, 0.88)), 0.055, main), _colour(0.48, 0.085, main + 20)
    elif kind == 3:  # warm neutral
        base, trim = _colour(0.88, 0.03, 80), _colour(0.42, 0.05, 55 if rng.random() < 0.5 else main)
    else:  # one clear colour with near-white
        base, trim = _colour(float(rng.uniform(0.52, 0.64)), 0.09, main), _colour(0.95, 0.012, main)
    deco = accent if rng.random() < 0.6 else (base if kind in (2, 4) else trim)
    return {
        "cloth.base": base,
        "trim.base": trim,
        "accent.base": accent,
        "deco.base": deco,
        "deco.accent": _colour(0.89, 0.10, 88) if rng.random() < 0.5 else _colour(0.93, 0.03, accent_hue + 60),
        "frame.base": ("#3b3440", "#5a4038", "#2c3550", "#8a3345", "#b08a4a")[int(rng.integers(5))],
    }
