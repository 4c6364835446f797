"""Shot: one value for one picture, equal and hashable by value, whatever order it was made in."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.strategies import looks
from tests.fakes import FakeGenerator
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look
from vtuber_studio.core.mask import Mask, named, reader
from vtuber_studio.core.pose import POSE_ROWS, Pose
from vtuber_studio.core.shot import Shot, shot_of
from vtuber_studio.engine.render import render

angles = st.fixed_dictionaries({row.name: st.floats(row.low, row.high) for row in POSE_ROWS})
faces = st.dictionaries(st.text(max_size=8), st.floats(0, 1), max_size=4)
shots = st.builds(Shot, looks, faces, st.builds(lambda row: Pose(**row), angles))


@given(shots)
def test_equal_shots_have_equal_hashes(shot: Shot) -> None:
    turned = Shot(
        msgspec.structs.replace(shot.look, attributes=dict(reversed(list(shot.look.attributes.items())))),
        dict(reversed(list(shot.expression.items()))),
        shot.pose,
    )
    assert turned == shot and hash(turned) == hash(shot) and len({turned, shot}) == 1


@given(shots)
def test_a_shot_survives_the_round_trip(shot: Shot) -> None:
    masks: dict[str, Mask] = {}
    data = msgspec.json.encode(shot, enc_hook=named(masks))
    again = msgspec.json.decode(data, type=Shot, dec_hook=reader(masks.get))
    assert again == shot and hash(again) == hash(shot)


def test_every_field_counts() -> None:
    looks = [Look(), Look(seed=1), Look().set(a=1.0), Look().paint({"hair.base": "#ffffff"})]
    shots = [Shot(look) for look in looks] + [Shot(expression={"blush": 1.0}), Shot(pose=Pose(yaw=1.0))]
    assert len(set(shots)) == len(shots) and Shot() in set(shots)


def test_a_look_with_its_face_or_the_shot_of_them_is_one_picture() -> None:
    generator, look, face, pose = FakeGenerator(), Look(seed=3), {"blush": 1.0}, Pose(yaw=5)
    shot = shot_of(look, face, pose)
    assert shot_of(shot) is shot and shot_of(look) == Shot(look)
    assert (render(generator, look, face, pose, 128) == render(generator, shot, size=128)).all()
    with pytest.raises(StudioError, match="already"):
        render(generator, shot, {"blush": 0.0})
