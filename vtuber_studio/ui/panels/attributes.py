"""Sliders of every attribute, in sections by group, each with a lock."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from vtuber_studio.core.attribute import Value
from vtuber_studio.ui.choices import open_grid
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.thumbnails import Thumbnails
from vtuber_studio.ui.widgets.section import Section, clear, scroll_column
from vtuber_studio.ui.widgets.value_row import ValueRow


class AttributesPanel(QWidget):
    """Built from the generator's own table; a drag is one undo step."""

    def __init__(self, stage: Stage, thumbnails: Thumbnails | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage, self.thumbnails = stage, thumbnails
        self.rows: dict[str, ValueRow] = {}
        self.sections: dict[str, Section] = {}
        self.column = scroll_column(self)
        self.search = QLineEdit(placeholderText=self.tr("Find a slider"), clearButtonEnabled=True)
        self.search.textChanged.connect(self._filter)
        self.nothing = QLabel(self.tr("No slider is called that."), wordWrap=True, visible=False)
        self.nothing.setObjectName("caption")
        for widget in (self.search, self.nothing):
            self.column.addWidget(widget)
        stage.loaded.connect(self.build)
        stage.changed.connect(self.refresh)
        if stage.manifest is not None:
            self.build()

    def build(self) -> None:
        """Make the rows anew from the manifest."""
        clear(self.column, 2)
        self.rows, self.sections = {}, {}
        stage = self.stage
        assert stage.manifest is not None
        for attribute in stage.manifest.attributes:
            if attribute.group not in self.sections:
                self.sections[attribute.group] = Section(attribute.group)
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
        self.column.addStretch(1)
        if self.search.text():
            self._filter(self.search.text())
        self.refresh()

    def refresh(self) -> None:
        """Show the session's look."""
        look, locks = self.stage.session.look, self.stage.session.locks
        bare = self._bare()
        for name, row in self.rows.items():
            row.set_value(look.attributes.get(name, row.attribute.default))
            row.set_locked(name in locks)
            row.set_idle(bare.get(name, ""))

    def _bare(self) -> dict[str, str]:
        """Rows that move nothing now, all their parts being empty; each with the label of the row that makes it so."""
        look, manifest = self.stage.session.look, self.stage.manifest
        taken = {mix.part for mix in look.mixes}  # of another look, hence there all the same
        empty: dict[str, str] = {}
        for part in (entry.part for entry in manifest.parts) if manifest else ():
            for name, choice in part.empty_when.items():
                if look.attributes.get(name, self.rows[name].attribute.default) == choice and part.name not in taken:
                    empty[part.name] = name
        causes = {name: [empty.get(part) for part in row.attribute.parts] for name, row in self.rows.items()}
        return {
            name: self.rows[found[0]].attribute.label
            for name, found in causes.items()
            if found and found[0] is not None and all(found) and name not in found
        }

    def _set(self, name: str, value: Value) -> None:
        session = self.stage.session
        session.edit(session.look.set(**{name: value}), self.rows[name].attribute.label)

    def _lock(self, name: str, locked: bool) -> None:
        locks = self.stage.session.locks
        self.stage.session.set_locks(locks | {name} if locked else locks - {name})

    def _filter(self, text: str) -> None:
        wanted = text.strip().lower()
        for row in self.rows.values():
            attribute = row.attribute
            row.setVisible(wanted in f"{attribute.label} {attribute.name} {attribute.group}".lower())
        for group, section in self.sections.items():
            rows = [row for row in self.rows.values() if row.attribute.group == group]
            section.setVisible(any(not row.isHidden() for row in rows))
        self.nothing.setVisible(all(row.isHidden() for row in self.rows.values()))
