"""Several looks of one persona: added, named, changed, moved, copied, removed, saved; and clothes put on any."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from tests.fakes import ATTRIBUTES, MATERIALS, PARTS
from tests.ui.driving import WAIT, drag, settle, undo_depth
from tests.ui.test_pointing import entry
from vtuber_studio.core.outfit import wear
from vtuber_studio.core.project import read_project
from vtuber_studio.ui.main_window import MainWindow
from vtuber_studio.ui.panels.looks import LooksPanel
from vtuber_studio.ui.widgets.strip import Strip

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def looks(window: MainWindow) -> LooksPanel:
    """School, Summer and Stage; Stage is active, and wears a hat."""
    session = window.session
    session.rename_look(0, "School")
    session.add_look("Summer", session.look.set(eye_size=0.4))
    session.add_look("Stage", session.look.set(headwear="hat", face_width=0.6).paint({"deco.base": "#00ff80"}))
    window.strips.open(window.looks)
    return window.looks


def names(window: MainWindow) -> list[str]:
    return [each.name for each in window.session.project.looks]


def shown(looks: LooksPanel) -> list[str]:
    return [looks.list.item(row).text() for row in range(looks.list.count())]


def click(looks: LooksPanel, row: int) -> None:
    QTest.mouseClick(looks.list.viewport(), LEFT, pos=looks.list.visualItemRect(looks.list.item(row)).center())


def menu_of(looks: LooksPanel, row: int) -> QMenu:
    menu = QMenu(looks)
    looks._offer(menu, row)
    return menu


def test_all_stand_there_and_the_active_one_is_marked(qtbot: QtBot, window: MainWindow, looks: LooksPanel) -> None:
    assert shown(looks) == names(window) == ["School", "Summer", "Stage"]
    assert [looks.list.item(row).font().bold() for row in range(3)] == [False, False, True]
    assert looks.list.currentRow() == 2
    qtbot.waitUntil(lambda: not any(looks.list.item(row).icon().isNull() for row in range(3)), timeout=WAIT)


def test_a_click_changes_to_one_and_undo_changes_back(qtbot: QtBot, window: MainWindow, looks: LooksPanel) -> None:
    before, depth = window.session.project, undo_depth(window.session)
    click(looks, 1)
    assert window.session.project.active == 1 and window.session.look.attributes["eye_size"] == 0.4
    assert looks.list.item(1).font().bold() and undo_depth(window.session) == depth + 1
    settle(qtbot, window)
    click(looks, 1)
    assert undo_depth(window.session) == depth + 1, "it was there already"
    window.session.undo()
    assert window.session.project is before and looks.list.item(2).font().bold()


def test_edits_are_of_the_active_look_alone(window: MainWindow, looks: LooksPanel) -> None:
    others = window.session.project.looks[:2]
    slider = window.attributes.rows["iris_size"].slider
    assert slider is not None
    items = [looks.list.item(row) for row in range(3)]
    drag(slider, 30)
    assert window.session.project.looks[:2] == others and window.session.project.looks[0] is others[0]
    assert [looks.list.item(row) for row in range(3)] == items, "no picture of the others is made anew"


def test_one_is_added_and_its_name_is_typed(qtbot: QtBot, window: MainWindow, looks: LooksPanel) -> None:
    before = window.session.look
    QTest.mouseClick(looks.add_button, LEFT)
    assert names(window) == ["School", "Summer", "Stage", "Look 4"] and window.session.look == before
    editor = looks.list.viewport().findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, "Beach")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names(window)[-1] == "Beach", timeout=WAIT)
    assert shown(looks)[-1] == "Beach" and window.session.project.active == 3
    window.session.undo()
    window.session.undo()
    assert names(window) == shown(looks) == ["School", "Summer", "Stage"] and window.session.project.active == 2


def test_they_are_moved_copied_and_removed_and_the_active_one_stays(window: MainWindow, looks: LooksPanel) -> None:
    steps = [window.session.project]
    looks.list.setFocus()
    QTest.keyClick(looks.list, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert names(window) == ["School", "Stage", "Summer"] and window.session.project.active == 1
    steps.append(window.session.project)
    entry(menu_of(looks, 0), "Duplicate").trigger()
    assert names(window) == ["School", "School copy", "Stage", "Summer"] and window.session.project.active == 1
    assert window.session.project.looks[0].look is window.session.project.looks[1].look
    steps.append(window.session.project)
    looks.list.setCurrentRow(0)
    QTest.keyClick(looks.list, Qt.Key.Key_Delete)
    assert names(window) == shown(looks) == ["School copy", "Stage", "Summer"] and window.session.project.active == 0
    for project in reversed(steps):
        window.session.undo()
        assert window.session.project is project and shown(looks) == names(window)


def test_the_last_one_stays_and_it_is_said_why(window: MainWindow) -> None:
    window.strips.open(window.looks)
    before = window.session.project
    window.looks.remove(0)
    assert window.session.project is before and window.error_bar.isVisible()
    assert not entry(menu_of(window.looks, 0), "Delete\tDel").isEnabled()


def test_what_she_wears_in_one_is_put_on_in_another(qtbot: QtBot, window: MainWindow, looks: LooksPanel) -> None:
    stage = window.session.look
    click(looks, 0)
    school = window.session.look
    mixes = entry(menu_of(looks, 2), "Mix in").menu()
    assert isinstance(mixes, QMenu)
    action = entry(mixes, "What she wears")
    mixes.hovered.emit(action)
    wanted = wear(school, stage, ATTRIBUTES, MATERIALS, PARTS)
    assert window.session.in_gesture and window.session.look == wanted != school
    action.trigger()
    assert window.session.look == wanted and wanted.attributes["headwear"] == "hat"
    assert wanted.attributes["face_width"] == school.attributes["face_width"] != stage.attributes["face_width"]
    settle(qtbot, window)
    window.session.undo()
    assert window.session.look == school


def test_one_that_is_dropped_on_the_picture_is_mixed_in(qtbot: QtBot, window: MainWindow, looks: LooksPanel) -> None:
    looks.list.dragged = 1
    at = window.canvas.mapTo(window, window.canvas.rect().center())
    data = QMimeData()
    event = QDropEvent(QPointF(at), Qt.DropAction.MoveAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    window.drops.drop(event)
    looks.list.dragged = None
    assert event.isAccepted()

    def open_menus() -> list[QMenu]:
        return [each for each in QApplication.topLevelWidgets() if isinstance(each, QMenu) and each.isVisible()]

    qtbot.waitUntil(lambda: bool(open_menus()), timeout=WAIT)
    entry(open_menus()[0], "All that she is").trigger()
    open_menus()[0].close()
    assert window.session.look == window.session.project.looks[1].look and window.session.project.active == 2
    assert isinstance(looks.list, Strip)


def test_they_are_saved_with_the_project(window: MainWindow, looks: LooksPanel, tmp_path: Path) -> None:
    window.session.save(tmp_path / "her.vtsproj")
    saved = read_project(tmp_path / "her.vtsproj")
    assert saved == window.session.project and [each.name for each in saved.looks] == names(window)
    window.session.move_look(2, 0)
    assert window.session.dirty
    window.session.open(tmp_path / "her.vtsproj")
    assert shown(looks) == ["School", "Summer", "Stage"] and window.session.project.active == 2
