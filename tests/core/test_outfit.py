"""What she wears goes from one look to another, seen as it was there; nothing of the person does."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import ATTRIBUTES, MATERIALS, PARTS, FakeGenerator, fake_manifest
from vtuber_studio.core.look import MAX_SEED
from vtuber_studio.core.mixing import seen_colours, seen_value, take
from vtuber_studio.core.outfit import wear, worn_materials, worn_rows
from vtuber_studio.core.sampling import random_look
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.bundle import find_bundle, read_bundle
from vtuber_studio.engine.figure import ingredients
from vtuber_studio.engine.render import render

TABLES = ATTRIBUTES, MATERIALS, PARTS
seeds = st.integers(0, MAX_SEED)
HAT = next(part for part in PARTS if part.name == "headwear")


@given(seeds, seeds, st.booleans())
def test_the_worn_part_is_painted_as_there_and_every_other_as_before(seed: int, other: int, mixed: bool) -> None:
    look, theirs = (random_look(ATTRIBUTES, MATERIALS, each) for each in (seed, other))
    third = random_look(ATTRIBUTES, MATERIALS, 3)
    if mixed:  # both have a hat of a third one's
        look, theirs = (take(take(one, third, ["headwear"], "shape", 0.9), third, ["headwear"], "colour", 0.5)
                        for one in (look, theirs))  # fmt: skip
    dressed = wear(look, theirs, *TABLES)
    before, after = (ingredients(fake_manifest(), Shot(one)) for one in (look, dressed))
    for part in PARTS:
        if part is not HAT:
            assert before[part.name].key == after[part.name].key
            for name in {name for cel in part.cels for name in cel.materials}:
                assert np.array_equal(before[part.name].colours[name], after[part.name].colours[name])
    for row in worn_rows(ATTRIBUTES):
        assert seen_value(row, dressed) == seen_value(row, theirs)
    seen, wanted = (seen_colours(MATERIALS, "headwear", one)["deco.base"] for one in (dressed, theirs))
    assert np.abs(seen - wanted).max() < 0.005
    assert wear(dressed, theirs, *TABLES) == dressed


def test_a_hat_goes_on_and_off_and_leaks_nothing() -> None:
    bare = random_look(ATTRIBUTES, MATERIALS, 5).set(headwear="none")
    hatted = random_look(ATTRIBUTES, MATERIALS, 6).set(headwear="hat").paint({"deco.base": "#10c0a0"})
    dressed = wear(bare, hatted, *TABLES)
    pictures = [render(FakeGenerator(), look, size=128) for look in (bare, dressed, wear(dressed, bare, *TABLES))]
    x0, y0, x1, y1 = (side // 4 for side in HAT.box)
    changed = (pictures[0] != pictures[1]).any(-1)
    assert changed[y0:y1, x0:x1].sum() > 50
    changed[y0:y1, x0:x1] = False
    assert not changed.any() and (pictures[0] == pictures[2]).all()


def test_the_starter_s_clothes_are_no_part_of_the_person() -> None:
    manifest = read_bundle(find_bundle(None)).manifest
    rows = {row.name for row in worn_rows(manifest.attributes)}
    assert {"clothes", "collar", "eyewear", "earrings", "headwear", "headwear_tilt"} <= rows
    assert not rows & {"shoulders", "neck", "build", "ears", "ear_shape", "back_style", "beard"}
    worn = worn_materials(manifest.materials, [entry.part for entry in manifest.parts])
    assert {"cloth.base", "trim.base", "accent.base", "frame.base", "jewel.accent", "deco.base"} <= worn
    assert not any(name.startswith(("skin.", "hair.", "ear.", "eye.")) for name in worn)
