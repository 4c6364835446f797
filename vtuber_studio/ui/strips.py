"""What stands below the canvas: a tab for each row of looks; they fold together."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from vtuber_studio.ui.widgets.strip_page import StripPage


class Strips(QWidget):
    """Pages and their titles; the first is shown at first."""

    folded = Signal(bool)  # asked for by a page

    def __init__(self, pages: Sequence[tuple[StripPage, str]]) -> None:
        super().__init__()
        self.pages = [page for page, _title in pages]
        self.bar = QTabBar(drawBase=False, expanding=False)
        self.bar.setAccessibleName(self.tr("Rows of looks"))
        self.bar.setObjectName("strips")
        self._stack = QStackedWidget()
        for page, title in pages:
            self.bar.addTab(title)
            self._stack.addWidget(page)
            page.folded.connect(self.folded)
        self.bar.currentChanged.connect(self._stack.setCurrentIndex)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(self._stack)

    def set_slim(self, slim: bool) -> None:
        """Small faces without names, or all of it, on every page."""
        for page in self.pages:
            page.set_slim(slim)
        self._stack.setFixedHeight(self.pages[0].height())
        self.setFixedHeight(self._stack.height() + self.bar.sizeHint().height())

    def open(self, page: StripPage) -> None:
        """Show one."""
        self.bar.setCurrentIndex(self.pages.index(page))
