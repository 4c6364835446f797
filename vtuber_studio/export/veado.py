"""veadotube: a .veado with one state a face. Experimental: no file of ours has been opened in the program yet.

Chunks as veado.tube's "the file formats" has them. Of a state (MSTA) that page says one byte of flags and no times;
files that the program wrote have four bytes, and the seconds of a blink and between two (ImHex's pattern "veado" reads
them so): written is what files have.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
from PIL import Image

from vtuber_studio import __version__
from vtuber_studio.core.emotions import FACES, named
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import require_folder, write_atomically
from vtuber_studio.core.image import encode_png
from vtuber_studio.core.progress import Progress
from vtuber_studio.core.shot import Shot
from vtuber_studio.core.timeline import stills
from vtuber_studio.export.exporter import checked, option
from vtuber_studio.export.folders import StateOptions, draw_states
from vtuber_studio.export.marking import mark_png
from vtuber_studio.export.png import Render

MAX_BYTES = 1 << 28  # of pixels, which the file holds as they are
THUMBNAIL = 256
SYNC_BLINK = 2  # flag of a state: the picture with shut eyes moves with the one with open eyes
BLINK = (0.15, 3.0, 6.0)  # seconds that a blink lasts; at least and at most between two


@dataclass(frozen=True)
class VeadoOptions(StateOptions):
    """The faces that become states of the program, four pictures each."""

    size: int = option(512, "pixels a side", 64, 2048)
    expressions: str = option("neutral", f"the states, of: {', '.join(FACES)}")


def export_veado(render: Render, shot: Shot, options: VeadoOptions, path: Path) -> Iterator[Progress]:
    """Write ``path`` (.veado): mouth closed and open, eyes open and shut, for each face."""
    checked(options)
    require_folder(path)
    faces = named(options.expressions, FACES, "expression") or ["neutral"]
    if 16 * len(faces) * options.size**2 > MAX_BYTES:
        raise StudioError("The file would be larger than 256 MB.", "Choose fewer faces, or smaller pictures.")
    number = count(1)
    states: list[tuple[int, bytes]] = []
    images: list[bytes] = []
    folder = b"MINI"
    thumbnail = b""
    for clip in stills(shot, faces):
        shown = []
        for name, image in draw_states(render, clip.frames[0].shot, options):
            own, texture = next(number), next(number)
            images += [_chunk(own, b"AIMG", _still(image, texture)), _chunk(texture, b"ABMP", _texture(image))]
            folder += _string(f"{clip.name} {name}") + struct.pack("<I", own) + _varint(0)
            shown.append(own)
            thumbnail = thumbnail or _small(image)
            yield Progress(0.9 * (len(states) + len(shown) / 4) / len(faces), f"Drawing {clip.name}, {name}")
        states.append((next(number), _state(clip.name.replace("_", " ").capitalize(), shown)))
    listed = b"".join(struct.pack("<I", own) for own, _ in states)
    data = b"".join(
        [
            b"VEADOTUBE",
            _chunk(next(number), b"META", b"".join(map(_string, (f"VTuber Studio {__version__}", "", "")))),
            _chunk(next(number), b"THMB", thumbnail),
            _chunk(next(number), b"MLST", listed),
            *(_chunk(own, b"MSTA", state) for own, state in states),
            *images,
            _chunk(next(number), b"ASFD", folder),
            bytes(12),
        ]
    )
    yield Progress(0.95, f"Writing {path.name}")
    write_atomically(path, data)
    yield Progress(1.0, f"Written to {path}", {"bytes": len(data), "path": str(path)})


def _chunk(number: int, kind: bytes, data: bytes) -> bytes:
    return struct.pack("<I4sI", number, kind, len(data)) + data


def _state(name: str, shown: Sequence[int]) -> bytes:
    """``shown``: the pictures in the order of ``draw_states``; they are their own thumbnails."""
    lists = _varint(0) * 5  # effects, mouth closed and open; transitions, opening and closing; shortcuts
    return _string(name) + struct.pack("<I8I3d", SYNC_BLINK, *shown, *shown, *BLINK) + lists + b"PRES"  # when pressed


def _still(image: np.ndarray, texture: int) -> bytes:
    height, width = image.shape[:2]
    return struct.pack("<II", width, height) + _varint(1) + struct.pack("<IIId", texture, 0, 0, 0.0)


def _texture(image: np.ndarray) -> bytes:
    """Rows from the bottom up."""
    height, width = image.shape[:2]
    return struct.pack("<II4s", width, height, b"RAW.") + image[::-1].tobytes()


def _small(image: np.ndarray) -> bytes:
    picture = Image.fromarray(image)
    picture.thumbnail((THUMBNAIL, THUMBNAIL))
    return mark_png(encode_png(np.asarray(picture)))


def _varint(value: int) -> bytes:
    """Seven bits a byte, the low ones first; the highest bit says that more follow."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _string(text: str) -> bytes:
    data = text.encode()
    return _varint(len(data)) + data
