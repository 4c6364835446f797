"""Export for a program: what to write, by where it will be used, and that kind's own options, made from its table."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import Field, fields
from inspect import get_annotations
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from vtuber_studio.core.progress import Progress
from vtuber_studio.engine.fitting import cast_of, keep
from vtuber_studio.export import EXPORTERS, Exporter, checked, described
from vtuber_studio.ui.dialogs.exporting import ExportingDialog
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.words import choice_label, fitting

_LIMIT = 2**31 - 1


class ExportForDialog(ExportingDialog):
    """A list of kinds on the left, the options of the chosen one on the right."""

    def __init__(self, stage: Stage, parent: QWidget | None = None) -> None:
        super().__init__(stage, parent)
        self.setWindowTitle(self.tr("Export for a program"))
        self.resize(760, 520)
        self.fields: dict[str, QWidget] = {}  # of the chosen kind, by the option's name
        self._chosen: dict[str, dict[str, Any]] = {}  # kind -> what was set last
        self.kinds = QListWidget(accessibleName=self.tr("Kinds of files"))
        for row in EXPORTERS.values():
            item = QListWidgetItem(row.label)
            item.setData(Qt.ItemDataRole.UserRole, row.kind)
            item.setToolTip(row.use)
            self.kinds.addItem(item)
        self.use = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.use.setObjectName("caption")
        self.options = QScrollArea(widgetResizable=True)
        self.options.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.options.setFrameShape(QScrollArea.Shape.NoFrame)
        self.browse_button.clicked.connect(self._browse)
        self._lay_out()
        self.kinds.currentRowChanged.connect(lambda _row: self._show_kind())
        self.kinds.setCurrentRow(0)
        self._show_idle("")

    def _lay_out(self) -> None:
        file, both, right = QHBoxLayout(), QHBoxLayout(), QVBoxLayout()
        file.addWidget(self.path_field)
        file.addWidget(self.browse_button)
        right.addWidget(self.use)
        right.addWidget(self.options, 1)
        both.addWidget(self.kinds, 2)
        both.addLayout(right, 5)
        both.setSpacing(16)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addLayout(both, 1)
        column.addLayout(file)
        column.addWidget(self.bar)
        column.addWidget(self.note)
        column.addLayout(self.buttons())

    @property
    def row(self) -> Exporter:
        """The chosen kind."""
        return EXPORTERS[self.kinds.currentItem().data(Qt.ItemDataRole.UserRole)]

    def choose(self, kind: str) -> None:
        """Choose a kind of ``EXPORTERS``."""
        self.kinds.setCurrentRow(list(EXPORTERS).index(kind))

    def task(self, path: Path) -> Iterator[Progress]:
        """Write what the window shows now."""
        row, manifest, values = self.row, self.stage.manifest, self.values()
        self._chosen[row.kind] = dict(values)
        shot = self.stage.shot
        if manifest is not None and any(field.name == "look" for field in fields(row.options)):
            values["look"] = keep(shot.look, manifest)
        if manifest is not None and any(field.name == "cast" for field in fields(row.options)):
            values["cast"] = cast_of(manifest, values.get("toward", ""))
        options = checked(row.options(**values))
        return row.export(self.stage.bridge.drawing(row.draws), shot, options, path)

    def values(self) -> dict[str, Any]:
        """The options as they are set."""
        return {name: _value(field) for name, field in self.fields.items()}

    def path(self) -> Path:
        """The file with the kind's ending, or the folder."""
        text = os.path.expanduser(self.path_field.text().strip() or "persona")
        suffix = self.row.suffix
        return Path(text if text.lower().endswith(suffix) else f"{text}{suffix}")

    def _show_kind(self) -> None:
        """The options of the chosen kind, as they were set last."""
        row, form = self.row, QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        before = self._chosen.get(row.kind, {})
        self.fields = {}
        table = described(row.options)
        for name in (name for owner in row.options.__mro__ for name in get_annotations(owner) if name in table):
            field = _field(table[name], before.get(name, table[name].default))  # what is most its own comes first
            field.setAccessibleName(choice_label(name))
            field.setToolTip(table[name].metadata.get("tip", ""))
            self.fields[name] = field
            form.addRow(choice_label(name), field)
        inside = QWidget()
        inside.setLayout(form)
        self.options.setWidget(inside)
        self.use.setText(self.tr("For {}.").format(row.use))
        self.path_field.setText(str(self.suggestion(row.suffix)))
        self._name_the_button()

    def _browse(self) -> None:
        dialog = QFileDialog(self, self.row.label, self.path_field.text())
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(self.row.suffix.removeprefix("."))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.path_field.setText)
        dialog.open()

    def _on_progress(self, step: Progress) -> None:
        self.bar.setValue(round(1000 * step.fraction))
        size = step.figures.get("bytes")
        self.note.setText(fitting(step.message) + (f" ({size / 1e6:.2f} MB)" if size else ""))


def _field(field: Field[Any], value: Any) -> QWidget:
    """The widget for an option."""
    choices, low, high = (field.metadata.get(name) for name in ("choices", "low", "high"))
    if isinstance(value, bool):
        return QCheckBox(checked=value)
    if choices:
        box = QComboBox()
        for choice in choices:
            box.addItem(choice_label(choice), choice)
        box.setCurrentIndex(box.findData(value))
        return box
    if isinstance(value, int):
        whole = QSpinBox(minimum=int(low or 0), maximum=_LIMIT if high is None else min(int(high), _LIMIT))
        whole.setValue(value)
        return whole
    if isinstance(value, float):
        number = QDoubleSpinBox(minimum=low or 0.0, maximum=_LIMIT if high is None else high)
        number.setSingleStep(0.1 if number.maximum() <= 1 else 1.0)
        number.setValue(value)
        return number
    return QLineEdit(str(value), placeholderText=field.metadata.get("tip", ""))


def _value(field: QWidget) -> Any:
    if isinstance(field, QCheckBox):
        return field.isChecked()
    if isinstance(field, QComboBox):
        return field.currentData()
    if isinstance(field, QSpinBox | QDoubleSpinBox):
        return field.value()
    assert isinstance(field, QLineEdit)
    return field.text().strip()
