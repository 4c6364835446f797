"""What goes wrong is written down: a rotating log, Python's and Qt's complaints, and the stack of a hard crash."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import os
import sys
import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import TextIO

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from vtuber_studio.core.errors import StudioError

LOG = "studio.log"
CRASH = "crash.log"
KEPT = 3  # older logs of either
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
_open: list[TextIO] = []  # faulthandler writes to the file's descriptor until the process ends


def _rotate(path: Path) -> None:
    """Keep what earlier crashes wrote: ``crash.log`` becomes ``crash.log.1``, as many as of the other log."""
    if not path.is_file() or not path.stat().st_size:
        return
    names = [path, *(path.with_name(f"{path.name}.{number}") for number in range(1, KEPT + 1))]
    try:
        for older, newer in reversed(list(pairwise(names))):
            if older.exists():
                os.replace(older, newer)
    except OSError:
        pass  # another window has it open; both write at its end


def install(folder: Path, report: Callable[[str, str], None]) -> None:
    """Log below ``folder``; ``report(message, hint)`` shows an unforeseen error. It may be called on any thread."""
    logger = logging.getLogger("vtuber_studio")
    logger.setLevel(logging.INFO)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(folder / LOG, "a", 500_000, KEPT, encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"))
        logger.addHandler(handler)
        _rotate(folder / CRASH)
        _open.append(open(folder / CRASH, "a", encoding="utf-8"))  # noqa: SIM115 - see _open
        faulthandler.enable(_open[-1])
    except OSError as error:
        report("The log cannot be written.", f"Check the permissions of {folder}: {error.strerror}.")

    def failed(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if isinstance(error, StudioError):
            report(error.message, error.hint)
            return
        logger.critical("unforeseen", exc_info=(kind, error or kind(), trace))
        if issubclass(kind, Exception):
            report("Something went wrong inside the studio; your work is kept.", f"The log says more: {folder / LOG}")
        sys.__excepthook__(kind, error or kind(), trace)

    def failed_in_thread(arguments: threading.ExceptHookArgs) -> None:
        failed(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    def from_qt(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        logger.getChild("qt").log(_LEVELS.get(kind, logging.WARNING), text)

    sys.excepthook = failed
    threading.excepthook = failed_in_thread
    qInstallMessageHandler(from_qt)
