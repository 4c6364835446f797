"""Export for a program: every kind of the table can be set up, written and cancelled from the window."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT
from vtuber_studio.export import EXPORTERS, checked
from vtuber_studio.ui.main_window import MainWindow


def test_every_kind_offers_its_options_at_their_defaults(window: MainWindow) -> None:
    window.actions_by_name["export_for"].trigger()
    dialog = window.export_for()
    assert dialog.isVisible() and dialog.kinds.count() == len(EXPORTERS)
    for kind, row in EXPORTERS.items():
        dialog.choose(kind)
        assert dialog.row is row and dialog.path().suffix == row.suffix
        assert checked(row.options(**dialog.values())) == row.options()


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("sheet", {"size": 64, "expressions": "happy,sad"}),
        ("ora", {}),
        ("apng", {"size": 64, "clips": "morph:0.5, walk:0.5", "toward": "miku"}),  # they need the generator's tables
    ],
)
def test_what_was_set_is_written(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, kind: str, options: dict[str, int | str]
) -> None:
    dialog = window.export_for()
    dialog.choose(kind)
    for name, value in options.items():
        field = dialog.fields[name]
        if isinstance(field, QSpinBox):
            field.setValue(int(value))
        else:
            assert isinstance(field, QLineEdit)
            field.setText(str(value))
    path = tmp_path / f"she{EXPORTERS[kind].suffix}"
    dialog.path_field.setText(str(path))
    with qtbot.waitSignal(dialog.exported, timeout=WAIT):
        dialog.start_button.click()
    assert path.is_file() and "she" in dialog.note.text()
    if kind == "sheet":
        assert list(json.loads(path.read_text())["frames"]) == ["happy", "sad"]
        dialog.choose("gif")
        dialog.choose("sheet")
        assert dialog.values()["expressions"] == "happy,sad"  # as it was


def test_bad_options_and_a_cancel_write_nothing(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    dialog = window.export_for()
    dialog.choose("frames")
    dialog.path_field.setText(str(tmp_path / "frames"))
    gate = threading.Event()
    window.bridge.call(lambda generator: gate.wait(20), lambda result: None)  # the lane is busy
    dialog.start_button.click()
    dialog.cancel_button.click()
    gate.set()
    qtbot.waitUntil(lambda: "Cancelled" in dialog.note.text(), timeout=WAIT)
    dialog.choose("sheet")
    expressions = dialog.fields["expressions"]
    assert isinstance(expressions, QLineEdit)
    expressions.setText("grin")
    dialog.path_field.setText(str(tmp_path / "a.json"))
    dialog.start_button.click()
    qtbot.waitUntil(lambda: "no expression called 'grin'" in dialog.note.text(), timeout=WAIT)
    assert not list(tmp_path.iterdir())
