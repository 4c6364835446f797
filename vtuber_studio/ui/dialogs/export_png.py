"""Export PNG: size, background, file; it stays beside the window while the picture is drawn."""

from __future__ import annotations

import os
import re
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vtuber_studio.core.paths import home_dir
from vtuber_studio.core.progress import Progress
from vtuber_studio.core.project import NamedLook
from vtuber_studio.engine.fitting import keep
from vtuber_studio.export import EXPORTERS, PngOptions
from vtuber_studio.ui.colours import Colours
from vtuber_studio.ui.folders import show_folder
from vtuber_studio.ui.job import Job
from vtuber_studio.ui.preferences import Preferences
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.words import file_stem, fitting, titled

SIZES = (512, 1024, 2048, 4096)
CLEAR = "transparent"


def free_name(path: Path) -> Path:
    """``path``, or with the next number behind its name that no file has yet."""
    stem, number = re.sub(r"-\d+$", "", path.stem), 1
    while path.exists():
        number += 1
        path = path.with_name(f"{stem}-{number}{path.suffix}")
    return path


class ExportPngDialog(QDialog):
    """Not modal: the window can be used meanwhile; what is exported is what was shown at the click."""

    exported = Signal(object)  # Path

    def __init__(
        self, stage: Stage, preferences: Preferences, colours: Colours, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.stage, self.preferences, self.colours = stage, preferences, colours
        self.job: Job | None = None
        self.kept: NamedLook | None = None  # what is exported; None: what the window shows
        self.setWindowTitle(self.tr("Export PNG"))
        self.setModal(False)
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
        self.path_field = QLineEdit(str(self._suggestion()))
        self.path_field.setAccessibleName(self.tr("File"))
        browse = QToolButton(text="...")
        browse.setToolTip(self.tr("Choose the file"))
        browse.clicked.connect(self._browse)
        self.note = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.note.setObjectName("caption")
        self.bar = QProgressBar(maximum=1000, textVisible=False)
        keeps_its_place = self.bar.sizePolicy()
        keeps_its_place.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(keeps_its_place)
        self.start_button = QPushButton(self.tr("Export"), default=True)
        self.start_button.setObjectName("primary")
        self.start_button.clicked.connect(lambda: self.start())
        self.cancel_button = QPushButton(self.tr("Close"))
        self.cancel_button.clicked.connect(self.reject)
        self.folder_button = QPushButton(self.tr("Open folder"), autoDefault=False, visible=False)
        self.folder_button.setToolTip(self.tr("Show where the picture lies"))
        self.folder_button.clicked.connect(self.open_folder)
        self._written: Path | None = None
        self._lay_out(browse)
        self.set_background(self.background)
        self.path_field.textChanged.connect(self._name_the_button)
        self._name_the_button()
        self._show_idle(self.tr("Outlines stay clean at every size, detail ends at 1024 pixels. Pictures are yours."))

    def _lay_out(self, browse: QToolButton) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(10)
        backgrounds, file, buttons = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for layout, widgets in (
            (backgrounds, (self.clear_button, self.colour_button)),
            (file, (self.path_field, browse)),
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
        buttons.addWidget(self.folder_button)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.start_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addLayout(grid)
        column.addWidget(self.bar)
        column.addWidget(self.note)
        column.addLayout(buttons)

    def _suggestion(self) -> Path:
        path, name = self.stage.session.path, self.stage.session.project.name
        stem = path.stem if path else file_stem(name) or "persona"
        if self.kept is not None:
            stem = file_stem(self.kept.name) or stem
        return free_name((path.parent if path else home_dir()) / f"{stem}.png")

    def choose(self, kept: NamedLook | None) -> None:
        """What is exported: a favourite, with the face that she makes now, or what the window shows."""
        if kept != self.kept and self.job is None:
            self.kept = kept
            title = self.tr("Export PNG") if kept is None else self.tr("Export PNG: {}").format(kept.name)
            self.setWindowTitle(titled(title))
            self.path_field.setText(str(self._suggestion()))

    def set_background(self, background: str) -> None:
        """``transparent`` or #rrggbb."""
        self.background = background
        self.clear_button.setChecked(background == CLEAR)
        self.colour_button.setChecked(background != CLEAR)
        self.colour_button.setText(self.tr("Colour ...") if background == CLEAR else background)
        ground = "" if background == CLEAR else f"border-left: 14px solid {background};"
        self.colour_button.setStyleSheet(f"QPushButton {{ {ground} }}" if ground else "")

    def start(self) -> None:
        """Draw and write what the window shows now."""
        if self.job is not None:
            return
        path = self._path()
        size = int(self.size_box.currentData())
        keeps, manifest = self.look_box.isChecked(), self.stage.manifest
        self.preferences.change(export_size=size, export_background=self.background, export_look=keeps)
        shot = self.stage.shot if self.kept is None else self.stage.shot.with_(look=self.kept.look)
        look = keep(shot.look, manifest) if keeps and manifest is not None else None
        options = PngOptions(size, self.background, look=look)
        self.job = Job(EXPORTERS["png"].export(self.stage.bridge.render, shot, options, path))
        self.job.progressed.connect(self._on_progress)
        self.job.finished.connect(lambda _result: self._done(path))
        self.job.failed.connect(lambda message, hint: self._show_idle(f"{message} {hint}".strip()))
        self.job.cancelled.connect(lambda: self._show_idle(self.tr("Cancelled; nothing was written.")))
        self.bar.show()
        self.start_button.setEnabled(False)
        self.cancel_button.setText(self.tr("Cancel"))
        self.job.start()

    def open_folder(self) -> None:
        """Show the folder of the last picture in the system's file manager."""
        if self._written is not None:
            show_folder(self._written.absolute().parent, lambda *told: self.note.setText(" ".join(told).strip()))

    def reject(self) -> None:
        """Cancel what runs; close when nothing does."""
        if self.job is None:
            super().reject()
        else:
            self.note.setText(self.tr("Cancelling ..."))
            self.job.cancel()

    def leave(self) -> None:
        """The window closes: cancel what runs, and go."""
        if self.job is not None:
            self.job.cancel()
        self.hide()

    def _path(self) -> Path:
        text = os.path.expanduser(self.path_field.text().strip() or "persona")
        return Path(text if text.lower().endswith(".png") else f"{text}.png")

    def _name_the_button(self) -> None:
        there = os.path.isfile(self._path())
        self.start_button.setText(self.tr("Replace") if there else self.tr("Export"))

    def _on_progress(self, step: Progress) -> None:
        self.bar.setValue(round(1000 * step.fraction))
        self.note.setText(fitting(step.message))

    def _done(self, path: Path) -> None:
        self._written = path
        self.folder_button.show()
        self._show_idle(self.tr("Written: {}").format(path))
        self.path_field.setText(str(free_name(path)))
        self.stage.say(self.tr("Exported {}").format(path.name))
        self.exported.emit(path)

    def _show_idle(self, text: str) -> None:
        self.job = None
        self.bar.setValue(0)
        self.bar.hide()
        self.note.setText(fitting(text))
        self.start_button.setEnabled(True)
        self.cancel_button.setText(self.tr("Close"))

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
