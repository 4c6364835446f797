"""Tables of several vintages become one that no network is asked more of than it learned."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.fakes import FILE, fake_manifest
from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.errors import StudioError
from vtuber_studio.engine.bundle import BundlePart, Manifest, inputs_of
from vtuber_studio.engine.figure import part_rows
from vtuber_studio.engine.manifest_check import check_manifest
from vtuber_studio.engine.merge import in_order, merged
from vtuber_studio.engine.tables import PartTables, bundle_tables

SHARED = Attribute("volume", "Volume", "Hair", ("face", "hair_front"))
CUT = Attribute("cut", "Cut", "Hair", ("face", "hair_front"), choices=("a", "b", "c"), default="b", prior=(1, 2, 3))


def base(*rows: Attribute) -> Manifest:
    """The fake's tables and some more rows; every part was trained on all that names it."""
    plain = fake_manifest()
    attributes = (*plain.attributes, *rows)
    parts = [
        replace(e, inputs=inputs_of([r for r in attributes + plain.expressions if e.part.name in r.parts]))
        for e in plain.parts
    ]
    return replace(plain, attributes=attributes, parts=tuple(parts))


def trained(tables: PartTables) -> dict[str, tuple[PartTables, BundlePart]]:
    return {tables.name: (tables, BundlePart(tables.part, 1, 16, FILE, FILE, inputs_of(tables.rows), 2))}


def merge(manifest: Manifest, tables: PartTables, like: Manifest | None = None) -> Manifest:
    result = msgspec.convert(
        merged(manifest, msgspec.to_builtins(manifest), trained(tables), like or manifest), Manifest
    )
    check_manifest(result)
    return result


def known(manifest: Manifest, name: str) -> PartTables:
    tables = bundle_tables(manifest, name)
    assert tables is not None
    return tables


def row(manifest: Manifest, name: str) -> Attribute:
    return next(row for row in manifest.attributes + manifest.expressions if row.name == name)


def test_what_a_run_learned_takes_the_place_of_the_bundles_own() -> None:
    manifest = base()
    old = known(manifest, "headwear")
    hats = replace(old.attributes[0], choices=("none", "crown", "hat"), tip="Something new.")
    glow = Attribute("glow", "Glow", "Accessories", ("headwear",))
    result = merge(manifest, replace(old, attributes=(glow, hats), edition=2))
    assert row(result, "headwear") == hats and row(result, "glow") == glow
    assert [entry.edition for entry in result.parts] == [1, 1, 1, 2]
    assert result.parts[:3] == manifest.parts[:3]
    assert [r.name for r in part_rows(result, "headwear")] == ["glow", "headwear"]


def test_a_slider_that_no_part_sees_any_more_goes() -> None:
    manifest = base()
    tables = replace(known(manifest, "eyes"), attributes=(), materials=known(manifest, "eyes").materials)
    names = {each.name for each in merge(manifest, tables).attributes}
    assert "iris_size" not in names and "eye_size" not in names and "face_width" in names


def test_a_shared_row_offers_what_all_its_parts_know() -> None:
    manifest = base(SHARED, CUT)
    old = known(manifest, "hair_front")
    wider = replace(SHARED, low=-2.0, high=0.5, default=-1.5)
    other = replace(CUT, choices=("d", "c", "a"), default="d", prior=(9, 3, 1))
    rows = {r.name: r for r in old.attributes} | {"volume": wider, "cut": other}
    result = merge(manifest, replace(old, attributes=tuple(rows.values())))
    volume, cut = row(result, "volume"), row(result, "cut")
    assert (volume.low, volume.high, volume.default) == (-1.0, 0.5, -1.0)
    assert (cut.choices, cut.default, cut.prior) == (("c", "a"), "c", (3, 1))
    seen = {part: {r.name: r for r in part_rows(result, part)} for part in ("face", "hair_front")}
    assert seen["face"]["cut"].choices == ("a", "b", "c")  # its numbers keep their places
    assert seen["hair_front"]["cut"].choices == ("d", "c", "a") and seen["hair_front"]["volume"].low == -2.0
    # once the face has learned the same, all of it is offered
    face = known(result, "face")
    new = {r.name: r for r in face.attributes} | {"volume": wider, "cut": other}
    both = merge(result, replace(face, attributes=tuple(new.values())))
    assert row(both, "volume") == replace(wider, parts=("face", "hair_front"))
    assert row(both, "cut").choices == ("d", "c", "a")


def test_parts_that_share_no_value_must_be_trained_together() -> None:
    manifest = base(CUT)
    old = known(manifest, "hair_front")
    other = replace(CUT, choices=("x", "y"), default="x", prior=())
    with pytest.raises(StudioError, match="no common value of cut"):
        merge(manifest, replace(old, attributes=(*old.attributes[:1], other)))


def style_of(manifest: Manifest, part: str, style: str, choice: str, **rows: Attribute) -> PartTables:
    """Tables of a network for one choice alone, some rows changed."""
    tables = known(manifest, part)
    own = {row.name: row for row in tables.attributes}
    only = replace(own[style], choices=(choice,), default=choice, prior=(), tip="About itself.")
    attributes = tuple({**own, style: only, **rows}.values())
    return replace(tables, attributes=attributes, style=style, choice=choice)


def test_a_style_is_added_and_changes_no_row_but_its_own() -> None:
    manifest = base(SHARED)
    glow = Attribute("glow", "Glow", "Hair", ("hair_front",))
    other = replace(SHARED, default=0.7, tip="Other words.", high=0.8)
    drills = style_of(manifest, "hair_front", "front_style", "drills", volume=other, glow=glow)
    result = merge(manifest, drills)
    style = row(result, "front_style")
    assert style == replace(row(manifest, "front_style"), choices=("round", "square", "drills"))
    assert row(result, "volume") == replace(SHARED, high=0.8) and row(result, "glow") == glow
    assert {e.part.name: e for e in result.parts if e.part.name != "hair_front"} == {
        e.part.name: e for e in manifest.parts if e.part.name != "hair_front"
    }
    # the part trained anew keeps the style; so does a second one
    again = merge(result, replace(known(result, "hair_front"), edition=3))
    third = merge(again, style_of(again, "hair_front", "front_style", "square"))
    entry = next(e for e in third.parts if e.part.name == "hair_front")
    assert entry.edition == 2 and entry.variants is not None and set(entry.variants.choices) == {"drills", "square"}
    assert row(third, "front_style").choices == ("round", "square", "drills")


def test_a_style_needs_its_part_and_one_attribute_alone() -> None:
    manifest = base(CUT)
    lonely = replace(manifest, parts=manifest.parts[:1], shadow=None)
    drills = style_of(manifest, "hair_front", "front_style", "drills")
    with pytest.raises(StudioError, match="needs hair_front"):
        merge(lonely, drills)
    with pytest.raises(StudioError, match="styles of front_style already"):
        merge(merge(manifest, drills), style_of(manifest, "hair_front", "cut", "d"))


def test_fields_of_tomorrow_stay() -> None:
    manifest = base()
    plain = msgspec.to_builtins(manifest)
    plain["attributes"][0]["dice"] = plain["parts"][3]["physics"] = plain["parts"][3]["part"]["glow"] = "kept"
    plain["parts"][0]["note"] = "kept"
    table = merged(manifest, {**plain, "effects": [1]}, trained(known(manifest, "headwear")), manifest)
    assert table["effects"] == [1] and table["attributes"][0]["dice"] == "kept"
    assert table["parts"][3]["physics"] == table["parts"][3]["part"]["glow"] == table["parts"][0]["note"] == "kept"
    assert table["parts"][0] == plain["parts"][0]


def test_renames_are_joined_as_far_as_they_lead_somewhere() -> None:
    manifest = replace(base(), renamed={"attributes": {"eye_height": "eye_length"}, "hats": {"a": "b"}})
    artist = {
        "attributes": {"eye_length": "eye_size", "nose": "nose_size", "face_width": "eye_size"},
        "choices": {"headwear=cap": "hat", "headwear=hat": "none"},
    }
    like = replace(manifest, renamed=artist)
    assert merge(manifest, known(manifest, "eyes"), like).renamed == {
        "hats": {"a": "b"},
        "attributes": {"eye_height": "eye_size", "eye_length": "eye_size"},
        "choices": {"headwear=cap": "hat"},
    }


def test_names_keep_their_order_and_new_ones_follow_their_neighbours() -> None:
    assert in_order({"a", "b", "c", "d", "x"}, ["c", "a", "gone"], ["a", "b", "c", "d"]) == ["c", "d", "a", "b", "x"]


_RANGES = st.tuples(st.floats(-2, 0), st.floats(0.1, 2)).map(lambda ends: replace(SHARED, low=ends[0], high=ends[1]))
_CUTS = st.permutations("abcd").flatmap(
    lambda order: st.integers(1, 4).map(lambda n: replace(CUT, choices=tuple(order[:n]), default=order[0], prior=()))
)


@given(st.lists(st.sampled_from(["face", "hair_front", "eyes"]).flatmap(
    lambda name: st.tuples(st.just(name), _RANGES, _CUTS, st.booleans())), max_size=4))  # fmt: skip
def test_any_history_ends_in_a_sound_bundle(history: list[tuple[str, Attribute, Attribute, bool]]) -> None:
    """``check_manifest`` refuses a bundle that offers what a network does not know."""
    manifest = base(SHARED, CUT)
    for name, volume, cut, seen in history:
        tables = known(manifest, name)
        own = tuple(each for each in tables.attributes if each.name not in ("volume", "cut"))
        try:
            manifest = merge(manifest, replace(tables, attributes=(*own, cut, volume) if seen else own))
        except StudioError as error:
            assert "no common value" in error.message
