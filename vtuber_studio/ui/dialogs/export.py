"""Export: where it will be used, how it is set up, what it will be; it stays beside the window while it is written."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from vtuber_studio.core.progress import Progress
from vtuber_studio.core.settings import Order
from vtuber_studio.export.targets import TARGETS, Target
from vtuber_studio.ui.colours import Colours
from vtuber_studio.ui.dialogs.export_place import ExportPlace
from vtuber_studio.ui.dialogs.export_trial import ExportTrial
from vtuber_studio.ui.dialogs.option_form import OptionForm
from vtuber_studio.ui.exports import Exports
from vtuber_studio.ui.folders import show_folder
from vtuber_studio.ui.job import Job
from vtuber_studio.ui.theme import COLOURS
from vtuber_studio.ui.widgets.option_fields import Field, switch
from vtuber_studio.ui.widgets.words import fitting, titled

LEAST = 370  # logical pixels of the options' width: most fit, and the preview stays where it is
_NAME = Qt.ItemDataRole.UserRole


class ExportDialog(QDialog):
    """A list of targets, the options of the chosen one, what it will look like and how large it will be."""

    exported = Signal(object)  # Path

    def __init__(self, exports: Exports, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.exports, self.stage, self._colours = exports, exports.stage, colours
        self._target: Target | None = None
        self._written: Path | None = None  # the folder of the last one
        self.setModal(False)
        self.resize(1060, 640)
        self.targets = _targets()
        self.targets.setAccessibleName(self.tr("Where it will be used"))
        self.use = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.use.setObjectName("caption")
        self.options = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
        self.options.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.options.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.problem = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText, visible=False)
        self.problem.setObjectName("problem")
        self.trial = ExportTrial(exports, self.order)
        self.place = ExportPlace(exports)
        self.path_field = self.place.path_field
        self.note = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.note.setObjectName("caption")
        self.bar = QProgressBar(maximum=1000, textVisible=False)
        keeps_its_place = self.bar.sizePolicy()
        keeps_its_place.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(keeps_its_place)
        self.start_button = QPushButton(self.tr("Export"), default=True)
        self.start_button.setObjectName("primary")
        self.cancel_button = QPushButton(self.tr("Close"), autoDefault=False)
        self.folder_button = QPushButton(self.tr("Open folder"), autoDefault=False, visible=False)
        self.folder_button.setToolTip(self.tr("Show where it lies"))
        self._lay_out()
        self._connect()
        self.choose(exports.preferences.settings.export_target)
        self._name()
        self._show_idle("")

    def _lay_out(self) -> None:
        middle, above, buttons, right = QVBoxLayout(), QHBoxLayout(), QHBoxLayout(), QVBoxLayout()
        for widget, stretch in ((self.use, 0), (self.problem, 0), (self.options, 1)):
            middle.addWidget(widget, stretch)
        above.setSpacing(18)
        above.addLayout(middle, 1)
        above.addWidget(self.trial, 1)
        buttons.addWidget(self.folder_button)
        buttons.addWidget(self.note, 1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.start_button)
        right.setSpacing(10)
        right.addLayout(above, 1)
        for widget in (self.place, self.bar):
            right.addWidget(widget)
        right.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 16, 18, 14)
        row.setSpacing(18)
        row.addWidget(self.targets)
        row.addLayout(right, 1)

    def _connect(self) -> None:
        self.targets.currentItemChanged.connect(lambda *_: self._show_target())
        self.place.changed.connect(self._on_whom)
        self.place.moved.connect(self._name_the_button)
        self.trial.refused.connect(self._refuse)
        self.start_button.clicked.connect(self.start)
        self.cancel_button.clicked.connect(self.reject)
        self.folder_button.clicked.connect(self.open_folder)
        self.exports.started.connect(self._on_started)
        self.exports.progressed.connect(self._on_progress)
        self.exports.ended.connect(self._on_ended)
        self.stage.changed.connect(self._on_stage)

    # what is asked for

    @property
    def target(self) -> Target:
        """The chosen one."""
        assert self._target is not None
        return self._target

    @property
    def job(self) -> Job | None:
        """The export that runs."""
        return self.exports.job

    @property
    def fields(self) -> dict[str, Field]:
        """Of the chosen target's options, by name."""
        return self.form.fields

    def choose(self, name: str) -> None:
        """Choose a target by its name, the first one where there is none of it."""
        name = name if name in TARGETS else next(iter(TARGETS))
        for row in range(self.targets.count()):
            if self.targets.item(row).data(_NAME) == name:
                self.targets.setCurrentRow(row)

    def order(self) -> Order:
        """What is asked for now."""
        whom, kept, path, pattern = self.place.place
        values = {name: value for name, value in self.form.values().items() if name != "look"}
        name, digest = (kept.name, kept.look.digest) if kept else ("", "")
        return Order(self.target.name, str(path), values, whom, name, digest, pattern)

    def path(self) -> Path:
        """Where it goes."""
        return self.place.path()

    # what is shown

    def _show_target(self) -> None:
        """The options of the chosen target, as they were set last."""
        item = self.targets.currentItem()
        if item is None or item.data(_NAME) is None:
            return
        self._keep()
        self._target = target = TARGETS[item.data(_NAME)]
        kind = target.exporter.options
        self.form = OptionForm(kind, self.exports.options(target), self._colours)
        if any(field.name == "look" for field in fields(kind)):
            keeps = switch()
            self.form.add("look", keeps, self.exports.preferences.settings.export_look)
            keeps.changed.connect(lambda on: self.exports.preferences.change(export_look=on))
        self.form.changed.connect(self.trial.ask)
        self.options.setWidget(self.form)
        least = self.form.minimumSizeHint().width() + self.options.verticalScrollBar().sizeHint().width()
        self.options.setMinimumWidth(max(least, LEAST))
        self.use.setText(self.tr("For {}.").format(target.exporter.use))
        self.place.show_target(target)
        self._refuse("")
        self.trial.clear()
        self.trial.ask()

    def _on_whom(self) -> None:
        self._name()
        self._name_the_button()
        self.trial.ask()

    def _on_stage(self) -> None:
        self.place.fill()
        self.trial.ask()

    def _name(self) -> None:
        kept = self.place.place.kept
        self.setWindowTitle(titled(self.tr("Export: {}").format(kept.name) if kept else self.tr("Export")))

    def _name_the_button(self) -> None:
        self.start_button.setText(self.tr("Replace") if self.place.taken else self.tr("Export"))

    def _refuse(self, text: str) -> None:
        """Say above the options why they cannot be."""
        self.problem.setText(fitting(text))
        self.problem.setVisible(bool(text))

    # exporting

    def start(self) -> None:
        """Write what is asked for now."""
        if self.job is None:
            self._keep()
            self.exports.start(self.order())

    def open_folder(self) -> None:
        """Show the folder of the last export in the system's file manager."""
        if self._written is not None:
            show_folder(self._written, lambda *told: self.note.setText(" ".join(told).strip()))

    def reject(self) -> None:
        """Cancel what runs; close when nothing does."""
        if self.job is None:
            super().reject()
        else:
            self.note.setText(self.tr("Cancelling ..."))
            self.exports.cancel()

    def showEvent(self, event: QShowEvent) -> None:
        """Files and favourites may have come and gone."""
        super().showEvent(event)
        self.place.fill()
        self._name_the_button()

    def hideEvent(self, event: QHideEvent) -> None:
        """Options stay as they are; drawings are not kept for nobody."""
        super().hideEvent(event)
        self._keep()
        if self.job is None:
            self.exports.forget_drawings()

    def _keep(self) -> None:
        if self._target is not None:
            self.exports.keep_options(self._target, self.order().options)

    def _on_started(self, order: Order) -> None:
        path = Path(order.path).absolute()
        self._written = path if order.many else path.parent
        self.trial.drop()
        self.bar.show()
        self.start_button.setEnabled(False)
        self.cancel_button.setText(self.tr("Cancel"))

    def _on_progress(self, step: Progress) -> None:
        self.bar.setValue(round(1000 * step.fraction))
        self.note.setText(fitting(step.message))

    def _on_ended(self, text: str, path: Path | None) -> None:
        if path is not None:
            self.folder_button.show()
            self.place.next_free()
            self.exported.emit(path)
        self._show_idle(text)
        self.trial.ask()

    def _show_idle(self, text: str) -> None:
        self.bar.setValue(0)
        self.bar.hide()
        self.note.setText(fitting(text))
        self.start_button.setEnabled(True)
        self.cancel_button.setText(self.tr("Close"))
        self._name_the_button()


def _targets() -> QListWidget:
    """Targets below the places where they are used."""
    shown, place, bold = QListWidget(), "", QFont()
    bold.setBold(True)
    bold.setPixelSize(12)
    for target in TARGETS.values():
        if target.place != place:
            place = target.place
            heading = QListWidgetItem(place)
            heading.setFlags(Qt.ItemFlag.NoItemFlags)
            heading.setFont(bold)
            shown.addItem(heading)
        item = QListWidgetItem(f"   {target.label}")
        item.setData(_NAME, target.name)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{target.place}: {target.label}")
        item.setToolTip(f"{target.exporter.label}: {target.exporter.use}")
        item.setForeground(QColor(COLOURS["text"]))
        shown.addItem(item)
    shown.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    shown.setFixedWidth(shown.sizeHintForColumn(0) + 30)
    return shown
