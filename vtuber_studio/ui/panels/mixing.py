"""Style mixing: take the shape or the colour of any part from a second look; ticked parts, several at once."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRandomGenerator, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vtuber_studio.core.attribute import Attribute, Value
from vtuber_studio.core.look import Look
from vtuber_studio.core.mixing import Kind, take, taken
from vtuber_studio.core.morph import between
from vtuber_studio.engine.fitting import fit, persona
from vtuber_studio.engine.manifest import can
from vtuber_studio.ui.shares import outside, shares
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.thumbnails import Thumbnails
from vtuber_studio.ui.widgets.section import Section, clear, scroll_column
from vtuber_studio.ui.widgets.value_row import ValueRow
from vtuber_studio.ui.widgets.words import literal

KINDS: tuple[Kind, ...] = ("shape", "colour")
PASSED = 500  # looks between two that are known again


class MixingPanel(QWidget):
    """The second look above; for each part how much of its shape and of its colour is taken."""

    file_wanted = Signal()  # to be taken from

    def __init__(self, stage: Stage, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage, self.thumbnails = stage, thumbnails
        self.source: Look | None = None
        self._document = -1  # that the source belongs to; in another one it is what is mixed in there
        self._way: dict[Look, float] = {}  # looks between the one at 0 and the source -> how far they are
        self.ticks: dict[str, QCheckBox] = {}
        self.rows: dict[tuple[str, Kind], ValueRow] = {}
        self.column = scroll_column(self)
        self.column.addWidget(self._head())
        stage.loaded.connect(self.build)
        stage.changed.connect(self.refresh)
        if stage.manifest is not None:
            self.build()

    def _head(self) -> QWidget:
        head = QWidget()
        self.picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.picture.setFixedSize(120, 120)
        self.picture.setObjectName("thumbnail")
        self.another_button = QPushButton(self.tr("Roll another"))
        self.another_button.clicked.connect(lambda: self.roll_source())
        self.favourites = QToolButton()
        self.favourites.setText(self.tr("From favourites ..."))
        self.favourites.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.favourites.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.favourites_menu = QMenu(self)
        self.favourites.setMenu(self.favourites_menu)
        self.favourites_menu.aboutToShow.connect(self._fill_favourites)
        self.file_button = QPushButton(self.tr("From a file ..."))
        self.file_button.setToolTip(self.tr("A project, a look, or a drawing or photo that is read; dropped here, too"))
        self.file_button.clicked.connect(self.file_wanted)
        self.hold_button = QPushButton(self.tr("Hold current look"))
        self.hold_button.setToolTip(self.tr("Make the present look the second one, then change the present one"))
        self.hold_button.clicked.connect(lambda: self.set_source(self.stage.session.look))
        column, buttons = QVBoxLayout(), QGridLayout()
        for widget in (self.another_button, self.favourites, self.file_button, self.hold_button):
            column.addWidget(widget)
        column.addStretch(1)
        self.take_buttons: dict[str, QPushButton] = {}
        for index, (label, kind, amount) in enumerate(
            (
                (self.tr("Shapes"), "shape", 1.0),
                (self.tr("Colours"), "colour", 1.0),
                (self.tr("Nothing"), "", 0.0),
            )
        ):
            button = QPushButton(label)
            button.setToolTip(self.tr("Of every part that is ticked"))
            button.clicked.connect(partial(self.take_all, kind, amount))
            buttons.addWidget(button, 0, index)
            self.take_buttons[kind] = button
        row = QHBoxLayout()
        row.addWidget(self.picture)
        row.addLayout(column)
        layout = QVBoxLayout(head)
        layout.setContentsMargins(0, 0, 0, 0)
        tip = self.tr("All of her, from the present look to the second one; styles switch half way")
        way = Attribute("morph", self.tr("Morph into"), "Mixing", low=0, high=1, tip=tip)
        self.morph = ValueRow(way, lockable=False)
        self.morph.pressed.connect(partial(self.stage.session.begin, self.tr("Morph")))
        self.morph.moved.connect(self.morph_to)
        self.morph.released.connect(self.stage.session.commit)
        layout.addLayout(row)
        layout.addWidget(self.morph)
        layout.addLayout(buttons)
        return head

    def build(self) -> None:
        """Make the rows anew from the manifest."""
        clear(self.column, 1)
        self.rows, before, self.ticks = {}, self.ticks, {}
        assert self.stage.manifest is not None
        kinds = KINDS if can(self.stage.manifest, "palette") else KINDS[:1]
        self.take_buttons["colour"].setVisible("colour" in kinds)
        for entry in self.stage.manifest.parts:
            part = entry.part
            section = Section(part.label)
            tick = self.ticks[part.name] = QCheckBox(checked=part.name not in before or before[part.name].isChecked())
            tick.setToolTip(self.tr("Taken along by the buttons above, and when a favourite is mixed in whole"))
            tick.setAccessibleName(self.tr("Take {} along").format(part.label))
            section.add_beside(tick)
            for kind in kinds:
                tip = self.tr("How much of the {} comes from the second look").format(kind)
                row = ValueRow(
                    Attribute(f"{part.name}_{kind}", kind.capitalize(), "Mixing", low=0, high=1, tip=tip),
                    lockable=False,
                )
                row.speak_as(f"{part.label}, {kind}")
                row.pressed.connect(partial(self.stage.session.begin, self.tr("Mix {}").format(part.label)))
                row.moved.connect(partial(self._set, part.name, kind))
                row.released.connect(self.stage.session.commit)
                self.rows[part.name, kind] = row
                section.body.addWidget(row)
            self.column.addWidget(section)
        self.column.addStretch(1)
        if self.source is None:
            self._show_source(persona(self.stage.manifest, QRandomGenerator.global_().generate()))
        else:  # another generator draws it otherwise, and may not know all of it
            self._show_source(fit(self.source, self.stage.manifest).value)
        self.refresh()

    @property
    def ticked(self) -> list[str]:
        """Parts that go along when several are taken."""
        return [part for part, tick in self.ticks.items() if tick.isChecked()]

    def refresh(self) -> None:
        """Show how much each part takes, and from whom if not from the look above."""
        session = self.stage.session
        mixes = session.look.mixes
        if mixes and session.document != self._document:
            self._document = session.document
            if not any(mix.look == self._plain_source for mix in mixes):
                self._show_source(mixes[-1].look)
        source, whose = self._plain_source, {kind: shares(self.stage, kind) for kind in KINDS}
        for (part, kind), row in self.rows.items():
            mix = taken(session.look, part, kind) if mixes else None
            row.set_value(getattr(mix, kind) if mix else 0.0)
            row.set_mixed(whose[kind].get(part, "") if mix and mix.look != source else "")
            row.set_idle(outside(self.stage, (part,)))
        self.morph.set_value(self._way.get(session.look, 0.0) if self._way else 0.0)

    def set_source(self, look: Look) -> None:
        """Choose the second look; what was taken from another look before stays taken from that."""
        self._document = self.stage.session.document
        self._show_source(look)
        self.refresh()

    def _show_source(self, look: Look) -> None:
        self.source, self._way = look, {}
        self.picture.clear()  # of someone else
        self.thumbnails.show(look, partial(self._show_picture, look))

    @property
    def _plain_source(self) -> Look | None:
        return self.source and self.source.with_(mixes=())

    def roll_source(self, seed: int | None = None) -> None:
        """A random second look."""
        manifest = self.stage.manifest
        if manifest is not None:
            seed = QRandomGenerator.global_().generate() if seed is None else seed
            self.set_source(persona(manifest, seed))

    def take_all(self, kind: str, amount: float) -> None:
        """Take one kind of every ticked part, or nothing of them; inside a region, of its parts alone."""
        look, parts = self.stage.session.look, [part for part in self.ticked if not outside(self.stage, (part,))]
        for each in KINDS:
            if kind in (each, ""):
                look = take(look, self.source, parts, each, amount)
        self.stage.session.edit(look, self.tr("Mix"))

    def morph_to(self, amount: Value) -> None:
        """So far on the way from the look that was there to the second one. What was passed on the way is known again
        after undo, and the way goes on from where it began until she is changed otherwise."""
        manifest, session = self.stage.manifest, self.stage.session
        if manifest is None or self.source is None:
            return
        if session.look not in self._way:
            self._way = {session.look: 0.0}
        first = next(iter(self._way))
        other = self.source.with_(background=first.background)
        parts = [entry.part for entry in manifest.parts]
        look = between(first, other, manifest.attributes, manifest.materials, parts, float(amount))
        if len(self._way) > PASSED:
            self._way = {first: 0.0, session.committed: self._way.get(session.committed, 0.0)}
        self._way.setdefault(look, float(amount))
        session.edit(look, self.tr("Morph"))

    def _set(self, part: str, kind: Kind, value: Value) -> None:
        assert self.stage.manifest is not None
        session = self.stage.session
        label = next(entry.part.label for entry in self.stage.manifest.parts if entry.part.name == part)
        mixed = take(session.look, self.source, [part], kind, float(value))
        session.edit(mixed, self.tr("Mix {}").format(label))

    def _show_picture(self, look: Look, picture: QPixmap) -> None:
        if look != self.source:
            return  # another one has been chosen since
        self.picture.setPixmap(
            picture.scaled(
                self.picture.size(),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        )

    def _fill_favourites(self) -> None:
        menu = self.favourites_menu
        menu.clear()
        for favourite in self.stage.session.project.favourites:
            menu.addAction(literal(favourite.name)).triggered.connect(partial(self.set_source, favourite.look))
        if menu.isEmpty():
            menu.addAction(self.tr("No favourites yet: press F")).setEnabled(False)
