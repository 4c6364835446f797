"""One part alone: nothing else moves, in any look."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import ATTRIBUTES, MATERIALS, PARTS, whole
from vtuber_studio.core.attribute import defaults
from vtuber_studio.core.dice import roll, roll_part
from vtuber_studio.core.latents import seed_z
from vtuber_studio.core.look import Look, Mix
from vtuber_studio.core.one_part import own_rows, reset_part

SEEDS = st.integers(0, 2**32 - 1)
EYES = next(part for part in PARTS if part.name == "eyes")
HAT = next(part for part in PARTS if part.name == "headwear")


def persona(seed: int) -> Look:
    return roll(Look(), ATTRIBUTES, MATERIALS, PARTS, seed)


@given(SEEDS, SEEDS)
def test_rolling_one_part_leaves_every_other_value(seed: int, fresh: int) -> None:
    look = persona(seed).with_(directions={"eyes": (1.0,), "face": (0.5,)}, mixes=(Mix("face", Look(), 0.5),))
    rolled = roll_part(look, ATTRIBUTES, PARTS, EYES, fresh)
    own = {row.name for row in own_rows(ATTRIBUTES, "eyes")}
    assert own == {"eye_size", "iris_size"}
    kept = {name: value for name, value in look.attributes.items() if name not in own}
    assert {name: value for name, value in rolled.attributes.items() if name not in own} == kept
    assert (rolled.seed, rolled.palette, rolled.mixes) == (look.seed, look.palette, look.mixes)
    assert rolled.directions == {"face": (0.5,)} and set(rolled.z) <= {"eyes"}
    z = seed_z(look.seed, "eyes", 4) + np.asarray(rolled.z.get("eyes", (0.0,) * 4), np.float32)
    assert np.allclose(z, seed_z(fresh, "eyes", 4), atol=1e-5)


@given(SEEDS)
def test_what_is_locked_stays(seed: int) -> None:
    look = persona(seed)
    rolled = roll_part(look, ATTRIBUTES, PARTS, EYES, seed + 1, locks={"eye_size"})
    assert rolled.attributes["eye_size"] == look.attributes["eye_size"]
    assert rolled.attributes["iris_size"] != look.attributes["iris_size"]
    assert roll_part(look, ATTRIBUTES, PARTS, EYES, seed + 1, locks={"eye_size", "iris_size"}) == look


@given(SEEDS)
def test_rolling_ends_what_is_mixed_in_but_what_is_locked_stays_as_it_is_seen(seed: int) -> None:
    look = persona(seed).with_(mixes=(Mix("eyes", persona(seed // 2 + 1), 1.0, 0.5), Mix("face", Look(), 0.5)))
    rolled = roll_part(look, ATTRIBUTES, PARTS, EYES, seed, locks={"eye_size"})
    assert [(mix.part, mix.shape, mix.colour) for mix in rolled.mixes] == [("eyes", 0.0, 0.5), ("face", 0.5, 0.0)]
    seen = float(look.mixes[0].look.attributes["eye_size"])
    assert abs(float(rolled.attributes["eye_size"]) - seen) < 1e-9


@given(SEEDS)
def test_a_part_that_is_rolled_is_there(seed: int) -> None:
    assert roll_part(persona(seed), ATTRIBUTES, PARTS, HAT, seed).attributes["headwear"] == "hat"
    bare = whole(Look()).set(headwear="none")
    assert roll_part(bare, ATTRIBUTES, PARTS, HAT, seed, locks={"headwear"}).attributes["headwear"] == "none"


def test_a_part_is_put_back() -> None:
    look = roll_part(persona(3), ATTRIBUTES, PARTS, EYES, 9).paint({"eyes:eye.iris": "#ff0000", "eye.white": "#eeeeee"})
    look = look.with_(directions={"eyes": (2.0,)}, mixes=(Mix("eyes", persona(5), 1.0), Mix("face", persona(5), 1.0)))
    back = reset_part(look, ATTRIBUTES, "eyes")
    assert back.attributes == {**look.attributes, "eye_size": 0.0, "iris_size": 0.0}
    assert back.palette == {name: ink for name, ink in look.palette.items() if name != "eyes:eye.iris"}
    assert not back.directions and not back.z and [mix.part for mix in back.mixes] == ["face"]
    assert reset_part(back, ATTRIBUTES, "eyes") == back
    assert defaults(own_rows(ATTRIBUTES, "eyes")).items() <= back.attributes.items()
