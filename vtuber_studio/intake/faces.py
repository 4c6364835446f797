"""Where a photographed face is: OpenCV's cascades (Viola and Jones 2001, "Rapid Object Detection using a Boosted
Cascade of Simple Features"), which ship with OpenCV. For drawings another finder gives the same ``Landmarks``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

Point = tuple[float, float]  # pixels of the picture: x, y

_SIDE = 640  # pixels: looked for in a picture of about this size
_EYE_LINE, _EYE_APART, _CHIN = 0.40, 0.40, 0.98  # of a face's box: where they are when the eyes are not found
_TILTS = (0, -20, 20)  # degrees by which a picture is turned when nothing is found in it, and a face to find its eyes


@dataclass(frozen=True)
class Landmarks:
    """Eyes, as the viewer sees them, and chin; ``sure`` is False where they are only where they usually are."""

    eye_at_left: Point
    eye_at_right: Point
    chin: Point | None = None
    sure: bool = True

    @property
    def apart(self) -> float:
        """Pixels between the eyes."""
        return float(np.hypot(*np.subtract(self.eye_at_right, self.eye_at_left)))


def moved(marks: Landmarks, matrix: np.ndarray) -> Landmarks:
    """The landmarks after a transform [2, 3]."""

    def through(point: Point) -> Point:
        return _point(matrix @ np.array([*point, 1.0]))

    chin = None if marks.chin is None else through(marks.chin)
    return Landmarks(through(marks.eye_at_left), through(marks.eye_at_right), chin, marks.sure)


def photographed_faces(image: np.ndarray) -> list[Landmarks]:
    """Faces in a photo [H, W, 4], largest first; none in most drawings."""
    grey, ratio = _grey(image)
    middle = grey.shape[1] / 2, grey.shape[0] / 2
    for angle in _TILTS:
        turned, back = _turned(grey, middle, angle)
        found = _cascade("haarcascade_frontalface_alt2").detectMultiScale(turned, 1.1, 5, minSize=(28, 28))
        boxes = sorted((tuple(int(side) for side in box) for box in found), key=lambda box: -box[2] * box[3])
        if boxes:
            return [moved(_landmarks(turned, box), back * ratio) for box in boxes]
    return []


def _landmarks(grey: np.ndarray, box: tuple[int, ...]) -> Landmarks:
    x, y, w, h = box
    for angle in _TILTS:
        turned, back = _turned(grey, (x + w / 2, y + h / 2), angle)
        if pair := _eyes(turned, box):
            left, right = (back[:, :2] @ eye + back[:, 2] for eye in pair)
            break
    else:
        left, right = (np.array([x + (0.5 + side * _EYE_APART / 2) * w, y + _EYE_LINE * h]) for side in (-1, 1))
    along = right - left
    down = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1e-6)
    chin = (left + right) / 2 + down * (_CHIN - _EYE_LINE) * h
    return Landmarks(_point(left), _point(right), _point(chin), pair is not None)


def _turned(grey: np.ndarray, middle: Point, angle: int) -> tuple[np.ndarray, np.ndarray]:
    """The picture turned about a point by degrees, and the transform [2, 3] back."""
    turn = cv2.getRotationMatrix2D(middle, angle, 1.0)
    turned = cv2.warpAffine(grey, turn, grey.shape[::-1]) if angle else grey
    return turned, cv2.invertAffineTransform(turn)


def _eyes(grey: np.ndarray, box: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray] | None:
    """The likeliest pair in the upper half of a face."""
    x, y, w, h = box
    upper = grey[y + h // 5 : y + h * 11 // 20, x : x + w]
    found = _cascade("haarcascade_eye_tree_eyeglasses").detectMultiScale(upper, 1.05, 3, minSize=(w // 8, w // 8))
    eyes = [np.array([x + ex + ew / 2, y + h // 5 + ey + eh / 2]) for ex, ey, ew, eh in found]
    middle = x + w / 2
    pairs: list[tuple[float, int, np.ndarray, np.ndarray]] = []
    for a in eyes:
        for b in eyes:
            apart, rise = float(b[0] - a[0]), float(abs(b[1] - a[1]))
            if a[0] < middle < b[0] and 0.22 * w < apart < 0.62 * w and rise < 0.25 * apart:
                likely = abs((a[0] + b[0]) / 2 - middle) + rise + abs(apart - _EYE_APART * w)
                pairs.append((float(likely), len(pairs), a, b))
    return min(pairs)[2:] if pairs else None  # the number decides before arrays would be compared


def _grey(image: np.ndarray) -> tuple[np.ndarray, float]:
    """Over white, evenly lit; and how many pixels of the picture one of it is."""
    alpha = image[..., 3:].astype(np.float32) / 255
    flat = (image[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    ratio = max(max(image.shape[:2]) / _SIDE, 1.0)
    size = (max(round(image.shape[1] / ratio), 1), max(round(image.shape[0] / ratio), 1))
    small = cv2.resize(flat, size, interpolation=cv2.INTER_AREA)
    return cv2.equalizeHist(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)), ratio


def _point(at: np.ndarray) -> Point:
    return float(at[0]), float(at[1])


@cache
def _cascade(name: str) -> cv2.CascadeClassifier:
    return cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / f"{name}.xml"))
