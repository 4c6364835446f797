"""Directions from the command line and Python: taught, gone along, refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import vtuber_studio
from tests.test_cli import refused, studio
from vtuber_studio.core.direction import read_direction
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look
from vtuber_studio.core.project import read_look
from vtuber_studio.engine.bundle import find_bundle, read_bundle
from vtuber_studio.engine.fitting import persona
from vtuber_studio.engine.generator import load_generator
from vtuber_studio.engine.render import render

FLAGS = ("--more", "--less")
MANIFEST = read_bundle(find_bundle(None)).manifest


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], list[Path]]:
    """Looks' files: of 24 personas the four with the longest back hair, and the four with the shortest."""
    folder = tmp_path_factory.mktemp("marked")
    looks = sorted((persona(MANIFEST, seed) for seed in range(24)), key=lambda look: look.attributes["hair_length"])
    files = []
    for number, look in enumerate(looks):
        files.append(folder / f"{number}.json")
        files[-1].write_bytes(look.to_json())
    return files[-4:], files[:4]


def taught(marked: tuple[list[Path], list[Path]], out: Path, *more: str) -> list[str | Path]:
    pairs = zip(FLAGS, marked, strict=True)
    above, below = ([each for path in paths for each in (flag, path)] for flag, paths in pairs)
    return ["teach", *above, *below, "--name", "longer", "--out", out, *more]


def test_a_slider_is_taught_and_moves_her(marked: tuple[list[Path], list[Path]], tmp_path: Path) -> None:
    out = tmp_path / "longer.json"
    done = studio(*taught(marked, out))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == str(out) and lines[1].startswith("told apart, each left out in turn: ")
    assert lines[2].startswith("moves: Back hair length up")
    direction = read_direction(out)
    assert direction.attributes["hair_length"] > 0.3

    look = ("--look", marked[1][0], "--size", "64")
    assert studio("render", tmp_path / "a.png", *look).returncode == 0
    assert studio("render", tmp_path / "b.png", *look, "--direction", f"{out}=1.5").returncode == 0
    a, b = read_look(tmp_path / "a.png"), read_look(tmp_path / "b.png")
    assert b.taught["longer"].amount == 1.5
    assert float(b.attributes["hair_length"]) > float(a.attributes["hair_length"]) + 0.3
    # the picture carries how far she went, and comes back without knowing more than that
    assert studio("render", tmp_path / "c.png", "--look", tmp_path / "b.png", "--size", "64",
                  "--direction", f"{out}=-1.5").returncode == 0  # fmt: skip
    assert read_look(tmp_path / "c.png").attributes == pytest.approx(a.attributes)


def test_what_is_to_be_kept_stays(marked: tuple[list[Path], list[Path]], tmp_path: Path) -> None:
    done = studio(*taught(marked, tmp_path / "x.json", "--keep", "hair_length,hair.base"))
    assert done.returncode == 0 and "effect left: " in done.stdout and "Back hair length" not in done.stdout
    assert read_direction(tmp_path / "x.json").keep == ("hair_length", "hair.base")


def test_what_is_wrong_is_said(marked: tuple[list[Path], list[Path]], tmp_path: Path) -> None:
    assert "wings" in refused(*taught(marked, tmp_path / "x.json", "--keep", "wings"))
    assert "no .json file" in refused(*taught(marked, tmp_path / "x.txt"))
    assert "tells these looks apart" in refused(*taught((marked[0], marked[0]), tmp_path / "x.json"))
    (tmp_path / "bad.json").write_text('{"name":"x","attributes":{"a":1},"more":2}')
    (tmp_path / "foreign.json").write_text('{"name":"x","attributes":{"wings":1}}')
    for wish, sentence in (
        ("nowhere.json=1", "nowhere.json"),
        (f"{tmp_path}/bad.json=1", "does not know"),
        (f"{tmp_path}/foreign.json=1", "nothing of what 'x' moves"),
        ("sweeter.json", "not understood"),
        ("sweeter.json=far", "not understood"),
        ("sweeter.json=9", "not understood"),
    ):
        assert sentence in refused("render", tmp_path / "a.png", "--direction", wish)
    assert not (tmp_path / "a.png").exists() and not (tmp_path / "x.json").exists()


def test_python_does_the_same(tmp_path: Path) -> None:
    generator = load_generator()
    looks = [persona(MANIFEST, seed) for seed in range(24)]
    looks.sort(key=lambda look: look.attributes["eye_size"])
    direction = vtuber_studio.teach(generator, "wide-eyed", looks[-4:], looks[:4], keep=["hair_length"])
    look = looks[0]
    wide: Look = vtuber_studio.along(generator, look, direction, 1.5)
    assert float(wide.attributes["eye_size"]) > float(look.attributes["eye_size"]) + 0.3
    assert wide.attributes["hair_length"] == look.attributes["hair_length"]
    assert (render(generator, wide, size=64) != render(generator, look, size=64)).any()
    back = vtuber_studio.along(generator, wide, direction, 0.0)
    assert np.array_equal(render(generator, back, size=64), render(generator, look, size=64))
    with pytest.raises(StudioError, match="nowhere"):
        vtuber_studio.along(generator, look, tmp_path / "nowhere.json", 1.0)
