"""Mask: uint8 [H, W], 0 = outside, 255 = inside, soft edges between; read-only, named by its digest.

A stroke makes a new Mask for every move, so that requests stay immutable and two equal masks compare equal.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from vtuber_studio.core import png
from vtuber_studio.core.errors import StudioError

SIDE = 1024  # pixels a side of a region's mask: two a unit of the canvas
MAX_SIDE = 8192
MAX_PIXELS = 40_000_000
MAX_BYTES = 50_000_000
MAX_TOTAL = 100_000_000  # pixels of all masks of a project
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")


@dataclass(frozen=True, eq=False)
class Mask:
    """An immutable region. Make one with ``mask_of`` or ``mask_from_png``."""

    array: np.ndarray = field(repr=False)  # uint8 [H, W], read-only
    digest: str  # SHA-256 of size and values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mask) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def empty(self) -> bool:
        """True when nothing is inside."""
        return not self.array.any()

    def to_png(self) -> bytes:
        """Greyscale PNG of the same values, quickly: a stroke makes many."""
        buffer = io.BytesIO()
        Image.fromarray(self.array).save(buffer, "PNG", compress_level=1)
        return buffer.getvalue()


def _check_size(height: int, width: int) -> None:
    if not (0 < height <= MAX_SIDE and 0 < width <= MAX_SIDE and height * width <= MAX_PIXELS):
        raise StudioError(
            f"A mask of {width} x {height} pixels cannot be used.",
            f"Use one of 1 to {MAX_SIDE} pixels a side and at most {MAX_PIXELS // 1_000_000} megapixels.",
        )


def mask_of(values: np.ndarray) -> Mask:
    """Mask of a copy of ``values`` (bool, or uint8 0..255) [H, W]; StudioError for another type or size."""
    if values.ndim != 2 or values.dtype not in (np.uint8, np.bool_):
        raise StudioError(f"A mask needs one 8-bit channel, not {values.dtype} {list(values.shape)}.")
    _check_size(*values.shape)
    scaled = values.astype(np.uint8) * 255 if values.dtype == np.bool_ else values
    # frombuffer over bytes, not setflags on a copy: nobody can make this one writable again
    data = np.ascontiguousarray(scaled).tobytes()
    array = np.frombuffer(data, np.uint8).reshape(values.shape)
    return Mask(array, hashlib.sha256(f"{values.shape[0]}x{values.shape[1]}:".encode() + data).hexdigest())


def mask_from_png(data: bytes) -> Mask:
    """Decode a PNG; its size is checked before any pixel is. StudioError when it is damaged or too large."""
    if len(data) > MAX_BYTES:
        raise StudioError("This mask's file is too large.", f"Masks are at most {MAX_BYTES // 1_000_000} MB.")
    try:
        with Image.open(io.BytesIO(png.bare(data)), formats=["PNG"]) as image:
            _check_size(image.height, image.width)
            return mask_of(np.asarray(image.convert("L")))
    except StudioError:
        raise
    except Exception as error:  # Pillow raises many types on damaged bytes
        raise StudioError(
            "This mask is not a readable PNG.", "Save it again as an 8-bit greyscale PNG."
        ) from error


def check_masks(masks: Mapping[str, bytes]) -> None:
    """StudioError unless the masks of a project (name -> PNG) are sound, and all together of a usable size."""
    total = 0
    for name, data in masks.items():
        if not name or len(name) > 100 or not set(name) <= _LETTERS:
            raise StudioError(f"A mask is called {name[:40]!r}.", "Use small letters, digits, - and _.")
        try:
            width, height = png.size(data)
        except (ValueError, StopIteration) as error:
            raise StudioError(f"The mask {name} is not a readable PNG.", "Draw it again, or remove it.") from error
        total += width * height
    if total > MAX_TOTAL:
        raise StudioError("The masks of this project are too large.", "Remove some, or draw them smaller.")
    for data in masks.values():
        mask_from_png(data)
