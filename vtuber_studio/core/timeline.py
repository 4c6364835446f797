"""What she does over time, as shots: idle, talk, look around, blink (``acts`` has more). Seeded, and every clip closes
to a loop.

A clip is a function of time sampled at its frames' beginnings: time 0 and the clip's end are the same face, so that the
last frame leads into the first as any frame leads into the next.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

import msgspec
import numpy as np

from vtuber_studio.core.emotions import FACES, POSES
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.loudness import Sound
from vtuber_studio.core.pose import POSE_ROWS, Pose
from vtuber_studio.core.shot import Shot

BLINK = (0.5, 0.0, 0.0, 0.3, 0.6, 0.85)  # the lids of a blink, frame by frame: they fall faster than they rise
BLINK_FRAME = 0.04  # seconds of one
EYES = ("eye_open_left", "eye_open_right")
VOWELS = "aiueo"
MORA = 0.16  # seconds of a vowel, and of a pause
_BREATH = 4.0  # seconds, about
_UNHURRIED = 2.0  # seconds from which on she sways and breathes in full, and blinks as she speaks
_GLANCE = 1.4  # seconds from one place to the next, half of it resting there
MAX_FRAMES = 3600


@dataclass(frozen=True)
class Frame:
    """A shot with a name and how many milliseconds it is seen."""

    name: str
    shot: Shot
    ms: int


@dataclass(frozen=True)
class Clip:
    """Frames in order; a clip of one frame is a still."""

    name: str
    frames: tuple[Frame, ...]
    loop: bool = True
    heard: Sound | None = None  # from the beginning of the first frame on


def stills(shot: Shot, expressions: Sequence[str], poses: Sequence[str] = ("front",), ms: int = 1000) -> list[Clip]:
    """One still for each expression (of ``FACES``) in each pose (of ``POSES``), expressions running fastest."""
    clips = []
    for pose in poses:
        for face in expressions:
            name = face if len(poses) == 1 else f"{face}_{pose}"
            seen = shot.with_(expression={**shot.expression, **FACES[face]}, pose=_turned(shot, POSES[pose]))
            clips.append(Clip(name, (Frame(name, seen, ms),), loop=False))
    return clips


def idle(shot: Shot, seconds: float = 4.0, fps: float = 12.0, seed: int = 1) -> Clip:
    """She breathes, blinks now and then, and her head is never quite still."""
    alive = living(seconds, fps, seed)
    return sampled("idle", lambda time: alive(shot, time), seconds, fps)


def living(
    seconds: float, fps: float, seed: int, blinks: Sequence[float] | None = None
) -> Callable[[Shot, float], Shot]:
    """(shot, time) -> the shot breathing, swaying and blinking; at both ends of the ``seconds`` as it was.

    ``blinks``: when they begin, unless now and then.
    """
    rng = np.random.default_rng(seed)
    phases = rng.uniform(0, 2 * math.pi, 4)
    breaths, much = max(1, round(seconds / _BREATH)), min(1.0, seconds / _UNHURRIED)
    if blinks is None:
        count = max(1, round(seconds / 3.5))
        span = seconds / count
        blinks = [blink_at(span * (k + 0.25 + 0.4 * float(rng.random())), fps) for k in range(count)]

    def at(shot: Shot, time: float) -> Shot:
        turn = 2 * math.pi * time / seconds
        by = {
            "breath": 0.5 - 0.5 * math.cos(turn * breaths),
            "yaw": 1.6 * wave(turn, phases[0]) + 0.6 * wave(2 * turn, phases[1]),
            "roll": 1.1 * wave(turn, phases[2]),
            "pitch": 0.8 * wave(2 * turn, phases[3]),
        }
        swayed = moved(shot, {name: much * amount for name, amount in by.items()})
        return blinking(swayed, min((lids_after(time - start) for start in blinks), default=1.0), EYES)

    return at


def talk(
    shot: Shot, text: str = "konnichiwa minasan", fps: float = 12.0, seconds: float | None = None, seed: int = 1
) -> Clip:
    """She says the vowels of ``text``; spaces, hyphens and commas are pauses, other letters go with their vowel.

    Over and over for so many ``seconds``, if given. StudioError for a text without a vowel.
    """
    said = [letter for letter in text.lower() if letter in f"{VOWELS} -,."]
    if not any(letter in VOWELS for letter in said):
        raise StudioError(f"There is no vowel in {text!r}.", "Write for example: konnichiwa.")
    if seconds is not None:
        said = list(islice(cycle([*said, " "]), max(1, round(seconds / MORA) - 1)))
    moras = [" ", *said]  # the mouth begins closed, so that the end leads into it
    long = MORA * len(moras) if seconds is None else seconds
    pace = long / len(moras)
    alive = speaking(long, fps, seed)

    def at(time: float) -> Shot:
        place = time / pace
        weights = dict.fromkeys(VOWELS, 0.0)
        for offset in (0, 1):
            index = int(place) + offset
            letter = moras[index % len(moras)]
            if letter in VOWELS:
                weights[letter] += eased(1.0 - 1.25 * abs(place - index))  # between two of a kind she closes a little
        spoken = {f"vowel_{letter}": min(1.0, weight) for letter, weight in weights.items() if weight}
        loud = sum(weights.values())
        spoken["mouth_open"] = float(shot.expression.get("mouth_open", 0.0)) * (1.0 - min(1.0, loud))
        nodding = moved(shot, {"pitch": 0.9 * loud})
        return alive(nodding.with_(expression={**shot.expression, **spoken}), time)

    return sampled("talk", at, long, fps)


def speaking(seconds: float, fps: float, seed: int) -> Callable[[Shot, float], Shot]:
    """``living`` for who speaks: in a word she does not blink."""
    return living(seconds, fps, seed, () if seconds < _UNHURRIED else None)


def look_around(shot: Shot, seconds: float = 5.6, fps: float = 12.0, seed: int = 1) -> Clip:
    """Her gaze goes to a few places and home again; the head follows a part of the way, and she blinks as she turns."""
    rng = np.random.default_rng(seed)
    count = max(2, round(seconds / _GLANCE))
    places = [(0.0, 0.0)]
    for k in range(1, count):  # from side to side, so that no two glances are alike
        side = (1 if k % 2 else -1) * (1 if seed % 2 else -1)
        places.append((side * float(rng.uniform(0.45, 0.95)), float(rng.uniform(-0.5, 0.6))))
    span = seconds / count
    start = blink_at(span * (count // 2), fps)

    def at(time: float) -> Shot:
        index, share = int(time / span) % count, (time / span) % 1.0
        (x0, y0), (x1, y1) = places[index], places[(index + 1) % count]
        eyes, head = eased(min(1.0, share / 0.35)), eased(min(1.0, share / 0.6))
        gaze = {"gaze_x": x0 + eyes * (x1 - x0), "gaze_y": y0 + eyes * (y1 - y0)}
        seen = {name: min(max(float(shot.expression.get(name, 0.0)) + by, -1.0), 1.0) for name, by in gaze.items()}
        turned = moved(shot, {"yaw": 9 * (x0 + head * (x1 - x0)), "pitch": 6 * (y0 + head * (y1 - y0))})
        looking = turned.with_(expression={**turned.expression, **seen})
        return blinking(looking, lids_after(time - start), EYES)

    return sampled("look_around", at, seconds, fps)


def blink(shot: Shot, fps: float = 12.0, seconds: float = 1.0) -> Clip:
    """One blink between two rests."""
    start = blink_at(seconds / 2, fps)
    return sampled("blink", lambda time: blinking(shot, lids_after(time - start), EYES), seconds, fps)


def blinking(shot: Shot, lids: float, known: Collection[str]) -> Shot:
    """The shot with the lids as far down as she blinks; ``known`` are the expressions that the generator has."""
    closer = {name: float(shot.expression.get(name, 1.0)) * lids for name in EYES if name in known}
    return shot.with_(expression={**shot.expression, **closer})


def sampled(name: str, at: Callable[[float], Shot], seconds: float, fps: float) -> Clip:
    """The clip of a function of time. StudioError for more than MAX_FRAMES."""
    count = max(1, round(seconds * fps))
    if count > MAX_FRAMES:
        raise too_many(count)
    edges = [round(1000 * seconds * k / count) for k in range(count + 1)]
    frames = (Frame(f"{name}_{k:03}", at(seconds * k / count), edges[k + 1] - edges[k]) for k in range(count))
    return Clip(name, tuple(frames))


def too_many(count: int) -> StudioError:
    """What to say of more than MAX_FRAMES."""
    hint = f"Make it shorter, or take fewer frames a second: at most {MAX_FRAMES} in all."
    return StudioError(f"{count} frames are too many.", hint)


def lids_after(since: float) -> float:
    """How far the lids are up, so many seconds after a blink began."""
    frame = math.floor(since / BLINK_FRAME)
    return BLINK[frame] if 0 <= frame < len(BLINK) else 1.0


def blink_at(time: float, fps: float) -> float:
    """When a blink begins so that a frame near ``time`` shows closed eyes, few as there may be a second."""
    return math.floor(time * fps) / fps - 2 * BLINK_FRAME


def moved(shot: Shot, by: dict[str, float]) -> Shot:
    """The shot with its pose changed by so much, within what a pose can be."""
    ends = {row.name: (row.low, row.high) for row in POSE_ROWS}
    own = msgspec.structs.asdict(shot.pose)
    values = {name: min(max(own[name] + amount, ends[name][0]), ends[name][1]) for name, amount in by.items()}
    return shot.with_(pose=msgspec.structs.replace(shot.pose, **values))


def _turned(shot: Shot, pose: Pose) -> Pose:
    return moved(shot, msgspec.structs.asdict(pose)).pose


def wave(turn: float, phase: float) -> float:
    """A sine that is nothing at the clip's ends: she begins as she was."""
    return (math.sin(turn + phase) - math.sin(phase)) / 1.5


def eased(share: float) -> float:
    """0..1 without a jerk at either end."""
    share = min(max(share, 0.0), 1.0)
    return share * share * (3.0 - 2.0 * share)
