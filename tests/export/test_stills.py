"""Single pictures: what of her, on what, with what around her; each format as its reader wants it."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.fakes import FakeGenerator
from vtuber_studio.core.carried import carried_look
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.image import decode_image
from vtuber_studio.core.look import Look
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.render import render as render_shot
from vtuber_studio.export import EXPORTERS, PngOptions
from vtuber_studio.export.framing import CROPS, PictureOptions, framed
from vtuber_studio.export.marking import SOURCE

SHOT = Shot(Look().set(headwear="hat"))
KINDS = ("png", "webp", "avif", "jpeg")
FORMATS = {"png": "PNG", "webp": "WEBP", "avif": "AVIF", "jpeg": "JPEG"}


def draw(shot: Shot, size: int) -> np.ndarray:
    return render_shot(FakeGenerator(), shot, size=size)


def written(kind: str, path: Path, **options: Any) -> bytes:
    row = EXPORTERS[kind]
    list(row.export(draw, SHOT, row.options(**{"size": 256} | options), path))
    return path.read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_each_format_is_the_picture_and_says_what_made_it(kind: str, tmp_path: Path) -> None:
    data = written(kind, tmp_path / "a", background="#00b140")
    assert SOURCE.encode() in data and SOURCE.encode() not in written(kind, tmp_path / "b", marked=False)
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.size) == (FORMATS[kind], (256, 256))
        assert SOURCE in str(image.info.get("xmp") or image.info.get("XML:com.adobe.xmp"))
        found = np.array(image.convert("RGB")).astype(int)
    picture = draw(SHOT.with_(look=SHOT.look.with_(background="#00b140")), 256)[..., :3]
    assert np.abs(found - picture).mean() < (0.01 if kind == "png" else 2)
    assert decode_image(data).shape == (256, 256, 4)  # the studio reads it, too


@pytest.mark.parametrize("kind", ["png", "webp", "avif"])
def test_alpha_is_kept(kind: str, tmp_path: Path) -> None:
    with Image.open(io.BytesIO(written(kind, tmp_path / "a"))) as image:
        assert image.mode == "RGBA"
        off = np.abs(np.array(image)[..., 3].astype(int) - draw(SHOT, 256)[..., 3])
    assert off.mean() < 1


def test_best_quality_loses_nothing(tmp_path: Path) -> None:
    with Image.open(io.BytesIO(written("webp", tmp_path / "a", quality=100))) as image:
        found, picture = np.array(image), draw(SHOT, 256)
    seen = picture[..., 3] > 0
    assert np.array_equal(found[seen], picture[seen])


def test_a_marked_png_carries_its_look_as_well(tmp_path: Path) -> None:
    data = written("png", tmp_path / "a", look=SHOT.look, crop="head")
    assert carried_look(data) == SHOT.look and SOURCE.encode() in data


@pytest.mark.parametrize("crop", CROPS)
def test_a_crop_is_a_piece_of_a_larger_picture(crop: str) -> None:
    left, top, side = CROPS[crop]
    assert 0 <= left <= 512 - side and 0 <= top <= 512 - side
    image = framed(draw, SHOT, PictureOptions(side, crop=crop, background="#123456"))
    whole = draw(SHOT.with_(look=SHOT.look.with_(background="#123456")), 512)[top : top + side, left : left + side]
    if crop == "circle":
        ys, xs = np.mgrid[0:side, 0:side] + 0.5 - side / 2
        away = np.hypot(xs, ys) - side / 2
        assert not image[away > 1, 3].any() and (image[away < -1, 3] == 255).all()
        whole, image = whole[away < -1], image[away < -1]
    assert np.array_equal(image, whole)


def test_outline_and_shadow_lie_behind_her() -> None:
    plain = draw(SHOT, 256)
    lined = framed(draw, SHOT, PictureOptions(256, outline=2, outline_colour="red", shadow=True))
    inside = plain[..., 3] == 255
    assert np.array_equal(lined[inside], plain[inside])
    grown = (lined[..., 3] > 250).sum() - inside.sum()
    assert grown > 3 * (np.diff(inside.astype(int), axis=0) != 0).sum()
    ring = (lined[..., 3] == 255) & (plain[..., 3] == 0)
    assert (lined[ring] == (255, 0, 0, 255)).all()
    fading = (lined[..., 3] > 0) & (lined[..., 3] < 120)
    assert fading.sum() > 300 and np.median(lined[fading, :3]) == 0  # black, and soft
    on_white = framed(draw, SHOT, PictureOptions(256, outline=2, outline_colour="red", shadow=True, background="white"))
    assert (on_white[..., 3] == 255).all() and np.array_equal(on_white[inside], plain[inside])
    empty = framed(lambda _, size: np.zeros((size, size, 4), np.uint8), SHOT, PictureOptions(64, outline=1))
    assert not empty[..., 3].any()


def a_picture(path: Path, width: int, height: int) -> np.ndarray:
    """A file that is red on the left, blue on the right; its pixels."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, : width // 2] = (255, 0, 0)
    pixels[:, width // 2 :] = (0, 0, 255)
    Image.fromarray(pixels).save(path)
    return pixels


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("width", "height"), [(600, 200), (100, 400)])
def test_a_picture_stands_behind_her_and_fills_the_square(kind: str, width: int, height: int, tmp_path: Path) -> None:
    a_picture(tmp_path / "room.png", width, height)
    best = {} if kind == "png" else {"quality": 100}
    found = decode_image(written(kind, tmp_path / "a", backdrop=str(tmp_path / "room.png"), **best))
    plain = draw(SHOT, 256)
    inside, outside = plain[..., 3] == 255, plain[..., 3] == 0
    near = 0 if kind == "png" else 40
    assert (found[..., 3] == 255).all()
    assert np.abs(found[inside].astype(int) - plain[inside])[..., :3].mean() <= near
    left, right = outside[:, :120], outside[:, 136:]
    assert np.abs(found[:, :120][left].astype(int) - (255, 0, 0, 255)).max() <= near
    assert np.abs(found[:, 136:][right].astype(int) - (0, 0, 255, 255)).max() <= near


def test_a_backdrop_that_cannot_be_read_is_told_before_anything_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "room.png").write_bytes(b"no picture")
    for name, said in (("room.png", "not a readable picture"), ("none.png", "no file")):
        with pytest.raises(StudioError, match=said):
            framed(lambda *_: pytest.fail("drawn"), SHOT, PictureOptions(256, backdrop=str(tmp_path / name)))


@pytest.mark.parametrize("crop", CROPS)
def test_the_smallest_pictures_are_averaged_from_larger_ones(crop: str) -> None:
    small = framed(draw, SHOT, PictureOptions(28, crop=crop, outline=2))
    large = framed(draw, SHOT, PictureOptions(84, crop=crop, outline=2)).astype(float)
    assert small.shape == (28, 28, 4)
    blocks = large[..., 3].reshape(28, 3, 28, 3).mean((1, 3))
    assert np.abs(small[..., 3] - blocks).max() <= 1


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("png", {"size": 8192, "crop": "head"}, "at most"),
        ("png", {"crop": "feet"}, "full, bust"),
        ("png", {"outline": 9.0}, "from 0 to 5"),
        ("png", {"outline_colour": "transparent"}, "needs a colour"),
        ("webp", {"quality": 0}, "from 1 to 100"),
        ("webp", {"background": "no colour"}, "colour"),
        ("jpeg", {"background": "transparent"}, "cannot be transparent"),
        ("jpeg", {"crop": "circle"}, "cannot be transparent"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_drawn(
    kind: str, options: dict[str, Any], said: str, tmp_path: Path
) -> None:
    def never(shot: Shot, size: int) -> np.ndarray:
        raise AssertionError("drawn")

    row = EXPORTERS[kind]
    with pytest.raises(StudioError, match=said):
        list(row.export(never, SHOT, row.options(**options), tmp_path / "a"))
    assert not os.listdir(tmp_path)


def test_a_plain_png_is_the_rendered_one_bit_for_bit(tmp_path: Path) -> None:
    list(EXPORTERS["png"].export(draw, SHOT, PngOptions(200), tmp_path / "a.png"))
    assert np.array_equal(decode_image((tmp_path / "a.png").read_bytes()), draw(SHOT, 200))
