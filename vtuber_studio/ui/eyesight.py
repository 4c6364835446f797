"""The picture as other eyes see it: a menu of kinds, a note on the canvas while one is chosen, a warning in words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QLabel, QMenu, QWidget

from vtuber_studio.core.vision import alike
from vtuber_studio.ui.canvas import MARGIN
from vtuber_studio.ui.preview import Preview

KINDS = (
    ("", "All colours"),
    ("protan", "Without red (protanopia)"),
    ("deutan", "Without green (deuteranopia)"),
    ("tritan", "Without blue (tritanopia)"),
)
NEIGHBOURS = (  # materials that lie side by side, and ought to be told apart
    ("hair.base", "skin.base"),
    ("cloth.base", "skin.base"),
    ("eye.iris", "eye.white"),
    ("eye.iris_left", "eye.white"),
)
WHO = {"protan": "without red", "deutan": "without green", "tritan": "without blue"}


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("eyesight", text)


def warning(colours: Mapping[str, np.ndarray], labels: Mapping[str, str]) -> str:
    """In words which colours of a palette look alike to whom, a line each; empty when none do."""
    found = alike(colours, NEIGHBOURS)
    pairs = dict.fromkeys((each.one, each.other) for each in found)
    lines = []
    for one, other in pairs:
        kinds = [tr(WHO[each.kind]) for each in found if (each.one, each.other) == (one, other)]
        words = tr("Who sees {} can hardly tell {} from {}.")
        lines.append(words.format(tr(" or ").join(kinds), labels[one].lower(), labels[other].lower()))
    return "\n".join(lines)


class Eyesight(QObject):
    """What is exported and picked stays as it is: only what the canvas shows changes."""

    def __init__(self, preview: Preview, parent: QWidget) -> None:
        super().__init__(parent)
        self.preview, self.canvas = preview, preview.canvas
        self.menu, self.group = QMenu(parent), QActionGroup(self)
        for kind, title in KINDS:
            action = QAction(tr(title), self, checkable=True, checked=not kind)
            action.setStatusTip(tr("Show her as eyes see her that lack a kind of cone; nothing of her changes"))
            action.triggered.connect(partial(self.choose, kind))
            action.setData(kind)
            self.group.addAction(action)
            self.menu.addAction(action)
        self.note = QLabel(self.canvas)
        self.note.setObjectName("region_bar")
        self.note.setContentsMargins(12, 5, 12, 5)
        self.note.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.note.hide()
        self.canvas.installEventFilter(self)

    def choose(self, kind: str) -> None:
        """``protan``, ``deutan``, ``tritan``, or empty for all colours."""
        for action in self.group.actions():
            action.setChecked(action.data() == kind)
            if action.data() == kind:
                self.note.setText(tr("As seen: {}").format(action.text()))
        self.note.setVisible(bool(kind))
        self._place()
        self.preview.see_as(kind)

    def _place(self) -> None:
        self.note.adjustSize()
        self.note.move(MARGIN, self.canvas.height() - self.note.height() - MARGIN)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The canvas has another size."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)
