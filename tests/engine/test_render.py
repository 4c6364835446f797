"""The pure function: what an edit may touch, what caches may not change, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tests.fakes import FakeGenerator
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look, Mix
from vtuber_studio.core.pose import Pose
from vtuber_studio.core.shot import Quality, Shot
from vtuber_studio.engine.render import RenderCache, compose, footprint, reach, render

EDITS = {
    "face": {"face_width": 0.8},
    "eyes": {"eye_size": 0.8, "iris_size": -0.5},
    "hair_front": {"front_style": "square", "fringe_length": 0.7},
    "headwear": {"headwear": "hat"},
}


@pytest.fixture
def generator() -> FakeGenerator:
    return FakeGenerator()


def _looks() -> Iterator[tuple[Look, dict[str, object], Pose]]:
    """A gesture such as a user makes: every kind of change, one after the other, and back."""
    look = Look(seed=4)
    yield look, {}, Pose()
    yield look.set(eye_size=0.5), {}, Pose()
    yield look.set(eye_size=0.5).paint({"hair.base": "#aa2211"}), {"blush": 1.0}, Pose()
    yield look.set(headwear="hat"), {"eye_open_left": 0.0}, Pose(yaw=8, roll=-5)
    yield look.set(fringe_length=-1.0), {"eye_open_left": 0.3}, Pose(yaw=8, roll=-5)
    yield look.paint({"skin.base": "#aa8866"}), {}, Pose(pitch=-15, breath=1, sway=6)
    yield look.with_(background="#336699"), {}, Pose()
    yield look, {}, Pose()


@pytest.mark.parametrize("size", [64, 160, 512, 700, 1024])  # below, at and above the scales that are kept
def test_caches_never_change_a_picture(generator: FakeGenerator, size: int) -> None:
    cache = RenderCache()
    quality: Quality = "file" if size == 160 else "preview"
    for look, expression, pose in _looks():
        kept = render(generator, look, expression, pose, size, cache, quality)
        fresh = render(generator, look, expression, pose, size, None, quality)
        assert np.array_equal(kept, fresh)


def test_pictures_of_one_scale_share_a_cache(generator: FakeGenerator) -> None:
    """At 1024 pixels, and averaged from as many at 512: a canvas that was kept without its image is no other one."""
    cache, file, preview = RenderCache(), (512, "file"), (1024, "preview")
    for look, expression, pose in _looks():
        for size, quality in (preview, file, file, preview, preview):
            kept = render(generator, look, expression, pose, size, cache, quality)
            assert np.array_equal(kept, render(generator, look, expression, pose, size, None, quality))


def test_a_small_cache_forgets_but_never_errs(generator: FakeGenerator) -> None:
    cache = RenderCache(1, 1, 1)
    for look, expression, pose in _looks():
        assert np.array_equal(
            render(generator, look, expression, pose, cache=cache), render(generator, look, expression, pose)
        )


def test_earlier_pictures_stay_as_they_were(generator: FakeGenerator) -> None:
    cache = RenderCache()
    first = render(generator, Look(), cache=cache)
    before = first.copy()
    render(generator, Look().set(eye_size=1.0), cache=cache)
    assert np.array_equal(first, before)


@pytest.mark.parametrize("part", EDITS)
@pytest.mark.parametrize("size", [300, 512, 1024, 2048])
def test_an_edit_leaks_nothing_outside_its_footprint(generator: FakeGenerator, part: str, size: int) -> None:
    look = Look(seed=3)
    before, after = render(generator, look, size=size), render(generator, look.set(**EDITS[part]), size=size)
    changed = (before != after).any(-1)
    assert changed.any()
    assert not (changed & ~footprint(generator.manifest, part, size)).any()


@pytest.mark.parametrize("size", [64, 100, 511, 512, 513, 1024, 1500, 2048, 4096])
def test_every_size_is_a_picture(generator: FakeGenerator, size: int) -> None:
    image = render(generator, Look(), size=size)
    assert image.shape == (size, size, 4) and image.dtype == np.uint8
    assert image.flags.c_contiguous and not image.flags.writeable
    assert 0.1 < (image[..., 3] > 0).mean() < 0.6
    assert (image[0] == 0).all()


@pytest.mark.parametrize("pose", [Pose(), Pose(yaw=10, roll=8, pitch=-5, breath=1)])
@pytest.mark.parametrize("size", [512, 700, 2000])
def test_a_window_is_a_piece_of_the_picture(generator: FakeGenerator, size: int, pose: Pose) -> None:
    shot = Shot(Look(seed=3).set(headwear="hat"), {"blush": 1.0}, pose)
    whole = render(generator, shot, size=size, quality="preview").astype(int)
    for place in ((0.3, 0.2, 0.7, 0.7), (0.44, 0.41, 0.51, 0.46), (0, 0, 1, 0.3), (0, 0, 1, 1)):
        x0, y0, x1, y1 = (round(side * size) for side in place)
        piece = render(generator, shot, size=size, quality="preview", window=(x0, y0, x1, y1))
        assert piece.shape == (y1 - y0, x1 - x0, 4) and not piece.flags.writeable and piece.flags.c_contiguous
        off = np.abs(piece - whole[y0:y1, x0:x1])
        assert off.max() <= 1 and (off > 0).mean() < 1e-3


@pytest.mark.parametrize("pose", [Pose(), Pose(yaw=15, roll=-15, pitch=10, sway=8, breath=1)])
def test_what_a_part_may_reach_in_a_pose(generator: FakeGenerator, pose: Pose) -> None:
    look = Look(seed=3).set(eye_size=1.0)
    wide = render(generator, look, pose=pose)
    shut = render(generator, look, {"eye_open_left": 0.0, "eye_open_right": 0.2}, pose)
    rows, columns = (np.flatnonzero((wide != shut).any(-1).any(axis)) for axis in (1, 0))
    x0, y0, x1, y1 = reach(generator.manifest, ("eyes",), pose)
    assert x0 <= columns[0] and columns[-1] < x1 and y0 <= rows[0] and rows[-1] < y1
    assert (x1 - x0) * (y1 - y0) < 256 * 200 and reach(generator.manifest, ("hair_front",), pose) == (0, 0, 512, 512)


@pytest.mark.parametrize("window", [(0, 0, 0, 5), (-1, 0, 5, 5), (0, 0, 513, 5), (9, 9, 5, 5)])
def test_a_window_outside_the_picture_is_refused(generator: FakeGenerator, window: tuple[int, int, int, int]) -> None:
    with pytest.raises(StudioError, match="window"):
        render(generator, Look(), size=512, window=window)


@pytest.mark.parametrize("size", [300, 512, 1024])
def test_files_are_averaged_from_twice_the_pixels(generator: FakeGenerator, size: int) -> None:
    look = Look(seed=3, background="#ffffff").set(headwear="hat")
    fine = render(generator, look, size=2 * size, quality="preview").astype(float)
    mean = fine.reshape(size, 2, size, 2, 4).mean((1, 3))
    assert np.abs(render(generator, look, size=size) - mean).max() <= 1
    assert np.array_equal(render(generator, look, size=2048), render(generator, look, size=2048, quality="preview"))
    with pytest.raises(StudioError, match="quality"):
        render(generator, look, size=size, quality="best")  # type: ignore[arg-type]


@pytest.mark.parametrize("pose", [Pose(), Pose(yaw=10, roll=8, pitch=-5, breath=1)])
def test_strips_show_no_seam(generator: FakeGenerator, monkeypatch: pytest.MonkeyPatch, pose: Pose) -> None:
    strips = render(generator, Look(), None, pose, 2048).astype(int)
    monkeypatch.setattr("vtuber_studio.engine.painter.KEPT_SCALE", 4)
    whole = render(generator, Look(), None, pose, 2048).astype(int)
    difference = np.abs(strips - whole)
    assert difference.max() <= 6 and difference.mean() < 0.05  # the shadow's softness is of another resolution


def test_equal_requests_give_equal_bytes(generator: FakeGenerator) -> None:
    look = Look(seed=9).set(eye_size=0.3)
    for size in (512, 2048):
        first = render(generator, look, {"blush": 0.7}, Pose(yaw=3), size)
        assert first.tobytes() == render(FakeGenerator(), look, {"blush": 0.7}, Pose(yaw=3), size).tobytes()


def test_the_neutral_pose_resamples_nothing(generator: FakeGenerator) -> None:
    assert np.array_equal(render(generator, Look()), render(generator, Look(), pose=Pose()))
    nearly = render(generator, Look(), pose=Pose(yaw=1e-6)).astype(int)
    assert np.abs(nearly - render(generator, Look())).max() <= 8


def test_a_pose_moves_near_things_more(generator: FakeGenerator) -> None:
    look = Look().paint({"eye.iris": "#00ff00"})

    def iris(pose: Pose) -> float:
        image = render(generator, look, pose=pose).astype(int)
        return float(np.nonzero(image[..., 1] - image[..., 0] > 120)[1].mean())

    assert iris(Pose(yaw=15)) - iris(Pose()) > 4
    assert iris(Pose(yaw=-15)) - iris(Pose()) < -4


def test_recolouring_is_exact_and_runs_no_network(generator: FakeGenerator) -> None:
    cache = RenderCache()
    render(generator, Look(), cache=cache)
    ran = len(generator.calls)
    image = render(generator, Look().paint({"skin.base": "#102030", "skin.shade": "#102030"}), cache=cache)
    assert len(generator.calls) == ran
    assert tuple(image[280, 256]) == (0x10, 0x20, 0x30, 255)


def test_a_colour_of_one_part_stays_there(generator: FakeGenerator) -> None:
    look = Look().paint({"eyes:eye.white": "#ff0000"})
    before, after = render(generator, Look()), render(generator, look)
    assert (before != after).any()
    assert not ((before != after).any(-1) & ~footprint(generator.manifest, "eyes")).any()


def test_an_edit_runs_its_own_network_only(generator: FakeGenerator) -> None:
    cache = RenderCache()
    render(generator, Look(), cache=cache)
    generator.calls.clear()
    render(generator, Look().set(eye_size=0.5), {"eye_open_left": 0.5}, cache=cache)
    assert generator.calls == ["eyes"]


def test_an_empty_part_runs_no_network(generator: FakeGenerator) -> None:
    render(generator, Look())
    assert "headwear" not in generator.calls
    render(generator, Look().set(headwear="hat"))
    assert "headwear" in generator.calls


def test_a_clip_keeps_the_iris_inside_the_white(generator: FakeGenerator) -> None:
    look = Look().paint({"eye.iris": "#00ff00"}).set(iris_size=1.0)
    image = render(generator, look, {"eye_open_left": 0.0, "eye_open_right": 0.0}).astype(int)
    assert (image[..., 1] - image[..., 0] > 60).sum() < 60


def test_the_fringe_casts_a_shadow_on_the_face(generator: FakeGenerator) -> None:
    image = render(generator, Look().paint({"skin.shade": "#000000"}))
    below, cheek = image[178, 256, :3].astype(int), image[330, 300, :3].astype(int)
    assert below.sum() < cheek.sum() * 0.6


def test_seeds_psi_directions_and_offsets_move_things(generator: FakeGenerator) -> None:
    base = render(generator, Look(seed=1))
    for look in (
        Look(seed=2),
        Look(seed=1, truncation_psi=0.2),
        Look(seed=1, z={"face": (1.5, 0.0, 0.0, 0.0)}),
        Look(seed=1, directions={"face": (2.0,)}),
    ):
        assert not np.array_equal(base, render(generator, look))
    assert np.array_equal(base, render(generator, Look(seed=1, directions={"face": (0.0, 0.0)})))


def test_mixes_take_shape_and_colour_apart(generator: FakeGenerator) -> None:
    other = Look(seed=8, attributes={"eye_size": 1.0}, palette={"eye.white": "#ff0000"})
    look = Look(seed=1)
    whole = look.with_(mixes=(Mix("eyes", other, 1.0, 1.0),))
    expected = look.with_(
        attributes={"eye_size": 1.0}, palette={"eyes:eye.white": "#ff0000"}, z={"eyes": _offset(1, 8)}
    )
    assert np.abs(render(generator, whole).astype(int) - render(generator, expected)).max() <= 1
    shape = render(generator, look.with_(mixes=(Mix("eyes", other, 0.5, 0.0),)))
    assert not np.array_equal(shape, render(generator, look))
    nothing = look.with_(mixes=(Mix("eyes", other, 0.0, 0.0),))
    assert np.array_equal(render(generator, nothing), render(generator, look))


def _offset(seed: int, other: int) -> tuple[float, ...]:
    from vtuber_studio.core.latents import seed_z

    return tuple(float(v) for v in seed_z(other, "eyes", 4) - seed_z(seed, "eyes", 4))


def test_a_background_fills_what_is_empty(generator: FakeGenerator) -> None:
    image = render(generator, Look(background="#336699"), size=256)
    assert (image[..., 3] == 255).all() and tuple(image[0, 0]) == (0x33, 0x66, 0x99, 255)


def test_exact_coverage_is_composed_like_a_networks(generator: FakeGenerator) -> None:
    truth = {}
    for entry in generator.manifest.parts:
        x0, y0, x1, y1 = entry.part.box
        shape = (y1 - y0, x1 - x0)
        truth[entry.part.name] = {
            cel.name: (
                np.ones((len(cel.materials), *shape), np.float32),
                np.zeros(shape, np.float32) if cel.ramp else None,
            )
            for cel in entry.part.cels
        }
    image = compose(generator.manifest, truth, Look(), size=512)
    assert tuple(image[370, 140, :3]) != (0, 0, 0) and image[370, 140, 3] == 255
    assert image[20, 256, 3] == 0  # no hat: the part is empty
    assert tuple(image[100, 140]) == (0x40, 0x60, 0xC0, 255)


@pytest.mark.parametrize(
    ("look", "expression", "pose", "size"),
    [
        (Look(attributes={"eye_siz": 0.5}), {}, Pose(), 512),
        (Look(attributes={"eye_size": 1.5}), {}, Pose(), 512),
        (Look(attributes={"front_style": "mohawk"}), {}, Pose(), 512),
        (Look(palette={"hair.base": "reddish"}), {}, Pose(), 512),
        (Look(palette={"nose:hair.base": "#ffffff"}), {}, Pose(), 512),
        (Look(background="#12"), {}, Pose(), 512),
        (Look(), {"smirk": 1.0}, Pose(), 512),
        (Look(), {"blush": float("nan")}, Pose(), 512),
        (Look(), {}, Pose(yaw=40), 512),
        (Look(), {}, Pose(), 63),
        (Look(), {}, Pose(), 8193),
        (Look(z={"face": (0.0,) * 9}), {}, Pose(), 512),
    ],
)
def test_what_does_not_exist_is_refused(
    generator: FakeGenerator, look: Look, expression: dict[str, object], pose: Pose, size: int
) -> None:
    with pytest.raises(StudioError):
        render(generator, look, expression, pose, size)
