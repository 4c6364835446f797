"""A small bar on the canvas while a reference lies over the figure: its strength; start from it, or take from it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from vtuber_studio.ui.widgets.slider import Slider


class ReferenceBar(QFrame):
    """Stands at the bottom of its parent's middle."""

    opacity_changed = Signal(float)  # 0..1
    started = Signal()  # from what it shows
    taken = Signal()  # it is to be taken from
    removed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("reference_bar")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.slider = Slider(value=50)
        self.slider.setFixedWidth(160)
        self.slider.setToolTip(self.tr("How strong the reference is"))
        self.slider.setAccessibleName(self.tr("Strength of the reference"))
        self.slider.valueChanged.connect(lambda value: self.opacity_changed.emit(value / 100.0))
        start = QToolButton(text=self.tr("Start from it"))
        start.setToolTip(self.tr("Read the picture: she becomes what comes near it; one step of undo"))
        start.setAccessibleName(self.tr("Start from this picture"))
        start.clicked.connect(self.started)
        take = QToolButton(text=self.tr("Take from it"))
        take.setToolTip(self.tr("Read the picture: take a part's shape or colour from it in Mixing; all else stays"))
        take.setAccessibleName(self.tr("Take from this picture"))
        take.clicked.connect(self.taken)
        remove = QToolButton(text="\N{MULTIPLICATION SIGN}", autoRaise=True)
        remove.setToolTip(self.tr("Take the reference away (Ctrl+Shift+V)"))
        remove.setAccessibleName(self.tr("Take the reference away"))
        remove.clicked.connect(self.removed)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 6, 4)
        row.addWidget(QLabel(self.tr("Reference")))
        row.addWidget(self.slider)
        row.addWidget(start)
        row.addWidget(take)
        row.addWidget(remove)
        self.hide()

    def place(self) -> None:
        """Go to the bottom of the parent's middle."""
        self.adjustSize()
        parent = self.parentWidget()
        self.move((parent.width() - self.width()) // 2, parent.height() - self.height() - 14)
