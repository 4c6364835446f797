"""Variations of one part: a grid of this persona with it rolled anew, tried while pointed at, taken by a click."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QRandomGenerator, QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QMenu, QWidget

from vtuber_studio.core.attribute import rows_seen
from vtuber_studio.core.dice import roll_part, toward
from vtuber_studio.core.look import MAX_SEED, Look
from vtuber_studio.core.one_part import own_rows
from vtuber_studio.core.part import Part
from vtuber_studio.engine.manifest import Manifest
from vtuber_studio.ui.choices import place_picture, view_of_part
from vtuber_studio.ui.shares import outside
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.thumbnails import Thumbnails
from vtuber_studio.ui.widgets.choice_grid import ICON
from vtuber_studio.ui.widgets.variation_grid import VariationGrid
from vtuber_studio.ui.widgets.words import choice_label, literal

COUNT = 12


def varied_parts(manifest: Manifest, group: str = "") -> list[Part]:
    """Parts that the dice can roll alone, or those of them that have a slider in ``group``."""
    parts = [entry.part for entry in manifest.parts]
    return [part for part in parts if any(group in ("", row.group) for row in own_rows(manifest.attributes, part.name))]


def rolled(stage: Stage, part: Part, seed: int, amount: float = 1.0) -> Look:
    """The session's look with another ``part``, as far as it is not locked."""
    manifest, session = stage.manifest, stage.session
    assert manifest is not None
    before, rows, parts = session.committed, manifest.attributes, [entry.part for entry in manifest.parts]
    other = roll_part(before, rows, parts, part, seed, session.locks, manifest.dice)
    return toward(before, other, rows, part, seed, amount)


class Variations(QObject):
    """Opens the grids, beside the canvas."""

    def __init__(self, stage: Stage, thumbnails: Thumbnails, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.stage, self.thumbnails, self.canvas = stage, thumbnails, canvas
        self.menu = QMenu(canvas)
        self.menu.aboutToShow.connect(self._list_parts)

    def open(self, name: str) -> VariationGrid | None:
        """Show the variations of a part; None, and a sentence in the status line, where there can be none."""
        stage, session = self.stage, self.stage.session
        manifest = stage.manifest
        assert manifest is not None
        part = next(entry.part for entry in manifest.parts if entry.part.name == name)
        session.commit()
        why = outside(stage, [name])
        if not why and {row.name for row in own_rows(manifest.attributes, name)} <= session.locks:
            why = self.tr("{} is locked.").format(part.label)
        if why:
            stage.say(why)
            return None
        step = self.tr("Vary {}").format(part.label)
        grid = VariationGrid(COUNT, self.tr("Variations: {}").format(part.label), self.canvas.window())
        first, looks, waiting = QRandomGenerator.global_().generate(), dict[str, Look](), list[str]()
        timer = QTimer(grid, interval=0)  # a roll takes 5 to 20 ms: one a turn

        def look_of(choice: str) -> Look:
            if choice not in looks:
                looks[choice] = rolled(stage, part, (first + int(choice)) % (MAX_SEED + 1), grid.amount)
            return looks[choice]

        def attempt(choice: str) -> None:
            session.edit(look_of(choice) if choice else session.committed, step)

        def take(choice: str) -> None:
            attempt(choice)
            session.commit()

        def fill(fresh: bool) -> None:
            nonlocal first
            first += COUNT if fresh else 0
            looks.clear()
            grid.renew()
            waiting[:] = grid.choices
            timer.start()

        def ask_next() -> None:
            if not waiting or not grid.isVisible():
                timer.stop()
                return
            choice = waiting.pop(0)
            look = look_of(choice)
            grid.name(choice, self._caption(manifest, part, look))
            arrive = partial(self._arrived, grid, looks, choice, look)
            self.thumbnails.show(look, arrive, view_of_part(manifest, name), 2 * ICON)

        session.begin(step)
        grid.tried.connect(attempt)
        grid.taken.connect(take)
        grid.dismissed.connect(session.abort)
        grid.asked.connect(fill)
        timer.timeout.connect(ask_next)
        grid.open_beside(self.canvas)
        fill(False)
        return grid

    def offer(self, menu: QMenu, group: str) -> None:
        """Fill ``menu`` with the parts of a group of sliders; all parts if it is empty."""
        menu.clear()
        for part in varied_parts(self.stage.manifest, group) if self.stage.manifest else ():
            menu.addAction(literal(f"{part.label} ...")).triggered.connect(partial(self.open, part.name))

    def _list_parts(self) -> None:
        self.offer(self.menu, "")

    @staticmethod
    def _arrived(grid: VariationGrid, looks: dict[str, Look], choice: str, look: Look, picture: QPixmap) -> None:
        if looks.get(choice) is look:  # none other was asked for meanwhile
            place_picture(grid, choice, picture)

    @staticmethod
    def _caption(manifest: Manifest, part: Part, look: Look) -> str:
        """What its style is called, where it has one."""
        rows = own_rows(rows_seen(part.name, manifest.attributes), part.name)
        return next((choice_label(str(look.attributes[row.name])) for row in rows if row.choices), "")
