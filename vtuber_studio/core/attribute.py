"""One row of a table of controls, and how its values are checked, drawn and encoded.

Attributes, expressions and pose angles are all rows of this type: the window, the command line, the
artist, the networks and the tests are built from the same tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from re import fullmatch

import msgspec
import numpy as np

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.plain import described

Value = float | str
Values = Mapping[str, Value]


class Attribute(msgspec.Struct, frozen=True, omit_defaults=True):
    """A named control: a continuous range ``low..high``, or one of ``choices`` when there are any."""

    name: str
    label: str
    group: str  # heading of the panel: Face, Eyes, Brows, Mouth, Hair, Body, Accessories, Expression, Pose
    parts: tuple[str, ...] = ()  # parts whose networks see it
    low: float = -1.0
    high: float = 1.0
    default: Value = 0.0
    choices: tuple[str, ...] = ()
    prior: tuple[
        float, ...
    ] = ()  # choices: one weight each; range: (mean, standard deviation); empty: uniform
    tip: str = ""  # one sentence for tooltips and --help

    @property
    def size(self) -> int:
        """Numbers this row takes in the network's input."""
        return len(self.choices) or 1

    @property
    def mean(self) -> float:
        """Centre that ``truncation_psi`` shrinks a range toward."""
        return float(self.prior[0]) if self.prior and not self.choices else float(self.default)

    def check(self, value: object) -> Value:
        """Return ``value`` as this row's type; raise StudioError when it is not a value of this row."""
        if self.choices:
            if isinstance(value, str) and value in self.choices:
                return str(value)
            raise StudioError(
                f"{self.name} has no choice {value!r}.", f"Choose one of: {', '.join(self.choices)}."
            )
        try:
            number = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            number = float("nan")
        if isinstance(value, str) and fullmatch(r"\s*[+-]?\d*,\d+\s*", value):
            raise StudioError(
                f"{self.name}={value} has a decimal comma.", f"Write {self.name}={value.strip().replace(',', '.')}."
            )
        if not self.low <= number <= self.high:
            raise StudioError(
                f"{self.name}={value} is out of range.", f"Give a number from {self.low:g} to {self.high:g}."
            )
        return number

    def sample(self, rng: np.random.Generator) -> Value:
        """Draw a value from the prior."""
        if self.choices:
            weights = np.asarray(self.prior or [1.0] * len(self.choices), float)
            return self.choices[int(rng.choice(len(self.choices), p=weights / weights.sum()))]
        if self.prior:
            return float(np.clip(rng.normal(self.prior[0], self.prior[1]), self.low, self.high))
        return float(rng.uniform(self.low, self.high))

    def encode(self, value: Value) -> list[float]:
        """Network input: one-hot for choices (never one scalar cut into steps), else scaled to -1..1."""
        if self.choices:
            return [float(choice == value) for choice in self.choices]
        return [2.0 * (float(value) - self.low) / (self.high - self.low) - 1.0]


def find(rows: Sequence[Attribute], name: str, what: str = "attribute", *, guess: bool = True) -> Attribute:
    """The row called ``name``; StudioError with the nearest names when there is none.

    Guessing takes a quarter of a millisecond: what goes through a whole file does without.
    """
    if not isinstance(name, str):
        raise StudioError(f"{described(name)} is no {what}'s name.", "Give a text.")
    for row in rows:
        if row.name == name:
            return row
    near = get_close_matches(name, [row.name for row in rows], n=3, cutoff=0.5) if guess and len(name) <= 60 else []
    hint = f"Did you mean {' or '.join(near)}?" if near else "`vtuber-studio attributes` lists them all."
    raise StudioError(f"There is no {what} called {name[:100]!r}.", hint)


def check_all(
    rows: Sequence[Attribute], values: Mapping[str, object], what: str = "attribute"
) -> dict[str, Value]:
    """Check every value against its row; StudioError for the first that is unknown or out of range."""
    if not isinstance(values, Mapping):
        raise StudioError(
            f"{what.capitalize()} values are wanted, not {described(values)}.",
            f"Give a dictionary of names and values, for example {{{rows[0].name!r}: 0.5}}." if rows else "Give none.",
        )
    return {name: find(rows, name, what).check(value) for name, value in values.items()}


def rows_seen(part: str, *tables: Sequence[Attribute]) -> tuple[Attribute, ...]:
    """Rows that ``part``'s network sees, in the order of its input: of the attributes' table, then the expressions'."""
    return tuple(row for table in tables for row in table if part in row.parts)


def defaults(rows: Sequence[Attribute]) -> dict[str, Value]:
    """The default of every row."""
    return {row.name: row.default for row in rows}


def encode(rows: Sequence[Attribute], values: Values) -> np.ndarray:
    """Float32 vector [sum of row sizes] in row order; a missing value counts as the row's default."""
    numbers = [n for row in rows for n in row.encode(values.get(row.name, row.default))]
    return np.asarray(numbers, np.float32)


def truncate(row: Attribute, value: Value, psi: float) -> Value:
    """Shrink a range toward its mean by ``truncation_psi``; choices never shrink."""
    if row.choices or psi == 1.0:
        return value
    return row.mean + psi * (float(value) - row.mean)


def blend(row: Attribute, a: Value, b: Value, amount: float) -> Value:
    """Value between ``a`` and ``b``: ranges interpolate, choices switch at one half (they never blend)."""
    if row.choices:
        return b if amount >= 0.5 else a
    return float(a) + amount * (float(b) - float(a))
