"""Sprite sheets: frames on one picture, and where each lies, in JSON (Aseprite, TexturePacker) or for Godot."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from vtuber_studio import __version__
from vtuber_studio.core.carried import carry_look
from vtuber_studio.core.files import require_folder, write_together
from vtuber_studio.core.image import encode_png
from vtuber_studio.core.look import Look
from vtuber_studio.core.progress import Progress
from vtuber_studio.core.shot import Shot
from vtuber_studio.core.timeline import Clip, Frame
from vtuber_studio.export.clips import SetOptions, clips_of, drawn, frames_of, too_large
from vtuber_studio.export.exporter import checked, option
from vtuber_studio.export.packing import grid, pack, power
from vtuber_studio.export.png import Render

LIMIT = 8192  # pixels a side: what graphics cards take
# Phaser makes its animations of tags only where frames are called by their numbers
FORMS = ("aseprite_hash", "aseprite_array", "aseprite_numbers", "texturepacker_hash", "texturepacker_array")


@dataclass(frozen=True)
class LayoutOptions(SetOptions):
    """How the frames lie on the sheet."""

    layout: str = option("packed", "how the frames lie", choices=("packed", "grid"))
    columns: int = option(0, "frames in a row of a grid; 0: about a square", 0, 256)
    trim: bool = option(True, "cut off what is empty around a frame; in a grid what is empty in all")
    padding: int = option(2, "empty pixels around each frame", 0, 64)
    extrude: int = option(0, "how often a frame's outer pixels are repeated outward", 0, 16)
    power_of_two: bool = option(False, "sides of 256, 512, 1024 ... pixels")
    look: Look | None = None


@dataclass(frozen=True)
class SheetOptions(LayoutOptions):
    """A sheet and its JSON."""

    form: str = option("aseprite_hash", "the form of the JSON", choices=FORMS)


@dataclass(frozen=True, eq=False)
class Sprite:
    """A frame on its sheet: ``image`` was cut from (x, y) of a square of the frame's size, and lies at ``place``."""

    image: np.ndarray
    x: int
    y: int
    place: tuple[int, int] = (0, 0)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height)."""
        return self.image.shape[1], self.image.shape[0]


@dataclass(frozen=True, eq=False)
class Sheet:
    """The clips, their frames' sprites in order, and the picture on which they lie."""

    clips: list[Clip]
    sprites: list[Sprite]
    image: np.ndarray
    side: int  # pixels of an untrimmed frame
    frames: list[Frame] = field(default_factory=list)


def export_sheet(render: Render, shot: Shot, options: SheetOptions, path: Path) -> Iterator[Progress]:
    """Write ``path`` (.json) and the PNG of the same name beside it, both or neither."""
    return write_sheet(render, shot, options, path, lambda sheet, name: _json(sheet, name, options.form))


def export_godot(render: Render, shot: Shot, options: LayoutOptions, path: Path) -> Iterator[Progress]:
    """Write ``path`` (.tres), a SpriteFrames resource of Godot 4, and the PNG of the same name beside it."""
    return write_sheet(render, shot, options, path, _tres)


def write_sheet(
    render: Render, shot: Shot, options: LayoutOptions, path: Path, table: Callable[[Sheet, str], str]
) -> Iterator[Progress]:
    """Write ``table(sheet, the picture's name)`` to ``path``, and the picture beside it, both or neither."""
    checked(options)
    require_folder(path)
    clips = clips_of(shot, options)
    frames = frames_of(clips)
    found: dict[int, Sprite] = {}
    room = 0
    for number, image in drawn(render, frames, options):
        found[number] = _trimmed(image) if options.trim else Sprite(image, 0, 0)
        room += found[number].image.shape[0] * found[number].image.shape[1]
        if room > LIMIT * LIMIT:
            raise too_large(LIMIT)
        yield Progress(0.89 * len(found) / len(frames), f"Drawing {len(found)} of {len(frames)}")
    yield Progress(0.9, "Packing the sheet")
    sprites, image = _laid_out([found[number] for number in range(len(frames))], options)
    data = encode_png(image)
    if options.look is not None:
        data = carry_look(data, options.look)
    picture = path.with_suffix(".png")
    text = table(Sheet(clips, sprites, image, options.size, frames), picture.name)
    yield Progress(0.98, f"Writing {path.name} and {picture.name}")
    write_together({picture: data, path: text.encode()})
    told = {"bytes": len(data) + len(text), "path": str(path), "width": image.shape[1], "height": image.shape[0]}
    yield Progress(1.0, f"Written to {path}", told)


def _trimmed(image: np.ndarray) -> Sprite:
    """The part of an image that is not empty; a single pixel where all is."""
    seen = image[..., 3] > 0
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    if not len(rows):
        return Sprite(image[:1, :1].copy(), 0, 0)
    x, y = int(columns[0]), int(rows[0])
    return Sprite(image[y : rows[-1] + 1, x : columns[-1] + 1].copy(), x, y)


def _laid_out(sprites: list[Sprite], options: LayoutOptions) -> tuple[list[Sprite], np.ndarray]:
    """The sprites with their places, and the sheet. In a packed one equal pictures share their place."""
    rim, gap = options.extrude, options.padding
    if options.layout == "grid":
        sprites = _alike(sprites)
        cell = (sprites[0].size[0] + 2 * rim, sprites[0].size[1] + 2 * rim)
        corners, size = grid(cell, len(sprites), options.columns, gap)
        size = power(size) if options.power_of_two else size
        if max(size) > LIMIT:
            raise too_large(LIMIT)
    else:
        first: dict[object, int] = {}
        same = [first.setdefault((one.size, one.image.tobytes()), number) for number, one in enumerate(sprites)]
        kept = list(first.values())
        outer = [(sprites[number].size[0] + 2 * rim, sprites[number].size[1] + 2 * rim) for number in kept]
        packed = pack(outer, LIMIT, gap, options.power_of_two)
        if packed is None:
            raise too_large(LIMIT)
        place = dict(zip(kept, packed[0], strict=True))
        corners, size = [place[number] for number in same], packed[1]
    image = np.zeros((size[1], size[0], 4), np.uint8)
    placed = []
    for sprite, (x, y) in zip(sprites, corners, strict=True):
        rimmed = np.pad(sprite.image, ((rim, rim), (rim, rim), (0, 0)), mode="edge") if rim else sprite.image
        image[y : y + rimmed.shape[0], x : x + rimmed.shape[1]] = rimmed
        placed.append(Sprite(sprite.image, sprite.x, sprite.y, (x + rim, y + rim)))
    return placed, image


def _alike(sprites: list[Sprite]) -> list[Sprite]:
    """The sprites on the smallest canvas that holds each of them."""
    left, top = min(one.x for one in sprites), min(one.y for one in sprites)
    right = max(one.x + one.size[0] for one in sprites)
    bottom = max(one.y + one.size[1] for one in sprites)
    found = []
    for one in sprites:
        image = np.zeros((bottom - top, right - left, 4), np.uint8)
        image[one.y - top : one.y - top + one.size[1], one.x - left : one.x - left + one.size[0]] = one.image
        found.append(Sprite(image, left, top))
    return found


def _json(sheet: Sheet, picture: str, form: str) -> str:
    """Fields as Aseprite's "Export Sprite Sheet" and TexturePacker's JSON data formats have them."""
    program, arrangement = form.split("_")
    rows: list[dict[str, Any]] = []
    for frame, sprite in zip(sheet.frames, sheet.sprites, strict=True):
        (x, y), (wide, high) = sprite.place, sprite.size
        trimmed = sprite.size != (sheet.side, sheet.side)
        row: dict[str, Any] = {
            "frame": {"x": x, "y": y, "w": wide, "h": high},
            "rotated": False,
            "trimmed": trimmed,
            "spriteSourceSize": {"x": sprite.x, "y": sprite.y, "w": wide, "h": high},
            "sourceSize": {"w": sheet.side, "h": sheet.side},
        }
        if program == "aseprite":
            row["duration"] = frame.ms
        rows.append(row)
    names = [str(k) if arrangement == "numbers" else frame.name for k, frame in enumerate(sheet.frames)]
    meta: dict[str, Any] = {
        "app": "VTuber Studio",
        "version": __version__,
        "image": picture,
        "format": "RGBA8888",
        "size": {"w": sheet.image.shape[1], "h": sheet.image.shape[0]},
        "scale": "1",
    }
    if program == "aseprite":
        meta["frameTags"] = list(_tags(sheet.clips))
    hashed = arrangement != "array"
    frames = (
        dict(zip(names, rows, strict=True))
        if hashed
        else [{"filename": name, **row} for name, row in zip(names, rows, strict=True)]
    )
    table: dict[str, Any] = {"frames": frames, "meta": meta}
    if program == "texturepacker":
        table["animations"] = {clip.name: [frame.name for frame in clip.frames] for clip in sheet.clips}
    return json.dumps(table, indent=1)


def _tags(clips: list[Clip]) -> Iterator[dict[str, Any]]:
    start = 0
    for clip in clips:
        yield {"name": clip.name, "from": start, "to": start + len(clip.frames) - 1, "direction": "forward"}
        start += len(clip.frames)


def _tres(sheet: Sheet, picture: str) -> str:
    """Godot 4: an AtlasTexture a frame (its margin gives back what was trimmed), an animation a clip."""
    picture = picture.replace("\\", "\\\\").replace('"', '\\"')
    lines = [
        f'[gd_resource type="SpriteFrames" load_steps={len(sheet.frames) + 2} format=3]',
        "",
        f'[ext_resource type="Texture2D" path="res://{picture}" id="1"]',
        "",
    ]
    for frame, sprite in zip(sheet.frames, sheet.sprites, strict=True):
        (x, y), (wide, high) = sprite.place, sprite.size
        lines += [
            f'[sub_resource type="AtlasTexture" id="{frame.name}"]',
            'atlas = ExtResource("1")',
            f"region = Rect2({x}, {y}, {wide}, {high})",
            f"margin = Rect2({sprite.x}, {sprite.y}, {sheet.side - wide}, {sheet.side - high})",
            "",
        ]
    animations = []
    for clip in sheet.clips:
        usual = sum(frame.ms for frame in clip.frames) / len(clip.frames)
        frames = ", ".join(
            f'{{"duration": {round(frame.ms / usual, 4)}, "texture": SubResource("{frame.name}")}}'
            for frame in clip.frames
        )
        loop = "true" if clip.loop else "false"
        animations.append(
            f'{{"frames": [{frames}], "loop": {loop}, "name": &"{clip.name}", "speed": {round(1000 / usual, 4)}}}'
        )
    return "\n".join([*lines, "[resource]", f"animations = [{', '.join(animations)}]", ""])
