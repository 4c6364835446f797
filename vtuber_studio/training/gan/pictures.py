"""A folder of pictures, made ready once: ``pictures.npy`` of a run, uint8 [N, 4, R, R] straight RGBA, and
``pictures.json`` beside it, which says what is in it. Imports no torch.

Training then reads the run alone: the folder may change or go, and a resumed run sees what it saw before.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import msgspec
import numpy as np

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, write_atomically
from vtuber_studio.core.image import freeze
from vtuber_studio.core.picture import READABLE, PictureReader
from vtuber_studio.core.progress import Progress

FEWEST = 4  # pictures from which anything can be learned at all
MOST_BYTES = 2 << 30  # of all made ready
_ENDINGS = {".png", ".jpg", ".jpeg", ".webp", ".avif", ".bmp"}
_TRIED = 4096  # pixels a side that a picture is read with at most


@dataclass(frozen=True)
class Pictures:
    """What a run learns from: ``images`` uint8 [N, 4, R, R] (a view of the file), and a class for each."""

    images: np.ndarray
    labels: np.ndarray  # [N] into ``classes``
    classes: tuple[str, ...]  # none, or two and more
    opaque: bool

    def __len__(self) -> int:
        return len(self.images)


def prepare(folder: Path, run: Path, resolution: int) -> Iterator[Progress]:
    """Make the pictures in ``folder`` ready for ``run``: cut to the largest square in the middle, scaled to
    ``resolution`` by area. Folders in it, where there are two or more with pictures, are classes.

    What cannot be read, or is smaller than half the resolution, is skipped, and named in ``pictures.json`` and in the
    Progress. StudioError when fewer than FEWEST are left, or they do not fit on the disk.
    """
    files = _files(folder)
    if not files:
        raise StudioError(f"There are no pictures in {folder}.", f"Give a folder with files of {READABLE}.")
    if len(files) * 4 * resolution**2 > MOST_BYTES:
        raise StudioError(f"{len(files)} pictures are too many at {resolution} pixels.", "Give fewer of them.")
    kept, names, skipped = [], [], []
    with PictureReader(_TRIED) as reader:
        for number, path in enumerate(files):
            try:
                kept.append(_square(reader.read(path), resolution, path.name))
                names.append(path.relative_to(folder).as_posix())
            except StudioError as error:
                skipped.append(error.message)
                yield Progress(number / len(files), f"skipped: {error.message}")
            if number % 100 == 99:
                yield Progress((number + 1) / len(files), f"read {number + 1} of {len(files)} pictures")
    if len(kept) < FEWEST:
        raise StudioError(
            f"Only {len(kept)} of the pictures in {folder} can be used: a GAN needs {FEWEST} at the very least.",
            skipped[0] if skipped else "A few hundred are a good beginning; with a few thousand it gets good.",
        )
    labels, classes = _classes(names)
    images = np.stack(kept)
    told = {"names": names, "labels": labels, "classes": classes, "skipped": skipped}
    told["opaque"] = bool((images[:, 3] == 255).all())
    buffer = io.BytesIO()
    np.save(buffer, images)
    make_folder(run)
    write_atomically(run / "pictures.npy", buffer.getvalue())
    write_atomically(run / "pictures.json", json.dumps(told, indent=1).encode())
    yield Progress(1.0, f"{len(kept)} pictures, {len(skipped)} skipped")


def load(run: Path) -> Pictures:
    """What ``prepare`` made; StudioError when it is not there, or damaged."""
    try:
        told = json.loads((run / "pictures.json").read_bytes())
        images = np.load(run / "pictures.npy", mmap_mode="r", allow_pickle=False)
        labels = np.array(told["labels"], np.int64)
        if images.dtype != np.uint8 or images.ndim != 4 or len(labels) != len(images):
            raise ValueError("sizes")
        return Pictures(images, labels, tuple(told["classes"]), bool(told["opaque"]))
    except (OSError, ValueError, KeyError, TypeError, EOFError, msgspec.MsgspecError) as error:
        raise StudioError(f"The pictures of the run {run} cannot be read.", "Begin a new run.") from error


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise StudioError(f"{folder} is no folder.", "Give a folder of pictures.")
    found = [
        Path(place) / name
        for place, folders, names in os.walk(folder)
        for name in names
        if Path(name).suffix.lower() in _ENDINGS and not name.startswith(".")
    ]
    return sorted(found)


def _square(image: np.ndarray, side: int, name: str) -> np.ndarray:
    """uint8 [4, side, side] of an image; colours weigh as much as they cover."""
    height, width = image.shape[:2]
    least = min(height, width)
    if least < side // 2:
        raise StudioError(f"{name}: {width} x {height} pixels are too few for {side}.", "Give larger ones.")
    top, left = (height - least) // 2, (width - least) // 2
    cut = image[top : top + least, left : left + least].astype(np.float32) / 255
    cut[..., :3] *= cut[..., 3:]
    how = cv2.INTER_AREA if least > side else cv2.INTER_LINEAR
    small = cut if least == side else cv2.resize(cut, (side, side), interpolation=how)
    small[..., :3] /= np.maximum(small[..., 3:], 1e-6)
    return freeze(np.rint(255 * small.clip(0, 1)).astype(np.uint8).transpose(2, 0, 1).copy())


def _classes(names: list[str]) -> tuple[list[int], list[str]]:
    """A label for each name and the classes: the folders that they lie in, where those are two or more."""
    own = [name.split("/")[0] if "/" in name else "others" for name in names]
    classes = sorted(set(own))
    return ([classes.index(name) for name in own], classes) if len(classes) > 1 else ([0] * len(names), [])
