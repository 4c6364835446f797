"""What she does over time, as shots: idle, talk, look around, blink. Seeded, and every clip closes to a loop.

A clip is a function of time sampled at its frames' beginnings: time 0 and the clip's end are the same face, so that the
last frame leads into the first as any frame leads into the next.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from vtuber_studio.core.emotions import FACES, POSES
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.pose import POSE_ROWS, Pose
from vtuber_studio.core.shot import Shot

BLINK = (0.5, 0.0, 0.0, 0.3, 0.6, 0.85)  # the lids of a blink, frame by frame: they fall faster than they rise
BLINK_FRAME = 0.04  # seconds of one
EYES = ("eye_open_left", "eye_open_right")
VOWELS = "aiueo"
MORA = 0.16  # seconds of a vowel, and of a pause
_BREATH = 4.0  # seconds, about
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
    rng = np.random.default_rng(seed)
    phases = rng.uniform(0, 2 * math.pi, 4)
    breaths = max(1, round(seconds / _BREATH))
    count = max(1, round(seconds / 3.5))
    span = seconds / count
    starts = [_blink_at(span * (k + 0.25 + 0.4 * float(rng.random())), fps) for k in range(count)]

    def at(time: float) -> Shot:
        turn = 2 * math.pi * time / seconds
        moved = {
            "breath": 0.5 - 0.5 * math.cos(turn * breaths),
            "yaw": 1.6 * _wave(turn, phases[0]) + 0.6 * _wave(2 * turn, phases[1]),
            "roll": 1.1 * _wave(turn, phases[2]),
            "pitch": 0.8 * _wave(2 * turn, phases[3]),
        }
        return blinking(_moved(shot, moved), min(_lids(time - start) for start in starts), EYES)

    return _sampled("idle", at, seconds, fps)


def talk(shot: Shot, text: str = "konnichiwa minasan", fps: float = 12.0) -> Clip:
    """She says the vowels of ``text``; spaces, hyphens and commas are pauses, other letters go with their vowel.

    StudioError for a text without a vowel.
    """
    said = [letter for letter in text.lower() if letter in f"{VOWELS} -,."]
    if not any(letter in VOWELS for letter in said):
        raise StudioError(f"There is no vowel in {text!r}.", "Write for example: konnichiwa.")
    moras = [" ", *said]  # the mouth begins closed, so that the end leads into it
    seconds = MORA * len(moras)

    def at(time: float) -> Shot:
        place = time / MORA
        weights = dict.fromkeys(VOWELS, 0.0)
        for offset in (0, 1):
            index = int(place) + offset
            letter = moras[index % len(moras)]
            if letter in VOWELS:
                weights[letter] += _eased(1.0 - 1.25 * abs(place - index))  # between two of a kind she closes a little
        spoken = {f"vowel_{letter}": min(1.0, weight) for letter, weight in weights.items() if weight}
        spoken["mouth_open"] = 0.0 if spoken else float(shot.expression.get("mouth_open", 0.0))
        nod = 0.9 * sum(weights.values())
        lifted = _moved(shot, {"pitch": nod, "breath": 0.5 - 0.5 * math.cos(2 * math.pi * time / seconds)})
        return lifted.with_(expression={**lifted.expression, **spoken})

    return _sampled("talk", at, seconds, fps)


def look_around(shot: Shot, seconds: float = 5.6, fps: float = 12.0, seed: int = 1) -> Clip:
    """Her gaze goes to a few places and home again; the head follows a part of the way, and she blinks as she turns."""
    rng = np.random.default_rng(seed)
    count = max(2, round(seconds / _GLANCE))
    places = [(0.0, 0.0)]
    for k in range(1, count):  # from side to side, so that no two glances are alike
        side = (1 if k % 2 else -1) * (1 if seed % 2 else -1)
        places.append((side * float(rng.uniform(0.45, 0.95)), float(rng.uniform(-0.5, 0.6))))
    span = seconds / count
    start = _blink_at(span * (count // 2), fps)

    def at(time: float) -> Shot:
        index, share = int(time / span) % count, (time / span) % 1.0
        (x0, y0), (x1, y1) = places[index], places[(index + 1) % count]
        eyes, head = _eased(min(1.0, share / 0.35)), _eased(min(1.0, share / 0.6))
        seen = {"gaze_x": x0 + eyes * (x1 - x0), "gaze_y": y0 + eyes * (y1 - y0)}
        turned = _moved(shot, {"yaw": 9 * (x0 + head * (x1 - x0)), "pitch": 6 * (y0 + head * (y1 - y0))})
        looking = turned.with_(expression={**turned.expression, **seen})
        return blinking(looking, _lids(time - start), EYES)

    return _sampled("look_around", at, seconds, fps)


def blink(shot: Shot, fps: float = 12.0) -> Clip:
    """One blink between two rests: a second in all."""
    start = _blink_at(0.5, fps)
    return _sampled("blink", lambda time: blinking(shot, _lids(time - start), EYES), 1.0, fps)


def blinking(shot: Shot, lids: float, known: Collection[str]) -> Shot:
    """The shot with the lids as far down as she blinks; ``known`` are the expressions that the generator has."""
    moved = {name: float(shot.expression.get(name, 1.0)) * lids for name in EYES if name in known}
    return shot.with_(expression={**shot.expression, **moved})


def _sampled(name: str, at: Callable[[float], Shot], seconds: float, fps: float) -> Clip:
    count = max(1, round(seconds * fps))
    if count > MAX_FRAMES:
        raise StudioError(f"{count} frames are too many.", f"Make it shorter: at most {MAX_FRAMES} frames.")
    edges = [round(1000 * seconds * k / count) for k in range(count + 1)]
    frames = (Frame(f"{name}_{k:03}", at(seconds * k / count), edges[k + 1] - edges[k]) for k in range(count))
    return Clip(name, tuple(frames))


def _lids(since: float) -> float:
    """How far the lids are up, so many seconds after a blink began."""
    frame = math.floor(since / BLINK_FRAME)
    return BLINK[frame] if 0 <= frame < len(BLINK) else 1.0


def _blink_at(time: float, fps: float) -> float:
    """When a blink begins so that a frame near ``time`` shows closed eyes, few as there may be a second."""
    return math.floor(time * fps) / fps - 2 * BLINK_FRAME


def _moved(shot: Shot, by: dict[str, float]) -> Shot:
    """The shot with its pose changed by so much, within what a pose can be."""
    ends = {row.name: (row.low, row.high) for row in POSE_ROWS}
    own = msgspec.structs.asdict(shot.pose)
    values = {name: min(max(own[name] + amount, ends[name][0]), ends[name][1]) for name, amount in by.items()}
    return shot.with_(pose=msgspec.structs.replace(shot.pose, **values))


def _turned(shot: Shot, pose: Pose) -> Pose:
    return _moved(shot, msgspec.structs.asdict(pose)).pose


def _wave(turn: float, phase: float) -> float:
    """A sine that is nothing at the clip's ends: she begins as she was."""
    return (math.sin(turn + phase) - math.sin(phase)) / 1.5


def _eased(share: float) -> float:
    share = min(max(share, 0.0), 1.0)
    return share * share * (3.0 - 2.0 * share)
