"""Pointing at her: what lies under the cursor is outlined and named, a click chooses it; arrows and Enter do the same.

What is where (``engine.picking``) is found beside the previews, once the picture has settled and somebody points; until
then nothing is outlined. The outline goes when the mouse rests: she is to be seen as she is.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
)

from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.picking import Hit, PickMap
from vtuber_studio.ui.canvas import Canvas
from vtuber_studio.ui.figure import shown_at, unbreathed
from vtuber_studio.ui.preview import SETTLE, Preview
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.outline import Outline

REST = 2500  # milliseconds without a move before the outline goes
PATIENCE = 500  # milliseconds that a menu waits for it
SLACK = 5.0  # logical pixels: a press that moves no more is a click; a thin part so near is meant
STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1}
ELSEWHERE = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)  # and back again


class Pointing(QObject):
    """Watches the canvas. ``chosen`` and ``menu_asked`` say what the user wants of which part."""

    chosen = Signal(object, bool)  # Hit; by the keyboard?
    menu_asked = Signal(object, QPoint)  # Hit or None, where on the screen

    def __init__(self, stage: Stage, canvas: Canvas, preview: Preview, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stage, self.canvas, self.preview = stage, canvas, preview
        self.outline = Outline(canvas)
        self.map: PickMap | None = None
        self.hit: Hit | None = None  # outlined
        self._keys = False  # by the keyboard
        self._asked: Shot | None = None
        self._then: Callable[[], None] | None = None  # waits for the map
        self._mouse: QPointF | None = None  # where it points
        self._press: QPointF | None = None
        self._settle = QTimer(self, interval=SETTLE, singleShot=True)
        self._settle.timeout.connect(self._find)
        self._rest = QTimer(self, interval=REST, singleShot=True)
        self._rest.timeout.connect(self.clear)
        stage.loaded.connect(self._forget)
        stage.changed.connect(self._on_changed)
        canvas.zoomed.connect(self._draw)
        canvas.breathed.connect(self._draw)
        canvas.setMouseTracking(True)
        canvas.installEventFilter(self)

    @property
    def fresh(self) -> bool:
        """Whether it is known what is where in what the stage shows."""
        return self.map is not None and self.map.shot == self.stage.shot

    def names(self, hit: Hit) -> tuple[str, str]:
        """What a part and a material are called."""
        manifest = self.stage.manifest
        assert manifest is not None
        part = next(entry.part.label for entry in manifest.parts if entry.part.name == hit.part)
        return part, next(row.label for row in manifest.materials if row.name == hit.material)

    def clear(self) -> None:
        """Outline nothing."""
        self._rest.stop()
        self._show(None)

    # knowing what is where

    def _forget(self) -> None:
        self.map = self._asked = self._then = None
        self.clear()

    def _on_changed(self) -> None:
        if not self.fresh:
            self.clear()
            if self._mouse is not None or self._then is not None:
                self._settle.start()

    def _find(self) -> None:
        """Ask what is where, when nothing more urgent is drawn."""
        if self.stage.manifest is None or self.fresh:
            return
        if not self.preview.settled or self.stage.session.in_gesture:
            self._settle.start()
        elif self._asked != self.stage.shot:
            self._asked = self.stage.shot
            self.stage.bridge.pick_map(self._asked, self._found, lambda _message, _hint: self._forget())

    def _found(self, found: PickMap) -> None:
        if found.shot != self._asked:  # of another generator, or of another look than was asked for since
            return
        self._asked, self.map = None, found
        then, self._then = self._then, None
        if not self.fresh:
            self._then = then
            self._settle.start()
        elif then is not None:
            then()
        elif self._mouse is not None:
            self._point(self._mouse)

    def _when_known(self, then: Callable[[], None]) -> None:
        """Do it now, or as soon as it is known what is where."""
        if self.fresh:
            then()
        elif self.stage.manifest is not None:
            self._then = then
            self._find()

    # outlining

    def at(self, place: QPointF) -> Hit | None:
        """What is seen at a point of the canvas widget, as far as that is known."""
        if self.map is None or not self.fresh:
            return None
        unit = (place - self.canvas.origin) / self.canvas.zoom
        x, y = unbreathed(unit.x(), unit.y(), self.canvas.breath)
        return self.map.at(x, y, min(6, max(1, round(SLACK / self.canvas.zoom))))

    def _point(self, place: QPointF) -> None:
        if self.preview.comparing:
            self.clear()
            return
        if not self.fresh:
            if not self._settle.isActive():
                self._settle.start()
            return
        self._keys = False
        self._show(self.at(place), place)
        self._rest.start()

    def _show(self, hit: Hit | None, place: QPointF | None = None) -> None:
        if (hit and hit.part) != (self.hit and self.hit.part):
            self.hit = hit
            self._draw()
        self.hit = hit
        if hit is None:
            self.canvas.setAccessibleDescription("")
            return
        words = " \N{MIDDLE DOT} ".join(dict.fromkeys(self.names(hit)))
        self.outline.show_text(words, self._top() if place is None else place)

    def _draw(self) -> None:
        """The line where the part is now, with her breath."""
        if self.hit is None or self.map is None:
            if self.outline.isVisible():
                self.outline.show_lines([])
            return
        zoom, origin = self.canvas.zoom, np.array([self.canvas.origin.x(), self.canvas.origin.y()], np.float32)
        lines = self.map.outline(self.hit.part)
        self.outline.show_lines([shown_at(line, self.canvas.breath) * zoom + origin for line in lines])

    def _top(self) -> QPointF:
        """Where the name of a part stands that is not under the mouse."""
        box = self.outline.path.boundingRect()
        return QPointF(box.center().x(), box.top())

    # keys

    def step(self, by: int) -> None:
        """Outline the next part down the picture, or the one before."""
        self._when_known(lambda: self._step(by))

    def _step(self, by: int) -> None:
        assert self.map is not None
        names = self.map.visible
        if not names:
            return
        at = names.index(self.hit.part) + by if self.hit and self.hit.part in names else (0 if by > 0 else -1)
        self._rest.stop()
        self._keys = True
        hit = Hit(names[at % len(names)], self.map.main_material(names[at % len(names)]))
        self._show(hit)
        said = self.names(hit)[0]
        self.canvas.setAccessibleDescription(said)
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.canvas, said))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The canvas's mouse and keys; nothing that it uses itself is taken from it."""
        kind = event.type()
        if isinstance(event, QMouseEvent):
            self._on_mouse(event)
        elif kind == QEvent.Type.Leave:
            self._mouse = None
            if not self._keys:
                self.clear()
        elif kind == QEvent.Type.Resize:
            self.outline.resize(self.canvas.size())
        elif isinstance(event, QFocusEvent) and event.lostFocus():
            if self._keys and event.reason() not in ELSEWHERE:
                self.clear()
        elif isinstance(event, QContextMenuEvent):
            self._ask_menu(event)
            return True
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._on_key(event)
        return super().eventFilter(watched, event)

    def _on_mouse(self, event: QMouseEvent) -> None:
        kind, place = event.type(), event.position()
        if kind == QEvent.Type.MouseMove:
            if self._press is not None and (place - self._press).manhattanLength() > SLACK:
                self._press = None
            held = self.canvas.grabbed or event.buttons() != Qt.MouseButton.NoButton
            self._mouse = None if held else place
            if not held:
                self._point(place)
        elif kind == QEvent.Type.MouseButtonPress:
            plain = event.button() == Qt.MouseButton.LeftButton and not event.modifiers()
            self._press = place if plain and not self.canvas.grabbed else None
            if not plain:
                self.clear()
        elif kind == QEvent.Type.MouseButtonRelease and self._press is not None:
            press, self._press = self._press, None
            self._when_known(lambda: self._choose(self.at(press)))
        elif kind == QEvent.Type.MouseButtonDblClick:
            self._press = None

    def _on_key(self, event: QKeyEvent) -> bool:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if event.key() in STEPS:
            self.step(STEPS[Qt.Key(event.key())])
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.hit:
            self.chosen.emit(self.hit, True)
            return True
        if event.key() == Qt.Key.Key_Escape and self.hit:
            self.clear()
        return False

    def _choose(self, hit: Hit | None) -> None:
        if hit is not None:
            self.chosen.emit(hit, False)

    def _ask_menu(self, event: QContextMenuEvent) -> None:
        """At once by the keyboard; under the mouse as soon as it is known what is there, or after a moment."""
        if event.reason() != QContextMenuEvent.Reason.Mouse:
            at = self._top() if self.hit else QPointF(self.canvas.rect().center())
            self.menu_asked.emit(self.hit, self.canvas.mapToGlobal(at.toPoint()))
            return
        place, screen = QPointF(event.pos()), event.globalPos()

        def ask() -> None:
            self.menu_asked.emit(self.at(place), screen)

        def give_up() -> None:
            if self._then is ask:
                self._then = None
                ask()

        self._when_known(ask)
        if self._then is ask:
            QTimer.singleShot(PATIENCE, self, give_up)
        elif self.stage.manifest is None:
            ask()
