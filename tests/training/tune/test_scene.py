"""A whole figure in torch is the engine's own picture, in every pose, with gradients; its networks are the bundle's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from vtuber_studio import load_generator, random_look
from vtuber_studio.core.pose import NEUTRAL, Pose
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.bundle import find_bundle
from vtuber_studio.engine.figure import ingredients
from vtuber_studio.engine.render import logits_of, render
from vtuber_studio.training.networks import PartNetwork
from vtuber_studio.training.tune.networks import bundle_networks, choose_weights, with_detail
from vtuber_studio.training.tune.scene import make_scene, paint_scene, scene_logits


@pytest.fixture(scope="module")
def networks() -> dict[str, PartNetwork]:
    return bundle_networks(find_bundle(), 3)[2]


@pytest.mark.parametrize(("pose", "most"), [(NEUTRAL, 1.5), (Pose(yaw=9, pitch=-5, roll=4, sway=3), 8.0)])
@torch.no_grad()
def test_it_paints_what_the_engine_renders(networks: dict[str, PartNetwork], pose: Pose, most: float) -> None:
    """In a pose the engine's warp takes places in steps of a 32nd pixel."""
    generator = load_generator()
    shot = Shot(random_look(generator, 6), {"mouth_open": 0.5}, pose)
    image = render(generator, shot, size=512, quality="preview").astype(np.float32) / 255
    wanted = np.concatenate([image[..., :3] * image[..., 3:], image[..., 3:]], 2).transpose(2, 0, 1)
    scene = make_scene(bundle_networks(find_bundle(), 3)[0], shot, 1.0)
    off = 255 * np.abs(paint_scene(scene, scene_logits(networks, scene))[0].numpy() - wanted)
    assert off.max() < most and off.mean() < 0.1


@torch.no_grad()
def test_networks_with_room_for_detail_paint_what_the_bundle_paints(base: Path) -> None:
    generator, (manifest, _, networks) = load_generator(base), bundle_networks(base, 3)
    shot = Shot(random_look(generator, 2))
    plain_ones = ingredients(generator.manifest, shot)
    for name, own in ingredients(manifest, shot).items():
        logits = networks[own.network](torch.from_numpy(own.c)[None], torch.from_numpy(own.z)[None])[0].numpy()
        plain, wanted, at, from_ = plain_ones[name].part, logits_of(generator, plain_ones[name]), 0, 0
        for cel, small in zip(with_detail(plain, 3).cels, plain.cels, strict=True):
            kept = logits[at : at + small.channels]
            assert np.median(np.abs(kept - wanted[from_ : from_ + small.channels])) < 5e-3, "but for what is tidied"
            assert not logits[at + small.channels : at + cel.channels].any(), "detail is 1 everywhere"
            at, from_ = at + cel.channels, from_ + small.channels


def test_gradients_reach_every_part_through_a_pose(base: Path) -> None:
    manifest, _, networks = bundle_networks(base, 1)
    for network in networks.values():
        choose_weights(network, everything=False)
    scene = make_scene(manifest, Shot(random_look(load_generator(base), 2), {}, Pose(yaw=6, roll=2)), 0.5)
    paint_scene(scene, scene_logits(networks, scene)).square().sum().backward()
    for name, network in networks.items():
        moving = {key for key, weight in network.named_parameters() if weight.requires_grad}
        reached = {key for key, weight in network.named_parameters() if weight.grad is not None and weight.grad.any()}
        assert moving and reached == moving, name
        assert not any(key.startswith("mapping") for key in moving)
