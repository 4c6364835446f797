"""A heading that folds what stands below it, and a column of such sections that scrolls."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QToolButton, QVBoxLayout, QWidget

from vtuber_studio.ui.widgets.words import literal


class Section(QWidget):
    """``body`` is a vertical layout to fill."""

    def __init__(self, title: str, parent: QWidget | None = None, *, is_open: bool = True) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self.header = QToolButton(text=literal(title), checkable=True, checked=is_open)
        self.header.setObjectName("section_header")
        self.header.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.header.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self.header.toggled.connect(self._fold)
        self.content = QWidget()
        if not is_open:  # setVisible(True) would make it a window of its own: it has no parent yet
            self.content.hide()
        self.body = QVBoxLayout(self.content)
        self.body.setContentsMargins(2, 2, 0, 8)
        self.body.setSpacing(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._head = QHBoxLayout()
        self._head.addWidget(self.header)
        self._head.addStretch(1)
        layout.addLayout(self._head)
        layout.addWidget(self.content)

    def add_beside(self, widget: QWidget) -> None:
        """Put something at the right of the heading."""
        self._head.addWidget(widget)

    def _fold(self, is_open: bool) -> None:
        self.content.setVisible(is_open)
        self.header.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)


def clear(column: QVBoxLayout, kept: int = 0) -> None:
    """Remove what stands in a column, but the first ``kept`` entries."""
    while column.count() > kept:
        item = column.takeAt(kept)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.deleteLater()


class _Column(QScrollArea):
    """Never narrower than what stands in it: there is no horizontal scroll bar."""

    def minimumSizeHint(self) -> QSize:
        """The column, and room for the scroll bar."""
        width = self.widget().minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width()
        return QSize(width, super().minimumSizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What stands in it has changed, hence how narrow it may be."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


def scroll_column(parent: QWidget) -> QVBoxLayout:
    """Fill ``parent`` with a scrolling column and return the column's layout."""
    content = QWidget()
    content.setObjectName("scroll_content")
    column = QVBoxLayout(content)
    column.setContentsMargins(6, 6, 6, 6)
    column.setSpacing(4)
    area = _Column(widgetResizable=True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what stands in it has the focus
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(content)
    outer = QVBoxLayout(parent)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.addWidget(area)
    return column
