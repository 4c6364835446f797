"""The palettes of the project: colours kept under a name, put on with a click, exchanged with other programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import structs
from PySide6.QtCore import QPoint, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QMenu, QPushButton

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look
from vtuber_studio.core.names import file_stem
from vtuber_studio.core.palette_files import KINDS, kept_palette, read_palette, swatches_of, write_palette
from vtuber_studio.core.paths import home_dir
from vtuber_studio.core.project import MAX_NAME, NamedPalette
from vtuber_studio.core.schemes import own_colours, put_on
from vtuber_studio.engine.manifest import materials_of
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.theme import COLOURS
from vtuber_studio.ui.widgets import named_list
from vtuber_studio.ui.widgets.section import Section
from vtuber_studio.ui.widgets.words import plain

STRIPE = QSize(112, 18)  # logical pixels of a palette's picture
ROW, ROWS = 26, 4  # logical pixels a row; rows that are seen at once
SEEN = 14  # colours in the picture


class PaletteBox(Section):
    """A list of them and two buttons; a right click renames, exports, deletes."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(self.tr("Palettes"))
        self.stage = stage
        self._shown: tuple[NamedPalette, ...] | None = None
        self.keep_button = QPushButton(self.tr("Keep these colours"))
        self.keep_button.setToolTip(self.tr("Keep all colours that she has now under a name"))
        self.keep_button.clicked.connect(lambda: self.keep())
        self.import_button = QPushButton(self.tr("Import ..."))
        self.import_button.setToolTip(self.tr("A palette of another project or program: .gpl, .ase, a list of #rrggbb"))
        self.import_button.clicked.connect(lambda: self.ask_import())
        buttons = QHBoxLayout()
        buttons.addWidget(self.keep_button, 1)
        buttons.addWidget(self.import_button)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Palettes"))
        self.list.setIconSize(STRIPE)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        named_list.wire(self.list, self.use, self._renamed, self.remove, self._menu)
        self.hint = QLabel(wordWrap=True)
        self.hint.setObjectName("caption")
        self.body.setSpacing(4)
        self.body.addWidget(self.list)
        self.body.addLayout(buttons)
        self.body.addWidget(self.hint)
        self.refresh()

    @property
    def palettes(self) -> tuple[NamedPalette, ...]:
        """Those of the project."""
        return self.stage.session.project.palettes

    def refresh(self) -> None:
        """Show the project's palettes, when they have changed."""
        if self.palettes == self._shown:
            return
        self._shown, row = self.palettes, self.list.currentRow()
        with QSignalBlocker(self.list):
            self.list.clear()
            for palette in self.palettes:
                colours = self._pictured(palette)
                item = QListWidgetItem(_stripe(colours), palette.name)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                item.setSizeHint(QSize(0, ROW))
                what = self.tr("Click to put it on her") if self.is_ours(palette) else self.tr("Colours to choose from")
                item.setToolTip(plain(f"{palette.name}\n{what}\n" + self.tr("F2 renames; right click for more")))
                self.list.addItem(item)
            self.list.setCurrentRow(min(row, len(self.palettes) - 1))
        self.list.setVisible(bool(self.palettes))
        self.list.setFixedHeight(min(ROWS, max(1, len(self.palettes))) * ROW + 6)
        foreign = not all(map(self.is_ours, self.palettes))
        self.hint.setText(self.tr("The colours of imported palettes stand in the colour dialog."))
        self.hint.setVisible(foreign)

    def forget(self) -> None:
        """Another generator knows other materials: show them anew."""
        self._shown = None
        self.refresh()

    def is_ours(self, palette: NamedPalette) -> bool:
        """Whether it says what is to be coloured; else it is swatches to choose from."""
        names = {row.name for row in self.stage.manifest.materials} if self.stage.manifest else set[str]()
        return any(key.split(":")[-1] in names for key in palette.colours)

    def _pictured(self, palette: NamedPalette) -> list[str]:
        """The first colours of it, each group's first ones first."""
        if self.stage.manifest is None or not self.is_ours(palette):
            return [colour for _, colour in swatches_of(palette)][:SEEN]
        rows = [row for row in self.stage.manifest.materials if row.name in palette.colours]
        leading = {row.group: row for row in reversed(rows)}
        order = sorted(rows, key=lambda row: row is not leading[row.group])
        return [palette.colours[row.name] for row in order][:SEEN]

    # what is done with them

    def keep(self) -> None:
        """What she is painted in now, under a name that can be typed at once."""
        manifest = self.stage.manifest
        if manifest is None:
            return
        look, parts = self.stage.session.look, [entry.part for entry in manifest.parts]
        name = self.tr("Palette {}").format(len(self.palettes) + 1)
        kept = NamedPalette(name, own_colours(manifest.materials, parts, look))
        if self._change((*self.palettes, kept), self.tr("Keep palette")):
            self.rename(len(self.palettes) - 1)

    def use(self, index: int) -> None:
        """Put it on her, or on what is inside the entered region: one step. Locked colours stay."""
        manifest, session, palette = self.stage.manifest, self.stage.session, self.palettes[index]
        if manifest is None:
            return
        if not self.is_ours(palette):
            self.stage.say(self.tr("Click a colour of hers: those of {} stand in its dialog").format(palette.name))
            return
        region, materials = self.stage.region, manifest.materials
        within = {row.name for row in materials}
        if region is not None:
            within = {name for part in region.parts for name in materials_of(manifest, part)}
        free = {row.name for row in materials} - session.locks
        colours = {key: colour for key, colour in palette.colours.items() if key.split(":")[-1] in free}
        within &= free

        def put(one: Look) -> Look:
            return one.with_(palette=put_on(materials, one.palette, colours, within, region is not None))

        self._tried(lambda: session.edit(session.look.through(put), palette.name or self.tr("Palette")))

    def remove(self, index: int) -> None:
        """Away with it; undo brings it back."""
        if 0 <= index < len(self.palettes):
            self._change(self.palettes[:index] + self.palettes[index + 1 :], self.tr("Delete palette"))
            self.stage.say(self.tr("Deleted; Ctrl+Z brings it back"))

    def replace(self, index: int) -> None:
        """The present colours under its name."""
        manifest = self.stage.manifest
        if manifest is not None:
            parts = [entry.part for entry in manifest.parts]
            colours = own_colours(manifest.materials, parts, self.stage.session.look)
            self._put(index, NamedPalette(self.palettes[index].name, colours), self.tr("Replace palette"))

    def rename(self, index: int) -> None:
        """Let the name be typed, in its row."""
        self.list.setCurrentRow(index)
        self.list.editItem(self.list.item(index))

    def load(self, path: Path) -> None:
        """Take a palette in from a file; an error changes nothing."""
        manifest = self.stage.manifest
        if manifest is None:
            return
        try:
            palette = kept_palette(read_palette(path), {row.name: row for row in manifest.materials})
        except StudioError as error:
            self.stage.fail(error.message, error.hint)
            return
        if self._change((*self.palettes, palette), self.tr("Import palette")):
            self.list.setCurrentRow(len(self.palettes) - 1)

    def receive(self, path: Path) -> None:
        """Take in a palette that was dropped on the window, and put it on her where it says what is to be coloured:
        one step."""
        session, count = self.stage.session, len(self.palettes)
        session.begin(self.tr("Put on a palette"))
        self.load(path)
        if len(self.palettes) > count:
            self.use(count)
        session.commit()

    def write(self, index: int, path: Path) -> None:
        """Write one for other programs."""
        palette = self.palettes[index]
        if self._tried(lambda: write_palette(path, palette)):
            self.stage.say(self.tr("Palette written to {}").format(path.name))

    def ask_import(self) -> QFileDialog:
        """Which file?"""
        endings = " ".join(f"*{suffix}" for kind in KINDS for suffix in kind.suffixes)
        dialog = QFileDialog(self, self.tr("Import a palette"), str(home_dir()), self.tr("Palettes") + f" ({endings})")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.load(Path(path)))
        dialog.open()
        return dialog

    def ask_export(self, index: int) -> QFileDialog:
        """Where to, and as what?"""
        endings = {f"{kind.label} (*{kind.suffixes[0]})": kind.suffixes[0][1:] for kind in KINDS}
        dialog = QFileDialog(self, self.tr("Export the palette"), str(home_dir()))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(list(endings))
        dialog.setDefaultSuffix(next(iter(endings.values())))
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(endings[chosen]))
        dialog.selectFile(file_stem(self.palettes[index].name))
        dialog.fileSelected.connect(lambda path: self.write(index, Path(path)))
        dialog.open()
        return dialog

    def _put(self, index: int, palette: NamedPalette, label: str) -> bool:
        return self._change((*self.palettes[:index], palette, *self.palettes[index + 1 :]), label)

    def _change(self, kept: tuple[NamedPalette, ...], label: str) -> bool:
        session = self.stage.session
        return self._tried(lambda: session.edit_project(session.project.with_(palettes=kept), label))

    def _tried(self, act: Callable[[], object]) -> bool:
        """True when it was done; else it is said why not."""
        try:
            act()
        except StudioError as error:
            self.stage.fail(error.message, error.hint)
            return False
        return True

    def _renamed(self, item: QListWidgetItem) -> None:
        name, index = " ".join(item.text().split())[:MAX_NAME], self.list.row(item)
        if name and name != self.palettes[index].name:
            self._put(index, structs.replace(self.palettes[index], name=name), self.tr("Rename palette"))
        self.forget()  # the item says what was typed: it is to say what is so

    def _menu(self, position: QPoint) -> None:
        item = self.list.itemAt(position)
        if item is None:
            return
        menu, index = QMenu(self), self.list.row(item)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.is_ours(self.palettes[index]):
            menu.addAction(self.tr("Use")).triggered.connect(lambda: self.use(index))
        menu.addAction(self.tr("Rename") + "\tF2").triggered.connect(lambda: self.rename(index))
        if self.is_ours(self.palettes[index]):
            menu.addAction(self.tr("Replace with her colours")).triggered.connect(lambda: self.replace(index))
        menu.addAction(self.tr("Export ...")).triggered.connect(lambda: self.ask_export(index))
        menu.addSeparator()
        menu.addAction(self.tr("Delete") + "\tDel").triggered.connect(lambda: self.remove(index))
        menu.popup(self.list.viewport().mapToGlobal(position))


def _stripe(colours: list[str]) -> QIcon:
    """Colours side by side; the same when its row is chosen."""
    picture = QPixmap(STRIPE * 2)
    picture.fill(QColor(COLOURS["edge"]))
    width = picture.width() / max(1, len(colours))
    with QPainter(picture) as painter:
        for place, colour in enumerate(colours):
            left, right = round(place * width), round((place + 1) * width)
            painter.fillRect(left, 0, right - left, picture.height(), QColor(colour[:7]))
    icon = QIcon(picture)
    icon.addPixmap(picture, QIcon.Mode.Selected)
    return icon
