"""The dice: what is locked or out of scope stays; the same seed rolls the same persona."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import ATTRIBUTES, MATERIALS, PARTS, fake_manifest
from vtuber_studio.core.dice import COLOURS, roll, seed_from_text, vary
from vtuber_studio.core.look import MAX_SEED, Look
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.figure import ingredients

NAMES = [row.name for row in ATTRIBUTES]
seeds = st.integers(0, MAX_SEED)
BEFORE = Look(seed=5).set(eye_size=0.25, front_style="square", face_width=-0.5).paint({"hair.base": "#123456"})


@given(seeds, st.sets(st.sampled_from(NAMES)))
def test_locked_attributes_and_colours_stay(seed: int, locks: set[str]) -> None:
    look = roll(BEFORE, ATTRIBUTES, MATERIALS, PARTS, seed, {*locks, "hair.base"})
    assert set(look.palette) <= {material.name for material in MATERIALS}
    for name in locks:
        assert look.attributes.get(name) == BEFORE.attributes.get(name)
    assert look.palette["hair.base"] == "#123456"
    assert look == roll(BEFORE, ATTRIBUTES, MATERIALS, PARTS, seed, {*locks, "hair.base"})


@given(seeds)
def test_a_part_whose_every_attribute_is_locked_keeps_its_picture(seed: int) -> None:
    locks = {row.name for row in ATTRIBUTES if "eyes" in row.parts}
    look = roll(BEFORE, ATTRIBUTES, MATERIALS, PARTS, seed, locks)
    before, after = (ingredients(fake_manifest(), Shot(each))["eyes"] for each in (BEFORE, look))
    assert abs(before.z - after.z).max() < 1e-5 and (before.c == after.c).all()


@given(seeds)
def test_one_group_leaves_the_others(seed: int) -> None:
    look = roll(BEFORE, ATTRIBUTES, MATERIALS, PARTS, seed, group="Hair")
    assert look.seed == BEFORE.seed and look.palette == BEFORE.palette
    assert {k: v for k, v in look.attributes.items() if k not in ("front_style", "fringe_length")} == {
        k: v for k, v in BEFORE.attributes.items() if k != "front_style"
    }
    colours = roll(BEFORE, ATTRIBUTES, MATERIALS, PARTS, seed, group=COLOURS)
    assert colours.attributes == BEFORE.attributes and colours.palette != BEFORE.palette


@given(seeds, st.sets(st.sampled_from(NAMES)))
def test_a_little_different_stays_in_range_and_near(seed: int, locks: set[str]) -> None:
    look = vary(BEFORE, ATTRIBUTES, MATERIALS, PARTS, seed, locks)
    for row in ATTRIBUTES:
        old, new = (each.attributes.get(row.name, row.default) for each in (BEFORE, look))
        if row.choices or row.name in locks:
            assert new == old
        else:
            assert row.low <= float(new) <= row.high and abs(float(new) - float(old)) < 1.2


def test_seeds_can_be_numbers_or_words() -> None:
    assert seed_from_text(" 42 ") == 42
    assert seed_from_text("Luna") == seed_from_text("Luna") != seed_from_text("luna")
    assert 0 <= seed_from_text(str(MAX_SEED + 7)) <= MAX_SEED
