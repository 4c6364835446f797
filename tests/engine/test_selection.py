"""Selections: shapes are as large as geometry says, strokes touch their window alone, masks join as sets do."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes import FakeGenerator
from vtuber_studio.core.look import Look
from vtuber_studio.core.mask import SIDE
from vtuber_studio.engine import selection
from vtuber_studio.engine.picking import pick_map
from vtuber_studio.engine.render import render

place = st.floats(-100, SIDE + 100)
inner = st.floats(60, SIDE - 60)
ON, UNDER = (256.0, 128.0), (512.0, 260.0)  # canvas units of the fake's fringe


@st.composite
def masks(draw: st.DrawFn) -> np.ndarray:
    """A soft shape or two."""
    made = selection.ellipse(*(draw(place) for _ in range(4)))
    other = selection.polygon([(draw(place), draw(place)) for _ in range(draw(st.integers(3, 6)))])
    return selection.feather(np.maximum(made, other), draw(st.sampled_from([0.0, 9.0])))


@settings(max_examples=20)
@given(inner, inner, inner, inner)
def test_an_ellipse_has_its_area(x0: float, y0: float, x1: float, y1: float) -> None:
    area = np.pi / 4 * abs(x1 - x0) * abs(y1 - y0)
    mask = selection.ellipse(x0, y0, x1, y1)
    around = abs(x1 - x0) + abs(y1 - y0)
    assert mask.shape == (SIDE, SIDE) and abs(mask.sum() / 255 - area) <= 0.3 * around + 2


@settings(max_examples=20)
@given(st.lists(st.tuples(place, place), max_size=8))
def test_any_line_can_be_closed(points: list[tuple[float, float]]) -> None:
    mask = selection.polygon(points)
    assert mask.dtype == np.uint8 and mask.shape == (SIDE, SIDE)
    if mask.any():
        box = selection.bounds(mask)
        x, y = zip(*points, strict=True)
        assert box[0] >= min(x) - 2 and box[1] >= min(y) - 2 and box[2] <= max(x) + 2 and box[3] <= max(y) + 2


def test_a_line_at_an_angle_has_soft_steps() -> None:
    mask = selection.polygon([(100, 100), (900, 300), (100, 800)])
    assert len(np.unique(mask)) > 10


@settings(max_examples=30)
@given(place, place, place, place, st.floats(1, 120), st.floats(0, 1), st.floats(0.1, 1), st.floats(0.1, 1))
def test_a_stroke_touches_its_window_alone(
    ax: float, ay: float, bx: float, by: float, radius: float, hardness: float, a: float, b: float
) -> None:
    before = np.random.default_rng(0).integers(0, 60, (SIDE, SIDE), np.uint8)
    mask = before.copy()
    window = selection.stroke(mask, (ax, ay, a), (bx, by, b), radius, hardness)
    changed = mask != before
    assert (mask >= before).all()
    if window is None:
        assert not changed.any()
        return
    x0, y0, x1, y1 = window
    assert not changed[:y0].any() and not changed[y1:].any()
    assert not changed[:, :x0].any() and not changed[:, x1:].any()
    assert mask.max() <= max(59, round(255 * max(a, b)))
    for x, y, opacity in ((ax, ay, a), (bx, by, b)):
        if 1 <= x < SIDE - 1 and 1 <= y < SIDE - 1 and radius > 3:
            assert mask[int(y), int(x)] >= 0.7 * 255 * opacity * min(1, 1 - 0.6 / radius)


def test_a_stroke_of_many_moves_is_as_even_as_one_of_few() -> None:
    few, many = selection.blank(), selection.blank()
    selection.stroke(few, (200, 300, 0.5), (800, 500, 0.5), 40, 0.5)
    steps = np.linspace((200, 300, 0.5), (800, 500, 0.5), 60)
    for start, end in pairwise(steps):
        selection.stroke(many, tuple(start), tuple(end), 40, 0.5)
    assert np.abs(few.astype(int) - many).max() <= 2


@settings(max_examples=15)
@given(masks(), masks())
def test_masks_join_as_sets_do(a: np.ndarray, b: np.ndarray) -> None:
    join, no = selection.joined, selection.inverted
    before = a.copy()
    assert np.array_equal(join(join(a, b, "add"), b, "add"), join(b, a, "add"))
    assert np.array_equal(no(join(a, b, "add")), join(no(a), no(b), "intersect"))
    assert np.array_equal(join(a, b, "subtract"), join(a, no(b), "intersect"))
    assert np.array_equal(join(a, b, "replace"), b) and np.array_equal(a, before)
    for twice in (selection.mirrored, no):
        assert np.array_equal(twice(twice(a)), a)


@settings(max_examples=10)
@given(masks(), st.integers(1, 12))
def test_growing_contains_and_shrinking_is_contained(mask: np.ndarray, radius: int) -> None:
    grown, shrunk = selection.grow(mask, radius), selection.grow(mask, -radius)
    assert (grown >= mask).all() and (shrunk <= mask).all()
    # the same about the inverse, the canvas's edge apart
    assert np.array_equal(selection.grow(255 - mask, radius), 255 - shrunk)


def test_a_feather_leaves_the_middle_and_the_edge_of_the_canvas() -> None:
    soft = selection.feather(selection.half(True), 20)
    assert (soft[:, -400:] == 255).all() and (soft[:, :400] == 0).all()
    assert 0 < soft[0, 505] < soft[0, 519] < 255


def test_halves_are_hers() -> None:
    left, right = selection.half(True), selection.half(False)
    assert left[5, 1000] == 255 and left[5, 5] == 0 and np.array_equal(left, selection.mirrored(right))


@pytest.fixture(scope="module")
def where() -> object:
    return pick_map(FakeGenerator(), Look(seed=4))


def test_what_is_seen_of_a_part_is_selected(where: selection.PickMap) -> None:
    part = selection.seen(where, "hair_front")
    grid = where.part == where.parts.index("hair_front") + 1
    assert np.mean((part[::2, ::2] > 127) == grid) > 0.995
    inside = selection.seen(where, "hair_front", "hair.base")
    assert inside.any() and (inside <= part).all()
    assert selection.parts_under(where, part) == ("hair_front",)
    assert "hair_front" in selection.parts_under(where, selection.half(True))
    corner = selection.blank()
    corner[:20, :20] = 255
    assert selection.parts_under(where, corner) == ()
    x0, y0, x1, y1 = selection.box_of(where, ["hair_front"])
    assert part[y0:y1, x0:x1].sum() >= 0.99 * part.sum()


def test_hair_has_ends_and_a_streak(where: selection.PickMap) -> None:
    box = selection.box_of(where, ["hair_front"])
    tips = selection.ends(box)
    assert tips[box[1]].max() == 0 and tips[-1].min() == 255 and len(np.unique(tips)) > 20
    lock = selection.streak(box)
    assert 0.02 < (lock > 0).sum() / ((box[2] - box[0]) * (box[3] - box[1])) < 0.2
    assert selection.bounds(lock)[2] <= SIDE // 2


def test_a_colour_is_selected_as_far_as_it_hangs_together() -> None:
    image = render(FakeGenerator(), Look(seed=4), size=SIDE)
    mask = selection.alike(image, 512, 2 * 128 + 20, 0.08)
    assert mask[2 * 128 + 20, 512] == 255 and 0.001 < (mask > 127).mean() < 0.5
    assert not selection.alike(image, -4, 20, 0.1).any()


def test_contours_lie_where_the_mask_is_half() -> None:
    (line,) = selection.contours(selection.ellipse(200, 200, 600, 800))
    assert np.allclose([line.min(0), line.max(0)], [[100, 100], [300, 400]], atol=0.8)
    (frame,) = selection.contours(np.full((SIDE, SIDE), 255, np.uint8))
    assert np.allclose([frame.min(0), frame.max(0)], [[0, 0], [512, 512]], atol=0.5)
