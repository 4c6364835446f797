"""The same portrait by another hand: changes of line, shading, colour, place and quality. numpy and OpenCV, no torch.

``viewed`` makes what the network sees of a portrait: the whole of it, or its face from near.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from vtuber_studio.core.palette import from_oklab
from vtuber_studio.engine.views import NEAR, VIEW, WHOLE, square
from vtuber_studio.training.reader.labels import POINTS_MIRRORED, REGIONS, SWAPPED, TURNED, columns
from vtuber_studio.training.reader.portraits import LINES, REGION, SIDE

_COLUMNS = columns()
_TURNED = [_COLUMNS[name].start for name in TURNED]
_SWAPPED = [(_COLUMNS[a].start, _COLUMNS[b].start) for a, b in SWAPPED]
# region -> what is repainted together
_KIN = [name if name.startswith("eye.") else name.partition(".")[0] for name in REGIONS]
_FAMILIES = sorted(set(_KIN))
_FAMILY = np.array([_FAMILIES.index(name) for name in _KIN])


@dataclass(frozen=True)
class View:
    """What the network is shown, and what it should answer."""

    image: np.ndarray  # uint8 [size, size, 3]
    regions: np.ndarray  # uint8 [size, size]
    points: np.ndarray  # float32 [P, 2], shares of the view's side
    values: np.ndarray  # float32, encoded rows


def viewed(
    picture: np.ndarray,
    values: np.ndarray,
    points: np.ndarray,
    near: bool,
    rng: np.random.Generator,
    style: float = 1.0,
    size: int = VIEW,
) -> View:
    """A view of a portrait [SIDE, SIDE, 6] at ``size`` pixels a side, with changes of style as often as ``style`` says
    (0: none, 1: most)."""

    def now(share: float) -> bool:
        return bool(rng.random() < share * style)

    matrix = _place(points, near, rng, style, size)
    mirrored = now(0.5)
    if mirrored:
        matrix = np.array([[-1.0, 0, size], [0, 1, 0], [0, 0, 1]]) @ matrix
        values = mirrored_values(values)
    maps, moved = _maps(np.linalg.inv(matrix), size, rng if now(0.35) else None)
    soft = np.ascontiguousarray(picture[..., :4]), np.ascontiguousarray(picture[..., LINES])
    if near or size > VIEW:
        rgba, lines = (cv2.remap(each, *maps, cv2.INTER_LINEAR, borderValue=0) for each in soft)
    else:  # less than half as large: averaged first
        small = [cv2.resize(each, (SIDE // 2, SIDE // 2), interpolation=cv2.INTER_AREA) for each in soft]
        x, y = ((side + np.float32(0.5)) / 2 - np.float32(0.5) for side in maps)
        rgba, lines = (cv2.remap(each, x, y, cv2.INTER_LINEAR, borderValue=0) for each in small)
    regions = cv2.remap(np.ascontiguousarray(picture[..., REGION]), *maps, cv2.INTER_NEAREST, borderValue=0)
    at = (points * SIDE) @ matrix[:2, :2].T + matrix[:2, 2]
    at = at - moved(at)
    if mirrored:
        at = at[list(POINTS_MIRRORED)]
    rgb, alpha = rgba[..., :3].astype(np.float32), rgba[..., 3:].astype(np.float32) / 255
    if now(0.35):
        rgb = repainted(rgb, regions, rng)
    if now(0.45):
        rgb = relined(rgb, lines, rng)
    if now(0.4):
        rgb *= _field(rng, rng.uniform(0.1, 0.35), size)[..., None]
    image = rgb * alpha + background(rng, size) * (1 - alpha)
    for change, share in _CHANGES:
        if now(share):
            image = change(image, rng)
    if now(0.2):
        image, regions = _hidden(image, regions, rng)
    image = np.clip(image + 0.5, 0, 255).astype(np.uint8)
    if now(0.3):
        image = _compressed(image, rng)
    return View(image, regions, (at / size).astype(np.float32), values.astype(np.float32))


def mirrored_values(values: np.ndarray) -> np.ndarray:
    """Encoded rows of the mirrored portrait."""
    values = values.copy()
    values[_TURNED] *= -1
    for a, b in _SWAPPED:
        values[[a, b]] = values[[b, a]]
    return values


def repainted(rgb: np.ndarray, region: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Some families of regions in other colours, their shading kept in part."""
    count = np.bincount(region.ravel(), minlength=len(REGIONS))
    sums = [np.bincount(region.ravel(), rgb[..., k].ravel(), len(REGIONS)) for k in range(3)]
    family = np.zeros((len(_FAMILIES), 4))
    np.add.at(family, _FAMILY, np.stack([*sums, count], 1))
    means = family[:, :3] / np.maximum(family[:, 3:], 1)
    keep = np.where(rng.random(len(_FAMILIES)) < 0.5, 1.0, rng.uniform(0, 1, len(_FAMILIES)))
    target = np.where((rng.random(len(_FAMILIES)) < 0.55)[:, None], _colours(rng, len(_FAMILIES)), means)
    offset = (target - keep[:, None] * means).astype(np.float32)[_FAMILY]
    gain = keep.astype(np.float32)[_FAMILY]
    return np.clip(rgb * gain[region][..., None] + offset[region], 0, 255)


def relined(rgb: np.ndarray, lines: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Lines in another colour and width, or hardly any."""
    if rng.random() < 0.25:
        filled = cv2.morphologyEx(rgb, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
        share = cv2.dilate(lines, np.ones((3, 3), np.uint8)).astype(np.float32)[..., None] / 255
        return rgb + (filled - rgb) * share * np.float32(rng.uniform(0.6, 1.0))
    if rng.random() < 0.5:
        lines = cv2.dilate(lines, np.ones((2, 2), np.uint8))
    share = lines.astype(np.float32)[..., None] / 255 * np.float32(rng.uniform(0.5, 1.0))
    colour = _colours(rng, 1)[0] * rng.uniform(0.0, 0.6)
    return rgb + (colour.astype(np.float32) - rgb) * share


def background(rng: np.random.Generator, size: int) -> np.ndarray:
    """[size, size, 3] float32: paper, a colour, a gradient, or something out of focus or busy."""
    kind = rng.random()
    if kind < 0.25:
        return np.full((1, 1, 3), rng.uniform(225, 255), np.float32)
    if kind < 0.5:
        return _colours(rng, 1)[0].astype(np.float32)[None, None]
    cells = 2 if kind < 0.7 else int(rng.integers(3, 24))
    grid = _colours(rng, cells * cells).reshape(cells, cells, 3).astype(np.float32)
    mean = grid.mean((0, 1))
    grid = mean + (grid - mean) * np.float32(rng.uniform(0.2, 1.0))
    how = cv2.INTER_NEAREST if kind > 0.92 else cv2.INTER_LINEAR
    return np.clip(cv2.resize(grid, (size, size), interpolation=how), 0, 255)


def _colours(rng: np.random.Generator, count: int) -> np.ndarray:
    """[count, 3] colours 0..255, of any lightness and hue, few of them glaring."""
    light, chroma, hue = rng.uniform(0.2, 0.98, count), np.abs(rng.normal(0, 0.09, count)), rng.uniform(0, 6.284, count)
    return 255 * from_oklab(np.stack([light, chroma * np.cos(hue), chroma * np.sin(hue)], 1))


def _field(rng: np.random.Generator, depth: float, size: int) -> np.ndarray:
    """[size, size] float32 around 1: soft light and shade."""
    cells = int(rng.integers(2, 6))
    grid = rng.uniform(1 - depth, 1 + 0.4 * depth, (cells, cells)).astype(np.float32)
    return cv2.resize(grid, (size, size), interpolation=cv2.INTER_CUBIC)


def _place(points: np.ndarray, near: bool, rng: np.random.Generator, style: float, size: int) -> np.ndarray:
    """[3, 3] from the picture's pixels to the view's."""
    centre, side = square(points, NEAR if near else WHOLE)
    angle, stretch, zoom, off = style * rng.normal(0, 3), style * rng.normal(0, 0.04), 0.06 * rng.normal(), 0.02
    if not near and rng.random() < 0.3 * style:  # at first sight nobody knows where the face is
        zoom, off = rng.uniform(-0.6, 0.45), 0.06
    centre = centre + side * off * rng.normal(size=2)
    wide = size / (SIDE * side) * np.exp(zoom)
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    turn = np.array([[c, -s], [s, c]]) @ np.diag([wide * np.exp(stretch), wide * np.exp(-stretch)])
    return np.block([[turn, (size / 2 - turn @ (centre * SIDE))[:, None]], [np.zeros((1, 2)), np.ones((1, 1))]])


Moved = Callable[[np.ndarray], np.ndarray]


def _maps(back: np.ndarray, size: int, rng: np.random.Generator | None) -> tuple[tuple[np.ndarray, np.ndarray], Moved]:
    """Maps for ``cv2.remap`` from the view to the picture, bent a little by ``rng``; and by how much a point of the
    view [P, 2] is seen before where it would be, in its pixels."""
    at = np.arange(size, dtype=np.float32) + np.float32(0.5)
    x, y = at[None], at[:, None]
    bend: np.ndarray | None = None
    if rng is not None:
        cells = int(rng.integers(3, 6))
        grid = rng.normal(0, 0.012 * size, (cells, cells, 2)).astype(np.float32)
        bend = cv2.resize(grid, (size, size), interpolation=cv2.INTER_CUBIC)
        x, y = x + bend[..., 0], y + bend[..., 1]
    m = back.astype(np.float32)
    maps = m[0, 0] * x + m[0, 1] * y + (m[0, 2] - 0.5), m[1, 0] * x + m[1, 1] * y + (m[1, 2] - 0.5)

    def moved(points: np.ndarray) -> np.ndarray:
        if bend is None:
            return np.zeros_like(points)
        column, row = np.clip(points.astype(int), 0, size - 1).T
        return bend[row, column]

    return maps, moved


def _hidden(image: np.ndarray, regions: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Something lies before a part of it."""
    image, regions = image.copy(), regions.copy()
    size = len(image)
    x, y = rng.integers(0, size, 2)
    half = rng.integers(size // 24, size // 6, 2)
    mask = np.zeros((size, size), np.uint8)
    if rng.random() < 0.5:
        cv2.ellipse(mask, (int(x), int(y)), (int(half[0]), int(half[1])), float(rng.uniform(0, 180)), 0, 360, 1, -1)
    else:
        mask[max(y - half[1], 0) : y + half[1], max(x - half[0], 0) : x + half[0]] = 1
    image[mask > 0] = _colours(rng, 1)[0]
    regions[mask > 0] = 0
    return image, regions


def _toned(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Gamma, contrast, saturation and a tint."""
    image = 255 * np.clip(image / 255, 0, 1) ** np.float32(np.exp(rng.normal(0, 0.18)))
    grey = image.mean(-1, keepdims=True)
    image = grey + (image - grey) * np.float32(np.exp(rng.normal(-0.05, 0.25)))
    middle = image.mean()
    image = middle + (image - middle) * np.float32(np.exp(rng.normal(0, 0.15)))
    return np.clip(image * rng.normal(1, 0.05, 3).astype(np.float32) + np.float32(rng.normal(0, 8)), 0, 255)


def _blurred(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 1.1))


def _coarse(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    side, size = int(rng.uniform(0.5, 0.9) * len(image)), len(image)
    how = (cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC)[int(rng.integers(3))]
    return cv2.resize(cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA), (size, size), interpolation=how)


def _sharpened(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return image + np.float32(rng.uniform(0.3, 1.0)) * (image - cv2.GaussianBlur(image, (0, 0), 1.5))


def _noisy(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    grain = rng.standard_normal(image.shape, np.float32) * np.float32(rng.uniform(2, 12))
    return image + (grain if rng.random() < 0.5 else grain[..., :1])


def _compressed(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    quality = int(rng.integers(25, 92))
    packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR))


_CHANGES = ((_toned, 0.6), (_blurred, 0.25), (_coarse, 0.15), (_sharpened, 0.1), (_noisy, 0.35))
