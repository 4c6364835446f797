"""Image: uint8 [H, W, 4], straight-alpha sRGB RGBA, C-contiguous, read-only. What ``render`` returns and files hold.

Reading refuses before decoding: formats outside the list, files above 50 MB, pictures above 40 megapixels. Bytes
from outside go through ``picture``, which does this in a process of its own.
"""

from __future__ import annotations

import io
import warnings

import numpy as np
from PIL import Image, ImageOps

from vtuber_studio.core import png
from vtuber_studio.core.errors import StudioError

FORMATS = ("PNG", "JPEG", "WEBP", "AVIF", "BMP")
MAX_BYTES = 50_000_000
MAX_PIXELS = 40_000_000
MAX_FRAMES = 200
_PNG_LEVEL = 4  # of zlib: flat cels gain little from more


def freeze(array: np.ndarray) -> np.ndarray:
    """The array itself, made read-only."""
    array.setflags(write=False)
    return array


def check_image(image: np.ndarray) -> None:
    """StudioError unless ``image`` is uint8 [H, W, 4]."""
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 4 or not image.size:
        raise StudioError(f"A picture must be uint8 [H, W, 4], not {image.dtype} {list(image.shape)}.")


def encode_png(image: np.ndarray) -> bytes:
    """PNG of an image, said to be sRGB; the same pixels always give the same bytes."""
    check_image(image)
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(buffer, "PNG", compress_level=_PNG_LEVEL)
    return png.insert(buffer.getvalue(), png.chunk(b"sRGB", b"\0"))  # rendering intent: perceptual


def decode_image(data: bytes, formats: tuple[str, ...] = FORMATS, side: int | None = None) -> np.ndarray:
    """Image of a file's bytes (first frame, turned as its EXIF says), made smaller than ``side`` pixels wide and high.

    StudioError when it is not a sound and whole one.
    """
    if len(data) > MAX_BYTES:
        raise StudioError("This picture's file is too large.", f"Use one of at most {MAX_BYTES // 1_000_000} MB.")
    try:
        if data.startswith(png.SIGNATURE):
            data = png.bare(data, (*png.PIXELS, b"eXIf"))
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=list(formats)) as image:
                return _decode(image, side)
    except (StudioError, MemoryError):
        raise
    except Exception as error:  # Pillow raises many types on damaged bytes
        raise StudioError(
            "This is not a readable picture.", f"Use a whole file of one of these: {', '.join(formats)}."
        ) from error


def long_side(data: bytes) -> int:
    """Pixels of the longer side of a picture that ``decode_image`` has read."""
    if data.startswith(png.SIGNATURE):
        return max(png.size(data))
    with Image.open(io.BytesIO(data), formats=list(FORMATS)) as image:
        return max(image.size)


def decode_png(data: bytes) -> np.ndarray:
    """Image of a PNG's bytes; StudioError when it is not a sound one."""
    return decode_image(data, ("PNG",))


def _decode(image: Image.Image, side: int | None) -> np.ndarray:
    if image.width * image.height > MAX_PIXELS:
        raise StudioError(
            f"A picture of {image.width} x {image.height} pixels is too large.",
            f"Use one of at most {MAX_PIXELS // 1_000_000} megapixels.",
        )
    if getattr(image, "n_frames", 1) > MAX_FRAMES:
        raise StudioError("This picture has too many frames.", f"Use one of at most {MAX_FRAMES}.")
    if side is not None:
        image.draft(None, (side, side))  # a JPEG is decoded at a half, a quarter or an eighth
    image.load()
    turned = ImageOps.exif_transpose(image)
    if turned.mode.startswith("I"):  # 16 bits: Pillow would clip them, not scale them
        turned = Image.fromarray((np.asarray(turned).clip(0, 65535) // 257).astype(np.uint8))
    full = turned.convert("RGBA")
    if side is not None and max(full.size) > side:
        full.thumbnail((side, side), Image.Resampling.BILINEAR)
    return freeze(np.array(full))
