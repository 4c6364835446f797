"""One part rolled anew, in pictures: pointing tries, a click takes, Esc leaves her as she was, inside regions, too."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolButton
from pytestqt.qtbot import QtBot

from tests.ui.driving import WAIT, undo_depth
from tests.ui.test_pointing import IRIS, ask_menu, entry, take
from vtuber_studio.core.region import with_variant
from vtuber_studio.ui.main_window import MainWindow
from vtuber_studio.ui.ready_masks import TABLE
from vtuber_studio.ui.variations import COUNT
from vtuber_studio.ui.widgets.variation_grid import VariationGrid

LEFT = Qt.MouseButton.LeftButton
EYES = {"eye_size", "iris_size"}


def opened(window: MainWindow, part: str = "eyes") -> VariationGrid:
    grid = window.variations.open(part)
    assert grid is not None and grid.isVisible()
    return grid


def point_at(grid: VariationGrid, index: int) -> QPoint:
    at = grid.visualItemRect(grid.item(index)).center()
    QTest.mouseMove(grid.viewport(), at + QPoint(4, 4))
    QTest.mouseMove(grid.viewport(), at)
    return at


def moved(window: MainWindow, before: dict[str, object]) -> set[str]:
    return {name for name, value in window.session.look.attributes.items() if value != before[name]}


def pictures(grid: VariationGrid) -> list[bytes]:
    images = (grid.item(index).icon().pixmap(64).toImage() for index in range(grid.count()))
    return [bytes(image.constBits()) for image in images if not image.isNull()]


def test_twelve_pictures_of_her_come_and_opening_changes_nothing(qtbot: QtBot, window: MainWindow) -> None:
    before = window.session.look
    grid = opened(window)
    assert grid.count() == COUNT == 12
    qtbot.waitUntil(lambda: len(pictures(grid)) == 12, timeout=WAIT)
    assert len(set(pictures(grid))) == 12
    assert window.session.look == before and window.session.project.look == before
    area = grid.viewport().rect()
    assert all(area.contains(grid.visualItemRect(grid.item(index))) for index in range(12))
    assert not grid.foot.geometry().intersects(grid.viewport().geometry())


def test_pointing_tries_and_esc_leaves_everything_as_it_was(window: MainWindow) -> None:
    before = window.session.look
    grid = opened(window)
    point_at(grid, 4)
    assert window.session.in_gesture and moved(window, dict(before.attributes)) == EYES
    QApplication.sendEvent(grid, QEvent(QEvent.Type.Leave))
    assert window.session.look == before
    point_at(grid, 5)
    QTest.keyClick(grid, Qt.Key.Key_Escape)
    assert not grid.isVisible() and window.session.look == before
    assert not window.session.in_gesture and undo_depth(window.session) == 0 and not window.session.dirty


def test_a_click_takes_it_as_one_step_and_undo_brings_her_back(window: MainWindow) -> None:
    before = window.session.look
    grid = opened(window)
    point_at(grid, 2)
    at = point_at(grid, 7)
    tried = window.session.look
    QTest.mouseClick(grid.viewport(), LEFT, pos=at)
    assert not grid.isVisible() and window.session.look == tried != before
    assert undo_depth(window.session) == 1 and window.session.undo_label == "Vary Eyes"
    window.session.undo()
    assert window.session.look == before


def test_arrows_try_and_enter_takes(window: MainWindow) -> None:
    before = window.session.look
    grid = opened(window)
    QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.keyClick(grid, Qt.Key.Key_Down)
    tried = window.session.look
    assert tried != before
    QTest.keyClick(grid, Qt.Key.Key_Return)
    assert window.session.look == tried and undo_depth(window.session) == 1


def test_twelve_more_are_others_and_nothing_is_tried_meanwhile(qtbot: QtBot, window: MainWindow) -> None:
    before = window.session.look
    grid = opened(window)
    qtbot.waitUntil(lambda: len(pictures(grid)) == 12, timeout=WAIT)
    first = set(pictures(grid))
    point_at(grid, 0)
    tried = window.session.look
    QTest.mouseClick(grid.more, LEFT)
    assert grid.isVisible() and window.session.look == before and window.session.in_gesture
    qtbot.waitUntil(lambda: len(pictures(grid)) == 12, timeout=WAIT)
    assert not first & set(pictures(grid))
    QTest.keyClick(grid, Qt.Key.Key_Right)
    assert window.session.look not in (before, tried)
    QTest.keyClick(grid, Qt.Key.Key_Escape)
    assert window.session.look == before


def test_less_different_ones_are_nearer_to_her(window: MainWindow) -> None:
    before = float(window.session.look.attributes["eye_size"])
    grid = opened(window)
    point_at(grid, 3)
    far = float(window.session.look.attributes["eye_size"]) - before
    QTest.keyClick(grid.slider, Qt.Key.Key_Home)
    assert grid.amount == pytest.approx(0.1) and window.session.look.attributes["eye_size"] == before
    point_at(grid, 2)
    point_at(grid, 3)
    near = float(window.session.look.attributes["eye_size"]) - before
    assert near == pytest.approx(0.1 * far, abs=1e-3) and near != 0
    grid.close()


def test_what_is_locked_stays(window: MainWindow) -> None:
    window.session.set_locks({"eye_size"})
    before = dict(window.session.look.attributes)
    grid = opened(window)
    point_at(grid, 1)
    assert moved(window, before) == {"iris_size"}
    grid.close()
    window.session.set_locks(EYES)
    assert window.variations.open("eyes") is None and not window.session.in_gesture


def test_inside_a_region_only_its_inside_varies(qtbot: QtBot, window: MainWindow) -> None:
    window.regions.new.make(TABLE[0], "hair_front")
    qtbot.waitUntil(lambda: window.session.entered is not None, timeout=WAIT)
    whole, inside = window.session.project.look, window.session.look
    assert window.variations.open("eyes") is None  # nothing of them is in it
    grid = opened(window, "hair_front")
    QTest.mouseClick(grid.viewport(), LEFT, pos=point_at(grid, 6))
    assert window.session.entered == 0 and window.session.look != inside
    assert window.session.project.look.attributes == whole.attributes
    assert window.session.project.look == with_variant(whole, 0, window.session.look)
    window.session.undo()
    assert window.session.project.look == whole


def test_menus_and_the_sliders_heading_lead_there(qtbot: QtBot, window: MainWindow) -> None:
    def grid() -> VariationGrid:
        (found,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, VariationGrid) and w.isVisible())
        return found

    take(ask_menu(qtbot, window, *IRIS), "Variations ...")
    assert grid().accessibleName() == "Variations: Eyes"
    grid().close()
    of = window.variations.menu
    of.aboutToShow.emit()
    assert [action.text() for action in of.actions()] == ["Face ...", "Eyes ...", "Front hair ...", "Headwear ..."]
    entry(of, "Front hair").trigger()
    assert grid().accessibleName() == "Variations: Front hair"
    grid().close()
    button = window.attributes.sections["Eyes"].findChild(QToolButton, "vary")
    assert isinstance(button, QToolButton)
    menu = button.menu()
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == ["Eyes ..."]
    menu.actions()[0].trigger()
    assert grid().accessibleName() == "Variations: Eyes"
    grid().close()
