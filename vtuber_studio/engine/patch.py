"""Patches: regions of a look as they are painted."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from vtuber_studio.core.mask import SIDE
from vtuber_studio.core.region import bounds, variant
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.figure import Ingredients, gather
from vtuber_studio.engine.manifest import Manifest
from vtuber_studio.engine.paint import Window, upsample


@dataclass(frozen=True)
class Patch:
    """A region as it is painted: its parts' ingredients inside, and where that is; ``key`` names place and strength."""

    figure: dict[str, Ingredients]
    mask: np.ndarray  # uint8 [SIDE, SIDE] of the whole canvas
    strength: float
    key: bytes

    def window(self, size: int) -> Window:
        """Where on a canvas of ``size`` pixels it may show."""
        x0, y0, x1, y1 = (side * size / SIDE for side in bounds(self.mask))
        return max(int(x0) - 1, 0), max(int(y0) - 1, 0), min(int(x1) + 2, size), min(int(y1) + 2, size)

    def weight(self, size: int, window: Window) -> np.ndarray:
        """float32 [h, w] in 0..1: how much of it a window of a canvas of ``size`` pixels shows; 0 where its mask is."""
        x0, y0, x1, y1 = window
        if size >= SIDE:
            mask = upsample(self.mask[None].astype(np.float32), (size, size), window)[0]
            rows, columns = (np.arange(a, b) * SIDE // size for a, b in ((y0, y1), (x0, x1)))
            mask *= self.mask[np.ix_(rows, columns)] > 0  # its edge is softened inward only
        else:
            mask = cv2.resize(self.mask, (size, size), interpolation=cv2.INTER_AREA)[y0:y1, x0:x1]
        return mask * np.float32(self.strength / 255)


def patches(manifest: Manifest, shot: Shot) -> tuple[Patch, ...]:
    """The regions of a checked shot that show, the lowest first."""
    found = []
    for region in shot.look.regions:
        if region.hidden or region.strength <= 0.0:
            continue
        inside, mask = shot.with_(look=variant(shot.look, region)), region.mask
        figure = {
            entry.part.name: gather(manifest, entry, inside)
            for entry in manifest.parts
            if entry.part.name in region.parts
        }
        found.append(Patch(figure, mask.array, region.strength, f"{mask.digest} {region.strength}".encode()))
    return tuple(found)
