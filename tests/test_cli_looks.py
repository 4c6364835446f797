"""Mixes, variations and regions from the command line: what was asked for changes, all else stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.test_cli import refused, studio
from vtuber_studio.core.image import decode_png
from vtuber_studio.core.look import look_from_json
from vtuber_studio.core.mask import SIDE, mask_of
from vtuber_studio.core.mixing import seen_palette, seen_value
from vtuber_studio.core.project import NamedLook, Project, read_look, save_project
from vtuber_studio.engine.bundle import find_bundle, read_bundle

MANIFEST = read_bundle(find_bundle(None)).manifest


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("looks")
    for name, seed in (("a.png", "3"), ("b.png", "8")):
        assert studio("render", folder / name, "--seed", seed, "--size", "64").returncode == 0
    return folder / "a.png", folder / "b.png"


def test_a_part_is_taken_from_another_look(pair: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "c.json"
    done = studio("mix", *pair, "--take", "hair_front=B:shape", "--take", "eyes=B@0.5", "--out", out)
    assert done.returncode == 0 and done.stdout.strip() == str(out)
    a, b, c = read_look(pair[0]), read_look(pair[1]), look_from_json(out.read_bytes())
    style = next(row for row in MANIFEST.attributes if row.name == "front_style")
    assert a.attributes["front_style"] != b.attributes["front_style"] == seen_value(style, c)
    assert {(mix.part, mix.shape, mix.colour) for mix in c.mixes} == {("hair_front", 1.0, 0.0), ("eyes", 0.5, 0.5)}
    assert c.with_(mixes=()) == a
    assert studio("render", tmp_path / "c.png", "--look", out, "--size", "64").returncode == 0
    assert studio("mix", *pair, "--take", "all=B", "--out", tmp_path / "d.png").returncode == 0
    assert len({mix.part for mix in read_look(tmp_path / "d.png").mixes}) == len(MANIFEST.parts)


def test_variations_leave_all_but_their_part(pair: tuple[Path, Path], tmp_path: Path) -> None:
    done = studio("variations", pair[0], "--part", "mouth", "--count", "3", "--size", "64", "--out", tmp_path)
    assert done.returncode == 0
    files = [tmp_path / f"mouth-0{k}.png" for k in (1, 2, 3)]
    assert done.stdout.split() == [str(file) for file in files]
    base, rolled = read_look(pair[0]), [read_look(file) for file in files]
    assert len({look.digest for look in rolled}) == 3
    own = {row.name for row in MANIFEST.attributes if row.parts == ("mouth",)}
    for look in rolled:
        assert {name for name, value in look.attributes.items() if value != base.attributes[name]} <= own
        assert look.palette == base.palette and look.seed == base.seed


def test_the_whole_look_varies_as_far_as_it_is_told(pair: tuple[Path, Path], tmp_path: Path) -> None:
    base = read_look(pair[0])

    def far(distance: str) -> float:
        options = ("--distance", distance, "--count", "2", "--size", "64", "--out", tmp_path / distance)
        assert studio("variations", pair[0], *options).returncode == 0
        look = read_look(tmp_path / distance / "look-02.png")
        ranges = [row.name for row in MANIFEST.attributes if not row.choices]
        return sum(abs(float(look.attributes[name]) - float(base.attributes[name])) for name in ranges)

    assert 0 < far("0.1") < far("0.6") < far("1")
    options = ("--part", "eyes", "--part", "Colours", "--count", "1", "--size", "64", "--out", tmp_path)
    assert studio("variations", pair[0], *options).returncode == 0
    some = read_look(tmp_path / "eyes+Colours-01.png")
    own = {row.name for row in MANIFEST.attributes if row.parts == ("eyes",)}
    assert {name for name, value in some.attributes.items() if value != base.attributes[name]} <= own
    assert some.palette != base.palette and some.seed == base.seed


def test_a_region_changes_nothing_outside_its_mask(pair: tuple[Path, Path], tmp_path: Path) -> None:
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[:, : SIDE // 2] = 255
    (tmp_path / "left.png").write_bytes(mask_of(mask).to_png())
    options = ("--mask", tmp_path / "left.png", "--parts", "hair_front,hair_back", "--set", "hair.base=#ff2266")
    assert studio("region", pair[0], *options, "--out", tmp_path / "two.json").returncode == 0
    pictures = []
    for look in (pair[0], tmp_path / "two.json"):
        assert studio("render", tmp_path / "out.png", "--look", look, "--size", "256").returncode == 0
        pictures.append(decode_png((tmp_path / "out.png").read_bytes()))
    changed = (pictures[0] != pictures[1]).any(-1)
    assert changed[:, :128].sum() > 500 and not changed[:, 128:].any()
    Image.fromarray(mask[:512, :512]).save(tmp_path / "small.png")
    options = ("--mask", tmp_path / "small.png", *options[2:])
    assert "512 x 512" in refused("region", pair[0], *options, "--out", tmp_path / "no.json")
    assert not (tmp_path / "no.json").exists()


@pytest.mark.parametrize(
    ("take", "words"),
    [("wings=B", "wings"), ("eyes=C", "eyes=C"), ("eyes", "not understood"), ("eyes=B@1.5", "not understood")],
)
def test_a_wish_that_cannot_be_met_is_refused(pair: tuple[Path, Path], take: str, words: str, tmp_path: Path) -> None:
    assert words in refused("mix", *pair, "--take", take, "--out", tmp_path / "c.json")
    assert "neither" in refused("mix", *pair, "--take", "eyes=B", "--out", tmp_path / "c.txt")
    assert "wings" in refused("variations", pair[0], "--part", "wings", "--out", tmp_path / "new")
    assert not list(tmp_path.iterdir())


def test_a_palette_goes_from_one_look_to_another(pair: tuple[Path, Path], tmp_path: Path) -> None:
    exports = [tmp_path / f"hers{suffix}" for suffix in (".gpl", ".ase", ".hex")]
    done = studio("palette", pair[0], *(word for path in exports for word in ("--export", path)))
    assert done.returncode == 0 and done.stdout.split() == [str(path) for path in exports]
    parts = [entry.part for entry in MANIFEST.parts]
    a, b = (read_look(path) for path in pair)
    hers = seen_palette(MANIFEST.materials, parts, a)
    for export in exports:
        out = tmp_path / f"{export.name}.json"
        assert studio("palette", pair[1], "--apply", export, "--out", out).returncode == 0
        dressed = look_from_json(out.read_bytes())
        seen = seen_palette(MANIFEST.materials, parts, dressed)
        assert all(np.abs(seen[name] - hers[name]).max() < 0.003 for name in hers)
        assert dressed.with_(palette={}) == b.with_(palette={})


def test_a_palette_that_says_nothing_of_her_is_refused(pair: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "sea.hex").write_text("#004080 Deep\n")
    out = ("--out", tmp_path / "c.json")
    assert "what its colours are for" in refused("palette", pair[0], "--apply", tmp_path / "sea.hex", *out)
    assert "belong together" in refused("palette", pair[0], "--apply", tmp_path / "sea.hex")
    assert "Nothing was asked" in refused("palette", pair[0])
    assert "'.bmp'" in refused("palette", pair[0], "--export", tmp_path / "a.bmp")
    assert not (tmp_path / "c.json").exists()


def test_a_project_s_look_is_named_and_an_outfit_is_taken(pair: tuple[Path, Path], tmp_path: Path) -> None:
    school, other = (read_look(file) for file in pair)
    project = Project(looks=(NamedLook("School", school), NamedLook("On stage", other)), active=0)
    save_project(tmp_path / "her.vtsproj", project)
    named = ("--look", tmp_path / "her.vtsproj", "--look-name", "on stage")
    assert studio("render", tmp_path / "b.png", *named, "--size", "64").returncode == 0
    assert read_look(tmp_path / "b.png") == other
    assert studio("export", "png", tmp_path / "c.png", *named, "--size", "64").returncode == 0
    assert read_look(tmp_path / "c.png") == other
    said = refused("render", tmp_path / "no.png", "--look", tmp_path / "her.vtsproj", "--look-name", "Beach")
    assert "Beach" in said and "School, On stage" in said
    assert "project" in refused("render", tmp_path / "no.png", "--look", pair[0], "--look-name", "School")
    assert "--look" in refused("render", tmp_path / "no.png", "--look-name", "School")
    assert studio("mix", *pair, "--take", "outfit=B", "--out", tmp_path / "d.json").returncode == 0
    dressed = read_look(tmp_path / "d.json")
    assert dressed.attributes["clothes"] == other.attributes["clothes"]
    assert dressed.palette["cloth.base"] == other.palette["cloth.base"]
    assert dressed.attributes["face_width"] == school.attributes["face_width"] and not dressed.mixes
    assert dressed.palette["hair.base"] == school.palette["hair.base"]
    assert "whole" in refused("mix", *pair, "--take", "outfit=B@0.5", "--out", tmp_path / "no.json")
