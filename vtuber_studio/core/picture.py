"""Pictures from anywhere: the one reader for files that are dropped, pasted or chosen.

What the bytes are counts, not what the file is called. Decoded in a child process with limits on time and memory
(see ``confined``): pictures can be made so that they take either without end.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from vtuber_studio.core.bare import bare
from vtuber_studio.core.confined import Confined, Overrun
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import read_file
from vtuber_studio.core.image import MAX_BYTES, decode_image, long_side

SIDE = 2048  # pixels: a larger picture is made smaller
READABLE = "PNG, JPEG, WebP, AVIF or BMP"
_SECONDS = 30.0
_MEGABYTES = 1500  # an animated WebP of 40 megapixels needs 1200
_QUESTION = struct.Struct(">I")  # pixels a side; 0: the file, bare
_HEAD = struct.Struct(">III")  # height, width, the longer side of the file's own picture
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
        return self.sized(path)[0]

    def sized(self, path: Path) -> tuple[np.ndarray, float]:
        """The same, and how many pixels of the file's own picture one of it is."""
        data = read_file(path, MAX_BYTES)
        try:
            return self.sized_from_bytes(data)
        except StudioError as error:
            raise StudioError(f"{path.name}: {error.message}", error.hint) from error

    def from_bytes(self, data: bytes) -> np.ndarray:
        """Image of a picture's bytes; StudioError when it cannot be read."""
        return self.sized_from_bytes(data)[0]

    def sized_from_bytes(self, data: bytes) -> tuple[np.ndarray, float]:
        """As ``sized``, of a picture's bytes."""
        answer = self._ask(self._side, data)
        height, width, longer = _HEAD.unpack_from(answer)
        image = np.frombuffer(answer, np.uint8, offset=_HEAD.size).reshape(height, width, 4)
        return image, longer / max(height, width)

    def bare(self, data: bytes) -> bytes:
        """A picture's file without what it tells of people and places (see ``bare``)."""
        return self._ask(0, data)

    def _ask(self, side: int, data: bytes) -> bytes:
        if kind := _known(data):
            raise StudioError(f"{kind} pictures are not read here.", f"Save it as {READABLE} with another program.")
        try:
            self._child = self._child or Confined(f"{__name__}:_decode", _MEGABYTES)
            return self._child.ask(_QUESTION.pack(side) + data, _SECONDS)
        except Overrun as error:
            self.__exit__()  # the next picture gets another child
            raise StudioError(
                "This picture takes too long to read, or too much memory.", "Save it again as PNG with another program."
            ) from error


def _decode(data: bytes) -> bytes:
    """The child's part."""
    (side,) = _QUESTION.unpack_from(data)
    data = data[_QUESTION.size :]
    if not side:
        return bare(data)
    image = decode_image(data, side=side)
    return _HEAD.pack(*image.shape[:2], long_side(data)) + image.tobytes()


def _known(data: bytes) -> str:
    """The name of a format that is not read, or nothing."""
    for kind, signs in _SIGNS:
        if data.startswith(signs) or (data[4:8] == b"ftyp" and data[8:12] in signs):
            return kind
    head = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    return "SVG" if head.startswith((b"<svg", b"<?xml", b"<!DOCTYPE svg", b"\x1f\x8b")) else ""
