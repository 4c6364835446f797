"""The small padlock that keeps the dice away from a slider or a colour."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from vtuber_studio.ui.widgets.icons import icon


class LockButton(QToolButton):
    """Open or closed; ``locked`` says what a user made of it."""

    locked = Signal(bool)

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, checkable=True, autoRaise=True)
        self.setObjectName("lock")
        self.setToolTip(self.tr("Lock: the dice leave this alone"))
        self.setAccessibleName(self.tr("Lock {}").format(label))
        self.setIcon(icon("lock-open"))
        self._shown = False
        self.toggled.connect(self._on_toggled)

    def set_locked(self, locked: bool) -> None:
        """Show it without emitting anything."""
        if locked == self._shown:
            return  # a new icon, even the same one, lays out and paints the whole panel anew
        self._shown = locked
        with QSignalBlocker(self):
            self.setChecked(locked)
        self.setIcon(icon("lock" if locked else "lock-open"))

    def _on_toggled(self, locked: bool) -> None:
        self.set_locked(locked)
        self.locked.emit(locked)
