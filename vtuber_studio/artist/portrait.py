"""From values to coverage: draws parts, and draws random personas from the priors."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

import numpy as np

from vtuber_studio.artist import schema
from vtuber_studio.artist.brush import Coverage, Sheet
from vtuber_studio.core.attribute import Attribute, Value, Values, defaults


def draw_part(name: str, values: Values, z: np.ndarray, scale: float = 1.0) -> dict[str, Coverage]:
    """Coverage of every cel of part ``name`` over its box.

    ``values``: attributes and expression by name (missing ones take their default); ``z`` [z_dim] in about
    -2..2: variation without a name; ``scale``: pixels to the canvas unit.
    """
    row = schema.part(name)
    full = {**defaults(schema.rows_of(name)), **values}
    sheet = Sheet(row)
    if not any(full.get(key) == choice for key, choice in row.empty_when.items()):
        importlib.import_module(f"vtuber_studio.artist.parts.{name}").draw(sheet, full, np.clip(z, -2.5, 2.5))
    return sheet.coverage(scale)


def sample_values(
    name: str, rng: np.random.Generator, rows: Sequence[Attribute] | None = None, uniform: float = 0.5
) -> dict[str, Value]:
    """Values for training part ``name``: each from its prior, or (share ``uniform``) evenly over its range.

    ``rows``: what the network sees of the part; all that the artist knows when None. Never the choice for which the
    part is empty: there is nothing to learn from it. A third of the faces is at rest, a third does a little, a third
    does much: with every row drawn by itself, one mouth of sixty-four was shut.
    """
    values: dict[str, Value] = {}
    lively = (0.0, 0.2, 0.6)[int(rng.integers(3))]
    for row in schema.rows_of(name) if rows is None else rows:
        empty = schema.part(name).empty_when.get(row.name)
        even = rng.random() < (lively if row.group == "Expression" else uniform)
        if row.choices and (even or empty):
            choices = [choice for choice in row.choices if choice != empty]
            values[row.name] = choices[int(rng.integers(len(choices)))]
        elif even:
            values[row.name] = float(rng.uniform(row.low, row.high))
        else:
            values[row.name] = row.default if row.group == "Expression" else row.sample(rng)
    return values
