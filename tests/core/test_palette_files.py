"""Palettes of other programs: ours come back exactly, theirs are colours to choose from, bad ones are one sentence."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.strategies import names, texts
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.palette_files import (
    KINDS,
    MAX_BYTES,
    MAX_SWATCHES,
    PaletteFile,
    kept_palette,
    palette_bytes,
    palette_from_bytes,
    read_palette,
    swatches_of,
    write_palette,
)
from vtuber_studio.core.project import NamedPalette, Project, project_bytes, project_from_bytes

SUFFIXES = [suffix for kind in KINDS for suffix in kind.suffixes]
stored = st.from_regex(r"#[0-9a-f]{6}((?!ff)[0-9a-f]{2})?", fullmatch=True)
keys = st.one_of(names, st.tuples(names, names).map(":".join), st.tuples(names, names).map(".".join))


@given(texts, st.dictionaries(keys, stored, min_size=1, max_size=6), st.sampled_from(SUFFIXES))
def test_a_palette_of_ours_comes_back_exactly(name: str, colours: dict[str, str], suffix: str) -> None:
    data = palette_bytes(NamedPalette(name, colours), suffix)
    materials = {key.split(":")[-1]: None for key in colours}
    assert kept_palette(palette_from_bytes(data), materials) == NamedPalette(" ".join(name.split()), colours)


@given(st.lists(st.tuples(texts, stored), min_size=1, max_size=12), st.sampled_from(SUFFIXES))
def test_swatches_of_someone_else_keep_order_and_doubles(rows: list[tuple[str, str]], suffix: str) -> None:
    kept = kept_palette(PaletteFile("Theirs", tuple(rows)), {})
    opened = project_from_bytes(project_bytes(Project(palettes=(kept,)))).palettes[0]
    assert [colour for _, colour in swatches_of(opened)] == [colour for _, colour in rows]
    again = palette_from_bytes(palette_bytes(opened, suffix))
    assert [colour for _, colour in again.swatches] == [colour for _, colour in rows]


@given(st.binary(max_size=200), st.sampled_from([b"", b"ASEF\0\1\0\0\0\0\0\1", b"GIMP Palette\n"]))
def test_any_bytes_are_a_palette_or_one_sentence(data: bytes, head: bytes) -> None:
    try:
        assert palette_from_bytes(head + data).swatches
    except StudioError as error:
        assert error.hint and error.message.endswith(".") and "\n" not in error.message


@given(st.integers(0, 200), st.binary(min_size=1, max_size=3))
def test_a_damaged_ase_never_breaks_the_reader(at: int, junk: bytes) -> None:
    data = bytearray(palette_bytes(NamedPalette("Dusk", {"hair.base": "#334455", "eye.iris": "#80a0c0"}), ".ase"))
    data[at : at + len(junk)] = junk
    try:
        palette_from_bytes(bytes(data))
    except StudioError as error:
        assert error.hint


def test_files_as_other_programs_write_them(tmp_path: Path) -> None:
    gimp = tmp_path / "sea.gpl"
    head = b"GIMP Palette\r\nName: Sea\r\nColumns: 3\r\n#\r\n"
    gimp.write_bytes(head + b"  0  64 128\tDeep water\r\n255 255 255 Untitled\r\n")
    assert read_palette(gimp) == PaletteFile("Sea", (("Deep water", "#004080"), ("", "#ffffff")))
    lospec = tmp_path / "four shades.hex"
    lospec.write_text("0f380f\n306230\n8bac0f\n")
    assert read_palette(lospec) == PaletteFile("four shades", (("", "#0f380f"), ("", "#306230"), ("", "#8bac0f")))
    paint = tmp_path / "p.txt"
    paint.write_text("; Palette\nFF102030\n80405060\n")
    assert [colour for _, colour in read_palette(paint).swatches] == ["#102030", "#40506080"]
    body = struct.pack(">H", 3) + "Ab\0".encode("utf-16-be") + b"RGB " + struct.pack(">3fH", 1, 0.5, 0, 2)
    grey = struct.pack(">H", 1) + b"\0\0" + b"Gray" + struct.pack(">fH", 0.2, 0)
    blocks = b"".join(struct.pack(">HI", 1, len(each)) + each for each in (body, grey))
    adobe = tmp_path / "a.ase"
    adobe.write_bytes(b"ASEF" + struct.pack(">HHI", 1, 0, 2) + blocks)
    assert read_palette(adobe) == PaletteFile("a", (("Ab", "#ff8000"), ("", "#333333")))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no colours"),
        (b"PK\3\4\0\0", "no text"),
        (b"hello\n", "line 1"),
        (b"GIMP Palette\n256 0 0\n", "line 2"),
        (b"ASEF\0\1\0\0\0\0\0\2", "damaged"),
        (b"ff0000\n" * (MAX_SWATCHES + 1), "more than"),
        (b"#" * (MAX_BYTES + 1), "too large"),
    ],
)
def test_what_is_no_palette_is_told(data: bytes, said: str) -> None:
    with pytest.raises(StudioError, match=said):
        palette_from_bytes(data)


def test_printers_colours_and_numbers_that_are_none_are_refused() -> None:
    def ase(model: bytes, *values: float) -> bytes:
        body = b"\0\1\0\0" + model + struct.pack(f">{len(values)}fH", *values, 0)
        return b"ASEF" + struct.pack(">HHI", 1, 0, 1) + struct.pack(">HI", 1, len(body)) + body

    with pytest.raises(StudioError, match="CMYK"):
        palette_from_bytes(ase(b"CMYK", 0, 0, 0, 1))
    for value in (float("nan"), float("inf"), 2.0):
        with pytest.raises(StudioError, match="damaged"):
            palette_from_bytes(ase(b"RGB ", 0, value, 0))


def test_a_name_of_no_kind_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="png"):
        write_palette(tmp_path / "x.png", NamedPalette("x", {"a": "#000000"}))
    assert not list(tmp_path.iterdir())
