"""A look in its picture: it comes back whole, nothing of the picture changes, and hostile chunks are harmless."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from PIL import Image

from tests.core.strategies import looks
from vtuber_studio.core import carried, png
from vtuber_studio.core.carried import KEY, carried_look, carry_look
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.image import decode_png, encode_png
from vtuber_studio.core.look import Look
from vtuber_studio.core.project import read_look

PIXELS = np.random.default_rng(3).integers(0, 256, (12, 9, 4), np.uint8)
PLAIN = encode_png(PIXELS)
LOOK = Look(seed=7, attributes={"eye_size": 0.5}, palette={"hair.base": "#cc3355"})


def _with(text: bytes, head: bytes = KEY + b"\0\1\0\0\0") -> bytes:
    return png.insert(PLAIN, png.chunk(b"iTXt", head + text))


@given(looks)
@settings(max_examples=50)
def test_every_look_comes_back(look: Look) -> None:
    data = carry_look(PLAIN, look)
    assert carried_look(data) == look and carry_look(PLAIN, look) == data


def test_other_programs_see_the_same_picture_and_a_text() -> None:
    data = carry_look(PLAIN, LOOK)
    assert np.array_equal(decode_png(data), PIXELS)
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert image.text == {KEY.decode(): LOOK.to_json().decode()}  # type: ignore[attr-defined]
        assert image.info["srgb"] == 0
    kinds = [kind for kind, _ in png.chunks(data)]
    assert kinds[0] == b"IHDR" and kinds.index(b"iTXt") < kinds.index(b"IDAT") and kinds.count(b"sRGB") == 1


def test_a_picture_without_a_look_has_none(tmp_path: Path) -> None:
    for data in (PLAIN, b"", PLAIN[:-1], b"\xff\xd8\xff no PNG", _with(b"x", b"another\0\1\0\0\0")):
        assert carried_look(data) is None
    (tmp_path / "plain.png").write_bytes(PLAIN)
    with pytest.raises(StudioError, match="carries no look"):
        read_look(tmp_path / "plain.png")


def test_a_look_is_read_from_its_picture(tmp_path: Path) -> None:
    path = tmp_path / "she.png"
    path.write_bytes(carry_look(PLAIN, LOOK))
    assert read_look(path) == LOOK


@pytest.mark.parametrize(
    "text",
    [
        b"no deflate",
        zlib.compress(LOOK.to_json())[:-5],
        zlib.compress(bytes(200_000_000)),
        zlib.compress(b""),
        zlib.compress(b'{"seed": -1}'),
        zlib.compress(b'{"attributes": {"eye_size": 1e999}}'),
        zlib.compress(b'{"mixes": [' + b'{"part": "eyes", "look": {"mixes": [' * 5000),
        zlib.compress(b"\xff\xfe"),
    ],
    ids=["noise", "cut", "bomb", "empty", "unsound", "infinite", "deep", "no text"],
)
def test_a_hostile_chunk_is_a_sentence(text: bytes) -> None:
    with pytest.raises(StudioError):
        carried_look(_with(text))
    assert np.array_equal(decode_png(_with(text)), PIXELS)


def test_what_would_not_come_back_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carried, "MAX_JSON", 20)
    with pytest.raises(StudioError, match="too large to travel"):
        carry_look(PLAIN, LOOK)
