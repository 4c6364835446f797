"""The dice: everything, one group, or a little different; the seed can be seen and typed."""

from __future__ import annotations

from PySide6.QtCore import QRandomGenerator, QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from vtuber_studio.core.dice import COLOURS, roll, vary
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look, parse_seed
from vtuber_studio.core.region import confined
from vtuber_studio.engine.fitting import persona
from vtuber_studio.engine.manifest import can, materials_of
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.icons import icon
from vtuber_studio.ui.widgets.words import fitting


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
        self.group.setAccessibleName(self.tr("What the dice may change"))
        self.seed = QLineEdit()
        self.seed.setFixedWidth(104)
        self.seed.setAccessibleName(self.tr("Seed"))
        self.seed.setPlaceholderText(self.tr("a word"))
        self.seed.returnPressed.connect(self._typed)
        self.seed_label = QLabel()
        # as wide as its longer text, or the buttons would jump
        metrics = self.seed_label.fontMetrics()
        self.seed_label.setMinimumWidth(max(map(metrics.horizontalAdvance, (self.tr("Seed"), self.tr("From seed")))))
        self.seed_label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._typed_words: dict[int, str] = {}  # seed -> what was typed for it
        self._persona: Look | None = None  # of the seed that is shown
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 2, 4, 2)
        for widget in (self.roll_button, self.group, self.vary_button, self.seed_label, self.seed):
            layout.addWidget(widget)
        stage.loaded.connect(self.build)
        stage.changed.connect(self.refresh)
        if stage.manifest is not None:
            self.build()

    def build(self) -> None:
        """List the groups of the manifest."""
        self._persona = None
        assert self.stage.manifest is not None
        self.group.clear()
        self.group.addItem(self.tr("Everything"), None)
        for name in dict.fromkeys(row.group for row in self.stage.manifest.attributes):
            self.group.addItem(name, name)
        if can(self.stage.manifest, "palette"):
            self.group.addItem(self.tr("Colours"), COLOURS)
        self.refresh()

    def refresh(self) -> None:
        """Show the seed, and whether the look is still the persona that it gives."""
        look, manifest = self.stage.session.look, self.stage.manifest
        if manifest is None:
            return
        if self._persona is None or self._persona.seed != look.seed:
            self._persona = persona(manifest, look.seed)
        moved = look.with_(generator="", background="transparent") != self._persona.with_(generator="")
        untouched = look == self.stage.default_look
        self.seed_label.setText(self.tr("From seed") if moved and not untouched else self.tr("Seed"))
        hint = self.tr("Type a number or any word, then Enter, to roll it.")
        if moved and not untouched:
            hint = self.tr("The look has changed since this seed was rolled. Enter rolls it again.") + f"\n{hint}"
        self.seed.setToolTip(hint)
        if not self.seed.hasFocus():
            with QSignalBlocker(self.seed):
                shown = self._typed_words.get(look.seed, str(look.seed))
                self.seed.setText("" if untouched else shown)
                self.seed.setCursorPosition(0)

    def show_seed(self, on: bool) -> None:
        """The seed and its label, or more room for others."""
        for widget in (self.seed_label, self.seed):
            widget.setVisible(on)

    def least_width(self, seed: bool) -> int:
        """Logical pixels that it takes with the seed, or without."""
        buttons = (self.roll_button, self.group, self.vary_button)
        widths = [max(widget.sizeHint().width(), widget.minimumWidth()) for widget in buttons]
        widths += [max(self.seed_label.sizeHint().width(), self.seed_label.minimumWidth()), self.seed.width()] * seed
        layout = self.layout()
        assert layout is not None
        margins = layout.contentsMargins()
        return sum(widths) + layout.spacing() * (len(widths) - 1) + margins.left() + margins.right()

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
        self._put(look, self.tr("Roll"))

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
        self._put(look, self.tr("A little different"))

    def _put(self, look: Look, label: str) -> None:
        """Inside a region its parts alone are rolled: what is no part of it is not kept for later, either."""
        session, region, manifest = self.stage.session, self.stage.region, self.stage.manifest
        if region is not None and manifest is not None:
            parts = [entry.part for entry in manifest.parts if entry.part.name in region.parts]
            colours = {name for part in parts for name in materials_of(manifest, part.name)}
            look = confined(session.look, look, manifest.attributes, parts, colours)
        session.edit(look, label)

    def _typed(self) -> None:
        if not self.seed.text().strip():  # nothing was meant: back to the seed that is there
            self.seed.clearFocus()
            self.refresh()
            return
        try:
            seed = parse_seed(self.seed.text())
        except StudioError as error:
            self.stage.fail(error.message, error.hint)
            return
        self._typed_words = {seed: self.seed.text().strip()}
        self.stage.say(self.tr("Rolled {}").format(fitting(self._typed_words[seed])))  # no complaint stands
        self.seed.clearFocus()
        self.roll(seed)
        self.refresh()
