"""A list of named things: a click or Enter uses one, F2 renames, Delete removes, a right click asks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QStyledItemDelegate, QWidget


class Names(QStyledItemDelegate):
    """What is being typed stays, whatever else of the item changes meanwhile: its picture may arrive."""

    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        """Fill a new editor; Qt asks again at every change of the item."""
        if not (isinstance(editor, QLineEdit) and (editor.text() or editor.isModified())):
            super().setEditorData(editor, index)


def wire(
    names: QListWidget,
    use: Callable[[int], object],
    renamed: Callable[[QListWidgetItem], object],
    remove: Callable[[int], object],
    menu: Callable[[QPoint], object],
) -> None:
    """Connect a list; ``use`` and ``remove`` are given a row."""
    if not isinstance(names.itemDelegate(), Names):
        names.setItemDelegate(Names(names))
    names.setEditTriggers(QListWidget.EditTrigger.EditKeyPressed)
    names.itemClicked.connect(lambda item: use(names.row(item)))
    names.itemActivated.connect(lambda item: use(names.row(item)))
    names.itemChanged.connect(renamed)
    delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), names)
    delete.setContext(Qt.ShortcutContext.WidgetShortcut)
    delete.activated.connect(lambda: remove(names.currentRow()))
    names.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    names.customContextMenuRequested.connect(menu)
