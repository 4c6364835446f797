"""The renderer's thread: newest wins, batch work waits its turn, errors are told and nothing dies."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError

import numpy as np
import pytest

from tests.fakes import FakeGenerator
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.render import render
from vtuber_studio.engine.renderer import Frame, Renderer

WAIT = 20.0


class Listener:
    """Collects what a renderer tells."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.errors: list[StudioError] = []
        self.told = threading.Condition()
        self.renderer = Renderer(FakeGenerator, self._frame, self._error)

    def _frame(self, frame: Frame) -> None:
        with self.told:
            self.frames.append(frame)
            self.told.notify_all()

    def _error(self, error: StudioError) -> None:
        with self.told:
            self.errors.append(error)
            self.told.notify_all()

    def until_tag(self, tag: object) -> Frame:
        with self.told:
            assert self.told.wait_for(lambda: any(f.request.tag == tag for f in self.frames), WAIT)
            return next(f for f in self.frames if f.request.tag == tag)

    def until_error(self) -> StudioError:
        with self.told:
            assert self.told.wait_for(lambda: self.errors, WAIT)
            return self.errors[-1]


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.renderer.close()


def test_a_request_comes_back_with_its_stamp(listener: Listener) -> None:
    look = Look(seed=3)
    listener.renderer.request(Shot(look, {"blush": 1.0}), size=128, tag=7)
    frame = listener.until_tag(7)
    assert np.array_equal(frame.image, render(FakeGenerator(), look, {"blush": 1.0}, size=128))


def test_the_newest_request_wins(listener: Listener) -> None:
    gate = threading.Event()
    listener.renderer.submit(lambda generator: gate.wait(WAIT))
    for tag in range(50):
        listener.renderer.request(Shot(Look(seed=tag)), size=64, tag=tag)
    gate.set()
    listener.until_tag(49)
    assert 1 <= len(listener.frames) < 10  # those that came before the gate closed, and the last


def test_batch_work_keeps_its_order_and_lets_previews_pass(listener: Listener) -> None:
    gate, order = threading.Event(), []
    listener.renderer.submit(lambda generator: gate.wait(WAIT)).add_done_callback(lambda f: None)
    futures = [listener.renderer.submit(lambda generator, k=k: order.append(k)) for k in range(5)]
    futures.append(listener.renderer.submit(lambda generator: order.append(len(listener.frames))))
    listener.renderer.request(Shot(Look()), size=64, tag="preview")
    gate.set()
    for future in futures:
        future.result(WAIT)
    assert order == [0, 1, 2, 3, 4, 1]


def test_errors_are_told_and_the_thread_lives_on(listener: Listener) -> None:
    listener.renderer.request(Shot(Look(attributes={"tail": 1.0})))
    assert "tail" in listener.until_error().message
    future = listener.renderer.submit(lambda generator: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        future.result(WAIT)
    listener.renderer.request(Shot(Look()), size=64, tag="after")
    listener.until_tag("after")


def test_a_swap_that_fails_keeps_the_generator(listener: Listener) -> None:
    listener.renderer.request(Shot(Look()), size=64, tag=1)
    listener.until_tag(1)

    def broken() -> FakeGenerator:
        raise StudioError("This generator is damaged.", "Use another.")

    listener.renderer.swap(broken)
    assert "damaged" in listener.until_error().message
    other = FakeGenerator()
    listener.renderer.swap(lambda: other)
    assert listener.renderer.submit(lambda generator: generator).result(WAIT) is other


def test_closing_cancels_what_waits() -> None:
    listener, gate = Listener(), threading.Event()
    running = threading.Event()
    listener.renderer.submit(lambda generator: (running.set(), gate.wait(WAIT)))
    assert running.wait(WAIT)
    waiting = listener.renderer.submit(lambda generator: 1)
    closer = threading.Thread(target=listener.renderer.close)
    closer.start()
    with pytest.raises(CancelledError):
        waiting.result(WAIT)
    gate.set()
    closer.join(WAIT)
    assert not closer.is_alive()
    with pytest.raises(CancelledError):
        listener.renderer.submit(lambda generator: 1).result(WAIT)
