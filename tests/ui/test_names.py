"""What users, files and generators call things is text wherever the window shows it: no markup, no mnemonics."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QInputDialog, QLabel, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from tests.fakes import FakeGenerator
from tests.ui.driving import WAIT, Open, settle
from vtuber_studio.core import project
from vtuber_studio.core.look import Look
from vtuber_studio.core.project import read_project
from vtuber_studio.ui.dialogs.name import name_dialog
from vtuber_studio.ui.main_window import MainWindow

ODD = "<b>&Mia</b> [*]"


class Odd(FakeGenerator):
    """Everything that a bundle may call as it likes is called like that."""

    def __init__(self) -> None:
        super().__init__()
        own = self.manifest
        self.manifest = replace(
            own,
            name=ODD,
            attributes=tuple(replace(row, label=ODD, tip=ODD, group=f"{ODD} {row.group}") for row in own.attributes),
            expressions=tuple(replace(row, label=ODD, tip=ODD) for row in own.expressions),
            materials=tuple(replace(row, label=ODD, group=f"{ODD} {row.group}") for row in own.materials),
            parts=tuple(replace(entry, part=replace(entry.part, label=ODD)) for entry in own.parts),
        )


def sound_tip(tip: str) -> bool:
    return "<b>" not in tip or not re.search("<[a-z]", tip.replace("<qt>", "").replace("<br>", ""))


def underlines(text: str) -> bool:
    return re.search("(?<!&)&(?:&&)*(?!&)", text) is not None


def check(*roots: QWidget) -> int:
    """How many places show the odd name; every one of them must show it as it is."""
    seen = 0
    for widget in (part for root in roots for part in (root, *root.findChildren(QWidget))):
        if "Mia" in widget.toolTip():
            seen += 1
            assert sound_tip(widget.toolTip()), (widget, widget.toolTip())
        if isinstance(widget, QLabel) and "Mia" in widget.text():
            seen += 1
            assert widget.textFormat().name == "PlainText", widget
        if isinstance(widget, QAbstractButton) and "Mia" in widget.text():
            seen += 1
            assert not underlines(widget.text()), widget.text()
        if isinstance(widget, QTabBar):
            assert not any("Mia" in text and underlines(text) for text in map(widget.tabText, range(widget.count())))
    for action in (action for root in roots for action in root.findChildren(QAction)):
        if "Mia" in action.text():
            seen += 1
            own_tip = "" if action.toolTip() == action.text().replace("&&", "&") else action.toolTip()
            assert not underlines(action.text()) and sound_tip(own_tip), action.text()
    return seen


@pytest.mark.skipif(sys.platform == "win32", reason="no file is called like that there")
def test_names_are_text_everywhere(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    window: MainWindow = open_window(load=Odd)
    bare = check(window)
    assert bare > 40
    path = tmp_path / f"{ODD.replace('/', '')}.vtsproj"
    window.session.rename(ODD)
    window.session.edit(Look().set(face_width=0.5), ODD)
    window.session.add_favourite(ODD)
    window.session.undo()
    window.session.redo()
    window.session.undo()
    window.files.save(path)
    qtbot.waitUntil(lambda: not window.files.writer.busy, timeout=WAIT)
    shown = window.windowHandle().title()
    assert ODD in shown and path.name in shown, "as the system shows it"
    assert path.name in window.statusBar().currentMessage()
    assert ODD.replace("&", "&&") in window.actions_by_name["undo"].text()
    window.mixing._fill_favourites()
    window.dialogs.fill_recent()
    window.session.redo()
    window.mixing._fill_favourites()
    path.write_bytes(b"damaged")
    window.files.open(path)
    qtbot.waitUntil(lambda: path.name in window.error_bar.message, timeout=WAIT)
    window.question_bar.ask(ODD, [])
    dialog = window.export_png()
    dialog.path_field.setText(str(tmp_path / f"{ODD.replace('/', '')}.png"))
    with qtbot.waitSignal(dialog.exported, timeout=WAIT):
        dialog.start_button.click()
    assert "Mia" in dialog.note.text()
    window.actions_by_name["about"].trigger()
    assert check(window) > bare + 3
    settle(qtbot, window)


def test_a_persona_has_a_name(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    assert window.windowTitle().startswith("New persona[*]")
    window.actions_by_name["name"].trigger()
    dialog = window.findChild(QInputDialog)
    assert isinstance(dialog, QInputDialog) and dialog.isVisible() and dialog.textValue() == ""
    dialog.setTextValue("  Mia \n Moon ")
    dialog.accept()
    assert window.session.project.name == "Mia Moon" and window.windowTitle().startswith("Mia Moon[*]")
    window.files.save(tmp_path / "first.vtsproj")
    qtbot.waitUntil(lambda: not window.session.dirty, timeout=WAIT)
    assert window.windowTitle().startswith("Mia Moon (first.vtsproj)[*]")
    assert read_project(tmp_path / "first.vtsproj").name == "Mia Moon"
    window.actions_by_name["undo"].trigger()
    assert window.session.project.name == "" and window.isWindowModified()
    long = name_dialog(window.session, window)
    long.setTextValue("n" * 500)
    long.accept()
    assert window.session.project.name == "n" * 200


def test_a_favourite_that_no_file_keeps_is_refused_and_not_shown(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.session.add_favourite("Best")
    window.favourites.list.item(0).setText("n" * 201)
    assert window.session.favourites[0].name == "Best" == window.favourites.list.item(0).text()
    assert "200 characters" in window.error_bar.message
    monkeypatch.setitem(project.LIMITS, "favourites", (1, 1_000_000))
    window.actions_by_name["keep"].trigger()
    assert "at most 1 favourites" in window.error_bar.message and len(window.session.favourites) == 1
    window.favourites.list.item(0).setText("  ")
    assert window.favourites.list.item(0).text() == "Best"
