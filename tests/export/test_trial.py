"""Trials of exports: what is shown is what will be written, sizes are true where said so, and near where not."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.export.conftest import SHOT
from tests.fakes import FakeGenerator
from vtuber_studio.core.errors import StudioError
from vtuber_studio.engine.figure import within
from vtuber_studio.engine.layers import render_layers
from vtuber_studio.export import EXPORTERS, Render
from vtuber_studio.export import trial as module
from vtuber_studio.export.trial import VIEW, Trial, try_export

SMALL = {"renpy": {"size": 64}, "sheet": {"size": 64}, "emotes": {"expressions": "happy,sad"}}


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where trials are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def drawing(kind: str, render: Render) -> Callable[..., Any]:
    if EXPORTERS[kind].draws == "layers":
        fake = FakeGenerator()
        return lambda shot, scale, **how: render_layers(fake, within(fake.manifest, shot), scale, **how)
    return render


def trials(kind: str, render: Render, **options: Any) -> list[Trial]:
    row = EXPORTERS[kind]
    steps = list(try_export(row, drawing(kind, render), SHOT, row.options(**options)))
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions)
    return [step.figures["trial"] for step in steps if "trial" in step.figures]


def bytes_of(kind: str, render: Render, folder: Path, **options: Any) -> int:
    row = EXPORTERS[kind]
    list(row.export(drawing(kind, render), SHOT, row.options(**options), folder / f"persona-trial{row.suffix}"))
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


@pytest.mark.parametrize("kind", EXPORTERS)
def test_every_kind_is_tried_and_nothing_stays(kind: str, render: Render, temporary: Path) -> None:
    options = SMALL.get(kind, {"size": 512} if EXPORTERS[kind].draws == "layers" else {"size": 64})
    if "animation" in EXPORTERS[kind].options.__dataclass_fields__:
        options = {"size": 64, "animation": "blink"}
    found = trials(kind, render, **options)
    assert found[-1].exact and found[-1].bytes == bytes_of(kind, render, temporary, **options)
    for frame, ms in found[-1].frames:
        assert frame.dtype == np.uint8 and frame.shape[2] == 4 and max(frame.shape[:2]) <= VIEW and ms > 0
        assert frame[..., 3].any()
    assert not list(temporary.glob("vtuber-studio-*"))


def test_what_is_shown_is_the_file_as_it_will_be(render: Render, temporary: Path) -> None:
    last = trials("png", render, size=256, crop="circle", background="#00ff00")[-1]
    (shown, _), = last.frames
    assert last.size == (256, 256) and last.count == 1 and shown.shape == (256, 256, 4)
    assert not shown[0, 0, 3] and tuple(shown[128, 4]) == (0, 255, 0, 255)


def test_an_animation_plays_and_a_set_is_seen_side_by_side(render: Render, temporary: Path) -> None:
    last = trials("apng", render, size=64, animation="blink", fps=10.0)[-1]
    assert len(last.frames) > 3 and last.count >= len(last.frames) and not np.array_equal(*[
        frame for frame, _ in last.frames[:2]
    ])
    faces = trials("emotes", render, expressions="happy,sad")[-1]
    assert len(faces.frames) == 1 and faces.count == 12 and faces.size == (128, 128)


@pytest.mark.parametrize(
    ("kind", "options"),
    [("png", {"size": 512}), ("apng", {"size": 256, "seconds": 2.0}), ("gif", {"size": 256, "animation": "blink"})],
)
def test_a_size_that_is_not_measured_is_near_and_says_so(
    kind: str, options: dict[str, Any], render: Render, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = bytes_of(kind, render, temporary, **options)
    for constant, value in (("CHEAP", 1000), ("SIDES", (128, 256)), ("MOVING", (64, 128)), ("FRAMES", (12, 40))):
        monkeypatch.setattr(module, constant, value)
    first, last = trials(kind, render, **options)
    assert first.bytes is None and not first.exact  # a guess of one run would be far off
    assert last.bytes is not None and not last.exact and abs(last.bytes / true - 1) < 0.3
    assert last.size == (options["size"],) * 2


def test_what_the_exporter_refuses_is_refused_before_anything_is_drawn(temporary: Path) -> None:
    def never(*_: Any) -> None:
        raise AssertionError("drawn")

    for kind, options, said in (
        ("png", {"size": 8192, "crop": "head"}, "at most"),
        ("sheet", {"expressions": "grin"}, "no expression called"),
        ("jpeg", {"background": "transparent"}, "cannot be transparent"),
    ):
        row = EXPORTERS[kind]
        with pytest.raises(StudioError, match=said):
            list(try_export(row, never, SHOT, row.options(**options)))


def test_a_cancelled_trial_leaves_nothing(render: Render, temporary: Path) -> None:
    row = EXPORTERS["apng"]
    steps = try_export(row, render, SHOT, row.options(size=64))
    for _ in range(3):
        next(steps)
    steps.close()  # type: ignore[attr-defined]
    assert not list(temporary.iterdir())
