"""The run that goes on: where it is, how long it takes still, how well it learns, and three looks of what it makes."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from vtuber_studio.core.files import read_bytes
from vtuber_studio.core.runs import Kept, Story
from vtuber_studio.ui.job import Job, once
from vtuber_studio.ui.trainer import Trainer
from vtuber_studio.ui.widgets.curve import Curve
from vtuber_studio.ui.widgets.section import Section
from vtuber_studio.ui.widgets.words import fitting

NAMED = 4  # pictures that are left out
SOON = 100  # milliseconds in which events are shown together
_SHEET = 30_000_000  # bytes of a sheet's file
_WIDEST = 900  # pixels that a sheet is shown with at most


class RunBox(Section):
    """Hidden while nothing runs. ``discard_asked``: all of it is to be thrown away, which wants a question."""

    discard_asked = Signal()

    def __init__(self, trainer: Trainer, parent: QWidget | None = None) -> None:
        super().__init__(trainer.tr("Learning now"), parent)
        self.trainer = trainer
        self._sheet: tuple[Path, str] | None = None  # that is shown, or on its way
        self._soon = QTimer(self, interval=SOON, singleShot=True)
        self._soon.timeout.connect(self.refresh)
        self.body.setSpacing(6)
        self.name = self._label("")
        self.said = self._label("caption")
        self.bar = QProgressBar(minimum=0, maximum=1000, textVisible=False)
        self.bar.setAccessibleName(self.tr("How far it is"))
        self.body.addWidget(self.bar)
        self.left = self._label("caption")
        self.health = self._label("problem")
        self._add_buttons()
        self.pictures = self._label("caption")
        self._add_sheet()
        self.curves = {
            "loss": Curve(self.tr("Difference to the pictures"), (0.0, None)),
            "held_back": Curve(self.tr("A picture that it does not learn from")),
            "kept": Curve(self.tr("Other looks stay as they were"), (0.0, 1.0)),
        }
        self.curves["loss"].setToolTip(self.tr("Falls while it learns"))
        self.curves["held_back"].setToolTip(self.tr("Rises with what is really learned; falls when it learns by heart"))
        self.curves["kept"].setToolTip(self.tr("At the top sliders do what they did; it stops by itself when it falls"))
        for curve in self.curves.values():
            self.body.addWidget(curve)
        trainer.heard.connect(self._soon.start)
        trainer.changed.connect(self._soon.start)
        self.refresh()

    def _label(self, name: str) -> QLabel:
        label = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        label.setObjectName(name)
        self.body.addWidget(label)
        return label

    def _add_buttons(self) -> None:
        self.pause_button = QPushButton(self.tr("Pause"), checkable=True)
        self.pause_button.setToolTip(self.tr("It waits, and takes no more of your computer than its memory"))
        self.pause_button.clicked.connect(self.trainer.pause)
        self.keep_button = QPushButton(self.tr("Stop and keep"))
        self.keep_button.clicked.connect(partial(self.trainer.stop, True))
        self.discard_button = QPushButton(self.tr("Stop and discard"))
        self.discard_button.setToolTip(self.tr("End now, and delete all of this run"))
        self.discard_button.clicked.connect(self.discard_asked)
        grid = QGridLayout()
        grid.addWidget(self.pause_button, 0, 0, 1, 2)
        grid.addWidget(self.keep_button, 1, 0)
        grid.addWidget(self.discard_button, 1, 1)
        self.body.addLayout(grid)

    def _add_sheet(self) -> None:
        words = self.tr("Your picture"), self.tr("Before"), self.tr("Now")
        self.sheet, self.columns = _Sheet(), QWidget()
        self._fits_of: Path | None = None  # whose looks are shown, before it has learned anything
        self.sheet.setAccessibleName(", ".join(words))
        self.sheet.setToolTip(self.tr("What it learns from, and the look that comes nearest, as drawn before and now"))
        row = QHBoxLayout(self.columns)
        row.setContentsMargins(0, 4, 0, 0)
        self.heads = [QLabel(word, alignment=Qt.AlignmentFlag.AlignHCenter) for word in words]
        for label in self.heads:
            label.setObjectName("caption")
            row.addWidget(label, 1)
        for widget in (self.columns, self.sheet):
            self.body.addWidget(widget)

    def refresh(self) -> None:
        """Show what the run has said."""
        trainer, story = self.trainer, self.trainer.story
        self.setVisible(trainer.present is not None)
        if trainer.present is None:
            self._sheet = None
            return
        kept = next((each for each in trainer.kept if each.folder == trainer.present), None)
        self.name.setText(fitting(called(kept)) if kept else "")
        self.said.setText(self.words(story))
        self.said.setToolTip(story.at.message if story.at else "")
        self.bar.setMaximum(1000 if story.at else 0)  # it comes and goes until there is something to say
        self.bar.setValue(round(1000 * story.at.fraction) if story.at else 0)
        left = story.at.left_s if story.at and not trainer.pausing else None
        self.left.setText(self.tr("{} left").format(time_words(self, left)) if left is not None else "")
        self.left.setVisible(left is not None)
        self.health.setText(f"{story.health.message} {story.health.hint}" if story.health else "")
        self.health.setVisible(story.health is not None)
        self._refresh_buttons()
        for name, curve in self.curves.items():
            values = story.curves.get(name, [])
            curve.setVisible(len(values) > 1)
            if len(values) != len(curve.values):
                curve.show_values(values)
        self.pictures.setText(self._left_out(story))
        self.pictures.setVisible(bool(self.pictures.text()))
        self._show_sheet(trainer.present, story.sheet)

    def _refresh_buttons(self) -> None:
        """What can be asked of the run now."""
        trainer, at = self.trainer, self.trainer.story.at
        ready, learns = not trainer.stopping and at is not None, at is not None and at.stage == "tuning"
        self.pause_button.setText(self.tr("Go on") if trainer.pausing else self.tr("Pause"))
        self.pause_button.setChecked(trainer.pausing)
        self.pause_button.setEnabled(ready)
        self.keep_button.setEnabled(ready and learns)
        tip = self.tr("End now, with a generator of what it has learned")
        self.keep_button.setToolTip(tip if learns else self.tr("There is nothing to keep before it learns"))
        self.discard_button.setEnabled(trainer.stopping != "discard")

    def words(self, story: Story) -> str:
        """One sentence: what it does."""
        if self.trainer.stopping == "discard":
            return self.tr("It ends ...")
        if self.trainer.stopping == "keep":
            return self.tr("It ends, and makes a generator of what it has learned ...")
        if self.trainer.pausing:
            return self.tr("Paused.")
        if story.at is None:
            return self.tr("It begins ...")
        if story.at.stage == "tuning":
            many = self.tr("Learning from {} pictures.") if story.used != 1 else self.tr("Learning from {} picture.")
            return many.format(story.used) if story.pictures else self.tr("Learning.")
        words = {
            "reading": self.tr("Reading the pictures."),
            "fitting": self.tr("Looking for the look that comes nearest to picture {}.").format(story.used + 1),
            "exporting": self.tr("Making a generator of what it has learned."),
        }
        return words[story.at.stage]

    def _left_out(self, story: Story) -> str:
        """Which pictures it does not learn from, and why."""
        out = [f"{fitting(each.name)}: {each.trouble}" for each in story.pictures if not each.used]
        more = [self.tr("{} more are left out.").format(len(out) - NAMED)] if len(out) > NAMED else []
        return "\n".join(out[:NAMED] + more)

    def _show_sheet(self, folder: Path, sheet: str) -> None:
        if not sheet and self._fits_of != folder:
            self.sheet.show_picture(None)
            self._sheet = None
        for widget in (self.columns, self.sheet):
            widget.setVisible(self.sheet.shown is not None)
        if sheet and (folder, sheet) != self._sheet:
            self._sheet = asked = folder, sheet
            job = Job(once(lambda: read_sheet(folder, sheet)))
            job.finished.connect(lambda image: self._came(asked, image))
            job.start()

    def _came(self, asked: tuple[Path, str], image: QImage | None) -> None:
        if asked == self._sheet and image is not None:
            self._fits_of = None
            self._show_picture(image, self.tr("Before"))

    def show_fits(self, folder: Path, image: QImage) -> None:
        """The pictures beside the looks that come nearest, until the run shows what it has learned."""
        if folder == self.trainer.present and not self.trainer.story.sheet:
            self._fits_of = folder
            self._show_picture(image, self.tr("The nearest look"))

    def _show_picture(self, image: QImage, second: str) -> None:
        self.heads[1].setText(second)
        self.heads[2].setVisible(self._fits_of is None)
        self.sheet.show_picture(image)
        for widget in (self.columns, self.sheet):
            widget.setVisible(True)


class _Sheet(QLabel):
    """A picture as wide as there is room."""

    def __init__(self) -> None:
        super().__init__(alignment=Qt.AlignmentFlag.AlignHCenter)
        self.setObjectName("thumbnail")
        self.shown: QPixmap | None = None
        self.setMinimumWidth(60)

    def show_picture(self, image: QImage | None) -> None:
        """Show another one, or none."""
        self.shown = QPixmap.fromImage(image) if image is not None else None
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """It follows the panel's width."""
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """The panel may be narrower than the picture."""
        return QSize(60, self.height() if self.shown else 0)

    def _fit(self) -> None:
        if self.shown is None:
            self.clear()
            return
        ratio = self.devicePixelRatioF()
        width = round(max(self.width() - 4, 40) * ratio)
        scaled = self.shown.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)
        scaled.setDevicePixelRatio(ratio)
        self.setFixedHeight(round(scaled.height() / ratio) + 4)
        self.setPixmap(scaled)


def read_sheet(folder: Path, sheet: str) -> QImage | None:
    """The picture of a run's sheet; None when there is none to show. Not on the GUI thread."""
    path = (folder / sheet).resolve()
    if not path.is_relative_to(folder.resolve()):
        return None
    try:
        image = QImage.fromData(read_bytes(path, _SHEET))
    except OSError:
        return None
    if image.isNull():
        return None
    smooth = Qt.TransformationMode.SmoothTransformation
    return image.scaledToWidth(_WIDEST, smooth) if image.width() > _WIDEST else image


def called(kept: Kept) -> str:
    """A run's name; its folder's where it has none."""
    return kept.run.name or kept.folder.name


def time_words(widget: QWidget, seconds: float) -> str:
    """About how long, in words."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return widget.tr("Less than a minute")
    if minutes < 90:
        return widget.tr("About {} minutes").format(minutes) if minutes > 1 else widget.tr("About a minute")
    return widget.tr("About {} hours").format(f"{minutes / 60:.1f}".removesuffix(".0"))
