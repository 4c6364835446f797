"""A form made of an options dataclass: a row a field, hidden where it changes nothing."""

from __future__ import annotations

import dataclasses
from inspect import get_annotations
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QLineEdit, QWidget

from vtuber_studio.core.settings import Options
from vtuber_studio.export import described
from vtuber_studio.ui.colours import Colours
from vtuber_studio.ui.dialogs.option_words import FILES, FIRST, LISTS, MATTERS, choice_words, hint_words, words_of
from vtuber_studio.ui.widgets import option_fields as make
from vtuber_studio.ui.widgets.option_fields import CLEAR, Field
from vtuber_studio.ui.widgets.words import plain

_LIMIT = 2**31 - 1


class OptionForm(QWidget):
    """``fields`` by the option's name: what she does first, then what is most a kind's own."""

    changed = Signal()

    def __init__(self, kind: type, values: Options, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields: dict[str, Field] = {}
        self._form = QFormLayout(self)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setContentsMargins(0, 0, 8, 0)
        self._form.setVerticalSpacing(8)
        self._form.setHorizontalSpacing(14)
        table = described(kind)
        own = dict.fromkeys(name for owner in kind.__mro__ for name in get_annotations(owner) if name in table)
        for name in sorted(own, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST)):
            self.add(name, _field(table[name], values[name], colours), values[name])
        self._show_rows()

    def add(self, name: str, field: Field, value: Any) -> None:
        """A row more."""
        words = words_of(name)
        field.write(value)
        for widget in (field.widget, field.widget.focusProxy()):
            if widget is not None:
                widget.setAccessibleName(words.label)
        field.widget.setToolTip(plain(words.tip))
        self.fields[name] = field
        self._form.addRow(words.label, field.widget)
        field.changed.connect(self._on_change)

    def values(self) -> Options:
        """The options as they are set."""
        return {name: field.read() for name, field in self.fields.items()}

    def _on_change(self) -> None:
        self._show_rows()
        self.changed.emit()

    def _show_rows(self) -> None:
        values = self.values()
        for name, matters in MATTERS.items():
            if name in self.fields:
                self._form.setRowVisible(self.fields[name].widget, matters(values))


def _field(described_: dataclasses.Field[Any], value: Any, colours: Colours) -> Field:
    """The widget for an option."""
    name, said, words = described_.name, described_.metadata, words_of(described_.name)
    low, high = said.get("low"), said.get("high")
    if isinstance(value, bool):
        return make.switch()
    if said.get("choices"):
        return make.one_of(said["choices"], choice_words)
    if said.get("among"):
        return make.one_of(said["among"], lambda number: f"{number}{words.unit}")
    if isinstance(value, int):
        return make.whole(int(low or 0), min(int(high or _LIMIT), _LIMIT), words.unit, doubles=name == "size")
    if isinstance(value, float):
        return make.number(low or 0.0, _LIMIT if high is None else high, words.unit)
    if name in LISTS:
        return make.several(LISTS[name], hint_words(name))
    if name in FILES:
        return make.file(FILES[name])
    if name == "background" or name.endswith("_colour"):
        return make.colour(colours, clear=described_.default == CLEAR)
    return make.text(hint_words(name))


def line_of(field: Field) -> QLineEdit:
    """The line in which a text is typed."""
    widget = field.widget.focusProxy() or field.widget
    assert isinstance(widget, QLineEdit)
    return widget
