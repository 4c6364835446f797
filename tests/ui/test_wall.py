"""The wall of looks: pointing shows, a click takes as one step, dragging mixes, and nothing waits for it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from tests.fakes import FakeGenerator
from tests.ui.driving import WAIT, pixels, settle, undo_depth
from tests.ui.test_pointing import entry
from vtuber_studio.core.dice import COLOURS
from vtuber_studio.core.look import Look
from vtuber_studio.core.mixing import taken
from vtuber_studio.engine.render import render
from vtuber_studio.ui.main_window import MainWindow
from vtuber_studio.ui.panels.wall import COUNT, WallPanel
from vtuber_studio.ui.ready_masks import TABLE

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def wall(qtbot: QtBot, window: MainWindow) -> Iterator[WallPanel]:
    window.actions_by_name["wall"].trigger()
    qtbot.waitUntil(lambda: window.wall.complete, timeout=WAIT)
    yield window.wall


def place(wall: WallPanel, row: int) -> QPoint:
    wall.grid.scrollToItem(wall.grid.item(row))
    return wall.grid.visualItemRect(wall.grid.item(row)).center()


def point_at(wall: WallPanel, row: int) -> None:
    at = place(wall, row)
    QTest.mouseMove(wall.grid.viewport(), at + QPoint(4, 4))
    QTest.mouseMove(wall.grid.viewport(), at)


def dropped(at: QPoint) -> tuple[QDropEvent, QMimeData]:
    """The event does not own its data."""
    data = QMimeData()
    return QDropEvent(QPointF(at), Qt.DropAction.MoveAction, data, LEFT, Qt.KeyboardModifier.NoModifier), data


def leave(wall: WallPanel) -> None:
    QApplication.sendEvent(wall.grid.viewport(), QEvent(QEvent.Type.Leave))


def pictures(wall: WallPanel) -> list[bytes]:
    return [bytes(wall.grid.item(row).icon().pixmap(64).toImage().constBits()) for row in range(COUNT)]


def shows(window: MainWindow, look: Look) -> bool:
    """Does the canvas show this look?"""
    if not window.preview.settled or window.canvas.image is None:
        return False
    seen = pixels(window.canvas.image).astype(float)
    true = render(FakeGenerator(), window.stage.shot.with_(look=look), size=len(seen), quality="preview").astype(float)
    return bool(np.abs(seen[..., :3] * seen[..., 3:] - true[..., :3] * true[..., 3:]).max() <= 255 * 4)


def test_thirty_six_others_stand_there_and_the_document_knows_nothing(window: MainWindow, wall: WallPanel) -> None:
    assert wall.grid.count() == COUNT == 36 and len(set(pictures(wall))) > 30
    assert undo_depth(window.session) == 0 and not window.session.dirty
    assert window.docks.left.currentWidget() is wall and wall.grid.hasFocus()


def test_pointing_shows_her_on_the_canvas_and_leaves_no_trace(
    qtbot: QtBot, window: MainWindow, wall: WallPanel
) -> None:
    before = window.session.look
    point_at(wall, 5)
    qtbot.waitUntil(lambda: shows(window, wall.look_of(5)), timeout=WAIT)
    assert window.session.look is before and not window.session.in_gesture
    leave(wall)
    settle(qtbot, window)
    assert undo_depth(window.session) == 0


def test_a_click_takes_it_as_one_step_and_undo_is_exact(qtbot: QtBot, window: MainWindow, wall: WallPanel) -> None:
    before = window.session.project
    QTest.mouseClick(wall.grid.viewport(), LEFT, pos=place(wall, 9))
    assert window.session.look == wall.look_of(9) != before.look
    assert undo_depth(window.session) == 1 and wall.centre == before.look, "the wall stays as it is"
    window.session.undo()
    assert window.session.project is before
    settle(qtbot, window)  # the mouse is still there


def test_a_double_click_goes_on_from_it(qtbot: QtBot, window: MainWindow, wall: WallPanel) -> None:
    chosen, seen = wall.look_of(4), set(pictures(wall))
    at = place(wall, 4)
    QTest.mouseClick(wall.grid.viewport(), LEFT, pos=at)
    QTest.mouseDClick(wall.grid.viewport(), LEFT, pos=at)
    assert window.session.look == chosen and wall.centre == chosen and undo_depth(window.session) == 1
    qtbot.waitUntil(lambda: wall.complete, timeout=WAIT)
    assert len(seen & set(pictures(wall))) < 6


def test_the_keyboard_does_it_all(qtbot: QtBot, window: MainWindow, wall: WallPanel) -> None:
    grid = wall.grid
    QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.keyClick(grid, Qt.Key.Key_Right)
    row = grid.currentRow()
    assert row > 0
    qtbot.waitUntil(lambda: shows(window, wall.look_of(row)), timeout=WAIT)
    QTest.keyClick(grid, Qt.Key.Key_Escape)
    settle(qtbot, window)
    QTest.keyClick(grid, Qt.Key.Key_Right)
    row, tried = grid.currentRow(), wall.look_of(grid.currentRow())
    QTest.keyClick(grid, Qt.Key.Key_Return)
    assert window.session.look == tried and undo_depth(window.session) == 1
    QTest.keyClick(grid, Qt.Key.Key_Space)
    assert wall.centre == tried and wall.look_of(row) != tried
    QTest.keyClick(grid, Qt.Key.Key_Down)
    QTest.keyClick(grid, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert undo_depth(window.session) == 2 and wall.centre == window.session.look


def test_the_slider_brings_the_same_ones_nearer(window: MainWindow, wall: WallPanel) -> None:
    def far(row: int) -> float:
        return abs(float(wall.look_of(row).attributes["eye_size"]) - float(window.session.look.attributes["eye_size"]))

    half = [far(row) for row in range(8)]
    wall.slider.setFocus()
    QTest.keyClick(wall.slider, Qt.Key.Key_Home)
    near = [far(row) for row in range(8)]
    assert wall.distance == pytest.approx(0.05)
    assert near == pytest.approx([0.1 * each for each in half], abs=1e-3) and max(near) > 0
    QTest.keyClick(wall.slider, Qt.Key.Key_End)
    assert [far(row) for row in range(8)] == pytest.approx([2 * each for each in half], abs=1e-3)


def test_only_what_is_ticked_differs_and_locks_stay(window: MainWindow, wall: WallPanel) -> None:
    window.session.set_locks({"iris_size"})
    before = window.session.look
    menu = wall.scope_button.menu()
    assert isinstance(menu, QMenu)
    entry(menu, "Nothing yet").trigger()
    assert wall.look_of(0) == before
    entry(menu, "Eyes").trigger()
    assert wall.scope_button.text().startswith("Eyes") and {name for name, on in wall.scope.items() if on} == {"eyes"}
    for row in range(6):
        look = wall.look_of(row)
        assert {name for name in before.attributes if look.attributes[name] != before.attributes[name]} <= {"eye_size"}
        assert look.palette == before.palette and look.seed == before.seed
    assert len({wall.look_of(row).attributes["eye_size"] for row in range(6)}) > 1
    wall.choose([COLOURS])
    assert wall.look_of(0).attributes == before.attributes and wall.look_of(0).palette != before.palette
    entry(menu, "All of her").trigger()
    assert all(wall.scope.values()) and wall.look_of(0).seed != before.seed
    assert wall.look_of(0).attributes["iris_size"] == before.attributes["iris_size"]


def test_dropping_one_on_another_gives_half_of_each(qtbot: QtBot, window: MainWindow, wall: WallPanel) -> None:
    source, target = wall.look_of(2), wall.look_of(7)
    wall.grid.dragged = 2
    event, _data = dropped(place(wall, 7))
    wall.grid.dropEvent(event)
    wall.grid.dragged = None
    child = wall.look_of(7)
    assert event.isAccepted() and child.with_(mixes=()) == target
    for entry_ in window.stage.manifest.parts:  # type: ignore[union-attr]
        for kind in ("shape", "colour"):
            mix = taken(child, entry_.part.name, kind)  # type: ignore[arg-type]
            assert mix is not None and mix.look == source and getattr(mix, kind) == 0.5
    qtbot.waitUntil(lambda: wall.complete, timeout=WAIT)
    QTest.mouseClick(wall.grid.viewport(), LEFT, pos=place(wall, 7))
    assert window.session.look == child


def test_one_is_kept_by_its_menu_and_by_a_drop_on_the_favourites(window: MainWindow, wall: WallPanel) -> None:
    before = window.session.look
    wall.keep(3)
    assert [kept.look for kept in window.session.favourites] == [wall.look_of(3)] and window.session.look == before
    wall.grid.dragged = 11
    at = window.favourites.mapTo(window, window.favourites.rect().center())
    event, _data = dropped(at)
    window.drops.drop(event)
    wall.grid.dragged = None
    assert window.session.favourites[-1].look == wall.look_of(11) and undo_depth(window.session) == 2


def test_another_document_or_region_is_another_wall(qtbot: QtBot, window: MainWindow, wall: WallPanel) -> None:
    window.session.replace(window.stage.first_project)
    assert wall.centre == window.session.look
    window.regions.new.make(TABLE[0], "hair_front")
    qtbot.waitUntil(lambda: window.session.entered is not None, timeout=WAIT)
    assert wall.centre == window.session.look
    whole = window.session.project.look
    wall.take(6)
    assert window.session.entered == 0 and window.session.project.look.attributes == whole.attributes
    assert window.session.look != whole and window.session.project.look.seed == whole.seed
    window.session.undo()
    assert window.session.project.look == whole


def test_hidden_it_draws_nothing_and_goes_on_when_it_is_seen_again(qtbot: QtBot, window: MainWindow) -> None:
    window.docks.open(window.wall)
    qtbot.waitUntil(lambda: bool(window.wall.looks), timeout=WAIT)
    window.docks.open(window.attributes)
    made = len(window.wall.looks)
    window.preview.glance(None)
    settle(qtbot, window)
    assert len(window.wall.looks) <= made + 1
    window.docks.open(window.wall)
    qtbot.waitUntil(lambda: window.wall.complete, timeout=WAIT)
