"""How well a reader reads: portraits of the artist that no training saw, under changes of style. Imports no torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from vtuber_studio.artist import schema
from vtuber_studio.core.attribute import Value
from vtuber_studio.core.difference import ciede2000, cielab
from vtuber_studio.core.palette import parse_hex, resolve
from vtuber_studio.core.pose import POSE_ROWS
from vtuber_studio.engine.fitting import persona
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.reading import Reading, read_look
from vtuber_studio.training.reader.augment import viewed
from vtuber_studio.training.reader.labels import POINTS, ROWS, columns
from vtuber_studio.training.reader.portraits import (
    GROUPS,
    PART_NAMES,
    RGBA,
    SIDE,
    Portrait,
    composed,
    draw_group,
    sample_pose,
)
from vtuber_studio.training.truth import FIRST_SEED, sample_expression

SEEN = 0.3  # share of a part's own area from which it counts as visible
FEWEST = 12  # portraits in which a row must be visible to have a figure
FACE = 194.0 / 512  # a face's width as a share of the canvas, at the cheeks
COLOURS = ("hair.base", "skin.base", "eye.iris", "cloth.base")
_OPEN = 0.45  # eyes that are opened less show nothing of their irises
_AT = columns()


def unseen_portrait(generator: Generator, index: int) -> tuple[Portrait, dict[str, str]]:
    """Number ``index`` of the portraits that training never sees, and its colours: a persona of the dice, posed."""
    seed = FIRST_SEED + index
    rng = np.random.default_rng(seed)
    look = persona(generator.manifest, seed)
    values: dict[str, Value] = {row.name: row.default for row in schema.ATTRIBUTES + schema.EXPRESSIONS}
    values |= {name: value for name, value in look.attributes.items() if name in values}
    values |= sample_expression(schema.EXPRESSIONS, seed)
    cels: dict[Any, Any] = {}
    for group in GROUPS:
        cels |= draw_group(group, values, rng).cels
    return composed(values, cels, look.palette, sample_pose(rng)), look.palette


def visible(portrait: Portrait) -> dict[str, bool]:
    """Which rows can be read off a portrait at all. That nothing is worn can be seen, too."""
    seen = dict(zip(PART_NAMES, portrait.seen.tolist(), strict=True))
    true = {row.name: decoded(row.name, portrait.values) for row in ROWS}
    opened = max(float(true["eye_open_left"]), float(true["eye_open_right"])) >= _OPEN
    found: dict[str, bool] = {}
    for row in ROWS:
        shown = max((seen[name] for name in row.parts), default=1.0)
        found[row.name] = shown >= SEEN or true[row.name] == "none"
        if row.parts[:1] == ("eyes",) and row.group == "Eyes":
            found[row.name] &= opened
    return found


def decoded(name: str, values: np.ndarray) -> Value:
    """A row's value among encoded ones."""
    row, own = next(row for row in ROWS if row.name == name), values[_AT[name]]
    return row.choices[int(own.argmax())] if row.choices else float(row.low + (own[0] + 1) / 2 * (row.high - row.low))


def judge(
    generator: Generator, portraits: int = 200, style: float = 1.0, report: Callable[[int], None] | None = None
) -> dict[str, Any]:
    """Figures over unseen portraits: ``choices`` accuracy a row where it is visible, ``ranges`` R2 a row of who she is,
    ``face`` of what she does, ``pose`` mean error in degrees; ``points``: median error in shares of the face's width;
    ``colours``: median CIEDE2000 of unchanged pictures. Each has a ``mean``; rows that are hardly ever visible, none.
    """
    right: dict[str, list[bool]] = {}
    pairs: dict[str, list[tuple[float, float]]] = {}
    off: dict[str, list[float]] = {}
    apart: dict[str, list[float]] = {}
    for index in range(portraits):
        portrait, palette = unseen_portrait(generator, index)
        rng = np.random.default_rng(index)
        view = viewed(portrait.picture, portrait.values, portrait.points, False, rng, style, SIDE)
        image = np.dstack([view.image, np.full(view.image.shape[:2], 255, np.uint8)])
        reading = read_look(generator, image)
        values = read_values(reading)
        for name, can in visible(portrait).items():
            own = decoded(name, view.values)
            if can and isinstance(own, str):
                right.setdefault(name, []).append(values[name] == own)
            elif can:
                pairs.setdefault(name, []).append((float(own), float(values[name])))
        wide = FACE * _scale(portrait.points, view.points) * SIDE
        for name, true in zip(POINTS, view.points * SIDE, strict=True):
            off.setdefault(name, []).append(float(np.hypot(*(true - reading.points[name]))) / wide)
        plain = read_look(generator, np.ascontiguousarray(portrait.picture[..., RGBA]))
        for name, far in colour_errors(generator, palette, plain).items():
            apart.setdefault(name, []).append(far)
        if report:
            report(index + 1)
    told = {name: len(own) for name, own in right.items()} | {name: len(own) for name, own in pairs.items()}
    fits = {name: r2(np.array(own)) for name, own in pairs.items() if told[name] >= FEWEST}
    angles = {row.name for row in POSE_ROWS}
    faces = {row.name for row in schema.EXPRESSIONS}
    return {
        "portraits": portraits,
        "choices": _with_mean({name: float(np.mean(own)) for name, own in right.items() if told[name] >= FEWEST}),
        "ranges": _with_mean({name: fit for name, fit in fits.items() if name not in faces | angles}),
        "face": _with_mean({name: fit for name, fit in fits.items() if name in faces}),
        "pose": {name: float(np.abs(np.subtract(*np.array(pairs[name]).T)).mean()) for name in pairs if name in angles},
        "points": {name: float(np.median(own)) for name, own in off.items()},
        "colours": {name: float(np.median(own)) for name, own in apart.items()},
    }


def read_values(reading: Reading) -> dict[str, Value]:
    """Every row's value of a reading, the ones at rest, too."""
    rest: dict[str, Value] = {row.name: row.default for row in ROWS}
    pose = {row.name: getattr(reading.shot.pose, row.name) for row in POSE_ROWS}
    return rest | reading.look.attributes | reading.shot.expression | pose


def colour_errors(generator: Generator, palette: dict[str, str], reading: Reading) -> dict[str, float]:
    """CIEDE2000 between colours as they are and as they were read."""
    true = resolve(generator.manifest.materials, palette)
    return {
        name: float(ciede2000(cielab(true[name][:3].astype(float)), cielab(parse_hex(own)[:3].astype(float))))
        for name in COLOURS
        if (own := reading.look.palette.get(name))
    }


def r2(pairs: np.ndarray) -> float:
    """Coefficient of determination of [n, (true, read)]."""
    true, read = pairs.T
    spread = float(((true - true.mean()) ** 2).sum())
    return 1 - float(((true - read) ** 2).sum()) / spread if spread > 1e-9 else 0.0


def _scale(before: np.ndarray, after: np.ndarray) -> float:
    """How much larger a view shows its points than the picture does."""
    spans = [float(np.hypot(*(points[:3] - points[:3].mean(0)).T).sum()) for points in (before, after)]
    return spans[1] / spans[0]


def _with_mean(figures: dict[str, float]) -> dict[str, float]:
    return {"mean": float(np.mean(list(figures.values()) or [0.0])), **figures}
