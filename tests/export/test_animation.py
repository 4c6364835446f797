"""Animations, read back with Pillow: every frame, its time, its alpha; whole or not there."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.export.conftest import SHOT
from vtuber_studio.core.timeline import idle
from vtuber_studio.export import (
    AnimationOptions,
    GifOptions,
    Render,
    WebpOptions,
    export_apng,
    export_gif,
    export_webp,
)

IDLE = {"size": 64, "seconds": 2.0, "fps": 10.0}
CASES = [
    (export_apng, AnimationOptions(**IDLE), "a.png"),
    (export_webp, WebpOptions(**IDLE, lossless=True), "a.webp"),
    (export_webp, WebpOptions(**IDLE), "a.webp"),
    (export_gif, GifOptions(**IDLE), "a.gif"),
]


def read(path: Path) -> tuple[list[np.ndarray], list[int]]:
    """What a viewer shows, and for how many milliseconds."""
    frames, times = [], []
    with Image.open(path) as image:
        assert image.is_animated and image.info["loop"] == 0
        for number in range(image.n_frames):
            image.seek(number)
            frames.append(np.array(image.convert("RGBA")))
            times.append(int(image.info["duration"]))
    return frames, times


@pytest.mark.parametrize(("export", "options", "name"), CASES, ids=["apng", "webp lossless", "webp", "gif"])
def test_every_frame_is_seen_as_it_was_drawn(
    export: Any, options: Any, name: str, render: Render, tmp_path: Path
) -> None:
    steps = [step.fraction for step in export(render, SHOT, options, tmp_path / name)]
    assert steps == sorted(steps) and steps[-1] == 1.0
    frames, times = read(tmp_path / name)
    clip = idle(SHOT, 2.0, 10.0, 1)
    assert sum(times) == 2000 == sum(frame.ms for frame in clip.frames)
    wanted = {}  # by the moment when each begins
    moment = 0
    for frame in clip.frames:
        wanted[moment] = render(frame.shot, 64).astype(int)
        moment += frame.ms
    moment = 0
    assert 10 < len(frames) <= len(clip.frames)
    for seen, time in zip(frames, times, strict=True):
        drawn, seen = wanted[moment], seen.astype(int)
        moment += time
        if export is export_gif:
            assert np.array_equal(seen[..., 3] == 255, drawn[..., 3] >= 128) and set(np.unique(seen[..., 3])) <= {
                0,
                255,
            }
            solid = drawn[..., 3] >= 128
            assert np.abs(seen[solid][:, :3] - drawn[solid][:, :3]).mean() < 12
        elif "quality" in vars(options) and not options.lossless:
            assert np.array_equal(seen[..., 3], drawn[..., 3])  # alpha is kept as it is
            solid = drawn[..., 3] == 255
            assert np.abs(seen[solid][:, :3] - drawn[solid][:, :3]).mean() < 6
        else:
            shown = drawn[..., 3] > 0
            assert np.array_equal(seen[..., 3], drawn[..., 3]) and np.array_equal(seen[shown], drawn[shown])


def test_a_face_at_rest_is_one_long_frame(render: Render, tmp_path: Path) -> None:
    options = AnimationOptions(size=64, animation="look_around", seconds=2, fps=10)  # the fake has no gaze
    list(export_apng(render, SHOT, options, tmp_path / "a.png"))
    frames, times = read(tmp_path / "a.png")
    assert len(frames) < 20 and sum(times) == 2000


def test_a_loop_moves_and_closes_in_pixels(render: Render, tmp_path: Path) -> None:
    options = AnimationOptions(size=128, seconds=4, fps=12)
    list(export_apng(render, SHOT, options, tmp_path / "a.png"))
    frames, _ = read(tmp_path / "a.png")
    plain = [frame.astype(np.float32) * (frame[..., 3:] > 0) for frame in frames]
    steps = [float(np.abs(a - b).mean()) for a, b in pairwise(plain)]
    assert max(float(np.abs(frame - plain[0]).mean()) for frame in plain) > 0.5
    assert float(np.abs(plain[-1] - plain[0]).mean()) <= 1.2 * max(steps)
