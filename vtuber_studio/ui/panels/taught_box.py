"""Directions of the whole figure: those that the user taught, those that looks bring along, the generator's own."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from msgspec import structs
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QVBoxLayout,
)

from vtuber_studio.core.direction import (
    amount_of,
    called,
    free_name,
    read_direction,
    slide,
    take_out,
    whole_figure,
    write_direction,
)
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.kept import MAX_NAME, TaughtDirection
from vtuber_studio.core.look import Look
from vtuber_studio.core.moves import moves
from vtuber_studio.core.names import file_stem
from vtuber_studio.core.paths import home_dir
from vtuber_studio.core.project import NamedLook, Project
from vtuber_studio.engine.fitting import require_known, tables
from vtuber_studio.engine.manifest import Manifest
from vtuber_studio.ui.along import DirectionRow, unknown
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.open_menu import OpenMenu
from vtuber_studio.ui.widgets.section import Section, clear
from vtuber_studio.ui.widgets.words import fitting, literal

_LISTED = 18  # things that the menu of one offers to keep


class TaughtBox(Section):
    """One row for each direction of the project, and for each that the look went along without it."""

    teach_asked = Signal()

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage.tr("Your own"))
        self.stage = stage
        self.rows: dict[str, DirectionRow] = {}
        self._shown: object = None
        self.unfinished: tuple[str, tuple[tuple[str, Look, int], ...]] = ("", ())  # a name; titles, looks and marks
        words = self.tr("Mark looks that have more of something, and looks that have less: it becomes a slider.")
        self.hint = QLabel(words)
        self.hint.setWordWrap(True)
        self.hint.setObjectName("caption")
        self.teach_button = QPushButton(self.tr("Teach a slider ..."))
        self.teach_button.setToolTip(self.tr("From looks that are more or less of something, whatever you call it"))
        self.teach_button.clicked.connect(lambda: self.teach_asked.emit())
        self.import_button = QPushButton(self.tr("Import ..."))
        self.import_button.setToolTip(self.tr("A slider that was exported from another project"))
        self.import_button.clicked.connect(lambda: self.ask_import())
        buttons = QHBoxLayout()
        buttons.addWidget(self.teach_button, 1)
        buttons.addWidget(self.import_button)
        self.column = QVBoxLayout()
        self.column.setSpacing(2)
        self.body.setSpacing(6)
        self.body.addWidget(self.hint)
        self.body.addLayout(self.column)
        self.body.addLayout(buttons)

    @property
    def directions(self) -> tuple[TaughtDirection, ...]:
        """Those of the project."""
        return self.stage.session.project.directions

    def refresh(self) -> None:
        """Show how far the look went along each of them."""
        manifest = self.stage.manifest
        if manifest is None:
            return
        strange = unknown(self.stage)
        names = [direction.name for direction in self.directions]
        if (manifest.id, names, strange) != self._shown:
            self._shown = manifest.id, names, strange
            self._build(names, strange)
        for direction in self.directions:
            self.rows[direction.name].show_direction(direction, manifest)
        for row in self.rows.values():
            row.refresh()

    def _build(self, names: list[str], strange: tuple[str, ...]) -> None:
        clear(self.column)
        self.rows = {}
        for name in names:
            made = self.rows[name] = DirectionRow(self.stage, name)
            made.menu.aboutToShow.connect(partial(self._fill, made.menu, name))
            self.column.addWidget(made)
        for name in strange:
            made = self.rows[name] = DirectionRow(self.stage, name)
            made.words.setText(
                self.tr("She came with it, but this project does not have it: import it to move it, or take it out.")
            )
            out = made.menu.addAction(self.tr("Take it out of her"))
            out.triggered.connect(lambda _checked=False, name=name: self.take_out(name))
            made.menu.addAction(self.tr("Import ...")).triggered.connect(lambda: self.ask_import())
            self.column.addWidget(made)
        self.hint.setVisible(not self.rows)

    # what is done with them

    def add(self, direction: TaughtDirection, label: str) -> bool:
        """One more; its slider comes into sight."""
        project = self.stage.session.project
        return self._tried(project.with_(directions=(*project.directions, direction)), label)

    def taken(self) -> set[str]:
        """Names that no other slider may have."""
        manifest = self.stage.manifest
        own = whole_figure(manifest.dice) if manifest else ()
        return {direction.name for direction in (*self.directions, *own)}

    def keep(self, name: str, names: set[str], kept: bool) -> None:
        """Leave some things as they are from now on, in her as she is, too; or let go of them. One step."""
        direction, manifest, project = self._of(name), self.stage.manifest, self.stage.session.project
        assert manifest is not None
        rest = [each for each in direction.keep if each not in names]
        changed = structs.replace(direction, keep=(*rest, *sorted(names)) if kept else tuple(rest))
        look = slide(project.look, changed, amount_of(project.look, name), *tables(manifest))
        self._tried(self._with(project, name, changed).with_look(look), self.tr("Keep"))

    def rename(self, name: str, new: str) -> None:
        """Call it something else, in every look that went along it."""
        new = " ".join(new.split())
        if not new or new == name:
            return
        if new in self.taken():
            said = self.tr("There is a slider called {} already.").format(fitting(new))
            self.stage.fail(said, self.tr("Choose another name."))
            return
        changed = structs.replace(self._of(name), name=new)
        self._tried(_in_looks(self._with(self.stage.session.project, name, changed), name, new), self.tr("Rename"))

    def remove(self, name: str) -> None:
        """Forget it; she stays as she is, and undo brings it back."""
        project = self.stage.session.project
        rest = project.with_(directions=tuple(each for each in project.directions if each.name != name))
        if self._tried(_in_looks(rest, name, ""), self.tr("Delete slider")):
            self.stage.say(self.tr("Deleted; Ctrl+Z brings it back"))

    def take_out(self, name: str) -> None:
        """Undo what a direction did to her, whoever made it."""
        session, manifest = self.stage.session, self.stage.manifest
        assert manifest is not None
        session.edit(take_out(session.look, name, *tables(manifest)), self.tr("Take out {}").format(fitting(name)))

    def load(self, path: Path) -> None:
        """Take one in from a file; an error changes nothing."""
        manifest = self.stage.manifest
        if manifest is None:
            return
        try:
            direction = require_known(read_direction(path), manifest)
        except StudioError as error:
            self.stage.fail(error.message, error.hint)
            return
        direction = structs.replace(direction, name=free_name(direction.name[: MAX_NAME - 8], self.taken()))
        self.add(direction, self.tr("Import slider"))

    def write(self, name: str, path: Path) -> None:
        """Write one for another project."""
        try:
            write_direction(path, self._of(name))
            self.stage.say(self.tr("Slider written to {}").format(path.name))
        except StudioError as error:
            self.stage.fail(error.message, error.hint)

    def ask_import(self) -> QFileDialog:
        """Which file?"""
        dialog = QFileDialog(self, self.tr("Import a slider"), str(home_dir()), self.tr("Sliders (*.json)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.load(Path(path)))
        dialog.open()
        return dialog

    def ask_export(self, name: str) -> QFileDialog:
        """Where to?"""
        dialog = QFileDialog(self, self.tr("Export the slider"), str(home_dir()), self.tr("Sliders (*.json)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.selectFile(file_stem(name))
        dialog.fileSelected.connect(lambda path: self.write(name, Path(path)))
        dialog.open()
        return dialog

    def ask_name(self, name: str) -> QInputDialog:
        """What is it called?"""
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self.tr("Rename"))
        dialog.setLabelText(self.tr("What is the slider called?"))
        dialog.setTextValue(name)
        line = dialog.findChild(QLineEdit)
        assert isinstance(line, QLineEdit)
        line.setMaxLength(MAX_NAME)
        dialog.textValueSelected.connect(partial(self.rename, name))
        dialog.open()
        return dialog

    def _fill(self, menu: QMenu, name: str) -> None:
        """The menu of one as it is now."""
        menu.clear()
        direction, manifest = self._of(name), self.stage.manifest
        assert manifest is not None
        found = moves(direction, *tables(manifest))
        keep = OpenMenu(self.tr("Keep as it is"), menu)
        menu.addMenu(keep)
        bulk = (
            (self.tr("All colours"), {move.name for move in found if move.name in direction.palette}),
            (self.tr("All details"), {move.name for move in found if move.name in direction.z}),
        )
        rows = [(move.label, {move.name}) for move in found[:_LISTED]]
        for text, names in (*rows, *((text, names) for text, names in bulk if len(names) > 1)):
            action = keep.addAction(literal(text))
            action.setCheckable(True)
            action.setChecked(names <= set(direction.keep))
            action.toggled.connect(partial(self.keep, name, names))
        menu.addAction(self.tr("Rename ...")).triggered.connect(lambda: self.ask_name(name))
        menu.addAction(self.tr("Export ...")).triggered.connect(lambda: self.ask_export(name))
        menu.addSeparator()
        menu.addAction(self.tr("Delete")).triggered.connect(lambda: self.remove(name))

    def _of(self, name: str) -> TaughtDirection:
        return next(direction for direction in self.directions if direction.name == name)

    def _with(self, project: Project, name: str, changed: TaughtDirection) -> Project:
        return project.with_(directions=tuple(changed if each.name == name else each for each in project.directions))

    def _tried(self, project: Project, label: str) -> bool:
        """Make it one step; an error is said, and changes nothing."""
        try:
            self.stage.session.edit_project(project, label)
        except StudioError as error:
            self.stage.fail(error.message, error.hint)
            return False
        return True


class WholeBox(Section):
    """The generator's own: one slider for each trait that its dice know."""

    def __init__(self, stage: Stage, manifest: Manifest) -> None:
        super().__init__(stage.tr("Whole figure"))
        self.stage = stage
        self.rows: dict[str, DirectionRow] = {}
        self.directions = whole_figure(manifest.dice)
        for direction in self.directions:
            made = self.rows[direction.name] = DirectionRow(stage, direction.name, with_menu=False)
            made.show_direction(direction, manifest)
            self.body.addWidget(made)
        if not self.directions:
            self.hide()

    def refresh(self) -> None:
        """Show how far the look went along each."""
        for row in self.rows.values():
            row.refresh()


def _in_looks(project: Project, name: str, new: str) -> Project:
    """The project whose looks call a direction something else, or nothing."""

    def named(kept: NamedLook) -> NamedLook:
        look = called(kept.look, name, new)
        return kept if look is kept.look else structs.replace(kept, look=look)

    return project.with_(looks=tuple(map(named, project.looks)), favourites=tuple(map(named, project.favourites)))
