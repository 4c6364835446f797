"""The divider of a split view: dragged, or moved by the arrows, over the canvas that it parts."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from vtuber_studio.ui.theme import COLOURS
from vtuber_studio.ui.widgets.words import fitting

WIDTH, GRIP = 18, 13  # logical pixels: what can be taken; half the grip's height
_KEYS = {Qt.Key.Key_Left: -0.02, Qt.Key.Key_Right: 0.02, Qt.Key.Key_PageUp: -0.1, Qt.Key.Key_PageDown: 0.1}
_ENDS = {Qt.Key.Key_Home: 0.0, Qt.Key.Key_End: 1.0}


class Divider(QWidget):
    """Stands at ``at`` (0..1) of its parent's width; the names of both sides stand beside it."""

    moved = Signal(float)
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.at = 0.5
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Divider"))
        self.setToolTip(self.tr("Drag it, or use the arrows; Esc closes the split view (S)"))
        self.names = [QLabel(parent, textFormat=Qt.TextFormat.PlainText) for _ in range(2)]
        for name in self.names:
            name.setObjectName("side_name")
            name.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        parent.installEventFilter(self)
        self.show_names("", "")
        self.set_shown(False)

    def set_shown(self, on: bool) -> None:
        """With the names beside it, or nothing of it."""
        for widget in (*self.names, self):
            widget.setVisible(on)
        self.place()

    def show_names(self, left: str, right: str) -> None:
        """Say what is on either side."""
        for label, text in zip(self.names, (left, right), strict=True):
            label.setText(fitting(text, 24)[:40])
            label.adjustSize()
        self.place()

    def move_to(self, at: float) -> None:
        """Another place, 0..1."""
        at = min(1.0, max(0.0, at))
        if at != self.at:
            self.at = at
            self.setAccessibleDescription(self.tr("{} %").format(round(100 * at)))
            self.place()
            self.moved.emit(at)

    def place(self) -> None:
        """Where it belongs, after the parent has changed its size."""
        parent = self.parentWidget()
        x = round(self.at * parent.width())
        self.setGeometry(x - WIDTH // 2, 0, WIDTH, parent.height())
        left, right = self.names
        left.move(x - WIDTH // 2 - left.width(), 16)
        right.move(x + WIDTH // 2, 16)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The canvas has another size."""
        if event.type() == QEvent.Type.Resize:
            self.place()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Taken by the left button."""
        event.setAccepted(event.button() == Qt.MouseButton.LeftButton)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Dragged."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.move_to(self.mapToParent(event.position()).x() / self.parentWidget().width())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Moved by keys, or closed."""
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.closed.emit()
        elif key in _ENDS:
            self.move_to(_ENDS[key])
        elif key in _KEYS:
            self.move_to(self.at + _KEYS[key])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A line, and a grip in its middle."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            colour = QColor(COLOURS["accent" if self.hasFocus() or self.underMouse() else "text"])
            x, y = WIDTH / 2, self.height() / 2
            painter.fillRect(QRectF(x - 2, 0, 4, self.height()), QColor(0, 0, 0, 110))
            painter.fillRect(QRectF(x - 1, 0, 2, self.height()), colour)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(x - 7, y - GRIP, 14, 2 * GRIP), 6, 6)
            painter.setBrush(QColor(COLOURS["ground"]))
            for side in (-1, 1):
                tip = QPointF(x + 5 * side, y)
                painter.drawPolygon([tip, tip + QPointF(-4 * side, -4), tip + QPointF(-4 * side, 4)])
