"""Clips with a sound, with faces, with other looks, and in a row: they move, close, and are the same for one seed."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from tests.core.test_loudness import said
from tests.fakes import ATTRIBUTES, DEFAULT, DICE, EXPRESSIONS, MATERIALS, PARTS
from vtuber_studio.core.acts import Cast, emotion, in_a_row, morph, speak, walk
from vtuber_studio.core.attribute import defaults
from vtuber_studio.core.emotions import FACES
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look
from vtuber_studio.core.loudness import loudness
from vtuber_studio.core.mixing import seen_value
from vtuber_studio.core.sampling import random_look
from vtuber_studio.core.shot import Shot
from vtuber_studio.core.sound import check_look
from vtuber_studio.core.timeline import VOWELS, Clip, blink, idle, look_around, talk

SHOT = Shot(DEFAULT, {"mouth_open": 0.25, "gaze_x": 0.4})
OTHER = random_look(ATTRIBUTES, MATERIALS, 5)
CAST = Cast(EXPRESSIONS, ATTRIBUTES, MATERIALS, PARTS, DICE, OTHER)
REST = {**defaults(EXPRESSIONS), "mouth_form": 0.15}


def numbers(shot: Shot) -> dict[str, float]:
    """All that moves in a shot: pose, face at rest included, and the look's ranges."""
    face = {"eye_open_left": 1.0, "eye_open_right": 1.0, **REST, **shot.expression}
    pose = {name: getattr(shot.pose, name) / 15 for name in ("yaw", "pitch", "roll")}
    ranges = {row.name: seen_value(row, shot.look) for row in ATTRIBUTES if not row.choices}
    return {name: float(value) for name, value in {**face, **pose, **ranges}.items()}


def apart(a: Shot, b: Shot) -> float:
    first, second = numbers(a), numbers(b)
    return max(abs(first.get(name, 0.0) - second.get(name, 0.0)) for name in {**first, **second})


def every(fps: float, seed: int) -> list[Clip]:
    return [
        speak(SHOT, said(), fps, seed),
        emotion(SHOT, ["happy", "laughing", "sad"], REST, 4, fps, seed),
        morph(SHOT, CAST, 4, fps, seed),
        walk(SHOT, CAST, 0.7, 4, fps, seed),
        in_a_row([idle(SHOT, 2, fps, seed), talk(SHOT, "ao", fps), emotion(SHOT, ["sad"], REST, 2, fps)], fps),
    ]


@pytest.mark.parametrize(("fps", "seed"), [(12, 0), (13, 2**31), (25, 7)])
def test_every_clip_moves_and_closes(fps: int, seed: int) -> None:
    for clip in every(fps, seed):
        shots = [frame.shot for frame in clip.frames]
        steps = [apart(a, b) for a, b in pairwise(shots)]
        assert max(apart(shot, shots[0]) for shot in shots) > 0.3  # it moves
        assert apart(shots[-1], shots[0]) <= max(steps) + 1e-6  # it closes
        assert len({frame.name for frame in clip.frames}) == len(clip.frames) and clip.loop
        for shot in shots:
            check_look(shot.look)
            assert all(-1 <= value <= 1 for value in shot.expression.values() if not isinstance(value, str))


def test_seeds_decide_and_every_clip_begins_as_she_is() -> None:
    for one, same, other in zip(every(20, 3), every(20, 3), every(20, 4), strict=True):
        assert one.frames == same.frames != other.frames
    short = (
        idle(SHOT, 2, 20), talk(SHOT, "a", 20), look_around(SHOT, 4, 20), blink(SHOT, 20), *every(20, 3)
    )  # fmt: skip
    for clip in short:
        assert apart(clip.frames[0].shot, SHOT) < 1e-9, clip.name


def test_a_mouth_follows_what_is_heard() -> None:
    sound = said()
    clip = speak(SHOT, sound, fps=30)
    assert clip.heard is sound and len(clip.frames) == math.ceil(30 * sound.seconds)
    opened = [sum(float(f.shot.expression.get(f"vowel_{v}", 0.0)) for v in VOWELS) for f in clip.frames]
    assert np.allclose(opened, loudness(sound, 30), atol=1e-6) and opened[0] == 0.0
    assert float(clip.frames[0].shot.expression["mouth_open"]) == 0.25  # her own where she is silent
    loudest = int(np.argmax(opened))
    assert float(clip.frames[loudest].shot.expression["mouth_open"]) < 0.05
    shapes = {max(VOWELS, key=lambda v: f.shot.expression.get(f"vowel_{v}", 0.0)) for f in clip.frames}
    assert len(shapes) > 1  # not one vowel all along


def test_each_face_is_reached_and_rests() -> None:
    clip = emotion(Shot(), ["happy", "surprised"], REST, 6, 20)
    for mood, moment in (("happy", 2.5), ("surprised", 4.5)):
        face = clip.frames[round(moment * 20)].shot.expression
        assert {name: face[name] for name in FACES[mood]} == FACES[mood]
    assert clip.frames[10].shot.expression == {"eye_open_left": 1.0, "eye_open_right": 1.0}  # at rest
    lids = [float(frame.shot.expression["eye_open_left"]) for frame in clip.frames]
    assert sum(a > 0 == b for a, b in pairwise(lids)) == 3  # she blinks as she changes


@pytest.mark.parametrize("fps", [12, 13, 24, 30, 60])
def test_a_morph_reaches_the_other_and_switches_behind_closed_eyes(fps: int) -> None:
    clip = morph(Shot(DEFAULT), CAST, 5, fps)
    looks = [frame.shot.look for frame in clip.frames]
    assert looks[0] == DEFAULT and looks[len(looks) // 2] == OTHER
    switches = [
        k + 1
        for k, (a, b) in enumerate(pairwise(looks))
        if any(a.attributes[row.name] != b.attributes[row.name] for row in ATTRIBUTES if row.choices)
    ]
    assert len(switches) == 2  # there and back
    for k in switches:
        lids = [float(clip.frames[near].shot.expression["eye_open_left"]) for near in (k - 1, k)]
        assert min(lids) == 0.0


def test_a_walk_keeps_choices_and_leads_farther_the_farther_it_may() -> None:
    reach = []
    for distance in (0.2, 0.9):
        looks = [frame.shot.look for frame in walk(Shot(DEFAULT), CAST, distance, 4, 20).frames]
        for row in ATTRIBUTES:
            if row.choices:
                assert {look.attributes[row.name] for look in looks} == {DEFAULT.attributes[row.name]}
        assert len({look.palette["hair.base"] for look in looks}) > 10 and len({str(look.z) for look in looks}) > 10
        reach.append(max(apart(Shot(look), Shot(DEFAULT)) for look in looks))
    assert reach[0] < 0.5 * reach[1]


def test_clips_in_a_row_keep_their_sounds_in_place() -> None:
    fps, sound = 25, said()
    quiet, loud = idle(SHOT, 1, fps), speak(SHOT, sound, fps)
    clip = in_a_row([quiet, loud, quiet], fps)
    assert clip.heard is not None
    rate, samples = sound.rate, clip.heard.samples
    assert not samples[:rate].any() and np.array_equal(samples[rate : rate + len(sound.samples)], sound.samples)
    assert clip.heard.seconds == pytest.approx(len(clip.frames) / fps, abs=1e-3)
    assert [frame.shot for frame in clip.frames] == [f.shot for c in (quiet, loud, quiet) for f in c.frames]
    with pytest.raises(StudioError, match="too many"):
        in_a_row([idle(SHOT, 60, 50)] * 2, 50)
    with pytest.raises(StudioError, match="no look to turn into"):
        morph(Shot(Look()), replace(CAST, other=None))
