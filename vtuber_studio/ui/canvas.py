"""The canvas: shows the newest picture, a reference over it, and turns the mouse into zoom, pan and drag-out.

View: canvas unit (x, y) is drawn at ``origin + zoom * (x, y)`` in logical pixels; the figure is 512 units a side.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from vtuber_studio.ui.figure import UNITS, Beside, Picture, checkerboard, halves, paint_figure

ZOOM_MIN, ZOOM_MAX = 0.1, 32.0
STEP = 1.25  # zoom of one wheel notch
MARGIN = 16  # logical pixels around the figure when it is fitted
AROUND = "#17161c"


class Canvas(QWidget):
    """Knows pictures and the mouse; what is drawn is decided elsewhere."""

    zoomed = Signal()  # the view: zoom or size of the window
    breathed = Signal()  # the chest has moved
    drag_out_started = Signal()  # the picture is pulled out; the button is still down
    painted = Signal()  # a picture has reached the screen for the first time

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("canvas")
        self.setMinimumSize(QSize(320, 150))  # a bar above it has room in the least window, too
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Canvas"))
        self.pictures: list[Picture] = []  # of the figure; later ones lie over earlier ones
        self.beside: Beside | None = None  # another look, left of a divider
        self.breath = 0.0
        self.reference: QImage | None = None
        self.reference_opacity = 0.5
        self.background = "checker"
        self.busy = False
        self.badge = ""  # words over the picture: what is compared
        self.hint = self.tr("The artist is getting ready ...")
        self.zoom = 1.0
        self.origin = QPointF(0, 0)
        self._fitted = True
        self._space = False
        self._pan: QPointF | None = None
        self._pull: QPointF | None = None
        self._tile = checkerboard()
        self._seen = False

    # what is shown

    @property
    def image(self) -> QImage | None:
        """The picture of the whole figure; None before there is one."""
        return self.pictures[0].image if self.pictures else None

    def show_pictures(self, pictures: list[Picture]) -> None:
        """Show a picture of the whole figure, and over it sharper or newer ones of pieces."""
        if pictures != self.pictures:
            self.pictures = pictures
            self.update()

    def set_beside(self, beside: Beside | None) -> None:
        """Show another look left of a divider, or none."""
        if beside != self.beside:
            self.beside = beside
            self.update()

    def set_breath(self, breath: float) -> None:
        """Raise the chest, 0..1; the pictures stay as they are."""
        if breath != self.breath:
            self.breath = breath
            self.update(self.figure.toAlignedRect())
            self.breathed.emit()

    def set_busy(self, busy: bool) -> None:
        """Say that a picture takes its time."""
        if busy != self.busy:
            self.busy = busy
            self.update()

    def set_reference(self, image: QImage | None) -> None:
        """Lay a picture over the figure, or take it away."""
        self.reference = image
        self.update()

    def set_reference_opacity(self, opacity: float) -> None:
        """0..1."""
        self.reference_opacity = opacity
        self.update()

    def set_background(self, background: str) -> None:
        """``checker``, ``transparent`` (the window's own dark) or #rrggbb behind the figure."""
        self.background = background
        self.update()

    def set_badge(self, text: str) -> None:
        """A few words in the corner of the picture; empty for none."""
        if text != self.badge:
            self.badge = text
            self.update()

    # the view

    @property
    def figure(self) -> QRectF:
        """Where the figure is, in logical pixels."""
        return QRectF(self.origin, QSize(round(UNITS * self.zoom), round(UNITS * self.zoom)).toSizeF())

    @property
    def seen(self) -> QRectF:
        """What the widget shows of the figure, in canvas units; empty when nothing."""
        shown = QRectF(self.rect()).intersected(self.figure)
        return QRectF((shown.topLeft() - self.origin) / self.zoom, shown.size() / self.zoom)

    @property
    def grabbed(self) -> bool:
        """True while the mouse moves the picture, or Space says that it will."""
        return self._space or self._pan is not None

    @property
    def pixels(self) -> float:
        """Device pixels along the figure's side."""
        return UNITS * self.zoom * self.devicePixelRatioF()

    def fit(self) -> None:
        """Show the whole figure, also when the window changes its size."""
        self._fitted = True
        room = min(self.width(), self.height()) - 2 * MARGIN
        zoom = max(ZOOM_MIN, room / UNITS)
        side = UNITS * zoom
        self._look_at(zoom, QPointF((self.width() - side) / 2, (self.height() - side) / 2))

    def actual_size(self) -> None:
        """One device pixel a unit (512 px), about the centre."""
        self.zoom_to(1.0 / self.devicePixelRatioF(), QPointF(self.rect().center()))

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom about a point of the widget, its centre when none is given."""
        self.zoom_to(self.zoom * factor, QPointF(self.rect().center()) if at is None else at)

    def zoom_to(self, zoom: float, at: QPointF) -> None:
        """Zoom so that what is under ``at`` stays there."""
        zoom = min(ZOOM_MAX, max(ZOOM_MIN, zoom))
        self._fitted = False
        self._look_at(zoom, at - (at - self.origin) * (zoom / self.zoom))

    def _look_at(self, zoom: float, origin: QPointF) -> None:
        side, keep = UNITS * zoom, 48.0  # a corner of the figure always stays in sight
        x = min(max(origin.x(), keep - side), max(keep, self.width() - keep))
        y = min(max(origin.y(), keep - side), max(keep, self.height() - keep))
        if (zoom, QPointF(x, y)) != (self.zoom, self.origin):
            self.zoom, self.origin = zoom, QPointF(x, y)
            self.zoomed.emit()
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep it fitted, or keep the middle in the middle."""
        if self._fitted:
            self.fit()
        else:
            old = event.oldSize()
            self._look_at(
                self.zoom,
                self.origin + QPointF((self.width() - old.width()) / 2, (self.height() - old.height()) / 2),
            )
        super().resizeEvent(event)

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Surround, ground, picture, reference, badge."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            figure, ground = self.figure, self.figure.toRect() & event.rect()
            painter.setClipRegion(QRegion(event.rect()).subtracted(QRegion(ground)))
            painter.fillRect(event.rect(), QColor(AROUND))
            painter.setClipping(False)
            if self.background == "checker":
                if self._tile.devicePixelRatio() != self.devicePixelRatioF():
                    self._tile = checkerboard(self.devicePixelRatioF())
                painter.drawTiledPixmap(ground, self._tile, ground.topLeft() - figure.toRect().topLeft())
            else:
                dark = self.background == "transparent"
                painter.fillRect(ground, QColor(AROUND if dark else self.background))
            if self.pictures:
                for pictures, seen in halves(self.pictures, self.beside, event.rect(), self.width()):
                    paint_figure(painter, figure, pictures, self.breath, seen)
            else:
                painter.setPen(QColor("#8d889c"))
                painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.hint)
            if self.reference is not None:
                size = QSize(self.reference.size()).scaled(figure.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
                place = QRectF(QPointF(0, 0), size.toSizeF())
                place.moveCenter(figure.center())
                painter.setOpacity(self.reference_opacity)
                painter.drawImage(place, self.reference)
                painter.setOpacity(1.0)
            if self.badge:
                self._paint_badge(painter, self.badge, Qt.AlignmentFlag.AlignLeft)
            if self.busy:
                self._paint_badge(painter, self.tr("Drawing ..."), Qt.AlignmentFlag.AlignRight)
        if self.image is not None and not self._seen:
            self._seen = True
            self.painted.emit()

    def _paint_badge(self, painter: QPainter, text: str, side: Qt.AlignmentFlag) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = painter.fontMetrics().boundingRect(text).adjusted(-12, -5, 12, 5)
        left = 16 if side == Qt.AlignmentFlag.AlignLeft else self.width() - 16 - box.width()
        place = QRect(left, 16, box.width(), box.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 170))
        painter.drawRoundedRect(place, place.height() / 2, place.height() / 2)
        painter.setPen(QColor("#ffffff"))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    # the mouse and the keys

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor."""
        notches = event.angleDelta().y() / 120.0
        if notches:
            self.zoom_by(STEP**notches, event.position())
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Pinch on a touch pad."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom_by(1.0 + event.value(), event.position())
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Middle button or Space: pan. Ctrl or Alt: pull the picture out."""
        left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and self._space):
            self._pan = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif left and event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        ):
            self._pull = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, or notice that the picture is pulled."""
        if self._pan is not None:
            self._fitted = False
            self._look_at(self.zoom, self.origin + event.position() - self._pan)
            self._pan = event.position()
        elif self._pull is not None and (event.position() - self._pull).manhattanLength() > 8:
            self._pull = None
            self.drag_out_started.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The gesture is over."""
        self._pan = self._pull = None
        self._show_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fit."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space turns the mouse into a hand."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = True
            self._show_cursor()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """No hand any more."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_cursor()
        else:
            super().keyReleaseEvent(event)

    def _show_cursor(self) -> None:
        if self._space:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.unsetCursor()
