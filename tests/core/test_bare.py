"""Files lose what they tell of people and places, and not a pixel."""

from __future__ import annotations

import io
import re
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from vtuber_studio.core.bare import bare
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.image import FORMATS, decode_image

SECRET = b"HERE I LIVE"


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    rng = np.random.default_rng(3)
    rough = Image.fromarray(rng.integers(0, 256, (9, 6, 3), np.uint8))
    return rough.resize((90, 60), Image.Resampling.BICUBIC)


def told(up: int) -> bytes:
    """EXIF with a camera, a place and a way up."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = up, SECRET.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0)})
    return exif.tobytes()


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def pairs(data: bytes) -> dict[int, Any]:
    with Image.open(io.BytesIO(data)) as image:
        return dict(image.getexif())


@pytest.mark.parametrize("up", [1, 6, 8])
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"comment": SECRET}),
        ("JPEG", {"progressive": True, "xmp": SECRET}),
        ("PNG", {}),
        ("WEBP", {"xmp": SECRET, "icc_profile": SECRET}),
        ("WEBP", {"lossless": True}),
        ("AVIF", {"xmp": SECRET}),
    ],
)
def test_not_a_pixel_changes_and_nothing_is_told(
    picture: Image.Image, kind: str, options: dict[str, Any], up: int
) -> None:
    data = saved(picture, kind, exif=told(up), **options)
    assert SECRET in data
    done = bare(data)
    assert SECRET not in done and set(pairs(done)) <= {0x0112}
    assert np.array_equal(decode_image(done), decode_image(data)), "and it still stands upright"
    assert bare(done) == done


@pytest.mark.parametrize("mode", ["CMYK", "L"])
def test_colours_of_printers_stay_right(picture: Image.Image, mode: str) -> None:
    data = saved(picture.convert(mode), "JPEG")
    assert np.array_equal(decode_image(bare(data)), decode_image(data))


def test_what_stands_behind_a_picture_goes_too(picture: Image.Image) -> None:
    """Phones put second pictures and videos there, with a place of their own."""
    second = saved(picture, "JPEG", exif=told(1))
    for kind in ("JPEG", "PNG", "WEBP"):
        assert bare(saved(picture, kind) + second) == bare(saved(picture, kind))


def test_texts_of_a_png_go_and_its_thumbnail_of_a_jpeg(picture: Image.Image) -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", SECRET.decode(), zip=True)
    texts.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    done = bare(saved(picture, "PNG", pnginfo=texts))
    assert set(re.findall(rb"[a-zA-Z]{4}(?=.)", done)) & {b"zTXt", b"iTXt", b"tEXt"} == set()
    data = saved(picture, "JPEG")
    thumbnail = b"\1\1" + b"abc"
    head = b"\xff\xe0" + (16 + 3).to_bytes(2) + data[6:18] + thumbnail
    assert b"abc" not in bare(b"\xff\xd8" + head + data[20:])


@pytest.mark.parametrize("kind", [*FORMATS])
def test_half_a_file_is_refused(picture: Image.Image, kind: str) -> None:
    data = saved(picture, kind)
    for share in (0.2, 0.6, 0.98):
        with pytest.raises(StudioError):
            bare(data[: int(len(data) * share)])


def test_any_damage_ends_in_one_error(picture: Image.Image) -> None:
    rng = np.random.default_rng(0)
    for kind in ("JPEG", "PNG", "WEBP"):
        data = saved(picture, kind, exif=told(6))
        for _ in range(60):
            broken = bytearray(data)
            for at in rng.integers(0, len(data), 4):
                broken[at] = rng.integers(0, 256)
            try:
                done = bare(bytes(broken))
            except StudioError:
                continue
            assert len(done) <= len(data) + 40
