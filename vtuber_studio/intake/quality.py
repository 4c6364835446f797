"""Is a picture good enough to learn from? Reasons in words; and a fingerprint by which two of a kind are known."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from vtuber_studio.intake.faces import Landmarks

LEAST_APART = 24.0  # pixels between the eyes
LEAST_SHARPNESS = 18.0  # variance of the Laplacian over an aligned face, whose values are 0..255
ALIKE = 6  # of a fingerprint's 64 bits
_SIDE, _APART = 40, 24  # pixels, and the most that one of them changes by (of 255) where only compression did it
_FACE = np.s_[170:340, 150:362]  # of the canvas
_DARK, _BRIGHT = 25, 235  # mean of a face that shows little


def troubles(aligned: np.ndarray, marks: Landmarks) -> list[str]:
    """What is wrong with an aligned picture [512, 512, 4]; nothing where it is good."""
    found = []
    if marks.apart < LEAST_APART:
        found.append(f"The face is too small: {marks.apart:.0f} pixels between the eyes, {LEAST_APART:.0f} are needed.")
    grey = cv2.cvtColor(np.ascontiguousarray(aligned[_FACE][..., :3]), cv2.COLOR_RGB2GRAY)
    if sharpness(grey) < LEAST_SHARPNESS:
        found.append("The face is blurred.")
    if not _DARK < grey.mean() < _BRIGHT:
        found.append("The face is too dark." if grey.mean() <= _DARK else "The face is too bright.")
    if (aligned[_FACE][..., 3] < 128).mean() > 0.2:
        found.append("A part of the face lies outside the picture.")
    return found


def sharpness(grey: np.ndarray) -> float:
    """Variance of the Laplacian (Pech-Pacheco et al. 2000, "Diatom autofocusing in brightfield microscopy")."""
    return float(cv2.Laplacian(grey, cv2.CV_64F).var())


def fingerprint(image: np.ndarray) -> int:
    """What stays much the same when a picture is scaled, compressed or toned: 64 bits, the signs of the differences
    between neighbours in a picture of 9 x 8 grey pixels (a difference hash), before the bytes of one of 40 x 40 about
    its own mean: a persona with another face has the same signs."""
    alpha = image[..., 3:].astype(np.float32) / 255
    grey = cv2.cvtColor((image[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8), cv2.COLOR_RGB2GRAY)
    rough = cv2.resize(grey, (9, 8), interpolation=cv2.INTER_AREA).astype(int)
    bits = (rough[:, 1:] > rough[:, :-1]).ravel()
    fine = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    levels = np.clip(fine - fine.mean() + 128, 0, 255).astype(np.uint8)
    return int("".join("1" if bit else "0" for bit in bits), 2) << 8 * _SIDE**2 | int.from_bytes(levels.tobytes())


def twin_of(own: int, others: Sequence[int]) -> int | None:
    """The place of the first fingerprint that is of the same picture."""
    return next((place for place, other in enumerate(others) if _alike(own, other)), None)


def _alike(a: int, b: int) -> bool:
    if ((a ^ b) >> 8 * _SIDE**2).bit_count() > ALIKE:
        return False
    one, two = (
        np.frombuffer((each & (1 << 8 * _SIDE**2) - 1).to_bytes(_SIDE**2), np.uint8).astype(int) for each in (a, b)
    )
    return int(np.abs(one - two).max()) < _APART
