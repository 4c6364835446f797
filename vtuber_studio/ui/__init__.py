"""The window. Before anything else, ``True`` is made safe from PySide6."""

from __future__ import annotations

import ctypes
import sys


def keep_true() -> None:
    """Give ``True`` more references than can be lost.

    PySide6 6.12.0 drops one at every ``Signal.emit``. From Python 3.12 on ``True`` is immortal and nothing happens;
    before, the interpreter aborts after some 2000 signals: a minute of her blinking.
    """
    if sys.implementation.name == "cpython" and sys.version_info < (3, 12):
        ctypes.c_ssize_t.from_address(id(True)).value += sys.maxsize // 4  # ob_refcnt is an object's first field


keep_true()
