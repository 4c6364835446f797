"""The tray: what is written is read again, what was tampered with is refused, and what is forgotten is gone."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_studio.core import files, tray
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.finetuning import RIGHTS
from vtuber_studio.core.paths import data_dir
from vtuber_studio.core.tray import (
    Given,
    Points,
    Tray,
    add_original,
    decode,
    encode,
    forget_original,
    forget_run,
    forget_tray,
    is_tray,
    read_tray,
    trays_dir,
    write_tray,
)

POINTS = Points((300.0, 200.0), (200.5, 200.0), (250.0, 310.0))
NAMES = st.text(st.characters(categories=("L", "N"), include_characters=" -_"), min_size=1, max_size=40)
PIXEL = st.floats(-100_000, 100_000, allow_nan=False)
SHOWN = st.builds(Points, *(st.tuples(PIXEL, PIXEL),) * 3).filter(lambda own: tray._apart(own) >= 1)
PICTURES = st.lists(
    st.builds(Given, NAMES.map(lambda name: f"{name}.png"), st.booleans(), st.none() | SHOWN),
    unique_by=lambda each: each.file.casefold(),
    max_size=8,
)


@given(st.sampled_from([None, *RIGHTS]), PICTURES)
def test_what_is_written_is_read_again(rights: Any, pictures: list[Given]) -> None:
    made = Tray(rights=rights, pictures=tuple(pictures))
    assert decode(encode(made)) == made


def test_a_mere_list_of_pictures_will_do() -> None:
    shown = {"eye_left": [300, 200], "eye_right": [200.5, 200], "chin": [250, 310]}
    listed = [{"file": "a.png", "keep": False, "points": None}, {"file": "b.jpg", "keep": True, "points": shown}]
    assert decode(json.dumps(listed).encode()) == Tray(pictures=(Given("a.png", False), Given("b.jpg", True, POINTS)))


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"format": "1"},
        {"rights": "stolen"},
        {"more": 1},
        {"pictures": [{"file": "../../secret.png"}]},
        {"pictures": [{"file": "/etc/passwd"}]},
        {"pictures": [{"file": ".."}]},
        {"pictures": [{"file": "C:a.png"}]},
        {"pictures": [{"file": "a\0.png"}]},
        {"pictures": [{"file": "a.png"}, {"file": "A.PNG"}]},
        {"pictures": [{"file": "a.png", "keep": 1}]},
        {"pictures": [{"file": "a.png", "points": {"eye_left": [1, 2], "eye_right": [5, 2]}}]},
        {"pictures": [{"file": "a.png", "points": {"eye_left": [1, 2], "eye_right": [1, 2], "chin": [3, 9]}}]},
        {"pictures": [{"file": "a.png", "points": {"eye_left": [1e9, 2], "eye_right": [1, 2], "chin": [3, 9]}}]},
        {"pictures": [{"file": "a.png", "points": {"eye_left": [1], "eye_right": [1, 2], "chin": [3, 9]}}]},
        {"pictures": [{"file": f"{k}.png"} for k in range(tray.MOST + 1)]},
    ],
)
def test_a_list_that_was_tampered_with_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    (tmp_path / tray.LIST).write_text(json.dumps({"format": 1, "pictures": []} | change))
    with pytest.raises(StudioError) as refusal:
        read_tray(tmp_path)
    assert refusal.value.hint


@pytest.mark.parametrize("data", [b"", b"[", b"null", b"\xff\xfe", b"[" * 100_000, b'{"pictures": NaN}'])
def test_what_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(StudioError):
        decode(data)


def test_what_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    write_tray(tmp_path, Tray(rights="own"))
    with pytest.raises(StudioError):
        write_tray(tmp_path, Tray(pictures=(Given("../out.png"),)))
    assert read_tray(tmp_path) == Tray(rights="own")


def test_pictures_are_put_changed_and_taken_out() -> None:
    made = Tray().put(Given("a.png")).put(Given("b.png")).put(Given("a.png", False)).asked("own")
    assert made == Tray(rights="own", pictures=(Given("a.png", False), Given("b.png")))
    assert made.kept == (Given("b.png"),) and made.without("b.png").kept == ()


@pytest.mark.parametrize(
    ("stem", "names"),
    [
        ("me", ["me.png", "me-2.png"]),
        ("../../me", ["me.png", "me-2.png"]),
        ("🎨", ["picture.png", "picture-2.png"]),
        ("con", ["con picture.png", "con picture-2.png"]),
        ("絵" * 90, ["絵" * 60 + ".png", "絵" * 60 + "-2.png"]),
    ],
)
def test_copies_get_names_of_their_own(tmp_path: Path, stem: str, names: list[str]) -> None:
    assert [add_original(tmp_path, stem, ".png", b"x") for _ in names] == names
    assert sorted(os.listdir(tmp_path / tray.ORIGINALS)) == sorted(names)
    for name in names:
        decode(encode(Tray(pictures=(Given(name),))))


def holding(*secrets: bytes) -> list[Path]:
    """Files below the user's folders that hold one of these bytes."""
    every = [path for path in data_dir().parent.rglob("*") if path.is_file()]
    return [path for path in every if any(secret in path.read_bytes() for secret in secrets)]


def filled(name: str, secret: bytes) -> Path:
    folder = trays_dir() / name
    file = add_original(folder, "me", ".png", secret + b"1")
    write_tray(folder, Tray(rights="own", pictures=(Given(file, True, POINTS),)))
    return folder


def test_forget_my_pictures_leaves_no_byte_of_them(tmp_path: Path) -> None:
    secret = b"these are my pixels"
    folder, run = filled("mine", secret), data_dir() / "runs" / "first"
    for name in ("pictures", "fits", "samples"):
        (run / name / "deeper").mkdir(parents=True)
        (run / name / "deeper" / "a.png").write_bytes(secret)
    (run / "run.json").write_text("{}")
    (run / "bundle").mkdir()
    assert len(holding(secret)) == 4
    forget_tray(folder)
    forget_run(run)
    assert holding(secret) == [] and not is_tray(folder)
    assert sorted(os.listdir(run)) == ["bundle", "run.json"]
    forget_tray(folder)  # there is nothing any more: nothing happens


def test_one_picture_is_forgotten(tmp_path: Path) -> None:
    secret = b"only these pixels"
    folder = filled("some", secret)
    forget_original(folder, "me.png")
    assert holding(secret) == [] and is_tray(folder)
    for name in ("../tray.json", "..", ""):
        with pytest.raises(StudioError):
            forget_original(folder, name)
    assert is_tray(folder)


def test_what_a_link_leads_to_is_not_deleted(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "a.png").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "theirs")
    forget_tray(tmp_path / "link")
    assert (tmp_path / "theirs" / "a.png").exists() and not (tmp_path / "link").is_symlink()


def test_what_stays_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = filled("held", b"held")

    def fails(path: Path) -> None:
        raise PermissionError(13, "in use", str(path))

    monkeypatch.setattr(tray.shutil, "rmtree", fails)
    with pytest.raises(StudioError, match="could not be deleted"):
        forget_tray(folder)
    assert read_tray(folder).kept, "it can be tried again"


def test_a_full_disk_leaves_the_list_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tray(tmp_path, Tray(rights="own"))

    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(StudioError, match="cannot be written"):
        write_tray(tmp_path, Tray(rights="licensed"))
    with pytest.raises(StudioError, match="cannot be written"):
        add_original(tmp_path, "a", ".png", b"x")
    assert read_tray(tmp_path).rights == "own" and os.listdir(tmp_path / tray.ORIGINALS) == []
