"""Folders of pictures and the files of PNGTuber programs: every picture is a single rendering, all or nothing."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.export.conftest import SHOT
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.shot import Shot
from vtuber_studio.core.timeline import talk
from vtuber_studio.export import (
    AnimationOptions,
    EmoteOptions,
    ItemOptions,
    Render,
    SetOptions,
    StateOptions,
    export_emotes,
    export_frames,
    export_pngtuber_plus,
    export_renpy,
    export_states,
    export_vts_item,
)
from vtuber_studio.export.folders import EMOTE_SIZES, EMOTES, states


def pixels(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.array(image)


def test_frames_are_the_clip(render: Render, tmp_path: Path) -> None:
    out = tmp_path / "話す \N{CAT FACE}"
    options = AnimationOptions(size=64, animation="talk", text="ao", fps=20)
    list(export_frames(render, SHOT, options, out))
    clip = talk(SHOT, "ao", 20)
    files = sorted(out.iterdir())
    assert [file.name for file in files] == [f"talk_{k:03}.png" for k in range(len(clip.frames))]
    for file, frame in zip(files, clip.frames, strict=True):
        assert np.array_equal(pixels(file.read_bytes()), render(frame.shot, 64))
    assert [entry.name for entry in tmp_path.iterdir()] == [out.name]


def test_a_folder_is_replaced_only_where_nothing_is_lost(render: Render, tmp_path: Path) -> None:
    out = tmp_path / "frames"
    options = AnimationOptions(size=64, animation="blink", fps=8)
    list(export_frames(render, SHOT, options, out))
    list(export_frames(render, SHOT, options, out))  # again: the same names
    (out / "notes.txt").write_text("mine")
    with pytest.raises(StudioError, match=r"holds 'notes\.txt'"):
        list(export_frames(render, SHOT, options, out))
    assert (out / "notes.txt").read_text() == "mine"
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StudioError, match="is a file"):
        list(export_frames(render, SHOT, options, tmp_path / "file"))
    with pytest.raises(StudioError, match="cannot be written"):
        list(export_frames(render, SHOT, options, tmp_path / "no" / "frames"))


def test_renpy_finds_every_picture_of_its_script(render: Render, tmp_path: Path) -> None:
    out = tmp_path / "Hana Chan"
    list(export_renpy(render, SHOT, SetOptions(size=64), out))
    script = (out / "hana_chan.rpy").read_text()
    images = dict(re.findall(r'^image hana_chan (\w+) = "Hana Chan/([\w.]+)"$', script, re.MULTILINE))
    assert len(images) == 10 and set(images.values()) | {"hana_chan.rpy"} == {file.name for file in out.iterdir()}
    assert all(re.fullmatch(r"[a-z0-9_]+\.png", name) for name in images.values())
    list(export_renpy(render, SHOT, SetOptions(size=64, preset="talk", text="a"), tmp_path / "花"))
    script = (tmp_path / "花" / "persona.rpy").read_text("utf-8")
    block = re.search(r"^image persona talk:\n((?:    .+\n)+)", script, re.MULTILINE)
    assert block
    lines = [line.strip() for line in block[1].splitlines()]
    assert lines[-1] == "repeat" and all(0 < float(time) < 1 for time in lines[1:-1:2])
    assert all((tmp_path / json.loads(name)).is_file() for name in lines[:-1:2])


def test_emotes_show_the_whole_head_at_every_size(render: Render, tmp_path: Path) -> None:
    list(export_emotes(render, SHOT, EmoteOptions(), tmp_path / "emotes"))
    files = {file.name: pixels(file.read_bytes()) for file in (tmp_path / "emotes").iterdir()}
    assert set(files) == {f"{face}-{size}.png" for face in EMOTES.split(",") for size in EMOTE_SIZES}
    for name, image in files.items():
        size = int(name.removesuffix(".png").rpartition("-")[2])
        assert image.shape == (size, size, 4) and image[..., 3].max() > 240
        assert not image[0, :, 3].any() or size < 72
    assert not np.array_equal(files["surprised-112.png"], files["sleepy-112.png"])


def test_the_four_states_of_a_pngtuber(render: Render, tmp_path: Path) -> None:
    list(export_states(render, SHOT, StateOptions(size=64), tmp_path / "four"))
    files = {file.stem: pixels(file.read_bytes()) for file in (tmp_path / "four").iterdir()}
    assert set(files) == {"closed", "open", "blink-closed", "blink-open"}
    for name, shot in states(SHOT, 0.6).items():
        assert np.array_equal(files[name], render(shot, 64))
    list(export_pngtuber_plus(render, SHOT, StateOptions(size=64), tmp_path / "a.save"))
    sprites = json.loads((tmp_path / "a.save").read_text())
    assert list(sprites) == ["0", "1", "2", "3"]
    shown = {}
    for sprite in sprites.values():
        assert sprite["offset"] == sprite["pos"] == "Vector2(0, 0)" and sprite["parentId"] is None
        assert json.loads(sprite["costumeLayers"]) == [1] * 10
        for name in ("zindex", "drag", "xFrq", "xAmp", "yFrq", "yAmp", "rotDrag", "identification"):
            assert isinstance(sprite[name], int)
        shown[sprite["showTalk"], sprite["showBlink"]] = pixels(base64.b64decode(sprite["imageData"]))
    names = {(1, 1): "closed", (2, 1): "open", (1, 2): "blink-closed", (2, 2): "blink-open"}
    assert set(shown) == set(names) and len({sprite["identification"] for sprite in sprites.values()}) == 4
    for state, name in names.items():
        assert np.array_equal(shown[state], files[name])


def test_states_differ_where_the_generator_knows_lids_and_mouth(render: Render) -> None:
    seen = {name: render(shot, 64).tobytes() for name, shot in states(Shot(SHOT.look), 0.6).items()}
    assert len({seen["closed"], seen["blink-closed"]}) == 2


def test_two_exports_at_once_leave_one_of_them_whole(render: Render, tmp_path: Path) -> None:
    out = tmp_path / "she"
    first = export_frames(render, SHOT, AnimationOptions(size=64, animation="blink", fps=8), out)
    second = export_frames(render, SHOT, AnimationOptions(size=96, animation="blink", fps=8), out)
    for _ in zip(first, second, strict=True):
        pass
    assert {pixels(file.read_bytes()).shape for file in out.iterdir()} == {(96, 96, 4)}
    assert len(list(out.iterdir())) == 8 and [entry.name for entry in tmp_path.iterdir()] == ["she"]


def test_an_item_is_what_vtube_studio_takes(render: Render, tmp_path: Path) -> None:
    list(export_vts_item(render, SHOT, ItemOptions(size=64), tmp_path / "my-persona.png"))
    data = (tmp_path / "my-persona.png").read_bytes()
    assert np.array_equal(pixels(data), render(SHOT, 64)) and len(data) < 5_000_000
    for name in ("short", "with space", "ずんだもんずんだもん", "a" * 33):
        with pytest.raises(StudioError, match="takes no item"):
            list(export_vts_item(render, SHOT, ItemOptions(), tmp_path / f"{name}.png"))

    def noise(_: Shot, size: int) -> np.ndarray:
        return np.random.default_rng(0).integers(0, 256, (size, size, 4), np.uint8)

    with pytest.raises(StudioError, match="5 MB"):
        list(export_vts_item(noise, SHOT, ItemOptions(size=2048), tmp_path / "too-large.png"))
    assert len(list(tmp_path.iterdir())) == 1
