"""Autosaving: unsaved work is written aside, and what a session that died left behind is offered."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.project import Project
from vtuber_studio.core.recovery import Autosave, Orphan, find_orphans
from vtuber_studio.ui.job import Job, once
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.error_bar import ErrorBar
from vtuber_studio.ui.writer import Writer

Pack = Callable[[Project], bytes]


class Autosaving(QObject):
    """Its writes stand in the document's own queue: what is forgotten is never older than what is kept."""

    recover = Signal(object)  # Orphan: the user wants it

    def __init__(self, stage: Stage, writer: Writer, bar: ErrorBar, pack: Pack, seconds: int, parent: QObject) -> None:
        super().__init__(parent)
        self.stage, self.writer, self.bar, self._pack = stage, writer, bar, pack
        self.keeper: Autosave | None = None
        self._kept: Project | None = None  # what lies in the keeper, or will when the queue is through
        self._timer = QTimer(self, interval=1000 * seconds)
        self._timer.timeout.connect(self.keep)

    def start(self) -> None:
        """Make this session's folder, look for what a dead one left, and write from now on."""

        def begin() -> tuple[Autosave, tuple[Orphan, ...]]:
            orphans = find_orphans()
            return Autosave(), orphans

        self._run(begin, self._begun)

    def keep(self) -> None:
        """Write the document aside when it has changed; forget what was kept when nothing is unsaved."""
        session, keeper = self.stage.session, self.keeper
        if not session.dirty:
            self.forget()
        elif keeper is not None and session.project != self._kept:
            project, path, digest = session.project, session.path, session.digest
            self._kept = project
            self.writer.put("aside", lambda: keeper.write(self._pack(project), path, digest), _nothing, self._failed)

    def forget(self) -> None:
        """Nothing is unsaved any more."""
        if self.keeper is not None and self._kept is not None:
            self._kept = None
            self.writer.put("aside", self.keeper.clear, _nothing, self._failed)

    def close(self, keep: bool) -> None:
        """Leave: keep what is unsaved for the next start, or not. The window has waited for the queue before."""
        self._timer.stop()
        keeper, self.keeper = self.keeper, None
        if keeper is None:
            return
        session = self.stage.session
        try:
            if keep and session.dirty:
                keeper.write(self._pack(session.project), session.path, session.digest)
            else:
                keeper.clear()
        except (StudioError, OSError):
            return  # nothing more can be done here; the last autosave stands
        finally:
            keeper.close()

    def _begun(self, begun: tuple[Autosave, tuple[Orphan, ...]]) -> None:
        self.keeper, orphans = begun
        self._timer.start()
        if orphans:
            self._offer(orphans[0])

    def _offer(self, orphan: Orphan) -> None:
        name = orphan.origin.name if orphan.origin else self.tr("a new persona")
        when = time.strftime("%x %H:%M", time.localtime(orphan.saved_at))
        self.bar.ask(
            self.tr("Unsaved work on {} from {} was kept.").format(name, when),
            [
                (self.tr("Open it"), lambda: self.recover.emit(orphan)),
                (self.tr("Discard"), lambda: self._run(orphan.discard)),
                (self.tr("Later"), lambda: None),
            ],
        )

    def _failed(self, message: str, hint: str) -> None:
        self._kept = None
        self.stage.fail(message, hint)

    def _run(self, task: Callable[[], object], then: Callable[..., object] = lambda _result: None) -> None:
        job = Job(once(task))
        job.finished.connect(then)
        job.failed.connect(self.stage.fail)
        job.start()


def _nothing(_result: object) -> None:
    """Nobody need be told."""
