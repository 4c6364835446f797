"""A folder is shown in the system's own file manager, where there is one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QDesktopServices

from vtuber_studio.ui.widgets.words import fitting


def show_folder(folder: Path, failed: Callable[[str, str], object]) -> None:
    """Open it; ``failed(message, hint)`` when it is gone, or when nothing here shows folders."""
    name = fitting(str(folder))
    if not folder.is_dir():
        told = QCoreApplication.translate("folders", "The folder {} is not there any more.").format(name)
        failed(told, "")
    elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
        told = QCoreApplication.translate("folders", "No program here shows folders.")
        failed(told, QCoreApplication.translate("folders", "It is {}").format(name))
