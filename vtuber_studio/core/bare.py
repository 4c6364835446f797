"""A picture's file without what it tells of people and places: EXIF, GPS, XMP, comments, thumbnails, second pictures.

What its pixels are made of is copied byte for byte; of EXIF only which way is up remains. Piece by piece, as JPEG
(ITU-T T.81, annex B), PNG and WebP (RIFF) are laid out; what else is read becomes a PNG.
"""

from __future__ import annotations

import io
import re
import struct
import warnings

from PIL import Image

from vtuber_studio.core import png
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.image import FORMATS, decode_image, encode_png

ENDINGS = {"jpeg": ".jpg", "png": ".png", "webp": ".webp"}
_UP = 0x0112  # EXIF's orientation, 1 to 8; 1 is upright
_SOI, _EOI, _SOS, _JFIF, _EXIF, _ADOBE, _COMMENT = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xEE, 0xFE
_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]", re.DOTALL)  # in coded data 00 is stuffed, D0 to D7 restart
_WEBP = (b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L")
_WEBP_EXIF, _WEBP_TOLD = 0x08, 0x2C  # of VP8X's flags: EXIF; colour profile, EXIF and XMP


def bare(data: bytes) -> bytes:
    """The file, bare. For bytes from anywhere, in a child process (``PictureReader.bare``); StudioError for what is no
    sound picture."""
    kind = kind_of(data)
    try:
        turned = _turned(data)
        if kind == "jpeg":
            return _jpeg(data, turned)
        if kind == "png":
            plain = png.bare(data)
            return plain if turned is None else png.insert(plain, png.chunk(b"eXIf", turned.removeprefix(b"Exif\0\0")))
        if kind == "webp":
            return _webp(data, turned)
    except (StudioError, MemoryError):
        raise
    except Exception as error:  # Pillow raises many types on damaged bytes
        raise StudioError(
            "This is not a readable picture.", f"Use a whole file of one of these: {', '.join(FORMATS)}."
        ) from error
    return png.bare(encode_png(decode_image(data)))


def kind_of(data: bytes) -> str:
    """jpeg, png or webp; empty for anything else."""
    if data.startswith(b"\xff\xd8"):
        return "jpeg"
    if data.startswith(png.SIGNATURE):
        return "png"
    return "webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else ""


def _turned(data: bytes) -> bytes | None:
    """An EXIF block that says no more than which way is up; None where the picture is upright."""
    if data.startswith(png.SIGNATURE):
        data = png.bare(data, (*png.PIXELS, b"eXIf"))
    with warnings.catch_warnings(), Image.open(io.BytesIO(data), formats=list(FORMATS)) as image:
        warnings.simplefilter("ignore")  # what is damaged of it is not needed
        up = image.getexif().get(_UP, 1)
    if up not in range(2, 9):
        return None
    exif = Image.Exif()
    exif[_UP] = up
    return exif.tobytes()


def _jpeg(data: bytes, turned: bytes | None) -> bytes:
    parts, at = [b"\xff\xd8"], 2
    if turned is not None:
        parts.append(_segment(_EXIF, turned))
    while True:
        found = _MARKER.match(data, at)
        if found is None:
            raise ValueError("no marker")
        kind, at = data[found.end() - 1], found.end()
        if kind == _EOI:
            return b"".join([*parts, b"\xff\xd9"])
        (length,) = struct.unpack_from(">H", data, at)
        inside = data[at + 2 : at + length]
        if length < 2 or len(inside) != length - 2:
            raise ValueError("cut off")
        at += length
        if kind == _JFIF and inside.startswith(b"JFIF\0"):
            parts.append(_segment(kind, inside[:12] + b"\0\0"))  # without its thumbnail
        elif kind == _ADOBE and inside.startswith(b"Adobe"):
            parts.append(_segment(kind, inside[:12]))  # which colours these are
        elif not (_JFIF <= kind <= _JFIF + 15 or kind == _COMMENT):
            parts.append(_segment(kind, inside))
        if kind == _SOS:
            end = _MARKER.search(data, at)
            if end is None:
                raise ValueError("cut off")
            parts.append(data[at : end.start()])
            at = end.start()


def _segment(kind: int, inside: bytes) -> bytes:
    return bytes([0xFF, kind]) + struct.pack(">H", len(inside) + 2) + inside


def _webp(data: bytes, turned: bytes | None) -> bytes:
    parts, at, end = [], 12, 8 + struct.unpack_from("<I", data, 4)[0]
    if end > len(data):
        raise ValueError("cut off")
    while at + 8 <= end:
        kind, length = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        inside, at = data[at + 8 : at + 8 + length], at + 8 + length + length % 2
        if len(inside) != length:
            raise ValueError("cut off")
        if kind == b"VP8X":
            flags = inside[0] & ~_WEBP_TOLD | (_WEBP_EXIF if turned is not None else 0)
            inside = bytes([flags]) + inside[1:]
        if kind in _WEBP:
            parts.append(_chunk(kind, inside))
    if turned is not None:
        parts.append(_chunk(b"EXIF", turned.removeprefix(b"Exif\0\0")))
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunk(kind: bytes, inside: bytes) -> bytes:
    return kind + struct.pack("<I", len(inside)) + inside + b"\0" * (len(inside) % 2)
