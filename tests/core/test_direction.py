"""Directions of the whole figure: taught from marked looks, gone along and back, locked, kept in files."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.strategies import MASK
from tests.core.strategies import directions as any_direction
from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.dice import roll
from vtuber_studio.core.direction import (
    FARTHEST,
    amount_of,
    free_name,
    from_json,
    read_direction,
    slide,
    take_out,
    to_json,
    whole_figure,
    write_direction,
)
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.fit import require_look
from vtuber_studio.core.look import Look, Mix, Region, Taught, look_from_json
from vtuber_studio.core.mixing import seen_z
from vtuber_studio.core.morph import between
from vtuber_studio.core.moves import deviation, in_words, kept_out, left, moves
from vtuber_studio.core.one_part import reset_part
from vtuber_studio.core.palette import from_oklab, oklab, parse_hex, to_hex
from vtuber_studio.core.part import Cel, Material, Part
from vtuber_studio.core.project import Project, TaughtDirection, check_project, project_bytes, project_from_bytes
from vtuber_studio.core.region import variant, with_variant
from vtuber_studio.core.rules import Rules, Trait
from vtuber_studio.core.sampling import random_look
from vtuber_studio.core.teach import RIDGES, SHARPNESS, axes, encoded, fit, teach

ROWS = (
    *(Attribute(f"row_{k}", f"Row {k}", "Face", ("face",), prior=(0.0, 0.4)) for k in range(40)),
    Attribute("lids", "Lids", "Eyes", ("eyes",), low=0.0, high=1.0, default=0.5),
    Attribute("style", "Style", "Hair", ("face",), choices=("bob", "long"), default="bob"),
)
MATERIALS = tuple(
    Material(name, name.capitalize(), "skin", colour)
    for name, colour in (("skin", "#f0c8a8"), ("hair", "#604030"), ("iris", "#3060c0"))
) + (Material("shade", "Shade", "skin", source="skin", rule="shade"),)
CEL = Cel("cel", 1.0, ("skin",))
PARTS = (
    Part("face", "Face", (0, 0, 64, 64), (64, 64), (CEL,), z_dim=8),
    Part("eyes", "Eyes", (0, 0, 64, 64), (64, 64), (msgspec.structs.replace(CEL, name="eye"),), z_dim=4),
)
TABLES = ROWS, MATERIALS, PARTS
BOTH = TaughtDirection(
    "both", "", {"eyes": (1.0, 0.0, -0.5, 0.0)}, {"row_0": 0.3, "row_1": -0.2}, {"hair": (0.1, 0.02, 0.0)}
)


def persona(seed: int) -> Look:
    return random_look(ROWS, MATERIALS, seed)


def marked(name: str, count: int, pool: int, first: int = 0) -> tuple[list[Look], list[Look]]:
    """Of ``pool`` random looks the ones with most of an attribute, and those with least."""
    looks = sorted(map(persona, range(first, first + pool)), key=lambda look: float(look.attributes[name]))
    return looks[-count:], looks[:count]


def cosine(direction: TaughtDirection, name: str) -> float:
    whole = sum(move.size**2 for move in moves(direction, *TABLES)) ** 0.5
    row = next(row for row in ROWS if row.name == name)
    return direction.attributes.get(name, 0.0) / deviation(row) / whole


# teaching


@pytest.mark.parametrize("name", ["row_3", "row_17", "lids"])
def test_a_taught_attribute_is_found_among_all_others(name: str) -> None:
    direction = teach("more", *marked(name, 4, 24), *TABLES)
    assert cosine(direction, name) > 0.9
    assert direction.right >= 7 and direction.marked == 8
    assert in_words(moves(direction, *TABLES))[0][0] == f"{name.replace('_', ' ').capitalize()} up"


def test_a_taught_colour_is_found() -> None:
    looks = [persona(seed) for seed in range(10)]
    dark = [look.paint({"hair": "#201818"}) for look in looks[:5]]
    fair = [look.paint({"hair": "#f0e0c0"}) for look in looks[5:]]
    direction = teach("fair", fair, dark, *TABLES)
    assert moves(direction, *TABLES)[0].words == "Hair lighter"
    assert direction.right == 10


def test_a_colour_moves_as_a_whole_along_the_way_that_colours_take() -> None:
    """Dark skins are browner: a slider that took the yellow alone, which tells them apart best, would paint orange."""
    dark = [(light, 0.03, 0.09) for light in (0.45, 0.55, 0.65, 0.7)]
    fair = [(light, 0.03, 0.04) for light in (0.66, 0.75, 0.85, 0.9)]
    looks = [persona(seed).paint({"skin": to_hex(from_oklab(np.array(lab)))}) for seed, lab in enumerate(dark + fair)]
    direction = teach("paler", looks[4:], looks[:4], *TABLES)
    along, wanted = np.asarray(direction.palette["skin"]), np.mean(fair, 0) - np.mean(dark, 0)
    assert along @ wanted / np.linalg.norm(along) / np.linalg.norm(wanted) > 0.9


def test_variation_without_a_name_is_taught_too() -> None:
    looks = [persona(seed) for seed in range(8)]

    def with_z(look: Look, wanted: float) -> Look:
        return look.with_(z={"eyes": (wanted - float(seen_z(look, PARTS[1])[0]), 0.0, 0.0, 0.0)})

    direction = teach("z", [with_z(one, 2.0) for one in looks[:4]], [with_z(one, -2.0) for one in looks[4:]], *TABLES)
    assert np.argmax(np.abs(direction.z["eyes"])) == 0 and direction.z["eyes"][0] > 0


def test_amount_one_reaches_the_middle_of_those_that_are_more() -> None:
    more, less = ([Look().set(row_5=value) for value in values] for values in ((0.5, 0.7), (-0.1, -0.3)))
    direction = teach("x", more, less, *TABLES)
    assert direction.attributes == {"row_5": pytest.approx(0.4)}  # from 0.2 to 0.6


def test_marks_the_other_way_round_give_the_opposite_direction() -> None:
    more, less = marked("row_3", 4, 24)
    there, back = (teach("x", *looks, *TABLES) for looks in ((more, less), (less, more)))
    assert back.attributes == {name: pytest.approx(-offset) for name, offset in there.attributes.items()}


def test_strength_and_sharpness_come_from_what_is_left_out() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((12, 200))
    y = np.repeat([1.0, -1.0], 6)
    x[:, 7] = 1.5 * y + 0.2 * rng.standard_normal(12)
    weights, right = fit(x, y)
    assert np.abs(weights).argmax() == 7 and weights[7] / np.linalg.norm(weights) > 0.95
    assert right == 12
    _, by_chance = fit(rng.standard_normal((12, 200)), y)
    assert by_chance < 12  # noise is not told apart: the figure can be bad
    assert min(RIDGES) > 0 and 0.0 in SHARPNESS


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 1000))
def test_few_marks_are_enough_for_something_finite(more: int, less: int, first: int) -> None:
    looks = [persona(seed) for seed in range(first, first + more + less)]
    direction = teach("x", looks[:more], looks[more:], *TABLES)
    assert check_project(Project(directions=(direction,)))
    assert 0 <= direction.right <= direction.marked == more + less
    require_look(slide(looks[0], direction, FARTHEST, *TABLES), *TABLES)


def test_what_cannot_be_taught_is_said() -> None:
    one, other = persona(1), persona(2)
    for name, more, less, sentence in (
        ("", [one], [other], "needs a name"),
        ("x" * 201, [one], [other], "needs a name"),
        ("x", [one], [], "both kinds"),
        ("x", [], [one], "both kinds"),
        ("x", [one], [one], "tells these looks apart"),
        ("x", [one] * 150, [other] * 150, "at most 200"),
    ):
        with pytest.raises(StudioError, match=sentence):
            teach(name, more, less, *TABLES)


def test_choices_are_left_out_and_what_is_mixed_in_counts() -> None:
    look, other = Look().set(row_0=0.0), Look().set(row_0=0.8, style="long")
    mixed = look.with_(mixes=(Mix("face", other, shape=0.5),))
    names = [axis.name for axis in axes(*TABLES)]
    assert "style" not in names and "shade" not in names
    assert encoded(mixed, *TABLES)[names.index("row_0")] == pytest.approx(0.4 / 0.4)


# along one, and back

looks = st.integers(0, 500).map(persona)
amounts = st.floats(-FARTHEST, FARTHEST)


@given(looks, any_direction, amounts, amounts)
def test_there_and_back_is_where_it_began(look: Look, drawn: TaughtDirection, first: float, second: float) -> None:
    own = msgspec.structs.replace(BOTH, name=drawn.name, keep=drawn.keep)
    moved = slide(slide(look, own, first, *TABLES), own, second, *TABLES)
    assert amount_of(moved, own.name) == pytest.approx(second, abs=1e-4)
    for back in (slide(moved, own, 0.0, *TABLES), take_out(moved, own.name, *TABLES)):
        assert back.taught == {} and back.palette == look.palette
        assert back.attributes == pytest.approx(look.attributes)
        assert back.z == look.z


@given(looks, amounts)
def test_it_never_leaves_the_ranges_and_a_file_keeps_it(look: Look, amount: float) -> None:
    far = msgspec.structs.replace(BOTH, attributes={row.name: 9.0 for row in ROWS if not row.choices})
    moved = slide(look, far, amount, *TABLES)
    require_look(moved, *TABLES)
    assert look_from_json(moved.to_json()) == moved
    assert project_from_bytes(project_bytes(Project(directions=(far,)).with_look(moved))).look == moved


def test_it_moves_what_it_says_and_nothing_else() -> None:
    look = persona(3)
    moved = slide(look, BOTH, 0.5, *TABLES)
    changed = {name for name, value in moved.attributes.items() if value != look.attributes[name]}
    assert changed == {"row_0", "row_1"}
    assert moved.attributes["row_0"] == pytest.approx(float(look.attributes["row_0"]) + 0.15)
    assert moved.z["eyes"] == (0.5, 0.0, -0.25, 0.0)
    before, after = (oklab(parse_hex(one.palette["hair"])[:3].astype(float)) for one in (look, moved))
    assert after - before == pytest.approx([0.05, 0.01, 0.0], abs=0.004)


def test_an_edit_meanwhile_stays() -> None:
    look = slide(persona(3), BOTH, 1.0, *TABLES).set(row_0=0.9)
    assert take_out(look, "both", *TABLES).attributes["row_0"] == pytest.approx(0.6)


def test_two_directions_do_not_disturb_each_other() -> None:
    other = TaughtDirection("other", attributes={"row_0": 0.1})
    look = persona(4).set(row_0=0.0)
    moved = slide(slide(look, BOTH, 1.0, *TABLES), other, 1.0, *TABLES)
    back = take_out(moved, "both", *TABLES)
    assert back.attributes["row_0"] == pytest.approx(0.1) and list(back.taught) == ["other"]


def test_what_is_mixed_in_goes_along() -> None:
    mixed = persona(1).with_(mixes=(Mix("face", persona(2), shape=0.5),))
    moved = slide(mixed, BOTH, 1.0, *TABLES)
    assert amount_of(moved.mixes[0].look, "both") == 1.0
    assert take_out(moved, "both", *TABLES).mixes[0].look.attributes == pytest.approx(persona(2).attributes)


def test_between_two_looks_it_is_as_far_as_that() -> None:
    one, other = persona(1), persona(1).set(row_9=0.5)
    half = between(slide(one, BOTH, 1.0, *TABLES), other, *TABLES, 0.5)
    assert amount_of(half, "both") == 0.5
    back = take_out(half, "both", *TABLES).attributes
    assert back == pytest.approx(between(one, other, *TABLES, 0.5).attributes, abs=1e-3)


def test_inside_a_region_it_may_be_another_amount() -> None:
    region = Region("R", ("face",), MASK)
    look = slide(persona(1), BOTH, 1.0, *TABLES).with_(regions=(region,))
    inside = slide(variant(look, region), BOTH, 0.0, *TABLES)
    look = with_variant(look, 0, inside)
    assert amount_of(look, "both") == 1.0 and amount_of(variant(look, look.regions[0]), "both") == 0.0
    assert look_from_json(look.to_json()) == look


def test_dice_and_resets_end_it_where_they_fall() -> None:
    moved = slide(persona(1), BOTH, 1.0, *TABLES)
    assert roll(moved, *TABLES, 7).taught == {}
    hair = roll(moved, *TABLES, 7, group="Hair")  # no range of that group
    assert "row_0" in hair.taught["both"].attributes
    eyes = roll(moved, *TABLES, 7, group="Eyes").taught["both"]
    assert "eyes" not in eyes.z and "hair" in eyes.palette
    assert "eyes" not in reset_part(moved, ROWS, "eyes").taught["both"].z


def test_what_a_generator_does_not_have_does_not_move() -> None:
    foreign = TaughtDirection("x", "", {"tail": (1.0,), "eyes": (1.0,)}, {"wings": 1.0}, {"gold": (0.1, 0.0, 0.0)})
    look = persona(1)
    moved = slide(look, foreign, 2.0, *TABLES)
    assert (moved.attributes, moved.z, moved.palette) == (look.attributes, look.z, look.palette)
    assert moves(foreign, *TABLES) == ()


# locks


def test_what_is_kept_does_not_move_at_all() -> None:
    direction = teach("x", *marked("row_3", 3, 12), *TABLES)
    other = next(name for name in direction.attributes if name != "row_3")
    kept = msgspec.structs.replace(direction, keep=(other, "hair", "eyes", "face"))
    look = persona(50)
    moved = slide(look, kept, 2.0, *TABLES)
    assert moved.attributes[other] == look.attributes[other]
    assert moved.palette["hair"] == look.palette["hair"] and moved.z == look.z
    assert moved.attributes["row_3"] != look.attributes["row_3"]
    assert all(move.name not in kept.keep for move in moves(kept_out(kept), *TABLES))


def test_the_share_that_is_left_is_said() -> None:
    direction = TaughtDirection("x", attributes={"row_0": 0.3, "row_1": 0.4})
    whole = moves(direction, *TABLES)
    assert left(direction, whole) == 1.0
    assert left(msgspec.structs.replace(direction, keep=("row_1",)), whole) == pytest.approx(9 / 25)
    assert left(msgspec.structs.replace(direction, keep=("row_0", "row_1")), whole) == 0.0


def test_unlocking_brings_everything_back() -> None:
    kept = msgspec.structs.replace(BOTH, keep=("row_0",))
    assert kept_out(msgspec.structs.replace(kept, keep=())) == BOTH


# files, names


@given(any_direction)
def test_a_file_keeps_a_direction(direction: TaughtDirection) -> None:
    if direction.name and (direction.attributes or direction.z or direction.palette):
        assert from_json(to_json(direction)) == direction


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "no sound direction"),
        (b"[]", "no sound direction"),
        (b'{"version":9,"name":"x"}', "newer version"),
        (b'{"name":"x","attributes":{"a":1},"evil":1}', "does not know"),
        (b'{"name":"x","attributes":{"a":"high"}}', "damaged"),
        (b'{"name":"x","attributes":{"a":1e300}}', "out of range"),
        (b'{"name":"x","palette":{"a":[1,2]}}', "damaged"),
        (b'{"name":"x","z":{"a":[1e9]}}', "out of range"),
        (b'{"name":"x"}', "moves nothing"),
        (b'{"attributes":{"a":1},"name":""}', "no name"),
        (b'{"name":"x","attributes":{"a":1},"right":5,"marked":2}', "cannot be"),
        (b'{"name":"' + b"x" * 300 + b'","attributes":{"a":1}}', "damaged"),
    ],
)
def test_bad_files_are_refused_in_one_sentence(tmp_path: Path, data: bytes, sentence: str) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(data)
    with pytest.raises(StudioError, match=sentence) as caught:
        read_direction(path)
    assert caught.value.hint and "\n" not in caught.value.message


def test_a_direction_is_written_whole_and_read_again(tmp_path: Path) -> None:
    write_direction(tmp_path / "both.json", BOTH)
    assert read_direction(tmp_path / "both.json") == BOTH


def test_a_look_with_a_bad_record_is_refused() -> None:
    for record in (
        Taught(float("nan")),
        Taught(1.0, {"a": float("inf")}),
        Taught(1.0, {}, {"face": (1e9,)}),
        Taught(1.0, {}, {}, {"skin": (1.0,)}),
        Taught(1.0, {"a": "x"}),  # type: ignore[dict-item]
        "far",
    ):
        with pytest.raises(StudioError):
            require_look(Look(taught={"x": record}), *TABLES)  # type: ignore[dict-item]


def test_the_traits_of_the_dice_are_the_figures_own_directions() -> None:
    assert whole_figure(None) == ()
    (youth,) = whole_figure(Rules(traits=(Trait("youth", {"row_0": 0.2, "row_1": -0.1}),)))
    assert youth.name == "Youth" and slide(Look().set(row_0=0.0), youth, 2.0, *TABLES).attributes["row_0"] == 0.4


def test_names_that_are_taken_get_a_number() -> None:
    assert free_name("sweeter", ["Youth"]) == "sweeter"
    assert free_name("sweeter", ["sweeter", "sweeter 2"]) == "sweeter 3"
