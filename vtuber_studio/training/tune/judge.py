"""The judge of a full tuning: it looks at windows of the pictures, and of what is painted of their fits.

A few pictures hold many windows, and what a judge is to teach here is the hand: edges, lines, grain. It first learns
alone what tells the untuned generator's painting from the pictures; then its lower half is frozen (Mo, Cho and Shin
2020, "Freeze the Discriminator: a Simple Baseline for Fine-Tuning GANs") and the networks are told. What it sees is
augmented as much as it needs (ADA), R1 holds its slopes, lazily.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vtuber_studio.training.gan import losses
from vtuber_studio.training.gan.augment import AdaptiveP, ada
from vtuber_studio.training.gan.discriminator import Discriminator
from vtuber_studio.training.health import Finding, Vitals, diversity, examine
from vtuber_studio.training.trainer import load_moments, section
from vtuber_studio.training.tune.config import TuneConfig

SIDE = 64  # pixels of a window
WINDOWS = 8  # of a picture, a step
WIDTHS = (16, 32, 64, 96, 128)  # channels at SIDE, ..., 4 pixels
CLIP = 10.0
_LOSS = losses.LOSSES["logistic"]


class Judge:
    """Its network, optimizer and augmentation; ``frozen`` once the networks are told, ``dismissed`` when it has nothing
    more to teach."""

    def __init__(self, config: TuneConfig, device: torch.device) -> None:
        self.config, self.device = config, device
        torch.manual_seed(config.seed)
        self.network = Discriminator(4, WIDTHS).to(device)
        self.optimizer = torch.optim.Adam(self.network.parameters(), config.judge_rate, (0.0, 0.99))
        self.adaptive = AdaptiveP(0.6, 20_000)
        self.frozen, self.dismissed, self.step = False, False, 0
        self.sums: dict[str, list[float]] = {}
        self.history: list[Vitals] = []

    def heard(self, done: float) -> bool:
        """Whether the networks are told what it says when share ``done`` of the run is over; freezes its lower half the
        first time."""
        if done < self.config.judge_alone or self.dismissed:
            return False
        if not self.frozen:
            self.freeze()
        return True

    def freeze(self) -> None:
        """From now on only the upper half of its layers learns."""
        self.frozen = True
        blocks = self.network.blocks
        for layer in (self.network.enter, *blocks[: len(blocks) // 2]):
            layer.requires_grad_(False)

    def asked(self, made: Tensor, rng: torch.Generator) -> Tensor:
        """What the networks are told of windows [n, 4, SIDE, SIDE] of theirs."""
        learning = [weight for weight in self.network.parameters() if weight.requires_grad]
        for weight in learning:
            weight.requires_grad_(False)
        loss = _LOSS.generator(self.network(ada(made, self.adaptive.p, rng)))
        for weight in learning:
            weight.requires_grad_(True)
        return loss

    def learn(self, real: Tensor, made: Tensor, rng: torch.Generator) -> None:
        """A step of its own on windows. FloatingPointError, before its weights change, when that is not finite."""
        if self.dismissed:
            return
        real_said = self.network(ada(real, self.adaptive.p, rng))
        made_said = self.network(ada(made.detach(), self.adaptive.p, rng))
        loss = _LOSS.discriminator(real_said, made_said)
        if self.step % self.config.r1_every == 0:
            loss = loss + self.config.r1_every * self.config.r1 * losses.r1(self.network, real)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        weights = [weight for weight in self.network.parameters() if weight.requires_grad]
        norm = torch.nn.utils.clip_grad_norm_(weights, CLIP)
        if not math.isfinite(float(loss.detach()) + float(norm)):
            raise FloatingPointError(f"judge: loss {float(loss.detach())}, gradient {float(norm)}")
        self.optimizer.step()
        self.step += 1
        signs = float(real_said.detach().sign().mean())
        told = {"real": real_said, "made": made_said, "loss": loss}
        for name, value in {**{key: float(each.detach().mean()) for key, each in told.items()}, "r_t": signs}.items():
            self.sums.setdefault(name, []).append(value)

    @torch.no_grad()
    def look(self, images: int, made: Tensor, held: Tensor | None, reference: float) -> Finding | None:
        """What is wrong, if anything, over the steps since the last look; adapts the augmentation. ``made``, ``held``:
        windows of the networks', and of pictures that nothing learns from; ``reference``: the pictures' diversity."""
        if not self.sums:
            return None
        mean = {name: float(np.mean(values)) for name, values in self.sums.items()}
        seen = WINDOWS * len(self.sums["real"])
        self.sums = {}
        self.adaptive.update(mean["r_t"], seen)
        unseen = None if held is None else float(self.network(held).mean())
        varied = diversity(made.cpu().numpy())
        vitals = Vitals(images, mean["real"], mean["made"], mean["r_t"], varied, unseen, mean["loss"])
        self.history.append(vitals)
        return examine(self.history, reference)

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """(tensors, counters) of a snapshot."""
        tensors = {f"judge.{key}": value for key, value in self.network.state_dict().items()}
        for index, state in self.optimizer.state_dict()["state"].items():
            tensors |= {f"judging.{index}.{key}": torch.as_tensor(value) for key, value in state.items()}
        counters = {"frozen": self.frozen, "dismissed": self.dismissed, "step": self.step, "p": self.adaptive.p}
        return tensors, counters

    def take(self, tensors: dict[str, Tensor], counters: dict[str, Any]) -> None:
        """Go on from a snapshot."""
        self.network.load_state_dict(section(tensors, "judge."))
        load_moments(self.optimizer, section(tensors, "judging."))
        self.adaptive.p, self.step = counters["p"], counters["step"]
        self.dismissed = counters["dismissed"]
        if counters["frozen"]:
            self.freeze()
        self.sums, self.history = {}, []


def places(target: Tensor, rng: np.random.Generator, count: int = WINDOWS) -> list[tuple[int, int]]:
    """Corners (row, column) of windows of a picture [1, 4, S, S], each about a point of the subject."""
    side = target.shape[-1]
    rows, columns = (each.cpu().numpy() for each in torch.nonzero(target[0, 3] > 0.5, as_tuple=True))
    if not len(rows):
        rows = columns = np.array([side // 2])
    chosen = rng.integers(0, len(rows), count)
    return [
        tuple(int(np.clip(at[k] - SIDE // 2, 0, side - SIDE)) for at in (rows, columns))  # type: ignore[misc]
        for k in chosen
    ]


def windows(picture: Tensor, corners: list[tuple[int, int]]) -> Tensor:
    """[n, 4, SIDE, SIDE] of a picture [1, 4, S, S]."""
    return torch.cat([picture[..., y : y + SIDE, x : x + SIDE] for y, x in corners])
