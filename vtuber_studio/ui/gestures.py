"""What the user does anywhere in the window: C held compares, arrows go from control to control, any of it wakes her
up. Esc takes a gesture back; where nothing else wants it, it leaves the region that was entered."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QWidget

from vtuber_studio.core.session import Session
from vtuber_studio.ui.idle import Idle
from vtuber_studio.ui.keys import by_place, latin_key
from vtuber_studio.ui.preview import Preview
from vtuber_studio.ui.tabbing import walk

COMPARE_KEYS = (Qt.Key.Key_C, Qt.Key.Key_Backslash)


class Gestures(QObject):
    """Watches the application: keys that are held have no shortcut, and the focus may be anywhere."""

    def __init__(self, session: Session, preview: Preview, idle: Idle, window: QWidget) -> None:
        super().__init__(window)
        self.session, self.preview, self.idle, self.window = session, preview, idle, window
        self._spent = False  # this Esc has taken something back
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)

    def close(self) -> None:
        """Watch no more."""
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Comparing while a key is held; and whatever the user does, she holds still for it."""
        kind = event.type()
        if kind in (QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.KeyPress):
            self.idle.disturb()
        if kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease) and isinstance(event, QKeyEvent):
            held = kind == QEvent.Type.KeyPress
            if self._compares(event):
                if not event.isAutoRepeat():
                    self.preview.compare(held)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self._escape(held, watched)
            if held and isinstance(watched, QWidget) and (walk(watched, event) or self._acts(event)):
                return True
        elif kind == QEvent.Type.WindowDeactivate and watched is self.window:
            self.preview.compare(False)
        return super().eventFilter(watched, event)

    def _escape(self, held: bool, watched: QObject) -> None:
        """It reaches the window when no widget has used it."""
        if held and self.session.in_gesture:
            self.session.abort()
            self._spent = True
        elif held and watched is self.window and not self._spent:
            self.session.enter(None)
        self._spent = self._spent and held

    def _compares(self, event: QKeyEvent) -> bool:
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        return plain and latin_key(event) in COMPARE_KEYS and self._listens()

    def _acts(self, event: QKeyEvent) -> bool:
        """Shortcuts whose letter the keyboard does not have."""
        action = by_place(event, self.window.actions()) if self._listens() else None
        if action is not None and not event.isAutoRepeat():
            action.trigger()
        return action is not None

    def _listens(self) -> bool:
        """Not while something is typed."""
        typing = isinstance(QApplication.focusWidget(), QLineEdit | QAbstractSpinBox)
        return self.window.isActiveWindow() and not typing
