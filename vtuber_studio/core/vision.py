"""Colours as people see them whose eyes lack one kind of cone, and which neighbours of hers then look alike.

Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency" (IEEE TVCG
2009), table of severity 1.0: a matrix on linear RGB for each kind. About one man in twelve sees so, or nearly so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from vtuber_studio.core.palette import oklab, srgb_of

KINDS: dict[str, np.ndarray] = {
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
NEAR = 0.06  # distance in OKLab below which large areas run into each other; one just seen is 0.02
_STEPS = 4095  # of linear light


class Alike(NamedTuple):
    """Two neighbours that look alike to eyes of a kind, and do not to others."""

    kind: str
    one: str
    other: str


def simulated(rgb: np.ndarray, kind: str) -> np.ndarray:
    """sRGB [..., 3] in 0..1 as eyes of a kind see it."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return srgb_of(linear @ KINDS[kind].T)


def simulated_image(image: np.ndarray, kind: str) -> np.ndarray:
    """The same for an image, uint8 [H, W, 4] straight RGBA; give or take 1 of 255."""
    to_linear, to_srgb = _tables()
    seen = np.clip(to_linear[image[..., :3]] @ (KINDS[kind].T * _STEPS).astype(np.float32), 0, _STEPS)
    made = image.copy()
    made[..., :3] = to_srgb[seen.astype(np.uint16)]
    return made


@lru_cache(maxsize=1)
def _tables() -> tuple[np.ndarray, np.ndarray]:
    """Linear light float32 [256] of sRGB values; sRGB uint8 [_STEPS + 1] of linear light, each step by its middle."""
    values = np.arange(256) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    back = np.rint(255 * srgb_of((np.arange(_STEPS + 1) + 0.5) / _STEPS))
    return linear.astype(np.float32), back.astype(np.uint8)


def alike(colours: Mapping[str, np.ndarray], neighbours: Iterable[tuple[str, str]]) -> tuple[Alike, ...]:
    """The neighbours in a palette (material -> RGBA in 0..1) that come too close for eyes of some kind."""
    found = []
    for one, other in neighbours:
        if one in colours and other in colours:
            pair = np.stack([colours[one][:3], colours[other][:3]]).astype(float)
            if _apart(pair) >= NEAR:
                found += [Alike(kind, one, other) for kind in KINDS if _apart(simulated(pair, kind)) < NEAR]
    return tuple(found)


def _apart(pair: np.ndarray) -> float:
    one, other = oklab(pair)
    return float(np.linalg.norm(one - other))
