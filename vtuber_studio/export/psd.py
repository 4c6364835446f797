"""Photoshop document (PSD, Adobe's file format specification of 2019): RGB, 8 bits, sRGB; groups, clipping, names in
any script. What Live2D Cubism, Photoshop, Clip Studio, Krita and GIMP open.

Written by hand: what is needed of the format is small, and a library would add a megabyte to every installation to
write it. The tests read every file with two libraries that are not ours.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from PIL import ImageCms

from vtuber_studio.core.files import require_folder, write_atomically
from vtuber_studio.core.progress import Progress
from vtuber_studio.core.shot import Shot
from vtuber_studio.export.layered import DrawLayers, Group, LayerOptions, Leaf, Node, draw_tree, leaves_of, merged
from vtuber_studio.export.marking import XMP

WHITE = "#ffffff"
_BLENDS = {"normal": b"norm", "multiply": b"mul ", "add": b"lddg"}
_CHANNELS = ((-1, 3), (0, 0), (1, 1), (2, 2))  # as the file numbers them -> as an image does
_RLE = struct.pack(">H", 1)
_OPEN, _END = 1, 3  # kinds of section dividers: an open group's head, and what closes it from below


def export_psd(draw: DrawLayers, shot: Shot, options: LayerOptions, path: Path) -> Iterator[Progress]:
    """Write a shot as layers. Closing the iterator before its end leaves ``path`` as it was."""
    require_folder(path)
    yield Progress(0.02, f"Drawing layers at {options.size} pixels")
    nodes = draw_tree(draw, shot, options)
    records: list[bytes] = []
    pixels: list[bytes] = []
    total = sum(1 for _ in leaves_of(nodes))
    for record, data, name in _layers(nodes):
        records.append(record)
        pixels.append(data)
        yield Progress(0.3 + 0.5 * min(1.0, len(records) / (2 * total)), f"Packing {name}")
    yield Progress(0.8, "Packing the whole picture")
    picture = _merged(*(merged(draw, shot, options, ground) for ground in (WHITE, "transparent")))
    # a negative count: the merged picture's fourth channel is its transparency
    info = struct.pack(">h", -len(records)) + b"".join(records) + b"".join(pixels)
    info += b"\0" * (-len(info) % 4)
    section = _sized(_sized(info) + _sized(b""))  # layers, and no global mask
    header = struct.pack(">4sH6xHIIHH", b"8BPS", 1, 4, options.size, options.size, 8, 3)
    data = b"".join([header, _sized(b""), _sized(_resources(options.marked)), section, picture])
    yield Progress(0.97, f"Writing {path.name}")
    write_atomically(path, data)
    yield Progress(1.0, f"Written to {path}", {"bytes": len(data), "path": str(path), "layers": total})


def _layers(nodes: Sequence[Node]) -> Iterator[tuple[bytes, bytes, str]]:
    """(record, pixels, name) from the bottom up; a group is enclosed by two empty layers."""
    for node in nodes:
        if isinstance(node, Leaf):
            yield *_leaf(node), node.name
        elif isinstance(node, Group):
            yield *_divider("</Layer group>", _END), node.name
            yield from _layers(node.nodes)
            yield *_divider(node.name, _OPEN), node.name


def _leaf(leaf: Leaf) -> tuple[bytes, bytes]:
    layer = leaf.layer
    height, width = layer.image.shape[:2]
    packed = [_packed(layer.image[..., column]) for _, column in _CHANNELS]
    place = (layer.y, layer.x, layer.y + height, layer.x + width)
    sizes = [len(data) for data in packed]
    return _record(leaf.name, place, sizes, _BLENDS[layer.blend], leaf.clipped), b"".join(packed)


def _divider(name: str, kind: int) -> tuple[bytes, bytes]:
    blend = b"pass" if kind == _OPEN else b"norm"
    setting = _block(b"lsct", struct.pack(">I4s4s", kind, b"8BIM", blend))
    return _record(name, (0, 0, 0, 0), [2, 2, 2, 2], blend, False, setting), b"\0\0" * 4


def _record(
    name: str, place: tuple[int, int, int, int], sizes: Sequence[int], blend: bytes, clipped: bool, more: bytes = b""
) -> bytes:
    """A layer's record; ``place``: top, left, bottom, right; ``sizes``: bytes of each channel."""
    channels = b"".join(struct.pack(">hI", number, size) for (number, _), size in zip(_CHANNELS, sizes, strict=True))
    short = name.encode("mac_roman", "replace")[:255]  # for readers that do not know the Unicode one
    short = bytes([len(short)]) + short
    short += b"\0" * (-len(short) % 4)
    extra = struct.pack(">II", 0, 0) + short + _block(b"luni", _unicode(name)) + more  # no mask, no blending ranges
    flags = struct.pack(">4s4sBBBx", b"8BIM", blend, 255, clipped, 8)  # opaque, shown
    return struct.pack(">4iH", *place, len(sizes)) + channels + flags + _sized(extra)


def _block(key: bytes, data: bytes) -> bytes:
    return b"8BIM" + key + _sized(data + b"\0" * (-len(data) % 4))


def _sized(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _unicode(text: str) -> bytes:
    data = text.encode("utf-16-be")
    return struct.pack(">I", len(data) // 2) + data


# --- the whole picture and what is said of it ---------------------------------------------------------------------


def _merged(on_white: np.ndarray, image: np.ndarray) -> bytes:
    """The whole picture, its colours laid on white as Photoshop does it; readers take the white away again."""
    planes = (*(on_white[..., c] for c in range(3)), image[..., 3])
    counts, data = zip(*(packbits(plane) for plane in planes), strict=True)
    return _RLE + b"".join(row.astype(">u2").tobytes() for row in counts) + b"".join(data)


def _resources(marked: bool) -> bytes:
    inch = struct.pack(">IHHIHH", 72 << 16, 1, 1, 72 << 16, 1, 1)
    program = _unicode("VTuber Studio")
    version = struct.pack(">I?", 1, True) + program + program + struct.pack(">I", 1)  # the merged picture is real
    rows = [(1005, inch), (1039, _profile()), (1057, version)] + ([(1060, XMP)] if marked else [])
    return b"".join(b"8BIM" + struct.pack(">HH", key, 0) + _sized(data) + b"\0" * (len(data) % 2) for key, data in rows)


@cache
def _profile() -> bytes:
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    data[24:36] = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)  # when it was made: the same shot gives the same bytes
    return bytes(data)


def _packed(plane: np.ndarray) -> bytes:
    counts, data = packbits(plane)
    return _RLE + counts.astype(">u2").tobytes() + data


def packbits(plane: np.ndarray) -> tuple[np.ndarray, bytes]:
    """(bytes of each row, the rows) of uint8 [h, w] in Apple's PackBits: n-1 and n bytes, or 257-n and one n times."""
    height, width = plane.shape
    flat = np.ascontiguousarray(plane).ravel()
    new = np.ones(flat.size, bool)
    np.not_equal(flat[1:], flat[:-1], out=new[1:])
    new[::width] = True
    at = np.flatnonzero(new)
    long = np.diff(at, append=flat.size) > 2
    begins = np.ones(len(at), bool)  # short runs that are neighbours in a row are one piece
    begins[1:] = long[1:] | long[:-1] | (at[1:] % width == 0)
    at, long = at[begins], long[begins]
    length = np.diff(at, append=flat.size)
    pieces = (length + 127) // 128
    nth = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    at, long = np.repeat(at, pieces) + 128 * nth, np.repeat(long, pieces)
    length = np.minimum(np.repeat(length, pieces) - 128 * nth, 128)
    copied = np.where(long, 1, length)  # bytes that stand behind a piece's head
    head = np.cumsum(copied + 1) - copied - 1
    out = np.empty(int(copied.sum()) + len(at), np.uint8)
    out[head] = np.where(long, 257 - length, length - 1).astype(np.uint8)
    source = np.arange(copied.sum()) + np.repeat(at - (np.cumsum(copied) - copied), copied)
    out[source + np.repeat(head + 1 - at, copied)] = flat[source]
    counts = np.bincount(at // width, weights=copied + 1, minlength=height).astype(np.int64)
    return counts, out.tobytes()
