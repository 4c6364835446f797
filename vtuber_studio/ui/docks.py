"""Where the panels stand: sliders on the left, the face on the right, favourites below, the canvas amid them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QWidget

from vtuber_studio.engine.manifest import can
from vtuber_studio.ui.stage import Stage

Page = tuple[QWidget, str, str]  # what it shows, its title, what a generator must be able to do for it (or "")
LEFT_WIDTH, RIGHT_WIDTH = 370, 350  # logical pixels, before the user moves the edges


class Docks(QObject):
    """The docks of one window; they have no titles: the tabs speak for themselves."""

    def __init__(
        self, window: QMainWindow, stage: Stage, left: Sequence[Page], right: Sequence[Page], strip: QWidget
    ) -> None:
        super().__init__(window)
        self.stage = stage
        self.left, self.right = _tabs(left), _tabs(right)
        self._pages = (*left, *right)
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
        stage.loaded.connect(self.fit)

    def fit(self) -> None:
        """Leave out what the generator cannot do."""
        manifest = self.stage.manifest
        assert manifest is not None
        for page, _title, needs in self._pages:
            tabs = self.left if self.left.indexOf(page) >= 0 else self.right
            tabs.setTabVisible(tabs.indexOf(page), not needs or can(manifest, needs))

    def show(self, on: bool) -> None:
        """All of them, or nothing but the picture."""
        for dock in self.docks:
            dock.setVisible(on)


def _tabs(pages: Sequence[Page]) -> QTabWidget:
    tabs = QTabWidget(documentMode=True)
    tabs.tabBar().setDrawBase(False)
    for page, title, _needs in pages:
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
