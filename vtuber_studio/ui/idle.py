"""She blinks and breathes when left alone: an overlay on the face's live state, never part of the document."""

from __future__ import annotations

import math

import msgspec
import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from vtuber_studio.core.shot import Shot

INTERVAL = 50  # milliseconds between frames
REST = 1500  # milliseconds without a gesture before she stirs again
BREATH = 4.2  # seconds
SLOT = 4.0  # seconds; one blink each, somewhere in it
BLINK = 0.24  # seconds from open to open
STEPS = 20  # breath is shown in so many steps: no frame is drawn for a change that nobody sees
EYES = ("eye_open_left", "eye_open_right")


def openness(seconds: float) -> float:
    """How far the lids are up, 0..1: once in every slot, at a moment that looks random and is not."""
    slot = math.floor(seconds / SLOT)
    start = 0.3 + (SLOT - 1.0) * float(np.random.default_rng(slot).random())
    phase = (seconds - slot * SLOT - start) / BLINK
    if not 0.0 < phase < 1.0:
        return 1.0
    return round(abs(phase - 0.4) / (0.4 if phase < 0.4 else 0.6), 2)  # lids fall faster than they rise


def overlay(shot: Shot, seconds: float, known: frozenset[str], awake: bool = True) -> Shot:
    """The shot at her own time ``seconds``; ``known`` are the expressions that the generator has.

    Not ``awake``, the lids are up and the chest stays where it was.
    """
    lids = openness(seconds) if awake else 1.0
    moved = dict(shot.expression)
    for name in EYES:
        if name in known and lids < 1.0:
            moved[name] = float(moved.get(name, 1.0)) * lids
    chest = round((0.5 - 0.5 * math.cos(2 * math.pi * seconds / BREATH)) * STEPS) / STEPS
    pose = msgspec.structs.replace(shot.pose, breath=max(shot.pose.breath, chest))
    return shot.with_(expression=moved, pose=pose)


class Idle(QObject):
    """A clock: ``ticked`` about 20 times a second while she is left alone."""

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
