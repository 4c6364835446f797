"""Teaching a direction from looks that are marked as more or less of something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from vtuber_studio.core.attribute import Attribute, truncate
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.kept import MAX_NAME, TaughtDirection
from vtuber_studio.core.look import Look
from vtuber_studio.core.mixing import seen_palette, seen_value, seen_z
from vtuber_studio.core.moves import COLOUR, deviation
from vtuber_studio.core.palette import oklab
from vtuber_studio.core.part import Material, Part

MOST = 200  # looks that one direction is taught with
RIDGES = (10.0, 3.0, 1.0, 0.3, 0.1, 0.01)  # strengths that are tried, in mean squared lengths of the looks
SHARPNESS = (0.0, 1.0, 2.0, 4.0, 8.0)  # powers of an axis's correlation that are tried
_DIMMED = {"attribute": 1.0, "colour": 0.9, "z": 0.5}  # how soon an axis is believed: what has a name sooner
_LEAST = 0.05  # of the longest component: shorter ones are left out


class Axis(NamedTuple):
    """One number of the encoding: which value of a look it is, and by what it is divided."""

    kind: str  # a key of _DIMMED
    name: str  # attribute, material or part
    at: int  # which of its numbers
    deviation: float


def axes(
    rows: Sequence[Attribute], materials: Sequence[Material], parts: Sequence[Part]
) -> tuple[Axis, ...]:
    """What a look is encoded by: its ranges, its own colours in OKLab, its parts' z. Choices do not blend, hence are
    left out; so are amounts along a part's principal directions, which have no meaning from generator to generator."""
    ranges = [Axis("attribute", row.name, 0, deviation(row)) for row in rows if not row.choices]
    colours = [Axis("colour", row.name, at, COLOUR) for row in materials if row.colour for at in range(3)]
    offsets = [Axis("z", part.name, at, 1.0) for part in parts for at in range(part.z_dim)]
    return (*ranges, *colours, *offsets)


def encoded(
    look: Look, rows: Sequence[Attribute], materials: Sequence[Material], parts: Sequence[Part]
) -> np.ndarray:
    """float64 [D], one number for each of ``axes``, in standard deviations of the dice: as it is seen, mixes blended
    in. Regions do not count."""
    values = [truncate(row, seen_value(row, look), look.truncation_psi) for row in rows if not row.choices]
    seen = seen_palette(tuple(materials), parts, look)
    colours = [oklab(seen[row.name][:3].astype(float)) for row in materials if row.colour and row.name in seen]
    offsets = [seen_z(look, part) for part in parts]
    numbers = np.concatenate([np.asarray(values, float), *colours, *offsets])
    return numbers / [axis.deviation for axis in axes(rows, materials, parts)]


def teach(
    name: str,
    more: Sequence[Look],
    less: Sequence[Look],
    rows: Sequence[Attribute],
    materials: Sequence[Material],
    parts: Sequence[Part],
    keep: Sequence[str] = (),
) -> TaughtDirection:
    """The direction from the looks that are ``less`` of something to those that are ``more``.

    Amount 1 goes from half way between them to the middle of those that are more. ``right`` of ``marked`` looks were
    put on the right side by a fit without them. StudioError without looks of both kinds, or when nothing that a slider
    could move tells them apart.
    """
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME:
        raise StudioError("A slider needs a name.", f"Give one of at most {MAX_NAME} characters, for example: sweeter.")
    if not more or not less:
        raise StudioError("A slider is taught by looks of both kinds.", "Mark some as more and some as less.")
    if len(more) + len(less) > MOST:
        raise StudioError(f"A slider is taught by at most {MOST} looks.", "Leave some out.")
    table = axes(rows, materials, parts)
    x = np.stack([encoded(look, rows, materials, parts) for look in (*more, *less)])
    y = np.repeat([1.0, -1.0], [len(more), len(less)])
    groups = np.cumsum([axis.kind != "colour" or axis.at == 0 for axis in table]) - 1  # a colour is one thing
    weights, right = fit(x, y, np.array([_DIMMED[axis.kind] for axis in table]), groups)
    half = (x[y > 0].mean(0) - x[y < 0].mean(0)) / 2
    pattern = _pattern(weights, half, groups)
    length = float(np.linalg.norm(pattern))
    if length < 1e-9:
        raise StudioError("Nothing that a slider could move tells these looks apart.", "Mark looks that differ more.")
    unit = pattern / length
    sizes = np.sqrt(np.bincount(groups, unit**2))
    step = np.where((sizes >= _LEAST * sizes.max())[groups], float(half @ unit) * unit, 0.0)
    return _direction(name, more[0].generator, step, table, keep, right, len(y))


def _pattern(weights: np.ndarray, half: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Where to move [D]: each group as much as it weighs, the way in which the two kinds differ.

    Weights tell looks apart, they are not what looks do (Haufe et al. 2014, "On the interpretation of weight vectors
    of linear models", section 2): skins differ in yellow most reliably, but a slider that took the yellow alone would
    paint orange, for dark skins are darker, too. What weighs against the difference does not move.
    """
    weight, size = (np.sqrt(np.bincount(groups, each**2)) for each in (weights, half))
    with_it = np.bincount(groups, weights * half) > 0
    scale = np.where(with_it & (size > 1e-9), weight / np.where(size > 1e-9, size, 1.0), 0.0)
    return half * scale[groups]


def _direction(
    name: str, generator: str, step: np.ndarray, table: Sequence[Axis], keep: Sequence[str], right: int, marked: int
) -> TaughtDirection:
    raw = [float(f"{number * axis.deviation:.5g}") for number, axis in zip(step, table, strict=True)]
    found: dict[str, dict[str, list[float]]] = {kind: {} for kind in _DIMMED}
    for axis, number in zip(table, raw, strict=True):
        found[axis.kind].setdefault(axis.name, []).append(number)
    moved = {kind: {name: numbers for name, numbers in own.items() if any(numbers)} for kind, own in found.items()}
    return TaughtDirection(
        name,
        generator,
        {name: tuple(numbers) for name, numbers in moved["z"].items()},
        {name: numbers[0] for name, numbers in moved["attribute"].items()},
        {name: (numbers[0], numbers[1], numbers[2]) for name, numbers in moved["colour"].items()},
        tuple(dict.fromkeys(keep)),
        right,
        marked,
    )


def fit(
    x: np.ndarray, y: np.ndarray, dimmed: np.ndarray | None = None, groups: np.ndarray | None = None
) -> tuple[np.ndarray, int]:
    """Weights [D] of a linear score of looks ``x`` [n, D] marked ``y`` [n] as 1 or -1, and how many of them a fit
    without them puts on the right side. Axes of one of ``groups`` [D] (0, 1, ...) are penalised alike.

    Generalised ridge regression (Hoerl and Kennard 1970, "Ridge regression", section 5: a penalty of its own for each
    axis), solved in its dual form, n x n. A plain ridge spreads over all of some 240 axes what eight looks differ in
    by chance: of 24 of the starter's looks the 4 with most and the 4 with least of one attribute lead it to a cosine
    of 0.31 to that attribute (median of 40 trials). So an axis is penalised less the more it correlates with the marks
    by itself, by a power of that correlation (Zou 2006, "The adaptive lasso", section 3, with the marginal
    correlations of Fan and Lv 2008, "Sure independence screening", as its weights): 0.997. Power and strength are the
    pair with the least squared error when each look is left out in turn (Stone 1974, "Cross-validatory choice");
    correlations are computed anew without it. Both kinds count the same, however many there are of each.
    """
    dimmed = np.ones(x.shape[1]) if dimmed is None else dimmed
    groups = np.arange(x.shape[1]) if groups is None else groups
    best = (np.inf, 0.0, 0, 0)
    for power in SHARPNESS:
        scores = np.stack([_left_out(x, y, k, power, dimmed, groups) for k in range(len(y))], axis=1)
        for index, errors in enumerate(np.mean((scores - y) ** 2, axis=1)):  # of equals the first, the least sharp
            if errors < best[0] - 1e-9:
                best = float(errors), power, index, int(np.sum(scores[index] * y > 1e-9))
    _, power, index, right = best
    return _ridge(x, y, power, dimmed, groups)[0][index], right


def _left_out(
    x: np.ndarray, y: np.ndarray, k: int, power: float, dimmed: np.ndarray, groups: np.ndarray
) -> np.ndarray:
    """The scores [RIDGES] of look ``k`` by fits to the others; 0 when they are all of one kind."""
    others = np.arange(len(y)) != k
    if len(set(y[others])) < 2:
        return np.zeros(len(RIDGES))
    weights, middle = _ridge(x[others], y[others], power, dimmed, groups)
    return np.asarray(weights @ (x[k] - middle))


def _ridge(
    x: np.ndarray, y: np.ndarray, power: float, dimmed: np.ndarray, groups: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Weights [RIDGES, D], and the point [D] half way between the two kinds, where the score is 0."""
    share = np.where(y > 0, 0.5 / np.sum(y > 0), 0.5 / np.sum(y < 0))
    middle = share @ x
    root = np.sqrt(share)
    looks, marks = (x - middle) * root[:, None], y * root
    lengths = np.linalg.norm(looks, axis=0) * np.linalg.norm(marks)
    alike = np.abs(marks @ looks) / np.where(lengths > 1e-9, lengths, np.inf)
    most = np.zeros(groups.max() + 1)
    np.maximum.at(most, groups, dimmed * alike)
    believed = most[groups] ** power
    looks = looks * believed
    gram = looks @ looks.T
    mean = max(float(np.trace(gram)) / len(y), 1e-12)
    shrunk = gram + mean * np.multiply.outer(RIDGES, np.eye(len(y)))  # solved: eigenvectors keep all cores busy waiting
    duals = np.linalg.solve(shrunk, np.repeat(marks[None, :, None], len(RIDGES), 0))[..., 0]
    return believed * (duals @ looks), middle
