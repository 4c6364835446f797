"""Mask: where a region is. uint8 [SIDE, SIDE] of the whole canvas, 255 = inside, soft edges between; never empty.

A frozen value, named by its digest: every move of a stroke makes a new one, and none is written before something is
saved. An undo history keeps hundreds: the pixels of those that nobody has looked at for a while rest as PNG.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import threading
import weakref
import zlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from vtuber_studio.core import png
from vtuber_studio.core.errors import StudioError

SIDE = 1024  # pixels a side: two a unit of the canvas
MAX_FILE = 50_000_000  # bytes of a mask's file from outside; ours have at most 1_060_000, those of noise
FRESH = 16  # so many masks keep their pixels at hand
_HEX = frozenset("0123456789abcdef")


class Mask:
    """An immutable mask. Make one with ``mask_of`` or ``mask_from_png``."""

    __slots__ = ("__weakref__", "_array", "_png", "digest")

    def __init__(self, values: bytes) -> None:
        # frombuffer over bytes, not setflags on a copy: nobody can make this one writable again
        self._array: np.ndarray | None = np.frombuffer(values, np.uint8).reshape(SIDE, SIDE)
        self._png: bytes | None = None
        self.digest = hashlib.sha256(values).hexdigest()
        _keep_fresh(self)

    @property
    def array(self) -> np.ndarray:
        """uint8 [SIDE, SIDE], read-only."""
        array = self._array
        if array is None:
            assert self._png is not None
            array = self._array = np.frombuffer(_decoded(self._png), np.uint8).reshape(SIDE, SIDE)
        _keep_fresh(self)
        return array

    def to_png(self) -> bytes:
        """Greyscale PNG of the values; the same mask always gives the same bytes."""
        array = self._array  # first: another thread may let it rest, but never before there is a PNG
        if self._png is None:
            assert array is not None
            self._png = _encoded(array)
        return self._png

    def rest(self) -> None:
        """Let go of the pixels; who asks for them gets them again."""
        self.to_png()
        self._array = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mask) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"Mask({self.digest[:12]})"


_fresh: OrderedDict[int, weakref.ref[Mask]] = OrderedDict()  # the one that was looked at last is the last
_lock = threading.Lock()


def _keep_fresh(mask: Mask) -> None:
    with _lock:
        _fresh[id(mask)] = weakref.ref(mask)
        _fresh.move_to_end(id(mask))
        old = _fresh.popitem(last=False)[1]() if len(_fresh) > FRESH else None
    if old is not None:
        old.rest()


def _encoded(array: np.ndarray) -> bytes:
    """A PNG whose rows are differences to the row above (filter 2): quicker than Pillow's, which tries them all."""
    rows = np.full((SIDE, SIDE + 1), 2, np.uint8)
    rows[:, 1:] = array
    rows[1:, 1:] -= array[:-1]
    header = SIDE.to_bytes(4) * 2 + bytes([8, 0, 0, 0, 0])  # 8 bits of grey
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 1)), (b"IEND", b""))
    return png.SIGNATURE + b"".join(png.chunk(kind, contents) for kind, contents in parts)


def _decoded(data: bytes) -> bytes:
    with Image.open(io.BytesIO(png.bare(data)), formats=["PNG"]) as image:
        if image.size != (SIDE, SIDE):  # before any pixel is looked at
            raise _wrong_size(*image.size)
        return image.convert("L").tobytes()


def _wrong_size(width: int, height: int) -> StudioError:
    return StudioError(
        f"The mask of a region has {width} x {height} pixels.", f"Give one of {SIDE} x {SIDE}: the whole canvas."
    )


def _made(values: bytes) -> Mask:
    if not np.frombuffer(values, np.uint8).any():
        raise StudioError("The mask of a region is empty.", "Paint what is to be inside, or delete the region.")
    return Mask(values)


def mask_of(values: np.ndarray) -> Mask:
    """Mask of a copy of ``values`` (bool, or uint8 0..255) [SIDE, SIDE]; StudioError for another type or size, and when
    nothing is inside."""
    if values.ndim != 2 or values.dtype not in (np.uint8, np.bool_):
        raise StudioError(f"A mask needs one 8-bit channel, not {values.dtype} {list(values.shape)}.")
    if values.shape != (SIDE, SIDE):
        raise _wrong_size(values.shape[1], values.shape[0])
    scaled = values.astype(np.uint8) * 255 if values.dtype == np.bool_ else values
    return _made(scaled.tobytes())


def mask_from_png(data: bytes) -> Mask:
    """Decode a PNG; StudioError when it is damaged, empty, or of another size, which is checked before any pixel is."""
    try:
        values = _decoded(data)
    except StudioError:
        raise
    except Exception as error:  # Pillow raises many types on damaged bytes
        raise StudioError(
            "This mask is not a readable PNG.", "Save it again as an 8-bit greyscale PNG."
        ) from error
    return _made(values)


# in JSON


def whole(value: object) -> str:
    """For msgspec's ``enc_hook``: a mask as the base64 of its PNG, as in the file of a look."""
    if isinstance(value, Mask):
        return base64.b64encode(value.to_png()).decode()
    raise TypeError(f"no file keeps {type(value).__name__}")


def named(into: dict[str, Mask]) -> Callable[[object], str]:
    """The same hook, but a mask as its digest; the mask itself is put into ``into``."""

    def name(value: object) -> str:
        if not isinstance(value, Mask):
            return whole(value)
        into[value.digest] = value
        return value.digest

    return name


def reader(found: Callable[[str], Mask | None] = lambda _digest: None) -> Callable[[type, Any], Any]:
    """For msgspec's ``dec_hook``: masks of the base64 of a PNG, or of a digest that ``found`` knows. StudioError when
    it is neither, or not a sound mask."""
    seen: dict[str, Mask] = {}  # favourites repeat each other's

    def read(kind: type, text: Any) -> Any:
        if kind is not Mask or not isinstance(text, str):
            raise ValueError("no mask")
        if text not in seen:
            seen[text] = _of_digest(text, found) if len(text) == 64 and set(text) <= _HEX else _of_base64(text)
        return seen[text]

    return read


def _of_digest(digest: str, found: Callable[[str], Mask | None]) -> Mask:
    mask = found(digest)
    if mask is None or mask.digest != digest:
        raise StudioError("A mask is missing or was changed.", "Open another copy of this file.")
    return mask


def _of_base64(text: str) -> Mask:
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise StudioError("The mask of a region is damaged.", "Open another copy of this file.") from error
    return mask_from_png(data)
