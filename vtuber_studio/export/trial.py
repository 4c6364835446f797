"""A trial of an export: what will be written, and how large it will be, before anything is.

The exporter itself writes into a folder that vanishes: first something small, which is soon seen, then the file as it
will be where that is cheap. Where it is not, the size is estimated from two small ones: from one side of a picture to
twice that side, bytes grow about as much each time.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image, ImageSequence, UnidentifiedImageError

from vtuber_studio.core.progress import Progress
from vtuber_studio.core.shot import Shot
from vtuber_studio.export.clips import AnimationOptions, MotionOptions, SetOptions, animation_of, clips_of, frames_of
from vtuber_studio.export.exporter import Exporter, described
from vtuber_studio.export.folders import StateOptions

VIEW = 480  # pixels a side of what is shown, at most
CHEAP = 2048 * 2048  # pixels of all pictures together up to which the file is written as it will be
LAYERED = 8  # what a pixel of a file of layers costs
SIDES, MOVING, LAYERS = (256, 512), (128, 256), (512, 1024)  # of the two small ones, about; of motions; of layers
FRAMES = (16, 48)  # of the two, at most
DEAR = 8 * CHEAP  # from here on the second of the two would take too long: sizes are guessed from one
GROWTH = 2.7  # bytes from one side to twice that side, where no two sides were tried
_LEAST_GROWTH, _MOST_GROWTH = 1.8, 4.0
_SHEET = 36  # pictures of a folder that are shown, at most
Frames = tuple[tuple[np.ndarray, int], ...]


@dataclass(frozen=True, eq=False)
class Trial:
    """``frames`` [h, w, 4] with their milliseconds, to be shown; more than one play. ``size``: of one picture in
    pixels, ``count`` of them; all of it takes ``bytes``, about if not ``exact``; None while that is not known yet."""

    frames: Frames
    size: tuple[int, int]
    count: int
    bytes: int | None
    exact: bool


def try_export(exporter: Exporter, draw: Callable[..., Any], shot: Shot, options: Any) -> Iterator[Progress]:
    """Yields Progress; after each run its figures hold a ``trial``, the last one the best. Writes nothing that stays,
    but for this computer's own certificate, where the file is to be signed with it.

    StudioError for what the exporter refuses.
    """
    _refuse(exporter, shot, options)
    runs = _runs(exporter, shot, options)
    before = (runs[0], 0)
    for number, run in enumerate(runs):
        with TemporaryDirectory(prefix="vtuber-studio-") as name:
            folder, seen = Path(name), list[np.ndarray]()
            path = _inside(folder, exporter)
            with closing(exporter.export(_watched(draw, seen), shot, run, path)) as steps:  # type: ignore[type-var]
                for step in steps:
                    yield Progress((number + step.fraction) / (len(runs) + 1), step.message)
            written = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
            frames, size = _view(path, exporter, run, seen)
            files = 0 if _moves(run) else len(list(path.glob("*.png")))
        count, bytes_ = _count(shot, options), written if run == options else None
        if run != options:
            ratio = _side(options) / _side(run)
            size = round(size[0] * ratio), round(size[1] * ratio)
            if number or len(runs) == 1:
                growth = _growth(before, (run, written), shot)
                bytes_ = round(written * growth ** math.log2(ratio) * count / _count(shot, run))
        trial = Trial(frames, size, files or count, bytes_, run == options)
        before = (run, written)
        yield Progress((number + 1) / (len(runs) + 1), "", {"trial": trial})


class _Drawn(Exception):
    """It has come to drawing."""


def _refuse(exporter: Exporter, shot: Shot, options: Any) -> None:
    """StudioError for what the exporter refuses: it goes as far as to its first picture."""

    def stop(*_: Any, **__: Any) -> None:
        raise _Drawn

    with TemporaryDirectory(prefix="vtuber-studio-") as folder, suppress(_Drawn):
        for _ in exporter.export(stop, shot, options, _inside(Path(folder), exporter)):
            pass


def _inside(folder: Path, exporter: Exporter) -> Path:
    return folder / f"persona-trial{exporter.suffix}"


def _runs(exporter: Exporter, shot: Shot, options: Any) -> list[Any]:
    """The options of each trial, the cheapest first."""
    layered = exporter.draws == "layers"
    count = _count(shot, options)

    def cost(asked: Any) -> int:
        return _side(asked) ** 2 * _count(shot, asked) * (LAYERED if layered else 1)

    sides = LAYERS if layered else MOVING if _moves(options) else SIDES
    first, second = (_smaller(options, side, most, count) for side, most in zip(sides, FRAMES, strict=True))
    best = options if cost(options) <= CHEAP else second
    return [first] if first == best or cost(best) > DEAR else [first, best]


def _smaller(options: Any, side: int, most: int, count: int) -> Any:
    """Halved until it is about ``side`` wide, with at most about ``most`` frames."""
    found = options
    if _side(options):
        low = described(type(options))["size"].metadata["low"]
        while found.size >= 1.5 * side and found.size % 2 == 0 and found.size // 2 >= low:
            found = replace(found, size=found.size // 2)
    if count > most and _moves(options):
        low = described(type(options))["fps"].metadata["low"]
        found = replace(found, fps=max(low, options.fps * most / count))
    return found


def _growth(before: tuple[Any, int], now: tuple[Any, int], shot: Shot) -> float:
    """How bytes grow from a side to twice that side, of two trials."""
    (small, less), (large, more) = before, now
    if _side(small) == _side(large) or not less:
        return GROWTH
    ratio = (more / _count(shot, large)) / (less / _count(shot, small))
    growth = ratio ** (1 / math.log2(_side(large) / _side(small)))
    return min(max(growth, _LEAST_GROWTH), _MOST_GROWTH)


def _side(options: Any) -> int:
    """Pixels; 0 for a kind whose sizes are given."""
    return getattr(options, "size", 0)


def _moves(options: Any) -> bool:
    return isinstance(options, MotionOptions)


def _count(shot: Shot, options: Any) -> int:
    """How many pictures are drawn."""
    if isinstance(options, SetOptions):
        return len(frames_of(clips_of(shot, options)))
    if isinstance(options, AnimationOptions):
        return len(animation_of(shot, options).frames)
    faces = len([face for face in getattr(options, "expressions", "").split(",") if face.strip()])
    return max(1, faces) * (4 if isinstance(options, StateOptions) else 1)


def _watched(draw: Callable[..., Any], seen: list[np.ndarray]) -> Callable[..., Any]:
    """``draw``, whose pictures are kept small, for files that nothing here reads."""

    def watched(*given: Any, **how: Any) -> Any:
        drawn = draw(*given, **how)
        if isinstance(drawn, np.ndarray):
            seen.append(_small(Image.fromarray(drawn)))
        return drawn

    return watched


def _view(
    path: Path, exporter: Exporter, options: Any, seen: list[np.ndarray]
) -> tuple[Frames, tuple[int, int]]:
    """What is to be seen of what was written, and its pixels."""
    ms = round(1000 / options.fps) if _moves(options) else 1000
    plays = hasattr(options, "animation")
    side = (_side(options), _side(options))
    if path.is_dir():
        files = sorted(file for file in path.rglob("*.png"))
        images = [Image.open(file) for file in files]
        largest = max(image.width for image in images)
        parts = exporter.draws == "layers"  # each as large as what it shows
        shown = [_small(image) for image in images if parts or image.width == largest]
        size = next((image.width, image.height) for image in images if image.width == largest)
        return (tuple((image, ms) for image in shown) if plays else ((contact_sheet(shown), ms),)), size
    for file in (path, *(path.with_suffix(suffix) for suffix in exporter.beside)):
        try:
            with _opened(file) as image:
                pictures = ImageSequence.Iterator(image) if plays else [image]
                return tuple((_small(one), round(one.info.get("duration", ms) or ms)) for one in pictures), image.size
        except (UnidentifiedImageError, OSError, KeyError):
            continue
    if plays:
        return tuple((image, ms) for image in seen), side
    return ((contact_sheet(seen), ms),), side


def _opened(path: Path) -> Image.Image:
    if zipfile.is_zipfile(path):  # OpenRaster
        with zipfile.ZipFile(path) as archive:
            return Image.open(archive.open("mergedimage.png"))
    return Image.open(path)


def _small(image: Image.Image) -> np.ndarray:
    """At most VIEW pixels a side."""
    shown = image.convert("RGBA")
    shown.thumbnail((VIEW, VIEW), Image.Resampling.BOX)
    return np.array(shown)


def contact_sheet(images: list[np.ndarray]) -> np.ndarray:
    """Up to 36 images side by side, in about a square; [h, w, 4] of at most VIEW pixels a side."""
    images = images[:_SHEET]
    columns = math.ceil(math.sqrt(len(images)))
    rows = math.ceil(len(images) / columns)
    cell = VIEW // columns
    sheet = Image.new("RGBA", (columns * cell, rows * cell))
    for number, image in enumerate(images):
        shown = Image.fromarray(image)
        shown.thumbnail((cell, cell), Image.Resampling.BOX)
        sheet.paste(shown, (number % columns * cell, number // columns * cell))
    return np.array(sheet)
