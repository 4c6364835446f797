"""Preferences: the settings in use, stored a moment after they change, off the GUI thread."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.settings import Settings, save_settings
from vtuber_studio.ui.writer import Writer

DELAY = 800  # milliseconds between a change and its storing


class Preferences(QObject):
    """Holds one frozen Settings and replaces it."""

    changed = Signal()
    failed = Signal(str, str)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self._stored = settings
        self._writer = Writer(self)
        self._timer = QTimer(self, interval=DELAY, singleShot=True)
        self._timer.timeout.connect(self._store)

    def change(self, **values: Any) -> None:
        """Replace some settings."""
        self.replace(self.settings.with_(**values))

    def replace(self, settings: Settings) -> None:
        """Replace them all."""
        if settings != self.settings:
            self.settings = settings
            self._timer.start()
            self.changed.emit()

    def flush(self) -> None:
        """Store now (at exit); a folder that cannot be written must not keep the window open."""
        self._timer.stop()
        self._writer.drain()
        if self.settings != self._stored:
            try:
                save_settings(self.settings)
            except StudioError:
                return
            self._stored = self.settings

    def _store(self) -> None:
        settings = self.settings
        self._writer.put("", lambda: save_settings(settings), lambda _: self._written(settings), self.failed.emit)

    def _written(self, settings: Settings) -> None:
        self._stored = settings
