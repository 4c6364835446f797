"""The keyboard's way through the window: Tab goes from group to group, arrows go to every control of a panel.

A group is a section of a panel. Tab enters it where it was left. Up and Down go from control to control, section after
section; Left and Right stay with a slider or a choice, and go from button to button elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QComboBox, QScrollArea, QWidget

from vtuber_studio.ui.widgets.section import Section
from vtuber_studio.ui.widgets.slider import Slider

UPRIGHT = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
SIDEWAYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_LINE = 12  # logical pixels: what stands no higher than so much than another stands beside it
_ROOM = 40  # logical pixels around a control that comes into sight


def step(window: QWidget, forward: bool) -> bool:
    """Put the focus on the next stop, a group or a control that is in none; False when there is no other."""
    start = window.focusWidget() or window
    stops = sorted({_stop(widget) for widget in _reachable(window)}, key=lambda stop: _order(stop, window))
    here = _stop(start)
    at = stops.index(here) if here in stops else -1 if forward else len(stops)
    if not stops or stops == [here]:
        return False
    target = stops[(at + (1 if forward else -1)) % len(stops)]
    target = _entry(target) if isinstance(target, Section) else target
    target.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
    return True


def walk(widget: QWidget, event: QKeyEvent) -> bool:
    """Go where an arrow key points; False when the key means something else to the control that has the focus."""
    if event.key() not in UPRIGHT and event.key() not in SIDEWAYS:
        return False
    section, area = _above(widget, Section), _above(widget, QScrollArea)
    key, button = event.key(), isinstance(widget, QAbstractButton)
    if not isinstance(section, Section) or not isinstance(area, QScrollArea):
        return False
    chord = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if chord or not (button or isinstance(widget, Slider | QComboBox)):
        return False
    if key in UPRIGHT:
        target = _nearest(area, widget, UPRIGHT[Qt.Key(key)])
    elif key in SIDEWAYS and button:
        target = _beside(section, widget, SIDEWAYS[Qt.Key(key)])
        if target is None and widget is section.header:
            section.header.setChecked(key == Qt.Key.Key_Right)
    else:
        return False
    if target is not None:
        target.setFocus(Qt.FocusReason.OtherFocusReason)
        area.ensureWidgetVisible(target, 0, _ROOM)
    return True


def _nearest(area: QScrollArea, widget: QWidget, way: int) -> QWidget | None:
    """The control above (-1) or below (1) in a panel, in the nearest line there the one that stands straightest."""
    content = area.widget()
    assert content is not None
    own = _place(widget, content)
    found = []
    for other in _reachable(content):
        place = _place(other, content)
        away = (place.center().y() - own.center().y()) * way
        if away > max(own.height(), place.height()) // 2:
            found.append((away, abs(place.center().x() - own.center().x()), other))
    nearest = min((away for away, _aside, _other in found), default=0)
    line = [(aside, other) for away, aside, other in found if away <= nearest + 8]
    return min(line, key=lambda pair: pair[0])[1] if line else None


def _beside(section: Section, widget: QWidget, way: int) -> QWidget | None:
    """The button before (-1) or after (1) this one, in reading order."""
    if widget is section.header:
        return None
    places = {other: _place(other, section) for other in _reachable(section.content)}
    ordered = sorted(places, key=lambda other: (places[other].center().y(), places[other].x()))
    at = ordered.index(widget) + way if widget in places else -1
    return ordered[at] if 0 <= at < len(ordered) else None


def _stop(widget: QWidget) -> QWidget:
    """The section that a control stands in, or itself."""
    return _above(widget, Section) or widget


def _order(stop: QWidget, window: QWidget) -> tuple[int, ...]:
    """As one reads: the toolbars, docks and canvas of the window, then what stands in each."""
    area = stop
    while (above := area.parentWidget()) is not None and above is not window:
        area = above
    at, scrolled = area.geometry(), _above(stop, QScrollArea)
    content = scrolled.widget() if isinstance(scrolled, QScrollArea) else None
    place = _place(stop, content or window)
    if scrolled is not None and content is not None:  # wherever it is scrolled to
        place.translate(scrolled.mapTo(window, QPoint(0, 0)))
    line = place.y() if isinstance(stop, Section) else place.center().y()
    return at.y(), at.x(), line // _LINE, place.x()


def _entry(section: Section) -> QWidget:
    """The control of a section that had the focus last, or its first; the heading when it is folded."""
    last = section.focusWidget()
    if last is not None and _takes_tab(last, section.window()):
        return last
    return next(_reachable(section.content), section.header)


def _reachable(root: QWidget) -> Iterator[QWidget]:
    """Controls that Tab or arrows may go to."""
    window = root.window()
    for child in root.findChildren(QWidget):
        if _takes_tab(child, window):
            yield child


def _takes_tab(widget: QWidget, window: QWidget) -> bool:
    everything = QGuiApplication.styleHints().tabFocusBehavior() == Qt.TabFocusBehavior.TabFocusAllControls
    wanted = Qt.FocusPolicy.TabFocus if everything else Qt.FocusPolicy.StrongFocus
    return (
        (widget.focusPolicy() & wanted) == wanted
        and widget.isVisible()
        and widget.isEnabled()
        and widget.window() is window
        and widget.focusProxy() is None
    )


def _place(widget: QWidget, root: QWidget) -> QRect:
    return QRect(widget.mapTo(root, QPoint(0, 0)), widget.size())


def _above(widget: QWidget, kind: type[QWidget]) -> QWidget | None:
    above = widget.parentWidget()
    while above is not None and not isinstance(above, kind) and not above.isWindow():
        above = above.parentWidget()
    return above if isinstance(above, kind) else None
