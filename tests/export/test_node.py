"""PSD and sheets as programs in JavaScript read them: ag-psd and PixiJS, in Node.

They run where `make readers` has put both packages into build/node; no test asks a network for them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.engine.test_layers import laid
from tests.export.conftest import SHOT
from tests.export.test_layers import FACE, draw, psd_layers, seen
from tests.export.test_sheet import cut
from tests.fakes import FakeGenerator
from vtuber_studio.core.layer import Layer
from vtuber_studio.engine.render import render as render_shot
from vtuber_studio.export import EXPORTERS, LayerOptions, Render, SheetOptions, export_sheet
from vtuber_studio.export.clips import clips_of, frames_of

SCRIPTS = Path(__file__).parent / "node"
MODULES = Path(__file__).resolve().parents[2] / "build" / "node" / "node_modules"
pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed"),
    pytest.mark.skipif(not (MODULES / "pixi.js").is_dir(), reason="`make readers` installs ag-psd and pixi.js"),
]


def node(script: str, *words: object) -> str:
    command = ["node", str(SCRIPTS / script), *map(str, words)]
    environment = {**os.environ, "NODE_PATH": str(MODULES)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, check=False)
    assert not done.returncode, done.stderr
    return done.stdout


Rows = list[tuple[tuple[str, ...], str, Layer]]


def read(path: Path, tmp_path: Path) -> tuple[dict[str, Any], np.ndarray, Rows]:
    """(what the file says, its composite, its layers from the bottom up) by ag-psd."""
    node("read_psd.js", path, tmp_path / "read")
    said = json.loads((tmp_path / "read.json").read_text("utf-8"))
    data = (tmp_path / "read.rgba").read_bytes()

    def image(place: dict[str, int]) -> np.ndarray:
        size = 4 * place["width"] * place["height"]
        plain = np.frombuffer(data, np.uint8, size, place["at"])
        return plain.reshape(place["height"], place["width"], 4)

    rows: Rows = []

    def walk(nodes: list[dict[str, Any]], groups: tuple[str, ...]) -> None:
        for row in nodes:
            assert not row["hidden"] and row["opacity"] == 1
            if row["children"] is not None:
                assert row["blend"] == "pass through"
                walk(row["children"], (*groups, row["name"]))
                continue
            blend: Any = {"multiply": "multiply", "linear dodge": "add", "normal": "normal"}[row["blend"]]
            layer = Layer(row["name"], "", image(row["image"]), row["x"], row["y"], blend)
            rows.append((groups, "clipped" if row["clipping"] else "", layer))

    walk(said["children"], ())
    return said, image(said["composite"]), rows


@pytest.mark.parametrize("names", ["english", "japanese"])
def test_a_psd_is_to_ag_psd_what_it_is_to_psd_tools(names: str, tmp_path: Path) -> None:
    path = tmp_path / "ミク 🎀.psd"
    list(EXPORTERS["psd"].export(draw, FACE, LayerOptions(512, names), path))
    said, composite, rows = read(path, tmp_path)
    assert (said["width"], said["height"], said["channels"], said["bits"], said["mode"]) == (512, 512, 4, 8, 3)
    others = psd_layers(path)
    assert [(groups, clipped, layer.name, layer.blend, layer.x, layer.y) for groups, clipped, layer in rows] == [
        (groups, clipped, layer.name, layer.blend, layer.x, layer.y) for groups, clipped, layer in others
    ]
    for (_, _, layer), (_, _, other) in zip(rows, others, strict=True):
        assert np.array_equal(layer.image, other.image)
    white = FACE.with_(look=FACE.look.with_(background="#ffffff"))
    picture = render_shot(FakeGenerator(), white, size=512, quality="preview")[..., :3].astype(int)
    alpha = composite[..., 3:].astype(float) / 255
    on_white = np.round(composite[..., :3] * alpha + 255 * (1 - alpha))
    for found, most in ((laid(seen(rows), 512, "#ffffff"), 2), (on_white, 2)):
        off = np.abs(found - picture).max(-1)
        assert (off > 1).mean() < 1e-4 and off.max() <= most


@pytest.mark.parametrize("form", ["aseprite_hash", "texturepacker_hash"])
@pytest.mark.parametrize("more", [{"trim": False, "layout": "grid"}, {"preset": "animations", "seconds": 1.0}])
def test_pixi_cuts_single_renderings_from_a_sheet(
    form: str, more: dict[str, Any], render: Render, tmp_path: Path
) -> None:
    options = SheetOptions(size=64, form=form, extrude=1, **more)
    list(export_sheet(render, SHOT, options, tmp_path / "she.json"))
    with Image.open(tmp_path / "she.png") as image:
        sheet = np.array(image)
    found = json.loads(node("read_sheet.js", tmp_path / "she.json"))
    clips = clips_of(SHOT, options)
    assert list(found["textures"]) == [frame.name for frame in frames_of(clips)]
    for frame in frames_of(clips):
        row, single = found["textures"][frame.name], render(frame.shot, 64)
        shown = cut(sheet, row["frame"], row["source"], row["full"])
        assert row["rotate"] == 0 and np.array_equal(*(part * (part[..., 3:] > 0) for part in (shown, single)))
    if form == "texturepacker_hash":
        assert found["animations"] == {clip.name: [frame.name for frame in clip.frames] for clip in clips}
