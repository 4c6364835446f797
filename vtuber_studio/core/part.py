"""Parts, cels and materials: what a figure is made of. These rows stand in the artist's schema and in a
bundle's manifest alike; names are stable, projects refer to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from vtuber_studio.core.attribute import Attribute

Blend = Literal["normal", "multiply", "add"]
Ramp = Literal[
    "base", "shade", "line", "light", "deep", "tip", "same", "warm_shade", "warm_line",
    "iris_top", "iris_rim", "iris_glow", "iris_spark", "pupil", "brow",
]  # fmt: skip


class Material(msgspec.Struct, frozen=True, omit_defaults=True):
    """One paint, named once for the whole figure (``hair.base``).

    A base has a ``colour`` of its own; any other derives from material ``source`` by ``rule`` until it is set.
    """

    name: str
    label: str
    group: str  # palette group: skin, hair, eye, mouth, clothes, ...
    colour: str = ""  # "#rrggbb" or "#rrggbbaa"; empty when derived
    source: str = ""
    rule: Ramp = "base"


class Cel(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is stacked: one softmax over ``nothing`` + materials (hard), or one sigmoid coverage (soft)."""

    name: str
    depth: float  # stacking order over the whole figure, back to front
    materials: tuple[str, ...]  # without "nothing"; a soft cel has exactly one
    parallax: float = (
        0.0  # nearness used by pose warps: 0 = head's axis, 1 = tip of the nose, negative = behind
    )
    blend: Blend = "normal"
    soft: bool = False
    clip: str = ""  # a cel of the same part whose alpha cuts this one (iris by sclera)
    ramp: dict[str, str] = {}  # material -> material at t = 1 (hair.base -> hair.tip); empty: no t map
    rides: Literal["head", "body"] = "head"  # what moves it when the pose changes
    detail: Literal[0, 1, 3] = 0  # maps by which its colours are multiplied: none, of luminance, of R, G and B

    @property
    def channels(self) -> int:
        """Logit channels: [nothing, *materials] (+ t, when it has a ramp), one for a soft cel; then those of detail."""
        return self.detail + (1 if self.soft else 1 + len(self.materials) + bool(self.ramp))


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is edited: one network, one crop box."""

    name: str
    label: str
    box: tuple[int, int, int, int]  # x0, y0, x1, y1 in canvas units
    logits: tuple[int, int]  # height, width of the network's output, multiples of 16
    cels: tuple[Cel, ...]
    z_dim: int = 8
    empty_when: dict[
        str, str
    ] = {}  # attribute -> choice for which nothing is painted (the network is not run)

    @property
    def channels(self) -> int:
        """Channels of the network's output: the cels' channels in the order of ``cels``."""
        return sum(cel.channels for cel in self.cels)


def structure(part: Part, rows: Sequence[Attribute]) -> list[Any]:
    """What a network of ``part`` sees and paints, as plain values: inputs in order, places, channels. Words, defaults,
    priors and depths do not count: they may change without anything to learn."""
    seen = [[row.name, row.low, row.high, *row.choices] for row in rows]
    cels = [[cel.name, cel.soft, [*cel.materials], [[*pair] for pair in cel.ramp.items()]] for cel in part.cels]
    for cel, own in zip(part.cels, cels, strict=True):
        own += [cel.detail] if cel.detail else []
    return [part.name, [*part.box], [*part.logits], part.z_dim, seen, cels]
