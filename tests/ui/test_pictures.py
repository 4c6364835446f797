"""My pictures: real files through the real window: brought, looked through, put right by hand, chosen, forgotten."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from skimage import data

from vtuber_studio.core import files
from vtuber_studio.core.finetuning import FinetuneConfig, Run, write_run
from vtuber_studio.core.paths import data_dir
from vtuber_studio.core.tray import LIST, MOST, ORIGINALS, Given, Tray, read_tray, trays_dir, write_tray
from vtuber_studio.intake import bring as bringing
from vtuber_studio.intake import quality
from vtuber_studio.ui.dialogs.closeup import SHORT, in_words
from vtuber_studio.ui.dialogs.pictures import PicturesDialog
from vtuber_studio.ui.drops import dropped_set
from vtuber_studio.ui.job import wait_for_jobs
from vtuber_studio.ui.main_window import MainWindow
from vtuber_studio.ui.widgets.picture_grid import tick_place

WAIT = 60_000  # milliseconds; a photo is cut out in a second or two


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo, one that is blurred, a drawing (a plain shape), a file that is none, and one of another kind."""
    folder = tmp_path_factory.mktemp("mine")
    me = Image.fromarray(data.astronaut())
    me.save(folder / "me.jpg")
    shape = np.zeros((300, 300, 4), np.uint8)
    shape[40:, 60:240] = (200, 90, 120, 255)
    shape[60::9, 80:220] = (60, 20, 30, 255)
    Image.fromarray(shape).save(folder / "shape.png")
    (folder / "broken.png").write_bytes(b"no picture")
    me.resize((16, 16)).save(folder / "moving.gif", save_all=True, append_images=[me.resize((16, 16))])
    return folder


@pytest.fixture
def dialog(window: MainWindow, qtbot: QtBot) -> Iterator[PicturesDialog]:
    """The window's, with an empty set."""
    shutil.rmtree(trays_dir(), ignore_errors=True)
    yield opened(window, qtbot)
    shutil.rmtree(trays_dir(), ignore_errors=True)


def opened(window: MainWindow, qtbot: QtBot) -> PicturesDialog:
    window.actions_by_name["my_pictures"].trigger()
    dialog = window.findChild(PicturesDialog)
    assert isinstance(dialog, PicturesDialog)
    rest(dialog, qtbot)
    return dialog


def rest(dialog: PicturesDialog, qtbot: QtBot) -> None:
    """Everything is looked at, told and written."""
    own = dialog.gathering
    qtbot.waitUntil(lambda: not (own.busy or own._looking or own._writer.busy), timeout=WAIT)


def drop(dialog: PicturesDialog, *paths: Path) -> None:
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entered = QDragEnterEvent(QPointF(50, 50), copy, dropped, left, none)
    QApplication.sendEvent(dialog, entered)
    assert entered.isAccepted()
    QApplication.sendEvent(dialog, QDropEvent(QPointF(50, 50), copy, dropped, left, none))


def select(dialog: PicturesDialog, qtbot: QtBot, name: str) -> None:
    dialog.grid.setCurrentRow(dialog.grid.names.index(name))
    qtbot.waitUntil(lambda: dialog.closeup.picture is not None, timeout=WAIT)
    rest(dialog, qtbot)


def written() -> Tray:
    return read_tray(trays_dir() / "mine")


def test_a_folder_is_dropped_looked_through_and_chosen(
    window: MainWindow, dialog: PicturesDialog, qtbot: QtBot, mine: Path
) -> None:
    assert not dialog.use_button.isEnabled() and not (trays_dir() / "mine").exists(), "nothing is made unasked"
    drop(dialog, mine)
    rest(dialog, qtbot)
    assert dialog.grid.names == ["me.jpg", "shape.png", "broken.png\0", "moving.gif\0"]
    assert [given.file for given in written().pictures] == ["me.jpg", "shape.png"]
    assert "photo" in in_words(dialog.gathering, "me.jpg") and written().find("me.jpg") == Given("me.jpg", True)
    assert not dialog.consent.group.checkedButton() and "whose" in dialog.note.text()
    assert not dialog.use_button.isEnabled()
    dialog.consent.radios["permission"].click()
    assert dialog.use_button.isEnabled()
    asked: list[tuple[Path, str]] = []
    window.pictures_chosen.connect(lambda folder, rights: asked.append((folder, rights)))
    dialog.use_button.click()
    qtbot.waitUntil(lambda: bool(asked), timeout=WAIT)
    assert asked == [(trays_dir() / "mine", "permission")] and written().rights == "permission"
    order = window.training.order
    qtbot.waitUntil(lambda: order.pictures == (trays_dir() / "mine",), timeout=WAIT)
    assert order.isVisible() and order.config.rights == "permission" and not dialog.isVisible()
    order.pictures_button.click()
    assert dialog.isVisible()


def test_a_picture_is_left_out_by_mouse_and_keyboard(dialog: PicturesDialog, qtbot: QtBot, mine: Path) -> None:
    dialog.add([mine / "shape.png"])
    rest(dialog, qtbot)
    grid = dialog.grid
    before = dialog.gathering.tray.find("shape.png")
    assert before is not None
    place = tick_place(grid.visualItemRect(grid.item(0))).center()
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert dialog.gathering.tray.find("shape.png") == Given("shape.png", not before.keep) and grid.name == ""
    grid.setCurrentRow(0)
    QTest.keyClick(grid, Qt.Key.Key_Space)
    assert dialog.gathering.tray.find("shape.png") == before
    dialog.closeup.keep.click()
    rest(dialog, qtbot)
    assert written().find("shape.png") == Given("shape.png", not before.keep)
    QTest.keyClick(grid, Qt.Key.Key_Delete)
    rest(dialog, qtbot)
    assert grid.count() == 0 and list((trays_dir() / "mine" / ORIGINALS).iterdir()) == []
    assert written().pictures == () and (mine / "shape.png").exists()


def test_eyes_and_chin_are_put_right_by_hand(dialog: PicturesDialog, qtbot: QtBot, mine: Path) -> None:
    dialog.add([mine / "me.jpg"])
    rest(dialog, qtbot)
    select(dialog, qtbot, "me.jpg")
    editor, own = dialog.closeup.editor, dialog.gathering
    found, first = editor.marks, own.found["me.jpg"].crop
    assert found is not None and first is not None
    handle = editor.handles[0]
    start = handle.rect().center()
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(handle, start + QPoint(-30, 12))
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=start)
    rest(dialog, qtbot)
    given = written().find("me.jpg")
    assert given is not None and given.points is not None and given.points.eye_right[0] < found.eye_at_left[0] - 5
    assert own.found["me.jpg"].crop != first and "you put them" in dialog.closeup.words.text()
    QTest.keyClick(editor.handles[2], Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    rest(dialog, qtbot)
    moved = written().find("me.jpg")
    assert moved is not None and moved.points is not None and moved.points.chin[1] > given.points.chin[1]
    dialog.closeup.again_button.click()
    rest(dialog, qtbot)
    assert written().find("me.jpg") == Given("me.jpg", True) and own.found["me.jpg"].crop == first


def test_the_set_is_there_again(dialog: PicturesDialog, window: MainWindow, qtbot: QtBot, mine: Path) -> None:
    """What was said of it, too; a file that vanished is named, one that is not listed is taken in."""
    folder = trays_dir() / "mine"
    for name in ("a.png", "b.png", "loose.png"):
        (folder / ORIGINALS).mkdir(parents=True, exist_ok=True)
        shutil.copy(mine / "shape.png", folder / ORIGINALS / name)
    write_tray(folder, Tray(rights="own", pictures=(Given("b.png", False), Given("a.png"), Given("gone.png"))))
    dialog.gathering.open()
    rest(dialog, qtbot)
    assert dialog.grid.names == ["gone.png", "b.png", "a.png", "loose.png"]
    assert dialog.consent.radios["own"].isChecked()
    assert "not there any more" in in_words(dialog.gathering, "gone.png")
    assert [given.file for given in written().kept] == ["a.png", "gone.png"], "a twin is not taken by itself"
    assert dialog.use_button.text() == "Use one picture"


def test_a_list_that_was_tampered_with_costs_no_picture(dialog: PicturesDialog, qtbot: QtBot, mine: Path) -> None:
    folder = trays_dir() / "mine"
    (folder / ORIGINALS).mkdir(parents=True)
    shutil.copy(mine / "shape.png", folder / ORIGINALS / "shape.png")
    (folder / LIST).write_text(json.dumps({"pictures": [{"file": "../../../secret.png"}]}))
    dialog.gathering.open()
    rest(dialog, qtbot)
    assert "no file of it" in dialog.bar.message and dialog.grid.names == ["shape.png"]
    assert [given.file for given in written().pictures] == ["shape.png"] and written().rights is None


def test_a_full_disk_says_so_and_the_window_goes_on(
    dialog: PicturesDialog, qtbot: QtBot, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", full)
        dialog.add([mine / "shape.png"])
        rest(dialog, qtbot)
        assert "disk is full" in dialog.bar.message and dialog.grid.count() == 0
    dialog.add([mine / "shape.png"])
    rest(dialog, qtbot)
    assert dialog.grid.names == ["shape.png"] and dialog.bar.message == ""


def test_ten_thousand_files_are_one_sentence(dialog: PicturesDialog, qtbot: QtBot, tmp_path: Path) -> None:
    for k in range(MOST + 1):
        (tmp_path / f"{k}.png").touch()
    drop(dialog, tmp_path)
    rest(dialog, qtbot)
    assert f"at most {MOST}" in dialog.bar.message and dialog.grid.count() == 0


def test_each_set_says_for_itself_whose_it_is(dialog: PicturesDialog, qtbot: QtBot, mine: Path) -> None:
    assert not dialog.new_button.isEnabled() and dialog.sets.count() == 1
    dialog.add([mine / "shape.png", mine / "me.jpg"])
    rest(dialog, qtbot)
    dialog.consent.radios["own"].click()
    dialog.grid.setCurrentRow(0)
    dialog.new_button.click()
    qtbot.waitUntil(lambda: dialog.gathering.folder.name == "set 2", timeout=WAIT)
    rest(dialog, qtbot)
    assert dialog.grid.count() == 0 and not dialog.consent.group.checkedButton() and dialog.closeup.name == ""
    dialog.add([mine / "shape.png"])
    rest(dialog, qtbot)
    dialog.consent.radios["licensed"].click()
    assert [dialog.sets.itemText(row) for row in range(dialog.sets.count())] == ["First set", "Set 2"]
    dialog.sets.setCurrentIndex(0)
    dialog.sets.activated.emit(0)
    qtbot.waitUntil(lambda: dialog.grid.count() == 2, timeout=WAIT)
    rest(dialog, qtbot)
    assert dialog.consent.radios["own"].isChecked() and written().rights == "own"
    assert read_tray(trays_dir() / "set 2").rights == "licensed" and len(written().pictures) == 2
    dialog.gathering.forget()
    qtbot.waitUntil(lambda: dialog.grid.count() == 0, timeout=WAIT)
    rest(dialog, qtbot)
    assert (trays_dir() / "set 2").exists() and not (trays_dir() / "mine").exists()


def test_forgetting_asks_and_leaves_no_byte(dialog: PicturesDialog, qtbot: QtBot, mine: Path) -> None:
    dialog.add([mine / "me.jpg", mine / "shape.png"])
    rest(dialog, qtbot)
    pieces = [path.read_bytes()[200:400] for path in (trays_dir() / "mine" / ORIGINALS).iterdir()]
    dialog.consent.radios["own"].click()
    config = FinetuneConfig(rights="own")
    run = data_dir() / "runs" / "to be forgotten"  # other tests have runs there, too
    write_run(run, Run(config=config, pictures=("mine",), base="b", base_id="i", created="2026-11-27T18:00:00+00:00"))
    prepared = [run / name / "me.png" for name in ("pictures", "fits", "samples")]
    for path in prepared:
        path.parent.mkdir()
        path.write_bytes(pieces[0])
    dialog.forget_button.click()
    qtbot.waitUntil(lambda: "Past fine-tunes keep" in dialog.bar.message, timeout=WAIT)
    assert "Your own files stay" in dialog.bar.message
    dialog.bar.choose("Delete those, too")
    qtbot.waitUntil(lambda: dialog.grid.count() == 0, timeout=WAIT)
    rest(dialog, qtbot)
    left = [path for path in data_dir().parent.rglob("*") if path.is_file()]
    assert not [path for path in left for piece in pieces if piece in path.read_bytes()]
    assert not (trays_dir() / "mine").exists() and not dialog.consent.group.checkedButton()
    assert not dialog.forget_button.isEnabled() and (mine / "me.jpg").exists()
    assert [path.name for path in run.iterdir()] == ["run.json"]
    shutil.rmtree(run)


def test_several_pictures_dropped_on_the_window_are_added(
    window: MainWindow, dialog: PicturesDialog, qtbot: QtBot, mine: Path, tmp_path: Path
) -> None:
    dialog.close()
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(mine / name)) for name in ("shape.png", "moving.gif")])
    hand = Qt.DropAction.CopyAction, dropped, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for event in (QDragEnterEvent(QPointF(500, 400), *hand), QDropEvent(QPointF(500, 400), *hand)):
        QApplication.sendEvent(window, event)
        assert event.isAccepted()
    rest(dialog, qtbot)
    assert dialog.isVisible() and dialog.grid.names == ["shape.png", "moving.gif\0"]
    dropped.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    assert dropped_set(dropped) == [tmp_path]
    (tmp_path / "manifest.json").touch()
    assert dropped_set(dropped) == [], "a generator is one"
    dropped.setUrls([QUrl.fromLocalFile(str(mine / "shape.png"))])
    assert dropped_set(dropped) == [], "one is a reference"


def test_forgetting_in_the_middle_stops_what_is_under_way(dialog: PicturesDialog, qtbot: QtBot, mine: Path) -> None:
    dialog.add([mine])
    qtbot.waitUntil(lambda: "me.jpg" in dialog.grid.names, timeout=WAIT)
    dialog.gathering.forget()
    rest(dialog, qtbot)
    wait_for_jobs()
    QApplication.processEvents()
    assert not (trays_dir() / "mine").exists() and dialog.gathering.tray == Tray() and dialog.grid.count() == 0


def test_the_window_closes_while_pictures_are_looked_at(
    window: MainWindow, dialog: PicturesDialog, qtbot: QtBot, mine: Path
) -> None:
    dialog.add([mine])
    qtbot.waitUntil(lambda: bool(dialog.gathering.tray.pictures), timeout=WAIT)
    window.leaving.agreed = True
    window.close()
    assert written().pictures


def test_every_trouble_has_a_short_word() -> None:
    """Of those that are said of pictures by the modules that look at them."""
    sources = "".join(Path(str(module.__file__)).read_text("utf-8") for module in (quality, bringing))
    kinds = r'append\(f?"([A-Z][^"]+)"', r'\("([A-Z][^"]+)",\)', r'TWIN = "([^"]+)"', r'"(The face[^"]+)"'
    sentences = {each for kind in kinds for each in re.findall(kind, sources)}
    assert len(sentences) >= 8
    for sentence in sentences:
        assert any(sentence.startswith(begins) for begins in SHORT), sentence
