"""Files: new, open, save, and whose work is to stay. The disk is touched by jobs alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from vtuber_studio.core.errors import FileChanged, StudioError
from vtuber_studio.core.look import Look
from vtuber_studio.core.project import (
    SUFFIX,
    Project,
    open_project,
    project_bytes,
    project_from_bytes,
    read_look,
    save_project,
)
from vtuber_studio.core.recovery import Orphan
from vtuber_studio.engine.fitting import Fitted, complete, fit
from vtuber_studio.engine.manifest import Manifest
from vtuber_studio.engine.shelf import Found, find_home
from vtuber_studio.ui.along import strangers
from vtuber_studio.ui.autosaving import Autosaving
from vtuber_studio.ui.homecoming import Homecoming
from vtuber_studio.ui.job import Job, once
from vtuber_studio.ui.picture import thumbnail_png
from vtuber_studio.ui.preferences import Preferences
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.error_bar import ErrorBar
from vtuber_studio.ui.writer import Writer

T = TypeVar("T")
Then = Callable[[], object]


def _find(path: Path, running: Manifest) -> tuple[Found, str]:
    """A project's file, what is to open it, and the file's digest."""
    project, digest = open_project(path)
    return find_home(project, running), digest


class Files(QObject):
    """The document's way to the disk and back. Questions go to ``bar``; nothing is ever asked by a dialog."""

    saved = Signal()
    path_wanted = Signal(object)  # what to do when it is saved, or None: ask for a file's name, and save

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
        self.writer = Writer(self)
        self._home = Homecoming(stage, preferences, self.guard)
        seconds = preferences.settings.autosave_seconds
        self.autosaving = Autosaving(stage, self.writer, bar, lambda p: project_bytes(self._complete(p)), seconds, self)
        self.autosaving.recover.connect(self.recover)
        self._waiting: Then | None = None  # to be done as soon as there is a generator
        self._after: list[Then] = []  # the next save
        self._recovered: Orphan | None = None  # stays until what was made of it is saved
        self._question = ""  # about unsaved changes, in the bar
        stage.loaded.connect(self._on_loaded)
        stage.changed.connect(self._on_changed)

    # open and new

    def new(self) -> None:
        """Start over with the default look, after asking about unsaved work."""
        self.guard(lambda: self._replace(self.stage.first_project))

    def open(self, path: Path, quiet: bool = False) -> None:
        """Open a project (read first, then ask about unsaved work), or take over a look, which can be undone.

        ``quiet``: the title alone says so; words would wipe away what there is to say about the start.
        """
        path, manifest = path.absolute(), self.stage.manifest
        if manifest is None:
            self._waiting = lambda: self.open(path, quiet=True)
        elif path.suffix.lower() == SUFFIX:

            def opened(fitted: Fitted[Project], digest: str, why: str) -> None:
                self._opened(path, fitted, digest, quiet, why)

            def got(found: tuple[Found, str]) -> None:
                self.guard(lambda: self._home.open(found[0], lambda fitted, why: opened(fitted, found[1], why)))

            self._read(path, partial(_find, path, manifest), got)
        else:
            self._read(path, lambda: fit(read_look(path), manifest), lambda fitted: self._took(path, fitted))

    def offer_look(self, look: Look, path: Path | None, instead: Callable[[], object]) -> None:
        """Ask whether a look that came with a picture is to be taken over, or the picture used ``instead``."""
        manifest, source = self.stage.manifest, path or Path(self.tr("The picture"))
        assert manifest is not None

        def take() -> None:
            self._read(source, lambda: fit(look, manifest), lambda fitted: self._took(source, fitted))

        question = self.tr("{} carries the look that made it.").format(source.name)
        self.bar.ask(question, [(self.tr("Take the look"), take), (self.tr("Lay it over"), instead)])

    def _read(self, path: Path, read: Callable[[], T], then: Callable[[T], object]) -> None:
        def named() -> T:
            try:
                return read()
            except StudioError as error:
                raise StudioError(f"{path.name}: {error.message}", error.hint) from error

        self._run(named, then)

    def _replace(self, project: Project, path: Path | None = None, saved: bool = True, digest: str = "") -> None:
        self.stage.session.replace(project, path, saved, digest, checked=True)
        self._recovered = None

    def _opened(self, path: Path, fitted: Fitted[Project], digest: str, quiet: bool = False, why: str = "") -> None:
        if fitted.changed:  # a copy: the file keeps what this generator does not know
            self._replace(fitted.value, saved=False)
        else:
            self._replace(fitted.value, path, digest=digest)
            self.preferences.replace(self.preferences.settings.with_recent(path))
        if not quiet:
            self.stage.say(self.tr("Opened {}").format(path.name) + strangers(self.stage))
        self._note(fitted, self.tr("{} stays as it is until you save over it.").format(path.name), why)

    def _took(self, path: Path, fitted: Fitted[Look]) -> None:
        self.stage.session.edit_whole(fitted.value, self.tr("Open look"))
        self.stage.say(self.tr("Took over the look {}").format(path.name) + strangers(self.stage))
        self._note(fitted)

    def _note(self, fitted: Fitted[Any], more: str = "", why: str = "") -> None:
        if not fitted.changed:
            return
        foreign = self.tr("It was made for another generator, and may look different.")
        hints = [f"{note[:1].upper()}{note[1:].rstrip('.')}." for note in fitted.notes[:2]]
        if len(fitted.notes) > 2:
            hints.append(self.tr("And {} more.").format(len(fitted.notes) - 2))
        message = foreign if fitted.foreign else self.tr("Not everything in it is known here.")
        self.stage.fail(message, " ".join([why, *hints, more]).strip())

    def _on_loaded(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting()

    # save

    def save(self, path: Path, then: Then | None = None, overwrite: bool = False) -> None:
        """Write the project, gesture in progress included; when someone else has changed the file, ask first."""
        path, session = path.absolute(), self.stage.session
        session.commit()
        project, picture = session.project, self._picture()
        if then is not None:
            self._after.append(then)

        def write() -> str | None:
            thumbnail = thumbnail_png(picture) if picture is not None else None
            over = "" if overwrite else session.digest_at(path)  # as it is when the turn comes: an older save may run
            try:
                return save_project(path, self._complete(project), thumbnail, over)
            except FileChanged:
                return None

        self.writer.put(str(path), write, lambda digest: self._written(project, path, digest), self._not_written)

    def _written(self, project: Project, path: Path, digest: str | None) -> None:
        after, self._after = self._after, []
        if digest is None:
            self._ask_whose(path, after)
            return
        self.stage.session.mark_saved(project, path, digest)
        self.preferences.replace(self.preferences.settings.with_recent(path))
        self.stage.say(self.tr("Saved {}").format(path.name))
        if not self.stage.session.dirty:
            self.autosaving.forget()
        if self._recovered is not None:
            self._run(self._recovered.discard)
            self._recovered = None
        self.saved.emit()
        for then in after:
            then()

    def _not_written(self, message: str, hint: str) -> None:
        self._after = []
        self.stage.fail(message, hint)

    def _ask_whose(self, path: Path, after: list[Then]) -> None:
        def go_on() -> None:
            for then in after:
                then()

        self.bar.ask(
            self.tr("{} was changed by another window or program since it was opened here.").format(path.name),
            [
                (self.tr("Save as ..."), lambda: self.path_wanted.emit(go_on if after else None)),
                (self.tr("Overwrite"), lambda: self.save(path, go_on, overwrite=True)),
                (self.tr("Reload"), lambda: self.reload(path)),
            ],
        )

    def reload(self, path: Path) -> None:
        """Take over what is in the file; undo brings back what was here."""
        manifest = self.stage.manifest
        assert manifest is not None

        def reloaded(got: tuple[Found, str]) -> None:
            (found, digest), fitted = got, got[0].fitted
            if fitted.changed or found.home is not None:
                self._home.open(found, lambda fitted, why: self._opened(path, fitted, digest, why=why))
                return
            self.stage.session.edit_project(fitted.value, self.tr("Reload"))
            self.stage.session.mark_saved(fitted.value, path, digest)
            self.stage.say(self.tr("Reloaded {}").format(path.name))

        self._read(path, partial(_find, path, manifest), lambda got: self.writer.when_idle(lambda: reloaded(got)))

    def guard(self, then: Then) -> None:
        """Do ``then`` when nothing is unsaved, else when the user has said what becomes of it."""
        self.writer.when_idle(lambda: self._guard(then))

    def _guard(self, then: Then) -> None:
        if not self.stage.session.dirty:
            then()
            return
        self.bar.ask(
            self.tr("This persona has unsaved changes."),
            [
                (self.tr("Save"), lambda: self.save_first(then)),
                (self.tr("Discard"), lambda: self.writer.when_idle(then)),
                (self.tr("Cancel"), lambda: None),
            ],
        )
        self._question = self.bar.message

    def _on_changed(self) -> None:
        if self._question and not self.stage.session.dirty:
            if self.bar.message == self._question:
                self.bar.clear()
            self._question = ""

    def save_first(self, then: Then) -> None:
        """Save where it came from, then go on; a window replaces this where there is no file yet."""
        path = self.stage.session.path
        if path is not None:
            self.save(path, then)
        else:
            self.path_wanted.emit(then)

    # recovery

    def recover(self, orphan: Orphan) -> None:
        """Open what was kept. It is deleted when what was made of it is saved, and not before."""
        manifest = self.stage.manifest
        if manifest is None:
            self._waiting = lambda: self.recover(orphan)
            return

        def recovered(fitted: Fitted[Project], why: str) -> None:
            path = None if fitted.changed else orphan.origin
            self._replace(fitted.value, path, saved=False, digest=orphan.digest if path else "")
            self._recovered = orphan
            self.stage.say(self.tr("Recovered; save it to keep it"))
            self._note(fitted, why=why)
            self.autosaving.keep()

        def read() -> Found:
            return find_home(project_from_bytes(orphan.read()), manifest)

        self._run(read, lambda found: self.guard(lambda: self._home.open(found, recovered)))

    def close(self, keep: bool) -> None:
        """Leave: finish what is being written, keep what is unsaved for the next start, or not. It blocks."""
        self.writer.drain()
        self.autosaving.close(keep)

    def _complete(self, project: Project) -> Project:
        return project if self.stage.manifest is None else complete(project, self.stage.manifest)

    def _run(self, task: Callable[[], Any], then: Callable[[Any], object] | None = None) -> Job:
        job = Job(once(task))
        if then is not None:
            job.finished.connect(lambda result: self._guarded(then, result))
        job.failed.connect(self.stage.fail)
        return job.start()

    def _guarded(self, then: Callable[[Any], object], result: Any) -> None:
        try:
            then(result)
        except StudioError as error:
            self.stage.fail(error.message, error.hint)
