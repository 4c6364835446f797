"""Which shots a sheet, a folder of frames or an animation is made of, and how they are drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from vtuber_studio.core.emotions import EMOTIONS, FACES, POSES, named
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.shot import Shot
from vtuber_studio.core.timeline import Clip, Frame, blink, idle, look_around, stills, talk
from vtuber_studio.export.exporter import checked, option
from vtuber_studio.export.png import Render

ANIMATIONS = ("idle", "talk", "look_around", "blink")
SETS = ("visual_novel", "animations", *ANIMATIONS)


@dataclass(frozen=True)
class MotionOptions:
    """How she moves, and how large and on what she is drawn."""

    size: int = option(512, "pixels a side of one frame", 64, 2048)
    background: str = option("transparent", "transparent, #rrggbb or a colour's name")
    fps: float = option(12.0, "frames a second", 1, 60)
    seconds: float = option(4.0, "how long she idles or looks around", 0.5, 60)
    text: str = option("konnichiwa minasan", "what she says; its vowels are seen")
    variation: int = option(1, "another number: other blinks and glances", 0, 2**31)


@dataclass(frozen=True)
class AnimationOptions(MotionOptions):
    """What she does."""

    animation: str = option("idle", "what she does", choices=ANIMATIONS)


@dataclass(frozen=True)
class SetOptions(MotionOptions):
    """Which pictures: a ready-made set, or every expression in every pose."""

    preset: str = option("visual_novel", "the set of pictures", choices=SETS)
    expressions: str = option("", f"instead of a set, of: {', '.join(FACES)}")
    poses: str = option("", f"of: {', '.join(POSES)}")


def clip_of(name: str, shot: Shot, options: MotionOptions) -> Clip:
    """One of ``ANIMATIONS``."""
    make: dict[str, Callable[[], Clip]] = {
        "idle": lambda: idle(shot, options.seconds, options.fps, options.variation),
        "talk": lambda: talk(shot, options.text, options.fps),
        "look_around": lambda: look_around(shot, options.seconds, options.fps, options.variation),
        "blink": lambda: blink(shot, options.fps),
    }
    return make[name]()


def clips_of(shot: Shot, options: SetOptions) -> list[Clip]:
    """The clips that checked options ask for, in order."""
    faces = named(options.expressions, FACES, "expression")
    poses = named(options.poses, POSES, "pose")
    if options.preset in SETS[1:] and not faces and not poses:
        names = ANIMATIONS if options.preset == "animations" else (options.preset,)
        return [clip_of(name, shot, options) for name in names]
    return stills(shot, faces or list(EMOTIONS), poses or ["front"])


def frames_of(clips: Sequence[Clip]) -> list[Frame]:
    """All frames, clip after clip."""
    return [frame for clip in clips for frame in clip.frames]


def drawn(render: Render, frames: Sequence[Frame], options: MotionOptions) -> Iterator[tuple[int, np.ndarray]]:
    """(number, image) of every frame, one at a time; those of one pose after another, which is three times as fast."""
    checked(options)
    order: dict[object, list[int]] = {}
    for number, frame in enumerate(frames):
        order.setdefault(frame.shot.pose, []).append(number)
    for numbers in order.values():
        for number in numbers:
            yield number, draw(render, frames[number], options.background, options.size)


def draw(render: Render, frame: Frame, background: str, size: int) -> np.ndarray:
    """Image [size, size, 4] of a frame."""
    look = frame.shot.look.with_(background=background)
    return render(frame.shot.with_(look=look), size)


def word(name: str, otherwise: str) -> str:
    """``name`` as programs want names: small Latin letters, digits, underscores, a letter first."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name.lower())
    plain = "_".join(filter(None, plain.split("_")))
    return plain if plain[:1].isalpha() else f"{otherwise}_{plain}".rstrip("_")


def quoted(folder: str) -> str:
    """A folder's name inside of a text of Ren'Py's."""
    return folder.replace("\\", "\\\\").replace('"', '\\"').replace("[", "[[")


def too_large(limit: int) -> StudioError:
    """What to say when a sheet would be larger than ``limit`` pixels a side."""
    hint = "Make the frames smaller, or take fewer a second."
    return StudioError(f"The pictures need more room than a sheet of {limit} x {limit} pixels.", hint)
