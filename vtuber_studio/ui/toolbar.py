"""The toolbar: undo and redo, the dice, compare and export."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QToolBar, QToolButton, QWidget

from vtuber_studio.ui.panels.dice import DicePanel


class Toolbar(QToolBar):
    """Stays where it is. ``compare`` is held, ``export`` is clicked; the window joins them."""

    def __init__(self, actions: Mapping[str, QAction], dice: DicePanel) -> None:
        super().__init__(movable=False, floatable=False)
        self.setWindowTitle(self.tr("Tools"))
        self.setObjectName("toolbar")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.compare = QPushButton(self.tr("Compare"))
        self.compare.setToolTip(self.tr("Hold to see the look before the last step, or what is chosen beside (C)"))
        self.compare.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.export = QPushButton(self.tr("Export PNG"))
        self.export.setToolTip(self.tr("Save the picture (Ctrl+E)"))
        self.dice = dice
        self.addAction(actions["undo"])
        self.addAction(actions["redo"])
        for widget in (_space(), dice, _space()):
            self.addWidget(widget)
        self._compares, _ = self.addWidget(self._comparing(actions)), self.addWidget(self.export)

    def _comparing(self, actions: Mapping[str, QAction]) -> QWidget:
        """The button to hold, and beside it what else there is to compare."""
        more = QToolButton(popupMode=QToolButton.ToolButtonPopupMode.InstantPopup)
        more.setText("\N{BLACK DOWN-POINTING SMALL TRIANGLE}")
        more.setToolTip(self.tr("Split view, and what she is compared with"))
        more.setAccessibleName(self.tr("What she is compared with"))
        more.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        more.setObjectName("arrow")
        more.setFixedHeight(self.compare.sizeHint().height())
        menu = QMenu(more)
        menu.addActions([actions["split"], actions["compare"]])
        more.setMenu(menu)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.compare)
        row.addWidget(more)
        self.comparing = both
        return both

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the seed gives way, then Compare: what does not fit would vanish at the end, and there is
        Export."""
        super().resizeEvent(event)
        compare, gap = self.comparing.sizeHint().width(), self.layout().spacing()
        widgets = [self.widgetForAction(action) for action in self.actions()]
        others = sum(widget.sizeHint().width() + gap for widget in widgets if widget not in (self.comparing, self.dice))
        bare = others + self.dice.least_width(False) + 4 * gap  # and the frame
        self.dice.show_seed(self.width() >= bare + self.dice.least_width(True) - self.dice.least_width(False) + compare)
        self._compares.setVisible(self.width() >= bare + compare + gap)


def _space() -> QWidget:
    space = QWidget()
    space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return space
