"""Sliders that move her along a direction of the whole figure, and what one does in words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from vtuber_studio.core.attribute import Attribute, Value
from vtuber_studio.core.direction import FARTHEST, amount_of, slide, whole_figure
from vtuber_studio.core.kept import TaughtDirection
from vtuber_studio.core.moves import in_words, kept_out, left, moves
from vtuber_studio.engine.fitting import tables
from vtuber_studio.engine.manifest import Manifest
from vtuber_studio.ui.shares import outside
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.value_row import ValueRow
from vtuber_studio.ui.widgets.words import fitting

SURE = 0.75  # share of the marked looks that are told apart; below it a direction is a guess
_NAMED = 4  # things of a kind that a summary names


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("along", text)


class DirectionRow(QWidget):
    """A slider, what it does in words, and a menu. It moves her along ``direction``; there is none while nobody here
    has it."""

    def __init__(self, stage: Stage, name: str, with_menu: bool = True) -> None:
        super().__init__()
        self.stage, self.name = stage, name
        self.direction: TaughtDirection | None = None
        self._why, self._parts = tr("This project does not have it."), frozenset[str]()
        attribute = Attribute(f"taught_{name}", name, "Directions", low=-FARTHEST, high=FARTHEST, tip=name)
        self.row = ValueRow(attribute, lockable=False)
        shown = self.row.label.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, self.row.label.width())
        self.row.label.setText(shown)
        self.words = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.words.setObjectName("caption")
        self.words.setContentsMargins(4, 0, 4, 4)
        self.words.setToolTip(tr("At amount 1. Each marked look was left out in turn: did the others place it right?"))
        self.menu_button = QToolButton(text="\N{MIDLINE HORIZONTAL ELLIPSIS}", autoRaise=True)
        self.menu_button.setToolTip(self.tr("Keep something as it is, rename, export, delete"))
        self.menu_button.setAccessibleName(self.tr("What can be done with {}").format(name))
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.menu = QMenu(self.menu_button)
        self.menu_button.setMenu(self.menu)
        said = QHBoxLayout()
        said.setSpacing(0)
        said.addWidget(self.words, 1)
        said.addWidget(self.menu_button, 0, Qt.AlignmentFlag.AlignTop)
        if not with_menu:  # setVisible(True) would make it a window of its own: it has no parent yet
            self.menu_button.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.row)
        column.addLayout(said)
        self.row.pressed.connect(lambda: stage.session.begin(name))
        self.row.moved.connect(self._move)
        self.row.released.connect(stage.session.commit)

    def show_direction(self, direction: TaughtDirection, manifest: Manifest) -> None:
        """What it is now."""
        if direction == self.direction:
            return
        self.direction = direction
        self.words.setText(summary(direction, manifest))
        own = kept_out(direction)
        moved = moves(own, *tables(manifest))
        self._why = "" if moved else tr("Nothing is left that it could move.")
        rows = [row for row in manifest.attributes if row.name in own.attributes]
        coloured = manifest.parts if own.palette else ()
        self._parts = frozenset(own.z) | {part for row in rows for part in row.parts}
        self._parts |= {entry.part.name for entry in coloured}

    def refresh(self) -> None:
        """How far she went."""
        self.row.set_value(amount_of(self.stage.session.look, self.name))
        self.row.set_idle(self._why or outside(self.stage, self._parts))

    def _move(self, value: Value) -> None:
        session, manifest = self.stage.session, self.stage.manifest
        if manifest is not None and self.direction is not None:
            session.edit(slide(session.look, self.direction, float(value), *tables(manifest)), self.name)


def unknown(stage: Stage) -> tuple[str, ...]:
    """Directions that she went along, and neither the project nor the generator has."""
    project, rules = stage.session.project, stage.manifest.dice if stage.manifest else None
    known = {direction.name for direction in (*project.directions, *whole_figure(rules))}
    look = stage.session.look
    return tuple(name for name in look.taught if name not in known and amount_of(look, name))


def strangers(stage: Stage) -> str:
    """The sentence about them; empty when there are none."""
    names = ", ".join(map(fitting, unknown(stage)))
    return tr("; she went along sliders that this project does not have: {}").format(names) if names else ""


def summary(direction: TaughtDirection, manifest: Manifest) -> str:
    """What a direction does, how sure that is, and what it leaves alone."""
    whole = moves(direction, *tables(manifest))
    mostly, besides = in_words(moves(kept_out(direction), *tables(manifest)))
    said = [tr("Moves {}.").format(_listed(mostly, _NAMED)) if mostly else tr("Moves nothing.")]
    said += [tr("Also moves {}.").format(_listed(besides, _NAMED))] if besides else []
    if direction.keep:
        kept = [move.label for move in whole if move.name in direction.keep]
        share = round(100 * left(direction, whole))
        said.append(tr("Keeps {}; {} % of it is left.").format(_listed(kept, _NAMED), share))
    if direction.marked:
        said.append(tr("Told apart {} of {} looks.").format(direction.right, direction.marked))
        said += [tr("That is a guess: mark more.")] if direction.right < SURE * direction.marked else []
    return " ".join(said)


def _listed(words: list[str], most: int) -> str:
    shown = ", ".join(word[:1].lower() + word[1:] for word in words[:most])
    return tr("{} and {} more").format(shown, len(words) - most) if len(words) > most else shown
