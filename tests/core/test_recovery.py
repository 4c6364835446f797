"""Autosaves of living sessions are left alone; those of dead ones are found and stay until decided on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.project import Project, project_bytes, project_from_bytes
from vtuber_studio.core.recovery import Autosave, find_orphans, recovery_dir


def _die(root: Path, data: bytes, origin: str = "None") -> None:
    """A session in another process that autosaves and is killed."""
    script = (
        "import os, pathlib\n"
        "from vtuber_studio.core.recovery import Autosave\n"
        f"Autosave(pathlib.Path({str(root)!r})).write({data!r}, {origin})\n"
        "os._exit(9)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 9


def test_a_living_session_is_no_orphan(tmp_path: Path) -> None:
    autosave = Autosave(tmp_path)
    autosave.write(b"data")
    assert find_orphans(tmp_path) == ()
    autosave.close()
    assert [orphan.read() for orphan in find_orphans(tmp_path)] == [b"data"]


def test_a_dead_session_leaves_an_orphan_until_the_user_decides(tmp_path: Path) -> None:
    data = project_bytes(Project(locks=frozenset({"eye_size"})))
    _die(tmp_path, data, "pathlib.Path('/pictures/mine.vtsproj')")
    for _ in range(2):
        (orphan,) = find_orphans(tmp_path)
        assert project_from_bytes(orphan.read()).locks == {"eye_size"}
        assert orphan.origin is not None and orphan.origin.name == "mine.vtsproj" and orphan.saved_at > 0
    orphan.discard()
    assert find_orphans(tmp_path) == () and not list(tmp_path.iterdir())
    with pytest.raises(StudioError):
        orphan.read()


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are Unicode there")
def test_a_name_that_is_no_utf_8_is_kept_too(tmp_path: Path) -> None:
    origin = tmp_path / os.fsdecode(b"caf\xe9.vtsproj")
    autosave = Autosave(tmp_path / "root")
    autosave.write(b"data", origin, "0" * 64)
    autosave.close()
    (orphan,) = find_orphans(tmp_path / "root")
    assert orphan.read() == b"data" and orphan.origin == origin and orphan.digest == "0" * 64


def test_a_cleared_session_leaves_nothing(tmp_path: Path) -> None:
    autosave = Autosave(tmp_path)
    autosave.write(b"one")
    autosave.write(b"two")
    assert (autosave.folder / "autosave.vtsproj").read_bytes() == b"two"
    autosave.clear()
    autosave.clear()
    autosave.close()
    assert not list(tmp_path.iterdir())


def test_the_newest_orphan_comes_first_and_old_empty_folders_go(tmp_path: Path) -> None:
    for name, age in (("session-1-a", 300), ("session-2-b", 100), ("session-3-c", 200)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "autosave.vtsproj").write_bytes(name.encode())
        os.utime(tmp_path / name / "autosave.vtsproj", (1e9 - age, 1e9 - age))
    (tmp_path / "session-4-d").mkdir()
    os.utime(tmp_path / "session-4-d", (1e9, 1e9))
    (tmp_path / "session-5-e").mkdir()  # someone may be about to lock it
    assert [orphan.read() for orphan in find_orphans(tmp_path)] == [b"session-2-b", b"session-3-c", b"session-1-a"]
    assert not (tmp_path / "session-4-d").exists() and (tmp_path / "session-5-e").exists()


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StudioError, match="Autosave cannot"):
        Autosave(tmp_path / "file")
    assert find_orphans(tmp_path / "nowhere") == ()


def test_it_lives_in_the_user_data_folder(studio_home: None) -> None:
    assert recovery_dir().is_relative_to(os.environ["VTUBER_STUDIO_HOME"])
