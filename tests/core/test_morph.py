"""Between two looks, and neighbours of one: exact at the ends, no jump on the way, and what is locked stays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.strategies import looks
from tests.fakes import ATTRIBUTES, MATERIALS, PARTS, FakeGenerator
from vtuber_studio.core.dice import COLOURS, neighbour, roll, roll_part
from vtuber_studio.core.look import MAX_SEED, Look
from vtuber_studio.core.mixing import seen_palette, seen_value, take
from vtuber_studio.core.morph import between
from vtuber_studio.core.sampling import random_look
from vtuber_studio.core.sound import check_look
from vtuber_studio.engine.render import render

seeds = st.integers(0, MAX_SEED)
amounts = st.floats(0, 1)


def persona(seed: int) -> Look:
    return random_look(ATTRIBUTES, MATERIALS, seed)


def on_the_way(a: Look, b: Look, amount: float) -> Look:
    return between(a, b, ATTRIBUTES, MATERIALS, PARTS, amount)


def near(look: Look, seed: int, distance: float, **options: object) -> Look:
    return neighbour(look, ATTRIBUTES, MATERIALS, PARTS, seed, distance, **options)  # type: ignore[arg-type]


@given(looks, looks, amounts)
def test_ends_are_exact_and_what_lies_between_is_sound(a: Look, b: Look, amount: float) -> None:
    assert on_the_way(a, b, 0) is a and on_the_way(a, b, 1) is b
    made = on_the_way(a, b, amount)
    check_look(made)
    for row in ATTRIBUTES:
        first, second, value = (side.attributes.get(row.name, row.default) for side in (a, b, made))
        if row.choices:
            assert value == (first if amount < 0.5 else second)
        else:
            assert min(first, second) - 1e-4 <= value <= max(first, second) + 1e-4
    assert on_the_way(a, a, amount) == a or a.attributes.keys() != {row.name for row in ATTRIBUTES}


@pytest.mark.parametrize("at", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_the_picture_does_not_jump_where_no_choice_switches(at: float) -> None:
    """Mixes fade, seeds and truncation change hands unseen: a step on the way is hardly a change anywhere."""
    other = persona(9)
    a = take(take(persona(3), other, ["eyes"], "shape", 0.8), other, ["face"], "colour", 1.0)
    b = take(persona(4).with_(truncation_psi=0.5), persona(11), ["hair_front"], "shape", 0.6)
    same = {row.name: row.choices[-1] for row in ATTRIBUTES if row.choices}
    a, b = a.set(**same), b.set(**same)
    low, high = (on_the_way(a, b, min(1, max(0, at + step))) for step in (-2e-5, 2e-5))
    generator = FakeGenerator()
    before, after = (render(generator, look, size=128).astype(int) for look in (low, high))
    assert np.abs(before - after).max() <= 6
    halves = [render(generator, on_the_way(a, b, amount), size=128).astype(int) for amount in (0.2, 0.8)]
    assert np.abs(halves[0] - halves[1]).max() > 40


@given(seeds, seeds)
def test_farthest_is_what_the_dice_roll(seed: int, other: int) -> None:
    look = persona(seed)
    assert near(look, other, 1.0) == roll(look, ATTRIBUTES, MATERIALS, PARTS, other)
    rolled = roll_part(look, ATTRIBUTES, PARTS, PARTS[1], other)
    assert near(look, other, 1.0, chosen={"eyes"}) == rolled
    assert near(look, other, 1.0, chosen={COLOURS}) == roll(look, ATTRIBUTES, MATERIALS, PARTS, other, group=COLOURS)


@given(seeds, seeds, st.floats(0.01, 0.99), st.sets(st.sampled_from([row.name for row in ATTRIBUTES])))
def test_neighbours_lie_between_and_locks_stay(seed: int, other: int, distance: float, locks: set[str]) -> None:
    look, rolled = persona(seed), persona(other)
    made = near(look, other, distance, locks=locks | {"hair.base"})
    for row in ATTRIBUTES:
        first, second, value = (side.attributes[row.name] for side in (look, rolled, made))
        if row.name in locks:
            assert value == first
        elif row.choices:
            assert value in (first, second)
        else:
            assert float(value) == pytest.approx(float(first) + distance * (float(second) - float(first)), abs=1e-4)
    assert made.palette["hair.base"] == look.palette["hair.base"]
    assert near(look, other, distance, chosen=["eyes"]).palette == look.palette


def test_nearly_the_same_looks_as_she_does_also_when_others_are_mixed_in() -> None:
    look = take(take(persona(5), persona(6), ["eyes"], "shape", 1.0), persona(6), ["hair_front"], "colour", 1.0)
    made = near(look, 77, 1e-6)
    assert not made.mixes
    for row in ATTRIBUTES:
        if not row.choices:
            assert float(made.attributes[row.name]) == pytest.approx(float(seen_value(row, look)), abs=1e-3)
    seen, own = (seen_palette(MATERIALS, PARTS, each) for each in (look, made))
    assert all(np.abs(seen[name] - own[name]).max() < 0.02 for name in seen)


def test_colours_on_the_way_are_as_strong_as_at_the_ends() -> None:
    a, b = (persona(5).paint({"hair.base": colour}) for colour in ("#2050e0", "#e08020"))
    made = near(a, 3, 0.5, chosen=[COLOURS])
    assert made.attributes == a.attributes and made.palette != a.palette
    plain = on_the_way(a, b, 0.5).palette["hair.base"]
    assert plain not in (a.palette["hair.base"], b.palette["hair.base"])
