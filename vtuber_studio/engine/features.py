"""Pictures as numbers, by which sets of them are compared: the answers of a generator's reader."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vtuber_studio.core.attribute import Value
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.manifest import Network, manifest_of
from vtuber_studio.engine.reading import asked, reader_of
from vtuber_studio.engine.views import NEAR, WHOLE, on_paper, square

_FACE = np.array([[204.0, 232.0], [308.0, 232.0], [256.0, 297.0]])  # canvas units: eyes and mouth, the head upright


def features(generator: Generator, images: Sequence[np.ndarray]) -> np.ndarray:
    """float32 [n, V] of pictures of the canvas [S, S, 4]: what the reader answers to each row, in the view that it
    learned it in: a share of 1 for each of its choices, -1..1 for a range. StudioError without a reader; figures of
    two readers do not compare."""
    reader = reader_of(manifest_of(generator))
    found = []
    for image in images:
        face = _FACE * image.shape[0] / 512
        whole, near = asked(generator, on_paper(image), [square(face, WHOLE), square(face, NEAR)])["values"]
        own, at = np.zeros(len(whole)), 0
        for row in reader.rows:
            place = slice(at, at + row.size)
            own[place] = (near if row.name in reader.names["near"] else whole)[place]
            share = np.exp(own[place] - own[place].max()) if row.choices else np.clip(own[place], -1, 1)
            own[place] = share / share.sum() if row.choices else share
            at += row.size
        found.append(own)
    return np.stack(found).astype(np.float32)


def values_of(reader: Network, answers: np.ndarray) -> dict[str, Value]:
    """The value of each row that one picture's features [V] mean."""
    found: dict[str, Value] = {}
    at = 0
    for row in reader.rows:
        own = answers[at : at + row.size]
        middle, half = (row.low + row.high) / 2, (row.high - row.low) / 2
        found[row.name] = row.choices[int(own.argmax())] if row.choices else float(middle + half * own[0])
        at += row.size
    return found
