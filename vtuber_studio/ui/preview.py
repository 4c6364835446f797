"""Preview: decides which picture the canvas needs now, and asks for it once."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from vtuber_studio.core.shot import Shot
from vtuber_studio.ui.bridge import FrameResult
from vtuber_studio.ui.canvas import Canvas
from vtuber_studio.ui.idle import Idle, overlay
from vtuber_studio.ui.stage import Stage

SLOW = 60.0  # milliseconds; a picture that takes longer is asked for small first, while the user moves things
SETTLE = 160  # milliseconds without a change before the sharp one is asked for
BREAK = 0.8  # idle animation rests this many render times between two frames: the machine has other things to do

Asked = tuple[Shot, int]


class Preview(QObject):
    """Listens to the stage, the canvas's zoom and the idle clock; talks to the bridge."""

    shown = Signal(object)  # FrameResult

    def __init__(
        self, stage: Stage, canvas: Canvas, idle: Idle, small: int = 512, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.stage, self.canvas, self.idle = stage, canvas, idle
        self.small = small  # pixels a side of the coarse picture; the sharp one has twice as many
        self.comparing = False
        self._asked: Asked | None = None
        self._waiting = False
        self._cost: dict[int, float] = {}  # pixels a side -> milliseconds of the last picture
        self._since = QElapsedTimer()
        self._since.start()
        self._settle = QTimer(self, interval=SETTLE, singleShot=True)
        self._settle.timeout.connect(self._ask)
        stage.loaded.connect(self._on_loaded)  # before the panels are built for it, which takes as long as the picture
        stage.changed.connect(self._on_change)
        canvas.zoomed.connect(self._on_change)
        idle.ticked.connect(self._on_tick)
        idle.stopped.connect(self._ask)
        stage.bridge.frame_ready.connect(self._on_frame)
        stage.bridge.failed.connect(self._on_failed)

    def compare(self, on: bool) -> None:
        """Show the look before the last step for as long as ``on``."""
        if on != self.comparing:
            self.comparing = on
            self.canvas.set_badge(self.tr("Before") if on else "")
            self._ask()

    @property
    def settled(self) -> bool:
        """True when the canvas shows the newest picture and no sharper one is due."""
        return self.canvas.image is not None and not self._waiting and not self._settle.isActive()

    def size(self) -> int:
        """Pixels a side that the zoom calls for."""
        return self.small if self.canvas.pixels <= 1.1 * self.small else 2 * self.small

    def _on_loaded(self) -> None:
        self._asked = None  # another generator paints the same look otherwise
        self._ask()

    def _on_change(self) -> None:
        self.idle.disturb()
        size = self.size()
        if self._cost.get(size, 0.0) > SLOW and size > self.small:
            self._settle.start()
            size = self.small
        self._ask(size)

    def _on_tick(self) -> None:
        busy = self._waiting or QApplication.mouseButtons() or self.stage.session.in_gesture
        rested = self._since.elapsed() >= BREAK * self._cost.get(self.size(), 0.0)
        if rested and not busy and not self.comparing:
            self._ask()

    def _ask(self, size: int | None = None) -> None:
        if self.stage.manifest is None:
            return
        shot = self.stage.shot
        if self.comparing:
            shot = shot.with_(look=self.stage.session.before)
        known = frozenset(row.name for row in self.stage.manifest.expressions)
        asked = (overlay(shot, self.idle.seconds, known, self.idle.running), size or self.size())
        if asked != self._asked:
            self._asked, self._waiting = asked, True
            self.stage.bridge.request(*asked)

    def _on_frame(self, frame: FrameResult) -> None:
        self._waiting = frame.stamp != self.stage.bridge.stamp
        self._since.restart()
        self._cost[frame.size] = frame.milliseconds
        self.canvas.set_image(frame.image)
        self.shown.emit(frame)

    def _on_failed(self, _message: str, _hint: str) -> None:
        self._waiting = False
        self.idle.disturb()  # what failed once would fail again twenty times a second
