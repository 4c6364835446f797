"""A wall of looks: thirty-six neighbours of the present one, from nearly the same to anything, to wander among.

They are made and drawn one after another, on the batch lane, and only while they can be seen: a new wall never waits
for the pictures of the last. (Over 300 lines: filling it, and what is done with a look of it, share its rows.)
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from PySide6.QtCore import QPoint, QRandomGenerator, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPixmap, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from vtuber_studio.core.dice import COLOURS, neighbour
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import MAX_SEED, Look
from vtuber_studio.core.mixing import take
from vtuber_studio.core.project import NamedLook
from vtuber_studio.core.region import with_variant
from vtuber_studio.engine.manifest import can
from vtuber_studio.ui.mix_menu import mix_menu
from vtuber_studio.ui.panels.mixing import MixingPanel
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.thumbnails import Thumbnails
from vtuber_studio.ui.variations import varied_parts
from vtuber_studio.ui.widgets.look_grid import LEAST, LookGrid
from vtuber_studio.ui.widgets.open_menu import OpenMenu
from vtuber_studio.ui.widgets.slider import Slider
from vtuber_studio.ui.widgets.strip_page import VIEW
from vtuber_studio.ui.widgets.words import literal

COUNT = 36
NEAREST, FIRST = 5, 50  # hundredths of the way to another persona


class WallPanel(QWidget):
    """Pointing at one shows her on the canvas, a click takes her as one step; the document knows no wall."""

    tried = Signal(object)  # Look, or None: what the canvas is to show instead
    export_asked = Signal(object)  # NamedLook

    def __init__(
        self, stage: Stage, thumbnails: Thumbnails, mixing: MixingPanel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.stage, self.thumbnails, self.mixing = stage, thumbnails, mixing
        self.looks: dict[int, Look] = {}
        self.centre: Look | None = None  # around which they are
        self._first = 0  # seed of the first one
        self._run = 0  # counts walls: what comes of an older one is of no use
        self._next = COUNT  # the next to be drawn
        self._place: tuple[int, int | None] | None = None  # the document, and the region entered in it
        self.scope: dict[str, bool] = {}  # part, or COLOURS -> may it vary?
        self.new_button = QPushButton(self.tr("New wall"))
        self.new_button.setToolTip(self.tr("Thirty-six others around the present look (Space among the pictures)"))
        self.new_button.clicked.connect(lambda: self.fill())
        self.scope_button = QToolButton(popupMode=QToolButton.ToolButtonPopupMode.InstantPopup)
        self.scope_button.setToolTip(self.tr("What differs from picture to picture; all else stays as it is"))
        self.scope_button.setAccessibleName(self.tr("What differs"))
        self.scope_button.setMenu(OpenMenu(self))
        self.slider = Slider(minimum=NEAREST, value=FIRST)
        self.slider.setAccessibleName(self.tr("How different"))
        self.slider.setToolTip(self.tr("From nearly the same to anything"))
        self.slider.sliderReleased.connect(lambda: self.fill(fresh=False))
        self.grid = LookGrid(COUNT)
        self.grid.setAccessibleName(self.tr("Wall of looks"))
        self.grid.tried.connect(self._try)
        self.grid.taken.connect(self.take)
        self.grid.followed.connect(self.follow)
        self.grid.mixed.connect(self.mix)
        self.grid.asked.connect(self.fill)
        self.grid.customContextMenuRequested.connect(self._menu)
        self.setFocusProxy(self.grid)
        self._lay_out()
        stage.loaded.connect(self._on_loaded)
        stage.changed.connect(self._on_change)
        if stage.manifest is not None:
            self._on_loaded()

    def _lay_out(self) -> None:
        buttons, way = QHBoxLayout(), QHBoxLayout()
        buttons.addWidget(self.new_button)
        buttons.addWidget(self.scope_button, 1)
        way.addWidget(QLabel(self.tr("Similar")))
        way.addWidget(self.slider, 1)
        way.addWidget(QLabel(self.tr("Anything")))
        hint = QLabel(self.tr("Click takes one, double click goes on from it, a drag onto another mixes the two."))
        hint.setWordWrap(True)
        hint.setObjectName("caption")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 4)
        layout.setSpacing(4)
        layout.addLayout(buttons)
        layout.addLayout(way)
        layout.addWidget(self.grid, 1)
        layout.addWidget(hint)

    # what may differ

    def _on_loaded(self) -> None:
        manifest, menu = self.stage.manifest, self.scope_button.menu()
        assert manifest is not None
        before, self.scope = self.scope, {}
        menu.clear()
        menu.addAction(self.tr("All of her")).triggered.connect(lambda: self.choose(self.scope))
        menu.addAction(self.tr("Nothing yet")).triggered.connect(lambda: self.choose(()))
        menu.addSeparator()
        labels = {part.name: part.label for part in varied_parts(manifest)}
        labels |= {COLOURS: self.tr("Colours")} if can(manifest, "palette") else {}
        for name, label in labels.items():
            self.scope[name] = before.get(name, True)
            action = menu.addAction(literal(label))
            action.setData(name)
            action.setCheckable(True)
            action.triggered.connect(lambda on=False, name=name: self._tick(name, on))
        self._show_scope()
        self._restart()

    def choose(self, names: Collection[str]) -> None:
        """Let these parts differ, and COLOURS; no others."""
        self.scope = {name: name in names for name in self.scope}
        self._show_scope()
        self.fill(fresh=False)

    def _tick(self, name: str, on: bool) -> None:
        self.choose([each for each, ticked in self.scope.items() if (on if each == name else ticked)])

    def _show_scope(self) -> None:
        labels = []
        for action in self.scope_button.menu().actions():
            if action.isCheckable():
                action.setChecked(self.scope[action.data()])
                labels += [action.text()] if action.isChecked() else []
        if len(labels) == len(self.scope):
            text = self.tr("All of her")
        else:
            text = ", ".join(labels) if 0 < len(labels) < 3 else self.tr("{} parts").format(len(labels))
        self.scope_button.setText(f"{text} \N{BLACK DOWN-POINTING SMALL TRIANGLE}")

    # filling the wall

    @property
    def distance(self) -> float:
        """How far from her they are, up to 1."""
        return self.slider.value() / 100

    @property
    def complete(self) -> bool:
        """True when every picture is there."""
        return not any(self.grid.item(row).icon().isNull() for row in range(COUNT))

    def fill(self, fresh: bool = True) -> None:
        """A new wall around the present look, or, unless ``fresh``, the same one farther or nearer."""
        session = self.stage.session
        if self.stage.manifest is None:
            return
        session.commit()
        self._forget()
        if fresh or self.centre is None:
            self._first = QRandomGenerator.global_().generate()
            self.centre = session.look
        self._next = 0
        self._draw_next(self._run)

    def _forget(self) -> None:
        self.tried.emit(None)
        self.looks, self._run, self._next = {}, self._run + 1, COUNT
        self._place = self.stage.session.document, self.stage.session.entered
        self.grid.renew()

    def _restart(self) -> None:
        self.centre = None
        self._forget()
        if self.isVisible():
            self.fill()

    def _on_change(self) -> None:
        """Another document or region is another wall; the same one stays while its looks are tried and edited."""
        place = self.stage.session.document, self.stage.session.entered
        if place != self._place:
            self._restart()

    def look_of(self, row: int) -> Look:
        """One of them, made when it is first asked for."""
        if row not in self.looks:
            manifest, session, centre = self.stage.manifest, self.stage.session, self.centre
            assert manifest is not None and centre is not None
            parts, seed = [entry.part for entry in manifest.parts], (self._first + row) % (MAX_SEED + 1)
            chosen = None if all(self.scope.values()) else {name for name, on in self.scope.items() if on}
            region = self.stage.region
            if region is not None:
                chosen = (chosen if chosen is not None else set(self.scope)) & {*region.parts, COLOURS}
            self.looks[row] = neighbour(
                centre, manifest.attributes, manifest.materials, parts, seed, self.distance, chosen,
                session.locks, manifest.dice,
            )  # fmt: skip
        return self.looks[row]

    def _whole(self, look: Look) -> Look:
        """All of her, where ``look`` is what she is inside the region that was entered."""
        session = self.stage.session
        return look if session.entered is None else with_variant(session.project.look, session.entered, look)

    def _draw_next(self, run: int) -> None:
        """Make the next one and ask for its picture; a roll takes 5 to 20 ms: one a turn."""
        if run != self._run or self._next >= COUNT or not self.isVisible() or self.centre is None:
            return
        row, self._next = self._next, self._next + 1
        self._draw(row, lambda: QTimer.singleShot(0, self, partial(self._draw_next, run)))

    def _draw(self, row: int, then: Callable[[], object]) -> None:
        look = self.look_of(row)

        def arrived(picture: QPixmap) -> None:
            if self.looks.get(row) is look:
                self.grid.set_picture(row, picture)
            then()

        self.thumbnails.show(self._whole(look), arrived, VIEW, 2 * LEAST)

    def showEvent(self, event: QShowEvent) -> None:
        """The first wall, or what is still missing of it."""
        super().showEvent(event)
        if self.stage.manifest is not None and self.centre is None:
            QTimer.singleShot(0, self, self.fill)
        else:
            self._run += 1
            self._draw_next(self._run)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is pointed at any more."""
        super().hideEvent(event)
        self.tried.emit(None)

    # what is done with one

    def _try(self, row: int) -> None:
        ready = row >= 0 and self.centre is not None and not self.stage.session.in_gesture
        self.tried.emit(self._whole(self.look_of(row)) if ready else None)

    def take(self, row: int) -> None:
        """Make it the present look: one step of undo."""
        if self.centre is None:
            return
        look = self.look_of(row)
        self.grid.item(row).setSelected(True)
        try:
            self.stage.session.commit()
            self.stage.session.edit(look, self.tr("Take from the wall"))
        except StudioError as error:
            self.stage.fail(error.message, error.hint)

    def follow(self, row: int) -> None:
        """Make it the present look, and the centre of a new wall."""
        self.take(row)
        self.fill()

    def mix(self, source: int, target: int) -> None:
        """Half of each, in the place of ``target``."""
        if self.stage.manifest is None:
            return
        parts, other = [entry.part.name for entry in self.stage.manifest.parts], self.look_of(source)
        look = self.look_of(target)
        for kind in ("shape", "colour"):
            look = take(look, other, parts, kind, 0.5)  # type: ignore[arg-type]
        self.looks[target] = look
        self.grid.set_picture(target, None)
        self._draw(target, lambda: None)
        self.stage.say(self.tr("Half of each: click it to take it"))

    def keep(self, row: int) -> None:
        """Keep it as a favourite."""
        try:
            self.stage.session.add_favourite(look=self._whole(self.look_of(row)))
        except StudioError as error:
            self.stage.fail(error.message, error.hint)

    @property
    def dragged(self) -> NamedLook | None:
        """The one that is being dragged."""
        return None if self.grid.dragged is None else self._named(self.grid.dragged)

    def _named(self, row: int) -> NamedLook:
        return NamedLook(self.tr("Look {} of the wall").format(row + 1), self.look_of(row))

    def _menu(self, position: QPoint) -> None:
        item = self.grid.itemAt(position)
        if item is None or self.centre is None:
            return
        row, menu = self.grid.row(item), QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        kept = self._named(row)
        menu.addAction(self.tr("Take") + "\tEnter").triggered.connect(lambda: self.take(row))
        menu.addAction(self.tr("Take, and a new wall") + "\tCtrl+Enter").triggered.connect(lambda: self.follow(row))
        menu.addAction(self.tr("Keep as favourite")).triggered.connect(lambda: self.keep(row))
        self.tried.emit(None)  # the menu tries things, too
        menu.addMenu(mix_menu(self.mixing, kept, menu))
        menu.addSeparator()
        menu.addAction(self.tr("Export PNG ...")).triggered.connect(
            lambda: self.export_asked.emit(NamedLook(kept.name, self._whole(kept.look)))
        )
        menu.popup(self.grid.viewport().mapToGlobal(position))
