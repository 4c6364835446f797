"""What renders leave for the next one: values keyed by everything that decides them, newest kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from vtuber_studio.engine.compose import Layer
from vtuber_studio.engine.paint import Coverage, Window


class Sized(Protocol):
    """Anything that knows its bytes."""

    @property
    def nbytes(self) -> int:
        """Bytes."""


T = TypeVar("T", bound=Sized)


class Lru(Generic[T]):
    """The newest values up to a number of bytes; None (nothing to see) is a value too."""

    def __init__(self, max_bytes: int) -> None:
        self._max, self._bytes = max_bytes, 0
        self._values: OrderedDict[Hashable, T | None] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T | None]) -> T | None:
        """The value kept under ``key``, or what ``make`` makes."""
        if key in self._values:
            self._values.move_to_end(key)
            return self._values[key]
        value = make()
        self._values[key] = value
        self._bytes += _bytes(value)
        while self._bytes > self._max and len(self._values) > 1:
            self._bytes -= _bytes(self._values.popitem(last=False)[1])
        return value


@dataclass
class Frame:
    """The last picture at one scale: which layers it shows where, and its pixels, redrawn where they change."""

    keys: list[Hashable]
    windows: list[Window | None]
    canvas: np.ndarray  # float32 [4, H, W] premultiplied
    background: str
    image: np.ndarray  # uint8 [H, W, 4]


class RenderCache:
    """Give the same one to successive calls of ``render`` from one thread; the pictures do not depend on it."""

    def __init__(self, megabytes: int = 72) -> None:
        share = megabytes * 1_000_000 // 72
        self.logits: Lru[np.ndarray] = Lru(10 * share)  # a whole look's take 7 MB
        self.coverage: Lru[Coverage] = Lru(12 * share)  # 10 to 15 MB at 512 px
        self.layers: Lru[Layer] = Lru(50 * share)  # at 1024 px 35 to 55 MB; with less room none of them would stay
        self.frames: dict[Hashable, Frame] = {}

    def clear(self) -> None:
        """Forget everything, as when another generator takes over."""
        self.__init__()  # type: ignore[misc]


def _bytes(value: Sized | None) -> int:
    return 200 + (0 if value is None else value.nbytes)
