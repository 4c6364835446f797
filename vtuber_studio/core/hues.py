"""Colours as a person turns them: hue, strength and lightness, every triple of which is a colour of the screen.

Hue and lightness are OKLab's (Ottosson 2020); strength is chroma as a share of the most that the screen has at that hue
and lightness, so no slider ever has a dead end.
"""

from __future__ import annotations

import numpy as np

from vtuber_studio.core.palette import linear_of, oklab, srgb_of

GREY = 0.004  # chroma below which there is no hue to speak of
_STEPS = 14  # bisections: chroma to 1/40,000
_MOST = 0.4  # more chroma than the screen has anywhere
_OVER = 0.005  # how far outside the screen's colours a corner may reach, and is cut: pure blue lies behind a dent


def _lab(hue: np.ndarray, chroma: np.ndarray, light: np.ndarray) -> np.ndarray:
    angle = np.radians(hue)
    return np.stack(np.broadcast_arrays(light, chroma * np.cos(angle), chroma * np.sin(angle)), -1)


def reach(hue: np.ndarray, light: np.ndarray) -> np.ndarray:
    """The most chroma at hues (degrees) and lightnesses (0..1), broadcast together."""
    hue, light = np.broadcast_arrays(np.asarray(hue, float), np.asarray(light, float))
    low, high = np.zeros(hue.shape), np.full(hue.shape, _MOST)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        linear = linear_of(_lab(hue, middle, light))
        inside = (linear >= -_OVER * linear.max(-1, keepdims=True)).all(-1) & (linear <= 1 + _OVER).all(-1)
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return low


def to_rgb(hue: np.ndarray, strength: np.ndarray, light: np.ndarray) -> np.ndarray:
    """sRGB [..., 3] in 0..1 of hue (degrees), strength and lightness (0..1), broadcast together."""
    hue, strength, light = (np.asarray(each, float) for each in (hue, strength, light))
    return srgb_of(linear_of(_lab(hue, strength * reach(hue, light), light)))


def from_rgb(rgb: np.ndarray) -> tuple[float, float, float]:
    """Hue (0..360 degrees), strength and lightness (0..1) of an sRGB colour [3] in 0..1; a grey has hue 0."""
    light, a, b = (float(each) for each in oklab(np.asarray(rgb, float)))
    chroma, light = float(np.hypot(a, b)), float(np.clip(light, 0, 1))
    if chroma < GREY:
        return 0.0, 0.0, light
    hue = float(np.degrees(np.arctan2(b, a)) % 360)
    most = float(reach(np.array(hue), np.array(light)))
    return hue, min(1.0, chroma / most) if most > 0 else 0.0, light
