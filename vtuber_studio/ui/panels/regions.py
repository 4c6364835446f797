"""Regions: the stack of masks inside which parts of the look are different. The chosen one is what all panels edit."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtGui import QIcon, QImage, QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QToolButton,
    QWidget,
)

from vtuber_studio.core.attribute import Attribute, Value
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look, Region
from vtuber_studio.core.mask import Mask
from vtuber_studio.core.pose import NEUTRAL
from vtuber_studio.core.region import with_region
from vtuber_studio.ui.canvas import Canvas
from vtuber_studio.ui.mask_hand import MaskHand
from vtuber_studio.ui.mask_tools import MaskTools
from vtuber_studio.ui.new_regions import NewRegions
from vtuber_studio.ui.panels.mask_box import MaskBox
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.region_bar import RegionBar
from vtuber_studio.ui.widgets.section import Section, scroll_column
from vtuber_studio.ui.widgets.value_row import ValueRow
from vtuber_studio.ui.widgets.words import fitting, literal, plain

ICON = 28  # logical pixels a side of a mask's picture
MAX_NAME = 60


class RegionsPanel(QWidget):
    """The list is the stack, the topmost first; below all of them stands the look itself."""

    def __init__(self, stage: Stage, canvas: Canvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage, self.session, self.canvas = stage, stage.session, canvas
        self._shown: list[tuple[str, bool, Mask | None]] | None = None
        self.column = scroll_column(self)
        self.tools = MaskTools(stage, canvas, self)
        self.hand, self.new = MaskHand(self.tools, self), NewRegions(stage, self.tools, self)
        self.tools.changed.connect(self.refresh)
        self.bar = RegionBar(canvas)
        self.bar.done.connect(lambda: self.tools.use("") if self.tools.tool else self.session.enter(None))
        canvas.zoomed.connect(lambda: self.bar.say(self.bar.words.text()))
        self._build_head()
        self._build_list()
        self.mask_box = MaskBox(self.tools)
        self.column.addWidget(self.mask_box)
        self._build_details()
        self.column.addStretch(1)
        stage.loaded.connect(self.build)
        stage.changed.connect(self.refresh)
        if stage.manifest is not None:
            self.build()

    def _build_head(self) -> None:
        words = self.tr("Inside a region some parts are different: half of the hair, a streak, one eye.")
        intro = QLabel(words, wordWrap=True)
        intro.setObjectName("caption")
        self.new_button = QPushButton(self.tr("New region"))
        self.new_menu = QMenu(self)
        self.new_button.setMenu(self.new_menu)
        for widget in (intro, self.new_button):
            self.column.addWidget(widget)

    def _build_list(self) -> None:
        self.list = QListWidget()
        self.list.setObjectName("regions")
        self.list.setAccessibleName(self.tr("Regions, the topmost first"))
        self.list.setIconSize(QSize(ICON, ICON))
        self.list.setMinimumHeight(4 * (ICON + 12))
        self.list.setEditTriggers(QListWidget.EditTrigger.EditKeyPressed | QListWidget.EditTrigger.DoubleClicked)
        self.list.currentRowChanged.connect(lambda row: self.session.enter(self._index(row)))
        self.list.itemChanged.connect(self._changed)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.list)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(lambda: self.remove())
        self.column.addWidget(self.list)
        row = QHBoxLayout()
        row.setSpacing(2)
        self.buttons: dict[str, QToolButton] = {}
        for name, text, tip, handler in (
            ("up", "\N{UPWARDS ARROW}", self.tr("Move it up: it covers what lies below"), partial(self.shift, 1)),
            ("down", "\N{DOWNWARDS ARROW}", self.tr("Move it down"), partial(self.shift, -1)),
            ("rename", self.tr("Rename"), self.tr("Another name (F2, double click)"), self.rename),
            ("duplicate", self.tr("Copy"), self.tr("The same once more, on top of it"), self.duplicate),
            ("delete", self.tr("Delete"), self.tr("Take the region away (Del)"), self.remove),
        ):
            button = QToolButton(text=text, toolTip=tip, autoRaise=True)
            button.setAccessibleName(tip)
            button.clicked.connect(lambda _checked=False, handler=handler: handler())
            row.addWidget(button)
            self.buttons[name] = button
        row.addStretch(1)
        self.column.addLayout(row)

    def _build_details(self) -> None:
        """What is shown of the entered region alone."""
        self.details = Section(self.tr("This region"))
        self.column.addWidget(self.details)
        self.strength = ValueRow(
            Attribute("region_strength", self.tr("Strength"), "Regions", low=0, high=1, default=1.0), lockable=False
        )
        self.strength.pressed.connect(lambda: self.session.begin(self.tr("Strength")))
        self.strength.moved.connect(self._set_strength)
        self.strength.released.connect(self.session.commit)
        self.details.body.addWidget(self.strength)
        caption = QLabel(self.tr("Parts that are different in it:"))
        caption.setObjectName("caption")
        self.details.body.addWidget(caption)
        self.ticks: dict[str, QCheckBox] = {}
        self.grid = QGridLayout()
        self.details.body.addLayout(self.grid)

    def build(self) -> None:
        """Make menus and ticks anew from the manifest."""
        manifest = self.stage.manifest
        assert manifest is not None
        for tick in self.ticks.values():
            tick.deleteLater()
        self.ticks = {}
        for place, entry in enumerate(manifest.parts):
            tick = self.ticks[entry.part.name] = QCheckBox(literal(entry.part.label))
            tick.toggled.connect(partial(self._set_part, entry.part.name))
            tick.setToolTip(plain(self.tr("Whether {} is different inside the mask").format(entry.part.label)))
            self.grid.addWidget(tick, place // 2, place % 2)
        self.new.fill(self.new_menu)
        self._shown = None
        self.refresh()

    # what there is

    @property
    def stack(self) -> tuple[Region, ...]:
        """The regions of the look, the lowest first."""
        return self.session.project.look.regions

    def _index(self, row: int) -> int | None:
        """The place in the stack of a row; None for the look itself."""
        return len(self.stack) - 1 - row if 0 <= row < len(self.stack) else None

    def refresh(self) -> None:
        """Show the stack, and what is entered."""
        manifest, region, entered = self.stage.manifest, self.stage.region, self.session.entered
        if manifest is None:
            return
        gesture = self.session.in_gesture
        rows = [(each.name, each.hidden, None if gesture else each.mask) for each in self.stack]
        if rows != self._shown:
            self._shown = rows
            self._fill()
        with QSignalBlocker(self.list):  # in the middle of a click its rows have to stay
            self.list.setCurrentRow(len(self.stack) - (0 if entered is None else 1 + entered))
        self.details.setVisible(region is not None)
        for button in self.buttons.values():
            button.setEnabled(region is not None)
        labels = {entry.part.name: entry.part.label for entry in manifest.parts}
        self.bar.say(self._words(region, labels))
        self.mask_box.refresh()
        if region is None or entered is None:
            return
        self.buttons["up"].setEnabled(entered + 1 < len(self.stack))
        self.buttons["down"].setEnabled(entered > 0)
        self.strength.set_value(region.strength)
        for name, tick in self.ticks.items():
            with QSignalBlocker(tick):
                tick.setChecked(name in region.parts)

    def _words(self, region: Region | None, labels: dict[str, str]) -> str:
        """What the bar says; nothing when the whole look is edited."""
        tool = self.tools.tool
        upright = self.tr(" Her head is upright meanwhile.") if tool and self.stage.pose != NEUTRAL else ""
        if region is None:
            return self.tr("Draw where the new region is to be.") + upright if tool else ""
        name = f"\N{LEFT DOUBLE QUOTATION MARK}{fitting(region.name)}\N{RIGHT DOUBLE QUOTATION MARK}"
        if tool:
            return self.tr("Drawing the mask of {}.").format(name) + upright
        parts = ", ".join(labels.get(part, part) for part in region.parts)
        return self.tr("Editing inside {}: {}").format(name, parts) + (self.tr(" (hidden)") if region.hidden else "")

    def _fill(self) -> None:
        with QSignalBlocker(self.list):
            self.list.clear()
            for region in reversed(self.stack):
                item = QListWidgetItem(_icon(region), region.name)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(Qt.CheckState.Unchecked if region.hidden else Qt.CheckState.Checked)
                item.setToolTip(self.tr("The eye shows or hides it; F2 gives it another name"))
                self.list.addItem(item)
            whole = QListWidgetItem(self.tr("The whole look"))
            whole.setToolTip(self.tr("All panels edit the look itself"))
            self.list.addItem(whole)

    # what is done to the entered one

    def shift(self, by: int) -> None:
        """Up or down in the stack."""
        entered, stack = self.session.entered, list(self.stack)
        if entered is not None and 0 <= entered + by < len(stack):
            stack.insert(entered + by, stack.pop(entered))
            self._edit(self.session.project.look.with_(regions=tuple(stack)), self.tr("Move region"))

    def rename(self) -> None:
        """Type another name, in its row."""
        if self.session.entered is not None:
            self.list.editItem(self.list.currentItem())

    def duplicate(self) -> None:
        """The same once more, above it and entered."""
        entered, region = self.session.entered, self.stage.region
        if entered is None or region is None:
            return
        copy = region.with_(name=self.tr("{} copy").format(region.name)[:MAX_NAME])
        look = self.session.project.look
        stack = (*look.regions[: entered + 1], copy, *look.regions[entered + 1 :])
        if self._edit(look.with_(regions=stack), self.tr("Duplicate region")):
            self.session.enter(entered + 1)

    def remove(self) -> None:
        """Away with it; undo brings it back."""
        entered = self.session.entered
        if entered is not None:
            self._edit(with_region(self.session.project.look, entered, None), self.tr("Delete region"))

    def _set_strength(self, value: Value) -> None:
        self._change(self.tr("Strength"), lambda region: region.with_(strength=float(value)))

    def _set_part(self, name: str, on: bool) -> None:
        region = self.stage.region
        if region is None or self.stage.manifest is None:
            return
        wanted = {*region.parts, name} if on else {*region.parts} - {name}
        parts = tuple(entry.part.name for entry in self.stage.manifest.parts if entry.part.name in wanted)
        if parts:
            self._change(self.tr("Parts of a region"), lambda region: region.with_(parts=parts))
        else:
            self.stage.say(self.tr("A region has one part at least."))
            self.refresh()

    def _changed(self, item: QListWidgetItem) -> None:
        """Its eye, or its name."""
        index = self._index(self.list.row(item))
        if index is None:
            return
        hidden, name = item.checkState() == Qt.CheckState.Unchecked, " ".join(item.text().split())[:MAX_NAME]
        region = self.stack[index]
        if hidden != region.hidden:
            label = self.tr("Hide region") if hidden else self.tr("Show region")
            self._change(label, lambda region: region.with_(hidden=hidden), index)
        elif name and name != region.name:
            self._change(self.tr("Rename region"), lambda region: region.with_(name=name), index)
        self._shown = None  # the item says what was typed: it is to say what is so
        self.refresh()

    def _change(self, label: str, change: Callable[[Region], Region], index: int | None = None) -> None:
        index = self.session.entered if index is None else index
        if index is not None:
            look = self.session.project.look
            self._edit(with_region(look, index, change(look.regions[index])), label)

    def _edit(self, look: Look, label: str) -> bool:
        """True when it was done; else it is said why not."""
        try:
            self.session.edit_whole(look, label)
        except StudioError as error:
            self.stage.fail(error.message, error.hint)
            return False
        return True


def _icon(region: Region) -> QIcon:
    """A small picture of the mask."""
    mask = region.mask.array
    height, width = mask.shape
    image = QImage(mask.data, width, height, width, QImage.Format.Format_Grayscale8)
    whole, smooth = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    return QIcon(QPixmap.fromImage(image.scaled(2 * ICON, 2 * ICON, whole, smooth)))
