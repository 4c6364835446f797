"""The figure on the canvas: pictures that cover one another, raised by her breath as they are painted.

Breathing is the last of all warps and the same for everything that shows (`engine.warp.breathing`), so that it needs no
new picture: rows from the chin up rise together, rows of the chest by bands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter, QRegion, QTransform

from vtuber_studio.engine.warp import breathing

UNITS = 512.0
AXIS, CHIN = 256.0, 300.0  # canvas units: what the chest widens about; below it rows rise less and less
BAND = 8.0  # units


@dataclass(frozen=True, eq=False)
class Picture:
    """Premultiplied pixels that fill ``place``, in canvas units."""

    image: QImage
    place: QRectF


def whole(image: QImage) -> Picture:
    """A picture of the whole canvas."""
    return Picture(image, QRectF(0, 0, UNITS, UNITS))


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
            painter.drawImage(picture.place, picture.image)
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
