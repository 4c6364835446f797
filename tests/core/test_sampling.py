"""A seed is for ever: what a row or a colour draws depends on the seed and its own name alone."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vtuber_studio.artist import schema
from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.latents import Stream, race
from vtuber_studio.core.look import MAX_SEED, parse_seed
from vtuber_studio.core.part import Material
from vtuber_studio.core.rules import Rules
from vtuber_studio.core.sampling import FLESH, harmony, random_look

GOLDEN = json.loads((Path(__file__).parent / "golden_seeds.json").read_text())
ROWS, MATERIALS, DICE = schema.ATTRIBUTES, schema.MATERIALS, schema.DICE
DECIDING = {name for rule in (*DICE.exclusions, *DICE.tints) for name in rule.when}  # others follow these, and say so
seeds = st.integers(0, MAX_SEED)


@pytest.mark.parametrize("seed", GOLDEN["looks"])
def test_the_persona_of_a_seed_is_fixed_for_ever(seed: str) -> None:
    look = random_look(ROWS, MATERIALS, int(seed), rules=DICE)
    for name, value in GOLDEN["looks"][seed]["attributes"].items():
        now = look.attributes[name]
        newer = isinstance(now, str) and now not in GOLDEN["choices"][name]  # a choice that has come since
        assert now == value or newer, name
    for name, colour in GOLDEN["looks"][seed]["palette"].items():
        assert look.palette[name] == colour, name


@settings(max_examples=25)
@given(seeds, st.permutations(ROWS), st.permutations(MATERIALS), st.data())
def test_other_rows_leave_a_persona_alone(
    seed: int, rows: list[Attribute], materials: list[Material], data: st.DataObject
) -> None:
    """Some removed, some added, all shuffled."""
    kept = [row for row in rows if row.name in DECIDING or data.draw(st.booleans())]
    rows = [Attribute("tail", "Tail", "Body", choices=("none", "fox"), default="none"), *kept]
    tail = Material("tail.base", "Tail", "tail", "#ff0000")
    materials = [*materials[: data.draw(st.integers(0, len(materials)))], tail]
    whole = random_look(ROWS, MATERIALS, seed, rules=DICE)
    look = random_look(rows, materials, seed, rules=DICE)
    assert {name: look.attributes[name] for name in look.attributes if name != "tail"} == {
        row.name: whole.attributes[row.name] for row in kept
    }
    assert {name: colour for name, colour in look.palette.items() if name != "tail.base"} == {
        name: colour for name, colour in whole.palette.items() if name in {row.name for row in materials}
    }


@given(seeds, st.dictionaries(st.text(min_size=1, max_size=6), st.floats(0.1, 9), min_size=2, max_size=6))
def test_a_new_choice_changes_only_what_it_wins(seed: int, weights: dict[str, float]) -> None:
    *old, new = weights
    before = race(seed, "style", {name: weights[name] for name in old})
    assert race(seed, "style", weights) in (before, new)
    assert race(seed, "style", dict(reversed(weights.items()))) == race(seed, "style", weights)


def test_a_race_is_won_as_often_as_the_weights_say() -> None:
    won = Counter(race(seed, "style", {"a": 5.0, "b": 3.0, "c": 2.0, "never": 0.0}) for seed in range(2000))
    assert won["never"] == 0
    for name, share in (("a", 0.5), ("b", 0.3), ("c", 0.2)):
        assert won[name] / 2000 == pytest.approx(share, abs=0.04)


@given(seeds)
def test_samples_are_values_of_their_row(seed: int) -> None:
    style = Attribute("style", "Style", "Hair", choices=("a", "b"), default="a", prior=(1, 0))
    tiny = Attribute("tiny", "Tiny", "Hair", low=0.1234567, high=0.1234568, default=0.1234567)
    look = random_look((*ROWS, style, tiny), MATERIALS, seed, rules=DICE)
    for row in (*ROWS, style, tiny):
        assert row.check(look.attributes[row.name]) == look.attributes[row.name]
    assert look.attributes["style"] == "a"


def test_streams_are_what_they_say() -> None:
    assert [Stream(7, "a").uniform() for _ in range(2)] == [Stream(7, "a").uniform()] * 2
    assert Stream(7, "a").uniform() not in (Stream(8, "a").uniform(), Stream(7, "b").uniform())
    drawn = [Stream(seed, "a").normal() for seed in range(2000)]
    assert abs(sum(drawn) / 2000) < 0.08 and abs(sum(x * x for x in drawn) / 2000 - 1) < 0.1


def test_no_two_names_of_the_starter_share_a_stream() -> None:
    import zlib

    names = {f"attribute {row.name}" for row in ROWS if not row.choices}
    names |= {f"attribute {row.name}={choice}" for row in ROWS for choice in row.choices}
    names |= {f"trait {trait.name}" for trait in DICE.traits} | {f"colour {name}" for name in harmony(0)}
    names |= {part.name for part in schema.PARTS}
    assert len({zlib.crc32(name.encode()) for name in names}) == len(names)


def test_the_starters_rules_name_what_it_has() -> None:
    rows, materials = {row.name: row for row in ROWS}, {row.name for row in MATERIALS}
    assert set(DICE.roles) <= materials and {tint.material for tint in DICE.tints} <= materials
    assert set(DICE.roles.values()) <= set(harmony(0)) and set(harmony(0)) >= FLESH
    assert {name for trait in DICE.traits for name in trait.pulls} <= set(rows)
    for rule in DICE.exclusions:
        assert all(choice in rows[name].choices for name, choice in {**rule.when, **rule.then}.items())
    for tint in DICE.tints:
        assert all(choice in rows[name].choices for name, choice in tint.when.items())


@pytest.mark.parametrize("seed", [708, 773, 1627, 1969, 2304, *range(40)])
def test_the_dice_put_nothing_together_that_does_not_go_together(seed: int) -> None:
    """Beards under dolls' lashes and frills, horns inside of a crown: the first five had them."""
    look = random_look(ROWS, MATERIALS, seed, rules=DICE)
    worn = look.attributes
    dainty = worn["eye_shape"] == "doll" or worn["clothes"] in ("lolita", "off_shoulder", "sailor")
    assert worn["beard"] == "none" or not dainty
    assert worn["headwear"] != "royal_crown" or worn["ears"] not in ("oni", "halo")


@pytest.mark.parametrize("seed", [23, 51, 64, 69])
def test_an_eye_patch_is_no_golden_one(seed: int) -> None:
    look = random_look(ROWS, MATERIALS, seed, rules=DICE)
    assert look.attributes["eyewear"] == "patch" and look.palette["frame.base"] != "#b08a4a"


@given(seeds)
def test_a_generator_without_rules_gets_its_own_colours_turned_a_little(seed: int) -> None:
    plain = random_look(ROWS, MATERIALS, seed, rules=None)
    assert plain.palette.keys() == {row.name for row in MATERIALS if row.colour}
    assert all(len(plain.palette[row.name]) == len(row.colour) for row in MATERIALS if row.colour)
    bare = msgspec.structs.replace(DICE, traits=(), exclusions=(), tints=(), roles={})
    assert bare == Rules()
    untouched = random_look(ROWS, MATERIALS, seed, rules=bare)
    assert untouched.palette == {row.name: row.colour for row in MATERIALS if row.colour}


@pytest.mark.parametrize(
    ("given", "seed"),
    [(42, 42), (" 42 ", 42), ("007", 7), ("٤٢", 42), (MAX_SEED, MAX_SEED), (str(MAX_SEED), MAX_SEED), ("0" * 99, 0)],
)
def test_a_number_is_its_own_seed(given: object, seed: int) -> None:
    assert parse_seed(given) == seed


@given(st.text(st.characters(categories=["L"]), min_size=1))
def test_any_word_is_a_seed(word: str) -> None:
    assert 0 <= parse_seed(word) == parse_seed(f"  {word}\t") <= MAX_SEED


def test_words_are_told_apart_but_not_by_how_they_are_encoded() -> None:
    assert parse_seed("Luna") != parse_seed("luna")
    assert parse_seed("Zo\u00eb") == parse_seed("Zoe\u0308")
    assert parse_seed("²") == parse_seed("²") and parse_seed("miku 39") != parse_seed("miku")


@pytest.mark.parametrize(
    "given",
    ["", " ", "-1", "+1", "7.5" * 9, "7,5", "1e3", "\u22125", "9" * 5000, 2**40, str(2**40), -1, 7.5, None, True, b"7"],
)
def test_what_is_no_seed_is_refused_in_one_sentence(given: object) -> None:
    with pytest.raises(StudioError, match="is not a seed") as error:
        parse_seed(given)
    assert error.value.hint == "Give a whole number from 0 to 4294967295, or any word." and len(str(error.value)) < 160
