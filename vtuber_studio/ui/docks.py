"""Where the panels stand: sliders on the left, the face on the right, favourites below, the canvas amid them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QByteArray, QObject, QPoint, QSize, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QTabWidget, QToolBar, QWidget

from vtuber_studio.core.settings import Settings
from vtuber_studio.engine.manifest import can
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.strips import Strips
from vtuber_studio.ui.tab_menu import tab_menu

Page = tuple[QWidget, str, str]  # what it shows, its title, what a generator must be able to do for it (or "")
LEAST = QSize(680, 420)  # logical pixels of the window
LOW = 780  # logical pixels of the window's height; in a lower one the favourites start as a slim row
LEFT_WIDTH, RIGHT_WIDTH = 370, 350  # logical pixels, before the user moves the edges


class Docks(QObject):
    """The docks of one window; they have no titles: the tabs speak for themselves."""

    def __init__(
        self, window: QMainWindow, stage: Stage, left: Sequence[Page], right: Sequence[Page], strip: Strips
    ) -> None:
        super().__init__(window)
        self.stage, self.strip = stage, strip
        self.folded = {False: False, True: True}  # is the window low? -> is the strip a slim row then?
        strip.folded.connect(self.fold)
        self.left, self.right = _tabs(left), _tabs(right)
        self._pages = (*left, *right)
        for tabs in (self.left, self.right):
            tabs.tabBar().setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            tabs.tabBar().customContextMenuRequested.connect(partial(self._menu, tabs))
        window.setDockNestingEnabled(False)
        area = Qt.DockWidgetArea
        window.setCorner(Qt.Corner.BottomLeftCorner, area.LeftDockWidgetArea)
        window.setCorner(Qt.Corner.BottomRightCorner, area.RightDockWidgetArea)
        self.docks = [
            _dock(window, "left", self.left, area.LeftDockWidgetArea),
            _dock(window, "right", self.right, area.RightDockWidgetArea),
            _dock(window, "strip", strip, area.BottomDockWidgetArea),
        ]
        self.window, self._shown, self._kept = window, True, 0
        self.slims = [
            self._slim(0, self.left, Qt.ToolBarArea.LeftToolBarArea),
            self._slim(1, self.right, Qt.ToolBarArea.RightToolBarArea),
        ]
        window.setMinimumSize(LEAST)
        window.resizeDocks(self.docks[:2], [LEFT_WIDTH, RIGHT_WIDTH], Qt.Orientation.Horizontal)
        stage.loaded.connect(self.fit)

    def restore(self, settings: Settings) -> None:
        """Where everything stood when the window was closed last."""
        room = self.window.screen().availableGeometry().size() - QSize(0, 36)  # the frame's title stands above
        self.window.resize(QSize(1440, 900).boundedTo(room))
        if settings.window_geometry:
            self.window.restoreGeometry(QByteArray.fromBase64(settings.window_geometry.encode()))
        if settings.window_state:
            self.window.restoreState(QByteArray.fromBase64(settings.window_state.encode()))
        self.folded[False] = settings.favourites_folded

    def placement(self) -> dict[str, object]:
        """Where everything stands, for the settings; panels that are hidden stand where they stood."""
        placed: dict[str, object] = {"window_geometry": self.window.saveGeometry().toBase64().data().decode()}
        if self._shown:
            placed["window_state"] = self.window.saveState().toBase64().data().decode()
        return {**placed, "favourites_folded": self.folded[False]}

    def fit(self) -> None:
        """Leave out what the generator cannot do."""
        manifest = self.stage.manifest
        assert manifest is not None
        for page, _title, needs in self._pages:
            tabs = self.left if self.left.indexOf(page) >= 0 else self.right
            index, offered = tabs.indexOf(page), not needs or can(manifest, needs)
            tabs.setTabVisible(index, offered)
            names = self.slims[0 if tabs is self.left else 1].findChild(QTabBar)
            names.setTabVisible(index, offered)
        QTimer.singleShot(0, self, self.adapt)  # what was built just now has its width after it was laid out

    def show(self, on: bool) -> None:
        """All of them, or nothing but the picture."""
        self._shown = on
        self.adapt()

    @property
    def _low(self) -> bool:
        return self.window.height() < LOW

    def fold(self, on: bool) -> None:
        """The favourites as a slim row, or as large as they are, in windows of this height."""
        self.folded[self._low] = on
        self.adapt()

    def adapt(self) -> None:
        """Keep half of the window for the canvas: where both sides would take more, one becomes a slim row of tabs,
        and a click on one of them brings it back in the other's place."""
        self.strip.set_slim(self.folded[self._low])
        needed = sum(tabs.minimumSizeHint().width() for tabs in (self.left, self.right))
        both = 2 * needed <= self.window.width()
        for side, (dock, slim) in enumerate(zip(self.docks[:2], self.slims, strict=True)):
            dock.setVisible(self._shown and (both or side == self._kept))
            slim.setVisible(self._shown and not both and side != self._kept)
        self.docks[2].setVisible(self._shown)

    def open(self, page: QWidget, keys: bool = False) -> None:
        """Show a page, on whichever side it stands; with ``keys`` it gets the focus."""
        side = 0 if self.left.indexOf(page) >= 0 else 1
        (self.left, self.right)[side].setCurrentWidget(page)
        self._kept = side
        self.adapt()
        if keys:
            page.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _clicked(self, tabs: QTabWidget, index: int) -> None:
        page = tabs.widget(index)
        if page is not None:
            self.open(page)

    def _menu(self, tabs: QTabWidget, point: QPoint) -> None:
        index = tabs.tabBar().tabAt(point)
        for page, _title, needs in self._pages:
            if page is tabs.widget(index):
                tab_menu(self.stage, needs, tabs, tabs.tabBar().mapToGlobal(point))

    def _slim(self, side: int, tabs: QTabWidget, area: Qt.ToolBarArea) -> QToolBar:
        """The tabs of a side without their pages, upright at the window's edge."""
        bar = QToolBar(self.tr("Panels"), movable=False, floatable=False)
        bar.setObjectName(f"slim_{side}")
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        names = QTabBar(drawBase=False, expanding=False)
        names.setShape((QTabBar.Shape.RoundedWest, QTabBar.Shape.RoundedEast)[side])
        for index in range(tabs.count()):
            names.addTab(tabs.tabText(index))
        names.tabBarClicked.connect(partial(self._clicked, tabs))
        bar.addWidget(names)
        self.window.addToolBar(area, bar)
        return bar


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
