"""A picture's look is found again by drawing and comparing."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from tests.test_cli import refused
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.palette import parse_hex
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.fitting import persona
from vtuber_studio.engine.generator import Generator, load_generator
from vtuber_studio.engine.render import render
from vtuber_studio.intake.fit import fit_picture

MOVED = {"hair_volume": -0.6, "face_width": 0.7, "shoulders": 0.8, "eye_size": 0.6, "fringe_length": -0.7}


@pytest.fixture(scope="module")
def generator() -> Generator:
    return load_generator()


@pytest.fixture(scope="module")
def shot(generator: Generator) -> Shot:
    look = persona(generator.manifest, 12).set(eyewear="none", front_style="parted", headwear="none")
    return Shot(look, {"mouth_open": 0.6})


def close(a: str, b: str) -> float:
    return float(np.abs(parse_hex(a)[:3] - parse_hex(b)[:3]).max())


def test_moved_sliders_and_other_colours_are_found_again(generator: Generator, shot: Shot) -> None:
    image = render(generator, shot, size=512)
    away = Shot(shot.look.set(**MOVED).paint({"hair.base": "#88aa22", "skin.base": "#775533", "eye.iris": "#101010"}))
    fits = list(itertools.islice(fit_picture(generator, image, away, choices={}), 3))
    last = fits[-1]
    assert [each.fraction for each in fits] == sorted(each.fraction for each in fits)
    assert last.psnr > last.first + 4 and last.psnr > 22
    for name in ("hair_volume", "shoulders", "fringe_length"):
        true, begun, found = (float(each.look.attributes[name]) for each in (shot, away, last.shot))
        assert abs(found - true) < 0.4 * abs(begun - true), name
    for name in ("hair.base", "skin.base"):
        assert close(last.shot.look.palette[name], shot.look.palette[name]) < 0.03
    assert float(last.shot.expression["mouth_open"]) > 0.2
    assert last.shot.look.attributes["front_style"] == "parted", "no choice was to be tried"


def test_choices_are_found_by_trying(generator: Generator, shot: Shot) -> None:
    image = render(generator, shot, size=512)
    away = Shot(shot.look.set(front_style="bowl", clothes="kimono"))
    asked = {"front_style": ["spiky", "parted"], "clothes": ["qipao", str(shot.look.attributes["clothes"])]}
    found = list(itertools.islice(fit_picture(generator, image, away, asked), 3))[-1].shot.look.attributes
    assert {name: found[name] for name in asked} == {name: shot.look.attributes[name] for name in asked}


def test_what_is_no_picture_on_the_canvas_is_refused(generator: Generator, tmp_path: Path) -> None:
    for image in (np.zeros((512, 512, 4), np.uint8), np.full((256, 256, 4), 255, np.uint8)):
        with pytest.raises(StudioError, match="not on the canvas"):
            next(fit_picture(generator, image))
    (tmp_path / "no.png").write_bytes(b"no picture")
    assert "no.png" in refused("fit", tmp_path / "no.png", "--out", tmp_path / "look.json")
    assert not (tmp_path / "look.json").exists()
