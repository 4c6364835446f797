"""A generator made of formulas: discs and boxes instead of a face, in a millisecond, behind the real protocol."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.fit import complete_look, default_look
from vtuber_studio.core.look import Look
from vtuber_studio.core.part import Cel, Material, Part
from vtuber_studio.core.rules import Rules, Trait
from vtuber_studio.engine.bundle import BundlePart, File, Input, Manifest, Shadow, inputs_of
from vtuber_studio.engine.generator import principal_directions

FILE = File("none.onnx", "0" * 64)
W_DIM = 16
Z_AT = 12  # where z begins in w
A = Attribute

MATERIALS = (
    Material("skin.base", "Skin", "skin", "#f0c8b0"),
    Material("skin.shade", "Skin shade", "skin", source="skin.base", rule="warm_shade"),
    Material("hair.base", "Hair", "hair", "#4060c0"),
    Material("hair.tip", "Hair tips", "hair", "#c06080"),
    Material("eye.white", "White", "eye", "#ffffff"),
    Material("eye.iris", "Iris", "eye", "#208040"),
    Material("face.blush", "Blush", "skin", "#ff808080"),
    Material("deco.base", "Hat", "accessories", "#d04040"),
)

PARTS = (
    Part("face", "Face", (128, 128, 384, 384), (64, 64),
         (Cel("face", 30, ("skin.base",), 0.1), Cel("blush", 36, ("face.blush",), 0.4, soft=True)), z_dim=4),
    Part("eyes", "Eyes", (160, 192, 352, 288), (96, 192),
         (Cel("sclera", 50, ("eye.white",), 0.5), Cel("iris", 51, ("eye.iris",), 0.55, clip="sclera")), z_dim=4),
    Part("hair_front", "Front hair", (128, 64, 384, 256), (96, 128),
         (Cel("fringe", 70, ("hair.base",), 0.5, ramp={"hair.base": "hair.tip"}),), z_dim=4),
    Part("headwear", "Headwear", (192, 16, 320, 144), (64, 64), (Cel("headwear", 80, ("deco.base",), 0.4),), z_dim=2,
         empty_when={"headwear": "none"}),
)  # fmt: skip

ATTRIBUTES = (
    A("face_width", "Face width", "Face", ("face",)),
    A("eye_size", "Eye size", "Eyes", ("eyes",)),
    A("iris_size", "Iris size", "Eyes", ("eyes",), prior=(0.0, 0.4)),
    A("front_style", "Front hair", "Hair", ("hair_front",), choices=("round", "square"), default="round"),
    A("fringe_length", "Fringe", "Hair", ("hair_front",)),
    A("headwear", "Headwear", "Accessories", ("headwear",), choices=("none", "hat"), default="none"),
)
EXPRESSIONS = (
    A("eye_open_left", "Left eye", "Expression", ("eyes",), low=0, high=1, default=1.0),
    A("eye_open_right", "Right eye", "Expression", ("eyes",), low=0, high=1, default=1.0),
    A("mouth_open", "Mouth", "Expression", ("face",), low=0, high=1, default=0.0),
    A("blush", "Blush", "Expression", ("face",), low=0, high=1, default=0.2),
)


def _inputs(part: str) -> tuple[Input, ...]:
    return inputs_of([row for row in ATTRIBUTES + EXPRESSIONS if part in row.parts])


DICE = Rules(
    traits=(Trait("youth", {"eye_size": 0.2}),),
    roles={"skin.base": "skin", "hair.base": "hair", "hair.tip": "tip", "eye.iris": "iris", "deco.base": "ornament"},
)


def fake_manifest() -> Manifest:
    """Tables of the fake."""
    parts = tuple(BundlePart(part, 1, W_DIM, FILE, FILE, _inputs(part.name)) for part in PARTS)
    return Manifest(
        "Fake", "CC0-1.0", ATTRIBUTES, EXPRESSIONS, MATERIALS, parts, shadow=Shadow(("fringe",), ("face",)), dice=DICE,
        id="fake",
    )  # fmt: skip


DEFAULT = default_look(ATTRIBUTES, MATERIALS, "fake")  # what a window with the fake starts with


def whole(look: Look) -> Look:
    """The look with every value of the fake's tables, as it is when it comes from a file."""
    return complete_look(look, ATTRIBUTES, MATERIALS)


class FakeGenerator:
    """ws are the encoded values and z themselves, padded; logits are distances to shapes that they move."""

    def __init__(self) -> None:
        self.manifest = fake_manifest()
        self.folder = Path("fake")
        self.calls: list[str] = []  # parts whose synthesis ran, in order

    def map(self, part: str, c: np.ndarray, z: np.ndarray) -> np.ndarray:
        """[n, 1, W_DIM]."""
        ws = np.zeros((len(c), 1, W_DIM), np.float32)
        ws[:, 0, : c.shape[1]] = c
        ws[:, 0, Z_AT : Z_AT + z.shape[1]] = z
        return ws

    def synthesize(self, part: str, ws: np.ndarray) -> np.ndarray:
        """[n, channels, h, w]."""
        self.calls.append(part)
        row = next(row for row in PARTS if row.name == part)
        return np.stack([np.stack(_draw(row, w[0])) for w in ws]).astype(np.float32)

    def directions(self, part: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(w_avg, axes, standard deviations)."""
        return principal_directions(self, part)

    def ask(self, role: str, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        """It has no other networks."""
        raise StudioError(f"This generator has no {role}.")


def _draw(row: Part, w: np.ndarray) -> list[np.ndarray]:
    x0, y0, x1, y1 = row.box
    height, width = row.logits
    ys, xs = np.mgrid[0:height, 0:width]
    x, y = x0 + (xs + 0.5) * (x1 - x0) / width, y0 + (ys + 0.5) * (y1 - y0) / height
    jitter = 2.0 * w[Z_AT]
    nothing = np.zeros((height, width))

    def disc(cx: float, cy: float, rx: float, ry: float) -> np.ndarray:
        return 24 * (1 - np.hypot((x - cx) / max(rx, 0.5), (y - cy) / max(ry, 0.5)))

    if row.name == "face":  # c: face_width, mouth_open, blush
        blush = disc(256, 310, 50, 16 + 6 * w[1]) - 8 + 5 * (w[2] + 1)
        return [nothing, disc(256 + jitter, 256, 90 + 14 * w[0], 110), blush]
    if row.name == "eyes":  # eye_size, iris_size, open left, open right
        size, iris = 18 + 5 * w[0], 9 + 3 * w[1]
        left = disc(304 + jitter, 240, size, size * (w[2] + 1) / 2)
        right = disc(208 + jitter, 240, size, size * (w[3] + 1) / 2)
        irises = np.maximum(disc(304, 240, iris, iris), disc(208, 240, iris, iris))
        return [nothing, np.maximum(left, right), nothing, irises]
    if row.name == "hair_front":  # one-hot style, fringe_length
        low = 170 + 14 * w[2] + jitter
        cap = disc(256, 160, 100, 75) if w[0] > w[1] else 0.3 * (95 - np.abs(x - 256))
        return [nothing, np.minimum(cap, 0.5 * (low - y)), (y - 150) / 10]
    return [nothing, disc(256, 80 + jitter, 46, 40)]
