"""A colour is chosen: field, sliders, hex, her own colours, imported and used ones, a dropper for canvas and pictures.

Every change is told at once, so that she shows it; accepting and rejecting are the caller's: the look's history knows
one step, or none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from string import hexdigits

import numpy as np
from PySide6.QtCore import QPoint, QRect, QRectF, QSignalBlocker, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
)
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.hues import from_rgb, to_rgb
from vtuber_studio.core.palette import canonical, parse_hex, to_hex
from vtuber_studio.ui.widgets.colour_field import ColourField, ColourList, GradientSlider, paint_colour
from vtuber_studio.ui.widgets.words import titled

STOPS = 25  # of a slider's run of colours
Pick = Callable[[QPoint], str | None]  # a place on the screen -> the colour that is seen there
Named = Sequence[tuple[str, str]]  # what it is, its colour


class Patch(QWidget):
    """The colour before, and now; a click on the first takes it back."""

    back = Signal()

    def __init__(self, before: str) -> None:
        super().__init__()
        self.before = self.now = before
        self.setFixedHeight(30)
        self.setToolTip(self.tr("Before, and now; a click on the left half takes the colour back"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Two halves."""
        half = self.width() // 2
        with QPainter(self) as painter:
            paint_colour(painter, QRectF(0, 0, half, self.height()), self.before)
            paint_colour(painter, QRectF(half, 0, self.width() - half, self.height()), self.now)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Back to the first."""
        if event.position().x() < self.width() / 2:
            self.back.emit()


class Dropper(QWidget):
    """The canvas as it is, over the canvas: what the cursor is on is tried, a click takes it, Esc does not."""

    tried = Signal(str)
    closed = Signal(bool)  # was it taken?

    def __init__(self, parent: QWidget, place: QRect, picture: QPixmap, pick: Pick) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setGeometry(place)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._picture, self._pick, self._taken = picture, pick, False

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture that was there."""
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._picture)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Try what is here."""
        colour = self._pick(event.globalPosition().toPoint())
        if colour is not None:
            self.tried.emit(colour)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take what is here; a click elsewhere ends it."""
        if self.rect().contains(event.position().toPoint()) and event.button() == Qt.MouseButton.LeftButton:
            self.mouseMoveEvent(event)
            self._taken = self._pick(event.globalPosition().toPoint()) is not None
        self._end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc gives up."""
        if event.key() == Qt.Key.Key_Escape:
            self._end()

    def _end(self) -> None:
        self.close()
        self.closed.emit(self._taken)


class ColourDialog(QDialog):
    """``changed(colour)`` at each step of the way; ``accepted`` or ``rejected`` at its end."""

    changed = Signal(str)  # "#rrggbb", or "#rrggbbaa" where the first colour had an alpha
    dropper_wanted = Signal()
    picture_wanted = Signal()
    picture_dropped = Signal(Path)

    def __init__(
        self, title: str, colour: str, own: Named, imported: Named, recent: Sequence[str], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(titled(title))
        self.setModal(True)
        self.colour = colour
        self.clear = len(colour) == 9
        self._hue, self._strength, self._light = from_rgb(parse_hex(colour)[:3])
        self.field = ColourField()
        self.field.picked.connect(lambda strength, light: self._turn(strength=strength, light=light))
        self.sliders: dict[str, GradientSlider] = {}
        self.numbers: dict[str, QSpinBox] = {}
        self.hex = QLineEdit(colour, maxLength=32)
        self.hex.setAccessibleName(self.tr("Colour in hexadecimal digits, or its name"))
        self.hex.setToolTip(self.tr("#rrggbb, #rgb, or a name: coral"))
        self.hex.textEdited.connect(self._typed)
        self.hex.editingFinished.connect(lambda: self.hex.setText(self.colour))
        self.patch = Patch(colour)
        self.patch.back.connect(lambda: self.take(self.patch.before))
        self.drop_button = QPushButton(self.tr("Pick from her"), autoDefault=False)
        self.drop_button.setToolTip(self.tr("Then point at the canvas: a click takes the colour there"))
        self.drop_button.clicked.connect(self.dropper_wanted)
        self.picture_button = QPushButton(self.tr("From a picture ..."), autoDefault=False)
        self.picture_button.setToolTip(self.tr("Open a picture, or drop one here; a click on it takes the colour"))
        self.picture_button.clicked.connect(self.picture_wanted)
        self.setAcceptDrops(True)
        self.own, self.recent = ColourList(self.tr("Her colours"), 3), ColourList(self.tr("Used before"), 1)
        self.imported = ColourList(self.tr("Imported palettes"), 2)
        self.own.fill(own)
        self.imported.fill(imported)
        self.recent.fill(("", each) for each in recent)
        for colours in (self.own, self.imported, self.recent):
            colours.taken.connect(self.take)
        self._lay_out()
        self._show()

    def _lay_out(self) -> None:
        column, grid, line, buttons = QVBoxLayout(self), QGridLayout(), QHBoxLayout(), QHBoxLayout()
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addWidget(self.field)
        rows = [
            ("hue", self.tr("Hue"), 360),
            ("strength", self.tr("Strength"), 100),
            ("light", self.tr("Lightness"), 100),
        ]
        for index, (name, label, most) in enumerate([*rows, *([("alpha", self.tr("Cover"), 100)] * self.clear)]):
            slider, number = GradientSlider(most), QSpinBox(maximum=most)
            number.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
            number.setFixedWidth(46)
            for editor in (slider, number):
                editor.setAccessibleName(label)
                editor.valueChanged.connect(partial(self._slid, name, most))
            self.sliders[name], self.numbers[name] = slider, number
            grid.addWidget(QLabel(label), index, 0)
            grid.addWidget(slider, index, 1)
            grid.addWidget(number, index, 2)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        for button in (self.drop_button, self.picture_button):
            line.addWidget(button, 1)
        column.addWidget(self.hex)
        column.addLayout(line)
        column.addWidget(self.patch)
        for colours in (self.own, self.imported, self.recent):
            caption = QLabel(colours.accessibleName())
            caption.setObjectName("caption")
            for widget in (caption, colours):
                widget.setVisible(colours.count() > 0)
                column.addWidget(widget)
        take, cancel = QPushButton(self.tr("Take it"), default=True), QPushButton(self.tr("Cancel"), autoDefault=False)
        take.setObjectName("primary")
        take.clicked.connect(self.accept)
        cancel.clicked.connect(self.reject)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(take)
        column.addLayout(buttons)
        self.setFixedWidth(330)
        self.sliders["hue"].setFocus()

    def take(self, colour: str, typing: bool = False) -> None:
        """Choose a colour as it is; how much it covers stays, unless it says so."""
        colour = canonical(colour)
        rgb, cover = colour[:7], colour[7:] or self.colour[7:]
        if rgb != self.colour[:7]:
            hue, self._strength, self._light = from_rgb(parse_hex(rgb)[:3])
            self._hue = hue if self._strength else self._hue  # a grey keeps the hue that one came from
        self._tell(rgb + (cover if self.clear else ""), typing)

    def drop(self, place: QRect, picture: QPixmap, pick: Pick) -> Dropper:
        """Let a colour be pointed at on a picture that lies over ``place`` of the screen."""
        before = self.colour
        dropper = Dropper(self, place, picture, pick)
        dropper.tried.connect(self.take)
        dropper.closed.connect(lambda taken: None if taken else self.take(before))
        dropper.show()
        return dropper

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files are welcome; whether one is a picture is seen when it is read."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Pick from the first one."""
        event.acceptProposedAction()
        self.picture_dropped.emit(next(Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()))

    def _slid(self, name: str, most: int, value: int) -> None:
        if name == "alpha":
            alpha = f"{round(255 * value / most):02x}"
            self._tell(self.colour[:7] + alpha)
        else:
            self._turn(**{name: value if name == "hue" else value / most})

    def _turn(self, hue: float | None = None, strength: float | None = None, light: float | None = None) -> None:
        """Another hue (degrees), strength or lightness (0..1); the others stay what they are."""
        self._hue = self._hue if hue is None else hue
        self._strength = self._strength if strength is None else strength
        self._light = self._light if light is None else light
        rgb = to_rgb(*(np.array(each) for each in (self._hue, self._strength, self._light)))
        self._tell(to_hex(rgb) + self.colour[7:])

    def _typed(self, text: str) -> None:
        bare = len(text) in (3, 4, 6, 8) and all(digit in hexdigits for digit in text)
        try:
            self.take(f"#{text}" if bare else text, typing=True)
        except StudioError:
            pass  # not yet a colour: the last one stands, and leaving the field brings its digits back

    def _tell(self, colour: str, typing: bool = False) -> None:
        same, self.colour = colour == self.colour, colour
        self._show(typing)
        if not same:
            self.changed.emit(canonical(colour))

    def _show(self, typing: bool = False) -> None:
        """Bring everything to the colour that there is, but not the field in which it is being typed."""
        hue, strength, light = self._hue, self._strength, self._light
        shown = {"hue": round(hue), "strength": round(100 * strength), "light": round(100 * light)}
        if self.clear:
            shown["alpha"] = round(100 * int(self.colour[7:], 16) / 255)
        along = np.linspace(0, 1, STOPS)
        runs = {
            "hue": to_rgb(360 * along, np.array(max(strength, 0.35)), np.array(min(max(light, 0.35), 0.85))),
            "strength": to_rgb(np.array(hue), along, np.array(light)),
            "light": to_rgb(np.array(hue), np.array(strength), along),
        }
        for name, value in shown.items():
            for widget in (self.sliders[name], self.numbers[name]):
                with QSignalBlocker(widget):
                    widget.setValue(value)
            if name in runs:
                self.sliders[name].show_colours([QColor.fromRgbF(*map(float, rgb)) for rgb in runs[name]])
        if self.clear:
            ends = QColor(self.colour[:7]), QColor(self.colour[:7])
            ends[0].setAlpha(0)
            self.sliders["alpha"].show_colours(list(ends))
        self.field.show_colour(hue, strength, light)
        self.patch.now = self.colour
        self.patch.update()
        if not typing:
            self.hex.setText(self.colour)
