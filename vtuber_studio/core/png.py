"""PNG files chunk by chunk (PNG specification, third edition, section 5), without looking at a pixel.

What is not needed is dropped before a decoder sees it: texts, colour profiles and animation frames can be many, and
can unpack to a lot. What a picture of ours carries is put in.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection, Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS = 50_000  # 40 megapixels in pieces of 4 kB
PIXELS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")


def chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """(type, contents) of each chunk up to IEND; ValueError when the file is not a PNG, or not a whole one."""
    for kind, whole in _whole_chunks(data):
        yield kind, whole[8:-4]


def bare(data: bytes, keep: Collection[bytes] = PIXELS) -> bytes:
    """The file with the chunks of these types only; ValueError as from ``chunks``."""
    return b"".join([SIGNATURE, *(whole for kind, whole in _whole_chunks(data) if kind in keep)])


def size(data: bytes) -> tuple[int, int]:
    """(width, height); ValueError when it is not a PNG."""
    kind, header = next(chunks(data))
    if kind != b"IHDR" or len(header) != 13:
        raise ValueError("no header")
    width, height = struct.unpack(">II", header[:8])
    return width, height


def chunk(kind: bytes, contents: bytes) -> bytes:
    """A chunk with its length and checksum."""
    return struct.pack(">I", len(contents)) + kind + contents + struct.pack(">I", zlib.crc32(kind + contents))


def insert(data: bytes, added: bytes) -> bytes:
    """The file with a chunk put behind its header."""
    header = len(SIGNATURE) + 25
    return data[:header] + added + data[header:]


def _whole_chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """(type, the chunk with its length and checksum)."""
    if data[:8] != SIGNATURE:
        raise ValueError("no signature")
    view, position = memoryview(data), len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        if position + 12 > len(data):
            raise ValueError("cut off")
        end = position + 12 + struct.unpack_from(">I", data, position)[0]
        if end > len(data):
            raise ValueError("cut off")
        kind = bytes(view[position + 4 : position + 8])
        yield kind, view[position:end]
        if kind == b"IEND":
            return
        position = end
    raise ValueError("too many chunks")
