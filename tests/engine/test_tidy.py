"""Nothing where nothing is meant: rims and specks go, figures stay, and nothing jumps."""

from __future__ import annotations

import numpy as np
import pytest

from vtuber_studio.core.part import Cel, Part
from vtuber_studio.engine.paint import cover_part
from vtuber_studio.engine.tidy import tidy

HARD, SOFT = Cel("hard", 1, ("a", "b")), Cel("soft", 2, ("c",), soft=True)
INNER = Part("inner", "Inner", (64, 32, 192, 160), (64, 64), (HARD, SOFT))
LOW = Part("low", "Low", (64, 384, 192, 512), (64, 64), (HARD, SOFT))  # runs off the canvas below


def logits(*spots: tuple[int, int, int, int, float], soft: float = -12.0) -> np.ndarray:
    """A disc in the middle, and boxes (x0, y0, x1, y1) of the grid that are covered as much as said."""
    y, x = np.mgrid[0:64, 0:64]
    maps = np.stack([np.zeros((64, 64)), 3 * (16 - np.hypot(x - 32, y - 32)), np.full((64, 64), -20.0),
                     np.full((64, 64), soft)]).astype(np.float32)  # fmt: skip
    maps[1] = np.maximum(maps[1], -12)
    for x0, y0, x1, y1, coverage in spots:
        maps[1, y0:y1, x0:x1] = np.log(coverage / (1 - coverage))
    return maps


def alpha(part: Part, maps: np.ndarray, cel: str = "hard") -> np.ndarray:
    """[128, 128] coverage of the tidied cel over its box."""
    whole = np.zeros((128, 128), np.float32)
    found = cover_part(part, tidy(part, maps), 1)[cel]
    if found is not None:
        x0, y0, x1, y1 = found.window
        whole[y0:y1, x0:x1] = found.m.sum(0)
    return whole


DISC = alpha(INNER, logits())


@pytest.mark.parametrize(
    "spot",
    [
        (0, 0, 3, 2, 0.08),  # the corner
        (60, 20, 64, 30, 0.5),  # along a side
        (0, 63, 64, 64, 0.9),  # the rim itself
        (57, 2, 61, 5, 0.95),  # sure of itself, but beside everything
        (8, 40, 11, 44, 0.12),  # faint, wherever it is
    ],
)
def test_specks_beside_the_figure_go(spot: tuple[int, int, int, int, float]) -> None:
    assert alpha(INNER, logits()).max() > 0.99
    assert np.array_equal(alpha(INNER, logits(spot)), DISC)


@pytest.mark.parametrize("spot", [(8, 40, 11, 44, 0.6), (30, 2, 34, 20, 0.9)])  # an ornament; a plume from the figure
def test_what_is_meant_stays(spot: tuple[int, int, int, int, float]) -> None:
    x0, y0, x1, y1, coverage = spot
    middle = alpha(INNER, logits(spot))[y0 + y1, x0 + x1]
    assert middle == pytest.approx(coverage, abs=0.02)


def test_figures_run_off_the_canvas_but_not_off_their_box() -> None:
    leg = (28, 40, 36, 64, 0.98)
    assert alpha(LOW, logits(leg))[127, 60:70].min() > 0.9
    ending = alpha(INNER, logits(leg))[:, 64]
    assert ending[-1] == 0 and ending[120] > 0.9


def test_an_island_fades_before_it_goes() -> None:
    seen = [alpha(INNER, logits((8, 40, 14, 46, c))).max(initial=0) for c in np.arange(0.02, 0.6, 0.01)]
    islands = [alpha(INNER, logits((8, 40, 14, 46, c)))[84:90, 20:24].max() for c in np.arange(0.02, 0.6, 0.01)]
    assert islands[0] == 0 and islands[-1] > 0.55 and np.diff(islands).min() >= 0 and np.diff(islands).max() < 0.06
    assert min(seen) > 0.99


def test_soft_cels_may_be_faint() -> None:
    assert alpha(INNER, logits(soft=-2.5), "soft")[64, 64] == pytest.approx(0.076, abs=0.001)
    assert not alpha(INNER, logits(soft=-7.0), "soft").any()


def test_the_network_s_own_output_is_left_alone() -> None:
    maps = logits((57, 2, 61, 5, 0.95), (8, 40, 11, 44, 0.25))
    before = maps.copy()
    tidy(INNER, maps)
    assert np.array_equal(maps, before)
