"""A choice as pictures: a combo box whose popup is a grid of her with each choice.

The keyboard works on the box as on any other; the grid tries what the mouse or the arrows point at, and a click or
Enter takes it.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QIcon, QKeyEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import QComboBox, QListWidget, QListWidgetItem, QWidget

from vtuber_studio.ui.widgets.words import choice_label

ICON = 92
CELL = QSize(ICON + 20, ICON + 30)
_COLUMNS, _ROWS = 4, 3  # as many rows as fit a low screen's half; more choices than that, more columns


class ChoiceBox(QComboBox):
    """A combo box that asks for its pictures instead of opening a list, once somebody can draw them."""

    asked = Signal()

    def __init__(self, choices: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pictured = False
        for choice in choices:
            self.addItem(choice_label(choice), choice)

    def showPopup(self) -> None:
        """The grid, or the plain list."""
        if self.pictured:
            self.asked.emit()
        else:
            super().showPopup()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right choose, as on a slider; Enter opens."""
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            index = self.currentIndex() + (1 if event.key() == Qt.Key.Key_Right else -1)
            self.setCurrentIndex(min(max(index, 0), self.count() - 1))
        elif plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.showPopup()
        else:
            super().keyPressEvent(event)


class ChoiceGrid(QListWidget):
    """The popup. ``tried`` what is pointed at ("" when nothing is), then ``taken`` or ``dismissed``, once."""

    tried = Signal(str)
    taken = Signal(str)
    dismissed = Signal()

    def __init__(self, choices: Sequence[str], current: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("choice_grid")
        self.setWindowFlags(Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setViewMode(QListWidget.ViewMode.IconMode)
        self.setMovement(QListWidget.Movement.Static)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(ICON, ICON))
        self.setGridSize(CELL)
        self.setMouseTracking(True)
        self._pressed = self._over = False
        self.choices = tuple(choices)
        for choice in choices:
            item = QListWidgetItem(choice_label(choice))
            item.setSizeHint(CELL)
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom)
            self.addItem(item)
        if current in self.choices:
            self.setCurrentRow(self.choices.index(current))
        self.currentRowChanged.connect(lambda row: self.tried.emit(self.choices[row] if row >= 0 else ""))
        self.itemEntered.connect(self._enter)

    def open_at(self, anchor: QWidget) -> None:
        """Below ``anchor``, or above it, as much as fits its screen."""
        room = anchor.screen().availableGeometry()
        columns = min(max(_COLUMNS, -(-len(self.choices) // _ROWS)), len(self.choices))
        bar = self.verticalScrollBar().sizeHint().width()
        columns = min(columns, (room.width() - bar - 12) // CELL.width())
        rows = -(-len(self.choices) // columns)
        size = QSize(columns * CELL.width() + bar + 12, rows * CELL.height() + 12)
        size = size.boundedTo(QSize(room.width(), max(CELL.height() + 12, room.height() // 2)))
        place = QRect(anchor.mapToGlobal(QPoint(0, anchor.height())), size)
        if place.bottom() > room.bottom():
            place.moveBottom(anchor.mapToGlobal(QPoint(0, 0)).y())
        place.moveLeft(max(room.left(), min(place.left(), room.right() - size.width())))
        place.moveTop(max(room.top(), place.top()))
        self.setGeometry(place)
        self.show()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def set_picture(self, choice: str, picture: QPixmap) -> None:
        """The picture of a choice has come; the present one's is not dyed, as an icon's would be."""
        icon = QIcon(picture)
        icon.addPixmap(picture, QIcon.Mode.Selected)
        self.item(self.choices.index(choice)).setIcon(icon)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press outside closes, as popups do; one inside is the beginning of a click."""
        self._pressed = self.rect().contains(event.position().toPoint())
        if self._pressed:
            super().mousePressEvent(event)
        else:
            self.close()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click takes; the release of the press that opened the grid does not."""
        super().mouseReleaseEvent(event)
        item = self.itemAt(event.position().toPoint())
        if self._pressed and item is not None and event.button() == Qt.MouseButton.LeftButton:
            self._take(self.row(item))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes, Esc gives up, arrows try."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentRow() >= 0:
            self._take(self.currentRow())
        elif event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is pointed at: she is as she was."""
        super().leaveEvent(event)
        if self._over:
            self._over = False
            self.tried.emit("")

    def hideEvent(self, event: QHideEvent) -> None:
        """Closed, by whatever: say so unless something was taken."""
        super().hideEvent(event)
        if not self.signalsBlocked():
            self.dismissed.emit()
            self.blockSignals(True)

    def _enter(self, item: QListWidgetItem) -> None:
        self._over = True
        self.tried.emit(self.choices[self.row(item)])

    def _take(self, row: int) -> None:
        self.taken.emit(self.choices[row])
        self.blockSignals(True)
        self.close()
