"""Pictures from anywhere: what the bytes are counts, and those made to take time or memory end in a sentence."""

from __future__ import annotations

import gzip
import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vtuber_studio.core import picture as module
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.image import decode_image, encode_png
from vtuber_studio.core.picture import picture_from_bytes, read_picture

PIXELS = np.random.default_rng(3).integers(0, 256, (12, 9, 4), np.uint8)
USES = "".join(f'<g id="a{n + 1}">' + f'<use href="#a{n}"/>' * 10 + "</g>" for n in range(9))
SVG = f'<svg xmlns="http://www.w3.org/2000/svg"><rect id="a0" width="9" height="9"/>{USES}</svg>'.encode()


def _file(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def test_the_file_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    path = tmp_path / "portrait.jfif"
    path.write_bytes(encode_png(PIXELS))
    found = read_picture(path)
    assert np.array_equal(found, PIXELS) and not found.flags.writeable and found.flags.c_contiguous


def test_a_large_picture_is_made_smaller() -> None:
    image = Image.new("RGB", (1600, 800), (200, 100, 50))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    for data in (_file(image, "JPEG", exif=exif), _file(image, "PNG", exif=exif)):
        found = decode_image(data, side=300)
        assert found.shape == (300, 150, 4) and np.abs(found[150, 75].astype(int) - (200, 100, 50, 255)).max() < 5
        assert decode_image(data, side=1600).shape == (1600, 800, 4)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("SVG", SVG),
        ("SVG", b"\xef\xbb\xbf\n<?xml version='1.0'?>" + SVG),
        ("SVG", gzip.compress(SVG)),
        ("TIFF", _file(Image.new("RGB", (4, 4)), "TIFF")),
        ("GIF", _file(Image.new("P", (4, 4)), "GIF")),
        ("HEIC", b"\0\0\0\x18ftypheic\0\0\0\0"),
        ("PDF", b"%PDF-1.7"),
    ],
)
def test_other_formats_are_refused_by_their_name(
    tmp_path: Path, kind: str, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "Confined", lambda *_: pytest.fail("asked a decoder"))
    path = tmp_path / "innocent.png"
    path.write_bytes(data)
    with pytest.raises(StudioError, match=f"innocent.png: {kind} pictures are not read here") as caught:
        read_picture(path)
    assert "PNG" in caught.value.hint


def test_what_hangs_the_decoder_or_swells_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    blank = _file(Image.new("1", (6000, 6000)), "PNG")
    with monkeypatch.context() as patch:
        patch.setattr(module, "_SECONDS", 0.001)
        with pytest.raises(StudioError, match="too long"):
            picture_from_bytes(blank)
    monkeypatch.setattr(module, "_MEGABYTES", 50)
    with pytest.raises(StudioError, match="too much memory"):
        picture_from_bytes(blank)


def test_a_flood_of_texts_never_reaches_the_decoder() -> None:
    text = b"key\0\1\0\0\0" + zlib.compress(bytes(900_000))
    chunk = struct.pack(">I", len(text)) + b"iTXt" + text + struct.pack(">I", zlib.crc32(b"iTXt" + text))
    data = encode_png(PIXELS)
    assert np.array_equal(decode_image(data[:33] + 2000 * chunk + data[33:]), PIXELS)


def test_more_pixels_than_a_picture_may_have_are_refused_undecoded() -> None:
    with pytest.raises(StudioError, match="8000 x 7900"):
        picture_from_bytes(_file(Image.new("L", (8000, 7900)), "JPEG", progressive=True))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF", "BMP"])
def test_only_whole_files_are_read(kind: str) -> None:
    data = _file(Image.fromarray(PIXELS[..., :3]), kind)
    for length in {*range(0, len(data) - 2, 5), len(data) - 3}:  # a row of a BMP ends in two spare bytes
        with pytest.raises(StudioError):
            decode_image(data[:length])


def test_a_pipe_is_no_picture(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.png", Path("/dev/zero")):
        with pytest.raises(StudioError):
            read_picture(path)
