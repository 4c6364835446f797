"""Ears and headwear: every kind moves with its sliders, stays inside its box and is rooted in every head of hair."""

from __future__ import annotations

from itertools import product

import cv2
import numpy as np
import pytest

from vtuber_studio.artist import schema
from vtuber_studio.artist.portrait import draw_part
from vtuber_studio.core.attribute import Value

SCALE = 0.5
KINDS = [
    (row.name, kind)
    for row in schema.ATTRIBUTES
    if row.name in ("ears", "headwear")
    for kind in row.choices
    if kind != "none"
]


def _sliders(part: str) -> list[str]:
    return [row.name for row in schema.rows_of(part) if not row.choices]


def _drawn(part: str, kind: str, z: np.ndarray | None = None, **values: Value) -> np.ndarray:
    """Coverage [K, h, w] of the part's one cel."""
    row = schema.part(part)
    z = np.zeros(row.z_dim) if z is None else z
    return draw_part(part, {part: kind, **values}, z, SCALE)[row.cels[0].name].m


@pytest.mark.parametrize(("part", "kind"), KINDS)
def test_every_kind_moves_with_its_sliders_and_never_jumps(part: str, kind: str) -> None:
    for slider in _sliders(part):
        low, high, near = (_drawn(part, kind, **{slider: at}) for at in (-1.0, 1.0, 0.99))
        painted = ((low.sum(0) > 0) | (high.sum(0) > 0)).sum()
        assert (np.abs(low - high).max(0) > 0.1).sum() >= 0.02 * painted, slider
        assert np.abs(near - high).max(0).sum() < 0.04 * painted, slider


@pytest.mark.parametrize(("part", "kind"), KINDS)
def test_extremes_of_every_kind_stay_inside_the_box(part: str, kind: str) -> None:
    """A touched border would show as a hard edge at any size."""
    rng, dim = np.random.default_rng(5), schema.part(part).z_dim
    for ends in product((-1.0, 1.0), repeat=len(_sliders(part))):
        values: dict[str, Value] = dict(zip(_sliders(part), ends, strict=True))
        for z in (np.zeros(dim), 2.5 * rng.choice([-1.0, 1.0], dim)):
            alpha = _drawn(part, kind, z, **values).sum(0)
            border = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
            assert border.max() < 0.01, f"{values} {z}"


@pytest.mark.parametrize("kind", [kind for part, kind in KINDS if part == "ears" and kind != "halo"])
def test_ears_are_rooted_in_the_flattest_hair(kind: str) -> None:
    """They end 6 units or more inside the cap, so that turning the head opens no gap."""
    hair, ears = schema.part("hair_front").box, schema.part("ears").box
    cap = draw_part("hair_front", {"hair_volume": -1.0, "front_style": "bowl"}, np.zeros(8), SCALE)["fringe"].m.sum(0)
    cap = cv2.erode((cap > 0.9).astype(np.uint8), np.ones((7, 7)))
    canvas = np.zeros((256, 256), bool)
    canvas[hair[1] // 2 : hair[3] // 2, hair[0] // 2 : hair[2] // 2] = cap > 0
    deep = canvas[ears[1] // 2 : ears[3] // 2, ears[0] // 2 : ears[2] // 2]
    for size, tilt in product((-1.0, 1.0), repeat=2):
        alpha = _drawn("ears", kind, ears_size=size, ears_tilt=tilt).sum(0) > 0.5
        count, labels = cv2.connectedComponents(alpha.astype(np.uint8))
        assert count >= 2
        for label in range(1, count):
            assert (deep & (labels == label)).sum() > 30, f"size {size}, tilt {tilt}"


@pytest.mark.parametrize("kind", ["beret", "peaked_cap", "beanie", "witch"])
def test_hats_sit_on_every_head_of_hair(kind: str) -> None:
    """No hair stands out over a hat: above its rim, what is seen of the head is the hat."""
    hair, hat = schema.part("hair_front").box, schema.part("headwear").box
    for volume, size, tilt in product((-1.0, 1.0), repeat=3):
        cap = draw_part("hair_front", {"hair_volume": volume}, np.zeros(8), SCALE)["fringe"].m.sum(0)
        canvas = np.zeros((256, 256), np.float32)
        canvas[hair[1] // 2 : hair[3] // 2, hair[0] // 2 : hair[2] // 2] = cap
        alpha = _drawn("headwear", kind, headwear_size=size, headwear_tilt=tilt).sum(0)
        seen = canvas[hat[1] // 2 : hat[3] // 2, hat[0] // 2 : hat[2] // 2]
        above = np.flip(np.maximum.accumulate(np.flip(alpha, 0), 0), 0)  # in this column there is hat at or below
        bare = (seen * (1 - alpha) * above)[: 100 // 2]
        assert bare.sum() < 6, f"volume {volume}, size {size}, tilt {tilt}: {bare.sum()}"
        assert (seen[: 84 // 2] * (1 - alpha[: 84 // 2])).sum() < 1, f"volume {volume}, size {size}, tilt {tilt}"


def test_a_microphone_keeps_off_the_cheek() -> None:
    face, worn = schema.part("face").box, schema.part("headwear").box
    skin = draw_part("face", {"face_width": 1.0}, np.zeros(8), SCALE)["face"].m.sum(0) > 0.5
    skin[:, : (256 - 88 - face[0]) // 2] = skin[:, (256 + 88 - face[0]) // 2 :] = False  # cups cover the ears
    canvas = np.zeros((256, 256), bool)
    canvas[face[1] // 2 : face[3] // 2, face[0] // 2 : face[2] // 2] = skin
    cheek = canvas[worn[1] // 2 : worn[3] // 2, worn[0] // 2 : worn[2] // 2]
    for kind in ("headphones", "ear_headphones", "headset"):
        alpha = _drawn("headwear", kind).sum(0)
        assert (alpha * cheek)[230 // 2 :].sum() < 2, kind
