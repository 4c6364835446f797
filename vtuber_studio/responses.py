"""How soon the window answers: from an event to the pixels that show it, from one turn of its event loop to the next.

``bench`` starts it in a process of its own: ``python -m vtuber_studio.responses [generator]`` prints JSON. Events are
sent to real widgets; the picture counts when the canvas has painted it.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.settings import Settings
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.generator import load_generator
from vtuber_studio.ui import theme
from vtuber_studio.ui.bridge import FrameResult
from vtuber_studio.ui.dialogs.colour import ColourDialog
from vtuber_studio.ui.main_window import MainWindow
from vtuber_studio.ui.ready_masks import TABLE

MOVES = 60  # of the mouse in each row
MOVE = 16  # milliseconds between two of them
TURNS = 3  # times that twelve variations are opened
PATIENCE = 20.0  # seconds
PART = "hair_front"


def watch(until: Callable[[], bool]) -> dict[str, float]:
    """Run the event loop until ``until()``; what its turns took, in milliseconds. ``own_`` counts the thread's own
    time on the processor alone: what is left where other programs use the machine as well."""
    gaps: list[tuple[float, float]] = []
    last = time.perf_counter(), time.thread_time()

    def turn() -> None:
        nonlocal last
        now = time.perf_counter(), time.thread_time()
        gaps.append((1000 * (now[0] - last[0]), 1000 * (now[1] - last[1])))
        last = now

    clock = QTimer(interval=1, timerType=Qt.TimerType.PreciseTimer)
    clock.timeout.connect(turn)
    clock.start()
    while not until():
        QApplication.processEvents()
        time.sleep(0.0002)
    clock.stop()
    turn()  # the last one, cut short
    walls, owns = (sorted(kind) for kind in zip(*gaps, strict=True))

    def share(kind: list[float], part: float) -> float:
        return round(kind[int(part * (len(kind) - 1))], 1)

    return {
        "turns": len(gaps),
        "median_ms": round(statistics.median(walls), 2),
        "p99_ms": share(walls, 0.99),
        "p99_9_ms": share(walls, 0.999),
        "max_ms": round(walls[-1], 1),
        "own_p99_ms": share(owns, 0.99),
        "own_max_ms": round(owns[-1], 1),
        "over_50_ms": sum(gap > 50 for gap in walls),
    }


def after(seconds: float) -> Callable[[], bool]:
    """True from ``seconds`` on."""
    end = time.perf_counter() + seconds
    return lambda: time.perf_counter() >= end


def mouse(widget: QWidget, kind: QEvent.Type, at: QPointF) -> None:
    """Send a press, a move with the button held, or a release, as the mouse would."""
    moved, left = kind == QEvent.Type.MouseMove, Qt.MouseButton.LeftButton
    button = Qt.MouseButton.NoButton if moved else left
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else left
    screen = QPointF(widget.mapToGlobal(at.toPoint()))
    QApplication.sendEvent(widget, QMouseEvent(kind, at, screen, button, held, Qt.KeyboardModifier.NoModifier))


class Answers(QObject):
    """Knows which shot the canvas has painted."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.window = window
        self._came: Shot | None = None
        self._painted: Shot | None = None
        window.preview.shown.connect(self._on_frame)
        window.canvas.installEventFilter(self)

    def _on_frame(self, frame: FrameResult) -> None:
        self._came = frame.shot

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """It paints when this has returned, and has painted when the turn of the loop is over."""
        if event.type() == QEvent.Type.Paint:
            self._painted = self._came
        return super().eventFilter(watched, event)

    def time(self, act: Callable[[], object]) -> float:
        """Milliseconds from ``act``, which changes what is shown, until that is painted; StudioError when it is not."""
        stage = self.window.stage
        before, begin = stage.shot, time.perf_counter()
        act()
        while (shot := stage.shot) == before or self._painted != shot:
            if time.perf_counter() - begin > PATIENCE:
                raise StudioError("The window did not answer.", "Close other programs and try again.")
            QApplication.processEvents()
            time.sleep(0.0002)
        return 1000 * (time.perf_counter() - begin)

    def pull(self, widget: QWidget, way: Iterator[QPointF]) -> dict[str, float]:
        """Press where a way begins, and pull along it; what the moves took."""
        times = []
        mouse(widget, QEvent.Type.MouseButtonPress, next(way))
        for place in way:
            times.append(self.time(lambda place=place: mouse(widget, QEvent.Type.MouseMove, place)))  # type: ignore[misc]
            watch(after(MOVE / 1000))
        mouse(widget, QEvent.Type.MouseButtonRelease, place)
        watch(lambda: self.window.preview.settled)
        return {"median": round(statistics.median(times), 1), "p95": round(float(np.percentile(times, 95)), 1)}


def slid(answers: Answers, name: str) -> dict[str, float]:
    """The handle of a slider, to and fro."""
    slider = answers.window.attributes.rows[name].slider
    assert slider is not None
    start, y = QPointF(slider.handle().center()), slider.height() / 2
    turns = np.sin(0.7 * np.arange(1, MOVES)) * 0.42 * slider.width() + slider.width() / 2
    return answers.pull(slider, iter([start, *(QPointF(float(x), y) for x in turns)]))


def _dyed(answers: Answers) -> dict[str, float]:
    """The colour dialog's field, around."""
    window = answers.window
    window.palette_panel.choose("hair.base")
    dialog = window.findChild(ColourDialog)
    assert dialog is not None
    middle = QPointF(dialog.field.rect().center())
    places = [middle + QPointF(90 * math.cos(0.4 * k), 55 * math.sin(0.4 * k)) for k in range(MOVES)]
    found = answers.pull(dialog.field, iter(places))
    dialog.reject()
    return found


def _painted(answers: Answers) -> dict[str, float]:
    """One stroke of the brush into a mask in which the hair has another colour, never twice at one place."""
    window = answers.window
    window.regions.new.make(TABLE[0], PART)
    watch(lambda: window.session.entered is not None)
    window.palette_panel.set_colour("hair.base", "#c03060")
    window.regions.tools.use("brush")
    box, row = window.canvas.figure, 12  # her right half, in rows
    corner, step, down = box.topLeft() + QPointF(box.width(), box.height()) * 0.1, box.width() / 30, box.height() / 7
    places = [corner + QPointF(step * (k % row), down * (k // row)) for k in range(MOVES)]
    found = answers.pull(window.canvas, iter(places))
    window.regions.tools.use("")
    window.session.enter(None)
    return found


def vary(window: MainWindow, part: str) -> dict[str, float]:
    """Open the variations of a part, and wait for their pictures while going from one to the next."""
    begin = time.perf_counter()
    grid = window.variations.open(part)
    called = 1000 * (time.perf_counter() - begin)
    assert grid is not None

    def go_on() -> None:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(grid, QKeyEvent(kind, Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier))

    timer = QTimer(interval=150)
    timer.timeout.connect(go_on)
    timer.start()
    found = watch(lambda: not any(grid.item(row).icon().isNull() for row in range(grid.count())))
    timer.stop()
    grid.close()
    watch(lambda: window.preview.settled)
    return found | {"call_ms": round(called, 1)}


def opened(generator: Path | None = None) -> MainWindow:
    """A window of the usual size, shown, with its first picture."""
    window, seen = MainWindow(lambda: load_generator(generator), Settings(idle_animation=False)), list[object]()
    window.picture_shown.connect(lambda: seen.append(1))
    window.resize(1440, 900)
    window.show()
    window.start()
    watch(lambda: bool(seen) and window.preview.settled)
    return window


def measure(generator: Path | None = None) -> dict[str, Any]:
    """Every row: ``response_ms`` of sliders, stroke and palette, and ``variations_turns``, three times."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    theme.apply(application)
    window = opened(generator)
    answers = Answers(window)
    figures = {
        "slider_eyes": slid(answers, "eye_size"),
        "slider_hair": slid(answers, "hair_volume"),
        "palette": _dyed(answers),
        "stroke": _painted(answers),
    }
    turns = {f"run_{number}": vary(window, PART) for number in range(1, TURNS + 1)}
    window.leaving.agreed = True
    window.close()
    return {"response_ms": figures, "variations_turns": turns}


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]) if len(sys.argv) > 1 else None)))
