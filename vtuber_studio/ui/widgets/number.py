"""Numbers as people write and read them: the locale's digits and separator are shown, any are understood."""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QKeyEvent, QValidator
from PySide6.QtWidgets import QDoubleSpinBox, QWidget

_SIGNS = {",": ".", "\u066b": ".", "\u2212": "-", "\uff0d": "-", "\uff0b": "+"}
_SIGNS |= dict.fromkeys("\u200e\u200f\u061c", "")  # marks that say which way a line runs


def read_number(text: str) -> float | None:
    """The number that was typed, with either decimal separator and the digits of any script; None when it is none."""
    plain = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else _SIGNS.get(c, c) for c in text.strip())
    unsigned = plain[1:] if plain[:1] in ("+", "-") else plain
    if unsigned.count(".") > 1 or not unsigned.replace(".", "", 1).isdecimal():
        return None
    return float(plain)


def shown_number(value: float, decimals: int = 0, locale: QLocale | None = None) -> str:
    """``value`` in the locale's digits, without separators between thousands."""
    locale = QLocale(locale or QLocale())
    locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
    return locale.toString(float(value), "f", decimals)


class NumberBox(QDoubleSpinBox):
    """A field with two decimals. Enter takes what was typed, Esc drops it; both are ``left``."""

    left = Signal()

    def __init__(self, low: float, high: float, parent: QWidget | None = None) -> None:
        super().__init__(parent, minimum=low, maximum=high, decimals=2, singleStep=(high - low) / 40)
        self.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self.setKeyboardTracking(False)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Any digits, either separator; unfinished while it is no number, or out of range."""
        value, state = read_number(text), QValidator.State
        if value is not None:
            inside = self.minimum() <= value <= self.maximum()
            return (state.Acceptable if inside else state.Intermediate), text, position
        unfinished = read_number(f"{text}0") is not None or not text.strip()
        return (state.Intermediate if unfinished else state.Invalid), text, position

    def valueFromText(self, text: str) -> float:
        """What was typed."""
        value = read_number(text)
        return self.value() if value is None else value

    def textFromValue(self, value: float) -> str:
        """In the locale of the widget."""
        return shown_number(value, self.decimals(), self.locale())

    def fixup(self, text: str) -> str:
        """What is out of range becomes the nearest that is not; what is no number, what was there."""
        value = read_number(text)
        return self.textFromValue(self.value() if value is None else min(max(value, self.minimum()), self.maximum()))

    def type_over(self, text: str) -> None:
        """Take the focus, ``text`` in the place of what stands there."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()
        if text:
            self.lineEdit().insert(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Esc lead back to the slider."""
        if event.key() == Qt.Key.Key_Escape:
            self.lineEdit().setText(self.textFromValue(self.value()))
            self.left.emit()
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
