"""The bust: every outfit follows the sliders, and no pose opens a hole or brings skin out beside the clothes."""

from __future__ import annotations

import zlib
from itertools import product

import cv2
import numpy as np
import pytest

from vtuber_studio.artist import schema
from vtuber_studio.artist.portrait import draw_part
from vtuber_studio.core.attribute import Value, find
from vtuber_studio.core.pose import Pose
from vtuber_studio.engine import warp

SCALE, SIZE = 0.5, 256
OUTFITS = find(schema.ATTRIBUTES, "clothes").choices
SLIDERS = ("shoulders", "neck", "collar", "build")
POSES = (Pose(yaw=15, roll=15), Pose(yaw=-15, pitch=-15, roll=-15, sway=8), Pose(pitch=15, roll=-15))
CORNERS = ((-1, -1, 1, -1), (1, 1, -1, 1), (-1, 1, 1, 1), (1, -1, -1, -1))


def _drawn(outfit: str, z: np.ndarray | None = None, **values: Value) -> np.ndarray:
    """Coverage [K, h, w] of all cels."""
    z = np.zeros(schema.part("body").z_dim) if z is None else z
    cels = draw_part("body", {"clothes": outfit, **values}, z, SCALE)
    return np.concatenate([cel.m for cel in cels.values()])


def _posed(values: dict[str, Value], z: np.ndarray, pose: Pose) -> tuple[np.ndarray, np.ndarray]:
    """Body under a bald head: alpha [h, w], and where the skin of the body is what is seen."""
    fields = warp.fields(pose, SCALE, (0, 0, SIZE, SIZE))
    seen = []
    for part in (schema.part("body"), schema.part("face")):
        cels = draw_part(part.name, values, z[: part.z_dim], SCALE)
        x0, y0, x1, y1 = (int(edge * SCALE) for edge in part.box)
        for cel in part.cels:
            if cel.soft:
                continue
            planes = np.zeros((4, SIZE, SIZE), np.float32)
            planes[3, y0:y1, x0:x1] = cels[cel.name].m.sum(0)
            maps = warp.source_maps(fields[cel.rides], (0, 0, SIZE, SIZE), warp.shift(cel, pose))
            seen.append((cel.depth, cel.name, warp.remap(planes, *maps)[3]))
    alpha, skin = np.zeros((SIZE, SIZE)), np.zeros((SIZE, SIZE), bool)
    for _, name, own in sorted(seen, key=lambda layer: layer[0]):
        alpha = own + alpha * (1 - own)
        skin = np.where(own > 0.5, name == "neck", skin)
    return alpha, skin


@pytest.mark.parametrize("outfit", OUTFITS)
def test_no_pose_opens_a_hole_or_brings_skin_out(outfit: str) -> None:
    rng = np.random.default_rng(zlib.crc32(outfit.encode()))
    for corner, pose in product(CORNERS, POSES):
        values: dict[str, Value] = {"clothes": outfit, "ear_shape": "hidden", "jaw": -1.0, "chin": float(corner[0])}
        values |= {name: float(end) for name, end in zip(SLIDERS, corner, strict=True)}
        alpha, skin = _posed(values, 2.5 * rng.choice([-1.0, 1.0], 16), pose)
        count, labels = cv2.connectedComponents((alpha < 0.5).astype(np.uint8), connectivity=8)
        outside = {*labels[0], *labels[-1], *labels[:, 0], *labels[:, -1]}
        assert all(label in outside for label in range(count)), f"a hole at {values} {pose}"
        if outfit == "off_shoulder":
            continue
        assert not skin[:, : 128 - 39].any() and not skin[:, 128 + 39 :].any(), f"skin on a shoulder at {values}"
        for y in range(196, 250):  # below the root of the neck both edges of the figure are cloth
            across = np.flatnonzero(alpha[y] > 0.5)
            assert not skin[y, across[0] + 1] and not skin[y, across[-1] - 1], f"skin beside the clothes at {values}"


@pytest.mark.parametrize("outfit", OUTFITS)
def test_every_outfit_follows_every_slider(outfit: str) -> None:
    for slider in SLIDERS:
        low, high, near = (_drawn(outfit, **{slider: at}) for at in (-1.0, 1.0, 0.99))
        painted = ((low.sum(0) > 0) | (high.sum(0) > 0)).sum()
        assert (np.abs(low - high).max(0) > 0.1).sum() >= 0.02 * painted, slider
        assert np.abs(near - high).max(0).sum() < 0.03 * painted, f"{slider} jumps"


@pytest.mark.parametrize("outfit", OUTFITS)
def test_every_outfit_ends_within_its_box_or_at_the_canvas(outfit: str) -> None:
    """Beside the arms nothing is cut; above, only the neck goes on under the face; below, the canvas ends."""
    rng = np.random.default_rng(zlib.crc32(outfit.encode()))
    for corner in CORNERS:
        drawn = draw_part(
            "body",
            {"clothes": outfit, **{name: float(end) for name, end in zip(SLIDERS, corner, strict=True)}},
            2.5 * rng.choice([-1.0, 1.0], schema.part("body").z_dim),
            SCALE,
        )
        for name, cel in drawn.items():
            alpha = cel.m.sum(0)
            assert max(alpha[:, :8].max(), alpha[:, -8:].max()) == 0, f"{name} is cut at {corner}"
            assert name == "neck" or alpha[:4].max() == 0, f"{name} is cut above at {corner}"
        assert drawn["clothes"].m.sum(0)[-1].max() > 0.99
