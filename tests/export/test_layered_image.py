"""Ren'Py's layered image: read by a checker of its grammar, every combination that it promises is a rendering."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.engine.test_layers import laid
from tests.export.renpy_reader import LayeredImage, read_layered_image
from tests.fakes import FakeGenerator
from vtuber_studio.core.emotions import EMOTIONS, FACES
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.layer import Layer
from vtuber_studio.core.look import Look
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.figure import within
from vtuber_studio.engine.generator import Generator, load_generator
from vtuber_studio.engine.layers import render_layers
from vtuber_studio.engine.render import render
from vtuber_studio.export import LayeredImageOptions, export_layered_image
from vtuber_studio.export.layered_image import ALONE, plain


class Drawn:
    """A generator, and the folder that was written of a shot of it."""

    def __init__(self, generator: Generator, shot: Shot, moods: str, folder: Path) -> None:
        self.generator, self.shot, self.folder = generator, shot, folder

        def draw(shot: Shot, scale: int, clipped: bool = True) -> list[Layer]:
            return render_layers(generator, within(generator.manifest, shot), scale, clipped)

        steps = list(export_layered_image(draw, shot, LayeredImageOptions(512, moods), folder))
        assert [step.fraction for step in steps] == sorted(step.fraction for step in steps)
        scripts = list(folder.glob("*.rpy"))
        assert len(scripts) == 1
        self.image: LayeredImage = read_layered_image(scripts[0].read_text("utf-8"))
        named = {self.path(layer.image) for layer in self.image.layers if layer.image is not None}
        assert named == set(folder.glob("*.png"))

    def path(self, image: str) -> Path:
        """game/images is the folder above."""
        return self.folder.parent / image.replace("[[", "[")

    def shown(self, *attributes: str) -> np.ndarray:
        """[512, 512, 3] on green."""
        layers = []
        for number, layer in enumerate(self.image.show(attributes)):
            assert layer.image is not None
            with Image.open(self.path(layer.image)) as picture:
                assert picture.mode == "RGBA" and (number or picture.size == (512, 512))
                layers.append(Layer("", "", np.array(picture), *layer.place))
        return laid(layers, 512, "#00b140")

    def off(self, attributes: list[str], values: dict[str, Any]) -> np.ndarray:
        look = self.shot.look.with_(background="#00b140")
        seen = within(self.generator.manifest, Shot(look, {**self.shot.expression, **values}, self.shot.pose))
        picture = render(self.generator, seen, size=512, quality="preview")[..., :3].astype(int)
        return np.abs(self.shown(*attributes) - picture).max(-1)


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    folder = tmp_path_factory.mktemp("images") / "花 [花] \N{RIBBON}"
    shot = Shot(Look(seed=5).set(headwear="beret"))
    return Drawn(load_generator(), shot, "neutral,laughing,embarrassed,wink", folder)


@pytest.fixture(scope="module")
def fake(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    shot = Shot(Look(seed=4).set(headwear="hat"), {"blush": 0.3})
    return Drawn(FakeGenerator(), shot, ",".join(EMOTIONS), tmp_path_factory.mktemp("images") / "Hana Chan")


def test_every_mood_is_a_rendering(fake: Drawn, starter: Drawn) -> None:
    for drawn in (fake, starter):
        moods = drawn.image.groups["mood"]
        assert [layer.attribute for layer in drawn.image.layers if layer.default] == ["neutral"]
        for mood in moods:
            off = drawn.off([mood], dict(FACES[mood]))
            assert (off > 1).mean() < 3e-4 and off.max() <= 4, mood  # roundings of eight bits may add up
        assert np.array_equal(drawn.shown(), drawn.shown("neutral"))
        assert not np.array_equal(drawn.shown(moods[1]), drawn.shown("neutral"))


def test_eyes_and_mouth_alone_take_the_place_of_the_moods_own(starter: Drawn) -> None:
    shut, open_ = ALONE["eyes"]["closed"], ALONE["mouth"]["open"]
    laughing = {name: value for name, value in FACES["laughing"].items() if not name.startswith("mouth")}
    for attributes, values in (
        (["eyes_closed"], shut),
        (["mouth_open"], open_),
        (["neutral", "eyes_closed", "mouth_open"], {**shut, **open_}),
        (["laughing", "mouth_i"], {**laughing, "vowel_i": 1.0}),
    ):
        off = starter.off(attributes, dict(values))
        assert (off > 1).mean() < 3e-4 and off.max() <= 4, attributes
    with pytest.raises(AssertionError, match="conflict"):
        starter.image.show(["eyes_closed", "eyes_open"])
    assert set(starter.image.groups) == {"mood", "eyes", "mouth"}


def test_names_are_what_renpy_and_file_systems_take(starter: Drawn) -> None:
    assert starter.image.name == "persona"  # nothing Latin in the folder's name
    names = [file.stem for file in starter.folder.glob("*.png")]
    assert all(name == name.lower() and name.startswith("persona_") and " " not in name for name in names)
    assert "persona_base" in names and "persona_eyes_closed" in names


def test_what_multiplies_becomes_plain() -> None:
    layers = render_layers(FakeGenerator(), Shot(Look(seed=4)))
    made = plain(layers, 512)
    assert {layer.blend for layer in layers} == {"normal", "multiply"} and {layer.blend for layer in made} == {"normal"}
    assert np.abs(laid(layers, 512, "#102030") - laid(made, 512, "#102030")).max() <= 1


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    def never(*_: object, **__: object) -> list[Layer]:
        raise AssertionError("drawn")

    for options, path, said in (
        (LayeredImageOptions(600), tmp_path / "a", "cannot be 600"),
        (LayeredImageOptions(512, "grin"), tmp_path / "a", "no expression called"),
        (LayeredImageOptions(512), tmp_path / "no" / "a", "no folder"),
    ):
        with pytest.raises(StudioError, match=said):
            list(export_layered_image(never, Shot(), options, path))
    with pytest.raises(StudioError, match="nothing to see"):
        list(export_layered_image(lambda *_, **__: [], Shot(), LayeredImageOptions(512), tmp_path / "a"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "broken",
    [
        'layeredimage a:\n    always "b.png" null',
        "layeredimage a:\n    always",
        'layeredimage a:\n    attribute b "b.png" "c.png"',
        'layeredimage a:\n    attribute b "b.png" place (1, 2)',
        "layeredimage a:\n    group b\n        attribute c null",
        "layeredimage a\n    attribute c null",
        "layeredimage a:\n    group b:\n        attribute c null default\n        attribute d null default",
    ],
)
def test_the_checker_refuses_what_renpy_does(broken: str) -> None:
    with pytest.raises((AssertionError, IndexError)):
        read_layered_image(broken)
