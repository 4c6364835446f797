"""Sliders of every attribute, in sections by group, each with a lock."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QPushButton, QToolButton, QWidget

from vtuber_studio.core.attribute import Value
from vtuber_studio.core.mixing import seen_palette, seen_value
from vtuber_studio.core.palette import to_hex
from vtuber_studio.engine.manifest import can
from vtuber_studio.ui.choices import open_grid
from vtuber_studio.ui.shares import of_parts, outside, region_own, shares
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.synonyms import matches
from vtuber_studio.ui.thumbnails import Thumbnails
from vtuber_studio.ui.variations import varied_parts
from vtuber_studio.ui.widgets.icons import patch
from vtuber_studio.ui.widgets.section import Section, clear, scroll_column
from vtuber_studio.ui.widgets.value_row import ValueRow
from vtuber_studio.ui.widgets.words import literal


class AttributesPanel(QWidget):
    """Built from the generator's own table; a drag is one undo step. The search finds choices and colours, too."""

    variations_asked = Signal(object, str)  # a menu to fill, and the group that it is for
    colour_wanted = Signal(str)  # a material that was searched for

    def __init__(self, stage: Stage, thumbnails: Thumbnails | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage, self.thumbnails = stage, thumbnails
        self.rows: dict[str, ValueRow] = {}
        self.sections: dict[str, Section] = {}
        self.column = scroll_column(self)
        self.search = QLineEdit(placeholderText=self.tr("Find a slider, a style, a colour"), clearButtonEnabled=True)
        self.search.setAccessibleName(self.search.placeholderText())
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        self.colours = Section(self.tr("Colours"))
        self.colours.hide()
        self._found: dict[str, QPushButton] = {}  # materials that were searched for
        self.nothing = QLabel(self.tr("Nothing is called that."), wordWrap=True, visible=False)
        self.nothing.setObjectName("caption")
        for widget in (self.search, self.nothing):
            self.column.addWidget(widget)
        stage.loaded.connect(self.build)
        stage.changed.connect(self.refresh)
        if stage.manifest is not None:
            self.build()

    def build(self) -> None:
        """Make the rows anew from the manifest."""
        self.column.removeWidget(self.colours)
        clear(self.column, 2)
        self.rows, self.sections = {}, {}
        stage = self.stage
        assert stage.manifest is not None
        for attribute in stage.manifest.attributes:
            if attribute.group not in self.sections:
                self.sections[attribute.group] = Section(attribute.group)
                self._offer_variations(self.sections[attribute.group], attribute.group)
                self.column.addWidget(self.sections[attribute.group])
            row = ValueRow(attribute)
            row.pressed.connect(partial(self.stage.session.begin, attribute.label))
            row.moved.connect(partial(self._set, attribute.name))
            row.released.connect(self.stage.session.commit)
            row.locked.connect(partial(self._lock, attribute.name))
            if attribute.choices and self.thumbnails is not None:
                row.combo.pictured = True
                row.combo.asked.connect(partial(open_grid, stage, self.thumbnails, attribute, row.combo))
            self.rows[attribute.name] = row
            self.sections[attribute.group].body.addWidget(row)
        self.column.addWidget(self.colours)  # a search is for what stands on this panel first
        self.column.addStretch(1)
        if self.search.text():
            self._filter(self.search.text())
        self.refresh()

    def _offer_variations(self, section: Section, group: str) -> None:
        """A button beside the heading, where the group's sliders shape a part of their own."""
        assert self.stage.manifest is not None
        if self.thumbnails is None or not varied_parts(self.stage.manifest, group):
            return
        button = QToolButton(text=self.tr("Vary"), autoRaise=True)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # arrows go from sliders to the heading; menus have the same
        button.setObjectName("vary")
        button.setAccessibleName(self.tr("Variations: {}").format(group))
        button.setToolTip(self.tr("One part rolled anew, in pictures"))
        menu = QMenu(button)
        menu.aboutToShow.connect(lambda: self.variations_asked.emit(menu, group))
        button.setMenu(menu)
        section.add_beside(button)

    def refresh(self) -> None:
        """Show the session's look."""
        self._show_colours()
        look, locks = self.stage.session.look, self.stage.session.locks
        bare, whose = self._bare(), shares(self.stage, "shape")
        outer = None if self.stage.region is None else self.stage.session.project.look
        for name, row in self.rows.items():
            row.set_value(seen_value(row.attribute, look))
            row.rest = row.attribute.default if outer is None else outer.attributes.get(name, row.attribute.default)
            mixed = of_parts(whose, row.attribute.parts)
            row.set_mixed("\n".join(filter(None, (region_own(self.stage, name), mixed))))
            row.set_locked(name in locks)
            row.set_idle(bare.get(name, ""))

    def _bare(self) -> dict[str, str]:
        """Rows that move nothing now, each with the sentence that says why: all their parts are empty, or none is in
        the region that was entered."""
        look, manifest = self.stage.session.look, self.stage.manifest
        empty: dict[str, str] = {}
        for part in (entry.part for entry in manifest.parts) if manifest else ():
            for name, choice in part.empty_when.items():
                if seen_value(self.rows[name].attribute, look, part.name) == choice:
                    empty[part.name] = name
        causes = {name: [empty.get(part) for part in row.attribute.parts] for name, row in self.rows.items()}
        none = self.tr("Nothing to move while there is none: {}.")
        bare = {
            name: none.format(self.rows[found[0]].attribute.label)
            for name, found in causes.items()
            if found and found[0] is not None and all(found) and name not in found
        }
        outer = {name: outside(self.stage, row.attribute.parts) for name, row in self.rows.items()}
        return bare | {name: why for name, why in outer.items() if why}

    def _set(self, name: str, value: Value) -> None:
        session = self.stage.session
        session.edit(session.look.set(**{name: value}), self.rows[name].attribute.label)

    def _lock(self, name: str, locked: bool) -> None:
        locks = self.stage.session.locks
        self.stage.session.set_locks(locks | {name} if locked else locks - {name})

    def _filter(self, text: str) -> None:
        wanted = text.strip()
        for row in self.rows.values():
            attribute = row.attribute
            words = (attribute.label, attribute.name, attribute.group, *attribute.choices)
            row.setVisible(matches(wanted, words))
        for group, section in self.sections.items():
            rows = [row for row in self.rows.values() if row.attribute.group == group]
            section.setVisible(any(not row.isHidden() for row in rows))
        found = self._fill_colours(wanted)
        self.nothing.setVisible(not found and all(row.isHidden() for row in self.rows.values()))

    def _fill_colours(self, wanted: str) -> bool:
        """Offer the colours that are called so; False when there is none."""
        clear(self.colours.body)
        self._found, manifest = {}, self.stage.manifest
        if wanted and manifest is not None and can(manifest, "palette"):
            for material in manifest.materials:
                if matches(wanted, (material.label, material.name, material.group, self.tr("colour"))):
                    button = self._found[material.name] = QPushButton(literal(material.label))
                    button.clicked.connect(partial(self.colour_wanted.emit, material.name))
                    self.colours.body.addWidget(button)
        self._show_colours()
        self.colours.setVisible(bool(self._found))
        return bool(self._found)

    def _show_colours(self) -> None:
        """What was searched for, in the colours that are seen."""
        manifest = self.stage.manifest
        if self._found and manifest is not None:
            parts = [entry.part for entry in manifest.parts]
            seen = seen_palette(tuple(manifest.materials), parts, self.stage.session.look)
            for name, button in self._found.items():
                button.setIcon(patch(to_hex(seen[name])))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc ends the search."""
        if watched is self.search and isinstance(event, QKeyEvent) and self._ends_search(event):
            self.search.clear()
            return True
        return super().eventFilter(watched, event)

    def _ends_search(self, event: QKeyEvent) -> bool:
        pressed = event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape
        return pressed and bool(self.search.text())
