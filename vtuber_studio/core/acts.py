"""Clips that need more than a shot: a sound, another look, a generator's tables; and clips in a row.

Every clip begins and ends with the shot itself, so that any of them may follow any other, and the last leads into the
first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vtuber_studio.core.attribute import Attribute, Value
from vtuber_studio.core.dice import neighbour
from vtuber_studio.core.emotions import FACES
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.latents import Stream
from vtuber_studio.core.look import Look
from vtuber_studio.core.loudness import Sound, loudness
from vtuber_studio.core.morph import between
from vtuber_studio.core.part import Material, Part
from vtuber_studio.core.rules import Rules
from vtuber_studio.core.shot import Shot
from vtuber_studio.core.timeline import (
    EYES,
    MAX_FRAMES,
    VOWELS,
    Clip,
    blink_at,
    eased,
    living,
    moved,
    sampled,
    speaking,
    too_many,
)

_CHANGE = 0.5  # seconds from one face to the next, or half of the time that there is
_SYLLABLE = 0.6  # of its loudest: a valley below it ends a syllable
_ROUND = 0.05  # seconds in which one vowel becomes the next


@dataclass(frozen=True)
class Cast:
    """The tables of a generator, for clips that change more than her pose; and the look that she may turn into."""

    expressions: tuple[Attribute, ...]
    attributes: tuple[Attribute, ...]
    materials: tuple[Material, ...]
    parts: tuple[Part, ...]
    dice: Rules | None = None
    other: Look | None = None


def speak(shot: Shot, sound: Sound, fps: float = 12.0, seed: int = 1) -> Clip:
    """She speaks as loudly as the ``sound`` is; which vowels, each syllable draws."""
    loud = loudness(sound, fps)
    shapes, seconds = _vowels(loud, fps, seed), len(loud) / fps
    alive = speaking(seconds, fps, seed)

    def at(time: float) -> Shot:
        frame = min(round(time * fps), len(loud) - 1)
        spoken: dict[str, Value] = {
            f"vowel_{letter}": float(loud[frame] * share)
            for letter, share in zip(VOWELS, shapes[frame], strict=True)
            if share > 0
        }
        spoken["mouth_open"] = float(shot.expression.get("mouth_open", 0.0)) * (1.0 - float(loud[frame]))
        nodding = moved(shot, {"pitch": 1.2 * float(loud[frame])})
        return alive(nodding.with_(expression={**shot.expression, **spoken}), time)

    return replace(sampled("talk", at, seconds, fps), heard=sound)


def emotion(
    shot: Shot,
    moods: Sequence[str],
    rest: Mapping[str, Value],
    seconds: float = 4.0,
    fps: float = 12.0,
    seed: int = 1,
) -> Clip:
    """Her face turns into each of the ``moods`` (of ``FACES``) and back; ``rest``: the expressions' defaults."""
    own = {**dict.fromkeys(EYES, 1.0), **rest, **shot.expression}
    faces = [own, *({**own, **FACES[mood]} for mood in moods)]
    span = seconds / len(faces)
    change = min(_CHANGE, span / 2)
    alive = living(seconds, fps, seed, [blink_at((k + 1) * span - 0.6 * change, fps) for k in range(len(faces))])

    def at(time: float) -> Shot:
        index = int(time / span) % len(faces)
        share = ((time - index * span) - (span - change)) / change  # each face rests, then becomes the next
        now, then = faces[index], faces[(index + 1) % len(faces)]
        seen = {name: _between(now.get(name, 0.0), then.get(name, 0.0), eased(share)) for name in {**now, **then}}
        dip = -2.5 * math.sin(math.pi * min(max(share, 0.0), 1.0)) ** 2
        changed = {name: v for name, v in seen.items() if name in shot.expression or v != rest.get(name, 0.0)}
        return alive(moved(shot, {"pitch": dip}).with_(expression=changed), time)

    return sampled("emotion", at, seconds, fps)


def morph(shot: Shot, cast: Cast, seconds: float = 4.0, fps: float = 12.0, seed: int = 1) -> Clip:
    """She turns into the other look of the ``cast`` and back; her eyes are closed where choices switch.

    StudioError when there is no other.
    """
    other = cast.other
    if other is None:
        raise StudioError("There is no look to turn into.", "Say whom she becomes: a seed, a word, or a look's file.")
    rest = seconds / 5  # as the other, and as she is: half of it before the way there, half after the way back
    way = (seconds - 2 * rest) / 2
    switches = [0.5 * rest + 0.5 * way, 1.5 * rest + 1.5 * way]
    alive = living(seconds, fps, seed, [blink_at(time, fps) for time in switches])

    def at(time: float) -> Shot:
        amount = eased((time - 0.5 * rest) / way) - eased((time - 1.5 * rest - way) / way)
        look = between(shot.look, other, cast.attributes, cast.materials, cast.parts, amount)
        return alive(shot.with_(look=look), time)

    return sampled("morph", at, seconds, fps)


def walk(
    shot: Shot, cast: Cast, distance: float = 0.5, seconds: float = 8.0, fps: float = 12.0, seed: int = 1
) -> Clip:
    """A closed way past two looks that the dice roll from hers, ``distance`` (0..1) away from it; choices stay."""
    alive = living(seconds, fps, seed)
    tables = cast.attributes, cast.materials, cast.parts
    locks = [row.name for row in cast.attributes if row.choices]
    first, second = (
        neighbour(shot.look, *tables, (2 * seed + k) % 2**32, distance, locks=locks, rules=cast.dice) for k in (0, 1)
    )

    def at(time: float) -> Shot:
        turn = 2 * math.pi * time / seconds
        beside = between(first, second, *tables, 0.5 - 0.5 * math.cos(turn / 2))
        look = between(shot.look, beside, *tables, 0.5 - 0.5 * math.cos(turn))
        return alive(shot.with_(look=look), time)

    return sampled("walk", at, seconds, fps)


def in_a_row(clips: Sequence[Clip], fps: float) -> Clip:
    """The clips one after another, as one. StudioError for more than MAX_FRAMES in all."""
    frames = [frame for clip in clips for frame in clip.frames]
    if len(frames) > MAX_FRAMES:
        raise too_many(len(frames))
    named = tuple(replace(frame, name=f"clips_{number:03}") for number, frame in enumerate(frames))
    return Clip("clips", named, heard=_joined(clips, fps))


def _joined(clips: Sequence[Clip], fps: float) -> Sound | None:
    """What is heard of the clips, each from its first frame on."""
    heard = [clip.heard for clip in clips if clip.heard is not None]
    if not heard:
        return None
    rate, channels = heard[0].rate, heard[0].samples.shape[1]  # one file gives them all
    samples = np.zeros((math.ceil(sum(len(clip.frames) for clip in clips) / fps * rate), channels), np.int16)
    start = 0
    for clip in clips:
        if clip.heard is not None:
            first = round(start / fps * rate)
            part = clip.heard.samples[: len(samples) - first]
            samples[first : first + len(part)] = part
        start += len(clip.frames)
    return Sound(samples, rate)


def _vowels(loud: np.ndarray, fps: float, seed: int) -> np.ndarray:
    """[frames, vowels] shares: one vowel a syllable, softly becoming the next."""
    shares = np.zeros((len(loud), len(VOWELS)))
    draw, place, peak, valley = Stream(seed, "syllables"), 0, 0.0, 0.0
    for frame, now in enumerate(loud):
        valley = now if now >= peak else min(valley, now)
        peak = max(peak, now)
        if valley < _SYLLABLE * peak and now > valley + 0.1:  # louder again
            place = (place + draw.pick(range(1, len(VOWELS)))) % len(VOWELS)
            peak = valley = now
        shares[frame, place] = 1.0
    turned = 1 - math.exp(-1 / (fps * _ROUND))
    for frame in range(1, len(loud)):
        shares[frame] = shares[frame - 1] + turned * (shares[frame] - shares[frame - 1])
    return shares


def _between(a: Value, b: Value, share: float) -> Value:
    if isinstance(a, str) or isinstance(b, str):
        return b if share >= 0.5 else a
    return a + share * (b - a)
