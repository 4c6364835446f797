"""A picture laid on the canvas: eyes and chin where the artist draws them."""

from __future__ import annotations

import cv2
import numpy as np

from vtuber_studio.core.image import freeze
from vtuber_studio.intake.faces import Landmarks

UNITS = 512  # of the canvas
EYE_AT_LEFT, EYE_AT_RIGHT, CHIN = (201.5, 232.0), (310.5, 232.0), (256.0, 325.0)  # of a persona as the artist draws her
_CHIN_SHARE = 0.5  # how much the chin counts beside the eyes: a drawn face is shorter than a photographed one


def placing(marks: Landmarks) -> np.ndarray:
    """[2, 3]: pixels of the picture -> canvas units, by turning, scaling and moving alone.

    Least squares over the landmarks (Umeyama 1991, "Least-Squares Estimation of Transformation Parameters Between Two
    Point Patterns", without reflection), linear in (a, b, x, y) of x' = a x - b y + x, y' = b x + a y + y.
    """
    pairs = [(marks.eye_at_left, EYE_AT_LEFT, 1.0), (marks.eye_at_right, EYE_AT_RIGHT, 1.0)]
    if marks.chin is not None:
        pairs.append((marks.chin, CHIN, _CHIN_SHARE))
    rows, wanted = [], []
    for (x, y), (to_x, to_y), share in pairs:
        rows += [[x * share, -y * share, share, 0], [y * share, x * share, 0, share]]
        wanted += [to_x * share, to_y * share]
    a, b, x, y = np.linalg.lstsq(np.array(rows), np.array(wanted), rcond=None)[0]
    return np.array([[a, -b, x], [b, a, y]])


def align(image: np.ndarray, marks: Landmarks, size: int = UNITS) -> np.ndarray:
    """Image [size, size, 4] of the canvas; transparent where the picture ends."""
    matrix = placing(marks) * (size / UNITS)
    # pixel centres: whole numbers for OpenCV, halves for us
    matrix[:, 2] += matrix[:, :2].sum(1) * 0.5 - 0.5
    shrunk = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    flat = _premultiplied(image)
    # a warp samples four pixels: what is made much smaller is averaged first
    while shrunk < 0.5 and min(flat.shape[:2]) > 1:
        height, width = flat.shape[0] // 2 * 2, flat.shape[1] // 2 * 2
        flat = cv2.resize(flat[:height, :width], (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        matrix[:, 2] += matrix[:, :2].sum(1) * 0.5
        matrix[:, :2] *= 2
        shrunk *= 2
    seen = cv2.warpAffine(flat, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return freeze(_straight(seen))


def _premultiplied(image: np.ndarray) -> np.ndarray:
    flat = image.astype(np.float32)
    flat[..., :3] *= flat[..., 3:] / 255
    return flat


def _straight(flat: np.ndarray) -> np.ndarray:
    alpha = flat[..., 3:]
    colour = flat[..., :3] * 255 / np.maximum(alpha, 1e-3)
    return np.clip(np.concatenate([colour, alpha], 2) + 0.5, 0, 255).astype(np.uint8)
