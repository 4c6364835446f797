"""The colour dialog in the real window: every way to a colour is previewed, and is one step or none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.driving import WAIT, Open, drag, settle, shown, undo_depth
from vtuber_studio.core.image import encode_png
from vtuber_studio.core.look import Look
from vtuber_studio.core.settings import Settings, load_settings
from vtuber_studio.ui.dialogs.colour import ColourDialog, Dropper
from vtuber_studio.ui.main_window import MainWindow
from vtuber_studio.ui.widgets.option_fields import ColourButton


def choosing(window: MainWindow, name: str = "hair.base") -> ColourDialog:
    window.docks.open(window.palette_panel)
    QTest.mouseClick(window.palette_panel.swatches[name], Qt.MouseButton.LeftButton)
    return next(each for each in window.palette_panel.findChildren(ColourDialog) if each.isVisible())


def painted(window: MainWindow, name: str = "hair.base") -> str:
    return window.session.look.palette[name]


def test_opening_it_changes_nothing(window: MainWindow) -> None:
    before = window.session.look
    dialog = choosing(window)
    assert dialog.colour == dialog.hex.text() == "#4060c0" and window.session.look is before
    dialog.accept()
    assert window.session.look == before and not window.session.can_undo


def test_sliders_field_and_digits_are_one_colour_and_one_step(qtbot: QtBot, window: MainWindow) -> None:
    before = shown(window)
    dialog = choosing(window)
    drag(dialog.sliders["hue"], -60)
    turned = painted(window)
    assert turned != "#4060c0" and dialog.hex.text() == turned == dialog.colour
    QTest.keyClick(dialog.sliders["light"], Qt.Key.Key_Right)
    assert painted(window) != turned
    dialog.numbers["strength"].setValue(100)
    assert dialog.sliders["strength"].value() == 100
    QTest.mouseClick(dialog.field, Qt.MouseButton.LeftButton, pos=QPoint(0, 1))
    assert painted(window) == "#fdfdfd", "no strength, nearly all lightness"
    dialog.hex.selectAll()
    QTest.keyClicks(dialog.hex, "coral")
    assert painted(window) == "#ff7f50" and dialog.hex.text() == "coral"
    dialog.hex.selectAll()
    QTest.keyClicks(dialog.hex, "00f")
    assert painted(window) == "#0000ff"
    QTest.keyClicks(dialog.hex, "g")
    assert painted(window) == "#0000ff", "what is no colour changes nothing"
    settle(qtbot, window)
    assert (shown(window) != before).any(), "she shows it while the dialog is open"
    QTest.keyClick(dialog.hex, Qt.Key.Key_Return)
    assert not dialog.isVisible() and painted(window) == "#0000ff"
    assert undo_depth(window.session) == 1 and window.session.undo_label == "Hair"


@pytest.mark.parametrize("how", ["Esc", "Cancel", "the cross"])
def test_what_is_not_taken_leaves_no_trace(window: MainWindow, how: str) -> None:
    before = window.session.look
    dialog = choosing(window)
    dialog.take("#ff0000")
    assert window.session.look != before
    if how == "Esc":
        QTest.keyClick(dialog.hex, Qt.Key.Key_Escape)
    elif how == "Cancel":
        dialog.reject()
    else:
        dialog.close()
    assert window.session.look == before and not window.session.can_undo and not window.session.in_gesture
    assert window.preferences.settings.recent_colours == ()


def test_a_grey_keeps_the_hue_that_one_came_from(window: MainWindow) -> None:
    dialog = choosing(window)
    hue = dialog.sliders["hue"].value()
    dialog.sliders["strength"].setValue(0)
    assert len({painted(window)[i : i + 2] for i in (1, 3, 5)}) == 1
    dialog.sliders["strength"].setValue(60)
    assert abs(dialog.sliders["hue"].value() - hue) <= 1
    assert dialog.patch.before == "#4060c0"
    QTest.mouseClick(dialog.patch, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert painted(window) == "#4060c0"


def test_what_covers_in_part_says_how_much(window: MainWindow) -> None:
    dialog = choosing(window, "face.blush")
    assert dialog.hex.text() == "#ff808080" and dialog.sliders["alpha"].value() == 50
    dialog.take("#00ff00")
    assert painted(window, "face.blush") == "#00ff0080", "another colour covers as much"
    dialog.sliders["alpha"].setValue(100)
    assert painted(window, "face.blush") == "#00ff00"
    dialog.accept()
    again = choosing(window, "face.blush")
    again.sliders["alpha"].setValue(20)
    assert painted(window, "face.blush") == "#00ff0033", "it can be made clear again"
    assert "alpha" not in choosing_other(window, again).sliders


def choosing_other(window: MainWindow, dialog: ColourDialog) -> ColourDialog:
    dialog.reject()
    return choosing(window)


def test_her_colours_and_those_used_before_are_taken_by_mouse_and_keys(open_window: Open) -> None:
    window = open_window(Settings(idle_animation=False, recent_colours=("#123456", "#abcdef")))
    dialog = choosing(window)
    labels = [dialog.own.item(row).toolTip() for row in range(dialog.own.count())]
    assert "Iris #208040" in labels and len(labels) == len(set(labels))
    dialog.own.setCurrentRow(labels.index("Iris #208040"))
    dialog.own.itemActivated.emit(dialog.own.currentItem())  # what Enter sends
    assert painted(window) == "#208040"
    item = dialog.recent.item(1)
    QTest.mouseClick(
        dialog.recent.viewport(), Qt.MouseButton.LeftButton, pos=dialog.recent.visualItemRect(item).center()
    )
    assert painted(window) == "#abcdef"
    dialog.accept()
    assert window.preferences.settings.recent_colours == ("#abcdef", "#123456")
    window.preferences.flush()
    assert load_settings().recent_colours == ("#abcdef", "#123456")


def test_the_keyboard_reaches_everything(qtbot: QtBot, window: MainWindow) -> None:
    dialog = choosing(window)
    qtbot.waitUntil(dialog.isActiveWindow, timeout=WAIT)
    met = []
    for _ in range(20):
        focus = QApplication.focusWidget() or dialog.focusWidget()
        if focus in met:
            break
        met.append(focus)
        dialog.focusNextChild()
    wanted = [*dialog.sliders.values(), *dialog.numbers.values(), dialog.hex, dialog.drop_button, dialog.own]
    assert all(widget in met for widget in wanted)
    assert all(widget.accessibleName() for widget in wanted if widget is not dialog.drop_button)


def test_a_colour_is_picked_from_her(qtbot: QtBot, window: MainWindow) -> None:
    dialog = choosing(window)
    qtbot.waitUntil(dialog.isActiveWindow, timeout=WAIT)
    qtbot.wait(50)  # its activation is told of

    def dropper() -> Dropper:
        dialog.drop_button.click()
        glass = next(each for each in dialog.findChildren(Dropper) if each.isVisible())
        qtbot.wait(50)  # a pointer that has just been moved is told of again
        return glass

    def over(unit: tuple[float, float]) -> QPoint:
        """Where a place of the figure is on the canvas, and so on what lies over it."""
        return (window.canvas.figure.topLeft() + QPointF(*unit) * window.canvas.zoom).toPoint()

    glass = dropper()
    QTest.mouseMove(glass, over((304, 240)))
    qtbot.waitUntil(lambda: painted(window) == "#208040", timeout=WAIT)
    QTest.mouseMove(glass, over((20, 20)))
    qtbot.wait(50)
    assert painted(window) == "#208040", "there is nothing of her"
    QTest.keyClick(glass, Qt.Key.Key_Escape)
    assert painted(window) == "#4060c0" and dialog.isVisible(), "Esc gives up the pointing alone"
    QTest.mouseClick(dropper(), Qt.MouseButton.LeftButton, pos=over((304, 240)))
    assert painted(window) == "#208040" and dialog.isVisible()
    dialog.accept()
    settle(qtbot, window)
    assert undo_depth(window.session) == 1


def test_another_generator_closes_it(qtbot: QtBot, window: MainWindow) -> None:
    dialog = choosing(window)
    dialog.take("#ff0000")
    window.bridge.generator_ready.emit(window.stage.manifest)
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=WAIT)
    assert not window.session.in_gesture


def test_the_background_of_an_export_is_chosen_the_same_way(window: MainWindow) -> None:
    export = window.export_png()
    button = export.fields["background"].widget
    assert isinstance(button, ColourButton)
    button.choose()
    dialog = export.findChild(ColourDialog)
    dialog.take("#00b140")
    assert button.colour == "#00b140"
    dialog.reject()
    assert button.colour == "transparent"
    button.choose()
    dialog = next(each for each in export.findChildren(ColourDialog) if each.isVisible())
    dialog.take("#00b140")
    dialog.accept()
    assert button.colour == "#00b140" == button.text() == export.order().options["background"]
    assert window.session.look.background == Look().background and not window.session.can_undo


def test_a_colour_is_picked_from_a_picture(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    pixels = np.full((40, 60, 4), 255, np.uint8)
    pixels[:, :30, :3], pixels[:, 30:, :3] = (200, 40, 60), (20, 90, 160)
    (tmp_path / "photo.png").write_bytes(encode_png(pixels))
    dialog = choosing(window)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "photo.png"))])
    how = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPoint(50, 50), *how)
    QApplication.sendEvent(dialog, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(dialog, QDropEvent(QPointF(50, 50), *how))
    qtbot.waitUntil(lambda: bool(dialog.findChildren(Dropper)), timeout=WAIT)
    (glass,) = dialog.findChildren(Dropper)
    QTest.mouseMove(glass, QPoint(glass.width() // 4, glass.height() // 2))
    assert painted(window) == "#c8283c"
    QTest.mouseClick(glass, Qt.MouseButton.LeftButton, pos=QPoint(3 * glass.width() // 4, glass.height() // 2))
    assert painted(window) == "#145aa0"
    dialog.accept()
    assert undo_depth(window.session) == 1


def test_what_is_no_picture_is_told_and_the_dialog_stays(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "photo.png").write_text("no picture")
    dialog = choosing(window)
    dialog.picture_dropped.emit(tmp_path / "photo.png")
    qtbot.waitUntil(window.error_bar.isVisible, timeout=WAIT)
    assert "photo.png" in window.error_bar.text.text() and dialog.isVisible()
    asked = window.palette_panel.colours.ask_picture(dialog)
    assert asked.isVisible()
    asked.reject()
    dialog.reject()
    assert not window.session.can_undo
