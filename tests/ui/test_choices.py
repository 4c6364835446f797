"""A choice as pictures: pointing tries, a click takes, anything else leaves her as she was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.driving import WAIT, undo_depth
from vtuber_studio.core.attribute import Attribute
from vtuber_studio.engine.generator import load_generator
from vtuber_studio.ui.choices import view_of
from vtuber_studio.ui.panels.attributes import AttributesPanel
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.thumbnails import Thumbnails
from vtuber_studio.ui.widgets.choice_grid import ChoiceBox, ChoiceGrid

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def grid(stage: Stage, qtbot: QtBot) -> Iterator[ChoiceGrid]:
    panel = AttributesPanel(stage, Thumbnails(stage))
    qtbot.addWidget(panel)
    panel.resize(400, 700)
    panel.show()
    box = panel.rows["front_style"].combo
    QTest.mouseClick(box, LEFT, pos=box.rect().center())
    (found,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, ChoiceGrid) and w.isVisible())
    yield found
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _point_at(grid: ChoiceGrid, index: int) -> QPoint:
    at = grid.visualItemRect(grid.item(index)).center()
    QTest.mouseMove(grid.viewport(), at + QPoint(4, 4))
    QTest.mouseMove(grid.viewport(), at)
    return at


def test_every_choice_gets_a_picture_of_her_with_it(grid: ChoiceGrid, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not any(grid.item(i).icon().isNull() for i in range(grid.count())), timeout=WAIT)
    first, second = (grid.item(i).icon().pixmap(64).toImage() for i in (0, 1))
    assert first != second


def test_pointing_tries_and_leaving_puts_back(stage: Stage, grid: ChoiceGrid) -> None:
    before = stage.session.look
    _point_at(grid, 1)
    assert stage.session.look.attributes["front_style"] == "square" and stage.session.in_gesture
    QApplication.sendEvent(grid, QEvent(QEvent.Type.Leave))
    assert stage.session.look == before
    QTest.keyClick(grid, Qt.Key.Key_Escape)
    assert stage.session.look == before and not stage.session.in_gesture and undo_depth(stage.session) == 0


def test_a_click_takes_in_one_step(stage: Stage, grid: ChoiceGrid) -> None:
    QTest.mouseClick(grid.viewport(), LEFT, pos=_point_at(grid, 1))
    assert not grid.isVisible() and not stage.session.in_gesture
    assert stage.session.look.attributes["front_style"] == "square" and undo_depth(stage.session) == 1


def test_arrows_try_and_enter_takes(stage: Stage, grid: ChoiceGrid) -> None:
    QTest.keyClick(grid, Qt.Key.Key_Right)
    assert stage.session.look.attributes["front_style"] == "square" and stage.session.in_gesture
    QTest.keyClick(grid, Qt.Key.Key_Return)
    assert stage.session.look.attributes["front_style"] == "square" and undo_depth(stage.session) == 1


def test_a_picture_shows_all_of_the_parts_and_little_else(stage: Stage) -> None:
    assert stage.manifest is not None
    for row in stage.manifest.attributes:
        if row.name in ("eye_shape", "pupil"):
            continue  # one of two
        x0, y0, x1, y1 = view_of(stage.manifest, row)
        assert x1 - x0 == y1 - y0 and 0 <= x0 < x1 <= 512 and 0 <= y0 < y1 <= 512
        for entry in stage.manifest.parts:
            if entry.part.name in row.parts:
                a, b, c, d = entry.part.box
                assert x0 <= a and y0 <= b and c <= x1 and d <= y1
    assert view_of(stage.manifest, Attribute("nowhere", "", "")) == (0, 0, 512, 512)


def test_of_a_pair_one_is_seen_and_larger() -> None:
    """A pupil of a dozen units was four pixels wide while both eyes were shown."""
    manifest = load_generator().manifest
    rows, parts = {row.name: row for row in manifest.attributes}, {e.part.name: e.part for e in manifest.parts}
    for name, part in (("pupil", "eyes"), ("eye_shape", "eyes"), ("brow_shape", "brows"), ("earrings", "earrings")):
        x0, y0, x1, y1 = view_of(manifest, rows[name])
        a, b, c, d = parts[part].box
        assert x0 <= (a + c) // 2 and y0 <= b and c <= x1 and d <= y1
        assert x1 - x0 == y1 - y0 <= 150
    x0, y0, x1, y1 = view_of(manifest, rows["ear_shape"])
    assert x0 < 350 < x1 and y0 < 220 and x1 - x0 <= 150


def test_many_choices_take_more_columns_and_all_are_seen(qtbot: QtBot) -> None:
    anchor = ChoiceBox([f"choice_{index}" for index in range(14)])
    qtbot.addWidget(anchor)
    anchor.show()
    many = ChoiceGrid([f"choice_{index}" for index in range(14)], "choice_3", anchor)
    many.open_at(anchor)
    assert many.verticalScrollBar().maximum() == 0
    assert all(many.viewport().rect().contains(many.visualItemRect(many.item(index))) for index in range(14))
    many.close()


def test_the_picture_of_the_present_choice_is_not_dyed(qtbot: QtBot) -> None:
    grid = ChoiceGrid(["a", "b"], "b")
    qtbot.addWidget(grid)
    picture = QPixmap(92, 92)
    picture.fill(Qt.GlobalColor.white)
    grid.set_picture("b", picture)
    selected = grid.item(1).icon().pixmap(92, QIcon.Mode.Selected).toImage()
    assert selected.pixelColor(40, 40) == Qt.GlobalColor.white
