"""What stands behind the figure: a menu of grounds, one of them ticked, remembered for the next start."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from vtuber_studio.ui.canvas import Canvas
from vtuber_studio.ui.preferences import Preferences

BACKGROUNDS = (
    ("Checkerboard", "checker"),
    ("Dark", "transparent"),
    ("White", "#ffffff"),
    ("Grey", "#8c8c94"),
    ("Green", "#00b140"),
)


class Backgrounds(QObject):
    """The menu and what is chosen in it."""

    def __init__(self, canvas: Canvas, preferences: Preferences, parent: QWidget) -> None:
        super().__init__(parent)
        self.canvas, self.preferences = canvas, preferences
        self.menu, self.group = QMenu(parent), QActionGroup(self)
        for title, value in BACKGROUNDS:
            action = QAction(self.tr(title), self, checkable=True)
            action.setData(value)
            action.triggered.connect(partial(self.choose, value))
            self.group.addAction(action)
            self.menu.addAction(action)
        self.choose(preferences.settings.background)

    def choose(self, background: str) -> None:
        """``checker``, ``transparent`` or #rrggbb, also one that the menu does not list."""
        self.canvas.set_background(background)
        for action in self.group.actions():
            action.setChecked(action.data() == background)
        self.preferences.change(background=background)
