"""Sliders along directions: of the whole figure, the user's own first, and the principal ones of each part's z."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QLabel, QWidget

from vtuber_studio.core.attribute import Attribute, Value
from vtuber_studio.core.look import Look
from vtuber_studio.core.mixing import seen_directions
from vtuber_studio.ui.panels.taught_box import TaughtBox, WholeBox
from vtuber_studio.ui.shares import outside, shares
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.section import Section, clear, scroll_column
from vtuber_studio.ui.widgets.value_row import ValueRow

SHOWN = 4  # directions a part; the first few carry nearly all of the variation


class DirectionsPanel(QWidget):
    """One section a part; amounts are in standard deviations."""

    def __init__(self, stage: Stage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage = stage
        self.rows: dict[tuple[str, int], ValueRow] = {}
        self.column = scroll_column(self)
        self.taught = TaughtBox(stage)
        self.whole: WholeBox | None = None
        self.column.addWidget(self.taught)
        stage.loaded.connect(self.build)
        stage.changed.connect(self.refresh)
        if stage.manifest is not None:
            self.build()

    def build(self) -> None:
        """Make the rows anew from the manifest."""
        assert self.stage.manifest is not None
        clear(self.column, 1)
        self.rows = {}
        self.whole = WholeBox(self.stage, self.stage.manifest)
        self.column.addWidget(self.whole)
        words = self.tr("What has no name, part by part: strands, asymmetry, the hand of the artist. Strongest first.")
        intro = QLabel(words)
        intro.setWordWrap(True)
        intro.setObjectName("caption")
        self.column.addWidget(intro)
        alone = len(self.stage.manifest.parts) == 1
        for entry in self.stage.manifest.parts:
            part = entry.part
            if not part.z_dim:
                continue
            section = Section(part.label, is_open=alone or part.name.startswith("hair"))
            for index in range(min(SHOWN, part.z_dim)):
                label = self.tr("Direction {}").format(index + 1)
                row = ValueRow(Attribute(f"{part.name}_{index}", label, "Directions", low=-3, high=3), lockable=False)
                step = f"{part.label}, {label.lower()}"
                row.speak_as(step)
                row.pressed.connect(partial(self.stage.session.begin, step))
                row.moved.connect(partial(self._set, part.name, index, step))
                row.released.connect(self.stage.session.commit)
                self.rows[part.name, index] = row
                section.body.addWidget(row)
            self.column.addWidget(section)
        self.column.addStretch(1)
        self.refresh()

    def refresh(self) -> None:
        """Show the session's offsets."""
        self.taught.refresh()
        if self.whole is not None:
            self.whole.refresh()
        look, whose = self.stage.session.look, shares(self.stage, "shape")
        for (part, index), row in self.rows.items():
            amounts = seen_directions(look, part)
            row.set_value(amounts[index] if index < len(amounts) else 0.0)
            row.set_mixed(whose.get(part, ""))
            row.set_idle(outside(self.stage, (part,)))

    def _set(self, part: str, index: int, step: str, value: Value) -> None:
        def moved(one: Look) -> Look:
            amounts = list(one.directions.get(part, ()))
            amounts += [0.0] * (index + 1 - len(amounts))
            amounts[index] = float(value)
            directions = {**one.directions, part: tuple(amounts)}
            if not any(amounts):
                del directions[part]
            return one.with_(directions=directions)

        session = self.stage.session
        session.edit(session.look.through(moved), step)
