"""A grid of pictures of looks: pointing tries one, a click takes it, one dragged onto another mixes the two."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QIcon,
    QKeyEvent,
    QPainter,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from vtuber_studio.ui.theme import COLOURS
from vtuber_studio.ui.widgets.strip import carry

LEAST, GAP = 76, 5  # logical pixels a side of a picture, and between two


class _Tiles(QStyledItemDelegate):
    """A picture, or an empty place for it; a frame around the one that has the keyboard, or that a drop would meet."""

    target = -1

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        cell = option.rect  # type: ignore[attr-defined]
        place = QRect(0, 0, cell.width() - GAP, cell.width() - GAP)
        place.moveCenter(cell.center())
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        state = option.state  # type: ignore[attr-defined]
        painter.setBrush(QColor(COLOURS["hover" if state & QStyle.StateFlag.State_MouseOver else "raised"]))
        painter.drawRoundedRect(place, 6, 6)
        icon = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(icon, QIcon) and not icon.isNull():
            icon.paint(painter, place)
        else:
            painter.setPen(QColor(COLOURS["faint"]))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "\N{HORIZONTAL ELLIPSIS}")
        if state & QStyle.StateFlag.State_Selected or index.row() == self.target:
            painter.setPen(QColor(COLOURS["accent"]))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(place.adjusted(-1, -1, 1, 1), 6, 6)
        painter.restore()


class LookGrid(QListWidget):
    """Knows pictures and hands, not looks. ``dragged`` is the place of the one under way; None when none is."""

    tried = Signal(int)  # -1: nothing is pointed at
    taken = Signal(int)
    followed = Signal(int)  # taken, and more like it wanted
    mixed = Signal(int, int)  # the first was dropped on the second
    asked = Signal()  # others are wanted

    def __init__(self, count: int) -> None:
        super().__init__()
        self.setObjectName("look_grid")
        self.setViewMode(QListWidget.ViewMode.IconMode)
        self.setMovement(QListWidget.Movement.Static)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # its coming would move the columns
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.viewport().setAcceptDrops(True)  # setMovement has forbidden it
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.dragged: int | None = None
        self._tiles = _Tiles(self)
        self.setItemDelegate(self._tiles)
        for index in range(count):
            item = QListWidgetItem()
            item.setData(Qt.ItemDataRole.AccessibleTextRole, self.tr("Look {}").format(index + 1))
            self.addItem(item)
        self.itemEntered.connect(lambda item: self.tried.emit(self.row(item)))
        self.itemClicked.connect(lambda item: self.taken.emit(self.row(item)))
        self.itemDoubleClicked.connect(lambda item: self.followed.emit(self.row(item)))

    def minimumSizeHint(self) -> QSize:
        """Three columns, two rows."""
        cell = LEAST + GAP
        return QSize(3 * cell + self.verticalScrollBar().sizeHint().width() + 12, 2 * cell)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many columns as have room, over the whole width."""
        width = self.viewport().width() - 1
        cell = width // max(1, width // (LEAST + GAP))
        self.setIconSize(QSize(cell - GAP, cell - GAP))
        self.setGridSize(QSize(cell, cell))
        for row in range(self.count()):
            self.item(row).setSizeHint(QSize(cell, cell))
        super().resizeEvent(event)

    def renew(self) -> None:
        """Other pictures will come; until then there are none."""
        self.clearSelection()
        self.setCurrentIndex(QModelIndex())
        for row in range(self.count()):
            self.item(row).setIcon(QIcon())

    def set_picture(self, row: int, picture: QPixmap | None) -> None:
        """The picture of one; None: it will come."""
        icon = QIcon()
        if picture is not None:
            icon.addPixmap(picture)
        self.item(row).setIcon(icon)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows try, Enter takes, Space asks for others."""
        row = self.currentRow()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row >= 0:
            with_more = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            (self.followed if with_more else self.taken).emit(row)
        elif event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self.asked.emit()
        elif event.key() == Qt.Key.Key_Escape and row >= 0:
            self.setCurrentIndex(QModelIndex())
            self.tried.emit(-1)
        else:
            super().keyPressEvent(event)
            if self.currentRow() != row:
                self.tried.emit(self.currentRow())

    def viewportEvent(self, event: QEvent) -> bool:
        """Nothing is pointed at any more."""
        if event.type() == QEvent.Type.Leave:
            self.tried.emit(-1)
        return super().viewportEvent(event)

    # one is dragged onto another

    def startDrag(self, _actions: Qt.DropAction) -> None:
        """Take the picture along."""
        self.dragged = self.currentRow() if self.currentRow() >= 0 else None
        self.tried.emit(-1)
        carry(self)
        self.dragged = None

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Only what comes from here; everything else is the window's."""
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Which one would it meet?"""
        if self.dragged is None:
            event.ignore()
            return
        row = self.indexAt(event.position().toPoint()).row()
        self._aim(row if row != self.dragged else -1)
        event.accept()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        """None."""
        self._aim(-1)

    def dropEvent(self, event: QDropEvent) -> None:
        """This one."""
        source, row = self.dragged, self.indexAt(event.position().toPoint()).row()
        self._aim(-1)
        event.setAccepted(source is not None)
        if source is not None and row not in (-1, source):
            self.mixed.emit(source, row)

    def _aim(self, row: int) -> None:
        if row != self._tiles.target:
            self._tiles.target = row
            self.viewport().update()
