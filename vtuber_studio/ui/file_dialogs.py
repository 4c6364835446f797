"""Which file, what name? The dialogs that ask before Files opens or saves, the menu of recent ones, the title."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from vtuber_studio.core.names import file_stem
from vtuber_studio.core.paths import home_dir
from vtuber_studio.core.project import SUFFIX
from vtuber_studio.ui.dialogs.name import name_dialog
from vtuber_studio.ui.files import Files
from vtuber_studio.ui.picture import PICTURES, PROJECTS
from vtuber_studio.ui.widgets.words import fitting, literal, plain, titled


class FileDialogs(QObject):
    """None of them is modal to the program: they open beside the window and call back."""

    def __init__(self, files: Files, parent: QWidget) -> None:
        super().__init__(parent)
        self.files, self.window = files, parent
        self.recent_menu = QMenu(parent)
        self.recent_menu.aboutToShow.connect(self.fill_recent)
        files.path_wanted.connect(self.save_as)

    def open(self) -> None:
        """Choose a project, a look, or a picture that carries one."""
        dialog = self._dialog(self.tr("Open"), self.tr("Projects and looks (*.vtsproj *.json *.png)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.files.open(Path(path)))
        dialog.open()

    def picture(self, then: Callable[[Path], object]) -> None:
        """Choose a picture to start from; then do ``then``."""
        self._file(self.tr("Start from a picture"), self.tr("Pictures ({})"), PICTURES, then)

    def second(self, then: Callable[[Path], object]) -> None:
        """Choose a project, a look or a picture to take from; then do ``then``."""
        kinds = self.tr("Projects, looks and pictures ({})")
        self._file(self.tr("Take from a file"), kinds, PROJECTS | PICTURES, then)

    def _file(self, title: str, kinds: str, suffixes: set[str], then: Callable[[Path], object]) -> None:
        dialog = self._dialog(title, kinds.format(" ".join(f"*{suffix}" for suffix in sorted(suffixes))))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: then(Path(path)))
        dialog.open()

    def save(self) -> None:
        """Save where it came from, or ask where."""
        path = self.files.stage.session.path
        if path is not None:
            self.files.save(path)
        else:
            self.save_as()

    def save_as(self, then: Callable[[], None] | None = None) -> None:
        """Choose a file and save; then do ``then``."""
        dialog = self._dialog(self.tr("Save as"), self.tr("Projects (*.vtsproj)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
        if self.files.stage.session.path is None:
            dialog.selectFile(file_stem(self.files.stage.session.project.name))
        dialog.fileSelected.connect(lambda path: self.files.save(Path(path), then))
        dialog.open()

    def name(self) -> None:
        """Ask what she is called."""
        name_dialog(self.files.stage.session, self.window).open()

    def title(self) -> str:
        """The window's: her name, her file, and the place of the star while something is unsaved."""
        session = self.files.stage.session
        file, name = session.path.name if session.path else "", session.project.name
        both = f"{name} ({file})" if name and file else name or file or self.tr("New persona")
        return f"{titled(both)}[*] \N{EN DASH} VTuber Studio"

    def fill_recent(self) -> None:
        """List what was open lately."""
        self.recent_menu.clear()
        for name in self.files.preferences.settings.recent_files:
            action = self.recent_menu.addAction(literal(fitting(name, 80)))
            action.setToolTip(plain(name))
            action.triggered.connect(partial(self.files.open, Path(name)))
        if self.recent_menu.isEmpty():
            self.recent_menu.addAction(self.tr("Nothing yet")).setEnabled(False)

    def _dialog(self, title: str, kinds: str) -> QFileDialog:
        dialog = QFileDialog(self.window, title, self._folder(), kinds)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    def _folder(self) -> str:
        path = self.files.stage.session.path
        if path is not None:
            return str(path)
        recent = self.files.preferences.settings.recent_files
        return str(Path(recent[0]).parent if recent else home_dir())
