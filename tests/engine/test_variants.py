"""A choice may own its network: it is run for that choice and no other, in its own box, and checked like any other."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine.bundles import CAT_BOX, add_styles, make_bundle
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look, Mix
from vtuber_studio.core.pose import Pose
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.bundle import install_bundle, read_bundle
from vtuber_studio.engine.figure import ingredients, part_rows
from vtuber_studio.engine.generator import OnnxGenerator, load_generator
from vtuber_studio.engine.manifest_file import bundle_id
from vtuber_studio.engine.render import RenderCache, footprint, render

ROUND, SHARP, CAT = (Look(seed=3).set(eye_style=style, eye_size=0.5) for style in ("round", "sharp", "cat"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return add_styles(make_bundle(tmp_path_factory.mktemp("bundle") / "tiny"))


@pytest.fixture(scope="module")
def generator(folder: Path) -> OnnxGenerator:
    return load_generator(folder, threads=1)


def _changed(a: np.ndarray, b: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = (np.flatnonzero((a != b).any(-1).any(axis)) for axis in (1, 0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def test_the_chosen_network_paints_in_its_own_box(generator: OnnxGenerator) -> None:
    asked = ingredients(generator.manifest, Shot(CAT))["eyes"]
    assert (asked.network, asked.part.box) == ("eyes=cat", CAT_BOX)
    assert [row.name for row in part_rows(generator.manifest, "eyes=cat")] == ["eye_size", "glow", "blink"]
    shared = ingredients(generator.manifest, Shot(SHARP))["eyes"]
    assert shared.network == "eyes" and list(shared.c[:2]) == [0.0, 1.0]
    bare = render(generator, CAT.paint({"eyes:eye": "#f0c8b000"}))
    x0, y0, x1, y1 = _changed(render(generator, CAT), bare)
    assert CAT_BOX[0] <= x0 < x1 <= CAT_BOX[2] and CAT_BOX[1] <= y0 < y1 <= CAT_BOX[3]


def test_a_slider_of_one_style_leaves_the_others_alone(generator: OnnxGenerator) -> None:
    for look, same in ((ROUND, True), (SHARP, True), (CAT, False)):
        moved = render(generator, look.set(glow=0.9), size=512)
        assert np.array_equal(moved, render(generator, look, size=512)) == same


def test_a_cache_never_takes_one_style_for_another(generator: OnnxGenerator) -> None:
    cache = RenderCache()
    for look in (ROUND, CAT, SHARP, CAT, ROUND):
        for pose, size in ((None, 512), (Pose(yaw=8.0), 512), (None, 2048)):
            kept = render(generator, look, {"blink": 0.3}, pose, size, cache)
            assert np.array_equal(kept, render(generator, look, {"blink": 0.3}, pose, size))


def test_a_mix_of_two_styles_switches_at_one_half(generator: OnnxGenerator) -> None:
    def mixed(amount: float) -> str:
        look = ROUND.with_(mixes=(Mix("eyes", CAT, amount),))
        return ingredients(generator.manifest, Shot(look))["eyes"].network

    assert [mixed(amount) for amount in (0.0, 0.49, 0.5, 1.0)] == ["eyes", "eyes", "eyes=cat", "eyes=cat"]


def test_directions_and_footprints_know_the_styles(generator: OnnxGenerator) -> None:
    _, axes, _ = generator.directions("eyes=cat")
    assert axes.shape == (2, 2, 3)
    moved = CAT.with_(directions={"eyes": (1.5,)})
    assert not np.array_equal(render(generator, moved), render(generator, CAT))
    changed = (render(generator, CAT) != render(generator, SHARP)).any(-1)
    assert changed.any() and not changed[~footprint(generator.manifest, "eyes")].any()
    with pytest.raises(StudioError, match="no part"):
        generator.synthesize("eyes=dog", np.zeros((1, 2, 3), np.float32))


def test_a_bundle_with_styles_is_installed_whole(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTUBER_STUDIO_HOME", str(tmp_path))
    installed = install_bundle(folder)
    assert installed.manifest == read_bundle(folder).manifest
    assert (installed.folder / "parts" / "eyes.cat.synthesis.onnx").is_file()


Change = Callable[[dict[str, Any]], object]


def _cat(**values: Any) -> Change:
    return lambda eyes: eyes["variants"]["choices"]["cat"].update(values)


UNSOUND: dict[str, Change] = {
    "style that is none": lambda eyes: eyes["variants"].update(attribute="eye_size"),
    "style of nothing": lambda eyes: eyes["variants"].update(attribute="tail"),
    "choice that is not offered": lambda eyes: eyes["variants"]["choices"].update(
        dog=eyes["variants"]["choices"]["cat"]
    ),
    "choice that nobody paints": lambda eyes: eyes["variants"].update(choices={}),
    "box outside": _cat(box=[0, 0, 600, 40]),
    "huge logits": _cat(logits=[16, 4096]),
    "other logits": _cat(logits=[32, 32]),
    "no edition": _cat(edition=0),
    "input of nothing": _cat(inputs=[{"name": "tail"}]),
    "input of another part": _cat(inputs=[{"name": "face_width"}]),
    "input that offers more than it knows": _cat(inputs=[{"name": "eye_size", "high": 0.5}, {"name": "glow"}]),
    "another style's input": _cat(inputs=[{"name": "eye_style", "choices": ["round"]}]),
    "file outside": _cat(mapping={"path": "../x.onnx", "sha256": "0" * 64}),
    "network for nothing": lambda eyes: eyes["part"].update(empty_when={"eye_style": "cat"}),
}  # fmt: skip


@pytest.mark.parametrize("name", UNSOUND)
def test_unsound_styles_are_refused(folder: Path, tmp_path: Path, name: str) -> None:
    table = json.loads((folder / "manifest.json").read_text())
    UNSOUND[name](table["parts"][1])
    table["id"] = bundle_id(table)
    shutil.copytree(folder / "parts", tmp_path / "parts")
    (tmp_path / "manifest.json").write_text(json.dumps(table))
    with pytest.raises(StudioError) as caught:
        read_bundle(tmp_path)
    assert "not sound" in caught.value.message or name == "other logits"


def test_figures_of_a_style_do_not_count_for_the_id(folder: Path) -> None:
    table = json.loads((folder / "manifest.json").read_text())
    before = bundle_id(table)
    cat = table["parts"][1]["variants"]["choices"]["cat"]
    cat["figures"] = {"psnr": 30.0}
    assert bundle_id(table) == before
    cat["edition"] = 2
    assert bundle_id(table) != before
