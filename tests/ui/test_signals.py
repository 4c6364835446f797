"""What PySide6 does to Python while the window lives for hours."""

from __future__ import annotations

import subprocess
import sys

CALLS = 20_000  # several times what it took to end an interpreter that was not prepared

PROGRAM = f"""
import vtuber_studio.ui
from PySide6.QtCore import QCoreApplication, QObject, Signal

class Source(QObject):
    moved = Signal(object)

application, source, heard = QCoreApplication([]), Source(), []
source.moved.connect(heard.append)
for value in range({CALLS}):
    source.moved.emit(value)  # returns True
    source.setObjectName("source")  # returns None
assert len(heard) == {CALLS}
"""


def test_the_interpreter_outlives_many_calls() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
