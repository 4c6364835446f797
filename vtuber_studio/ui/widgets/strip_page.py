"""A page of the strip below the canvas: looks in a row, and the buttons beside them. Folded, it is a slim row of
faces."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QListWidgetItem, QPushButton, QToolButton, QWidget

from vtuber_studio.core.look import Look
from vtuber_studio.core.project import NamedLook
from vtuber_studio.ui.thumbnails import Thumbnails
from vtuber_studio.ui.widgets.strip import Faces, Strip
from vtuber_studio.ui.widgets.words import plain

ICON, SLIM = 84, 36  # logical pixels a side of a picture; folded
NAME, FRAME, AROUND = 26, 14, 18  # logical pixels: a name below it, the item around it, the strip around the item
VIEW = (92, 32, 420, 360)  # of the canvas, in its units: head and shoulders, or faces would be too small to know


class StripPage(QWidget):
    """Whoever fills it says with ``speak`` what stands there."""

    folded = Signal(bool)  # asked for: only a slim row, or all of it

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self.thumbnails = thumbnails
        self._words = self._fold = ("", "")
        self.looks: tuple[NamedLook, ...] = ()  # that are shown
        self.list = Strip()
        self.list.setItemDelegate(faces := Faces(self.list))
        self._faces = faces
        self.fold_button = QToolButton(autoRaise=True)
        self.fold_button.clicked.connect(lambda: self.folded.emit(not self._faces.slim))
        self._side = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._side.addWidget(self.fold_button, 0, Qt.AlignmentFlag.AlignCenter)
        self._side.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 2, 6, 4)
        layout.addLayout(self._side)
        layout.addWidget(self.list, 1)

    def speak(self, words: tuple[str, str], fold: tuple[str, str], button: QPushButton | None = None) -> None:
        """What is shown while there is nothing, where there is room and in a slim row; what the arrow does then; and
        the button above it."""
        self._words, self._fold = words, fold
        if button is not None:
            self._side.insertWidget(0, button)
        self.set_slim(False)

    @property
    def slim(self) -> bool:
        """Whether there is no room for names."""
        return bool(self._faces.slim)

    def set_slim(self, slim: bool) -> None:
        """Small faces without names, or all of it."""
        if slim == self._faces.slim:
            return
        self._faces.slim = slim
        self.list.words = self._words[slim]
        icon, name = (SLIM, 0) if slim else (ICON, NAME)
        self.list.setIconSize(QSize(icon, icon))
        self.list.setFixedHeight(icon + name + AROUND)
        self.setFixedHeight(icon + name + AROUND + 6)  # or the dock would keep the room that it once had
        for index in range(self.list.count()):
            self.list.item(index).setSizeHint(self._item_size)
        self._side.setDirection(QBoxLayout.Direction.LeftToRight if slim else QBoxLayout.Direction.TopToBottom)
        self.fold_button.setArrowType(Qt.ArrowType.UpArrow if slim else Qt.ArrowType.DownArrow)
        self.fold_button.setToolTip(self._fold[slim])
        self.fold_button.setAccessibleName(self._fold[slim])

    @property
    def _item_size(self) -> QSize:
        return QSize(SLIM + 8, SLIM + 4) if self._faces.slim else QSize(ICON + FRAME, ICON + NAME)

    def show_looks(self, looks: Sequence[NamedLook], hint: str, editable: bool = True) -> None:
        """Show these in place of those before; items of the same objects stay: a step more costs one picture."""
        old, new = list(self.looks), tuple(looks)
        with QSignalBlocker(self.list):  # it restores what was: a kept picture is placed, and unblocks, in between
            gone = next((k for k, each in enumerate(old) if new and each is new[0]), 0)  # from the beginning
            for _ in range(gone):
                old.pop(0)
                self.list.takeItem(0)
            while self.list.count() > len(new):
                self.list.takeItem(len(new))
            self.looks = new
            for row, look in enumerate(new):
                if row >= self.list.count():
                    item = QListWidgetItem()
                    item.setSizeHint(self._item_size)
                    item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom)
                    self.list.addItem(item)
                elif old[row] is look:
                    continue
                self._picture(self.list.item(row), look, hint, editable)

    def _picture(self, item: QListWidgetItem, look: NamedLook, hint: str, editable: bool) -> None:
        flag = Qt.ItemFlag.ItemIsEditable
        item.setFlags(item.flags() | flag if editable else item.flags() & ~flag)
        item.setText(look.name)
        item.setToolTip(plain(f"{look.name}\n{hint}"))
        self.thumbnails.show(look.look, self._placer(look.look), VIEW, 2 * ICON)

    def _placer(self, look: Look) -> Callable[[QPixmap], None]:
        """Puts a picture at every item that shows ``look`` by then: items may have moved meanwhile."""

        def place(picture: QPixmap) -> None:
            icon = QIcon(picture)
            icon.addPixmap(picture, QIcon.Mode.Selected)  # the chosen one's is not dyed, as an icon's would be
            with QSignalBlocker(self.list):
                for index, each in enumerate(self.looks):
                    if (each.look is look or each.look == look) and index < self.list.count():
                        self.list.item(index).setIcon(icon)

        return place
