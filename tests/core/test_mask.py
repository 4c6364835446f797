"""Mask: immutable, named by its digest, the same after a PNG round trip and after its pixels have rested."""

from __future__ import annotations

import gc
import io
import weakref

import msgspec
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.mask import FRESH, SIDE, Mask, mask_from_png, mask_of, named, reader, whole

NOISE = np.random.default_rng(3).integers(0, 256, (SIDE, SIDE), dtype=np.uint8)


@st.composite
def arrays(draw: st.DrawFn) -> np.ndarray:
    """A window of noise, anywhere; one value at least is inside."""
    x, y = draw(st.integers(0, SIDE - 1)), draw(st.integers(0, SIDE - 1))
    made = np.zeros((SIDE, SIDE), np.uint8)
    window = np.s_[y : y + draw(st.integers(1, 300)), x : x + draw(st.integers(1, 300))]
    made[window] = NOISE[window] // draw(st.integers(1, 4))
    made[y, x] = draw(st.integers(1, 255))
    return made


@settings(max_examples=30)
@given(arrays())
@example(NOISE)
@example(np.full((SIDE, SIDE), 255, np.uint8))
def test_png_survives_the_round_trip(values: np.ndarray) -> None:
    mask = mask_of(values)
    again = mask_from_png(mask.to_png())
    assert again == mask and hash(again) == hash(mask) and np.array_equal(again.array, values)
    assert again.to_png() == mask.to_png() and len(mask.to_png()) < 1_060_000
    with Image.open(io.BytesIO(mask.to_png())) as picture:
        assert picture.mode == "L" and np.array_equal(np.asarray(picture), values)
    mask.rest()
    assert np.array_equal(mask.array, values) and mask == again


@settings(max_examples=10)
@given(arrays())
def test_a_mask_cannot_be_changed(values: np.ndarray) -> None:
    mask = mask_of(values)
    before = mask.array.copy()
    values += 1
    assert np.array_equal(mask.array, before)
    mask.rest()
    with pytest.raises(ValueError):
        mask.array[0, 0] = 3
    with pytest.raises(ValueError):
        mask.array.setflags(write=True)


def test_only_the_masks_in_use_keep_their_pixels() -> None:
    kept = []
    for row in range(3 * FRESH):
        values = np.zeros((SIDE, SIDE), bool)
        values[row] = True
        kept.append(mask_of(values))
        assert kept[0].array[0].all()  # looked at all the time
    at_hand = [mask._array is not None for mask in kept]
    assert sum(at_hand) == FRESH and at_hand[0] and all(at_hand[1 - FRESH :])
    assert all(mask.array[row].all() and mask.array.sum() == 255 * SIDE for row, mask in enumerate(kept))
    gone = weakref.ref(kept.pop())
    gc.collect()
    assert gone() is None, "nobody holds what is gone"


def test_true_is_inside() -> None:
    mask = mask_of(np.eye(SIDE, dtype=bool))
    assert mask.array.max() == 255 and mask != mask_of(np.eye(SIDE, dtype=bool)[::-1])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.zeros((0, 4), np.uint8), "4 x 0 pixels"),
        (np.full((512, SIDE), 255, np.uint8), "1024 x 512 pixels"),
        (np.full((SIDE, SIDE, 3), 255, np.uint8), "one 8-bit channel"),
        (np.ones((SIDE, SIDE)), "one 8-bit channel"),
        (np.zeros((SIDE, SIDE), np.uint8), "empty"),
    ],
)
def test_a_wrong_shape_or_type_is_refused(values: np.ndarray, words: str) -> None:
    with pytest.raises(StudioError, match=words):
        mask_of(values)


def _png(image: Image.Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


GOOD = mask_of(np.eye(SIDE, dtype=bool)).to_png()


@settings(max_examples=60)
@given(st.binary(max_size=60), st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_damaged_bytes_are_refused_or_still_a_mask(noise: bytes, position: int, flip: int) -> None:
    flipped = bytearray(GOOD)
    flipped[position] ^= flip
    for data in (noise, bytes(flipped), GOOD[:position], GOOD[:position] + noise):
        try:
            mask_from_png(data)
        except StudioError as error:
            assert error.message


def test_other_formats_and_sizes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    white = Image.new("RGB", (SIDE, SIDE), "white")
    assert mask_from_png(_png(white)).array.min() == 255
    with pytest.raises(StudioError, match="not a readable PNG"):
        mask_from_png(_png(white, "BMP"))
    large = _png(Image.new("1", (8193, 1)))
    monkeypatch.setattr(Image.Image, "load", lambda _: pytest.fail("a pixel was looked at"))
    with pytest.raises(StudioError, match="8193 x 1"):
        mask_from_png(large)


def test_in_json_a_mask_is_whole_or_named() -> None:
    mask = mask_of(np.eye(SIDE, dtype=bool))
    text = msgspec.json.encode([mask, mask], enc_hook=whole)
    again = msgspec.json.decode(text, type=list[Mask], dec_hook=reader())
    assert again == [mask, mask] and again[0] is again[1], "the same once more is the same"
    into: dict[str, Mask] = {}
    text = msgspec.json.encode([mask], enc_hook=named(into))
    assert into == {mask.digest: mask} and text == msgspec.json.encode([mask.digest])
    assert msgspec.json.decode(text, type=list[Mask], dec_hook=reader(into.get)) == [mask]
    other = mask_of(~np.eye(SIDE, dtype=bool))
    for found in (lambda _: None, lambda _: other):
        with pytest.raises(StudioError, match="missing or was changed"):
            msgspec.json.decode(text, type=list[Mask], dec_hook=reader(found))
    for wrong in (b'["nonsense"]', b'["iVBORw0K"]'):
        with pytest.raises(StudioError):
            msgspec.json.decode(wrong, type=list[Mask], dec_hook=reader())
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b"[3]", type=list[Mask], dec_hook=reader())
    with pytest.raises(TypeError):
        msgspec.json.encode(object(), enc_hook=whole)
