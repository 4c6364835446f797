"""From logits and colours to premultiplied colour.

Logits are upsampled *before* the softmax, so an edge stays an edge at any scale. Inside the engine pixels are
planar, float32 [4, h, w] premultiplied RGBA: the arithmetic then runs over contiguous rows.
A window is (x0, y0, x1, y1) in pixels of the part's box at its scale, which measures (width, height).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np

from vtuber_studio.core.part import Cel, Part

Window = tuple[int, int, int, int]

# Coverage below FLOOR is none, from FULL on it is what the network says: nothing lies around a figure, and its
# bounding box is where it seems to be. Between the two it rises without a step.
FLOOR, FULL = 0.01, 0.03
MOST = 2.0  # times as bright as its colour is what detail makes of it at most
_SMOOTH = np.array([1, 4, 1], np.float32) / 6  # a cubic B-spline's
_CHUNK = 8192  # columns of a product: BLAS threads would only wait for each other


@dataclass(frozen=True)
class Coverage:
    """What materials cover from pixel (x, y) of the box on: ``m`` [K, h, w], ramp position ``t`` [h, w] or None, and
    ``gain`` [1 or 3, h, w] in 0..2, by which their colours are multiplied, or None."""

    x: int
    y: int
    m: np.ndarray
    t: np.ndarray | None
    gain: np.ndarray | None = None

    @property
    def window(self) -> Window:
        """Its place in the box."""
        return self.x, self.y, self.x + self.m.shape[2], self.y + self.m.shape[1]

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return sum(maps.nbytes for maps in (self.m, self.t, self.gain) if maps is not None)

    def crop(self, window: Window) -> Coverage:
        """The same over a window inside this one."""
        x0, y0, x1, y1 = window
        place = np.s_[y0 - self.y : y1 - self.y, x0 - self.x : x1 - self.x]
        t, gain = self.t, self.gain
        gain = None if gain is None else gain[:, *place]
        return Coverage(x0, y0, self.m[:, *place], None if t is None else t[place], gain)

    def masked(self, by: np.ndarray) -> Coverage:
        """The same, covering ``by`` [h, w] times as much."""
        return replace(self, m=self.m * by)


def tau(scale: float) -> float:
    """Sharpness of the softmax: 1 up to the scale that training saw, rising gently above it."""
    return 1.0 if scale <= 2 else 1.0 + 0.2 * float(np.log2(scale / 2))


def intersect(a: Window, b: Window) -> Window | None:
    """The window common to both, or None."""
    x0, y0, x1, y1 = max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def cel_logits(part: Part, logits: np.ndarray) -> dict[str, np.ndarray]:
    """Each cel's channels of the network's output [C, h, w]."""
    ends = np.cumsum([cel.channels for cel in part.cels])
    return {cel.name: logits[end - cel.channels : end] for cel, end in zip(part.cels, ends, strict=True)}


def box_size(part: Part, scale: float) -> tuple[int, int]:
    """(width, height) of the part's box in pixels."""
    x0, y0, x1, y1 = part.box
    return round((x1 - x0) * scale), round((y1 - y0) * scale)


def lead(cel: Cel, logits: np.ndarray) -> np.ndarray:
    """[h, w]: logits by which a cel's foremost material leads over nothing."""
    return logits[0] if cel.soft else logits[1 : 1 + len(cel.materials)].max(0) - logits[0]


def least_lead(cel: Cel) -> float:
    """The lead below which all materials together cover less than FLOOR."""
    return math.log(FLOOR / (1 - FLOOR) / len(cel.materials))


def active_window(cel: Cel, logits: np.ndarray, size: tuple[int, int]) -> Window | None:
    """The window outside which nothing of the cel [channels, h, w] shows; None when it is empty.

    Between two logits that show nothing interpolation finds none that does, so nothing visible is lost.
    """
    active = lead(cel, logits) > least_lead(cel)
    rows, columns = np.flatnonzero(active.any(1)), np.flatnonzero(active.any(0))
    if not len(rows):
        return None
    (height, width), (full_width, full_height) = active.shape, size
    x0, x1 = (columns[0] - 1) * full_width // width, -(-(columns[-1] + 2) * full_width // width)
    y0, y1 = (rows[0] - 1) * full_height // height, -(-(rows[-1] + 2) * full_height // height)
    return max(int(x0), 0), max(int(y0), 0), min(int(x1), full_width), min(int(y1), full_height)


def upsample(maps: np.ndarray, size: tuple[int, int], window: Window) -> np.ndarray:
    """Bilinear (half-pixel centres) [C, h, w] -> the window's [C, y1 - y0, x1 - x0] of the full ``size``."""
    count, height, width = maps.shape
    x0, y0, x1, y1 = window
    left, right = _columns(width, size[0], x0, x1)  # what the window takes of the maps, and of the full width
    maps, offset = maps[:, :, left:right], left * size[0] // width
    if height == size[1]:
        rows = maps[:, y0:y1]
    else:
        at = np.clip((np.arange(y0, y1, dtype=np.float32) + 0.5) * (height / size[1]) - 0.5, 0, height - 1)
        low = at.astype(np.intp)
        part = (at - low).astype(np.float32)[:, None]
        rows = maps[:, low]
        rows += (maps[:, np.minimum(low + 1, height - 1)] - rows) * part
    if width == size[0]:
        return rows[..., x0 - offset : x1 - offset].copy()
    flat = np.ascontiguousarray(rows).reshape(-1, right - left)
    full = (right - left) * size[0] // width
    wide = [
        cv2.resize(flat[a : a + 16384], (full, len(flat[a : a + 16384])), interpolation=cv2.INTER_LINEAR)
        for a in range(0, len(flat), 16384)  # OpenCV counts rows in 16 bits in places
    ]
    whole = wide[0] if len(wide) == 1 else np.concatenate(wide)
    return np.ascontiguousarray(whole.reshape(count, y1 - y0, full)[..., x0 - offset : x1 - offset])


def _columns(width: int, full: int, x0: int, x1: int) -> tuple[int, int]:
    """First and last column of maps ``width`` wide that pixels x0..x1 of ``full`` need, at whole pixels of both."""
    step = width // math.gcd(width, full)
    left = (x0 * width // full - 1) // step * step
    right = -((-(x1 * width) // full - 1) // step) * step
    return max(left, 0), min(right, width)


def refined(part: Part, logits: np.ndarray, scale: float) -> np.ndarray:
    """The output [C, h, w] of a part's network as it is painted at ``scale``: itself up to twice its own resolution,
    which is what training saw; above it [C, 2h, 2w], doubled as in training and smoothed, so that thin lines show no
    beads where they cross the grid (0.2 dB better at 2048 px)."""
    _, height, width = logits.shape
    wide, high = box_size(part, scale)
    if wide <= 2 * width and high <= 2 * height:
        return logits
    doubled = [cv2.resize(row, (2 * width, 2 * height), interpolation=cv2.INTER_LINEAR) for row in logits]
    return np.stack([cv2.sepFilter2D(row, -1, _SMOOTH, _SMOOTH, borderType=cv2.BORDER_REPLICATE) for row in doubled])


def cover(
    cel: Cel, logits: np.ndarray, size: tuple[int, int], window: Window | None = None, sharpness: float = 1.0
) -> Coverage | None:
    """Coverage of a cel [channels, h, w] over its active window, or the part of it inside ``window``."""
    place = active_window(cel, logits, size)
    if place and window:
        place = intersect(place, window)
    if place is None:
        return None
    count = 1 + len(cel.materials)
    gain = _gain(upsample(logits[-cel.detail :], size, place)) if cel.detail else None
    if cel.soft:
        m = _sigmoid(upsample(np.clip(logits[:1], -30, 30), size, place))
        m *= _seen(m)
        return Coverage(place[0], place[1], m, None, gain)
    # The softmax ignores a common shift; with the maximum at 0 and a floor, exp and its sum stay in range.
    shifted = np.maximum(logits[:count] - logits[:count].max(0), -30.0)
    share = upsample(shifted, size, place)
    if sharpness != 1.0:
        share *= sharpness
    np.exp(share, out=share)
    total = share.sum(0)
    np.divide(1.0, total, out=total)
    m = share[1:]
    m *= total * _seen(1.0 - share[0] * total)
    t = _sigmoid(upsample(np.clip(logits[count : count + 1], -30, 30), size, place))[0] if cel.ramp else None
    return Coverage(place[0], place[1], m, t, gain)


def _gain(detail: np.ndarray) -> np.ndarray:
    """What to multiply colours by: 1 where a network says 0, from 0 to MOST."""
    detail += 1.0
    return np.clip(detail, 0.0, MOST, out=detail)


def _seen(coverage: np.ndarray) -> np.ndarray:
    """What to multiply coverage by: 0 up to FLOOR, 1 from FULL on."""
    return np.clip((coverage - FLOOR) * np.float32(1 / (FULL - FLOOR)), 0.0, 1.0)


def cover_part(part: Part, logits: np.ndarray, scale: float) -> dict[str, Coverage | None]:
    """Coverage of every cel of the network's output [C, h, w], clips applied."""
    size, cels = box_size(part, scale), cel_logits(part, refined(part, logits, scale))
    covers = {cel.name: cover(cel, cels[cel.name], size, None, tau(scale)) for cel in part.cels}
    return {cel.name: clipped(covers[cel.name], covers.get(cel.clip), cel) for cel in part.cels}


def clipped(own: Coverage | None, by: Coverage | None, cel: Cel) -> Coverage | None:
    """A cel's coverage times the alpha of the cel that cuts it, where it has one."""
    if not cel.clip or own is None:
        return own
    place = intersect(own.window, by.window) if by else None
    if by is None or place is None:
        return None
    kept = own.crop(place)
    return kept.masked(by.crop(place).m.sum(0))


def inks(cel: Cel, colours: Mapping[str, np.ndarray]) -> np.ndarray:
    """[4, K] premultiplied colours of the cel's materials; [8, K] with those at the ramp's end below."""
    rows = [_premultiplied(colours[name]) for name in cel.materials]
    if not cel.ramp:
        return np.stack(rows, 1)
    ends = [_premultiplied(colours[cel.ramp.get(name, name)]) for name in cel.materials]
    return np.concatenate([np.stack(rows, 1), np.stack(ends, 1) - np.stack(rows, 1)])


def alone(colours: np.ndarray, index: int) -> np.ndarray:
    """``inks`` of one material, the others clear; for -1 all of them in the first one's colour."""
    if index < 0:
        return np.repeat(colours[:, :1], colours.shape[1], 1)
    found = np.zeros_like(colours)
    found[:, index] = colours[:, index]
    return found


def paint(coverage: Coverage, colours: np.ndarray) -> np.ndarray:
    """[4, h, w] from coverage and ``inks``; what detail makes brighter than white is white."""
    count, height, width = coverage.m.shape
    m = coverage.m.reshape(count, -1)
    out = np.empty((4, m.shape[1]), np.float32)
    t = None if coverage.t is None else np.ascontiguousarray(coverage.t).reshape(-1)
    for a in range(0, m.shape[1], _CHUNK):
        b = a + _CHUNK
        np.matmul(colours[:4], m[:, a:b], out=out[:, a:b])
        if t is not None:
            tips = colours[4:] @ m[:, a:b]
            tips *= t[a:b]
            out[:, a:b] += tips
    if coverage.gain is not None:
        colour = out[:3]
        colour *= coverage.gain.reshape(len(coverage.gain), -1)
        np.minimum(colour, out[3], out=colour)
    return out.reshape(4, height, width)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    np.negative(x, out=x)
    np.exp(x, out=x)
    x += 1.0
    return np.divide(1.0, x, out=x)


def _premultiplied(rgba: np.ndarray) -> np.ndarray:
    return np.append(rgba[:3] * rgba[3], rgba[3]).astype(np.float32)
