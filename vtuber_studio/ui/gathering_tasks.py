"""What is done with a set of pictures on other threads: read, added to, looked at, corrected, forgotten. Each is a task
whose steps carry what was found; nothing here touches the window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.picture import read_picture
from vtuber_studio.core.progress import Progress
from vtuber_studio.core.tray import ORIGINALS, Given, forget_run, forget_tray, open_tray, original
from vtuber_studio.intake.align import align
from vtuber_studio.intake.bring import SIDE, TWIN, Brought, bring, laid, look_at
from vtuber_studio.intake.drawn import Finder
from vtuber_studio.intake.faces import Landmarks
from vtuber_studio.intake.gather import gather
from vtuber_studio.intake.quality import troubles
from vtuber_studio.ui.bridge import to_qimage

THUMB = 256  # pixels of the small crops, which stay in memory
_GONE = "Its file is not there any more."


@dataclass(frozen=True)
class Found:
    """What is shown of one picture of the set: ``crop`` as it will be used, or, where it is not ``usable`` as it is,
    the picture itself, if there is any; ``troubles`` say why."""

    name: str
    crop: QImage | None
    troubles: tuple[str, ...]
    usable: bool = False
    marks: Landmarks | None = None
    photo: bool = False
    ratio: float = 1.0
    own: int | None = None


@dataclass(frozen=True)
class Opened:
    """A picture to look at closely, in the pixels in which it was read."""

    name: str
    pixels: np.ndarray
    image: QImage


def _thumb(image: np.ndarray) -> QImage:
    return to_qimage(image).scaledToWidth(THUMB, Qt.TransformationMode.SmoothTransformation)


def _found(brought: Brought) -> Found:
    image, picture, usable = brought.image, brought.picture, brought.image is not None
    crop = _thumb(image) if image is not None else _boxed(picture) if picture is not None else None
    own, marks = brought.own, brought.marks
    return Found(brought.path.name, crop, brought.troubles, usable, marks, brought.photo, brought.ratio, own)


def _boxed(picture: np.ndarray) -> QImage:
    """All of it, in a square."""
    high, wide = picture.shape[:2]
    side = max(high, wide)
    square = np.zeros((side, side, 4), np.uint8)
    top, left = (side - high) // 2, (side - wide) // 2
    square[top : top + high, left : left + wide] = picture
    return _thumb(square)


def opening(folder: Path, drawn: Finder | None) -> Iterator[Progress]:
    """Its list, then each of its pictures."""
    tray, loose, told = open_tray(folder)
    yield Progress(0.0, figures={"tray": tray, "told": told})
    paths = [original(folder, Given(name)) for name in (*(each.file for each in tray.pictures), *loose)]
    for path in paths:
        if not path.is_file():
            yield Progress(0.0, figures={"found": Found(path.name, None, (_GONE,))})
    there = [path for path in paths if path.is_file()]
    for number, brought in enumerate(bring(there, drawn), 1):
        yield Progress(number / len(there), f"{number} / {len(there)}", {"found": _found(brought)})


def adding(
    folder: Path, paths: tuple[Path, ...], seen: Sequence[tuple[str, int]], drawn: Finder | None
) -> Iterator[Progress]:
    """Files that are new to it."""
    yield Progress(0.0)
    for brought, number, of in gather(folder, paths, seen, drawn):
        copied = brought.path.parent == folder / ORIGINALS
        told = {"found": _found(brought)} if copied else {"refused": (brought.path.name, " ".join(brought.troubles))}
        yield Progress(number / of, f"{number} / {of}", told)


def resting() -> Iterator[Progress]:
    """Nothing: when it has ended, all before it has."""
    yield Progress(1.0)


def reading(path: Path) -> Iterator[Progress]:
    """A picture to be seen large."""
    yield Progress(0.0)
    pixels = read_picture(path, SIDE)
    yield Progress(1.0, figures={"opened": Opened(path.name, pixels, to_qimage(pixels))})


def correcting(
    found: Found, pixels: np.ndarray, marks: Landmarks | None, drawn: Finder | None
) -> Iterator[Progress]:
    """One picture, with eyes and chin there, or where they are found."""
    yield Progress(0.0)
    twin = tuple(each for each in found.troubles if each.startswith(TWIN))
    if marks is None:
        brought = look_at(Path(found.name), pixels, drawn)
        now = replace(_found(brought), ratio=found.ratio, own=found.own)
    else:
        yield Progress(0.2, figures={"crop": _thumb(align(pixels, marks))})
        image = laid(pixels, marks, found.photo)
        now = replace(
            found, crop=_thumb(image), usable=True, marks=marks, troubles=tuple(troubles(image, marks))
        )
    yield Progress(1.0, figures={"found": replace(now, troubles=(*now.troubles, *twin))})


def forgetting(folder: Path, runs: tuple[Path, ...]) -> Iterator[Progress]:
    """Its copies, and what runs hold of pictures."""
    try:
        forget_tray(folder)
        for run in runs:
            forget_run(run)
    except StudioError as error:
        yield Progress(1.0, figures={"failed": (error.message, error.hint)})
        return
    yield Progress(1.0)
