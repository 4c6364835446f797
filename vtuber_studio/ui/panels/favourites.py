"""A strip of favourites: click recalls, right click mixes, renames or removes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeySequence, QPainter, QPaintEvent, QPixmap, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look
from vtuber_studio.core.project import NamedLook
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.theme import COLOURS
from vtuber_studio.ui.thumbnails import Thumbnails

ICON = 84


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

    def __init__(self, stage: Stage, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage, self.thumbnails = stage, thumbnails
        self._shown: tuple[NamedLook, ...] | None = None
        self.add_button = QPushButton(self.tr("\N{BLACK STAR} Keep"))
        self.add_button.setToolTip(self.tr("Keep the present look as a favourite (F)"))
        self.add_button.clicked.connect(lambda: self.add())
        self.list = Strip()
        self.list.setObjectName("favourites")
        self.list.setViewMode(QListWidget.ViewMode.IconMode)
        self.list.setFlow(QListWidget.Flow.LeftToRight)
        self.list.setWrapping(False)
        self.list.setMovement(QListWidget.Movement.Static)
        self.list.setIconSize(QSize(ICON, ICON))
        self.list.setFixedHeight(ICON + 44)
        self.list.setEditTriggers(QListWidget.EditTrigger.EditKeyPressed)
        self.list.itemClicked.connect(lambda item: self.recall(self.list.row(item)))
        self.list.itemActivated.connect(lambda item: self.recall(self.list.row(item)))
        self.list.itemChanged.connect(self._renamed)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.list)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(lambda: self.remove(self.list.currentRow()))
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._menu)
        side = QVBoxLayout()
        side.addWidget(self.add_button)
        side.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 2, 6, 4)
        layout.addLayout(side)
        layout.addWidget(self.list, 1)
        stage.loaded.connect(self.refresh)
        stage.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the project's favourites, when they have changed."""
        favourites = self.stage.session.project.favourites
        if self.stage.manifest is None or favourites == self._shown:
            return
        self._shown = favourites
        self.list.blockSignals(True)
        self.list.clear()
        for favourite in favourites:
            item = QListWidgetItem(favourite.name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            item.setSizeHint(QSize(ICON + 14, ICON + 26))
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom)
            item.setToolTip(self.tr("Click to recall; right click to mix, rename or remove"))
            self.list.addItem(item)
            self.thumbnails.show(favourite.look, self._placer(favourite.look))
        self.list.blockSignals(False)

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
