"""Colours that go together: one in harmony with another, tried while pointed at; the hues of a whole group turned."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QSignalBlocker, Signal
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy

from vtuber_studio.core.attribute import Attribute, Value
from vtuber_studio.core.look import Look
from vtuber_studio.core.mixing import seen_palette
from vtuber_studio.core.palette import recolour, to_hex, wholes
from vtuber_studio.core.schemes import HARMONIES, group_turned, in_harmony
from vtuber_studio.engine.manifest import materials_of
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.section import Section
from vtuber_studio.ui.widgets.swatch import Swatch
from vtuber_studio.ui.widgets.value_row import ValueRow

LEADING = ("hair.base", "eye.iris", "cloth.base", "trim.base", "accent.base", "deco.base", "hair.tip")  # offered


class Suggestion(Swatch):
    """A colour that is ``tried`` while it is pointed at, and ``left`` then."""

    tried = Signal()
    left = Signal()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Pointed at."""
        super().enterEvent(event)
        if self.isEnabled():
            self.tried.emit()

    def leaveEvent(self, event: QEvent) -> None:
        """No more."""
        super().leaveEvent(event)
        self.left.emit()


class HarmonyBox(Section):
    """Two choices, five swatches; a group and a slider."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(self.tr("Harmony"), is_open=False)  # what is chosen most stands below
        self.stage = stage
        self._trying = self._turning = False
        self.target, self.base, self.group = QComboBox(), QComboBox(), QComboBox()
        for combo, name in ((self.target, self.tr("Colour that changes")), (self.base, self.tr("Goes with"))):
            combo.setAccessibleName(name)
            combo.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            combo.currentIndexChanged.connect(lambda _index: self.refresh())
        line, row = QHBoxLayout(), QHBoxLayout()
        line.addWidget(self.target, 1)
        line.addWidget(QLabel(self.tr("to go with")))
        line.addWidget(self.base, 1)
        words = {
            "complement": self.tr("Complement: the opposite hue"),
            "neighbour": self.tr("Neighbour: the next hue"),
            "other neighbour": self.tr("Neighbour: the hue before"),
            "triad": self.tr("Triad: a third of the circle on"),
            "other triad": self.tr("Triad: a third of the circle back"),
        }
        self.suggestions: dict[str, Suggestion] = {}
        for name in HARMONIES:
            swatch = Suggestion(f"harmony_{name.replace(' ', '_')}", words[name])
            swatch.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            swatch.tried.connect(partial(self.attempt, name))
            swatch.left.connect(self.leave)
            swatch.clicked.connect(partial(self.take, name))
            row.addWidget(swatch)
            self.suggestions[name] = swatch
        self.group.setAccessibleName(self.tr("Group whose hues are turned"))
        self.group.currentIndexChanged.connect(lambda _index: self.refresh())
        self.turn = ValueRow(Attribute("hue", self.tr("Turn its hues"), "", low=-180, high=180), lockable=False)
        self.turn.pressed.connect(self._begin)
        self.turn.moved.connect(self._turn)
        self.turn.released.connect(self._end)
        self.body.setSpacing(4)
        self.body.addLayout(line)
        self.body.addLayout(row)
        self.body.addWidget(self.group)
        self.body.addWidget(self.turn)

    def build(self) -> None:
        """Fill the choices from the manifest."""
        manifest = self.stage.manifest
        assert manifest is not None
        labels = {row.name: row.label for row in manifest.materials}
        leading = [name for name in LEADING if name in labels]
        groups = dict.fromkeys(row.group for row in manifest.materials)
        first = {self.target: 1, self.base: 0, self.group: [*groups].index("hair") if "hair" in groups else 0}
        for combo, items in (
            (self.target, [(labels[name], name) for name in leading]),
            (self.base, [(labels[name], name) for name in leading]),
            (self.group, [(self.tr("All of {}").format(group), group) for group in groups]),
        ):
            with QSignalBlocker(combo):
                combo.clear()
                for label, data in items:
                    combo.addItem(label, data)
                combo.setCurrentIndex(min(first[combo], combo.count() - 1))
        self.refresh()

    def refresh(self) -> None:
        """Show what would go together: with what is committed, or trying one would move the others."""
        manifest, target, base = self.stage.manifest, self.target.currentData(), self.base.currentData()
        if manifest is None or target is None or base is None:
            return
        seen = seen_palette(manifest.materials, self.stage.parts, self.stage.session.committed)
        may = target in self._inside() and target != base
        why = self.tr("Choose two colours.") if target == base else self.tr("It colours nothing inside this region.")
        for name, degrees in HARMONIES.items():
            colour = in_harmony(to_hex(seen[target]), to_hex(seen[base]), degrees)
            self.suggestions[name].setEnabled(may)
            hint = self.tr("Point at it to try it, click to take it.") if may else why
            self.suggestions[name].show_colour(colour, hint=hint)
        self.turn.set_idle("" if self._turned_names() else self.tr("Nothing of it is free to change here."))
        if not self._turning:
            self.turn.set_value(0.0)

    def _inside(self) -> set[str]:
        """The materials that can be edited: all, or those of the entered region's parts."""
        manifest, region = self.stage.manifest, self.stage.region
        assert manifest is not None
        if region is None:
            return {row.name for row in manifest.materials}
        return {name for part in region.parts for name in materials_of(manifest, part)}

    # a harmony

    def attempt(self, name: str) -> None:
        """Show her with it."""
        if not self._trying and self.stage.session.in_gesture:
            return  # something else is under way
        self.stage.session.begin(self.target.currentText())
        self._trying = True
        self._paint(self.suggestions[name].colour)

    def leave(self) -> None:
        """Not pointed at: she is as she was."""
        if self._trying:
            self._trying = False
            self.stage.session.abort()

    def take(self, name: str) -> None:
        """Keep it: one step."""
        colour = self.suggestions[name].colour
        self.leave()
        self._paint(colour)

    def _paint(self, colour: str) -> None:
        manifest, target = self.stage.manifest, str(self.target.currentData())
        assert manifest is not None
        whole = target in wholes(manifest.materials).values()

        def painted(one: Look) -> Look:
            put = recolour(manifest.materials, one.palette, target, colour) if whole else {target: colour}
            return one.with_(palette={**one.palette, **put})

        self._edit(painted, self.target.currentText())

    # a group's hues

    def _turned_names(self) -> set[str]:
        manifest, group = self.stage.manifest, self.group.currentData()
        rows = manifest.materials if manifest else ()
        return {row.name for row in rows if row.group == group} & self._inside() - self.stage.session.locks

    def _begin(self) -> None:
        self._turning = True
        self.stage.session.begin(self._label)

    def _end(self) -> None:
        self._turning = False
        self.stage.session.commit()
        self.refresh()

    @property
    def _label(self) -> str:
        return self.tr("Hues of {}").format(self.group.currentData())

    def _turn(self, degrees: Value) -> None:
        """By so much from what they were before the drag."""
        manifest, names = self.stage.manifest, self._turned_names()
        assert manifest is not None

        def turned(one: Look) -> Look:
            return one.with_(palette=group_turned(manifest.materials, one.palette, names, float(degrees)))

        self._edit(turned, self._label)

    def _edit(self, change: Callable[[Look], Look], label: str) -> None:
        session = self.stage.session
        session.edit(session.committed.through(change), label)
