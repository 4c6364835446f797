"""One picture of a set, seen large: eyes and chin to be put right, how it will be used, and what is to say of it."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from vtuber_studio.ui.gathering import Gathering
from vtuber_studio.ui.gathering_tasks import Opened
from vtuber_studio.ui.widgets.picture_grid import on_squares
from vtuber_studio.ui.widgets.points import PointsEditor
from vtuber_studio.ui.widgets.words import fitting, plain

_CROP = 148  # logical pixels
# what is said below a small picture, by how the sentence begins that says it in full
SHORT = {
    "The face is too small": "face too small",
    "The face is blurred": "blurred",
    "The face is too dark": "too dark",
    "The face is too bright": "too bright",
    "A part of the face": "face cut off",
    "The eyes were not found": "eyes not found",
    "No face was found": "no face found",
    "There are several faces": "several faces",
    "There is nothing to be seen": "empty",
    "It is the same picture": "twice",
    "It is in the set already": "there already",
    "Its file is not there": "file is gone",
    "There is no file": "file is gone",
    "This is not a readable": "not readable",
    "A picture of": "too large",
    "This picture's file is too large": "too large",
    "This picture takes too long": "too large",
    "This picture has too many": "too many frames",
}


class Closeup(QWidget):
    """Shows the picture called ``name``; empty: none. ``refused``: why a file is no part of the set, by name."""

    def __init__(self, gathering: Gathering, refused: dict[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.gathering, self.refused = gathering, refused
        self.name = ""
        self.picture: Opened | None = None  # once it is read
        self.editor = PointsEditor()
        self.crop = QLabel()
        self.crop.setFixedSize(_CROP, _CROP)
        self.crop.setAccessibleName(self.tr("As it will be used"))
        self.crop.setToolTip(self.tr("As it will be used: face in its place, background removed"))
        self.title = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.title.setObjectName("title")
        self.words = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.keep = QCheckBox(self.tr("Use this picture"))
        self.keep.setToolTip(self.tr("Space in the gallery does the same"))
        self.again_button = QPushButton(self.tr("Find again"), autoDefault=False)
        self.again_button.setToolTip(self.tr("Eyes and chin back to where the studio finds them"))
        self.remove_button = QPushButton(self.tr("Take out"), autoDefault=False)
        self.remove_button.setToolTip(self.tr("Delete the studio's copy of this picture (Delete)"))
        self._lay_out()
        self.keep.clicked.connect(lambda on: gathering.keep(self.name, on))
        self.editor.settled.connect(lambda: self._show_points(by_hand=True))
        self.again_button.clicked.connect(lambda: self._show_points(by_hand=False))
        gathering.arrived.connect(lambda name: self.tell() if name == self.name else None)
        gathering.opened.connect(self._on_opened)
        self.show_picture("")
        gathering.cropped.connect(lambda name, crop: self._show_crop(crop) if name == self.name else None)

    def _lay_out(self) -> None:
        column, row, said, buttons = QVBoxLayout(self), QHBoxLayout(), QVBoxLayout(), QHBoxLayout()
        buttons.addWidget(self.again_button)
        buttons.addWidget(self.remove_button)
        buttons.addStretch(1)
        said.setSpacing(6)
        said.addWidget(self.title)
        said.addWidget(self.words, 1)
        said.addWidget(self.keep)
        said.addLayout(buttons)
        row.setSpacing(14)
        row.addWidget(self.crop, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(said, 1)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.editor, 1)
        column.addLayout(row)

    def show_picture(self, name: str) -> None:
        """Another one."""
        self.name, self.picture = name, None
        if name in self.gathering.found:
            self.editor.say(self.tr("A moment ..."))
            self.gathering.look_at(name)
        elif name:
            self.editor.say(self.tr("This file is not in the set."))
        else:
            self.editor.say(self.tr("Click on a picture to see it large, and to show where eyes and chin are."))
        self.tell()

    def tell(self) -> None:
        """What is so now."""
        name = self.name
        found, given = self.gathering.found.get(name), self.gathering.tray.find(name)
        shown = name.removesuffix("\0")
        self.title.setText(fitting(shown, 34))
        self.title.setToolTip(plain(shown))
        self.words.setText(in_words(self.gathering, name) if found else self.refused.get(name, ""))
        usable = found is not None and found.usable
        self.keep.setVisible(usable)
        self.keep.setChecked(given is not None and given.keep)
        self.again_button.setVisible(given is not None and given.points is not None)
        self.remove_button.setVisible(bool(name))
        self.crop.setVisible(usable)
        self.remove_button.setText(self.tr("Take out") if found else self.tr("Take off the list"))
        self._show_crop(found.crop if found else None)

    def _show_crop(self, crop: QImage | None) -> None:
        self.crop.setPixmap(QPixmap() if crop is None else on_squares(crop, _CROP, self.devicePixelRatioF()))

    def _on_opened(self, picture: Opened) -> None:
        found = self.gathering.found.get(picture.name)
        if picture.name == self.name and found is not None:
            self.picture = picture
            self.editor.show_picture(picture.image, found.marks, not found.usable)  # which of several is meant?

    def _show_points(self, by_hand: bool) -> None:
        if self.picture is not None:
            self.gathering.show_points(self.picture, self.editor.marks if by_hand else None)


def in_words(gathering: Gathering, name: str) -> str:
    """All that is to say of a picture of the set."""
    found, given = gathering.found[name], gathering.tray.find(name)
    if found.troubles and found.marks is not None and not found.usable:
        return " ".join((*found.troubles, gathering.tr("Or drag the rings to the face that is meant.")))
    if found.troubles:
        return " ".join(found.troubles)
    if given is not None and given.points is not None:
        return gathering.tr("Good: eyes and chin are where you put them.")
    if found.photo:
        return gathering.tr("Good: a photo, the face was found.")
    if found.marks is not None and found.marks.sure:
        return gathering.tr("Good: a drawing, the face was found.")
    return gathering.tr("Good: a drawing, taken as it lies. Should the face be elsewhere, drag the rings to it.")


def in_short(troubles: tuple[str, ...]) -> str:
    """The first of them in a word or two."""
    said = troubles[0] if troubles else ""
    if other := re.match(r"(\w+( \w+)?) pictures are not read", said):
        return f"{other[1]}: not read"
    return next((short for begins, short in SHORT.items() if said.startswith(begins)), said)
