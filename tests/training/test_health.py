"""What the figures of a run say about it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vtuber_studio.training.health import PATIENCE, Finding, Vitals, diversity, examine

WELL = Vitals(0, real=0.6, fake=-0.5, r_t=0.5, diversity=0.3, held_out=0.4, loss=1.5)


def _history(count: int, **wrong: float) -> list[Vitals]:
    """Ten ticks of a run that is well, then ``count`` with something wrong."""
    rows = [replace(WELL, images=100 * k) for k in range(10)]
    return rows + [replace(WELL, images=1000 + 100 * k, **wrong) for k in range(count)]  # type: ignore[arg-type]


def _found(history: list[Vitals], reference: float = 0.35) -> str:
    finding = examine(history, reference)
    return finding.kind if finding else ""


def test_a_run_that_is_well_is_not_accused() -> None:
    assert examine([], 0.35) is None
    assert _found(_history(0)) == ""


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("collapsed", {"diversity": 0.02}),
        ("beaten", {"real": 9.0, "fake": -9.0, "held_out": 9.0}),
        ("overfitted", {"r_t": 0.97, "held_out": -0.4}),
    ],
)
def test_what_is_wrong_is_said_when_it_lasts(kind: str, wrong: dict[str, float]) -> None:
    assert _found(_history(PATIENCE - 1, **wrong)) == ""
    finding = examine(_history(PATIENCE + 2, **wrong), 0.35)
    assert isinstance(finding, Finding) and finding.kind == kind
    assert finding.since == 1200 and "since 1200 pictures" in finding.message
    assert finding.hint.endswith(".")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -5000.0])
def test_divergence_is_said_at_once(value: float) -> None:
    assert _found(_history(1, real=value)) == "diverged"


def test_a_beginning_run_may_be_without_variety() -> None:
    assert _found([replace(WELL, images=k, diversity=0.01) for k in range(30)]) == ""


def test_pictures_that_are_all_the_same_are_named() -> None:
    assert _found(_history(1), reference=0.0) == "same"


def test_a_sure_judge_that_knows_new_pictures_as_well_has_not_overfitted() -> None:
    assert _found(_history(PATIENCE, r_t=0.97, held_out=0.55)) == ""
    assert _found(_history(PATIENCE, r_t=0.97, held_out=None)) == "overfitted"  # type: ignore[arg-type]


def test_r_v_is_the_share_of_the_way_to_the_made_ones() -> None:
    assert replace(WELL, real=1.0, fake=-1.0, held_out=0.0).r_v == pytest.approx(0.5)
    assert replace(WELL, real=0.1, fake=0.0).r_v is None
    assert replace(WELL, held_out=None).r_v is None


def test_diversity_is_the_distance_between_two() -> None:
    two = np.zeros((2, 4, 32, 32), np.float32)
    two[1] = 0.5
    assert diversity(two) == pytest.approx(0.5)
    assert diversity(np.concatenate([two, two])) == pytest.approx(0.5 * 8 / 12)
    assert diversity(two[:1]) == 0
    noise = np.random.default_rng(0).random((8, 3, 64, 64)).astype(np.float32)
    assert diversity(noise) < 0.2  # what is finer than 16 places counts little
