"""The owner of the processes that fine-tune, over a child that keeps the contract: real processes, real folders."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.engine.bundles import make_bundle
from tests.ui.driving import WAIT
from vtuber_studio.core import finetuning as ft
from vtuber_studio.core.runs import Kept, alive, kept_run, runs_dir
from vtuber_studio.ui.job import wait_for_jobs
from vtuber_studio.ui.trainer import Trainer

FAKE = Path(__file__).parents[1] / "fake_finetune.py"
Make = Callable[[], Trainer]


def order(name: str = "Hers") -> ft.Run:
    return ft.Run(
        config=ft.checked(rights="own", minutes=5.0, strength=0.25), pictures=("a.png", "b.png"), base="starter",
        base_id="0", created="2026-11-27T17:30:00Z", name=name,
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("made") / "tuned")


@pytest.fixture
def make(qtbot: QtBot, tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Trainers with the fake for a child, in a home of their own; what they started has ended afterwards."""
    monkeypatch.setenv("VTUBER_STUDIO_HOME", str(tmp_path))
    there: list[Trainer] = []

    def build() -> Trainer:
        trainer = Trainer()
        trainer.program = (sys.executable, str(FAKE), str(made))
        trainer.complaints = []  # type: ignore[attr-defined]
        trainer.failed.connect(lambda *told: trainer.complaints.append(told))  # type: ignore[attr-defined]
        there.append(trainer)
        return trainer

    yield build
    for trainer in there:
        trainer.close()
    for folder in runs_dir().iterdir() if runs_dir().is_dir() else ():
        if alive(folder):
            os.kill(int((folder / ft.PID).read_text()), signal.SIGKILL)
    wait_for_jobs()


@pytest.fixture
def trainer(make: Make) -> Trainer:
    return make()


def learns(qtbot: QtBot, trainer: Trainer) -> Path:
    """Wait until the present run has told half of its story."""
    qtbot.waitUntil(lambda: trainer.story.at is not None and trainer.story.at.fraction == 0.5, timeout=WAIT)
    assert trainer.present is not None
    return trainer.present


def rests(qtbot: QtBot, trainer: Trainer) -> None:
    """Wait until nothing runs, and the list says so."""

    def quiet() -> bool:
        return trainer.present is None and not any(kept.state == "going" for kept in trainer.kept)

    qtbot.waitUntil(quiet, timeout=WAIT)


def test_a_run_is_told_what_was_chosen_and_says_how_it_goes(qtbot: QtBot, trainer: Trainer) -> None:
    trainer.add(order())
    folder = learns(qtbot, trainer)
    said = (folder / "arguments").read_text().splitlines()
    assert said == ["finetune", "--resume", str(folder), "--json", "--tied"] and ft.read_run(folder) == order()
    assert trainer.story.curves == {"loss": [0.5, 0.4]} and trainer.story.used == 1
    qtbot.waitUntil(lambda: [kept.state for kept in trainer.kept] == ["going"], timeout=WAIT)
    with qtbot.waitSignal(trainer.ended, timeout=WAIT) as ended:
        (folder / "finish").touch()
    kept: Kept = ended.args[0]
    assert kept.state == "done" and kept.bundle == folder / ft.BUNDLE and trainer.present is None


def test_it_waits_and_goes_on(qtbot: QtBot, trainer: Trainer) -> None:
    trainer.add(order())
    learns(qtbot, trainer)
    trainer.pause(True)
    qtbot.waitUntil(lambda: trainer.story.paused, timeout=WAIT)
    trainer.pause(False)
    qtbot.waitUntil(lambda: not trainer.story.paused, timeout=WAIT)


def test_it_stops_with_what_it_has(qtbot: QtBot, trainer: Trainer) -> None:
    trainer.add(order())
    learns(qtbot, trainer)
    with qtbot.waitSignal(trainer.ended, timeout=WAIT):
        trainer.stop(keep=True)
    qtbot.waitUntil(lambda: [kept.state for kept in trainer.kept] == ["done"], timeout=WAIT)
    assert not trainer.complaints


def test_it_stops_with_nothing_and_leaves_nothing(qtbot: QtBot, trainer: Trainer) -> None:
    trainer.add(order())
    folder = learns(qtbot, trainer)
    trainer.stop(keep=False)
    qtbot.waitUntil(lambda: not trainer.kept and not folder.exists(), timeout=WAIT)
    assert trainer.present is None and not trainer.complaints


def test_a_killed_child_is_one_sentence_and_goes_on_later(qtbot: QtBot, trainer: Trainer) -> None:
    trainer.add(order())
    folder = learns(qtbot, trainer)
    os.kill(int((folder / ft.PID).read_text()), signal.SIGKILL)
    rests(qtbot, trainer)
    assert len(trainer.complaints) == 1 and "ended before it was done" in trainer.complaints[0][0]
    qtbot.waitUntil(lambda: [kept.state for kept in trainer.kept] == ["broken"], timeout=WAIT)
    trainer.go_on(folder)
    learns(qtbot, trainer)
    qtbot.waitUntil(lambda: trainer.story.curves["loss"] == [0.5, 0.4, 0.5, 0.4], timeout=WAIT)
    with qtbot.waitSignal(trainer.ended, timeout=WAIT):
        (folder / "finish").touch()


def test_garbage_is_passed_over(qtbot: QtBot, trainer: Trainer) -> None:
    trainer.add(order())
    folder = learns(qtbot, trainer)
    garbage = b"\xff\xfe\0 warning\n{}\n[1]\n" + b'{"event":"done"}\n' + 40_000 * b"{ not at all\n" + 300_000 * b"x"
    (folder / "say").write_bytes(garbage + b"\n" + ft.encode(ft.Health("odd", "It is odd.", "Wait.")) + b"\n")
    qtbot.waitUntil(lambda: trainer.story.health is not None, timeout=WAIT)
    assert trainer.story.end is None and not trainer.complaints
    with qtbot.waitSignal(trainer.ended, timeout=WAIT):
        (folder / "finish").touch()


def test_what_the_child_cannot_do_it_says(qtbot: QtBot, trainer: Trainer) -> None:
    trainer.program = (*trainer.program[:-1], "nothing")
    trainer.add(order())
    (learns(qtbot, trainer) / "finish").touch()
    rests(qtbot, trainer)
    assert trainer.complaints == [("None of these pictures can be used.", "Choose others.")]
    assert [kept.state for kept in trainer.kept] == ["failed"]


def test_a_program_that_is_not_there_is_one_sentence(qtbot: QtBot, trainer: Trainer) -> None:
    trainer.program = ("/nowhere/python",)
    trainer.add(order())
    qtbot.waitUntil(lambda: bool(trainer.complaints), timeout=WAIT)
    assert "could not be started" in trainer.complaints[0][0] and trainer.present is None


def test_runs_wait_for_each_other(qtbot: QtBot, trainer: Trainer) -> None:
    trainer.add(order("First"))
    first = learns(qtbot, trainer)
    trainer.add(order("Second"))
    qtbot.waitUntil(lambda: sorted(kept.state for kept in trainer.kept) == ["going", "waiting"], timeout=WAIT)
    second = next(kept.folder for kept in trainer.kept if kept.state == "waiting")
    assert trainer.waits(second) and not (second / ft.EVENTS).exists()
    (first / "finish").touch()
    qtbot.waitUntil(lambda: trainer.present == second, timeout=WAIT)
    learns(qtbot, trainer)
    trainer.stop(keep=True)
    rests(qtbot, trainer)
    qtbot.waitUntil(lambda: [kept.state for kept in trainer.kept] == ["done", "done"], timeout=WAIT)


def test_a_tied_run_ends_with_its_window_and_saves(qtbot: QtBot, make: Make) -> None:
    trainer = make()
    trainer.add(order())
    folder = learns(qtbot, trainer)
    pid = int((folder / ft.PID).read_text())
    trainer.close()
    assert not os.path.exists(f"/proc/{pid}") and (folder / "state.json").exists()
    assert kept_run(folder).state == "broken"


def test_an_untied_run_goes_on_and_is_followed_by_the_next_window(qtbot: QtBot, make: Make) -> None:
    trainer = make()
    trainer.add(order(), untied=True)
    folder = learns(qtbot, trainer)
    assert "--tied" not in (folder / "arguments").read_text()
    trainer.close()
    assert alive(folder)
    later = make()
    later.start()
    assert learns(qtbot, later) == folder
    assert later.story.curves == {"loss": [0.5, 0.4]}
    later.pause(True)
    qtbot.waitUntil(lambda: later.story.paused, timeout=WAIT)
    with qtbot.waitSignal(later.ended, timeout=WAIT):
        later.stop(keep=True)
    qtbot.waitUntil(lambda: [kept.state for kept in later.kept] == ["done"], timeout=WAIT)


def test_an_untied_run_that_dies_is_noticed(qtbot: QtBot, trainer: Trainer) -> None:
    trainer.add(order(), untied=True)
    (learns(qtbot, trainer) / "die").touch()
    qtbot.waitUntil(lambda: bool(trainer.complaints), timeout=WAIT)
    assert "ended before it was done" in trainer.complaints[0][0] and trainer.present is None


def test_a_tied_run_ends_when_its_window_is_killed(qtbot: QtBot, tmp_path: Path, made: Path) -> None:
    script = (
        "import sys; from PySide6.QtCore import QCoreApplication; from tests.ui.test_trainer import order;"
        "from vtuber_studio.ui.trainer import Trainer; app = QCoreApplication([]); trainer = Trainer();"
        "trainer.program = tuple(sys.argv[1:]); trainer.add(order()); app.exec()"
    )
    home = {**os.environ, "VTUBER_STUDIO_HOME": str(tmp_path)}
    told = [sys.executable, "-c", script, sys.executable, str(FAKE), str(made)]
    with subprocess.Popen(told, env=home, cwd=Path(__file__).parents[2]) as window:
        runs = tmp_path / "data" / "runs"
        qtbot.waitUntil(lambda: any((each / ft.EVENTS).exists() for each in runs.glob("*")), timeout=WAIT)
        (folder,) = runs.glob("*")
        assert alive(folder)
        window.kill()
    qtbot.waitUntil(lambda: not alive(folder), timeout=WAIT)
    assert (folder / "state.json").exists()


def test_notes_are_kept(qtbot: QtBot, make: Make) -> None:
    trainer = make()
    trainer.add(order())
    folder = learns(qtbot, trainer)
    trainer.stop(keep=True)
    rests(qtbot, trainer)
    trainer.note(folder, "softer lines")
    qtbot.waitUntil(lambda: [kept.run.note for kept in trainer.kept] == ["softer lines"], timeout=WAIT)
    later = make()
    later.start()
    qtbot.waitUntil(lambda: [kept.run.note for kept in later.kept] == ["softer lines"], timeout=WAIT)
    later.remove(folder)
    qtbot.waitUntil(lambda: not later.kept, timeout=WAIT)
    assert not folder.exists()
