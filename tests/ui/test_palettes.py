"""Palettes of the project in the real window: kept, put on, exchanged; each is one step or none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from tests.ui.driving import WAIT, pixels, settle, shown, undo_depth
from tests.ui.test_colours import choosing
from tests.ui.test_region_panel import make
from vtuber_studio.core.project import open_project
from vtuber_studio.core.vision import simulated_image
from vtuber_studio.ui.main_window import MainWindow
from vtuber_studio.ui.panels.palette_box import PaletteBox


@pytest.fixture
def box(window: MainWindow) -> PaletteBox:
    window.docks.open(window.palette_panel)
    return window.palette_panel.palettes


def click(box: PaletteBox, row: int) -> None:
    place = box.list.visualItemRect(box.list.item(row)).center()
    QTest.mouseClick(box.list.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_colours_are_kept_under_a_typed_name_and_put_on_again(
    qtbot: QtBot, window: MainWindow, box: PaletteBox, tmp_path: Path
) -> None:
    session, panel = window.session, window.palette_panel
    panel.set_colour("hair.base", "#aa3355")
    panel.set_colour("skin.shade", "#804040")
    settle(qtbot, window)
    look, before = session.look, shown(window)
    QTest.mouseClick(box.keep_button, Qt.MouseButton.LeftButton)
    line = box.list.findChild(QLineEdit)
    QTest.keyClicks(line, "Dusk")
    QTest.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [palette.name for palette in session.project.palettes] == ["Dusk"], timeout=WAIT)
    assert session.look == look
    panel.set_colour("hair.base", "#00ff00")
    panel.set_colour("skin.base", "#8090a0")
    panel.reset("skin.shade")
    depth = undo_depth(session)
    click(box, 0)
    settle(qtbot, window)
    assert session.look == look and (shown(window) == before).all()
    assert undo_depth(session) == depth + 1 and session.undo_label == "Dusk"
    session.save(tmp_path / "her.vtsproj")
    assert open_project(tmp_path / "her.vtsproj")[0].palettes == session.project.palettes


def test_what_was_set_by_hand_follows_its_base_again(window: MainWindow, box: PaletteBox) -> None:
    box.keep()
    window.palette_panel.set_colour("skin.shade", "#00ff00")
    box.use(0)
    assert "skin.shade" not in window.session.look.palette


def test_a_locked_colour_stays(window: MainWindow, box: PaletteBox) -> None:
    box.keep()
    for name in ("hair.base", "eye.iris"):
        window.palette_panel.set_colour(name, "#123456")
    window.session.set_locks({"hair.base"})
    box.use(0)
    palette = window.session.look.palette
    assert palette["hair.base"] == "#123456" and palette["eye.iris"] == "#208040"


def test_inside_a_region_it_colours_what_is_inside_alone(
    qtbot: QtBot, window: MainWindow, box: PaletteBox
) -> None:
    box.keep()
    for name in ("hair.base", "eye.iris", "hair.tip"):
        window.palette_panel.set_colour(name, "#123456")
    make(qtbot, window)
    assert window.session.entered is not None
    whole = window.session.project.look.palette
    box.use(0)
    region = window.session.project.look.regions[window.session.entered]
    assert window.session.project.look.palette == whole
    assert region.palette == {"hair.base": "#4060c0", "hair.tip": "#c06080"}


def test_another_name_and_away_with_it_are_steps(window: MainWindow, box: PaletteBox) -> None:
    box.keep()
    box.list.item(0).setText("  Night \n sky ")
    assert window.session.project.palettes[0].name == box.list.item(0).text() == "Night sky"
    box.list.item(0).setText(" ")
    assert box.list.item(0).text() == "Night sky", "a name is not taken away"
    box.list.setFocus()
    QTest.keyClick(box.list, Qt.Key.Key_Delete)
    assert not window.session.project.palettes and not box.list.isVisibleTo(box)
    window.session.undo()
    assert window.session.project.palettes[0].name == "Night sky" and box.list.count() == 1


@pytest.mark.parametrize("suffix", [".gpl", ".ase", ".hex"])
def test_a_palette_goes_out_and_comes_back(window: MainWindow, box: PaletteBox, tmp_path: Path, suffix: str) -> None:
    box.keep()
    box.write(0, tmp_path / f"dusk{suffix}")
    box.load(tmp_path / f"dusk{suffix}")
    first, second = window.session.project.palettes
    assert first == second and box.is_ours(second)


def test_colours_of_another_program_stand_in_the_colour_dialog(
    window: MainWindow, box: PaletteBox, tmp_path: Path
) -> None:
    (tmp_path / "sea.hex").write_text("#004080 Deep\n#c0e0ff\n")
    box.load(tmp_path / "sea.hex")
    look = window.session.look
    click(box, 0)
    assert window.session.look == look, "it does not say what is to be coloured"
    dialog = choosing(window)
    items = [dialog.imported.item(row) for row in range(dialog.imported.count())]
    assert [item.toolTip() for item in items] == ["sea: Deep #004080", "sea #c0e0ff"]
    dialog.imported.itemClicked.emit(items[0])
    dialog.accept()
    assert window.session.look.palette["hair.base"] == "#004080"


def test_a_file_that_is_no_palette_is_told_and_changes_nothing(
    window: MainWindow, box: PaletteBox, tmp_path: Path
) -> None:
    before = window.session.project
    (tmp_path / "bad.ase").write_bytes(b"ASEF\0\1")
    for path in (tmp_path / "bad.ase", tmp_path / "none.gpl", tmp_path):
        box.load(path)
        assert window.error_bar.isVisible() and window.session.project == before
    box.keep()
    box.write(0, tmp_path / "no" / "folder.gpl")
    assert "cannot be written" in window.error_bar.text.text()


def dropped(window: MainWindow, path: Path) -> None:
    """Drag a file over her and let go."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    how = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPoint(500, 400), *how)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted() and "colours" in window.canvas.badge
    QApplication.sendEvent(window, QDropEvent(QPointF(500, 400), *how))
    assert window.canvas.badge == ""


def test_a_dropped_palette_is_put_on_as_one_step(window: MainWindow, box: PaletteBox, tmp_path: Path) -> None:
    look = window.session.look
    (tmp_path / "fire.hex").write_text("#cc2200 hair.base\n#ffcc00 hair.tip\n")
    dropped(window, tmp_path / "fire.hex")
    assert window.session.look.palette == {**look.palette, "hair.base": "#cc2200", "hair.tip": "#ffcc00"}
    assert [palette.name for palette in window.session.project.palettes] == ["fire"]
    window.session.undo()
    assert window.session.look == look and not window.session.project.palettes and not window.session.can_undo
    (tmp_path / "sea.gpl").write_text("GIMP Palette\n0 64 128 Deep\n")
    dropped(window, tmp_path / "sea.gpl")
    assert window.session.look == look and len(window.session.project.palettes) == 1, "colours to choose from"
    window.session.undo()
    (tmp_path / "bad.ase").write_bytes(b"ASEF")
    dropped(window, tmp_path / "bad.ase")
    assert window.error_bar.isVisible() and not window.session.can_undo and not window.session.in_gesture


def test_who_lacks_a_cone_is_thought_of(qtbot: QtBot, window: MainWindow) -> None:
    note = window.palette_panel.alike
    assert note.isHidden()
    window.palette_panel.set_colour("skin.base", "#e0c8b0")
    window.palette_panel.set_colour("hair.base", "#a5d1b1")
    assert not note.isHidden() and "without red or without green" in note.text() and "hair from skin" in note.text()
    window.palette_panel.set_colour("hair.base", "#4060c0")
    assert note.isHidden()


def test_the_canvas_shows_her_as_other_eyes_do(qtbot: QtBot, window: MainWindow) -> None:
    settle(qtbot, window)
    before, look = window.canvas.grab().toImage(), window.session.look
    actions = {action.data(): action for action in window.eyesight.menu.actions()}
    actions["deutan"].trigger()
    qtbot.waitUntil(lambda: window.canvas.pictures[0].seen is not None, timeout=WAIT)
    settle(qtbot, window)  # the picture itself is as it was: what is picked and kept is no simulation
    exact = simulated_image(shown(window), "deutan").astype(int)
    picture = window.canvas.pictures[0].seen
    assert picture is not None and np.abs(pixels(picture)[..., :3] - exact[..., :3])[exact[..., 3] == 255].max() <= 1
    assert window.canvas.grab().toImage() != before and "deuteranopia" in window.eyesight.note.text()
    assert window.eyesight.note.isVisible() and window.session.look == look
    actions[""].trigger()
    qtbot.waitUntil(lambda: window.canvas.pictures[0].seen is None, timeout=WAIT)
    assert not window.eyesight.note.isVisible()
