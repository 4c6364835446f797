"""Pictures from outside, on the canvas: real photos of scikit-image, and drawings by the starter."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from skimage import data

from tests import other_hand
from tests.test_cli import refused, studio
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.image import decode_png
from vtuber_studio.engine.fitting import persona
from vtuber_studio.engine.generator import load_generator
from vtuber_studio.engine.render import render
from vtuber_studio.intake import bring as door
from vtuber_studio.intake.align import CHIN, EYE_AT_LEFT, EYE_AT_RIGHT, align, placing
from vtuber_studio.intake.bring import Brought, bring, look_at, picture_files
from vtuber_studio.intake.cutout import cut_out
from vtuber_studio.intake.drawn import finder_of
from vtuber_studio.intake.faces import Landmarks, moved, photographed_faces
from vtuber_studio.intake.quality import fingerprint, twin_of

EYES = ((203, 101), (248, 103))  # of the astronaut, seen by us


def solid(rgb: np.ndarray) -> np.ndarray:
    return np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])


@pytest.fixture(scope="module")
def astronaut() -> np.ndarray:
    return solid(data.astronaut())


@pytest.fixture(scope="module")
def drawing() -> np.ndarray:
    generator = load_generator()
    return render(generator, persona(generator.manifest, 5), size=512)


def apart(a: tuple[float, float], b: tuple[float, float]) -> float:
    return float(np.hypot(*np.subtract(a, b)))


@pytest.mark.parametrize("angle", [0, 18, -18])
def test_a_photographed_face_is_found_also_when_it_is_tilted(astronaut: np.ndarray, angle: int) -> None:
    turned = np.array(Image.fromarray(astronaut).rotate(angle, resample=Image.Resampling.BICUBIC))
    theta = np.radians(angle)
    turn = np.array([[np.cos(theta), np.sin(theta)], [-np.sin(theta), np.cos(theta)]])
    (face,) = photographed_faces(turned)
    for found, seen in zip((face.eye_at_left, face.eye_at_right), EYES, strict=True):
        assert apart(found, tuple(turn @ np.subtract(seen, 256) + 256)) < 8
    assert face.sure and face.chin is not None and 40 < apart(face.chin, face.eye_at_left) < 75


def test_no_face_is_found_in_a_cup_of_coffee() -> None:
    assert photographed_faces(solid(data.coffee())) == []


@given(st.floats(-180, 180), st.floats(0.1, 8), st.floats(-900, 900), st.floats(-900, 900))
def test_landmarks_come_to_rest_where_the_artist_draws_them(angle: float, scale: float, x: float, y: float) -> None:
    theta = np.radians(angle)
    matrix = scale * np.array([[np.cos(theta), -np.sin(theta), x], [np.sin(theta), np.cos(theta), y]])
    away = moved(Landmarks(EYE_AT_LEFT, EYE_AT_RIGHT, CHIN), matrix)
    back = moved(away, placing(away))
    for found, wanted in zip(
        (back.eye_at_left, back.eye_at_right, back.chin), (EYE_AT_LEFT, EYE_AT_RIGHT, CHIN), strict=True
    ):
        assert found is not None and apart(found, wanted) < 1e-3


def test_a_drawing_with_alpha_stays_as_it_is(drawing: np.ndarray) -> None:
    same = align(drawing, Landmarks(EYE_AT_LEFT, EYE_AT_RIGHT, CHIN))
    assert np.abs(same.astype(int) - drawing)[drawing[..., 3] > 8].max() <= 2
    assert cut_out(drawing) is drawing
    large = np.array(Image.fromarray(drawing).resize((1536, 1536)))
    half = align(large, Landmarks((604.5, 696), (931.5, 696), (768, 975)))
    seen = drawing[..., 3] > 250
    assert np.abs(half.astype(int) - drawing)[seen].mean() < 4, "large pictures are averaged, not sampled"


@pytest.mark.parametrize("paper", ["#ffffff", "#f0d8c0", "#203040"])
def test_plain_ground_is_taken_away_behind_a_drawing(drawing: np.ndarray, paper: str) -> None:
    on_paper = np.array(Image.alpha_composite(Image.new("RGBA", (512, 512), paper), Image.fromarray(drawing)))
    alpha = cut_out(on_paper)[..., 3]
    true = drawing[..., 3] > 128
    assert ((alpha > 128) & true).sum() / ((alpha > 128) | true).sum() > 0.97


def test_a_photo_is_cut_out(astronaut: np.ndarray) -> None:
    found = look_at(Path("a.png"), astronaut)
    assert found.photo and found.keep and found.image is not None and found.image.shape == (512, 512, 4)
    alpha = found.image[..., 3]
    assert alpha[170:300, 190:320].min() == 255, "the face is whole"
    assert (alpha[:40] > 0).mean() < 0.05 and (alpha[:300, :40] > 0).mean() < 0.05, "what stood behind is gone"
    again = look_at(Path("a.png"), astronaut)
    assert again.image is not None and (again.image == found.image).all(), "the same each time"


def test_poor_pictures_are_named(astronaut: np.ndarray) -> None:
    small = np.array(Image.fromarray(astronaut).resize((200, 200)))
    assert any("too small" in each for each in look_at(Path("s"), small).troubles)
    blurred = np.array(Image.fromarray(astronaut).resize((64, 64)).resize((1024, 1024), Image.Resampling.BICUBIC))
    assert any("blurred" in each for each in look_at(Path("b"), blurred).troubles)
    dark = astronaut.copy()
    dark[..., :3] //= 12
    assert not look_at(Path("d"), dark).keep
    two = np.concatenate([astronaut, astronaut[:, ::-1]], 1)
    assert any("several faces" in each for each in look_at(Path("t"), two).troubles)


def test_a_drawing_waits_for_its_landmarks_where_a_finder_knows_none(drawing: np.ndarray) -> None:
    on_paper = np.array(Image.alpha_composite(Image.new("RGBA", (512, 512), "#ffffff"), Image.fromarray(drawing)))
    assert any("No face" in each for each in look_at(Path("x"), on_paper, lambda image: None).troubles)
    marks = Landmarks(EYE_AT_LEFT, EYE_AT_RIGHT, CHIN)
    assert look_at(Path("x"), on_paper, lambda image: marks).keep


def test_drawings_by_another_hand_find_their_places(drawing: np.ndarray) -> None:
    finder = finder_of(load_generator())
    assert finder is not None
    for seed in (0, 4):
        own = other_hand.draw(seed).image
        small = Image.new("RGBA", (1000, 700), (230, 220, 210, 255))  # small, beside the middle
        small.paste(Image.fromarray(own).resize((400, 400)), (560, 240))
        for picture, lap in ((own, 0.0), (np.array(small), 1.0)):
            found = look_at(Path("x.png"), picture, finder)
            assert found.marks is not None and found.marks.sure and not found.photo and found.keep, found.troubles
            middle = np.add(found.marks.eye_at_left, found.marks.eye_at_right) / 2
            wanted = np.array([560, 240]) * lap + np.array([320, 315]) * (400 / 640 if lap else 1)
            assert np.abs(middle - wanted).max() < 0.25 * found.marks.apart
    for picture in (solid(data.coffee()), np.full((90, 120, 4), 200, np.uint8)):
        assert finder(picture) is None, "where there is no face"
    again = look_at(Path("x.png"), drawing, finder)
    assert again.image is not None
    off = np.abs(again.image.astype(int) - drawing)[drawing[..., 3] > 8]
    assert off.max() <= 2, "what was exported comes back as it was"


@pytest.mark.parametrize(("scale", "quality"), [(0.3, 30), (0.5, 95), (1.37, 60), (2, 40)])
def test_a_picture_is_known_again_scaled_and_compressed(astronaut: np.ndarray, scale: float, quality: int) -> None:
    buffer, side = io.BytesIO(), round(512 * scale)
    Image.fromarray(astronaut[..., :3]).resize((side, side)).save(buffer, "JPEG", quality=quality)
    copy = solid(np.array(Image.open(buffer)))
    assert twin_of(fingerprint(copy), [0, fingerprint(astronaut)]) == 1
    assert twin_of(fingerprint(solid(data.coffee())), [fingerprint(astronaut)]) is None


def filled(folder: Path, astronaut: np.ndarray, drawing: np.ndarray) -> None:
    Image.fromarray(astronaut[..., :3]).save(folder / "me.jpg")
    Image.fromarray(astronaut[..., :3]).resize((800, 800)).save(folder / "me again.png")
    Image.fromarray(astronaut[..., :3]).convert("CMYK").save(folder / "print.jpg")
    Image.fromarray(drawing).save(folder / "絵 🎨.png")
    (folder / "broken.png").write_bytes((folder / "me again.png").read_bytes()[:5000])
    (folder / "notes.txt").write_text("no picture")
    Image.fromarray(astronaut[..., :3]).save(folder / "moving.gif")


def test_the_sound_ones_go_on_where_others_are_damaged(
    tmp_path: Path, astronaut: np.ndarray, drawing: np.ndarray
) -> None:
    filled(tmp_path, astronaut, drawing)
    files = picture_files([tmp_path, tmp_path / "me.jpg"])
    found: dict[str, Brought] = {each.path.name: each for each in bring(files)}
    assert list(found) == ["broken.png", "me again.png", "me.jpg", "moving.gif", "print.jpg", "絵 🎨.png"]
    assert [name for name, each in found.items() if each.keep] == ["me again.png", "絵 🎨.png"]
    for name, said in {"broken.png": "readable", "me.jpg": "same picture as me again", "moving.gif": "GIF"}.items():
        assert said in found[name].troubles[-1], found[name].troubles


def test_prepare_writes_what_is_good_and_names_the_rest(tmp_path: Path, drawing: np.ndarray) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    Image.fromarray(drawing).save(folder / "絵 🎨.png")
    (folder / "broken.png").write_bytes(b"no picture")
    done = studio("prepare", folder, "--out", tmp_path / "out", "--json")
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0 and [each["prepared"] for each in said] == [None, str(tmp_path / "out" / "絵 🎨.png")]
    assert decode_png((tmp_path / "out" / "絵 🎨.png").read_bytes()).shape == (512, 512, 4)
    assert "None of these" in refused("prepare", folder / "broken.png", "--out", tmp_path / "none")


def test_no_picture_of_the_users_own_is_replaced_nor_any_work_done_in_vain(tmp_path: Path, drawing: np.ndarray) -> None:
    path = tmp_path / "hers.png"
    Image.fromarray(drawing).save(path)
    before = path.read_bytes()
    (tmp_path / "file").touch()
    assert "own pictures" in refused("prepare", path, "--out", tmp_path)
    assert "cannot be made" in refused("prepare", path, "--out", tmp_path / "file")
    assert "picture itself" in refused("fit", path, "--out", path)
    assert "picture itself" in refused("read", path, "--out", path)
    assert "There is no folder" in refused("fit", path, "--out", tmp_path / "none" / "look.json")
    assert "does not end so" in refused("fit", path, "--out", tmp_path / "a.json", "--report", tmp_path / "a.jpg")
    assert path.read_bytes() == before and {each.name for each in tmp_path.iterdir()} == {"hers.png", "file"}


@pytest.mark.parametrize(("high", "wide"), [(1, 1), (2, 3000), (1600, 3), (64, 64)])
@pytest.mark.parametrize("alpha", [0, 255])
def test_pictures_of_nothing_are_said_to_be_so(high: int, wide: int, alpha: int) -> None:
    found = look_at(Path("x"), np.full((high, wide, 4), alpha, np.uint8))
    assert not found.keep and (alpha or "nothing to be seen" in found.troubles[0])
    shown = Landmarks((0.1, 0.5), (0.9, 0.5), (0.5, 0.9))
    assert not look_at(Path("x"), np.full((high, wide, 4), alpha, np.uint8), None, shown).keep


def test_paths_that_hold_no_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refusals: list[Callable[[], object]] = [
        lambda: picture_files([tmp_path]),
        lambda: picture_files([tmp_path / "away.png"]),
    ]
    for call in refusals:
        with pytest.raises(StudioError):
            call()
    monkeypatch.setattr(door, "MOST", 3)
    for k in range(4):
        (tmp_path / f"{k}.png").touch()
    with pytest.raises(StudioError, match="more than 3"):
        picture_files([tmp_path])


def test_a_persona_with_another_face_is_another_picture() -> None:
    generator = load_generator()
    look = persona(generator.manifest, 12)
    still, said = (render(generator, look, face, size=512) for face in ({}, {"mouth_open": 0.9, "mouth_form": 1}))
    assert twin_of(fingerprint(still), [fingerprint(said)]) is None
    assert twin_of(fingerprint(still), [fingerprint(said), fingerprint(still)]) == 1
