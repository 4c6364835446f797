"""Every material as a swatch with a lock, grouped; a base colour carries its ramp along, a whole group its tips."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from vtuber_studio.core.look import Look
from vtuber_studio.core.mixing import home_of, seen_palette
from vtuber_studio.core.palette import recolour, to_hex, wholes
from vtuber_studio.core.part import Material
from vtuber_studio.engine.manifest import materials_of
from vtuber_studio.ui.colours import Colours
from vtuber_studio.ui.eyesight import warning
from vtuber_studio.ui.panels.harmony_box import HarmonyBox
from vtuber_studio.ui.panels.palette_box import PaletteBox
from vtuber_studio.ui.shares import region_own, shares
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.lock import LockButton
from vtuber_studio.ui.widgets.section import Section, clear, scroll_column
from vtuber_studio.ui.widgets.swatch import Swatch

COLUMNS = 4


def _caption(text: str) -> QLabel:
    caption = QLabel(text, textFormat=Qt.TextFormat.PlainText, wordWrap=True)
    caption.setObjectName("caption")
    policy = caption.sizePolicy()  # which knows that two lines need more height
    policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)  # columns stay equal
    caption.setSizePolicy(policy)
    return caption


class PalettePanel(QWidget):
    """A click opens the colour dialog over the swatches; each colour dragged there is previewed at once."""

    def __init__(self, stage: Stage, colours: Colours | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage, self.colours = stage, colours or Colours(stage)
        self.swatches: dict[str, Swatch] = {}
        self.locks: dict[str, LockButton] = {}
        self.wholes: dict[str, Swatch] = {}  # base -> the swatch of its whole group
        self._materials: dict[str, Material] = {}
        self._ends: dict[str, str] = {}
        self._shown: tuple[object, ...] | None = None
        self.column = scroll_column(self)
        self.palettes = PaletteBox(stage)
        self.harmony = HarmonyBox(stage)
        self.column.addWidget(self.palettes)
        self.column.addWidget(self.harmony)
        self.alike = _caption("")
        self.alike.setToolTip(self.tr("View > As seen by shows her so"))
        self.alike.hide()
        self.column.addWidget(self.alike)
        stage.loaded.connect(self.build)
        stage.changed.connect(self.refresh)
        if stage.manifest is not None:
            self.build()

    def build(self) -> None:
        """Make the swatches anew from the manifest."""
        manifest = self.stage.manifest
        assert manifest is not None
        clear(self.column, kept=3)
        self.palettes.forget()
        self.harmony.build()
        self.swatches, self.locks, self.wholes, self._shown = {}, {}, {}, None
        self._materials = {row.name: row for row in manifest.materials}
        # what a strand turns into toward its tip
        ramps = [cel.ramp for entry in manifest.parts for cel in entry.part.cels]
        self._ends = {base: end for ramp in ramps for base, end in ramp.items() if end != base}
        bases = {group: base for group, base in wholes(manifest.materials).items() if base in self._ends}
        grids: dict[str, QGridLayout] = {}
        for material in manifest.materials:
            if material.group not in grids:
                grids[material.group] = self._section(material.group, bases.get(material.group))
            grid = grids[material.group]
            index = grid.count()
            grid.addLayout(self._cell(material), index // COLUMNS, index % COLUMNS)
        self.column.addStretch(1)
        self.refresh()

    def _section(self, group: str, base: str | None) -> QGridLayout:
        """A group's heading, a swatch for all of it where one base leads it, and the grid of its colours."""
        section, grid = Section(group.capitalize()), QGridLayout()
        if base is not None:
            self.wholes[base] = swatch = Swatch(f"whole_{group}", self.tr("Whole {}").format(group))
            swatch.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            swatch.clicked.connect(partial(self.choose_whole, base))
            section.body.addWidget(swatch)
            section.body.addWidget(_caption(swatch.label))
            section.body.addSpacing(6)
        grid.setSpacing(6)
        for column in range(COLUMNS):
            grid.setColumnStretch(column, 1)
        section.body.addLayout(grid)
        self.column.addWidget(section)
        return grid

    def _cell(self, material: Material) -> QVBoxLayout:
        """A swatch, its lock and its caption."""
        swatch, lock = Swatch(material.name, material.label), LockButton(material.label)
        lock.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # the menu key locks, too
        swatch.setFixedWidth(42)
        swatch.clicked.connect(partial(self.choose, material.name))
        swatch.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        swatch.customContextMenuRequested.connect(partial(self._menu, material.name))
        lock.locked.connect(partial(self._lock, material.name))
        pair, cell = QHBoxLayout(), QVBoxLayout()
        pair.setSpacing(0)
        pair.addWidget(swatch)
        pair.addWidget(lock)
        pair.addStretch(1)
        cell.addLayout(pair)
        cell.addWidget(_caption(material.label))
        cell.addStretch(1)
        cell.setSpacing(1)
        self.swatches[material.name], self.locks[material.name] = swatch, lock
        return cell

    def refresh(self) -> None:
        """Show the session's palette, palettes and locks."""
        self.palettes.refresh()
        self.harmony.refresh()
        if self.stage.manifest is None:
            return
        for name, lock in self.locks.items():
            lock.set_locked(name in self.stage.session.locks)
        look, manifest = self.stage.session.look, self.stage.manifest
        chosen = look.palette
        region = self.stage.region
        inside = None if region is None else {name for part in region.parts for name in materials_of(manifest, part)}
        now = chosen, look.mixes, region and (region.name, region.parts, region.palette)
        if now == self._shown:
            return
        self._shown = now
        parts = self.stage.parts
        seen = seen_palette(manifest.materials, parts, look)
        self.alike.setText(warning(seen, {row.name: row.label for row in manifest.materials}))
        self.alike.setVisible(bool(self.alike.text()))
        colours = {name: to_hex(rgba) for name, rgba in seen.items()}
        homes = home_of(manifest.materials, parts) if look.mixes else {}
        whose = shares(self.stage, "colour")
        for name, swatch in self.swatches.items():
            mixed = whose.get(homes.get(name, ""), "")
            set_by_hand = chosen.get(name, "") not in ("", self._materials[name].colour)
            swatch.setEnabled(inside is None or name in inside)
            hint = mixed if region is None else region_own(self.stage, name)
            if region is not None and not swatch.isEnabled():
                hint = self.tr("It colours nothing inside {}.").format(region.name)
            swatch.show_colour(colours[name], set_by_hand, hint=hint)
        for base, swatch in self.wholes.items():
            swatch.setEnabled(self.swatches[base].isEnabled())
            hint = self.tr("Click to choose; what was set by hand moves along, tips too.")
            swatch.show_colour(colours[base], end=colours[self._ends[base]], hint=hint)

    def set_colour(self, name: str, colour: str) -> None:
        """Set one material's colour as one edit."""
        session = self.stage.session
        session.edit(session.look.paint({name: colour}), self.swatches[name].label)

    def set_whole(self, base: str, colour: str) -> None:
        """Set a group's base, everything that was set by hand in the group moving along, as one edit."""
        session, manifest = self.stage.session, self.stage.manifest
        assert manifest is not None

        def recoloured(one: Look) -> Look:
            return one.with_(palette=recolour(manifest.materials, one.palette, base, colour))

        session.edit(session.committed.through(recoloured), self.wholes[base].label)

    def reset(self, name: str) -> None:
        """Give a material back to its ramp, or its default; inside a region to what the look around it has."""
        session, default = self.stage.session, self._materials[name].colour
        if self.stage.region is not None:
            default = session.project.look.palette.get(name, default)

        def given_back(one: Look) -> Look:
            palette = {key: colour for key, colour in one.palette.items() if key != name}
            return one.with_(palette={**palette, name: default} if default else palette)

        session.edit(session.look.through(given_back), self.swatches[name].label)

    def reveal(self, name: str) -> None:
        """Scroll to a material's swatch, and be there."""
        for area in self.findChildren(QScrollArea):
            area.ensureWidgetVisible(self.swatches[name])
        self.swatches[name].setFocus()

    def _menu(self, name: str, position: QPoint) -> None:
        """What a right click offers; it changes nothing by itself."""
        menu, locked = QMenu(self), name in self.stage.session.locks
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Choose ...")).triggered.connect(partial(self.choose, name))
        back = self.tr("Back to its default") if self._materials[name].colour else self.tr("Follow its base colour")
        menu.addAction(back).triggered.connect(partial(self.reset, name))
        lock = self.tr("Unlock") if locked else self.tr("Lock")
        menu.addAction(lock).triggered.connect(partial(self._lock, name, not locked))
        menu.popup(self.swatches[name].mapToGlobal(position))

    def choose(self, name: str) -> None:
        """Choose one material's colour."""
        may_be_clear = len(self._materials[name].colour) == 9
        self._choose(self.swatches[name], partial(self.set_colour, name), may_be_clear)

    def choose_whole(self, base: str) -> None:
        """Choose the colour of a whole group."""
        self._choose(self.wholes[base], partial(self.set_whole, base))

    def _choose(self, swatch: Swatch, put: Callable[[str], None], may_be_clear: bool = False) -> None:
        """Open the colour dialog; cancelling takes the preview back, one undo step otherwise."""
        session = self.stage.session
        cover = "ff" if may_be_clear and len(swatch.colour) == 7 else ""
        session.begin(swatch.label)
        dialog = self.colours.choose(swatch.label, swatch.colour + cover, self, put)
        dialog.accepted.connect(session.commit)
        dialog.rejected.connect(session.abort)
        # over the swatches, not over her face
        dialog.move(self.mapToGlobal(QPoint(0, max(0, self.height() - dialog.sizeHint().height()))))

    def _lock(self, name: str, locked: bool) -> None:
        locks = self.stage.session.locks
        self.stage.session.set_locks(locks | {name} if locked else locks - {name})
