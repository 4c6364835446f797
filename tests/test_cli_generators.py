"""``generators``: list, export, install and remove, by files alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.engine.bundles import make_bundle
from tests.test_cli import refused, studio


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTUBER_STUDIO_HOME", str(tmp_path / "home"))


def listed() -> list[dict[str, object]]:
    return [json.loads(line) for line in studio("generators", "list", "--json").stdout.splitlines()]


def test_a_generator_goes_to_another_computer_and_away(tmp_path: Path) -> None:
    assert [row["name"] for row in listed()] == ["Starter"]
    assert studio("generators", "install", make_bundle(tmp_path / "tiny")).returncode == 0
    assert "Tiny" in studio("generators", "list").stdout
    tiny = listed()[1]
    out = tmp_path / "tiny.zip"
    assert studio("generators", "export", "tiny", out).stdout.strip() == str(out)
    assert studio("generators", "remove", "tiny", "--yes").returncode == 0
    assert [row["name"] for row in listed()] == ["Starter"]
    assert studio("generators", "install", out).returncode == 0
    assert listed()[1] == tiny


def test_a_damaged_one_is_listed_and_can_be_removed(tmp_path: Path) -> None:
    folder = Path(studio("install", make_bundle(tmp_path / "tiny")).stdout.strip())
    (folder / "manifest.json").write_text("{")
    assert "damaged" in studio("generators", "list").stdout and listed()[1]["problem"]
    assert studio("generators", "remove", folder.name, "--yes").returncode == 0
    assert len(listed()) == 1


def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    assert "came with the program" in refused("generators", "remove", "starter", "--yes")
    assert "no generator" in refused("generators", "remove", "nobody", "--yes")
    assert ".zip" in refused("generators", "export", "starter", tmp_path / "starter.tar")
    assert not list(tmp_path.glob("starter*"))
