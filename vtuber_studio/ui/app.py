"""Start of the window: application, crash log, settings, main window."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from functools import partial
from pathlib import Path
from statistics import median

from PySide6.QtCore import QObject, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from vtuber_studio.core.paths import config_dir, log_dir, resources
from vtuber_studio.core.settings import load_settings
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.memory import limit_heap
from vtuber_studio.ui import crash, theme
from vtuber_studio.ui.display import make_application
from vtuber_studio.ui.main_window import MainWindow

NAME = "VTuber Studio"


class Reporter(QObject):
    """Carries errors from any thread to the window's bar, also those from before there was a window."""

    failed = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._early: list[tuple[str, str]] = []
        self._keeping = self.failed.connect(lambda *told: self._early.append(told))

    def show_in(self, window: MainWindow) -> None:
        """From now on the window says it, and what came before."""
        self.failed.disconnect(self._keeping)
        self.failed.connect(partial(window.error_bar.fail, stays=True), Qt.ConnectionType.QueuedConnection)
        for told in self._early:
            self.failed.emit(*told)


def run(project: Path | None = None, generator: Path | None = None, report_start: float = 0.0) -> int:
    """Open the window and return the exit code. ``report_start`` prints when it stood, and leaves so many
    seconds after the first picture."""
    limit_heap()
    QApplication.setApplicationName(NAME)
    QApplication.setDesktopFileName("vtuber-studio")
    # Qt's file dialog keeps which folders were visited: with our settings, not in a file of Qt's own
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(config_dir()))
    app = make_application(sys.argv[:1])
    app.setWindowIcon(QIcon(str(resources() / "icons" / "vtuber-studio.svg")))
    reporter = Reporter()
    crash.install(log_dir(), reporter.failed.emit)
    theme.apply(app)
    settings = load_settings()


    def load() -> Generator:
        from vtuber_studio.engine.generator import load_generator

        return load_generator(generator or settings.generator or None, settings.threads or None)

    window = MainWindow(load, settings)
    reporter.show_in(window)
    if report_start:
        window.picture_shown.connect(lambda: _report(window, time.time(), report_start))
    window.show()
    shown = time.time()
    if report_start:
        print(f"window={shown:.3f}", flush=True)
    QTimer.singleShot(0, window.start)
    if project is not None:
        window.files.open(project)
    status = app.exec()
    release_clipboard()
    return status


def release_clipboard() -> None:
    """Give up what was copied where it ends with the program anyway; Qt would free it after Python, and crash."""
    if QGuiApplication.platformName() in ("offscreen", "wayland", "xcb"):
        QGuiApplication.clipboard().clear()


def _report(window: MainWindow, when: float, stay: float) -> None:
    """Print when the picture stood; after ``stay`` seconds the median of memory over the last of them, and leave."""
    print(f"picture={when:.3f}", flush=True)
    readings: deque[float] = deque(maxlen=20)
    clock = QTimer(window)
    clock.timeout.connect(lambda: readings.append(_resident()))
    clock.start(250)

    def leave() -> None:
        print(f"rss_mb={median(readings or [_resident()]):.0f}", flush=True)
        window.close()

    QTimer.singleShot(round(1000 * stay), leave)


def _resident() -> float:
    """Resident memory of this process in MB; 0 where the system does not tell simply."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    except (OSError, ValueError, AttributeError):
        return 0.0
