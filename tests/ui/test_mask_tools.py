"""Drawing masks on the canvas: strokes are steps, the picture follows, Esc takes back, a pen presses."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.driving import WAIT, settle, shown
from tests.ui.test_pointing import place
from tests.ui.test_region_panel import ALL, RIGHT, differs, make, steps
from vtuber_studio.core.mask import SIDE
from vtuber_studio.core.pose import NEUTRAL, Pose
from vtuber_studio.ui.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton
NONE, ALT, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
Place = tuple[float, float]  # canvas units
ON_HAIR: tuple[Place, ...] = ((220.0, 100.0), (250.0, 110.0), (290.0, 120.0))


def stroke(window: MainWindow, points: tuple[Place, ...], keys: Qt.KeyboardModifier = NONE, end: bool = True) -> None:
    """Press, pull through the points, let go."""
    canvas = window.canvas
    QTest.mousePress(canvas, LEFT, keys, place(window, *points[0]))
    for (ax, ay), (bx, by) in pairwise(points):
        for share in (0.25, 0.5, 0.75, 1.0):
            QTest.mouseMove(canvas, place(window, ax + share * (bx - ax), ay + share * (by - ay)))
            QApplication.processEvents()
    if end:
        QTest.mouseRelease(canvas, LEFT, keys, place(window, *points[-1]))


def take(window: MainWindow, tool: str) -> None:
    window.docks.open(window.regions)
    window.regions.mask_box.tools[tool].click()


def mask(window: MainWindow) -> np.ndarray:
    region = window.stage.region
    assert region is not None
    return region.mask.array


def value(window: MainWindow, x: float, y: float) -> int:
    return int(mask(window)[round(2 * y), round(2 * x)])


@pytest.fixture
def eyed(qtbot: QtBot, window: MainWindow) -> MainWindow:
    """A window with a region on her right, red hair in it, and nothing in hand."""
    window.docks.open(window.regions)
    make(qtbot, window, RIGHT)
    window.palette_panel.set_colour("hair.base", "#cc2233")
    settle(qtbot, window)
    return window


def test_a_new_region_is_painted(qtbot: QtBot, window: MainWindow) -> None:
    depth = steps(window)
    window.regions.new_menu.actions()[0].trigger()
    assert window.regions.tools.tool == "brush" and "new region" in window.regions.bar.words.text()
    stroke(window, ON_HAIR)
    qtbot.waitUntil(lambda: window.session.entered == 0, timeout=WAIT)
    (region,) = window.regions.stack
    assert region.parts == ("hair_front",) and value(window, *ON_HAIR[1]) == 255 and value(window, 400, 400) == 0
    assert steps(window) == depth + 1 and window.regions.tools.overlay.isVisible()
    window.palette_panel.set_colour("hair.base", "#cc2233")
    before = mask(window).copy()
    stroke(window, ((250, 150), (260, 170)))  # more of the same
    assert window.session.entered == 0 and (mask(window) >= before).all() and value(window, 255, 160) == 255
    assert steps(window) == depth + 3


def test_beside_her_there_is_no_region(qtbot: QtBot, window: MainWindow) -> None:
    take(window, "lasso")
    with qtbot.waitSignal(window.stage.said, timeout=WAIT, check_params_cb=lambda words: "Nothing of her" in words):
        stroke(window, ((5, 5), (30, 5), (30, 30), (5, 30)))
    assert window.regions.stack == ()


def test_the_picture_follows_a_stroke_and_esc_takes_it_back(qtbot: QtBot, eyed: MainWindow) -> None:
    window = eyed
    depth, before, was = steps(window), shown(window), mask(window).copy()
    take(window, "brush")
    stroke(window, ((290, 100), (310, 110)), end=False)
    qtbot.waitUntil(lambda: value(window, 300, 105) == 255, timeout=WAIT)
    qtbot.waitUntil(lambda: differs(before, shown(window)).any(), timeout=WAIT)
    QTest.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert np.array_equal(mask(window), was) and window.regions.tools.tool == "brush"
    QTest.mouseMove(window.canvas, place(window, 320, 120))
    QTest.mouseRelease(window.canvas, LEFT, pos=place(window, 320, 120))
    assert np.array_equal(mask(window), was) and steps(window) == depth and not window.session.in_gesture
    settle(qtbot, window)
    assert np.array_equal(before, shown(window))
    QTest.keyClick(window.canvas, Qt.Key.Key_Escape)  # puts the tool down, then leaves the region
    assert window.regions.tools.tool == "" and window.session.entered == 0
    QTest.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert window.session.entered is None


def test_a_stroke_of_a_hundred_moves_is_one_step(qtbot: QtBot, eyed: MainWindow) -> None:
    window, depth = eyed, steps(eyed)
    take(window, "brush")
    stroke(window, tuple((280 + 40 * np.cos(k / 4), 120 + 40 * np.sin(k / 4)) for k in range(26)))
    assert steps(window) == depth + 1 and window.session.undo_label == "Paint a mask"


def test_the_eraser_and_alt_take_away(qtbot: QtBot, eyed: MainWindow) -> None:
    window = eyed
    for tool, keys, y in (("eraser", NONE, 100), ("brush", ALT, 200)):
        take(window, tool)
        assert value(window, 200, y) == 255
        stroke(window, ((190, y), (210, y)), keys)
        assert value(window, 200, y) == 0


def test_nothing_left_is_refused(qtbot: QtBot, eyed: MainWindow) -> None:
    window, was = eyed, mask(eyed).copy()
    take(window, "lasso")
    stroke(window, ((-6, -6), (300, -6), (300, 518), (-6, 518)), ALT)
    assert np.array_equal(mask(window), was) and window.error_bar.isVisible() and not window.session.in_gesture


@pytest.mark.parametrize(
    ("keys", "inside", "kept"),
    [(NONE, True, True), (SHIFT, True, True), (ALT, False, True), (ALT | SHIFT, False, False)],
)
def test_shapes_join(
    qtbot: QtBot, eyed: MainWindow, keys: Qt.KeyboardModifier, inside: bool, kept: bool
) -> None:
    """An ellipse over the edge of the half: its two sides, and the rest of the half."""
    window, depth = eyed, steps(eyed)
    take(window, "ellipse")
    stroke(window, ((200, 200), (312, 260)), keys)
    assert (value(window, 230, 230) == 255) == (keys != ALT) and (value(window, 290, 230) == 255) == inside
    assert (value(window, 100, 400) == 255) == kept and steps(window) == depth + 1


def test_a_polygon_is_clicked_and_closed(qtbot: QtBot, eyed: MainWindow) -> None:
    window, depth = eyed, steps(eyed)
    corners = ((280, 100), (400, 100), (400, 200), (280, 200))
    for close in ("enter", "double", "first"):
        take(window, "polygon")
        for corner in corners:
            QTest.mouseClick(window.canvas, LEFT, NONE, place(window, *corner))
            QTest.mouseMove(window.canvas, place(window, *corner) + QPoint(3, 3))
        assert value(window, 340, 150) == 0
        if close == "enter":
            QTest.keyClick(window.canvas, Qt.Key.Key_Return)
        elif close == "double":
            QTest.mouseDClick(window.canvas, LEFT, NONE, place(window, *corners[-1]))
        else:
            QTest.mouseClick(window.canvas, LEFT, NONE, place(window, *corners[0]))
        assert value(window, 340, 150) == 255 and value(window, 420, 150) == 0 and steps(window) == depth + 1
        window.session.undo()
        take(window, "polygon")  # down


def test_a_colour_is_picked_from_the_picture(qtbot: QtBot, eyed: MainWindow) -> None:
    window = eyed
    take(window, "colour")
    QTest.mouseClick(window.canvas, LEFT, NONE, place(window, 290, 90))
    qtbot.waitUntil(lambda: value(window, 290, 90) > 200, timeout=WAIT)
    assert value(window, 480, 480) == 0


def test_a_pen_presses(qtbot: QtBot, eyed: MainWindow) -> None:
    window = eyed
    take(window, "brush")
    device = QPointingDevice.primaryPointingDevice()
    kinds = QEvent.Type.TabletPress, QEvent.Type.TabletMove, QEvent.Type.TabletRelease
    for kind, x, pressure in zip(kinds, (300, 320, 320), (0.5, 0.5, 0.0), strict=True):
        at = QPointF(place(window, x, 300))
        held = LEFT if kind != QEvent.Type.TabletRelease else Qt.MouseButton.NoButton
        pressed = Qt.MouseButton.NoButton if kind == QEvent.Type.TabletMove else LEFT
        event = QTabletEvent(kind, device, at, at, pressure, 0, 0, 0, 0, 0, NONE, pressed, held)
        QApplication.sendEvent(window.canvas, event)
    assert 110 <= value(window, 310, 300) <= 145


def test_whole_masks_are_changed(qtbot: QtBot, eyed: MainWindow) -> None:
    window, box = eyed, eyed.regions.mask_box
    depth = steps(window)
    box.changes["mirror"].click()
    assert value(window, 400, 100) == 255 and value(window, 100, 100) == 0
    box.changes["invert"].click()
    assert value(window, 400, 100) == 0 and value(window, 100, 100) == 255
    box.changes["grow"].click()
    assert value(window, 258, 100) == 255
    box.changes["shrink"].click()
    box.changes["feather"].click()
    assert 0 < value(window, 255, 100) < 255 and steps(window) == depth + 5
    for _ in range(5):
        window.session.undo()
    assert value(window, 400, 100) == 0


def test_her_head_is_upright_while_a_mask_is_drawn(qtbot: QtBot, eyed: MainWindow) -> None:
    window = eyed
    window.stage.make_face({}, Pose(yaw=8), "Turn")
    take(window, "brush")
    assert window.stage.shot.pose == NEUTRAL and "upright" in window.regions.bar.words.text()
    settle(qtbot, window)
    take(window, "brush")
    assert window.stage.shot.pose == Pose(yaw=8) and "upright" not in window.regions.bar.words.text()


def test_brackets_size_the_brush(qtbot: QtBot, eyed: MainWindow) -> None:
    window = eyed
    take(window, "brush")
    before = window.regions.tools.radius
    QTest.keyClicks(window.canvas, "]]")
    assert window.regions.tools.radius > before
    assert window.regions.mask_box.radius.number.value() == pytest.approx(window.regions.tools.radius, abs=0.01)
    QTest.keyClicks(window.canvas, "[[[")
    assert window.regions.tools.radius < before


def test_a_tool_goes_with_its_region_or_document(qtbot: QtBot, eyed: MainWindow) -> None:
    window = eyed
    take(window, "brush")
    window.regions.remove()
    assert window.regions.tools.tool == "" and not window.regions.tools.overlay.isVisible()
    window.session.undo()
    take(window, "lasso")
    window.session.replace(window.stage.first_project)
    assert window.session.entered is None


def test_what_is_pointed_at_is_not_outlined_meanwhile(qtbot: QtBot, eyed: MainWindow) -> None:
    window = eyed
    take(window, "brush")
    QTest.mouseMove(window.canvas, place(window, 250, 100))
    qtbot.wait(200)
    assert window.pointing.hit is None and not window.pointing.outline.isVisible()


def test_masks_have_their_size(qtbot: QtBot, window: MainWindow) -> None:
    make(qtbot, window, ALL)
    assert mask(window).shape == (SIDE, SIDE)
