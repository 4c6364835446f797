"""How far two pictures are apart: at the size at which they are compared, and the colour that most of one has."""

from __future__ import annotations

import cv2
import numpy as np

HUBER = 0.12  # of 0..1: a larger difference pulls no harder; another hand draws other lines


def seen(image: np.ndarray, side: int) -> np.ndarray:
    """float32 [n]: premultiplied colours and alpha of an image [512, 512, 4] at ``side`` pixels, softened."""
    flat = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    flat[..., :3] *= flat[..., 3:]
    return cv2.GaussianBlur(flat, (0, 0), 0.8).ravel()


def huber(gap: np.ndarray) -> float:
    """Huber's loss (Huber 1964, "Robust Estimation of a Location Parameter"), summed: beyond ``HUBER`` only a line."""
    size = np.abs(gap)
    return float(np.where(size <= HUBER, gap * gap / 2, HUBER * (size - HUBER / 2)).sum())


def commonest(rgb: np.ndarray) -> np.ndarray:
    """The colour [3] that most of uint8 [n, 3] are near to: fills outnumber lines, lights and shades."""
    cells = (rgb >> 4).astype(np.int32) @ np.array([256, 16, 1])
    most = np.bincount(cells, minlength=4096).argmax()
    middle = np.array([most >> 8, (most >> 4) & 15, most & 15]) * 16 + 8
    near = np.abs(rgb.astype(int) - middle).max(1) <= 24
    return np.median(rgb[near], axis=0)


def over_grey(image: np.ndarray) -> np.ndarray:
    """Colours [h, w, 3] of 0..255 over mid-grey."""
    alpha = image[..., 3:].astype(np.float32) / 255
    return image[..., :3] * alpha + 128 * (1 - alpha)
