"""Autosave and recovery: nothing is lost when the program is killed.

Each running session owns one folder below the user-data folder (never a temporary one) and holds a lock of
the operating system in it, which falls open by itself when the process dies. A folder with a saved project and
no holder is an orphan: it is offered at the next start and stays until the user opens or discards it.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vtuber_studio.core.archive import MAX_FILE
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import read_bytes, read_file, write_atomically
from vtuber_studio.core.paths import data_dir

PROJECT = "autosave.vtsproj"
ORIGIN = "origin.txt"
LOCK = "lock"
_MAX_NAME = 100_000  # bytes of a path
_STALE_SECONDS = 86_400.0  # an unowned folder without a project is swept after a day


def recovery_dir() -> Path:
    """The folder that holds one folder per session."""
    return data_dir() / "recovery"


def _lock(handle: BinaryIO) -> bool:
    """Take the lock without waiting; False when another session holds it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
            return False
        raise
    return True


def _alive(pid: int) -> bool:
    """True when a process of this number runs; used only where the file system knows no locks."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _held(folder: Path) -> bool:
    """True when a living session owns ``folder``."""
    try:
        with open(folder / LOCK, "rb+") as handle:
            return not _lock(handle)
    except FileNotFoundError:
        return False
    except OSError:
        pid = folder.name.split("-")[1] if folder.name.count("-") == 2 else ""
        return not pid.isdigit() or _alive(int(pid))


@dataclass(frozen=True)
class Orphan:
    """What a session that died left behind."""

    folder: Path
    saved_at: float  # seconds since the epoch
    origin: Path | None  # the project it was opened from or saved to
    digest: str = ""  # of that file as the session knew it

    def read(self) -> bytes:
        """The bytes of the autosaved project; StudioError when they cannot be read."""
        return read_file(self.folder / PROJECT, MAX_FILE)

    def discard(self) -> None:
        """Delete it. Open it, and let the new session autosave, before calling this."""
        shutil.rmtree(self.folder, ignore_errors=True)


class Autosave:
    """One session's place to autosave; owns its folder until ``close``."""

    def __init__(self, root: Path | None = None) -> None:
        root = root or recovery_dir()
        self.folder = root / f"session-{os.getpid()}-{uuid.uuid4().hex[:12]}"
        try:
            self.folder.mkdir(parents=True)
            self._handle: BinaryIO = open(self.folder / LOCK, "wb+")  # noqa: SIM115 - held until close
        except OSError as error:
            raise StudioError(
                f"Autosave cannot write to {root}.", "Check its permissions and free space."
            ) from error
        try:
            _lock(self._handle)
        except OSError:
            pass  # a file system without locks: the process number in the folder's name decides

    def write(self, data: bytes, origin: Path | None = None, digest: str = "") -> None:
        """Replace the autosaved project (atomically); StudioError when the disk is full or read-only."""
        name = os.fsencode(origin.absolute()) if origin else b""
        write_atomically(self.folder / ORIGIN, digest.encode() + b"\n" + name)
        write_atomically(self.folder / PROJECT, data)

    def clear(self) -> None:
        """Forget the autosaved project: it was saved, or the user chose not to keep it."""
        for name in (PROJECT, ORIGIN):
            (self.folder / name).unlink(missing_ok=True)

    def close(self) -> None:
        """Give the folder up; it goes away unless it still holds a project."""
        self._handle.close()
        if not (self.folder / PROJECT).exists():
            shutil.rmtree(self.folder, ignore_errors=True)


def find_orphans(root: Path | None = None) -> tuple[Orphan, ...]:
    """Autosaved projects whose sessions died, newest first. Old empty folders are swept on the way."""
    root = root or recovery_dir()
    found = []
    for folder in sorted(root.glob("session-*")) if root.is_dir() else []:
        try:
            if _held(folder):
                continue
            if (folder / PROJECT).is_file():
                origin = read_bytes(folder / ORIGIN, _MAX_NAME) if (folder / ORIGIN).is_file() else b""
                digest, _, name = origin.partition(b"\n")
                path = Path(os.fsdecode(name)) if name else None
                found.append(Orphan(folder, (folder / PROJECT).stat().st_mtime, path, digest.decode()))
            elif time.time() - folder.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
        except (OSError, ValueError):
            continue  # one unreadable folder must not hide the others
    return tuple(sorted(found, key=lambda orphan: -orphan.saved_at))
