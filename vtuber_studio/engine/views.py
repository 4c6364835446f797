"""What a reader is shown of a picture: squares of it, placed by where eyes and mouth are."""

from __future__ import annotations

import cv2
import numpy as np

VIEW = 96  # pixels a side that the reader is shown
NEAR, WHOLE = 2.15, 4.70  # sides of its two views in distances between the eyes: the face, the whole portrait
_EYES_TO_MOUTH = 0.6  # the same distance once more, as a drawing of ours has it
_PAPER = 235.0  # grey that a transparent picture is laid on

Square = tuple[np.ndarray, float]  # centre [2], side
Levels = list[np.ndarray]  # a picture float32 [H, W, 3], a half, a quarter of it ..., averaged


def unit(points: np.ndarray) -> float:
    """The distance between the eyes; ``points``: right eye, left eye, mouth, in any unit."""
    apart = float(np.hypot(*(points[1] - points[0])))
    down = float(np.hypot(*(points[2] - points[:2].mean(0))))
    return max(apart, down / _EYES_TO_MOUTH, 1e-3)  # a head that is turned has its eyes nearer to each other


def square(points: np.ndarray, view: float) -> Square:
    """The square that a view shows of a face with these ``points``."""
    return 0.65 * points[:2].mean(0) + 0.35 * points[2], view * unit(points)


def within(wanted: Square, width: int, height: int) -> Square:
    """The square, neither a speck nor a map: what the reader makes of no face at all."""
    centre, side = wanted
    longest = max(width, height)
    return np.clip(centre, 0, [width, height]), float(np.clip(side, 0.08 * longest, 3.0 * longest))


def on_paper(image: np.ndarray) -> Levels:
    """A picture in 0..255, on grey where it is transparent."""
    alpha = image[..., 3:].astype(np.float32) / 255
    levels: Levels = [image[..., :3] * alpha + np.float32(_PAPER) * (1 - alpha)]
    while min(levels[-1].shape[:2]) >= 2 * VIEW:
        height, width = levels[-1].shape[:2]
        smaller = cv2.resize(levels[-1], (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        levels.append(np.asarray(smaller))
    return levels


def crop(levels: Levels, view: Square, pixels: int = VIEW) -> np.ndarray:
    """float32 [pixels, pixels, 3] of a square, averaged where it is larger, or fine lines would flicker."""
    (x, y), side = view
    wanted = int(np.clip(np.floor(np.log2(side / pixels)), 0, len(levels) - 1)) if side > pixels else 0
    flat, whole = levels[wanted], levels[0]
    wide, high = flat.shape[1] / whole.shape[1], flat.shape[0] / whole.shape[0]
    fine = 2 if side * wide > pixels else 1
    size = fine * pixels
    h, v = size / (side * wide), size / (side * high)  # pixels, before the last halving, to one of the level
    matrix = np.array([[h, 0, size / 2 - h * (x * wide - 0.5) - 0.5], [0, v, size / 2 - v * (y * high - 0.5) - 0.5]])
    edge = levels[-1]
    paper = np.median(np.concatenate([edge[0], edge[:, 0], edge[:, -1]]), 0).tolist()  # what lies around the picture
    seen = cv2.warpAffine(flat, matrix, (size, size), flags=cv2.INTER_LINEAR, borderValue=paper)
    return seen if fine == 1 else cv2.resize(seen, (pixels, pixels), interpolation=cv2.INTER_AREA)


def pictures(levels: Levels, views: list[Square], pixels: int = VIEW) -> np.ndarray:
    """float32 [n, 3, pixels, pixels] in -1..1: what a network is given of each view."""
    return np.stack([crop(levels, view, pixels) for view in views]).transpose(0, 3, 1, 2) / np.float32(127.5) - 1


def in_picture(points: np.ndarray, view: Square) -> np.ndarray:
    """Points [P, 2] of a view, in shares of its side, as pixels of the picture."""
    centre, side = view
    return centre + (points.astype(float) - 0.5) * side
