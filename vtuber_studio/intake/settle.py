"""Levenberg and Marquardt (Marquardt 1963, "An Algorithm for Least-Squares Estimation of Nonlinear Parameters") along
tangents: the movers settle where the pictures are nearest, each held to where it began as far as they say nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vtuber_studio.intake.compare import HUBER, Aim
from vtuber_studio.intake.tangent import Drawn, Tangent

_HOLD = 6.0  # pixels' worth of the mean square: what a value must explain to go one spread from where it began
_FAR = 1.6  # spreads from where the lines begin: farther they are not believed
_DAMPING = (0.03, 0.3, 3.0)
_LITTLE = 0.01  # of the loss: a step that gains less is the last one


@dataclass(frozen=True, eq=False)
class View:
    """One of the pictures that are come near to together: ``index`` says which of all values each of its movers is."""

    tangent: Tangent
    aim: Aim
    index: np.ndarray

    def drawn(self, values: np.ndarray) -> Drawn:
        """What is painted where all values are ``values``."""
        return self.tangent.drawn(values[self.index], self.aim.soft)

    def placing(self, values: np.ndarray) -> np.ndarray:
        """[3] by how much the picture is laid elsewhere."""
        own = values[self.index]
        return np.array([own[k] for k in self.tangent.placing] or [0.0, 0.0, 0.0])

    def loss(self, drawn: Drawn, values: np.ndarray) -> float:
        """Of what was drawn."""
        return self.aim.loss(drawn.picture, self.placing(values))

    def normal(self, drawn: Drawn, values: np.ndarray, spread: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(gradient [n], normal matrix [n, n]) of its movers, in spreads."""
        place = self.placing(values)
        seen = self.aim.seen(place)
        columns = drawn.columns()
        for axis, k in enumerate(self.tangent.placing):
            step = np.zeros(3)
            step[axis] = self.tangent.movers[k].step
            columns[k] = (seen - self.aim.seen(place + step)) / np.float32(step[axis])
        shown = ((seen[3] > 0.02) | (drawn.picture[3] > 0.02)) & (self.aim.weight > 0)
        gap = (drawn.picture - seen)[:, shown]
        weight = np.sqrt(self.aim.weight[shown] / np.maximum(np.abs(gap) / HUBER, 1.0)).astype(np.float32)
        flat = columns[:, :, shown] * weight
        flat *= spread[self.index].astype(np.float32)[:, None, None]
        flat = flat.reshape(len(flat), -1)
        return flat @ (gap * weight).ravel(), flat @ flat.T


def settle(views: Sequence[View], begun: np.ndarray, steps: int) -> np.ndarray:
    """Where all values settle in at most so many steps; ``begun`` is where they are held to."""
    count = len(begun)
    values, spread, low, high = np.zeros(count), np.ones(count), np.full(count, -np.inf), np.full(count, np.inf)
    for view in views:
        for k, mover, own in zip(view.index, view.tangent.movers, view.tangent.values, strict=True):
            values[k], spread[k] = own, mover.spread
            low[k] = max(low[k], mover.low, own - _FAR * mover.spread)
            high[k] = min(high[k], mover.high, own + _FAR * mover.spread)
    drawn = [view.drawn(values) for view in views]
    least = sum(view.loss(each, values) for view, each in zip(views, drawn, strict=True))
    hold = _HOLD * 2 * least / sum(4 * view.aim.weight.sum() for view in views)

    def held(at: np.ndarray) -> float:
        return float(hold / 2 * (((at - begun) / spread) ** 2).sum())

    least += held(values)
    for _ in range(steps):
        pull, normal = hold * (values - begun) / spread, np.diag(np.full(count, hold))
        for view, each in zip(views, drawn, strict=True):
            own_pull, own_normal = view.normal(each, values, spread)
            np.add.at(pull, view.index, own_pull)
            normal[np.ix_(view.index, view.index)] += own_normal
        for damping in _DAMPING:
            tried = _step(normal, pull, damping, values, low, high, spread)
            seen = [view.drawn(tried) for view in views]
            found = sum(view.loss(each, tried) for view, each in zip(views, seen, strict=True)) + held(tried)
            if found < least:
                break
        else:
            return values
        gain, least, values, drawn = least - found, found, tried, seen
        if gain < _LITTLE * least:
            break
    return values


def _step(
    normal: np.ndarray, pull: np.ndarray, damping: float, values: np.ndarray, low: np.ndarray, high: np.ndarray,
    spread: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """A step, within the ends: what would leave them is stopped there, and the others move on without it."""
    damped = normal + np.diag(damping * normal.diagonal() + 1e-9)
    free = np.ones(len(values), bool)
    by = np.zeros(len(values))
    for _ in range(3):
        by[free] = -np.linalg.solve(damped[np.ix_(free, free)], pull[free] + damped[np.ix_(free, ~free)] @ by[~free])
        wanted = values + by * spread
        out = free & ((wanted < low) | (wanted > high))
        if not out.any():
            break
        by[out] = (np.clip(wanted[out], low[out], high[out]) - values[out]) / spread[out]
        free &= ~out
    return np.clip(values + by * spread, low, high)
