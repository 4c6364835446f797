"""A picture with three handles on it, for her eyes and her chin: dragged, or moved by the arrow keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from vtuber_studio.intake.bring import points_of
from vtuber_studio.intake.faces import Landmarks
from vtuber_studio.ui.theme import COLOURS

_SIZE = 30  # logical pixels of a handle
_NEAR = 40.0  # logical pixels between the eyes; where they would be nearer, the picture is shown larger
_MOST = 12.0  # logical pixels that one of the picture may become
_STEPS = {
    Qt.Key.Key_Left: QPointF(-1, 0),
    Qt.Key.Key_Right: QPointF(1, 0),
    Qt.Key.Key_Up: QPointF(0, -1),
    Qt.Key.Key_Down: QPointF(0, 1),
}


class Handle(QWidget):
    """One of them; ``pulled`` by so many logical pixels, ``dropped`` when that is over."""

    pulled = Signal(QPointF)
    dropped = Signal()

    def __init__(self, name: str, tip: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(_SIZE, _SIZE)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SizeAllCursor)
        self.setAccessibleName(name)
        self.setToolTip(f"{name}: {tip}")
        self._from: QPointF | None = None

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A ring, through which the eye is seen."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = QRectF(self.rect()).adjusted(5, 5, -5, -5)
        painter.setPen(QPen(QColor(0, 0, 0, 150), 4.5))
        painter.drawEllipse(ring)
        painter.setPen(QPen(QColor(COLOURS["text" if self.hasFocus() else "accent"]), 2.2))
        painter.drawEllipse(ring)
        painter.setBrush(painter.pen().color())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(ring.center(), 1.8, 1.8)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Taken."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pulled along."""
        if self._from is not None:
            self.pulled.emit(event.position() - self._from)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if self._from is not None and event.button() == Qt.MouseButton.LeftButton:
            self._from = None
            self.dropped.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move it by a pixel of the screen, with Shift by ten."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        self.pulled.emit(step * (10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1))
        self.dropped.emit()

    def event(self, event: QEvent) -> bool:
        """The ring says where the keyboard is."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().event(event)


class PointsEditor(QWidget):
    """Shows a picture; with ``marks``, its handles. ``changed`` while one is moved, ``settled`` when it has been."""

    changed = Signal()
    settled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image: QImage | None = None
        self.words = ""  # shown while there is no picture
        self._at: list[QPointF] = []  # eye at our left, eye at our right, chin: pixels of the picture
        self._scale, self._corner = 1.0, QPointF()  # of the picture, in logical pixels
        self._whole = False
        self._pan: QPointF | None = None
        self.setMinimumSize(220, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        tip = self.tr("drag it to its place, or move it with the arrow keys")
        names = self.tr("Eye at the left"), self.tr("Eye at the right"), self.tr("Chin")
        self.handles = tuple(Handle(name, tip, self) for name in names)
        for number, handle in enumerate(self.handles):
            handle.pulled.connect(lambda by, number=number: self._pull(number, by))
            handle.dropped.connect(self.settled)
            handle.hide()

    @property
    def marks(self) -> Landmarks | None:
        """Where the handles are, in pixels of the picture; None while there are none."""
        if not self._at:
            return None
        left, right, chin = ((point.x(), point.y()) for point in self._at)
        return Landmarks(left, right, chin)

    def show_picture(self, image: QImage | None, marks: Landmarks | None = None, whole: bool = False) -> None:
        """Another picture, as near as its handles need it; ``whole`` in any case."""
        self.image, self._whole = image, whole
        self.put(marks)
        self.fit()

    def put(self, marks: Landmarks | None) -> None:
        """Handles to these places, unasked."""
        self._at = []
        if marks is not None and self.image is not None:
            points = points_of(marks)
            self._at = [QPointF(*each) for each in (points.eye_right, points.eye_left, points.chin)]
        self._place()

    def say(self, words: str) -> None:
        """What to say instead of a picture."""
        self.words = words
        self.show_picture(None)

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(400, 400)

    def fit(self) -> None:
        """All of the picture; nearer, where the eyes would otherwise be too near to each other."""
        if self.image is None or not self.width() or not self.height():
            return
        self._scale = self._least()
        middle = QPointF(self.image.width() / 2, self.image.height() / 2)
        marks = self.marks
        if marks is not None and not self._whole and marks.apart * self._scale < _NEAR:
            self._scale = min(max(2 * _NEAR / max(marks.apart, 1e-3), self._scale), _MOST)
            middle = (self._at[0] + self._at[1] + self._at[2]) / 3
        self._look_at(middle)

    def _least(self) -> float:
        assert self.image is not None
        return min((self.width() - 8) / self.image.width(), (self.height() - 8) / self.image.height())

    def _look_at(self, middle: QPointF) -> None:
        self._corner = QPointF(self.width() / 2, self.height() / 2) - middle * self._scale
        self._bound()

    def _bound(self) -> None:
        """The picture stays in view."""
        assert self.image is not None
        kept = []
        for at, room, size in (
            (self._corner.x(), self.width(), self.image.width() * self._scale),
            (self._corner.y(), self.height(), self.image.height() * self._scale),
        ):
            kept.append((room - size) / 2 if size <= room else min(max(at, room - size), 0.0))
        self._corner = QPointF(*kept)
        self._place()

    def _place(self) -> None:
        for handle, at in zip(self.handles, self._at, strict=False):
            middle = self._corner + at * self._scale
            handle.move((middle - QPointF(_SIZE / 2, _SIZE / 2)).toPoint())
        for handle in self.handles:
            handle.setVisible(bool(self._at))
        self.update()

    def _pull(self, number: int, by: QPointF) -> None:
        if self.image is None or not self._at:
            return
        at = self._at[number] + by / self._scale
        at = QPointF(min(max(at.x(), 0.0), self.image.width()), min(max(at.y(), 0.0), self.image.height()))
        other = self._at[1 - number] if number < 2 else None
        if other is not None and (at - other).manhattanLength() < 3:
            return  # two eyes in one place are no face
        self._at[number] = at
        self._place()
        self.changed.emit()

    # seeing

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The picture, and thin lines between what belongs together."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(COLOURS["ground"]))
        painter.drawRoundedRect(QRectF(self.rect()), 8, 8)
        if self.image is None:
            painter.setPen(QColor(COLOURS["quiet"]))
            inside = self.rect().adjusted(28, 20, -28, -20)
            painter.drawText(inside, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.words)
            return
        size = QPointF(self.image.width(), self.image.height()) * self._scale
        painter.drawImage(QRectF(self._corner, self._corner + size), self.image)
        if self._at:
            left, right, chin = (self._corner + at * self._scale for at in self._at)
            for width, colour in ((3.0, QColor(0, 0, 0, 110)), (1.2, QColor(COLOURS["accent"]))):
                painter.setPen(QPen(colour, width))
                painter.drawLine(left, right)
                painter.drawLine((left + right) / 2, chin)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fitted anew."""
        super().resizeEvent(event)
        self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Nearer and farther, at the cursor."""
        if self.image is None:
            return
        here = event.position()
        spot = (here - self._corner) / self._scale
        wanted = self._scale * 1.0015 ** event.angleDelta().y()
        self._scale = min(max(wanted, self._least()), _MOST)
        self._corner = here - spot * self._scale
        self._bound()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Beside the handles the picture itself is taken."""
        self._pan = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """And moved."""
        if self._pan is not None and self.image is not None:
            self._corner += event.position() - self._pan
            self._pan = event.position()
            self._bound()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let go."""
        self._pan = None

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Whole again."""
        self.fit()

    def handle_at(self, number: int) -> QPoint:
        """The middle of a handle, in this widget's logical pixels."""
        return self.handles[number].geometry().center()
