"""Pictures brought into a tray, and a tray as ``prepare`` takes it: real files, real photos, real drawings."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from tests.test_cli import refused, studio
from vtuber_studio.core import files
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.picture import read_picture
from vtuber_studio.core.tray import MOST, ORIGINALS, Given, Points, Tray, read_tray, write_tray
from vtuber_studio.intake.align import EYE_AT_LEFT, EYE_AT_RIGHT, placing
from vtuber_studio.intake.bring import Brought, bring, look_at, marks_of, picture_files, points_of
from vtuber_studio.intake.faces import Landmarks
from vtuber_studio.intake.gather import gather

SECRET = "52.5170 N, at my door"


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as people have them."""
    folder = tmp_path_factory.mktemp("mine")
    me, exif = Image.fromarray(data.astronaut()), Image.Exif()
    exif[0x0112], exif[0x9286] = 6, SECRET
    me.rotate(90, expand=True).resize((2048, 2048)).save(folder / "a phone.jpg", exif=exif)
    me.resize((700, 700)).save(folder / "b again.webp")
    (folder / "c broken.jpg").write_bytes((folder / "a phone.jpg").read_bytes()[:30_000])
    me.resize((32, 32)).save(folder / "d moving.gif", save_all=True, append_images=[me.resize((32, 32))] * 3)
    Image.fromarray(data.coins()[:200, :200]).save(folder / "e coins.png")
    Image.fromarray(data.camera().astype(np.uint16) * 257).save(folder / "f deep.png")
    Image.new("RGB", (8000, 5200)).save(folder / "g panorama.png", compress_level=1)
    return folder


@pytest.fixture(scope="module")
def gathered(mine: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Brought]]:
    folder = tmp_path_factory.mktemp("set") / "tray"
    found = [brought for brought, _, _ in gather(folder, [mine])]
    names = [each.path.name for each in found if each.image is not None]
    write_tray(folder, Tray(rights="own", pictures=tuple(Given(name) for name in names)))
    return folder, found


def test_each_is_copied_bare_or_named(mine: Path, gathered: tuple[Path, list[Brought]]) -> None:
    folder, found = gathered
    assert sorted(os.listdir(folder / ORIGINALS)) == ["a phone.jpg", "b again.webp", "e coins.png", "f deep.png"]
    said = {each.path.name: " ".join(each.troubles) for each in found}
    assert said["a phone.jpg"] == ""
    for name, words in {"b ": "same picture as a phone", "c ": "readable", "d ": "GIF", "g ": "8000 x 5200"}.items():
        assert words in next(each for file, each in said.items() if file.startswith(name))
    assert all(SECRET.encode() not in path.read_bytes() for path in (folder / ORIGINALS).iterdir())
    here, there = (read_picture(each / "a phone.jpg", 256) for each in (mine, folder / ORIGINALS))
    assert np.array_equal(here, there), "it stands upright as before"
    deep = read_picture(folder / ORIGINALS / "f deep.png", 512)
    assert deep[..., 0].std() > 50, "16 bits are scaled, not cut"
    assert {each.path.parent for each in found if each.image is None} == {mine}


def test_what_is_there_already_is_not_copied_again(mine: Path, gathered: tuple[Path, list[Brought]]) -> None:
    folder, found = gathered
    seen = [(each.path.name, each.own) for each in found if each.own is not None]
    ((again, number, of),) = gather(folder, [mine / "e coins.png"], seen)
    assert again.image is None and "already" in again.troubles[0] and (number, of) == (1, 1)
    assert len(os.listdir(folder / ORIGINALS)) == 4


def test_a_set_has_an_end(mine: Path, tmp_path: Path) -> None:
    seen = [(f"{k}.png", k << 8) for k in range(MOST)]
    with pytest.raises(StudioError, match=f"at most {MOST} pictures; with these it would be {MOST + 1}"):
        next(gather(tmp_path / "full", [mine / "e coins.png"], seen))
    flood = tmp_path / "flood"
    flood.mkdir()
    for k in range(10_000):
        (flood / f"{k}.png").touch()
    with pytest.raises(StudioError, match="more than"):
        next(gather(tmp_path / "full", [flood]))
    assert not (tmp_path / "full").exists()


def test_files_that_vanish_are_named_and_the_rest_goes_on(mine: Path, tmp_path: Path) -> None:
    paths = [tmp_path / "gone.png", tmp_path / "here.png"]
    for path in paths:
        path.write_bytes((mine / "e coins.png").read_bytes())
    found = gather(tmp_path / "tray", [*paths, mine / "f deep.png"])
    first, _, of = next(found)
    paths[1].unlink()
    rest = [brought for brought, _, _ in found]
    assert of == 3 and first.image is not None
    assert "no file" in rest[0].troubles[0] and rest[1].image is not None


def test_a_full_disk_says_so_and_keeps_what_was_copied(
    mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = gather(tmp_path / "tray", [mine / "e coins.png", mine / "f deep.png"])
    next(found)

    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(StudioError, match="cannot be written") as refusal:
        next(found)
    assert "full" in refusal.value.hint and os.listdir(tmp_path / "tray" / ORIGINALS) == ["e coins.png"]


def test_eyes_shown_by_hand_come_to_rest_where_the_artist_draws_them(gathered: tuple[Path, list[Brought]]) -> None:
    """Also in a picture that is made smaller on its way in."""
    folder, _ = gathered
    right, left = (820.0, 400.0), (990.0, 420.0)  # pixels of 2048
    shown = Points(eye_left=left, eye_right=right, chin=(900.0, 610.0))
    write_tray(folder, read_tray(folder).put(Given("a phone.jpg", True, shown)))
    (brought,) = bring([folder / ORIGINALS / "a phone.jpg"])
    assert brought.marks is not None and brought.keep and brought.photo and brought.picture is not None
    assert brought.picture.shape == (1600, 1600, 4) and brought.ratio == pytest.approx(1.28)
    placed = placing(brought.marks)
    for own, there in ((right, EYE_AT_LEFT), (left, EYE_AT_RIGHT)):
        assert np.hypot(*(placed @ [*(np.array(own) / 1.28), 1] - there)) < 12  # the chin has its share
    assert points_of(brought.marks, brought.ratio) == shown
    swapped = Points(eye_left=right, eye_right=left, chin=(900.0, 610.0))
    assert marks_of(swapped) == marks_of(shown), "which is which does not matter"


def test_points_settle_which_of_several_faces_is_meant() -> None:
    two = np.concatenate([np.dstack([data.astronaut(), np.full((512, 512), 255, np.uint8)])] * 2, 1)
    assert look_at(Path("two.png"), two).image is None
    shown = Landmarks((203, 101), (248, 103), (226, 155))
    assert look_at(Path("two.png"), two, None, shown).keep


def test_prepare_takes_a_tray_as_the_user_left_it(gathered: tuple[Path, list[Brought]], tmp_path: Path) -> None:
    folder, _ = gathered
    tray = Tray(rights="own")
    for name, keep in (("a phone.jpg", True), ("b again.webp", True), ("e coins.png", False), ("f deep.png", False)):
        tray = tray.put(Given(name, keep))
    write_tray(folder, tray)
    assert [path.name for path in picture_files([folder])] == ["a phone.jpg", "b again.webp"]
    done = studio("prepare", folder, "--out", tmp_path / "out", "--json")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [bool(each["prepared"]) for each in told] == [True, True], "wanted, although it is a twin"
    write_tray(folder, Tray(pictures=(Given("a phone.jpg", False),)))
    with pytest.raises(StudioError, match="is to be used"):
        picture_files([folder])
    (folder / "tray.json").write_text('{"pictures": [{"file": "../../out.png"}]}')
    assert "no file of it" in refused("prepare", folder, "--out", tmp_path / "out")
