"""Writing files so that a crash, a full disk or a pulled plug leaves the old file or the new, never half."""

from __future__ import annotations

import errno
import os
import uuid
from pathlib import Path

from vtuber_studio.core.errors import StudioError

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
}


def write_atomically(path: Path, data: bytes) -> None:
    """Replace ``path`` with ``data``, whole or not at all, in a folder that exists.

    Raises StudioError, with the old file untouched, when the target cannot be written.
    """
    if "\0" in str(path):
        raise StudioError(f"{str(path)!r} is not a file name.", "Choose another name.")
    target = Path(os.path.realpath(path))  # a link stays a link; what it points to is replaced
    temporary = target.with_name(f".{target.name[:80]}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a folder")
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, "is read-only")
        with open(temporary, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            os.chmod(temporary, target.stat().st_mode & 0o777)
        os.replace(temporary, target)
    except OSError as error:
        hint = _HINTS.get(error.errno or 0, f"{error.strerror or error}: choose another folder.")
        raise StudioError(f"{path} cannot be written.", hint) from error
    finally:
        try:
            temporary.unlink(missing_ok=True)  # gone already when it was renamed
        except OSError:
            pass
    _sync_folder(target.parent)


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
