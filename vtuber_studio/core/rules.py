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
