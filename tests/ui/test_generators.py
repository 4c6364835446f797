"""The window chooses what draws: real bundles are installed, chosen, undone, damaged and taken away under it."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.engine.bundles import add_styles, make_bundle, make_flat, make_pack
from tests.ui.driving import WAIT, Open, pixels, settle, shown
from vtuber_studio.core.look import Look
from vtuber_studio.core.paths import data_dir
from vtuber_studio.core.project import Project, read_project, save_project
from vtuber_studio.engine.bundle import read_bundle, write_manifest
from vtuber_studio.engine.fitting import complete
from vtuber_studio.engine.generator import load_generator
from vtuber_studio.engine.render import render
from vtuber_studio.ui.main_window import MainWindow
from vtuber_studio.ui.panels.directions import DirectionsPanel


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Folders of this module's own: what a network's examination found is kept, and shared."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VTUBER_STUDIO_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(autouse=True)
def empty_shelf(home: None) -> Iterator[None]:
    yield
    shutil.rmtree(data_dir() / "generators", ignore_errors=True)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A generator that knows the fake's eye size, and little else."""
    return make_bundle(tmp_path / "tiny")


def named(folder: Path, name: str) -> Path:
    write_manifest(folder, structs.replace(read_bundle(folder).manifest, name=name))
    return folder


def zipped(folder: Path, path: Path, inside: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, f"{inside}{file.relative_to(folder).as_posix()}")
    return path


def install(qtbot: QtBot, window: MainWindow, path: Path, answer: str = "Draw with it") -> None:
    window.generators.install(path)
    qtbot.waitUntil(window.question_bar.isVisible, timeout=WAIT)
    assert "is installed" in window.question_bar.message
    window.question_bar.choose(answer)


def draws(qtbot: QtBot, window: MainWindow, name: str) -> None:
    """Wait until the generator of that name does."""
    qtbot.waitUntil(lambda: window.stage.manifest.name == name, timeout=WAIT)
    qtbot.waitUntil(lambda: window.preview.settled, timeout=WAIT)


def entry(qtbot: QtBot, window: MainWindow, name: str) -> QAction:
    """The menu's line for a generator, after a look at the shelf."""
    window.generators.menu.aboutToShow.emit()

    def found() -> list[QAction]:
        return [action for action in window.generators.group.actions() if action.text().split("\t")[0] == name]

    qtbot.waitUntil(lambda: bool(found()), timeout=WAIT)
    return found()[0]


def ticked(window: MainWindow) -> list[str]:
    return [action.text().split("\t")[0] for action in window.generators.group.actions() if action.isChecked()]


def same(window: MainWindow, folder: Path) -> bool:
    """Does the canvas show what the generator in ``folder`` makes of the look?"""
    a = shown(window).astype(float)
    b = render(load_generator(folder, 1), window.stage.shot, size=len(a), quality="preview").astype(float)
    return bool(np.abs(a[..., :3] * a[..., 3:] - b[..., :3] * b[..., 3:]).max() <= 255 * 4)


def test_another_generator_draws_what_it_knows_of_her_and_undo_brings_all_back(
    qtbot: QtBot, window: MainWindow, tiny: Path, tmp_path: Path
) -> None:
    window.session.edit(window.session.look.set(face_width=0.5, eye_size=0.4, headwear="hat"), "Dress up")
    window.session.edit(window.session.look.paint({"hair.base": "#ff0000"}), "Hair")
    window.files.save(tmp_path / "a.vtsproj")
    qtbot.waitUntil(lambda: not window.session.dirty, timeout=WAIT)
    before = window.session.project
    assert ticked(window) == ["Fake"]
    install(qtbot, window, tiny, "Later")
    assert window.stage.manifest.name == "Fake" and window.session.project is before
    line = entry(qtbot, window, "Tiny")
    assert line.text().endswith("2 parts, 2 settings, 2 colours")
    line.trigger()
    draws(qtbot, window, "Tiny")
    assert window.error_bar.message == "Tiny does not know Headwear and 1 colour; undo brings everything back."
    look = window.session.look
    assert (look.attributes["face_width"], look.attributes["eye_size"]) == (0.5, 0.4)
    assert "headwear" not in look.attributes and "hair.base" not in look.palette
    assert set(window.attributes.rows) == {"face_width", "eye_size"} and ticked(window) == ["Tiny"]
    assert same(window, tiny)
    assert window.session.path is None and window.session.dirty, "the file keeps what Tiny does not know"
    assert window.preferences.settings.generator.startswith("tiny-")
    window.actions_by_name["undo"].trigger()
    draws(qtbot, window, "Fake")
    assert window.session.project is before and "headwear" in window.attributes.rows
    assert window.session.path == tmp_path / "a.vtsproj" and not window.session.dirty
    settle(qtbot, window)
    assert ticked(window) == ["Fake"]
    window.actions_by_name["undo"].trigger()
    assert window.session.look.palette["hair.base"] != "#ff0000", "an ordinary step changes no generator"
    window.actions_by_name["redo"].trigger()
    window.actions_by_name["redo"].trigger()
    draws(qtbot, window, "Tiny")
    assert window.session.look == look and not window.session.can_redo and same(window, tiny)


def test_a_flat_generator_is_used_like_any_other(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    """One part with RGB detail: what it cannot do is not offered, the rest works."""
    flat = make_flat(tmp_path / "flat")
    install(qtbot, window, flat)
    draws(qtbot, window, "Flat")
    assert same(window, flat)
    (panel,) = window.findChildren(DirectionsPanel)
    row, before = panel.rows["picture", 0], shown(window)
    row.pressed.emit()
    row.moved.emit(2.0)
    row.released.emit()
    qtbot.waitUntil(lambda: window.preview.settled and (shown(window) != before).any(), timeout=WAIT)
    assert same(window, flat)
    session = window.stage.session
    session.edit(session.look.with_(palette={"tint": "#00ff00"}))
    qtbot.waitUntil(lambda: window.preview.settled and not shown(window)[..., 0].any(), timeout=WAIT)
    session.undo()
    session.undo()
    qtbot.waitUntil(lambda: window.preview.settled and (shown(window) == before).all(), timeout=WAIT)


def test_what_is_all_known_is_lost_by_nobody(qtbot: QtBot, window: MainWindow, tiny: Path) -> None:
    window.session.edit(window.session.look.set(eye_size=0.4), "Eyes")
    install(qtbot, window, tiny)
    draws(qtbot, window, "Tiny")
    assert not window.error_bar.isVisible() and window.statusBar().currentMessage()
    assert window.session.undo_label == "Generator: Tiny"


def test_every_picture_is_drawn_anew(qtbot: QtBot, window: MainWindow, tiny: Path) -> None:
    window.favourites.add()

    def icon() -> np.ndarray:
        return pixels(window.favourites.list.item(0).icon().pixmap(64, 64).toImage())

    def source() -> np.ndarray:
        return pixels(window.mixing.picture.pixmap().toImage())

    qtbot.waitUntil(lambda: not window.favourites.list.item(0).icon().isNull(), timeout=WAIT)
    qtbot.waitUntil(lambda: not window.mixing.picture.pixmap().isNull(), timeout=WAIT)
    kept, second = icon(), source()
    install(qtbot, window, tiny)
    draws(qtbot, window, "Tiny")
    qtbot.waitUntil(lambda: not window.favourites.list.item(0).icon().isNull(), timeout=WAIT)
    qtbot.waitUntil(lambda: icon().shape != kept.shape or (icon() != kept).any(), timeout=WAIT)
    qtbot.waitUntil(lambda: (source() != second).any(), timeout=WAIT)
    assert set(window.mixing.source.attributes) == {"face_width", "eye_size"}
    window.mixing.rows["eyes", "shape"].moved.emit(1.0)
    window.preview.compare(True)
    qtbot.waitUntil(lambda: window.preview.settled, timeout=WAIT)
    window.preview.compare(False)
    window.session.undo()
    window.preview.compare(True)  # with the look before the generator changed
    qtbot.waitUntil(lambda: window.preview.settled, timeout=WAIT)
    assert not window.error_bar.isVisible()


@pytest.mark.parametrize("how", ["folder", "manifest", "zip", "zip of a folder"])
def test_a_generator_is_dropped_on_the_window(
    qtbot: QtBot, window: MainWindow, tiny: Path, tmp_path: Path, how: str
) -> None:
    path = {
        "folder": lambda: tiny,
        "manifest": lambda: tiny / "manifest.json",
        "zip": lambda: zipped(tiny, tmp_path / "t.zip"),
        "zip of a folder": lambda: zipped(tiny, tmp_path / "t.zip", "some/tiny/"),
    }[how]()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    hand = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window, QDragEnterEvent(QPointF(500, 400), *hand))
    assert "install" in window.canvas.badge
    QApplication.sendEvent(window, QDropEvent(QPointF(500, 400), *hand))
    qtbot.waitUntil(window.question_bar.isVisible, timeout=WAIT)
    window.question_bar.choose("Draw with it")
    draws(qtbot, window, "Tiny")
    assert same(window, tiny)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("damaged", "eyes.synthesis.onnx of this generator is damaged"),
        ("gone", "no readable generator"),
        ("format", "format 99"),
        ("empty", "no generator in t.zip"),
        ("two", "several generators in t.zip"),
        ("bytes", "not a readable generator's zip"),
    ],
)
def test_what_is_no_sound_generator_is_not_installed(
    qtbot: QtBot, window: MainWindow, tiny: Path, tmp_path: Path, wrong: str, said: str
) -> None:
    path = tiny
    if wrong == "damaged":
        file = tiny / "parts" / "eyes.synthesis.onnx"
        file.write_bytes(file.read_bytes()[:-1])
    elif wrong == "gone":
        shutil.rmtree(tiny / "parts")
        (tiny / "manifest.json").unlink()
    elif wrong == "format":
        _set_format(tiny)
    elif wrong == "two":
        both = tmp_path / "both"
        for name in ("a", "b"):
            shutil.copytree(tiny, both / name)
        path = zipped(both, tmp_path / "t.zip")
    else:
        path = tmp_path / "t.zip"
        path.write_bytes(b"PK\x03\x04 no zip")
        if wrong == "empty":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("readme.txt", "nothing")
    window.generators.install(path)
    qtbot.waitUntil(window.error_bar.isVisible, timeout=WAIT)
    assert said in window.error_bar.message and not window.question_bar.isVisible()
    qtbot.waitUntil(lambda: not window.generators.busy, timeout=WAIT)
    assert window.stage.manifest.name == "Fake"
    shelf = data_dir() / "generators"
    assert not shelf.exists() or not list(shelf.iterdir())


def _set_format(folder: Path) -> None:
    table = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**table, "format": 99}))


@pytest.mark.parametrize("wrong", ["damaged", "gone", "other"])
def test_a_generator_that_cannot_be_used_leaves_the_old_one_running(
    qtbot: QtBot, window: MainWindow, tiny: Path, wrong: str
) -> None:
    install(qtbot, window, tiny, "Later")
    line = entry(qtbot, window, "Tiny")
    folder = next((data_dir() / "generators").iterdir())
    if wrong == "damaged":
        (folder / "parts" / "face.mapping.onnx").write_bytes(b"nothing")
    elif wrong == "gone":
        shutil.rmtree(folder)
    else:
        add_styles(folder)
    before, picture = window.session.project, shown(window)
    line.trigger()
    qtbot.waitUntil(window.error_bar.isVisible, timeout=WAIT)
    assert window.error_bar.message.startswith("Tiny cannot be used: ")
    assert window.error_bar.message.endswith("Fake draws on.")
    assert window.stage.manifest.name == "Fake" and window.session.project is before
    assert window.preferences.settings.generator == "" and ticked(window) == ["Fake"]
    window.session.edit(window.session.look.set(eye_size=0.9), "Eyes")
    qtbot.waitUntil(lambda: window.preview.settled, timeout=WAIT)
    assert (shown(window) != picture).any()


def test_one_that_is_damaged_on_the_shelf_says_so(qtbot: QtBot, window: MainWindow, tiny: Path) -> None:
    install(qtbot, window, tiny, "Later")
    folder = next((data_dir() / "generators").iterdir())
    _set_format(folder)
    line = entry(qtbot, window, folder.name)
    assert not line.isEnabled() and "damaged" in line.text() and "format 99" in line.toolTip()


def test_one_that_vanishes_while_it_draws_hands_over(qtbot: QtBot, window: MainWindow, tiny: Path) -> None:
    install(qtbot, window, add_styles(tiny))
    draws(qtbot, window, "Tiny")
    shutil.rmtree(data_dir() / "generators")
    window.session.edit(window.session.look.set(eye_style="cat"), "Cat")  # whose network was not needed before
    qtbot.waitUntil(lambda: "Fake is used instead" in window.error_bar.message, timeout=WAIT)
    draws(qtbot, window, "Fake")
    assert "missing" in window.error_bar.message and "eye_style" not in window.session.look.attributes
    assert (shown(window)[..., 3] > 0).any()


def test_a_step_whose_generator_is_gone_is_not_taken_back_by_halves(
    qtbot: QtBot, window: MainWindow, tiny: Path
) -> None:
    install(qtbot, window, tiny)
    draws(qtbot, window, "Tiny")
    window.session.edit(window.session.look.set(eye_size=0.9), "Eyes")
    fake = entry(qtbot, window, "Starter")
    fake.trigger()
    draws(qtbot, window, "Starter")
    shutil.rmtree(data_dir() / "generators")
    before = window.session.project
    window.actions_by_name["undo"].trigger()
    qtbot.waitUntil(lambda: "Tiny cannot be used" in window.error_bar.message, timeout=WAIT)
    qtbot.waitUntil(lambda: [each.name for each in window.generators.shelf] == ["Starter"], timeout=WAIT)
    window.actions_by_name["undo"].trigger()
    qtbot.waitUntil(lambda: "not installed any more" in window.error_bar.message, timeout=WAIT)
    assert window.session.project is before and window.stage.manifest.name == "Starter"


def test_a_pack_goes_into_the_generator_that_draws(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    for name in ("One", "Two"):
        folder = named(add_styles(make_bundle(tmp_path / name)), name)
        renamed = {"parts": {name: "eyes"}}  # a difference that counts
        write_manifest(folder, structs.replace(read_bundle(folder).manifest, family="tiny", renamed=renamed))
        install(qtbot, window, folder, "Draw with it" if name == "Two" else "Later")
    draws(qtbot, window, "Two")
    window.session.edit(window.session.look.set(eye_style="cat"), "Style")
    install(qtbot, window, zipped(make_pack(tmp_path / "pack", "slit", "tiny"), tmp_path / "pack.zip"))
    draws(qtbot, window, "Two with Slit")
    assert window.session.look.attributes["eye_style"] == "cat" and not window.error_bar.isVisible()
    assert "slit" in next(row for row in window.stage.manifest.attributes if row.name == "eye_style").choices


def test_an_installed_one_is_removed_when_that_is_meant(qtbot: QtBot, window: MainWindow, tiny: Path) -> None:
    install(qtbot, window, tiny, "Later")

    def removable() -> list[QAction]:
        menu = next(action.menu() for action in window.generators.menu.actions() if action.text() == "&Remove")
        return menu.actions()

    qtbot.waitUntil(lambda: [action.text() for action in removable()] == ["Tiny"], timeout=WAIT)
    removable()[0].trigger()
    window.question_bar.choose("Keep it")
    assert list((data_dir() / "generators").iterdir())
    removable()[0].trigger()
    window.question_bar.choose("Remove it")
    qtbot.waitUntil(lambda: not removable(), timeout=WAIT)
    assert not list((data_dir() / "generators").iterdir())
    install(qtbot, window, tiny)
    draws(qtbot, window, "Tiny")
    assert not removable(), "neither the starter nor the one that draws"
    current = next(each for each in window.generators.shelf if each.name == "Tiny")
    window.generators.remove(current)
    assert "draws at present" in window.error_bar.message and current.folder.is_dir()


# projects name their generator


def test_a_project_is_opened_with_the_generator_that_it_names(
    qtbot: QtBot, window: MainWindow, tiny: Path, tmp_path: Path
) -> None:
    install(qtbot, window, tiny)
    draws(qtbot, window, "Tiny")
    window.session.edit(window.session.look.set(eye_size=0.7), "Eyes")
    window.files.save(tmp_path / "t.vtsproj")
    qtbot.waitUntil(lambda: not window.session.dirty, timeout=WAIT)
    assert read_project(tmp_path / "t.vtsproj").generator.name == "Tiny"
    window.generators.choose(next(each for each in window.generators.shelf if each.name == "Starter"))
    draws(qtbot, window, "Starter")
    assert window.preferences.settings.generator == "", "the starter is what a window begins with"
    window.leaving.agreed = True
    window.files.open(tmp_path / "t.vtsproj")
    qtbot.waitUntil(window.question_bar.isVisible, timeout=WAIT)
    window.question_bar.choose("Discard")
    draws(qtbot, window, "Tiny")
    assert window.session.path == tmp_path / "t.vtsproj" and not window.session.dirty
    assert window.session.look.attributes["eye_size"] == 0.7 and same(window, tiny)
    assert not window.session.can_undo and not window.error_bar.isVisible()
    assert window.preferences.settings.generator == "", "a project's choice is no preference"


@pytest.mark.parametrize("damaged", [False, True])
def test_a_project_whose_generator_is_not_there_opens_as_a_copy(
    qtbot: QtBot, window: MainWindow, tiny: Path, tmp_path: Path, damaged: bool
) -> None:
    install(qtbot, window, tiny, "Later")
    manifest = read_bundle(tiny).manifest
    path = tmp_path / "t.vtsproj"
    save_project(path, complete(Project().with_look(Look().set(eye_size=0.7)), manifest))
    folder, before = next((data_dir() / "generators").iterdir()), path.read_bytes()
    if damaged:
        (folder / "parts" / "face.mapping.onnx").write_bytes(b"nothing")
    else:
        shutil.rmtree(folder)
    window.files.open(path)
    qtbot.waitUntil(window.error_bar.isVisible, timeout=WAIT)
    why = "face.mapping.onnx of this generator is damaged" if damaged else "Tiny is not installed."
    assert why in window.error_bar.message and "another generator" in window.error_bar.message
    assert window.session.look.attributes["eye_size"] == 0.7 and window.session.dirty and window.session.path is None
    assert window.stage.manifest.name == "Fake" and path.read_bytes() == before


def test_work_done_while_a_generator_is_loaded_is_asked_about(
    qtbot: QtBot, window: MainWindow, tiny: Path, tmp_path: Path
) -> None:
    install(qtbot, window, tiny, "Later")
    path = tmp_path / "t.vtsproj"
    save_project(path, complete(Project().with_look(Look().set(eye_size=0.7)), read_bundle(tiny).manifest))
    said = "Loading"
    window.files.open(path)
    qtbot.waitUntil(lambda: window.statusBar().currentMessage().startswith(said), timeout=WAIT)
    window.session.edit(window.session.look.set(eye_size=-0.5), "Eyes")
    qtbot.waitUntil(lambda: window.question_bar.isVisible(), timeout=WAIT)
    assert window.stage.manifest.name == "Tiny" and window.session.look.attributes["eye_size"] == -0.5
    window.question_bar.choose("Cancel")
    assert window.session.look.attributes["eye_size"] == -0.5


def test_the_choice_is_remembered_for_the_next_start(qtbot: QtBot, open_window: Open, tiny: Path) -> None:
    window = open_window()
    install(qtbot, window, named(tiny, "My own"))
    draws(qtbot, window, "My own")
    chosen = window.preferences.settings.generator
    assert load_generator(chosen, 1).manifest.name == "My own"


def test_a_generator_is_written_to_a_file(qtbot: QtBot, window: MainWindow, tiny: Path, tmp_path: Path) -> None:
    install(qtbot, window, tiny)
    draws(qtbot, window, "Tiny")
    shelf = {one.name: one for one in window.generators.shelf}
    out = tmp_path / "out.zip"
    window.generators.write(shelf["Tiny"], out)
    qtbot.waitUntil(out.exists, timeout=WAIT)
    with zipfile.ZipFile(out) as archive:
        assert any(name.endswith("manifest.json") for name in archive.namelist())
    window.generators.write(shelf["Tiny"], tmp_path / "nowhere" / "out.zip")
    qtbot.waitUntil(lambda: "nowhere" in window.error_bar.message, timeout=WAIT)
