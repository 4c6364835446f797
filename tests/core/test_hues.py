"""Hue, strength and lightness: every triple is a colour, every colour a triple."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_studio.core.hues import from_rgb, reach, to_rgb
from vtuber_studio.core.palette import oklab

SHARE = st.floats(0, 1)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_every_colour_comes_back(levels: tuple[int, int, int]) -> None:
    rgb = np.array(levels) / 255
    hue, strength, light = from_rgb(rgb)
    assert 0 <= hue < 360 and 0 <= strength <= 1 and 0 <= light <= 1
    most = 0.5 if strength else 3.0  # what has no hue to speak of becomes grey
    assert np.abs(to_rgb(np.array(hue), np.array(strength), np.array(light)) - rgb).max() * 255 <= most


@pytest.mark.parametrize("rgb", [(0, 0, 1), (1, 0, 0), (0, 1, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_the_corners_are_reached_with_all_strength(rgb: tuple[int, int, int]) -> None:
    assert from_rgb(np.array(rgb, float))[1] > 0.9


@given(st.floats(0, 360), SHARE, st.floats(0.05, 0.95))
def test_strength_changes_neither_hue_nor_lightness(hue: float, strength: float, light: float) -> None:
    rgb = to_rgb(np.array(hue), np.array(strength), np.array(light))
    assert ((rgb >= 0) & (rgb <= 1)).all()
    lab = oklab(rgb)
    assert abs(lab[0] - light) < 0.01
    if np.hypot(*lab[1:]) > 0.01:
        turn = np.degrees(np.arctan2(lab[2], lab[1])) - hue
        assert abs((turn + 180) % 360 - 180) < 2


def test_fields_are_drawn_in_one_go() -> None:
    field = to_rgb(np.array(30.0), np.linspace(0, 1, 7)[None], np.linspace(0, 1, 5)[:, None])
    assert field.shape == (5, 7, 3) and reach(np.zeros(4), np.array(0.5)).shape == (4,)
    one = to_rgb(np.array(30.0), np.array(1 / 3), np.array(0.5))
    assert np.allclose(field[2, 2], one)
    assert np.allclose(field[0], 0) and np.allclose(field[-1], 1, atol=0.01)
