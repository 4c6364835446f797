"""Renderer: the thread that owns the generator. Previews: newest wins. Batch work: first in, first out, behind them."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.generator import Generator, GeneratorError, load_generator
from vtuber_studio.engine.memory import give_back
from vtuber_studio.engine.paint import Window
from vtuber_studio.engine.render import RenderCache, render

T = TypeVar("T")
_TIDY = 90  # previews between two returns of free memory: every few seconds of animation, 2 ms each


@dataclass(frozen=True)
class Request:
    """Everything that decides one preview; ``tag`` comes back with the frame."""

    shot: Shot
    size: int = 512
    tag: Any = None
    window: Window | None = None  # only these pixels
    made_for: str = ""  # id of the generator that it was asked of; another one drops it. Empty: whichever is there


@dataclass(frozen=True)
class Frame:
    """A rendered request: uint8 [h, w, 4] and how long it took in seconds."""

    request: Request
    image: np.ndarray
    seconds: float


class Renderer:
    """Callbacks come on the renderer's own thread: ``on_frame(Frame)``, ``on_error(StudioError)``,
    ``on_generator(Generator)`` after each successful load or swap. A generator that fails hands over to the one before
    it that still works, and the first to ``fallback``, the starter."""

    def __init__(
        self,
        load: Callable[[], Generator],
        on_frame: Callable[[Frame], None],
        on_error: Callable[[StudioError], None],
        on_generator: Callable[[Generator], None] = lambda generator: None,
        fallback: Callable[[], Generator] = load_generator,
    ) -> None:
        self._on_frame, self._on_error, self._on_generator = on_frame, on_error, on_generator
        self._wake = threading.Condition()
        self._newest: Request | None = None
        self._batch: deque[tuple[Callable[[Generator], Any], Future[Any]]] = deque()
        self._load: Callable[[], Generator] | None = load
        self._swapped: Future[Generator] | None = None  # of the swap that waits, to be told how it ended
        self._closed = False
        self._previews = 0
        self._generator: Generator | None = None
        self._good: list[Callable[[], Generator]] = []  # of generators that have painted, the present one last
        self._fallback = fallback
        self._handed_over: StudioError | None = None  # told again with the next frame
        self._cache = RenderCache()
        self._thread = threading.Thread(target=self._run, name="renderer", daemon=True)
        self._thread.start()

    def request(
        self, shot: Shot, size: int = 512, tag: Any = None, window: Window | None = None, made_for: str = ""
    ) -> Request:
        """Ask for a preview; one that still waits is dropped."""
        request = Request(shot, size, tag, window, made_for)
        with self._wake:
            self._newest = request
            self._wake.notify()
        return request

    def submit(self, job: Callable[[Generator], T]) -> Future[T]:
        """Run ``job(generator)`` on the renderer's thread, after previews and earlier jobs. Cancel by the future."""
        future: Future[T] = Future()
        with self._wake:
            if self._closed:
                future.cancel()
            else:
                self._batch.append((job, future))
                self._wake.notify()
        return future

    @property
    def cache(self) -> RenderCache:
        """What the previews keep: only for jobs, which run on the thread that fills it."""
        return self._cache

    def swap(self, load: Callable[[], Generator]) -> Future[Generator]:
        """Load another generator between frames; it must render a test picture, or the present one stays, and the
        future alone tells why. A swap that still waits is dropped."""
        future: Future[Generator] = Future()
        with self._wake:
            dropped, self._swapped, self._load = self._swapped, future, load
            self._wake.notify()
        if dropped is not None:
            dropped.cancel()
        return future

    def close(self, timeout: float = 60.0) -> None:
        """Finish what runs, cancel what waits, end the thread."""
        with self._wake:
            self._closed = True
            waiting, self._batch = [future for _, future in self._batch], deque()
            if self._swapped is not None:
                waiting.append(self._swapped)
            self._wake.notify()
        for future in waiting:
            future.cancel()
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout)

    def _ready(self) -> bool:
        work = self._generator is not None and (self._newest is not None or self._batch)
        return self._closed or self._load is not None or bool(work)

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(self._ready)
                if self._closed:
                    return
                load, self._load = self._load, None
                swapped, self._swapped = self._swapped, None
                request: Request | None = None
                job: tuple[Callable[[Generator], Any], Future[Any]] | None = None
                if load is None and self._newest is not None:
                    request, self._newest = self._newest, None
                elif load is None and self._batch:
                    job = self._batch.popleft()
            if load is not None:
                if swapped is None:
                    self._guard(lambda load=load: self._swap(load))  # type: ignore[misc]
                else:
                    self._exchange(load, swapped)
                give_back()
            elif request is not None:
                self._guard(lambda request=request: self._preview(request))  # type: ignore[misc]
                self._previews += 1
                if self._previews % _TIDY == 0:
                    give_back()
            elif job is not None:
                self._batched(*job)
                if not self._batch:
                    give_back()

    def _guard(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            told = _in_words(error)
            if self._generator is None or isinstance(error, GeneratorError):
                self._hand_over(told)
            else:
                self._on_error(told)

    def _swap(self, load: Callable[[], Generator]) -> None:
        try:
            generator = _proven(load)
        except GeneratorError as error:  # of the new one, which takes over nothing
            raise StudioError(error.message, error.hint) from error
        self._good.append(load)
        self._take(generator)

    def _exchange(self, load: Callable[[], Generator], swapped: Future[Generator]) -> None:
        if not swapped.set_running_or_notify_cancel():
            return
        try:
            self._swap(load)
        except Exception as error:
            swapped.set_exception(_in_words(error))
        else:
            assert self._generator is not None
            swapped.set_result(self._generator)

    def _take(self, generator: Generator) -> None:
        self._generator, self._cache = generator, RenderCache()
        self._on_generator(generator)

    def _hand_over(self, error: StudioError) -> None:
        """From a generator that fails, or is not there, to the last good one."""
        failed, generator = self._generator, None
        while generator is None:
            del self._good[-1:]
            try:
                generator = _proven(self._good[-1] if self._good else self._fallback)
            except Exception as worse:
                _in_words(worse)
                if not self._good:
                    self._on_error(error)
                    return
        if failed is not None and generator.manifest.id == failed.manifest.id:  # there is no other
            self._on_error(error)
            return
        self._take(generator)
        # requests on their way still hold what the failed one knew: their errors must not have the last word
        self._handed_over = StudioError(error.message, f"{generator.manifest.name} is used instead.")
        self._on_error(self._handed_over)

    def _preview(self, request: Request) -> None:
        assert self._generator is not None
        if request.made_for not in ("", self._generator.manifest.id):
            return  # whoever asked does not know the new generator yet, and will ask again
        start = time.perf_counter()
        shot, size, window = request.shot, request.size, request.window
        image = render(self._generator, shot, size=size, cache=self._cache, quality="preview", window=window)
        self._on_frame(Frame(request, image, time.perf_counter() - start))
        if self._handed_over is not None:
            told, self._handed_over = self._handed_over, None
            self._on_error(told)

    def _batched(self, job: Callable[[Generator], Any], future: Future[Any]) -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(job(self._generator))  # type: ignore[arg-type]
        except BaseException as error:
            future.set_exception(error)
            if isinstance(error, GeneratorError):
                self._hand_over(error)


def _proven(load: Callable[[], Generator]) -> Generator:
    """A generator that has painted a picture."""
    generator = load()
    render(generator, Shot(), size=64)
    return generator


def _in_words(error: Exception) -> StudioError:
    if isinstance(error, StudioError):
        return error
    logging.getLogger(__name__).error("the renderer failed", exc_info=error)
    return StudioError(f"The picture could not be rendered: {error}.", "Undo the last step; the log says more.")
