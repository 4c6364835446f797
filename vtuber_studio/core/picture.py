"""Pictures from anywhere: the one reader for files that are dropped, pasted or chosen.

What the bytes are counts, not what the file is called. Decoded in a child process with limits on time and memory
(see ``confined``): pictures can be made so that they take either without end.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from vtuber_studio.core.confined import Confined, Overrun
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import read_file
from vtuber_studio.core.image import MAX_BYTES, decode_image

SIDE = 2048  # pixels: a larger picture is made smaller
READABLE = "PNG, JPEG, WebP, AVIF or BMP"
_SECONDS = 30.0
_MEGABYTES = 1500  # an animated WebP of 40 megapixels needs 1200
_HEAD = struct.Struct(">II")
_SIGNS = (  # what is known and not read; at the beginning of the file, or after the eight bytes of a box
    ("GIF", (b"GIF8",)),
    ("TIFF", (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")),
    ("HEIC", (b"heic", b"heix", b"mif1", b"msf1", b"hevc")),
    ("JPEG XL", (b"\xff\x0a", b"\0\0\0\x0cJXL ")),
    ("PSD", (b"8BPS",)),
    ("PDF", (b"%PDF",)),
)


def read_picture(path: Path, side: int = SIDE) -> np.ndarray:
    """Image of a picture's file, at most ``side`` pixels wide and high; StudioError naming the file."""
    with PictureReader(side) as reader:
        return reader.read(path)


def picture_from_bytes(data: bytes, side: int = SIDE) -> np.ndarray:
    """Image of a picture's bytes, at most ``side`` pixels wide and high; StudioError when it cannot be read."""
    with PictureReader(side) as reader:
        return reader.from_bytes(data)


class PictureReader:
    """Reads pictures, at most ``side`` pixels wide and high, one after another with one child: starting it takes
    longer than most pictures. Leaving the ``with`` ends it."""

    def __init__(self, side: int = SIDE) -> None:
        self._side = side
        self._child: Confined | None = None

    def __enter__(self) -> PictureReader:
        return self

    def __exit__(self, *raised: object) -> None:
        if self._child is not None:
            self._child.__exit__(None, None, None)
            self._child = None

    def read(self, path: Path) -> np.ndarray:
        """Image of a picture's file; StudioError naming the file."""
        data = read_file(path, MAX_BYTES)
        try:
            return self.from_bytes(data)
        except StudioError as error:
            raise StudioError(f"{path.name}: {error.message}", error.hint) from error

    def from_bytes(self, data: bytes) -> np.ndarray:
        """Image of a picture's bytes; StudioError when it cannot be read."""
        if kind := _known(data):
            raise StudioError(f"{kind} pictures are not read here.", f"Save it as {READABLE} with another program.")
        try:
            self._child = self._child or Confined(f"{__name__}:_decode", _MEGABYTES)
            answer = self._child.ask(_HEAD.pack(self._side, 0) + data, _SECONDS)
        except Overrun as error:
            self.__exit__()  # the next picture gets another child
            raise StudioError(
                "This picture takes too long to read, or too much memory.", "Save it again as PNG with another program."
            ) from error
        height, width = _HEAD.unpack_from(answer)
        return np.frombuffer(answer, np.uint8, offset=_HEAD.size).reshape(height, width, 4)


def _decode(data: bytes) -> bytes:
    """The child's part."""
    side, _ = _HEAD.unpack_from(data)
    image = decode_image(data[_HEAD.size :], side=side)
    return _HEAD.pack(*image.shape[:2]) + image.tobytes()


def _known(data: bytes) -> str:
    """The name of a format that is not read, or nothing."""
    for kind, signs in _SIGNS:
        if data.startswith(signs) or (data[4:8] == b"ftyp" and data[8:12] in signs):
            return kind
    head = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    return "SVG" if head.startswith((b"<svg", b"<?xml", b"<!DOCTYPE svg", b"\x1f\x8b")) else ""
