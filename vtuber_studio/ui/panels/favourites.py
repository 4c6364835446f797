"""A strip of favourites: click recalls, right click offers more, dragging reorders or, on the canvas, mixes."""

from __future__ import annotations

from msgspec import structs
from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QListWidgetItem, QMenu, QPushButton

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.project import MAX_NAME, NamedLook
from vtuber_studio.ui.mix_menu import mix_menu
from vtuber_studio.ui.panels.mixing import MixingPanel
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.thumbnails import Thumbnails
from vtuber_studio.ui.widgets import named_list
from vtuber_studio.ui.widgets.strip_page import StripPage


class FavouritesPanel(StripPage):
    """Thumbnails of ``project.favourites``."""

    mix_asked = Signal(object)  # Look: make it the second look of the mixing panel
    export_asked = Signal(object)  # NamedLook

    def __init__(self, stage: Stage, thumbnails: Thumbnails, mixing: MixingPanel) -> None:
        super().__init__(thumbnails)
        self.stage, self.mixing = stage, mixing
        self.add_button = QPushButton(self.tr("\N{BLACK STAR} Keep"))
        self.add_button.setToolTip(self.tr("Keep the present look as a favourite (F)"))
        self.add_button.clicked.connect(lambda: self.add())
        long = self.tr("Looks that you keep (F) stand here: a click brings one back, a drag mixes it in.")
        fold = self.tr("Fold the favourites"), self.tr("Larger favourites, with their names")
        self.speak((long, self.tr("Looks that you keep (F) stand here.")), fold, self.add_button)
        self.list.setObjectName("favourites")
        self.list.setAccessibleName(self.tr("Favourites"))
        self.list.reordered.connect(self.move_to)
        named_list.wire(self.list, self.recall, self._renamed, self.remove, self._menu)
        stage.loaded.connect(self._draw_anew)
        stage.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the project's favourites, when they have changed."""
        favourites = self.stage.session.project.favourites
        if self.stage.manifest is None or favourites == self.looks:
            return
        row = self.list.currentRow()
        hint = self.tr("Click to use; drag to reorder, or onto the picture to mix; right click for more")
        self.show_looks(favourites, hint)
        with QSignalBlocker(self.list):
            self.list.setCurrentRow(min(row, len(favourites) - 1))

    def _draw_anew(self) -> None:
        self.show_looks((), "")  # another generator draws the same looks otherwise
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
        if self.slim:
            self.folded.emit(False)
        self.list.setCurrentRow(index)
        self.list.editItem(self.list.item(index))

    def _change(self, kept: list[NamedLook], label: str) -> None:
        session = self.stage.session
        try:
            session.edit_project(session.project.with_(favourites=tuple(kept)), label)
        except StudioError as error:
            self.stage.fail(error.message, error.hint)

    def _renamed(self, item: QListWidgetItem) -> None:
        name = " ".join(item.text().split())
        try:
            if name:
                self.stage.session.rename_favourite(self.list.row(item), name)
                return
        except StudioError as error:
            self.stage.fail(error.message, error.hint)
        self._draw_anew()  # the item says what was typed: it is to say what is so

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
