"""What ``train gan``, and a judge beside a part's coverage, can be told. Imports no torch."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import msgspec

from vtuber_studio.core.errors import StudioError

RESOLUTIONS = (64, 128, 256)
MODELS = ("style", "dcgan")

# channels at 256, 128, 64, 32, 16, 8 and 4 pixels: few where they cost much, for a processor
JUDGE_WIDTHS = {256: 8, 128: 12, 64: 16, 32: 40, 16: 64, 8: 96, 4: 128}
DCGAN_WIDTHS = {128: 16, 64: 32, 32: 48, 16: 96, 8: 128, 4: 192}  # before the last layer


@dataclass(frozen=True)
class GanConfig:
    """Options of a GAN trained from nothing on pictures."""

    resolution: int = 64  # pixels a side
    model: Literal["style", "dcgan"] = "style"
    loss: Literal["logistic", "minimax", "hinge", "wasserstein"] = "logistic"
    batch: int = 16  # pictures a step
    z_dim: int = 64
    codes: int = 0  # information codes: sliders without a name that the judge must be able to read (InfoGAN)
    rate: float = 1e-3  # Adam's peak, of the generator
    judge_rate: float = 1e-3  # of the discriminator
    schedule: Literal["constant", "cosine", "late"] = "late"
    judge_schedule: Literal["constant", "cosine", "late"] = "late"
    warmup: float = 0.01  # share of a run
    betas: tuple[float, float] = (0.0, 0.99)
    r1: float = 1.0  # gamma; 0 without
    r1_every: int = 16  # steps
    penalty: float = 10.0  # of the gradient's norm, with "wasserstein"
    information: float = 1.0  # weight of the codes' likelihood
    style_mixing: float = 0.5  # share of made pictures whose styles come from two z (model "style")
    augment: Literal["ada", "diff", "none"] = "ada"
    ada_target: float = 0.6  # of r_t
    ada_images: int = 100_000  # pictures in which p may go from 0 to 1
    norm: Literal["none", "batch", "instance"] = "none"  # of the discriminator
    judge_width: float = 1.0  # times the channels of JUDGE_WIDTHS: more where there is an accelerator
    mirror: bool = False  # pictures are seen mirrored half of the time
    ema_images: int = 4000  # half-life of the moving average of the generator's weights, once enough were seen
    held_out: float = 0.05  # share of the pictures that only the judge's overfitting is measured with
    w_dim: int = 96
    mapping_width: int = 128
    bf16: bool = True  # autocast where the device has it
    tick_seconds: float = 15.0  # between Progress reports
    save_seconds: float = 60.0  # between snapshots
    seed: int = 1

    @property
    def judge_widths(self) -> tuple[int, ...]:
        """Channels of the discriminator at R, R / 2, ..., 4."""
        widths = [width for side, width in JUDGE_WIDTHS.items() if side <= self.resolution]
        return tuple(max(4, round(self.judge_width * width)) for width in widths)


@dataclass(frozen=True)
class JudgeConfig:
    """Options of a part's adversarial phase: how much the judge is heard, and how it learns."""

    share: float = 1.0  # length of its gradient at the logits, times that of the coverage loss; 0: coverage alone
    pace: float = 0.25  # of TrainConfig's learning rates: a network that has converged goes on gently
    lead: int = 1000  # images from which the judge learns before it is heard
    side: int = 64  # pixels of a window of the composite, twice as fine as the logits
    views: int = 2  # windows of each drawing
    rate: float = 1e-3  # Adam's peak, of the judge
    betas: tuple[float, float] = (0.0, 0.99)
    r1: float = 0.01  # gamma, an answer; 0 without
    r1_every: int = 8  # steps
    widths: tuple[int, ...] = (16, 32, 64)  # its channels at 64, 32 and 16 pixels: an answer for every 16th patch
    held_out: int = 32  # drawings that neither learns from: figures, and whether the judge knows the others by heart
    lost: float = 3.0  # dB below the first figure on them at which the run is found diverged
    ease: float = 0.99  # of the running ratio of the two gradients' lengths, a step


_ENDS: dict[str, tuple[float, float]] = {  # what a number may be
    "batch": (2, 1024), "codes": (0, 16), "r1": (0, 1e4), "rate": (1e-7, 1.0), "judge_rate": (1e-7, 1.0),
    "seed": (0, 2**31), "z_dim": (1, 512),
}  # fmt: skip


def checked(**options: Any) -> GanConfig:
    """A configuration with these options; StudioError for one that cannot be."""
    try:
        config = msgspec.convert({**asdict(GanConfig()), **options}, GanConfig)
    except msgspec.ValidationError as error:
        raise StudioError(f"This cannot be trained: {error}.", "See `vtuber-studio train gan --help`.") from error
    if config.resolution not in RESOLUTIONS:
        raise StudioError(f"A resolution of {config.resolution} cannot be trained.", "Choose 64, 128 or 256.")
    return bounded(config)


def bounded(config: GanConfig) -> GanConfig:
    """The same; StudioError when a number in it is out of range."""
    for name, (low, high) in _ENDS.items():
        if not low <= getattr(config, name) <= high:
            raise StudioError(f"{name} must be from {low:g} to {high:g}.", "See `vtuber-studio train gan --help`.")
    return config


@dataclass(frozen=True)
class Phase:
    """One kind of step: which networks move, by which optimizer and loss, and every how many steps."""

    name: str
    networks: tuple[str, ...]
    optimizer: str
    loss: str  # a name of the trainer's losses
    every: int = 1
    weight: float = 1.0


def phases(config: GanConfig) -> tuple[Phase, ...]:
    """A run's phases, in order. Regularisation is lazy (Karras et al. 2020, section 3.1): what is done every k-th step
    counts k times."""
    g, d = ("generator",), ("discriminator",)
    found = [Phase("generator", g, "generator", "generator")]
    if config.codes:
        found.append(Phase("information", g + d, "information", "information", weight=config.information))
    found.append(Phase("discriminator", d, "discriminator", "discriminator"))
    if config.loss == "wasserstein":
        found.append(Phase("penalty", d, "discriminator", "penalty", weight=config.penalty))
    elif config.r1:
        found.append(Phase("r1", d, "discriminator", "r1", config.r1_every, config.r1 * config.r1_every))
    return tuple(found)
