"""What the dice know beyond priors: a table that comes with the generator (its artist writes it), never with the code.

Names that a generator does not have are passed over, so one table serves a generator with fewer rows, too.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from vtuber_studio.core.attribute import Value


class Trait(msgspec.Struct, frozen=True):
    """A hidden trait: one standard normal number a persona, which pulls several ranges together a little."""

    name: str
    pulls: dict[str, float]  # attribute -> what a trait of 1 adds to it


class Exclusion(msgspec.Struct, frozen=True):
    """Choices that do not go together: where all of ``when`` is so, ``then`` is set."""

    when: dict[str, str]
    then: dict[str, str]


class Tint(msgspec.Struct, frozen=True, omit_defaults=True):
    """A material that takes one of a few colours, always or where all of ``when`` is so."""

    material: str
    colours: tuple[str, ...]  # "#rrggbb", equally likely
    when: dict[str, str] = {}


class Rules(msgspec.Struct, frozen=True, omit_defaults=True):
    """All of them. ``roles``: material -> its role in ``sampling.harmony`` (skin, hair, iris, ...)."""

    traits: tuple[Trait, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    tints: tuple[Tint, ...] = ()
    roles: dict[str, str] = {}


def holds(when: Mapping[str, str], values: Mapping[str, Value]) -> bool:
    """True where every attribute of ``when`` has the choice it names."""
    return all(values.get(name) == choice for name, choice in when.items())


STARTER = Rules(
    traits=(  # together they make a face look younger (+) or more grown up (-), or the hair fuller
        Trait("youth", {
            "eye_size": 0.22, "iris_size": 0.2, "chin": -0.22, "jaw": -0.15,
            "face_width": 0.12, "mouth_width": -0.12, "neck": -0.2, "shoulders": -0.2,
        }),
        Trait("fluff", {"hair_volume": 0.2, "hair_length": 0.18, "side_locks": 0.1, "curl": 0.06}),
    ),
    exclusions=(Exclusion({"headwear": "beret"}, {"ears": "none"}),),  # it would sit on them
    tints=(
        Tint("frame.base", ("#3b3440", "#5a4038", "#2c3550", "#8a3345", "#b08a4a")),
        Tint("ear.base", ("#3b333d", "#5b4640", "#d9c9ad", "#7b3a44"), {"ears": "horns"}),
    ),
    roles={
        "skin.base": "skin", "face.blush": "blush", "face.mark": "mark",
        "mouth.lip": "lip", "mouth.line": "mouth_line", "mouth.inside": "mouth", "mouth.tongue": "tongue",
        "hair.base": "hair", "hair.tip": "tip", "eye.iris": "iris", "eye.lash": "lash",
        "cloth.base": "garment", "trim.base": "trim", "accent.base": "accent",
        "deco.base": "ornament", "deco.accent": "gem", "ear.inner": "inner_ear",
    },
)  # fmt: skip
