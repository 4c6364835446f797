"""Sheets: what their JSON or .tres cuts out is a single rendering; nothing overlaps; nothing is half there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.export.conftest import SHOT
from vtuber_studio.core.carried import carried_look
from vtuber_studio.core.errors import StudioError
from vtuber_studio.export import LayoutOptions, Render, SheetOptions, export_godot, export_sheet
from vtuber_studio.export.clips import clips_of, frames_of
from vtuber_studio.export.packing import pack

SIZES = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), min_size=1, max_size=40)


@given(SIZES, st.integers(0, 5), st.booleans())
def test_packed_rectangles_lie_apart_and_inside(sizes: list[tuple[int, int]], gap: int, power: bool) -> None:
    packed = pack(sizes, 1024, gap, power)
    assert packed is not None
    places, (width, height) = packed
    taken = np.zeros((height, width), bool)
    for (x, y), (wide, high) in zip(places, sizes, strict=True):
        assert min(x, y) >= gap and x + wide + gap <= width and y + high + gap <= height
        assert not taken[y - gap : y + high + gap, x - gap : x + wide + gap].any()
        taken[y : y + high, x : x + wide] = True
    assert not power or (width & (width - 1) == 0 and height & (height - 1) == 0)
    assert pack(sizes, 1024, gap, power) == packed


def test_a_sheet_is_full() -> None:
    sizes = [(90 + k % 7, 140 + k % 5) for k in range(100)]
    packed = pack(sizes, 8192)
    assert packed is not None and sum(w * h for w, h in sizes) > 0.85 * packed[1][0] * packed[1][1]
    assert pack([(600, 600)] * 4, 1024) is None


def run(export: Callable[..., Any], render: Render, options: Any, path: Path) -> None:
    steps = [step.fraction for step in export(render, SHOT, options, path)]
    assert steps == sorted(steps) and steps[-1] == 1.0


def opened(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        assert image.mode == "RGBA"
        return np.array(image)


def cut(sheet: np.ndarray, frame: dict[str, int], source: dict[str, int], full: dict[str, int]) -> np.ndarray:
    """The whole frame, as a program that follows the JSON shows it."""
    out = np.zeros((full["h"], full["w"], 4), np.uint8)
    x, y, w, h = (frame[key] for key in "xywh")
    out[source["y"] : source["y"] + h, source["x"] : source["x"] + w] = sheet[y : y + h, x : x + w]
    return out


CASES = (
    SheetOptions(size=64),
    SheetOptions(size=64, form="aseprite_array", layout="grid", columns=3, padding=0),
    SheetOptions(size=64, form="texturepacker_hash", preset="talk", extrude=2, power_of_two=True),
    SheetOptions(size=96, form="texturepacker_array", trim=False, expressions="happy,sad", poses="front,left"),
    SheetOptions(size=64, preset="animations", seconds=1, text="ai", layout="grid", power_of_two=True, extrude=1),
    SheetOptions(size=64, background="#203040", preset="blink"),
)


@pytest.mark.parametrize("options", CASES, ids=lambda options: options.form + options.layout)
def test_frames_cut_by_their_json_are_single_renderings(options: SheetOptions, render: Render, tmp_path: Path) -> None:
    run(export_sheet, render, options, tmp_path / "her sheet.json")
    table, sheet = json.loads((tmp_path / "her sheet.json").read_text()), opened(tmp_path / "her sheet.png")
    meta, frames = table["meta"], table["frames"]
    assert meta["image"] == "her sheet.png" and meta["scale"] == "1" and meta["format"] == "RGBA8888"
    assert meta["size"] == {"w": sheet.shape[1], "h": sheet.shape[0]}
    if options.power_of_two:
        assert all(side & (side - 1) == 0 for side in sheet.shape[:2])
    rows = {row["filename"]: row for row in frames} if isinstance(frames, list) else frames
    assert isinstance(frames, list) == options.form.endswith("array")
    wanted = frames_of(clips_of(SHOT, options))
    assert list(rows) == [frame.name for frame in wanted]
    for frame, row in zip(wanted, rows.values(), strict=True):
        assert row["rotated"] is False and row["sourceSize"] == {"w": options.size, "h": options.size}
        assert [row["frame"][key] for key in "wh"] == [row["spriteSourceSize"][key] for key in "wh"]
        assert row["trimmed"] == (row["frame"]["w"] < options.size or row["frame"]["h"] < options.size)
        look = frame.shot.look.with_(background=options.background)
        single = render(frame.shot.with_(look=look), options.size)
        found = cut(sheet, row["frame"], row["spriteSourceSize"], row["sourceSize"])
        seen = single[..., 3] > 0
        assert np.array_equal(found[seen], single[seen]) and not found[~seen][:, 3].any()
        assert row.get("duration", frame.ms) == frame.ms
    if options.form.startswith("aseprite"):
        tags = meta["frameTags"]
        names = list(rows)
        assert [tag["from"] for tag in tags] == [0, *(tag["to"] + 1 for tag in tags[:-1])]
        assert tags[-1]["to"] == len(names) - 1 and all(names[tag["from"]].startswith(tag["name"]) for tag in tags)
    else:
        assert [name for names in table["animations"].values() for name in names] == list(rows)


def test_phaser_finds_the_frames_of_every_tag(render: Render, tmp_path: Path) -> None:
    """As its `createFromAseprite` looks for them: by number, as text, in the table and among the textures."""
    options = SheetOptions(size=64, preset="animations", seconds=1, text="ai", form="aseprite_numbers")
    run(export_sheet, render, options, tmp_path / "a.json")
    table = json.loads((tmp_path / "a.json").read_text())
    clips = {clip.name: clip for clip in clips_of(SHOT, options)}
    assert [tag["name"] for tag in table["meta"]["frameTags"]] == list(clips)
    for tag in table["meta"]["frameTags"]:
        found = [table["frames"][str(number)]["duration"] for number in range(tag["from"], tag["to"] + 1)]
        assert found == [frame.ms for frame in clips[tag["name"]].frames]


def test_extrusion_repeats_the_rim(render: Render, tmp_path: Path) -> None:
    options = SheetOptions(size=64, extrude=2, padding=1, expressions="neutral", background="#203040")
    run(export_sheet, render, options, tmp_path / "a.json")
    sheet = opened(tmp_path / "a.png")
    assert sheet.shape == (64 + 4 + 2, 64 + 4 + 2, 4) and not sheet[0].any()
    assert np.array_equal(sheet[1, 3:-3], sheet[3, 3:-3]) and np.array_equal(sheet[3:-3, -2], sheet[3:-3, -4])


def test_godot_sprites_name_every_frame_once(render: Render, tmp_path: Path) -> None:
    options = LayoutOptions(size=64, preset="animations", seconds=1, text="o")
    run(export_godot, render, options, tmp_path / "her.tres")
    text, sheet = (tmp_path / "her.tres").read_text(), opened(tmp_path / "her.png")
    found = re.findall(
        r'\[sub_resource type="AtlasTexture" id="(\w+)"\]\natlas = ExtResource\("1"\)\n'
        r"region = Rect2\((\d+), (\d+), (\d+), (\d+)\)\nmargin = Rect2\((\d+), (\d+), (\d+), (\d+)\)\n",
        text,
    )
    clips = clips_of(SHOT, options)
    wanted = {frame.name: frame for frame in frames_of(clips)}
    assert text.startswith(f'[gd_resource type="SpriteFrames" load_steps={len(wanted) + 2} format=3]\n')
    assert '[ext_resource type="Texture2D" path="res://her.png" id="1"]' in text
    assert [row[0] for row in found] == list(wanted)
    for name, *numbers in found:
        x, y, w, h, left, top, more, taller = map(int, numbers)
        assert (w + more, h + taller) == (64, 64)
        single = render(wanted[name].shot, 64)[top : top + h, left : left + w]
        seen = single[..., 3] > 0
        assert np.array_equal(sheet[y : y + h, x : x + w][seen], single[seen])
    body = re.search(r"\[resource\]\nanimations = (\[.*\])\n", text)
    assert body  # with its names and references as texts it is JSON
    plain = re.sub(r'&("\w+")', r"\1", re.sub(r'SubResource\(("\w+")\)', r"\1", body[1]))
    animations = json.loads(plain)
    assert [row["name"] for row in animations] == [clip.name for clip in clips]
    for row, clip in zip(animations, clips, strict=True):
        seconds = sum(frame["duration"] for frame in row["frames"]) / row["speed"]
        assert abs(seconds - sum(frame.ms for frame in clip.frames) / 1000) < 0.01 and row["loop"] is True
        assert [frame["texture"] for frame in row["frames"]] == [frame.name for frame in clip.frames]


def test_a_sheet_carries_its_look(render: Render, tmp_path: Path) -> None:
    run(export_sheet, render, SheetOptions(size=64, look=SHOT.look, expressions="sad"), tmp_path / "a.json")
    assert carried_look((tmp_path / "a.png").read_bytes()) == SHOT.look


def test_what_goes_wrong_leaves_both_files_as_they_were(
    render: Render, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = SheetOptions(size=64, expressions="neutral,sad")
    path, picture = tmp_path / "a.json", tmp_path / "a.png"
    running = export_sheet(render, SHOT, options, path)
    next(running)
    running.close()
    assert not list(tmp_path.iterdir())
    path.write_text("mine"), picture.write_text("my picture")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(StudioError, match="disk is full"):
            run(export_sheet, render, options, path)
    assert (path.read_text(), picture.read_text()) == ("mine", "my picture") and len(list(tmp_path.iterdir())) == 2
    path.unlink()
    path.mkdir()
    with pytest.raises(StudioError, match="cannot be written"):
        run(export_sheet, render, options, path)
    assert picture.read_text() == "my picture" and len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (SheetOptions(size=32), "size=32"),
        (SheetOptions(expressions="happy,grin"), "no expression called 'grin'"),
        (SheetOptions(poses="back"), "no pose called 'back'"),
        (SheetOptions(preset="dance"), "preset has no choice 'dance'"),
        (SheetOptions(preset="talk", text="hm"), "no vowel"),
        (SheetOptions(padding=-1), "padding=-1"),
        (SheetOptions(preset="idle", fps=60, seconds=60, size=512, trim=False, background="#ffffff"), "more room"),
    ],
)
def test_what_cannot_be_is_refused(options: SheetOptions, words: str, tmp_path: Path) -> None:
    def blank(_: Any, size: int) -> np.ndarray:
        return np.zeros((size, size, 4), np.uint8)

    with pytest.raises(StudioError, match=words):
        list(export_sheet(blank, SHOT, options, tmp_path / "a.json"))
    assert not list(tmp_path.iterdir())
