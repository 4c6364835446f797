"""Start from this picture: one step that can be taken back, locked values kept, and one sentence where it cannot be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from skimage import data

from tests.fakes import ATTRIBUTES, DEFAULT, EXPRESSIONS, MATERIALS, FakeGenerator
from tests.ui.driving import WAIT, Open, undo_depth
from vtuber_studio.core.attribute import encode
from vtuber_studio.core.carried import carry_look
from vtuber_studio.core.fit import complete_look
from vtuber_studio.core.image import encode_png
from vtuber_studio.core.mixing import take
from vtuber_studio.core.pose import POSE_ROWS
from vtuber_studio.core.project import NamedLook, Project, save_project
from vtuber_studio.engine.fitting import first_look
from vtuber_studio.engine.manifest import File, Network, inputs_of
from vtuber_studio.engine.render import render
from vtuber_studio.engine.views import VIEW
from vtuber_studio.ui.bridge import to_qimage
from vtuber_studio.ui.job import wait_for_jobs
from vtuber_studio.ui.main_window import MainWindow
from vtuber_studio.ui.picture import Reference
from vtuber_studio.ui.starting import pixels

ROWS = (*ATTRIBUTES, *EXPRESSIONS, *POSE_ROWS[:3])
READ = {"eye_size": 0.75, "mouth_open": 0.5, "yaw": 6.0}
RED = (200, 40, 60)


class Reads(FakeGenerator):
    """Its reader sees the same face in every picture, where the canvas has it, and hair everywhere."""

    def __init__(self) -> None:
        super().__init__()
        ranges = sum(not row.choices for row in ROWS)
        outputs = {
            "values": (sum(row.size for row in ROWS),),
            "spread": (ranges,),
            "points": (4, 2),
            "regions": (2, VIEW, VIEW),
        }
        names: dict[str, tuple[str, ...]] = dict.fromkeys(("near", "turned", "swapped"), ())
        names |= {"points": ("eye_right", "eye_left", "mouth", "chin"), "regions": ("nothing", "hair.base")}
        file = File("networks/reader.onnx", "0" * 64)
        network = Network(file, {"picture": (3, VIEW, VIEW)}, outputs, inputs_of(ROWS), names)
        self.manifest = replace(self.manifest, networks={"reader": network})

    def ask(self, role: str, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        """The same for every picture."""
        count = len(inputs["picture"])
        regions = np.zeros((count, 2, VIEW, VIEW), np.float32)
        regions[:, 1] = 9.0
        points = np.array([(0.39, 0.45), (0.61, 0.45), (0.5, 0.58), (0.5, 0.64)], np.float32)
        if count == 2:  # the last view is the face from near
            points = np.array([(0.267, 0.402), (0.733, 0.402), (0.5, 0.681), (0.5, 0.8)], np.float32)
        return {
            "values": np.tile(encode(ROWS, READ), (count, 1)),
            "spread": np.full((count, sum(not row.choices for row in ROWS)), -3.0, np.float32),
            "points": np.tile(points, (count, 1, 1)),
            "regions": regions,
        }


@pytest.fixture
def reads(open_window: Open) -> MainWindow:
    return open_window(load=Reads)


@pytest.fixture
def red() -> np.ndarray:
    image = np.full((64, 64, 4), 255, np.uint8)
    image[..., :3] = RED
    return image


def took(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.session.look.attributes.get("eye_size") == 0.75, timeout=WAIT)


def test_the_reference_becomes_her_in_one_step(qtbot: QtBot, reads: MainWindow, red: np.ndarray) -> None:
    before, face, depth = reads.session.project, reads.session.face, undo_depth(reads.session)
    reads.set_reference(to_qimage(red))
    reads.reference_bar.started.emit()
    took(qtbot, reads)
    look = reads.session.look
    assert look.palette["hair.base"] == "#{:02x}{:02x}{:02x}".format(*RED)
    assert reads.stage.expression == {"mouth_open": 0.5} and reads.stage.pose.yaw == 6.0
    assert undo_depth(reads.session) == depth + 1
    assert "Sure of" in reads.question_bar.message and "the reference" in reads.question_bar.message
    reads.session.undo()
    assert reads.session.project == before and reads.session.face == face


def test_she_comes_nearer_to_a_drawing(qtbot: QtBot, reads: MainWindow) -> None:
    generator = Reads()
    true = first_look(generator.manifest).set(face_width=-0.8)
    reads.starting.from_image(to_qimage(render(generator, true, size=512)))
    took(qtbot, reads)
    read, depth = reads.session.project, undo_depth(reads.session)
    reads.question_bar.choose("Come nearer")
    qtbot.waitUntil(lambda: undo_depth(reads.session) == depth + 1, timeout=4 * WAIT)
    assert float(reads.session.look.attributes["face_width"]) < -0.4 and reads.session.undo_label == "Come nearer"
    assert "nearer" not in reads.question_bar.message, "it is over"
    reads.session.undo()
    assert reads.session.project == read


def test_coming_nearer_can_be_stopped(qtbot: QtBot, reads: MainWindow, red: np.ndarray) -> None:
    reads.starting.from_image(to_qimage(red))
    took(qtbot, reads)
    project = reads.session.project
    reads.question_bar.choose("Come nearer")
    qtbot.waitUntil(lambda: "nearer" in reads.question_bar.message, timeout=WAIT)
    reads.question_bar.choose("Stop")
    wait_for_jobs()
    qtbot.wait(1)  # what the thread has sent by then arrives
    assert reads.session.project == project and not reads.question_bar.message


def test_a_photo_gives_what_a_photo_can(qtbot: QtBot, reads: MainWindow) -> None:
    photo = np.dstack([data.astronaut(), np.full((512, 512), 255, np.uint8)])
    reads.starting.from_image(to_qimage(photo))
    qtbot.waitUntil(lambda: "photo" in reads.question_bar.message, timeout=4 * WAIT)
    assert reads.session.undo_label == "Start from a picture" and "no likeness" in reads.question_bar.message
    assert reads.session.look.attributes.get("eye_size") != 0.75, "the reader of drawings was not asked"
    twice = np.concatenate([photo, photo[:, ::-1]], 1)
    reads.starting.from_image(to_qimage(twice))
    qtbot.waitUntil(lambda: "several faces" in reads.error_bar.message, timeout=WAIT)


def test_what_is_locked_stays(qtbot: QtBot, reads: MainWindow, red: np.ndarray) -> None:
    reads.session.set_locks({"face_width", "hair.base"})
    locked = reads.session.look.with_(
        attributes={**reads.session.look.attributes, "face_width": -0.3},
        palette={**reads.session.look.palette, "hair.base": "#123456"},
    )
    reads.session.edit_whole(locked)
    reads.starting.from_image(to_qimage(red))
    took(qtbot, reads)
    assert reads.session.look.attributes["face_width"] == -0.3
    assert reads.session.look.palette["hair.base"] == "#123456"


def test_a_file_is_read(qtbot: QtBot, reads: MainWindow, red: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "hers.png"
    path.write_bytes(encode_png(red))
    reads.starting.from_file(path)
    took(qtbot, reads)
    assert "hers.png" in reads.question_bar.message


def test_a_damaged_file_changes_nothing(qtbot: QtBot, reads: MainWindow, tmp_path: Path) -> None:
    before = reads.session.project
    path = tmp_path / "broken.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    reads.starting.from_file(path)
    qtbot.waitUntil(lambda: "broken.png" in reads.error_bar.message, timeout=WAIT)
    assert reads.session.project == before


def test_without_a_reader_one_sentence_says_so(window: MainWindow, red: np.ndarray) -> None:
    before = window.session.project
    window.starting.from_image(to_qimage(red))
    assert "cannot read pictures" in window.error_bar.message
    assert window.session.project == before


def test_a_question_that_waits_is_not_pushed_aside(qtbot: QtBot, reads: MainWindow, red: np.ndarray) -> None:
    reads.question_bar.ask("Which?", [("This", lambda: None)])
    reads.starting.from_image(to_qimage(red))
    took(qtbot, reads)
    assert reads.question_bar.message == "Which?"


def test_pixels_of_a_reference_are_what_was_dropped(red: np.ndarray) -> None:
    red[10:20, :, 3] = 0
    assert np.array_equal(pixels(to_qimage(red))[20:], red[20:])


def over_mixing(window: MainWindow, path: Path) -> None:
    """Let a file go over the Mixing panel."""
    window.docks.open(window.mixing)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    at = QPointF(window.mixing.mapTo(window, window.mixing.rect().center()))
    how = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window, QDragEnterEvent(at, *how))
    assert "take from" in window.canvas.badge
    QApplication.sendEvent(window, QDropEvent(at, *how))


def test_of_a_drawing_a_part_is_taken(qtbot: QtBot, reads: MainWindow, red: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "his.png"
    path.write_bytes(encode_png(red))
    before = reads.session.look
    with qtbot.waitSignal(reads.starting.second, timeout=WAIT):
        over_mixing(reads, path)
    source = reads.mixing.source
    assert source is not None and source.attributes["eye_size"] == 0.75
    assert reads.session.look == before and not reads.question_bar.message, "nothing of her changes by itself"
    row = reads.mixing.rows["eyes", "shape"]
    row.pressed.emit()
    row.moved.emit(1.0)
    row.released.emit()
    assert reads.session.look == take(before, source, ["eyes"], "shape", 1.0) != before


def test_of_the_reference_too(qtbot: QtBot, reads: MainWindow, red: np.ndarray) -> None:
    reads.set_reference(to_qimage(red))
    with qtbot.waitSignal(reads.starting.second, timeout=WAIT):
        reads.reference_bar.taken.emit()
    assert reads.mixing.isVisible() and reads.mixing.source.attributes["eye_size"] == 0.75


@pytest.mark.parametrize("kind", ["project", "look", "picture"])
def test_another_persona_is_taken_from_exactly(qtbot: QtBot, window: MainWindow, tmp_path: Path, kind: str) -> None:
    other = complete_look(DEFAULT.set(eye_size=-0.5).with_(palette={"hair.base": "#112233"}), ATTRIBUTES, MATERIALS)
    path = tmp_path / {"project": "her.vtsproj", "look": "her.json", "picture": "her.png"}[kind]
    if kind == "project":
        save_project(path, Project(looks=(NamedLook("Her", other),)))
    else:
        png = encode_png(np.zeros((64, 64, 4), np.uint8))
        path.write_bytes(other.to_json() if kind == "look" else carry_look(png, other))
    with qtbot.waitSignal(window.starting.second, timeout=WAIT):
        window.starting.take_from(path)
    assert window.mixing.source.attributes["eye_size"] == -0.5
    assert window.mixing.source.palette["hair.base"] == "#112233"


def test_what_cannot_be_taken_from_is_said(qtbot: QtBot, window: MainWindow, red: np.ndarray, tmp_path: Path) -> None:
    source = window.mixing.source
    (tmp_path / "her.vtsproj").write_bytes(b"PK not a zip")
    window.starting.take_from(tmp_path / "her.vtsproj")
    qtbot.waitUntil(lambda: "her.vtsproj" in window.error_bar.message, timeout=WAIT)
    window.starting.take_from(Reference(to_qimage(red)))  # by a generator without a reader
    qtbot.waitUntil(lambda: "cannot read pictures" in window.error_bar.message, timeout=WAIT)
    assert window.mixing.source == source
