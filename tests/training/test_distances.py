"""Figures of sets against answers that are known otherwise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import linalg, stats
from scipy.spatial.distance import cdist, pdist

from vtuber_studio.training.distances import (
    diversity,
    frechet_distance,
    inception_figures,
    inception_score,
    kernel_distance,
    prdc,
    two_sample,
)


def normal(seed: int, n: int, d: int = 6, shift: float = 0.0) -> np.ndarray:
    return (np.random.default_rng(seed).normal(size=(n, d)) + shift).astype(np.float32)


def test_a_set_is_no_distance_from_itself() -> None:
    x = normal(0, 300)
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-9)
    assert prdc(x, x)["coverage"] == 1 and prdc(x, x)["precision"] == 1 and prdc(x, x)["recall"] == 1


@given(st.integers(0, 2**32 - 1), st.floats(-4, 4))
def test_the_frechet_distance_is_the_one_by_a_matrix_root(seed: int, shift: float) -> None:
    a, b = normal(seed, 40), normal(seed + 1, 50, shift=shift) * np.linspace(0.5, 2, 6, dtype=np.float32)
    c1, c2 = (np.cov(x, rowvar=False) for x in (a.astype(float), b.astype(float)))
    gap = a.astype(float).mean(0) - b.astype(float).mean(0)
    known = gap @ gap + np.trace(c1 + c2 - 2 * np.real(linalg.sqrtm(c1 @ c2)))
    assert frechet_distance(a, b) == pytest.approx(known, rel=1e-6, abs=1e-8)


def test_shifted_gaussians_are_as_far_as_they_were_shifted() -> None:
    x = normal(1, 5000)
    assert frechet_distance(x, x + 3) == pytest.approx(6 * 9, rel=1e-6)
    assert frechet_distance(x, normal(2, 5000)) < 0.05
    one_column = normal(3, 100, d=1)
    assert frechet_distance(one_column, one_column + 2) == pytest.approx(4, rel=1e-5)


def test_the_kernel_distance_is_about_0_for_one_distribution_and_grows() -> None:
    same, low, high = kernel_distance(normal(0, 2000), normal(1, 2000), subsets=20, size=250)
    assert low < same < high and abs(same) < 0.01
    x = normal(0, 2000)
    near, far = (kernel_distance(x, normal(1, 2000, shift=by), subsets=10, size=250)[0] for by in (0.3, 1))
    assert same < near < far
    once, again = (kernel_distance(x, x + 1, subsets=5, size=250) for _ in range(2))
    assert once == again, "the same every time"


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Of sets of one distribution the truth is 0; nine intervals of ten at least hold it."""
    found = [kernel_distance(normal(2 * k, 60), normal(2 * k + 1, 60), subsets=40, size=30) for k in range(60)]
    assert sum(low <= 0 <= high for _, low, high in found) >= 54
    assert np.mean([mean for mean, _, _ in found]) == pytest.approx(0, abs=0.02)


def test_the_kernel_distance_by_hand() -> None:
    x, y = np.array([[1.0], [2.0]]), np.array([[0.0], [3.0]])

    def k(a: float, b: float) -> float:
        return (a * b + 1) ** 3

    known = k(1, 2) + k(0, 3) - (k(1, 0) + k(1, 3) + k(2, 0) + k(2, 3)) / 2
    assert kernel_distance(x, y, subsets=3) == pytest.approx((known, known, known))


def test_inception_score_at_its_ends() -> None:
    assert inception_score(np.full((50, 8), 1 / 8))[0] == pytest.approx(1)
    assert inception_score(np.tile(np.eye(8), (20, 1)), splits=1)[0] == pytest.approx(8)


def test_prdc_against_distances_of_scipy() -> None:
    real, made, k = normal(0, 120, shift=0.2), normal(1, 90), 4
    between = cdist(real, made)
    reach = {name: np.sort(cdist(x, x), 1)[:, k] for name, x in (("real", real), ("made", made))}
    inside = between <= reach["real"][:, None]
    known = {
        "precision": inside.any(0).mean(),
        "recall": (between <= reach["made"][None]).any(1).mean(),
        "density": inside.sum() / k / len(made),
        "coverage": inside.any(1).mean(),
    }
    assert prdc(real, made, k) == pytest.approx(known)


def test_one_good_picture_many_times_is_precise_and_covers_nothing() -> None:
    real = normal(0, 400)
    collapsed = np.repeat(real[:1], 400, 0) + normal(1, 400) * 1e-4
    found = prdc(real, collapsed)
    assert found["precision"] == 1 and found["recall"] < 0.01 and found["coverage"] < 0.05


def test_diversity_is_the_mean_distance() -> None:
    x = normal(0, 150)
    assert diversity(x) == pytest.approx(pdist(x.astype(float)).mean(), rel=1e-6)
    assert diversity(np.repeat(x[:1], 9, 0)) == pytest.approx(0, abs=1e-3)


def test_too_few_pictures_are_said() -> None:
    for call in (lambda: frechet_distance(normal(0, 1), normal(1, 9)), lambda: prdc(normal(0, 5), normal(1, 9))):
        with pytest.raises(ValueError):
            call()


def test_nothing_tells_two_sets_of_one_distribution_apart_and_a_shift_does() -> None:
    found = [two_sample(normal(2 * k, 200), normal(2 * k + 1, 200)) for k in range(20)]
    assert np.mean([accuracy for accuracy, _ in found]) == pytest.approx(0.5, abs=0.03)
    assert 1 <= sum(p < 0.25 for _, p in found) <= 11, "p is even between 0 and 1"
    accuracy, p = two_sample(normal(0, 200), normal(1, 200, shift=10))
    assert accuracy == 1 and p < 1e-12
    x = normal(0, 100)
    assert two_sample(x, x[::-1])[0] < 0.65, "a generator that knows the pictures by heart is not told from them"


def test_the_two_sample_test_against_neighbours_and_chances_of_scipy() -> None:
    real, made = normal(0, 60), normal(1, 70, shift=0.6)
    accuracy, p = two_sample(real, made)
    rng = np.random.default_rng(0)
    a, b = (x[rng.permutation(len(x))[:60]].astype(float) for x in (real, made))
    known, unknown = np.concatenate([a[:30], b[:30]]), np.concatenate([a[30:], b[30:]])
    nearest = np.argsort(cdist(unknown / known.std(0), known / known.std(0)), 1)[:, :7]
    right = ((nearest >= 30).sum(1) >= 4) == (np.arange(60) >= 30)
    assert accuracy == pytest.approx(right.mean())
    assert p == pytest.approx(stats.norm.sf(right.mean(), 0.5, np.sqrt(1 / 240)))


def test_inception_figures_of_a_set_and_itself_and_of_one_that_is_moved() -> None:
    x, sure = normal(0, 64, d=20), np.eye(8)
    real = [(row, sure[k % 8]) for k, row in enumerate(x)]
    same = inception_figures(real, real)
    assert same["fid"] == pytest.approx(0, abs=1e-9)
    assert same["inception_score"] == pytest.approx({"made": 8, "spread": 0, "real": 8})
    moved = inception_figures(real, [(row + 2, sure[0]) for row, _ in real])
    assert moved["fid"] == pytest.approx(20 * 4, rel=1e-5) and moved["inception_score"]["made"] == pytest.approx(1)
    assert moved["inception_kid"]["low"] > same["inception_kid"]["high"]


def test_fewer_rows_than_columns_have_the_same_frechet_distance() -> None:
    a, b = (np.concatenate([normal(k, 12, d=8), np.zeros((12, 30))], 1) for k in (0, 1))
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(a[:, :8], b[:, :8]), rel=1e-9)
