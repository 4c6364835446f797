"""What PySide6 does to Python while the window lives for hours."""

from __future__ import annotations

import subprocess
import sys

EMITS = 20_000  # ten times what it took to end an interpreter that was not prepared

PROGRAM = f"""
import vtuber_studio.ui
from PySide6.QtCore import QCoreApplication, QObject, Signal

class Source(QObject):
    moved = Signal(object)

application, source, heard = QCoreApplication([]), Source(), []
source.moved.connect(heard.append)
for value in range({EMITS}):
    source.moved.emit(value)
assert len(heard) == {EMITS}
"""


def test_the_interpreter_outlives_its_signals() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
