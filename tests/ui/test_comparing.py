"""The split view: another look left of a divider, whole, in the same face; nothing of the document changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.fakes import FakeGenerator
from tests.ui.driving import WAIT, pixels, settle, undo_depth
from tests.ui.test_pointing import entry
from vtuber_studio.core.look import Look
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.render import render
from vtuber_studio.ui.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def other_side(qtbot: QtBot, window: MainWindow) -> np.ndarray:
    """The picture left of the divider, when it has come."""
    qtbot.waitUntil(lambda: window.comparing.settled, timeout=WAIT)
    beside = window.canvas.beside
    assert beside is not None
    return pixels(beside.pictures[0].image)


def same(seen: np.ndarray, shot: Shot) -> bool:
    true = render(FakeGenerator(), shot, size=len(seen), quality="preview").astype(float)
    here = seen.astype(float)
    return bool(np.abs(here[..., :3] * here[..., 3:] - true[..., :3] * true[..., 3:]).max() <= 255 * 4)


def prepared(qtbot: QtBot, window: MainWindow) -> tuple[Look, Look]:
    first = window.session.look
    window.session.edit(first.paint({"hair.base": "#10c040", "skin.base": "#804020"}), "Paint")
    settle(qtbot, window)
    return first, window.session.look


def test_left_is_the_look_before_right_the_present_one(qtbot: QtBot, window: MainWindow) -> None:
    first, second = prepared(qtbot, window)
    window.actions_by_name["split"].trigger()
    assert same(other_side(qtbot, window), Shot(first)) and window.comparing.divider.hasFocus()
    canvas = window.canvas
    both = pixels(canvas.grab().toImage())
    window.comparing.split(False)
    now = pixels(canvas.grab().toImage())
    middle = both.shape[1] // 2
    apart = np.abs(both.astype(int) - now).max(-1)[80:]  # below the names
    assert apart[:, middle + 12 :].max() <= 1, "the present side is not touched"
    assert (apart[:, : middle - 12] > 20).sum() > 2000
    assert undo_depth(window.session) == 1 and window.session.look == second


def test_the_divider_is_dragged_and_moved_by_keys(qtbot: QtBot, window: MainWindow) -> None:
    prepared(qtbot, window)
    window.comparing.split(True)
    other_side(qtbot, window)
    divider = window.comparing.divider
    start = divider.rect().center()
    QTest.mousePress(divider, LEFT, pos=start)
    QTest.mouseMove(divider, start + QPoint(90, 0))
    QTest.mouseRelease(divider, LEFT, pos=divider.rect().center())
    assert abs(divider.at * window.canvas.width() - (window.canvas.width() / 2 + 90)) < 3
    assert window.canvas.beside is not None and window.canvas.beside.at == divider.at
    before = divider.at
    QTest.keyClick(divider, Qt.Key.Key_Left)
    assert divider.at < before
    QTest.keyClick(divider, Qt.Key.Key_End)
    assert divider.at == 1.0 and window.canvas.beside.at == 1.0
    QTest.keyClick(divider, Qt.Key.Key_Escape)
    assert not window.comparing.on and window.canvas.beside is None and window.canvas.hasFocus()
    assert not window.actions_by_name["split"].isChecked()


def test_it_follows_steps_and_her_face(qtbot: QtBot, window: MainWindow) -> None:
    _first, second = prepared(qtbot, window)
    window.comparing.split(True)
    other_side(qtbot, window)
    window.session.edit(second.set(eye_size=0.9), "Eyes")
    assert same(other_side(qtbot, window), Shot(second))
    window.comparing.choose("default", lambda: None)
    window.session.add_favourite()
    kept = window.session.favourites[0]
    window.comparing.choose("kept", lambda: kept)
    window.stage.set_pose("yaw", 8.0)
    assert same(other_side(qtbot, window), Shot(kept.look, pose=window.stage.pose))
    assert window.comparing.divider.names[0].text() == kept.name


def test_the_menu_offers_the_saved_file_looks_and_favourites(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    menu = window.comparing.menu
    menu.aboutToShow.emit()
    assert not entry(menu, "The saved file").isEnabled()
    first = window.session.look
    window.session.save(tmp_path / "her.vtsproj")
    window.session.add_favourite("Blue")
    window.session.add_look("Summer", first.set(eye_size=-0.8))
    window.session.edit(window.session.look.set(face_width=0.7), "Face")
    menu.aboutToShow.emit()
    texts = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert texts == ["The look before the last step", "The saved file", "Look 1", "Blue"]
    entry(menu, "The saved file").trigger()
    assert window.comparing.on and same(other_side(qtbot, window), Shot(first))
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions() if action.isChecked()] == ["The saved file"]
    window.session.replace(window.stage.first_project)
    assert window.stage.other() is None, "another document has another past"
    QApplication.processEvents()


def test_held_compare_shows_what_was_chosen(qtbot: QtBot, window: MainWindow) -> None:
    prepared(qtbot, window)
    window.session.add_favourite("Green")
    kept = window.session.favourites[0]
    window.session.edit(kept.look.set(eye_size=0.8), "Eyes")
    window.comparing.choose("kept", lambda: kept)
    window.comparing.split(False)
    window.preview.compare(True)
    qtbot.waitUntil(lambda: window.preview.settled, timeout=WAIT)
    assert window.canvas.image is not None and same(pixels(window.canvas.image), Shot(kept.look))
    assert window.canvas.badge == "Green"
    window.preview.compare(False)
    settle(qtbot, window)
