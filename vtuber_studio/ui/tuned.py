"""What becomes of a tuned generator: it is offered, drawn with, compared with what it was before; runs that broke off
are offered to go on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow, QToolButton

from vtuber_studio.core.project import NamedLook
from vtuber_studio.core.runs import Kept
from vtuber_studio.engine.assemble import install
from vtuber_studio.engine.bundle import read_manifest
from vtuber_studio.engine.generator import Generator, load_generator
from vtuber_studio.engine.shelf import Shelved, shelved
from vtuber_studio.ui.comparing import Comparing
from vtuber_studio.ui.docks import Docks
from vtuber_studio.ui.generators import Generators
from vtuber_studio.ui.job import Job, once
from vtuber_studio.ui.panels.run_box import called
from vtuber_studio.ui.panels.training import TrainingPanel
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.trainer import Trainer
from vtuber_studio.ui.widgets.error_bar import ErrorBar
from vtuber_studio.ui.widgets.words import fitting

BEFORE = "before tuning"  # the key of what is compared with


class Tuned(QObject):
    """``bar`` is its own: a question that stands elsewhere is not pushed aside."""

    def __init__(
        self, stage: Stage, trainer: Trainer, panel: TrainingPanel, generators: Generators, comparing: Comparing,
        docks: Docks, window: QMainWindow,
    ) -> None:  # fmt: skip
        super().__init__(window)
        self.stage, self.trainer, self.panel, self.docks = stage, trainer, panel, docks
        self.generators, self.comparing = generators, comparing
        self.bar = ErrorBar()
        self._waiting: tuple[str, Generator] | None = None  # id of who is to draw; with whom it is compared then
        self._first = True
        self.light = QToolButton(autoRaise=True)
        self.light.setToolTip(self.tr("How far the training is; click to see more"))
        self.light.clicked.connect(partial(docks.open, panel, True))
        self.light.setObjectName("light")
        self.light.setMaximumHeight(self.light.fontMetrics().height())  # no higher than the words beside it
        self.light.hide()
        window.statusBar().insertPermanentWidget(0, self.light)
        trainer.ended.connect(self.offer)
        trainer.failed.connect(stage.fail)
        trainer.heard.connect(self._shine)
        trainer.changed.connect(self._on_changed)
        stage.loaded.connect(self._on_loaded)
        panel.run.discard_asked.connect(self._ask_discard)
        panel.runs.use_asked.connect(self.use)
        panel.runs.compare_asked.connect(self.compare)
        panel.runs.delete_asked.connect(self._ask_delete)

    # what goes on

    def _shine(self) -> None:
        at, present = self.trainer.story.at, self.trainer.present
        self.light.setVisible(present is not None)
        share = f"{round(100 * at.fraction)} %" if at else "..."
        self.light.setText(self.tr("Paused") if self.trainer.pausing else self.tr("Learning: {}").format(share))

    def _on_changed(self) -> None:
        self._shine()
        kept, self._first, first = self.trainer.kept, False, self._first
        if first and kept and kept[0].state == "broken" and self.trainer.present is None:
            question = self.tr("The training of {} was broken off.").format(quoted(kept[0]))
            folder = kept[0].folder
            go_on, later = self.tr("Go on"), self.tr("Not now")
            self.bar.ask(question, [(go_on, lambda: self.trainer.go_on(folder)), (later, lambda: None)])

    def _ask_discard(self) -> None:
        keep, discard = self.tr("Go on learning"), self.tr("Throw it away")
        question = self.tr("Throw away all that this run has learned?")
        self.bar.ask(question, [(keep, lambda: None), (discard, lambda: self.trainer.stop(False))])

    def _ask_delete(self, kept: Kept) -> None:
        question = self.tr("Delete the run {}, with its copies of your pictures? An installed generator stays.")
        keep, delete = self.tr("Keep it"), self.tr("Delete it")
        choices = [(keep, lambda: None), (delete, lambda: self.trainer.remove(kept.folder))]
        self.bar.ask(question.format(quoted(kept)), choices)

    # what came out

    def offer(self, kept: Kept) -> None:
        """It is ready: use it?"""
        if kept.bundle is None:
            return
        said = self.tr("A tuned generator is ready: {}. It has learned from your pictures.").format(quoted(kept))
        choices = [
            (self.tr("Use it"), lambda: self.use(kept)),
            (self.tr("Compare"), lambda: self.compare(kept)),
            (self.tr("Not now"), lambda: None),
        ]
        self.bar.ask(said, choices)

    def use(self, kept: Kept) -> None:
        """Let it draw from now on: one step of undo."""
        if kept.bundle is not None:
            self._bring(kept.bundle, self._choose)

    def _choose(self, entry: Shelved) -> None:
        running = self.stage.manifest
        if running is not None and running.id == entry.id:
            self.stage.say(self.tr("{} draws her already.").format(fitting(entry.name)))
        self.generators.choose(entry)

    def compare(self, kept: Kept) -> None:
        """Let it draw, beside what its base draws."""
        if kept.bundle is None:
            return
        job = Job(once(partial(load_generator, Path(kept.run.base))))
        job.finished.connect(partial(self._beside, kept.bundle))
        job.failed.connect(self.stage.fail)
        job.start()

    def _beside(self, bundle: Path, base: Generator) -> None:
        def choose(entry: Shelved) -> None:
            if self.stage.manifest is not None and self.stage.manifest.id == entry.id:
                self._show(base)
            else:
                self._waiting = entry.id, base
                self._choose(entry)

        self._bring(bundle, choose)

    def _bring(self, bundle: Path, then: Callable[[Shelved], object]) -> None:
        """Put it among the user's generators, where projects find it, unless it is there; then do ``then``."""
        self.stage.say(self.tr("Looking through it: this takes a while ..."))
        job = Job(once(partial(brought, bundle)))
        job.finished.connect(then)
        job.failed.connect(self.stage.fail)
        job.start()

    def _on_loaded(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and self.stage.manifest is not None and self.stage.manifest.id == waiting[0]:
            self._show(waiting[1])

    def _show(self, base: Generator) -> None:
        session = self.stage.session
        name = self.tr("Before tuning")
        self.comparing.choose(BEFORE, lambda: NamedLook(name, session.project.look), base)


def quoted(kept: Kept) -> str:
    """A run's name among other words."""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{fitting(called(kept))}\N{RIGHT DOUBLE QUOTATION MARK}"


def brought(bundle: Path) -> Shelved:
    """A bundle, installed; StudioError when it is unsound."""
    to = read_manifest(bundle).id
    if all(entry.id != to for entry in shelved()):
        install(bundle)
    return next(entry for entry in shelved() if entry.id == to)
