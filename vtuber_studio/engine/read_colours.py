"""Colours of a picture, measured in the regions that a reader sees in it: they hold for any hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from vtuber_studio.core.attribute import Value
from vtuber_studio.core.palette import from_oklab, oklab, parse_hex, resolve, to_hex
from vtuber_studio.core.sampling import flesh, lash
from vtuber_studio.engine.manifest import Manifest

_LEAST = {"eye.iris": 5.0, "eye.brow": 5.0}  # pixels of a region in which a colour is measured; 12 of any other
_ALIKE = 0.06  # distance in OKLab of pixels that are one colour
# colours that mean something only where a choice is not this one
_WORN = {"beard": "beard", "ear": "ears", "frame": "eyewear", "jewel": "earrings", "deco": "headwear"}


@dataclass(frozen=True)
class Regions:
    """What a view shows where: logits [K, VIEW, VIEW] of the named regions over its pixels [VIEW, VIEW, 3]."""

    names: tuple[str, ...]
    logits: np.ndarray
    pixels: np.ndarray

    def colour(self, name: str, columns: slice = slice(None)) -> tuple[np.ndarray, float] | None:
        """(OKLab [3], confidence) of a region; None where too little of it is seen."""
        if name not in self.names:
            return None
        leading = self.logits.argmax(0) == self.names.index(name)
        inside = np.zeros_like(leading)
        inside[:, columns] = leading[:, columns]
        found = measured(self.pixels, inside, _LEAST.get(name, 12.0))
        return (iris(self.pixels, _core(inside, _LEAST[name])), found[1]) if found and name == "eye.iris" else found


def measured(pixels: np.ndarray, inside: np.ndarray, least: float) -> tuple[np.ndarray, float] | None:
    """(OKLab [3], confidence 0..1) of the colour that most pixels inside a mask share; None for fewer than ``least``.

    Pixels at its edge are mixtures, and left out where enough others remain. The mean of what is near moves to where
    most is (mean shift; Comaniciu & Meer 2002); the confidence is the share of pixels that are near in the end.
    """
    if inside.sum() < least:
        return None
    inside = _core(inside, least)
    lab = oklab(pixels[inside].astype(float) / 255)
    colour, share = np.median(lab, 0), 0.0
    for _ in range(8):
        near = np.exp(-0.5 * ((lab - colour) ** 2).sum(1) / (_ALIKE / 2) ** 2)
        if near.sum() < 1e-6:
            break
        colour = (lab * near[:, None]).sum(0) / near.sum()
        share = float((((lab - colour) ** 2).sum(1) < _ALIKE**2).mean())
    return colour, share


def _core(inside: np.ndarray, least: float) -> np.ndarray:
    core = cv2.erode(inside.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return core if core.sum() >= least else inside


def iris(pixels: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """OKLab [3] of the colour that an iris goes by. Ours runs from a dark top to a glow, both paler than their base;
    the more a drawing shades it, the more of that is taken back (fitted to a hundred portraits)."""
    lab = oklab(pixels[inside].astype(float) / 255)
    shaded = min(1.0, float(lab[:, 0].std()) / 0.086)
    return np.quantile(lab, 0.4, axis=0) * [1, 1 + 0.26 * shaded, 1 + 0.26 * shaded] - [0.088 * shaded, 0, 0]


def palette_of(
    manifest: Manifest, values: Mapping[str, Value], regions: list[Regions]
) -> tuple[dict[str, str], dict[str, float]]:
    """(colours by material, confidences) as far as they are seen; what follows skin and hair, follows them."""
    palette: dict[str, str] = {}
    sure: dict[str, float] = {}
    whole, near = regions
    known = {row.name: row for row in manifest.materials}

    def put(name: str, found: tuple[np.ndarray, float] | None) -> None:
        if found is not None and name in known:
            palette[name], sure[name] = to_hex(from_oklab(found[0])), found[1]

    for name in (name for name in whole.names if name in known):
        group = name.partition(".")[0]
        if group in _WORN and values.get(_WORN[group]) in (None, "none"):
            continue
        views = (near, whole) if group in ("skin", "eye", "mouth", "frame") else (whole, near)
        put(name, next((found for view in views if (found := view.colour(name))), None))
    half = near.logits.shape[-1] // 2
    left, right = (near.colour("eye.iris", side) for side in (slice(half, None), slice(None, half)))
    if left and right and np.hypot(*(left[0] - right[0])[1:]) > 2 * _ALIKE:  # odd eyes
        put("eye.iris", right)
        put("eye.iris_left", left)
    roles = manifest.dice.roles if manifest.dice else {}
    if "skin.base" in palette:
        follows = flesh(palette["skin.base"])
        palette |= {name: follows[role] for name, role in roles.items() if role in follows and name not in palette}
    if "hair.base" in palette and "eye.lash" in known:
        palette["eye.lash"] = lash(palette["hair.base"])
    return _without_echoes(manifest, palette), sure


def _without_echoes(manifest: Manifest, palette: dict[str, str]) -> dict[str, str]:
    """The palette without colours that derive from others anyway, or nearly: they go on following them."""
    derived = {row.name for row in manifest.materials if not row.colour}
    bare = resolve(manifest.materials, {name: colour for name, colour in palette.items() if name not in derived})

    def echoes(name: str, colour: str) -> bool:
        off = oklab(parse_hex(colour)[:3].astype(float)) - oklab(bare[name][:3].astype(float))
        return float(np.sqrt((off**2).sum())) < _ALIKE

    return {name: colour for name, colour in palette.items() if name not in derived or not echoes(name, colour)}
