"""Is a tuning well? Pure functions of what was measured; a plain sentence for each way in which it is not."""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor
from torch.nn import functional as F

from vtuber_studio.core.finetuning import Health
from vtuber_studio.training.tune.trainer import Marks

EASED = 0.25  # of the rate, after a divergence
ATTEMPTS = 3  # divergences that are overcome by going back
PATIENCE = 3  # reports in a row that must say the same
FALLEN = 1.5  # decibels below the untuned networks: nothing is being learned
BY_HEART = 0.7  # decibels that held-back pictures may lose of their best while the others gain
FORGOTTEN = 0.6  # share of other looks' coverage that must be as it was
ALIKE = 0.04  # largest difference of a pixel, 64 a side, of pictures that are one and the same

MEMORY = "Close other programs, or use fewer pictures a step."
_WORDS = {
    "diverged": (
        "The tuning has lost its way: its pictures became worse than before it began.",
        "It goes on from its best state, more carefully.",
    ),
    "forgotten": (
        "Other looks and sliders are being forgotten.",
        "What was best before is kept. Use more pictures, or less strength.",
    ),
    "overfitted": (
        "The pictures are being learned by heart: one that is held back becomes worse.",
        "What was best before is kept. Use more, and more different, pictures, or less time.",
    ),
    "same": (
        "All pictures are the same one, so nothing can be learned from them that lasts.",
        "Give different pictures: other faces, other poses.",
    ),
}  # fmt: skip


def examine(history: Sequence[Marks], losses: Sequence[float], broken: str = "") -> Health | None:
    """The gravest thing that can be said of a run, from its first marks on; ``broken``: a step was not finite."""
    first, last = history[0], history[-1]
    numbers = [last.learned, last.kept, last.judged, *losses[-1:]]
    if broken or not all(map(math.isfinite, numbers)) or last.learned < first.learned - FALLEN:
        return found_of("diverged")
    recent = history[-PATIENCE:]
    if len(history) <= PATIENCE:
        return None
    if all(marks.kept < FORGOTTEN for marks in recent):
        return found_of("forgotten")
    best = max(history, key=lambda marks: marks.judged)
    if all(marks.judged < best.judged - BY_HEART and marks.learned > best.learned for marks in recent):
        return found_of("overfitted")
    return None


def same(pictures: Sequence[Tensor]) -> Health | None:
    """Whether several pictures [1, 4, S, S] are one and the same."""
    small = [F.adaptive_avg_pool2d(each, 64) for each in pictures]
    apart = [float((each - small[0]).abs().max()) for each in small[1:]]
    return found_of("same") if apart and max(apart) < ALIKE else None


def found_of(kind: str) -> Health:
    """That finding, in words."""
    return Health(kind, *_WORDS[kind])
