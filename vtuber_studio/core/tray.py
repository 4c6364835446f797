"""The tray: a set of the user's own pictures, as ``prepare`` and ``finetune`` take them.

A folder: ``originals/``, copies without what their files told of people and places (``bare``), and ``tray.json``: whose
they are, which are kept, and where the user has shown eyes and chin. Nothing else is kept of a picture.
"""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from vtuber_studio.core.decode import decode_versioned
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, read_file, sweep, write_atomically
from vtuber_studio.core.finetuning import FITS, PICTURES, SAMPLES, Rights
from vtuber_studio.core.names import file_stem
from vtuber_studio.core.paths import data_dir

LIST, ORIGINALS = "tray.json", "originals"
MOST = 200  # pictures of a set
FORMAT = 1
FIRST = "mine"  # the folder of the window's first set
_BYTES = 2_000_000  # of a tray.json
_SHOWING = PICTURES, FITS, SAMPLES  # folders of a run that show the pictures themselves
_HINT = "Bring the pictures again."
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\Z", re.IGNORECASE)  # names that mean devices on Windows

_Pixel = Annotated[float, Meta(ge=-100_000, le=100_000)]
Point = tuple[_Pixel, _Pixel]  # x, y in pixels of the upright picture


class Points(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the user has shown her eyes (her own left one, mostly at our right, and her right one) and chin."""

    eye_left: Point
    eye_right: Point
    chin: Point


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One picture: its file's name in ``originals/``, whether it is to be used, and points put right by hand."""

    file: Annotated[str, Meta(min_length=1, max_length=200)]
    keep: bool = True
    points: Points | None = None


class Tray(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A set. ``rights``: the answer to whose pictures they are; None: not asked yet."""

    format: int = FORMAT
    rights: Rights | None = None
    pictures: Annotated[tuple[Given, ...], Meta(max_length=MOST)] = ()

    @property
    def kept(self) -> tuple[Given, ...]:
        """Those that are to be used."""
        return tuple(each for each in self.pictures if each.keep)

    def find(self, file: str) -> Given | None:
        """What is said of a picture."""
        return next((each for each in self.pictures if each.file == file), None)

    def put(self, given: Given) -> Tray:
        """With this said of a picture; a new one comes last."""
        if self.find(given.file) is None:
            return msgspec.structs.replace(self, pictures=(*self.pictures, given))
        told = tuple(given if each.file == given.file else each for each in self.pictures)
        return msgspec.structs.replace(self, pictures=told)

    def without(self, file: str) -> Tray:
        """One picture less."""
        return msgspec.structs.replace(self, pictures=tuple(each for each in self.pictures if each.file != file))

    def asked(self, rights: Rights) -> Tray:
        """With that answer."""
        return msgspec.structs.replace(self, rights=rights)


def trays_dir() -> Path:
    """Where the window keeps its sets."""
    return data_dir() / "pictures"


def set_folders() -> tuple[Path, ...]:
    """The window's sets, the first one whether it is there or not."""
    first, root = trays_dir() / FIRST, trays_dir()
    found = [path for path in root.iterdir() if path.is_dir() and path.name[0] != "."] if root.is_dir() else []
    return (first, *sorted((path for path in found if path != first), key=lambda path: (len(path.name), path.name)))


def new_set() -> Path:
    """Where another set of the window goes: a folder that is not there yet."""
    taken = {path.name for path in set_folders()}
    return trays_dir() / next(name for number in range(2, 10_000) if (name := f"set {number}") not in taken)


def is_tray(folder: Path) -> bool:
    """Is this folder a set?"""
    return (folder / LIST).is_file()


def original(folder: Path, given: Given) -> Path:
    """A picture's file."""
    return folder / ORIGINALS / given.file


def encode(tray: Tray) -> bytes:
    """A tray's JSON; StudioError for one that could not be read again."""
    _check(tray)
    return msgspec.json.format(msgspec.json.encode(tray), indent=1)


def decode(data: bytes) -> Tray:
    """The tray of a JSON; StudioError unless every field is as it should be. A mere list of pictures will do."""
    if data.lstrip()[:1] == b"[":
        data = b'{"pictures":' + data + b"}"
    tray = decode_versioned(data, Tray, "set of pictures", "format", FORMAT, _HINT)
    _check(tray)
    return tray


def read_tray(folder: Path) -> Tray:
    """The tray in ``folder``; StudioError when it cannot be read or has been tampered with."""
    return decode(read_file(folder / LIST, _BYTES))


def open_tray(folder: Path) -> tuple[Tray, tuple[str, ...], str]:
    """(the tray in ``folder``, files in ``originals/`` that it does not name, what was wrong with its list or nothing).

    A list that cannot be read is put aside as ``.bad``, and all files count as unnamed. StudioError when the folder
    itself cannot be read. What a killed program has half deleted there is swept away."""
    sweep(folder.parent, rf"\.{re.escape(folder.name[:40])}\.[0-9a-f]{{8}}\.tmp")
    tray, told = Tray(), ""
    try:
        if is_tray(folder):
            tray = read_tray(folder)
    except StudioError as error:
        told = error.message
        try:
            os.replace(folder / LIST, folder / f"{LIST}.bad")
        except OSError:
            pass  # a new list takes its place
    try:
        place = folder / ORIGINALS
        files = sorted(os.listdir(place)) if place.is_dir() else []
    except OSError as error:
        raise StudioError(f"The folder {place} cannot be read.", "Check its permissions.") from error
    loose = (name for name in files if not name.startswith(".") and tray.find(name) is None)
    return tray, tuple(loose), told


def write_tray(folder: Path, tray: Tray) -> None:
    """Write a tray's list, whole; StudioError when that cannot be."""
    data = encode(tray)
    make_folder(folder / ORIGINALS)
    write_atomically(folder / LIST, data)


def add_original(folder: Path, stem: str, ending: str, data: bytes, taken: Iterable[str] = ()) -> str:
    """Write a picture's bare bytes into ``originals/`` under a name that nothing has yet: that name."""
    place = make_folder(folder / ORIGINALS)
    try:
        used = {name.casefold() for name in (*taken, *os.listdir(place))}
    except OSError as error:
        raise StudioError(f"The folder {place} cannot be read.", "Check its permissions.") from error
    clean = file_stem(unicodedata.normalize("NFC", stem)) or "picture"
    clean = f"{clean} picture" if _RESERVED.match(clean) else clean
    name, count = f"{clean}{ending}", 1
    while name.casefold() in used:
        count += 1
        name = f"{clean}-{count}{ending}"
    write_atomically(place / name, data)
    return name


def forget_original(folder: Path, file: str) -> None:
    """Delete one picture's file; StudioError when it cannot be."""
    _plain(file)
    try:
        (folder / ORIGINALS / file).unlink(missing_ok=True)
    except OSError as error:
        raise _stays(folder / ORIGINALS / file) from error


def forget_tray(folder: Path) -> None:
    """Delete a set: its copies and its list; StudioError when some of it stays."""
    _delete(folder)


def holds_pictures(run: Path) -> bool:
    """Does a fine-tune's folder show the pictures themselves?"""
    return any((run / name).is_dir() for name in _SHOWING)


def forget_run(folder: Path) -> None:
    """Delete what a fine-tune's folder holds of the pictures themselves: prepared pictures, fits and samples. Its log,
    its weights and the tuned generator stay."""
    for name in _SHOWING:
        _delete(folder / name)


def _delete(folder: Path) -> None:
    """A folder and all in it. It gets another name first: whoever is writing into it cannot fill it again."""
    if not os.path.lexists(folder):
        return
    aside = folder.with_name(f".{folder.name[:40]}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        if folder.is_symlink():  # what it leads to is not ours
            folder.unlink()
            return
        os.replace(folder, aside)
        try:
            shutil.rmtree(aside)
        except OSError:
            os.replace(aside, folder)
            raise
    except OSError as error:
        raise _stays(folder) from error


def _stays(path: Path) -> StudioError:
    return StudioError(f"{path} could not be deleted.", "Close what uses it, then try again, or delete it yourself.")


def _check(tray: Tray) -> None:
    """What types cannot say."""
    names = [_plain(each.file).casefold() for each in tray.pictures]
    if len(set(names)) < len(names):
        raise StudioError("This set of pictures names a file twice.", _HINT)
    for each in tray.pictures:
        if each.points is not None and _apart(each.points) < 1:
            raise StudioError(f"The eyes of {each.file} stand in one place.", "Show again where they are.")


def _plain(file: str) -> str:
    """The name itself; StudioError when it leads out of ``originals/``."""
    if file in ("", ".", "..") or set(file) & set("/\\:\0") or not file.isprintable():
        raise StudioError(f"This set of pictures names {file[:40]!r}, which is no file of it.", _HINT)
    return file


def _apart(points: Points) -> float:
    (ax, ay), (bx, by) = points.eye_left, points.eye_right
    return float(((ax - bx) ** 2 + (ay - by) ** 2) ** 0.5)
