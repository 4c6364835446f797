"""Which generator draws: a menu of those there are, one of them ticked; installing, changing and removing them.

The change of a generator is a step of the document like any other. The steps before it stay as they were made, for the
generator that they were made with: undo brings that one back first, and then the step.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import write_atomically
from vtuber_studio.core.paths import home_dir
from vtuber_studio.core.project import Project
from vtuber_studio.engine.assemble import install
from vtuber_studio.engine.bundle import STARTER, Bundle
from vtuber_studio.engine.fitting import Lost, fit_project, is_of, lost
from vtuber_studio.engine.manifest import Manifest
from vtuber_studio.engine.shelf import MANIFEST, Shelved, remove_bundle, shelved, zip_bundle
from vtuber_studio.ui.job import Job, once
from vtuber_studio.ui.preferences import Preferences
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.error_bar import ErrorBar
from vtuber_studio.ui.widgets.words import fitting, literal, plain

NAMED = 3  # of what is lost


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("generators", text)


class Generators(QObject):
    """The menu, and undo and redo, which may have to bring another generator back."""

    def __init__(self, stage: Stage, preferences: Preferences, bar: ErrorBar, window: QWidget) -> None:
        super().__init__(window)
        self.stage, self.preferences, self.bar, self.window = stage, preferences, bar, window
        self.shelf: tuple[Shelved, ...] = ()
        self.busy = False  # something is being installed
        self.menu, self.group = QMenu(window), QActionGroup(self)
        self.menu.setToolTipsVisible(True)
        self.menu.aboutToShow.connect(self.look)
        self._origins: list[tuple[Project, tuple[Project | None, Path | None, str]]] = []  # of documents left behind
        self._first = ""  # id of the generator that the window began with
        stage.loaded.connect(self._on_loaded)
        self._fill()

    # what there is

    def look(self) -> None:
        """Look at the shelf again; the menu changes when that has."""
        self._run(shelved, self._looked)

    def _looked(self, shelf: tuple[Shelved, ...]) -> None:
        if shelf != self.shelf:
            self.shelf = shelf
            self._fill()

    def _on_loaded(self) -> None:
        assert self.stage.manifest is not None
        self._first = self._first or self.stage.manifest.id
        self._fill()
        self.look()

    def _fill(self) -> None:
        self.menu.clear()
        running = self.stage.manifest
        if running is not None and running.id not in [entry.id for entry in self.shelf]:
            self._add(running.name, running).setChecked(True)  # it came by its folder
        names = [entry.name for entry in self.shelf]
        for entry in self.shelf:
            name = entry.name if names.count(entry.name) == 1 else f"{entry.name} ({entry.id[:8]})"
            action = self._add(name, entry.manifest, entry.problem)
            action.setChecked(running is not None and entry.id == running.id)
            action.triggered.connect(partial(self.choose, entry))
        self.menu.addSeparator()
        add = self.menu.addAction(tr("&Install generator ..."))
        add.setToolTip(tr("From its zip, or from the manifest.json in its folder; packs with more styles, too"))
        add.setEnabled(not self.busy)
        add.triggered.connect(self.ask_which)
        write = self.menu.addMenu(tr("&Write to a file"))
        for entry in self.shelf:
            if entry.manifest is not None:
                write.addAction(literal(fitting(entry.name))).triggered.connect(partial(self.ask_where, entry))
        write.setEnabled(not write.isEmpty())
        remove = self.menu.addMenu(tr("&Remove"))
        for entry in self.shelf:
            if not entry.shipped and (running is None or entry.id != running.id):
                remove.addAction(literal(fitting(entry.name))).triggered.connect(partial(self.ask_remove, entry))
        remove.setEnabled(not remove.isEmpty())

    def _add(self, name: str, manifest: Manifest | None, problem: str = "") -> QAction:
        """A generator's line: its name, and what it knows."""
        action = QAction(f"{literal(fitting(name))}\t{knows(manifest) if manifest else tr('damaged')}", self.menu)
        action.setCheckable(True)
        action.setEnabled(manifest is not None)
        licence = tr("Licence: {}").format(manifest.licence) if manifest else ""
        action.setToolTip(plain(problem or licence))
        self.group.addAction(action)
        self.menu.addAction(action)
        return action

    # changing it

    def choose(self, entry: Shelved) -> None:
        """Let another generator draw, from now on and at the next start. Of the persona stays what that one knows."""
        manifest, session = self.stage.manifest, self.stage.session
        if manifest is None or entry.manifest is None:
            return
        if entry.id == manifest.id:
            self._remember(entry)
            return
        self._fill()  # the tick goes with the generator, not with the click
        try:
            fit_project(session.project, entry.manifest)
        except StudioError as error:
            self.stage.fail(error.message, error.hint)
            return

        def arrive() -> None:
            before, origin = session.project, session.origin
            fitted = self.stage.adopt(tr("Generator: {}").format(entry.name))
            self._origins.append((before, origin))
            self._remember(entry)
            assert entry.manifest is not None
            self._tell(entry.name, lost(before, fitted.value, manifest, entry.manifest))

        self._switch(entry.name, entry.load, entry.id, arrive)

    def undo(self) -> None:
        """One step back; where that was made with another generator, that one comes back first."""
        self._step(self.stage.session.behind, self.stage.session.undo)

    def redo(self) -> None:
        """One step forward, the same way."""
        self._step(self.stage.session.ahead, self.stage.session.redo)

    def go(self, at: int) -> None:
        """To any step of the history, the same way."""
        self._step(self.stage.session.steps[at].value.project, partial(self.stage.session.go, at))

    def _step(self, wanted: Project | None, step: Callable[[], None]) -> None:
        session, running = self.stage.session, self.stage.manifest
        other = wanted.generator if wanted is not None else None
        if not (wanted and other and running and other.stamp) or is_of(other.stamp, running):
            step()
            return
        to, present = other.stamp.rpartition(":")[2], session.project

        def arrive() -> None:
            if session.project is not present:  # it was worked on meanwhile
                self.stage.adopt(tr("Generator: {}").format(other.name))
                return
            step()
            if session.path is None:
                for before, origin in self._origins:
                    if before is wanted:
                        session.attach(*origin)

        entry = next((entry for entry in self.shelf if entry.id == to), None)
        if entry is not None:
            self._switch(entry.name, entry.load, to, arrive)
        elif to == self._first:
            self._switch(other.name, lambda _threads: self.stage.bridge.first_load(), to, arrive)
        else:
            message = tr("This step goes back to {}, which is not installed any more.").format(other.name)
            self.stage.fail(message, tr("Install it again."))

    def _switch(self, name: str, load: Callable[[int | None], object], to: str, arrive: Callable[[], object]) -> None:
        present = self.stage.manifest.name if self.stage.manifest is not None else ""
        threads = self.preferences.settings.threads or None

        def failed(message: str, hint: str) -> None:
            said = tr("{} cannot be used: {}").format(name, message)
            self.stage.fail(said, tr("{} draws on.").format(present) if present else hint)
            self.look()

        self.stage.say(tr("Loading {} ...").format(name))
        self.stage.switch(lambda: load(threads), to, arrive, failed)  # type: ignore[arg-type, return-value]

    def _remember(self, entry: Shelved) -> None:
        self.preferences.change(generator="" if entry.shipped and entry.folder.name == STARTER else entry.folder.name)

    def _tell(self, name: str, gone: Lost) -> None:
        if gone:
            self.stage.fail(tr("{} does not know {}; undo brings everything back.").format(name, in_words(gone)))
        else:
            self.stage.say(tr("{} draws her now").format(name))

    # installing and removing

    def ask_which(self) -> None:
        """Choose what to install."""
        title = tr("Install a generator: its zip, or the manifest.json in its folder")
        dialog = QFileDialog(self.window, title, str(home_dir()), tr("Generators ({})").format(f"*.zip {MANIFEST}"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.install(Path(path)))
        dialog.open()

    def install(self, path: Path) -> None:
        """Check everything in a folder or zip and copy it; then ask whether it is to draw."""
        if self.busy:
            self.stage.fail(tr("Another generator is being installed."), tr("Wait until that is done."))
            return
        self._set_busy(True)
        self.stage.say(tr("Looking through {}: this takes a while ...").format(fitting(path.name)))
        running = self.stage.manifest
        rather = [entry.folder for entry in self.shelf if running is not None and entry.id == running.id]
        job = self._run(lambda: (install(path, rather=rather), shelved()), self._installed)
        job.failed.connect(lambda _message, _hint: self._set_busy(False))

    def _installed(self, result: tuple[Bundle, tuple[Shelved, ...]]) -> None:
        bundle, self.shelf = result
        self._set_busy(False)
        self.stage.say(tr("Installed {}").format(bundle.manifest.name))
        entry = next((entry for entry in self.shelf if entry.id == bundle.manifest.id), None)
        running = self.stage.manifest
        if entry is None or (running is not None and running.id == entry.id):
            return
        question = tr("{} is installed. It knows {}.").format(entry.name, knows(bundle.manifest))
        use, later = tr("Draw with it"), tr("Later")
        self.bar.ask(question, [(use, partial(self.choose, entry)), (later, lambda: None)])

    def ask_where(self, entry: Shelved) -> None:
        """Choose the zip that takes a generator to another computer."""
        dialog = QFileDialog(self.window, tr("Write {}").format(entry.name), str(home_dir()), tr("Generators (*.zip)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("zip")
        dialog.selectFile(entry.folder.name)
        dialog.fileSelected.connect(lambda path: self.write(entry, Path(path)))
        dialog.open()

    def write(self, entry: Shelved, path: Path) -> None:
        """Write a generator as a zip, which can be installed from."""
        said = tr("{} is written: {}").format(entry.name, path.name)
        self.stage.say(tr("Writing {} ...").format(entry.name))
        self._run(lambda: write_atomically(path, zip_bundle(entry.folder)), lambda _none: self.stage.say(said))

    def _set_busy(self, busy: bool) -> None:
        self.busy = busy
        self._fill()

    def ask_remove(self, entry: Shelved) -> None:
        """Take an installed generator away, when the user says so again."""
        question = tr("Remove {} from this computer? Projects that were made with it will look different.")
        keep, remove = tr("Keep it"), tr("Remove it")
        self.bar.ask(question.format(entry.name), [(keep, lambda: None), (remove, partial(self.remove, entry))])

    def remove(self, entry: Shelved) -> None:
        """Delete its folder."""
        if self.stage.manifest is not None and entry.id == self.stage.manifest.id:
            self.stage.fail(tr("{} draws at present.").format(entry.name), tr("Choose another generator first."))
            return

        def removed(shelf: tuple[Shelved, ...]) -> None:
            self._looked(shelf)
            self.stage.say(tr("Removed {}").format(entry.name))

        def work() -> tuple[Shelved, ...]:
            remove_bundle(entry.folder)
            return shelved()

        self._run(work, removed)

    def _run(self, task: Callable[[], object], then: Callable[..., object]) -> Job:
        job = Job(once(task))
        job.finished.connect(then)
        job.failed.connect(self.stage.fail)
        return job.start()


def knows(manifest: Manifest) -> str:
    """What a generator can draw, in figures."""
    counts = (
        (len(manifest.parts), tr("1 part"), tr("{} parts")),
        (len(manifest.attributes), tr("1 setting"), tr("{} settings")),
        (len(manifest.materials), tr("1 colour"), tr("{} colours")),
    )
    return ", ".join(one if count == 1 else many.format(count) for count, one, many in counts)


def in_words(gone: Lost) -> str:
    """What is lost, the first of the settings by name."""
    rest = len(gone.settings) - NAMED
    said = list(gone.settings if rest <= 1 else (*gone.settings[:NAMED], tr("{} more settings").format(rest)))
    counts = ((len(gone.colours), tr("1 colour"), tr("{} colours")), (len(gone.mixes), tr("1 mix"), tr("{} mixes")))
    said += [one if count == 1 else many.format(count) for count, one, many in counts if count]
    if gone.variation:
        said.append(tr("small variations"))
    return tr("{} and {}").format(", ".join(said[:-1]), said[-1]) if len(said) > 1 else said[0]
