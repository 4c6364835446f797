"""Stage: what every panel is given: the document, the way to the renderer, and the face's live state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec
from PySide6.QtCore import QObject, Signal

from vtuber_studio.core.attribute import Value
from vtuber_studio.core.look import Look
from vtuber_studio.core.pose import NEUTRAL, Pose
from vtuber_studio.core.project import Project
from vtuber_studio.core.session import Session
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.bundle import Manifest
from vtuber_studio.engine.fitting import Fitted, first_look, fit, fit_project, made_with
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
        self.expression: dict[str, Value] = {}
        self.pose: Pose = NEUTRAL
        self._switch: Switch | None = None
        self._loading = False  # panels still show the old tables
        self._unsubscribe = session.subscribe(lambda _session: None if self._loading else self.changed.emit())
        bridge.failed.connect(self.fail)

    @property
    def shot(self) -> Shot:
        """What is shown: the document's look with the face's live state."""
        return Shot(self.session.look, self.expression, self.pose)

    @property
    def look_before(self) -> Look:
        """What compare shows, as far as this generator knows it: the step may have changed the generator."""
        before = self.session.before
        return before if self.manifest is None else fit(before, self.manifest).value

    @property
    def default_look(self) -> Look:
        """The look that the generator starts with, every value in it."""
        return Look() if self.manifest is None else first_look(self.manifest)

    @property
    def first_project(self) -> Project:
        """A new document."""
        named = Project() if self.manifest is None else Project(generator=made_with(self.manifest))
        return named.with_look(self.default_look)

    def load(self, manifest: Manifest) -> None:
        """A generator is there: put the document in order, and keep of the face what the new tables know."""
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
        known = {row.name for row in manifest.expressions}
        self.expression = {name: value for name, value in self.expression.items() if name in known}
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

        def refused(message: str, hint: str) -> None:
            self._switch = None
            failed(message, hint)

        self._switch = Switch(to, arrive)
        self.bridge.swap(load, refused)

    def set_expression(self, name: str, value: Value) -> None:
        """Change one value of the face."""
        self.replace_expression({**self.expression, name: value})

    def replace_expression(self, values: Mapping[str, Value]) -> None:
        """Change the whole face."""
        if values != self.expression:
            self.expression = dict(values)
            self.changed.emit()

    def set_pose(self, name: str, value: Value) -> None:
        """Change one angle of the head."""
        self.replace_pose(msgspec.structs.replace(self.pose, **{name: float(value)}))

    def replace_pose(self, pose: Pose) -> None:
        """Change where the head is."""
        if pose != self.pose:
            self.pose = pose
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
