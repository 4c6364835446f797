"""What renders leave for the next one: values keyed by everything that decides them, newest kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from vtuber_studio.engine.compose import Layer
from vtuber_studio.engine.paint import Coverage, Window
from vtuber_studio.engine.warp import Field


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
    image: np.ndarray | None  # uint8 [H, W, 4]; not made where only a smaller picture is wanted


class RenderCache:
    """Give the same one to successive calls of ``render`` from one thread; the pictures do not depend on it.

    The sizes are in MB: a whole look's logits take 7, its coverage 10 to 15 at 512 px, its layers 35 to 55 at 1024 px
    (with less room none of them would stay).
    """

    def __init__(self, logits: int = 10, coverage: int = 12, layers: int = 50) -> None:
        self.logits: Lru[np.ndarray] = Lru(logits * 1_000_000)
        self.coverage: Lru[Coverage] = Lru(coverage * 1_000_000)
        self.layers: Lru[Layer] = Lru(layers * 1_000_000)
        self.frames: dict[Hashable, Frame] = {}
        self.fields: tuple[Hashable, dict[str, Field]] | None = None  # of the pose that was drawn last

    @classmethod
    def for_sets(cls) -> RenderCache:
        """For fifteen faces in one pose after another: what is painted of each (logits take 35 MB, coverage 55) is
        kept from pose to pose, and what no face changes is moved once a pose."""
        return cls(logits=64, coverage=64, layers=72)

    def clear(self) -> None:
        """Forget everything, as when another generator takes over."""
        self.__init__()  # type: ignore[misc]


def _bytes(value: Sized | None) -> int:
    return 200 + (0 if value is None else value.nbytes)
