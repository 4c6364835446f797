"""Pictures of one part, each rolled anew: the popup of choices, with more of them on request, and how far they go."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from vtuber_studio.ui.widgets.choice_grid import CELL, ChoiceGrid
from vtuber_studio.ui.widgets.slider import Slider

_COLUMNS = 3
_LEAST = 10  # hundredths: nearer than that all would look like her


class VariationGrid(ChoiceGrid):
    """``asked`` when other pictures are wanted, ``True`` for new rolls and ``False`` for the same at another
    ``amount``."""

    asked = Signal(bool)

    def __init__(self, count: int, title: str, parent: QWidget | None = None) -> None:
        super().__init__([str(index + 1) for index in range(count)], "", parent)
        self.setAccessibleName(title)
        self.setCurrentIndex(QModelIndex())  # or the focus would try the first one at once
        self.head, self.foot = QLabel(title, self, textFormat=Qt.TextFormat.PlainText), QWidget(self)
        self.head.setContentsMargins(8, 6, 8, 2)
        self.slider = Slider(minimum=_LEAST, value=100)
        self.slider.setAccessibleName(self.tr("How different"))
        self.slider.sliderReleased.connect(lambda: self.asked.emit(False))
        self.more = QPushButton(self.tr("{} more").format(count))
        self.more.clicked.connect(lambda: self.asked.emit(True))
        row = QHBoxLayout(self.foot)
        row.setContentsMargins(8, 4, 8, 6)
        for widget, stretch in ((QLabel(self.tr("How different")), 0), (self.slider, 1), (self.more, 0)):
            row.addWidget(widget, stretch)
        self._bars = self.head.sizeHint().height(), self.foot.sizeHint().height()
        self.setViewportMargins(0, self._bars[0], 0, self._bars[1])

    @property
    def amount(self) -> float:
        """How far from her they are, up to 1."""
        return self.slider.value() / 100

    def renew(self) -> None:
        """Other pictures will come: until then there are none. She is as she was."""
        self.setCurrentIndex(QModelIndex())
        self.tried.emit("")
        for row in range(self.count()):
            self.item(row).setText("\N{HORIZONTAL ELLIPSIS}")
            self.item(row).setIcon(QIcon())

    def name(self, choice: str, caption: str) -> None:
        """Say what one of them is; its number where it has no name."""
        self.item(self.choices.index(choice)).setText(caption or choice)

    def open_beside(self, canvas: QWidget) -> None:
        """Left of her, over the panels: what is tried has to be seen."""
        room, at = canvas.screen().availableGeometry(), canvas.mapToGlobal(QPoint(0, 0))
        bar = self.verticalScrollBar().sizeHint().width()
        rows = -(-self.count() // _COLUMNS)
        size = QSize(_COLUMNS * CELL.width() + bar + 12, rows * CELL.height() + sum(self._bars) + 12)
        place = QRect(QPoint(at.x() - size.width(), at.y()), size.boundedTo(room.size()))
        place.moveLeft(max(room.left(), place.left()))
        place.moveTop(max(room.top(), min(place.top(), room.bottom() - place.height())))
        self.setGeometry(place)
        self.show()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Title and foot stand above and below the pictures."""
        super().resizeEvent(event)
        inside = self.contentsRect()
        self.head.setGeometry(inside.x(), inside.y(), inside.width(), self._bars[0])
        self.foot.setGeometry(inside.x(), inside.bottom() + 1 - self._bars[1], inside.width(), self._bars[1])


