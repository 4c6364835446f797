"""Selections: what tools make of a region's mask. Pure functions on masks, uint8 [SIDE, SIDE], 255 inside.

Points are in the mask's pixels, two a unit of the canvas, (0, 0) its corner. Masks join as fuzzy sets do (Zadeh 1965:
the larger, the smaller, the complement), so that a shape added twice is there once, and soft edges stay soft.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import cv2
import numpy as np

from vtuber_studio.core.mask import SIDE
from vtuber_studio.core.region import bounds
from vtuber_studio.engine.picking import PickMap

Join = Literal["replace", "add", "subtract", "intersect"]
Box = tuple[int, int, int, int]  # x0, y0, x1, y1

_FINE = 4  # drawn so many times as large, then averaged
_UNDER = 0.2  # share of a mask from which on a part counts as what it was drawn over
_SMOOTH = 1.5  # pixels by which the steps of what is seen, one a unit, are rounded


def blank() -> np.ndarray:
    """A mask with nothing inside."""
    return np.zeros((SIDE, SIDE), np.uint8)


# shapes


def polygon(points: Sequence[tuple[float, float]]) -> np.ndarray:
    """What a closed line surrounds, its edge anti-aliased; nothing for fewer than three points."""
    if len(points) < 3:
        return blank()
    corners = np.rint(np.clip(np.asarray(points, np.float64), -SIDE, 2 * SIDE) * _FINE - 0.5).astype(np.int32)
    low, high = (np.clip(pick(corners, axis=0) // _FINE, 0, SIDE) for pick in (np.min, np.max))
    (x0, y0), (x1, y1) = low, np.minimum(high + 1, SIDE)
    made = blank()
    if x1 > x0 and y1 > y0:
        fine = np.zeros(((y1 - y0) * _FINE, (x1 - x0) * _FINE), np.uint8)
        cv2.fillPoly(fine, [corners - np.array([x0, y0]) * _FINE], (255,))
        made[y0:y1, x0:x1] = cv2.resize(fine, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
    return made


def ellipse(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    """The ellipse in a rectangle, given by any two opposite corners."""
    turn = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    x, y = (x0 + x1) / 2 + (x1 - x0) / 2 * np.cos(turn), (y0 + y1) / 2 + (y1 - y0) / 2 * np.sin(turn)
    return polygon(list(zip(x.tolist(), y.tolist(), strict=True)))


def half(her_left: bool) -> np.ndarray:
    """One half of the canvas: her left is on the right of the picture."""
    made = blank()
    made[:, SIDE // 2 :] = 255
    return made if her_left else 255 - made


def ends(box: Box) -> np.ndarray:
    """The lower half of a box and what lies below, fading in."""
    ramp = np.clip((np.arange(SIDE) - (box[1] + box[3]) / 2) / max((box[3] - box[1]) / 4, 1), 0, 1)
    return np.repeat(np.rint(255 * ramp).astype(np.uint8)[:, None], SIDE, axis=1)


def streak(box: Box) -> np.ndarray:
    """A lock of hair on her right, from the crown to the lower end of a box, thin at both."""
    along = np.linspace(0, 1, 24)
    middle = box[0] + (box[2] - box[0]) * (0.42 - 0.2 * np.sin(along * np.pi / 2))
    wide = (box[2] - box[0]) * (0.015 + 0.05 * np.sin(along * np.pi) ** 0.7)
    y = box[1] + (box[3] - box[1]) * along
    line = [*zip(middle - wide, y, strict=True), *zip((middle + wide)[::-1], y[::-1], strict=True)]
    return polygon([(float(px), float(py)) for px, py in line])


def stroke(
    into: np.ndarray,
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    radius: float,
    hardness: float,
) -> Box | None:
    """Draw a line of a round brush into a mask, in place; the window that it touched, None when it missed.

    ``start`` and ``end``: x, y and opacity (0..1). ``hardness`` 0..1: the share of the radius that is full. What is
    more opaque there already stays.
    """
    (ax, ay, a), (bx, by, b) = start, end
    reach = radius + 1
    x0, y0 = (max(0, int(np.floor(min(pair) - reach))) for pair in ((ax, bx), (ay, by)))
    x1, y1 = (min(SIDE, int(np.ceil(max(pair) + reach))) for pair in ((ax, bx), (ay, by)))
    if x0 >= x1 or y0 >= y1:
        return None
    x, y = (np.arange(low, high, dtype=np.float32) + np.float32(0.5) for low, high in ((x0, x1), (y0, y1)))
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    if length:
        along = np.clip(((x - ax) * (dx / length))[None] + ((y - ay) * (dy / length))[:, None], 0, 1)
    else:
        along = np.ones((len(y), len(x)), np.float32)
    away = np.hypot(x[None] - (ax + along * dx), y[:, None] - (ay + along * dy))
    fall = np.clip((radius + 0.5 - away) / max(radius * (1 - hardness), 1.0), 0, 1)
    if hardness < 1:
        fall = fall * fall * (3 - 2 * fall)
    drawn = np.rint(fall * (a + along * (b - a)) * 255).astype(np.uint8)
    inside = into[y0:y1, x0:x1]
    np.maximum(inside, drawn, out=inside)
    return x0, y0, x1, y1


# what masks become


def joined(base: np.ndarray, shape: np.ndarray, how: Join) -> np.ndarray:
    """A mask and a shape as one."""
    if how == "add":
        return np.maximum(base, shape)
    if how == "subtract":
        return np.minimum(base, 255 - shape)
    return np.minimum(base, shape) if how == "intersect" else shape.copy()


def feather(mask: np.ndarray, radius: float) -> np.ndarray:
    """Soften the edge over about ``radius`` pixels on either side; the canvas's own edge is none."""
    return cv2.GaussianBlur(mask, (0, 0), max(radius / 2, 0.1), borderType=cv2.BORDER_REPLICATE)


def grow(mask: np.ndarray, radius: int) -> np.ndarray:
    """Larger by ``radius`` pixels all around, smaller when it is negative."""
    size = 2 * abs(radius) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return cv2.dilate(mask, kernel) if radius > 0 else cv2.erode(mask, kernel)


def inverted(mask: np.ndarray) -> np.ndarray:
    """Outside in."""
    return 255 - mask


def mirrored(mask: np.ndarray) -> np.ndarray:
    """Her left for her right."""
    return np.ascontiguousarray(mask[:, ::-1])


# what is in the picture


def seen(where: PickMap, part: str, material: str = "") -> np.ndarray:
    """What is seen of a part, or of one of its materials, in the shot of ``where`` (the head upright)."""
    own = where.part == where.parts.index(part) + 1
    if material:
        own &= where.material == where.materials.index(material) + 1
    large = cv2.resize(own.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    steep = (cv2.GaussianBlur(large, (0, 0), _SMOOTH) - 0.5) * 2.5 + 0.5
    return np.rint(np.clip(steep, 0, 1) * 255).astype(np.uint8)


def alike(image: np.ndarray, x: float, y: float, tolerance: float) -> np.ndarray:
    """What hangs together with a point and has its colour, give or take ``tolerance`` (0..1), in a straight RGBA
    picture [SIDE, SIDE, 4]; nothing for a point beside it."""
    column, row = int(np.floor(x)), int(np.floor(y))
    made = np.zeros((SIDE + 2, SIDE + 2), np.uint8)
    if not (0 <= column < SIDE and 0 <= row < SIDE):
        return blank()
    seen_colours = np.rint(image[..., :3] * (image[..., 3:] / np.float32(255))).astype(np.uint8)
    slack = (255 * tolerance,) * 3
    flags = 8 | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY | (255 << 8)
    cv2.floodFill(seen_colours, made, (column, row), (0, 0, 0), slack, slack, flags)
    return cv2.GaussianBlur(cv2.dilate(made[1:-1, 1:-1], np.ones((3, 3), np.uint8)), (0, 0), 0.8)


def parts_under(where: PickMap, mask: np.ndarray) -> tuple[str, ...]:
    """The parts that a mask was drawn over: what shows most in it, and what shows a fifth as part of all, in the
    order of the stack; none when it lies beside the figure."""
    weights = cv2.resize(mask, where.part.shape[::-1], interpolation=cv2.INTER_AREA)
    shares = np.bincount(where.part.ravel(), weights.ravel(), len(where.parts) + 1)[1:]
    if not shares.any():
        return ()
    least = min(_UNDER * shares.sum(), shares.max())
    return tuple(name for name, share in zip(where.parts, shares, strict=True) if share >= least)


def box_of(where: PickMap, parts: Sequence[str]) -> Box:
    """The rectangle, in the mask's pixels, that holds what is seen of some parts; the whole canvas when nothing is."""
    own = np.isin(where.part, [where.parts.index(part) + 1 for part in parts])
    scale = SIDE // len(own)
    x0, y0, x1, y1 = bounds(own) if own.any() else (0, 0, *own.shape[::-1])
    return x0 * scale, y0 * scale, x1 * scale, y1 * scale


def contours(mask: np.ndarray) -> list[np.ndarray]:
    """Closed lines where the mask is half, float32 [n, 2] each, in canvas units."""
    framed = cv2.copyMakeBorder((mask > 127).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    found, _ = cv2.findContours(framed, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    return [(cv2.approxPolyDP(line, 0.8, True)[:, 0].astype(np.float32) - 0.5) / 2 for line in found if len(line) > 3]
