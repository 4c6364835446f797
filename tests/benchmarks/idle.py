"""Run by hand: ``python tests/benchmarks/idle.py [seconds]`` - what she costs when left alone.

Processor time of the whole process, all threads, in percent of one core, as JSON: the window shown and still, shown
and blinking and breathing, the same at twice the pixels, and minimised.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from vtuber_studio.core.settings import Settings
from vtuber_studio.engine.generator import load_generator
from vtuber_studio.ui import theme
from vtuber_studio.ui.main_window import MainWindow

SETTLES = 12.0  # seconds until everything is drawn that will be kept


def run_for(seconds: float) -> float:
    """Run the event loop; percent of one core that it took."""
    application = QApplication.instance()
    assert application is not None
    end, used = time.perf_counter() + seconds, time.process_time()
    while time.perf_counter() < end:
        application.processEvents()
        time.sleep(0.002)
    return round(100 * (time.process_time() - used) / seconds, 1)


def measure(seconds: float) -> dict[str, float]:
    """Percent of one core in each state of one window."""
    application = QApplication(sys.argv[:1])
    theme.apply(application)
    window = MainWindow(load_generator, Settings(idle_animation=False))
    window.resize(1440, 900)
    window.show()
    window.start()
    run_for(SETTLES)
    figures = {"still": run_for(seconds)}
    window.idle.set_enabled(True)
    run_for(SETTLES)
    figures["idle"] = run_for(seconds)
    window.setWindowState(Qt.WindowState.WindowMinimized)
    run_for(1.0)
    figures["minimised"] = run_for(seconds)
    window._leaving = True
    window.close()
    return figures


def main(seconds: float) -> dict[str, dict[str, float]]:
    """Every row, at one and at two device pixels to a logical one; each in a process of its own."""
    figures = {}
    for factor in ("1", "2"):
        command = [sys.executable, __file__, str(seconds), "--once"]
        done = subprocess.run(
            command, env={**os.environ, "QT_SCALE_FACTOR": factor}, capture_output=True, text=True, check=True
        )
        figures[f"scale_{factor}"] = json.loads(done.stdout)
    return figures


if __name__ == "__main__":
    length = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    print(json.dumps(measure(length) if "--once" in sys.argv else main(length), indent=1))
