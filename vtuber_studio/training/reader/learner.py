"""What all networks of the reader learn by: options, optimizers, the moving average of the weights, checkpoints."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, write_atomically
from vtuber_studio.core.progress import Progress
from vtuber_studio.training.muon import Muon
from vtuber_studio.training.reader.portraits import tables_digest
from vtuber_studio.training.trainer import fast_bf16, load_moments, section
from vtuber_studio.training.watching import Watch


@dataclass(frozen=True)
class ReaderConfig:
    """Options of the reader's training."""

    portraits: int = 6144  # each is seen in ever new styles
    first: int = 2048  # drawn before the first step; the others while it learns, in the first half of a run
    batch: int = 32  # views a step, half of them from near
    learning_rate: float = 2e-3  # Adam's peak
    muon_rate: float = 0.02
    warmup: float = 0.02  # share of a run
    ema_views: int = 8000  # half-life of the moving average of weights, once enough were seen
    clip: float = 5.0  # largest norm of the gradient
    save_seconds: float = 60.0
    tick_seconds: float = 15.0
    seed: int = 1
    held_out: int = 1  # chunks at the beginning of the set that are only looked at


class Learner:
    """Network, moving average, optimizers, counters."""

    def __init__(self, folder: Path, config: ReaderConfig, new: Callable[[], Any], device: str | None = None) -> None:
        self.folder, self.config, self.new = folder, config, new
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self.bf16 = fast_bf16(self.device)
        torch.manual_seed(config.seed)
        self.network = new().to(self.device)
        self.network.to(memory_format=torch.channels_last)
        self.state = self.network.state_dict()
        self.average = {key: value.clone() for key, value in self.state.items()}
        matrices = self.network.matrices()
        chosen = {id(weight) for weight in matrices}
        rest = [weight for weight in self.network.parameters() if id(weight) not in chosen]
        self.matrices = [(weight, _flat(weight.detach())) for weight in matrices]
        fused = self.device.type == "cpu" or None  # elsewhere torch's own choice
        self.optimizers: tuple[tuple[torch.optim.Optimizer, float], ...] = (
            (torch.optim.Adam(rest, config.learning_rate, (0.9, 0.99), fused=fused), config.learning_rate),
            (Muon([flat for _, flat in self.matrices], config.muon_rate, momentum=0.9), config.muon_rate),
        )
        self.step, self.seconds = 0, 0.0
        self.terms: dict[str, float] = {}  # of the last step, and their sum

    def train_step(self, views: Any, rate: float) -> dict[str, float]:
        """One step at ``rate`` times the peak learning rates; the loss's terms."""
        raise NotImplementedError

    def look(self, views: Any) -> dict[str, float]:
        """Figures of the averaged weights on some views."""
        raise NotImplementedError

    def descend(self, terms: dict[str, Tensor], weights: dict[str, float], rate: float) -> dict[str, float]:
        """Move the network down the gradient of a loss, the weighted sum of its ``terms``, and its average after it;
        the terms. FloatingPointError, before any weight changes, when it is not finite."""
        total = torch.stack([weights[key] * value for key, value in terms.items()]).sum()
        self.network.zero_grad(set_to_none=True)
        total.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.config.clip)
        if not math.isfinite(float(total.detach()) + float(norm)):
            raise FloatingPointError(f"loss {float(total.detach())}, norm of the gradient {float(norm)}")
        for weight, flat in self.matrices:
            flat.grad = None if weight.grad is None else _flat(weight.grad)
        for optimizer, peak in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate * peak
            optimizer.step()
        self.step += 1
        keep = 0.5 ** (self.config.batch / min(self.config.ema_views, 0.1 * self.step * self.config.batch + 1))
        for key, value in self.state.items():
            if value.is_floating_point():
                self.average[key].lerp_(value, 1 - keep)
            else:
                self.average[key].copy_(value)
        told = {key: float(value.detach()) for key, value in terms.items()}
        self.terms = {"loss": float(total.detach()), **told}
        return told

    def averaged(self) -> Any:
        """A network with the moving average of the weights, for use."""
        network = self.new()
        network.load_state_dict(self.average)
        return network.eval()

    def save(self) -> None:
        """Write the checkpoint whole, then rename it."""
        make_folder(self.folder)
        whole = {f"network.{key}": value for key, value in self.state.items()}
        whole |= {f"average.{key}": value for key, value in self.average.items()}
        for number, (optimizer, _) in enumerate(self.optimizers):
            for index, state in optimizer.state_dict()["state"].items():
                whole |= {f"moment.{number}.{index}.{key}": torch.as_tensor(v) for key, v in state.items()}
        counters = {"step": str(self.step), "seconds": str(self.seconds), "tables": tables_digest()}
        stored = {key: value.detach().cpu().contiguous().clone() for key, value in whole.items()}
        write_atomically(self.folder / "state.safetensors", save(stored, counters))
        write_atomically(
            self.folder / "state.json",
            json.dumps({"step": self.step, "seconds": self.seconds, "config": asdict(self.config)}, indent=1).encode(),
        )

    def load(self) -> None:
        """Go on from the folder's checkpoint; StudioError when it does not fit."""
        path = self.folder / "state.safetensors"
        try:
            found = load_file(path, device=str(self.device))
            with safe_open(path, "pt") as file:
                counters = file.metadata()
            if counters["tables"] != tables_digest():
                raise ValueError("it learned other sliders or an older drawing")
            self.network.load_state_dict(section(found, "network."))
            self.average = section(found, "average.")
            self.step, self.seconds = int(counters["step"]), float(counters["seconds"])
            for number, (optimizer, _) in enumerate(self.optimizers):
                load_moments(optimizer, section(found, f"moment.{number}."))
        except (OSError, RuntimeError, ValueError, KeyError, TypeError, SafetensorError) as error:
            message = f"The reader's checkpoint cannot be used: {str(error).partition(chr(10))[0]}"
            raise StudioError(message, "Start a new run.") from error


def learn(
    learner: Learner,
    name: str,
    batch: Callable[[int], Any],
    *,
    minutes: float = 0.0,
    steps: int = 0,
    between: Callable[[float], None] = lambda _done: None,
) -> Iterator[Progress]:
    """Train for ``minutes`` or exactly ``steps`` on ``batch`` of each step's number; a Progress every few seconds.

    The learning rate warms up, then falls as a cosine over this call. Closing the iterator saves first; a run that
    diverges does not, its last checkpoint stays. ``between`` steps it is told how much of the call is over.
    """
    config, first, before = learner.config, learner.step, learner.seconds
    begin = saved = ticked = time.monotonic()
    sound = True
    try:
        while True:
            now = time.monotonic()
            done = (learner.step - first) / steps if steps else (now - begin) / (60 * minutes) if minutes else 1.0
            if done >= 1:
                break
            between(done)
            rate = min(1.0, (done + 1e-3) / config.warmup) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
            terms = learner.train_step(batch(learner.step), rate)
            learner.seconds = before + time.monotonic() - begin
            if now - ticked > config.tick_seconds:
                ticked = now
                figures = {"views": learner.step * config.batch, **rounded(terms)}
                figures["views_a_second"] = round((learner.step - first) * config.batch / (now - begin), 1)
                report(learner, {})
                yield Progress(done, name, figures)
            if now - saved > config.save_seconds:
                saved = now
                learner.save()
    except FloatingPointError as error:
        sound = False
        raise StudioError(f"The reader's training diverged: {error}.", "Go on with --resume.") from error
    finally:
        if sound:
            learner.save()


def report(learner: Learner, figures: dict[str, float]) -> None:
    """One line in the log of its folder, which ``train plot`` draws."""
    Watch(learner.folder).figures(learner.step * learner.config.batch, rounded({**learner.terms, **figures}))


def rounded(figures: dict[str, float]) -> dict[str, Any]:
    """For people."""
    return {key: round(value, 4) for key, value in figures.items()}


def _flat(weight: Tensor) -> Tensor:
    """[outputs, the rest] of a weight: a view of its numbers, convolutions being stored channels last."""
    return (weight.permute(0, 2, 3, 1) if weight.ndim == 4 else weight).flatten(1)
