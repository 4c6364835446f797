"""My pictures: a set of her own drawings or photos is brought, looked through, put right by hand, and chosen for a
fine-tune. Whose they are is asked once a set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vtuber_studio.core.finetuning import Rights
from vtuber_studio.core.paths import home_dir
from vtuber_studio.core.runs import Kept, kept_runs
from vtuber_studio.core.tray import FIRST, holds_pictures, new_set, set_folders, trays_dir
from vtuber_studio.intake.bring import ENDINGS
from vtuber_studio.ui.dialogs.closeup import Closeup, in_short, in_words
from vtuber_studio.ui.dialogs.consent import ConsentBox
from vtuber_studio.ui.gathering import Gathering, drawn_face
from vtuber_studio.ui.job import Job, once
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.error_bar import ErrorBar
from vtuber_studio.ui.widgets.picture_grid import PictureGrid
from vtuber_studio.ui.widgets.words import plain

_FEW, _MANY = 5, 50  # pictures below which little is learned, and above which little more


class PicturesDialog(QDialog):
    """Not modal. ``chosen(folder, rights)``: the tray's folder and whose pictures they are, to be tuned on."""

    chosen = Signal(object, str)  # Path, Rights

    def __init__(self, gathering: Gathering, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModal(False)
        self.setAcceptDrops(True)
        self.setWindowTitle(self.tr("My pictures"))
        self.setMinimumSize(700, 600)
        self.resize(1080, 780)
        self.gathering = gathering
        self._refused: dict[str, str] = {}  # why a file is no part of the set; its key in the grid ends in a NUL
        self._build()
        self._lay_out()
        self._connect()
        self._refresh()
        self._list_sets()

    def _build(self) -> None:
        self.bar = ErrorBar()
        self.sets = QComboBox()
        self.sets.setAccessibleName(self.tr("Set of pictures"))
        self.sets.setToolTip(self.tr("Which set is shown; each says for itself whose its pictures are"))
        self.new_button = _button(self.tr("New set"), self.tr("Pictures of another person, or by other people"))
        self.add_button = _button(self.tr("Add pictures ..."), self.tr("Choose files: PNG, JPEG, WebP, AVIF or BMP"))
        self.folder_button = _button(self.tr("Add a folder ..."), self.tr("All pictures that lie in a folder"))
        self.grid = PictureGrid()
        self.grid.setAccessibleName(self.tr("Pictures of this set"))
        self.grid.hint = self.tr(
            "Drop five to fifty drawings or photos of one person here, or a folder of them.\n"
            "Best are large faces, seen from the front. Your own files stay as they are."
        )
        self.progress = QProgressBar(maximum=1000, textVisible=False)
        self.told = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.told.setObjectName("caption")
        self.stop_button = _button(self.tr("Stop"), self.tr("Look at no more of them; those that are here stay"))
        self.closeup = Closeup(self.gathering, self._refused)
        self.consent = ConsentBox()
        self.forget_button = _button(
            self.tr("Forget my pictures ..."), self.tr("Delete the studio's copies of these pictures")
        )
        self.note = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.note.setObjectName("caption")
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.close_button = _button(self.tr("Close"), self.tr("The set stays as it is"))
        self.use_button = _button("", self.tr("On to fine-tuning with the pictures that are ticked"))
        self.use_button.setObjectName("primary")

    def _lay_out(self) -> None:
        above, doing, left, middle, below = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(), QHBoxLayout(), QHBoxLayout()
        above.addWidget(self.sets)
        above.addWidget(self.new_button)
        above.addStretch(1)
        above.addWidget(self.add_button)
        above.addWidget(self.folder_button)
        for widget, stretch in ((self.told, 0), (self.progress, 1), (self.stop_button, 0)):
            doing.addWidget(widget, stretch)
        self.doing = QWidget()
        doing.setContentsMargins(0, 0, 0, 0)
        self.doing.setLayout(doing)
        left.addWidget(self.grid, 1)
        left.addWidget(self.doing)
        middle.setSpacing(16)
        middle.addLayout(left, 6)
        middle.addWidget(self.closeup, 5)
        below.addWidget(self.forget_button)
        below.addWidget(self.note, 1)
        below.addWidget(self.close_button)
        below.addWidget(self.use_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 14)
        column.setSpacing(12)
        column.addWidget(self.bar)
        column.addLayout(above)
        column.addLayout(middle, 1)
        column.addWidget(self.consent)
        column.addLayout(below)

    def _connect(self) -> None:
        own, grid = self.gathering, self.grid
        self.sets.activated.connect(lambda row: own.turn(self.sets.itemData(row)))
        self.new_button.clicked.connect(lambda: own.turn(new_set()))
        self.add_button.clicked.connect(self.choose_files)
        self.folder_button.clicked.connect(self.choose_folder)
        self.stop_button.clicked.connect(own.stop)
        self.forget_button.clicked.connect(self.ask_to_forget)
        self.close_button.clicked.connect(self.close)
        self.use_button.clicked.connect(self._use)
        self.consent.answered.connect(self._answer)
        self.closeup.remove_button.clicked.connect(lambda: self._remove(grid.name))
        grid.ticked.connect(own.keep)
        grid.deleted.connect(self._remove)
        grid.chosen.connect(self.closeup.show_picture)
        grid.closer.connect(self.closeup.editor.handles[0].setFocus)
        own.arrived.connect(self._on_arrived)
        own.refused.connect(self._on_refused)
        own.moved.connect(self._on_moved)
        own.rested.connect(self._refresh)
        own.rested.connect(self._list_sets)
        own.emptied.connect(self._on_emptied)
        own.failed.connect(self.bar.fail)

    # bringing

    def choose_files(self) -> None:
        """Choose pictures."""
        kinds = " ".join(f"*{ending}" for ending in ENDINGS)
        dialog = QFileDialog(self, self.tr("Add pictures"), str(home_dir()), self.tr("Pictures ({})").format(kinds))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda names: self.add([Path(name) for name in names]))
        dialog.open()

    def choose_folder(self) -> None:
        """Choose a folder of them."""
        dialog = QFileDialog(self, self.tr("Add a folder"), str(home_dir()))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda name: self.add([Path(name)]))
        dialog.open()

    def add(self, paths: list[Path]) -> None:
        """Bring files, or those of folders."""
        self.bar.over()
        self.gathering.add(paths)
        self._refresh()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files are welcome anywhere."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Brought."""
        event.acceptProposedAction()
        self.add([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    # what has come

    def _on_arrived(self, name: str) -> None:
        found, given = self.gathering.found.get(name), self.gathering.tray.find(name)
        if found is None or given is None:
            return
        kept = given.keep if found.usable else None
        self.grid.put(name, found.crop, kept, in_short(found.troubles), in_words(self.gathering, name))
        self._refresh()

    def _on_refused(self, name: str, why: str) -> None:
        key = f"{name}\0"
        self._refused[key] = why
        self.grid.put(key, None, None, in_short((why,)), plain(why))
        self._refresh()

    def _on_emptied(self) -> None:
        self._refused.clear()
        self.grid.empty()
        self.bar.over()
        self._refresh()

    def _on_moved(self, fraction: float, message: str) -> None:
        self.progress.setValue(round(1000 * fraction))
        self.told.setText(self.tr("Looking at picture {}").format(message) if message else self.tr("Looking ..."))

    def _remove(self, name: str) -> None:
        self._refused.pop(name, None)
        if name in self.gathering.found:
            self.gathering.remove(name)
        self.grid.take(name)
        self._refresh()

    # whose they are, and what becomes of them

    def _answer(self, rights: Rights) -> None:
        self.gathering.answer(rights)
        self._refresh()

    def _refresh(self) -> None:
        """What can be done now, and what is missing."""
        own = self.gathering
        kept = [each for each in own.tray.kept if each.file in own.found and own.found[each.file].usable]
        self.doing.setVisible(own.busy)
        self.closeup.setVisible(self.grid.count() > 0)
        self.forget_button.setEnabled(bool(own.tray.pictures))
        self.new_button.setEnabled(bool(own.tray.pictures))
        self.consent.show_answer(own.tray.rights)
        words = self.tr("Use one picture") if len(kept) == 1 else self.tr("Use {} pictures").format(len(kept))
        self.use_button.setText(words if kept else self.tr("Use these pictures"))
        self.use_button.setEnabled(bool(kept) and own.tray.rights is not None and not own.busy)
        self.note.setText("" if own.busy else self._missing(len(kept)))

    def _list_sets(self) -> None:
        """Those that are there, and this one."""
        here = self.gathering.folder
        folders = set_folders()
        folders = folders if here in folders else (*folders, here)
        if [self.sets.itemData(row) for row in range(self.sets.count())] != list(folders):
            self.sets.clear()
            for folder in folders:
                first = folder.name == FIRST
                self.sets.addItem(self.tr("First set") if first else folder.name.capitalize(), folder)
        self.sets.setCurrentIndex(folders.index(here))

    def _missing(self, kept: int) -> str:
        if not self.gathering.tray.pictures:
            return ""
        if not kept:
            return self.tr("No picture is ticked.")
        if self.gathering.tray.rights is None:
            return self.tr("Say whose pictures these are.")
        if kept > _MANY:
            return self.tr("More than fifty take hours to read and teach little more.")
        return self.tr("Few pictures teach little; five or more are better.") if kept < _FEW else ""

    def _use(self) -> None:
        rights = self.gathering.tray.rights
        if rights is not None:
            self.gathering.settle(lambda: self.chosen.emit(self.gathering.folder, rights))

    def ask_to_forget(self) -> None:
        """Deleting asks once."""
        job = Job(once(kept_runs))
        job.finished.connect(self._ask_to_forget)
        job.failed.connect(self.bar.fail)
        job.start()

    def _ask_to_forget(self, runs: Sequence[Kept]) -> None:
        own = self.gathering
        rest = [kept.folder for kept in runs if kept.state != "going" and holds_pictures(kept.folder)]
        said = self.tr("Delete the studio's copies of these pictures ({})? Your own files stay.")
        said, choices = said.format(len(own.tray.pictures)), [(self.tr("Delete them"), lambda: own.forget())]
        if rest:
            said += " " + self.tr("Past fine-tunes keep prepared pictures and samples, too; their generators stay.")
            choices.append((self.tr("Delete those, too"), lambda: own.forget(rest)))
        if any(kept.state == "going" for kept in runs):
            said += " " + self.tr("The fine-tune that goes on keeps its own until it has ended.")
        self.bar.ask(said, choices)


def pictures_dialog(stage: Stage, chosen: Callable[[Path, str], object], parent: QWidget) -> PicturesDialog:
    """Show it, as it was left; ``chosen`` is called when pictures are to be used."""
    there = parent.findChild(PicturesDialog)
    dialog = there or PicturesDialog(Gathering(trays_dir() / FIRST, parent), parent)
    if there is None:
        dialog.gathering.drawn = partial(drawn_face, stage)
        dialog.chosen.connect(chosen)
        dialog.gathering.open()
    dialog.show()
    dialog.raise_()
    return dialog


def _button(words: str, tip: str) -> QPushButton:
    made = QPushButton(words, autoDefault=False)
    made.setToolTip(tip)
    return made
