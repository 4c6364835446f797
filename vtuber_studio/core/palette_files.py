"""Palettes as files of other programs: GIMP's .gpl, Adobe's .ase, lists of hexadecimal digits.

Swatches of ours are called by their material, so a palette comes back exactly; those of anyone else are colours to
choose from. .gpl and .ase know no alpha: where a colour has one, the name ends in it ("lens.tint #4060c080").
GIMP: developer.gimp.org, "GPL palette format"; Adobe: the blocks of "ASEF" 1.0, big-endian.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import read_file, write_atomically
from vtuber_studio.core.palette import canonical, to_hex
from vtuber_studio.core.project import MAX_NAME, NamedPalette

MAX_BYTES = 1_000_000
MAX_SWATCHES = 4000
MAX_LABEL = 80  # characters that are kept of a swatch's name
_GROUP, _GROUP_END, _COLOUR = 0xC001, 0xC002, 0x0001  # blocks of .ase
_CHANNELS = {b"RGB ": 3, b"Gray": 1}
_GPL_ROW = re.compile(r"\s*(\d{1,3})\s+(\d{1,3})\s+(\d{1,3})(?:\s+(.*))?", re.ASCII)
_HEX_ROW = re.compile(r"(#?)([0-9a-fA-F]{6}|[0-9a-fA-F]{8})(?:\s+(.*))?")
_COVER = re.compile(r"(.*?)\s*#[0-9a-f]{6}([0-9a-f]{2})", re.DOTALL)
_PLACE = re.compile(r"\d{4}(?: |$)", re.ASCII)  # before the name of a swatch that is no material's: keeps their order
_HINT = "Choose another file: .gpl, .ase, or a list of #rrggbb."


class PaletteFile(NamedTuple):
    """What a file holds: a name, perhaps empty, and (name, "#rrggbb" or "#rrggbbaa") in their order."""

    name: str
    swatches: tuple[tuple[str, str], ...]


def _damaged(why: str) -> StudioError:
    return StudioError(f"This palette cannot be read: {why}.", _HINT)


def _line(text: str, most: int = MAX_LABEL) -> str:
    """``text`` on one line."""
    return " ".join(text.replace("\0", " ").split())[:most].rstrip()


def _covered(label: str, colour: str) -> tuple[str, str]:
    """The swatch with the alpha that its name may end in."""
    found = _COVER.fullmatch(label)
    return (label, colour) if found is None else (found[1], canonical(colour + found[2]))


def _named(label: str, colour: str) -> str:
    """The swatch's name, with its colour where that is not opaque."""
    return _line(label) if len(colour) == 7 else f"{_line(label)} {colour}".lstrip()


def _bytes_of(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def _lines(data: bytes) -> list[str]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # old ones; colours are digits in any case
    if "\0" in text:
        raise _damaged("it is no text")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _read_gpl(data: bytes) -> PaletteFile:
    lines, name, swatches = _lines(data), "", list[tuple[str, str]]()
    if lines[0].strip() != "GIMP Palette":
        raise _damaged("it does not begin as a GIMP palette does")
    for number, line in enumerate(lines[1:], 2):
        row = _GPL_ROW.fullmatch(line)
        if line.startswith("Name:") and not swatches:
            name = _line(line.removeprefix("Name:"), MAX_NAME)
        elif row is not None and all(int(row[i]) <= 255 for i in (1, 2, 3)):
            label = _line(row[4] or "", MAX_LABEL + 10)
            rgb = "#" + "".join(f"{int(row[i]):02x}" for i in (1, 2, 3))
            swatches.append(_covered("" if label == "Untitled" else label, rgb))
        elif line.strip() and not line.lstrip().startswith(("#", "Columns:")):
            raise _damaged(f"line {number} is no colour")
    return PaletteFile(name, tuple(swatches))


def _write_gpl(file: PaletteFile) -> bytes:
    rows = ["GIMP Palette", f"Name: {_line(file.name, MAX_NAME)}", "Columns: 8", "#"]
    for label, colour in file.swatches:
        red, green, blue = _bytes_of(colour)
        rows.append(f"{red:3} {green:3} {blue:3}\t{_named(label, colour) or 'Untitled'}")
    return ("\n".join(rows) + "\n").encode()


def _read_hex(data: bytes) -> PaletteFile:
    """A colour a line: "#rrggbb", "rrggbb", "#rrggbbaa" or, as Paint.NET writes it, "aarrggbb"; a name may follow."""
    name, swatches = "", list[tuple[str, str]]()
    for number, line in enumerate(map(str.strip, _lines(data)), 1):
        row = _HEX_ROW.fullmatch(line)
        if row is not None:
            sign, digits, label = row.groups()
            digits = digits[2:] + digits[:2] if len(digits) == 8 and not sign else digits
            swatches.append((_line(label or ""), canonical(f"#{digits}")))
        elif line.startswith("; Name:") and not swatches:
            name = _line(line.removeprefix("; Name:"), MAX_NAME)
        elif line and not line.startswith((";", "//")):
            raise _damaged(f"line {number} is no colour")
    return PaletteFile(name, tuple(swatches))


def _write_hex(file: PaletteFile) -> bytes:
    rows = [f"{colour} {_line(label)}".rstrip() for label, colour in file.swatches]
    return ("\n".join([f"; Name: {_line(file.name, MAX_NAME)}", *rows]) + "\n").encode()


def _utf16(text: str) -> bytes:
    """An .ase string: its length in UTF-16 units, the text, a zero."""
    encoded = text.encode("utf-16-be") + b"\0\0"
    return struct.pack(">H", len(encoded) // 2) + encoded


def _text(body: bytes) -> tuple[str, bytes]:
    """The string that a block begins with, and the rest of it."""
    (units,) = struct.unpack_from(">H", body)
    if len(body) < 2 + 2 * units:
        raise ValueError
    return body[2 : 2 + 2 * units].decode("utf-16-be").rstrip("\0"), body[2 + 2 * units :]


def _blocks(data: bytes) -> Iterator[tuple[int, bytes]]:
    (count,), at = struct.unpack_from(">I", data, 8), 12
    for _ in range(count):
        kind, length = struct.unpack_from(">HI", data, at)
        if at + 6 + length > len(data):
            raise ValueError
        yield kind, data[at + 6 : at + 6 + length]
        at += 6 + length
    if at != len(data):
        raise ValueError


def _read_ase(data: bytes) -> PaletteFile:
    if data[:4] != b"ASEF":
        raise _damaged("it does not begin as an Adobe palette does")
    name, swatches = "", list[tuple[str, str]]()
    try:
        for kind, body in _blocks(data):
            if kind == _GROUP:
                name = name or _line(_text(body)[0], MAX_NAME)
            elif kind == _COLOUR:
                label, rest = _text(body)
                model = rest[:4]
                if model not in _CHANNELS:
                    said = _line(model.decode("latin-1"))
                    raise StudioError(f"This palette has {said} colours, and a screen shows RGB.", "Save it as RGB.")
                values = struct.unpack_from(f">{_CHANNELS[model]}f", rest, 4)
                if not all(-1e-3 <= value <= 1.001 for value in values):  # not a number is not, either
                    raise ValueError
                swatches.append(_covered(_line(label, MAX_LABEL + 10), to_hex((*values, *values, *values)[:3])))
            elif kind != _GROUP_END:
                raise ValueError
    except (struct.error, ValueError) as error:
        raise _damaged("it is damaged") from error
    return PaletteFile(name, tuple(swatches))


def _write_ase(file: PaletteFile) -> bytes:
    blocks = [(_GROUP, _utf16(_line(file.name, MAX_NAME)))]
    for label, colour in file.swatches:
        values = struct.pack(">4s3fH", b"RGB ", *(value / 255 for value in _bytes_of(colour)), 0)
        blocks.append((_COLOUR, _utf16(_named(label, colour)) + values))
    blocks.append((_GROUP_END, b""))
    head = b"ASEF" + struct.pack(">HHI", 1, 0, len(blocks))
    return head + b"".join(struct.pack(">HI", kind, len(body)) + body for kind, body in blocks)


class Kind(NamedTuple):
    """One kind of file."""

    label: str
    suffixes: tuple[str, ...]  # the first one is written
    read: Callable[[bytes], PaletteFile]
    write: Callable[[PaletteFile], bytes]


KINDS = (
    Kind("GIMP", (".gpl",), _read_gpl, _write_gpl),
    Kind("Adobe", (".ase",), _read_ase, _write_ase),
    Kind("Hex", (".hex", ".txt"), _read_hex, _write_hex),
)


def palette_from_bytes(data: bytes) -> PaletteFile:
    """The palette in a file, whatever it is called; StudioError, one sentence, when it is none of the three kinds."""
    if len(data) > MAX_BYTES:
        raise StudioError("This palette's file is too large.", f"A palette has at most {MAX_BYTES // 1000} kB.")
    read = _read_ase if data[:4] == b"ASEF" else _read_gpl if b"GIMP Palette" in data[:20] else _read_hex
    file = read(data)
    if not file.swatches:
        raise StudioError("This palette has no colours.", _HINT)
    if len(file.swatches) > MAX_SWATCHES:
        raise StudioError(f"This palette has more than {MAX_SWATCHES} colours.", "Choose a smaller one.")
    return file


def read_palette(path: Path) -> PaletteFile:
    """A palette's file, called after itself where it does not say its name; StudioError with what is wrong with it."""
    file = palette_from_bytes(read_file(Path(path), MAX_BYTES))
    return file._replace(name=file.name or _line(Path(path).stem, MAX_NAME))


def palette_bytes(palette: NamedPalette, suffix: str) -> bytes:
    """The file of a palette for a name's ending; StudioError for an ending of none of the kinds."""
    kind = next((kind for kind in KINDS if suffix.lower() in kind.suffixes), None)
    if kind is None:
        raise StudioError(f"No palette's file ends in {suffix or 'nothing'!r}.", "Call it .gpl, .ase or .hex.")
    return kind.write(PaletteFile(palette.name, swatches_of(palette)))


def write_palette(path: Path, palette: NamedPalette) -> None:
    """Replace ``path`` with the palette, of the kind that its name says; StudioError when that cannot be."""
    write_atomically(Path(path), palette_bytes(palette, Path(path).suffix))


def swatches_of(palette: NamedPalette) -> tuple[tuple[str, str], ...]:
    """(name, colour) of each swatch, in their order."""
    rows = sorted(palette.colours.items()) if any(map(_PLACE.match, palette.colours)) else palette.colours.items()
    return tuple((_PLACE.sub("", key, count=1), colour) for key, colour in rows)


def kept_palette(file: PaletteFile, materials: Mapping[str, object]) -> NamedPalette:
    """What a project keeps of a file: the colours of ``materials`` when it names any, else all of them, numbered."""
    ours = {label: colour for label, colour in file.swatches if label.split(":")[-1] in materials}
    numbered = {f"{at:04} {label}".rstrip(): colour for at, (label, colour) in enumerate(file.swatches, 1)}
    return NamedPalette(file.name, ours or numbered)
