"""The window. Before anything else, ``None`` and ``True`` are made safe from PySide6."""

from __future__ import annotations

import ctypes
import sys

SINGLETONS = (None, True, False, NotImplemented, ...)


def keep_singletons() -> None:
    """Give Python's singletons more references than can be lost.

    PySide6 6.12.0 is built as if they were immortal, which they are from Python 3.12 on: it returns them uncounted,
    ``True`` from every ``Signal.emit`` and ``None`` from every method without a value. An older interpreter counts
    down to 0 and aborts, after about a minute of her blinking. So there they get what 3.12 gives them.
    """
    if sys.implementation.name == "cpython" and sys.version_info < (3, 12):
        for singleton in SINGLETONS:
            ctypes.c_ssize_t.from_address(id(singleton)).value += sys.maxsize // 4  # an object's first field


keep_singletons()
