"""Layer: one painted cel as a file holds it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vtuber_studio.core.part import Blend


@dataclass(frozen=True, eq=False)
class Layer:
    """``image`` uint8 [h, w, 4], straight alpha, read-only, from pixel (x, y) of the picture on: cropped to what
    shows, what other layers hide painted all the same."""

    name: str  # the cel's, or "shadow"
    part: str  # "" for the shadow
    image: np.ndarray
    x: int
    y: int
    blend: Blend = "normal"
    clip: str = ""  # the layer whose alpha has still to cut this one
    material: str = ""  # where the cel's materials have layers of their own: which one this is
