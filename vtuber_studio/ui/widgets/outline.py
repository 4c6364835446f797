"""A line around a part of the figure, and its name: laid over the canvas, invisible to the mouse."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap, QPolygonF, QRegion
from PySide6.QtWidgets import QWidget

_BELOW, _ABOVE = QColor("#101014"), QColor("#ffffff")  # one of the two stands out, whatever is drawn below
_WIDE, _NARROW = 3.4, 1.5  # logical pixels of the two lines
_DASH = 5.0  # logical pixels
_APART = 18  # logical pixels between the point and its name


class Outline(QWidget):
    """Covers the canvas. White dashes on a dark line; the name stands beside a point."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.path = QPainterPath()
        self._drawn: QPixmap | None = None  # of the path, from its corner on: dashes take their time
        self.text = ""
        self.tag = QRect()
        self.hide()

    def show_lines(self, lines: Sequence[np.ndarray]) -> None:
        """Closed lines [n, 2] in pixels of the canvas; none of them hides everything."""
        path = QPainterPath()
        for line in lines:
            path.addPolygon(QPolygonF([QPointF(x, y) for x, y in line.tolist()]))
            path.closeSubpath()
        before, self.path, self._drawn = self.path, path, None
        if path.isEmpty():
            self.text = ""
        self.setVisible(not path.isEmpty())
        for each in (before, path):
            self.update(_around(each))

    def show_text(self, text: str, at: QPointF) -> None:
        """Stand beside ``at``, inside the canvas."""
        size = self.fontMetrics().boundingRect(text).adjusted(-9, -4, 9, 4).size()
        tag = QRect(at.toPoint(), size).translated(_APART, _APART)
        if tag.right() > self.width() - 4:
            tag.moveRight(round(at.x()) - _APART // 2)
        if tag.bottom() > self.height() - 4:
            tag.moveBottom(round(at.y()) - _APART // 2)
        tag.moveTopLeft(QRect(4, 4, 1 << 16, 1 << 16).intersected(QRect(tag.topLeft(), tag.size())).topLeft())
        if (text, tag) != (self.text, self.tag):
            self.update(QRegion(self.tag.adjusted(-1, -1, 1, 1)) | QRegion(tag.adjusted(-1, -1, 1, 1)))
            self.text, self.tag = text, tag

    def paintEvent(self, event: QPaintEvent) -> None:
        """The line, then the name over it."""
        with QPainter(self) as painter:
            if self._drawn is None or self._drawn.devicePixelRatio() != self.devicePixelRatioF():
                self._drawn = self._draw()
            painter.drawPixmap(self._place.topLeft(), self._drawn)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.text:
                painter.setPen(QPen(QColor(255, 255, 255, 60), 1))
                painter.setBrush(QColor(16, 16, 20, 225))
                painter.drawRoundedRect(QRectF(self.tag).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
                painter.setPen(QColor("#ffffff"))
                painter.drawText(self.tag, Qt.AlignmentFlag.AlignCenter, self.text)

    @property
    def _place(self) -> QRect:
        """What of the widget the line takes."""
        return _around(self.path) & self.rect()

    def _draw(self) -> QPixmap:
        ratio, place = self.devicePixelRatioF(), self._place
        drawn = QPixmap(place.size() * ratio)
        drawn.setDevicePixelRatio(ratio)
        drawn.fill(Qt.GlobalColor.transparent)
        if drawn.isNull():
            return drawn
        with QPainter(drawn) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(-place.topLeft())
            join = Qt.PenJoinStyle.RoundJoin
            painter.strokePath(self.path, QPen(_BELOW, _WIDE, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, join))
            pen = QPen(_ABOVE, _NARROW, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap, join)
            pen.setDashPattern([_DASH / _NARROW, 0.6 * _DASH / _NARROW])
            painter.strokePath(self.path, pen)
        return drawn


def _around(path: QPainterPath) -> QRect:
    return path.boundingRect().toAlignedRect().adjusted(-4, -4, 4, 4)
