"""Writing is whole or not at all, and says in one sentence why it could not be done."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vtuber_studio.core import files
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, read_file, sweep, write_atomically


def test_it_replaces_and_leaves_nothing_beside(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    write_atomically(target, b"one")
    write_atomically(target, b"two")
    assert target.read_bytes() == b"two" and os.listdir(tmp_path) == ["a.txt"]


@pytest.mark.skipif(sys.platform == "win32", reason="modes and links are POSIX")
def test_mode_and_link_survive(tmp_path: Path) -> None:
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_bytes(b"one")
    real.chmod(0o640)
    link.symlink_to(real)
    write_atomically(link, b"two")
    assert link.is_symlink() and real.read_bytes() == b"two" and real.stat().st_mode & 0o777 == 0o640


@pytest.fixture
def no_files(tmp_path: Path) -> list[Path]:
    """A folder, and where the system has them a pipe, a socket and a device without end."""
    found = [tmp_path]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        found.append(tmp_path / "pipe")
    if hasattr(socket, "AF_UNIX"):
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(os.path.relpath(tmp_path / "socket"))  # such a name must be short
        found.append(tmp_path / "socket")
    return [*found, *filter(os.path.exists, (Path("/dev/zero"), Path("/dev/tty")))]


def test_what_is_no_file_is_neither_read_nor_replaced(no_files: list[Path], tmp_path: Path) -> None:
    for path in no_files:
        before = path.stat().st_mode
        for act in (lambda: read_file(path, 1000), lambda: write_atomically(path, b"data")):  # noqa: B023
            with pytest.raises(StudioError) as caught:
                act()
            assert str(path) in caught.value.message and caught.value.hint
        assert path.stat().st_mode == before
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".tmp")]


def test_a_file_is_read_whole_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"12345")
    assert read_file(path, 5) == b"12345"
    for name, limit, said in (("a.txt", 4, "larger"), ("missing", 5, "no file"), ("a\0b", 5, "not a file name")):
        with pytest.raises(StudioError, match=said):
            read_file(tmp_path / name, limit)


def test_what_killed_writers_left_is_swept(tmp_path: Path) -> None:
    target, long = tmp_path / "a.txt", tmp_path / ("あ" * 83)  # 249 of at most 255 bytes
    old, young = tmp_path / ".a.txt.0123abcd.tmp", tmp_path / ".a.txt.89abcdef.tmp"
    others = [tmp_path / name for name in (".b.txt.0123abcd.tmp", ".a.txt.mine.tmp", "a.txt.0123abcd.tmp")]
    for path in (old, young, *others):
        path.write_bytes(b"half")
    for path in (old, *others):
        os.utime(path, (time.time() - 3600,) * 2)
    for path in (target, long):
        write_atomically(path, b"whole")
    assert sorted(tmp_path.iterdir()) == sorted([target, long, young, *others]), "someone may still be writing"


def test_folders_are_swept_too(tmp_path: Path) -> None:
    for name, age in ((".made.0123", 3600), (".made.4567", 0), (".other.0123", 3600)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "half").write_bytes(b"half")
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    sweep(tmp_path, r"\.made\.\d{4}")
    sweep(tmp_path / "missing", ".*")
    assert sorted(os.listdir(tmp_path)) == [".made.4567", ".other.0123"]


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    assert make_folder(tmp_path / "a" / "b").is_dir() and make_folder(tmp_path / "a" / "b")
    (tmp_path / "file").write_bytes(b"")
    for name in ("file", "file/a", "x" * 300):
        with pytest.raises(StudioError, match="cannot be made") as caught:
            make_folder(tmp_path / name)
        assert caught.value.hint


@pytest.mark.parametrize("name", ["missing/a.txt", "file/a.txt", ".", "x" * 300, "a\0b"])
def test_a_target_that_cannot_be_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StudioError) as caught:
        write_atomically(tmp_path / name, b"data")
    assert caught.value.hint
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize(
    ("call", "number", "said"),
    [
        ("fsync", errno.ENOSPC, "disk is full"),
        ("fsync", errno.EDQUOT, "quota"),
        ("fsync", errno.EIO, "another folder"),
        ("replace", errno.EROFS, "read-only"),
        ("replace", errno.EACCES, "may not write"),
    ],
)
def test_a_full_or_read_only_disk_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, said: str
) -> None:
    target = tmp_path / "a.txt"
    target.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files.os, call, fail)
    with pytest.raises(StudioError, match=said):
        write_atomically(target, b"new")
    assert target.read_bytes() == b"old" and os.listdir(tmp_path) == ["a.txt"]


def test_a_write_protected_file_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.txt"
    target.write_bytes(b"old")
    monkeypatch.setattr(files.os, "access", lambda *_: False)  # root may write everywhere
    with pytest.raises(StudioError, match="may not write"):
        write_atomically(target, b"new")
    assert target.read_bytes() == b"old"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_killed_before_the_rename_the_old_file_is_still_there(tmp_path: Path, call: str) -> None:
    target = tmp_path / "a.txt"
    target.write_bytes(b"old")
    script = (
        "import os, signal, pathlib\n"
        "from vtuber_studio.core.files import make_folder, read_file, sweep, write_atomically\n"
        f"os.{call} = lambda *a: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"write_atomically(pathlib.Path({str(target)!r}), b'new' * 100000)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False)
    assert done.returncode == -signal.SIGKILL
    assert target.read_bytes() == b"old"
    write_atomically(target, b"newer")
    assert target.read_bytes() == b"newer"
