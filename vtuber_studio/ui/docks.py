"""Where the panels stand: sliders on the left, the face on the right, favourites below, the canvas amid them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QWidget

Pages = tuple[tuple[QWidget, str], ...]
LEFT_WIDTH, RIGHT_WIDTH = 370, 350  # logical pixels, before the user moves the edges


class Docks(QObject):
    """The docks of one window; they have no titles: the tabs speak for themselves."""

    def __init__(self, window: QMainWindow, left: Pages, right: Pages, strip: QWidget) -> None:
        super().__init__(window)
        self.left, self.right = _tabs(left), _tabs(right)
        window.setDockNestingEnabled(False)
        area = Qt.DockWidgetArea
        window.setCorner(Qt.Corner.BottomLeftCorner, area.LeftDockWidgetArea)
        window.setCorner(Qt.Corner.BottomRightCorner, area.RightDockWidgetArea)
        self.docks = [
            _dock(window, "left", self.left, area.LeftDockWidgetArea),
            _dock(window, "right", self.right, area.RightDockWidgetArea),
            _dock(window, "strip", strip, area.BottomDockWidgetArea),
        ]
        window.resizeDocks(self.docks[:2], [LEFT_WIDTH, RIGHT_WIDTH], Qt.Orientation.Horizontal)

    def show(self, on: bool) -> None:
        """All of them, or nothing but the picture."""
        for dock in self.docks:
            dock.setVisible(on)


def _tabs(pages: Pages) -> QTabWidget:
    tabs = QTabWidget(documentMode=True)
    tabs.tabBar().setDrawBase(False)
    for page, title in pages:
        tabs.addTab(page, title)
    return tabs


def _dock(window: QMainWindow, name: str, content: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
    dock = QDockWidget(window)
    dock.setObjectName(f"dock_{name}")
    dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
    dock.setTitleBarWidget(QWidget())
    dock.setWidget(content)
    window.addDockWidget(area, dock)
    return dock
