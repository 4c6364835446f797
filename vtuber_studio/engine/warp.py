"""Where the head is: for every pixel of the canvas, which point of the neutral drawing is seen there.

All lengths are canvas units. The inverse mapping is one smooth field for the body and one for the head; a cel
adds its own shift by nearness (parallax). Both fields agree where the neck enters the clothes, so no seam opens.
Positive yaw turns toward the picture's right, positive pitch looks up, positive roll tilts to the right.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from vtuber_studio.core.part import Cel
from vtuber_studio.core.pose import Pose
from vtuber_studio.engine.paint import Window

NECK = (256.0, 360.0)  # what the head rolls about
CHIN, COLLAR = 322.0, 386.0  # the head's motion fades out between them: hair below hangs
EYES = 232.0
SKULL = 92.0  # half width
_NEAR = 56.0  # shift of the nose's tip at 90 degrees
_TURN, _NOD = 0.0016, 0.0010  # cylinder: how much the far side narrows
_LEAN = 8.0  # the shoulders follow a turn a little
_BREATH = 3.0


@dataclass(frozen=True)
class Field:
    """Neutral points seen from canvas pixel (left, top) on: ``x``, ``y`` [h, w] in units; ``follow`` [h, 1] in 0..1."""

    scale: float
    left: int
    top: int
    x: np.ndarray
    y: np.ndarray
    follow: np.ndarray


def fields(pose: Pose, scale: float, window: Window, step: int = 1) -> dict[str, Field]:
    """Fields of what rides "head" and "body" at ``scale`` pixels a unit, every ``step`` pixels of a window."""
    left, top, right, bottom = window
    x = ((np.arange(left, right, step, dtype=np.float32) + 0.5) / np.float32(scale))[None]
    y = ((np.arange(top, bottom, step, dtype=np.float32) + 0.5) / np.float32(scale))[:, None]
    yaw, pitch, roll = (np.radians(angle) for angle in (pose.yaw, pose.pitch, pose.roll))
    stretch, lift = breathing(y, pose.breath)
    x = (x - 256.0) / stretch + 256.0
    x = x - np.float32(pose.sway + _LEAN * np.sin(yaw)) * _up(y)
    y = y + lift
    follow = 1.0 - _smoothstep(y, CHIN, COLLAR)
    body = Field(scale, left, top, x, np.broadcast_to(y, x.shape), follow)
    angle = np.float32(roll) * follow
    cos, sin = np.cos(angle), np.sin(angle)
    u, v = x - NECK[0], y - NECK[1]
    u, v = u * cos + v * sin, v * cos - u * sin + np.float32(NECK[1] - EYES)
    u += follow * _curve(u, np.float32(np.sin(yaw) * _TURN), np.float32(1 - np.cos(yaw)))
    v += follow * _curve(v, np.float32(-np.sin(pitch) * _NOD), np.float32(1 - np.cos(pitch)))
    head = Field(scale, left, top, u + np.float32(NECK[0]), v + np.float32(EYES), follow)
    return {"head": head, "body": body}


def breathing(y: np.ndarray, breath: float) -> tuple[np.ndarray, np.ndarray]:
    """What a breath in does to rows ``y`` of the canvas, last of all warps: (how much they widen about the axis, how
    many units below what they show has risen from)."""
    up = _up(y)
    return 1.0 + np.float32(0.008 * breath) * (4.0 * up * (1.0 - up)), np.float32(_BREATH * breath) * up


def _up(y: np.ndarray) -> np.ndarray:
    """[0..1] how freely rows move with the chest: not at the bottom, wholly from the chin up."""
    return 1.0 - _smoothstep(y, 300.0, 512.0)


def shift(cel: Cel, pose: Pose) -> tuple[float, float]:
    """How far nearness moves a cel of the head, in units."""
    if cel.rides == "body":
        return 0.0, 0.0
    near = cel.parallax * _NEAR
    return near * float(np.sin(np.radians(pose.yaw))), -near * float(np.sin(np.radians(pose.pitch)))


def seen_window(
    coarse: Field, step: int, moved: tuple[float, float], box: tuple[float, ...], size: int
) -> Window | None:
    """Canvas window (pixels) in which units ``box`` may be seen, from a field of every ``step`` pixels of all rows."""
    margin = 1.5 * step / coarse.scale
    x, y = coarse.x - moved[0] * coarse.follow, coarse.y - moved[1] * coarse.follow
    inside = (x > box[0] - margin) & (x < box[2] + margin) & (y > box[1] - margin) & (y < box[3] + margin)
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    if not len(rows):
        return None
    x0, y0 = max(int(columns[0] - 1) * step, 0), max(int(rows[0] - 1) * step, 0)
    return x0, y0, min(int(columns[-1] + 2) * step, size), min(int(rows[-1] + 2) * step, size)


def source_maps(
    field: Field, window: Window, moved: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Neutral canvas pixels (x, y), as float32 [h, w] each, that the window's pixels show."""
    x0, y0, x1, y1 = window
    place = np.s_[y0 - field.top : y1 - field.top, x0 - field.left : x1 - field.left]
    follow = field.follow[y0 - field.top : y1 - field.top] * np.float32(field.scale)
    scale, half = np.float32(field.scale), np.float32(0.5)
    return (
        field.x[place] * scale - (follow * np.float32(moved[0]) + half),
        field.y[place] * scale - (follow * np.float32(moved[1]) + half),
    )


def remap(pixels: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Planar [4, h, w] seen through maps in its own pixels; nothing lies outside."""
    mixed = cv2.merge(list(pixels))
    seen = cv2.remap(mixed, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(0, 0, 0, 0))
    planes = np.empty((4, *seen.shape[:2]), np.float32)
    cv2.split(seen, list(planes))
    return planes


def _smoothstep(x: np.ndarray, low: float, high: float) -> np.ndarray:
    s = np.clip((x - np.float32(low)) / np.float32(high - low), 0, 1)
    return s * s * (np.float32(3) - np.float32(2) * s)


def _curve(u: np.ndarray, bend: np.floating, narrow: np.floating) -> np.ndarray:
    """Inverse of a cylinder's turn to second order: the side turned away narrows."""
    inner = np.clip(u, -SKULL, SKULL)
    return bend * inner * inner + np.float32(0.5) * narrow * inner
