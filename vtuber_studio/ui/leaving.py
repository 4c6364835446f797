"""Leaving: unsaved work is asked about in the bar, as often as it takes; what is being written is finished first."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from vtuber_studio.ui.files import Files


class Leaving(QObject):
    """``agreed`` as soon as the user has said what becomes of unsaved work."""

    def __init__(self, files: Files, window: QWidget) -> None:
        super().__init__(window)
        self.files, self.window = files, window
        self.agreed = False

    def may_close(self) -> bool:
        """True when nothing is unsaved or the user has answered; else the bar asks, and ``close`` comes again.

        When the whole desktop session ends nobody can answer: the work is kept aside for the next start.
        """
        application = QGuiApplication.instance()
        ending = isinstance(application, QGuiApplication) and application.isSavingSession()
        files = self.files
        if self.agreed or ending or not (files.stage.session.dirty or files.writer.busy):
            return True
        files.guard(self._leave)
        return False

    def _leave(self) -> None:
        self.agreed = True
        self.window.close()
