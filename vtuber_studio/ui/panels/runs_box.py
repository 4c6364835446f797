"""Runs there were: a list of them, each with a note of the user's own; to be used, gone on with, deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QLocale, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QListWidget, QListWidgetItem, QPushButton, QWidget

from vtuber_studio.core.finetuning import Failed, Run
from vtuber_studio.core.runs import MAX_NOTE, Kept, State
from vtuber_studio.ui.folders import show_folder
from vtuber_studio.ui.panels.order_box import minutes_words
from vtuber_studio.ui.panels.run_box import called
from vtuber_studio.ui.trainer import Trainer
from vtuber_studio.ui.widgets.section import Section
from vtuber_studio.ui.widgets.words import fitting, plain

ROWS = 5  # that are seen at once


class RunsBox(Section):
    """The newest first. What is done with one is done with the one that is chosen."""

    use_asked = Signal(object)  # Kept
    compare_asked = Signal(object)  # Kept
    delete_asked = Signal(object)  # Kept
    failed = Signal(str, str)

    def __init__(self, trainer: Trainer, parent: QWidget | None = None) -> None:
        super().__init__(trainer.tr("Runs so far"), parent)
        self.trainer = trainer
        self._shown: list[tuple[Path, Run, State, int, bool]] | None = None
        self._noted: Path | None = None  # whose note is shown
        self.body.setSpacing(6)
        self.list = QListWidget()
        self.list.setObjectName("regions")
        self.list.setAccessibleName(self.tr("Runs so far, the newest first"))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentRowChanged.connect(lambda _row: self._show_chosen())
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.list)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(lambda: self._act(self.delete_asked.emit))
        self.body.addWidget(self.list)
        self.words = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.words.setObjectName("caption")
        self.body.addWidget(self.words)
        self.note = QLineEdit(placeholderText=self.tr("A note of your own"), maxLength=MAX_NOTE)
        self.note.setAccessibleName(self.tr("Note"))
        self.note.setToolTip(self.tr("Whatever you want to remember of this run"))
        self.note.editingFinished.connect(self._keep_note)
        self.body.addWidget(self.note)
        self.buttons: dict[str, QPushButton] = {}
        grid = QGridLayout()
        for place, (name, text, tip, handler) in enumerate((
            ("go_on", self.tr("Go on"), self.tr("Learn on from where it was, when nothing else runs"), self._go_on),
            ("use", self.tr("Use it"), self.tr("Let it draw from now on; can be undone"), self.use_asked.emit),
            ("compare", self.tr("Compare"), self.tr("Let it draw, and show beside her what she was before"),
             self.compare_asked.emit),
            ("folder", self.tr("Show folder"), self.tr("Pictures, figures and weights of this run"), self._show_folder),
            ("delete", self.tr("Delete"), self.tr("This run and its copies of the pictures (Del)"),
             self.delete_asked.emit),
        )):  # fmt: skip
            button = self.buttons[name] = QPushButton(text, toolTip=tip)
            button.clicked.connect(lambda _checked=False, handler=handler: self._act(handler))
            grid.addWidget(button, (place + 1) // 2, (place + 1) % 2 if place else 0, 1, 1 if place else 2)
        self.body.addLayout(grid)
        trainer.changed.connect(self.refresh)
        self.refresh()

    def _act(self, handler: Callable[[Kept], object]) -> None:
        if self.chosen is not None:
            handler(self.chosen)

    @property
    def listed(self) -> list[Kept]:
        """All but the one that goes on, which stands above."""
        return [kept for kept in self.trainer.kept if kept.folder != self.trainer.present]

    @property
    def chosen(self) -> Kept | None:
        """The run that is meant."""
        row, listed = self.list.currentRow(), self.listed
        return listed[row] if 0 <= row < len(listed) else None

    def refresh(self) -> None:
        """Show the runs, when they have changed."""
        listed = self.listed
        waits = self.trainer.waits
        shown = [(kept.folder, kept.run, kept.state, kept.story.used, waits(kept.folder)) for kept in listed]
        if shown == self._shown:
            return
        before = {row[0] for row in self._shown or shown}
        new = [str(kept.folder) for kept in listed if kept.folder not in before]
        folder = new[0] if new and not self.note.hasFocus() else self._folder()  # what has just ended is looked at
        self._shown = shown
        self.setVisible(bool(listed))
        with QSignalBlocker(self.list):
            self.list.clear()
            for kept in listed:
                item = QListWidgetItem(f"{fitting(called(kept), 30)}\n{self._line(kept)}")
                item.setToolTip(plain(kept.run.note or str(kept.folder)))
                item.setData(Qt.ItemDataRole.UserRole, str(kept.folder))
                self.list.addItem(item)
            rows = [row for row, kept in enumerate(listed) if str(kept.folder) == folder]
            self.list.setCurrentRow(rows[0] if rows else 0)
        rows_seen, row = min(len(listed), ROWS), 2 * self.list.fontMetrics().lineSpacing() + 14
        self.list.setFixedHeight(rows_seen * row + 12)
        self._show_chosen()

    def _folder(self) -> str:
        item = self.list.currentItem()
        return str(item.data(Qt.ItemDataRole.UserRole)) if item is not None else ""

    def _line(self, kept: Kept) -> str:
        """When, from how many pictures, and what it is by now."""
        when = QLocale().toString(created(kept).date(), QLocale.FormatType.ShortFormat)
        states = {
            "waiting": self.tr("not begun"), "going": self.tr("learning"), "broken": self.tr("broken off"),
            "done": self.tr("ready"), "failed": self.tr("failed"),
        }  # fmt: skip
        state = self.tr("waits its turn") if self.trainer.waits(kept.folder) else states[kept.state]
        several = self.tr("{} pictures") if kept.story.used != 1 else self.tr("{} picture")
        pictures = [several.format(kept.story.used)] if kept.story.used else []
        return ", ".join([when, *pictures, state])

    def _show_chosen(self) -> None:
        kept = self.chosen
        ready = kept is not None and kept.bundle is not None
        waits = kept is not None and self.trainer.waits(kept.folder)
        for name in ("use", "compare"):
            self.buttons[name].setVisible(ready)
        rests = kept is not None and kept.state not in ("done", "going") and not waits
        self.buttons["go_on"].setVisible(rests)
        folder = kept.folder if kept is not None else None
        if folder != self._noted or not self.note.hasFocus():  # what is being typed stays
            self._noted = folder
            self.note.setText(kept.run.note if kept else "")
        self.words.setText(self._said(kept) if kept else "")

    def _said(self, kept: Kept) -> str:
        end, config = kept.story.end, kept.run.config
        mode = self.tr("full") if config.mode == "full" else self.tr("quick")
        told = self.tr("{}, {}, strength {}.").format(minutes_words(self, config.minutes), mode, f"{config.strength:g}")
        told += f" {nearer(self, kept)}".rstrip() if kept.state == "done" else ""
        if isinstance(end, Failed):
            return f"{told} {end.message} {end.hint}".strip()
        if kept.state == "broken":
            return f"{told} {self.tr('It can go on where it saved last.')}"
        return told

    # what is done

    def _keep_note(self) -> None:
        kept, note = next((kept for kept in self.listed if kept.folder == self._noted), None), self.note.text().strip()
        if kept is not None and note != kept.run.note:
            self.trainer.note(kept.folder, note)

    def _go_on(self, kept: Kept) -> None:
        self.trainer.go_on(kept.folder)

    def _show_folder(self, kept: Kept) -> None:
        show_folder(kept.folder, self.failed.emit)


def nearer(widget: QWidget, kept: Kept) -> str:
    """How much of the difference to the pictures is gone; nothing where that is not known."""
    losses = [value for value in kept.story.curves.get("loss", []) if value > 0]
    gone = 1 - losses[-1] / losses[0] if len(losses) > 1 else 0
    return widget.tr("The difference to the pictures fell by {} %.").format(round(100 * gone)) if gone >= 0.01 else ""


def created(kept: Kept) -> datetime:
    """When a run was asked for, in this computer's time."""
    try:
        return datetime.fromisoformat(kept.run.created).astimezone()
    except ValueError:
        return datetime.fromtimestamp(0).astimezone()
