"""Look: a value with one canonical JSON; and whether it is sound and fits a generator."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.strategies import looks
from tests.core.test_attribute import ROWS
from tests.core.test_palette import TABLE
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.fit import MAX_DEPTH, check_look, fit_look, renamed_look, require_look
from vtuber_studio.core.look import Look, Mix, look_from_json
from vtuber_studio.core.part import Cel, Part

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
        {"palette": {"hair.base": "blue"}},
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
        z={"eyes": (1.0, 2.0), "tail": (1.0,)},
        directions={"eyes": (0.5,), "tail": (0.5,)},
        mixes=(Mix("eyes", Look(attributes={"tail": "cat"}), 0.5), Mix("tail", Look(), 0.5)),
    )
    fitted, notes = fit_look(look, ROWS, TABLE, PARTS)
    assert fitted == Look(
        attributes={"eye_size": 3.0, "hair_style": "twin"},
        palette={"hair.base": "#ff0000"},
        z={"eyes": (1.0, 2.0)},
        directions={"eyes": (0.5,)},
        mixes=(Mix("eyes", Look(), 0.5),),
    )
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
        z={"eye": (1.0,)},
        directions={"eye": (0.5,)},
        mixes=(Mix("eye", inner, 0.5),),
    )
    new = Look(
        attributes={"eye_size": 1.0, "hair_style": "twin"},
        palette={"hair.base": "#ff0000", "eyes:hair.base": "#00ff00"},
        z={"eyes": (1.0,)},
        directions={"eyes": (0.5,)},
        mixes=(Mix("eyes", Look(attributes={"eye_size": 0.5}), 0.5),),
    )
    assert fit_look(old, ROWS, TABLE, PARTS, renamed) == (new, ())
    assert fit_look(new, ROWS, TABLE, PARTS, renamed) == (new, ())
    assert renamed_look(old.set(eye_size=2.0), renamed).attributes["eye_size"] == 2.0


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
        ({"directions": {"tail": (0.0,)}}, "no part"),
        ({"mixes": (Mix("tail", Look()),)}, "no part"),
    ],
)
def test_the_strict_check_names_the_first_problem(changes: dict[str, object], said: str) -> None:
    with pytest.raises(StudioError, match=said):
        require_look(msgspec.structs.replace(Look(), **changes), ROWS, TABLE, PARTS)
