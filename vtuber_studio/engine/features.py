"""Pictures as numbers, by which sets of them are compared: the answers of a generator's reader."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vtuber_studio.core.attribute import Value
from vtuber_studio.engine.details import detail_networks, read_details
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.manifest import Manifest, Network, manifest_of
from vtuber_studio.engine.reading import asked, reader_of
from vtuber_studio.engine.views import NEAR, WHOLE, on_paper, square

_POINTS = ("eye_right", "eye_left", "mouth")
_FACE = np.array([[204.0, 232.0], [308.0, 232.0], [256.0, 297.0]])  # canvas units: eyes and mouth, the head upright


def features(generator: Generator, images: Sequence[np.ndarray]) -> np.ndarray:
    """float32 [n, V] of pictures of the canvas [S, S, 4]: what the reader answers to each row, in the view that it
    learned it in (or its detail networks, where one reads the row): a share of 1 for each of its choices, -1..1 for a
    range. StudioError without a reader; figures of two ``features_digest`` do not compare."""
    manifest = manifest_of(generator)
    reader, details = reader_of(manifest), detail_networks(manifest)
    found = []
    for image in images:
        face, flat = _FACE * image.shape[0] / 512, on_paper(image)
        whole, near = asked(generator, flat, [square(face, WHOLE), square(face, NEAR)])["values"]
        told = read_details(generator, details, flat, dict(zip(_POINTS, face, strict=True)))
        at, own = 0, []
        for row in reader.rows:
            seen = (near if row.name in reader.names["near"] else whole)[None, at : at + row.size].astype(np.float64)
            seen = told[row.name].values if row.name in told else seen
            share = np.exp(seen - seen.max(1, keepdims=True)) if row.choices else np.clip(seen, -1, 1)
            own.append((share / share.sum(1, keepdims=True) if row.choices else share).mean(0))
            at += row.size
        found.append(np.concatenate(own))
    return np.stack(found).astype(np.float32)


def features_digest(manifest: Manifest) -> str:
    """What two figures of features must share to be compared: which networks they are of."""
    networks = [reader_of(manifest), *detail_networks(manifest).values()]
    return "+".join(network.file.sha256[:12] for network in networks)


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
