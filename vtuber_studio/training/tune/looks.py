"""What the untuned networks are asked, so that the tuned ones keep saying it: other looks, and those of the pictures
with something else about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from vtuber_studio.core.attribute import Value
from vtuber_studio.core.latents import Stream
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.figure import check_shot, ingredients
from vtuber_studio.engine.fitting import persona
from vtuber_studio.engine.manifest import Manifest, networks_of

_FIRST = 700_000_000  # seeds that no drawing of training and no evaluation has
_CHANGED = 0.3  # of a picture's attributes, in a look that is like it


@dataclass(frozen=True)
class Questions:
    """(c [n, c_dim], z [n, z_dim]) that a network is asked."""

    c: Tensor
    z: Tensor

    def some(self, rng: np.random.Generator, count: int) -> tuple[Tensor, Tensor]:
        """``count`` of them by chance."""
        chosen = torch.from_numpy(rng.integers(0, len(self.c), count))
        return self.c[chosen], self.z[chosen]


def questions(manifest: Manifest, pictures: Sequence[Shot], count: int, seed: int) -> dict[str, Questions]:
    """What each network is asked, over ``count`` looks: every second one is the dice's, the others are like those of
    ``pictures``, three in ten of their attributes another persona's; all with a face of their own. A network that none
    of these looks needs is left out."""
    asked: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {
        name: [] for entry in manifest.parts for name in networks_of(entry)
    }
    for number in range(count):
        for own in ingredients(manifest, check_shot(manifest, _look(manifest, pictures, number, seed))).values():
            if not own.empty:
                asked[own.network].append((own.c, own.z))
    return {
        name: Questions(*(torch.from_numpy(np.stack(side)) for side in zip(*found, strict=True)))
        for name, found in asked.items()
        if found
    }


def _look(manifest: Manifest, pictures: Sequence[Shot], number: int, seed: int) -> Shot:
    chance = Stream(_FIRST + number, f"tuned {seed}")
    other = persona(manifest, _FIRST + 10_000 * seed + number)
    rows = [row for row in manifest.expressions if not row.choices]
    face: dict[str, Value] = {row.name: chance.uniform(row.low, row.high) for row in rows if chance.uniform() < 0.5}
    if not pictures or number % 2 == 0:
        return Shot(other, face)
    own = pictures[number // 2 % len(pictures)]
    changed = {name: value for name, value in other.attributes.items() if chance.uniform() < _CHANGED}
    return Shot(own.look.set(**changed), own.expression if chance.uniform() < 0.3 else face)
