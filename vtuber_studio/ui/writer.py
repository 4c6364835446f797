"""Writer: the one queue in which the writes of a document, or of the settings, stand: none overtakes another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject

from vtuber_studio.ui.job import Job, once

Told = Callable[[str, str], object]  # message, hint


@dataclass(frozen=True)
class _Write:
    task: Callable[[], Any]
    done: Callable[[Any], object]
    failed: Told


class Writer(QObject):
    """One write at a time, in the order in which they were asked for; of those that wait for the same place, the
    newest alone is done."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: dict[str, _Write] = {}
        self._running: Job | None = None
        self._afterwards: list[Callable[[], object]] = []

    @property
    def busy(self) -> bool:
        """True while something runs or waits."""
        return self._running is not None or bool(self._waiting)

    def put(self, place: str, task: Callable[[], Any], done: Callable[[Any], object], failed: Told) -> None:
        """Write to ``place``: ``task()`` on another thread, then here ``done(its result)``, or ``failed``."""
        self._waiting.pop(place, None)
        self._waiting[place] = _Write(task, done, failed)
        self._next()

    def when_idle(self, act: Callable[[], object]) -> None:
        """Do ``act`` when everything is written: now, if it is."""
        self._afterwards.append(act)
        self._next()

    def drain(self) -> None:
        """Block until everything is written; for the end, when nobody can be told any more."""
        if self._running is not None:
            self._running.wait(60_000)
        for write in self._waiting.values():
            try:
                write.task()
            except Exception:
                continue
        self._waiting.clear()

    def _next(self) -> None:
        if self._running is not None:
            return
        if self._waiting:
            place = next(iter(self._waiting))
            write = self._waiting.pop(place)
            self._running = Job(once(write.task))
            self._running.finished.connect(lambda result: self._ended(write.done, result))
            self._running.failed.connect(lambda *told: self._ended(write.failed, *told))
            self._running.start()
        else:
            acts, self._afterwards = self._afterwards, []
            for act in acts:
                self.when_idle(act) if self.busy else act()  # an act may write

    def _ended(self, tell: Callable[..., object], *told: Any) -> None:
        self._running = None
        try:
            tell(*told)
        finally:
            self._next()
