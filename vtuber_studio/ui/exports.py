"""Exports of the window: one at a time, and again with what was set last. Dialogs and menus listen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.names import check_pattern
from vtuber_studio.core.progress import Progress
from vtuber_studio.core.project import NamedLook
from vtuber_studio.core.settings import MAX_RECENT, Options, Order
from vtuber_studio.engine.fitting import cast_of, keep
from vtuber_studio.export import Named, checked, described, export_batch
from vtuber_studio.export.targets import TARGETS, Target
from vtuber_studio.ui.job import Job
from vtuber_studio.ui.preferences import Preferences
from vtuber_studio.ui.stage import Stage


class Exports(QObject):
    """Starts them, tells how they go, and remembers them."""

    started = Signal(object)  # Order
    progressed = Signal(object)  # Progress
    ended = Signal(str, object)  # what to say; the path that was written, or None

    def __init__(self, stage: Stage, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stage, self.preferences = stage, preferences
        self.job: Job | None = None
        self.lent: NamedLook | None = None  # a look that was asked for by itself: a favourite, or none
        self._here: tuple[int, Order] | None = None  # which document, and its last export; it may have no file
        self._draws: dict[str, Callable[..., Any]] = {}
        stage.loaded.connect(self.forget_drawings)

    # what is exported

    def chosen(self, order: Order) -> list[NamedLook]:
        """Whom it means, with their names; StudioError when there is nobody."""
        project = self.stage.session.project
        if order.whom == "favourites" and not project.favourites:
            raise StudioError(self.tr("There are no favourites."), self.tr("Keep one first (F)."))
        if order.whom == "favourites":
            return list(project.favourites)
        if order.whom == "looks":
            return list(project.looks)
        if order.whom == "shown":
            return [NamedLook(project.name, self.stage.shot.look)]
        kept = [one for one in project.favourites if one.look.digest == order.digest]
        kept += [one for one in project.favourites if one.name == order.name]
        kept += [self.lent] if self.lent is not None and self.lent.look.digest == order.digest else []
        if not kept:
            told = self.tr("There is no favourite called {} any more.").format(order.name)
            raise StudioError(told, self.tr("Choose what to export."))
        return kept[:1]

    def rows(self, order: Order) -> list[Named]:
        """The shots with their options, checked; StudioError for what cannot be."""
        row, manifest, found = TARGETS[order.target].exporter, self.stage.manifest, []
        takes = {field.name for field in fields(row.options)}
        for named in self.chosen(order):
            shot, given = self.stage.shot.with_(look=named.look), dict[str, Any]()
            if manifest is not None and "look" in takes and self.preferences.settings.export_look:
                given["look"] = keep(shot.look, manifest)
            if manifest is not None and "cast" in takes:
                given["cast"] = cast_of(manifest, str(order.options.get("toward", "")))
            found.append(Named(named.name, shot, checked(row.options(**order.options, **given))))
        return found

    def drawing(self, draws: str) -> Callable[..., Any]:
        """What exporters and their trials draw with; networks' outputs are kept from one to the next."""
        if draws not in self._draws:
            self._draws[draws] = self.stage.bridge.drawing(draws)
        return self._draws[draws]

    def forget_drawings(self) -> None:
        """Give their memory back."""
        self._draws.clear()

    # exporting

    def start(self, order: Order) -> None:
        """Write it, if nothing is written now; ``ended`` follows."""
        if self.job is not None:
            return
        try:
            task = self._task(order)
        except StudioError as error:
            return self.ended.emit(str(error), None)
        self._remember(order)
        self.job = Job(task)
        cancelled = self.tr("Cancelled; nothing was written.")
        if order.many:
            cancelled = self.tr("Cancelled; files that were whole stay.")
        self.job.progressed.connect(self.progressed)
        written = self.tr("Written: {}").format(order.path)
        self.job.finished.connect(lambda _result: self._end(written, Path(order.path)))
        self.job.failed.connect(lambda message, hint: self._end(f"{message} {hint}".strip()))
        self.job.cancelled.connect(lambda: self._end(cancelled))
        self.started.emit(order)
        self.job.start()

    def cancel(self) -> None:
        """End what runs; nothing half-written stays."""
        if self.job is not None:
            self.job.cancel()

    def again(self) -> None:
        """The last export of this project once more, into the same file."""
        order = self.last
        if order is not None and self.job is None:
            self.stage.say(self.tr("Exporting {} again ...").format(Path(order.path).name))
            self.start(order)

    def _task(self, order: Order) -> Iterator[Progress]:
        if order.many:
            check_pattern(order.pattern)
        row, rows = TARGETS[order.target].exporter, self.rows(order)
        draw, path = self.drawing(row.draws), Path(order.path)
        if order.many:
            return export_batch(row, draw, rows, path, order.pattern, self.stage.session.project.name)
        return row.export(draw, rows[0].shot, rows[0].options, path)

    def _end(self, text: str, path: Path | None = None) -> None:
        self.job = None
        if path is not None:
            self.stage.say(self.tr("Exported {}").format(path.name))
        self.ended.emit(text, path)

    # what is remembered

    @property
    def last(self) -> Order | None:
        """The last export of this project."""
        session = self.stage.session
        if self._here is not None and self._here[0] == session.document:
            return self._here[1]
        file = str(session.path.absolute()) if session.path else ""
        known = (order for order in self.preferences.settings.exports if order.target in TARGETS)
        return next((order for order in known if file and order.project == file), None)

    def options(self, target: Target) -> Options:
        """What was set last for a target, or its own; what its kind does not take any more is left out."""
        table, kind = described(target.exporter.options), target.exporter.options
        found: dict[str, Any] = {name: field.default for name, field in table.items()}
        for values in (target.options, self.preferences.settings.export_options.get(target.name, {})):
            for name, value in values.items():
                try:
                    if type(value) is type(found.get(name)):
                        checked(kind(**{name: value}))
                        found[name] = value
                except StudioError:
                    continue
        return found

    def keep_options(self, target: Target, values: Options) -> None:
        """Remember what is set for a target, and that it was chosen."""
        kept = {**self.preferences.settings.export_options, target.name: values}
        self.preferences.change(export_target=target.name, export_options=kept)

    def _remember(self, order: Order) -> None:
        session = self.stage.session
        self._here = (session.document, order)
        self.keep_options(TARGETS[order.target], order.options)
        if session.path is None or not _writable(f"{order.path}{session.path}"):
            return
        stored = msgspec.structs.replace(order, project=str(session.path.absolute()))
        others = [one for one in self.preferences.settings.exports if one.project != stored.project]
        self.preferences.change(exports=(stored, *others)[:MAX_RECENT])


def _writable(text: str) -> bool:
    """Can it stand in a file of settings? A name on a disk may be no text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
