"""What can be done with a part of the figure: the canvas's context menu, and the same in the menu bar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject, QPoint, QRandomGenerator
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from vtuber_studio.core.attribute import rows_seen
from vtuber_studio.core.look import Look
from vtuber_studio.core.mixing import seen_colours, take
from vtuber_studio.core.one_part import own_rows, reset_part
from vtuber_studio.core.palette import to_hex
from vtuber_studio.core.part import Part
from vtuber_studio.core.region import confined
from vtuber_studio.engine.manifest import Manifest, can, materials_of
from vtuber_studio.engine.picking import Hit
from vtuber_studio.ui.new_regions import NewRegions
from vtuber_studio.ui.part_view import PartView
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.variations import Variations, rolled, varied_parts
from vtuber_studio.ui.widgets.icons import patch
from vtuber_studio.ui.widgets.words import literal

CANVAS = ("copy", "paste", "export_png", "", "fit", "actual_size", "background")  # of the table of actions; "": a line


class PartMenu(QObject):
    """Makes menus when they are asked for: what they offer depends on the look."""

    def __init__(
        self,
        stage: Stage,
        view: PartView,
        regions: NewRegions,
        variations: Variations,
        actions: Callable[[], Mapping[str, QAction]],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.stage, self.view, self.regions, self.actions, self.window = stage, view, regions, actions, parent
        self.variations = variations
        self.menu = QMenu(parent)  # of the menu bar: every part
        self.menu.aboutToShow.connect(lambda: self._list_parts(self.menu))

    def open(self, hit: Hit | None, place: QPoint) -> QMenu:
        """The context menu of the canvas: of what was pointed at, then of the picture."""
        menu = QMenu(self.window)
        menu.aboutToHide.connect(menu.deleteLater)
        if hit is not None and self.stage.manifest is not None:
            self.fill(menu, hit, named=True)
            menu.addSeparator()
        else:
            self._list_parts(menu.addMenu(self.tr("Parts")))
            menu.addSeparator()
        for name in CANVAS:
            if name:
                menu.addAction(self.actions()[name])
            else:
                menu.addSeparator()
        menu.popup(place)
        return menu

    def fill(self, menu: QMenu, hit: Hit, named: bool = False) -> None:
        """What can be done with one part; ``hit.material`` may be empty."""
        manifest = self.stage.manifest
        assert manifest is not None
        part = next(entry.part for entry in manifest.parts if entry.part.name == hit.part)
        say, view = menu.addAction, self.view
        if named:
            title = QAction(literal(part.label), menu, enabled=False)
            menu.addAction(title)
            menu.addSeparator()
        say(self.tr("Its sliders")).triggered.connect(partial(view.show_on, view.attributes, hit))
        if can(manifest, "palette"):
            self._colours(menu, manifest, hit)
        menu.addSeparator()
        say(self.tr("Roll it")).triggered.connect(partial(self._roll, hit.part))
        vary = say(self.tr("Variations ..."))
        vary.setEnabled(part in varied_parts(manifest))
        vary.triggered.connect(partial(self.variations.open, hit.part))
        self._locks(menu, manifest, hit.part)
        inside = self.stage.region is not None
        reset = say(self.tr("As it is outside of the region") if inside else self.tr("Back to its default"))
        reset.triggered.connect(partial(self._reset, part))
        if can(manifest, "mixing"):
            menu.addSeparator()
            self._sources(menu.addMenu(self.tr("Take it from")), part.label, hit.part)
            say(self.tr("Mix it ...")).triggered.connect(partial(view.show_on, view.mixing, hit))
        self.regions.offer(menu, hit)

    def _list_parts(self, menu: QMenu) -> None:
        menu.clear()
        manifest = self.stage.manifest
        for entry in manifest.parts if manifest else ():
            sub = menu.addMenu(literal(entry.part.label))
            sub.aboutToShow.connect(partial(self._fill_once, sub, entry.part.name))

    def _fill_once(self, menu: QMenu, part: str) -> None:
        menu.clear()
        self.fill(menu, Hit(part, ""))

    # its colours, locks and sources

    def _colours(self, menu: QMenu, manifest: Manifest, hit: Hit) -> None:
        look = self.stage.session.look
        colours = {name: to_hex(rgba) for name, rgba in seen_colours(manifest.materials, hit.part, look).items()}
        labels = {row.name: row.label for row in manifest.materials}
        if hit.material:
            action = menu.addAction(patch(colours[hit.material]), literal(f"{labels[hit.material]} ..."))
            action.triggered.connect(partial(self.view.choose_colour, hit.material))
        names = materials_of(manifest, hit.part)
        sub = menu.addMenu(self.tr("Its colours"))
        for name in names:
            action = sub.addAction(patch(colours[name]), literal(labels[name]))
            action.triggered.connect(partial(self.view.choose_colour, name))

    def _locks(self, menu: QMenu, manifest: Manifest, part: str) -> None:
        """Shape and colours apart: a part's colours are the figure's."""
        kinds = {"shape": [row.name for row in rows_seen(part, manifest.attributes)]}
        if can(manifest, "palette"):
            kinds["colours"] = materials_of(manifest, part)
        words = {
            "shape": (self.tr("Lock its shape"), self.tr("Unlock its shape")),
            "colours": (self.tr("Lock its colours"), self.tr("Unlock its colours")),
        }
        for kind, names in kinds.items():
            locked = set(names) <= self.stage.session.locks
            menu.addAction(words[kind][locked]).triggered.connect(partial(self._lock, names, not locked))

    def _sources(self, menu: QMenu, label: str, part: str) -> None:
        """Looks to take a part from; pointed at, one is tried, and leaves no trace unless it is chosen."""
        session, step = self.stage.session, self.tr("Take {}").format(label)
        before, second = session.look, self.view.mixing.source
        kept = [(favourite.name, favourite.look) for favourite in session.favourites]
        for name, source in [(self.tr("The second look"), second), *kept]:
            if source is None:
                continue
            look = take(take(before, source, [part], "shape", 1.0), source, [part], "colour", 1.0)
            action = menu.addAction(literal(name))
            action.hovered.connect(partial(self._try, step, look))
            action.triggered.connect(partial(self._take, step, look))
        menu.aboutToHide.connect(session.abort)
        menu.setEnabled(not menu.isEmpty())

    # doing it

    def _roll(self, part: str) -> None:
        manifest, session = self.stage.manifest, self.stage.session
        assert manifest is not None
        row = next(entry.part for entry in manifest.parts if entry.part.name == part)
        session.commit()
        look = rolled(self.stage, row, QRandomGenerator.global_().generate())
        if look == session.look:
            self.stage.say(self.tr("{} is locked.").format(row.label))
        session.edit(look, self.tr("Roll {}").format(row.label))

    def _try(self, step: str, look: Look) -> None:
        if not self.stage.session.in_gesture:
            self.stage.session.begin(step)
        self.stage.session.edit(look, step)

    def _take(self, step: str, look: Look) -> None:
        self.stage.session.abort()
        self.stage.session.edit(look, step)

    def _reset(self, part: Part) -> None:
        """To its defaults, or inside a region to what the look has around it."""
        manifest, session = self.stage.manifest, self.stage.session
        assert manifest is not None
        rows, label = manifest.attributes, self.tr("Reset {}").format(part.label)
        if self.stage.region is None:
            session.edit(reset_part(session.look, rows, part.name), label)
        else:
            own, colours = own_rows(rows, part.name), materials_of(manifest, part.name)
            session.edit(confined(session.look, session.project.look, own, [part], colours), label)

    def _lock(self, names: list[str], locked: bool) -> None:
        session = self.stage.session
        session.set_locks(session.locks | set(names) if locked else session.locks - set(names))
