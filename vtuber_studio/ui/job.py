"""Job: a long task (an iterator of Progress) on a thread of its own, so that the window never waits for it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import QObject, Qt, QThread, Signal

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.progress import Progress

_running: set[Job] = set()  # a job lives until it has ended, whoever forgets it


def once(function: Callable[[], Any]) -> Iterator[Progress]:
    """A task of one step; the function's result is the task's."""
    yield Progress(0.0)
    return function()


def wait_for_jobs(milliseconds: int = 60_000) -> None:
    """Let every running job end (at exit): a file half written on another thread must be finished."""
    for job in tuple(_running):
        job.wait(milliseconds)


class _Thread(QThread):
    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job

    def run(self) -> None:
        self._job.work()


class Job(QObject):
    """Runs one task. ``finished`` brings what the iterator returned; ``cancel`` closes it at its next yield."""

    progressed = Signal(object)  # Progress
    finished = Signal(object)
    failed = Signal(str, str)  # message, hint
    cancelled = Signal()
    _ended = Signal()

    def __init__(self, task: Iterator[Progress], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._task = task
        self._cancel = False
        self._thread = _Thread(self)
        self._thread.finished.connect(self._forget, Qt.ConnectionType.QueuedConnection)

    def start(self) -> Job:
        """Begin; returns itself."""
        _running.add(self)
        self._thread.start()
        return self

    def cancel(self) -> None:
        """Close the task at its next yield; ``cancelled`` follows."""
        self._cancel = True

    def wait(self, milliseconds: int = 10_000) -> bool:
        """Block until it has ended; False when that took too long."""
        return self._thread.wait(milliseconds)

    def work(self) -> None:
        """The thread's body."""
        try:
            while not self._cancel:
                try:
                    step = next(self._task)
                except StopIteration as stop:
                    self.finished.emit(stop.value)
                    return
                self.progressed.emit(step)
            self._task.close()  # type: ignore[attr-defined]
            self.cancelled.emit()
        except StudioError as error:
            self.failed.emit(error.message, error.hint)
        except Exception as error:
            logging.getLogger(__name__).exception("a job failed")
            self.failed.emit(f"This could not be done: {error}", "The log in the help menu's folder says more.")

    def _forget(self) -> None:
        _running.discard(self)
