"""Pictures are brought into a tray: their files copied, bare, and looked at, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from vtuber_studio.core.bare import ENDINGS, kind_of
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import read_file
from vtuber_studio.core.image import MAX_BYTES
from vtuber_studio.core.picture import PictureReader
from vtuber_studio.core.tray import MOST, ORIGINALS, add_original
from vtuber_studio.intake.bring import SIDE, Brought, known_again, look_at, picture_files
from vtuber_studio.intake.drawn import Finder


def gather(
    folder: Path, paths: Iterable[Path], seen: Sequence[tuple[str, int]] = (), drawn: Finder | None = None
) -> Iterator[tuple[Brought, int, int]]:
    """(what was brought, the how-manieth, of how many) of each file meant by ``paths``.

    ``path`` of what was brought is the copy's; of what cannot be read, or is in the tray already, it is the file's own,
    and ``image`` is None. ``seen``: names and fingerprints of the tray's pictures. StudioError for more than a set may
    hold, for none, and when a copy cannot be written: what was brought before that stays.
    """
    files = picture_files(paths)
    if len(seen) + len(files) > MOST:
        raise StudioError(
            f"A set holds at most {MOST} pictures; with these it would be {len(seen) + len(files)}.",
            "Choose the best fifty: more teach little more.",
        )
    known = list(seen)
    with PictureReader(SIDE) as reader:
        for number, path in enumerate(files, 1):
            yield _brought(folder, path, reader, known, drawn), number, len(files)


def _brought(
    folder: Path, path: Path, reader: PictureReader, seen: list[tuple[str, int]], drawn: Finder | None
) -> Brought:
    try:
        data = reader.bare(read_file(path, MAX_BYTES))
        picture, ratio = reader.sized_from_bytes(data)
    except StudioError as error:
        return Brought(path, troubles=(str(error),))
    if any(_same(folder / ORIGINALS / name, data) for name, _ in seen):
        return Brought(path, troubles=("It is in the set already.",))
    name = add_original(folder, path.stem, ENDINGS[kind_of(data)], data, (name for name, _ in seen))
    return known_again(replace(look_at(folder / ORIGINALS / name, picture, drawn), ratio=ratio), seen)


def _same(path: Path, data: bytes) -> bool:
    """Does the file hold these bytes?"""
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False
