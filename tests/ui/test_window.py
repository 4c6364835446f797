"""The real window, driven offscreen over the fake generator, and the pixels it shows."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, QRect, Qt, QUrl, Slot
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QImageReader,
    QPalette,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QMenu, QTabBar
from pytestqt.qtbot import QtBot

from tests.fakes import DEFAULT, FakeGenerator
from tests.ui.driving import STILL, WAIT, Open, drag, pixels, settle, shown, undo_depth
from vtuber_studio.core import png
from vtuber_studio.core.carried import KEY
from vtuber_studio.core.image import decode_png, encode_png
from vtuber_studio.core.look import Look
from vtuber_studio.core.mixing import take
from vtuber_studio.core.project import NamedLook, Project, read_project, save_project
from vtuber_studio.core.settings import Settings
from vtuber_studio.engine.generator import GeneratorError
from vtuber_studio.engine.render import render
from vtuber_studio.ui import actions, theme
from vtuber_studio.ui.main_window import MainWindow


def drop(window: MainWindow, data: QMimeData) -> None:
    """Drag it over the window, and let go there."""
    how = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window, QDragEnterEvent(QPointF(500, 400), *how))
    QApplication.sendEvent(window, QDropEvent(QPointF(500, 400), *how))


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def test_dragging_a_slider_shows_its_pixels_and_is_one_undo_step(qtbot: QtBot, window: MainWindow) -> None:
    before = shown(window)
    row = window.attributes.rows["face_width"]
    slider = row.slider
    assert slider is not None
    drag(slider, 44, release=False)
    assert window.session.in_gesture
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton)
    assert not window.session.in_gesture
    assert float(window.session.look.attributes["face_width"]) > 0.1
    settle(qtbot, window)
    after = shown(window)
    assert (before != after).any()
    window.actions_by_name["undo"].trigger()
    assert window.session.look == DEFAULT and not window.session.can_undo
    settle(qtbot, window)
    assert (shown(window) == before).all()
    window.actions_by_name["redo"].trigger()
    settle(qtbot, window)
    assert (shown(window) == after).all()


def test_esc_takes_a_drag_back_and_lets_the_handle_go(qtbot: QtBot, window: MainWindow) -> None:
    slider = window.attributes.rows["face_width"].slider
    assert slider is not None
    rest = slider.value()
    drag(slider, 44, release=False)
    assert window.session.look != DEFAULT
    QTest.keyClick(slider, Qt.Key.Key_Escape)
    assert window.session.look == DEFAULT and slider.value() == rest
    QTest.mouseMove(slider, QPoint(5, 5))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton)
    assert window.session.look == DEFAULT and undo_depth(window.session) == 0


def test_undo_says_what_it_takes_back(window: MainWindow) -> None:
    assert not window.actions_by_name["undo"].isEnabled()
    window.session.edit(Look().set(eye_size=0.5), "Eye size")
    assert window.actions_by_name["undo"].isEnabled()
    assert "Eye size" in window.actions_by_name["undo"].text()
    window.actions_by_name["undo"].trigger()
    assert "Eye size" in window.actions_by_name["redo"].text()


def test_the_dice_leave_what_is_locked(qtbot: QtBot, window: MainWindow) -> None:
    window.attributes.rows["eye_size"].lock.click()
    assert window.session.locks == {"eye_size"}
    window.actions_by_name["roll"].trigger()
    assert window.session.look.attributes["eye_size"] == 0.0
    assert window.session.look.attributes["face_width"] != 0.0
    settle(qtbot, window)
    window.actions_by_name["vary"].trigger()
    assert window.session.look.attributes.get("eye_size", 0.0) == 0.0
    settle(qtbot, window)


def test_a_letter_rolls_but_not_while_typing(qtbot: QtBot, window: MainWindow) -> None:
    window.activateWindow()
    window.canvas.setFocus()
    qtbot.waitUntil(lambda: window.isActiveWindow() and window.canvas.hasFocus(), timeout=WAIT)
    qtbot.wait(100)  # shortcuts follow the activation event
    before = window.session.look
    QTest.keyClick(window.canvas, Qt.Key.Key_R)
    assert window.session.look != before
    rolled = window.session.look
    window.attributes.search.setFocus()
    QTest.keyClicks(window.attributes.search, "r")
    assert window.session.look == rolled and window.attributes.search.text() == "r"


def test_mixing_takes_the_colour_of_a_second_look(qtbot: QtBot, window: MainWindow) -> None:
    window.mixing.set_source(Look().paint({"hair.base": "#ff0000", "hair.tip": "#ff0000"}))
    window.mixing.rows["hair_front", "colour"].moved.emit(1.0)
    settle(qtbot, window)
    assert (shown(window)[..., :3] == (255, 0, 0)).all(-1).sum() > 1000


def test_comparing_while_a_key_is_held(qtbot: QtBot, window: MainWindow) -> None:
    window.activateWindow()
    window.canvas.setFocus()
    before = shown(window)
    window.session.edit(Look().paint({"skin.base": "#00ff00"}), "Skin")
    settle(qtbot, window)
    after = shown(window)
    QTest.keyPress(window.canvas, Qt.Key.Key_C)
    assert window.canvas.badge
    qtbot.waitUntil(lambda: np.array_equal(shown(window), before), timeout=WAIT)
    QTest.keyRelease(window.canvas, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: np.array_equal(shown(window), after), timeout=WAIT)
    assert not window.canvas.badge


def test_wheel_zooms_at_the_cursor_and_the_middle_button_pans(window: MainWindow) -> None:
    canvas = window.canvas
    at = QPointF(canvas.width() * 0.3, canvas.height() * 0.6)
    unit = (at - canvas.origin) / canvas.zoom
    zoom = canvas.zoom
    wheel = QWheelEvent(
        at,
        canvas.mapToGlobal(at),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, wheel)
    assert canvas.zoom > 1.5 * zoom
    moved = canvas.origin + canvas.zoom * unit - at
    assert abs(moved.x()) < 1e-6 and abs(moved.y()) < 1e-6
    origin = QPointF(canvas.origin)
    QTest.mousePress(canvas, Qt.MouseButton.MiddleButton, pos=QPoint(200, 200))
    QTest.mouseMove(canvas, QPoint(230, 190))
    QTest.mouseRelease(canvas, Qt.MouseButton.MiddleButton, pos=QPoint(230, 190))
    assert canvas.origin - origin == QPointF(30, -10)
    window.actions_by_name["actual_size"].trigger()
    assert canvas.pixels == pytest.approx(512)
    window.actions_by_name["fit"].trigger()
    assert canvas.zoom == pytest.approx(zoom)


def test_a_close_look_is_sharp(qtbot: QtBot, window: MainWindow) -> None:
    window.canvas.zoom_by(4.0)
    qtbot.waitUntil(lambda: window.canvas.image is not None and window.canvas.image.width() == 1024, timeout=WAIT)
    settle(qtbot, window)


def test_checkerboard_and_plain_grounds(window: MainWindow) -> None:
    figure = window.canvas.figure
    corner = QPoint(round(figure.left()) + 6, round(figure.bottom()) - 20)
    colours = set()
    for action in window.backgrounds.group.actions():
        action.trigger()
        colours.add(window.canvas.grab().toImage().pixelColor(corner).name())
    assert "#ffffff" in colours and "#00b140" in colours and len(colours) >= 4
    assert window.preferences.settings.background == window.backgrounds.group.actions()[-1].data()


def test_the_clipboard_keeps_transparency(qtbot: QtBot, window: MainWindow) -> None:
    window.actions_by_name["copy"].trigger()
    clipboard = QGuiApplication.clipboard()
    qtbot.waitUntil(lambda: (d := clipboard.mimeData()) is not None and "image/png" in d.formats(), timeout=WAIT)
    image = decode_png(bytes(clipboard.mimeData().data("image/png").data()))
    assert (image == render(FakeGenerator(), window.session.look, size=1024)).all()
    assert image[0, 0, 3] == 0


def test_a_reference_is_dropped_faded_and_removed(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    picture = QImage(64, 64, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.red)
    picture.save(str(tmp_path / "reference.png"))
    drop(window, files(tmp_path / "reference.png"))
    qtbot.waitUntil(lambda: window.canvas.reference is not None, timeout=WAIT)
    assert window.reference_bar.isVisible()
    spot = window.canvas.figure.topLeft().toPoint() + QPoint(30, 30)
    window.reference_bar.slider.setValue(100)
    assert window.canvas.grab().toImage().pixelColor(spot).name() == "#ff0000"
    window.reference_bar.slider.setValue(0)
    assert window.canvas.grab().toImage().pixelColor(spot).name() != "#ff0000"
    window.actions_by_name["remove_reference"].trigger()
    assert window.canvas.reference is None and not window.reference_bar.isVisible()
    data = QMimeData()
    data.setImageData(picture)
    QGuiApplication.clipboard().setMimeData(data)
    window.actions_by_name["paste"].trigger()
    assert window.canvas.reference is not None


@pytest.mark.parametrize("kind", ["JPEG", "AVIF"])
def test_references_of_every_listed_kind_are_read(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By our own reader: bytes from outside never reach Qt's."""
    for method in ("read", "loadFromData", "fromData"):
        owner = QImageReader if method == "read" else QImage
        monkeypatch.setattr(owner, method, lambda *_: pytest.fail("Qt decoded it"))
    path = tmp_path / {"JPEG": "photo.jfif", "AVIF": "photo.avif"}[kind]
    Image.new("RGB", (40, 30), (200, 100, 50)).save(path, kind)
    drop(window, files(path))
    qtbot.waitUntil(lambda: window.canvas.reference is not None, timeout=WAIT)
    assert np.abs(pixels(window.canvas.reference)[15, 20].astype(int) - (200, 100, 50, 255)).max() < 12
    window.set_reference(None)
    data = QMimeData()
    data.setData(f"image/{kind.lower()}", path.read_bytes())
    QGuiApplication.clipboard().setMimeData(data)
    window.actions_by_name["paste"].trigger()
    qtbot.waitUntil(lambda: window.canvas.reference is not None, timeout=WAIT)


def test_a_reference_of_another_kind_is_a_sentence(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    Image.new("RGB", (40, 30)).save(tmp_path / "scan.tif")
    drop(window, files(tmp_path / "scan.tif"))
    qtbot.waitUntil(lambda: "TIFF pictures are not read here" in window.error_bar.message, timeout=WAIT)
    (tmp_path / "trap.png").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    drop(window, files(tmp_path / "trap.png"))
    qtbot.waitUntil(lambda: "SVG pictures are not read here" in window.error_bar.message, timeout=WAIT)
    assert window.canvas.reference is None


def test_a_look_comes_back_from_its_picture(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    look = Look().set(face_width=0.5, front_style="square")
    window.session.edit(look, "Face")
    dialog = window.export_png()
    dialog.path_field.setText(str(tmp_path / "she.png"))
    with qtbot.waitSignal(dialog.exported, timeout=WAIT):
        dialog.start()
    window.session.undo()
    drop(window, files(tmp_path / "she.png"))
    qtbot.waitUntil(lambda: "she.png" in window.question_bar.message, timeout=WAIT)
    assert window.canvas.reference is None
    window.question_bar.choose("Take the look")
    qtbot.waitUntil(lambda: look.attributes.items() <= window.session.look.attributes.items(), timeout=WAIT)
    window.session.undo()
    assert not look.attributes.items() <= window.session.look.attributes.items()
    drop(window, files(tmp_path / "she.png"))
    qtbot.waitUntil(lambda: "she.png" in window.question_bar.message, timeout=WAIT)
    window.question_bar.choose("Lay it over")
    assert window.canvas.reference is not None
    window.set_reference(None)
    dialog.fields["look"].write(False)
    dialog.path_field.setText(str(tmp_path / "bare.png"))
    with qtbot.waitSignal(dialog.exported, timeout=WAIT):
        dialog.start()
    assert not window.preferences.settings.export_look
    hostile = png.insert(encode_png(np.zeros((9, 9, 4), np.uint8)), png.chunk(b"iTXt", KEY + b"\0\1\0\0\0nonsense"))
    (tmp_path / "hostile.png").write_bytes(hostile)
    for name in ("bare.png", "hostile.png"):  # nothing to take over: a reference as any other
        drop(window, files(tmp_path / name))
        qtbot.waitUntil(lambda: window.canvas.reference is not None, timeout=WAIT)
        assert not window.question_bar.isVisible()
        window.set_reference(None)


def test_a_picture_that_is_none_is_refused_kindly(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"nothing of the kind")
    drop(window, files(tmp_path / "bad.png"))
    qtbot.waitUntil(lambda: "bad.png" in window.error_bar.message, timeout=WAIT)
    assert window.canvas.reference is None


def test_saving_opening_and_the_recent_files(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "hero.vtsproj"
    window.session.edit(Look().set(eye_size=0.7), "Eye size")
    assert window.isWindowModified()
    window.files.save(path)
    qtbot.waitUntil(lambda: not window.session.dirty, timeout=WAIT)
    assert read_project(path).look.attributes["eye_size"] == 0.7
    assert window.windowTitle().startswith("hero.vtsproj") and not window.isWindowModified()
    window.actions_by_name["new"].trigger()
    assert window.session.look == DEFAULT and window.session.path is None
    window.dialogs.fill_recent()
    window.dialogs.recent_menu.actions()[0].trigger()
    qtbot.waitUntil(lambda: window.session.path == path, timeout=WAIT)
    assert window.session.look.attributes["eye_size"] == 0.7
    settle(qtbot, window)


def test_a_dropped_project_opens_and_a_dropped_look_can_be_undone(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    save_project(tmp_path / "a.vtsproj", Project(looks=(NamedLook("One", Look().set(face_width=0.9)),)))
    drop(window, files(tmp_path / "a.vtsproj"))
    qtbot.waitUntil(lambda: window.session.path is not None, timeout=WAIT)
    assert window.session.look.attributes["face_width"] == 0.9
    (tmp_path / "look.json").write_bytes(Look().set(face_width=-0.9).to_json())
    drop(window, files(tmp_path / "look.json"))
    qtbot.waitUntil(lambda: window.session.look.attributes["face_width"] == -0.9, timeout=WAIT)
    window.session.undo()
    assert window.session.look.attributes["face_width"] == 0.9
    settle(qtbot, window)


def test_a_project_of_another_generator_is_fitted_and_says_so(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    look = Look().set(face_width=0.5, tail_length=1.0)
    save_project(tmp_path / "other.vtsproj", Project(looks=(NamedLook("One", look),)))
    window.files.open(tmp_path / "other.vtsproj")
    qtbot.waitUntil(lambda: "tail_length" in window.error_bar.message, timeout=WAIT)
    assert window.session.look.attributes["face_width"] == 0.5
    settle(qtbot, window)


def test_a_generator_that_fails_while_she_works_is_replaced_and_the_look_fitted(
    qtbot: QtBot, open_window: Open
) -> None:
    class Failing(FakeGenerator):
        def map(self, part: str, c: np.ndarray, z: np.ndarray) -> np.ndarray:
            if part == "eyes" and c[0, 0] > 0.5:
                raise GeneratorError("The eyes answer with something else.", "Use another generator.")
            return super().map(part, c, z)

    window = open_window(load=Failing)
    window.session.edit(Look().set(eye_size=0.9, front_style="square"), "Larger eyes")
    qtbot.waitUntil(lambda: window.stage.manifest.name == "Starter", timeout=WAIT)
    qtbot.waitUntil(lambda: "is used instead" in window.error_bar.message, timeout=WAIT)
    look = window.session.look
    assert look.attributes["eye_size"] == 0.9 and look.attributes["front_style"] != "square"  # which the starter lacks
    qtbot.waitUntil(lambda: window.canvas.image is not None and window.session.can_undo, timeout=WAIT)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no zip", b"{}", b"\x00" * 1000])
def test_a_damaged_project_leaves_the_document_alone(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, damage: bytes
) -> None:
    look = Look().set(face_width=0.3)
    window.session.edit(look, "Face width")
    window.files.save(tmp_path / "good.vtsproj")
    qtbot.waitUntil(lambda: not window.session.dirty, timeout=WAIT)
    (tmp_path / "bad.vtsproj").write_bytes(damage)
    window.files.open(tmp_path / "bad.vtsproj")
    qtbot.waitUntil(lambda: window.error_bar.isVisible(), timeout=WAIT)
    assert window.error_bar.message and window.session.look == look
    assert window.session.path == tmp_path / "good.vtsproj" and window.session.can_undo
    assert "bad.vtsproj" in window.error_bar.message
    window.files.open(tmp_path / "good.vtsproj")
    qtbot.waitUntil(lambda: not window.error_bar.isVisible(), timeout=WAIT)  # the complaint is over


def test_what_a_drop_would_do_is_said_and_taken_back(window: MainWindow, tmp_path: Path) -> None:
    badges = []
    for name in ("a.vtsproj", "a.png", "a.txt"):
        event = QDragEnterEvent(
            QPointF(500, 400), Qt.DropAction.CopyAction, data := files(tmp_path / name),
            Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        event.ignore()
        QApplication.sendEvent(window, event)
        badges.append(window.canvas.badge)
        assert event.isAccepted() == bool(window.canvas.badge) and data.hasUrls()
        QApplication.sendEvent(window, QDragLeaveEvent())
        assert not window.canvas.badge
    assert len(set(badges)) == 3


def test_a_name_without_end_does_not_widen_the_window(window: MainWindow) -> None:
    width = window.minimumSizeHint().width()
    window.error_bar.fail("x" * 500 + ".png is not a picture that can be shown.", "Use a PNG.")
    QApplication.processEvents()
    assert window.minimumSizeHint().width() == width
    assert window.error_bar.message.endswith(".png is not a picture that can be shown. Use a PNG.")
    assert "x" * 500 in window.error_bar.text.toolTip()


def test_unsaved_work_is_asked_about_in_the_bar(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    look = Look().set(face_width=0.3)
    window.session.edit(look, "Face width")
    window.actions_by_name["new"].trigger()
    assert window.question_bar.isVisible() and window.session.look == look
    window.question_bar.choose("Cancel")
    assert window.session.look == look
    window.actions_by_name["new"].trigger()
    window.question_bar.choose("Discard")
    assert window.session.look == DEFAULT
    window.session.edit(look, "Face width")
    window.session.path = tmp_path / "kept.vtsproj"
    assert not window.close() and window.isVisible()
    window.question_bar.choose("Save")
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=WAIT)
    assert read_project(tmp_path / "kept.vtsproj").look.attributes["face_width"] == 0.3


def test_a_full_or_read_only_target_is_said_and_nothing_is_lost(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    window.session.edit(Look().set(face_width=0.2), "Face width")
    window.files.save(tmp_path / "nowhere" / "a.vtsproj")
    qtbot.waitUntil(lambda: window.error_bar.isVisible(), timeout=WAIT)
    assert window.session.dirty and window.session.path is None


def test_export_writes_what_is_shown(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.session.edit(Look().set(face_width=0.4), "Face width")
    window.stage.set_pose("yaw", 6.0)
    dialog = window.export_png()
    assert not dialog.isModal()
    dialog.path_field.setText(str(tmp_path / "out.png"))
    dialog.fields["size"].write(1024)
    with qtbot.waitSignal(dialog.exported, timeout=WAIT):
        dialog.start_button.click()
    truth = render(FakeGenerator(), window.session.look, {}, window.stage.pose, 1024)
    assert (decode_png((tmp_path / "out.png").read_bytes()) == truth).all()
    dialog.fields["background"].write("#336699")
    dialog.path_field.setText(str(tmp_path / "out"))
    assert dialog.start_button.text() == "Replace", "it is there already"
    dialog.path_field.setText(str(tmp_path / "blue.png"))
    assert dialog.start_button.text() == "Export"
    with qtbot.waitSignal(dialog.exported, timeout=WAIT):
        dialog.start_button.click()
    assert tuple(decode_png((tmp_path / "blue.png").read_bytes())[0, 0]) == (0x33, 0x66, 0x99, 255)
    assert window.preferences.settings.export_options["png"]["background"] == "#336699"


class FileManager(QObject):
    """What the system shows folders with."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[Path] = []

    @Slot(QUrl)
    def show(self, url: QUrl) -> None:
        self.shown.append(Path(url.toLocalFile()))


def test_the_folder_of_an_export_is_shown_while_it_is_there(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    dialog, manager, folder = window.export_png(), FileManager(), tmp_path / "my pictures"
    folder.mkdir()
    assert not dialog.folder_button.isVisible()
    dialog.path_field.setText(str(folder / "out.png"))
    with qtbot.waitSignal(dialog.exported, timeout=WAIT):
        dialog.start_button.click()
    assert dialog.folder_button.isVisible()
    QDesktopServices.setUrlHandler("file", manager, "show")
    try:
        dialog.folder_button.click()
        assert manager.shown == [folder]
        shutil.rmtree(folder)
        dialog.folder_button.click()
        assert manager.shown == [folder] and "not there any more" in dialog.note.text()
        window.actions_by_name["open_log"].trigger()  # of a start at which nothing went wrong
    finally:
        QDesktopServices.unsetUrlHandler("file")
    folder.mkdir()
    dialog.folder_button.click()
    assert "No program here shows folders" in dialog.note.text() and "my pictures" in dialog.note.text()


def test_a_cancelled_export_deletes_and_writes_nothing(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "old.png"
    path.write_bytes(b"old")
    dialog = window.export_png()
    dialog.path_field.setText(str(path))
    gate = threading.Event()
    window.bridge.call(lambda generator: gate.wait(20), lambda result: None)  # the lane is busy
    dialog.start_button.click()
    dialog.cancel_button.click()
    gate.set()
    qtbot.waitUntil(lambda: dialog.job is None, timeout=WAIT)
    assert path.read_bytes() == b"old" and dialog.isVisible()
    assert list(tmp_path.iterdir()) == [path]
    dialog.path_field.setText(str(tmp_path / "nowhere" / "a.png"))
    dialog.start_button.click()
    qtbot.waitUntil(lambda: dialog.job is None, timeout=WAIT)
    assert "nowhere" in dialog.note.text()


def test_favourites_are_kept_recalled_and_mixed(qtbot: QtBot, window: MainWindow) -> None:
    kept = Look().set(face_width=0.6)
    window.session.edit(kept, "Face width")
    window.actions_by_name["keep"].trigger()
    window.session.edit(Look(), "Back")
    window.favourites.recall(0)
    assert window.session.look == kept
    window.favourites.mix_asked.emit(kept)
    assert window.docks.right.currentWidget() is window.mixing and window.mixing.source == kept


def test_a_favourite_is_dragged_onto_the_canvas_and_mixed(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.session.edit(Look(seed=8).set(face_width=0.8), "Face width")
    window.session.add_favourite("Mia")
    window.session.edit(DEFAULT, "Back")
    settle(qtbot, window)
    strip, canvas = window.favourites.list, window.canvas
    told: list[tuple[bool, str]] = []

    def let_go(drag: QDrag, *_args: object) -> Qt.DropAction:
        """Over the sliders, over the picture, and there."""
        how = (Qt.DropAction.MoveAction, drag.mimeData(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        over = [QPointF(widget.mapTo(window, widget.rect().center())) for widget in (window.attributes, canvas)]
        events = [QDragEnterEvent(over[0], *how), *(QDragMoveEvent(at, *how) for at in over), QDropEvent(over[1], *how)]
        for event in events:
            QApplication.sendEvent(window, event)
            told.append((event.isAccepted(), canvas.badge))
        return Qt.DropAction.MoveAction

    monkeypatch.setattr(QDrag, "exec", let_go)
    start = strip.visualItemRect(strip.item(0)).center()
    QTest.mousePress(strip.viewport(), Qt.MouseButton.LeftButton, pos=start)
    for step in (10, 20, 30):
        QTest.mouseMove(strip.viewport(), start + QPoint(0, -step))
    QTest.mouseRelease(strip.viewport(), Qt.MouseButton.LeftButton, pos=start)
    assert told == [(True, ""), (False, ""), (True, "Drop it to mix in Mia"), (True, "")]
    assert window.session.look == DEFAULT, "it is asked what is meant"
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu), timeout=WAIT)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    before = shown(window)
    menu.setActiveAction(menu.actions()[0])
    settle(qtbot, window)
    assert (shown(window) != before).any(), "what is pointed at is seen"
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(menu.actions()[0]).center())
    assert {mix.shape for mix in window.session.look.mixes} == {1.0}
    assert window.mixing.source == Look(seed=8).set(face_width=0.8)
    window.session.undo()
    assert window.session.look == DEFAULT


def test_a_favourite_is_exported_as_it_is(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    kept = Look().set(face_width=0.8)
    window.session.edit(kept, "Face width")
    window.session.add_favourite("Mia")
    window.session.edit(DEFAULT, "Back")
    window.favourites.export_asked.emit(window.session.favourites[0])
    dialog = window.export_png()
    assert dialog.windowTitle() == "Export", "what is shown, again"
    window.favourites.export_asked.emit(window.session.favourites[0])
    assert "Mia" in dialog.windowTitle() and Path(dialog.path_field.text()).stem == "Mia"
    path = tmp_path / "mia.png"
    dialog.path_field.setText(str(path))
    dialog.fields["size"].write(512)
    with qtbot.waitSignal(dialog.exported, timeout=WAIT):
        dialog.start_button.click()
    assert (decode_png(path.read_bytes()) == render(FakeGenerator(), kept, size=512)).all()


def test_tabs_of_what_a_generator_cannot_do_are_left_out(window: MainWindow) -> None:
    def tabs() -> list[str]:
        docks = (window.docks.left, window.docks.right)
        return [dock.tabText(i) for dock in docks for i in range(dock.count()) if dock.isTabVisible(i)]

    everything = window.stage.manifest
    everything_shown = ["Shape", "Colours", "Wall", "Training", "Face", "Mixing", "Regions", "Directions"]
    assert everything is not None and tabs() == everything_shown
    flat = [
        msgspec.structs.replace(entry, inputs=(), part=msgspec.structs.replace(entry.part, z_dim=0))
        for entry in everything.parts
    ]
    window.stage.load(msgspec.structs.replace(everything, capabilities=("cels",), parts=tuple(flat)))
    assert tabs() == ["Training", "Face"]
    window.stage.load(everything)
    assert tabs() == everything_shown


def test_a_right_click_on_a_tab_puts_all_of_it_back(qtbot: QtBot, window: MainWindow) -> None:
    session, other = window.session, Look(seed=8).set(face_width=-0.9)
    own = DEFAULT.with_(directions={"face": (1.0,)}).set(face_width=0.9).paint({"hair.base": "#ff0000"})
    session.edit(take(take(own, other, ["face"], "shape", 1.0), other, ["face"], "colour", 0.5), "Edit")
    window.stage.set_pose("yaw", 6.0)

    def choose(title: str, name: str) -> None:
        bars = [tabs.tabBar() for tabs in (window.docks.left, window.docks.right)]
        bar, index = next((bar, k) for bar in bars for k in range(bar.count()) if bar.tabText(k) == title)
        bar.customContextMenuRequested.emit(bar.tabRect(index).center())  # what a right click sends
        qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu), timeout=WAIT)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        action = next(entry for entry in menu.actions() if entry.text() == name)
        QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())

    choose("Shape", "Back to the default shape")
    assert session.look.attributes == DEFAULT.attributes and [mix.shape for mix in session.look.mixes] == [0.0]
    choose("Colours", "Back to the default colours")
    assert session.look == DEFAULT.with_(directions={"face": (1.0,)})
    choose("Directions", "All directions to zero")
    assert session.look == DEFAULT
    choose("Face", "Face at rest")
    assert window.stage.pose.yaw == 0.0 and session.undo_label == "Face at rest"
    choose("Colours", "Lock all")
    assert session.locks >= {"hair.base", "skin.base"} and "face_width" not in session.locks
    choose("Colours", "Unlock all")
    assert session.locks == frozenset()
    session.edit(take(DEFAULT, other, ["face"], "shape", 1.0), "Mix")
    choose("Mixing", "Take nothing from others")
    assert session.look == DEFAULT


def test_panels_leave_half_of_the_window_to_the_canvas(qtbot: QtBot, window: MainWindow) -> None:
    docks = window.docks

    def visible() -> list[bool]:
        QApplication.processEvents()
        return [widget.isVisible() for widget in (docks.left, docks.right, *docks.slims)]

    needed = 2 * sum(tabs.minimumSizeHint().width() for tabs in (docks.left, docks.right))
    window.resize(needed + 20, 800)
    assert visible() == [True, True, False, False]
    window.resize(max(needed - 200, 700), 500)
    assert visible() == [True, False, False, True]
    assert window.width() < needed and window.canvas.width() >= window.width() / 2 - 40, "but for the slim tabs"
    names = docks.slims[1].findChild(QTabBar)
    assert names is not None and names.tabText(1) == "Mixing"
    QTest.mouseClick(names, Qt.MouseButton.LeftButton, pos=names.tabRect(1).center())
    assert visible() == [False, True, True, False] and docks.right.currentWidget() is window.mixing
    window.actions_by_name["panels"].setChecked(False)
    assert visible() == [False] * 4
    window.actions_by_name["panels"].setChecked(True)
    window.resize(needed + 20, 800)
    assert visible() == [True, True, False, False]


@pytest.mark.parametrize("size", [(1366, 728), (1280, 680), (960, 500)])
def test_low_windows_fold_the_favourites_and_show_everything(window: MainWindow, size: tuple[int, int]) -> None:
    def strip() -> int:
        QApplication.processEvents()
        return window.favourites.height()

    window.session.add_favourite("Mia")
    high, tall = strip(), window.canvas.height()
    window.resize(*size)
    assert strip() < high / 2 and window.canvas.height() > window.height() * 0.63
    for widget in (window.favourites, window.canvas, window.toolbar.export, window.dice.roll_button):
        corner = widget.mapTo(window, widget.rect().bottomRight())
        assert widget.isVisible() and window.rect().contains(corner), widget
    item = window.favourites.list.visualItemRect(window.favourites.list.item(0))
    assert window.favourites.list.viewport().rect().contains(item), "no face is cut off"
    window.favourites.fold_button.click()
    assert strip() == high, "who wants names has them"
    window.favourites.fold_button.click()
    assert strip() < high / 2
    window.resize(1440, 900)
    assert strip() == high and window.canvas.height() == tall
    window.favourites.fold_button.click()
    assert strip() < high / 2 and window.canvas.height() > tall


def test_in_narrow_windows_nothing_of_the_toolbar_is_cut_off(window: MainWindow) -> None:
    bar, counts = window.toolbar, []
    for width in (window.minimumWidth(), *range(700, 1040, 20), 1440):
        window.resize(width, 700)
        QApplication.processEvents()
        gives_way = [widget for widget in (bar.compare, window.dice.seed) if widget.isVisible()]
        counts.append(len(gives_way))
        for widget in (bar.export, window.dice.roll_button, window.dice.vary_button, *gives_way):
            place = QRect(widget.mapTo(bar, QPoint(0, 0)), widget.size())
            assert widget.isVisible() and bar.rect().contains(place), (width, widget)
            assert isinstance(widget, QLineEdit) or widget.width() >= widget.sizeHint().width(), (width, widget)
    assert counts == sorted(counts) and set(counts) == {0, 1, 2} and counts[-1] == 2


def test_folded_favourites_stay_folded(open_window: Open) -> None:
    first = open_window()
    first.favourites.fold_button.click()
    first.close()
    kept = first.preferences.settings
    assert kept.favourites_folded
    assert open_window(kept).favourites.height() < 80


def test_a_slow_renderer_never_blocks_the_window(qtbot: QtBot, open_window: Open) -> None:
    class Slow(FakeGenerator):
        def synthesize(self, part: str, ws: np.ndarray) -> np.ndarray:
            time.sleep(0.05)
            return super().synthesize(part, ws)

    window = open_window(load=Slow)
    longest, begin = 0.0, time.perf_counter()
    for step in range(40):
        start = time.perf_counter()
        window.session.edit(Look().set(face_width=step / 50, eye_size=step / 50), "Both")
        QApplication.processEvents()
        longest = max(longest, time.perf_counter() - start)
    assert longest < 0.5 and time.perf_counter() - begin < 40 * 0.2, "an edit must not wait for its picture"
    settle(qtbot, window)


def test_nothing_is_drawn_by_the_thread_of_the_window(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    threads: set[int] = set()

    class Watched(FakeGenerator):
        def map(self, part: str, c: np.ndarray, z: np.ndarray) -> np.ndarray:
            threads.add(threading.get_ident())
            return super().map(part, c, z)

        def synthesize(self, part: str, ws: np.ndarray) -> np.ndarray:
            threads.add(threading.get_ident())
            return super().synthesize(part, ws)

    window = open_window(load=Watched)
    slider = window.attributes.rows["eye_size"].slider
    assert slider is not None
    drag(slider, 30)
    for name in ("roll", "vary", "undo", "keep", "copy"):
        window.actions_by_name[name].trigger()
    window.mixing.roll_source()
    window.favourites.recall(0)
    dialog = window.export_png()
    dialog.path_field.setText(str(tmp_path / "out.png"))
    with qtbot.waitSignal(dialog.exported, timeout=WAIT):
        dialog.start_button.click()
    settle(qtbot, window)
    assert len(threads) == 1 and threading.get_ident() not in threads, "the renderer's thread, and no other"


def test_files_are_touched_on_other_threads(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []

    def slow(path: Path) -> tuple[Project, str]:
        threads.append(threading.get_ident())
        return Project(), ""

    monkeypatch.setattr("vtuber_studio.ui.files.open_project", slow)
    arrived: list[int] = []
    monkeypatch.setattr(window.files, "_opened", lambda *_: arrived.append(threading.get_ident()))
    window.files.open(tmp_path / "a.vtsproj")
    qtbot.waitUntil(lambda: bool(arrived), timeout=WAIT)
    assert threads != arrived and arrived == [threading.get_ident()]


def test_a_generator_that_cannot_be_loaded_is_said(qtbot: QtBot, qapp: QApplication) -> None:
    from vtuber_studio.core.errors import StudioError

    def broken() -> FakeGenerator:
        raise StudioError("This generator is damaged.", "Use the starter.")

    window = MainWindow(broken, STILL)
    qtbot.addWidget(window)
    window.show()
    window.start()
    qtbot.waitUntil(lambda: window.error_bar.isVisible(), timeout=WAIT)
    assert "This generator is damaged. Starter is used instead." in window.error_bar.message
    qtbot.waitUntil(lambda: window.canvas.image is not None, timeout=WAIT)
    window.close()


def test_she_blinks_and_breathes_when_left_alone(qtbot: QtBot, open_window: Open) -> None:
    window = open_window(Settings(idle_animation=True))
    still = window.canvas.grab().toImage()
    window.idle._rest.setInterval(10)
    window.idle.disturb()
    qtbot.waitUntil(lambda: window.idle.running, timeout=WAIT)
    qtbot.waitUntil(lambda: window.canvas.grab().toImage() != still, timeout=WAIT)
    assert window.session.look == DEFAULT and window.stage.expression == {} and not window.session.can_undo
    window.hide()
    assert not window.idle.running
    window.show()
    qtbot.waitUntil(lambda: window.idle.running, timeout=WAIT)
    window.actions_by_name["idle"].setChecked(False)
    assert not window.idle.running
    settle(qtbot, window)


def test_the_table_of_actions_is_complete(window: MainWindow) -> None:
    names = [row.name for row in actions.TABLE]
    assert len(set(names)) == len(names) and set(names) == set(window.actions_by_name)
    keys = [key for row in actions.TABLE for key in row.keys]
    assert len(set(keys)) == len(keys), "two actions with the same key"
    assert all(row.menu in actions.MENUS for row in actions.TABLE)
    assert all(row.tip for row in actions.TABLE if row.keys)
    for name in ("shortcuts", "about"):
        window.actions_by_name[name].trigger()
    for dialog in window.findChildren(QDialog):
        if dialog.isVisible():
            assert dialog.width() <= 680 and dialog.minimumSizeHint().height() <= 420  # what the least window has


def test_a_seed_that_is_right_ends_the_complaint_about_a_wrong_one_and_none_is_no_mistake(window: MainWindow) -> None:
    def enter(text: str) -> None:
        window.dice.seed.setText(text)
        QTest.keyClick(window.dice.seed, Qt.Key.Key_Return)

    enter("miku")
    seed = window.session.look.seed
    enter("-1")
    assert "not a seed" in window.error_bar.message and window.session.look.seed == seed
    enter("7")
    assert not window.error_bar.message and window.session.look.seed == 7
    enter("  ")
    assert not window.error_bar.message and window.session.look.seed == 7 and window.dice.seed.text() == "7"


def test_a_small_window_keeps_its_canvas_from_the_first_picture_on(qtbot: QtBot) -> None:
    """Without being resized once: the panels know their width only after they were laid out."""
    window = MainWindow(FakeGenerator, STILL)
    window.resize(960, 540)
    window.show()
    window.start()
    qtbot.waitUntil(lambda: window.canvas.image is not None, timeout=WAIT)
    settle(qtbot, window)
    qtbot.waitUntil(lambda: window.canvas.width() >= window.width() // 2, timeout=WAIT)
    window.leaving.agreed = True
    window.close()
    window.deleteLater()


def test_a_long_complaint_in_the_least_window_cuts_nothing_of_her_off(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(680, 420)
    window.stage.fail("It could not be read.", "Choose another one, or open the backup that stands beside it. " * 2)
    qtbot.waitUntil(lambda: window.error_bar.isVisible() and window.error_bar.height() > 60, timeout=WAIT)
    canvas, strip = window.canvas, window.favourites
    bottom = canvas.mapTo(window, QPoint(0, canvas.height())).y()
    assert bottom <= strip.mapTo(window, QPoint(0, 0)).y()


def test_the_window_remembers_its_place_and_settings(open_window: Open) -> None:
    from vtuber_studio.core.settings import load_settings, settings_path

    settings_path().unlink(missing_ok=True)
    window = open_window()
    window.resize(780, 720)  # the height: how narrow it can be depends on the fonts that there are
    window.actions_by_name["idle"].setChecked(True)
    window.leaving.agreed = True
    window.close()
    stored = load_settings()
    assert stored.idle_animation and stored.window_geometry and stored.window_state
    again = open_window(stored.with_(idle_animation=False))
    assert again.height() == window.height() == 720 != open_window().height()


def test_nothing_of_the_system_is_left_in_the_dark_palette() -> None:
    made, groups = theme.palette(), (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive)
    roles = [role for role in QPalette.ColorRole if role not in (role.NoRole, role.NColorRoles)]
    for group in (*groups, QPalette.ColorGroup.Disabled):
        assert not [role for role in roles if not made.isBrushSet(group, role)]
        pairs = (("WindowText", "Window"), ("Text", "Base"), ("ButtonText", "Button"), ("ToolTipText", "ToolTipBase"))
        for text, ground in (*pairs, ("HighlightedText", "Highlight"), ("Link", "Base"), ("LinkVisited", "Base")):
            front, back = (made.color(group, getattr(QPalette.ColorRole, name)).lightnessF() for name in (text, ground))
            assert front - back > (0.15 if group == QPalette.ColorGroup.Disabled else 0.35), (group, text)


@pytest.mark.parametrize("system", ["#ffffff", "#202020"])
def test_the_window_is_dark_whatever_the_system_is(qapp: QApplication, open_window: Open, system: str) -> None:
    QApplication.setStyle("Fusion")
    QApplication.setPalette(QPalette(QColor(system), QColor(system)))
    try:
        theme.apply(qapp)
        window = open_window()
        menu = window.generators.menu
        for widget in (window, window.menuBar(), window.statusBar(), window.attributes, menu, window.export_png()):
            widget.ensurePolished()
            picture = widget.grab().toImage()
            assert picture.pixelColor(1, picture.height() - 2).lightnessF() < 0.25, widget
            assert widget.palette().color(QPalette.ColorRole.WindowText).lightnessF() > 0.6, widget
        assert qapp.styleHints().colorScheme() != Qt.ColorScheme.Light
    finally:
        theme.apply(qapp)


def test_the_style_sheet_has_every_colour(qapp: QApplication) -> None:
    assert "$" not in theme.style_sheet()


def test_events_of_closed_windows_are_not_filtered(qtbot: QtBot, open_window: Open, qapp: QApplication) -> None:
    window = open_window()
    window.leaving.agreed = True
    window.close()
    qapp.postEvent(qapp, QEvent(QEvent.Type.User))
    qapp.processEvents()
