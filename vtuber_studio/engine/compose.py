"""Stacking painted cels: planar premultiplied float32 [4, H, W], back to front, by W3C compositing's formulas.

Every operation here works pixel by pixel, so recomposing a window gives the same bits as recomposing the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from vtuber_studio.core.palette import parse_hex
from vtuber_studio.core.part import Blend
from vtuber_studio.engine.manifest import Shadow
from vtuber_studio.engine.paint import Window, intersect

Corner = tuple[int, int]  # x, y

_BAND = 64  # rows that stay in the processor's cache while all layers are laid


@dataclass(frozen=True)
class Layer:
    """A painted cel on the canvas, from pixel (x, y) on: ``pixels`` [4, h, w]."""

    x: int
    y: int
    pixels: np.ndarray
    blend: Blend = "normal"

    @property
    def window(self) -> Window:
        """Its place on the canvas."""
        return self.x, self.y, self.x + self.pixels.shape[2], self.y + self.pixels.shape[1]

    @property
    def nbytes(self) -> int:
        """Bytes of the pixels."""
        return self.pixels.nbytes

    def crop(self, window: Window) -> np.ndarray:
        """[4, h, w] of a window inside this layer."""
        x0, y0, x1, y1 = window
        return self.pixels[:, y0 - self.y : y1 - self.y, x0 - self.x : x1 - self.x]


def stack(canvas: np.ndarray, layers: Sequence[Layer], window: Window, corner: Corner = (0, 0)) -> None:
    """Redraw a window (pixels of the whole canvas) of ``canvas`` [4, h, w], whose first pixel is ``corner``."""
    x0, y0, x1, y1 = window
    left, top = corner
    canvas[:, y0 - top : y1 - top, x0 - left : x1 - left] = 0.0
    for band in range(y0, y1, _BAND):
        rows = (x0, band, x1, min(band + _BAND, y1))
        for layer in layers:
            place = intersect(layer.window, rows)
            if place:
                view = canvas[:, place[1] - top : place[3] - top, place[0] - left : place[2] - left]
                _lay(view, layer.crop(place), layer.blend)


def _lay(view: np.ndarray, paint: np.ndarray, blend: Blend) -> None:
    keep = 1.0 - paint[3]
    if blend == "normal":
        view *= keep
        view += paint
        return
    below = view[3]
    if blend == "multiply":
        colour = paint[:3] * (view[:3] + (1.0 - below)) + view[:3] * keep
    else:
        colour = np.minimum(paint[:3] + view[:3], paint[3] + below * keep)
    view[3] = paint[3] + below * keep
    view[:3] = colour


def blended(below: Layer | None, above: Layer | None, weight: np.ndarray, window: Window) -> Layer | None:
    """``below``, and inside ``window`` of the canvas ``above`` by ``weight`` [h, w] in 0..1: 0 leaves every bit."""
    either = [layer for layer in (below, above) if layer is not None]
    if not either:
        return None
    x0, y0, x1, y1 = zip(*(layer.window for layer in either), strict=True)
    whole = min(x0), min(y0), max(x1), max(y1)
    place = intersect(whole, window)
    if place is None:
        return below
    if below is None:
        whole = place
    pixels = np.zeros((4, whole[3] - whole[1], whole[2] - whole[0]), np.float32)
    mixed = Layer(whole[0], whole[1], pixels, either[0].blend)
    if below is not None:
        mixed.crop(below.window)[...] = below.pixels
    share = weight[place[1] - window[1] : place[3] - window[1], place[0] - window[0] : place[2] - window[0]]
    inside = mixed.crop(place)
    inside *= 1.0 - share
    seen = intersect(above.window, place) if above is not None else None
    if above is not None and seen is not None:
        share = share[seen[1] - place[1] : seen[3] - place[1], seen[0] - place[0] : seen[2] - place[0]]
        view = mixed.crop(seen)
        view += above.crop(seen) * share
    return mixed


def to_bytes(canvas: np.ndarray, background: str = "transparent") -> np.ndarray:
    """uint8 [h, w, 4] straight alpha of [4, h, w], over "#rrggbb" unless it is transparent."""
    alpha = canvas[3]
    if background == "transparent":
        factor = np.float32(255.0) / np.maximum(alpha, np.float32(1e-6))
        colour = canvas[:3] * factor
    else:
        paper = parse_hex(background)[:3, None, None]
        colour = (canvas[:3] + paper * (1.0 - alpha)) * np.float32(255.0)
        alpha = np.ones_like(alpha)
    planes = np.concatenate([colour, alpha[None] * np.float32(255.0)])
    planes += np.float32(0.5)
    np.clip(planes, 0.0, 255.0, out=planes)
    return cv2.merge(list(planes.astype(np.uint8)))


def shrink(canvas: np.ndarray, corner: Corner, ratio: float, window: Window) -> np.ndarray:
    """Area average [4, h, w] for a window of a picture ``ratio`` times smaller; ``canvas`` holds what it takes of the
    larger one, from pixel ``corner`` on."""
    if ratio == 2:  # the same bits, twice as fast
        x0, y0, x1, y1 = (2 * side - corner[k % 2] for k, side in enumerate(window))
        pairs = canvas[:, y0:y1:2, x0:x1] + canvas[:, y0 + 1 : y1 : 2, x0:x1]
        halves = pairs[..., ::2] + pairs[..., 1::2]
        halves *= np.float32(0.25)
        return halves
    rows = _averaged(canvas, 1, corner[1], ratio, window[1], window[3])
    return _averaged(rows, 2, corner[0], ratio, window[0], window[2])


def _averaged(canvas: np.ndarray, axis: int, corner: int, ratio: float, first: int, last: int) -> np.ndarray:
    """Pixels ``first`` to ``last`` along an axis, each the mean of the ``ratio`` pixels it overlaps."""
    start = np.arange(first, last) * ratio
    shape = [1, 1, 1]
    shape[axis] = last - first
    total: np.ndarray | None = None
    for tap in range(int(np.ceil(ratio)) + 1):
        pixel = np.floor(start) + tap
        overlap = np.clip(np.minimum(start + ratio, pixel + 1) - np.maximum(start, pixel), 0, None) / ratio
        if not overlap.any():
            continue
        index = np.clip(pixel.astype(np.intp) - corner, 0, canvas.shape[axis] - 1)
        part = np.take(canvas, index, axis)
        part *= overlap.astype(np.float32).reshape(shape)
        total = part if total is None else np.add(total, part, out=total)
    assert total is not None
    return total


# --- the cast shadow --------------------------------------------------------------------------------------


def shadow_reach(shadow: Shadow, scale: float) -> int:
    """Pixels by which blurring widens the shadow."""
    return int(np.ceil(3 * shadow.blur * scale))


def shadow_softness(shadow: Shadow, casters: Sequence[Layer], scale: float, size: int) -> np.ndarray | None:
    """[size, size] float32 in 0..1: the casters' alpha, moved and blurred; None when nothing casts."""
    if not casters:
        return None
    cast = np.zeros((size, size), np.float32)
    dx, dy, reach = round(shadow.dx * scale), round(shadow.dy * scale), shadow_reach(shadow, scale)
    bounds = [size, size, 0, 0]
    for layer in casters:
        x0, y0, x1, y1 = layer.window
        place = intersect((x0 + dx, y0 + dy, x1 + dx, y1 + dy), (0, 0, size, size))
        if place is None:
            continue
        alpha = layer.crop((place[0] - dx, place[1] - dy, place[2] - dx, place[3] - dy))[3]
        view = cast[place[1] : place[3], place[0] : place[2]]
        np.maximum(view, alpha, out=view)
        low, high = np.minimum(bounds[:2], place[:2]), np.maximum(bounds[2:], place[2:])
        bounds = [*low.tolist(), *high.tolist()]
    if bounds[0] >= bounds[2]:
        return None
    x0, y0 = max(bounds[0] - reach, 0), max(bounds[1] - reach, 0)
    view = cast[y0 : bounds[3] + reach, x0 : bounds[2] + reach]
    if reach:
        kernel = (2 * reach + 1, 2 * reach + 1)
        view[:] = cv2.GaussianBlur(view, kernel, shadow.blur * scale, borderType=cv2.BORDER_CONSTANT)
    return cast


def shadow_layer(
    shadow: Shadow, softness: np.ndarray, receivers: Sequence[Layer], tint: np.ndarray, corner: Corner
) -> Layer | None:
    """Multiply layer over the receivers. ``softness`` [h, w] holds the canvas from ``corner`` on; ``tint`` [3]."""
    left, top = corner
    height, width = softness.shape
    shown = (left, top, left + width, top + height)
    seen = [(layer, place) for layer in receivers if (place := intersect(layer.window, shown))]
    if not seen:
        return None
    x0, y0 = min(place[0] for _, place in seen), min(place[1] for _, place in seen)
    x1, y1 = max(place[2] for _, place in seen), max(place[3] for _, place in seen)
    face = np.zeros((y1 - y0, x1 - x0), np.float32)
    for layer, place in seen:
        view = face[place[1] - y0 : place[3] - y0, place[0] - x0 : place[2] - x0]
        np.maximum(view, layer.crop(place)[3], out=view)
    alpha = face * softness[y0 - top : y1 - top, x0 - left : x1 - left]
    alpha *= np.float32(shadow.strength)
    rows, columns = np.flatnonzero(alpha.any(1)), np.flatnonzero(alpha.any(0))
    if not len(rows):
        return None
    kept = alpha[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    pixels = np.concatenate([kept[None] * tint[:, None, None].astype(np.float32), kept[None]])
    return Layer(x0 + int(columns[0]), y0 + int(rows[0]), pixels, "multiply")
