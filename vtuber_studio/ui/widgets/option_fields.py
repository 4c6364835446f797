"""The widgets in which options are set, each for one kind of value; all are read and written alike."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication, SignalInstance
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QSpinBox,
    QToolButton,
    QWidget,
)

from vtuber_studio.ui.colours import Colours
from vtuber_studio.ui.widgets.words import choice_label

CLEAR = "transparent"
GREEN = "#00b140"  # what keyers take away


@dataclass(frozen=True)
class Field:
    """A widget for a value: ``read()`` and ``write(value)``; ``changed`` is the signal of its every change."""

    widget: QWidget
    read: Callable[[], Any]
    write: Callable[[Any], object]
    changed: SignalInstance


class SizeBox(QSpinBox):
    """Pixels: a step doubles or halves."""

    def stepBy(self, steps: int) -> None:
        """Up and down keys, the wheel and the buttons."""
        value = self.value()
        self.setValue(value * 2**steps if steps > 0 else max(value // 2**-steps, self.minimum()))


def switch() -> Field:
    """Yes or no."""
    box = QCheckBox()
    return Field(box, box.isChecked, box.setChecked, box.toggled)


def one_of(choices: Sequence[Any], label: Callable[[Any], str]) -> Field:
    """One of a few."""
    box = QComboBox()
    for choice in choices:
        box.addItem(label(choice), choice)
    return Field(box, box.currentData, lambda value: box.setCurrentIndex(box.findData(value)), box.currentIndexChanged)


def whole(low: int, high: int, unit: str, doubles: bool = False) -> Field:
    """A whole number."""
    box = SizeBox() if doubles else QSpinBox()
    box.setRange(low, high)
    box.setSuffix(unit)
    return Field(box, box.value, box.setValue, box.valueChanged)


def number(low: float, high: float, unit: str) -> Field:
    """A number, in steps that fit its range."""
    box = QDoubleSpinBox()
    box.setRange(low, high)
    box.setDecimals(1 if high > 5 else 2)
    box.setSingleStep(0.1 if high <= 1 else 0.5 if high <= 5 else 1.0)
    box.setSuffix(unit)
    return Field(box, box.value, box.setValue, box.valueChanged)


def text(hint: str) -> Field:
    """Words."""
    line = QLineEdit(placeholderText=hint)

    def write(value: Any) -> None:
        if value != line.text().strip():
            line.setText(str(value))
            line.setCursorPosition(0)

    return Field(line, lambda: line.text().strip(), write, line.textChanged)


def several(names: Sequence[str], hint: str) -> Field:
    """Several of many, with commas between; a menu checks them."""
    field = text(hint)
    line = field.widget
    assert isinstance(line, QLineEdit)
    menu = QMenu(line)

    def written() -> list[str]:
        return [name.strip() for name in line.text().split(",") if name.strip()]

    def check(name: str, on: bool) -> None:
        kept = [one for one in written() if one != name]
        line.setText(",".join([*kept, name] if on else kept))

    def fill() -> None:
        menu.clear()
        for name in names:
            action = menu.addAction(choice_label(name))
            action.setCheckable(True)
            action.setChecked(name in written())
            action.toggled.connect(lambda on, name=name: check(name, on))

    button = QToolButton(text="...", popupMode=QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setToolTip(_tr("Choose from all"))
    button.setAccessibleName(_tr("Choose from all"))
    button.setMenu(menu)
    menu.aboutToShow.connect(fill)
    return Field(beside(line, button), field.read, field.write, field.changed)


def file(kinds: str) -> Field:
    """A file's path; empty: none."""
    field = text(_tr("None"))
    line = field.widget
    assert isinstance(line, QLineEdit)

    def browse() -> None:
        dialog = QFileDialog(line, "", os.path.dirname(line.text()), f"{_tr('Files')} ({kinds})")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(line.setText)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    button = QToolButton(text="...")
    button.setToolTip(_tr("Choose the file"))
    button.setAccessibleName(_tr("Choose the file"))
    button.clicked.connect(browse)
    return Field(beside(line, button), lambda: os.path.expanduser(field.read()), field.write, field.changed)


class ColourButton(QPushButton):
    """A colour, or nothing where that is possible."""

    def __init__(self, colours: Colours, clear: bool) -> None:
        super().__init__()
        self._colours = colours
        self.colour = CLEAR if clear else "#ffffff"
        self.menu_of_colours = menu = QMenu(self)
        if clear:
            menu.addAction(_tr("Transparent")).triggered.connect(lambda: self.set_colour(CLEAR))
        menu.addAction(_tr("White")).triggered.connect(lambda: self.set_colour("#ffffff"))
        menu.addAction(_tr("Green, for keying")).triggered.connect(lambda: self.set_colour(GREEN))
        menu.addAction(_tr("Colour ...")).triggered.connect(self.choose)
        self.setMenu(menu)
        self._show()

    def set_colour(self, colour: str) -> None:
        """``transparent``, #rrggbb or a name."""
        if colour != self.colour:
            self.colour = colour
            self._show()
            self.toggled.emit(True)

    def choose(self) -> None:
        """Open the dialog of colours, which shows each at once."""
        before = self.colour
        first = "#ffffff" if before == CLEAR else before
        dialog = self._colours.choose(_tr("Background"), first, self, self.set_colour)
        dialog.accepted.connect(lambda: self.set_colour(dialog.colour))
        dialog.rejected.connect(lambda: self.set_colour(before))

    def _show(self) -> None:
        clear = self.colour == CLEAR
        self.setText(_tr("Transparent") if clear else self.colour)
        self.setStyleSheet("" if clear else f"QPushButton {{ border-left: 14px solid {self.colour}; }}")


def colour(colours: Colours, clear: bool) -> Field:
    """A colour; ``clear``: or none."""
    button = ColourButton(colours, clear)
    return Field(button, lambda: button.colour, button.set_colour, button.toggled)


def beside(line: QLineEdit, button: QToolButton) -> QWidget:
    """A line and its button as one widget."""
    both = QWidget()
    row = QHBoxLayout(both)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    row.addWidget(line, 1)
    row.addWidget(button)
    both.setFocusProxy(line)
    return both


def _tr(words: str) -> str:
    return QCoreApplication.translate("option_fields", words)
