"""Leaving: unsaved work is asked about in the bar, once; closing again keeps it aside for the next start."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from vtuber_studio.ui.files import Files


class Leaving(QObject):
    """``agreed`` as soon as the user has said what becomes of unsaved work."""

    def __init__(self, files: Files, window: QWidget) -> None:
        super().__init__(window)
        self.files, self.window = files, window
        self.agreed = False
        self._asked = False

    def may_close(self) -> bool:
        """True when nothing is unsaved or the user has answered; else the bar asks."""
        if self.agreed or not self.files.stage.session.dirty or (self._asked and self.files.bar.isVisible()):
            return True
        self.files.guard(self._leave)
        self._asked = True
        return False

    def _leave(self) -> None:
        self.agreed = True
        self.window.close()
