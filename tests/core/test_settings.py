"""Settings: only overrides are stored; a damaged file never keeps the program from starting."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.settings import MAX_RECENT, Settings, load_settings, save_settings, settings_path


def test_only_what_differs_is_stored(tmp_path: Path) -> None:
    path = tmp_path / "config" / "settings.json"
    save_settings(Settings(idle_animation=False, threads=2), path)
    assert json.loads(path.read_bytes()) == {"idle_animation": False, "threads": 2}
    assert load_settings(path) == Settings(idle_animation=False, threads=2)


def test_no_file_means_defaults_and_makes_none(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "settings.json") == Settings()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b'{"threads": -4}',
        b'{"preview_size": "big"}',
        b"[" * 100_000,
        b'{"background": "red"}',
    ],
)
def test_a_damaged_file_is_kept_aside(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(data)
    assert load_settings(path) == Settings()
    assert not path.exists() and (tmp_path / "settings.json.bad").read_bytes() == data


def test_settings_of_a_newer_version_are_ignored(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(b'{"hologram": true, "threads": 3}')
    assert load_settings(path) == Settings(threads=3)


def test_a_value_out_of_range_is_refused() -> None:
    with pytest.raises(StudioError):
        Settings().with_(preview_size=7)
    with pytest.raises(StudioError):
        Settings().with_(hologram=True)
    assert Settings().with_(preview_size=256).preview_size == 256


def test_recent_files_are_newest_first_and_few() -> None:
    settings = Settings()
    for number in range(MAX_RECENT + 5):
        settings = settings.with_recent(Path(f"/pictures/{number}.vtsproj"))
    settings = settings.with_recent(Path("/pictures/10.vtsproj"))
    assert len(settings.recent_files) == MAX_RECENT
    assert Path(settings.recent_files[0]).name == "10.vtsproj"
    assert len(set(settings.recent_files)) == MAX_RECENT


def test_tests_have_a_settings_file_of_their_own(studio_home: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert settings_path().is_relative_to(tmp_path_factory.getbasetemp())
