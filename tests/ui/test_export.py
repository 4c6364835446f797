"""Export from the window: every target can be set up, tried, written, cancelled and written again."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu, QToolButton
from pytestqt.qtbot import QtBot

from tests.fakes import DEFAULT, FakeGenerator
from tests.ui.driving import STILL, WAIT, Open
from vtuber_studio.core.settings import load_settings
from vtuber_studio.engine.render import render
from vtuber_studio.export import EXPORTERS, checked
from vtuber_studio.export.targets import TARGETS
from vtuber_studio.ui.dialogs.export import ExportDialog
from vtuber_studio.ui.dialogs.option_form import line_of
from vtuber_studio.ui.main_window import MainWindow

RED = DEFAULT.paint({"hair.base": "#ff0000"})


def tried(qtbot: QtBot, dialog: ExportDialog) -> None:
    """What is shown is what will be."""
    qtbot.waitUntil(lambda: not dialog.trial.busy and dialog.trial.trial is not None, timeout=WAIT)


def written(qtbot: QtBot, dialog: ExportDialog, path: Path) -> None:
    dialog.path_field.setText(str(path))
    with qtbot.waitSignal(dialog.exported, timeout=WAIT):
        dialog.start_button.click()


def test_every_kind_has_a_target_and_every_target_its_options(window: MainWindow) -> None:
    assert {target.kind for target in TARGETS.values()} == set(EXPORTERS)
    window.actions_by_name["export_for"].trigger()
    dialog = window.export_for()
    assert dialog.isVisible()
    for name, target in TARGETS.items():
        dialog.choose(name)
        order = dialog.order()
        assert order.target == name and dialog.path().suffix == target.exporter.suffix
        kind = target.exporter.options
        assert checked(kind(**order.options)) == kind(**target.options)
        labels = [label.text() for label in dialog.form.findChildren(QLabel) if label.buddy()]
        assert len(set(labels)) == len(labels) == len(dialog.form.fields)  # also those that a kind says anew
        assert not dialog.problem.isVisible()


def test_the_dialog_fits_a_small_screen_with_every_target(window: MainWindow) -> None:
    dialog = window.export_for()
    for name in TARGETS:
        dialog.choose(name)
        least = dialog.minimumSizeHint()
        assert least.width() <= 1240 and least.height() <= 660, name


def test_arrows_go_from_target_to_target_past_the_headings(window: MainWindow) -> None:
    dialog = window.export_for()
    dialog.choose(next(iter(TARGETS)))
    dialog.targets.setFocus()
    seen = [dialog.target.name]
    for _ in range(len(TARGETS) - 1):
        QTest.keyClick(dialog.targets, Qt.Key.Key_Down)
        seen.append(dialog.target.name)
    assert seen == list(TARGETS)


def test_what_was_set_is_written_and_kept_for_the_target(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    window = open_window()
    dialog = window.export_for()
    dialog.choose("sheet")
    dialog.fields["size"].write(64)
    line_of(dialog.fields["expressions"]).setText("happy, sad")
    written(qtbot, dialog, tmp_path / "she.json")
    assert "she" in dialog.note.text()
    table = json.loads((tmp_path / "she.json").read_text())
    assert list(table["frames"]) == ["happy", "sad"] and "animations" in table  # as the target wants it
    dialog.choose("gif")
    dialog.choose("sheet")
    assert dialog.order().options["expressions"] == "happy, sad"
    dialog.reject()
    window.preferences.flush()
    other = open_window(load_settings())
    again = other.export_for()
    assert again.target.name == "sheet" and again.order().options == dialog.order().options
    again.choose("aseprite")
    assert again.order().options["expressions"] == ""  # another target of the same kind


def test_clips_that_need_the_generators_tables_are_written(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    dialog = window.export_for()
    dialog.choose("apng")
    for name, value in {"size": 64, "clips": "morph:0.5, walk:0.5", "toward": "miku"}.items():
        dialog.fields[name].write(value)
    assert dialog.fields["toward"].widget.isVisible() and not dialog.fields["animation"].widget.isVisible()
    written(qtbot, dialog, tmp_path / "she.png")
    with Image.open(tmp_path / "she.png") as image:
        assert getattr(image, "n_frames", 1) > 6


def test_options_that_are_no_more_are_as_the_target_has_them(open_window: Open) -> None:
    kept = {"png": {"size": 300, "crop": "feet", "gone": 1, "outline": "wide", "shadow": True}}
    dialog = open_window(STILL.with_(export_options=kept, export_target="nowhere")).export_for()
    dialog.choose("png")
    options = dialog.order().options
    assert (options["size"], options["crop"], options["outline"], options["shadow"]) == (300, "full", 0.0, True)


def test_a_name_that_was_typed_stays_with_another_target(window: MainWindow, tmp_path: Path) -> None:
    dialog = window.export_png()
    dialog.path_field.selectAll()
    QTest.keyClicks(dialog.path_field, f"{tmp_path}/hana.png")
    dialog.choose("psd")
    assert dialog.path() == tmp_path / "hana.psd"
    (tmp_path / "hana.json").touch()
    dialog.choose("sheet")
    assert dialog.path() == tmp_path / "hana-2.json"
    dialog.choose("vts-item")
    assert dialog.path() == tmp_path / "hana-picture.png"


def test_what_it_will_be_is_shown_with_its_size(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.session.edit(RED, "Red")
    dialog = window.export_png()
    dialog.fields["size"].write(256)
    dialog.fields["crop"].write("head")
    tried(qtbot, dialog)
    trial = dialog.trial.trial
    assert trial is not None and trial.exact and trial.size == (256, 256)
    written(qtbot, dialog, tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        assert np.array_equal(np.array(image), trial.frames[0][0])
    size = (tmp_path / "a.png").stat().st_size
    assert trial.bytes == size and f"{round(size / 1000)} kB" in dialog.trial.figures.text()
    window.session.edit(DEFAULT, "Back")
    assert dialog.trial.busy
    tried(qtbot, dialog)
    assert dialog.trial.trial is not trial  # it follows the window
    carried = dialog.trial.trial.bytes
    dialog.fields["look"].write(False)
    tried(qtbot, dialog)
    bare = dialog.trial.trial.bytes
    assert carried is not None and bare is not None and bare < carried


def test_an_animation_plays(qtbot: QtBot, window: MainWindow) -> None:
    dialog = window.export_for()
    dialog.choose("apng")
    dialog.fields["size"].write(64)
    dialog.fields["animation"].write("blink")
    tried(qtbot, dialog)
    player = dialog.trial.player
    assert len(player.frames) > 2
    qtbot.waitUntil(lambda: player._at > 1, timeout=WAIT)
    dialog.reject()
    assert not player._timer.isActive()


def test_nothing_is_tried_while_something_is_written_or_nobody_looks(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    dialog, gate = window.export_png(), threading.Event()
    window.bridge.call(lambda generator: gate.wait(20), lambda result: None)  # the lane is busy
    dialog.path_field.setText(str(tmp_path / "a.png"))
    dialog.start_button.click()
    assert not dialog.trial.busy
    dialog.cancel_button.click()
    gate.set()
    tried(qtbot, dialog)  # when that is over
    assert dialog.job is None and dialog.isVisible() and not list(tmp_path.iterdir())
    dialog.cancel_button.click()
    assert not dialog.trial.busy and not dialog.isVisible()
    window.session.edit(RED, "Red")
    assert not dialog.trial.busy


def test_what_cannot_be_is_said_at_the_options(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    dialog = window.export_for()
    dialog.choose("sheet")
    line = line_of(dialog.fields["expressions"])
    line.setText("grin")
    qtbot.waitUntil(lambda: "no expression called 'grin'" in dialog.problem.text(), timeout=WAIT)
    assert dialog.problem.isVisible() and dialog.trial.trial is None
    dialog.path_field.setText(str(tmp_path / "a.json"))
    dialog.start_button.click()
    qtbot.waitUntil(lambda: "no expression called 'grin'" in dialog.note.text(), timeout=WAIT)
    assert not list(tmp_path.iterdir())
    line.setText("happy")
    dialog.fields["size"].write(64)
    tried(qtbot, dialog)
    assert not dialog.problem.isVisible()


def test_options_that_change_nothing_are_hidden(window: MainWindow) -> None:
    dialog = window.export_for()
    dialog.choose("apng")

    def seen(*names: str) -> list[bool]:
        return [dialog.fields[name].widget.isVisible() for name in names]

    assert seen("seconds", "variation", "text") == [True, True, False]
    dialog.fields["animation"].write("talk")
    assert seen("seconds", "variation", "text") == [False, False, True]
    dialog.choose("png")
    assert seen("outline_colour") == [False]
    dialog.fields["outline"].write(1.5)
    assert seen("outline_colour") == [True]


def test_expressions_are_checked_in_a_menu(window: MainWindow) -> None:
    dialog = window.export_for()
    dialog.choose("renpy")
    field = dialog.fields["expressions"]
    button = field.widget.findChild(QToolButton)
    assert button is not None
    menu = button.menu()
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    names = {action.text(): action for action in menu.actions()}
    names["Happy"].trigger()
    names["Sad"].trigger()
    names["Happy"].trigger()
    assert field.read() == "sad"


def test_sizes_double_and_halve(window: MainWindow) -> None:
    dialog = window.export_png()
    size = dialog.fields["size"]
    size.write(1024)
    QTest.keyClick(size.widget, Qt.Key.Key_Up)
    assert size.read() == 2048
    for _ in range(9):
        QTest.keyClick(size.widget, Qt.Key.Key_Down)
    assert size.read() == 28


def test_every_favourite_gets_a_file_and_none_is_replaced(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    for name, look in (("Mia", RED), ("Mia", DEFAULT), ("Rin", RED)):
        window.session.edit(look, "Look")
        window.session.add_favourite(name)
    (tmp_path / "Mia 64.png").write_bytes(b"mine")
    dialog = window.export_png()
    place = dialog.place
    assert not place.pattern.isVisible()
    place.whom.setCurrentIndex(place.whom.findData("favourites"))
    assert place.pattern.isVisible() and "3" in place.whom.currentText()
    dialog.fields["size"].write(64)
    place.pattern.setText("{nam}")
    dialog.path_field.setText(str(tmp_path))
    dialog.start_button.click()
    assert "knows no {nam}" in dialog.note.text()
    place.pattern.setText("{name} 64")
    tried(qtbot, dialog)
    assert "each" in dialog.trial.figures.text()
    written(qtbot, dialog, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "Mia 64-2.png", "Mia 64-3.png", "Mia 64.png", "Rin 64.png",
    ]  # fmt: skip
    assert (tmp_path / "Mia 64.png").read_bytes() == b"mine"
    with Image.open(tmp_path / "Mia 64-2.png") as image:
        assert np.array_equal(np.array(image), render(FakeGenerator(), RED, size=64))


def test_every_look_of_a_project_is_exported(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    dialog = window.export_png()
    assert dialog.place.whom.findData("looks") < 0
    window.session.add_look("Night", RED)
    dialog.place.whom.setCurrentIndex(dialog.place.whom.findData("looks"))
    dialog.fields["size"].write(64)
    written(qtbot, dialog, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Look 1.png", "Night.png"]


# again


def test_again_writes_the_last_export_into_the_same_file(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    window = open_window()
    again = window.actions_by_name["export_again"]
    assert not again.isEnabled()
    window.session.save(tmp_path / "hana.vtsproj")
    dialog = window.export_png()
    dialog.fields["size"].write(64)
    written(qtbot, dialog, tmp_path / "hana.png")
    assert again.isEnabled() and "hana.png" in again.text()
    dialog.choose("gif")  # what is set now is not what was written last
    dialog.reject()
    window.session.edit(RED, "Red")
    with qtbot.waitSignal(window.exports.ended, timeout=WAIT):
        again.trigger()
    assert not dialog.isVisible() and not list(tmp_path.glob("*-2*"))
    with Image.open(tmp_path / "hana.png") as image:
        assert np.array_equal(np.array(image), render(FakeGenerator(), RED, size=64))
    window.session.save()
    window.preferences.flush()
    other = open_window(load_settings())
    assert not other.actions_by_name["export_again"].isEnabled()  # another persona has another file
    other.session.open(tmp_path / "hana.vtsproj")
    assert other.actions_by_name["export_again"].isEnabled()
    (tmp_path / "hana.png").unlink()
    with qtbot.waitSignal(other.exports.ended, timeout=WAIT):
        other.actions_by_name["export_again"].trigger()
    assert (tmp_path / "hana.png").is_file()


def test_again_is_of_this_document_alone(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    dialog = window.export_png()
    dialog.fields["size"].write(64)
    written(qtbot, dialog, tmp_path / "a.png")
    assert window.exports.last is not None
    window.session.replace(window.stage.first_project)
    assert window.exports.last is None and not window.actions_by_name["export_again"].isEnabled()


def test_again_follows_the_favourite_that_was_exported(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.session.edit(RED, "Red")
    window.session.add_favourite("Mia")
    window.session.edit(DEFAULT, "Back")
    window.favourites.export_asked.emit(window.session.favourites[0])
    dialog = window.export_for()
    assert "Mia" in dialog.windowTitle()
    dialog.fields["size"].write(64)
    written(qtbot, dialog, tmp_path / "mia.png")
    dialog.reject()
    (tmp_path / "mia.png").unlink()
    with qtbot.waitSignal(window.exports.ended, timeout=WAIT):
        window.exports.again()
    with Image.open(tmp_path / "mia.png") as image:
        assert np.array_equal(np.array(image), render(FakeGenerator(), RED, size=64))
    window.session.remove_favourite(0)
    dialog.place.choose(None)
    window.exports.again()
    assert "no favourite called Mia" in window.error_bar.message


def test_a_cancel_writes_nothing(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    dialog = window.export_for()
    dialog.choose("frames")
    dialog.path_field.setText(str(tmp_path / "frames"))
    gate = threading.Event()
    window.bridge.call(lambda generator: gate.wait(20), lambda result: None)  # the lane is busy
    dialog.start_button.click()
    dialog.cancel_button.click()
    gate.set()
    qtbot.waitUntil(lambda: "Cancelled" in dialog.note.text(), timeout=WAIT)
    assert not list(tmp_path.iterdir())


def test_a_picture_of_the_users_stands_behind_her(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    Image.new("RGB", (80, 40), "#123456").save(tmp_path / "room.png")
    dialog = window.export_png()
    dialog.fields["size"].write(64)
    dialog.fields["backdrop"].write(str(tmp_path / "room.png"))
    tried(qtbot, dialog)
    written(qtbot, dialog, tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        assert image.getpixel((1, 30)) == (0x12, 0x34, 0x56, 255)
