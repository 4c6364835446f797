"""What every export dialog has: a file, a bar, one button that starts and one that cancels; never modal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QProgressBar, QPushButton, QToolButton, QWidget

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.names import file_stem, free_path
from vtuber_studio.core.paths import home_dir
from vtuber_studio.core.progress import Progress
from vtuber_studio.core.project import NamedLook
from vtuber_studio.ui.folders import show_folder
from vtuber_studio.ui.job import Job
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.words import fitting


class ExportingDialog(QDialog):
    """The window can be used meanwhile; what is exported is what was shown at the click."""

    exported = Signal(object)  # Path

    def __init__(self, stage: Stage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage = stage
        self.job: Job | None = None
        self.kept: NamedLook | None = None  # what is exported; None: what the window shows
        self._written: Path | None = None
        self.setModal(False)
        self.path_field = QLineEdit(accessibleName=self.tr("File"))
        self.path_field.textChanged.connect(self._name_the_button)
        self.browse_button = QToolButton(text="...")
        self.browse_button.setToolTip(self.tr("Choose the file"))
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

    def buttons(self) -> QHBoxLayout:
        """The row at the bottom."""
        row = QHBoxLayout()
        row.addWidget(self.folder_button)
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.start_button)
        return row

    def task(self, path: Path) -> Iterator[Progress]:
        """What is to be done now; StudioError for what cannot be."""
        raise NotImplementedError

    def path(self) -> Path:
        """Where it goes."""
        raise NotImplementedError

    def suggestion(self, suffix: str) -> Path:
        """A name that is free, where the project lies."""
        path, name = self.stage.session.path, self.stage.session.project.name
        stem = path.stem if path else file_stem(name) or "persona"
        if self.kept is not None:
            stem = file_stem(self.kept.name) or stem
        return free_path((path.parent if path else home_dir()) / f"{stem}{suffix}")

    def start(self) -> None:
        """Draw and write what the window shows now."""
        if self.job is not None:
            return
        path = self.path()
        try:
            task = self.task(path)
        except StudioError as error:
            return self._show_idle(str(error))
        self.job = Job(task)
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

    def _name_the_button(self) -> None:
        there = os.path.exists(self.path()) if self.path_field.text() else False
        self.start_button.setText(self.tr("Replace") if there else self.tr("Export"))

    def _on_progress(self, step: Progress) -> None:
        self.bar.setValue(round(1000 * step.fraction))
        self.note.setText(fitting(step.message))

    def _done(self, path: Path) -> None:
        self._written = path
        self.folder_button.show()
        self._show_idle(self.tr("Written: {}").format(path))
        self.path_field.setText(str(free_path(path)))
        self.stage.say(self.tr("Exported {}").format(path.name))
        self.exported.emit(path)

    def _show_idle(self, text: str) -> None:
        self.job = None
        self.bar.setValue(0)
        self.bar.hide()
        self.note.setText(fitting(text))
        self.start_button.setEnabled(True)
        self.cancel_button.setText(self.tr("Close"))
