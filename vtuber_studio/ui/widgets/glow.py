"""A frame around some controls of a panel, for a moment: here they are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QScrollArea, QWidget

from vtuber_studio.ui.theme import COLOURS
from vtuber_studio.ui.widgets.section import Section

LASTS = 1800  # milliseconds
_ROOM = 40  # logical pixels above the first of them, where its heading stands


class Glow(QWidget):
    """Lies over the content of a scroll area; goes by itself."""

    def __init__(self, content: QWidget, place: QRect) -> None:
        super().__init__(content)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setGeometry(place.adjusted(-3, -3, 3, 3))
        self.show()
        self.raise_()
        QTimer.singleShot(LASTS, self, self.close)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A rounded frame."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(COLOURS["accent"]), 1.6))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 7, 7)


def reveal(controls: Sequence[QWidget]) -> None:
    """Unfold the sections of some controls of one panel, scroll to the first of them, and frame all of them."""
    shown = [control for control in controls if not control.isHidden()]
    area = _above(shown[0], QScrollArea) if shown else None
    if not isinstance(area, QScrollArea):
        return
    content = area.widget()
    assert content is not None
    for old in content.findChildren(Glow):
        old.close()
    places: dict[QWidget | None, QRect] = {}
    for control in shown:
        section = _above(control, Section)
        if isinstance(section, Section):
            section.header.setChecked(True)
    for widget in (content, *content.findChildren(QWidget)):  # a section that unfolds, and where all others stand then
        layout = widget.layout()
        if layout is not None:
            layout.activate()
    for control in shown:
        place = QRect(control.mapTo(content, control.rect().topLeft()), control.size())
        section = _above(control, Section)
        places[section] = places[section].united(place) if section in places else place
    first = min(place.top() for place in places.values())
    last = max(place.bottom() for place in places.values())
    bar, height = area.verticalScrollBar(), area.viewport().height()
    if first - _ROOM < bar.value() or last > bar.value() + height:
        bar.setValue(first - _ROOM)
    for place in places.values():
        Glow(content, place)


def _above(widget: QWidget, kind: type[QWidget]) -> QWidget | None:
    above = widget.parentWidget()
    while above is not None and not isinstance(above, kind):
        above = above.parentWidget()
    return above
