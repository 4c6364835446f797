"""The tables beside a sheet, held to what their formats say: JSON by schemas, .tres by a reader of Godot's grammar."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator, ValidationError
from PIL import Image

from tests.export.conftest import SHOT
from tests.export.tres_reader import Call, Name, read_tres
from vtuber_studio.export import LayoutOptions, Render, SheetOptions, export_godot, export_sheet
from vtuber_studio.export.clips import clips_of, frames_of
from vtuber_studio.export.sheet import FORMS


def fields(**rows: Any) -> dict[str, Any]:
    """An object with exactly these fields; those that end in _ may be missing."""
    properties = {name.rstrip("_"): row for name, row in rows.items()}
    needed = [name for name in rows if not name.endswith("_")]
    return {"type": "object", "properties": properties, "required": needed, "additionalProperties": False}


WHOLE, POSITIVE = {"type": "integer", "minimum": 0}, {"type": "integer", "minimum": 1}
TEXT = {"type": "string", "minLength": 1}
BOX, SIZE = fields(x=WHOLE, y=WHOLE, w=POSITIVE, h=POSITIVE), fields(w=POSITIVE, h=POSITIVE)
FRAME = {
    "frame": BOX,
    "rotated": {"const": False},
    "trimmed": {"type": "boolean"},
    "spriteSourceSize": BOX,
    "sourceSize": SIZE,
}
META = {
    "app": TEXT,
    "version": TEXT,
    "image": {"type": "string", "pattern": r"\.png$"},
    "format": {"const": "RGBA8888"},
    "size": SIZE,
    "scale": {"type": "string", "pattern": r"^\d+(\.\d+)?$"},
}
# Aseprite: "Sprite sheet" (command line, --data --list-tags); TexturePacker: its JSON exporters, "animations" as PixiJS
TAG = fields(
    name=TEXT,
    **{"from": WHOLE, "to": WHOLE},
    direction={"enum": ["forward", "reverse", "pingpong", "pingpong_reverse"]},
    color_=TEXT,
)
ASEPRITE = {"duration": POSITIVE}, {"frameTags_": {"type": "array", "items": TAG}}, {}
PACKER = {}, {}, {"animations_": {"type": "object", "additionalProperties": {"type": "array", "items": TEXT}}}


def schema(form: str) -> dict[str, Any]:
    program, arrangement = form.split("_")
    frame, meta, more = ASEPRITE if program == "aseprite" else PACKER
    if arrangement == "numbers":
        frames = {"type": "object", "patternProperties": {r"^\d+$": fields(**FRAME, **frame)}}
        frames |= {"additionalProperties": False, "minProperties": 1}
    elif arrangement == "hash":
        frames = {"type": "object", "additionalProperties": fields(**FRAME, **frame), "minProperties": 1}
    else:
        frames = {"type": "array", "items": fields(filename=TEXT, **FRAME, **frame), "minItems": 1}
    return fields(frames=frames, meta=fields(**META, **meta), **more)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("more", [{}, {"preset": "animations", "seconds": 1.0, "trim": False}])
def test_a_sheets_json_is_what_its_form_says(form: str, more: dict[str, Any], render: Render, tmp_path: Path) -> None:
    Draft202012Validator.check_schema(schema(form))
    list(export_sheet(render, SHOT, SheetOptions(size=64, form=form, **more), tmp_path / "ミク 🎀.json"))
    table = json.loads((tmp_path / "ミク 🎀.json").read_text("utf-8"))
    Draft202012Validator(schema(form)).validate(table)
    for other in FORMS:  # a schema can fail: no other form is taken for this one
        if other != form and (form, other) != ("aseprite_numbers", "aseprite_hash"):  # those are names, too
            with pytest.raises(ValidationError):
                Draft202012Validator(schema(other)).validate(table)


def test_a_tres_is_what_godot_reads(render: Render, tmp_path: Path) -> None:
    path = tmp_path / 'ミク "🎀".tres'
    options = LayoutOptions(size=64, preset="animations", seconds=1, text="o")
    list(export_godot(render, SHOT, options, path))
    head, *sections = read_tres(path.read_text("utf-8"))
    assert (head.tag, head.fields["type"], head.fields["format"]) == ("gd_resource", "SpriteFrames", 3)
    assert head.fields["load_steps"] == len(sections) and not head.properties  # the resource itself counts
    [texture] = [section for section in sections if section.tag == "ext_resource"]
    assert texture.fields == {"type": "Texture2D", "path": 'res://ミク "🎀".png', "id": "1"}
    with Image.open(tmp_path / 'ミク "🎀".png') as image:
        sheet = np.array(image)
    cuts = {section.fields["id"]: section for section in sections if section.tag == "sub_resource"}
    clips = clips_of(SHOT, options)
    assert list(cuts) == [frame.name for frame in frames_of(clips)]
    for section in cuts.values():
        assert section.fields["type"] == "AtlasTexture" and set(section.properties) == {"atlas", "region", "margin"}
        assert section.properties["atlas"] == Call("ExtResource", ("1",))
        region, margin = section.properties["region"], section.properties["margin"]
        assert (region.name, margin.name) == ("Rect2", "Rect2")
        x, y, wide, high = region.arguments
        left, top, more, taller = margin.arguments
        assert min(x, y, left, top) >= 0 and x + wide <= sheet.shape[1] and y + high <= sheet.shape[0]
        assert (wide + more, high + taller) == (64, 64) and left <= more and top <= taller
    last = sections[-1]
    assert last.tag == "resource" and not last.fields and list(last.properties) == ["animations"]
    for row, clip in zip(last.properties["animations"], clips, strict=True):
        assert set(row) == {"frames", "loop", "name", "speed"} and isinstance(row["name"], Name)
        assert (row["name"], row["loop"]) == (clip.name, clip.loop) and row["speed"] > 0
        assert [frame["texture"] for frame in row["frames"]] == [
            Call("SubResource", (frame.name,)) for frame in clip.frames
        ]
        assert all(frame["duration"] > 0 for frame in row["frames"])


@pytest.mark.parametrize(
    "broken", ["a = 1", "[a b]", '[a]\nb = &"c', "[a]\nb = [1 2]", "[a]\nb = Rect2(1", "[a]\nb = c"]
)
def test_the_reader_refuses_what_godot_does(broken: str) -> None:
    with pytest.raises((AssertionError, IndexError)):
        read_tres(broken)
