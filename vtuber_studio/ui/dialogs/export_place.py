"""Whom to export, and where to: a file, or a folder and what the files in it are called."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QFormLayout, QLabel, QLineEdit, QToolButton, QWidget

from vtuber_studio.core.names import file_stem, free_path
from vtuber_studio.core.paths import home_dir
from vtuber_studio.core.project import NamedLook
from vtuber_studio.core.settings import Whom
from vtuber_studio.export.targets import Target
from vtuber_studio.ui.exports import Exports
from vtuber_studio.ui.widgets.option_fields import beside


class Place(NamedTuple):
    """What an order says of it."""

    whom: Whom
    kept: NamedLook | None  # the one look
    path: Path
    pattern: str


class ExportPlace(QWidget):
    """``changed`` when others are to be exported, ``moved`` when they go elsewhere."""

    changed = Signal()
    moved = Signal()

    def __init__(self, exports: Exports, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.exports, self.stage = exports, exports.stage
        self._target: Target | None = None
        self._wished: Path | None = None  # what was typed or chosen, whatever its ending
        self.whom = QComboBox(accessibleName=self.tr("Whom to export"))
        self.whom.setToolTip(self.tr("What the window shows, or each favourite or look of the project in a file"))
        self.pattern = QLineEdit("{name}", accessibleName=self.tr("Names of the files"))
        self.pattern.setToolTip(self.tr("{name}, {number} and {project} are filled in; no file is ever replaced"))
        self.path_field = QLineEdit()
        self.browse_button = QToolButton(text="...")
        self.browse_button.setToolTip(self.tr("Choose where it goes"))
        self.browse_button.setAccessibleName(self.tr("Choose where it goes"))
        self._label = QLabel()
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.addRow(self.tr("What"), self.whom)
        self._form.addRow(self._label, beside(self.path_field, self.browse_button))
        self._form.addRow(self.tr("Names"), self.pattern)
        self._label.setBuddy(self.path_field)
        self.whom.currentIndexChanged.connect(self._on_whom)
        self.pattern.textChanged.connect(self.changed)
        self.path_field.textEdited.connect(self._wish)
        self.path_field.textChanged.connect(self.moved)
        self.browse_button.clicked.connect(self._browse)
        self.fill()
        self._name()

    @property
    def place(self) -> Place:
        """What is set."""
        whom = self.whom.currentData()
        kept = self.exports.lent if whom == "favourite" else None
        return Place(whom, kept, self.path(), self.pattern.text().strip())

    @property
    def many(self) -> bool:
        """True for a file each of several looks."""
        return self.whom.currentData() in ("favourites", "looks")

    @property
    def taken(self) -> bool:
        """True when a file would be replaced."""
        if self.many or self._target is None or not self.path_field.text():
            return False
        path = self.path()
        return any(map(os.path.exists, (path, *map(path.with_suffix, self._target.exporter.beside))))

    def path(self) -> Path:
        """The file with the kind's ending, or the folder."""
        typed = os.path.expanduser(self.path_field.text().strip() or "persona")
        suffix = "" if self.many or self._target is None else self._target.exporter.suffix
        return Path(typed if typed.lower().endswith(suffix) else f"{typed}{suffix}")

    def show_target(self, target: Target) -> None:
        """Suggest a file of its kind."""
        self._target = target
        self._name()
        self._suggest()

    def choose(self, kept: NamedLook | None) -> None:
        """One look by itself, or what the window shows."""
        self.exports.lent = kept
        self.fill("shown" if kept is None else "favourite")
        self._on_whom()

    def next_free(self) -> None:
        """The next name that nothing has, so that what was written stays."""
        if not self.many and self._target is not None:
            self.path_field.setText(str(free_path(self.path(), self._target.exporter.beside)))

    def fill(self, chosen: str = "") -> None:
        """Offer the looks that there are; what was chosen stays so, where it is still there."""
        project, before = self.stage.session.project, chosen or self.whom.currentData()
        rows = [("shown", self.tr("What the window shows"))]
        if self.exports.lent is not None:
            rows.append(("favourite", self.tr("Only {}").format(self.exports.lent.name)))
        if project.favourites:
            rows.append(("favourites", self.tr("Every favourite, a file each ({})").format(len(project.favourites))))
        if len(project.looks) > 1:
            rows.append(("looks", self.tr("Every look of the project, a file each ({})").format(len(project.looks))))
        now = [(self.whom.itemData(at), self.whom.itemText(at)) for at in range(self.whom.count())]
        if rows == now and not chosen:
            return
        self.whom.blockSignals(True)
        self.whom.clear()
        for data, label in rows:
            self.whom.addItem(label, data)
        self.whom.setCurrentIndex(max(0, self.whom.findData(before)))
        self.whom.blockSignals(False)
        if self.whom.currentData() != before:  # the last favourite is gone
            self._on_whom()

    def _wish(self, text: str) -> None:
        self._wished = Path(text)

    def _on_whom(self) -> None:
        self._wished = None
        self._name()
        self._suggest()
        self.changed.emit()

    def _name(self) -> None:
        self._form.setRowVisible(self.pattern, self.many)
        folder = self.many or (self._target is not None and not self._target.exporter.suffix)
        self._label.setText(self.tr("Folder") if folder else self.tr("File"))
        self.path_field.setAccessibleName(self._label.text())

    def _suggest(self) -> None:
        """What was wished for; else a name that is free, where the last export went, or where the project lies."""
        session, last = self.stage.session, self.exports.last
        if self._target is None:
            return
        folder = session.path.parent if session.path else home_dir()
        if last is not None and Path(last.path).parent.is_dir():
            folder = Path(last.path) if last.many and self.many else Path(last.path).parent
        stem, row = session.path.stem if session.path else file_stem(session.project.name), self._target.exporter
        if self.whom.currentData() == "favourite" and self.exports.lent is not None:
            stem = file_stem(self.exports.lent.name) or stem
        if self._wished is not None and not self.many:
            folder, stem = self._wished.parent, self._wished.stem
        path = free_path(folder / f"{row.stem(stem or 'persona')}{row.suffix}", row.beside)
        self.path_field.setText(str(folder if self.many else path))

    def _chosen(self, file: str) -> None:
        self._wish(file)
        self.path_field.setText(file)

    def _browse(self) -> None:
        assert self._target is not None
        dialog = QFileDialog(self, self._target.label, self.path_field.text())
        if self.many:
            dialog.setFileMode(QFileDialog.FileMode.Directory)
        else:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix(self._target.exporter.suffix.removeprefix("."))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._chosen)
        dialog.open()
