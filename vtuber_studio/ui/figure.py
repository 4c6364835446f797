"""The figure on the canvas: pictures that cover one another, raised by her breath as they are painted.

Breathing is the last of all warps and the same for everything that shows (`engine.warp.breathing`), so that it needs no
new picture: rows from the chin up rise together, rows of the chest by bands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap, QRegion, QTransform

from vtuber_studio.engine.warp import breathing

UNITS = 512.0
AXIS, CHIN = 256.0, 300.0  # canvas units: what the chest widens about; below it rows rise less and less
BAND = 8.0  # units
CHECK = 12  # logical pixels of a square of the checkerboard behind her
CHECK_DARK, CHECK_LIGHT = "#2a2832", "#33313d"


@dataclass(frozen=True, eq=False)
class Picture:
    """Premultiplied pixels that fill ``place``, in canvas units; ``seen``: what is painted in their stead."""

    image: QImage
    place: QRectF
    seen: QImage | None = None


class Beside(NamedTuple):
    """Another look's pictures, left of ``at`` (0..1 of the widget's width)."""

    pictures: list[Picture]
    at: float


def halves(
    pictures: list[Picture], beside: Beside | None, seen: QRect, width: int
) -> Iterator[tuple[list[Picture], QRect]]:
    """Which pictures are painted in which pixels of a widget."""
    x = round(beside.at * width) if beside else 0
    for shown, half in ((beside.pictures if beside else [], QRect(0, seen.y(), x, seen.height())),
                        (pictures, QRect(x, seen.y(), width - x, seen.height()))):  # fmt: skip
        if shown and not (half & seen).isEmpty():
            yield shown, half & seen


def whole(image: QImage, seen: QImage | None = None) -> Picture:
    """A picture of the whole canvas."""
    return Picture(image, QRectF(0, 0, UNITS, UNITS), seen)


def paint_figure(
    painter: QPainter, figure: QRectF, pictures: Sequence[Picture], breath: float, seen: QRect
) -> None:
    """Paint what ``seen`` (widget pixels) shows of the canvas's square ``figure``; later pictures replace earlier
    ones where they lie."""
    painter.save()
    for rows, transform in _bands(figure, breath, seen):
        free = QRegion(rows)
        for picture in reversed(pictures):
            place = transform.mapRect(picture.place)
            own = free if picture is pictures[0] else free.intersected(_inner(place))
            if own.isEmpty():
                continue
            painter.setTransform(QTransform())
            painter.setClipRegion(own)
            painter.setTransform(transform)
            painter.drawImage(picture.place, picture.image if picture.seen is None else picture.seen)
            free = free.subtracted(own)
    painter.restore()


def _bands(figure: QRectF, breath: float, seen: QRect) -> Iterator[tuple[QRect, QTransform]]:
    """Rows of the widget, and how canvas units get there."""
    zoom = figure.width() / UNITS
    edges = np.array([0.0, UNITS]) if breath == 0 else np.array([0.0, *np.arange(CHIN, UNITS, BAND), UNITS])
    tops = np.round(figure.y() + zoom * edges).astype(int)
    edges = (tops - figure.y()) / zoom  # where the widget's rows really are
    stretch, lift = breathing(edges.astype(np.float32), breath)
    for a in range(len(edges) - 1):
        rows = QRect(seen.x(), int(tops[a]), seen.width(), int(tops[a + 1] - tops[a])).intersected(seen)
        if rows.isEmpty():
            continue
        below = [float(edges[k] + lift[k]) for k in (a, a + 1)]  # the rows of the picture that are seen there
        wide = zoom * float(stretch[a] + stretch[a + 1]) / 2
        high = zoom * float(edges[a + 1] - edges[a]) / (below[1] - below[0])
        x, y = figure.x() + (zoom - wide) * AXIS, figure.y() + zoom * float(edges[a]) - high * below[0]
        yield rows, QTransform(wide, 0, 0, high, x, y)


def _inner(place: QRectF) -> QRect:
    """The whole pixels inside a rectangle."""
    left, top = int(np.ceil(place.left())), int(np.ceil(place.top()))
    return QRect(left, top, int(np.floor(place.right())) - left, int(np.floor(place.bottom())) - top)


def shown_at(points: np.ndarray, breath: float) -> np.ndarray:
    """Where the canvas shows points [n, 2] of the picture, in its units, at a breath."""
    if breath == 0:
        return points
    y = points[:, 1]
    for _ in range(2):  # how far a row rises changes slowly from row to row
        stretch, lift = breathing(y, breath)
        y = points[:, 1] - lift
    return np.stack([(points[:, 0] - AXIS) * stretch + AXIS, y], 1)


def unbreathed(x: float, y: float, breath: float) -> tuple[float, float]:
    """The point of the picture that the canvas shows at (x, y), in its units, at a breath."""
    stretch, lift = breathing(np.array([y], np.float32), breath)
    return float((x - AXIS) / stretch[0] + AXIS), y + float(lift[0])


def checkerboard(ratio: float = 1.0, dark: str = CHECK_DARK, light: str = CHECK_LIGHT) -> QPixmap:
    """A tile of 16 by 16 squares in the screen's own pixels (``ratio`` to a logical one), quick to lay."""
    square = round(CHECK * ratio)
    tile = QPixmap(16 * square, 16 * square)
    tile.fill(QColor(dark))
    with QPainter(tile) as painter:
        for place in range(0, 256, 2):
            row, column = divmod(place, 16)
            painter.fillRect((column + row % 2) * square, row * square, square, square, QColor(light))
    tile.setDevicePixelRatio(ratio)
    return tile
