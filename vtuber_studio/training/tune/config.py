"""What a tuning is told beyond what the user decides, with the defaults that were measured. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class TuneConfig:
    """Options of a tuning."""

    mode: Literal["quick", "full"] = "quick"  # affine layers, last blocks and detail; or all of the synthesis
    strength: float = 0.5  # 0..1; each half more divides what holds the weights by FREER
    scale: float = 1.0  # pixels a canvas unit in which pictures are compared
    detail: int = 3  # maps of detail a solid cel gets: none, 1 of luminance, 3 of R, G and B
    batch: int = 1  # pictures a step
    rate: float = 3e-4  # Adam's peak, reached after the warm-up, falling as a cosine; see ``networks.paces``
    betas: tuple[float, float] = (0.9, 0.99)
    warmup: float = 0.05  # share of a run
    clip: float = 1.0  # largest norm of the gradient
    ema: float = 0.05  # half-life of the moving average of weights, as a share of the steps so far, at most 100 steps
    hold: float = 0.3  # weight of what the untuned networks say of other looks
    hold_detail: float = 0.5  # weight of the detail there
    held_networks: int = 3  # networks a step that are asked for other looks, in turn
    held_looks: int = 1  # looks each of them is asked for
    looks: int = 96  # other looks there are: half of them the dice's, half like those of the pictures
    edges: float = 0.5  # weight of the pictures' gradients
    judge: float = 0.01  # weight of what the judge says, in "full"; 0 without one
    judge_rate: float = 1e-3  # Adam's, of the judge
    judge_alone: float = 0.15  # share of a run in which it learns alone
    r1: float = 0.2  # gamma of what holds the judge's slopes
    r1_every: int = 16  # steps
    bf16: bool = True  # autocast where the device has it
    tick_seconds: float = 12.0  # between reports
    tick_steps: int = 0  # steps between reports instead, so that a run's course does not depend on the clock
    save_seconds: float = 60.0  # between snapshots
    seed: int = 1


FREER = 8.0


def hold_factor(strength: float) -> float:
    """What ``hold`` and ``hold_detail`` are multiplied by."""
    return float(FREER ** (1 - 2 * strength))
