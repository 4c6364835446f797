"""Learning rates over a run: the share of the peak when share ``done`` (0..1) of it is over.

The two sides have peaks and schedules of their own (two time scales: Heusel et al. 2017, "GANs Trained by a Two
Time-Scale Update Rule Converge to a Local Nash Equilibrium").
"""

from __future__ import annotations

import math
from collections.abc import Callable

LEAST = 0.05  # of the peak, at a cosine's end


def constant(done: float) -> float:
    """1 throughout."""
    return 1.0


def cosine(done: float) -> float:
    """From 1 to LEAST along half a cosine."""
    return LEAST + (1 - LEAST) * 0.5 * (1 + math.cos(math.pi * min(max(done, 0.0), 1.0)))


def late(done: float) -> float:
    """1 for the first half, then a cosine's fall: what is learned last is learned finely."""
    return cosine(max(0.0, 2 * done - 1))


SCHEDULES: dict[str, Callable[[float], float]] = {"constant": constant, "cosine": cosine, "late": late}


def rate(schedule: str, warmup: float, done: float) -> float:
    """Share of the peak, risen to in a straight line during the first ``warmup`` (a share of the run)."""
    rise = 1.0 if warmup <= 0 else min(1.0, done / warmup + 1e-3)
    return rise * SCHEDULES[schedule](done)
