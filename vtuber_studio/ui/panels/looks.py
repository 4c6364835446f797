"""The looks of one persona: her at school, in summer, on stage. One is edited; a click changes to another, and what she
wears in one can be put on in any."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QListWidgetItem, QMenu, QPushButton

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.project import MAX_NAME, NamedLook
from vtuber_studio.ui.mix_menu import mix_menu
from vtuber_studio.ui.panels.mixing import MixingPanel
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.thumbnails import Thumbnails
from vtuber_studio.ui.widgets import named_list
from vtuber_studio.ui.widgets.strip_page import StripPage


class LooksPanel(StripPage):
    """Thumbnails of ``project.looks``; every change is a step of undo."""

    export_asked = Signal(object)  # NamedLook

    def __init__(self, stage: Stage, thumbnails: Thumbnails, mixing: MixingPanel) -> None:
        super().__init__(thumbnails)
        self.stage, self.mixing = stage, mixing
        self._active = -1  # when they were shown last
        self.add_button = QPushButton(self.tr("+ Look"))
        self.add_button.setToolTip(self.tr("Another look of hers, at first like the present one"))
        self.add_button.clicked.connect(lambda: self.add())
        fold = self.tr("Fold the looks"), self.tr("Larger looks, with their names")
        self.speak(("", ""), fold, self.add_button)
        self.list.setObjectName("looks")
        self.list.setAccessibleName(self.tr("Looks"))
        self.list.reordered.connect(self.move_to)
        named_list.wire(self.list, self.select, self._renamed, self.remove, self._menu)
        stage.loaded.connect(self._draw_anew)
        stage.changed.connect(self.refresh)

    def showEvent(self, event: QShowEvent) -> None:
        """Only what is seen is kept up to date."""
        super().showEvent(event)
        self.refresh()

    def _draw_anew(self) -> None:
        self.show_looks((), "")
        self.refresh()

    def refresh(self) -> None:
        """Show the looks, the active one in bold; not while a gesture changes it."""
        session = self.stage.session
        if self.stage.manifest is None or session.in_gesture or not self.isVisible():
            return
        looks, active = session.project.looks, session.project.active
        if looks is self.looks and active == self._active:
            return
        self._active = active
        if looks is not self.looks:
            self.show_looks(looks, self.tr("Click to change to it; drag to reorder; right click for more"))
        self.list.blockSignals(True)
        for row in range(self.list.count()):
            item = self.list.item(row)
            font = item.font()
            if font.bold() != (row == active):
                font.setBold(row == active)
                item.setFont(font)
        self.list.setCurrentRow(active)
        self.list.blockSignals(False)

    # what is done with them

    def add(self) -> None:
        """Another look, like the present one; where names are shown, its name is to be typed."""
        names = {each.name for each in self.stage.session.project.looks}
        numbers = (self.tr("Look {}").format(number) for number in itertools.count(len(names) + 1))
        name = next(name for name in numbers if name not in names)
        if self._done(lambda: self.stage.session.add_look(name)) and not self.slim:
            self.rename(self.stage.session.project.active)

    def select(self, index: int) -> None:
        """Change to a look."""
        self._done(lambda: self.stage.session.select_look(index))

    def duplicate(self, index: int) -> None:
        """The same again, behind it, and active."""
        name = self.tr("{} copy").format(self.stage.session.project.looks[index].name)[:MAX_NAME]
        self._done(lambda: self.stage.session.duplicate_look(index, name))

    def remove(self, index: int) -> None:
        """Forget a look, but the last one; undo brings it back."""
        if index >= 0 and self._done(lambda: self.stage.session.remove_look(index)):
            self.stage.say(self.tr("Deleted; Ctrl+Z brings it back"))

    def move_to(self, index: int, to: int) -> None:
        """Another place in the row."""
        self._done(lambda: self.stage.session.move_look(index, to))
        self.list.setCurrentRow(to)

    def rename(self, index: int) -> None:
        """Let the name be typed; a slim row has no names, so it unfolds."""
        if self.slim:
            self.folded.emit(False)
        self.list.setCurrentRow(index)
        self.list.editItem(self.list.item(index))

    def _done(self, change: Callable[[], object]) -> bool:
        """Whether it could be done; else the bar says why not."""
        try:
            self.stage.session.commit()
            change()
        except StudioError as error:
            self.stage.fail(error.message, error.hint)
            return False
        return True

    def _renamed(self, item: QListWidgetItem) -> None:
        name = " ".join(item.text().split())
        if not name or not self._done(lambda: self.stage.session.rename_look(self.list.row(item), name)):
            self._draw_anew()  # the item says what was typed: it is to say what is so

    @property
    def dragged(self) -> NamedLook | None:
        """The look that is being dragged."""
        return None if self.list.dragged is None else self.stage.session.project.looks[self.list.dragged]

    def _menu(self, position: QPoint) -> None:
        item, menu = self.list.itemAt(position), QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if item is None or self.stage.manifest is None:
            menu.addAction(self.tr("Another look")).triggered.connect(lambda: self.add())
            menu.addAction(self.fold_button.toolTip()).triggered.connect(self.fold_button.click)
        else:
            self._offer(menu, self.list.row(item))
        menu.popup(self.list.viewport().mapToGlobal(position))

    def _offer(self, menu: QMenu, index: int) -> None:
        session = self.stage.session
        kept = session.project.looks[index]
        if index != session.project.active:
            menu.addAction(self.tr("Change to it")).triggered.connect(lambda: self.select(index))
            menu.addMenu(mix_menu(self.mixing, kept, menu))
            menu.addSeparator()
        menu.addAction(self.tr("Rename") + "\tF2").triggered.connect(lambda: self.rename(index))
        menu.addAction(self.tr("Duplicate")).triggered.connect(lambda: self.duplicate(index))
        menu.addAction(self.tr("Keep as favourite")).triggered.connect(
            lambda: self._done(lambda: session.add_favourite(kept.name, kept.look))
        )
        menu.addAction(self.tr("Export PNG ...")).triggered.connect(
            lambda: self.export_asked.emit(kept)
        )
        menu.addSeparator()
        remove = menu.addAction(self.tr("Delete") + "\tDel")
        remove.setEnabled(len(session.project.looks) > 1)
        remove.triggered.connect(lambda: self.remove(index))
