"""A strip of favourites: click recalls, right click offers more, dragging reorders or, on the canvas, mixes.

Folded, it is a slim row of faces.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs
from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QToolButton,
    QWidget,
)

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look
from vtuber_studio.core.project import MAX_NAME, NamedLook
from vtuber_studio.ui.mix_menu import mix_menu
from vtuber_studio.ui.panels.mixing import MixingPanel
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.thumbnails import Thumbnails
from vtuber_studio.ui.widgets import named_list
from vtuber_studio.ui.widgets.strip import Faces, Strip
from vtuber_studio.ui.widgets.words import plain

ICON, SLIM = 84, 36  # logical pixels a side of a picture; folded
NAME, FRAME, AROUND = 26, 14, 18  # logical pixels: a name below it, the item around it, the strip around the item
VIEW = (92, 32, 420, 360)  # of the canvas, in its units: head and shoulders, or faces would be too small to know


class FavouritesPanel(QWidget):
    """Thumbnails of ``project.favourites``."""

    mix_asked = Signal(object)  # Look: make it the second look of the mixing panel
    export_asked = Signal(object)  # NamedLook
    folded = Signal(bool)  # asked for: only a slim row, or all of it

    def __init__(
        self, stage: Stage, thumbnails: Thumbnails, mixing: MixingPanel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.stage, self.thumbnails, self.mixing = stage, thumbnails, mixing
        self._shown: tuple[NamedLook, ...] | None = None
        self.add_button = QPushButton(self.tr("\N{BLACK STAR} Keep"))
        self.add_button.setToolTip(self.tr("Keep the present look as a favourite (F)"))
        self.add_button.clicked.connect(lambda: self.add())
        self.list = Strip()
        self.list.setObjectName("favourites")
        self.list.setAccessibleName(self.tr("Favourites"))
        self.list.reordered.connect(self.move_to)
        self.list.setItemDelegate(faces := Faces(self.list))
        self._faces = faces
        named_list.wire(self.list, self.recall, self._renamed, self.remove, self._menu)
        self.fold_button = QToolButton(autoRaise=True)
        self.fold_button.clicked.connect(lambda: self.folded.emit(not self._faces.slim))
        self._side = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._side.addWidget(self.add_button)
        self._side.addWidget(self.fold_button, 0, Qt.AlignmentFlag.AlignCenter)
        self._side.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 2, 6, 4)
        layout.addLayout(self._side)
        layout.addWidget(self.list, 1)
        self.set_slim(False)
        stage.loaded.connect(self._draw_anew)
        stage.changed.connect(self.refresh)
        self.refresh()

    def set_slim(self, slim: bool) -> None:
        """Small faces without names, or all of it."""
        if slim == self._faces.slim:
            return
        self._faces.slim = slim
        long = self.tr("Looks that you keep (F) stand here: a click brings one back, a drag mixes it in.")
        self.list.words = self.tr("Looks that you keep (F) stand here.") if slim else long
        icon, name = (SLIM, 0) if slim else (ICON, NAME)
        self.list.setIconSize(QSize(icon, icon))
        self.list.setFixedHeight(icon + name + AROUND)
        self.setFixedHeight(icon + name + AROUND + 6)  # or the dock would keep the room that it once had
        for index in range(self.list.count()):
            self.list.item(index).setSizeHint(self._item_size)
        self._side.setDirection(QBoxLayout.Direction.LeftToRight if slim else QBoxLayout.Direction.TopToBottom)
        self.fold_button.setArrowType(Qt.ArrowType.UpArrow if slim else Qt.ArrowType.DownArrow)
        words = self.tr("Larger favourites, with their names") if slim else self.tr("Fold the favourites")
        self.fold_button.setToolTip(words)
        self.fold_button.setAccessibleName(words)

    @property
    def _item_size(self) -> QSize:
        return QSize(SLIM + 8, SLIM + 4) if self._faces.slim else QSize(ICON + FRAME, ICON + NAME)

    def refresh(self) -> None:
        """Show the project's favourites, when they have changed."""
        favourites = self.stage.session.project.favourites
        if self.stage.manifest is None or favourites == self._shown:
            return
        self._shown, row = favourites, self.list.currentRow()
        hint = self.tr("Click to use; drag to reorder, or onto the picture to mix; right click for more")
        self.list.blockSignals(True)
        self.list.clear()
        for favourite in favourites:
            item = QListWidgetItem(favourite.name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            item.setSizeHint(self._item_size)
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom)
            item.setToolTip(plain(f"{favourite.name}\n{hint}"))
            self.list.addItem(item)
            self.thumbnails.show(favourite.look, self._placer(favourite.look), VIEW, 2 * ICON)
        self.list.setCurrentRow(min(row, len(favourites) - 1))
        self.list.blockSignals(False)

    def _draw_anew(self) -> None:
        self._shown = None  # another generator draws the same looks otherwise
        self.refresh()

    def add(self) -> None:
        """Keep the present look; a project does not keep any number of them."""
        try:
            self.stage.session.add_favourite()
        except StudioError as error:
            self.stage.fail(error.message, error.hint)

    def recall(self, index: int) -> None:
        """Make a favourite the present look."""
        self.stage.session.recall_favourite(index)

    def remove(self, index: int) -> None:
        """Forget a favourite; undo brings it back."""
        if index >= 0:
            self.stage.session.remove_favourite(index)
            self.stage.say(self.tr("Deleted; Ctrl+Z brings it back"))

    def move_to(self, index: int, to: int) -> None:
        """Another place in the row."""
        kept = list(self.stage.session.favourites)
        kept.insert(to, kept.pop(index))
        self._change(kept, self.tr("Move favourite"))
        self.list.setCurrentRow(to)

    def replace(self, index: int) -> None:
        """The present look under the favourite's name."""
        kept = list(self.stage.session.favourites)
        kept[index] = structs.replace(kept[index], look=self.stage.session.look)
        self._change(kept, self.tr("Replace favourite"))

    def duplicate(self, index: int) -> None:
        """The same again, behind it."""
        kept = list(self.stage.session.favourites)
        name = self.tr("{} copy").format(kept[index].name)[:MAX_NAME]
        kept.insert(index + 1, structs.replace(kept[index], name=name))
        self._change(kept, self.tr("Duplicate favourite"))

    def rename(self, index: int) -> None:
        """Let the name be typed; a slim row has no names, so it unfolds."""
        if self._faces.slim:
            self.folded.emit(False)
        self.list.setCurrentRow(index)
        self.list.editItem(self.list.item(index))

    def _change(self, kept: list[NamedLook], label: str) -> None:
        session = self.stage.session
        try:
            session.edit_project(session.project.with_(favourites=tuple(kept)), label)
        except StudioError as error:
            self.stage.fail(error.message, error.hint)

    def _placer(self, look: Look) -> Callable[[QPixmap], None]:
        """Puts a picture at every item that shows ``look`` by then: items may have moved meanwhile."""

        def place(picture: QPixmap) -> None:
            self.list.blockSignals(True)
            for index, favourite in enumerate(self._shown or ()):
                if favourite.look == look and index < self.list.count():
                    self.list.item(index).setIcon(QIcon(picture))
            self.list.blockSignals(False)

        return place

    def _renamed(self, item: QListWidgetItem) -> None:
        name = " ".join(item.text().split())
        try:
            if name:
                self.stage.session.rename_favourite(self.list.row(item), name)
                return
        except StudioError as error:
            self.stage.fail(error.message, error.hint)
        self._shown = None  # the item says what was typed: it is to say what is so
        self.refresh()

    @property
    def dragged(self) -> NamedLook | None:
        """The favourite that is being dragged."""
        return None if self.list.dragged is None else self.stage.session.favourites[self.list.dragged]

    def drop_menu(self, kept: NamedLook) -> QMenu:
        """What becomes of a favourite that is dropped on the canvas."""
        menu = mix_menu(self.mixing, kept, self, whole=True)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def _menu(self, position: QPoint) -> None:
        item, menu = self.list.itemAt(position), QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if item is None or self.stage.manifest is None:
            menu.addAction(self.tr("Keep the current look")).triggered.connect(lambda: self.add())
            menu.addAction(self.fold_button.toolTip()).triggered.connect(self.fold_button.click)
        else:
            self._fill(menu, self.list.row(item))
        menu.popup(self.list.viewport().mapToGlobal(position))

    def _fill(self, menu: QMenu, index: int) -> None:
        kept = self.stage.session.favourites[index]
        menu.addAction(self.tr("Use")).triggered.connect(lambda: self.recall(index))
        mixes = mix_menu(self.mixing, kept, menu)
        mixes.addSeparator()
        mixes.addAction(self.tr("More in the Mixing panel")).triggered.connect(lambda: self.mix_asked.emit(kept.look))
        menu.addMenu(mixes)
        menu.addSeparator()
        for text, act in (
            (self.tr("Rename") + "\tF2", self.rename),
            (self.tr("Replace with the current look"), self.replace),
            (self.tr("Duplicate"), self.duplicate),
        ):
            menu.addAction(text).triggered.connect(lambda _checked=False, act=act: act(index))
        menu.addAction(self.tr("Export PNG ...")).triggered.connect(lambda: self.export_asked.emit(kept))
        menu.addSeparator()
        menu.addAction(self.tr("Delete") + "\tDel").triggered.connect(lambda: self.remove(index))
