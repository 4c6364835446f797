"""The z of a seed never changes: saved looks depend on it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vtuber_studio.core.latents import seed_z


def test_the_z_of_a_seed_is_fixed_for_ever() -> None:
    expected = [2.703821, -0.088895, 1.518587, 0.613524]
    assert np.allclose(seed_z(7, "eyes", 4), expected, atol=1e-6)


@given(st.integers(0, 2**32 - 1), st.integers(1, 16))
def test_a_longer_z_continues_a_shorter_one(seed: int, size: int) -> None:
    z = seed_z(seed, "eyes", size)
    assert z.shape == (size,) and z.dtype == np.float32 and np.isfinite(z).all()
    assert np.array_equal(seed_z(seed, "eyes", size + 4)[:size], z)


def test_parts_and_seeds_have_their_own_z() -> None:
    z = seed_z(7, "eyes", 8)
    assert not np.array_equal(z, seed_z(7, "mouth", 8))
    assert not np.array_equal(z, seed_z(8, "eyes", 8))


def test_it_is_standard_normal() -> None:
    z = np.stack([seed_z(seed, "hair_front", 8) for seed in range(500)])
    assert abs(float(z.mean())) < 0.06 and abs(float(z.std()) - 1) < 0.05
