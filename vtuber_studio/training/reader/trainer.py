"""Training of the reader, on portraits that it draws first (``portraits``) under changes of style (``augment``).

A run directory holds the set of portraits and ``state.safetensors``, written whole and then renamed: a killed run goes
on from its last checkpoint. (Over 300 lines: batches, losses and the loop share the layout of the rows.)
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor
from torch.nn import functional as F

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, write_atomically
from vtuber_studio.core.progress import Progress
from vtuber_studio.training.muon import Muon
from vtuber_studio.training.reader.augment import View, viewed
from vtuber_studio.training.reader.labels import POINTS, REGIONS, ROWS, columns
from vtuber_studio.training.reader.network import Answer, Reader
from vtuber_studio.training.reader.portraits import PART_NAMES, chunks, draw_set, tables_digest
from vtuber_studio.training.trainer import fast_bf16, section
from vtuber_studio.training.watching import Watch

COLUMNS = columns()
CHOICES = [COLUMNS[row.name] for row in ROWS if row.choices]
RANGES = [COLUMNS[row.name].start for row in ROWS if not row.choices]
# what the view from near is not asked, its parts lie outside: each row is read in the one view that shows it best
_FAR = {"hair_back", "body", "ears", "headwear", "earrings"}
ASKED_NEAR = torch.tensor([float(not set(row.parts) & _FAR) for row in ROWS])
ASKED_FAR = 1 - ASKED_NEAR
# of the loss's terms: a row among sixty ranges is heard as well as one among sixteen choices
WEIGHTS = {"choices": 1.5, "ranges": 14.0, "regions": 0.3, "points": 10.0}
_UNSEEN = 0.2  # weight of a range of whose part less than this share is seen
_BETA = 0.5  # Seitzer et al. 2022, "On the Pitfalls of Heteroscedastic Uncertainty Estimation", eq. 4


_PARTS = [[PART_NAMES.index(name) for name in row.parts] for row in ROWS if not row.choices]


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


Seen = tuple[View, np.ndarray]


class Views:
    """Batches of views, two of three from near; batch number i is a function of the seed, the set so far and i."""

    def __init__(self, folder: Path, config: ReaderConfig) -> None:
        self.folder, self.config = folder, config
        self.pictures: list[np.ndarray] = []
        self.labels: list[dict[str, np.ndarray]] = []
        self.more()

    def more(self) -> None:
        """Take in what was drawn since."""
        for path in chunks(self.folder)[len(self.pictures) :]:
            self.pictures.append(np.load(path, mmap_mode="r"))
            self.labels.append(dict(np.load(path.with_suffix(".npz"))))
        share = np.array([len(pictures) for pictures in self.pictures], float)
        share[: self.config.held_out] = 0
        if not share.sum():
            raise StudioError("There are too few portraits to learn from.", "Ask for more of them.")
        self.share = share / share.sum()

    @property
    def count(self) -> int:
        """Portraits, held out ones included."""
        return sum(len(pictures) for pictures in self.pictures)

    def batch(self, step: int) -> list[Seen]:
        """The views of a step."""
        rng = np.random.default_rng([self.config.seed, step])
        return [
            self.view(int(rng.choice(len(self.share), p=self.share)), is_near(k), rng) for k in range(self.config.batch)
        ]

    def unseen(self, count: int) -> list[Seen]:
        """Views of portraits that are not learned from: always the same ones."""
        rng = np.random.default_rng(self.config.seed)
        return [self.view(k % self.config.held_out, is_near(k), rng) for k in range(count)]

    def view(self, chunk: int, near: bool, rng: np.random.Generator) -> Seen:
        """One portrait of a chunk, in some style, and the share of each part that is seen."""
        index, labels = int(rng.integers(len(self.pictures[chunk]))), self.labels[chunk]
        picture = np.array(self.pictures[chunk][index])
        style = rng.uniform(0.1, 1.0)
        view = viewed(picture, labels["values"][index], labels["points"][index], near, rng, style)
        return view, labels["seen"][index]


def is_near(index: int) -> bool:
    """Whether the view of that number in its batch is from near."""
    return index % 3 != 0


def tensors(batch: list[Seen]) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """picture [n, 3, VIEW, VIEW] in -1..1, values, points, regions and seen shares [n, parts] of a batch."""
    views = [view for view, _ in batch]
    seen = torch.from_numpy(np.stack([share for _, share in batch]))
    picture = torch.from_numpy(np.stack([view.image for view in views])).permute(0, 3, 1, 2).float() / 127.5 - 1
    values, points = (torch.from_numpy(np.stack([getattr(v, key) for v in views])) for key in ("values", "points"))
    return picture, values, points, torch.from_numpy(np.stack([view.regions for view in views])).long(), seen


def row_losses(own: Tensor, spread: Tensor, values: Tensor, seen: Tensor, near: Tensor) -> dict[str, Tensor]:
    """The terms of what is asked row by row; ``near`` bool [n]: views from near."""
    asked = torch.where(near[:, None], ASKED_NEAR.to(near.device), ASKED_FAR.to(near.device))
    of_choices = asked[:, [bool(row.choices) for row in ROWS]]
    shown = torch.stack([seen[:, parts].amax(1) if parts else torch.ones_like(seen[:, 0]) for parts in _PARTS], 1)
    of_ranges = asked[:, [not row.choices for row in ROWS]] * torch.where(shown < _UNSEEN, _UNSEEN, 1.0)
    crossed = torch.stack(
        [F.cross_entropy(own[:, at], values[:, at], reduction="none", label_smoothing=0.02) for at in CHOICES], 1
    )
    spread = spread.clamp(-3.5, 1.0)
    off = (own[:, RANGES] - values[:, RANGES]).square()
    gauss = (0.5 * off * torch.exp(-2 * spread) + spread) * torch.exp(2 * _BETA * spread).detach()
    return {
        "choices": (crossed * of_choices).sum() / of_choices.sum(),
        "ranges": (gauss * of_ranges).sum() / of_ranges.sum(),
    }


def losses(
    answer: Answer, values: Tensor, points: Tensor, regions: Tensor, seen: Tensor, step: int
) -> dict[str, Tensor]:
    """The terms of a batch's loss."""
    row, column = _phase(step)
    painted, truth = answer.regions.float(), regions[:, row::2, column::2]
    if painted.shape[-1] != truth.shape[-1]:
        painted = painted[..., row::2, column::2]
    count = torch.bincount(truth.flatten(), minlength=len(REGIONS)).float()
    weight = (count.sum() / (count + 100)).sqrt().clamp(1, 12)
    inside = (points > 0.01).all(-1) & (points < 0.99).all(-1)
    near = near_ones(len(values), values.device)
    return {
        **row_losses(answer.values.float(), answer.spread.float(), values, seen, near),
        "regions": F.cross_entropy(painted, truth, weight),
        "points": ((answer.points - points).abs().sum(-1) * inside).sum() / inside.sum().clamp(min=1),
    }


def new_reader() -> Reader:
    """A network that answers what ``labels`` asks."""
    return Reader(sum(row.size for row in ROWS), len(RANGES), len(POINTS), len(REGIONS))


class ReaderTrainer:
    """Network, moving average, optimizers, counters."""

    def __init__(self, folder: Path, config: ReaderConfig, device: str | None = None) -> None:
        self.folder, self.config = folder, config
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self.bf16 = fast_bf16(self.device)
        torch.manual_seed(config.seed)
        self.network = new_reader().to(self.device)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
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

    def train_step(self, views: list[Seen], rate: float) -> dict[str, float]:
        """One step; the loss's terms. FloatingPointError, before any weight changes, when it is not finite."""
        picture, *truth = (tensor.to(self.device) for tensor in tensors(views))
        self.network.train()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            answer = self.network(picture.contiguous(memory_format=torch.channels_last), _phase(self.step))
        terms = losses(answer, truth[0], truth[1], truth[2], truth[3], self.step)
        total = torch.stack([WEIGHTS[key] * value for key, value in terms.items()]).sum()
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
        return {key: float(value.detach()) for key, value in terms.items()}

    @torch.no_grad()
    def look(self, views: list[Seen]) -> dict[str, float]:
        """Figures of the averaged weights on some views."""
        network = self.averaged().to(self.device)
        right: list[float] = []
        fits: list[float] = []
        picture, values, points, regions, seen = (tensor.to(self.device) for tensor in tensors(views))
        answer = network(picture)
        near = near_ones(len(views), torch.device("cpu"))
        own, true = answer.values.cpu(), values.cpu()
        for row, asked in zip(ROWS, ASKED_NEAR, strict=True):
            at, view = COLUMNS[row.name], near if asked else ~near
            if row.choices:
                right.append(float((own[view, at].argmax(1) == true[view, at].argmax(1)).float().mean()))
            else:
                off = (own[view, at] - true[view, at]).square().mean()
                fits.append(float(1 - off / true[view, at].var(unbiased=False).clamp(min=1e-3)))
        apart = (answer.points - points).square().sum(-1).sqrt()
        terms = losses(answer, values, points, regions, seen, 0)
        return {
            "unseen": float(sum(WEIGHTS[key] * value for key, value in terms.items())),
            "right": float(np.mean(right)),
            "r2": float(np.mean(fits)),
            "points_near": float(apart[near.to(apart.device)].median()),
            "regions_right": float((answer.regions.argmax(1) == regions).float().mean()),
        }

    def averaged(self) -> Reader:
        """A network with the moving average of the weights, for use."""
        network = new_reader()
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
                (group,) = optimizer.param_groups
                moments: dict[int, dict[str, Tensor]] = {}
                for key, value in section(found, f"moment.{number}.").items():
                    index, name = key.split(".", 1)
                    own = value.cpu() if name == "step" else torch.empty_like(group["params"][int(index)]).copy_(value)
                    moments.setdefault(int(index), {})[name] = own
                optimizer.load_state_dict({**optimizer.state_dict(), "state": moments})
        except (OSError, RuntimeError, ValueError, KeyError, TypeError, SafetensorError) as error:
            message = f"The reader's checkpoint cannot be used: {str(error).partition(chr(10))[0]}"
            raise StudioError(message, "Start a new run.") from error


def train_reader(
    folder: Path,
    config: ReaderConfig | None = None,
    *,
    minutes: float = 0.0,
    steps: int = 0,
    resume: bool = False,
) -> Iterator[Progress]:
    """Draw what is missing of the set, then train for ``minutes`` or exactly ``steps``; a Progress every few seconds.

    The learning rate warms up, then falls as a cosine over this call. Closing the iterator saves first; a run that
    diverges does not, its last checkpoint stays.
    """
    config = config or ReaderConfig()
    if not resume and (folder / "state.safetensors").exists():
        raise StudioError(f"There is a run in {str(folder)!r} already.", "Go on with --resume, or give another folder.")
    cv2.setNumThreads(1)
    yield from draw_set(folder / "portraits", min(config.first, config.portraits))
    trainer = ReaderTrainer(folder, config)
    if resume and (folder / "state.safetensors").is_file():
        trainer.load()
    views, drawing = Views(folder / "portraits", config), draw_set(folder / "portraits", config.portraits)
    watch, first, before = Watch(folder), trainer.step, trainer.seconds
    begin = saved = ticked = time.monotonic()
    sound, figures, terms = True, {}, {}
    try:
        while True:
            now = time.monotonic()
            done = (trainer.step - first) / steps if steps else (now - begin) / (60 * minutes) if minutes else 1.0
            if done >= 1:
                break
            if views.count < min(1.0, 2 * done) * config.portraits and next(drawing, None):
                views.more()
            rate = min(1.0, (done + 1e-3) / config.warmup) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
            terms = trainer.train_step(views.batch(trainer.step), rate)
            trainer.seconds = before + time.monotonic() - begin
            if now - ticked > config.tick_seconds:
                ticked = now
                figures = {"views": trainer.step * config.batch, **{k: round(v, 4) for k, v in terms.items()}}
                figures["views_a_second"] = round((trainer.step - first) * config.batch / (now - begin), 1)
                watch.figures(trainer.step * config.batch, _with_loss(terms))
                yield Progress(done, "reader", figures)
            if now - saved > config.save_seconds:
                saved = now
                trainer.save()
    except FloatingPointError as error:
        sound = False
        raise StudioError(f"The reader's training diverged: {error}.", "Go on with --resume.") from error
    finally:
        if sound:
            trainer.save()
    unseen = _rounded(trainer.look(views.unseen(128)))
    watch.figures(trainer.step * config.batch, {**_with_loss(terms), **unseen})
    yield Progress(1.0, "reader", {**figures, **unseen})


def _with_loss(terms: dict[str, float]) -> dict[str, Any]:
    """The terms and their weighted sum; nothing where no step was made."""
    return _rounded({"loss": sum(WEIGHTS[key] * value for key, value in terms.items()), **terms}) if terms else {}


def _rounded(figures: dict[str, float]) -> dict[str, Any]:
    return {key: round(value, 4) for key, value in figures.items()}


def near_ones(count: int, device: torch.device) -> Tensor:
    return torch.tensor([is_near(index) for index in range(count)], device=device)


def _phase(step: int) -> tuple[int, int]:
    return step // 2 % 2, step % 2


def _flat(weight: Tensor) -> Tensor:
    """[outputs, the rest] of a weight: a view of its numbers, convolutions being stored channels last."""
    return (weight.permute(0, 2, 3, 1) if weight.ndim == 4 else weight).flatten(1)
