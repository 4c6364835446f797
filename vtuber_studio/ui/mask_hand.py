"""The hand with a tool: mouse, pen and keys on the canvas, as strokes of ``ui/mask_tools.py``."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QInputEvent, QKeyEvent, QMouseEvent, QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QApplication

from vtuber_studio.engine.selection import Join
from vtuber_studio.ui.mask_tools import BRUSHES, MaskTools

STEP = 1.2  # how many times as large one press of a key makes the brush
_PEN = {
    QEvent.Type.TabletPress: QEvent.Type.MouseButtonPress,
    QEvent.Type.TabletMove: QEvent.Type.MouseMove,
    QEvent.Type.TabletRelease: QEvent.Type.MouseButtonRelease,
}
_MOUSE = (*_PEN.values(), QEvent.Type.MouseButtonDblClick)


class MaskHand(QObject):
    """Watches the canvas while a tool is in hand; zoom, pan and menus stay the canvas's."""

    def __init__(self, tools: MaskTools, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tools, self.canvas = tools, tools.canvas
        self._on = False
        tools.changed.connect(self._on_changed)

    def _on_changed(self) -> None:
        on = bool(self.tools.tool)
        if on == self._on:
            return
        self._on = on
        if on:
            QApplication.sendEvent(self.canvas, QEvent(QEvent.Type.Leave))  # nothing is pointed at
            self.canvas.installEventFilter(self)
            self.canvas.setFocus()
            self.canvas.setCursor(Qt.CursorShape.CrossCursor)
        else:
            self.canvas.removeEventFilter(self)
            self.canvas.unsetCursor()
            self.tools.overlay.show_brush(None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What a tool uses is taken from the canvas."""
        kind = event.type()
        if isinstance(event, QTabletEvent):
            eraser = event.pointerType() == QPointingDevice.PointerType.Eraser
            event.accept()
            return self._pointer(_PEN.get(kind, kind), event, event.position(), event.pressure(), eraser)
        if isinstance(event, QMouseEvent) and kind in _MOUSE:
            return self._pointer(kind, event, event.position(), 1.0)
        if isinstance(event, QKeyEvent) and kind == QEvent.Type.KeyPress:
            return self._on_key(event)
        if kind in (QEvent.Type.Enter, QEvent.Type.Leave):
            self.tools.overlay.set_tinted(kind == QEvent.Type.Enter)  # the mouse elsewhere: colours are looked at
            self.tools.overlay.show_brush(None)
        return super().eventFilter(watched, event)

    def _pointer(
        self, kind: QEvent.Type, event: QMouseEvent | QTabletEvent, at: QPointF, pressure: float, eraser: bool = False
    ) -> bool:
        if self.canvas.grabbed or event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton):
            return False
        if self.tools.lost:
            self.tools.drop()
        if kind == QEvent.Type.MouseButtonPress:
            self.tools.press(at, pressure, "subtract" if eraser else self._how(event))
        elif kind == QEvent.Type.MouseMove:
            self.tools.overlay.set_tinted(True)
            self.tools.pull(at, pressure)
        elif kind == QEvent.Type.MouseButtonRelease:
            self.tools.release()
        elif kind == QEvent.Type.MouseButtonDblClick:
            if self.tools.tool == "polygon":
                self.tools.close_polygon()
            else:
                self.tools.press(at, pressure, self._how(event))
        self.tools.overlay.show_brush(at if self.tools.tool in BRUSHES else None, self.tools.radius * self.canvas.zoom)
        return True

    def _how(self, event: QInputEvent) -> Join:
        """Alt takes away, Shift and Alt leave what both have."""
        keys = event.modifiers()
        alt, shift = (bool(keys & key) for key in (Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier))
        if self.tools.tool == "eraser" or (alt and not shift):
            return "subtract"
        return "intersect" if alt and self.tools.tool not in BRUSHES else "add"

    def _on_key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            if self.tools.drawing:
                self.tools.drop()
            else:
                self.tools.use("")
        elif event.text() in ("[", "]"):
            self.tools.set_radius(self.tools.radius * (STEP if event.text() == "]" else 1 / STEP))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.tools.tool == "polygon":
            self.tools.close_polygon()
        elif key == Qt.Key.Key_Backspace:
            self.tools.step_back()
        else:
            return False
        return True
