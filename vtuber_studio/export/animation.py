"""Animated pictures: APNG and WebP with alpha of eight bits, GIF with one bit.

A frame is encoded as soon as it is drawn, as the rectangle that changed: memory holds two pictures and the file. (APNG:
PNG specification, third edition, 11.3.5; WebP: container specification, "Animation".)
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from vtuber_studio.core import png
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import write_atomically
from vtuber_studio.core.image import encode_png
from vtuber_studio.core.progress import Progress
from vtuber_studio.core.shot import Shot
from vtuber_studio.export.clips import AnimationOptions, animation_of, draw
from vtuber_studio.export.exporter import checked, option
from vtuber_studio.export.png import Render

_CLEAR = 255  # the palette's last entry
_SOLID = 128  # alpha from which on a pixel of a GIF is seen
_SAMPLES = 6  # frames that a GIF's palette is made of


@dataclass(frozen=True)
class WebpOptions(AnimationOptions):
    """Lossless is sharper, several times larger."""

    lossless: bool = option(False, "every pixel as it is drawn")
    quality: int = option(90, "of a file that is not lossless", 1, 100)


@dataclass(frozen=True)
class GifOptions(AnimationOptions):
    """256 colours."""

    dither: bool = option(True, "mix colours that are not among the 256")


@dataclass
class Piece:
    """The rectangle of a frame that differs from the frame before it, encoded, and how long it is seen."""

    x: int
    y: int
    width: int
    height: int
    data: bytes
    ms: int


def export_apng(render: Render, shot: Shot, options: AnimationOptions, path: Path) -> Iterator[Progress]:
    """Write ``path``: an animated PNG that loops for ever."""
    pieces: list[Piece] = []
    yield from _pieces(render, shot, options, path, encode_png, pieces)
    yield from _write(path, _apng(pieces))


def export_webp(render: Render, shot: Shot, options: WebpOptions, path: Path) -> Iterator[Progress]:
    """Write ``path``: an animated WebP that loops for ever."""

    def encode(image: np.ndarray) -> bytes:
        out = io.BytesIO()
        Image.fromarray(image).save(out, "WEBP", lossless=options.lossless, quality=options.quality, method=2)
        return out.getvalue()

    pieces: list[Piece] = []
    yield from _pieces(render, shot, options, path, encode, pieces)
    yield from _write(path, _webp(pieces, options.size))


def export_gif(render: Render, shot: Shot, options: GifOptions, path: Path) -> Iterator[Progress]:
    """Write ``path``: a GIF that loops for ever, one palette for all of it; times are whole hundredths of a second."""
    checked(options)
    _require_folder(path)
    frames = animation_of(shot, options).frames
    step = max(1, len(frames) // _SAMPLES)
    palette = _palette([draw(render, frame, options.background, options.size) for frame in frames[::step][:_SAMPLES]])
    pieces: list[Piece] = []
    colours, before = b"", None
    for done, frame in enumerate(frames):
        picture = _indexed(draw(render, frame, options.background, options.size), palette, options.dither)
        if before is not None and picture.tobytes() == before.tobytes():
            pieces[-1].ms += frame.ms
        else:
            pieces.append(Piece(0, 0, *picture.size, _gif_pixels(picture), frame.ms))
        colours, before = bytes(picture.getpalette() or ()), picture
        yield Progress(0.95 * (done + 1) / len(frames), f"Drawing {done + 1} of {len(frames)}")
    yield from _write(path, _gif(pieces, options.size, colours))


def _pieces(
    render: Render,
    shot: Shot,
    options: AnimationOptions,
    path: Path,
    encode: Callable[[np.ndarray], bytes],
    pieces: list[Piece],
) -> Iterator[Progress]:
    """Fill ``pieces``; a frame that shows nothing new lengthens the one before it."""
    checked(options)
    _require_folder(path)
    frames = animation_of(shot, options).frames
    before: np.ndarray | None = None
    for done, frame in enumerate(frames):
        image = draw(render, frame, options.background, options.size)
        window = (0, 0, options.size, options.size) if before is None else _changed(before, image)
        if window is None:
            pieces[-1].ms += frame.ms
        else:
            x0, y0, x1, y1 = window
            data = encode(np.ascontiguousarray(image[y0:y1, x0:x1]))
            pieces.append(Piece(x0, y0, x1 - x0, y1 - y0, data, frame.ms))
        before = image
        yield Progress(0.95 * (done + 1) / len(frames), f"Drawing {done + 1} of {len(frames)}")


def _changed(a: np.ndarray, b: np.ndarray) -> tuple[int, int, int, int] | None:
    """(x0, y0, x1, y1) around what differs, x0 and y0 even as WebP wants them; None when nothing does."""
    differs = (a != b).any(-1)
    rows, columns = np.flatnonzero(differs.any(1)), np.flatnonzero(differs.any(0))
    if not len(rows):
        return None
    return int(columns[0]) & ~1, int(rows[0]) & ~1, int(columns[-1]) + 1, int(rows[-1]) + 1


def _apng(pieces: list[Piece]) -> bytes:
    """The frames' own PNGs, their pixels in fdAT chunks behind an fcTL each; the first is the still picture, too."""
    first = dict(png.chunks(pieces[0].data))
    out = [png.SIGNATURE, png.chunk(b"IHDR", bytes(first[b"IHDR"])), png.chunk(b"sRGB", b"\0")]
    out.append(png.chunk(b"acTL", struct.pack(">II", len(pieces), 0)))
    number = 0
    for piece in pieces:
        place = (piece.width, piece.height, piece.x, piece.y, piece.ms, 1000, 0, 0)  # keep, and replace
        out.append(png.chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, *place)))
        number += 1
        for kind, pixels in png.chunks(piece.data):
            if kind == b"IDAT" and piece is pieces[0]:
                out.append(png.chunk(b"IDAT", bytes(pixels)))
            elif kind == b"IDAT":
                out.append(png.chunk(b"fdAT", struct.pack(">I", number) + pixels))
                number += 1
    return b"".join([*out, png.chunk(b"IEND", b"")])


def _webp(pieces: list[Piece], side: int) -> bytes:
    """The frames' own bitstreams in ANMF chunks."""

    def three(value: int) -> bytes:
        return value.to_bytes(3, "little")

    body = [b"WEBP", _riff(b"VP8X", bytes([0x12, 0, 0, 0]) + three(side - 1) * 2)]  # animated, with alpha
    body.append(_riff(b"ANIM", struct.pack("<IH", 0, 0)))  # clear ground, for ever
    for piece in pieces:
        place = three(piece.x // 2) + three(piece.y // 2) + three(piece.width - 1) + three(piece.height - 1)
        kept = [_riff(kind, data) for kind, data in _riff_chunks(piece.data) if kind in (b"ALPH", b"VP8 ", b"VP8L")]
        body.append(_riff(b"ANMF", place + three(piece.ms) + b"\x02" + b"".join(kept)))  # keep, and replace
    return _riff(b"RIFF", b"".join(body))


def _gif(pieces: list[Piece], side: int, colours: bytes) -> bytes:
    """The frames' own pixels behind a control block each (GIF89a, 20-23); 256 ``colours`` are shared."""
    ends = np.cumsum([piece.ms for piece in pieces])
    times = np.maximum(np.diff(np.round(ends / 10), prepend=0), 2)  # players slow down what is faster
    out = [b"GIF89a", struct.pack("<HHBBB", side, side, 0xF7, 0, 0), colours]
    out.append(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")  # for ever
    for piece, time in zip(pieces, times, strict=True):
        out.append(b"\x21\xf9\x04" + struct.pack("<BHBB", 9, int(time), _CLEAR, 0))  # then clear; one index is
        out += [struct.pack("<cHHHHB", b",", 0, 0, piece.width, piece.height, 0), piece.data]
    return b"".join([*out, b";"])


def _gif_pixels(picture: Image.Image) -> bytes:
    """A picture's indices, packed: what stands in its own GIF behind the descriptor."""
    file = io.BytesIO()
    picture.save(file, "GIF", optimize=False, interlace=False)
    data = file.getvalue()
    place = 13 + 3 * (2 << (data[10] & 7)) * (data[10] >> 7)
    while data[place] == 0x21:  # extensions: blocks until an empty one
        place += 2
        while data[place]:
            place += 1 + data[place]
        place += 1
    return data[place + 10 + 3 * (2 << (data[place + 9] & 7)) * (data[place + 9] >> 7) : -1]


def _riff(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 12
    while place + 8 <= len(data):
        kind, length = data[place : place + 4], struct.unpack_from("<I", data, place + 4)[0]
        yield kind, data[place + 8 : place + 8 + length]
        place += 8 + length + length % 2


def _palette(images: list[np.ndarray]) -> Image.Image:
    """255 colours of what is seen in the images."""
    seen = np.concatenate([image[image[..., 3] >= _SOLID][:, :3] for image in images])
    seen = seen if len(seen) else np.zeros((1, 3), np.uint8)
    strip = Image.fromarray(np.ascontiguousarray(seen[None]))
    return strip.quantize(_CLEAR, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def _indexed(image: np.ndarray, palette: Image.Image, dither: bool) -> Image.Image:
    """An image in a palette's colours; what is clear has its last entry, and throws no error on its neighbours."""
    clear = image[..., 3] < _SOLID
    colours = np.where(clear[..., None], np.array((palette.getpalette() or [0, 0, 0])[:3], np.uint8), image[..., :3])
    how = Image.Dither.FLOYDSTEINBERG if dither else Image.Dither.NONE
    found = Image.fromarray(np.ascontiguousarray(colours)).quantize(palette=palette, dither=how)
    indices = np.array(found)
    indices[clear] = _CLEAR
    picture = Image.fromarray(indices, "P")
    entries = (found.getpalette() or [])[: 3 * _CLEAR]
    picture.putpalette([*entries, *[0] * (768 - len(entries))])
    return picture


def _require_folder(path: Path) -> None:
    if not path.parent.is_dir():
        raise StudioError(f"There is no folder {path.parent}.", "Make it first, or choose another one.")


def _write(path: Path, data: bytes) -> Iterator[Progress]:
    yield Progress(0.97, f"Writing {path.name}")
    write_atomically(path, data)
    yield Progress(1.0, f"Written to {path}", {"bytes": len(data), "path": str(path)})
