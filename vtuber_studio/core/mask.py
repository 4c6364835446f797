"""Mask: uint8 [H, W], 0 = outside, 255 = inside, soft edges between; read-only, named by its digest.

A stroke makes a new Mask for every move, so that requests stay immutable and two equal masks compare equal.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from vtuber_studio.core.errors import StudioError

MAX_SIDE = 8192
MAX_PIXELS = 40_000_000
MAX_BYTES = 50_000_000


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
        """Greyscale PNG of the same values."""
        buffer = io.BytesIO()
        Image.fromarray(self.array).save(buffer, "PNG")
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
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            _check_size(image.height, image.width)
            return mask_of(np.asarray(image.convert("L")))
    except StudioError:
        raise
    except Exception as error:  # Pillow raises many types on damaged bytes
        raise StudioError(
            "This mask is not a readable PNG.", "Save it again as an 8-bit greyscale PNG."
        ) from error
