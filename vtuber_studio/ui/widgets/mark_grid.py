"""Pictures that are marked as more or as less of something, by a click or by + and -."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QMouseEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from vtuber_studio.ui.theme import COLOURS
from vtuber_studio.ui.widgets.choice_grid import CELL, ICON

MORE, LESS = 1, -1
SIGNS = {MORE: "+", LESS: "\N{MINUS SIGN}"}
COLOUR = {MORE: "accent", LESS: "less"}
_MARK = Qt.ItemDataRole.UserRole
_BADGE = 22  # logical pixels


class _Marked(QStyledItemDelegate):
    """A frame and a sign over what is marked."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        mark = index.data(_MARK)
        if not mark:
            return
        colour, cell = QColor(COLOURS[COLOUR[mark]]), QRect(option.rect)  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, 2))
        painter.drawRoundedRect(cell.adjusted(3, 3, -3, -3), 6, 6)
        badge = QRect(cell.right() - _BADGE - 6, cell.top() + 6, _BADGE, _BADGE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(badge)
        font = painter.font()
        font.setPixelSize(17)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(COLOURS["accent_text"]))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, SIGNS[mark])
        painter.restore()


class MarkGrid(QListWidget):
    """A click puts ``brush`` on a picture, or takes it off; so does Space. ``marked`` after each change."""

    marked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.brush = MORE
        self.setViewMode(QListWidget.ViewMode.IconMode)
        self.setMovement(QListWidget.Movement.Static)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.setIconSize(QSize(ICON, ICON))
        self.setGridSize(CELL)
        self.setItemDelegate(_Marked(self))
        self._pressed: QPoint | None = None

    def add(self, name: str) -> int:
        """One more place, without a picture; which."""
        item = QListWidgetItem(name)
        item.setSizeHint(CELL)
        item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom)
        self.addItem(item)
        self._say(item)
        return self.count() - 1

    def set_picture(self, row: int, picture: QPixmap) -> None:
        """The picture of a place has come."""
        self.item(row).setIcon(QIcon(picture))

    def mark(self, row: int) -> int:
        """MORE, LESS or 0."""
        return int(self.item(row).data(_MARK) or 0)

    def rows(self, mark: int) -> Sequence[int]:
        """Places with that mark."""
        return [row for row in range(self.count()) if self.mark(row) == mark]

    def put(self, row: int, mark: int) -> None:
        """Mark a place; the same mark again takes it off."""
        item = self.item(row)
        item.setData(_MARK, 0 if self.mark(row) == mark else mark)
        self._say(item)
        self.marked.emit()

    def _say(self, item: QListWidgetItem) -> None:
        """For those who hear it."""
        words = {MORE: self.tr("more"), LESS: self.tr("less")}.get(int(item.data(_MARK) or 0), self.tr("not marked"))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{item.text()}, {words}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The beginning of a click."""
        super().mousePressEvent(event)
        self._pressed = event.position().toPoint()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click marks; with the right button, as the other kind."""
        super().mouseReleaseEvent(event)
        item, pressed, self._pressed = self.itemAt(event.position().toPoint()), self._pressed, None
        if item is None or pressed is None or self.itemAt(pressed) is not item:
            return
        self.put(self.row(item), -self.brush if event.button() == Qt.MouseButton.RightButton else self.brush)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """+ and - mark what the arrows went to; Space and Enter do what a click does."""
        signs = {Qt.Key.Key_Plus: MORE, Qt.Key.Key_Minus: LESS, Qt.Key.Key_Equal: MORE}
        clicks = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        mark = signs.get(Qt.Key(event.key()), self.brush if event.key() in clicks else 0)
        if mark and self.currentRow() >= 0:
            self.put(self.currentRow(), mark)
        else:
            super().keyPressEvent(event)
