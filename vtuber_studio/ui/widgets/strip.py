"""A row of pictures that can be dragged: among themselves to reorder them, elsewhere to be used there."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QListWidget, QStyle, QStyleOptionViewItem

from vtuber_studio.ui.theme import COLOURS
from vtuber_studio.ui.widgets.named_list import Names

DIM = Qt.ItemDataRole.UserRole + 1  # of an item: shown, but not there now
KIND = "application/x-vtuber-studio-look"  # of what is dragged; it stays in this window


class Faces(Names):
    """Pictures alone, when there is no room for names."""

    slim: bool | None = None

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """With the name, or without."""
        super().initStyleOption(option, index)
        if self.slim:
            option.text = ""  # type: ignore[attr-defined]
        if index.data(DIM):
            option.state &= ~QStyle.StateFlag.State_Enabled  # type: ignore[attr-defined]


def carry(pictures: QListWidget) -> None:
    """Drag the current picture until it is let go."""
    item = pictures.currentItem()
    if item is None:
        return
    drag, data = QDrag(pictures), QMimeData()
    data.setData(KIND, b"")
    drag.setMimeData(data)
    picture = item.icon().pixmap(pictures.iconSize())
    drag.setPixmap(picture)
    drag.setHotSpot(picture.rect().center())
    drag.exec(Qt.DropAction.MoveAction)


class Strip(QListWidget):
    """Shows ``words`` while it is empty. ``dragged`` is the place of what is under way; None when nothing is."""

    reordered = Signal(int, int)  # from where, to where it stands then

    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        self.dragged: int | None = None
        self._gap: int | None = None  # between which two it would go
        self.setViewMode(QListWidget.ViewMode.IconMode)
        self.setFlow(QListWidget.Flow.LeftToRight)
        self.setWrapping(False)
        self.setMovement(QListWidget.Movement.Static)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.viewport().setAcceptDrops(True)  # setMovement has forbidden it

    def set_dim(self, row: int, dim: bool) -> None:
        """Show one as what is not there now, or as the others."""
        if bool(self.item(row).data(DIM)) != dim:
            self.item(row).setData(DIM, dim)

    def startDrag(self, _actions: Qt.DropAction) -> None:
        """Take the picture along."""
        self.dragged = self.currentRow() if self.currentRow() >= 0 else None
        carry(self)
        self.dragged = None

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Only what comes from here; everything else is the window's."""
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Where would it go?"""
        if self.dragged is None:
            event.ignore()
            return
        event.acceptProposedAction()
        self._show_gap(self.gap_at(event.position().toPoint()))

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        """Nowhere."""
        self._show_gap(None)

    def dropEvent(self, event: QDropEvent) -> None:
        """Here it goes."""
        source, gap = self.dragged, self.gap_at(event.position().toPoint())
        self._show_gap(None)
        if source is None:
            event.ignore()
            return
        event.acceptProposedAction()
        to = gap - (gap > source)
        if to != source:
            self.reordered.emit(source, to)

    def gap_at(self, point: QPoint) -> int:
        """How many items stand before ``point``."""
        return sum(self.visualItemRect(self.item(k)).center().x() < point.x() for k in range(self.count()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl with an arrow moves what is selected."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        row, step = self.currentRow(), steps.get(Qt.Key(event.key()), 0)
        if step and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            if row >= 0 and 0 <= row + step < self.count():
                self.reordered.emit(row, row + step)
        else:
            super().keyPressEvent(event)

    def _show_gap(self, gap: int | None) -> None:
        if gap != self._gap:
            self._gap = gap
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Pictures, or words; and a line where the dragged one would go."""
        super().paintEvent(event)
        with QPainter(self.viewport()) as painter:
            if not self.count():
                painter.setPen(QColor(COLOURS["quiet"]))
                flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(self.viewport().rect().adjusted(16, 0, -16, 0), flags, self.words)
            elif self._gap is not None:
                last = self.visualItemRect(self.item(self.count() - 1))
                place = self.visualItemRect(self.item(self._gap)) if self._gap < self.count() else last
                x = place.left() if self._gap < self.count() else place.right()
                painter.fillRect(x - 1, place.top() + 2, 3, place.height() - 4, QColor(COLOURS["accent"]))
