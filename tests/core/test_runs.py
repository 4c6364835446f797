"""The folder of runs: what each of them says it is, and what becomes of it."""

from __future__ import annotations

import json
import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_studio.core import finetuning as ft
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look
from vtuber_studio.core.pose import Pose
from vtuber_studio.core.runs import (
    MAX_LINE,
    Lines,
    Story,
    kept_run,
    kept_runs,
    new_run,
    newest_fits,
    read_fit,
    remove_run,
    write_note,
)
from vtuber_studio.core.shot import Shot

EVENTS = (
    ft.Advance(stage="reading", fraction=0.1, message="Reading"),
    ft.Picture("a.png", True),
    ft.Picture("b.png", False, "Too small."),
    ft.Advance(stage="tuning", fraction=0.5, message="Learning", figures={"loss": 0.4}, sheet="samples/1.png"),
    ft.Paused(),
    ft.GoingOn(),
    ft.Advance(stage="tuning", fraction=0.6, message="Learning", figures={"loss": 0.3}),
)
DONE = ft.Done("bundle", "It is done.")


def told(name: str = "Hers", created: str = "2026-11-27T17:30:00Z") -> ft.Run:
    return ft.Run(
        config=ft.checked(rights="own"), pictures=("a.png",), base="starter", base_id="0", created=created, name=name
    )


def say(folder: Path, *events: ft.Event) -> None:
    with open(folder / ft.EVENTS, "ab") as file:
        file.write(b"".join(ft.encode(event) + b"\n" for event in events))


@given(st.lists(st.sampled_from((*EVENTS, DONE)), max_size=8), st.lists(st.integers(0, 400), max_size=6))
def test_events_arrive_whole_however_they_are_cut(events: list[ft.Event], cuts: list[int]) -> None:
    data, lines, found = b"a warning\n" + b"".join(ft.encode(event) + b"\n" for event in events), Lines(), []
    edges = [0, *sorted(cuts), len(data)]
    for low, high in pairwise(edges):
        found += lines.feed(data[low:high])
    assert found == events


def test_a_line_without_end_is_forgotten() -> None:
    lines = Lines()
    for _ in range(3):
        assert lines.feed(b"{" * MAX_LINE) == []
    assert lines.feed(b"\n" + ft.encode(DONE) + b"\n") == [DONE]


def test_a_story_keeps_what_a_window_shows() -> None:
    story = Story()
    for event in EVENTS:
        story.hear(event)
    assert story.at == EVENTS[-1] and story.used == 1 and len(story.pictures) == 2 and not story.paused
    assert story.curves == {"loss": [0.4, 0.3]} and story.sheet == "samples/1.png"
    for value in range(3000):
        story.hear(ft.Advance(stage="tuning", fraction=0.6, message="", figures={"loss": float(value)}))
    assert len(story.curves["loss"]) <= 1000 and story.curves["loss"][-1] == 2999.0
    story.hear(DONE)
    assert story.end == DONE


def test_a_run_is_what_its_folder_says(tmp_path: Path) -> None:
    folder = new_run(told(), tmp_path)
    assert kept_run(folder).state == "waiting" and kept_run(folder).run == told()
    say(folder, *EVENTS)
    assert kept_run(folder).state == "broken"
    (folder / ft.PID).write_text("99999999")
    assert kept_run(folder).state == "broken", "no such process"
    (folder / ft.PID).write_text(str(os.getpid()))
    assert kept_run(folder).state == "broken", "that process is another one"
    say(folder, ft.Failed("Nothing to learn from."))
    assert kept_run(folder).state == "failed"
    say(folder, EVENTS[-1], DONE)
    kept = kept_run(folder)
    assert kept.state == "done" and kept.bundle is None
    (folder / "bundle").mkdir()
    assert kept_run(folder).bundle == folder / "bundle"
    assert kept.heard == (folder / ft.EVENTS).stat().st_size


def test_runs_are_listed_the_newest_first_and_a_damaged_one_hides_no_other(tmp_path: Path) -> None:
    first = new_run(told(), tmp_path)
    second, third = new_run(told("Other", "2026-11-28T08:00:00Z"), tmp_path), new_run(told(), tmp_path)
    assert first != third
    broken = new_run(told(), tmp_path)
    (broken / ft.RUN).write_text("{")
    assert [kept.folder for kept in kept_runs(tmp_path)] == [second, third, first]
    assert kept_runs(tmp_path / "none") == ()


def test_a_fit_is_read_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / ft.FITS / "a.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"look": json.loads(Look(seed=3).to_json()), "face": {}, "pose": {"yaw": 4.0}}))
    assert newest_fits(tmp_path, 2) == [(tmp_path / ft.PICTURES / "a.png", Shot(Look(seed=3), {}, Pose(yaw=4.0)))]
    for data in ("{", "[]", '{"look": 1}', '{"look": {}, "face": {}, "pose": {"yaw": "left"}}'):
        path.write_text(data)
        with pytest.raises(StudioError):
            read_fit(path)


def test_a_note_stays_and_a_removed_run_goes(tmp_path: Path) -> None:
    folder = new_run(told(), tmp_path)
    write_note(folder, "softer lines")
    assert kept_run(folder).run.note == "softer lines" and kept_run(folder).run.config == told().config
    remove_run(folder)
    assert not list(tmp_path.iterdir())
    remove_run(folder)
    with pytest.raises(StudioError):
        write_note(folder, "too late")
