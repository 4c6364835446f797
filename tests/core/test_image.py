"""Images: a round trip for sound files, one sentence for every other."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from vtuber_studio.core import image as module
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.image import decode_image, decode_png, encode_png


def _picture(height: int = 12, width: int = 9) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (height, width, 4), np.uint8)


def _file(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def test_a_png_keeps_every_pixel_and_the_same_pixels_give_the_same_bytes() -> None:
    picture = _picture()
    data = encode_png(picture)
    assert data == encode_png(picture.copy())
    again = decode_png(data)
    assert np.array_equal(again, picture)
    assert again.flags.c_contiguous and not again.flags.writeable


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF", "BMP"])
def test_every_listed_format_is_read(kind: str) -> None:
    data = _file(Image.new("RGB", (8, 6), (200, 100, 50)), kind)
    pixels = decode_image(data)
    assert pixels.shape == (6, 8, 4)
    assert np.abs(pixels[3, 4].astype(int) - (200, 100, 50, 255)).max() < 12


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_becomes_rgba(mode: str) -> None:
    pixels = decode_image(_file(Image.new(mode, (4, 4), 1 if mode == "1" else 40000 if mode == "I;16" else 0), "PNG"))
    assert pixels.shape == (4, 4, 4) and pixels.dtype == np.uint8
    if mode == "I;16":
        assert abs(int(pixels[0, 0, 0]) - 40000 / 257) <= 1


def test_cmyk_is_read_and_the_camera_may_be_turned() -> None:
    assert decode_image(_file(Image.new("CMYK", (4, 4)), "JPEG")).shape == (4, 4, 4)
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    assert decode_image(_file(Image.new("RGB", (8, 4)), "JPEG", exif=exif)).shape == (8, 4, 4)


def test_what_is_too_large_is_refused_before_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    data = encode_png(_picture())
    with monkeypatch.context() as patch:
        patch.setattr(module, "MAX_PIXELS", 100)
        with pytest.raises(StudioError, match="pixels"):
            decode_image(data)
    with monkeypatch.context() as patch:
        patch.setattr(module, "MAX_BYTES", 10)
        with pytest.raises(StudioError, match="too large"):
            decode_image(data)


def test_other_formats_and_damage_are_refused() -> None:
    data = encode_png(_picture())
    for bad in (b"", b"GIF89a", data[:40], data[:-30], _file(Image.new("RGB", (4, 4)), "GIF")):
        with pytest.raises(StudioError):
            decode_image(bad)
    with pytest.raises(StudioError):
        decode_png(_file(Image.new("RGB", (4, 4)), "BMP"))


def test_flipped_bits_never_raise_anything_else() -> None:
    data, rng = encode_png(_picture()), np.random.default_rng(0)
    for _ in range(200):
        broken = bytearray(data)
        broken[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
        try:
            assert decode_png(bytes(broken)).dtype == np.uint8
        except StudioError:
            pass


@pytest.mark.parametrize("shape", [(4, 4, 3), (4, 4), (0, 4, 4)])
def test_only_images_are_written(shape: tuple[int, ...]) -> None:
    with pytest.raises(StudioError):
        encode_png(np.zeros(shape, np.uint8))
