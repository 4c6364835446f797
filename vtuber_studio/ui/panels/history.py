"""The steps that led here, as pictures: a click goes there and back again. What was undone is dimmed, not lost."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QShowEvent

from vtuber_studio.core.history import Step
from vtuber_studio.core.project import NamedLook
from vtuber_studio.core.session import Moment
from vtuber_studio.engine.fitting import fit, is_of
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.thumbnails import Thumbnails
from vtuber_studio.ui.widgets.strip_page import StripPage

SHOWN = 40  # steps; each costs a picture, drawn once, behind everything else


class HistoryPanel(StripPage):
    """``go`` is given the place of a step among the session's."""

    def __init__(self, stage: Stage, thumbnails: Thumbnails, go: Callable[[int], object]) -> None:
        super().__init__(thumbnails)
        self.stage, self.go = stage, go
        self._first = 0  # place of the first step that is shown
        self._steps: tuple[Step[Moment], ...] = ()  # the session's, and the present one, when they were shown last
        self._at = -1
        self._known: dict[int, tuple[Step[Moment], NamedLook]] = {}  # a step's id -> it, and how it is shown
        words = self.tr("Every step stands here; a click goes back to it, or forward again.")
        fold = self.tr("Fold the history"), self.tr("Larger steps, with what was done")
        self.speak((words, words), fold)
        self.list.setObjectName("history")
        self.list.setAccessibleName(self.tr("History"))
        self.list.setDragEnabled(False)
        self.list.itemClicked.connect(lambda item: self._chosen(self.list.row(item)))
        self.list.itemActivated.connect(lambda item: self._chosen(self.list.row(item)))
        stage.loaded.connect(self._draw_anew)
        stage.changed.connect(self.refresh)

    def showEvent(self, event: QShowEvent) -> None:
        """Only what is seen is kept up to date."""
        super().showEvent(event)
        self.refresh()

    def _draw_anew(self) -> None:
        self._steps, self._known = (), {}
        self.show_looks((), "")
        self.refresh()

    def refresh(self) -> None:
        """Show the steps, the present one chosen, later ones dimmed."""
        manifest, session = self.stage.manifest, self.stage.session
        if manifest is None or not self.isVisible() or (session.steps is self._steps and session.at == self._at):
            return
        self._steps, self._at = session.steps, session.at
        self._first = max(0, min(session.at - 1, len(session.steps) - SHOWN))
        steps = session.steps[self._first : self._first + SHOWN]
        self._known = {id(step): self._known.get(id(step)) or (step, self._named(step)) for step in steps}
        present = session.at - self._first
        looks = [self._known[id(step)][1] for step in steps]
        if [*map(id, looks)] != [*map(id, self.looks)]:
            self.show_looks(looks, self.tr("Click to go there"), editable=False)
        for row in range(self.list.count()):
            flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            self.list.item(row).setFlags(flags)
            self.list.set_dim(row, row > present)
        self.list.setCurrentRow(present, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.list.scrollToItem(self.list.item(present))

    def _named(self, step: Step[Moment]) -> NamedLook:
        manifest, project = self.stage.manifest, step.value.project
        assert manifest is not None
        look = project.look if is_of(project.generator.stamp, manifest) else fit(project.look, manifest).value
        return NamedLook(step.label or self.tr("Start"), look)

    def _chosen(self, row: int) -> None:
        if self._first + row != self.stage.session.at:
            self.go(self._first + row)
