"""What a direction of the whole figure moves, in words and figures, and what it is to leave alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.kept import TaughtDirection
from vtuber_studio.core.part import Material, Part

SIDES = 0.35  # of the strongest effect: what a direction moves less than that, it moves besides
LEAST = 0.1  # of the strongest effect: less is not worth a word
COLOUR = 0.1  # deviation of the dice's colours in OKLab, roughly
_TURNS = (("darker", "lighter"), ("greener", "redder"), ("bluer", "yellower"))
_NONE = (0.0, 0.0, 0.0)


class Move(NamedTuple):
    """One thing that a direction moves: ``size`` in standard deviations of the dice at amount 1."""

    name: str  # of the attribute, the material or the part: what ``keep`` names
    label: str
    way: str
    size: float

    @property
    def words(self) -> str:
        """What happens to it at amount 1."""
        return f"{self.label} {self.way}"


def kept_out(direction: TaughtDirection) -> TaughtDirection:
    """The direction projected onto the complement of what it is to keep: the axes of what is seen are the rows
    themselves, so that the projection (Shen et al. 2020, "InterFaceGAN", section 3.2, conditional manipulation) is to
    leave these rows out, and the part that is left moves none of them at all."""
    if not direction.keep:
        return direction
    keep = set(direction.keep)
    own = {
        field: {name: row for name, row in getattr(direction, field).items() if name not in keep}
        for field in ("attributes", "z", "palette")
    }
    return msgspec.structs.replace(direction, **own)


def moves(
    direction: TaughtDirection, rows: Sequence[Attribute], materials: Sequence[Material], parts: Sequence[Part]
) -> tuple[Move, ...]:
    """What the direction moves, as far as the tables have it, the strongest first; ``keep`` apart: see ``kept_out``."""
    found = []
    for row in rows:
        if not row.choices and (offset := direction.attributes.get(row.name, 0.0)):
            found.append(Move(row.name, row.label, "up" if offset > 0 else "down", abs(offset) / deviation(row)))
    for material in materials:
        shift = np.asarray(direction.palette.get(material.name, _NONE)) / COLOUR
        if material.colour and shift.any():
            most = int(np.abs(shift).argmax())
            way = _TURNS[most][int(shift[most] > 0)]
            found.append(Move(material.name, material.label, way, float(np.linalg.norm(shift))))
    for part in parts:
        if len(offsets := direction.z.get(part.name, ())) == part.z_dim and any(offsets):
            found.append(Move(part.name, part.label, "details", float(np.linalg.norm(offsets))))
    return tuple(sorted(found, key=lambda move: -move.size))


def deviation(row: Attribute) -> float:
    """Standard deviation with which the dice draw a range."""
    return float(row.prior[1]) if row.prior else (row.high - row.low) / 12**0.5


def left(direction: TaughtDirection, whole: Sequence[Move]) -> float:
    """Share of the effect that is left after what is kept, 0..1: effects are squared lengths in deviations."""
    total = sum(move.size**2 for move in whole)
    return sum(move.size**2 for move in whole if move.name not in direction.keep) / total if total else 0.0


def in_words(found: Sequence[Move]) -> tuple[list[str], list[str]]:
    """What a direction moves, and what it moves besides."""
    most = max((move.size for move in found), default=0.0)
    return (
        [move.words for move in found if move.size >= SIDES * most],
        [move.words for move in found if LEAST * most <= move.size < SIDES * most],
    )
