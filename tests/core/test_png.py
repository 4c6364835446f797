"""PNG chunks: a decoder is given pixels and nothing else, from whole files alone."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from vtuber_studio.core import png
from vtuber_studio.core.image import encode_png

PICTURE = np.random.default_rng(3).integers(0, 256, (12, 9, 4), np.uint8)
PLAIN = png.bare(encode_png(PICTURE))


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk as the specification writes it."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_texts_and_animations_are_dropped_and_pixels_stay() -> None:
    info = PngInfo()
    info.add_itxt("a", "b" * 1000, zip=True)
    buffer = io.BytesIO()
    frames = [Image.fromarray(PICTURE), Image.fromarray(255 - PICTURE)]
    frames[0].save(buffer, "PNG", pnginfo=info, save_all=True, append_images=frames[1:])
    bare = png.bare(buffer.getvalue())
    assert {kind for kind, _ in png.chunks(bare)} == {b"IHDR", b"IDAT", b"IEND"}
    image = Image.open(io.BytesIO(bare))
    assert np.array_equal(np.asarray(image), PICTURE) and getattr(image, "n_frames", 1) == 1
    assert png.size(bare) == (9, 12)


def test_only_whole_files_are_read() -> None:
    for length in range(len(PLAIN)):
        with pytest.raises(ValueError):
            list(png.chunks(PLAIN[:length]))
    assert png.bare(PLAIN + b"what follows the end") == PLAIN


def test_a_flood_of_chunks_is_refused() -> None:
    flood = PLAIN[:33] + chunk(b"tEXt", b"a\0b") * (png.MAX_CHUNKS + 1) + PLAIN[33:]
    with pytest.raises(ValueError, match="too many"):
        png.bare(flood)
    few = PLAIN[:33] + chunk(b"tEXt", b"a\0b") * 1000 + PLAIN[33:]
    assert png.bare(few) == PLAIN


def test_a_size_without_a_header_is_refused() -> None:
    with pytest.raises(ValueError):
        png.size(png.SIGNATURE + chunk(b"IEND", b""))
