"""Teach a slider: looks are marked as more or as less of something, and it is said at once what that would move."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from msgspec import structs
from PySide6.QtCore import QRandomGenerator, Qt, QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vtuber_studio.core.dice import neighbour
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.kept import MAX_NAME, TaughtDirection
from vtuber_studio.core.look import MAX_SEED, Look
from vtuber_studio.core.teach import teach
from vtuber_studio.engine.fitting import fit, persona, tables
from vtuber_studio.engine.manifest import Manifest
from vtuber_studio.ui.along import summary
from vtuber_studio.ui.panels.taught_box import TaughtBox
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.thumbnails import Thumbnails
from vtuber_studio.ui.widgets.choice_grid import CELL, ICON
from vtuber_studio.ui.widgets.mark_grid import LESS, MORE, SIGNS, MarkGrid
from vtuber_studio.ui.widgets.strip_page import VIEW

FIRST, STEP, MOST = 24, 12, 120  # looks at the beginning; more of them at a click; in all
FAVOURITES = 60
NEAR = 0.6  # how far those are that are like her, of the way to anyone
COLUMNS, ROWS = 6, 4


class TeachDialog(QDialog):
    """Not modal: she is to be seen meanwhile. ``then`` gets the name when the slider is there."""

    def __init__(
        self,
        stage: Stage,
        thumbnails: Thumbnails,
        box: TaughtBox,
        wall: Callable[[], Mapping[int, Look]],
        then: Callable[[str], object],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Teach a slider"))
        self.stage, self.thumbnails, self.box, self._then = stage, thumbnails, box, then
        self.looks: list[Look] = []
        self.wall = list(wall().values())
        self.result_of: tuple[frozenset[int], frozenset[int]] | None = None  # marks that ``direction`` was made of
        self.direction: TaughtDirection | None = None
        self._error = ""
        self._waiting: list[tuple[bool, int]] = []  # like her, seed
        self._open, self._finished = True, False
        self._asked = 0
        self._timer = QTimer(self, interval=0)  # a roll takes 5 to 20 ms: one a turn
        self._timer.timeout.connect(self._roll_next)
        self._settled = QTimer(self, interval=0, singleShot=True)
        self._settled.timeout.connect(self._ask)
        self._build()
        self._fill()
        stage.loaded.connect(self.close)  # other tables: what was rolled is not hers any more

    def _build(self) -> None:
        self.intro = QLabel(self.tr(
            "What shall the slider do? Mark looks that have more of it and looks that have less of it; four of each "
            "are a good start. It will move shapes and colours; styles, such as a cut or an outfit, stay as they are."
        ), wordWrap=True)  # fmt: skip
        self.name = QLineEdit(maxLength=MAX_NAME, placeholderText=self.tr("sweeter, sleepier, more elegant ..."))
        self.name.setAccessibleName(self.tr("Name of the slider"))
        self.name.textChanged.connect(lambda _text: self._show())
        self.grid = MarkGrid()
        self.grid.setAccessibleName(self.tr("Looks to mark"))
        self.grid.setToolTip(self.tr("A click marks, the same again takes the mark off; + and - do it by the keyboard"))
        self.grid.marked.connect(self._settled.start)
        self.grid.marked.connect(self._show)
        self.brushes = QButtonGroup(self)
        brushes = QHBoxLayout()
        brushes.addWidget(QLabel(self.tr("A click marks as")))
        words = {MORE: self.tr("more"), LESS: self.tr("less")}
        tips = {MORE: self.tr("It has more of it (+)"), LESS: self.tr("It has less of it (-)")}
        for mark in (MORE, LESS):
            button = QPushButton(f"{SIGNS[mark]} {words[mark]}", checkable=True, autoDefault=False)
            button.setToolTip(tips[mark])
            button.setAccessibleName(words[mark])
            self.brushes.addButton(button, 2 + mark)  # ids are not to be negative
            brushes.addWidget(button)
        self.brushes.button(2 + MORE).setChecked(True)
        self.brushes.idClicked.connect(lambda number: setattr(self.grid, "brush", number - 2))
        brushes.addStretch(1)
        self.anyone = QPushButton(self.tr("{} others").format(STEP), autoDefault=False)
        self.anyone.setToolTip(self.tr("More looks to mark, of anyone"))
        self.anyone.clicked.connect(lambda: self.offer(STEP, False))
        self.like_her = QPushButton(self.tr("{} like her").format(STEP), autoDefault=False)
        self.like_her.setToolTip(self.tr("More looks to mark, between her and anyone"))
        self.like_her.clicked.connect(lambda: self.offer(STEP, True))
        self.of_the_wall = QPushButton(self.tr("{} of the wall").format(len(self.wall)), autoDefault=False)
        self.of_the_wall.setToolTip(self.tr("The looks that the wall shows now"))
        self.of_the_wall.clicked.connect(self.offer_wall)
        if not self.wall:  # setVisible(True) would make it a window of its own: it has no parent yet
            self.of_the_wall.hide()
        for button in (self.anyone, self.like_her, self.of_the_wall):
            brushes.addWidget(button)
        self.words = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.words.setObjectName("caption")
        self.words.setMinimumHeight(3 * self.words.fontMetrics().lineSpacing())
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.cancel_button = QPushButton(self.tr("Cancel"), autoDefault=False)
        self.cancel_button.clicked.connect(self.close)
        self.teach_button = QPushButton(self.tr("Make the slider"), default=True)
        self.teach_button.setObjectName("primary")
        self.teach_button.clicked.connect(self.accept)
        named, buttons, column = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        named.addWidget(QLabel(self.tr("Name")))
        named.addWidget(self.name, 1)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.teach_button)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(self.intro)
        column.addLayout(named)
        column.addLayout(brushes)
        column.addWidget(self.grid, 1)
        column.addWidget(self.words)
        column.addLayout(buttons)
        bar = self.grid.verticalScrollBar().sizeHint().width()
        self.resize(COLUMNS * CELL.width() + bar + 60, ROWS * CELL.height() + 260)

    def _fill(self) -> None:
        """What was marked in a dialog that was closed too early, she herself, the favourites, and anyone."""
        session, manifest = self.stage.session, self.stage.manifest
        name, marked = self.box.unfinished
        if manifest is not None:
            for title, look, mark in marked:
                self._add(title, fit(look, manifest).value)
                self.grid.put(len(self.looks) - 1, mark)
            self.name.setText(name)
        again = list(self.looks)
        self._add(self.tr("She now"), session.project.look)
        for kept in session.favourites[:FAVOURITES]:
            if kept.look not in again:
                self._add(kept.name, kept.look)
        self.offer(FIRST, False)
        self._show()

    def offer(self, count: int, like_her: bool) -> None:
        """More looks to mark, as many as there may be."""
        count = min(count, MOST - len(self.looks) - len(self._waiting))
        first = QRandomGenerator.global_().generate()
        self._waiting += [(like_her, (first + number) % (MAX_SEED + 1)) for number in range(count)]
        self._timer.start()
        full = len(self.looks) + len(self._waiting) >= MOST
        for button in (self.anyone, self.like_her):
            button.setEnabled(not full)

    def offer_wall(self) -> None:
        """Those of the wall, once."""
        self.of_the_wall.setEnabled(False)
        for look in self.wall:
            self._add("", look)

    def _roll_next(self) -> None:
        manifest = self.stage.manifest
        if not self._waiting or manifest is None:
            self._timer.stop()
            return
        like_her, seed = self._waiting.pop(0)
        her, rules = self.stage.session.project.look, manifest.dice
        near = partial(neighbour, her.with_(regions=()), *tables(manifest), seed, NEAR, rules=rules)
        self._add("", near() if like_her else persona(manifest, seed))

    def _add(self, name: str, look: Look) -> None:
        self.looks.append(look)
        row = self.grid.add(name or str(len(self.looks)))
        self.thumbnails.show(look, partial(self._arrived, row), VIEW, 2 * ICON)

    def _arrived(self, row: int, picture: QPixmap) -> None:
        if self._open:
            self.grid.set_picture(row, picture)

    # what that would be

    @property
    def marks(self) -> tuple[frozenset[int], frozenset[int]]:
        """Places of the looks that are more, and of those that are less."""
        return frozenset(self.grid.rows(MORE)), frozenset(self.grid.rows(LESS))

    def _ask(self) -> None:
        """Have the slider made on the renderer's thread: it takes 0.1 s."""
        manifest, marks = self.stage.manifest, self.marks
        if manifest is None or not all(marks):
            return
        more, less = ([self.looks[row] for row in sorted(rows)] for rows in marks)
        self._asked += 1
        number = self._asked
        self.stage.bridge.call(
            lambda _generator: _attempt(more, less, manifest),
            lambda made: self._made(number, marks, made),
            lambda message, hint: self._made(number, marks, StudioError(message, hint)),
        )

    def _made(
        self, number: int, marks: tuple[frozenset[int], frozenset[int]], made: TaughtDirection | StudioError
    ) -> None:
        if self._open and number == self._asked:
            self.result_of = marks
            self.direction = None if isinstance(made, StudioError) else made
            self._error = f"{made.message} {made.hint}" if isinstance(made, StudioError) else ""
            self._show()

    def _show(self) -> None:
        """Say what is missing, or what the slider would move."""
        more, less = self.marks
        name, manifest = " ".join(self.name.text().split()), self.stage.manifest
        ready = bool(more and less) and self.result_of == (more, less) and self.direction is not None
        taken = name in self.box.taken()
        said = [self.tr("{} more, {} less.").format(len(more), len(less))]
        if not (more and less):
            said.append(self.tr("Mark at least one of each."))
        elif self.result_of != (more, less):
            said.append(self.tr("A moment ..."))
        elif self.direction is None:
            said.append(self._error)
        elif manifest is not None:
            said.append(summary(self.direction, manifest))
        if taken:
            said.append(self.tr("There is a slider of that name already."))
        elif not name and more and less:
            said.append(self.tr("Give it a name."))
        self.words.setText(" ".join(said))
        self.teach_button.setEnabled(ready and bool(name) and not taken)

    def accept(self) -> None:
        """Make it a slider of the project: one step."""
        name = " ".join(self.name.text().split())
        if self.direction is None or not self.teach_button.isEnabled():
            return
        if self.box.add(structs.replace(self.direction, name=name), self.tr("Teach {}").format(name)):
            self._finished = True
            self.close()
            self._then(name)

    def done(self, result: int) -> None:
        """Pictures and answers that come now come too late. Marks of which nothing was made are kept for the next time,
        until the program ends."""
        self._open = False
        marks = {row: self.grid.mark(row) for row in range(len(self.looks))}
        marked = [(self.grid.item(row).text(), self.looks[row], mark) for row, mark in marks.items() if mark]
        self.box.unfinished = ("", ()) if self._finished else (self.name.text(), tuple(marked))
        self._timer.stop()
        super().done(result)


def teach_dialog(
    stage: Stage,
    thumbnails: Thumbnails,
    box: TaughtBox,
    wall: Callable[[], Mapping[int, Look]],
    then: Callable[[str], object],
    parent: QWidget,
) -> TeachDialog:
    """Show it, or bring the one that is there to the front."""
    there = next((each for each in parent.findChildren(TeachDialog) if each.isVisible()), None)
    dialog = there or TeachDialog(stage, thumbnails, box, wall, then, parent)
    dialog.show()
    dialog.raise_()
    return dialog


def _attempt(more: Sequence[Look], less: Sequence[Look], manifest: Manifest) -> TaughtDirection | StudioError:
    """A slider, or why there is none."""
    try:
        return teach("slider", more, less, *tables(manifest))
    except StudioError as error:
        return error
