"""A shot taken apart: laid on one another as other programs do it, the layers are the picture again."""

from __future__ import annotations

import numpy as np
import pytest

from tests.fakes import FakeGenerator
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.layer import Layer
from vtuber_studio.core.look import Look
from vtuber_studio.core.palette import parse_hex
from vtuber_studio.core.pose import Pose
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.layers import render_layers
from vtuber_studio.engine.render import render

DRESSED = Shot(Look(seed=4).set(headwear="hat"), {"blush": 1.0, "eye_open_left": 0.4})


@pytest.fixture
def generator() -> FakeGenerator:
    return FakeGenerator()


def laid(layers: list[Layer], size: int, ground: str) -> np.ndarray:
    """[size, size, 3] of 0..255: W3C compositing of straight 8-bit layers on nothing, then laid on the ground."""
    canvas = np.zeros((size, size, 4))  # premultiplied
    for layer in layers:
        height, width = layer.image.shape[:2]
        view = canvas[layer.y : layer.y + height, layer.x : layer.x + width]
        colour, alpha = layer.image[..., :3] / 255, layer.image[..., 3:] / 255
        below, under = view[..., :3].copy(), view[..., 3:].copy()
        if layer.blend == "normal":
            mixed = alpha * colour + (1 - alpha) * below
        elif layer.blend == "multiply":
            mixed = alpha * colour * (below + 1 - under) + (1 - alpha) * below
        else:
            mixed = np.minimum(alpha * colour + below, alpha + under * (1 - alpha))
        view[:] = np.concatenate([mixed, alpha + under * (1 - alpha)], -1)
    return np.round(255 * (canvas[..., :3] + parse_hex(ground)[:3] * (1 - canvas[..., 3:]))).astype(int)


@pytest.mark.parametrize("pose", [Pose(), Pose(yaw=8, roll=-5, breath=1)])
@pytest.mark.parametrize("scale", [1, 2, 4])
def test_stacked_layers_are_the_picture(generator: FakeGenerator, scale: int, pose: Pose) -> None:
    shot = DRESSED.with_(pose=pose)
    layers = render_layers(generator, shot, scale)
    for ground in ("#000000", "#00b140"):
        grounded = shot.with_(look=shot.look.with_(background=ground))
        picture = render(generator, grounded, size=512 * scale, quality="preview")
        off = np.abs(laid(layers, 512 * scale, ground) - picture[..., :3]).max(-1)
        assert (off > 1).mean() < 1e-5 and off.max() <= 2  # where many edges meet, their roundings may add up


def test_every_cel_and_the_shadow_have_a_layer_in_order(generator: FakeGenerator) -> None:
    layers = render_layers(generator, DRESSED)
    names = ["face", "blush", "shadow", "sclera", "iris", "fringe", "headwear"]
    assert [layer.name for layer in layers] == names
    assert [layer.part for layer in layers] == ["face", "face", "", "eyes", "eyes", "hair_front", "headwear"]
    assert [layer.blend for layer in layers if layer.name == "shadow"] == ["multiply"]
    for layer in layers:
        alpha = layer.image[..., 3]
        assert not layer.image.flags.writeable and layer.image.dtype == np.uint8
        assert alpha[0].any() and alpha[-1].any() and alpha[:, 0].any() and alpha[:, -1].any()  # cropped
    assert "headwear" not in [layer.name for layer in render_layers(generator, Shot())]


def test_what_is_hidden_is_painted(generator: FakeGenerator) -> None:
    covered = {layer.name: layer for layer in render_layers(generator, DRESSED)}
    face = covered["face"]
    assert face.image[170 - face.y, 256 - face.x, 3] > 250  # under the fringe
    bare = {layer.name: layer for layer in render_layers(generator, DRESSED.look.set(headwear="none"))}
    assert np.array_equal(covered["fringe"].image, bare["fringe"].image)


@pytest.mark.parametrize("scale", [1, 4])
def test_clipped_cels_come_cut_or_whole(generator: FakeGenerator, scale: int) -> None:
    shut = Shot(Look(), {"eye_open_left": 0.2})
    cut = {layer.name: layer for layer in render_layers(generator, shut, scale)}
    whole = {layer.name: layer for layer in render_layers(generator, shut, scale, clipped=False)}
    assert cut["iris"].clip == "" and whole["iris"].clip == "sclera"
    assert (whole["iris"].image[..., 3] > 250).sum() > 1.3 * (cut["iris"].image[..., 3] > 250).sum()
    for name in cut.keys() - {"iris"}:
        assert np.array_equal(cut[name].image, whole[name].image) and whole[name].clip == ""


@pytest.mark.parametrize(("shot", "scale"), [(Shot(), 3), (Shot(), 0), (Shot(Look().set(tail=1.0)), 1)])
def test_what_does_not_exist_is_refused(generator: FakeGenerator, shot: Shot, scale: int) -> None:
    with pytest.raises(StudioError):
        render_layers(generator, shot, scale)
