"""Preview: decides which pictures the canvas needs now, and asks for each once.

First a picture of the whole figure; when the view rests and shows more pixels than that has, a window of a larger one
over it; when she is left alone, her lids as they blink, which are kept, so that blinking and breathing draw nothing.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from PySide6.QtCore import QObject, QRectF, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from vtuber_studio.core.look import Look
from vtuber_studio.core.shot import Shot
from vtuber_studio.core.timeline import BLINK, EYES, blinking
from vtuber_studio.engine.paint import Window, intersect
from vtuber_studio.engine.render import reach
from vtuber_studio.ui.bridge import FrameResult
from vtuber_studio.ui.canvas import UNITS, Canvas
from vtuber_studio.ui.figure import Picture, whole
from vtuber_studio.ui.idle import Idle, chest, openness
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.words import fitting

SLOW = 60.0  # milliseconds; a picture that takes longer is asked for small first, while the user moves things
SETTLE = 100  # milliseconds without a change before the sharp one is asked for
LARGEST = 16 * 512  # pixels a side of the largest picture of which a window is shown
BEYOND = 48  # pixels around what is seen that a window has as well, so that a little panning shows no other one
BUSY = 300  # milliseconds after which the canvas says that a picture takes its time
LIDS = tuple(sorted(set(BLINK)))


class Asked(NamedTuple):
    """A request, by value."""

    shot: Shot
    size: int
    window: Window | None = None


class Preview(QObject):
    """Listens to the stage, the canvas's zoom and the idle clock; talks to the bridge."""

    shown = Signal(object)  # FrameResult

    def __init__(
        self, stage: Stage, canvas: Canvas, idle: Idle, small: int = 512, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.stage, self.canvas, self.idle = stage, canvas, idle
        self.small = small  # pixels a side of the coarse picture; the sharp one has twice as many
        self.comparing = False
        self._glance: Look | None = None  # shown instead of the document's
        self._whole: Asked | None = None  # asked for last
        self._piece: Asked | None = None  # the window over it
        self._drawn: list[Picture] = []  # the answers to the two
        self._lids: dict[float, Picture | None] = {}  # how far up -> the piece where they show; None: asked for
        self._waiting: Asked | None = None
        self._cost: dict[int, float] = {}  # pixels a side -> milliseconds of the last whole picture
        self._settle = QTimer(self, interval=SETTLE, singleShot=True)
        self._settle.timeout.connect(self._sharpen)
        self._busy = QTimer(self, interval=BUSY, singleShot=True)
        self._busy.timeout.connect(lambda: canvas.set_busy(True))
        stage.loaded.connect(self._on_loaded)  # before the panels are built for it, which takes as long as the picture
        stage.changed.connect(self._on_change)
        canvas.zoomed.connect(self._on_zoom)
        idle.ticked.connect(self._on_tick)
        idle.stopped.connect(self._on_tick)
        stage.bridge.frame_ready.connect(self._on_frame)
        stage.bridge.failed.connect(self._on_failed)

    def compare(self, on: bool) -> None:
        """Show what she is compared with, as she was before the last step unless chosen, for as long as ``on``."""
        if on and self.stage.other_by is not None:
            self.stage.say(self.tr("What she was before tuning stands in the split view (S)."))
        elif on != self.comparing:
            self.comparing = on
            other = self.stage.other()
            self.canvas.set_badge((fitting(other.name) if other else self.tr("Before")) if on else "")
            self._ask()

    def glance(self, look: Look | None) -> None:
        """Show her as another look would be, until None is given; the document is not touched."""
        if look != self._glance:
            self._glance = look
            self._ask(hurried=True)
            self._settle.start()

    def see_as(self, kind: str) -> None:
        """Show everything as eyes of a kind see it (``core.vision``); empty: as it is."""
        if kind != self.stage.bridge.vision:
            self.stage.bridge.vision = kind
            self._whole = None
            self._ask()

    @property
    def _shot(self) -> Shot:
        """What is to be seen."""
        if self.comparing:
            return self.stage.shot_before
        return self.stage.shot if self._glance is None else self.stage.shot.with_(look=self._glance)

    @property
    def settled(self) -> bool:
        """True when the canvas shows the newest picture and no sharper one is due."""
        return self.canvas.image is not None and not self._waiting and not self._settle.isActive()

    def size(self) -> int:
        """Pixels a side of the whole picture that the zoom calls for; a coarse one where a window will cover it all."""
        over = self.window()
        hidden = over is not None and over[1] == (0, 0, over[0], over[0])
        return self.small if hidden or self.canvas.pixels <= 1.1 * self.small else 2 * self.small

    def window(self) -> tuple[int, Window] | None:
        """Pixels a side, and which of them, that the view calls for beyond the whole picture; None when it will do."""
        seen = self.canvas.seen
        if self.canvas.pixels <= 2.2 * self.small or seen.isEmpty():
            return None
        size = min(512 * math.ceil(self.canvas.pixels / 512), LARGEST)
        scale = size / UNITS
        low = (math.floor(edge * scale) - BEYOND for edge in (seen.left(), seen.top()))
        high = (math.ceil(edge * scale) + BEYOND for edge in (seen.right(), seen.bottom()))
        return size, (*(max(edge, 0) for edge in low), *(min(edge, size) for edge in high))  # type: ignore[return-value]

    # what to ask for

    def _on_loaded(self) -> None:
        self._whole = None  # another generator paints the same look otherwise
        self._ask()

    def _on_change(self) -> None:
        self._glance = None  # undo under a mouse that rests on another look is to be seen
        self._on_zoom()

    def _on_zoom(self) -> None:
        self.idle.disturb()
        self._ask(hurried=True)
        self._settle.start()

    def _ask(self, hurried: bool = False) -> None:
        """The whole picture: a coarse one first if hurried and a sharp one would take long."""
        if self.stage.manifest is None:
            return
        shot, size = self._shot, self.size()
        changed = self._whole is None or self._whole.shot != shot
        if hurried and changed and self._cost.get(size, 0.0) > SLOW:
            size = self.small
        asked = Asked(shot, size)
        if asked != self._whole:
            self._whole, self._piece = asked, None
            self._request(asked)

    def _sharpen(self) -> None:
        """The view rests: draw what was drawn coarsely, and what is seen in the pixels that it is seen in."""
        if self._waiting:
            self._settle.start()
            return
        self._ask()
        wanted = self.window()
        if wanted is None and self._piece:
            self._piece = None
            self._show(self._drawn[:1])
        elif wanted and self._whole and not self._waiting:
            asked = Asked(self._whole.shot, *wanted)
            if asked != self._piece:
                self._piece = asked
                self._request(asked)

    def _request(self, asked: Asked) -> None:
        self._waiting = asked
        self._lids = {}
        self.stage.bridge.request(*asked)
        if not self._busy.isActive():
            self._busy.start()

    # what came

    def _on_frame(self, frame: FrameResult) -> None:
        asked, newest = Asked(frame.shot, frame.size, frame.window), frame.stamp == self.stage.bridge.stamp
        self._hurry(not newest)
        if newest:
            self._waiting = None
        if frame.window is None:
            self._cost[frame.size] = frame.milliseconds
            self._show([whole(frame.image, frame.seen)])
            self._settle.start()
            self.shown.emit(frame)
        elif asked == self._piece:
            self._show([*self._drawn[:1], piece(frame.image, frame, frame.seen)])
            self.shown.emit(frame)
        elif newest:
            self._lids[next(lids for lids, piece in self._lids.items() if piece is None)] = piece(
                frame.image, frame, frame.seen
            )

    def _show(self, pictures: list[Picture]) -> None:
        self._drawn = pictures
        self.canvas.show_pictures(pictures)

    def _hurry(self, waiting: bool) -> None:
        """Something came; say it when what is still to come takes its time."""
        self.canvas.set_busy(False)
        self._busy.stop()
        if waiting:
            self._busy.start()

    def _on_failed(self, _message: str, _hint: str) -> None:
        self._waiting = None
        self._hurry(False)
        self.idle.disturb()  # what failed once would fail again thirty times a second

    # left alone

    def _on_tick(self) -> None:
        """Breathe, blink; held still, the chest stays where it is and the lids are up."""
        still = self.stage.upright  # a mask is drawn on her
        self.canvas.set_breath(0.0 if still else max(0.0, chest(self.idle.seconds) - self.stage.pose.breath))
        ready = self.idle.running and [lids for lids in LIDS if self._lids.get(lids)] == [*LIDS]
        lids = self._lids.get(openness(self.idle.seconds)) if ready else None
        self.canvas.show_pictures([*self._drawn, *([lids] if lids else [])])
        other = self.comparing or self._glance is not None
        busy = self._waiting or self._settle.isActive() or QApplication.mouseButtons() or other
        if self.idle.running and not busy and not self.stage.session.in_gesture:
            self._draw_lids()

    def _draw_lids(self) -> None:
        """Ask for the next of the pictures of a blink that is not there yet."""
        manifest, shown = self.stage.manifest, self._piece or self._whole
        missing = [lids for lids in LIDS if lids not in self._lids]
        known = [row for row in manifest.expressions if row.name in EYES] if manifest else []
        if manifest is None or shown is None or not missing or not known:
            return
        parts, scale = {part for row in known for part in row.parts}, shown.size / UNITS
        x0, y0, x1, y1 = (round(edge * scale) for edge in reach(manifest, parts, shown.shot.pose))
        window = intersect((x0, y0, x1, y1), shown.window or (0, 0, shown.size, shown.size))
        if window is not None:
            self._lids[missing[0]] = None
            shot = blinking(shown.shot, missing[0], [row.name for row in known])
            self._waiting = Asked(shot, shown.size, window)
            self.stage.bridge.request(*self._waiting)


def piece(image: QImage, asked: Asked | FrameResult, seen: QImage | None = None) -> Picture:
    """A picture where it belongs on the canvas."""
    if asked.window is None:
        return whole(image, seen)
    x0, y0, x1, y1 = (edge * UNITS / asked.size for edge in asked.window)
    return Picture(image, QRectF(x0, y0, x1 - x0, y1 - y0), seen)
