"""Look: a value with one canonical JSON; and whether it is sound and fits a generator."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.strategies import looks
from tests.core.test_attribute import ROWS
from tests.core.test_palette import TABLE
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.fit import complete_look, default_look, fit_look, renamed_look, require_look
from vtuber_studio.core.look import Look, Mix, look_from_json
from vtuber_studio.core.part import Cel, Part
from vtuber_studio.core.sound import MAX_DEPTH, check_look, walk

PARTS = (Part("eyes", "Eyes", (0, 0, 64, 32), (32, 64), (Cel("iris", 1, ("hair.base",)),), z_dim=4),)


@given(looks)
def test_json_survives_the_round_trip(look: Look) -> None:
    again = look_from_json(look.to_json())
    assert again == look
    assert again.to_json() == look.to_json() and again.digest == look.digest
    check_look(look)


def test_the_order_of_edits_does_not_change_the_digest() -> None:
    assert Look().set(a=1.0).set(b=2.0).digest == Look().set(b=2.0).set(a=1.0).digest
    assert Look().set(a=1.0).digest != Look().set(a=2.0).digest


def test_a_look_is_never_changed_in_place() -> None:
    look = Look().set(a=1.0)
    look.set(a=2.0)
    look.paint({"hair.base": "#ff0000"})
    assert look == Look(attributes={"a": 1.0})
    with pytest.raises(AttributeError):
        look.seed = 3  # type: ignore[misc]


@given(st.binary(max_size=200) | looks.map(lambda look: look.to_json()[:-2]))
def test_what_is_no_look_is_refused_with_a_sentence(data: bytes) -> None:
    try:
        look_from_json(data)
    except StudioError as error:
        assert error.message and error.hint


def test_the_version_is_written_and_a_newer_one_is_refused() -> None:
    assert b'"version":1' in Look(seed=3).to_json()
    assert look_from_json(b'{"seed":3}') == Look(seed=3), "looks of the first days say no version"
    with pytest.raises(StudioError, match="newer version") as caught:
        look_from_json(b'{"version":999,"seed":3,"attributes":"of another kind"}')
    assert "Update" in caught.value.hint
    for version in (b"0", b'"1"', b"null", b"1.5", b"[]"):
        with pytest.raises(StudioError, match="format"):
            look_from_json(b'{"version":' + version + b"}")


@pytest.mark.parametrize("data", [b'{"seeed":3}', b'{"mixes":[{"part":"eyes","look":{"seeed":3}}]}'])
def test_what_a_look_does_not_know_is_said(data: bytes) -> None:
    with pytest.raises(StudioError, match="'seeed', which this version does not know"):
        look_from_json(data)


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(StudioError):
        look_from_json(b'{"mixes":[{"part":"a","look":' * 100_000)
    look = Look()
    for _ in range(MAX_DEPTH):
        look = Look(mixes=(Mix("eyes", look, 0.5),))
    check_look(look)
    with pytest.raises(StudioError, match="levels"):
        check_look(Look(mixes=(Mix("eyes", look, 0.5),)))


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": -1},
        {"seed": 2**32},
        {"truncation_psi": float("nan")},
        {"truncation_psi": 2.5},
        {"attributes": {"a": float("inf")}},
        {"attributes": {"a": "x" * 101}},
        {"palette": {"hair.base": "bluish"}},
        {"z": {"eyes": (float("nan"),)}},
        {"directions": {"eyes": (1e9,)}},
        {"z": {"eyes": (0.0,) * 2000}},
        {"mixes": (Mix("eyes", Look(), 1.5),)},
        {"mixes": (Mix("eyes", Look(seed=-1), 0.5),)},
        {"background": "#ff00"},
        {"background": "#ff00ff00"},
    ],
)
def test_an_unsound_value_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(StudioError):
        check_look(Look(**changes))  # type: ignore[arg-type]


def test_fitting_keeps_what_maps_and_says_what_does_not() -> None:
    look = Look(
        attributes={"eye_size": 9.0, "hair_style": "twin", "tail": "fox"},
        palette={"hair.base": "#ff0000", "tail.base": "#00ff00", "tail:hair.base": "#00ff00"},
        z={"eyes": (1.0, 2.0, 0.0, 0.0), "tail": (1.0,)},
        directions={"eyes": (0.5,), "tail": (0.5,)},
        mixes=(Mix("eyes", Look(attributes={"tail": "cat"}), 0.5), Mix("tail", Look(), 0.5)),
    )
    fitted, notes = fit_look(look, ROWS, TABLE, PARTS)
    assert fitted == Look(
        attributes={"eye_size": 3.0, "hair_style": "twin"},
        palette={"hair.base": "#ff0000"},
        z={"eyes": (1.0, 2.0, 0.0, 0.0)},
        directions={"eyes": (0.5,)},
        mixes=(Mix("eyes", default_look(ROWS, TABLE), 0.5),),
    ), "and what it did not say is written down"
    assert len(notes) == 8
    assert sum("tail" in note for note in notes) == 7
    assert require_look(fitted, ROWS, TABLE, PARTS) == fitted
    assert fit_look(fitted, ROWS, TABLE, PARTS) == (fitted, ())
    with pytest.raises(StudioError):
        require_look(look, ROWS, TABLE, PARTS)


def test_old_names_become_todays_without_a_note() -> None:
    """Attributes, choices, materials, parts; inner looks too; what already has its name wins."""
    renamed = {
        "attributes": {"eye_height": "eye_size", "cut": "hair_style"},
        "choices": {"hair_style=pigtails": "twin"},
        "materials": {"hair.main": "hair.base"},
        "parts": {"eye": "eyes"},
        "kind of tomorrow": {"a": "b"},
    }
    inner = Look(attributes={"eye_height": 0.5})
    old = Look(
        attributes={"eye_height": 1.0, "cut": "pigtails"},
        palette={"hair.main": "#ff0000", "eye:hair.main": "#00ff00"},
        z={"eye": (1.0, 0.0, 0.0, 0.0)},
        directions={"eye": (0.5,)},
        mixes=(Mix("eye", inner, 0.5),),
    )
    new = Look(
        attributes={"eye_size": 1.0, "hair_style": "twin"},
        palette={"hair.base": "#ff0000", "eyes:hair.base": "#00ff00"},
        z={"eyes": (1.0, 0.0, 0.0, 0.0)},
        directions={"eyes": (0.5,)},
        mixes=(Mix("eyes", Look(attributes={"eye_size": 0.5}), 0.5),),
    )
    whole = complete_look(new, ROWS, TABLE)
    assert fit_look(old, ROWS, TABLE, PARTS, renamed) == (whole, ())
    assert fit_look(new, ROWS, TABLE, PARTS, renamed) == (whole, ())
    assert renamed_look(old.set(eye_size=2.0), renamed).attributes["eye_size"] == 2.0


@given(looks)
def test_one_walk_visits_every_look_and_changes_nothing_by_itself(look: Look) -> None:
    seen: list[str] = []
    assert walk(look, lambda one, where: (one, seen.append(where))[0]) is look
    assert len(seen) == check_look(look) and seen.count("") == 1
    assert {f"in the mix of {mix.part}: " for mix in look.mixes} <= set(seen)
    painted = walk(look, lambda one, _: one.with_(seed=3))
    assert painted.seed == 3 and all(mix.look.seed == 3 for mix in painted.mixes)


@given(looks)
def test_a_completed_look_holds_every_value_and_is_complete(look: Look) -> None:
    fitted, _ = fit_look(look, ROWS, TABLE, PARTS)
    whole = complete_look(fitted, ROWS, TABLE)
    for one in (whole, *(mix.look for mix in whole.mixes)):
        assert set(one.attributes) == {"eye_size", "hair_style"} and "hair.base" in one.palette
    assert fitted.attributes.items() <= whole.attributes.items() and fitted.palette.items() <= whole.palette.items()
    assert complete_look(whole, ROWS, TABLE) is whole
    assert require_look(whole, ROWS, TABLE, PARTS) == whole


def test_another_default_never_changes_an_old_persona() -> None:
    kept = look_from_json(default_look(ROWS, TABLE).to_json())
    rows = tuple(msgspec.structs.replace(row, default=row.choices[-1] if row.choices else row.high) for row in ROWS)
    table = tuple(msgspec.structs.replace(row, colour="#ff0000") if row.colour else row for row in TABLE)
    assert complete_look(kept, rows, table) == kept != default_look(rows, table)
    assert b'"truncation_psi":1.0' in kept.to_json() and b'"background"' in kept.to_json(), "the struct's own, too"


@pytest.mark.parametrize(
    "look",
    [
        "a look",
        None,
        Look(seed="seven"),  # type: ignore[arg-type]
        Look(truncation_psi="much"),  # type: ignore[arg-type]
        Look(attributes=[1]),  # type: ignore[arg-type]
        Look(attributes={"a": None}),  # type: ignore[dict-item]
        Look(attributes={1: 2.0}),  # type: ignore[dict-item]
        Look(palette={"hair.base": 7}),  # type: ignore[dict-item]
        Look(z={"eyes": 1.0}),  # type: ignore[dict-item]
        Look(z={"eyes": ("x",)}),  # type: ignore[dict-item]
        Look(mixes=("eyes",)),  # type: ignore[arg-type]
        Look(mixes=(Mix("eyes", "other"),)),  # type: ignore[arg-type]
        Look(mixes=(Mix("eyes", Look(), "all"),)),  # type: ignore[arg-type]
        Look(background=None),  # type: ignore[arg-type]
    ],
)
def test_wrong_types_are_refused_in_words(look: Look) -> None:
    with pytest.raises(StudioError) as error:
        check_look(look)
    assert error.value.hint


def test_numpys_numbers_are_taken_wherever_numbers_are() -> None:
    numbers = np.arange(4, dtype=np.float32)
    look = Look(seed=np.int64(3), truncation_psi=np.float32(0.5), z={"eyes": tuple(numbers)})  # type: ignore[arg-type]
    look = look.with_(directions={"eyes": numbers}).set(eye_size=np.float32(0.25), hair_style=np.str_("twin"))
    look = look.with_(mixes=(Mix("eyes", look, np.float64(0.5)),))
    assert look == look_from_json(look.to_json()) == require_look(look, ROWS, TABLE, PARTS)
    assert hash(look) == hash(look_from_json(look.to_json()))
    assert type(look.seed) is int and type(look.z["eyes"][1]) is float and type(look.attributes["hair_style"]) is str


@given(looks)
def test_any_sound_look_can_be_fitted(look: Look) -> None:
    fitted, _ = fit_look(look, ROWS, TABLE, PARTS)
    assert require_look(fitted, ROWS, TABLE, PARTS) == fitted


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"attributes": {"eyesize": 1.0}}, "eye_size"),
        ({"attributes": {"eye_size": 4.0}}, "-1 to 3"),
        ({"palette": {"hair.bass": "#ff0000"}}, "no material"),
        ({"palette": {"tail:hair.base": "#ff0000"}}, "no part"),
        ({"z": {"eyes": (0.0,) * 5}}, "4 numbers"),
        ({"z": {"eyes": (0.0,) * 3}}, "4 numbers"),
        ({"directions": {"tail": (0.0,)}}, "no part"),
        ({"mixes": (Mix("tail", Look()),)}, "no part"),
    ],
)
def test_the_strict_check_names_the_first_problem(changes: dict[str, object], said: str) -> None:
    with pytest.raises(StudioError, match=said):
        require_look(msgspec.structs.replace(Look(), **changes), ROWS, TABLE, PARTS)
