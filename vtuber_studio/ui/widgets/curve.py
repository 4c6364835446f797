"""A small curve: what was measured so far, drawn calmly; its last value is where the eye ends."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from vtuber_studio.ui.theme import COLOURS

_SPIKE = 4.0  # times the median: what stands higher is cut off, or it would flatten all else
_HEIGHT, _TITLE, _EDGE, _DOT = 74, 20, 8, 3.0  # logical pixels


class Curve(QWidget):
    """``ends``: what the lowest and the highest place mean; where one is None, the values say it."""

    def __init__(self, title: str, ends: tuple[float | None, float | None] = (None, None)) -> None:
        super().__init__()
        self.title, self.ends = title, ends
        self.values: tuple[float, ...] = ()
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_values(self, values: Sequence[float]) -> None:
        """Draw these; what is no number is left out."""
        self.values = tuple(value for value in values if math.isfinite(value))
        self.setAccessibleDescription(self.words())
        self.update()

    def words(self) -> str:
        """What is seen, for who does not see it."""
        if len(self.values) < 2:
            return self.tr("Nothing yet")
        first, last = self.values[0], self.values[-1]
        return self.tr("From {} to {}").format(f"{first:.3g}", f"{last:.3g}")

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(120, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Its title may be cut short."""
        return QSize(80, _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A line and its end."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(COLOURS["ground"]))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        painter.setPen(QColor(COLOURS["quiet"]))
        room = self.rect().adjusted(_EDGE, 4, -_EDGE, 0)
        title = painter.fontMetrics().elidedText(self.title, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignTop, title)
        points = self._points(QRectF(self.rect()).adjusted(_EDGE, _TITLE + 6, -_EDGE, -_EDGE))
        if points:
            path = QPainterPath(points[0])
            for point in points[1:]:
                path.lineTo(point)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(COLOURS["accent"]), 1.5))
            painter.drawPath(path)
            painter.setBrush(QColor(COLOURS["accent"]))
            painter.drawEllipse(points[-1], _DOT, _DOT)
        painter.end()

    def _points(self, box: QRectF) -> list[QPointF]:
        if not self.values:
            return []
        low = min(self.values) if self.ends[0] is None else self.ends[0]
        top = min(max(self.values), low + _SPIKE * max(statistics.median(self.values) - low, 1e-9))
        high = top if self.ends[1] is None else self.ends[1]
        room = max(high - low, 1e-9)
        last = max(len(self.values) - 1, 1)
        shares = [(index / last, min(max((value - low) / room, 0), 1)) for index, value in enumerate(self.values)]
        return [QPointF(box.left() + x * box.width(), box.bottom() - y * box.height()) for x, y in shares]
