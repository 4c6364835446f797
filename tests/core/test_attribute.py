"""Rows of controls: checking, drawing, encoding, blending."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_studio.core import attribute
from vtuber_studio.core.attribute import Attribute, blend, check_all, defaults, encode, find, truncate
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.fit import fit_look
from vtuber_studio.core.look import Look
from vtuber_studio.core.pose import POSE_ROWS

SIZE = Attribute("eye_size", "Size", "Eyes", ("eyes",), low=-1, high=3, default=0.5, prior=(0.5, 0.4))
STYLE = Attribute(
    "hair_style", "Style", "Hair", ("hair",), default="bob", choices=("bob", "long", "twin"), prior=(2, 0, 1)
)
ROWS = (SIZE, STYLE)


def test_values_of_a_row_are_accepted() -> None:
    assert check_all(ROWS, {"eye_size": "2", "hair_style": "long"}) == {"eye_size": 2.0, "hair_style": "long"}
    assert defaults(ROWS) == {"eye_size": 0.5, "hair_style": "bob"}


@pytest.mark.parametrize("value", [3.01, -1.01, "much", None, float("nan"), float("inf"), [1]])
def test_a_number_out_of_range_is_refused_with_the_range(value: object) -> None:
    with pytest.raises(StudioError, match="from -1 to 3"):
        SIZE.check(value)


def test_an_unknown_choice_is_refused_with_the_choices() -> None:
    with pytest.raises(StudioError, match="bob, long, twin"):
        STYLE.check("pixie")


def test_an_unknown_name_brings_the_nearest_one() -> None:
    with pytest.raises(StudioError, match="eye_size"):
        find(ROWS, "eyesize")


def test_nothing_is_guessed_for_a_whole_file_or_an_endless_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file may hold a million unknown names."""
    monkeypatch.setattr(attribute, "get_close_matches", lambda *_, **__: pytest.fail("guessed"))
    look = Look(attributes={f"eyesize_{number}": 0.5 for number in range(1000)})
    fitted, notes = fit_look(look, ROWS, (), ())
    assert not fitted.attributes.keys() & look.attributes.keys() and len(notes) == 1000
    with pytest.raises(StudioError) as caught:
        find(ROWS, "e" * 1_000_000)
    assert len(caught.value.message) < 200


@given(st.integers(0, 2**32 - 1))
def test_samples_are_values_of_their_row(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for row in (*ROWS, *POSE_ROWS):
        assert row.check(row.sample(rng)) is not None
    assert STYLE.sample(rng) != "long"  # its weight is 0


def test_choices_are_one_hot_and_ranges_scaled() -> None:
    code = encode(ROWS, {"eye_size": 3.0, "hair_style": "long"})
    assert code.dtype == np.float32
    assert code.tolist() == [1.0, 0.0, 1.0, 0.0]
    assert encode(ROWS, {}).tolist() == [-0.25, 1.0, 0.0, 0.0]


@given(st.floats(-1, 3), st.floats(-1, 3), st.floats(0, 1))
def test_a_blend_stays_between_its_ends(a: float, b: float, amount: float) -> None:
    assert min(a, b) - 1e-9 <= float(blend(SIZE, a, b, amount)) <= max(a, b) + 1e-9
    assert blend(STYLE, "bob", "twin", amount) == ("twin" if amount >= 0.5 else "bob")


def test_truncation_shrinks_ranges_toward_their_mean_and_leaves_choices() -> None:
    assert truncate(SIZE, 2.5, 0.5) == pytest.approx(1.5)
    assert truncate(SIZE, 2.5, 0.0) == pytest.approx(SIZE.mean)
    assert truncate(STYLE, "twin", 0.0) == "twin"
