"""Export PNG: size, background, file; it stays beside the window while the picture is drawn."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vtuber_studio.core.progress import Progress
from vtuber_studio.core.project import NamedLook
from vtuber_studio.engine.fitting import keep
from vtuber_studio.export import EXPORTERS, PngOptions
from vtuber_studio.ui.colours import Colours
from vtuber_studio.ui.dialogs.exporting import ExportingDialog
from vtuber_studio.ui.preferences import Preferences
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.words import titled

SIZES = (512, 1024, 2048, 4096)
CLEAR = "transparent"


class ExportPngDialog(ExportingDialog):
    """One picture, as large as wanted."""

    def __init__(self, stage: Stage, preferences: Preferences, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(stage, parent)
        self.preferences, self.colours = preferences, colours
        self.setWindowTitle(self.tr("Export PNG"))
        self.setMinimumWidth(460)
        settings = preferences.settings
        self.size_box = QComboBox()
        for size in SIZES:
            self.size_box.addItem(f"{size} \N{MULTIPLICATION SIGN} {size}", size)
        self.size_box.setCurrentIndex(max(0, self.size_box.findData(settings.export_size)))
        self.background = settings.export_background if settings.export_background != "checker" else CLEAR
        self.clear_button = QPushButton(self.tr("Transparent"), checkable=True)
        self.colour_button = QPushButton(self.tr("Colour ..."), checkable=True)
        self.clear_button.clicked.connect(partial(self.set_background, CLEAR))
        self.colour_button.clicked.connect(self._choose_colour)
        self.look_box = QCheckBox(self.tr("Keep the look in the file"), checked=settings.export_look)
        self.look_box.setToolTip(
            self.tr("Drop the picture on the window to get its sliders and colours back. It holds nothing else of you.")
        )
        self.path_field.setText(str(self.suggestion(".png")))
        self.browse_button.clicked.connect(self._browse)
        self._lay_out()
        self.set_background(self.background)
        self._show_idle(self.tr("Outlines stay clean at every size, detail ends at 1024 pixels. Pictures are yours."))

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(10)
        backgrounds, file = QHBoxLayout(), QHBoxLayout()
        for layout, widgets in (
            (backgrounds, (self.clear_button, self.colour_button)),
            (file, (self.path_field, self.browse_button)),
        ):
            layout.setSpacing(6)
            for widget in widgets:
                layout.addWidget(widget)
        backgrounds.addStretch(1)
        rows = (
            (self.tr("Size"), self.size_box),
            (self.tr("Background"), backgrounds),
            (self.tr("Look"), self.look_box),
            (self.tr("File"), file),
        )
        for index, (label, field) in enumerate(rows):
            grid.addWidget(QLabel(label), index, 0)
            if isinstance(field, QWidget):
                grid.addWidget(field, index, 1, Qt.AlignmentFlag.AlignLeft)
            else:
                grid.addLayout(field, index, 1)
        grid.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addLayout(grid)
        column.addWidget(self.bar)
        column.addWidget(self.note)
        column.addLayout(self.buttons())

    def choose(self, kept: NamedLook | None) -> None:
        """What is exported: a favourite, with the face that she makes now, or what the window shows."""
        if kept != self.kept and self.job is None:
            self.kept = kept
            title = self.tr("Export PNG") if kept is None else self.tr("Export PNG: {}").format(kept.name)
            self.setWindowTitle(titled(title))
            self.path_field.setText(str(self.suggestion(".png")))

    def set_background(self, background: str) -> None:
        """``transparent`` or #rrggbb."""
        self.background = background
        self.clear_button.setChecked(background == CLEAR)
        self.colour_button.setChecked(background != CLEAR)
        self.colour_button.setText(self.tr("Colour ...") if background == CLEAR else background)
        ground = "" if background == CLEAR else f"border-left: 14px solid {background};"
        self.colour_button.setStyleSheet(f"QPushButton {{ {ground} }}" if ground else "")

    def task(self, path: Path) -> Iterator[Progress]:
        """Draw and write what the window shows now, or the favourite."""
        size = int(self.size_box.currentData())
        keeps, manifest = self.look_box.isChecked(), self.stage.manifest
        self.preferences.change(export_size=size, export_background=self.background, export_look=keeps)
        shot = self.stage.shot if self.kept is None else self.stage.shot.with_(look=self.kept.look)
        look = keep(shot.look, manifest) if keeps and manifest is not None else None
        options = PngOptions(size, self.background, look=look)
        return EXPORTERS["png"].export(self.stage.bridge.render, shot, options, path)

    def path(self) -> Path:
        """The file, with its ending."""
        text = os.path.expanduser(self.path_field.text().strip() or "persona")
        return Path(text if text.lower().endswith(".png") else f"{text}.png")

    def _browse(self) -> None:
        dialog = QFileDialog(self, self.tr("Export PNG"), self.path_field.text(), "PNG (*.png)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.path_field.setText)
        dialog.open()

    def _choose_colour(self) -> None:
        self.set_background(self.background)  # the button alone changes nothing
        before = self.background
        first = "#ffffff" if before == CLEAR else before
        dialog = self.colours.choose(self.tr("Background"), first, self, self.set_background)
        dialog.accepted.connect(lambda: self.set_background(dialog.colour))
        dialog.rejected.connect(lambda: self.set_background(before))
