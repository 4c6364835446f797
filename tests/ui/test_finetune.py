"""Fine-tuning from the window: chosen, begun, watched, stopped, used, undone. The child is a fake that keeps the
contract; what it makes is a real bundle."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.engine.bundles import make_bundle
from tests.fakes import FakeGenerator
from tests.ui.driving import WAIT, Open, pixels, undo_depth
from tests.ui.test_generators import draws, install, named
from tests.ui.test_trainer import FAKE
from vtuber_studio.core import finetuning as ft
from vtuber_studio.core.image import encode_png
from vtuber_studio.core.paths import data_dir
from vtuber_studio.core.pose import Pose
from vtuber_studio.core.runs import alive, runs_dir
from vtuber_studio.core.shot import Shot
from vtuber_studio.core.tray import Given, Tray, write_tray
from vtuber_studio.engine.fitting import fit
from vtuber_studio.engine.generator import load_generator
from vtuber_studio.engine.render import render
from vtuber_studio.ui.job import wait_for_jobs
from vtuber_studio.ui.main_window import MainWindow


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Folders of this module's own: what a network's examination found is kept, and shared."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VTUBER_STUDIO_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(autouse=True)
def swept_home(home: None) -> Iterator[None]:
    """What a test began has ended afterwards, and nothing of it is left."""
    yield
    for folder in runs_dir().iterdir() if runs_dir().is_dir() else ():
        if alive(folder):
            os.kill(int((folder / ft.PID).read_text()), signal.SIGKILL)
    wait_for_jobs()
    for name in ("runs", "generators"):
        shutil.rmtree(data_dir() / name, ignore_errors=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run makes: a generator of other weights than those in ``tiny``."""
    from tests.engine.bundles import add_styles

    return named(add_styles(make_bundle(tmp_path_factory.mktemp("made") / "tuned")), "Tuned")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir()
    for name in ("a.png", "b.png"):
        (folder / name).write_bytes(encode_png(np.full((8, 8, 4), 255, np.uint8)))
    return folder


def taught(window: MainWindow, made: Path) -> MainWindow:
    window.trainer.program = (sys.executable, str(FAKE), str(made))
    return window


@pytest.fixture
def window(open_window: Open, made: Path) -> MainWindow:
    return taught(open_window(), made)


def begin(qtbot: QtBot, window: MainWindow, pictures: Path) -> Path:
    """Through the panel, as a user does, until it is half way."""
    window.actions_by_name["train"].trigger()
    window.training.take([pictures], "own")
    qtbot.waitUntil(window.training.order.start_button.isEnabled, timeout=WAIT)
    window.training.order.start_button.click()
    half_way(qtbot, window)
    assert window.trainer.present is not None
    return window.trainer.present


def half_way(qtbot: QtBot, window: MainWindow) -> None:
    trainer = window.trainer
    qtbot.waitUntil(lambda: trainer.story.at is not None and trainer.story.at.fraction == 0.5, timeout=WAIT)


def say(folder: Path, *events: ft.Event) -> None:
    with open(folder / "say", "ab") as file:
        file.write(b"".join(ft.encode(event) + b"\n" for event in events))


def test_nothing_begins_before_it_is_said_whose_pictures_they_are(
    qtbot: QtBot, window: MainWindow, pictures: Path, tmp_path: Path
) -> None:
    window.actions_by_name["train"].trigger()
    order = window.training.order
    assert order.isVisible() and not order.start_button.isEnabled() and not window.training.run.isVisible()
    window.training.take([pictures])
    qtbot.waitUntil(lambda: order.count == 2, timeout=WAIT)
    assert not order.start_button.isEnabled()
    window.training.begin()
    assert "whose pictures" in window.error_bar.message and not runs_dir().exists()
    tray = tmp_path / "tray"
    write_tray(tray, Tray(rights="licensed", pictures=(Given("a.png"), Given("b.png", keep=False))))
    (tray / "originals" / "a.png").write_bytes((pictures / "a.png").read_bytes())
    window.training.take([tray])
    qtbot.waitUntil(lambda: order.count == 1, timeout=WAIT)
    assert order.start_button.isEnabled() and order.config.rights == "licensed"
    window.training.take([tmp_path / "nowhere"])
    qtbot.waitUntil(order.problem.isVisible, timeout=WAIT)
    assert order.pictures == (tray,)


def test_dropped_pictures_are_what_it_learns_from(qtbot: QtBot, window: MainWindow, pictures: Path) -> None:
    window.actions_by_name["train"].trigger()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(pictures / "a.png"))])
    place, copy = QPointF(40, 40), Qt.DropAction.CopyAction
    event = QDropEvent(place, copy, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    window.training.order.dropEvent(event)
    qtbot.waitUntil(lambda: window.training.order.count == 1, timeout=WAIT)
    assert event.isAccepted() and window.canvas.reference is None


def test_where_nothing_can_be_trained_it_is_said_at_once(
    open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    window = open_window()
    window.actions_by_name["train"].trigger()
    order = window.training.order
    assert order.problem.isVisible() and "does not train" in order.problem.text()
    assert not order.start_button.isEnabled()


def test_the_panel_says_how_it_goes(qtbot: QtBot, window: MainWindow, pictures: Path) -> None:
    folder, box = begin(qtbot, window, pictures), window.training.run
    qtbot.waitUntil(lambda: box.isVisible() and box.bar.value() == 500, timeout=WAIT)
    assert "Learning from 1 picture" in box.said.text() and "minute" in box.left.text()
    assert "b.png: It is too small." in box.pictures.text() and "50 %" in window.tuned.light.text()
    assert box.curves["loss"].values == (0.5, 0.4) and not box.curves["kept"].isVisible()
    for name in (ft.FITS, ft.PICTURES):
        (folder / name).mkdir()
    face = {"look": json.loads(window.session.look.to_json()), "face": {"mouth_open": 0.5}, "pose": {"yaw": 5.0}}
    (folder / ft.FITS / "a.json").write_text(json.dumps(face))
    red = np.full((512, 512, 4), (200, 0, 0, 255), np.uint8)
    (folder / ft.PICTURES / "a.png").write_bytes(encode_png(red))
    say(folder, ft.Picture("a.png", True, psnr=20.0), ft.Picture("c.png", True, psnr=20.0))
    qtbot.waitUntil(lambda: box.sheet.shown is not None, timeout=WAIT)
    fits = pixels(box.sheet.shown.toImage())  # type: ignore[union-attr]
    shot = Shot(window.session.look, {"mouth_open": 0.5}, Pose(yaw=5.0))
    drawn = render(FakeGenerator(), shot, size=256, quality="preview").astype(float)
    paper = drawn[..., :3] * drawn[..., 3:] / 255 + 235 * (1 - drawn[..., 3:] / 255)
    assert fits.shape == (256, 512, 4) and (fits[:, :256, 0] == 200).all() and (fits[:, :256, 1] == 0).all()
    assert np.abs(fits[:, 256:, :3] - paper).max() <= 1 and box.heads[1].text() == "The nearest look"
    (folder / "samples").mkdir()
    (folder / "samples" / "1.png").write_bytes(encode_png(np.full((30, 30, 4), 200, np.uint8)))
    outside = ft.Advance("tuning", 0.6, "", figures={"loss": 0.3, "kept": 0.9}, sheet="../../../secret.png")
    inside = ft.Advance("tuning", 0.7, "", figures={"loss": 0.2, "kept": 0.8}, sheet="samples/1.png")
    say(folder, outside, inside, ft.Health("forgotten", "Sliders are being forgotten.", "Use less strength."))
    qtbot.waitUntil(lambda: box.heads[1].text() == "Before" and box.health.isVisible(), timeout=WAIT)
    assert box.sheet.isVisible() and box.heads[2].isVisible()
    assert box.health.text() == "Sliders are being forgotten. Use less strength."
    say(folder, ft.Advance("fitting", 0.2, "a.png: Eyewear: cat_eye"))
    qtbot.waitUntil(lambda: "nearest to picture 3" in box.said.text(), timeout=WAIT)
    assert not box.keep_button.isEnabled() and "nothing to keep" in box.keep_button.toolTip()
    assert box.curves["kept"].isVisible() and box.curves["kept"].accessibleDescription() == "From 0.9 to 0.8"
    assert not box.curves["kept"].grab().isNull()
    texts = [box.said.text(), box.left.text(), box.pictures.text()]
    assert not any("dB" in text for text in texts), "no figure that looks like a likeness"


def test_it_is_paused_and_stopped_from_the_panel(qtbot: QtBot, window: MainWindow, pictures: Path) -> None:
    begin(qtbot, window, pictures)
    box = window.training.run
    qtbot.waitUntil(box.pause_button.isEnabled, timeout=WAIT)
    box.pause_button.click()
    qtbot.waitUntil(lambda: box.said.text() == "Paused.", timeout=WAIT)
    box.pause_button.click()
    qtbot.waitUntil(lambda: "Learning" in box.said.text() and not box.pause_button.isChecked(), timeout=WAIT)
    box.discard_button.click()
    window.tuned.bar.choose("Go on learning")
    assert window.trainer.present is not None and not window.trainer.stopping
    box.discard_button.click()
    window.tuned.bar.choose("Throw it away")
    qtbot.waitUntil(lambda: window.trainer.present is None and not list(runs_dir().iterdir()), timeout=WAIT)
    qtbot.waitUntil(lambda: not box.isVisible() and not window.tuned.light.isVisible(), timeout=WAIT)
    assert not window.error_bar.message


def test_what_was_learned_draws_and_is_undone(
    qtbot: QtBot, window: MainWindow, pictures: Path, made: Path, tmp_path: Path
) -> None:
    install(qtbot, window, named(make_bundle(tmp_path / "tiny"), "Base"))
    draws(qtbot, window, "Base")
    window.session.edit(window.session.look.set(eye_size=0.7), "Eyes")
    folder, depth = begin(qtbot, window, pictures), undo_depth(window.session)
    base = next(entry for entry in window.generators.shelf if entry.name == "Base")
    told = ft.read_run(folder)
    assert (told.base, told.base_id) == (str(base.folder), base.id) and told.config == window.training.order.config
    qtbot.waitUntil(window.training.run.keep_button.isEnabled, timeout=WAIT)
    window.training.run.keep_button.click()
    qtbot.waitUntil(lambda: "tuned generator is ready" in window.tuned.bar.message, timeout=WAIT)
    window.tuned.bar.choose("Use it")
    draws(qtbot, window, "Tuned")
    assert undo_depth(window.session) == depth + 1 and window.session.look.attributes["eye_size"] == 0.7
    qtbot.waitUntil(lambda: "Tuned" in [entry.name for entry in window.generators.shelf], timeout=WAIT)
    window.actions_by_name["undo"].trigger()
    draws(qtbot, window, "Base")
    assert window.session.look.attributes["eye_size"] == 0.7


def test_it_is_compared_with_what_it_was(
    qtbot: QtBot, window: MainWindow, pictures: Path, tmp_path: Path
) -> None:
    install(qtbot, window, named(make_bundle(tmp_path / "tiny"), "Base"))
    draws(qtbot, window, "Base")
    begin(qtbot, window, pictures)
    window.trainer.stop(True)
    qtbot.waitUntil(lambda: bool(window.tuned.bar.message), timeout=WAIT)
    window.tuned.bar.choose("Not now")
    qtbot.waitUntil(window.training.runs.buttons["compare"].isVisible, timeout=WAIT)
    window.training.runs.buttons["compare"].click()
    draws(qtbot, window, "Tuned")
    qtbot.waitUntil(lambda: window.comparing.on and window.comparing.settled, timeout=WAIT)
    beside, base = window.canvas.beside, load_generator(Path(window.trainer.kept[0].run.base), 1)
    assert beside is not None
    seen = pixels(beside.pictures[0].image).astype(float)
    look = fit(window.session.look, base.manifest).value
    true = render(base, look, size=len(seen), quality="preview").astype(float)
    assert np.abs(seen[..., :3] * seen[..., 3:] - true[..., :3] * true[..., 3:]).max() <= 255 * 4
    assert window.stage.other_by is not None and window.stage.other_by.manifest.name == "Base"
    assert window.comparing.divider.names[0].text() == "Before tuning"
    window.preview.compare(True)
    assert not window.preview.comparing, "the same look drawn by the same generator shows nothing"
    window.actions_by_name["undo"].trigger()
    draws(qtbot, window, "Base")
    assert window.stage.other_by is None, "compared with itself it says nothing"


def test_a_child_that_is_killed_leaves_a_sentence_and_a_window(
    qtbot: QtBot, window: MainWindow, pictures: Path
) -> None:
    folder = begin(qtbot, window, pictures)
    os.kill(int((folder / ft.PID).read_text()), signal.SIGKILL)
    qtbot.waitUntil(lambda: "ended before it was done" in window.error_bar.message, timeout=WAIT)
    runs = window.training.runs
    qtbot.waitUntil(runs.buttons["go_on"].isVisible, timeout=WAIT)
    assert "broken off" in runs.list.item(0).text()
    runs.buttons["go_on"].click()
    qtbot.waitUntil(lambda: window.trainer.present == folder, timeout=WAIT)
    qtbot.waitUntil(lambda: window.training.run.said.text().startswith("Learning"), timeout=WAIT)


def test_a_second_run_waits_and_its_note_outlives_the_window(
    qtbot: QtBot, open_window: Open, window: MainWindow, pictures: Path, made: Path
) -> None:
    first = begin(qtbot, window, pictures)
    runs, order = window.training.runs, window.training.order
    qtbot.waitUntil(lambda: not order.content.isVisible() and len(window.trainer.kept) == 1, timeout=WAIT)
    assert order.start_button.text() == "Start after this one"
    order.start_button.click()
    qtbot.waitUntil(lambda: runs.list.count() == 1 and "waits its turn" in runs.list.item(0).text(), timeout=WAIT)
    assert runs.listed[0].run.name == "My pictures 2"
    (first / "finish").touch()
    qtbot.waitUntil(lambda: window.trainer.present not in (None, first), timeout=WAIT)
    half_way(qtbot, window)
    qtbot.waitUntil(lambda: runs.list.count() == 1 and "ready" in runs.list.item(0).text(), timeout=WAIT)
    runs.note.setFocus()
    QTest.keyClicks(runs.note, "softer lines")
    QTest.keyClick(runs.note, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [kept.run.note for kept in runs.listed] == ["softer lines"], timeout=WAIT)
    window.leaving.agreed = True
    window.close()
    later = taught(open_window(), made)
    qtbot.waitUntil(lambda: "was broken off" in later.tuned.bar.message, timeout=WAIT)
    later.actions_by_name["train"].trigger()
    notes = [kept.run.note for kept in later.training.runs.listed]
    assert sorted(notes) == ["", "softer lines"]
    later.training.runs.list.setCurrentRow(notes.index("softer lines"))
    assert later.training.runs.note.text() == "softer lines"
    later.training.runs.buttons["delete"].click()
    later.tuned.bar.choose("Delete it")
    qtbot.waitUntil(lambda: later.training.runs.list.count() == 1 and not first.exists(), timeout=WAIT)
