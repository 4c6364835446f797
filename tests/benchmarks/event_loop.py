"""Run by hand: ``python tests/benchmarks/event_loop.py [seconds [run]]`` - how long the window keeps its user waiting.

Milliseconds between two turns of the GUI thread's event loop (a timer of 1 ms is the clock), as JSON: while nothing
happens, while the mouse goes over her, while a slider is dragged, while a region's mask is painted (and what one move
of the brush takes), while twelve variations of a part, and the thirty-six looks of the wall, are drawn and gone
through, while a 4096 px PNG is exported, and while a slider is dragged meanwhile. With the folder of a fine-tune that
was left while it tuned, also how soon two sliders answer before and while it goes on, and the turns meanwhile.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from vtuber_studio.core.settings import Settings
from vtuber_studio.engine.generator import load_generator
from vtuber_studio.responses import Answers, after, slid, vary, watch
from vtuber_studio.ui import theme
from vtuber_studio.ui.main_window import MainWindow
from vtuber_studio.ui.ready_masks import TABLE

MOVE = 16  # milliseconds between two moves of the mouse


def drag(window: MainWindow, name: str) -> QTimer:
    """Sway the handle of a slider until the timer is stopped."""
    slider = window.attributes.rows[name].slider
    assert slider is not None
    middle, began = slider.rect().center(), time.perf_counter()
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=slider.handle().center())

    def move() -> None:
        x = math.sin(3 * (time.perf_counter() - began)) * 0.45 * slider.width()
        QTest.mouseMove(slider, middle + QPoint(round(x), 0))

    timer = QTimer(interval=MOVE, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(move)
    timer.start()
    return timer


def hover(window: MainWindow) -> QTimer:
    """Go round and round over her until the timer is stopped."""
    canvas, began = window.canvas, time.perf_counter()

    def move() -> None:
        turn = 2 * (time.perf_counter() - began)
        x, y = canvas.figure.center().x(), canvas.figure.center().y()
        away = QPoint(round(0.25 * canvas.figure.width() * math.cos(turn)), round(150 * math.sin(turn)))
        QTest.mouseMove(canvas, QPoint(round(x), round(y)) + away)

    timer = QTimer(interval=MOVE, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(move)
    timer.start()
    return timer


def paint(window: MainWindow, seconds: float) -> dict[str, float]:
    """Paint a mask in hair of another colour, in one stroke."""
    window.regions.new.make(TABLE[0], "hair_front")
    watch(lambda: window.session.entered is not None)
    window.palette_panel.set_colour("hair.base", "#c03060")
    window.regions.tools.use("brush")
    moves: list[float] = []
    pull = window.regions.tools.pull

    def timed(at: QPointF, pressure: float) -> None:
        begin = time.perf_counter()
        pull(at, pressure)
        moves.append(1000 * (time.perf_counter() - begin))

    window.regions.tools.pull = timed  # type: ignore[method-assign]
    QTest.mousePress(window.canvas, Qt.MouseButton.LeftButton, pos=window.canvas.rect().center())
    timer = hover(window)
    found = watch(after(seconds))
    timer.stop()
    QTest.mouseRelease(window.canvas, Qt.MouseButton.LeftButton, pos=window.canvas.rect().center())
    window.regions.tools.use("")
    window.session.enter(None)
    moves.sort()
    return found | {"move_median_ms": round(statistics.median(moves), 2), "move_max_ms": round(moves[-1], 2)}


def wall(window: MainWindow) -> dict[str, float]:
    """Open the wall of looks, and wait for its pictures while going from one to the next."""
    begin = time.perf_counter()
    window.actions_by_name["wall"].trigger()
    called = 1000 * (time.perf_counter() - begin)
    timer = QTimer(interval=150)
    timer.timeout.connect(lambda: QTest.keyClick(window.wall.grid, Qt.Key.Key_Right))
    timer.start()
    found = watch(lambda: window.wall.complete)
    timer.stop()
    return found | {"call_ms": round(called, 1), "seconds": round(time.perf_counter() - begin, 1)}


def learning(window: MainWindow, run: Path, seconds: float) -> dict[str, dict[str, float]]:
    """The panel open, a generator learning beside the window."""
    answers, figures = Answers(window), dict[str, dict[str, float]]()
    sliders = ("eye_size", "hair_volume")
    figures |= {f"answer_{name}": slid(answers, name) for name in sliders}
    window.docks.open(window.training)
    trainer = window.trainer
    trainer.go_on(run)
    figures["learning_begins"] = watch(lambda: trainer.story.at is not None and trainer.story.at.stage == "tuning")
    figures["learning"] = watch(after(5 * seconds))
    window.docks.open(window.attributes)
    figures |= {f"answer_{name}_learning": slid(answers, name) for name in sliders}
    timer = drag(window, "eye_size")
    figures["learning_and_slider"] = watch(after(5 * seconds))
    timer.stop()
    window.session.commit()
    assert trainer.present == run, "it went on all the while"
    return figures


def main(seconds: float, run: Path | None = None) -> dict[str, dict[str, float]]:
    """Every row."""
    application = QApplication(sys.argv[:1])
    theme.apply(application)
    window = MainWindow(load_generator, Settings(idle_animation=False))
    seen: list[object] = []
    window.picture_shown.connect(lambda: seen.append(1))
    window.resize(1440, 900)
    window.show()
    window.start()
    figures = {"start": watch(lambda: bool(seen))}
    figures["idle"] = watch(after(seconds))

    timer = hover(window)
    watch(lambda: window.pointing.fresh)
    figures["hover"] = watch(after(seconds))
    timer.stop()

    def dragged(name: str, until: Callable[[], bool]) -> dict[str, float]:
        timer = drag(window, name)
        found = watch(until)
        timer.stop()
        window.session.commit()
        return found

    def export(folder: str) -> Callable[[], bool]:
        dialog = window.export_png()
        dialog.path_field.setText(str(Path(folder) / "large.png"))
        dialog.fields["size"].write(4096)
        dialog.start_button.click()
        return lambda: dialog.job is None

    figures["slider_eyes"] = dragged("eye_size", after(seconds))
    figures["slider_hair"] = dragged("hair_volume", after(seconds))
    figures["brush"] = paint(window, seconds)
    with tempfile.TemporaryDirectory() as folder:
        figures["export_4096"] = watch(export(folder))
        done = export(folder)
        figures["export_4096_and_slider"] = dragged("eye_size", done)
    figures["variations"] = vary(window, "hair_front")
    figures["wall"] = wall(window)
    window.docks.open(window.attributes)
    figures["roll"] = watch(after(0.2))
    begin = time.perf_counter()
    window.dice.roll()
    figures["roll"] = {**watch(after(1.0)), "call_ms": round(1000 * (time.perf_counter() - begin - 1.0), 1)}
    if run is not None:
        figures |= learning(window, run, seconds)
    window.leaving.agreed = True
    window.close()
    return figures


if __name__ == "__main__":
    told = main(float(sys.argv[1]) if len(sys.argv) > 1 else 4.0, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
    print(json.dumps(told, indent=1))
