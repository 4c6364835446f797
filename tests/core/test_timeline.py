"""Clips move, close to a loop, and are the same for the same seed."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_studio.core.emotions import EMOTIONS, FACES, POSES, named
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.pose import POSE_ROWS, Pose, require_pose
from vtuber_studio.core.shot import Shot
from vtuber_studio.core.timeline import Clip, blink, idle, look_around, stills, talk

ENDS = {row.name: (row.low, row.high) for row in POSE_ROWS}
LIDS, GAZE, VOWEL = "eye_open_left", "gaze_x", "vowel_a"


def values(clip: Clip, name: str) -> list[float]:
    """One value of a face or pose, frame by frame."""
    shots = [frame.shot for frame in clip.frames]
    return [float(getattr(shot.pose, name) if name in ENDS else shot.expression.get(name, 0.0)) for shot in shots]


def clips(fps: float, seed: int) -> list[Clip]:
    shot = Shot()
    return [idle(shot, 4, fps, seed), talk(shot, "a-iueo", fps), look_around(shot, 5, fps, seed), blink(shot, fps)]


@given(st.integers(8, 60), st.integers(0, 99))
def test_every_clip_moves_and_closes(fps: int, seed: int) -> None:
    for clip in clips(fps, seed):
        total = sum(frame.ms for frame in clip.frames)
        assert clip.loop and abs(total / 1000 * fps - len(clip.frames)) < 1
        assert len({frame.name for frame in clip.frames}) == len(clip.frames)
        for name in ("yaw", "pitch", "roll", "breath", GAZE, VOWEL):
            seen = values(clip, name)
            steps = [abs(b - a) for a, b in pairwise(seen)]
            largest = max([*steps, 0.0])  # the closing step may be the largest of a smooth motion, by little
            assert abs(seen[-1] - seen[0]) <= 1.2 * largest + 1e-6, (clip.name, name)
        for frame in clip.frames:
            require_pose(frame.shot.pose)
            assert all(-1 <= value <= 1 for value in frame.shot.expression.values() if isinstance(value, float))
        assert len({frame.shot for frame in clip.frames}) > 2


@given(st.integers(8, 60), st.integers(0, 99))
def test_a_blink_is_seen_however_few_frames_there_are(fps: int, seed: int) -> None:
    for clip in (idle(Shot(), 4, fps, seed), look_around(Shot(), 5, fps, seed), blink(Shot(), fps)):
        lids = [float(frame.shot.expression[LIDS]) for frame in clip.frames]
        assert min(lids) == 0.0 and lids[0] == lids[-1] == 1.0


def test_seeds_decide() -> None:
    assert idle(Shot(), seed=3) == idle(Shot(), seed=3) != idle(Shot(), seed=4)
    assert look_around(Shot(), seed=3) == look_around(Shot(), seed=3) != look_around(Shot(), seed=4)


def test_what_she_says_is_seen() -> None:
    clip = talk(Shot(expression={"mouth_form": 0.5}), "ka - o", fps=25)
    shapes = [{name: v for name, v in f.shot.expression.items() if name.startswith("vowel_")} for f in clip.frames]
    said = [max(shape, key=shape.__getitem__) for shape in shapes if shape]
    assert list(dict.fromkeys(said)) == ["vowel_a", "vowel_o"]
    assert all(frame.shot.expression["mouth_form"] == 0.5 for frame in clip.frames)
    assert max(values(clip, "vowel_a")) > 0.9 and max(values(clip, "vowel_i")) == 0
    twice = talk(Shot(), "aa", fps=60)
    seen = values(twice, "vowel_a")
    tops = [k for k in range(1, len(seen) - 1) if seen[k - 1] <= seen[k] > seen[k + 1]]
    assert len(tops) == 2  # two of a kind are told apart
    with pytest.raises(StudioError, match="no vowel"):
        talk(Shot(), "hmm")
    with pytest.raises(StudioError, match="too many"):
        idle(Shot(), 600, 60)


def test_who_speaks_long_blinks_and_sways_and_stays_within_a_word() -> None:
    long, word = talk(Shot(), "ka-o", 25, seconds=6), talk(Shot(), "ao", 25)
    assert len(long.frames) == 150 and min(values(long, LIDS)) == 0.0
    assert set(values(word, LIDS)) == {1.0}
    yaw = [max(map(abs, values(clip, "yaw"))) for clip in (long, word)]
    assert yaw[0] > 0.8 and yaw[1] < 0.6
    assert talk(Shot(), "ao", seconds=6, seed=2) != talk(Shot(), "ao", seconds=6, seed=3)


def test_stills_are_every_face_in_every_pose() -> None:
    shot = Shot(pose=Pose(yaw=8, breath=1.0), expression={"blush": 0.9})
    grid = stills(shot, ["happy", "sad"], ["front", "right"])
    assert [clip.name for clip in grid] == ["happy_front", "sad_front", "happy_right", "sad_right"]
    assert grid[3].frames[0].shot.pose == Pose(yaw=15, breath=1.0)  # no farther than a head can turn
    assert grid[1].frames[0].shot.expression == {"blush": 0.9, **FACES["sad"]}
    assert len(EMOTIONS) == 10 and not grid[0].loop
    assert named(" up, front,up", POSES, "pose") == ["up", "front"]
    with pytest.raises(StudioError, match="no pose called 'back'"):
        named("back", POSES, "pose")
