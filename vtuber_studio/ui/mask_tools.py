"""Tools that draw a region's mask: brush, eraser, lasso, polygon, ellipse, colour.

A stroke is one gesture of the session, whatever it is made of: the picture follows it, Esc takes it back. While a tool
is on the head is shown upright, as masks are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, QPointF, QRectF, QTimer, Signal

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.mask import SIDE, mask_of
from vtuber_studio.core.pose import NEUTRAL
from vtuber_studio.core.region import differs, with_region
from vtuber_studio.engine import selection
from vtuber_studio.engine.render import render
from vtuber_studio.engine.selection import Join
from vtuber_studio.ui.canvas import Canvas
from vtuber_studio.ui.figure import UNITS
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.mask_overlay import MaskOverlay

BRUSHES = ("brush", "eraser")
PUSH = 30  # milliseconds between two pictures of a stroke, at least; the first comes at once
FLASH = 900  # milliseconds for which the mask of a region is shown when it is entered
NEAR = 8.0  # logical pixels: a click so near to the first corner closes a polygon
LEAST = 3.0  # logical pixels: a smaller shape was a click
SIZES = (1.0, 100.0)  # canvas units of a brush's radius
PER_UNIT = SIDE / UNITS
Point = tuple[float, float, float]  # x, y in the mask's pixels, opacity


@dataclass
class Stroke:
    """What is being drawn: on which mask, how the two join, and what has come of it so far."""

    base: np.ndarray
    how: Join
    drawn: np.ndarray = field(default_factory=selection.blank)
    made: np.ndarray = field(default_factory=selection.blank)
    last: Point | None = None
    points: list[QPointF] = field(default_factory=list)  # of a shape, in the mask's pixels


class MaskTools(QObject):
    """What a hand (``ui/mask_hand.py``) does with a tool becomes the mask of the entered region; with none, ``drawn``
    brings a new one."""

    changed = Signal()  # which tool is on
    drawn = Signal(object)  # uint8 [SIDE, SIDE]

    def __init__(self, stage: Stage, canvas: Canvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stage, self.session, self.canvas = stage, stage.session, canvas
        self.overlay = MaskOverlay(canvas)
        self.tool = ""  # which one is on
        self.radius = 16.0  # canvas units
        self.hardness = 0.6
        self.tolerance = 0.12  # of the colour tool
        self._stroke: Stroke | None = None
        self._entered: int | None = None
        self._push = QTimer(self, singleShot=True)
        self._push.timeout.connect(self._follow)
        self._pushed = QElapsedTimer()  # since when
        self._flash = QTimer(self, interval=FLASH, singleShot=True)
        self._flash.timeout.connect(self._show)
        stage.changed.connect(self._on_changed)
        stage.loaded.connect(lambda: self.use(""))

    # which tool

    def use(self, tool: str) -> None:
        """Take a tool in hand; the one that is in it already, or none, puts it down."""
        tool = "" if tool == self.tool else tool
        self.drop()
        self.tool = tool
        self._flash.stop()
        self.stage.set_upright(bool(tool))
        self.overlay.set_tinted(True)
        self._show()
        self.changed.emit()

    def set_radius(self, radius: float) -> None:
        """Of brush and eraser, in canvas units."""
        self.radius = min(max(radius, SIZES[0]), SIZES[1])
        self.changed.emit()

    @property
    def drawing(self) -> bool:
        """True in the middle of a stroke or of a shape."""
        return self._stroke is not None

    @property
    def lost(self) -> bool:
        """True when the gesture of a stroke was taken back meanwhile, by undo."""
        painting = self._stroke is not None and self.tool in BRUSHES and self.session.entered is not None
        return painting and not self.session.in_gesture

    def step_back(self) -> None:
        """Forget the last corner."""
        if self._stroke is not None and len(self._stroke.points) > 1:
            self._stroke.points.pop()

    @property
    def mask(self) -> np.ndarray:
        """Of the entered region; with none, nothing is inside yet."""
        region = self.stage.region
        return selection.blank() if region is None else region.mask.array

    def change(self, label: str, change: Callable[[np.ndarray], np.ndarray]) -> None:
        """Do something to the whole mask of the entered region, as one step."""
        if self.stage.region is not None:
            self._keep(label, change(self.mask))

    def _show(self) -> None:
        """The mask while a tool is on, or just after it was entered."""
        if self.tool or self._flash.isActive():
            self.overlay.show_mask(self.mask)
        else:
            self.overlay.hide()

    def _on_changed(self) -> None:
        before, self._entered = self._entered, self.session.entered
        if self.tool and before is not None and self._entered is None:
            self.use("")
        elif not self.tool and self._entered not in (before, None) and self.stage.pose == NEUTRAL:
            self._flash.start()
        if self._stroke is not None and before != self._entered:
            self.drop()
        if self._stroke is None:
            self._show()

    # strokes

    def press(self, at: QPointF, pressure: float, how: Join) -> None:
        """The button is down, or the pen, at a point of the canvas widget; ``pressure`` 0..1."""
        if self.stage.manifest is None:
            return
        if self.tool == "polygon":
            self._corner(at, how)
        elif self.tool == "colour":
            self._pick(at, how)
        else:
            self._begin(at, pressure, how)

    def _begin(self, at: QPointF, pressure: float, how: Join) -> None:
        self._stroke = stroke = Stroke(self.mask, how)
        if self.tool in BRUSHES:
            if self.session.entered is not None:
                self.session.begin(self._label)
            stroke.made = stroke.base.copy()
            self.pull(at, pressure)
        else:
            stroke.points = [self._pixel(at)]

    @property
    def _label(self) -> str:
        words = {"brush": self.tr("Paint a mask"), "eraser": self.tr("Erase a mask")}
        return words.get(self.tool, self.tr("Draw a mask"))

    def _pixel(self, at: QPointF) -> QPointF:
        """A point of the canvas widget in the mask's pixels."""
        return (at - self.canvas.origin) * (PER_UNIT / self.canvas.zoom)

    def _screen(self, pixel: QPointF) -> QPointF:
        return self.canvas.origin + pixel * (self.canvas.zoom / PER_UNIT)

    def pull(self, at: QPointF, pressure: float) -> None:
        """One move: only the window that it touched is worked on."""
        stroke = self._stroke
        if stroke is None:
            return
        pixel = self._pixel(at)
        if self.tool not in BRUSHES:
            self._shape(pixel)
            return
        to = (pixel.x(), pixel.y(), pressure)
        window = selection.stroke(stroke.drawn, stroke.last or to, to, self.radius * PER_UNIT, self.hardness)
        stroke.last = to
        if window is not None:
            place = np.s_[window[1] : window[3], window[0] : window[2]]
            stroke.made[place] = selection.joined(stroke.base[place], stroke.drawn[place], stroke.how)
            self.overlay.tint(stroke.made, window)
            if not self._push.isActive():
                self._push.start(max(0, PUSH - self._pushed.elapsed()) if self._pushed.isValid() else 0)

    def _shape(self, pixel: QPointF) -> None:
        stroke = self._stroke
        assert stroke is not None
        if self.tool == "lasso":
            stroke.points.append(pixel)
            self.overlay.draw([self._screen(point) for point in stroke.points])
        elif self.tool == "ellipse":
            stroke.points[1:] = [pixel]
            self.overlay.draw_ellipse(QRectF(*map(self._screen, stroke.points)).normalized())
        elif self.tool == "polygon":
            self.overlay.draw([self._screen(point) for point in (*stroke.points, pixel)])

    def _follow(self) -> None:
        """Let line and picture follow a stroke, where there is anything to see of it."""
        stroke, region = self._stroke, self.stage.region
        if stroke is None:
            return
        self._pushed.start()
        self.overlay.surround(stroke.made)
        if self.session.in_gesture and region is not None and differs(region) and stroke.made.any():
            self._write(stroke.made)

    def release(self) -> None:
        """The button is up."""
        stroke = self._stroke
        if stroke is None or self.tool == "polygon":
            return
        if self.tool in BRUSHES:
            self._stroke = None
            self._push.stop()
            self._keep(self._label, stroke.made)
        elif self.tool == "lasso":
            self._close(selection.polygon([point.toTuple() for point in stroke.points]))
        elif self.tool == "ellipse":
            corners = [*stroke.points, *stroke.points][:2]
            self._close(selection.ellipse(*corners[0].toTuple(), *corners[1].toTuple()))

    def _corner(self, at: QPointF, how: Join) -> None:
        """A click of the polygon tool."""
        stroke = self._stroke
        if stroke is None:
            self._begin(at, 1.0, how)
        elif (self._screen(stroke.points[0]) - at).manhattanLength() <= NEAR and len(stroke.points) > 2:
            self.close_polygon()
        else:
            stroke.points.append(self._pixel(at))

    def close_polygon(self) -> None:
        """From its last corner to its first."""
        if self._stroke is not None:
            self._close(selection.polygon([point.toTuple() for point in self._stroke.points]))

    def _close(self, shape: np.ndarray) -> None:
        """A shape is done."""
        stroke, self._stroke = self._stroke, None
        self.overlay.draw([])
        if stroke is not None and shape.sum() > 255 * LEAST**2:
            self._keep(self._label, selection.joined(stroke.base, shape, stroke.how))

    def _pick(self, at: QPointF, how: Join) -> None:
        """Select by colour, in the picture that is seen."""
        base, place, shot, slack = self.mask, self._pixel(at), self.stage.shot, self.tolerance
        entered = self.session.entered

        def found(shape: np.ndarray) -> None:
            if self.session.entered == entered and shape.any():
                self._keep(self._label, selection.joined(base, shape, how))

        self.stage.bridge.call(
            lambda generator: selection.alike(render(generator, shot, size=SIDE), place.x(), place.y(), slack), found
        )

    def drop(self) -> None:
        """Take back what is being drawn."""
        stroke, self._stroke = self._stroke, None
        self._push.stop()
        if stroke is not None:
            if self.tool in BRUSHES and self.session.in_gesture:
                self.session.abort()
            self.overlay.draw([])
            self._show()

    def _keep(self, label: str, mask: np.ndarray) -> None:
        """The mask of the entered region, or of a new one; one step, the gesture in progress included."""
        if not mask.any():
            self.session.abort()
            self.stage.fail(self.tr("Nothing would be left inside this region."), self.tr("Delete it in the list."))
        elif self.session.entered is None:
            self.drawn.emit(mask)
        else:
            if not self.session.in_gesture:
                self.session.begin(label)
            if self._write(mask):
                self.session.commit()
        self._show()

    def _write(self, mask: np.ndarray) -> bool:
        look, entered = self.session.project.look, self.session.entered
        assert entered is not None
        try:
            region = look.regions[entered].with_(mask=mask_of(mask))
            self.session.edit_whole(with_region(look, entered, region), self._label)
        except StudioError as error:
            self.session.abort()
            self.stage.fail(error.message, error.hint)
            return False
        return True
