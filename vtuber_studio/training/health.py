"""Is an adversarial run well? Pure functions of what was measured; for every trainer that has a judge.

r_t and r_v are the two heuristics of Karras et al. 2020a, "Training Generative Adversarial Networks with Limited Data",
equation 1: how often the judge calls pictures of training real, and how far pictures that it never learns from lie from
those toward the made ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

PATIENCE = 6  # ticks in a row that must say the same
LEARNED_BY_HEART = 0.8  # r_v of a judge that knows its pictures by heart
SURE = 0.9  # r_t of one, where nothing is held out
ALIKE = 0.2  # of the pictures' own diversity: made ones that vary so little are all alike
FALLEN = 0.4  # of the best diversity so far
NONE = 0.01  # diversity of pictures that are one and the same
BEATEN = 12.0  # logits between real and made: nothing is left to learn from
BURST = 1e3  # logits of a judge that has burst

Kind = Literal["diverged", "same", "collapsed", "beaten", "overfitted"]


@dataclass(frozen=True)
class Vitals:
    """What was measured over one tick."""

    images: int  # seen so far
    real: float  # the judge's mean answer (logits) to pictures of training
    fake: float  # to made ones
    r_t: float  # mean sign of its answers to pictures of training
    diversity: float  # of made pictures, see ``diversity``
    held_out: float | None = None  # its mean answer to pictures that it never learns from
    loss: float = 0.0  # of all phases, a step

    @property
    def r_v(self) -> float | None:
        """0: held-out pictures look like those of training; 1: like made ones. None where nothing is held out, or the
        judge tells nothing apart."""
        apart = self.real - self.fake
        return None if self.held_out is None or apart < 0.5 else (self.real - self.held_out) / apart


@dataclass(frozen=True)
class Finding:
    """What is wrong, since how many pictures, and what to do: a sentence each."""

    kind: Kind
    since: int
    message: str
    hint: str


_WORDS: dict[Kind, tuple[str, str]] = {
    "diverged": (
        "The run has diverged: its numbers grow without bounds",
        "Go back to the last snapshot, with lower learning rates.",
    ),
    "same": (
        "All pictures of training are the same, so nothing else can be made",
        "Give more, and different, pictures.",
    ),
    "collapsed": (
        "The generator has collapsed: what it makes is nearly always the same",
        "Go back to a snapshot before that, and lower the discriminator's learning rate or raise --r1.",
    ),
    "beaten": (
        "The judge is never in doubt, so the generator learns nothing from it",
        "Lower the discriminator's learning rate, or raise --r1.",
    ),
    "overfitted": (
        "The judge knows the pictures by heart and teaches no more",
        "Stop here, switch augmentation on, or give more pictures.",
    ),
}  # fmt: skip


def examine(history: Sequence[Vitals], reference: float) -> Finding | None:
    """The gravest thing that the last PATIENCE ticks of a run agree on; None when it is well. ``reference``: the
    diversity of the pictures of training."""
    if not history:
        return None
    last = history[-1]
    numbers = [last.real, last.fake, last.loss, last.diversity]
    if not all(map(math.isfinite, numbers)) or max(abs(last.real), abs(last.fake)) > BURST:
        return _found("diverged", last.images)
    recent = history[-PATIENCE:]
    if len(recent) < PATIENCE:
        return None
    if reference < NONE:
        return _found("same", history[0].images)
    best = max(vitals.diversity for vitals in history)
    checks: dict[Kind, list[bool]] = {
        "collapsed": [v.diversity < max(min(ALIKE * reference, 1.0), NONE) for v in recent],
        "beaten": [v.real - v.fake > BEATEN for v in recent],
        "overfitted": [v.r_t > SURE if v.held_out is None else (v.r_v or 0.0) > LEARNED_BY_HEART for v in recent],
    }
    risen = best > FALLEN * reference  # a run begins with pictures that are all alike
    for kind, said in checks.items():
        if all(said) and (kind != "collapsed" or risen):
            return _found(kind, recent[0].images)
    return None


def _found(kind: Kind, since: int) -> Finding:
    message, hint = _WORDS[kind]
    return Finding(kind, since, f"{message} (since {since} pictures).", hint)


def diversity(images: np.ndarray) -> float:
    """Mean distance (root mean square over 16 x 16 places and channels) between two of ``images`` [n, C, R, R] in
    0..1; 0 for fewer than two."""
    if len(images) < 2:
        return 0.0
    small, n = places(images), len(images)
    norms = (small**2).sum(1)
    squares = np.maximum(norms[:, None] + norms - 2 * small @ small.T, 0) / small.shape[1]
    np.fill_diagonal(squares, 0)
    return float(np.sqrt(squares).sum() / (n * (n - 1)))


def places(images: np.ndarray) -> np.ndarray:
    """[n, d]: the means of ``images`` [n, C, R, R] over 16 x 16 places."""
    n, channels, side, _ = images.shape
    cell = max(1, side // 16)
    small = images[..., : cell * (side // cell), : cell * (side // cell)]
    found: np.ndarray = small.reshape(n, channels, side // cell, cell, side // cell, cell).mean((3, 5)).reshape(n, -1)
    return found
