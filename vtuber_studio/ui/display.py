"""Where there is no display Qt would abort, with a crash report: say it in one sentence instead."""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

EXIT = 2


def make_application(arguments: list[str]) -> QApplication:
    """The application; the process ends here, with exit code 2, when no window can be opened."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    before = qInstallMessageHandler(_last_words)
    try:
        return QApplication(arguments)
    finally:
        qInstallMessageHandler(before)


def _last_words(kind: QtMsgType, _context: QMessageLogContext, _text: str) -> None:
    """Qt gives its reasons before the fatal message, in words for programmers: they are left out."""
    if kind != QtMsgType.QtFatalMsg:
        return
    shown = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    said = f"The display {shown!r} cannot be reached." if shown else "There is no display to open a window on."
    hint = "`vtuber-studio doctor` says what is missing; `vtuber-studio render` needs no display."
    print(f"vtuber-studio: {said} {hint}", file=sys.stderr, flush=True)
    os._exit(EXIT)  # Qt aborts when this returns
