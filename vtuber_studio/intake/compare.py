"""How far two pictures are apart: at the size at which they are compared, and the colour that most of one has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from vtuber_studio.core.image import freeze

HUBER = 0.12  # of 0..1: a larger difference pulls no harder; another hand draws other lines
UNMOVED = (0.0, 0.0, 0.0)  # a placing: logarithm of the scale, units to the right, units down
_MIDDLE = (256.0, 232.0)  # about which a picture is scaled: between the eyes


@dataclass(frozen=True, eq=False)
class Aim:
    """A picture [512, 512, 4] to come near to, at ``side`` pixels, softened by ``soft`` of them; how much each pixel
    counts [side, side]; and where it was laid since it came."""

    image: np.ndarray
    side: int
    weight: np.ndarray
    soft: float = 0.8
    place: tuple[float, ...] = UNMOVED

    def seen(self, by: np.ndarray | tuple[float, ...] = UNMOVED) -> np.ndarray:
        """float32 [4, side, side]: premultiplied, moved ``by`` so much more."""
        return self._reduced(_moved(self._flat, np.add(self.place, by))) if np.any(by) else self._here

    def reduced(self, image: np.ndarray) -> np.ndarray:
        """Another image, of any size, as this one is seen."""
        return self._reduced(_premultiplied(image))

    def _reduced(self, flat: np.ndarray) -> np.ndarray:
        small = cv2.resize(flat, (self.side, self.side), interpolation=cv2.INTER_AREA)
        return softened(small.transpose(2, 0, 1), self.soft)

    @cached_property
    def _here(self) -> np.ndarray:
        return self._reduced(_moved(self._flat, np.array(self.place)))

    @cached_property
    def _flat(self) -> np.ndarray:
        return _premultiplied(self.image)

    def moved(self, by: np.ndarray | tuple[float, ...]) -> Aim:
        """The same picture, laid elsewhere."""
        return replace(self, place=tuple(float(way) for way in np.add(self.place, by)))

    def at(self, side: int, weight: np.ndarray, soft: float = 0.8) -> Aim:
        """The same at another size."""
        return replace(self, side=side, weight=weight, soft=soft)

    @cached_property
    def laid(self) -> np.ndarray:
        """The picture where it was laid."""
        if not any(self.place):
            return self.image
        flat = _moved(self._flat, np.array(self.place))
        flat[..., :3] /= np.maximum(flat[..., 3:], 1e-3)
        return freeze(np.clip(flat * 255 + 0.5, 0, 255).astype(np.uint8))

    def loss(self, picture: np.ndarray, by: np.ndarray | tuple[float, ...] = UNMOVED) -> float:
        """Huber's loss (Huber 1964, "Robust Estimation of a Location Parameter") of a picture [4, side, side], each
        pixel by its weight: beyond ``HUBER`` only a line."""
        size = np.abs(picture - self.seen(by))
        return float((np.where(size <= HUBER, size * size / 2, HUBER * (size - HUBER / 2)) * self.weight).sum())

    def psnr(self, made: np.ndarray) -> float:
        """dB of an image [512, 512, 4] over mid-grey, on the subject's mask: where the picture shows anyone."""
        shown = self.laid[..., 3] > 128
        gap = (over_grey(self.laid) - over_grey(made))[shown]
        return float(10 * np.log10(255**2 / max(float((gap**2).mean()), 1e-9)))


def _moved(flat: np.ndarray, place: np.ndarray) -> np.ndarray:
    """A picture [512, 512, 4] laid elsewhere; at its edges it goes on."""
    if not place.any():
        return flat.copy()
    scale = float(np.exp(place[0]))
    shift = [(1 - scale) * (middle - 0.5) + by for middle, by in zip(_MIDDLE, place[1:], strict=True)]
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    return cv2.warpAffine(flat, matrix, flat.shape[1::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _premultiplied(image: np.ndarray) -> np.ndarray:
    flat = image.astype(np.float32) / 255
    flat[..., :3] *= flat[..., 3:]
    return flat


def softened(planes: np.ndarray, soft: float) -> np.ndarray:
    """float32 [n, h, w], each plane blurred by so many pixels: an edge then pulls from farther away."""
    return np.stack([cv2.GaussianBlur(row, (0, 0), soft) for row in planes])


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
