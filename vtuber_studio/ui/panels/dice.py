"""The dice: everything, one group, or a little different; the seed can be seen and typed."""

from __future__ import annotations

from PySide6.QtCore import QRandomGenerator, QSignalBlocker
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from vtuber_studio.core.dice import COLOURS, roll, vary
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import parse_seed
from vtuber_studio.engine.manifest import can
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.icons import icon


class DicePanel(QWidget):
    """A bar of buttons. Locked attributes and colours always stay."""

    def __init__(self, stage: Stage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage = stage
        self.roll_button = QPushButton(icon("dice"), self.tr("Roll"))
        self.roll_button.setObjectName("primary")
        self.roll_button.setToolTip(self.tr("A new persona; locked sliders stay (R)"))
        self.roll_button.clicked.connect(lambda: self.roll())
        self.vary_button = QPushButton(self.tr("A little different"))
        self.vary_button.setToolTip(self.tr("Move everything that is not locked a little (Shift+R)"))
        self.vary_button.clicked.connect(lambda: self.vary())
        self.group = QComboBox()
        self.group.setMinimumWidth(118)
        self.group.setToolTip(self.tr("What the dice may change"))
        self.seed = QLineEdit()
        self.seed.setFixedWidth(104)
        self.seed.setToolTip(self.tr("The seed of this roll. Type a number or any word, then Enter."))
        self.seed.setAccessibleName(self.tr("Seed"))
        self.seed.returnPressed.connect(self._typed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 2, 4, 2)
        for widget in (self.roll_button, self.group, self.vary_button, QLabel(self.tr("Seed")), self.seed):
            layout.addWidget(widget)
        stage.loaded.connect(self.build)
        stage.changed.connect(self.refresh)
        if stage.manifest is not None:
            self.build()

    def build(self) -> None:
        """List the groups of the manifest."""
        assert self.stage.manifest is not None
        self.group.clear()
        self.group.addItem(self.tr("Everything"), None)
        for name in dict.fromkeys(row.group for row in self.stage.manifest.attributes):
            self.group.addItem(name, name)
        if can(self.stage.manifest, "palette"):
            self.group.addItem(self.tr("Colours"), COLOURS)
        self.refresh()

    def refresh(self) -> None:
        """Show the current seed."""
        if not self.seed.hasFocus():
            with QSignalBlocker(self.seed):
                self.seed.setText(str(self.stage.session.look.seed))

    def roll(self, seed: int | None = None) -> None:
        """Roll what the group box says, from a fresh seed or the given one."""
        manifest, session = self.stage.manifest, self.stage.session
        if manifest is None:
            return
        seed = QRandomGenerator.global_().generate() if seed is None else seed
        parts = [entry.part for entry in manifest.parts]
        look = roll(
            session.look,
            manifest.attributes,
            manifest.materials,
            parts,
            seed,
            session.locks,
            self.group.currentData(),
            manifest.dice,
        )
        session.edit(look, self.tr("Roll"))

    def vary(self) -> None:
        """A little different."""
        manifest, session = self.stage.manifest, self.stage.session
        if manifest is None:
            return
        parts = [entry.part for entry in manifest.parts]
        seed = QRandomGenerator.global_().generate()
        look = vary(
            session.look, manifest.attributes, manifest.materials, parts, seed, session.locks, rules=manifest.dice
        )
        session.edit(look, self.tr("A little different"))

    def _typed(self) -> None:
        try:
            seed = parse_seed(self.seed.text())
        except StudioError as error:
            self.stage.fail(error.message, error.hint)
            return
        self.seed.clearFocus()
        self.roll(seed)
