"""What is read from so near that nothing else is seen: an eye with its brow, the mouth with the nose. Each is read by a
small network of its own (``Manifest.networks``), and what it says counts, not what the reader of the whole says: shown
three quarters as many pictures it knew the shape of a brow in 80 of 100 instead of 39.

Both eyes are shown to one network, the left one in the mirror.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.manifest import Input, Manifest, Network
from vtuber_studio.engine.views import Levels, Square, pictures, unit

DETAIL = 64  # pixels a side
CLOSE = 1.075  # side in distances between the eyes
ABOVE = {"eye_right": 0.08, "eye_left": 0.08, "mouth": 0.12}  # of the side: so far the middle lies above the point
MIRRORED = frozenset({"eye_left"})
ROLES = ("reader_eye", "reader_mouth")
_ZOOMS = (0.95, 1.0, 1.05)


class Told(NamedTuple):
    """A row's answers [k, its numbers], as encoded, and the logarithms of their standard deviations [k]: none for
    choices."""

    row: Input
    values: np.ndarray
    spread: np.ndarray | None


def detail_networks(manifest: Manifest) -> dict[str, Network]:
    """Role -> network, of those that this program can ask."""
    return {role: manifest.networks[role] for role in ROLES if role in manifest.networks and _sound(manifest, role)}


def _sound(manifest: Manifest, role: str) -> bool:
    network = manifest.networks[role]
    names = {row.name for row in network.rows}
    told = {"at", "turned", "swapped"} <= network.names.keys()
    return (
        told
        and network.inputs == {"picture": (3, DETAIL, DETAIL)}
        and set(network.names["at"]) <= ABOVE.keys()
        and names.issuperset(network.names["turned"])
        and len(network.names["swapped"]) in (0, 2)
        and names.issuperset(network.names["swapped"][:1])
        and network.outputs.get("values") == (sum(row.size for row in network.rows),)
        and network.outputs.get("spread") == (sum(not row.choices for row in network.rows),)
    )


def place(points: np.ndarray, at: int, name: str) -> Square:
    """The square around point number ``at``, called ``name``, of a face with these ``points`` [P, 2]."""
    side = CLOSE * unit(points)
    return points[at] - [0.0, ABOVE[name] * side], side


def read_details(
    generator: Generator, networks: dict[str, Network], flat: Levels, points: dict[str, np.ndarray]
) -> dict[str, Told]:
    """What the networks say of a picture ``on_paper`` whose ``points`` (each [2], in pixels) were found, by row."""
    found: dict[str, Told] = {}
    known = np.stack([points[name] for name in points])
    order = list(points)
    for role, network in networks.items():
        at = [name for name in network.names["at"] if name in points]
        if not at:
            continue
        squares = [place(known, order.index(name), name) for name in at]
        crops = pictures(flat, [(centre, zoom * side) for centre, side in squares for zoom in _ZOOMS], DETAIL)
        flipped = np.repeat([name in MIRRORED for name in at], len(_ZOOMS))
        crops[flipped] = crops[flipped][..., ::-1]
        answers = generator.ask(role, picture=crops)
        found |= _sorted(network, answers["values"], answers["spread"], flipped)
    return found


def _sorted(network: Network, values: np.ndarray, spread: np.ndarray, flipped: np.ndarray) -> dict[str, Told]:
    """Answers [n, V], [n, R] by row; what is mirrored is turned back, and what each side has of its own is its own."""
    found: dict[str, Told] = {}
    own, other = network.names["swapped"] or ("", "")
    at = ranges = 0
    for row in network.rows:
        told = values[:, at : at + row.size].astype(float)
        if row.name in network.names["turned"]:
            told[flipped] *= -1
        wide = None if row.choices else spread[:, ranges].astype(float)
        sides = {own: ~flipped, other: flipped} if row.name == own else {row.name: np.ones(len(flipped), bool)}
        for name, which in sides.items():
            found[name] = Told(row, told[which], None if wide is None else wide[which])
        ranges += wide is not None
        at += row.size
    return found
