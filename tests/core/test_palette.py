"""Colours: hex round trip, and ramps that go the way their names say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.core.strategies import colours, unit
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look
from vtuber_studio.core.palette import (
    canonical,
    carried,
    check_palette,
    derive,
    mix,
    oklab,
    parse_hex,
    recolour,
    resolve,
    to_hex,
    wholes,
)
from vtuber_studio.core.part import Material

TABLE = (
    Material("hair.base", "Hair", "hair", "#5b6fb5"),
    Material("hair.shade", "Shade", "hair", source="hair.base", rule="shade"),
    Material("hair.line", "Line", "hair", source="hair.shade", rule="line"),
)


def _lightness(rgba: np.ndarray) -> float:
    return float(oklab(rgba[:3].astype(float))[0])


@given(colours)
def test_hex_survives_the_round_trip(text: str) -> None:
    expected = text[:7] if text.endswith("ff") and len(text) == 9 else text
    assert to_hex(parse_hex(text)) == expected


@pytest.mark.parametrize(
    "text", ["", "red", "#fff", "#12345g", "#1234567", "123456", None, 7, "#112233\n", "#１１２２３３"]
)
def test_what_is_no_colour_is_refused(text: object) -> None:
    with pytest.raises(StudioError, match="not a colour"):
        parse_hex(text)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("Coral", "#ff7f50"),
        (" rebeccapurple ", "#663399"),
        ("#F80", "#ff8800"),
        ("#f808", "#ff880088"),
        ("#FF8800FF", "#ff8800"),
        ("transparent", "#00000000"),
    ],
)
def test_colours_are_read_as_people_write_them_and_stored_in_one_form(text: str, stored: str) -> None:
    assert canonical(text) == stored == canonical(stored)
    assert Look().paint({"hair.base": text}).palette == {"hair.base": stored}


@pytest.mark.parametrize("text", ["", "reddish", "#ff", "#fffff", "#１２３", "rgb(1,2,3)", "hsl(0,0%,0%)", None, 7])
def test_what_nobody_writes_for_a_colour_is_refused(text: object) -> None:
    with pytest.raises(StudioError, match="not a colour"):
        canonical(text)


@given(colours)
def test_ramps_keep_their_order(text: str) -> None:
    base = parse_hex(text)
    lightness = {rule: _lightness(derive(base, rule)) for rule in ("line", "deep", "shade", "light")}
    lightness["same"] = _lightness(base)
    tolerance = 0.02  # black and white have nowhere to go, and gamut clipping moves lightness a little
    assert lightness["shade"] <= lightness["same"] + tolerance
    assert lightness["deep"] <= lightness["shade"] + tolerance
    assert lightness["light"] >= lightness["same"] - tolerance
    assume(0.3 < lightness["same"] < 0.9)
    assert lightness["line"] < lightness["deep"] < lightness["shade"] < lightness["same"] < lightness["light"]


@given(colours, st.sampled_from(["same", "shade", "deep", "line", "light"]))
def test_a_derived_colour_is_a_colour_and_keeps_its_alpha(text: str, rule: str) -> None:
    base = parse_hex(text)
    derived = derive(base, rule)
    assert derived.dtype == np.float32 and ((derived >= 0) & (derived <= 1)).all()
    assert derived[3] == base[3]


@given(colours, colours, unit)
def test_a_mix_has_its_ends_and_stays_in_the_gamut(a: str, b: str, amount: float) -> None:
    first, second = parse_hex(a), parse_hex(b)
    mixed = mix(first, second, amount)
    assert ((mixed >= 0) & (mixed <= 1)).all()
    assert np.array_equal(mix(first, second, 0.0), first) and np.array_equal(mix(first, second, 1.0), second)
    assert np.allclose(mix(first, first, 0.5), first, atol=2e-3)


def test_a_set_colour_reaches_what_derives_from_it() -> None:
    plain, red = resolve(TABLE, {}), resolve(TABLE, {"hair.base": "#ff0000"})
    assert to_hex(red["hair.base"]) == "#ff0000"
    assert to_hex(red["hair.line"]) != to_hex(plain["hair.line"])
    fixed = resolve(TABLE, {"hair.base": "#ff0000", "hair.shade": "#00ff00"})
    assert to_hex(fixed["hair.shade"]) == "#00ff00"


def test_one_part_may_have_its_own_colour() -> None:
    chosen = {"hair.base": "#ff0000", "hair_front:hair.base": "#0000ff"}
    assert to_hex(resolve(TABLE, chosen, "hair_front")["hair.base"]) == "#0000ff"
    assert to_hex(resolve(TABLE, chosen, "hair_back")["hair.base"]) == "#ff0000"


HAIR = (
    *TABLE,
    Material("hair.tip", "Tips", "hair", source="hair.base", rule="tip"),
    Material("cap", "Cap", "hat", "#ff0000"),
)


def test_a_group_with_one_base_is_a_whole() -> None:
    assert wholes(HAIR) == {"hair": "hair.base"}
    assert wholes((*HAIR, Material("hair.clip", "Clip", "hair", "#ff0000"))) == {}


@given(colours, colours, colours)
def test_what_was_set_by_hand_moves_along_with_its_group(base: str, tip: str, new: str) -> None:
    palette = {"hair.base": base, "hair.tip": tip, "hair_front:hair.tip": tip, "cap": "#00ff00"}
    moved = recolour(HAIR, palette, "hair.base", new)
    assert moved.keys() == palette.keys() and moved["hair.base"] == new and moved["cap"] == "#00ff00"
    assert moved["hair.tip"] == moved["hair_front:hair.tip"] and parse_hex(moved["hair.tip"])[3] == parse_hex(tip)[3]
    assert "hair.shade" not in moved, "what derives goes on deriving"


@given(colours)
def test_a_base_that_stays_leaves_what_it_carries(tip: str) -> None:
    before = parse_hex("#3050c0")
    assert np.abs(parse_hex(carried(tip, before, before)) - parse_hex(tip)).max() < 2 / 255


def test_a_tip_keeps_its_relation() -> None:
    blue, red = parse_hex("#4060c0"), parse_hex("#c04050")
    hue = [float(np.degrees(np.arctan2(*oklab(parse_hex(each)[:3].astype(float))[:0:-1]))) for each in (
        to_hex(blue), "#4090c0", to_hex(red), carried("#4090c0", blue, red),
    )]  # fmt: skip
    assert (hue[3] - hue[2]) % 360 == pytest.approx((hue[1] - hue[0]) % 360, abs=4)
    assert _lightness(parse_hex(carried("#4090c0", blue, parse_hex("#101010")))) < 0.45
    pink = parse_hex(carried("#e080b0", parse_hex("#302c34"), parse_hex("#d8b070")))
    assert pink[0] > pink[2] > pink[1], "dyed tips of black hair stay pink: black has no hue to turn from"


def test_an_unknown_material_is_refused() -> None:
    assert check_palette(TABLE, {"hair_front:hair.base": "#FF0000"}) == {"hair_front:hair.base": "#ff0000"}
    with pytest.raises(StudioError, match="no material"):
        check_palette(TABLE, {"hair.bass": "#ff0000"})
