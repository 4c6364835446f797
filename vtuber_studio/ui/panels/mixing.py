"""Style mixing: take the shape or the colour of any part from a second look."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRandomGenerator, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
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
from vtuber_studio.core.look import Look, Mix
from vtuber_studio.engine.fitting import persona
from vtuber_studio.engine.manifest import can
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.thumbnails import Thumbnails
from vtuber_studio.ui.widgets.section import Section, clear, scroll_column
from vtuber_studio.ui.widgets.value_row import ValueRow
from vtuber_studio.ui.widgets.words import literal

KINDS = ("shape", "colour")


class MixingPanel(QWidget):
    """The second look above; for each part how much of its shape and of its colour is taken."""

    def __init__(self, stage: Stage, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage, self.thumbnails = stage, thumbnails
        self.source: Look | None = None
        self.rows: dict[tuple[str, str], ValueRow] = {}
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
        self.hold_button = QPushButton(self.tr("Hold current look"))
        self.hold_button.setToolTip(self.tr("Make the present look the second one, then change the present one"))
        self.hold_button.clicked.connect(lambda: self.set_source(self.stage.session.look))
        column, buttons = QVBoxLayout(), QGridLayout()
        for widget in (self.another_button, self.favourites, self.hold_button):
            column.addWidget(widget)
        column.addStretch(1)
        self.take_buttons: dict[str, QPushButton] = {}
        for index, (label, kind, amount) in enumerate(
            (
                (self.tr("All shapes"), "shape", 1.0),
                (self.tr("All colours"), "colour", 1.0),
                (self.tr("Take nothing"), "", 0.0),
            )
        ):
            button = QPushButton(label)
            button.clicked.connect(partial(self.take_all, kind, amount))
            buttons.addWidget(button, 0, index)
            self.take_buttons[kind] = button
        row = QHBoxLayout()
        row.addWidget(self.picture)
        row.addLayout(column)
        layout = QVBoxLayout(head)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        layout.addLayout(buttons)
        return head

    def build(self) -> None:
        """Make the rows anew from the manifest."""
        clear(self.column, 1)
        self.rows = {}
        assert self.stage.manifest is not None
        kinds = KINDS if can(self.stage.manifest, "palette") else KINDS[:1]
        self.take_buttons["colour"].setVisible("colour" in kinds)
        for entry in self.stage.manifest.parts:
            part = entry.part
            section = Section(part.label)
            for kind in kinds:
                row = ValueRow(
                    Attribute(f"{part.name}_{kind}", kind.capitalize(), "Mixing", low=0, high=1),
                    lockable=False,
                )
                row.pressed.connect(partial(self.stage.session.begin, self.tr("Mix {}").format(part.label)))
                row.moved.connect(partial(self._set, part.name, kind))
                row.released.connect(self.stage.session.commit)
                self.rows[part.name, kind] = row
                section.body.addWidget(row)
            self.column.addWidget(section)
        self.column.addStretch(1)
        if self.source is None:
            self.roll_source()
        self.refresh()

    def refresh(self) -> None:
        """Show how much each part takes."""
        mixes = {mix.part: mix for mix in self.stage.session.look.mixes}
        for (part, kind), row in self.rows.items():
            row.set_value(getattr(mixes[part], kind) if part in mixes else 0.0)

    def set_source(self, look: Look) -> None:
        """Choose the second look; what was taken from another look before stays taken from that."""
        self.source = look
        self.thumbnails.show(look, self._show_picture)

    def roll_source(self, seed: int | None = None) -> None:
        """A random second look."""
        manifest = self.stage.manifest
        if manifest is not None:
            seed = QRandomGenerator.global_().generate() if seed is None else seed
            self.set_source(persona(manifest, seed))

    def take_all(self, kind: str, amount: float) -> None:
        """Take one kind of every part, or nothing at all."""
        session, manifest = self.stage.session, self.stage.manifest
        if manifest is None or self.source is None:
            return
        mixes: tuple[Mix, ...] = ()
        if kind:
            before = {mix.part: mix for mix in session.look.mixes}
            mixes = tuple(
                self._mixed(before.get(entry.part.name), entry.part.name, kind, amount) for entry in manifest.parts
            )
        session.edit(session.look.with_(mixes=mixes), self.tr("Mix"))

    def _set(self, part: str, kind: str, value: Value) -> None:
        assert self.stage.manifest is not None
        session = self.stage.session
        before = {mix.part: mix for mix in session.look.mixes}
        mixed = self._mixed(before.get(part), part, kind, float(value))
        mixes = tuple(mix for mix in session.look.mixes if mix.part != part)
        if mixed.shape or mixed.colour:
            mixes = (*mixes, mixed)
        label = next(entry.part.label for entry in self.stage.manifest.parts if entry.part.name == part)
        session.edit(session.look.with_(mixes=mixes), self.tr("Mix {}").format(label))

    def _mixed(self, before: Mix | None, part: str, kind: str, amount: float) -> Mix:
        assert self.source is not None
        amounts = {"shape": before.shape, "colour": before.colour} if before else {"shape": 0.0, "colour": 0.0}
        # the source's own mixes are left behind, so that mixes of mixes never nest
        return Mix(part, self.source.with_(mixes=()), **{**amounts, kind: amount})

    def _show_picture(self, picture: QPixmap) -> None:
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
