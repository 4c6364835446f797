"""Stage: what every panel is given: the document, the face that she makes, and the way to the renderer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec
from PySide6.QtCore import QObject, Signal

from vtuber_studio.core.attribute import Value
from vtuber_studio.core.look import Look, Region
from vtuber_studio.core.part import Part
from vtuber_studio.core.pose import NEUTRAL, POSE_ROWS, Face, Pose
from vtuber_studio.core.project import NamedLook, Project
from vtuber_studio.core.session import Session
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.bundle import Manifest
from vtuber_studio.engine.fitting import Fitted, first_look, fit, fit_project, made_with
from vtuber_studio.engine.generator import Generator
from vtuber_studio.ui.bridge import Bridge, Load


class Switch(NamedTuple):
    """A change of the generator that was asked for, until it is there."""

    to: str  # its id
    arrive: Callable[[], object]  # puts the document in order, unseen by the panels


class Stage(QObject):
    """Panels read from it, listen to ``changed`` and ``loaded``, and write through the session and the setters."""

    changed = Signal()  # the session's document, or the face
    loaded = Signal()  # a generator: manifest is new
    said = Signal(str)  # for the status line
    failed = Signal(str, str)  # for the error bar: message, hint

    def __init__(self, session: Session, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.bridge = bridge
        self.manifest: Manifest | None = None
        self.other: Callable[[], NamedLook | None] = lambda: None  # compared with; None: before the last step
        self.other_by: Generator | None = None  # who draws it; None: the one that draws her
        self.upright = False  # the head is shown so, wherever it is: masks are drawn on it
        self._switch: Switch | None = None
        self._loading = False  # panels still show the old tables
        self._unsubscribe = session.subscribe(lambda _session: None if self._loading else self.changed.emit())
        bridge.failed.connect(self.fail)

    @property
    def expression(self) -> dict[str, Value]:
        """What her face does, as far as the generator knows it; only what differs from the face at rest."""
        return self._known(self.session.face)

    @property
    def pose(self) -> Pose:
        """Where her head is."""
        return self.session.face.pose

    def _known(self, face: Face) -> dict[str, Value]:
        rows = self.manifest.expressions if self.manifest else ()
        rest = {row.name: row.default for row in rows}
        return {name: value for name, value in face.expression.items() if name in rest and value != rest[name]}

    @property
    def shot(self) -> Shot:
        """What is shown: the document's look with the face that she makes."""
        return Shot(self.session.project.look, self.expression, NEUTRAL if self.upright else self.pose)

    @property
    def region(self) -> Region | None:
        """The region that was entered: what panels edit is inside of it."""
        entered = self.session.entered
        return None if entered is None else self.session.project.look.regions[entered]

    @property
    def shot_before(self) -> Shot:
        """What compare shows, as far as this generator knows it: the step may have changed the generator."""
        (project, face), manifest, other = self.session.before, self.manifest, self.other()
        look, face = (project.look, face) if other is None else (other.look, self.session.face)
        look = look if manifest is None else fit(look, manifest).value
        return Shot(look, self._known(face), NEUTRAL if self.upright else face.pose)

    @property
    def default_look(self) -> Look:
        """The look that the generator starts with, every value in it."""
        return Look() if self.manifest is None else first_look(self.manifest)

    @property
    def parts(self) -> list[Part]:
        """The generator's parts, those of the entered region first: a colour is shown as it is seen there."""
        inside, manifest = self.region.parts if self.region else (), self.manifest
        every = [entry.part for entry in manifest.parts] if manifest else []
        return sorted(every, key=lambda part: part.name not in inside)

    @property
    def rest(self) -> Look:
        """What things go back to: inside a region the look around it, else what the generator starts with."""
        return self.default_look if self.session.entered is None else self.session.project.look

    @property
    def first_project(self) -> Project:
        """A new document."""
        named = Project() if self.manifest is None else Project(generator=made_with(self.manifest))
        return named.with_look(self.default_look)

    def load(self, manifest: Manifest) -> None:
        """A generator is there: put the document in order."""
        self.manifest = manifest
        switch, self._switch, self._loading = self._switch, None, True
        try:
            self.session.commit()
            if self.session.project == Project():  # nothing yet, not even a look
                self.session.replace(self.first_project)
            if switch is not None and switch.to == manifest.id:
                switch.arrive()
            else:
                self.adopt(self.tr("Other generator"))
        finally:
            self._loading = False
        self.loaded.emit()
        self.changed.emit()

    def adopt(self, label: str) -> Fitted[Project]:
        """Keep of the document what the generator knows, as one step, which names the generator.

        A document that loses something becomes a copy without a path: saving it asks where.
        """
        assert self.manifest is not None
        fitted = fit_project(self.session.project, self.manifest)
        self.session.edit_project(fitted.value, label)
        if fitted.changed:
            self.session.detach()
        return fitted

    def switch(self, load: Load, to: str, arrive: Callable[[], object], failed: Callable[[str, str], object]) -> None:
        """Change the generator for the one of that id; the newest wish counts.

        ``arrive`` is called when it runs, before the panels see the new tables: it puts the document in order.
        ``failed(message, hint)``: the old one goes on, and nothing has changed.
        """

        self._switch = wish = Switch(to, arrive)

        def refused(message: str, hint: str) -> None:
            if self._switch is wish:  # none newer
                self._switch = None
            failed(message, hint)

        self.bridge.swap(load, refused)

    def set_expression(self, name: str, value: Value) -> None:
        """Change one value of the face."""
        self.make_face({**self.expression, name: value}, self.pose, self._label(name))

    def set_pose(self, name: str, value: Value) -> None:
        """Change one angle of the head."""
        pose = msgspec.structs.replace(self.pose, **{name: float(value)})
        self.make_face(self.expression, pose, self._label(name))

    def make_face(self, expression: Mapping[str, Value], pose: Pose, label: str) -> None:
        """Change the whole face: one step of undo, but nothing to save."""
        face = Face(dict(expression), pose)
        self.session.make_face(Face(self._known(face), pose), label)

    def _label(self, name: str) -> str:
        rows = (*(self.manifest.expressions if self.manifest else ()), *POSE_ROWS)
        return next((row.label for row in rows if row.name == name), name)

    def set_upright(self, upright: bool) -> None:
        """Show the head upright for as long as a mask is drawn."""
        if upright != self.upright:
            self.upright = upright
            self.changed.emit()

    def say(self, text: str) -> None:
        """A short note in the status line."""
        self.said.emit(text)

    def fail(self, message: str, hint: str = "") -> None:
        """Say in the error bar what is wrong and what to do next."""
        self.failed.emit(message, hint)

    def close(self) -> None:
        """Stop listening to the session."""
        self._unsubscribe()
