"""Mixing: what is taken is taken from one look, and what a control shows is what the networks and the painter get."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import ATTRIBUTES, MATERIALS, PARTS, fake_manifest
from vtuber_studio.core.attribute import encode
from vtuber_studio.core.dice import COLOURS, roll, vary
from vtuber_studio.core.look import MAX_SEED, Look
from vtuber_studio.core.mixing import Kind, seen_directions, seen_palette, seen_value, take, taken
from vtuber_studio.core.palette import to_hex
from vtuber_studio.core.sampling import random_look
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.figure import ingredients, part_rows

NAMES = [part.name for part in PARTS]
HERS, OTHER, THIRD = (random_look(ATTRIBUTES, MATERIALS, seed) for seed in (3, 4, 5))
kinds = st.sampled_from(["shape", "colour"])
amounts = st.sampled_from([0.0, 1.0]) | st.floats(0, 1)
others = st.sampled_from([OTHER, THIRD])
takes = st.lists(st.tuples(others, st.sets(st.sampled_from(NAMES)), kinds, amounts), max_size=6)


def mixed(steps: list[tuple[Look, set[str], Kind, float]]) -> Look:
    look = HERS
    for step in steps:
        look = take(look, *step)
    return look


@given(takes)
def test_each_kind_of_a_part_comes_from_the_look_it_was_taken_from_last(
    steps: list[tuple[Look, set[str], Kind, float]],
) -> None:
    look = mixed(steps)
    for part in NAMES:
        for kind in ("shape", "colour"):
            last = next((step for step in reversed(steps) if part in step[1] and step[2] == kind), None)
            got = taken(look, part, kind)
            assert (got and (got.look, getattr(got, kind))) == ((last[0], last[3]) if last and last[3] > 0 else None)
            assert sum(getattr(mix, kind) > 0 for mix in look.mixes if mix.part == part) <= 1
    assert all(mix.shape or mix.colour for mix in look.mixes), "nothing taken leaves nothing behind"


@given(takes, st.floats(-1, 1), st.sampled_from(["round", "square"]))
def test_what_is_shown_is_what_is_painted_before_and_after_an_edit(
    steps: list[tuple[Look, set[str], Kind, float]], width: float, cut: str
) -> None:
    manifest, look = fake_manifest(), mixed(steps)
    edited = look.set(face_width=width, front_style=cut).paint({"hair.base": "#123456"})
    for each in (look, edited):
        got, palette = ingredients(manifest, Shot(each)), seen_palette(MATERIALS, PARTS, each)
        for part in NAMES:
            seen = {row.name: seen_value(row, each) for row in ATTRIBUTES}
            assert got[part].c == pytest.approx(encode(part_rows(manifest, part), seen), abs=1e-6)
        assert np.allclose(palette["hair.base"], got["hair_front"].colours["hair.base"])
    assert seen_value(ATTRIBUTES[0], edited) == pytest.approx(width)
    assert seen_value(ATTRIBUTES[3], edited) == cut
    assert to_hex(seen_palette(MATERIALS, PARTS, edited)["hair.base"]) == "#123456"
    untouched = (row for row in ATTRIBUTES if row.name not in ("face_width", "front_style"))
    assert all(seen_value(row, edited) == seen_value(row, look) for row in untouched)


def test_directions_are_shown_as_they_are_mixed() -> None:
    own, other = (HERS.with_(directions={"eyes": amounts}) for amounts in ((1.0,), (0.0, 2.0)))
    look = take(own, other, ["eyes"], "shape", 0.5)
    assert seen_directions(look, "eyes") == (0.5, 1.0) and seen_directions(look, "face") == ()


@given(st.integers(0, MAX_SEED), takes, st.sampled_from([None, "Hair", COLOURS]))
def test_the_dice_move_what_is_mixed_and_leave_what_is_locked_as_it_is_seen(
    seed: int, steps: list[tuple[Look, set[str], Kind, float]], group: str | None
) -> None:
    look, locks = mixed(steps), {"fringe_length", "eye.iris"}
    fringe = next(row for row in ATTRIBUTES if row.name == "fringe_length")
    rolled = roll(look, ATTRIBUTES, MATERIALS, PARTS, seed, locks, group)
    fresh = random_look(ATTRIBUTES, MATERIALS, seed)
    assert seen_value(fringe, rolled) == pytest.approx(seen_value(fringe, look))
    irises = [to_hex(seen_palette(MATERIALS, PARTS, each)["eye.iris"]) for each in (look, rolled)]
    assert irises[0] == irises[1]
    if group != COLOURS:
        assert seen_value(ATTRIBUTES[3], rolled) == fresh.attributes["front_style"]
    if group != "Hair":
        assert to_hex(seen_palette(MATERIALS, PARTS, rolled)["hair.base"]) == fresh.palette["hair.base"]
    else:
        hairs = [to_hex(seen_palette(MATERIALS, PARTS, each)["hair.base"]) for each in (look, rolled)]
        assert hairs[0] == hairs[1], "a colour that was taken stays when shapes are rolled"


def test_a_little_different_is_seen_under_a_full_mix() -> None:
    look = HERS
    for kind in ("shape", "colour"):
        look = take(look, OTHER, NAMES, kind, 1.0)
    varied = vary(look, ATTRIBUTES, MATERIALS, PARTS, 9, {"face_width"})
    assert seen_value(ATTRIBUTES[1], varied) != seen_value(ATTRIBUTES[1], look)
    assert seen_value(ATTRIBUTES[0], varied) == seen_value(ATTRIBUTES[0], look)
    hairs = [to_hex(seen_palette(MATERIALS, PARTS, each)["hair.base"]) for each in (look, varied)]
    assert hairs[0] != hairs[1]


def test_parts_that_are_taken_from_one_look_share_it_after_an_edit() -> None:
    look = take(HERS, OTHER, NAMES, "shape", 1.0).set(face_width=0.1).paint({"hair.base": "#123456"})
    assert len({id(mix.look) for mix in look.mixes}) == 1, "a slider is dragged through as few looks as there are"
    painted = [id(ingredients(fake_manifest(), Shot(look))[part].colours) for part in NAMES]
    assert len(set(painted)) == 1
