"""Little pictures and little networks, with which a run takes seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from vtuber_studio.training.gan.config import GanConfig
from vtuber_studio.training.gan.pictures import Pictures

SIDE = 16
QUICK = GanConfig(
    SIDE, batch=8, z_dim=8, w_dim=32, mapping_width=32, bf16=False, held_out=0.1, ema_images=400, judge_width=0.25
)


def discs(count: int, seed: int = 0, side: int = SIDE) -> np.ndarray:
    """uint8 [count, 4, side, side]: one disc each, of its own colour, size and place, on nothing."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side]
    images = np.zeros((count, 4, side, side), np.uint8)
    for image in images:
        cx, cy = rng.uniform(0.35, 0.65, 2) * side
        alpha = np.clip(rng.uniform(0.2, 0.4) * side - np.hypot(x - cx, y - cy), 0, 1)
        image[:3] = rng.integers(0, 256, 3)[:, None, None]
        image[3] = np.rint(255 * alpha)
    return images


def pictures(images: np.ndarray) -> Pictures:
    """They as those of a run."""
    return Pictures(images, np.zeros(len(images), np.int64), (), bool((images[:, 3] == 255).all()))


def write(folder: Path, images: np.ndarray) -> Path:
    """They as PNG files."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, image in enumerate(images):
        Image.fromarray(np.ascontiguousarray(image.transpose(1, 2, 0)), "RGBA").save(folder / f"{number:03}.png")
    return folder
