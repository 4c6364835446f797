"""Pointing at her: the part under the cursor is outlined, named and chosen; menus offer what can be done with it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QScrollArea
from pytestqt.qtbot import QtBot

from tests.ui.driving import WAIT, drag, settle, undo_depth
from vtuber_studio.core.pose import Pose
from vtuber_studio.engine.picking import Hit
from vtuber_studio.ui.figure import shown_at, unbreathed
from vtuber_studio.ui.main_window import MainWindow
from vtuber_studio.ui.widgets.glow import Glow

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
IRIS, SKIN, HAIR, NOTHING = (304, 240), (256, 330), (256, 130), (30, 30)


def place(window: MainWindow, x: float, y: float) -> QPoint:
    """Where a unit of the figure is on the canvas."""
    canvas = window.canvas
    return (canvas.origin + canvas.zoom * QPoint(round(x), round(y)).toPointF()).toPoint()


def point(qtbot: QtBot, window: MainWindow, x: float, y: float) -> None:
    """Move there, and wait until it is known what is there."""
    QTest.mouseMove(window.canvas, place(window, x, y) + QPoint(1, 1))
    QTest.mouseMove(window.canvas, place(window, x, y))
    qtbot.waitUntil(lambda: window.pointing.fresh, timeout=WAIT)
    QApplication.processEvents()


def ask_menu(qtbot: QtBot, window: MainWindow, x: float, y: float, reason: str = "Mouse") -> QMenu:
    """Right click, or the menu key."""
    at = place(window, x, y)
    kind = QContextMenuEvent.Reason[reason]
    QApplication.sendEvent(window.canvas, QContextMenuEvent(kind, at, window.canvas.mapToGlobal(at)))
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu), timeout=WAIT)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def entry(menu: QMenu, text: str) -> QAction:
    """An entry by its words."""
    return next(action for action in menu.actions() if action.text().startswith(text))


def take(menu: QMenu, text: str) -> None:
    """Choose an entry, as a click does."""
    entry(menu, text).trigger()
    menu.close()


def test_what_is_pointed_at_is_outlined_and_named(qtbot: QtBot, window: MainWindow) -> None:
    pointing = window.pointing
    point(qtbot, window, *IRIS)
    assert pointing.hit == Hit("eyes", "eye.iris")
    assert pointing.outline.isVisible() and pointing.outline.text == "Eyes \N{MIDDLE DOT} Iris"
    box = pointing.outline.path.boundingRect()
    assert box.contains(place(window, *IRIS).toPointF()) and box.width() < 140 * window.canvas.zoom
    point(qtbot, window, *SKIN)
    assert pointing.hit == Hit("face", "skin.base") and "Face" in pointing.outline.text
    point(qtbot, window, *NOTHING)
    assert pointing.hit is None and not pointing.outline.isVisible()
    point(qtbot, window, *HAIR)
    QApplication.sendEvent(window.canvas, QEvent(QEvent.Type.Leave))
    assert not pointing.outline.isVisible()


def test_the_outline_is_seen_on_light_and_on_dark(qtbot: QtBot, window: MainWindow) -> None:
    for ground in ("#000000", "#ffffff"):
        window.canvas.set_background(ground)
        QApplication.sendEvent(window.canvas, QEvent(QEvent.Type.Leave))
        before = window.canvas.grab().toImage()
        point(qtbot, window, *HAIR)
        after = window.canvas.grab().toImage()
        inks = {
            after.pixelColor(x, y).lightness()
            for x in range(0, after.width(), 2)
            for y in range(0, after.height(), 2)
            if after.pixelColor(x, y) != before.pixelColor(x, y)
        }
        assert min(inks) < 40 and max(inks) > 215


def test_the_head_turns_and_the_hit_turns_along(qtbot: QtBot, window: MainWindow) -> None:
    point(qtbot, window, 304 + 21, 240)
    assert window.pointing.hit == Hit("face", "skin.base")
    window.stage.make_face({}, Pose(yaw=15), "Turn")
    assert not window.pointing.outline.isVisible()  # what is where has still to be found
    settle(qtbot, window)
    point(qtbot, window, 304 + 21, 240)
    assert window.pointing.hit is not None and window.pointing.hit.part == "eyes"


@given(st.floats(0, 512), st.floats(0, 512), st.floats(0, 1))
def test_pointing_follows_her_breath(x: float, y: float, breath: float) -> None:
    shown = shown_at(np.array([[x, y]], np.float32), breath)[0]
    assert np.abs(np.array(unbreathed(*shown.tolist(), breath)) - (x, y)).max() < 0.05


def test_a_click_shows_its_controls_where_panels_are_open(qtbot: QtBot, window: MainWindow) -> None:
    window.resize(1440, 500)
    window.docks.open(window.mixing)
    settle(qtbot, window)
    point(qtbot, window, *HAIR)
    QTest.mouseClick(window.canvas, LEFT, pos=place(window, *HAIR))
    row = window.attributes.rows["fringe_length"]
    area = window.attributes.findChild(QScrollArea)
    assert isinstance(area, QScrollArea) and area.viewport().rect().contains(row.mapTo(area.viewport(), QPoint(5, 5)))
    (glow,) = window.attributes.findChildren(Glow)
    content = area.widget()
    for name in ("front_style", "fringe_length"):
        assert glow.geometry().contains(window.attributes.rows[name].mapTo(content, QPoint(5, 5)))
    assert not glow.geometry().contains(window.attributes.rows["eye_size"].mapTo(content, QPoint(5, 5)))
    assert len(window.mixing.findChildren(Glow)) == 1
    assert undo_depth(window.session) == 0


def test_a_click_finds_folded_and_filtered_sliders_and_swatches(qtbot: QtBot, window: MainWindow) -> None:
    window.attributes.search.setText("hat")
    window.attributes.sections["Hair"].header.setChecked(False)
    point(qtbot, window, *HAIR)
    QTest.mouseClick(window.canvas, LEFT, pos=place(window, *HAIR))
    assert window.attributes.search.text() == "" and window.attributes.rows["fringe_length"].isVisible()
    window.docks.open(window.palette_panel)
    QTest.mouseClick(window.canvas, LEFT, pos=place(window, *IRIS))
    (glow,) = window.palette_panel.findChildren(Glow)
    swatch = window.palette_panel.swatches["eye.iris"]
    assert glow.geometry().contains(swatch.mapTo(glow.parentWidget(), swatch.rect().center()))
    assert window.docks.left.currentWidget() is window.palette_panel


def test_arrows_enter_and_the_menu_key_do_the_same(qtbot: QtBot, window: MainWindow) -> None:
    canvas, pointing = window.canvas, window.pointing
    canvas.setFocus()
    seen = []
    for _ in range(4):
        QTest.keyClick(canvas, Qt.Key.Key_Down)
        qtbot.waitUntil(lambda: pointing.hit is not None, timeout=WAIT)
        assert pointing.hit is not None and pointing.outline.isVisible()
        seen.append(pointing.hit.part)
    assert seen == ["hair_front", "eyes", "face", "hair_front"]
    assert canvas.accessibleDescription() == "Front hair"
    QTest.keyClick(canvas, Qt.Key.Key_Up)
    assert pointing.hit is not None and pointing.hit.part == "face"
    menu = ask_menu(qtbot, window, *NOTHING, reason="Keyboard")
    assert menu.actions()[0].text() == "Face"
    menu.close()
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert window.attributes.rows["face_width"].isAncestorOf(QApplication.focusWidget())


def test_other_gestures_are_left_alone(qtbot: QtBot, window: MainWindow) -> None:
    canvas, chosen = window.canvas, []
    window.pointing.chosen.connect(lambda hit, keys: chosen.append(hit))
    point(qtbot, window, *HAIR)
    origin, at = canvas.origin, place(window, *HAIR)
    QTest.mousePress(canvas, Qt.MouseButton.MiddleButton, pos=at)
    QTest.mouseMove(canvas, at + QPoint(30, 20))
    assert not window.pointing.outline.isVisible()
    QTest.mouseRelease(canvas, Qt.MouseButton.MiddleButton, pos=at + QPoint(30, 20))
    assert canvas.origin != origin
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    QTest.mouseClick(canvas, LEFT, pos=at)
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    QTest.mouseClick(canvas, LEFT, Qt.KeyboardModifier.ControlModifier, pos=at)
    QTest.mousePress(canvas, LEFT, pos=at)
    QTest.mouseMove(canvas, at + QPoint(40, 0))
    QTest.mouseRelease(canvas, LEFT, pos=at + QPoint(40, 0))
    assert not chosen
    canvas.zoom_by(3)
    zoom = canvas.zoom
    QTest.mouseDClick(canvas, LEFT, pos=at)
    QTest.mouseRelease(canvas, LEFT, pos=at)
    assert canvas.zoom < zoom and not chosen
    QTest.keyPress(canvas, Qt.Key.Key_C)
    QTest.mouseMove(canvas, place(window, *HAIR))
    assert not window.pointing.outline.isVisible()
    QTest.keyRelease(canvas, Qt.Key.Key_C)


def test_nothing_is_looked_for_while_something_is_dragged(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    point(qtbot, window, *HAIR)
    asked = []
    monkeypatch.setattr(window.bridge, "pick_map", lambda *given: asked.append(given))
    slider = window.attributes.rows["eye_size"].slider
    assert slider is not None
    drag(slider, 30, release=False)
    assert not window.pointing.outline.isVisible()
    settle(qtbot, window)
    qtbot.wait(250)
    assert not asked
    QTest.mouseRelease(slider, LEFT)
    QTest.mouseMove(window.canvas, place(window, *SKIN))
    qtbot.waitUntil(lambda: bool(asked), timeout=WAIT)
    assert asked[0][0] == window.stage.shot


def test_the_context_menu_does_it_to_the_part_under_the_cursor(qtbot: QtBot, window: MainWindow) -> None:
    session = window.session
    before = session.look
    take(ask_menu(qtbot, window, *IRIS), "Roll it")
    rolled = session.look
    assert rolled.attributes["eye_size"] != before.attributes["eye_size"]
    assert {name for name, value in rolled.attributes.items() if value != before.attributes[name]} <= {
        "eye_size",
        "iris_size",
    }
    assert session.undo_label == "Roll Eyes"
    settle(qtbot, window)
    take(ask_menu(qtbot, window, *IRIS), "Lock its shape")
    assert {"eye_size", "iris_size"} <= session.locks
    take(ask_menu(qtbot, window, *IRIS), "Roll it")
    assert session.look == rolled
    take(ask_menu(qtbot, window, *IRIS), "Unlock its shape")
    take(ask_menu(qtbot, window, *IRIS), "Lock its colours")
    assert session.locks == {"eye.white", "eye.iris"}
    take(ask_menu(qtbot, window, *IRIS), "Back to its default")
    assert session.look.attributes["eye_size"] == 0.0
    session.add_favourite("Mine & yours")
    menu = ask_menu(qtbot, window, *IRIS)
    sources = entry(menu, "Take it from").menu()
    assert isinstance(sources, QMenu)
    look = session.look
    entry(sources, "Mine && yours").hover()
    assert session.look.mixes and session.in_gesture
    sources.aboutToHide.emit()
    assert session.look == look and not session.in_gesture
    take(sources, "Mine && yours")
    menu.close()
    assert not session.in_gesture and session.undo_label == "Take Eyes"
    assert [(mix.part, mix.shape, mix.colour) for mix in session.look.mixes] == [("eyes", 1.0, 1.0)]


def test_the_context_menu_leads_to_colours_and_mixing(qtbot: QtBot, window: MainWindow) -> None:
    chosen: list[str] = []
    window.palette_panel.choose = chosen.append  # type: ignore[method-assign,assignment]
    menu = ask_menu(qtbot, window, *IRIS)
    take(menu, "Iris ...")
    assert chosen == ["eye.iris"] and window.docks.left.currentWidget() is window.palette_panel
    take(ask_menu(qtbot, window, *IRIS), "Mix it")
    assert window.docks.right.currentWidget() is window.mixing
    assert window.mixing.rows["eyes", "shape"].isAncestorOf(QApplication.focusWidget())


def test_beside_her_the_menu_is_of_the_picture_and_of_every_part(qtbot: QtBot, window: MainWindow) -> None:
    menu = ask_menu(qtbot, window, *NOTHING)
    assert menu.actions()[0].text() == "Parts" and window.actions_by_name["fit"] in menu.actions()
    menu.close()
    parts = window.parts.menu
    parts.aboutToShow.emit()
    assert [action.text() for action in parts.actions()] == ["Face", "Eyes", "Front hair", "Headwear"]
    hat = entry(parts, "Headwear").menu()
    assert isinstance(hat, QMenu)
    hat.aboutToShow.emit()
    take(hat, "Roll it")
    assert window.session.look.attributes["headwear"] == "hat"


def test_a_region_of_what_is_pointed_at_is_made_from_its_menu(qtbot: QtBot, window: MainWindow) -> None:
    menu = ask_menu(qtbot, window, *IRIS).actions()
    offered = next(action.menu() for action in menu if action.text() == "A region of it")
    assert isinstance(offered, QMenu)
    words = [action.text() for action in offered.actions()]
    assert words == ["Eyes, her left", "Eyes, her right", "Eyes", "Where its colour is: Iris"]
    take(offered, "Where its colour is")
    qtbot.waitUntil(lambda: window.session.entered == 0, timeout=WAIT)
    (region,) = window.regions.stack
    mask = region.mask.array
    assert (region.name, region.parts) == ("Iris", ("eyes",)) and mask[2 * IRIS[1], 2 * IRIS[0]] == 255
    assert mask[2 * SKIN[1], 2 * SKIN[0]] == 0
