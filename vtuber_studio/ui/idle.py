"""She blinks and breathes when left alone: an overlay on the face's live state, never part of the document."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from vtuber_studio.core.timeline import BLINK, BLINK_FRAME

INTERVAL = 33  # milliseconds between two looks at the clock
REST = 1500  # milliseconds without a gesture before she stirs again
BREATH = 4.2  # seconds
STEPS = 20  # breath is shown in so many steps: nothing is drawn for a change that nobody sees
SLOT = 4.0  # seconds; one blink each, somewhere in it
_SEEN = (QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.WindowStateChange)


def openness(seconds: float) -> float:
    """How far the lids are up, 0..1: once in every slot, at a moment that looks random and is not."""
    slot = math.floor(seconds / SLOT)
    start = 0.3 + (SLOT - 1.0) * float(np.random.default_rng(slot).random())
    frame = math.floor((seconds - slot * SLOT - start) / BLINK_FRAME)
    return BLINK[frame] if 0 <= frame < len(BLINK) else 1.0


def chest(seconds: float) -> float:
    """How far the chest is raised, 0..1."""
    return round((0.5 - 0.5 * math.cos(2 * math.pi * seconds / BREATH)) * STEPS) / STEPS


class Idle(QObject):
    """A clock: ``ticked`` about 30 times a second while she is left alone."""

    ticked = Signal()
    stopped = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self.ticked)
        self._rest = QTimer(self, interval=REST, singleShot=True)
        self._rest.timeout.connect(self._wake)
        self._clock = QElapsedTimer()
        self._before = 0.0  # seconds that she was awake before this time
        self._enabled = False
        self._visible = False

    @property
    def running(self) -> bool:
        """True while she moves."""
        return self._timer.isActive()

    @property
    def seconds(self) -> float:
        """Her own time: it passes only while she moves."""
        return self._before + (self._clock.elapsed() / 1000.0 if self.running else 0.0)

    def set_enabled(self, enabled: bool) -> None:
        """Switch it on or off altogether; off, the chest sinks."""
        self._enabled = enabled
        self.disturb()
        if not enabled:
            self._before = 0.0
            self.stopped.emit()

    def set_visible(self, visible: bool) -> None:
        """Nobody looks: nothing moves."""
        self._visible = visible
        self.disturb()

    def watch(self, window: QWidget) -> None:
        """She moves while this window is seen: shown, and not minimised."""
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Is it seen?"""
        if event.type() in _SEEN and isinstance(watched, QWidget):
            shown = watched.isVisible() if event.type() == QEvent.Type.WindowStateChange else True
            self.set_visible(event.type() != QEvent.Type.Hide and shown and not watched.isMinimized())
        return super().eventFilter(watched, event)

    def disturb(self) -> None:
        """The user does something: hold still, go on when left alone again."""
        was, self._before = self.running, self.seconds
        self._timer.stop()
        if self._enabled and self._visible:
            self._rest.start()
        else:
            self._rest.stop()
        if was:
            self.stopped.emit()

    def _wake(self) -> None:
        self._clock.restart()
        self._timer.start()
