"""A strip of favourites: click recalls, right click mixes, renames or removes. Folded, it is a slim row of faces."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeySequence, QPainter, QPaintEvent, QPixmap, QShortcut
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QWidget,
)

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look
from vtuber_studio.core.project import NamedLook
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.theme import COLOURS
from vtuber_studio.ui.thumbnails import Thumbnails
from vtuber_studio.ui.widgets.words import plain

ICON, SLIM = 84, 36  # logical pixels a side of a picture; folded
NAME, FRAME, AROUND = 26, 14, 18  # logical pixels: a name below it, the item around it, the strip around the item
VIEW = (92, 32, 420, 360)  # of the canvas, in its units: head and shoulders, or faces would be too small to know


class _Faces(QStyledItemDelegate):
    """Pictures alone, when there is no room for names."""

    slim: bool | None = None

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """With the name, or without."""
        super().initStyleOption(option, index)
        if self.slim:
            option.text = ""  # type: ignore[attr-defined]


class Strip(QListWidget):
    """A row of pictures that says what it is for while there are none."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Pictures, or words."""
        super().paintEvent(event)
        if not self.count():
            with QPainter(self.viewport()) as painter:
                painter.setPen(QColor(COLOURS["quiet"]))
                words = self.tr("Looks that you keep (F) stand here: a click brings one back, a right click mixes it.")
                flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(self.viewport().rect().adjusted(16, 0, -16, 0), flags, words)


class FavouritesPanel(QWidget):
    """Thumbnails of ``project.favourites``."""

    mix_asked = Signal(object)  # Look: make it the second look of the mixing panel
    folded = Signal(bool)  # asked for: only a slim row, or all of it

    def __init__(self, stage: Stage, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage, self.thumbnails = stage, thumbnails
        self._shown: tuple[NamedLook, ...] | None = None
        self.add_button = QPushButton(self.tr("\N{BLACK STAR} Keep"))
        self.add_button.setToolTip(self.tr("Keep the present look as a favourite (F)"))
        self.add_button.clicked.connect(lambda: self.add())
        self.list = Strip()
        self.list.setObjectName("favourites")
        self.list.setAccessibleName(self.tr("Favourites"))
        self.list.setViewMode(QListWidget.ViewMode.IconMode)
        self.list.setFlow(QListWidget.Flow.LeftToRight)
        self.list.setWrapping(False)
        self.list.setMovement(QListWidget.Movement.Static)
        self.list.setItemDelegate(faces := _Faces(self.list))
        self._faces = faces
        self.list.setEditTriggers(QListWidget.EditTrigger.EditKeyPressed)
        self.list.itemClicked.connect(lambda item: self.recall(self.list.row(item)))
        self.list.itemActivated.connect(lambda item: self.recall(self.list.row(item)))
        self.list.itemChanged.connect(self._renamed)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.list)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(lambda: self.remove(self.list.currentRow()))
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._menu)
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
        self._shown = favourites
        hint = self.tr("Click to recall; right click to mix, rename or remove")
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

    def _menu(self, position: QPoint) -> None:
        item = self.list.itemAt(position)
        if item is None:
            return
        index, menu = self.list.row(item), QMenu(self)
        look = self.stage.session.project.favourites[index].look
        menu.addAction(self.tr("Recall")).triggered.connect(lambda: self.recall(index))
        menu.addAction(self.tr("Mix with it")).triggered.connect(partial(self.mix_asked.emit, look))
        menu.addAction(self.tr("Rename")).triggered.connect(lambda: self.list.editItem(item))
        menu.addAction(self.tr("Remove")).triggered.connect(lambda: self.remove(index))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.list.viewport().mapToGlobal(position))
