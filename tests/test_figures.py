"""Whole figures of the artist's drawings, in every pose: faults that a viewer sees at once, a test for each kind.

Two hundred figures over nothing, half as large as a picture: hair of one look, face and body of others, the head
turned, nodded and rolled as far as it goes. Each part is drawn once and meets many others: drawing takes the time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from vtuber_studio.artist import schema
from vtuber_studio.artist.brush import Coverage
from vtuber_studio.artist.parts import hair_front
from vtuber_studio.artist.portrait import draw_part
from vtuber_studio.core.attribute import Values
from vtuber_studio.core.latents import seed_z
from vtuber_studio.core.part import Cel
from vtuber_studio.core.pose import Pose
from vtuber_studio.core.sampling import random_look
from vtuber_studio.engine import warp

SCALE = 0.5  # pixels to the canvas unit
SIZE = round(512 * SCALE)
HAIRS, OTHERS, FIGURES = 28, 10, 200  # hairs have no common factor with the 27 poses
WORN = ("hair_back", "body", "face", "hair_front")  # what holds a figure together
CELS = {cel.name: cel for name in WORN for cel in schema.part(name).cels}
ANGLES = (-15.0, 0.0, 15.0)


@dataclass(frozen=True)
class Figure:
    """Coverage [256, 256] of each cel by itself as it is seen in ``pose``, and what was asked of the hair."""

    seed: int
    values: Values
    pose: Pose
    cels: Mapping[str, np.ndarray]
    deep: np.ndarray  # of the fill behind the neck alone
    core: np.ndarray  # bool: what lies well inside skull and neck in this pose

    def alpha(self, *names: str) -> np.ndarray:
        """Coverage of these cels together; of all when none is named."""
        clear = np.ones((SIZE, SIZE), np.float32)
        for name in names or tuple(self.cels):
            clear *= 1 - self.cels[name]
        return 1 - clear


def _core() -> np.ndarray:
    """[256, 256] what no pose may open, neutral: an ellipse inside the narrowest skull, the neck below it."""
    y, x = (np.mgrid[:SIZE, :SIZE] + 0.5) / SCALE
    skull = ((x - 256) / 82) ** 2 + ((y - 190) / 106) ** 2 < 1
    neck = (np.abs(x - 256) < 16) & (y > 280) & (y < 372)
    return (skull | neck).astype(np.float32)


def _drawn(name: str, seed: int) -> dict[str, Coverage]:
    look = random_look(schema.ATTRIBUTES, schema.MATERIALS, seed, rules=schema.DICE)
    return draw_part(name, look.attributes, seed_z(seed, name, schema.part(name).z_dim), SCALE)


def _seen(
    m: np.ndarray, origin: Sequence[float], cel: Cel, pose: Pose, fields: Mapping[str, warp.Field]
) -> np.ndarray:
    """[256, 256] coverage ``m`` of a box at ``origin`` (units) as the pose shows it."""
    x, y = warp.source_maps(fields[cel.rides], (0, 0, SIZE, SIZE), warp.shift(cel, pose))
    planes = np.stack([m] * 4).astype(np.float32)
    return warp.remap(planes, x - np.float32(origin[0] * SCALE), y - np.float32(origin[1] * SCALE))[3]


@pytest.fixture(scope="module")
def figures() -> list[Figure]:
    many = {name: HAIRS if name.startswith("hair") else OTHERS for name in WORN}
    drawn = {name: [_drawn(name, seed) for seed in range(many[name])] for name in WORN}
    skull, made = _core(), []
    still = Cel("core", 0, ())
    for number in range(FIGURES):
        hair, pose = number % HAIRS, Pose(*(ANGLES[number % 27 // step % 3] for step in (1, 3, 9)))
        fields = warp.fields(pose, SCALE, (0, 0, SIZE, SIZE))
        own = {"body": number % OTHERS, "face": (3 * number + number // OTHERS) % OTHERS}
        cels, deep = {}, np.zeros((SIZE, SIZE), np.float32)
        for name in WORN:
            part, coverage = schema.part(name), drawn[name][own.get(name, hair)]
            for cel in part.cels:
                m = coverage[cel.name].m
                cels[cel.name] = _seen(m.sum(0), part.box[:2], cel, pose, fields)
                if name == "hair_back":
                    deep = _seen(m[cel.materials.index("hair.deep")], part.box[:2], cel, pose, fields)
        values = random_look(schema.ATTRIBUTES, schema.MATERIALS, hair, rules=schema.DICE).attributes
        core = _seen(skull, (0, 0), still, pose, fields) > 0.999
        made.append(Figure(hair, values, pose, cels, deep, core))
    return made


def test_no_pose_opens_a_hole(figures: list[Figure]) -> None:
    for figure in figures:
        open_ = figure.core & (figure.alpha() < 0.98)
        assert not open_.any(), f"hair {figure.seed}, {figure.pose}: at {np.argwhere(open_)[0][::-1] / SCALE}"


def test_only_hair_of_the_front_shows_on_the_crown(figures: list[Figure]) -> None:
    """Neither skin nor the deep fill of the back hair looks out over it, whichever way the head turns."""
    rows = np.s_[: round(118 * SCALE)]
    above = tuple(name for name, cel in CELS.items() if cel.depth > CELS["hair_back"].depth)
    for figure in figures:
        behind = (figure.deep * (1 - figure.alpha(*above)))[rows]
        assert behind.max() < 0.1, f"the fill of hair {figure.seed} shows on the crown, {figure.pose}"
        if not hair_front.CUTS[str(figure.values["front_style"])].open:
            skin = (figure.cels["face"] * (1 - figure.alpha("fringe", "side_locks")))[rows]
            assert skin.max() < 0.1, f"skin shows on the crown of hair {figure.seed}, {figure.pose}"


def test_long_hair_is_whole_beside_the_neck(figures: list[Figure]) -> None:
    """Behind the locks of long hair there is hair, down to the shoulders: no slit shows what is behind her."""
    for figure in figures:
        if figure.values["back_style"] in ("long", "wavy", "hime"):
            slits = [box for box in _enclosed(figure.alpha()) if box[1] < 400 * SCALE]
            assert not slits, f"hair {figure.seed}, {figure.pose}: {slits[0] / SCALE}"


@pytest.mark.parametrize("cel", ["blush", "nose", "marks", "mouth_inside", "lips", "sclera"])
def test_what_is_drawn_on_a_face_stays_on_it(faces: list[dict[str, np.ndarray]], cel: str) -> None:
    """However narrow the face is and however large what is on it: beside it, it would hang in the air."""
    for number, drawn in enumerate(faces):
        beside = drawn[cel] * (1 - drawn["face"])
        assert beside.sum() < 6, f"face {number}: {beside.sum():.1f} pixels, at {np.argwhere(beside > 0.3)[:1]}"


@pytest.fixture(scope="module")
def faces() -> list[dict[str, np.ndarray]]:
    """Coverage [512, 512] of what lies on 24 faces, every other one with each slider at an end and each choice as
    likely as the others."""
    made, rng = [], np.random.default_rng(0)
    for seed in range(24):
        values = dict(random_look(schema.ATTRIBUTES, schema.MATERIALS, seed, rules=schema.DICE).attributes)
        for row in schema.ATTRIBUTES + schema.EXPRESSIONS if seed % 2 else ():
            ends = row.choices or (row.low, row.high)
            values[row.name] = ends[int(rng.integers(len(ends)))]
        cels = {}
        for name in ("face", "nose", "marks", "mouth", "eyes"):
            part = schema.part(name)
            x, y, right, bottom = part.box
            for cel, own in draw_part(name, values, seed_z(seed, name, part.z_dim)).items():
                cels[cel] = np.zeros((512, 512), np.float32)
                cels[cel][y:bottom, x:right] = own.m.sum(0)
        made.append(cels)
    return made


def test_a_fringe_is_no_window(figures: list[Figure]) -> None:
    """Clumps part toward their tips; nothing is seen through a hole with hair all around it."""
    for figure in figures:
        windows = _enclosed(figure.alpha("fringe", "side_locks"))
        assert not windows, f"hair {figure.seed}, {figure.pose}: {windows[0] / SCALE}"


def _enclosed(alpha: np.ndarray) -> list[np.ndarray]:
    """(x, y, width, height, pixels) of each place with coverage all around it, but for single pixels."""
    _, _, boxes, _ = cv2.connectedComponentsWithStats((alpha < 0.5).astype(np.uint8), connectivity=4)
    return [
        box
        for box in boxes[1:]
        if box[0] > 0 and box[0] + box[2] < SIZE and box[1] > 0 and box[1] + box[3] < SIZE and box[4] > 4
    ]
