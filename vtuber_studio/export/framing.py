"""One picture as it is wanted: which part of the canvas, on what, with an outline and a shadow of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.image import freeze
from vtuber_studio.core.look import Look
from vtuber_studio.core.palette import parse_hex
from vtuber_studio.core.picture import read_picture
from vtuber_studio.core.shot import Shot
from vtuber_studio.export.exporter import checked, option

Render = Callable[[Shot, int], np.ndarray]  # shot, pixels a side
Crop = tuple[int, int, int]  # left, top, side, in canvas units

CLEAR = "transparent"
CANVAS, SMALLEST, LARGEST = 512, 28, 8192  # 28: the least emote of a chat
DRAWN = 64  # pixels a side of the least picture that is drawn
CROPS: dict[str, Crop] = {
    "full": (0, 0, 512),
    "bust": (40, 0, 432),
    "head": (86, 4, 340),
    "icon": (124, 96, 264),
    "circle": (112, 80, 288),
}
_BAND = 256  # rows that are mixed at a time
_SHADOW = 0.45  # its strength
_DROP, _SOFT = 0.012, 0.012  # of the side: how far a shadow falls, and how wide it blurs


@dataclass(frozen=True)
class PictureOptions:
    """``background`` is transparent or a colour, ``outline`` percent of the picture's side.

    The ``backdrop``, a picture's file, lies on the background and fills the square; its sides are cut to fit.
    """

    size: int = option(2048, "pixels a side", SMALLEST, LARGEST)
    background: str = option(CLEAR, "transparent, #rrggbb or a colour's name")
    backdrop: str = option("", "a picture's file that stands behind her; it fills the square")
    crop: str = option("full", "what of her", choices=tuple(CROPS))
    outline: float = option(0.0, "width of a line around her, percent of the side", 0, 5)
    outline_colour: str = option("#ffffff", "#rrggbb or a colour's name")
    shadow: bool = option(False, "a soft shadow behind her")
    marked: bool = option(True, "say in the file's metadata that a machine made it")
    signed: bool = option(False, "sign that (C2PA), with this computer's own certificate or yours")
    certificate: str = option("", "a PEM file with your certificate, those above it, and its private key")


def check_picture(options: PictureOptions) -> None:
    """StudioError for what cannot be drawn."""
    checked(options)
    _colour(options.outline_colour)
    if options.background != CLEAR:
        _colour(options.background)
    most = LARGEST * CROPS[options.crop][2] // CANVAS
    if options.size > most:
        raise StudioError(
            f"This crop ({options.crop}) cannot be {options.size} pixels wide.", f"Give at most {most}, or --crop full."
        )


def framed(render: Render, shot: Shot, options: PictureOptions) -> np.ndarray:
    """Image [size, size, 4] of a shot. What is smaller than a picture can be drawn is averaged from a larger one."""
    if options.size < DRAWN:
        finer = -(-DRAWN // options.size)
        image = framed(render, shot, replace(options, size=finer * options.size))
        return freeze(np.array(Image.fromarray(image).resize((options.size,) * 2, Image.Resampling.BOX)))
    left, top, side = CROPS[options.crop]
    size, whole = options.size, round(options.size * CANVAS / side)
    mixed = options.outline > 0 or options.shadow or bool(options.backdrop)
    behind = _covering(Path(options.backdrop), size) if options.backdrop else None  # told before anything is drawn
    ground = CLEAR if mixed else options.background
    x, y = min(round(left * whole / CANVAS), whole - size), min(round(top * whole / CANVAS), whole - size)
    image = render(shot.with_(look=shot.look.with_(background=ground)), whole)[y : y + size, x : x + size]
    if mixed:
        seen = image
        if options.outline:
            seen = over(seen, outlined(seen[..., 3], options.outline / 100 * size, _colour(options.outline_colour)))
        if options.shadow:
            seen = over(seen, dropped(seen[..., 3]))
        if behind is not None:
            seen = over(seen, behind)
        if options.background != CLEAR:
            seen = over(seen, np.full_like(seen, (*_colour(options.background), 255)))
        image = seen
    if options.crop == "circle":
        image = rounded(image)
    return freeze(np.ascontiguousarray(image))


def outlined(alpha: np.ndarray, width: float, colour: tuple[int, ...]) -> np.ndarray:
    """Image of all that lies within ``width`` pixels of what ``alpha`` [h, w] shows."""
    import cv2  # takes its time: the window opens before

    away = cv2.distanceTransform((alpha < 128).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    image = np.empty((*alpha.shape, 4), np.uint8)
    image[..., :3] = colour[:3]
    image[..., 3] = np.clip(width + 0.5 - away, 0, 1) * 255 + 0.5 if (alpha >= 128).any() else 0
    return image


def dropped(alpha: np.ndarray) -> np.ndarray:
    """Image of the shadow that ``alpha`` [side, side] throws on a wall behind it."""
    side = len(alpha)
    fall = max(1, round(_DROP * side))
    image = np.zeros((*alpha.shape, 4), np.uint8)
    moved = np.zeros_like(alpha)
    moved[fall:] = alpha[:-fall]
    soft = Image.fromarray(moved).filter(ImageFilter.GaussianBlur(_SOFT * side))
    image[..., 3] = np.asarray(soft) * _SHADOW + 0.5
    return image


def rounded(image: np.ndarray) -> np.ndarray:
    """The image inside of its circle, nothing around it."""
    side, finer = len(image), 4  # samples a pixel's side
    mask = Image.new("L", (side, side))
    band = max(1, 4_000_000 // (side * finer * finer))  # rows at a time
    for top in range(0, side, band):
        rows = min(band, side - top)
        fine = Image.new("L", (side * finer, rows * finer))
        edge = side * finer - 1
        ImageDraw.Draw(fine).ellipse((0, -top * finer, edge, edge - top * finer), fill=255)
        mask.paste(fine.resize((side, rows), Image.Resampling.BOX), (0, top))
    cut = image.copy()
    cut[..., 3] = (image[..., 3].astype(np.uint16) * np.asarray(mask) + 127) // 255
    return cut


def over(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Image of one laid over another of the same size, some rows at a time."""
    out = np.empty_like(above)
    for top in range(0, len(above), _BAND):
        rows = slice(top, top + _BAND)
        paint, ground = above[rows].astype(np.float32) / 255, below[rows].astype(np.float32) / 255
        kept = ground[..., 3:] * (1 - paint[..., 3:])
        alpha = paint[..., 3:] + kept
        colour = (paint[..., :3] * paint[..., 3:] + ground[..., :3] * kept) / np.maximum(alpha, 1e-6)
        out[rows] = np.concatenate([colour, alpha], -1) * 255 + 0.5
    return out


def _covering(path: Path, size: int) -> np.ndarray:
    """Image [size, size, 4] of a file's middle; StudioError naming the file when it cannot be read."""
    picture = Image.fromarray(read_picture(path, LARGEST))
    return np.array(ImageOps.fit(picture, (size, size), Image.Resampling.LANCZOS))


def _colour(text: str) -> tuple[int, ...]:
    """(r, g, b) of what a look takes as its background; StudioError for anything else."""
    found = Look(background=text).background
    if found == CLEAR:
        raise StudioError("A line around her needs a colour.", "Write it as #rrggbb, or by its name.")
    return tuple(round(float(part) * 255) for part in parse_hex(found)[:3])
