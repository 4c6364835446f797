"""Folders of PNGs: frames for editors, sprites for Ren'Py, emotes for chat, the four pictures of PNGTuber programs.

Each picture is written as it is drawn, into a folder that gets its name when all are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from msgspec.structs import replace
from PIL import Image

from vtuber_studio.core.emotions import EMOTIONS, FACES, named
from vtuber_studio.core.files import write_atomically, write_folder
from vtuber_studio.core.image import encode_png
from vtuber_studio.core.pose import Pose
from vtuber_studio.core.progress import Progress
from vtuber_studio.core.shot import Shot
from vtuber_studio.core.timeline import Clip, blinking, stills
from vtuber_studio.export.clips import (
    AnimationOptions,
    MotionOptions,
    SetOptions,
    animation_of,
    clips_of,
    drawn,
    frames_of,
    quoted,
    word,
)
from vtuber_studio.export.exporter import checked, option
from vtuber_studio.export.png import Render

EMOTE_SIZES = (112, 56, 28, 128, 96, 72)  # Twitch's emotes; larger ones for other chats and badges
EMOTES = "happy,laughing,sad,angry,surprised,embarrassed,worried,smug,sleepy,wink"
CHIN, CROWN = 0.645, 0.42  # of the canvas: an emote ends below the chin; above the crown's line all is to be seen
_DRAWN = 512  # pixels a side of which emotes are cut


@dataclass(frozen=True)
class EmoteOptions:
    """Which faces."""

    expressions: str = option(EMOTES, "comma separated")
    background: str = option("transparent", "transparent, #rrggbb or a colour's name")
    tilt: float = option(6.0, "degrees that her head leans to a shoulder, this side and that", 0, 15)


@dataclass(frozen=True)
class StateOptions:
    """The four states of a PNGTuber."""

    size: int = option(1024, "pixels a side", 64, 4096)
    background: str = option("transparent", "transparent, #rrggbb or a colour's name")
    mouth: float = option(0.6, "how far the mouth opens when she speaks", 0.1, 1)


def export_frames(render: Render, shot: Shot, options: AnimationOptions, path: Path) -> Iterator[Progress]:
    """Write the folder ``path``: NAME_000.png, NAME_001.png ..."""
    checked(options)
    clip = animation_of(shot, options)
    return _pictures(render, [clip], options, path, [f"{frame.name}.png" for frame in clip.frames])


def export_renpy(render: Render, shot: Shot, options: SetOptions, path: Path) -> Iterator[Progress]:
    """Write the folder ``path``: a PNG for each face, and a script that names them; made for Ren'Py's game/images."""
    checked(options)
    name = word(path.name, "persona")
    clips = clips_of(shot, options)
    files = [f"{name}_{frame.name}.png" for frame in frames_of(clips)]
    return _pictures(render, clips, options, path, files, {f"{name}.rpy": _script(name, path.name, clips)})


def export_emotes(render: Render, shot: Shot, options: EmoteOptions, path: Path) -> Iterator[Progress]:
    """Write the folder ``path``: each face at each size, her head alone, as FACE-SIZE.png."""
    checked(options)
    faces = named(options.expressions, FACES, "expression") or list(EMOTIONS)
    files = {f"{face}-{size}.png": (face, size) for face in faces for size in EMOTE_SIZES}
    window = None
    with write_folder(path, files) as folder:
        for done, clip in enumerate(stills(shot, faces)):
            yield Progress(done / len(faces), f"Drawing {clip.name}")
            seen = clip.frames[0].shot
            lean = options.tilt * (1 if done % 2 else -1)
            seen = seen.with_(look=seen.look.with_(background=options.background), pose=_leaning(seen, lean))
            image = render(seen, _DRAWN)
            window = window or _head(render(shot, _DRAWN))
            for size in EMOTE_SIZES:
                write_atomically(folder / f"{clip.name}-{size}.png", encode_png(_shrunk(image, window, size)))
    yield Progress(1.0, f"Written to {path}", {"path": str(path), "files": len(files)})


def states(shot: Shot, mouth: float) -> dict[str, Shot]:
    """Mouth closed and open, each with eyes open and closed, by the name of the picture."""
    closed = shot.with_(expression={**shot.expression, "mouth_open": 0.0})
    speaking = shot.with_(expression={**shot.expression, "mouth_open": mouth, "vowel_a": 0.6})
    lids = ("eye_open_left", "eye_open_right")
    return {
        "closed": closed,
        "open": speaking,
        "blink-closed": blinking(closed, 0.0, lids),
        "blink-open": blinking(speaking, 0.0, lids),
    }


def draw_states(render: Render, shot: Shot, options: StateOptions) -> Iterator[tuple[str, np.ndarray]]:
    """(name, image) of the four states, on one canvas."""
    checked(options)
    for name, seen in states(shot, options.mouth).items():
        yield name, render(seen.with_(look=seen.look.with_(background=options.background)), options.size)


def export_states(render: Render, shot: Shot, options: StateOptions, path: Path) -> Iterator[Progress]:
    """Write the folder ``path``: closed.png, open.png, blink-closed.png, blink-open.png."""
    with write_folder(path, [f"{name}.png" for name in states(shot, options.mouth)]) as folder:
        for done, (name, image) in enumerate(draw_states(render, shot, options)):
            write_atomically(folder / f"{name}.png", encode_png(image))
            yield Progress((done + 1) / 5, f"Written: {name}.png")
    yield Progress(1.0, f"Written to {path}", {"path": str(path), "files": 4})


def _pictures(
    render: Render,
    clips: Sequence[Clip],
    options: MotionOptions,
    path: Path,
    files: Sequence[str],
    texts: dict[str, str] | None = None,
) -> Iterator[Progress]:
    frames, texts = frames_of(clips), texts or {}
    with write_folder(path, {*files, *texts}) as folder:
        for done, (number, image) in enumerate(drawn(render, frames, options)):
            write_atomically(folder / files[number], encode_png(image))
            yield Progress((done + 1) / (len(frames) + 1), f"Written: {files[number]}")
        for name, text in texts.items():
            write_atomically(folder / name, text.encode())
    yield Progress(1.0, f"Written to {path}", {"path": str(path), "files": len(frames) + len(texts)})


def _script(name: str, folder: str, clips: Sequence[Clip]) -> str:
    """Ren'Py looks for a picture in game/ and in game/images/: the folder works in both."""
    words = quoted(folder)
    lines = [f"# {folder}: put this folder into game/images, and write: show {name} {clips[0].name}", ""]
    for clip in clips:
        if len(clip.frames) == 1:
            lines.append(f'image {name} {clip.name} = "{words}/{name}_{clip.frames[0].name}.png"')
            continue
        lines.append(f"image {name} {clip.name}:")
        for frame in clip.frames:
            lines += [f'    "{words}/{name}_{frame.name}.png"', f"    {frame.ms / 1000:g}"]
        lines.append("    repeat")
    return "\n".join([*lines, ""])


def _leaning(shot: Shot, roll: float) -> Pose:
    return replace(shot.pose, roll=min(max(shot.pose.roll + roll, -15.0), 15.0))


def _head(image: np.ndarray) -> tuple[float, float, float, float]:
    """The square of a canvas that an emote shows: from the top of what she wears to the chin, and as wide."""
    side = len(image)
    seen = image[: round(CROWN * side), :, 3] > 0
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    if not len(rows):
        return 0.0, 0.0, float(side), float(side)
    top, middle = max(0.0, rows[0] - 0.02 * side), (columns[0] + columns[-1] + 1) / 2
    span = min(max(CHIN * side - top, 1.16 * (columns[-1] + 1 - columns[0])), side - top)
    left = min(max(middle - span / 2, 0.0), side - span)
    return left, top, left + span, top + span


def _shrunk(image: np.ndarray, window: tuple[float, float, float, float], size: int) -> np.ndarray:
    """Pillow weighs colours by their alpha, so that no edge turns dark."""
    small = Image.fromarray(image).resize((size, size), Image.Resampling.LANCZOS, box=window)
    return np.array(small)
