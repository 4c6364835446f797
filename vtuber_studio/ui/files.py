"""Files: new, open, save, autosave, recovery. The disk is touched by jobs alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from PySide6.QtCore import QBuffer, QIODevice, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QImage

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look
from vtuber_studio.core.project import (
    SUFFIX,
    Project,
    fit_look,
    project_bytes,
    project_from_bytes,
    read_look,
    read_project,
    renamed_project,
    save_project,
)
from vtuber_studio.core.recovery import Autosave, Orphan, find_orphans
from vtuber_studio.engine.bundle import Manifest
from vtuber_studio.ui.job import Job, once
from vtuber_studio.ui.preferences import Preferences
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.error_bar import ErrorBar

T = TypeVar("T")
THUMBNAIL = 256  # pixels a side


def fit_project(project: Project, manifest: Manifest) -> tuple[Project, list[str]]:
    """The project with every look fitted to a generator's tables, and notes on what had to change."""
    project = renamed_project(project, manifest.renamed)
    parts = [entry.part for entry in manifest.parts]
    notes: dict[str, None] = {}  # each once, in their order

    def fitted(named: Any) -> Any:
        look, said = fit_look(named.look, manifest.attributes, manifest.materials, parts)
        notes.update(dict.fromkeys(said))
        return msgspec.structs.replace(named, look=look)

    looks, favourites = tuple(map(fitted, project.looks)), tuple(map(fitted, project.favourites))
    return project.with_(looks=looks, favourites=favourites), list(notes)


def png_bytes(image: QImage, side: int) -> bytes:
    """A PNG at most ``side`` pixels wide and high."""
    small = image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    small.save(buffer, "PNG")
    return bytes(buffer.data().data())


class Files(QObject):
    """The document's way to the disk and back. Questions go to ``bar``; nothing is ever asked by a dialog."""

    saved = Signal()

    def __init__(
        self,
        stage: Stage,
        preferences: Preferences,
        bar: ErrorBar,
        picture: Callable[[], QImage | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.stage, self.preferences, self.bar, self._picture = stage, preferences, bar, picture
        self._waiting: Path | None = None  # to open as soon as there is a generator
        self._autosave: Autosave | None = None
        self._autosaved: Project | None = None
        self._writing = False
        self._timer = QTimer(self, interval=1000 * preferences.settings.autosave_seconds)
        self._timer.timeout.connect(self.autosave)
        stage.loaded.connect(self._on_loaded)

    # open and new

    def new(self) -> None:
        """Start over with the default look, after asking about unsaved work."""
        self.guard(lambda: self.stage.session.replace(Project()))

    def open(self, path: Path) -> None:
        """Open a project (after asking about unsaved work), or take over a look, which can be undone."""
        if self.stage.manifest is None:
            self._waiting = path
        elif path.suffix.lower() == SUFFIX:
            self.guard(lambda: self._read(path, read_project, self._opened))
        else:
            self._read(path, read_look, self._took)

    def _read(self, path: Path, reader: Callable[[Path], T], then: Callable[[T, Path], None]) -> None:
        def read() -> T:
            try:
                return reader(path)
            except StudioError as error:
                raise StudioError(f"{path.name}: {error.message}", error.hint) from error

        self._run(read, lambda result: then(result, path))

    def _opened(self, project: Project, path: Path | None, saved: bool = True) -> None:
        assert self.stage.manifest is not None
        fitted, notes = fit_project(project, self.stage.manifest)
        self.stage.session.replace(fitted, path, saved=saved)
        if path is not None:
            self.preferences.replace(self.preferences.settings.with_recent(path))
            self.stage.say(self.tr("Opened {}").format(path.name))
        self._note(notes)

    def _took(self, look: Look, path: Path) -> None:
        assert self.stage.manifest is not None
        manifest = self.stage.manifest
        parts = [entry.part for entry in manifest.parts]
        fitted, notes = fit_look(look, manifest.attributes, manifest.materials, parts, manifest.renamed)
        self.stage.session.edit(fitted, self.tr("Open look"))
        self.stage.say(self.tr("Took over the look {}").format(path.name))
        self._note(notes)

    def _note(self, notes: Sequence[str]) -> None:
        if notes:
            more = self.tr(" And {} more.").format(len(notes) - 2) if len(notes) > 2 else ""
            self.stage.fail(self.tr("It was made for another generator."), " ".join(notes[:2]) + more)

    def _on_loaded(self) -> None:
        path, self._waiting = self._waiting, None
        if path is not None:
            self.open(path)

    # save

    def save(self, path: Path, then: Callable[[], object] | None = None) -> None:
        """Write the project, gesture in progress included."""
        session = self.stage.session
        session.commit()
        project, picture = session.project, self._picture()

        def write() -> None:
            save_project(path, project, png_bytes(picture, THUMBNAIL) if picture is not None else None)

        def written(_result: object) -> None:
            session.mark_saved(project, path)
            self.preferences.replace(self.preferences.settings.with_recent(path))
            self.stage.say(self.tr("Saved {}").format(path.name))
            self._forget_autosave()
            self.saved.emit()
            if then is not None:
                then()

        self._run(write, written)

    def guard(self, then: Callable[[], object]) -> None:
        """Do ``then`` at once when nothing is unsaved, else when the user has said what becomes of it."""
        session = self.stage.session
        if not session.dirty:
            then()
            return
        self.bar.ask(
            self.tr("This persona has unsaved changes."),
            [
                (self.tr("Save"), lambda: self.save_first(then)),
                (self.tr("Discard"), then),
                (self.tr("Cancel"), lambda: None),
            ],
        )

    def save_first(self, then: Callable[[], object]) -> None:
        """Save where it came from, then go on; a window replaces this where there is no file yet."""
        path = self.stage.session.path
        if path is not None:
            self.save(path, then)
        else:
            self.path_wanted.emit(then)

    path_wanted = Signal(object)  # what to do when it is saved: ask for a file's name, and save

    # autosave and recovery

    def start_autosave(self) -> None:
        """Make this session's folder, look for what a dead one left, and write from now on."""

        def begin() -> tuple[Autosave, tuple[Orphan, ...]]:
            orphans = find_orphans()
            return Autosave(), orphans

        self._run(begin, self._begun)

    def _begun(self, begun: tuple[Autosave, tuple[Orphan, ...]]) -> None:
        self._autosave, orphans = begun
        self._timer.start()
        if orphans:
            self._offer(orphans[0])

    def _offer(self, orphan: Orphan) -> None:
        name = orphan.origin.name if orphan.origin else self.tr("a new persona")
        when = time.strftime("%x %H:%M", time.localtime(orphan.saved_at))
        self.bar.ask(
            self.tr("Unsaved work on {} from {} was kept.").format(name, when),
            [
                (self.tr("Open it"), lambda: self.guard(lambda: self.recover(orphan))),
                (self.tr("Discard"), lambda: self._run(orphan.discard)),
                (self.tr("Later"), lambda: None),
            ],
        )

    def recover(self, orphan: Orphan) -> None:
        """Open what was kept; it is deleted when this session has written it anew."""

        def recovered(project: Project) -> None:
            self.stage.say(self.tr("Recovered; save it to keep it"))
            self._opened(project, None, saved=False)
            self.stage.session.path = orphan.origin
            self.autosave(then=orphan.discard)

        self._run(lambda: project_from_bytes(orphan.read()), recovered)

    def autosave(self, then: Callable[[], object] | None = None) -> None:
        """Write the document aside when it has changed."""
        session, keeper = self.stage.session, self._autosave
        if keeper is None or self._writing:
            return
        if not session.dirty:
            self._forget_autosave()
            return
        project, origin = session.project, session.path
        if project == self._autosaved:
            return
        self._writing = True

        def write() -> None:
            keeper.write(project_bytes(project), origin)
            if then is not None:
                then()

        def written(_result: object) -> None:
            self._writing, self._autosaved = False, project

        job = self._run(write, written)
        job.failed.connect(lambda *_: setattr(self, "_writing", False))

    def _forget_autosave(self) -> None:
        if self._autosave is not None and self._autosaved is not None and not self._writing:
            self._autosaved = None
            self._run(self._autosave.clear)

    def close(self, keep: bool) -> None:
        """Leave: keep what is unsaved for the next start, or not. The one write that the window waits for."""
        self._timer.stop()
        keeper, self._autosave = self._autosave, None
        if keeper is None:
            return
        try:
            if keep and self.stage.session.dirty:
                keeper.write(project_bytes(self.stage.session.project), self.stage.session.path)
            else:
                keeper.clear()
        except (StudioError, OSError):
            return  # nothing more can be done here; the last autosave stands
        finally:
            keeper.close()

    def _run(self, task: Callable[[], Any], then: Callable[[Any], None] | None = None) -> Job:
        job = Job(once(task))
        if then is not None:
            job.finished.connect(lambda result: self._guarded(then, result))
        job.failed.connect(self.stage.fail)
        return job.start()

    def _guarded(self, then: Callable[[Any], None], result: Any) -> None:
        try:
            then(result)
        except StudioError as error:
            self.stage.fail(error.message, error.hint)
