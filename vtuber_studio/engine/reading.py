"""Reading a picture: which look would paint it? Asked of the ``reader`` of a generator; its answers are a guess with
a confidence, its colours are measured in the picture.

The reader is shown squares of the picture: where the face seems to be is found first, then the whole portrait and the
face from near are looked at, and each row is read in the view that shows it best: several times, from a little nearer
and farther and in the mirror, because the mean of what is read is nearer the truth than any one answer. Eyes, brows
and mouth are read by networks of their own where the generator has them (``details``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from vtuber_studio.core.attribute import Attribute, Value
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.fit import complete_look
from vtuber_studio.core.image import check_image
from vtuber_studio.core.look import Look
from vtuber_studio.core.pose import POSE_ROWS, Pose
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.details import Told, detail_networks, read_details
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.manifest import Input, Manifest, Network, manifest_of
from vtuber_studio.engine.read_colours import Regions, palette_of
from vtuber_studio.engine.views import (
    NEAR,
    VIEW,
    WHOLE,
    Levels,
    Square,
    crop,
    in_picture,
    on_paper,
    pictures,
    square,
    within,
)

_ROUNDS = 2  # of looking again where the face was found
_ZOOMS = (0.94, 1.0, 1.06)  # sides of the squares that are read, as they are and mirrored
_CHANCE = 0.577  # standard deviation of an even guess in -1..1
_STILL = 0.07  # share of its range by which a part of the face must move to count; degrees of the head are
_UPRIGHT = 1.5
_CLEAR = 0.6  # confidence from which a part counts as read


class Reading(msgspec.Struct, frozen=True):
    """What was read: the look, what its face does, and how sure each is, 0..1, by row and by colour. ``points``: where
    in the picture her eyes, mouth and chin are, in pixels. ``shares``: how likely each choice of a row is."""

    shot: Shot
    sure: dict[str, float]
    points: dict[str, tuple[float, float]]
    shares: dict[str, dict[str, float]] = {}

    @property
    def look(self) -> Look:
        """Who she is."""
        return self.shot.look


def read_look(generator: Generator, image: np.ndarray) -> Reading:
    """The look, expression and pose that would come nearest to a picture of one person (uint8 [H, W, 4]).

    StudioError when the generator has no reader.
    """
    check_image(image)
    manifest = manifest_of(generator)
    network = reader_of(manifest)
    flat = on_paper(image)
    points, views, answers = _sought(generator, flat)
    regions = [Regions(network.names["regions"], answers["regions"][k], crop(flat, views[k])) for k in (0, 1)]
    named = dict(zip(network.names["points"], points, strict=True))
    told = read_rows(generator, network, flat, views)
    told |= read_details(generator, detail_networks(manifest), flat, named)
    values, sure, shares = believed(told, manifest)
    shot, surer = _shot(manifest, values, sure, regions)
    return Reading(shot, {**sure, **surer}, _named(network, points), shares)


def face_points(generator: Generator, image: np.ndarray) -> dict[str, tuple[float, float]]:
    """Where eyes, mouth and chin would be in a picture, in pixels: anywhere when there is no face in it.

    StudioError when the generator has no reader.
    """
    check_image(image)
    network = reader_of(manifest_of(generator))
    return _named(network, _sought(generator, on_paper(image))[0])


def _sought(generator: Generator, flat: Levels) -> tuple[np.ndarray, list[Square], dict[str, np.ndarray]]:
    """(points [P, 2] in pixels of a picture ``on_paper``, the views of its face that were shown last, the answers)."""
    height, width = flat[0].shape[:2]
    views = [(np.array([width, height]) / 2, float(max(width, height)))]
    answers = asked(generator, flat, views)
    for _ in range(_ROUNDS):
        points = in_picture(answers["points"][-1], views[-1])
        views = [within(square(points, view), width, height) for view in (WHOLE, NEAR)]
        answers = asked(generator, flat, views)
    return in_picture(answers["points"][-1], views[-1]), views, answers


def _named(network: Network, points: np.ndarray) -> dict[str, tuple[float, float]]:
    return {name: (x, y) for name, (x, y) in zip(network.names["points"], points.tolist(), strict=True)}


def reader_of(manifest: Manifest) -> Network:
    """The generator's reader; StudioError when it has none that this program can ask."""
    network = manifest.networks.get("reader")
    if network is None:
        raise StudioError(
            f"{manifest.name} cannot read pictures.", "Choose the starter: it has learned how its own portraits look."
        )
    wanted = {"values", "spread", "points", "regions"}
    rows = {row.name for row in network.rows}
    told = {"points", "regions", "near", "turned", "swapped"} <= network.names.keys()
    if (
        not (told and wanted <= network.outputs.keys() and network.inputs == {"picture": (3, VIEW, VIEW)})
        or len(network.names["points"]) < 3
        or len(network.names["swapped"]) % 2
        or not rows.issuperset((*network.names["turned"], *network.names["swapped"]))
        or len(network.outputs["regions"]) != 3
        or network.outputs["spread"] != (sum(not row.choices for row in network.rows),)
    ):
        raise StudioError(f"The reader of {manifest.name} is of another kind.", "Update the program.")
    return network


def asked(generator: Generator, flat: Levels, views: list[Square]) -> dict[str, np.ndarray]:
    """The reader's outputs for each view of a picture ``on_paper``."""
    return generator.ask("reader", picture=pictures(flat, views))


def read_rows(generator: Generator, network: Network, flat: Levels, views: list[Square]) -> dict[str, Told]:
    """What is said of each row in the view that shows it best, as in training, seen several times; mirrored answers
    are turned back."""
    squares = [(centre, zoom * side) for centre, side in views for zoom in _ZOOMS]
    crops = pictures(flat, squares)
    answers = generator.ask("reader", picture=np.concatenate([crops, crops[..., ::-1]]))
    values, spread = answers["values"].copy(), answers["spread"]
    starts = np.cumsum([0, *(row.size for row in network.rows)])
    at = {row.name: int(start) for row, start in zip(network.rows, starts, strict=False)}
    turned = values[len(crops) :]
    for name in network.names["turned"]:
        turned[:, at[name]] *= -1
    pairs = network.names["swapped"]
    for a, b in zip(pairs[::2], pairs[1::2], strict=True):
        turned[:, [at[a], at[b]]] = turned[:, [at[b], at[a]]]
    ranges = [row.name for row in network.rows if not row.choices]
    found = {}
    for row in network.rows:
        near = row.name in network.names["near"]
        seen = np.arange(len(values)) // len(_ZOOMS) % len(views) == near  # whole, near; whole and near in the mirror
        own = values[seen, at[row.name] : at[row.name] + row.size].astype(float)
        wide = None if row.choices else spread[seen, ranges.index(row.name)].astype(float)
        found[row.name] = Told(row, own, wide)
    return found


def believed(
    told: Mapping[str, Told], manifest: Manifest | None = None
) -> tuple[dict[str, Value], dict[str, float], dict[str, dict[str, float]]]:
    """(values, confidences 0..1, how likely each choice is) by row: probabilities and means are averaged. With a
    ``manifest`` what is rare there takes more to be believed (``usual``)."""
    known = {row.name: row for row in manifest.attributes} if manifest else {}
    absent = {key for entry in manifest.parts for key in entry.part.empty_when} if manifest else set()
    found: dict[str, Value] = {}
    sure: dict[str, float] = {}
    shares: dict[str, dict[str, float]] = {}
    for name, (row, own, spread) in told.items():
        if spread is None:
            share = np.exp(own - own.max(1, keepdims=True))
            mean = (share / share.sum(1, keepdims=True)).mean(0)
            if name in known and known[name].choices == row.choices:
                mean = usual(known[name], mean, name in absent)
            best = int(mean.argmax())
            found[name], sure[name] = row.choices[best], float(mean[best])
            shares[name] = dict(zip(row.choices, mean.tolist(), strict=True))
        else:
            deviation = float(np.exp(np.clip(spread, -3.5, 1.0)).mean())
            middle = own.mean()
            if name in known and known[name].prior:
                middle = expected(known[name], float(middle), deviation)
            found[name] = _decoded(row, float(middle))
            sure[name] = float(np.clip(1 - deviation / _CHANCE, 0, 1))
    return found, sure, shares


def usual(row: Attribute, share: np.ndarray, absent: bool) -> np.ndarray:
    """Probabilities [choices] as they would be had training met each choice as often as the dice roll it, and not half
    of the time evenly, a quarter "none" where a part may be ``absent`` (Saerens et al. 2002, eq. 2.4)."""
    prior = np.array(row.prior or [1.0] * len(row.choices)) / (sum(row.prior) or len(row.choices))
    even = np.full(len(row.choices), 1 / len(row.choices))
    if absent and "none" in row.choices:
        even = 0.5 * even + 0.5 * (np.array(row.choices) == "none")
    share = share * prior / (0.5 * prior + 0.5 * even)
    return share / share.sum()


def expected(row: Attribute, mean: float, deviation: float) -> float:
    """The same for a range in -1..1: what was seen, apart from what training led to expect, together with the prior,
    all as normal distributions."""
    middle, wide = (row.prior[0] - row.low) * 2 / (row.high - row.low) - 1, row.prior[1] * 2 / (row.high - row.low)
    learned = 0.5 * middle
    spread = 0.5 * (wide**2 + middle**2) + 0.5 / 3 - learned**2
    seen = max(deviation**-2 - 1 / spread, 1e-6)
    centre = (mean * deviation**-2 - learned / spread) / seen
    return float((np.clip(centre, -1.5, 1.5) * seen + middle / wide**2) / (seen + wide**-2))


def _decoded(row: Input, number: float) -> float:
    return float(np.clip(row.low + (number + 1) / 2 * (row.high - row.low), row.low, row.high))


def verdict(manifest: Manifest, sure: Mapping[str, float]) -> tuple[list[str], list[str]]:
    """(labels of the parts that were read surely, of those that are rather guessed): by their choices, where they have
    any, else by their ranges; one that is not drawn is left out."""
    clear: list[str] = []
    vague: list[str] = []
    for entry in manifest.parts:
        rows = [row for row in manifest.attributes if entry.part.name in row.parts[:1] and row.name in sure]
        told = [sure[row.name] for row in rows if row.choices] or [sure[row.name] for row in rows]
        if told:
            (clear if float(np.mean(told)) >= _CLEAR else vague).append(entry.part.label)
    return clear, vague


# --- from answers to a shot ---------------------------------------------------------------------------------------


def _shot(
    manifest: Manifest, values: Mapping[str, Value], sure: Mapping[str, float], regions: list[Regions]
) -> tuple[Shot, dict[str, float]]:
    palette, surer = palette_of(manifest, values, regions)
    attributes = {row.name: own for row in manifest.attributes if (own := _valid(row, values)) is not None}
    rest = {row.name: float(row.default) for row in manifest.expressions if not row.choices}
    expression = {
        row.name: own
        for row in manifest.expressions
        if (own := _valid(row, values)) is not None
        and (row.choices or abs(float(own) - rest[row.name]) > _STILL * (row.high - row.low))
    }
    angles: dict[str, Any] = {}
    for row in POSE_ROWS:
        angle = _valid(row, values)
        if angle is not None and abs(float(angle)) > _UPRIGHT:
            angles[row.name] = angle
    look = Look(generator=manifest.id, attributes=attributes, palette=palette)
    return Shot(complete_look(look, manifest.attributes, manifest.materials), expression, Pose(**angles)), surer


def _valid(row: Attribute, values: Mapping[str, Value]) -> Value | None:
    """What was read of a row, as far as the generator knows it."""
    own = values.get(row.name)
    if row.choices or isinstance(own, str) or own is None:
        return own if own in row.choices else None
    return float(f"{min(max(own, row.low), row.high):.4g}")
