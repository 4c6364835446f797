"""The steps as pictures: a click goes to one, exactly; the present one is marked, what was undone is dimmed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.driving import WAIT, Open, settle, undo_depth
from vtuber_studio.core.settings import Settings
from vtuber_studio.ui.main_window import MainWindow
from vtuber_studio.ui.panels import history as module
from vtuber_studio.ui.panels.history import HistoryPanel
from vtuber_studio.ui.widgets.strip import DIM

LEFT = Qt.MouseButton.LeftButton


def opened(window: MainWindow, steps: int = 4) -> HistoryPanel:
    for step in range(steps):
        window.session.edit(window.session.look.set(eye_size=(step + 1) / 10), f"Eyes {step + 1}")
    window.strips.open(window.history)
    return window.history


def texts(panel: HistoryPanel) -> list[str]:
    return [panel.list.item(row).text() for row in range(panel.list.count())]


def dimmed(panel: HistoryPanel) -> list[bool]:
    return [bool(panel.list.item(row).data(DIM)) for row in range(panel.list.count())]


def click(panel: HistoryPanel, row: int) -> None:
    panel.list.scrollToItem(panel.list.item(row))
    QTest.mouseClick(panel.list.viewport(), LEFT, pos=panel.list.visualItemRect(panel.list.item(row)).center())


def test_every_step_is_a_picture_and_the_present_one_is_marked(qtbot: QtBot, window: MainWindow) -> None:
    panel = opened(window)
    assert texts(panel)[-4:] == ["Eyes 1", "Eyes 2", "Eyes 3", "Eyes 4"]
    assert panel.list.currentRow() == panel.list.count() - 1 and not any(dimmed(panel))
    items = [panel.list.item(row) for row in range(panel.list.count())]
    qtbot.waitUntil(lambda: not any(item.icon().isNull() for item in items), timeout=WAIT)
    present = panel.list.item(panel.list.count() - 1).icon()
    same = [present.pixmap(40, 40, mode).toImage() for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected)]
    assert same[0] == same[1], "the chosen one is not dyed"


def test_a_click_goes_there_and_back_and_nothing_is_lost(qtbot: QtBot, window: MainWindow) -> None:
    panel = opened(window)
    last, depth, moments = window.session.at, undo_depth(window.session), [each.value for each in window.session.steps]
    for row in (1, panel.list.count() - 1, 0, 2):
        click(panel, row)
        assert window.session.at == row and window.session.project is moments[row].project
        assert dimmed(panel) == [each > row for each in range(len(moments))] and panel.list.currentRow() == row
        assert undo_depth(window.session) == row
    settle(qtbot, window)
    window.session.go(last)
    assert undo_depth(window.session) == depth and window.session.project is moments[-1].project


def test_an_edit_in_the_past_ends_what_was_undone(window: MainWindow) -> None:
    panel = opened(window)
    click(panel, panel.list.count() - 3)
    window.session.edit(window.session.look.set(face_width=0.5), "Face")
    assert texts(panel)[-3:] == ["Eyes 1", "Eyes 2", "Face"] and not any(dimmed(panel))


def test_the_keyboard_goes_there(window: MainWindow) -> None:
    panel = opened(window)
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_Left)
    assert window.session.at == len(window.session.steps) - 1, "looking is not going"
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert window.session.at == len(window.session.steps) - 2


def test_only_so_many_are_shown_and_one_more_step_draws_one_more(window: MainWindow) -> None:
    panel = opened(window, module.SHOWN + 12)
    assert panel.list.count() == module.SHOWN and texts(panel)[-1] == f"Eyes {module.SHOWN + 12}"
    second = panel.list.item(1)
    window.session.edit(window.session.look.set(face_width=0.25), "Face")
    assert panel.list.count() == module.SHOWN and panel.list.item(0) is second, "the others stay"
    window.session.go(3)
    assert panel.list.item(panel.list.currentRow()).text() == window.session.steps[3].label
    click(panel, panel.list.currentRow() + 5)
    assert window.session.at == 8


def test_in_a_low_window_the_canvas_keeps_its_room(qtbot: QtBot, open_window: Open) -> None:
    window = open_window(Settings(idle_animation=False))
    window.resize(1280, 680)
    for page in window.strips.pages:
        window.strips.open(page)
        assert page.isVisible()
        qtbot.waitUntil(lambda: min(window.canvas.width(), window.canvas.height()) >= 443, timeout=WAIT)
    assert window.history.slim
    window.history.fold_button.click()
    assert not window.history.slim and not window.favourites.slim
