"""What colours are chosen with: a field of strength and lightness, sliders that show where they lead, kept colours."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QLinearGradient, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from vtuber_studio.core.hues import to_rgb
from vtuber_studio.ui.canvas import checkerboard
from vtuber_studio.ui.theme import COLOURS
from vtuber_studio.ui.widgets.slider import Slider
from vtuber_studio.ui.widgets.words import plain

GRAIN = 3  # logical pixels of the field to a computed one
CELL = 22  # logical pixels of a kept colour


def qcolor(colour: str) -> QColor:
    """Of "#rrggbb" or "#rrggbbaa"."""
    made = QColor(colour[:7])
    if len(colour) == 9:
        made.setAlpha(int(colour[7:], 16))
    return made


def paint_colour(painter: QPainter, place: QRectF, colour: str) -> None:
    """Fill a place; what is clear about the colour shows squares."""
    if len(colour) == 9:
        painter.drawTiledPixmap(place, checkerboard(0.5, "#8c8c94", "#c8c8cc"))
    painter.fillRect(place, qcolor(colour))


class GradientSlider(Slider):
    """A slider in front of the colours that it leads to."""

    def __init__(self, maximum: int, parent: QWidget | None = None) -> None:
        super().__init__(parent, maximum=maximum)
        self.colours: list[QColor] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(22)

    def show_colours(self, colours: list[QColor]) -> None:
        """From left to right, equally far apart."""
        self.colours = colours
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The run of colours, and the handle as a ring."""
        grip = QRectF(self.handle())
        groove = QRectF(self.rect()).adjusted(grip.width() / 2, 5, -grip.width() / 2, -5)
        gradient = QLinearGradient(groove.topLeft(), groove.topRight())
        for index, colour in enumerate(self.colours):
            gradient.setColorAt(index / (len(self.colours) - 1), colour)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(gradient)
            painter.drawRoundedRect(groove, 5, 5)
            _ring(painter, QPointF(grip.center().x(), groove.center().y()), 8, self.hasFocus())


def _ring(painter: QPainter, at: QPointF, radius: float, focus: bool = False) -> None:
    """Seen on any colour."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in (("#15131c", 4.0), (COLOURS["accent"] if focus else "#ffffff", 2.0)):
        pen = painter.pen()
        pen.setStyle(Qt.PenStyle.SolidLine)
        pen.setColor(QColor(colour))
        pen.setWidthF(width)
        painter.setPen(pen)
        painter.drawEllipse(at, radius, radius)


class ColourField(QWidget):
    """All strengths (across) and lightnesses (up) of one hue, for the mouse; the sliders do the same by keys."""

    picked = Signal(float, float)  # strength, lightness: 0..1

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(150)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._hue = self._strength = self._light = 0.0
        self._drawn: tuple[float, QSize] | None = None
        self._image = QImage()

    def show_colour(self, hue: float, strength: float, light: float) -> None:
        """Where the ring stands, and on what."""
        self._hue, self._strength, self._light = hue, strength, light
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The field and the ring."""
        if self._drawn != (self._hue, self.size()):
            self._drawn = self._hue, self.size()
            across, up = np.linspace(0, 1, self.width() // GRAIN), np.linspace(1, 0, self.height() // GRAIN)
            rgb = np.round(255 * to_rgb(np.array(self._hue), across[None], up[:, None])).astype(np.uint8)
            rgba = np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])
            height, width = rgba.shape[:2]
            self._image = QImage(rgba.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
        with QPainter(self) as painter:
            painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.rect(), self._image)
            at = QPointF(self._strength * (self.width() - 1), (1 - self._light) * (self.height() - 1))
            _ring(painter, at, 7)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take what is here, and go on."""
        self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Take what is here."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            at = event.position()
            across, down = at.x() / max(1, self.width() - 1), at.y() / max(1, self.height() - 1)
            self.picked.emit(min(max(across, 0.0), 1.0), 1 - min(max(down, 0.0), 1.0))


class ColourList(QListWidget):
    """Kept colours in rows: a click or Enter takes one, arrow keys go from one to the next."""

    taken = Signal(str)

    def __init__(self, name: str, rows: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("colours")
        self.setAccessibleName(name)
        self.setViewMode(QListWidget.ViewMode.IconMode)
        self.setMovement(QListWidget.Movement.Static)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(CELL, CELL))
        self.setGridSize(QSize(CELL + 6, CELL + 6))
        self.setFixedHeight(rows * (CELL + 6) + 8)
        self.itemClicked.connect(lambda item: self.taken.emit(item.data(Qt.ItemDataRole.UserRole)))
        self.itemActivated.connect(lambda item: self.taken.emit(item.data(Qt.ItemDataRole.UserRole)))

    def fill(self, colours: Iterable[tuple[str, str]]) -> None:
        """Show (what it is, "#rrggbb") in their order."""
        self.clear()
        for label, colour in colours:
            tile = QPixmap(2 * CELL, 2 * CELL)
            tile.setDevicePixelRatio(2.0)
            tile.fill(Qt.GlobalColor.transparent)
            with QPainter(tile) as painter:
                paint_colour(painter, QRectF(0, 0, CELL, CELL), colour)
                painter.setPen(QColor(COLOURS["edge"]))
                painter.drawRect(QRectF(0.5, 0.5, CELL - 1, CELL - 1))
            item = QListWidgetItem(QIcon(tile), "")
            item.setData(Qt.ItemDataRole.UserRole, colour)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{label} {colour}".strip())
            item.setToolTip(plain(f"{label} {colour}".strip()))
            self.addItem(item)
