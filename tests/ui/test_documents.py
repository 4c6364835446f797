"""Documents in the window: nothing overtakes, nothing is lost silently, and every question is about what is so."""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import DEFAULT, FakeGenerator, whole
from tests.ui.driving import STILL, WAIT, Open, settle
from vtuber_studio.core.look import Look
from vtuber_studio.core.project import NamedLook, Project, project_bytes, read_project, save_project
from vtuber_studio.core.recovery import Autosave, find_orphans
from vtuber_studio.core.settings import Settings, load_settings, save_settings
from vtuber_studio.engine.generator import GeneratorError, load_generator
from vtuber_studio.ui import files, preferences
from vtuber_studio.ui.app import Reporter
from vtuber_studio.ui.main_window import MainWindow

WIDE = Look().set(face_width=0.3)
FOREIGN = Project(looks=(NamedLook("One", Look(generator="another").set(face_width=0.5, tail_length=1.0)),))


def written(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.files.writer.busy, timeout=WAIT)


def keeper(qtbot: QtBot, window: MainWindow) -> Autosave:
    qtbot.waitUntil(lambda: window.files.autosaving.keeper is not None, timeout=WAIT)
    assert isinstance(window.files.autosaving.keeper, Autosave)
    return window.files.autosaving.keeper


@pytest.fixture
def orphan(tmp_path: Path) -> Autosave:
    """A session that ended with unsaved work; its folder is where the next one looks."""
    for old in find_orphans():
        old.discard()
    return Autosave()


# saving


def test_saves_never_overtake_each_other(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng, path = random.Random(1), tmp_path / "a.vtsproj"
    running: list[int] = []

    def slow(*arguments: object) -> str:
        running.append(len(running))
        assert len(running) == 1, "two writes at once"
        time.sleep(rng.uniform(0, 0.01))
        try:
            return save_project(*arguments)  # type: ignore[arg-type]
        finally:
            running.pop()

    monkeypatch.setattr(files, "save_project", slow)
    said: list[Look] = []
    window.files.saved.connect(lambda: said.append(read_project(path).look))
    for _ in range(30):
        for number in range(rng.randint(2, 4)):
            window.session.edit(Look(seed=rng.randrange(1000)), "Seed")
            window.files.save(path)
            if number % 2:
                qtbot.wait(rng.randint(0, 8))
            if not window.session.dirty:
                assert read_project(path).look.seed == window.session.look.seed, "it says saved over older work"
        written(qtbot, window)
        assert not window.isWindowModified() and not window.session.dirty
        assert read_project(path).look.seed == window.session.look.seed == said[-1].seed
    assert not window.error_bar.isVisible()


def test_settings_are_written_in_their_order(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def slow(settings: Settings) -> None:
        if not begun.is_set():
            begun.set()
            time.sleep(0.3)
        save_settings(settings)

    monkeypatch.setattr(preferences, "save_settings", slow)
    window.preferences.change(preview_size=1024)
    window.preferences._store()
    qtbot.waitUntil(begun.is_set, timeout=WAIT)
    window.preferences.change(preview_size=2048)
    window.preferences.flush()
    assert load_settings().preview_size == 2048
    qtbot.wait(400)
    assert load_settings().preview_size == 2048, "the slow one was first, and stays it"


def test_work_that_goes_on_while_it_is_saved_stays_unsaved(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()

    def slow(*arguments: object) -> str:
        assert gate.wait(20)
        return save_project(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(files, "save_project", slow)
    kept = keeper(qtbot, window).folder / "autosave.vtsproj"
    window.session.edit(WIDE, "Face width")
    window.files.save(tmp_path / "a.vtsproj")
    window.session.edit(WIDE.set(eye_size=0.5), "Eye size")
    window.files.autosaving.keep()
    assert not window.close() and not window.question_bar.isVisible(), "first see what becomes of the save"
    gate.set()
    qtbot.waitUntil(lambda: window.question_bar.isVisible(), timeout=WAIT)
    assert window.isVisible() and window.isWindowModified() and window.session.path == tmp_path / "a.vtsproj"
    assert read_project(kept).look.attributes["eye_size"] == 0.5, "the autosave is newer than the save"


def test_what_is_being_saved_need_not_be_asked_about(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    monkeypatch.setattr(files, "save_project", lambda *rest: (gate.wait(20), save_project(*rest))[1])
    window.session.edit(WIDE, "Face width")
    window.files.save(tmp_path / "a.vtsproj")
    assert not window.close() and not window.question_bar.isVisible()
    gate.set()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=WAIT)
    assert read_project(tmp_path / "a.vtsproj").look.attributes["face_width"] == 0.3


def test_the_question_about_unsaved_work_goes_when_it_is_saved_or_taken_back(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    window.session.path = tmp_path / "a.vtsproj"
    for answer in ("save", "undo"):
        window.session.edit(Look().set(face_width=0.3 if answer == "save" else 0.4), "Face width")
        window.actions_by_name["new"].trigger()
        assert window.question_bar.isVisible()
        window.actions_by_name[answer].trigger()
        qtbot.waitUntil(lambda: not window.question_bar.isVisible(), timeout=WAIT)
        assert not window.session.dirty and window.session.look.attributes["face_width"] == 0.3


def test_closing_again_asks_again(qtbot: QtBot, window: MainWindow) -> None:
    window.session.edit(WIDE, "Face width")
    for _ in range(3):
        assert not window.close() and window.isVisible() and window.question_bar.isVisible()
    window.question_bar.choose("Cancel")
    assert window.isVisible() and window.session.look == WIDE
    assert not window.close()
    window.question_bar.choose("Discard")
    assert not window.isVisible()


def test_autosave_writes_what_changed_and_forgets_what_was_saved(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    kept = keeper(qtbot, window).folder / "autosave.vtsproj"
    window.session.edit(WIDE, "Face width")
    window.files.autosaving.keep()
    written(qtbot, window)
    assert read_project(kept).look.attributes["face_width"] == 0.3
    window.files.save(tmp_path / "a.vtsproj")
    qtbot.waitUntil(lambda: not kept.exists(), timeout=WAIT)


# opening


def test_a_damaged_file_is_examined_before_anything_is_asked(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    window.session.edit(WIDE, "Face width")
    (tmp_path / "bad.vtsproj").write_bytes(b"PK no project")
    window.files.open(tmp_path / "bad.vtsproj")
    qtbot.waitUntil(lambda: "bad.vtsproj" in window.error_bar.message, timeout=WAIT)
    assert not window.question_bar.isVisible() and window.session.look == WIDE
    save_project(tmp_path / "good.vtsproj", Project())
    window.files.open(tmp_path / "good.vtsproj")
    qtbot.waitUntil(lambda: window.question_bar.isVisible(), timeout=WAIT)
    assert window.session.look == WIDE
    window.question_bar.choose("Discard")
    assert window.session.path == tmp_path / "good.vtsproj"


def test_another_generators_project_is_a_copy_until_it_is_saved(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "other.vtsproj"
    save_project(path, FOREIGN)
    before = path.read_bytes()
    window.files.open(path)
    qtbot.waitUntil(lambda: "another generator" in window.error_bar.message, timeout=WAIT)
    assert "tail_length" in window.error_bar.message and "stays as it is" in window.error_bar.message
    assert window.session.look.attributes["face_width"] == 0.5
    assert window.session.dirty and window.session.path is None and not window.session.can_undo
    assert not window.close(), "what it is here is nowhere else"
    window.question_bar.choose("Cancel")
    window.files.save(tmp_path / "mine.vtsproj")
    written(qtbot, window)
    assert not window.session.dirty and path.read_bytes() == before
    window.files.open(tmp_path / "mine.vtsproj")
    written(qtbot, window)
    qtbot.wait(50)
    assert read_project(tmp_path / "mine.vtsproj").look.generator == "fake" and not window.session.dirty
    settle(qtbot, window)


@pytest.mark.parametrize(("generator", "said"), [("another", True), ("fake", False), ("", False)])
def test_a_look_says_whose_it_is(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, generator: str, said: bool
) -> None:
    (tmp_path / "look.json").write_bytes(Look(generator=generator).set(face_width=0.5).to_json())
    window.files.open(tmp_path / "look.json")
    qtbot.waitUntil(lambda: window.session.look.attributes["face_width"] == 0.5, timeout=WAIT)
    assert ("another generator" in window.error_bar.message) == said
    settle(qtbot, window)


def test_a_look_of_the_future_is_refused(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "look.json").write_bytes(b'{"version": 999}')
    window.files.open(tmp_path / "look.json")
    qtbot.waitUntil(lambda: "newer version" in window.error_bar.message, timeout=WAIT)
    assert window.session.look == DEFAULT and not window.session.can_undo


def test_a_default_generator_that_is_gone_gives_way_to_the_starter(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    reporter = Reporter()
    reporter.failed.emit("Something early.", "")
    window = MainWindow(lambda: load_generator("my own that was deleted", 1), STILL)
    qtbot.addWidget(window)
    reporter.show_in(window)
    qtbot.waitUntil(lambda: "Something early." in window.error_bar.message, timeout=WAIT)
    window.show()
    save_project(tmp_path / "a.vtsproj", Project())
    window.files.open(tmp_path / "a.vtsproj")
    window.start()
    qtbot.waitUntil(lambda: window.session.path is not None, timeout=WAIT)
    assert "my own that was deleted" in window.error_bar.message and "Starter is used" in window.error_bar.message
    assert window.stage.manifest is not None and window.stage.manifest.family == "starter"
    qtbot.waitUntil(lambda: window.canvas.image is not None, timeout=WAIT)
    window.error_bar.close_button.click()
    assert not window.error_bar.isVisible()
    window.close()


def test_a_document_that_another_generator_takes_over_becomes_a_copy(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    class Failing(FakeGenerator):
        def map(self, part: str, c: np.ndarray, z: np.ndarray) -> np.ndarray:
            if part == "eyes" and c[0, 0] > 0.5:
                raise GeneratorError("The eyes answer with something else.", "Use another generator.")
            return super().map(part, c, z)

    window = open_window(load=Failing)
    window.session.edit(window.session.look.set(front_style="square"), "Square")
    window.session.add_favourite("Square")
    window.files.save(tmp_path / "a.vtsproj")
    written(qtbot, window)
    before = (tmp_path / "a.vtsproj").read_bytes()
    window.session.edit(window.session.look.set(eye_size=0.9), "Larger eyes")
    qtbot.waitUntil(lambda: "is used instead" in window.error_bar.message, timeout=WAIT)
    assert window.session.path is None and window.session.dirty, "saving asks where"
    assert window.session.favourites[0].look.attributes["front_style"] != "square"
    window.files.autosaving.keep()
    written(qtbot, window)
    assert (tmp_path / "a.vtsproj").read_bytes() == before


# two windows


def test_two_windows_on_one_project_ask_whose_work_is_to_stay(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    path = tmp_path / "shared.vtsproj"
    save_project(path, Project())
    one, two = open_window(), open_window()
    for window, value in ((one, 0.1), (two, 0.2)):
        window.files.open(path)
        qtbot.waitUntil(lambda window=window: window.session.path == path, timeout=WAIT)  # type: ignore[misc]
        window.session.edit(Look().set(face_width=value), "Face width")
    one.files.save(path)
    written(qtbot, one)
    one.session.edit(Look().set(face_width=0.15), "Face width")
    one.files.save(path)
    written(qtbot, one)
    assert not one.session.dirty and not one.question_bar.isVisible(), "its own saves are no surprise"
    two.files.save(path)
    written(qtbot, two)
    assert "shared.vtsproj was changed by another" in two.question_bar.message and two.session.dirty
    assert read_project(path).look.attributes["face_width"] == 0.15
    two.question_bar.choose("Reload")
    qtbot.waitUntil(lambda: not two.session.dirty, timeout=WAIT)
    assert two.session.look.attributes["face_width"] == 0.15
    two.session.undo()
    assert two.session.look.attributes["face_width"] == 0.2 and two.session.dirty, "nothing was lost"
    two.files.save(path)
    written(qtbot, two)
    assert not two.session.dirty and read_project(path).look.attributes["face_width"] == 0.2
    one.session.edit(WIDE, "Face width")
    one.files.save(path)
    written(qtbot, one)
    one.question_bar.choose("Overwrite")
    written(qtbot, one)
    assert not one.session.dirty and read_project(path).look.attributes["face_width"] == 0.3
    wanted: list[object] = []
    two.files.path_wanted.connect(wanted.append)
    two.session.edit(Look(), "Back")
    two.files.save(path)
    written(qtbot, two)
    two.question_bar.choose("Save as ...")
    assert len(wanted) == 1 and two.session.dirty
    for window in (one, two):
        settle(qtbot, window)


def test_a_file_that_is_gone_is_written_again(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "a.vtsproj"
    window.files.save(path)
    written(qtbot, window)
    path.unlink()
    window.session.edit(WIDE, "Face width")
    window.files.save(path)
    written(qtbot, window)
    assert not window.session.dirty and path.exists()


# recovery


def test_what_was_kept_stays_until_what_was_made_of_it_is_saved(
    qtbot: QtBot, open_window: Open, orphan: Autosave, tmp_path: Path
) -> None:
    origin = tmp_path / "hers.vtsproj"
    save_project(origin, Project())
    orphan.write(project_bytes(FOREIGN), origin)
    orphan.close()
    window = open_window()
    qtbot.waitUntil(lambda: window.question_bar.isVisible(), timeout=WAIT)
    window.question_bar.choose("Open it")
    qtbot.waitUntil(lambda: window.session.look.attributes["face_width"] == 0.5, timeout=WAIT)
    assert "tail_length" in window.error_bar.message and window.session.dirty and window.session.path is None
    written(qtbot, window)
    assert [kept.folder for kept in find_orphans()] == [orphan.folder], "it alone knows her tail"
    window.files.save(tmp_path / "mine.vtsproj")
    qtbot.waitUntil(lambda: not find_orphans(), timeout=WAIT)
    settle(qtbot, window)


def test_recovered_work_knows_what_its_file_was(
    qtbot: QtBot, open_window: Open, orphan: Autosave, tmp_path: Path
) -> None:
    origin = tmp_path / "hers.vtsproj"
    digest = save_project(origin, Project())
    orphan.write(project_bytes(Project(looks=(NamedLook("One", WIDE),))), origin, digest)
    orphan.close()
    save_project(origin, Project(name="Mia"))  # by another window, in the meantime
    window = open_window()
    qtbot.waitUntil(lambda: window.question_bar.isVisible(), timeout=WAIT)
    window.question_bar.choose("Open it")
    qtbot.waitUntil(lambda: window.session.path == origin, timeout=WAIT)
    window.files.save(origin)
    written(qtbot, window)
    assert "was changed" in window.question_bar.message and read_project(origin).name == "Mia"
    assert find_orphans()
    window.question_bar.choose("Overwrite")
    qtbot.waitUntil(lambda: not find_orphans(), timeout=WAIT)
    assert read_project(origin).look.attributes["face_width"] == 0.3
    settle(qtbot, window)


def test_recovered_work_may_be_wanted_before_there_is_a_generator(
    qtbot: QtBot, open_window: Open, orphan: Autosave
) -> None:
    orphan.write(project_bytes(Project(looks=(NamedLook("One", WIDE),))))
    orphan.close()
    gate = threading.Event()

    def load() -> FakeGenerator:
        assert gate.wait(20)
        return FakeGenerator()

    window = MainWindow(load, STILL)
    qtbot.addWidget(window)
    window.show()
    window.start()
    qtbot.waitUntil(lambda: window.question_bar.isVisible(), timeout=WAIT)
    window.question_bar.choose("Open it")
    gate.set()
    qtbot.waitUntil(lambda: window.session.look == whole(WIDE), timeout=WAIT)
    settle(qtbot, window)
    window.leaving.agreed = True
    window.close()


# leaving


def test_closing_during_a_large_export_hides_the_window_at_once(
    qtbot: QtBot, open_window: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, seen = threading.Event(), list[bool]()
    window = open_window()
    dialog = window.export_png()
    dialog.path_field.setText(str(tmp_path / "out.png"))
    window.bridge.call(lambda generator: gate.wait(20), lambda result: None)  # as a large picture does
    dialog.start_button.click()
    close = window.bridge.close

    def closing() -> None:
        seen.append(window.isVisible() or dialog.isVisible())
        gate.set()
        close()

    monkeypatch.setattr(window.bridge, "close", closing)
    assert window.close() and seen == [False] and not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are Unicode there")
def test_a_name_that_is_no_utf_8_is_a_name(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.vtsproj")
    window.session.edit(WIDE, "Face width")
    window.files.save(path)
    written(qtbot, window)
    assert not window.session.dirty and path.exists() and window.windowTitle().startswith("caf")
    window.session.edit(WIDE.set(eye_size=0.5), "Eye size")
    window.files.autosaving.keep()
    written(qtbot, window)
    kept = keeper(qtbot, window)
    assert read_project(kept.folder / "autosave.vtsproj").look.attributes["eye_size"] == 0.5
    assert os.fsencode(path) in (kept.folder / "origin.txt").read_bytes()
    window.session.undo()
    window.files.open(path)
    qtbot.waitUntil(lambda: not window.session.can_undo, timeout=WAIT)
    window.preferences.flush()
    assert not window.error_bar.isVisible()
    settle(qtbot, window)
