"""The dice: what is locked or out of scope stays; the same seed rolls the same persona."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import ATTRIBUTES, MATERIALS, PARTS, fake_manifest
from vtuber_studio.core.dice import COLOURS, roll, roll_part, toward, vary
from vtuber_studio.core.fit import complete_look
from vtuber_studio.core.look import MAX_SEED, Look
from vtuber_studio.core.palette import resolve, to_hex
from vtuber_studio.core.rules import Exclusion, Rules
from vtuber_studio.core.sampling import random_look
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.figure import ingredients

NAMES = [row.name for row in ATTRIBUTES]
COLOURED = [material.name for material in MATERIALS if material.colour]
GROUPS = [*dict.fromkeys(row.group for row in ATTRIBUTES), COLOURS, None]
seeds = st.integers(0, MAX_SEED)
BEFORE = complete_look(
    Look(seed=5).set(eye_size=0.25, front_style="square", face_width=-0.5).paint({"hair.base": "#123456"}),
    ATTRIBUTES,
    MATERIALS,
)


@given(seeds, st.sets(st.sampled_from(NAMES + COLOURED)), st.sampled_from(GROUPS))
def test_what_is_free_is_what_the_whole_roll_gives_and_the_rest_stays(
    seed: int, locks: set[str], group: str | None
) -> None:
    whole = random_look(ATTRIBUTES, MATERIALS, seed)
    look = roll(BEFORE, ATTRIBUTES, MATERIALS, PARTS, seed, locks, group)
    for row in ATTRIBUTES:
        free = row.name not in locks and group in (None, row.group)
        assert look.attributes[row.name] == (whole if free else BEFORE).attributes[row.name]
    for name in COLOURED:
        free = name not in locks and group in (None, COLOURS)
        assert look.palette[name] == (whole if free else BEFORE).palette[name]
    assert look.seed == (seed if group is None else BEFORE.seed)
    assert look == roll(BEFORE, ATTRIBUTES, MATERIALS, PARTS, seed, locks, group)


@given(seeds)
def test_a_part_whose_every_attribute_is_locked_keeps_its_picture(seed: int) -> None:
    locks = {row.name for row in ATTRIBUTES if "eyes" in row.parts}
    look = roll(BEFORE, ATTRIBUTES, MATERIALS, PARTS, seed, locks)
    before, after = (ingredients(fake_manifest(), Shot(each))["eyes"] for each in (BEFORE, look))
    assert abs(before.z - after.z).max() < 1e-5 and (before.c == after.c).all()


@given(seeds)
def test_a_locked_colour_that_derives_from_another_stays_as_it_looks(seed: int) -> None:
    for look in (
        roll(BEFORE, ATTRIBUTES, MATERIALS, PARTS, seed, {"skin.shade"}),
        vary(BEFORE, ATTRIBUTES, MATERIALS, PARTS, seed, {"skin.shade"}, rules=None),
    ):
        before, after = (resolve(MATERIALS, each.palette)["skin.shade"] for each in (BEFORE, look))
        assert np.array_equal(before, after) or look.palette["skin.shade"] == to_hex(before)


@given(seeds, st.sets(st.sampled_from(NAMES)))
def test_a_little_different_stays_in_range_and_near(seed: int, locks: set[str]) -> None:
    look = vary(BEFORE, ATTRIBUTES, MATERIALS, PARTS, seed, locks)
    free = vary(BEFORE, ATTRIBUTES, MATERIALS, PARTS, seed)
    for row in ATTRIBUTES:
        old, new = (each.attributes[row.name] for each in (BEFORE, look))
        if row.choices or row.name in locks:
            assert new == old
        else:
            assert row.low <= float(new) <= row.high and abs(float(new) - float(old)) < 1.2
            assert new == free.attributes[row.name], "a lock moves nothing else"


def test_rolled_looks_hold_every_value_and_old_ones_are_completed() -> None:
    bare = Look(seed=5).set(eye_size=0.25)
    for look in (
        random_look(ATTRIBUTES, MATERIALS, 7),
        roll(bare, ATTRIBUTES, MATERIALS, PARTS, 7, group="Hair"),
        vary(bare, ATTRIBUTES, MATERIALS, PARTS, 7),
    ):
        assert complete_look(look, ATTRIBUTES, MATERIALS) is look
        assert set(look.attributes) == set(NAMES)
        assert set(look.palette) >= {material.name for material in MATERIALS if material.colour}


@given(seeds)
def test_choices_that_do_not_go_together_never_meet(seed: int) -> None:
    rules = Rules(exclusions=(Exclusion({"headwear": "hat"}, {"front_style": "round"}),))
    hat = BEFORE.set(headwear="hat")
    look = roll(hat, ATTRIBUTES, MATERIALS, PARTS, seed, {"headwear"}, rules=rules)
    assert look.attributes["front_style"] == "round", "the locked hat decides"
    look = roll(hat, ATTRIBUTES, MATERIALS, PARTS, seed, {"headwear", "front_style"}, rules=rules)
    assert look.attributes["front_style"] == "square", "what is locked stays all the same"


@given(seeds, st.floats(0, 1))
def test_a_step_toward_a_rolled_part_goes_as_far_as_asked(seed: int, amount: float) -> None:
    part = next(part for part in PARTS if part.name == "hair_front")
    before = BEFORE.with_(directions={"hair_front": (1.0,), "eyes": (0.5,)})
    far = roll_part(before, ATTRIBUTES, PARTS, part, seed)
    near = toward(before, far, ATTRIBUTES, part, seed, amount)
    assert toward(before, far, ATTRIBUTES, part, seed, 1.0) == far
    for row in ATTRIBUTES:
        a, b, c = (look.attributes[row.name] for look in (before, near, far))
        if row.choices:
            assert b in (a, c)
        else:
            assert abs(float(b) - (1 - amount) * float(a) - amount * float(c)) < 1e-3
    plain = [Shot(look.with_(directions={})) for look in (before, near, far)]
    z = [ingredients(fake_manifest(), shot)["hair_front"].z for shot in plain]
    assert abs(z[1] - (1 - amount) * z[0] - amount * z[2]).max(initial=0.0) < 1e-4
    assert near.directions["eyes"] == (0.5,)


def test_a_part_that_was_not_there_comes_however_near_the_step() -> None:
    part = next(part for part in PARTS if part.name == "headwear")
    far = roll_part(BEFORE, ATTRIBUTES, PARTS, part, 3)
    assert BEFORE.attributes["headwear"] == "none" != far.attributes["headwear"]
    assert toward(BEFORE, far, ATTRIBUTES, part, 3, 0.1).attributes["headwear"] == far.attributes["headwear"]
