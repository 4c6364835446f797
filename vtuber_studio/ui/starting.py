"""Start from this picture, or take from it: a drawing is read on the renderer's batch lane, and she becomes what comes
near it; then, or at once from a photo, which no reader knows, she comes nearer by being drawn and compared, on a thread
of its own. What is to be taken from only becomes the second look of the Mixing panel."""

from __future__ import annotations

from collections.abc import Generator as Steps
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look
from vtuber_studio.core.picture import read_picture
from vtuber_studio.core.pose import Face
from vtuber_studio.core.progress import Progress
from vtuber_studio.core.project import read_look as kept_look
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.fitting import fit
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.reading import Reading, read_look, reader_of, verdict
from vtuber_studio.intake.bring import Brought, look_at
from vtuber_studio.intake.drawn import Finder, finder_of
from vtuber_studio.intake.fit import Fit, first_guess, fit_picture
from vtuber_studio.ui.job import Job, once
from vtuber_studio.ui.picture import PROJECTS, Reference, read_reference
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.error_bar import ErrorBar

_NAMED = 6  # parts that are named; the others are counted


class Starting(QObject):
    """One step of undo: look, colours, face and pose. What is locked stays. Of what is to be taken from, no step."""

    second = Signal(object)  # a Look to take from

    def __init__(self, stage: Stage, bar: ErrorBar, parent: QObject) -> None:
        super().__init__(parent)
        self.stage, self.bar = stage, bar
        self._job: Job | None = None  # that comes nearer

    def from_file(self, path: Path) -> None:
        """Read a picture's file, decoded in a child process."""
        if self._can():
            job = Job(once(partial(read_picture, path)))
            job.finished.connect(lambda image: self._read(image, path.name))
            job.failed.connect(self.stage.fail)
            job.start()

    def from_image(self, image: QImage | None) -> None:
        """Read a picture that is here already: the reference."""
        if image is not None and self._can():
            self._read(pixels(image), self.tr("the reference"))

    def take_from(self, source: Path | Reference) -> None:
        """A project's or a picture's look is given to be taken from; a picture without one is read."""
        job = Job(once(partial(_opened, source)))
        job.finished.connect(self._open)
        job.failed.connect(self.stage.fail)
        job.start()

    def _open(self, found: tuple[Look | np.ndarray, str]) -> None:
        what, name = found
        if not isinstance(what, Look):
            if self._can():
                self._read(what, name or self.tr("the picture"), mix=True)
        elif self.stage.manifest is not None:
            self._give(fit(what, self.stage.manifest).value, name or self.tr("the picture"))

    def _give(self, look: Look, name: str) -> None:
        self.second.emit(look)
        self.stage.say(self.tr("Take what you like of {}: shapes and colours, part by part.").format(name))

    def _can(self) -> bool:
        try:
            if self.stage.manifest is not None:
                reader_of(self.stage.manifest)
        except StudioError as error:
            self.stage.fail(error.message, error.hint)
            return False
        return self.stage.manifest is not None

    def _read(self, image: np.ndarray, name: str, mix: bool = False) -> None:
        self.stage.say(self.tr("Reading {} ...").format(name))
        found = partial(self._found, image, name, mix)
        self.stage.bridge.call(partial(_drawn_face, image), found, self.stage.fail)

    def _found(self, image: np.ndarray, name: str, mix: bool, drawn: Finder | None) -> None:
        job = Job(once(partial(look_at, Path(name), image, drawn)))
        job.finished.connect(partial(self._seen, image, mix))
        job.failed.connect(self.stage.fail)
        job.start()

    def _seen(self, image: np.ndarray, mix: bool, brought: Brought) -> None:
        if brought.image is None:
            self.stage.fail(brought.troubles[0], self.tr("Choose a picture of one person."))
        elif brought.photo:
            self.come_nearer(brought, mix)
        else:
            took = partial(self._took, brought, mix)
            self.stage.bridge.call(lambda generator: read_look(generator, image), took, self.stage.fail)

    def _took(self, brought: Brought, mix: bool, reading: Reading) -> None:
        assert self.stage.manifest is not None
        if mix:
            self._give(reading.look, brought.path.name)
            return
        self._become(reading.shot, self.tr("Start from a picture"))
        self._tell(brought, *verdict(self.stage.manifest, reading.sure))

    def come_nearer(self, brought: Brought, mix: bool = False) -> None:
        """Draw and compare, for ten seconds or so; the window can be used meanwhile. One more step of undo."""
        self.stop()
        self.stage.bridge.call(lambda generator: generator, partial(self._begin, brought, mix), self.stage.fail)

    def stop(self) -> None:
        """No nearer than this: she stays as she is."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _begin(self, brought: Brought, mix: bool, generator: Generator) -> None:
        self._job = job = Job(_nearer(generator, brought))
        job.progressed.connect(partial(self._going_on, job))
        job.finished.connect(partial(self._came, job, brought, mix))
        job.failed.connect(self.stage.fail)
        job.start()

    def _going_on(self, job: Job, progress: Progress) -> None:
        if job is not self._job:
            return
        said = self.tr("Coming nearer to the picture: {} %").format(round(100 * progress.fraction))
        self.stage.say(said)
        if not self.bar.message:
            self.bar.ask(self.tr("Coming nearer to the picture ..."), [(self.tr("Stop"), self.stop)])

    def _came(self, job: Job, brought: Brought, mix: bool, found: Fit) -> None:
        if job is not self._job:
            return
        self._job = None
        if self.bar.message == self.tr("Coming nearer to the picture ..."):
            self.bar.clear()
        if mix:
            self._give(found.shot.look, brought.path.name)
        elif brought.photo:
            self._become(found.shot.with_(expression={}), self.tr("Start from a picture"))
            said = self.tr("Inspired by a photo: outlines, hair, clothes and their colours; it is no likeness.")
            self.stage.say(said)
            self._ask(said)
        else:
            self._become(found.shot, self.tr("Come nearer"))
            self.stage.say(self.tr("She has come nearer to the picture."))

    def _become(self, shot: Shot, label: str) -> None:
        session = self.stage.session
        now, locks = session.project.look, session.locks
        kept = {key: value for key, value in now.attributes.items() if key in locks}
        colours = {key: value for key, value in now.palette.items() if key in locks}
        look = shot.look.with_(
            attributes=shot.look.attributes | kept,
            palette=shot.look.palette | colours,
            background=now.background,
        )
        session.begin(label)
        try:
            session.edit_whole(look)
            session.make_face(Face(shot.expression, shot.pose))
        except StudioError:
            session.abort()
            raise
        session.commit()

    def _tell(self, brought: Brought, clear: list[str], vague: list[str]) -> None:
        said = self.tr("Started from {}.").format(brought.path.name)
        self.stage.say(said)
        if clear:
            said += " " + self.tr("Sure of: {}.").format(self._listed(clear))
        if vague:
            said += " " + self.tr("Rather guessed, look again: {}.").format(self._listed(vague))
        self._ask(said, brought)

    def _ask(self, said: str, brought: Brought | None = None) -> None:
        choices = [(self.tr("Good"), lambda: None)]
        if brought is not None:
            choices.append((self.tr("Come nearer"), partial(self.come_nearer, brought)))
        if not self.bar.message:  # a question that stands there waits for its answer
            self.bar.ask(said, choices)

    def _listed(self, labels: list[str]) -> str:
        shown = ", ".join(label.lower() for label in labels[:_NAMED])
        more = len(labels) - _NAMED
        return self.tr("{} and {} more").format(shown, more) if more > 0 else shown


def _nearer(generator: Generator, brought: Brought) -> Steps[Progress, None, Fit]:
    """The task: its result is the last Fit."""
    assert brought.image is not None
    start, choices = first_guess(generator, brought.image, brought.photo)
    fits = fit_picture(generator, brought.image, start, choices, brought.photo)
    fit = next(fits)
    for fit in fits:
        yield Progress(fit.fraction, fit.message)
    return fit


def _opened(source: Path | Reference) -> tuple[Look | np.ndarray, str]:
    """The look of a project, a look's file, or of a picture that carries one, else the picture; and what it is called.
    StudioError when it cannot be read."""
    if isinstance(source, Path) and source.suffix.lower() in PROJECTS:
        try:
            return kept_look(source), source.name
        except StudioError as error:
            raise StudioError(f"{source.name}: {error.message}", error.hint) from error
    picture = read_reference(source) if isinstance(source, Path) else source
    return picture.look or pixels(picture.image), picture.path.name if picture.path else ""


def _drawn_face(image: np.ndarray, generator: Generator) -> Finder | None:
    """The finder of drawn faces, asked here: no other thread may ask the generator."""
    finder = finder_of(generator)
    marks = finder(image) if finder else None
    return (lambda _: marks) if finder else None


def pixels(image: QImage) -> np.ndarray:
    """uint8 [H, W, 4], straight alpha."""
    straight = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(straight.constBits(), np.uint8).reshape(straight.height(), straight.bytesPerLine())
    return rows[:, : 4 * straight.width()].reshape(straight.height(), straight.width(), 4).copy()
