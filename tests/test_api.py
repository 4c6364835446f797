"""The notebook API: what it takes, and what it says to what it does not take."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import vtuber_studio
from tests.fakes import FakeGenerator
from vtuber_studio import Look, Pose, Shot, load_generator, random_look, render
from vtuber_studio.core.errors import StudioError

LOOK = Look().set(eye_size=0.5)


@pytest.fixture(scope="module")
def fake() -> FakeGenerator:
    return FakeGenerator()


def test_everything_it_promises_is_there() -> None:
    for name in vtuber_studio.__all__:
        assert getattr(vtuber_studio, name)


def test_expressions_and_poses_may_be_dictionaries(fake: FakeGenerator) -> None:
    wanted = render(fake, LOOK, {"mouth_open": 0.5}, Pose(yaw=8.0), 64)
    assert (render(fake, LOOK, {"mouth_open": 0.5}, {"yaw": 8}, 64) == wanted).all()
    assert (render(fake, Shot(LOOK, {"mouth_open": 0.5}, {"yaw": 8}), size=64) == wanted).all()  # type: ignore[arg-type]


def test_numpys_numbers_are_numbers(fake: FakeGenerator) -> None:
    f, i = np.float32, np.int64
    look = Look(seed=i(3), truncation_psi=f(0.5)).set(eye_size=f(0.5))  # type: ignore[arg-type]
    face, pose = {"mouth_open": f(0.5)}, Pose(yaw=f(8), breath=np.float16(0.5))  # type: ignore[arg-type]
    plain = Look(seed=3, truncation_psi=0.5).set(eye_size=0.5)
    wanted = render(fake, plain, {"mouth_open": 0.5}, Pose(8, breath=0.5), 64)
    assert (render(fake, look, face, pose, i(64)) == wanted).all()  # type: ignore[arg-type]
    assert Shot(look, face, pose) == Shot(look, {"mouth_open": 0.5}, Pose(8, breath=0.5))
    assert random_look(fake, i(7)) == random_look(fake, 7) == random_look(fake, "7")  # type: ignore[arg-type]


def test_words_are_seeds_and_colours(fake: FakeGenerator) -> None:
    assert random_look(fake, "miku") == random_look(fake, " miku") != random_look(fake, "luka")
    look = Look(palette={"hair.base": "Coral"}, background="#FFF")
    assert look == Look(palette={"hair.base": "#ff7f50"}, background="#ffffff")
    assert Look(background=" Transparent") == Look()


WRONG: dict[str, Callable[[Any], object]] = {
    "str 'x'": lambda g: render(g, "x"),
    "not nothing": lambda g: render(g, None),
    "Look()": lambda g: render(g, {"seed": 7}),
    "A look is wanted": lambda g: render(g, Shot("x")),  # type: ignore[arg-type]
    "load_generator": lambda g: render("starter", LOOK),  # type: ignore[arg-type]
    "A generator is wanted": lambda g: random_look(None, 7),
    "is not a seed": lambda g: random_look(g, 7.5),  # type: ignore[arg-type]
    "Expression values": lambda g: render(g, LOOK, "smile"),  # type: ignore[arg-type]
    "expression's name": lambda g: render(g, LOOK, {3: 0.5}),  # type: ignore[dict-item]
    "no expression called": lambda g: render(g, LOOK, {"grin": 0.5}),
    "mouth_open": lambda g: render(g, LOOK, {"mouth_open": "much"}),
    "no pose called": lambda g: render(g, LOOK, None, {"jaw": 8}),
    "out of range": lambda g: render(g, LOOK, None, {"yaw": 80}),
    "A pose is wanted": lambda g: render(g, LOOK, None, 8),  # type: ignore[arg-type]
    "str 'left'": lambda g: render(g, Shot(LOOK, {}, "left")),  # type: ignore[arg-type]
    "yaw": lambda g: render(g, LOOK, None, Pose(yaw="left")),  # type: ignore[arg-type]
    "64 to 8192": lambda g: render(g, LOOK, size="512"),  # type: ignore[arg-type]
    "no choice": lambda g: render(g, Look().set(front_style=3.0)),
    "a dictionary, not nothing": lambda g: render(g, Look(attributes=None)),  # type: ignore[arg-type]
    "name or folder": lambda g: load_generator(5),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("said", WRONG)
def test_what_it_does_not_take_is_said_in_words(fake: FakeGenerator, said: str) -> None:
    with pytest.raises(StudioError) as error:
        WRONG[said](fake)
    assert said in str(error.value) and error.value.hint


def test_a_used_generator_is_pickled_and_goes_on() -> None:
    starter = load_generator(threads=1)
    look = random_look(starter, 7)
    picture = render(starter, look, size=64, quality="preview")
    starter.directions("mouth")
    again = pickle.loads(pickle.dumps(starter))
    assert again.manifest == starter.manifest
    assert (render(again, look, size=64, quality="preview") == picture).all()
    assert all((a == b).all() for a, b in zip(again.directions("mouth"), starter.directions("mouth"), strict=True))
