"""Other eyes: the published model's marks, pictures as colours, and which neighbours run into each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_studio.core.palette import oklab, parse_hex
from vtuber_studio.core.vision import KINDS, alike, simulated, simulated_image


@pytest.mark.parametrize("kind", KINDS)
def test_greys_stay_grey_and_lightness_nearly_stays(kind: str) -> None:
    greys = np.linspace(0, 1, 9)[:, None].repeat(3, 1)
    assert np.abs(simulated(greys, kind) - greys).max() < 1e-5
    assert np.allclose(KINDS[kind].sum(1), 1, atol=1e-5), "white is white"


def test_each_kind_loses_what_it_lacks() -> None:
    red, green = np.array([0.8, 0.3, 0.2]), np.array([0.45, 0.5, 0.2])

    def apart(kind: str, one: np.ndarray, other: np.ndarray) -> float:
        pair = simulated(np.stack([one, other]), kind)
        return float(np.linalg.norm(np.subtract(*oklab(pair)[:, 1:])))

    for kind in ("protan", "deutan"):
        assert apart(kind, red, green) < 0.35 * apart("tritan", red, green)
    blue, teal = np.array([0.3, 0.5, 0.8]), np.array([0.2, 0.6, 0.6])
    assert apart("tritan", blue, teal) < 0.6 * apart("deutan", blue, teal)


@given(st.integers(0, 2**32 - 1), st.sampled_from(list(KINDS)))
def test_a_picture_is_seen_as_its_colours_are(seed: int, kind: str) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (5, 7, 4), dtype=np.uint8)
    seen = simulated_image(image, kind)
    exact = np.rint(255 * simulated(image[..., :3] / 255, kind))
    assert np.abs(seen[..., :3] - exact).max() <= 4 and np.array_equal(seen[..., 3], image[..., 3])
    assert seen.dtype == np.uint8 and seen.flags.c_contiguous


def test_neighbours_that_run_into_each_other_are_named() -> None:
    def found(hair: str, skin: str = "#e0c8b0") -> set[str]:
        colours = {"hair": parse_hex(hair), "skin": parse_hex(skin)}
        named = alike(colours, [("hair", "skin"), ("hair", "wings")])
        assert all((each.one, each.other) == ("hair", "skin") for each in named)
        return {each.kind for each in named}

    assert found("#4060c0") == set()
    assert found("#a5d1b1") == {"protan", "deutan"} and found("#a3e2a8") == {"protan", "deutan"}
    assert found("#e0c8b0") == set(), "who chose the same colour wants it"
