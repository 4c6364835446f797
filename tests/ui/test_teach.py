"""Sliders that are taught, in the real window: marked, made, moved, kept, exchanged; each is one step or none."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.driving import WAIT, drag, settle, shown, undo_depth
from tests.ui.test_region_panel import make
from vtuber_studio.core.direction import amount_of, read_direction, write_direction
from vtuber_studio.core.kept import TaughtDirection
from vtuber_studio.core.project import open_project
from vtuber_studio.ui.dialogs.teach import FIRST, STEP, TeachDialog
from vtuber_studio.ui.main_window import MainWindow
from vtuber_studio.ui.panels.taught_box import TaughtBox
from vtuber_studio.ui.widgets.mark_grid import LESS, MORE

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
WIDE = TaughtDirection("wider", "", {}, {"face_width": 0.4, "eye_size": 0.1}, {"hair.base": (0.1, 0.0, 0.0)}, (), 7, 8)


@pytest.fixture
def box(window: MainWindow) -> TaughtBox:
    window.docks.open(window.directions)
    return window.directions.taught


@pytest.fixture
def own(box: TaughtBox) -> TaughtBox:
    assert box.add(WIDE, "Teach wider")
    return box


def opened(qtbot: QtBot, window: MainWindow) -> TeachDialog:
    dialog = window.teach()
    qtbot.waitUntil(lambda: dialog.grid.count() > FIRST, timeout=WAIT)
    return dialog


def click(dialog: TeachDialog, row: int, button: Qt.MouseButton = LEFT) -> None:
    item = dialog.grid.item(row)
    dialog.grid.scrollToItem(item)
    QTest.mouseClick(dialog.grid.viewport(), button, pos=dialog.grid.visualItemRect(item).center())


def ranked(dialog: TeachDialog, name: str) -> list[int]:
    """Places of the looks, those with least of an attribute first."""
    return sorted(range(len(dialog.looks)), key=lambda row: float(dialog.looks[row].attributes[name]))


def amount(window: MainWindow, name: str) -> float:
    record = window.session.look.taught.get(name)
    return record.amount if record else 0.0


# teaching


def test_looks_are_marked_and_the_slider_moves_what_they_have_in_common(qtbot: QtBot, window: MainWindow) -> None:
    before = shown(window)
    QTest.mouseClick(window.directions.taught.teach_button, LEFT)
    dialog = window.findChild(TeachDialog)
    assert isinstance(dialog, TeachDialog)
    qtbot.waitUntil(lambda: dialog.grid.count() > FIRST, timeout=WAIT)
    order = ranked(dialog, "face_width")
    for row in order[-4:]:
        click(dialog, row)
    assert not dialog.teach_button.isEnabled() and "at least one of each" in dialog.words.text()
    QTest.mouseClick(dialog.brushes.button(2 + LESS), LEFT)
    for row in order[:4]:
        click(dialog, row)
    assert dialog.marks == (frozenset(order[-4:]), frozenset(order[:4]))
    qtbot.waitUntil(lambda: "face width up" in dialog.words.text(), timeout=WAIT)
    assert not dialog.teach_button.isEnabled() and "Give it a name" in dialog.words.text()
    QTest.keyClicks(dialog.name, " rounder ")
    qtbot.waitUntil(dialog.teach_button.isEnabled, timeout=WAIT)
    QTest.mouseClick(dialog.teach_button, LEFT)
    box, session = window.directions.taught, window.session
    assert not dialog.isVisible() and box.isVisible() and list(box.rows) == ["rounder"]
    assert undo_depth(session) == 1 and session.undo_label == "Teach rounder"
    assert session.project.directions[0].attributes["face_width"] > 0.2
    row = box.rows["rounder"]
    assert "Told apart" in row.words.text() and "of 8 looks" in row.words.text()
    assert row.row.slider is not None
    drag(row.row.slider, 30)
    settle(qtbot, window)
    assert amount(window, "rounder") > 0.3 and undo_depth(session) == 2
    assert float(session.look.attributes["face_width"]) > 0.1
    assert window.attributes.rows["face_width"].value == session.look.attributes["face_width"]
    assert (shown(window) != before).any()
    session.undo()
    settle(qtbot, window)
    assert (shown(window) == before).all() and row.row.value == 0.0


def test_there_is_one_dialog_at_a_time(qtbot: QtBot, window: MainWindow) -> None:
    dialog = opened(qtbot, window)
    dialog.grid.put(1, MORE)
    assert window.teach() is dialog and dialog.grid.mark(1) == MORE
    dialog.close()
    assert window.teach() is not dialog


def test_marks_of_a_dialog_that_was_closed_too_early_are_there_again(qtbot: QtBot, window: MainWindow) -> None:
    window.session.add_favourite("Hers")
    dialog = opened(qtbot, window)
    click(dialog, 1)  # the favourite
    click(dialog, 4, RIGHT)
    dialog.name.setText("sleepier")
    marked = [dialog.looks[row] for row in (1, 4)]
    dialog.close()
    again = opened(qtbot, window)
    assert again is not dialog and again.name.text() == "sleepier"
    assert [[again.looks[row] for row in rows] for rows in again.marks] == [marked[:1], marked[1:]]
    assert [again.grid.item(row).text() for row in range(3)] == ["Hers", "5", "She now"], "the favourite only once"
    qtbot.waitUntil(again.teach_button.isEnabled, timeout=WAIT)
    again.accept()
    assert opened(qtbot, window).marks == (frozenset(), frozenset()), "it was made"


def test_marks_come_off_again_and_the_other_button_marks_as_the_other(qtbot: QtBot, window: MainWindow) -> None:
    dialog = opened(qtbot, window)
    for button in (LEFT, LEFT, RIGHT):
        click(dialog, 2, button)
    assert dialog.grid.mark(2) == LESS
    click(dialog, 2)
    assert dialog.grid.mark(2) == MORE
    dialog.close()


def test_the_keyboard_marks_too_and_hears_it(qtbot: QtBot, window: MainWindow) -> None:
    dialog = opened(qtbot, window)
    grid = dialog.grid
    grid.setFocus()
    grid.setCurrentRow(0)
    QTest.keyClick(grid, Qt.Key.Key_Plus)
    QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.keyClick(grid, Qt.Key.Key_Minus)
    assert dialog.marks == (frozenset({0}), frozenset({1}))
    said = [grid.item(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in (0, 1, 2)]
    assert said == ["She now, more", "2, less", "3, not marked"]
    QTest.keyClick(grid, Qt.Key.Key_Space)
    assert dialog.grid.mark(1) == MORE
    for widget in dialog.findChildren(QWidget):
        if widget.isVisible() and widget.focusPolicy() != Qt.FocusPolicy.NoFocus and not widget.focusProxy():
            assert QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name), widget
    dialog.close()


def test_favourites_and_looks_like_her_can_be_marked(qtbot: QtBot, window: MainWindow) -> None:
    window.session.add_favourite("Mine")
    dialog = opened(qtbot, window)
    assert [dialog.grid.item(row).text() for row in (0, 1)] == ["She now", "Mine"]
    qtbot.waitUntil(lambda: dialog.grid.count() == 2 + FIRST, timeout=WAIT)
    QTest.mouseClick(dialog.like_her, LEFT)
    qtbot.waitUntil(lambda: dialog.grid.count() == 2 + FIRST + STEP, timeout=WAIT)
    pictures = range(len(dialog.looks))
    qtbot.waitUntil(lambda: not any(dialog.grid.item(row).icon().isNull() for row in pictures), timeout=WAIT)
    near = dialog.looks[-STEP:]
    assert len({look.digest for look in near}) == STEP and window.session.look not in near
    dialog.close()


def test_the_looks_of_the_wall_can_be_marked(qtbot: QtBot, window: MainWindow) -> None:
    dialog = opened(qtbot, window)
    assert not dialog.of_the_wall.isVisible()
    dialog.close()
    window.docks.open(window.wall)
    qtbot.waitUntil(lambda: len(window.wall.looks) > 2, timeout=WAIT)
    dialog = opened(qtbot, window)
    wall, before = dialog.wall, dialog.grid.count()
    QTest.mouseClick(dialog.of_the_wall, LEFT)
    assert dialog.grid.count() == before + len(wall) and wall[0] in dialog.looks
    assert not dialog.of_the_wall.isEnabled()
    dialog.close()


def test_inside_a_region_the_slider_moves_only_what_is_inside(
    qtbot: QtBot, window: MainWindow, own: TaughtBox
) -> None:
    session = window.session
    own.rows["wider"].row.put(1.0)
    make(qtbot, window)
    whole = session.project.look
    own.rows["wider"].row.put(-1.0)
    settle(qtbot, window)
    assert amount_of(session.look, "wider") == -1.0 == own.rows["wider"].row.value
    assert amount_of(session.project.look, "wider") == 1.0
    assert session.project.look.with_(regions=()) == whole.with_(regions=())
    own.rows["wider"].row.put(0.0)
    assert amount_of(session.look, "wider") == 0.0 == own.rows["wider"].row.value
    session.enter(None)
    assert own.rows["wider"].row.value == 1.0


def test_what_cannot_be_told_apart_is_said(qtbot: QtBot, window: MainWindow) -> None:
    window.session.add_favourite("The same")
    dialog = opened(qtbot, window)
    dialog.grid.put(0, MORE)
    dialog.grid.put(1, LESS)
    qtbot.waitUntil(lambda: "tells these looks apart" in dialog.words.text(), timeout=WAIT)
    assert not dialog.teach_button.isEnabled()
    dialog.close()
    assert undo_depth(window.session) == 1


def test_a_name_that_is_taken_is_refused(qtbot: QtBot, window: MainWindow, own: TaughtBox) -> None:
    dialog = opened(qtbot, window)
    order = ranked(dialog, "eye_size")
    dialog.grid.put(order[0], LESS)
    dialog.grid.put(order[-1], MORE)
    for name in ("wider", "Youth"):  # the generator's own, too
        dialog.name.setText(name)
        qtbot.waitUntil(lambda: "of that name already" in dialog.words.text(), timeout=WAIT)
        assert not dialog.teach_button.isEnabled()
    dialog.name.setText("wider still")
    qtbot.waitUntil(dialog.teach_button.isEnabled, timeout=WAIT)
    dialog.close()


def test_answers_that_come_too_late_do_nothing(qtbot: QtBot, window: MainWindow) -> None:
    dialog = opened(qtbot, window)
    dialog.grid.put(0, MORE)
    dialog.grid.put(1, LESS)
    dialog._ask()
    dialog.close()
    settle(qtbot, window)
    with qtbot.waitSignal(window.stage.changed, timeout=WAIT):
        window.session.add_favourite("Still here")
    assert window.session.project.directions == ()


# what is done with one


def test_what_is_kept_goes_back_and_stays(qtbot: QtBot, window: MainWindow, own: TaughtBox) -> None:
    session = window.session
    own.rows["wider"].row.put(2.0)
    assert session.look.attributes["face_width"] == pytest.approx(0.8)
    menu = own.rows["wider"].menu
    menu.aboutToShow.emit()
    keep = menu.actions()[0].menu()
    names = [action.text() for action in keep.actions()]
    assert names == ["Hair", "Face width", "Eye size"]  # the strongest first
    depth = undo_depth(session)
    keep.actions()[1].toggle()
    assert session.look.attributes["face_width"] == 0.0 == window.attributes.rows["face_width"].value
    assert session.look.attributes["eye_size"] == pytest.approx(0.2) and amount(window, "wider") == 2.0
    assert undo_depth(session) == depth + 1
    words = own.rows["wider"].words.text()
    assert "Keeps face width" in words and "% of it is left" in words and "face width up" not in words
    own.rows["wider"].row.put(3.0)
    assert session.look.attributes["face_width"] == 0.0
    own.keep("wider", {"face_width"}, False)
    assert session.look.attributes["face_width"] == 1.0  # the end of its range
    own.rows["wider"].row.put(0.0)
    assert session.look.attributes["face_width"] == 0.0 and session.look.taught == {}


def test_renamed_in_every_look_and_deleted_without_moving_her(window: MainWindow, own: TaughtBox) -> None:
    session = window.session
    own.rows["wider"].row.put(1.0)
    session.add_favourite("Wide")
    own.rename("wider", " broad ")
    assert list(own.rows) == ["broad"] and amount(window, "broad") == 1.0 == own.rows["broad"].row.value
    assert list(session.favourites[0].look.taught) == ["broad"]
    own.rename("broad", "Youth")
    assert window.error_bar.isVisible() and list(own.rows) == ["broad"]
    own.remove("broad")
    assert own.rows == {} and session.look.taught == {} and session.look.attributes["face_width"] == pytest.approx(0.4)
    session.undo()
    assert own.rows["broad"].row.value == 1.0


def test_a_project_keeps_it_and_another_one_imports_it(window: MainWindow, own: TaughtBox, tmp_path: Path) -> None:
    session = window.session
    own.rows["wider"].row.put(1.0)
    session.save(tmp_path / "her.vtsproj")
    assert open_project(tmp_path / "her.vtsproj")[0] == session.project
    own.write("wider", tmp_path / "wider.json")
    assert read_direction(tmp_path / "wider.json") == WIDE
    own.load(tmp_path / "wider.json")
    assert list(own.rows) == ["wider", "wider 2"]
    session.replace(window.stage.first_project)
    assert own.rows == {}
    own.load(tmp_path / "wider.json")
    assert session.project.directions == (WIDE,)


def test_a_bad_file_changes_nothing(window: MainWindow, box: TaughtBox, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"name":"x","attributes":{"face_width":"far"}}')
    write_direction(tmp_path / "foreign.json", msgspec.structs.replace(WIDE, attributes={"tail": 1.0}, palette={}))
    for name in ("bad.json", "foreign.json", "nowhere.json"):
        window.error_bar.hide()
        box.load(tmp_path / name)
        assert window.error_bar.isVisible() and box.rows == {} and undo_depth(window.session) == 0


def test_a_look_that_went_along_an_unknown_one_says_so_and_takes_it_out(
    qtbot: QtBot, window: MainWindow, own: TaughtBox, tmp_path: Path
) -> None:
    session = window.session
    rest = session.look
    own.rows["wider"].row.put(1.0)
    moved = session.look
    (tmp_path / "her.json").write_bytes(moved.to_json())
    write_direction(tmp_path / "wider.json", WIDE)
    session.replace(window.stage.first_project)
    window.files.open(tmp_path / "her.json")
    qtbot.waitUntil(lambda: "does not have: wider" in window.statusBar().currentMessage(), timeout=WAIT)
    row = own.rows["wider"]
    assert session.look == moved and row.row.is_idle and row.row.value == 1.0
    assert "does not have it" in row.words.text()
    own.take_out("wider")
    assert session.look.attributes == rest.attributes and session.look.palette == rest.palette and own.rows == {}
    session.undo()
    own.load(tmp_path / "wider.json")
    assert not own.rows["wider"].row.is_idle and own.rows["wider"].row.value == 1.0


def test_a_direction_opened_as_a_look_says_what_it_is(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    write_direction(tmp_path / "wider.json", WIDE)
    window.files.open(tmp_path / "wider.json")
    qtbot.waitUntil(window.error_bar.isVisible, timeout=WAIT)
    assert any("a slider that was taught" in label.text() for label in window.error_bar.findChildren(QLabel))


def test_the_generators_own_move_the_whole_figure(window: MainWindow, box: TaughtBox) -> None:
    whole = window.directions.whole
    assert whole is not None and list(whole.rows) == ["Youth"]
    whole.rows["Youth"].row.put(2.0)
    assert window.session.look.attributes["eye_size"] == pytest.approx(0.4) and box.rows == {}
    assert "eye size up" in whole.rows["Youth"].words.text()
