"""A picture, or pictures that play, on a checked ground."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QImage, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

_CELL = 10  # logical pixels of the ground's squares


class Player(QWidget):
    """Fits what it is given into its room; plays while it is seen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.frames: Sequence[tuple[QImage, int]] = ()
        self.words = ""  # shown while there is nothing else
        self._at = 0
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._next)
        self.setMinimumSize(240, 240)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def play(self, frames: Sequence[tuple[QImage, int]]) -> None:
        """Show these, each for its milliseconds; one alone stands still."""
        self.frames, self._at = frames, 0
        self._wait()
        self.update()

    def say(self, words: str) -> None:
        """What to say where there is no picture."""
        self.words = words
        self.update()

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(320, 320)

    def _wait(self) -> None:
        self._timer.stop()
        if len(self.frames) > 1 and self.isVisible():
            self._timer.start(max(10, self.frames[self._at][1]))

    def _next(self) -> None:
        if self.frames:
            self._at = (self._at + 1) % len(self.frames)
        self._wait()
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """Go on."""
        super().showEvent(event)
        self._wait()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground below the picture alone, so that its edges are seen."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if not self.frames:
            painter.setPen(QColor(self.palette().placeholderText().color()))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.words)
            return
        image = self.frames[self._at][0]
        scale = min(self.width() / image.width(), self.height() / image.height())
        wide, high = image.width() * scale, image.height() * scale
        place = QRectF((self.width() - wide) / 2, (self.height() - high) / 2, wide, high)
        painter.fillRect(place, QColor("#8a8794"))
        painter.setClipRect(place)
        for row in range(int(high) // _CELL + 1):
            for column in range(row % 2, int(wide) // _CELL + 1, 2):
                cell = QRectF(place.x() + column * _CELL, place.y() + row * _CELL, _CELL, _CELL)
                painter.fillRect(cell, QColor("#a5a2ae"))
        painter.drawImage(place, image)
