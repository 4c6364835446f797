"""A mask over the canvas: tinted where it is, a line around it, and what a tool is drawing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF, QTransform
from PySide6.QtWidgets import QWidget

from vtuber_studio.core.mask import SIDE
from vtuber_studio.engine.selection import Box, contours
from vtuber_studio.ui.canvas import Canvas
from vtuber_studio.ui.figure import UNITS
from vtuber_studio.ui.theme import COLOURS

TINT = 0.42  # how much of a pixel the tint covers where the mask is full
_BELOW, _ABOVE = QColor("#101014"), QColor("#ffffff")  # one of the two is seen on any picture


class MaskOverlay(QWidget):
    """Covers the canvas, invisible to the mouse. Its figure is in neutral pose: so are masks."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.canvas = canvas
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tinted = True
        self._pixels = np.zeros((SIDE, SIDE, 4), np.uint8)  # premultiplied BGRA
        self._image = QImage(self._pixels.data, SIDE, SIDE, 4 * SIDE, QImage.Format.Format_ARGB32_Premultiplied)
        ink = QColor(COLOURS["accent"])
        share = np.arange(256)[:, None] / 255 * TINT
        self._inks = np.rint(share * np.array([ink.blue(), ink.green(), ink.red(), 255])).astype(np.uint8)
        self._line = QPainterPath()  # canvas units
        self._drawing = QPainterPath()  # logical pixels
        self._brush: tuple[QPointF, float] | None = None
        canvas.zoomed.connect(self.update)
        canvas.installEventFilter(self)
        self.hide()

    def show_mask(self, mask: np.ndarray) -> None:
        """All of a mask, uint8 [SIDE, SIDE], and the line around it."""
        self.tint(mask, (0, 0, SIDE, SIDE))
        self.surround(mask)
        self.resize(self.canvas.size())
        self.show()

    def tint(self, mask: np.ndarray, window: Box) -> None:
        """What a window of the mask is now; the line stays."""
        x0, y0, x1, y1 = window
        np.take(self._inks, mask[y0:y1, x0:x1], axis=0, out=self._pixels[y0:y1, x0:x1])
        self.update(self._place(QRectF(x0, y0, x1 - x0, y1 - y0)))

    def surround(self, mask: np.ndarray) -> None:
        """Draw the line anew."""
        path = QPainterPath()
        for line in contours(mask):
            path.addPolygon(QPolygonF([QPointF(x, y) for x, y in line.tolist()]))
            path.closeSubpath()
        self._line = path
        self.update()

    def set_tinted(self, tinted: bool) -> None:
        """Off: the line alone, so that the colours below are seen."""
        if tinted != self.tinted:
            self.tinted = tinted
            self.update()

    def draw(self, points: Sequence[QPointF], closed: bool = False) -> None:
        """The line of a shape that is being drawn, in logical pixels; none to end it."""
        path = QPainterPath()
        if points:
            path.addPolygon(QPolygonF(list(points)))
            if closed:
                path.closeSubpath()
        self._drawing = path
        self.update()

    def draw_ellipse(self, box: QRectF) -> None:
        """The same for an ellipse."""
        self._drawing = QPainterPath()
        self._drawing.addEllipse(box)
        self.update()

    def show_brush(self, at: QPointF | None, radius: float = 0.0) -> None:
        """Where the brush is, and how large, in logical pixels; None for none."""
        for brush in (self._brush, None if at is None else (at, radius)):
            if brush is not None:
                reach = brush[1] + 3
                self.update(QRectF(brush[0].x() - reach, brush[0].y() - reach, 2 * reach, 2 * reach).toAlignedRect())
        self._brush = None if at is None else (at, radius)

    def _place(self, box: QRectF) -> QRect:
        """Where pixels of the mask are, on the widget."""
        scale = self.canvas.figure.width() / SIDE
        corner = self.canvas.figure.topLeft() + box.topLeft() * scale
        return QRectF(corner, box.size() * scale).toAlignedRect().adjusted(-2, -2, 2, 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tint, line, what is drawn, brush."""
        figure = self.canvas.figure
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            if self.tinted:
                painter.drawImage(figure, self._image)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            zoom = figure.width() / UNITS
            line = QTransform(zoom, 0, 0, zoom, figure.x(), figure.y()).map(self._line)
            brush = QPainterPath()
            if self._brush is not None:
                brush.addEllipse(*self._brush, self._brush[1])
            for path, dashed in ((line, True), (self._drawing, False), (brush, False)):
                painter.strokePath(path, QPen(_BELOW, 2.6 if dashed else 2.2))
                painter.strokePath(path, QPen(_ABOVE, 1.1, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """As large as the canvas."""
        if event.type() == QEvent.Type.Resize:
            self.resize(self.canvas.size())
        return super().eventFilter(watched, event)
