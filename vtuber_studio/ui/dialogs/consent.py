"""Whose pictures are these? Asked once a set, no answer chosen beforehand; and what the studio promises about them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QLabel, QRadioButton, QVBoxLayout, QWidget

from vtuber_studio.core.finetuning import RIGHTS, Rights


class ConsentBox(QWidget):
    """``answered(rights)`` when the user says so; ``show_answer`` is silent."""

    answered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.question = QLabel(self.tr("Whose pictures are these?"))
        self.question.setObjectName("heading")
        self.group = QButtonGroup(self)
        self.radios: dict[Rights, QRadioButton] = {}
        for name, words in RIGHTS.items():
            radio = self.radios[name] = QRadioButton(self.tr(words))
            radio.setToolTip(self.tr("The answer is kept with the set, and in what is tuned on it"))
            self.group.addButton(radio)
            radio.clicked.connect(lambda _on, name=name: self.answered.emit(name))
        self.privacy = QLabel(self.tr(
            "Nothing leaves this computer. The studio's copies keep no place, date or camera, and you can delete them "
            "at any time. A tuned generator may remember faces that it was shown: give it on only if everyone in the "
            "pictures agrees. What it paints is inspired by them; it is no likeness."
        ), wordWrap=True)  # fmt: skip
        self.privacy.setObjectName("caption")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.question)
        for radio in self.radios.values():
            column.addWidget(radio)
        column.addSpacing(4)
        column.addWidget(self.privacy)

    def show_answer(self, rights: Rights | None) -> None:
        """The answer that was given; None: none yet."""
        self.group.setExclusive(False)  # else one stays checked for ever
        for name, radio in self.radios.items():
            radio.setChecked(name == rights)
        self.group.setExclusive(True)
