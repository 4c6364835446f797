"""Which shots a sheet, a folder of frames or an animation is made of, and how they are drawn."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from vtuber_studio.core.acts import Cast, emotion, in_a_row, morph, speak, walk
from vtuber_studio.core.attribute import Value, defaults
from vtuber_studio.core.emotions import EMOTIONS, FACES, POSES, named
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.shot import Shot
from vtuber_studio.core.timeline import Clip, Frame, blink, idle, look_around, stills, talk
from vtuber_studio.export.exporter import checked, option
from vtuber_studio.export.hearing import read_sound
from vtuber_studio.export.png import Render

_MOVES = ("idle", "talk", "look_around", "blink")
ANIMATIONS = (*_MOVES, "emotion", "morph", "walk")
SETS = ("visual_novel", "animations", *ANIMATIONS)


@dataclass(frozen=True)
class MotionOptions:
    """How she moves, and how large and on what she is drawn."""

    size: int = option(512, "pixels a side of one frame", 64, 2048)
    background: str = option("transparent", "transparent, #rrggbb or a colour's name")
    fps: float = option(12.0, "frames a second", 1, 60)
    seconds: float = option(4.0, "how long it lasts, but for what she says", 0.5, 60)
    text: str = option("konnichiwa minasan", "what she says; its vowels are seen")
    audio: str = option("", "instead of a text, a sound file that her mouth follows; videos hold it")
    emotions: str = option("happy", f"the faces that she makes in an emotion, of: {', '.join(FACES)}")
    toward: str = option("", "whom she becomes in a morph: a seed, a word, or a file with a look")
    distance: float = option(0.5, "how far a walk through other looks leads", 0.05, 1)
    variation: int = option(1, "another number: other blinks, glances and ways", 0, 2**31)
    cast: Cast | None = None


@dataclass(frozen=True)
class AnimationOptions(MotionOptions):
    """What she does."""

    animation: str = option("idle", "what she does", choices=ANIMATIONS)
    clips: str = option("", "instead, several in a row, with their seconds: idle:3, talk, happy:2")


@dataclass(frozen=True)
class SetOptions(MotionOptions):
    """Which pictures: a ready-made set, or every expression in every pose."""

    preset: str = option("visual_novel", "the set of pictures", choices=SETS)
    expressions: str = option("", f"instead of a set, of: {', '.join(FACES)}")
    poses: str = option("", f"of: {', '.join(POSES)}")


def animation_of(shot: Shot, options: AnimationOptions) -> Clip:
    """What checked options ask for: one of ``ANIMATIONS``, or several clips in a row."""
    if not options.clips.strip():
        return clip_of(options.animation, shot, options)
    clips: list[Clip] = []
    for word in filter(None, map(str.strip, options.clips.split(","))):
        name, _, said = (piece.strip() for piece in word.partition(":"))
        face = name in FACES
        if not face and name not in ANIMATIONS:
            hint = f"Write idle:3, talk, happy:2; clips are {', '.join(ANIMATIONS)}, and every expression."
            raise StudioError(f"There is no clip called {name!r}.", hint)
        own = replace(options, variation=options.variation + len(clips), emotions=name if face else options.emotions)
        clips.append(clip_of("emotion" if face else name, shot, own, _seconds(word, said) if said else None))
    if not clips:
        raise StudioError(f"There is no clip in {options.clips!r}.", "Write for example idle:3, talk, happy:2.")
    return in_a_row(clips, options.fps)


def _seconds(word: str, said: str) -> float:
    try:
        seconds = float(said)
    except ValueError:
        seconds = math.nan
    if not 0.5 <= seconds <= 60:
        raise StudioError(f"{word!r} is not understood.", "Give 0.5 to 60 seconds, for example idle:3.")
    return seconds


def clip_of(name: str, shot: Shot, options: MotionOptions, seconds: float | None = None) -> Clip:
    """One of ``ANIMATIONS``; of so many ``seconds`` instead of those that it would have."""
    fps, seed, long = options.fps, options.variation, seconds or options.seconds
    make: dict[str, Callable[[], Clip]] = {
        "idle": lambda: idle(shot, long, fps, seed),
        "talk": lambda: _said(shot, options, seconds),
        "look_around": lambda: look_around(shot, long, fps, seed),
        "blink": lambda: blink(shot, fps, seconds or 1.0),
        "emotion": lambda: emotion(shot, *_felt(options), long, fps, seed),
        "morph": lambda: morph(shot, _cast(options), long, fps, seed),
        "walk": lambda: walk(shot, _cast(options), options.distance, long, fps, seed),
    }
    return make[name]()


def _said(shot: Shot, options: MotionOptions, seconds: float | None) -> Clip:
    if not options.audio:
        return talk(shot, options.text, options.fps, seconds, options.variation)
    return speak(shot, read_sound(Path(options.audio).expanduser()), options.fps, options.variation)


def _felt(options: MotionOptions) -> tuple[list[str], dict[str, Value]]:
    """The faces of an emotion, and a face at rest."""
    faces = named(options.emotions, FACES, "expression")
    if not faces:
        raise StudioError("There is no face to make.", f"Choose from: {', '.join(FACES)}.")
    return faces, defaults(options.cast.expressions) if options.cast else {}


def _cast(options: MotionOptions) -> Cast:
    if options.cast is None:
        raise StudioError("These options know no generator.", "Give its tables: cast=cast_of(manifest).")
    return options.cast


def clips_of(shot: Shot, options: SetOptions) -> list[Clip]:
    """The clips that checked options ask for, in order."""
    faces = named(options.expressions, FACES, "expression")
    poses = named(options.poses, POSES, "pose")
    if options.preset in SETS[1:] and not faces and not poses:
        names = _MOVES if options.preset == "animations" else (options.preset,)
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
