"""A slider whose every gesture has a beginning and an end: drag, click beside the handle, key held down."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider, QWidget

_KEYS = {
    getattr(Qt.Key, f"Key_{name}") for name in ("Left", "Right", "Up", "Down", "PageUp", "PageDown", "Home", "End")
}


class Slider(QSlider):
    """``sliderPressed``, values, ``sliderReleased``: also for keys, where Qt itself sends values alone.

    A click beside the handle brings the handle there and goes on as a drag; Esc lets go. The keys of a number, and
    Enter, are ``typed``.
    """

    typed = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, minimum: int = 0, maximum: int = 100, value: int = 0) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent, minimum=minimum, maximum=maximum, value=value)
        self._grip = 0  # pixels between the cursor and the handle's left edge
        self._key: int | None = None  # held down

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the handle, or bring it here."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        x, handle = round(event.position().x()), self.handle()
        self._grip = x - handle.left() if handle.left() <= x <= handle.right() else handle.width() // 2
        self.setSliderDown(True)
        self.setValue(self._value_at(x))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag."""
        if self.isSliderDown():
            self.setValue(self._value_at(round(event.position().x())))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A key held down is one gesture, however often it repeats."""
        chord = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
        begins = event.text() and (event.text().isdecimal() or event.text() in "+-.,\u2212\u066b")
        if not chord and (begins or event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)):
            self._end_keys()
            self.typed.emit(event.text() if begins else "")
            return
        if event.key() == Qt.Key.Key_Escape and self.isSliderDown():
            self.blockSignals(True)  # whoever listens for Esc takes the values back: there is nothing to commit
            self.setSliderDown(False)
            self.blockSignals(False)
        elif event.key() in _KEYS and not event.isAutoRepeat() and not self.isSliderDown():
            self._end_keys()
            self._key = event.key()
            self.sliderPressed.emit()
        super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """The key is up."""
        if event.key() == self._key and not event.isAutoRepeat():
            self._end_keys()
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A key that comes up elsewhere is up, too."""
        self._end_keys()
        super().focusOutEvent(event)

    def _end_keys(self) -> None:
        if self._key is not None:
            self._key = None
            self.sliderReleased.emit()

    def handle(self) -> QRect:
        """Where the handle is, in pixels of the widget."""
        return self._part(QStyle.SubControl.SC_SliderHandle)

    def _part(self, part: QStyle.SubControl) -> QRect:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        return self.style().subControlRect(QStyle.ComplexControl.CC_Slider, option, part, self)

    def _value_at(self, x: int) -> int:
        groove = self._part(QStyle.SubControl.SC_SliderGroove)
        span = groove.width() - self.handle().width()
        return QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), x - self._grip - groove.left(), span)
