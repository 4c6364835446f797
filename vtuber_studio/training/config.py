"""What training can be told, with the defaults that the starter was trained with. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass

# channels at 1/16, 1/8, 1/4, 1/2 of the logits' resolution
WIDTHS: dict[str, tuple[int, int, int, int]] = {
    "eyes": (96, 96, 64, 48), "hair_front": (96, 96, 64, 48), "brows": (64, 64, 48, 32),
    "nose": (48, 48, 40, 32), "marks": (64, 64, 48, 32), "earrings": (48, 48, 40, 32), "beard": (48, 48, 40, 32),
}  # fmt: skip
DEFAULT_WIDTHS = (96, 96, 64, 40)

# share of the training time, relative: what is big, fine or moves much needs longest
SHARES: dict[str, float] = {
    "hair_front": 2.0, "hair_back": 1.7, "body": 1.5, "eyes": 2.0, "brows": 0.5, "face": 1.2, "mouth": 1.0,
    "nose": 0.3, "marks": 0.4, "ears": 0.7, "eyewear": 0.7, "headwear": 0.9,
    "earrings": 0.4, "beard": 0.4,
}  # fmt: skip

TRAIN_SEED = 1  # drawings are numbered from it; evaluation uses looks with seeds of 1_000_000_000 and above


@dataclass(frozen=True)
class TrainConfig:
    """Options of one part's training."""

    batch: int = 4  # pictures a step; small ones learn more from each picture, and a processor loses little by them
    learning_rate: float = 2e-3  # Adam's peak, reached after the warm-up, falling as a cosine to a twentieth
    muon_rate: float = 0.02  # the same of Muon, which moves the inner layers' matrices
    warmup: float = 0.02  # share of a run
    betas: tuple[float, float] = (0.9, 0.99)
    uses: int = 6  # times that a drawing is seen while it stays in the pool: drawing costs as much as a step
    pool: int = 768  # drawings kept
    ema_images: int = 4000  # half-life of the moving average of weights, in images, once enough were seen
    clip: float = 1.0  # largest norm of the gradient
    w_dim: int = 96
    mapping_width: int = 128
    save_seconds: float = 60.0  # between checkpoints
    tick_seconds: float = 15.0  # between Progress reports
    workers: int = 1  # processes that draw
    ahead: int = 16  # drawings that each of them may be ahead
    bf16: bool = True  # autocast where the device has bf16 (1.4-1.9 times faster); elsewhere fp32 whatever this says
    seed: int = TRAIN_SEED


# On an accelerator a step costs little and drawings come from a few cores: larger steps, each drawing used more often.
# What the drawing processes hand over lies in shared memory, of which a container may have 64 MB: few ahead.
ACCELERATOR = TrainConfig(batch=32, uses=24, pool=2048, ema_images=16000, ahead=2)
