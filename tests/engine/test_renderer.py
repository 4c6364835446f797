"""The renderer's thread: newest wins, batch work waits its turn, errors are told and nothing dies."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from typing import Any

import msgspec
import numpy as np
import pytest

from tests.fakes import FakeGenerator
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.generator import Generator, GeneratorError
from vtuber_studio.engine.render import render
from vtuber_studio.engine.renderer import Frame, Renderer

WAIT = 20.0


class Listener:
    """Collects what a renderer tells."""

    def __init__(self, load: Callable[[], Generator] = FakeGenerator, **options: Any) -> None:
        self.frames: list[Frame] = []
        self.errors: list[StudioError] = []
        self.told = threading.Condition()
        self.renderer = Renderer(load, self._frame, self._error, **options)

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

    told = listener.renderer.swap(broken).exception(WAIT)
    assert isinstance(told, StudioError) and "damaged" in told.message and not listener.errors
    other = FakeGenerator()
    assert listener.renderer.swap(lambda: other).result(WAIT) is other
    assert listener.renderer.submit(lambda generator: generator).result(WAIT) is other


def test_what_was_asked_of_another_generator_is_not_drawn(listener: Listener) -> None:
    """Its look need not fit: the window knows of the swap a moment later, and asks again."""
    listener.renderer.request(Shot(Look(attributes={"tail": 1.0})), size=64, tag="old", made_for="another")
    listener.renderer.request(Shot(Look()), size=64, tag="any")
    listener.until_tag("any")
    listener.renderer.request(Shot(Look()), size=64, tag="old", made_for="another")
    listener.renderer.submit(lambda generator: None).result(WAIT)
    listener.renderer.request(Shot(Look()), size=64, tag="new", made_for="fake")
    listener.until_tag("new")
    assert not listener.errors and "old" not in [frame.request.tag for frame in listener.frames]


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


class Failing(FakeGenerator):
    """Paints its test picture; the eyes fail as soon as they are larger."""

    def __init__(self, identity: str = "failing") -> None:
        super().__init__()
        self.manifest = msgspec.structs.replace(self.manifest, id=identity)

    def map(self, part: str, c: np.ndarray, z: np.ndarray) -> np.ndarray:
        if part == "eyes" and c[0, 0] > 0:
            raise GeneratorError("The eyes answer with something else.", "Use another generator.")
        return super().map(part, c, z)


LARGE = Look(attributes={"eye_size": 0.5})


def test_a_generator_that_fails_hands_over_to_the_one_before_it() -> None:
    listener = Listener(fallback=lambda: pytest.fail("not the last good one"))
    listener.renderer.swap(Failing)
    listener.renderer.request(Shot(LARGE), size=64)
    told = listener.until_error()
    assert told.message == "The eyes answer with something else." and told.hint == "Fake is used instead."
    listener.renderer.request(Shot(Look(attributes={"tail": 1.0})))  # what only the failed one knew
    listener.renderer.submit(lambda generator: None).result(WAIT)
    listener.renderer.request(Shot(LARGE), size=64, tag="after")
    assert np.array_equal(listener.until_tag("after").image, render(FakeGenerator(), LARGE, size=64))
    listener.renderer.close()
    assert [error.hint for error in listener.errors][::2] == [told.hint] * 2  # it has the last word


@pytest.mark.parametrize("lane", ["preview", "batch"])
def test_the_first_one_hands_over_to_the_starter(lane: str) -> None:
    listener = Listener(Failing, fallback=FakeGenerator)
    if lane == "batch":
        with pytest.raises(GeneratorError):
            listener.renderer.submit(lambda generator: render(generator, LARGE, size=64)).result(WAIT)
    else:
        listener.renderer.request(Shot(LARGE), size=64)
    assert "instead" in listener.until_error().hint
    listener.renderer.request(Shot(LARGE), size=64, tag="after")
    listener.until_tag("after")
    listener.renderer.close()


def test_a_generator_that_is_not_there_leaves_nobody_waiting() -> None:
    def missing() -> FakeGenerator:
        raise StudioError("There is no generator in 'nobody'.", "Give a folder.")

    for load in (missing, lambda: Failing().nothing):
        listener = Listener(load, fallback=FakeGenerator)
        assert "Fake is used instead" in listener.until_error().hint
        listener.renderer.request(Shot(), size=64, tag=1)
        listener.until_tag(1)
        listener.renderer.close()


def test_where_there_is_no_other_the_error_is_told_and_that_is_all() -> None:
    for fallback in (Failing, lambda: Failing().nothing):
        listener = Listener(Failing, fallback=fallback)
        listener.renderer.request(Shot(LARGE), size=64)
        assert listener.until_error().hint == "Use another generator."
        listener.renderer.request(Shot(), size=64, tag="small")
        listener.until_tag("small")
        listener.renderer.close()
