"""A picture's look is found again by drawing and comparing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests import other_hand
from tests.test_cli import refused
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.palette import parse_hex
from vtuber_studio.core.pose import Pose
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.fitting import persona
from vtuber_studio.engine.generator import Generator, load_generator
from vtuber_studio.engine.render import render
from vtuber_studio.intake.bring import look_at
from vtuber_studio.intake.compare import Aim
from vtuber_studio.intake.drawn import finder_of
from vtuber_studio.intake.fit import first_guess, fit_picture, refit
from vtuber_studio.intake.movers import of_colours, of_pose, of_rows, of_z, values_of, with_values
from vtuber_studio.intake.tangent import Tangent
from vtuber_studio.intake.together import fit_pictures

MOVED = {"hair_volume": -0.6, "face_width": 0.7, "shoulders": 0.8, "eye_size": 0.6, "fringe_length": -0.7}


@pytest.fixture(scope="module")
def generator() -> Generator:
    return load_generator()


@pytest.fixture(scope="module")
def shot(generator: Generator) -> Shot:
    look = persona(generator.manifest, 12).set(eyewear="none", front_style="parted", headwear="none")
    return Shot(look, {"mouth_open": 0.6}, Pose(yaw=5))


@pytest.fixture(scope="module")
def image(generator: Generator, shot: Shot) -> np.ndarray:
    return render(generator, shot, size=512)


def close(a: str, b: str) -> float:
    return float(np.abs(parse_hex(a)[:3] - parse_hex(b)[:3]).max())


def test_moved_sliders_and_other_colours_are_found_again(generator: Generator, shot: Shot, image: np.ndarray) -> None:
    away = Shot(shot.look.set(**MOVED).paint({"hair.base": "#88aa22", "skin.base": "#775533", "eye.iris": "#101010"}))
    fits = list(fit_picture(generator, image, away, choices={}))
    last = fits[-1]
    assert [each.fraction for each in fits] == sorted(each.fraction for each in fits) and last.fraction == 1
    assert last.psnr > last.first + 4 and last.psnr > 20
    for name in ("hair_volume", "fringe_length"):
        true, begun, found = (float(each.look.attributes[name]) for each in (shot, away, last.shot))
        assert abs(found - true) < 0.5 * abs(begun - true), name
    for name in ("hair.base", "skin.base"):
        assert close(last.shot.look.palette[name], shot.look.palette[name]) < 0.03
    assert float(last.shot.expression["mouth_open"]) > 0.3 and abs(last.shot.pose.yaw - 5) < 2
    assert last.shot.look.attributes["front_style"] == "parted", "no choice was to be tried"


def test_choices_are_found_by_trying(generator: Generator, shot: Shot, image: np.ndarray) -> None:
    away = Shot(shot.look.set(front_style="bowl", clothes="kimono"), pose=shot.pose)
    asked = {"front_style": ["spiky", "parted"], "clothes": {"qipao": 0.5, str(shot.look.attributes["clothes"]): 0.3}}
    fits = fit_picture(generator, image, away, asked)
    found = [next(fits) for _ in range(2)][-1].shot.look.attributes
    assert {name: found[name] for name in asked} == {name: shot.look.attributes[name] for name in asked}


def test_a_picture_by_another_hand_that_lies_elsewhere(generator: Generator) -> None:
    brought = look_at(Path("x.png"), other_hand.draw(1).image, finder_of(generator))
    assert brought.image is not None
    start, choices = first_guess(generator, brought.image)
    assert choices and all(max(shares.values()) < 0.9 for shares in choices.values()), "what is sure is not tried"
    last = refit(generator, brought.image, start)
    assert last.psnr > last.first + 1.5
    assert last.shot.look.attributes["clothes"] == start.look.attributes["clothes"] and not last.shot.look.z
    aim = Aim(brought.image, 64, np.ones((64, 64), np.float32))
    assert np.abs(aim.moved((0.05, 3, -2)).laid.astype(int) - brought.image).max() > 0
    assert aim.moved((0.05, 3, -2)).moved((-0.05, -3, 2)).laid is brought.image


def test_lines_foretell_what_the_networks_answer(generator: Generator, shot: Shot) -> None:
    manifest = generator.manifest
    rows = [row for row in manifest.attributes if row.name in ("eye_size", "face_width", "brow_slant")]
    movers = [*of_rows("attribute", rows, ("eyes", "face", "brows")), *of_z(manifest, ("brows",))[:2], *of_pose()[:1]]
    movers += of_colours(manifest, ("hair.base", "hair.shade"))
    lines = Tangent(generator, shot, movers, 64)
    way = np.array([0.3 * mover.spread for mover in movers])
    here, there = lines.drawn(lines.values, 0.8), lines.drawn(lines.values + way, 0.8)
    moved = with_values(manifest, shot, movers, lines.values + way)
    assert np.abs(values_of(manifest, moved, movers) - lines.values - way).max() < 0.01
    aim = Aim(render(generator, moved, size=512, quality="preview"), 64, np.ones((64, 64), np.float32))
    left = np.square(aim.seen() - there.picture).sum() / np.square(aim.seen() - here.picture).sum()
    assert left < 0.03, "the lines see most of it"
    straight = here.picture + np.tensordot(way, here.columns(), 1)
    assert np.square(there.picture - straight).sum() / np.square(there.picture - here.picture).sum() < 0.15
    missed = np.square(lines.lines("face", lines.values + way) - Tangent(generator, moved, movers, 64).logits["face"])
    lines.rebased(moved)
    assert missed.max() > 0 and np.allclose(lines.lines("face", lines.values), lines.logits["face"])


def test_what_is_no_picture_on_the_canvas_is_refused(generator: Generator, tmp_path: Path) -> None:
    for image in (np.zeros((512, 512, 4), np.uint8), np.full((256, 256, 4), 255, np.uint8)):
        with pytest.raises(StudioError, match="not on the canvas"):
            next(fit_picture(generator, image))
    (tmp_path / "no.png").write_bytes(b"no picture")
    assert "no.png" in refused("fit", tmp_path / "no.png", "--out", tmp_path / "look.json")
    assert not (tmp_path / "look.json").exists()


def test_pictures_of_one_persona_share_a_look(generator: Generator, shot: Shot) -> None:
    faces = [{"mouth_open": 0.7, "mouth_form": 0.8}, {"eye_open_left": 0.3, "eye_open_right": 0.3}]
    images = [render(generator, Shot(shot.look, face), size=512, quality="preview") for face in faces]
    start = shot.look.set(hair_volume=-0.3, fringe_length=0.2, shoulders=0.5)
    fits = dict(fit_pictures(generator, images, start))
    assert sorted(fits) == [0, 1] and fits[0].shot.look == fits[1].shot.look
    assert all(fit.psnr > fit.first + 2 for fit in fits.values())
    assert float(fits[0].shot.expression["mouth_open"]) > 0.15 > float(fits[1].shot.expression["mouth_open"])
    assert float(fits[1].shot.expression["eye_open_left"]) < 0.6 < float(fits[0].shot.expression["eye_open_left"])
