"""What is where: the part that is named paints the pixel, and nothing else does as much."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes import FakeGenerator, fake_manifest
from vtuber_studio.core.look import Look
from vtuber_studio.core.pose import Pose
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.picking import Hit, pick_map
from vtuber_studio.engine.render import RenderCache, render

DRESSED = Shot(Look(seed=4).set(headwear="hat"))
POSES = [Pose(), Pose(yaw=12, pitch=5, roll=-6, breath=1)]


def test_each_part_is_where_it_is_drawn() -> None:
    found = pick_map(FakeGenerator(), DRESSED)
    assert found.at(256, 80) == Hit("headwear", "deco.base")
    assert found.at(256, 130) == Hit("hair_front", "hair.base")
    assert found.at(304, 240) == Hit("eyes", "eye.iris")
    assert found.at(304 - 14, 240) == Hit("eyes", "eye.white")
    assert found.at(256, 330) == Hit("face", "skin.base")
    assert found.at(20, 20) is None and found.at(-1, 600) is None
    assert found.visible == ("headwear", "hair_front", "eyes", "face")


def test_a_ramp_ends_in_another_material() -> None:
    found = pick_map(FakeGenerator(), Look().set(fringe_length=1.0))
    assert found.at(256, 120) == Hit("hair_front", "hair.base")
    assert found.at(256, 176) == Hit("hair_front", "hair.tip")


def test_what_is_not_worn_is_nowhere() -> None:
    assert "headwear" not in pick_map(FakeGenerator(), Look()).visible


@pytest.mark.parametrize("pose", POSES)
def test_the_named_colour_is_the_one_that_is_seen(pose: Pose) -> None:
    """Painted black and white by turns, a material of a part changes its own pixels, and the most of all."""
    shot, generator = DRESSED.with_(pose=pose), FakeGenerator()
    found, manifest, cache = pick_map(generator, shot), fake_manifest(), RenderCache()

    def turns(override: str) -> np.ndarray:
        pictures = [
            render(generator, shot.with_(look=shot.look.paint({override: ink})), cache=cache, quality="preview")
            for ink in ("#000000", "#ffffff")
        ]
        return np.abs(pictures[0][..., 1].astype(int) - pictures[1][..., 1])

    for part in found.visible:
        row = next(entry.part for entry in manifest.parts if entry.part.name == part)
        names = {name for cel in row.cels if not cel.soft for name in (*cel.materials, *cel.ramp.values())}
        moved = {name: turns(f"{part}:{name}") for name in names}
        for name, change in moved.items():
            own = found.part == found.parts.index(part) + 1
            own &= found.material == found.materials.index(name) + 1
            if own.any():
                most = np.maximum.reduce(list(moved.values()))
                assert (change[own] >= 0.9 * most[own] - 4).mean() > 0.98  # warped edges are neighbours'
                assert change[own].mean() > 120


@given(yaw=st.floats(-15, 15), roll=st.floats(-10, 10), seed=st.integers(0, 50))
@settings(max_examples=15, deadline=None)
def test_nothing_is_named_beside_the_figure_and_all_of_it_has_a_name(yaw: float, roll: float, seed: int) -> None:
    shot = Shot(Look(seed=seed), {}, Pose(yaw=yaw, roll=roll))
    found, alpha = pick_map(FakeGenerator(), shot), render(FakeGenerator(), shot, quality="preview")[..., 3]
    assert not found.part[alpha == 0].any()
    assert found.part[alpha > 250].all() and ((found.part > 0) == (found.material > 0)).all()


def test_a_cache_changes_the_time_alone() -> None:
    cache, generator = RenderCache(), FakeGenerator()
    render(generator, DRESSED, cache=cache, quality="preview")
    generator.calls.clear()
    warm = pick_map(generator, DRESSED, cache)
    assert not generator.calls
    cold = pick_map(generator, DRESSED)
    assert np.array_equal(warm.part, cold.part) and np.array_equal(warm.material, cold.material)


def test_small_parts_can_be_hit_from_nearby() -> None:
    shot = Shot(DRESSED.look.set(eye_size=-1.0, iris_size=-1.0))
    found = pick_map(FakeGenerator(), shot)
    row = int(np.flatnonzero((found.part == found.parts.index("eyes") + 1)[:, 208])[0])
    assert found.at(208, row - 3) == Hit("face", "skin.base")
    near = found.at(208, row - 3, reach=4)
    assert near is not None and near.part == "eyes"
    assert found.at(208, row - 9, reach=4) == Hit("face", "skin.base")


@pytest.mark.parametrize("pose", POSES)
def test_an_outline_goes_around_what_is_seen(pose: Pose) -> None:
    found = pick_map(FakeGenerator(), DRESSED.with_(pose=pose))
    for part in found.visible:
        mask = found.part == found.parts.index(part) + 1
        points = np.concatenate(found.outline(part))
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        assert np.abs(points.min(0) - (columns[0], rows[0])).max() < 2
        assert np.abs(points.max(0) - (columns[-1] + 1, rows[-1] + 1)).max() < 2
    assert found.outline("headwear") is found.outline("headwear")
