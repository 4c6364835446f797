"""Keys by their place: on a layout without Latin letters the key where R stands elsewhere is R.

Sources of the codes: Linux, ``input-event-codes.h`` (X11 and Wayland add 8), the same numbers as scan code set 1 on
Windows; macOS, ``kVK_ANSI_*`` of Carbon's ``Events.h``.
"""

from __future__ import annotations

import sys
import unicodedata

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence

_ROWS = ((16, "QWERTYUIOP"), (30, "ASDFGHJKL"), (43, "\\"), (44, "ZXCVBNM"))
_CODES = {start + k: letter for start, row in _ROWS for k, letter in enumerate(row)}
_MAC = dict(zip((*range(10), 11), "ASDFHGZXCVB", strict=True)) | dict(zip(range(12, 18), "QWERYT", strict=True))
_MAC |= {31: "O", 32: "U", 34: "I", 35: "P", 37: "L", 38: "J", 40: "K", 42: "\\", 45: "N", 46: "M"}
_ABOVE = 8  # what X11 and Wayland add


def latin_key(event: QKeyEvent, platform: str = sys.platform) -> int:
    """The event's key; where that is a letter of another script, the Latin one in its place on a US keyboard."""
    key = event.key()
    if key < 0x80 or key >= 0x110000 or unicodedata.name(chr(key), "LATIN").startswith("LATIN"):
        return key
    if platform == "darwin":
        letter = _MAC.get(event.nativeVirtualKey())
    else:
        scanned = event.nativeScanCode()
        letter = _CODES.get(scanned if platform == "win32" else scanned - _ABOVE)
    return ord(letter) if letter else key


def by_place(event: QKeyEvent, actions: list[QAction]) -> QAction | None:
    """The action whose shortcut stands where a key of another script was pressed."""
    key = latin_key(event)
    if key == event.key():
        return None
    wanted = QKeySequence(QKeyCombination(event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier, Qt.Key(key)))
    return next((each for each in actions if each.isEnabled() and wanted in each.shortcuts()), None)
