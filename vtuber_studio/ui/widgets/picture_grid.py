"""Small pictures with a tick each: used or not, by a click on the tick or by Space; what is wrong stands below."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from vtuber_studio.ui.theme import COLOURS

SIDE = 124  # logical pixels of a picture
CELL = QSize(SIDE + 16, SIDE + 50)  # at least so wide
_TICK = 22
_PICTURE, _SHORT, _USABLE, _KEPT, _KEY = (Qt.ItemDataRole.UserRole + number for number in range(5))
_SQUARES = 8  # logical pixels of the ground's


class _Cells(QStyledItemDelegate):
    """The picture, its tick, its name, and what is wrong with it."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        cell, state = QRect(option.rect), option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        place, kept = picture_place(cell), bool(index.data(_KEPT))
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(QColor(COLOURS["accent"]), 1.5))
            painter.setBrush(QColor(COLOURS["accent_dim"]))
            painter.drawRoundedRect(QRectF(cell).adjusted(2, 2, -2, -2), 7, 7)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(COLOURS["hover"]))
            painter.drawRoundedRect(QRectF(cell).adjusted(2, 2, -2, -2), 7, 7)
        picture = index.data(_PICTURE)
        painter.setOpacity(1.0 if kept else 0.35)
        if isinstance(picture, QPixmap):
            painter.drawPixmap(place, picture)
        else:
            painter.fillRect(place, QColor(COLOURS["raised"]))
            painter.setPen(QColor(COLOURS["quiet"]))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self.tr("no picture"))
        painter.setOpacity(1.0)
        if index.data(_USABLE):
            _draw_tick(painter, tick_place(cell), kept)
        left, wide = cell.left() + 6, cell.width() - 12
        line = painter.fontMetrics().lineSpacing()
        below = (
            (index.data(Qt.ItemDataRole.DisplayRole), "text" if kept else "quiet"),
            (index.data(_SHORT) or "", "mixed"),
        )
        for number, (words, colour) in enumerate(below):
            row = QRect(left, place.bottom() + 3 + number * line, wide, line)
            cut = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, wide)
            painter.setPen(QColor(COLOURS[colour]))
            painter.drawText(row, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, cut)
        painter.restore()


def picture_place(cell: QRect) -> QRect:
    """Where a cell's picture is."""
    return QRect(cell.left() + (cell.width() - SIDE) // 2, cell.top() + 8, SIDE, SIDE)


def tick_place(cell: QRect) -> QRect:
    """Where its tick is."""
    place = picture_place(cell)
    return QRect(place.left() + 5, place.top() + 5, _TICK, _TICK)


def _draw_tick(painter: QPainter, place: QRect, kept: bool) -> None:
    painter.setPen(QPen(QColor(COLOURS["accent" if kept else "text"]), 1.5))
    painter.setBrush(QColor(COLOURS["accent" if kept else "ground"]))
    painter.drawRoundedRect(QRectF(place), 5, 5)
    if kept:
        painter.setPen(QPen(QColor(COLOURS["accent_text"]), 2.4, c=Qt.PenCapStyle.RoundCap))
        corner = QPointF(place.topLeft())
        points = [corner + QPointF(*at) for at in ((5.5, 11.5), (9.5, 15.5), (16.5, 6.5))]
        painter.drawPolyline(points)


class PictureGrid(QListWidget):
    """Knows names, pictures and words. A name may end in a NUL: such files stand last. ``ticked(name, used)`` and
    ``deleted(name)`` are what the user asks for; ``chosen(name)`` follows the selection, empty for none."""

    ticked = Signal(str, bool)
    deleted = Signal(str)
    chosen = Signal(str)
    closer = Signal()  # Enter: on to the picture itself

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("picture_grid")
        self.hint = ""  # stands there while there is nothing else
        self._rows: dict[str, QListWidgetItem] = {}
        self._pressed = ""  # whose tick
        self.setViewMode(QListWidget.ViewMode.IconMode)
        self.setMovement(QListWidget.Movement.Static)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setGridSize(CELL)
        self.setItemDelegate(_Cells(self))
        self.currentItemChanged.connect(lambda item, _: self.chosen.emit(self.name_of(item)))

    def minimumSizeHint(self) -> QSize:
        """Two columns, one row."""
        return QSize(2 * CELL.width() + 24, CELL.height() + 12)

    @staticmethod
    def name_of(item: QListWidgetItem | None) -> str:
        """Of a place; empty for none."""
        return str(item.data(_KEY)) if item is not None else ""

    @property
    def name(self) -> str:
        """Of what is selected; empty for nothing."""
        return self.name_of(self.currentItem())

    @property
    def names(self) -> list[str]:
        """In the order in which they are shown."""
        return [self.name_of(self.item(row)) for row in range(self.count())]

    def put(self, name: str, crop: QImage | None, kept: bool | None, short: str, full: str) -> None:
        """A picture, new or changed. ``kept`` is None for what cannot be used."""
        item = self._rows.get(name)
        if item is None:
            item = self._rows[name] = QListWidgetItem(name.removesuffix("\0"))
            item.setData(_KEY, name)
            item.setSizeHint(self.gridSize())
            last = sum(other.endswith("\0") for other in self._rows)
            self.insertItem(self.count() if name.endswith("\0") else self.count() - last, item)
        if crop is not None:
            item.setData(_PICTURE, on_squares(crop, SIDE, self.devicePixelRatioF()))
        for role, value in ((_USABLE, kept is not None), (_KEPT, bool(kept)), (_SHORT, short)):
            item.setData(role, value)
        item.setToolTip(full)
        words = {True: self.tr("used"), False: self.tr("left out"), None: self.tr("not usable")}[kept]
        item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(part for part in (item.text(), words, full) if part))

    def take(self, name: str) -> None:
        """A picture less."""
        item = self._rows.pop(name, None)
        if item is not None:
            self.takeItem(self.row(item))

    def empty(self) -> None:
        """None at all."""
        self._rows.clear()
        self.clear()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many columns as have room, over the whole width."""
        wide = self.width() - 2 * self.frameWidth() - self.verticalScrollBar().sizeHint().width() - 1  # come or not
        cell = QSize(wide // max(1, wide // CELL.width()), CELL.height())
        if cell != self.gridSize():
            self.setGridSize(cell)
            for item in self._rows.values():
                item.setSizeHint(cell)
        super().resizeEvent(event)
        self.scrollTo(self.currentIndex())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Where there is nothing yet, what to do."""
        super().paintEvent(event)
        if self.count() or not self.hint:
            return
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(self.viewport().rect()).adjusted(14, 14, -14, -14)
        painter.setPen(QPen(QColor(COLOURS["faint"]), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(place, 14, 14)
        painter.setPen(QColor(COLOURS["quiet"]))
        font = painter.font()
        font.setPixelSize(16)
        painter.setFont(font)
        inside = place.adjusted(24, 16, -24, -16)
        painter.drawText(inside, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.hint)

    # hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """On a tick nothing is selected."""
        self._pressed = self._tick_at(event)
        if not self._pressed:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on a tick."""
        pressed, self._pressed = self._pressed, ""
        if pressed and pressed == self._tick_at(event):
            self._toggle(pressed)
        elif not pressed:
            super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Two clicks on a tick are two."""
        self.mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space uses a picture or leaves it out; Enter goes on to it; Delete takes it out of the set."""
        name = self.name
        if name and event.key() == Qt.Key.Key_Space:
            self._toggle(name)
        elif name and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.closer.emit()
        elif name and event.key() == Qt.Key.Key_Delete:
            self.deleted.emit(name)
        else:
            super().keyPressEvent(event)

    def _toggle(self, name: str) -> None:
        item = self._rows[name]
        if item.data(_USABLE):
            self.ticked.emit(name, not item.data(_KEPT))

    def _tick_at(self, event: QMouseEvent) -> str:
        item = self.itemAt(event.position().toPoint())
        if item is None or event.button() != Qt.MouseButton.LeftButton or not item.data(_USABLE):
            return ""
        near = tick_place(self.visualItemRect(item)).adjusted(-5, -5, 5, 5)
        return self.name_of(item) if near.contains(event.position().toPoint()) else ""


def on_squares(image: QImage, side: int, ratio: float) -> QPixmap:
    """A picture on the ground that stands for nothing, ``side`` logical pixels a side, for a screen with ``ratio`` of
    its own to each: scaled once, not at every painting."""
    made = QPixmap(round(side * ratio), round(side * ratio))
    made.setDevicePixelRatio(ratio)
    painter = QPainter(made)
    painter.drawTiledPixmap(QRect(0, 0, side, side), _ground())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(QRect(0, 0, side, side), image)
    painter.end()
    return made


def _ground() -> QPixmap:
    tile = QPixmap(2 * _SQUARES, 2 * _SQUARES)
    tile.fill(QColor("#8a8794"))
    painter = QPainter(tile)
    for at in (0, _SQUARES):
        painter.fillRect(at, at, _SQUARES, _SQUARES, QColor("#a5a2ae"))
    painter.end()
    return tile
