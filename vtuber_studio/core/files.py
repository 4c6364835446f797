"""Reading files that are files; writing them so that a crash, a full disk or a pulled plug leaves the old one or the
new, never half."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import stat
import time
import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from vtuber_studio.core.errors import FileChanged, StudioError

_HINTS = {
    errno.ENOSPC: "The disk is full: free some space, or choose another folder.",
    errno.EDQUOT: "Your disk quota is used up: free some space, or choose another folder.",
    errno.EROFS: "That disk is read-only: choose another folder.",
    errno.EACCES: "You may not write there: choose another folder, or change its permissions.",
    errno.EPERM: "You may not write there: choose another folder, or change its permissions.",
    errno.ENOENT: "The folder does not exist: make it first, or choose another one.",
    errno.ENOTDIR: "A part of that path is a file, not a folder: choose another one.",
    errno.EISDIR: "That name belongs to a folder: choose another name.",
    errno.ENAMETOOLONG: "The name is too long: choose a shorter one.",
    errno.ENODEV: "That name belongs to a device or a pipe: choose another name.",
}
_REASONS = {
    errno.EISDIR: "it is a folder",
    errno.EACCES: "you may not read it",
    errno.ENXIO: "it is a device or a pipe, not a file",
}
_LEFT_SECONDS = 600.0  # a temporary file this old belongs to a writer that was killed


def read_bytes(path: Path, limit: int) -> bytes:
    """The bytes of a regular file; OSError for anything else (EFBIG above ``limit`` bytes), and it never waits.

    Folders, pipes and devices are refused after opening, not before, so that none can be put in between.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(path, "rb", opener=lambda name, _: os.open(name, flags)) as file:
        mode = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(mode):
            raise OSError(errno.ENODEV, "it is a device or a pipe, not a file")
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"it is larger than {limit / 1e6:g} MB")
    return data


def read_file(path: Path, limit: int) -> bytes:
    """``read_bytes`` for a path that a user gave: StudioError, one sentence, when it cannot be read."""
    try:
        return read_bytes(path, limit)
    except FileNotFoundError as error:
        raise StudioError(f"There is no file {path}.", "Check the name.") from error
    except ValueError as error:  # a NUL in the name
        raise StudioError(f"{str(path)!r} is not a file name.", "Choose another name.") from error
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        raise StudioError(f"{path} cannot be read: {reason}.", "Choose another file.") from error


def _hint(error: OSError) -> str:
    return _HINTS.get(error.errno or 0, f"{error.strerror or error}: choose another folder.")


def make_folder(path: Path) -> Path:
    """The folder itself, made with those above it where it is missing; StudioError when it cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StudioError(f"The folder {path} cannot be made.", _hint(error)) from error
    return path


def require_folder(path: Path) -> None:
    """StudioError for a file whose folder is missing: told before anything is drawn for it."""
    if not path.parent.is_dir():
        raise StudioError(f"There is no folder {path.parent}.", "Make it first, or choose another one.")


def digest_of(data: bytes) -> str:
    """What ``write_atomically`` knows a file's content by: SHA-256 in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def require_png(path: Path) -> None:
    """StudioError for a name under which a PNG would lie about what it is."""
    if path.suffix.lower() != ".png":
        raise StudioError(f"The picture is a PNG, and {path.name!r} does not end so.", f"Call it {path.stem}.png.")


def write_atomically(path: Path, data: bytes, over: str = "") -> None:
    """Replace ``path`` with ``data``, whole or not at all, in a folder that exists.

    Raises StudioError, with the old file untouched, when the target cannot be written; FileChanged when ``over`` is
    the digest of what should be replaced and something else stands there. (Whatever is written in the moment between
    that question and the renaming is replaced all the same.)
    """
    with replacing(path, over) as file:
        file.write(data)


@contextmanager
def replacing(path: Path, over: str = "") -> Iterator[IO[bytes]]:
    """``write_atomically`` for what is written piece by piece: the file takes its place when the block ends well, and
    is gone when it does not."""
    if "\0" in str(path):
        raise StudioError(f"{str(path)!r} is not a file name.", "Choose another name.")
    target = Path(os.path.realpath(path))  # a link stays a link; what it points to is replaced
    temporary = target.with_name(f".{_stem(target)}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        mode = _mode(target)
        _check_target(target, mode)
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            os.chmod(temporary, mode & 0o777)
        if over and mode is not None and _digest(target) != over:
            raise FileChanged(f"{path.name} was changed by another window or program.", "Save it under another name.")
        os.replace(temporary, target)
    except OSError as error:
        raise StudioError(f"{path} cannot be written.", _hint(error)) from error
    finally:
        try:
            temporary.unlink(missing_ok=True)  # gone already when it was renamed
        except OSError:
            pass
    _sync_folder(target.parent)
    sweep(target.parent, rf"\.{re.escape(_stem(target))}\.[0-9a-f]{{8}}\.tmp")


def write_together(files: Mapping[Path, bytes]) -> None:
    """Replace files of one folder that belong together: all are on the disk before the first gets its name.

    StudioError as from ``write_atomically``; then every file is what it was.
    """
    first = next(iter(files))
    moved: list[tuple[Path, Path]] = []
    with _aside(first) as aside:
        new = {path: aside / f"new-{number}" for number, path in enumerate(files)}
        for path, data in files.items():
            write_atomically(new[path], data)
        try:
            for path in files:
                _check_target(path, _mode(path))
                old = aside / f"old-{len(moved)}"
                if path.exists():
                    os.replace(path, old)
                moved.append((path, old))
                os.replace(new[path], path)
        except OSError as error:
            for done, old in reversed(moved):
                os.replace(old, done) if old.exists() else done.unlink(missing_ok=True)
            raise StudioError(f"{path} cannot be written.", _hint(error)) from error
    _sync_folder(first.parent)


@contextmanager
def write_folder(out: Path, names: Collection[str]) -> Iterator[Path]:
    """A new folder for files called ``names``; it takes the place of ``out`` when the block ends well.

    StudioError when ``out`` cannot be written, or holds anything else, which would be lost.
    """
    if out.is_dir():
        other = sorted(entry.name for entry in out.iterdir() if entry.name not in names or entry.is_dir())
        if other:
            hint = "Choose a new folder: what is in that one would be lost."
            raise StudioError(f"The folder {out} holds {other[0]!r}.", hint)
    elif out.exists():
        raise StudioError(f"{out} is a file, and a folder is to be written.", "Choose another name.")
    with _aside(out) as aside:
        stage = aside / "new"
        try:
            stage.mkdir()
            yield stage
        except OSError as error:
            raise StudioError(f"The folder {out} cannot be written.", _hint(error)) from error
        replace_folder(stage, out, aside / "old")
    _sync_folder(out.parent)


@contextmanager
def _aside(target: Path) -> Iterator[Path]:
    """A hidden folder beside ``target``, gone afterwards; StudioError when none can be made there."""
    if "\0" in str(target):
        raise StudioError(f"{str(target)!r} is not a file name.", "Choose another name.")
    aside = target.with_name(f".{_stem(target)}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        aside.mkdir()
    except OSError as error:
        raise StudioError(f"{target} cannot be written.", _hint(error)) from error
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def replace_folder(stage: Path, out: Path, retired: Path) -> None:
    """Put folder ``stage`` in the place of ``out``, which goes to ``retired``; StudioError, and it stays, when that
    fails. All on one file system."""
    try:
        if out.exists():
            os.replace(out, retired)
        try:
            os.replace(stage, out)
        except OSError:
            if retired.exists():
                os.replace(retired, out)
            raise
    except OSError as error:
        message = f"The folder cannot be written to {str(out)!r}: {error.strerror or error}."
        raise StudioError(message, "Close what uses it, or choose another folder.") from error


def _check_target(target: Path, mode: int | None) -> None:
    """OSError when no file can take this place."""
    if mode is not None and stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "is a folder")
    if mode is not None and not stat.S_ISREG(mode):  # renaming would put a file in the device's place
        raise OSError(errno.ENODEV, "is no file")
    if mode is not None and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "is read-only")


def _digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stem(target: Path) -> str:
    """The beginning of a name, in bytes: with an ending of our own it still fits where the whole name fits."""
    return os.fsencode(target.name)[:80].decode(errors="ignore")


def _mode(path: Path) -> int | None:
    """What stands at ``path`` (type and permissions), links followed; None when nothing does."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def sweep(folder: Path, names: str) -> None:
    """Remove what killed writers left in ``folder``: temporary files and folders whose whole name matches."""
    left = re.compile(names)
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if left.fullmatch(entry.name) and time.time() - entry.stat().st_mtime > _LEFT_SECONDS:
                    shutil.rmtree(entry.path) if entry.is_dir(follow_symlinks=False) else os.unlink(entry.path)
    except OSError:
        pass  # they cost space and nothing else


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable, where the system can (Windows cannot open a folder)."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass  # the data is safe; only the moment of the rename is not promised
    finally:
        os.close(handle)
