"""What ``bench`` says of the window is what a real one does: each row moves what it names, and nothing stays behind."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from tests.ui.driving import undo_depth
from vtuber_studio import responses
from vtuber_studio.core.errors import StudioError
from vtuber_studio.ui.main_window import MainWindow


def test_every_row_is_measured(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responses, "MOVES", 5)
    answers, session = responses.Answers(window), window.session
    rows = {
        "Eye size": lambda: responses.slid(answers, "eye_size"),
        "Fringe": lambda: responses.slid(answers, "fringe_length"),
        "Hair": lambda: responses._dyed(answers),
    }
    for label, row in rows.items():
        depth, look = undo_depth(session), session.look
        found = row()
        assert 0 < found["median"] <= found["p95"]
        if label == "Hair":  # the dialog was cancelled
            assert session.look == look
        else:
            assert session.undo_label == label and undo_depth(session) == depth + 1
    found = responses._painted(answers)
    assert 0 < found["median"] <= found["p95"] and session.undo_label == "Paint a mask"
    assert window.regions.tools.tool == "" and session.entered is None and not session.in_gesture


def test_turns_are_counted_while_variations_come(window: MainWindow) -> None:
    look = window.session.look
    found = responses.vary(window, "hair_front")
    assert found["turns"] > 12 and 0 < found["median_ms"] <= found["p99_ms"] <= found["p99_9_ms"] <= found["max_ms"]
    assert found["own_max_ms"] > 0 and window.session.look == look
    QApplication.processEvents()


def test_a_window_that_does_not_answer_is_said(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responses, "PATIENCE", 0.05)
    with pytest.raises(StudioError, match="did not answer"):
        responses.Answers(window).time(lambda: None)
