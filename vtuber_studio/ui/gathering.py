"""The set of her own pictures that the window has open: its tray, and what was found in each; all work is done on other
threads, one task after the other, and pictures come one by one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.finetuning import Rights
from vtuber_studio.core.progress import Progress
from vtuber_studio.core.tray import Given, Tray, forget_original, original, write_tray
from vtuber_studio.engine.generator import Generator
from vtuber_studio.intake.bring import points_of, whole
from vtuber_studio.intake.drawn import Finder, finder_of
from vtuber_studio.intake.faces import Landmarks
from vtuber_studio.ui.gathering_tasks import Found, Opened, adding, correcting, forgetting, opening, reading, resting
from vtuber_studio.ui.job import Job
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.writer import Writer

Task = Callable[[], Iterator[Progress]]


class Gathering(QObject):
    """One set. Everything is asked for here and told by signals; ``tray`` and ``found`` are what is so now."""

    opened = Signal(object)  # Opened: the one that was asked for last
    arrived = Signal(str)  # a picture, new or changed: its name
    refused = Signal(str, str)  # a file that is no part of the set: its name, the reason
    moved = Signal(float, str)  # how far a task is, and what it does
    rested = Signal()  # nothing is being done any more
    emptied = Signal()
    cropped = Signal(str, object)  # name, QImage: how it will be laid, before it is cut out
    failed = Signal(str, str)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self.tray = Tray()
        self.found: dict[str, Found] = {}
        self.drawn: Finder | None = None  # finds faces in drawings
        self._tasks: deque[tuple[Task, Callable[[Progress], object]]] = deque()
        self._job: Job | None = None
        self._looking: Job | None = None  # opens or aligns one picture; beside the others, so that nobody waits
        self._next_look: tuple[Task, Callable[[Progress], object]] | None = None
        self._writer = Writer(self)
        self._gone = False  # it is being forgotten: nothing of it is written any more

    @property
    def busy(self) -> bool:
        """Are pictures being looked at?"""
        return self._job is not None or bool(self._tasks)

    # tasks

    def open(self) -> None:
        """Read the set's list, and look at its pictures."""
        self._do(lambda: opening(self.folder, self.drawn), self._on_step)

    def add(self, paths: Sequence[Path]) -> None:
        """Copy files, or those of folders, into the set."""

        def task() -> Iterator[Progress]:
            seen = [(name, each.own) for name, each in self.found.items() if each.own is not None]
            return adding(self.folder, tuple(paths), seen, self.drawn)

        self._do(task, self._on_step)

    def stop(self) -> None:
        """What was brought so far stays."""
        self._tasks.clear()
        if self._job is not None:
            self._job.cancel()

    def forget(self, runs: Sequence[Path] = ()) -> None:
        """Delete the set, and what runs hold of pictures; ``emptied`` follows."""
        self.stop()
        self._next_look, self._gone = None, True
        task = partial(forgetting, self.folder, tuple(runs))
        self._writer.when_idle(lambda: self._do(task, self._on_forgotten))

    def turn(self, folder: Path) -> None:
        """To another set: what is under way for this one stops, what was said of it is written. ``emptied`` follows,
        and what is in the other."""
        self.stop()
        self._next_look, self._gone = None, True

        def turned(_step: Progress) -> None:
            self._gone, self.folder = False, folder
            self.tray, self.found = Tray(), {}
            self.emptied.emit()
            self.open()

        self._writer.when_idle(lambda: self._do(resting, turned))

    def remove(self, name: str) -> None:
        """Delete one picture's copy."""
        self.tray = self.tray.without(name)
        self.found.pop(name, None)
        self._save()
        self._writer.put(name, partial(forget_original, self.folder, name), lambda _: None, self.failed.emit)

    # what the user says

    def keep(self, name: str, keep: bool) -> None:
        """Use a picture, or do not."""
        given = self.tray.find(name)
        if given is not None and given.keep != keep:
            self.tray = self.tray.put(Given(name, keep, given.points))
            self._save()
            self.arrived.emit(name)

    def answer(self, rights: Rights) -> None:
        """Whose pictures they are."""
        if self.tray.rights != rights:
            self.tray = self.tray.asked(rights)
            self._save()

    def look_at(self, name: str) -> None:
        """Read a picture to be seen large: ``opened`` follows, for the one that was asked for last."""
        path = original(self.folder, Given(name))
        self._look(partial(reading, path), lambda step: self.opened.emit(step.figures["opened"]))

    def show_points(self, picture: Opened, marks: Landmarks | None) -> None:
        """Eyes and chin are there, in ``picture``'s pixels; None: where they are found. ``cropped`` follows at once,
        ``arrived`` when it is cut out."""
        found = self.found.get(picture.name)
        if found is not None:
            task = partial(correcting, found, picture.pixels, marks, self.drawn)
            self._look(task, partial(self._on_corrected, picture.name, marks is not None))

    def settle(self, act: Callable[[], object]) -> None:
        """Do ``act`` when all that the user has said is written."""
        self._writer.when_idle(act)

    def drain(self) -> None:
        """At the end: everything is written."""
        self.stop()
        self._next_look = None
        self._writer.drain()

    # what the tasks bring

    def _on_step(self, step: Progress) -> None:
        if self._gone:
            return
        told, found = step.figures.get("told"), step.figures.get("found")
        if "tray" in step.figures:
            self.tray = step.figures["tray"]
        if told:
            self.failed.emit(told, self.tr("The pictures are all there: look again at what to use."))
        if "refused" in step.figures:
            self.refused.emit(*step.figures["refused"])
        if found is not None:
            self.found[found.name] = found
            if self.tray.find(found.name) is None:
                self.tray = self.tray.put(Given(found.name, found.usable and not found.troubles))
                self._save()
            self.arrived.emit(found.name)
        self.moved.emit(step.fraction, step.message)

    def _on_forgotten(self, step: Progress) -> None:
        self._gone = False
        self.tray, self.found = Tray(), {}
        self.emptied.emit()
        if "failed" in step.figures:
            self.failed.emit(*step.figures["failed"])
            self.open()

    def _on_corrected(self, name: str, by_hand: bool, step: Progress) -> None:
        given, found = self.tray.find(name), step.figures.get("found")
        if given is None or name not in self.found:
            return
        if found is None:
            self.cropped.emit(name, step.figures["crop"])
            return
        points = points_of(found.marks, found.ratio) if by_hand and found.marks else None
        self.found[name] = found
        self.tray = self.tray.put(Given(name, given.keep or not found.troubles, points))
        self._save()
        self.arrived.emit(name)

    def _save(self) -> None:
        if not self._gone:
            self._writer.put("", partial(write_tray, self.folder, self.tray), lambda _: None, self.failed.emit)

    # threads

    def _do(self, task: Task, took: Callable[[Progress], object]) -> None:
        self._tasks.append((task, took))
        self._next()

    def _next(self) -> None:
        if self._job is not None:
            return
        if not self._tasks:
            self.rested.emit()
            return
        task, took = self._tasks.popleft()
        self._job = job = Job(task())
        job.progressed.connect(took)
        job.failed.connect(self.failed)
        for end in (job.finished, job.failed, job.cancelled):
            end.connect(self._ended)
        job.start()

    def _ended(self) -> None:
        self._job = None
        self._next()

    def _look(self, task: Task, took: Callable[[Progress], object]) -> None:
        """The newest wins: what waits is never done."""
        self._next_look = (task, took)
        self._look_on()

    def _look_on(self) -> None:
        if self._looking is not None or self._next_look is None:
            return
        (task, took), self._next_look = self._next_look, None
        self._looking = job = Job(task())
        folder = self.folder  # another set may have come meanwhile
        job.progressed.connect(lambda step: took(step) if step.figures and self.folder == folder else None)
        job.failed.connect(self.failed)
        for end in (job.finished, job.failed, job.cancelled):
            end.connect(self._looked)
        job.start()

    def _looked(self) -> None:
        self._looking = None
        self._look_on()


def drawn_face(stage: Stage, picture: np.ndarray) -> Landmarks | None:
    """A drawing's face, as the generator's reader sees it on the renderer's thread; for jobs."""

    def found(generator: Generator) -> Landmarks | None:
        finder = finder_of(generator)
        return finder(picture) if finder else whole(picture)

    try:
        return stage.bridge.wait(found)
    except StudioError:  # it is being changed, or closes
        return None
