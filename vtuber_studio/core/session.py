"""Session: the one mutable document. It knows no Qt; widgets, the command line and tests drive it alike.

The document is one frozen Project, and history keeps whole Projects, so undo covers everything: sliders,
colours, favourites, locks, which look is active. It covers the face that she makes, too, which is no part of the
document: it is not saved, and nothing is unsaved because of it. A gesture (a drag, a stroke) is ``begin``, edits,
``commit`` or ``abort``: one undo step. An edit outside a gesture is one step. Not thread-safe: one thread owns it.

While a region is ``entered``, the look that everyone reads and edits is what the look is inside of it: panels need not
know. (Over 300 lines: all of it guards the same few values.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.history import Step, start
from vtuber_studio.core.look import Look
from vtuber_studio.core.pose import Face
from vtuber_studio.core.project import NamedLook, Project, check_project, open_project, save_project
from vtuber_studio.core.region import come_back, still_there, variant, with_variant

T = TypeVar("T")


def _at(items: tuple[T, ...], index: int, what: str) -> int:
    if not 0 <= index < len(items):
        raise StudioError(f"There is no {what} number {index + 1}.")
    return index


def _renamed(items: tuple[NamedLook, ...], index: int, name: str, what: str) -> tuple[NamedLook, ...]:
    _at(items, index, what)
    return (*items[:index], msgspec.structs.replace(items[index], name=name), *items[index + 1 :])


class Moment(NamedTuple):
    """What undo goes back to."""

    project: Project
    face: Face = Face()


class Session:
    """The open document: project, history, file path, and the gesture in progress."""

    def __init__(self, project: Project | None = None, path: Path | None = None) -> None:
        self._now = Moment(check_project(project or Project()))  # differs from history's value only during a gesture
        self._history = start(self._now)
        self._saved: Project | None = self._now.project  # None: nothing of this document is in a file
        self._gesture: str | None = None
        self._subscribers: list[Callable[[Session], None]] = []
        self.entered: int | None = None  # place of the region that is edited inside; it follows undo and redo
        self.path = path
        self.digest = ""  # of the file at ``path`` when it was opened or saved last
        self.document = 0  # another number for each document that was opened: whoever waits can tell them apart

    # what there is

    @property
    def project(self) -> Project:
        """The project as it is now, the gesture in progress included."""
        return self._now.project

    @property
    def face(self) -> Face:
        """What she does now."""
        return self._now.face

    @property
    def look(self) -> Look:
        """What is edited: the active look as it is now, or what it is inside the region that was entered."""
        return self._inside(self.project.look, self.entered)

    @property
    def committed(self) -> Look:
        """The same without the gesture in progress."""
        whole = self._history.value.project.look
        return self._inside(whole, still_there(self.project.look.regions, whole.regions, self.entered))

    @staticmethod
    def _inside(look: Look, entered: int | None) -> Look:
        return look if entered is None else variant(look, look.regions[entered])

    @property
    def before(self) -> Moment:
        """What compare shows: what is committed during a gesture, else what was before the last step."""
        return self._history.value if self._now != self._history.value else self._history.previous

    @property
    def locks(self) -> frozenset[str]:
        """Attributes that the dice leave alone."""
        return self.project.locks

    @property
    def favourites(self) -> tuple[NamedLook, ...]:
        """Looks kept for later."""
        return self.project.favourites

    @property
    def dirty(self) -> bool:
        """True when there is something to save; undoing back to the saved state makes it False again."""
        return self.project is not self._saved and self.project != self._saved

    @property
    def in_gesture(self) -> bool:
        """True between ``begin`` and ``commit`` or ``abort``."""
        return self._gesture is not None

    @property
    def can_undo(self) -> bool:
        """True when undo would change something."""
        return self.in_gesture or self._history.can_undo

    @property
    def can_redo(self) -> bool:
        """True when redo would change something."""
        return not self.in_gesture and self._history.can_redo

    @property
    def steps(self) -> tuple[Step[Moment], ...]:
        """What undo and redo go through, the present one at ``at``; a gesture in progress is none yet."""
        return self._history.steps

    @property
    def at(self) -> int:
        """The place of the present step in ``steps``."""
        return self._history.at

    @property
    def behind(self) -> Project | None:
        """The project that undo would bring back; None when it would change nothing, or end a gesture."""
        return self._history.previous.project if self._history.can_undo and not self.in_gesture else None

    @property
    def ahead(self) -> Project | None:
        """The project that redo would bring back; None when it would change nothing."""
        return self._history.redo().value.project if self.can_redo else None

    @property
    def undo_label(self) -> str:
        """What undo would take back."""
        return self._gesture or self._history.undo_label

    @property
    def redo_label(self) -> str:
        """What redo would do again."""
        return self._history.redo_label

    # who listens

    def subscribe(self, callback: Callable[[Session], None]) -> Callable[[], None]:
        """Call ``callback(session)`` after every change; the returned function unsubscribes."""
        self._subscribers.append(callback)

        def unsubscribe() -> None:
            if callback in self._subscribers:
                self._subscribers.remove(callback)

        return unsubscribe

    def _notify(self) -> None:
        for callback in tuple(self._subscribers):
            callback(self)

    def _show(self, moment: Moment, again: bool = False) -> None:
        """``again``: undo or redo; a region that comes back by it is entered, as it was."""
        if moment != self._now:
            before, after = self.project, moment.project
            regions = after.look.regions if after.active == before.active else ()
            if again and self.entered is None and after.active == before.active:
                self.entered = come_back(before.look, after.look)
            else:
                self.entered = still_there(before.look.regions, regions, self.entered)
            self._now = moment
            self._notify()

    def _step(self, moment: Moment, label: str) -> None:
        if self._gesture is None:
            self._history = self._history.push(label, moment)
        self._show(moment)

    def enter(self, region: int | None) -> None:
        """From now on ``look`` is what the active look is inside that region; None: the look itself again."""
        if region is not None:
            _at(self.project.look.regions, region, "region")
        if region != self.entered:
            self.commit()
            self.entered = region
            self._notify()

    # gestures and edits

    def begin(self, label: str) -> None:
        """Start a gesture; one still in progress is committed first."""
        self.commit()
        self._gesture = label

    def commit(self) -> None:
        """End the gesture: all its edits become one undo step. Nothing happens outside a gesture."""
        if self._gesture is None:
            return
        label, self._gesture = self._gesture, None
        if self._now != self._history.value:
            self._history = self._history.push(label, self._now)
            self._notify()  # the picture is the same; undo and its label are not

    def abort(self) -> None:
        """End the gesture as if it had never begun."""
        self._leave_gesture(again=False)

    def _leave_gesture(self, again: bool) -> None:
        self._gesture = None
        self._show(self._history.value, again)

    def edit(self, look: Look, label: str = "Edit") -> None:
        """Replace the active look, or what it is inside the region that was entered; StudioError, and nothing changed,
        when no file could keep it."""
        whole = look if self.entered is None else with_variant(self.project.look, self.entered, look)
        self.edit_whole(whole, label)

    def edit_whole(self, look: Look, label: str = "Edit") -> None:
        """Replace the active look, its regions included, whatever was entered."""
        self.edit_project(self.project.with_look(look), label)

    def edit_project(self, project: Project, label: str = "Edit") -> None:
        """Replace the whole project; one step, or part of the gesture in progress. No change, no step.

        StudioError, and nothing changed, when the project could be saved but not opened again.
        """
        if project != self.project:
            check_project(project, since=self.project)
            self._step(self._now._replace(project=project), label)

    def make_face(self, face: Face, label: str = "Face") -> None:
        """Replace what she does; one step, or part of the gesture in progress."""
        if face != self.face:
            self._step(self._now._replace(face=face), label)

    def undo(self) -> None:
        """Take back the last step, or abort the gesture in progress."""
        if self._gesture is None:
            self._history = self._history.undo()
        self._leave_gesture(again=True)

    def redo(self) -> None:
        """Do the last undone step again; not during a gesture."""
        if self._gesture is None:
            self._history = self._history.redo()
            self._show(self._history.value, again=True)

    def go(self, at: int) -> None:
        """Undo or redo to the step at that place of ``steps``; a gesture in progress is aborted."""
        self._history = self._history.go(at)
        self.abort()

    # name, locks, favourites, looks: all of them ordinary undoable edits

    def rename(self, name: str) -> None:
        """Call the persona something else."""
        self.edit_project(self.project.with_(name=name), "Name")

    def set_locks(self, names: Iterable[str]) -> None:
        """Replace the set of locked attributes."""
        self.edit_project(self.project.with_(locks=frozenset(names)), "Locks")

    def add_favourite(self, name: str = "", look: Look | None = None) -> None:
        """Keep a look, the active one unless given, as a favourite."""
        kept = NamedLook(name or f"Favourite {len(self.favourites) + 1}", look or self.project.look)
        self.edit_project(self.project.with_(favourites=(*self.favourites, kept)), "Add favourite")

    def remove_favourite(self, index: int) -> None:
        """Forget a favourite."""
        _at(self.favourites, index, "favourite")
        kept = (*self.favourites[:index], *self.favourites[index + 1 :])
        self.edit_project(self.project.with_(favourites=kept), "Remove favourite")

    def rename_favourite(self, index: int, name: str) -> None:
        """Call a favourite something else."""
        renamed = _renamed(self.favourites, index, name, "favourite")
        self.edit_project(self.project.with_(favourites=renamed), "Rename favourite")

    def recall_favourite(self, index: int) -> None:
        """Make a favourite the active look's value."""
        self.edit_whole(self.favourites[_at(self.favourites, index, "favourite")].look, "Recall favourite")

    def select_look(self, index: int) -> None:
        """Make another look of the project the active one."""
        self.edit_project(self.project.with_(active=_at(self.project.looks, index, "look")), "Switch look")

    def add_look(self, name: str = "", look: Look | None = None) -> None:
        """Add a look (a copy of the active one unless given) and make it active."""
        looks = self.project.looks
        added = NamedLook(name or f"Look {len(looks) + 1}", look or self.project.look)
        self.edit_project(self.project.with_(looks=(*looks, added), active=len(looks)), "Add look")

    def duplicate_look(self, index: int, name: str = "") -> None:
        """A look again, behind it, and active."""
        looks, kept = self.project.looks, self.project.looks[_at(self.project.looks, index, "look")]
        again = msgspec.structs.replace(kept, name=name or kept.name)
        changed = (*looks[: index + 1], again, *looks[index + 1 :])
        self.edit_project(self.project.with_(looks=changed, active=index + 1), "Duplicate look")

    def move_look(self, index: int, to: int) -> None:
        """Another place among the looks; the active one stays active."""
        looks, order = self.project.looks, list(range(len(self.project.looks)))
        order.insert(_at(looks, to, "look"), order.pop(_at(looks, index, "look")))
        active = order.index(self.project.active)
        self.edit_project(self.project.with_(looks=tuple(looks[each] for each in order), active=active), "Move look")

    def remove_look(self, index: int) -> None:
        """Remove a look; StudioError for the last one."""
        looks, active = self.project.looks, self.project.active
        if len(looks) == 1:
            raise StudioError("A project keeps at least one look.", "Add another look first.")
        _at(looks, index, "look")
        active = active - 1 if index < active or active == len(looks) - 1 else active
        kept = (*looks[:index], *looks[index + 1 :])
        self.edit_project(self.project.with_(looks=kept, active=active), "Remove look")

    def rename_look(self, index: int, name: str) -> None:
        """Call a look something else."""
        renamed = _renamed(self.project.looks, index, name, "look")
        self.edit_project(self.project.with_(looks=renamed), "Rename look")

    # files

    def replace(
        self, project: Project, path: Path | None = None, saved: bool = True, digest: str = "", checked: bool = False
    ) -> None:
        """Start over with another document; StudioError, and nothing changed, when it is unsound.

        ``saved=False`` marks it as not yet saved (a recovered autosave). ``digest``: of the file at ``path``.
        ``checked``: who read it has called ``check_project``, which takes half a second for a thousand favourites.
        """
        if not checked:
            check_project(project)
        self._now, self._gesture, self.entered = Moment(project, self.face), None, None
        self._history = start(self._now)
        self.path, self.digest, self.document = path, digest, self.document + 1
        self._saved = project if saved else None
        self._notify()

    def open(self, path: Path) -> None:
        """Open a project file; StudioError, and the present document untouched, when it cannot be read."""
        project, digest = open_project(path)
        self.replace(project, Path(path), digest=digest)

    def save(self, path: Path | None = None, thumbnail_png: bytes | None = None) -> None:
        """Save the committed document to ``path`` or where it came from; StudioError when that fails, FileChanged
        when someone else has written there meanwhile."""
        target = path or self.path
        if target is None:
            raise StudioError("This project has no file yet.", "Choose where to save it.")
        project = self._history.value.project
        digest = save_project(Path(target), project, thumbnail_png, self.digest_at(target))
        self.mark_saved(project, Path(target), digest)

    def detach(self) -> None:
        """From now on a copy: unsaved, without a path. The file keeps what this document no longer says."""
        self._saved, self.path, self.digest = None, None, ""
        self._notify()

    def attach(self, saved: Project | None, path: Path | None, digest: str) -> None:
        """The document of that file again, as it was before ``detach``."""
        self._saved, self.path, self.digest = saved, path, digest
        self._notify()

    @property
    def origin(self) -> tuple[Project | None, Path | None, str]:
        """What ``attach`` is given: the project that is in the file, the file's path, and its digest."""
        return self._saved, self.path, self.digest

    def digest_at(self, path: Path) -> str:
        """What the document knows the file at ``path`` by; empty for another file than its own."""
        return self.digest if self.path is not None and Path(path) == self.path else ""

    def mark_saved(self, project: Project, path: Path, digest: str = "") -> None:
        """``project`` was written to ``path`` (by a job on another thread, say)."""
        self._saved, self.path, self.digest = project, path, digest
        self._notify()
