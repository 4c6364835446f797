"""Help: every key and gesture, from the table of actions; and what this program is."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QSize, Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from vtuber_studio import __version__
from vtuber_studio.core.paths import config_dir, data_dir, log_dir
from vtuber_studio.engine.manifest import Manifest
from vtuber_studio.ui.actions import shortcut_rows

KEYS = QSize(640, 720)  # logical pixels of the list of keys, where the screen has as many

def shortcuts_dialog(parent: QWidget) -> QDialog:
    """A list that may stay open beside the window."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(dialog.tr("Keys and gestures"))
    table = QWidget()
    grid = QGridLayout(table)
    grid.setContentsMargins(22, 18, 22, 18)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(5)
    grid.setColumnStretch(1, 1)
    for index, (keys, what) in enumerate(shortcut_rows()):
        name = QLabel(keys)
        name.setStyleSheet("font-weight: 600;")
        grid.addWidget(name, index, 0)
        text = QLabel(what, wordWrap=True)
        text.setObjectName("caption")
        grid.addWidget(text, index, 1)
    area = QScrollArea(widgetResizable=True, frameShape=QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(table)
    QVBoxLayout(dialog, contentsMargins=QMargins()).addWidget(area)
    room = parent.screen().availableGeometry().size()
    dialog.resize(KEYS.boundedTo(QSize(room.width(), round(0.8 * room.height()))))
    return dialog


def about_dialog(parent: QWidget, generator: Manifest | None) -> QDialog:
    """Version, licence, the generator, folders."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(dialog.tr("About VTuber Studio"))
    column = QVBoxLayout(dialog)
    column.setContentsMargins(24, 20, 24, 20)
    column.setSpacing(10)
    title = QLabel(f"VTuber Studio {__version__}")
    title.setObjectName("title")
    column.addWidget(title)
    text = dialog.tr(
        "The pictures that you make are yours: use them, change them and sell them.\n"
        "Everything runs on this machine; nothing is sent anywhere."
    )
    column.addWidget(QLabel(text))
    facts = (
        (dialog.tr("Generator"), generator.name if generator else dialog.tr("none")),
        (dialog.tr("Settings"), config_dir()),
        (dialog.tr("Data"), data_dir()),
        (dialog.tr("Log"), log_dir()),
    )
    for name, value in facts:
        row = QLabel(f"{name}: {value}", textFormat=Qt.TextFormat.PlainText)
        row.setObjectName("caption")
        row.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(row)
    return dialog
