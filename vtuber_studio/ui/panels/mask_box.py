"""The tools of a mask: what is in hand, how large it is, and what can be done with the mask as a whole."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QToolButton

from vtuber_studio.core.attribute import Attribute, Value
from vtuber_studio.engine import selection
from vtuber_studio.ui.mask_tools import BRUSHES, SIZES, MaskTools
from vtuber_studio.ui.widgets.section import Section
from vtuber_studio.ui.widgets.value_row import ValueRow

STEP = 8  # of the mask's pixels, four units of the canvas: how far one click grows, shrinks or softens
COLUMNS = 3


class MaskBox(Section):
    """Buttons and sliders over a MaskTools."""

    def __init__(self, tools: MaskTools) -> None:
        super().__init__(self.tr("Draw its mask"))
        self.mask_tools = tools
        self.tools: dict[str, QToolButton] = {}
        self.changes: dict[str, QPushButton] = {}
        grid = QGridLayout()
        for place, (name, text, tip) in enumerate(
            (
                ("brush", self.tr("Brush"), self.tr("Paint what is inside; a pen's pressure is how much")),
                ("eraser", self.tr("Eraser"), self.tr("Paint what is outside")),
                ("colour", self.tr("Colour"), self.tr("Click: what has this colour and hangs together")),
                ("lasso", self.tr("Lasso"), self.tr("Draw around it")),
                ("polygon", self.tr("Polygon"), self.tr("Click from corner to corner; Enter or double click closes")),
                ("ellipse", self.tr("Ellipse"), self.tr("Pull from corner to corner")),
            )
        ):
            button = QToolButton(text=text, toolTip=tip, checkable=True)
            button.setSizePolicy(QPushButton().sizePolicy())
            button.clicked.connect(partial(self._take, name))
            grid.addWidget(button, place // COLUMNS, place % COLUMNS)
            self.tools[name] = button
        self.body.addLayout(grid)
        self.hint = QLabel(self.tr("Alt takes away; Shift and Alt leave what both have. Esc ends."), wordWrap=True)
        self.hint.setObjectName("caption")
        self.body.addWidget(self.hint)
        self.radius = self._row("size", self.tr("Size"), SIZES, tools.radius, tools.set_radius)
        self.hardness = self._row("hardness", self.tr("Hardness"), (0, 1), tools.hardness, self._set_hardness)
        self.tolerance = self._row("tolerance", self.tr("Tolerance"), (0, 0.5), tools.tolerance, self._set_tolerance)
        self.caption = QLabel(self.tr("The whole mask:"))
        self.caption.setObjectName("caption")
        self.body.addWidget(self.caption)
        grid = QGridLayout()
        changes: tuple[tuple[str, str, str, Callable[[np.ndarray], np.ndarray]], ...] = (
            ("feather", self.tr("Feather"), self.tr("A softer edge"), lambda mask: selection.feather(mask, STEP)),
            ("grow", self.tr("Grow"), self.tr("Larger all around"), lambda mask: selection.grow(mask, STEP)),
            ("shrink", self.tr("Shrink"), self.tr("Smaller all around"), lambda mask: selection.grow(mask, -STEP)),
            ("invert", self.tr("Invert"), self.tr("Outside in"), selection.inverted),
            ("mirror", self.tr("Mirror"), self.tr("Her left for her right"), selection.mirrored),
        )
        for place, (name, text, tip, change) in enumerate(changes):
            push = QPushButton(text, toolTip=tip)
            push.clicked.connect(partial(tools.change, self.tr("{} a mask").format(text), change))
            grid.addWidget(push, place // COLUMNS, place % COLUMNS)
            self.changes[name] = push
        self.body.addLayout(grid)
        tools.changed.connect(self.refresh)
        self.refresh()

    def _row(
        self, name: str, label: str, limits: tuple[float, float], value: float, put: Callable[[float], object]
    ) -> ValueRow:
        low, high = limits
        row = ValueRow(Attribute(f"mask_{name}", label, "Regions", low=low, high=high, default=value), lockable=False)
        row.set_value(value)
        row.moved.connect(lambda moved: put(float(moved)))
        self.body.addWidget(row)
        return row

    def refresh(self) -> None:
        """Show which tool is in hand, and what it can be told."""
        tool, entered = self.mask_tools.tool, self.mask_tools.session.entered is not None
        for name, button in self.tools.items():
            button.setChecked(name == tool)
        self.hint.setVisible(bool(tool))
        self.radius.setVisible(tool in BRUSHES)
        self.radius.set_value(round(self.mask_tools.radius, 2))
        self.hardness.setVisible(tool in BRUSHES)
        self.tolerance.setVisible(tool == "colour")
        for widget in (self.caption, *self.changes.values()):
            widget.setVisible(entered)

    def _take(self, name: str) -> None:
        self.mask_tools.use(name)

    def _set_hardness(self, value: Value) -> None:
        self.mask_tools.hardness = float(value)

    def _set_tolerance(self, value: Value) -> None:
        self.mask_tools.tolerance = float(value)
