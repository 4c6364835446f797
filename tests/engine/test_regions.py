"""Regions: inside a mask the variant, outside of it not a bit changed, whatever the mask, the pose or the size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.fakes import FakeGenerator
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look, Mix, Region, look_from_json
from vtuber_studio.core.mask import SIDE, mask_of
from vtuber_studio.core.pose import Pose
from vtuber_studio.core.region import variant, with_region, with_variant
from vtuber_studio.engine.layers import render_layers
from vtuber_studio.engine.render import RenderCache, render

GENERATOR = FakeGenerator()
HAIR = {"front_style": "square", "fringe_length": 0.7}
RED = {"hair.base": "#cc2233"}
EVERY = tuple(entry.part.name for entry in GENERATOR.manifest.parts)


def box(x0: int, y0: int, x1: int, y1: int, value: int = 255) -> np.ndarray:
    """A mask, in its own pixels."""
    array = np.zeros((SIDE, SIDE), np.uint8)
    array[y0:y1, x0:x1] = value
    return array


@st.composite
def arrays(draw: st.DrawFn) -> np.ndarray:
    """A few boxes, hard or soft, anywhere; some with a rim of every value."""
    array = np.zeros((SIDE, SIDE), np.uint8)
    for _ in range(draw(st.integers(1, 3))):
        x, y = draw(st.integers(0, SIDE - 2)), draw(st.integers(0, SIDE - 2))
        width, height = draw(st.integers(1, 600)), draw(st.integers(1, 600))
        array[y : y + height, x : x + width] = draw(st.integers(1, 255))
        if draw(st.booleans()):
            ramp = np.linspace(255, 0, array[y : y + height, x : x + width].shape[1]).astype(np.uint8)
            array[y : y + height, x : x + width] = ramp
    return array


@settings(max_examples=15)
@given(arrays(), st.sampled_from(["shape", "colour", "both"]), st.floats(0, 1), st.sampled_from([512, 512, 1024]))
@example(box(0, 0, SIDE, SIDE), "both", 1.0, 512)
def test_outside_of_a_mask_every_bit_stays(mask: np.ndarray, what: str, strength: float, size: int) -> None:
    base = Look(seed=4, palette={"skin.base": "#aa8866"})
    attributes = HAIR | {"face_width": 0.9} if what != "colour" else {}
    palette = RED | {"skin.base": "#ffeecc"} if what != "shape" else {}
    region = Region("r", EVERY, mask_of(mask), strength, attributes=attributes, palette=palette)
    plain, edited = (render(GENERATOR, look, size=size) for look in (base, base.with_(regions=(region,))))
    step = SIDE // size
    inside = (mask > 0).reshape(size, step, size, step).any((1, 3))
    assert np.array_equal(plain[~inside], edited[~inside])


@pytest.mark.parametrize("pose", [Pose(), Pose(yaw=9, roll=-6, breath=1)])
def test_a_mask_of_everything_is_the_variant_itself(pose: Pose) -> None:
    base = Look(seed=4)
    region = Region("r", EVERY, mask_of(box(0, 0, SIDE, SIDE)), attributes=HAIR, palette=RED)
    inside = render(GENERATOR, base.with_(regions=(region,)), pose=pose)
    assert np.abs(inside.astype(int) - render(GENERATOR, base.set(**HAIR).paint(RED), pose=pose)).max() <= 1
    hidden = (region.with_(hidden=True), region.with_(strength=0.0))
    assert np.array_equal(render(GENERATOR, base.with_(regions=hidden), pose=pose), render(GENERATOR, base, pose=pose))


def test_only_the_parts_of_a_region_change_in_it() -> None:
    base = Look(seed=4)
    whole = mask_of(box(0, 0, SIDE, SIDE))
    region = Region("r", ("eyes",), whole, attributes={"eye_size": 0.8, **HAIR}, palette=RED)
    assert np.array_equal(render(GENERATOR, base.with_(regions=(region,))), render(GENERATOR, base.set(eye_size=0.8)))


def test_what_is_not_worn_may_be_worn_inside() -> None:
    base = Look(seed=4, attributes={"headwear": "none"})
    region = Region("r", ("headwear",), mask_of(box(0, 0, SIDE // 2, SIDE)), attributes={"headwear": "hat"})
    bare, half, worn = (
        render(GENERATOR, look) for look in (base, base.with_(regions=(region,)), base.set(headwear="hat"))
    )
    left = SIDE // 4
    assert np.array_equal(half[:, :left], worn[:, :left]) and np.array_equal(half[:, left:], bare[:, left:])
    assert not np.array_equal(half, bare)


def test_regions_lie_on_one_another() -> None:
    """The second is a variant of the look, not of the first, and covers it."""
    base, whole = Look(seed=4), mask_of(box(0, 0, SIDE, SIDE))
    red = Region("red", EVERY, whole, palette=RED)
    blue = Region("blue", EVERY, whole, palette={"hair.base": "#2233cc"})
    assert np.array_equal(
        render(GENERATOR, base.with_(regions=(red, blue))), render(GENERATOR, base.with_(regions=(blue,)))
    )


def test_it_goes_with_its_part() -> None:
    """The head turned, what is red moves with the hair: no red where the mask is, all of it where the hair went."""
    base = Look(seed=4)
    region = Region("r", EVERY, mask_of(box(0, 0, SIDE // 2, SIDE)), palette=RED)

    def centre(pose: Pose) -> float:
        plain, edited = (
            render(GENERATOR, look, pose=pose).astype(int) for look in (base, base.with_(regions=(region,)))
        )
        return float(np.flatnonzero((np.abs(edited - plain).sum(-1) > 30).any(0)).mean())

    assert centre(Pose(sway=12)) - centre(Pose()) > 5


@pytest.mark.parametrize("size", [64, 512, 700, 1536])
def test_caches_and_windows_change_nothing(size: int) -> None:
    region = Region("r", EVERY, mask_of(box(200, 100, 700, 600, 180)), 0.7, attributes=HAIR, palette=RED)
    looks = [Look(seed=4), Look(seed=4, regions=(region,)), Look(seed=4, regions=(region.with_(strength=0.2),))]
    cache = RenderCache()
    for look in (*looks, looks[0]):
        for pose in (Pose(), Pose(yaw=8)):
            fresh = render(GENERATOR, look, {}, pose, size, None, "preview")
            assert np.array_equal(render(GENERATOR, look, {}, pose, size, cache, "preview"), fresh)
            x0, y0, x1, y1 = size // 5, size // 4, size // 2, size // 2
            part = render(GENERATOR, look, {}, pose, size, None, "preview", (x0, y0, x1, y1))
            assert np.abs(part.astype(int) - fresh[y0:y1, x0:x1]).max() <= 1


def test_layers_hold_their_regions() -> None:
    region = Region("r", EVERY, mask_of(box(0, 0, SIDE // 2, SIDE)), palette=RED)
    plain, edited = (
        {layer.name: layer.image for layer in render_layers(GENERATOR, look)}
        for look in (Look(seed=4), Look(seed=4, regions=(region,)))
    )
    changed = {name for name in plain if not np.array_equal(plain[name], edited[name])}
    assert "fringe" in changed and "sclera" not in changed


# --- values ------------------------------------------------------------------------------------------------


def test_an_edit_inside_keeps_what_differs_and_nothing_else() -> None:
    mask = mask_of(box(0, 0, 100, 100))
    look = Look(seed=4, attributes={"eye_size": 0.5, "fringe_length": 0.1}, regions=(Region("r", ("eyes",), mask),))
    inside = variant(look, look.regions[0]).set(eye_size=0.9).paint(RED)
    edited = with_variant(look, 0, inside)
    assert edited.regions[0].attributes == {"eye_size": 0.9} and edited.regions[0].palette == RED
    assert edited.with_(regions=()) == look.with_(regions=())
    later = edited.set(fringe_length=-0.4)
    assert variant(later, later.regions[0]).attributes == {"eye_size": 0.9, "fringe_length": -0.4}
    assert with_variant(later, 0, later.with_(regions=())).regions[0].attributes == {}
    assert with_region(later, 0, None).regions == ()


def test_mixes_inside_replace_the_looks_own() -> None:
    theirs, others = Look(seed=9), Look(seed=10)
    mask = mask_of(box(0, 0, 100, 100))
    look = Look(mixes=(Mix("eyes", theirs, 1.0),), regions=(Region("r", ("eyes",), mask),))
    inside = variant(look, look.regions[0])
    assert inside.mixes == look.mixes
    taken = with_variant(look, 0, inside.with_(mixes=(Mix("eyes", others, 0.5),)))
    assert variant(taken, taken.regions[0]).mixes == (Mix("eyes", others, 0.5),)
    both = (*look.mixes, Mix("eyes", others, colour=1.0))
    added = with_variant(look, 0, inside.with_(mixes=both))
    assert variant(added, added.regions[0]).mixes == both
    none = with_variant(look, 0, inside.with_(mixes=()))
    shapes = {mix.part: mix.shape for mix in variant(none, none.regions[0]).mixes}
    assert shapes == {"eyes": 0.0}


def test_a_look_travels_with_its_regions() -> None:
    region = Region("Streak", ("hair_front",), mask_of(box(0, 0, 100, 100)), 0.5, palette={"hair.base": "#C23"})
    look = Look(seed=4, regions=(region,))
    again = look_from_json(look.to_json())
    assert again == look and again.regions[0].palette == {"hair.base": "#cc2233"}
    assert np.array_equal(render(GENERATOR, again), render(GENERATOR, look))


@pytest.mark.parametrize(
    ("region", "words"),
    [
        (Region("r", ("eyes",), b"nonsense"), "must be a mask"),  # type: ignore[arg-type]
        (Region("r", ("wings",), mask_of(box(0, 0, 9, 9))), "no part called 'wings'"),
        (Region("r", ("eyes",), mask_of(box(0, 0, 9, 9)), strength=2.0), "out of range"),
        (Region("r", ("eyes",), mask_of(box(0, 0, 9, 9)), attributes={"eye_sise": 1}), "eye_sise"),
        (Region("r", ("eyes",), mask_of(box(0, 0, 9, 9)), palette={"hair.bass": "#fff"}), "hair.bass"),
    ],
)
def test_bad_regions_are_refused_in_one_sentence(region: Region, words: str) -> None:
    with pytest.raises(StudioError, match=words):
        render(GENERATOR, Look(regions=(region,)))
