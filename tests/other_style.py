"""One persona as another studio would paint her: no network of ours has seen it. The artist's own shapes, but lines of
another colour and twice as wide, shades that melt into the light, eyes of another make (rings instead of a pupil's
gradient, a star instead of catch lights), soft light over hair and clothes, and a painter's unrest in all of it."""

from __future__ import annotations

import cv2
import numpy as np

from vtuber_studio.core.emotions import EMOTIONS
from vtuber_studio.core.image import freeze
from vtuber_studio.core.part import Cel
from vtuber_studio.core.pose import Pose
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.figure import ingredients, within
from vtuber_studio.engine.fitting import persona
from vtuber_studio.engine.manifest import Manifest
from vtuber_studio.engine.render import compose
from vtuber_studio.training.truth import drawn

FACES = (
    "neutral", "happy", "surprised", "sad", "angry", "smug", "laughing", "embarrassed",
    "worried", "happy", "neutral", "surprised",
)  # fmt: skip
POSES = ((0, 0, 0), (4, 0, 0), (0, 2, 0), (-5, 0, 2), (0, 0, -3), (3, -2, 0))
HELD_BACK = (1, 4, 7, 10)
_SCALE = 2
_LINES = {"hair.line": "#2b3f8c", "skin.line": "#7a2f5a", "cloth.line": "#2b3f8c", "eye.lash": "#23306e"}


def shots(manifest: Manifest, seed: int = 21, count: int = len(FACES)) -> list[Shot]:
    """What the pictures show: one persona, another face and head each time."""
    look = persona(manifest, seed).set(headwear="none", eyewear="none").paint(_LINES)
    made = []
    for index in range(count):
        yaw, pitch, roll = POSES[index % len(POSES)]
        face = EMOTIONS[FACES[index % len(FACES)]]
        made.append(within(manifest, Shot(look, face, Pose(yaw=yaw, pitch=pitch, roll=roll))))
    return made


def picture(manifest: Manifest, shot: Shot, number: int = 0) -> np.ndarray:
    """Image [512, 512, 4] of a shot in that style; ``number`` decides its noise."""
    truth = {}
    for name, own in ingredients(manifest, shot).items():
        cels = drawn(manifest, own, shot, _SCALE)
        truth[name] = {cel.name: _restyled(cel, *cels[cel.name]) for cel in own.part.cels}
    large = compose(manifest, truth, shot, size=512 * _SCALE)
    flat = cv2.resize(large, (512, 512), interpolation=cv2.INTER_AREA).astype(np.float32)
    return _lit(flat, number)


def _restyled(cel: Cel, m: np.ndarray, t: np.ndarray | None) -> tuple[np.ndarray, np.ndarray | None]:
    m = m.astype(np.float32).copy()
    names = list(cel.materials)
    whole = m.sum(0)
    if cel.name.startswith("iris") and whole.max() > 0.5:
        return _ringed(names, whole), t
    for name in names:
        if name.endswith(".shade") or name.endswith(".deep"):  # melts into the material that it darkens
            base = names[0]
            if name != base:
                k, to = names.index(name), names.index(base)
                both = m[k] + m[to]
                share = cv2.GaussianBlur(m[k], (0, 0), 9) / np.maximum(cv2.GaussianBlur(both, (0, 0), 9), 1e-3)
                m[k], m[to] = both * np.clip(share, 0, 1), both * (1 - np.clip(share, 0, 1))
    for name in names:
        if name.endswith(".line") or name == "eye.lash":
            k = names.index(name)
            wide = cv2.dilate(m[k], cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5)))
            grown = np.maximum(whole, wide)
            rest = np.delete(np.arange(len(names)), k)
            left = np.clip(grown - wide, 0, 1)
            share = m[rest] / np.maximum(m[rest].sum(0), 1e-6)
            m[rest], m[k] = np.minimum(m[rest], share * left), np.minimum(wide, grown)
    return m, t


def _ringed(names: list[str], whole: np.ndarray) -> np.ndarray:
    """An iris of rings with a star: materials [K, H, W] that together cover what the iris covered."""
    rows, columns = np.nonzero(whole > 0.5)
    # each eye by itself
    m = np.zeros((len(names), *whole.shape), np.float32)
    y, x = np.mgrid[: whole.shape[0], : whole.shape[1]].astype(np.float32)
    cx, cy, radius = columns.mean(), rows.mean(), np.sqrt(len(rows) / np.pi)
    far = np.hypot(x - cx, y - cy) / radius
    turn = np.arctan2(y - cy + 0.35 * radius, x - cx + 0.3 * radius)
    star = np.hypot(x - cx + 0.3 * radius, y - cy + 0.35 * radius) / radius < 0.22 + 0.12 * np.cos(4 * turn)
    plan = np.full(whole.shape, 0)  # the top's material
    plan[(far > 0.86) | ((far > 0.42) & (far < 0.54))] = 1  # rims
    plan[far < 0.3] = 3  # pupil
    plan[star] = 4  # catch
    for k in range(len(names)):
        m[k] = cv2.GaussianBlur((plan == k).astype(np.float32), (0, 0), 0.7)
    return m / np.maximum(m.sum(0), 1e-6) * whole


def _lit(flat: np.ndarray, number: int) -> np.ndarray:
    """Soft light from above left, and brush marks: low noise that follows no shape."""
    rng = np.random.default_rng([3, number])
    alpha = flat[..., 3] / 255
    deep = cv2.GaussianBlur(alpha, (0, 0), 24)
    wide = np.pad(deep, 14, "edge")
    light = wide[:512, :512] - wide[28:, 28:]
    y = np.mgrid[:512, :512][0].astype(np.float32) / 512
    gain = 1.04 + 0.5 * light[..., None] - 0.22 * (y[..., None] - 0.4)
    marks = cv2.GaussianBlur(rng.normal(size=(512, 512, 3)).astype(np.float32), (0, 0), 2.2)
    marks *= 0.018 / marks.std()
    rgb = np.clip(flat[..., :3] * (gain + marks), 0, 255)
    return freeze(np.concatenate([rgb, flat[..., 3:]], 2).round().astype(np.uint8))
