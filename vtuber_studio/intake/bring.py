"""Files and folders -> pictures on the canvas, each with what was found, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import read_file
from vtuber_studio.core.image import MAX_BYTES
from vtuber_studio.core.picture import PictureReader
from vtuber_studio.core.tray import ORIGINALS, Given, Points, is_tray, original, read_tray
from vtuber_studio.intake.align import CHIN, EYE_AT_LEFT, EYE_AT_RIGHT, UNITS, align
from vtuber_studio.intake.cutout import cut_out, has_alpha
from vtuber_studio.intake.drawn import Finder
from vtuber_studio.intake.faces import Landmarks, moved, photographed_faces
from vtuber_studio.intake.quality import fingerprint, troubles, twin_of

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".avif", ".bmp")
NAMED = (".gif", ".tif", ".tiff", ".heic", ".heif", ".jxl", ".psd", ".svg")  # not read, but said so
MOST = 500  # pictures at once
TWIN = "It is the same picture as"
SIDE = 1600  # pixels: larger ones are made smaller
_LEAST = 32 * 32  # pixels that are seen: fewer show nothing
_NEAR = 0.08  # of a canvas: how far off its place an eye of a head that is turned may be


@dataclass(frozen=True)
class Brought:
    """One file: ``image`` [512, 512, 4] on the canvas, cut out, or None with the reason among ``troubles``.

    ``keep`` is what is proposed. ``photo``: a photographed face was found. ``marks`` are in pixels of ``picture``, each
    of which is ``ratio`` of the file's. ``chosen``: the user has said of a tray's picture that it is to be used.
    """

    path: Path
    image: np.ndarray | None = None
    picture: np.ndarray | None = None
    marks: Landmarks | None = None
    photo: bool = False
    troubles: tuple[str, ...] = ()
    ratio: float = 1.0
    own: int | None = None  # its fingerprint
    chosen: bool = False

    @property
    def keep(self) -> bool:
        """Is it good enough, or wanted all the same?"""
        return self.image is not None and (self.chosen or not self.troubles)


def picture_files(paths: Iterable[Path]) -> list[Path]:
    """The files meant by files, folders (theirs, not their folders') and trays (those to be used), each once, in order
    of name.

    StudioError for none, for more than ``MOST``, and for a path that is not there.
    """
    found: dict[Path, None] = {}
    trays = False
    for path in paths:
        if path.is_dir() and is_tray(path):
            trays = True
            found |= dict.fromkeys(original(path, each) for each in read_tray(path).kept)
        elif path.is_dir():
            names = (*ENDINGS, *NAMED)
            inside = sorted(each for each in path.iterdir() if each.suffix.lower() in names and each.is_file())
            found |= dict.fromkeys(inside)
        elif path.is_file():
            found[path] = None
        else:
            raise StudioError(f"There is no file {path}.", "Give pictures, or folders of pictures.")
        if len(found) > MOST:
            raise StudioError(f"These are more than {MOST} pictures.", "Choose the best fifty: more teach little more.")
    if not found and trays:
        raise StudioError("No picture of this set is to be used.", "Tick some, or give others.")
    if not found:
        raise StudioError("There is no picture here.", f"Give files that end in {', '.join(ENDINGS)}.")
    return list(found)


def bring(files: Iterable[Path], drawn: Finder | None = None) -> Iterator[Brought]:
    """Each file, read, aligned, cut out and judged. ``drawn`` finds the face of a drawing; without it a drawing is
    taken as it lies in its picture. What cannot be read comes with the reason; the others go on. Of a tray's originals
    it is honoured what the user has said."""
    seen: list[tuple[str, int]] = []
    given: dict[Path, dict[str, Given]] = {}
    with PictureReader(SIDE) as reader:
        for path in files:
            try:
                said = _given(path, given)
                picture, ratio = reader.sized_from_bytes(read_file(path, MAX_BYTES))
            except StudioError as error:
                yield Brought(path, troubles=(str(error),))
                continue
            shown = marks_of(said.points, ratio) if said and said.points else None
            brought = replace(look_at(path, picture, drawn, shown), ratio=ratio, chosen=bool(said and said.keep))
            yield known_again(brought, seen)


def known_again(brought: Brought, seen: list[tuple[str, int]]) -> Brought:
    """With its fingerprint, and whose twin it is of the (name, fingerprint)s ``seen``, to which its own is added."""
    assert brought.picture is not None
    own = fingerprint(brought.picture)
    twin = twin_of(own, [other for _, other in seen])
    said = () if twin is None else (f"{TWIN} {seen[twin][0]}.",)
    seen.append((brought.path.name, own))
    return replace(brought, own=own, troubles=(*brought.troubles, *said))


def _given(path: Path, known: dict[Path, dict[str, Given]]) -> Given | None:
    """What a tray says of one of its originals."""
    folder = path.parent
    if folder.name != ORIGINALS or not is_tray(folder.parent):
        return None
    if folder not in known:
        known[folder] = {each.file: each for each in read_tray(folder.parent).pictures}
    return known[folder].get(path.name)


def marks_of(points: Points, ratio: float = 1.0) -> Landmarks:
    """A tray's points in a picture one of whose pixels is ``ratio`` of the file's. Which eye is which does not matter:
    the chin is below them."""
    a, b, chin = (np.array(point) / ratio for point in (points.eye_right, points.eye_left, points.chin))
    along, down = b - a, chin - (a + b) / 2
    if along[0] * down[1] - along[1] * down[0] < 0:
        a, b = b, a
    left, right, low = ((float(x), float(y)) for x, y in (a, b, chin))
    return Landmarks(left, right, low)


def points_of(marks: Landmarks, ratio: float = 1.0) -> Points:
    """The other way round; a chin that is not known is where the artist would draw it."""
    left, right = np.array(marks.eye_at_left), np.array(marks.eye_at_right)
    along, middle = right - left, (left + right) / 2
    usual = (CHIN[1] - EYE_AT_LEFT[1]) / (EYE_AT_RIGHT[0] - EYE_AT_LEFT[0])
    chin = middle + np.array([-along[1], along[0]]) * usual if marks.chin is None else np.array(marks.chin)
    at_left, at_right, low = ((float(x * ratio), float(y * ratio)) for x, y in (left, right, chin))
    return Points(eye_left=at_right, eye_right=at_left, chin=low)  # her left eye is at our right


def look_at(path: Path, picture: np.ndarray, drawn: Finder | None = None, shown: Landmarks | None = None) -> Brought:
    """What is found in one picture [H, W, 4]; eyes and chin where the user has ``shown`` them."""
    if (picture[..., 3] > 32).sum() < _LEAST:
        return Brought(path, None, picture, troubles=("There is nothing to be seen in it.",))
    faces = photographed_faces(picture)
    if shown is None and len(faces) > 1 and faces[1].apart > 0.6 * faces[0].apart:
        return Brought(path, None, picture, faces[0], True, ("There are several faces: crop it to one.",))
    marks, photo = (faces[0], True) if faces else (None, False)
    if drawn and not (marks and marks.sure) and (own := drawn(picture)):  # eyes that are no photo's are a drawing's
        marks, photo = own, False
    if shown is not None:
        image = laid(picture, shown, photo)
        return Brought(path, image, picture, shown, photo, tuple(troubles(image, shown)))
    placed = marks or whole(picture)
    if marks and not photo and is_canvas(picture, marks):
        placed = whole(picture)  # an export comes back as it is
    image, found = laid(picture, placed, photo), []
    if photo and not placed.sure:
        found.append("The eyes were not found: put them right by hand.")
    if marks is None and not has_alpha(picture) and drawn is not None:
        found.append("No face was found: show where eyes and chin are, or leave it out.")
    found += troubles(image, placed)
    return Brought(path, image, picture, placed, photo, tuple(found))


def is_canvas(picture: np.ndarray, marks: Landmarks) -> bool:
    """Is this a square with a transparent ground, and its face where the canvas has it?"""
    height, width = picture.shape[:2]
    if height != width or not has_alpha(picture):
        return False
    pairs = zip((marks.eye_at_left, marks.eye_at_right), (EYE_AT_LEFT, EYE_AT_RIGHT), strict=True)
    return max(float(np.hypot(*np.subtract(a, np.multiply(b, width / UNITS)))) for a, b in pairs) < _NEAR * width


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
    return Landmarks((middle - 54.5 * unit, eyes), (middle + 54.5 * unit, eyes), (middle, top + 325 * unit), sure=False)
