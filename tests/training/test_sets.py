"""The figures of the field, over small sets of the shipped generator and of the artist."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from tests.test_cli import refused
from vtuber_studio.cli import app
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.features import features, values_of
from vtuber_studio.engine.fitting import persona
from vtuber_studio.engine.generator import Generator, load_generator
from vtuber_studio.engine.reading import reader_of
from vtuber_studio.engine.render import render
from vtuber_studio.training.evaluate import FIRST_SEED
from vtuber_studio.training.sets import edge_energy, evaluate_sets, line_recall, portrait, slider_accuracy


@pytest.fixture(scope="module")
def generator() -> Generator:
    return load_generator()


def test_blur_takes_edges_and_lines_away(generator: Generator) -> None:
    drawing = portrait(generator.manifest, Shot(persona(generator.manifest, 4)))
    blurred = cv2.GaussianBlur(drawing, (0, 0), 2.5)
    assert line_recall(drawing, drawing) == 1 and line_recall(drawing, np.zeros_like(drawing)) == 0
    assert edge_energy(blurred) < 0.6 * edge_energy(drawing) and line_recall(drawing, blurred) < 0.6
    made = render(generator, persona(generator.manifest, 4), size=512)
    assert line_recall(drawing, made) > 0.8 and 0.8 < edge_energy(made) / edge_energy(drawing) < 1.2


def test_features_are_what_the_reader_answers(generator: Generator) -> None:
    look = persona(generator.manifest, FIRST_SEED)
    image = render(generator, look, size=512)
    one, small = features(generator, [image, cv2.resize(image, (256, 256), interpolation=cv2.INTER_AREA)])
    assert np.abs(one - small).mean() < 0.1, "the size of a picture does not count"
    read, reader = values_of(reader_of(generator.manifest), one), reader_of(generator.manifest)
    assert set(read) == {row.name for row in reader.rows}
    assert all(read[row.name] in row.choices if row.choices else row.low <= float(read[row.name]) <= row.high
               for row in reader.rows)  # fmt: skip
    assert read["back_style"] == look.attributes["back_style"]


def test_the_generator_is_like_the_artist_and_one_picture_is_not(generator: Generator) -> None:
    def eye(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        assert picture.shape == (512, 512, 3) and 200 < picture[0, 0].min() <= picture.max() <= 255
        shares = np.histogram(picture, 10, (0, 256))[0] / picture.size
        return shares, shares

    found = evaluate_sets(generator, 10, eye=eye)
    assert 0 < found["fid"] < 1 and 1 <= found["inception_score"]["made"] < 10
    assert 0.1 < found["two_sample"]["accuracy"] < 0.9 and 0 < found["two_sample"]["p"] < 1
    assert found["pictures"] == 10 and found["kid"]["low"] <= found["kid"]["mean"] <= found["kid"]["high"]
    assert found["precision"] > 0.5 and found["recall"] > 0.5
    assert 0.7 < found["diversity"]["generator"] / found["diversity"]["artist"] < 1.4
    assert set(found["diversity"]["parts"]) <= {entry.part.name for entry in generator.manifest.parts}
    assert found["edge_energy"] > 0.8 and found["line_recall"] > 0.8 and found["samples_a_second"] > 0


def test_sliders_do_what_they_say(generator: Generator) -> None:
    names = {"shoulders", "face_width", "jaw", "nose"}  # of the whole portrait, and of the face from near
    found = slider_accuracy(generator, 2, names)
    assert set(found["sliders"]) == names and found["looks"] == 2 and found["choices"] == 1
    assert all(found["sliders"][name]["on"] > 0.7 for name in names)
    assert all(each["off"] < 0.2 for each in found["sliders"].values())


def test_what_cannot_be_measured_is_said() -> None:
    assert "one at a time" in refused("evaluate", "--sets", "--sliders")
    assert "belongs to --sets" in refused("evaluate", "--inception", "weights.pth")
    with pytest.raises(StudioError, match="so few"):
        CliRunner().invoke(app, ["evaluate", "--sets", "--looks", "2"], catch_exceptions=False, standalone_mode=False)
