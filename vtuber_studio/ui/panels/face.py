"""What the face does and where the head is: presets and sliders. Undone like all else, but in no file of hers."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.pose import POSE_ROWS, PRESETS
from vtuber_studio.engine.manifest import can
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.section import Section, clear, scroll_column
from vtuber_studio.ui.widgets.value_row import ValueRow

COLUMNS = 15  # of the grid of presets: three moods in a row, or five vowels


class FacePanel(QWidget):
    """Presets above, then every expression and pose slider."""

    def __init__(self, stage: Stage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage = stage
        self.rows: dict[str, ValueRow] = {}
        self.presets: dict[str, QPushButton] = {}
        self.column = scroll_column(self)
        stage.loaded.connect(self.build)
        stage.changed.connect(self.refresh)
        if stage.manifest is not None:
            self.build()

    def build(self) -> None:
        """Make the rows anew from the manifest."""
        clear(self.column)
        self.rows, self.presets = {}, {}
        assert self.stage.manifest is not None
        if can(self.stage.manifest, "expression"):
            self._build_presets()
        for title, rows, setter in (
            (self.tr("Expression"), self._expressions, self.stage.set_expression),
            (self.tr("Pose"), POSE_ROWS, self.stage.set_pose),
        ):
            if not rows:
                continue
            section = Section(title)
            for attribute in rows:
                row = ValueRow(attribute, lockable=False)
                row.pressed.connect(partial(self.stage.session.begin, attribute.label))
                row.moved.connect(partial(setter, attribute.name))
                row.released.connect(self.stage.session.commit)
                self.rows[attribute.name] = row
                section.body.addWidget(row)
            self.column.addWidget(section)
        self.column.addStretch(1)
        self.refresh()

    @property
    def _expressions(self) -> tuple[Attribute, ...]:
        manifest = self.stage.manifest
        return manifest.expressions if manifest is not None and can(manifest, "expression") else ()

    def _build_presets(self) -> None:
        section, grid = Section(self.tr("Presets")), QGridLayout()
        grid.setSpacing(4)
        places: dict[int, int] = {}  # columns a button -> buttons so far
        for name in PRESETS:
            width = 3 if len(name) == 1 else 5
            index = places[width] = places.get(width, -1) + 1
            line, column = divmod(index * width, COLUMNS)
            button = QPushButton(name.capitalize())
            button.setObjectName(f"preset_{name}")
            button.clicked.connect(partial(self.apply, name))
            grid.addWidget(button, line + (len(PRESETS) if width == 3 else 0), column, 1, width)  # vowels below
            self.presets[name] = button
        section.body.addLayout(grid)
        self.column.addWidget(section)

    def refresh(self) -> None:
        """Show the live expression and pose."""
        for name, row in self.rows.items():
            pose = getattr(self.stage.pose, name, row.attribute.default)
            row.set_value(self.stage.expression.get(name, pose))

    def apply(self, name: str) -> None:
        """Take a preset's expression; what it does not name returns to rest."""
        self.stage.make_face(PRESETS[name], self.stage.pose, name.capitalize())
