"""Mask: immutable, named by its digest, the same after a PNG round trip."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.mask import mask_from_png, mask_of

ARRAYS = st.tuples(st.integers(1, 20), st.integers(1, 20), st.integers(0, 2**32 - 1)).map(
    lambda t: np.random.default_rng(t[2]).integers(0, 256, t[:2], dtype=np.uint8)
)


@given(ARRAYS)
def test_png_survives_the_round_trip(values: np.ndarray) -> None:
    mask = mask_of(values)
    again = mask_from_png(mask.to_png())
    assert again == mask and hash(again) == hash(mask) and np.array_equal(again.array, values)


@given(ARRAYS)
def test_a_mask_cannot_be_changed(values: np.ndarray) -> None:
    mask = mask_of(values)
    before = mask.array.copy()
    values += 1
    assert np.array_equal(mask.array, before)
    with pytest.raises(ValueError):
        mask.array[0, 0] = 3
    with pytest.raises(ValueError):
        mask.array.setflags(write=True)


def test_equal_bytes_of_another_shape_are_another_mask() -> None:
    assert mask_of(np.zeros((2, 3), np.uint8)) != mask_of(np.zeros((3, 2), np.uint8))


def test_true_is_inside() -> None:
    mask = mask_of(np.eye(3, dtype=bool))
    assert mask.array.max() == 255 and not mask.empty and mask_of(np.zeros((3, 3), bool)).empty


@pytest.mark.parametrize(
    "values",
    [np.zeros((0, 4), np.uint8), np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4)), np.zeros((1, 8193), np.uint8)],
)
def test_a_wrong_shape_or_type_is_refused(values: np.ndarray) -> None:
    with pytest.raises(StudioError):
        mask_of(values)


def _png(image: Image.Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


GOOD = mask_of(np.arange(64, dtype=np.uint8).reshape(8, 8)).to_png()


@given(st.binary(max_size=60), st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_damaged_bytes_are_refused_or_still_a_mask(noise: bytes, position: int, flip: int) -> None:
    flipped = bytearray(GOOD)
    flipped[position] ^= flip
    for data in (noise, bytes(flipped), GOOD[:position], GOOD[:position] + noise):
        try:
            mask_from_png(data)
        except StudioError as error:
            assert error.message


def test_other_formats_and_sizes_are_refused() -> None:
    for data in (_png(Image.new("L", (4, 4)), "BMP"), _png(Image.new("1", (8193, 1)))):
        with pytest.raises(StudioError):
            mask_from_png(data)
    assert mask_from_png(_png(Image.new("RGB", (4, 4), "white"))).array.min() == 255
