"""Trainer: the owner of the processes that fine-tune, one at a time; runs that wait stand in a queue.

A tied child ends, its state saved, when its standard input closes, so with the window whatever happens to that. An
untied one goes on, and a window that opens later follows it by its run's folder. Both tell the same events: the first
on its standard output, the second in ``events.jsonl``; requests are files in the folder (``core.finetuning``).
"""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from vtuber_studio.core.finetuning import Event, Failed, Run, Stopped, ask_to_pause, ask_to_stop
from vtuber_studio.core.runs import (
    Kept,
    Lines,
    Story,
    alive,
    kept_run,
    kept_runs,
    new_run,
    read_events,
    remove_run,
    write_note,
)
from vtuber_studio.ui.job import Job, once
from vtuber_studio.ui.training_child import PROGRAM, STDERR, arguments, environment, mark, prepared, send_off

_CHUNK = 65_536  # bytes of a child's words that one turn of the event loop takes in
_LOOK = 500  # milliseconds between two looks at a run that is followed
_DISCARD = 10_000  # milliseconds that a child has to throw its work away
_LEAVE = 15_000  # milliseconds that a tied child has to save its state when the window closes


class Trainer(QObject):
    """``present`` is the run that goes on, ``story`` what it has said, ``kept`` every run as its folder tells it."""

    changed = Signal()  # which runs there are, and which of them goes on or waits
    heard = Signal()  # the story of the present run has grown
    ended = Signal(object)  # Kept: it is done
    failed = Signal(str, str)  # message, hint

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.program: tuple[str, ...] = PROGRAM
        self.kept: tuple[Kept, ...] = ()
        self.queue: list[tuple[Path, bool]] = []  # runs that wait, each with whether it is to outlive the window
        self.present: Path | None = None
        self.story = Story()
        self._process: QProcess | None = None  # of a tied child
        self._child: subprocess.Popen[bytes] | None = None  # an untied one that began here
        self._lines, self._read = Lines(), 0
        self.pausing = False  # the present run was asked to wait: from the next picture or step on
        self._asked = ""  # of the present run: keep, discard
        self._clock = QTimer(self, interval=_LOOK)
        self._clock.timeout.connect(self._look)
        self._looking = False
        self._closed = False

    # what there is

    def start(self) -> None:
        """See which runs there are; one that goes on by itself is followed."""
        self._do(kept_runs, self._found)

    def refresh(self) -> None:
        """Look at the runs' folder again."""
        self._do(kept_runs, self._listed)

    def _found(self, kept: tuple[Kept, ...]) -> None:
        going = [each for each in kept if each.state == "going"]
        if going and self.present is None:
            self._follow(going[0])
        else:
            self._listed(kept)

    def _listed(self, kept: tuple[Kept, ...]) -> None:
        self.kept = kept
        self.changed.emit()

    def waits(self, folder: Path) -> bool:
        """Does this run stand in the queue?"""
        return any(folder == each for each, _ in self.queue)

    # beginning and ending

    def add(self, run: Run, untied: bool = False) -> None:
        """A new run: begun at once, or as soon as those before it have ended."""
        self._do(partial(new_run, run), lambda folder: self.go_on(folder, untied))

    def go_on(self, folder: Path, untied: bool = False) -> None:
        """Begin a run that waits, or one that was broken off, where it was."""
        if folder != self.present and not self.waits(folder):
            self.queue.append((folder, untied))
            self._next()
            self.refresh()

    def pause(self, on: bool) -> None:
        """Let the present run wait, or go on."""
        if self.present is not None:
            self.pausing = on
            self._do(partial(ask_to_pause, self.present, on))
            self.heard.emit()

    def stop(self, keep: bool) -> None:
        """End the present run: with what it has learned, or with nothing, and its folder is deleted."""
        if self.present is None:
            return
        self._asked = "keep" if keep else "discard"
        self._do(partial(ask_to_stop, self.present, keep))
        if not keep and self._process is not None:
            QTimer.singleShot(_DISCARD, self._process, self._process.kill)
        self.heard.emit()

    @property
    def stopping(self) -> str:
        """What the present run was asked to end with: keep, discard, or nothing."""
        return self._asked

    def note(self, folder: Path, note: str) -> None:
        """Keep the user's words with a run."""
        self._do(partial(write_note, folder, note), lambda _: self.refresh())

    def remove(self, folder: Path) -> None:
        """Delete a run that does not go on, with the pictures in it."""
        self.queue = [(each, untied) for each, untied in self.queue if each != folder]
        self._do(partial(remove_run, folder), lambda _: self.refresh())

    def close(self) -> None:
        """The window goes: a tied child saves its state and ends, an untied one goes on."""
        self._closed = True
        self._clock.stop()
        process, self._process = self._process, None
        if process is not None:
            process.finished.disconnect()
            process.readyReadStandardOutput.disconnect()
            process.closeWriteChannel()
            if not process.waitForFinished(_LEAVE):
                process.kill()
                process.waitForFinished(_LEAVE)

    # a child

    def _next(self) -> None:
        if self.present is not None or not self.queue or self._closed:
            return
        folder, untied = self.queue.pop(0)
        self.present, self.story, self._asked, self.pausing = folder, Story(), "", False
        self._do(partial(prepared, folder), partial(self._launch, folder, untied), partial(self._refused, folder))

    def _gone(self, kept: Kept, child: subprocess.Popen[bytes]) -> None:
        self._child = child
        self._follow(kept)

    def _follow(self, kept: Kept) -> None:
        """Read what an untied run says from now on."""
        self.present, self.story, self._asked, self.pausing = kept.folder, kept.story, "", kept.story.paused
        self._lines, self._read = Lines(), kept.heard
        self._clock.start()
        self.refresh()

    def _launch(self, folder: Path, untied: bool, kept: Kept) -> None:
        if self._closed:
            return
        self.story, self._lines = kept.story, Lines()
        self.story.end, self.story.paused, self.story.health = None, False, None  # it goes on
        told = [*self.program, *arguments(folder, tied=not untied)]
        if untied:
            self._do(partial(send_off, folder, told), partial(self._gone, kept), self._over)
        else:
            self._process = process = QProcess(self)
            process.setProgram(told[0])
            process.setArguments(told[1:])
            process.setProcessEnvironment(environment())
            process.setStandardErrorFile(str(folder / STDERR))
            process.readyReadStandardOutput.connect(self._hear)
            process.finished.connect(self._on_finished)
            process.errorOccurred.connect(self._on_error)
            marked = partial(mark, folder)
            process.started.connect(lambda: self._do(partial(marked, process.processId()), lambda _: self.refresh()))
            process.start()
        self.changed.emit()

    def _hear(self) -> None:
        """Take in a piece of what the child has said; the rest in the next turn of the event loop."""
        process = self._process
        if process is None:
            return
        self._tell(self._lines.feed(bytes(process.read(_CHUNK).data())))
        if process.bytesAvailable():
            QTimer.singleShot(0, self, self._hear)

    def _tell(self, events: list[Event]) -> None:
        for event in events:
            self.story.hear(event)
        if events:
            self.heard.emit()
        if self.story.end is not None and self._process is not None:
            QTimer.singleShot(_LEAVE, self._process, self._process.kill)

    def _on_finished(self, code: int, _status: QProcess.ExitStatus) -> None:
        process = self._process
        if process is not None:
            self._tell(self._lines.feed(bytes(process.readAllStandardOutput().data()) + b"\n"))
            process.deleteLater()
            self._process = None
            logging.getLogger(__name__).info("a training ended with %s", code)
            self._over()

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and self._process is not None:  # nothing else follows
            self._process.deleteLater()
            self._process = None
            self._over(self.tr("The training's process could not be started."))

    def _look(self) -> None:
        """What has an untied run said since the last time?"""
        if self.present is not None and not self._looking and not self._closed:
            self._looking = True
            folder, child, start = self.present, self._child, self._read

            def look() -> tuple[bool, bytes]:  # in this order: what a process says before it ends is read
                return child.poll() is None if child else alive(folder), read_events(folder, start)

            self._do(look, partial(self._seen, folder))

    def _seen(self, folder: Path, found: tuple[bool, bytes]) -> None:
        self._looking = False
        going, data = found
        if folder != self.present or self._closed:
            return
        self._read += len(data)
        self._tell(self._lines.feed(data))
        if self.story.end is not None or not going:
            self._over()

    def _over(self, why: str = "", _hint: str = "") -> None:
        """The present run has ended, one way or another."""
        self._clock.stop()
        folder, story, asked = self.present, self.story, self._asked
        assert folder is not None
        self.present, self._child, self._asked = None, None, ""
        self.changed.emit()
        if asked == "discard" or isinstance(story.end, Stopped):
            self.remove(folder)
        elif isinstance(story.end, Failed):
            self.failed.emit(story.end.message, story.end.hint)
        elif story.end is None:
            why = why or self.tr("The training's process ended before it was done.")
            self.failed.emit(why, self.tr("Go on with it in the list of runs: it begins where it saved last."))
        else:
            self._do(partial(kept_run, folder), self.ended.emit)
        self.refresh()
        self._next()

    def _refused(self, folder: Path, message: str, hint: str) -> None:
        if self.present == folder:
            self.present = None
        self.failed.emit(message, hint)
        self.refresh()
        self._next()

    def _do(
        self,
        task: Callable[[], Any],
        then: Callable[[Any], object] | None = None,
        failed: Callable[[str, str], object] | None = None,
    ) -> None:
        """Files, off the GUI thread."""
        job = Job(once(task))
        if then is not None:
            job.finished.connect(then)
        job.failed.connect(failed or self.failed.emit)
        job.start()
