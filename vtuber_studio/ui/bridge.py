"""Bridge: the only thread crossing. It turns the renderer's callbacks and futures into queued Qt signals."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.shot import Shot
from vtuber_studio.core.vision import simulated_image

if TYPE_CHECKING:
    from vtuber_studio.engine.generator import Generator
    from vtuber_studio.engine.manifest import Manifest
    from vtuber_studio.engine.paint import Window
    from vtuber_studio.engine.picking import PickMap
    from vtuber_studio.engine.renderer import Frame, Renderer

T = TypeVar("T")
Load = Callable[[], "Generator"]


@dataclass(frozen=True)
class FrameResult:
    """A preview: premultiplied picture, what it shows, how long it took, and the request's number."""

    image: QImage
    shot: Shot
    size: int  # pixels a side of the whole picture
    window: Window | None  # of those pixels, when it is only a piece
    milliseconds: float
    stamp: int
    seen: QImage | None = None  # the picture as the eyes see it that were asked for


def to_qimage(image: np.ndarray) -> QImage:
    """Premultiplied ARGB, quick to paint, that owns its pixels; from uint8 [H, W, 4] straight RGBA."""
    height, width = image.shape[:2]
    straight = QImage(image.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    return straight.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


class Bridge(QObject):
    """Lives on the GUI thread; every signal arrives there."""

    frame_ready = Signal(object)  # FrameResult
    failed = Signal(str, str)  # message, hint
    generator_ready = Signal(object)  # Manifest
    _called = Signal(object, object)  # function, its argument

    def __init__(self, load: Load, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._load = load
        self._renderer: Renderer | None = None
        self.stamp = 0  # of the newest request
        self.vision = ""  # which eyes frames are to be seen by, of ``core.vision.KINDS``; empty: any
        self._known = ""  # id of the generator that the window knows
        self.generator_ready.connect(self._on_ready)
        self._called.connect(self._call, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Start the renderer's thread, which loads the generator first."""
        from vtuber_studio.engine.renderer import Renderer  # after the window has shown: onnxruntime takes its time

        self._renderer = Renderer(self._load, self._on_frame, self._on_error, self._on_generator)

    def swap(self, load: Load, on_failed: Callable[[str, str], None]) -> None:
        """Change the generator: ``generator_ready`` follows, or ``on_failed`` on the GUI thread, and the present one
        stays."""

        def done(future: Future[Generator]) -> None:  # on the renderer's thread
            error = None if future.cancelled() else future.exception()
            if error is not None:
                self._called.emit(lambda told: on_failed(*told), _words(error))

        self._running.swap(load).add_done_callback(done)

    @property
    def first_load(self) -> Load:
        """What the first generator is loaded with."""
        return self._load

    def request(self, shot: Shot, size: int, window: Window | None = None) -> int:
        """Ask for a preview: the newest wins. Returns the request's number."""
        self.stamp += 1
        self._running.request(shot, size, self.stamp, window, self._known)
        return self.stamp

    def call(
        self,
        function: Callable[[Generator], T],
        on_done: Callable[[T], None],
        on_failed: Callable[[str, str], None] | None = None,
    ) -> Future[T]:
        """Run ``function(generator)`` behind the previews; then ``on_done(result)`` on the GUI thread.

        What was meant for the generator that the window knew is not done by another one.
        """
        future = self._running.submit(partial(_meant_for, self._known, function))

        def done(future: Future[T]) -> None:  # on the renderer's thread
            if future.cancelled():
                return
            error = future.exception()
            if error is None:
                self._called.emit(on_done, future.result())
            else:
                self._called.emit(lambda told: (on_failed or self.failed.emit)(*told), _words(error))

        future.add_done_callback(done)
        return future

    def pick_map(
        self, shot: Shot, on_done: Callable[[PickMap], None], on_failed: Callable[[str, str], None]
    ) -> None:
        """Find what is where in a shot, behind the previews and with what they keep."""
        from vtuber_studio.engine.picking import pick_map

        self.call(lambda generator: pick_map(generator, shot, self._running.cache), on_done, on_failed)

    def render(self, shot: Shot, size: int) -> np.ndarray:
        """A picture from the batch lane; blocks, so never call it on the GUI thread (jobs do)."""
        from vtuber_studio.engine.render import render

        return self.wait(lambda generator: render(generator, shot, size=size))

    def drawing(self, draws: str) -> Callable[..., Any]:
        """What an exporter draws with, "picture" or "layers": ``render`` with a cache of its own, moods of other
        generators left out."""

        from vtuber_studio.engine.figure import within
        from vtuber_studio.engine.layers import render_layers
        from vtuber_studio.engine.render import RenderCache, render

        if draws == "layers":
            return lambda shot, scale, **how: self.wait(
                lambda own: render_layers(own, within(own.manifest, shot), scale, **how)
            )
        cache = RenderCache.for_sets()
        return lambda shot, size: self.wait(
            lambda own: render(own, within(own.manifest, shot), size=size, cache=cache)
        )

    def wait(self, draw: Callable[[Generator], T]) -> T:
        """``draw(generator)`` from the batch lane; blocks, so never call it on the GUI thread (jobs do)."""
        try:
            return self._running.submit(partial(_meant_for, self._known, draw)).result()
        except CancelledError as error:
            raise StudioError("The picture was not drawn: the studio is closing.") from error

    def close(self) -> None:
        """End the renderer's thread."""
        if self._renderer is not None:
            self._renderer.close()

    @property
    def _running(self) -> Renderer:
        if self._renderer is None:
            self.start()
        assert self._renderer is not None
        return self._renderer

    def seen(self, image: np.ndarray) -> QImage | None:
        """A picture as the chosen eyes see it; None when it is the same."""
        vision = self.vision
        return to_qimage(simulated_image(image, vision)) if vision else None

    # on the renderer's thread

    def _on_frame(self, frame: Frame) -> None:
        image, asked, seen = to_qimage(frame.image), frame.request, self.seen(frame.image)
        result = FrameResult(image, asked.shot, asked.size, asked.window, 1000.0 * frame.seconds, asked.tag, seen)
        self.frame_ready.emit(result)

    def _on_error(self, error: StudioError) -> None:
        self.failed.emit(error.message, error.hint)

    def _on_generator(self, generator: Generator) -> None:
        self.generator_ready.emit(generator.manifest)

    # on the GUI thread

    def _on_ready(self, manifest: Manifest) -> None:
        self._known = manifest.id

    def _call(self, function: Callable[[Any], None], argument: Any) -> None:
        try:
            function(argument)
        except StudioError as error:
            self.failed.emit(error.message, error.hint)


def _meant_for(known: str, function: Callable[[Generator], T], generator: Generator) -> T:
    if known not in ("", generator.manifest.id):
        raise StudioError("The generator was changed meanwhile.", "Try again.")
    return function(generator)


def _words(error: BaseException) -> tuple[str, str]:
    if isinstance(error, StudioError):
        return error.message, error.hint
    logging.getLogger(__name__).error("a batch job failed", exc_info=error)
    return f"This could not be done: {error}.", "The log says more."
