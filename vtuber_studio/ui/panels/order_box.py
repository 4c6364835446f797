"""What a fine-tune is asked for: which pictures and whose, how strong, how long, quick or full."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QWidget,
)

from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.finetuning import RIGHTS, FinetuneConfig, Mode, Rights, checked
from vtuber_studio.core.tray import is_tray, read_tray
from vtuber_studio.intake.bring import picture_files
from vtuber_studio.ui.job import Job, once
from vtuber_studio.ui.widgets.section import Section
from vtuber_studio.ui.widgets.value_row import ValueRow

MINUTES = (2, 5, 10, 15, 30, 60, 120, 480)
_WEAK, _STRONG = 0.34, 0.67  # strengths up to which it is called weak, from which on strong


class OrderBox(Section):
    """``take`` brings pictures from anywhere; ``started`` when all is said."""

    pictures_wanted = Signal()
    started = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("OrderBox", "Learn from my pictures"), parent)
        self.pictures: tuple[Path, ...] = ()
        self.count = 0
        self.why = ""  # why nothing can be trained here
        self._asked = 0  # the newest count of pictures that was asked for
        self.setAcceptDrops(True)
        self.body.setSpacing(6)
        self._add_pictures()
        self._add_choices()
        self._add_start()
        self.refresh()

    def _add_pictures(self) -> None:
        self._caption(self.tr("Drawings or photos of one person. All sliders keep working; she takes on their manner."))
        self.pictures_button = QPushButton(self.tr("My pictures ..."))
        self.pictures_button.setToolTip(self.tr("Choose one to fifty of them; they may be dropped here, too"))
        self.pictures_button.clicked.connect(self.pictures_wanted)
        self.body.addWidget(self.pictures_button)
        self.counted = self._caption("")
        self.rights = QComboBox()
        self.rights.setAccessibleName(self.tr("Whose pictures are they?"))
        self.rights.setToolTip(self.tr("It is asked once, and kept with the generator that comes out"))
        self.rights.addItem(self.tr("Whose pictures are they?"), None)
        short: dict[Rights, str] = {
            "own": self.tr("My own"),
            "permission": self.tr("I have written permission"),
            "licensed": self.tr("Their licence allows it"),
        }
        for key in RIGHTS:
            self.rights.addItem(short[key], key)
        self.rights.currentIndexChanged.connect(self.refresh)
        self.body.addWidget(self.rights)
        self.rights_words = self._caption("")

    def _add_choices(self) -> None:
        tip = self.tr("Weak: colours and lines alone; strong: whatever brings her nearest to the pictures")
        row = Attribute("strength", self.tr("How strong"), "Training", low=0, high=1, default=0.5, tip=tip)
        self.strength = ValueRow(row, lockable=False)
        self.strength.set_value(0.5)
        self.strength.moved.connect(self.refresh)
        self.body.addWidget(self.strength)
        self.strength_words = self._caption("")
        self.minutes = QComboBox()
        self.minutes.setAccessibleName(self.tr("How long"))
        self.minutes.setToolTip(self.tr("How long it learns; it can be paused, and stopped with what it has"))
        for minutes in MINUTES:
            self.minutes.addItem(minutes_words(self, minutes), float(minutes))
        self.minutes.setCurrentIndex(MINUTES.index(15))
        line = QHBoxLayout()
        label = QLabel(self.tr("How long"))
        label.setFixedWidth(112)
        line.setContentsMargins(4, 1, 2, 1)
        line.addWidget(label)
        line.addWidget(self.minutes, 1)
        self.body.addLayout(line)
        self._caption(self.tr("Before that each picture is read, ten to twenty seconds each."))
        self.modes: dict[Mode, QRadioButton] = {"quick": QRadioButton(self.tr("Quick")), "full": QRadioButton()}
        self.modes["full"].setText(self.tr("Full"))
        self.modes["quick"].setToolTip(self.tr("Only what gives a style is learned anew: enough for most pictures"))
        self.modes["full"].setToolTip(self.tr("All of it is learned anew: nearer, for fast computers or a long wait"))
        self.modes["quick"].setChecked(True)
        self._group = QButtonGroup(self)
        line = QHBoxLayout()
        line.setContentsMargins(4, 1, 2, 1)
        for button in self.modes.values():
            self._group.addButton(button)
            button.toggled.connect(lambda _on: self.refresh())
            line.addWidget(button)
        line.addStretch(1)
        self.body.addLayout(line)
        self.mode_words = self._caption("")
        self.untied = QCheckBox(self.tr("Go on when the window closes"))
        self.untied.setToolTip(self.tr("Otherwise it saves and ends with the window, and can go on another time"))
        self.body.addWidget(self.untied)

    def _add_start(self) -> None:
        self.notice = self._caption(
            self.tr(
                "From photos of people it makes an avatar inspired by them, not a likeness. What has learned from them"
                " may remember faces: think before you give the tuned generator away. Nothing leaves this computer."
            )
        )
        self.problem = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.problem.setObjectName("problem")
        self.problem.hide()
        self.body.addWidget(self.problem)
        self.start_button = QPushButton(self.tr("Start"))
        self.start_button.setObjectName("primary")
        self.start_button.clicked.connect(self.started)
        self.body.addWidget(self.start_button)

    def _caption(self, text: str) -> QLabel:
        label = QLabel(text, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        label.setObjectName("caption")
        self.body.addWidget(label)
        return label

    # what is said

    def take(self, pictures: Sequence[Path], rights: Rights | None = None) -> None:
        """Learn from these: files, folders, or one tray, which knows whose they are."""
        self._asked += 1
        asked, paths = self._asked, tuple(pictures)
        job = Job(once(lambda: counted(paths)))
        job.finished.connect(lambda found: self._took(asked, paths, found[0], rights or found[1]))
        job.failed.connect(lambda message, hint: self._show_problem(f"{message} {hint}".strip()))
        job.start()

    def _took(self, asked: int, pictures: tuple[Path, ...], count: int, rights: Rights | None) -> None:
        if asked == self._asked:
            self.pictures, self.count = pictures, count
            if rights is not None:
                self.rights.setCurrentIndex(self.rights.findData(rights))
            self.header.setChecked(True)
            self._show_problem(self.why)
            self.refresh()

    def _show_problem(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    @property
    def config(self) -> FinetuneConfig:
        """What was chosen; StudioError where something is still to be said."""
        if not self.count:
            raise StudioError(self.tr("There are no pictures to learn from."), self.tr("Choose some first."))
        if self.rights.currentData() is None:
            raise StudioError(self.tr("It was not said whose pictures they are."), self.tr("Say it first."))
        mode = next(name for name, button in self.modes.items() if button.isChecked())
        minutes, strength = self.minutes.currentData(), round(self._strength, 2)
        return checked(rights=self.rights.currentData(), mode=mode, minutes=minutes, strength=strength)

    @property
    def _strength(self) -> float:
        return float(self.strength.value or 0)

    def refresh(self, *_: object) -> None:
        """The words under what was chosen."""
        several = self.tr("{} pictures") if self.count != 1 else self.tr("{} picture")
        self.counted.setText(several.format(self.count) if self.count else self.tr("None yet"))
        self.counted.setToolTip("\n".join(str(path) for path in self.pictures[:12]))
        rights: Rights | None = self.rights.currentData()
        self.rights_words.setText(f"{RIGHTS[rights]}." if rights else "")
        self.rights_words.setVisible(rights is not None)
        weak, strong = self._strength <= _WEAK, self._strength >= _STRONG
        self.strength_words.setText(
            self.tr("Their colours and lines; her own shapes stay.") if weak
            else self.tr("Whatever brings her nearest; sliders may lose some of their reach.") if strong
            else self.tr("Their manner of drawing, with shapes of her own.")
        )  # fmt: skip
        full = self.modes["full"].isChecked()
        self.mode_words.setText(self.modes["full" if full else "quick"].toolTip() + ".")
        ready = bool(self.count) and rights is not None and not self.why
        self.start_button.setEnabled(ready)
        missing = self.tr("Choose pictures, and say whose they are") if not self.why else self.why
        self.start_button.setToolTip(self.tr("Begin to learn; you can go on working") if ready else missing)

    def refuse(self, why: str) -> None:
        """Nothing can be trained here, and why; or it can, with nothing to say."""
        self.why = why
        self._show_problem(why)
        self.refresh()

    # dropped pictures

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files are welcome."""
        event.setAccepted(bool(_files(event)))

    def dropEvent(self, event: QDropEvent) -> None:
        """They are what it learns from."""
        event.acceptProposedAction()
        self.take(_files(event))


def _files(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]


def counted(pictures: Sequence[Path]) -> tuple[int, Rights | None]:
    """How many pictures there are, and whose they are where a tray says it."""
    rights = read_tray(pictures[0]).rights if len(pictures) == 1 and is_tray(pictures[0]) else None
    return len(picture_files(pictures)), rights


def minutes_words(widget: QWidget, minutes: float) -> str:
    """A time in words."""
    hours = minutes / 60
    if minutes < 60:
        return widget.tr("{} minutes").format(f"{minutes:g}")
    return widget.tr("1 hour") if hours == 1 else widget.tr("{} hours").format(f"{hours:g}")
