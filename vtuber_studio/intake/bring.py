"""Files and folders -> pictures on the canvas, each with what was found, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.picture import read_picture
from vtuber_studio.intake.align import CHIN, EYE_AT_LEFT, EYE_AT_RIGHT, UNITS, align
from vtuber_studio.intake.cutout import cut_out, has_alpha
from vtuber_studio.intake.faces import Landmarks, moved, photographed_faces
from vtuber_studio.intake.quality import fingerprint, troubles, twin_of

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".avif", ".bmp")
MOST = 500  # pictures at once
SIDE = 1600  # pixels: larger ones are made smaller

Finder = Callable[[np.ndarray], Landmarks | None]  # of a drawing's eyes and chin


@dataclass(frozen=True)
class Brought:
    """One file: ``image`` [512, 512, 4] on the canvas, cut out, or None with the reason among ``troubles``.

    ``keep`` is what is proposed. ``photo``: a photographed face was found. ``marks`` are in pixels of ``picture``.
    """

    path: Path
    image: np.ndarray | None = None
    picture: np.ndarray | None = None
    marks: Landmarks | None = None
    photo: bool = False
    troubles: tuple[str, ...] = ()

    @property
    def keep(self) -> bool:
        """Is it good enough?"""
        return self.image is not None and not self.troubles


def picture_files(paths: Iterable[Path]) -> list[Path]:
    """The files meant by files and folders (theirs, not their folders'), each once, in order of name.

    StudioError for none, for more than ``MOST``, and for a path that is not there.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.iterdir() if each.suffix.lower() in ENDINGS and each.is_file())
            found |= dict.fromkeys(inside)
        elif path.is_file():
            found[path] = None
        else:
            raise StudioError(f"There is no file {path}.", "Give pictures, or folders of pictures.")
        if len(found) > MOST:
            raise StudioError(f"These are more than {MOST} pictures.", "Choose the best fifty: more teach little more.")
    if not found:
        raise StudioError("There is no picture here.", f"Give files that end in {', '.join(ENDINGS)}.")
    return list(found)


def bring(files: Iterable[Path], drawn: Finder | None = None) -> Iterator[Brought]:
    """Each file, read, aligned, cut out and judged. ``drawn`` finds the face of a drawing; without it a drawing is
    taken as it lies in its picture. What cannot be read comes with the reason; the others go on."""
    seen: list[int] = []
    names: list[str] = []
    for path in files:
        try:
            brought = look_at(path, read_picture(path, SIDE), drawn)
        except StudioError as error:
            yield Brought(path, troubles=(error.message,))
            continue
        assert brought.picture is not None
        own = fingerprint(brought.picture)
        twin = twin_of(own, seen)
        if twin is not None:
            brought = replace(brought, troubles=(*brought.troubles, f"It is the same picture as {names[twin]}."))
        seen.append(own)
        names.append(path.name)
        yield brought


def look_at(path: Path, picture: np.ndarray, drawn: Finder | None = None) -> Brought:
    """What is found in one picture [H, W, 4]."""
    faces = photographed_faces(picture)
    if len(faces) > 1 and faces[1].apart > 0.6 * faces[0].apart:
        return Brought(path, None, picture, faces[0], True, ("There are several faces: crop it to one.",))
    marks, photo = (faces[0], True) if faces else (drawn(picture) if drawn else None, False)
    placed = marks or whole(picture)
    image, found = laid(picture, placed, photo), []
    if photo and not placed.sure:
        found.append("The eyes were not found: put them right by hand.")
    if marks is None and not has_alpha(picture) and drawn is not None:
        found.append("No face was found: show where eyes and chin are, or leave it out.")
    found += troubles(image, placed)
    return Brought(path, image, picture, placed, photo, tuple(found))


def laid(picture: np.ndarray, marks: Landmarks, photo: bool) -> np.ndarray:
    """Aligned and cut out: also after eyes and chin have been put right by hand."""
    return cut_out(align(picture, marks), photo)


def whole(picture: np.ndarray) -> Landmarks:
    """Where eyes and chin are if what is seen of a drawing fills the canvas as a bust does; a square with a background
    that is transparent, as exports are, is a canvas already."""
    height, width = picture.shape[:2]
    if height == width and has_alpha(picture):
        return moved(Landmarks(EYE_AT_LEFT, EYE_AT_RIGHT, CHIN, sure=False), np.eye(2, 3) * width / UNITS)
    shown = picture[..., 3] > 32
    rows, columns = np.flatnonzero(shown.any(1)), np.flatnonzero(shown.any(0))
    if not len(rows):
        rows, columns = np.array([0, picture.shape[0] - 1]), np.array([0, picture.shape[1] - 1])
    left, top = float(columns[0]), float(rows[0])
    side = max(float(columns[-1] - columns[0]), float(rows[-1] - rows[0])) + 1
    unit, middle = side / 512, (left + float(columns[-1]) + 1) / 2
    eyes = top + 232 * unit
    return Landmarks((middle - 52 * unit, eyes), (middle + 52 * unit, eyes), (middle, top + 325 * unit), sure=False)
