"""What is she called?"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QLineEdit, QWidget

from vtuber_studio.core.project import MAX_NAME
from vtuber_studio.core.session import Session


def name_dialog(session: Session, parent: QWidget) -> QInputDialog:
    """One line; OK renames the persona, which can be undone."""
    dialog = QInputDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(dialog.tr("Name"))
    dialog.resize(360, dialog.sizeHint().height())
    dialog.setLabelText(dialog.tr("What is she called?"))
    dialog.setTextValue(session.project.name)
    line = dialog.findChild(QLineEdit)
    assert isinstance(line, QLineEdit)
    line.setMaxLength(MAX_NAME)
    dialog.textValueSelected.connect(lambda name: session.rename(" ".join(name.split())))
    return dialog
