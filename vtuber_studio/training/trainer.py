"""Training of the starter: each part alone, on the artist's drawings.

A run directory holds one folder a part: ``state.safetensors`` (weights, their moving average, Adam's moments) and
``state.json`` (counters), written whole and then renamed, so that a killed run goes on from its last checkpoint.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, write_atomically
from vtuber_studio.core.progress import Progress
from vtuber_studio.engine.bundle import read_bundle
from vtuber_studio.engine.manifest import networks_of
from vtuber_studio.engine.tables import PartTables, bundle_tables
from vtuber_studio.training.config import TrainConfig
from vtuber_studio.training.data import Pool
from vtuber_studio.training.health import Finding
from vtuber_studio.training.losses import class_weights, coverage_loss, soft_iou
from vtuber_studio.training.muon import Muon
from vtuber_studio.training.networks import PartNetwork
from vtuber_studio.training.tables import check_drawable, tables_for


def fast_bf16(device: torch.device) -> bool:
    """Whether the device has bf16 arithmetic: where it is only emulated, autocast is 2 to 9 times slower than fp32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(capabilities.get("avx512_bf16"))


_AGAIN = "Go on with --resume: what was saved last is sound."
Lap = Callable[[str], None]  # told the name of each phase of a step as it ends


class PartTrainer:
    """The state of one part's training: network, moving average, optimizer, counters (``images`` seen so far)."""

    def __init__(self, tables: PartTables, folder: Path, config: TrainConfig, device: str | None = None) -> None:
        self.tables, self.part, self.folder, self.config = tables, tables.part, folder, config
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self.bf16 = config.bf16 and fast_bf16(self.device)
        torch.manual_seed(config.seed)
        self.network = PartNetwork(self.part, tables.c_dim, config).to(self.device)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        state = self.network.state_dict()
        self.values = list(state.values())  # the weights themselves, in the order of their average
        self.average = {key: value.clone() for key, value in state.items()}
        self.matrices = self.network.matrices()
        self.flat = [_flat(weight.detach()) for weight in self.matrices]
        chosen = {id(weight) for weight in self.matrices}
        rest = [weight for weight in self.network.parameters() if id(weight) not in chosen]
        fused = self.device.type == "cpu" or None  # elsewhere torch's own choice
        self.optimizers: tuple[tuple[torch.optim.Optimizer, float], ...] = (
            (torch.optim.Adam(rest, config.learning_rate, config.betas, fused=fused), config.learning_rate),
            (Muon(self.flat, config.muon_rate, momentum=0.9, blocks=self.network.blocks()), config.muon_rate),
        )
        self.weights: dict[str, Tensor] = {}
        self.step, self.images, self.seconds = 0, 0, 0.0

    def loss(self, c: Tensor, z: Tensor, coverage: Tensor, lap: Lap = lambda phase: None) -> tuple[Tensor, Tensor]:
        """(loss, logits) of a batch; ``coverage`` uint8 at twice the logits' resolution."""
        row, column = self.step // 2 % 2, self.step % 2
        targets = coverage[..., row::2, column::2].float() / 255
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            logits = self.network(c, z)
        lap("forward")
        if not self.weights:
            self.weights = class_weights(self.part, targets)
        loss = coverage_loss(self.part, logits, targets, self.weights, (row, column))
        lap("loss")
        return loss, logits

    def backward(self, batch: tuple[Tensor, Tensor, Tensor], lap: Lap) -> tuple[Tensor, Tensor]:
        """(loss, logits) of a batch, the network's gradients filled in."""
        loss, logits = self.loss(*batch, lap)
        loss.backward()
        return loss, logits

    def train_step(
        self, batch: tuple[Tensor, Tensor, Tensor], rate: float, lap: Lap = lambda phase: None
    ) -> tuple[Tensor, Tensor]:
        """One step at ``rate`` times the peak learning rates; returns (loss, logits). FloatingPointError, before any
        weight changes, when the loss or the gradient is not finite. ``lap`` is told of each phase that is over.

        Matrices between features move by Muon (``training.muon``), all else by Adam.
        """
        self.network.zero_grad(set_to_none=True)
        loss, logits = self.backward(batch, lap)
        lap("backward")
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.config.clip)
        if not math.isfinite(float(loss.detach()) + float(norm)):
            raise FloatingPointError(f"loss {float(loss.detach())}, norm of the gradient {float(norm)}")
        lap("clip")
        for flat, weight in zip(self.flat, self.matrices, strict=True):
            flat.grad = None if weight.grad is None else _flat(weight.grad)
        for optimizer, peak in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate * peak
            optimizer.step()
            lap(type(optimizer).__name__.lower())
        self.step += 1
        self.images += self.config.batch
        half_life = min(self.config.ema_images, 0.1 * self.images + 1)
        keep = 0.5 ** (self.config.batch / half_life)
        torch._foreach_lerp_(list(self.average.values()), self.values, 1 - keep)
        lap("ema")
        return loss.detach(), logits.detach()

    def more(self) -> dict[str, Tensor]:
        """What else a checkpoint holds."""
        return {}

    def take(self, tensors: dict[str, Tensor]) -> None:
        """Go on with ``more`` of a checkpoint's ``tensors``."""

    def look(self) -> tuple[dict[str, Any], Finding | None]:
        """More figures of a report, and what is wrong."""
        return {}, None

    def overcome(self, finding: Finding) -> None:
        """Make good what was found, or raise StudioError."""
        raise StudioError(finding.message, finding.hint)

    def save(self) -> None:
        """Write the checkpoint whole, then rename it; StudioError, and the old one stays, when the disk is full."""
        make_folder(self.folder)
        tensors = {f"network.{key}": value for key, value in self.network.state_dict().items()}
        tensors |= {f"average.{key}": value for key, value in self.average.items()}
        tensors |= {f"weight.{key}": value for key, value in self.weights.items()}
        for number, (optimizer, _) in enumerate(self.optimizers):
            for index, state in optimizer.state_dict()["state"].items():
                tensors |= {f"moment.{number}.{index}.{key}": torch.as_tensor(v) for key, v in state.items()}
        counters = {"step": str(self.step), "images": str(self.images), "seconds": str(self.seconds)}
        counters["tables"] = msgspec.json.encode(self.tables).decode()
        tensors |= self.more()
        whole = {key: value.detach().cpu().contiguous().clone() for key, value in tensors.items()}
        write_atomically(self.folder / "state.safetensors", save(whole, counters))
        state = {"part": self.part.name, "images": self.images, "seconds": self.seconds, "config": asdict(self.config)}
        write_atomically(self.folder / "state.json", json.dumps(state, indent=1).encode())

    def load(self) -> None:
        """Go on from the folder's checkpoint; StudioError when it does not fit."""
        path = self.folder / "state.safetensors"
        try:
            tensors = load_file(path, device=str(self.device))
            with safe_open(path, "pt") as file:
                counters = file.metadata()
            if not msgspec.json.decode(counters["tables"], type=PartTables).fits(self.tables):
                raise ValueError("it sees other sliders or paints other cels, or has them in another order")
            self.network.load_state_dict(section(tensors, "network."))
            for key, value in self.average.items():
                value.copy_(tensors[f"average.{key}"])
            self.step, self.images = int(counters["step"]), int(counters["images"])
            self.seconds = float(counters["seconds"])
            self.take(tensors)
        except (OSError, RuntimeError, ValueError, KeyError, TypeError, SafetensorError, msgspec.MsgspecError) as error:
            message = f"The checkpoint of {self.tables.name} cannot be used: {str(error).partition(chr(10))[0]}"
            raise StudioError(message, "Start a new run, or train this part anew with --parts.") from error
        self.weights = section(tensors, "weight.")
        for number, (optimizer, _) in enumerate(self.optimizers):
            load_moments(optimizer, section(tensors, f"moment.{number}."))

    def start_from(self, bundle: Path) -> None:
        """Begin with the weights of a bundle, as far as it has this part; moments start anew."""
        from vtuber_studio.training.warm import bundle_weights

        own = self.network.state_dict()
        self.network.load_state_dict(bundle_weights(bundle, self.part, self.tables.rows, own, self.tables.name))
        self.average = {key: value.detach().clone() for key, value in self.network.state_dict().items()}
        known = {name: own for e in read_bundle(bundle).manifest.parts for name, own in networks_of(e).items()}
        past = known[self.tables.name].provenance if self.tables.name in known else {}
        self.images, self.seconds = int(past.get("images", 0)), 60 * float(past.get("minutes", 0))


def stored_tables(folder: Path) -> PartTables:
    """What the checkpoint in ``folder`` learns; StudioError when it does not say."""
    try:
        with safe_open(folder / "state.safetensors", "pt") as file:
            return msgspec.json.decode(file.metadata()["tables"], type=PartTables)
    except (OSError, KeyError, TypeError, SafetensorError, msgspec.MsgspecError) as error:
        raise StudioError(
            f"The checkpoint of {folder.name} cannot be used: it does not say what its network sees.",
            "Start a new run, or train this part anew with --parts.",
        ) from error


def train_part(
    name: str,
    folder: Path,
    config: TrainConfig,
    *,
    minutes: float = 0.0,
    steps: int = 0,
    resume: bool = False,
    bundle: Path | None = None,
    tables: PartTables | None = None,
    stop: Callable[[], bool] = lambda: False,
    make: Callable[[PartTables, Path, TrainConfig], PartTrainer] = PartTrainer,
) -> Iterator[Progress]:
    """Train one part for ``minutes``, or for exactly ``steps``; yields a Progress every few seconds.

    "hair_front=curly" as ``name`` is a network for that style alone.
    It goes on from the folder's checkpoint with ``resume``, begins with the weights of ``bundle`` when given, or anew,
    and learns what the checkpoint learned, what ``tables`` say, or what ``tables_for`` finds for the bundle.
    The learning rate warms up, then falls as a cosine over this call. Closing the iterator saves first, and so does
    ``stop``, asked before every step; a run that diverges does not, its last checkpoint stays. ``make``: which trainer,
    one that has a judge beside the drawings for example; it may go back to that checkpoint by itself.
    """
    going_on = resume and (folder / "state.safetensors").is_file()
    manifest = read_bundle(bundle).manifest if bundle is not None and not going_on else None
    tables = stored_tables(folder) if going_on else tables or tables_for(name, manifest)
    check_drawable(tables)
    trainer = make(tables, folder, config)
    if going_on:
        trainer.load()
    elif bundle is not None and manifest is not None and bundle_tables(manifest, tables.part.name):
        trainer.start_from(bundle)
    first, begin, before = trainer.step, time.monotonic(), trainer.seconds
    pool = Pool(tables, config, trainer.step, str(trainer.device))
    saved = ticked = begin
    sound = True
    try:
        while True:
            now = time.monotonic()
            done = (trainer.step - first) / steps if steps else (now - begin) / (60 * minutes) if minutes else 1.0
            if done >= 1 or stop():
                break
            finding = None
            try:
                loss, logits = trainer.train_step(batch := pool.batch(), _rate(config.warmup, done))
            except FloatingPointError as error:
                finding = Finding("diverged", trainer.images, f"Training of {name} diverged: {error}.", _AGAIN)
            trainer.seconds = before + time.monotonic() - begin
            looked = finding is None and now - ticked > config.tick_seconds
            if looked:
                ticked = now
                figures = _figures(trainer, float(loss), logits, batch[2])
                figures["images_a_second"] = (trainer.step - first) * config.batch / (now - begin)
                more, finding = trainer.look()
                yield Progress(done, name, figures | more)
            if finding is not None:
                sound = False
                trainer.overcome(finding)
                sound = True
                yield Progress(done, f"{name}: {finding.message} Back to {trainer.images} images.", {})
            elif looked and now - saved > config.save_seconds:  # what was just found to be well
                saved = now
                trainer.save()
    finally:
        if sound:
            trainer.save()
    figures = _figures(trainer, float(loss), logits, batch[2]) if trainer.step > first else {}
    yield Progress(min(done, 1.0), name, figures)


def _flat(weight: Tensor) -> Tensor:
    """[outputs, the rest] of a weight: a view of its numbers, convolutions being stored channels last."""
    return (weight.permute(0, 2, 3, 1) if weight.ndim == 4 else weight).flatten(1)


def _rate(warmup: float, done: float) -> float:
    """Share of the peak learning rate when share ``done`` of a run is over."""
    return min(1.0, (done + 1e-3) / warmup) * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * done)))


def _figures(trainer: PartTrainer, loss: float, logits: Tensor, coverage: Tensor) -> dict[str, Any]:
    iou = soft_iou(trainer.part, logits, coverage.float() / 255)
    return {"images": trainer.images, "loss": round(loss, 5), "soft_iou": round(iou, 4)}


def load_moments(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Give an optimizer of one group the moments ``tensors``, "weight's number.name" each."""
    (group,) = optimizer.param_groups
    moments: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        index, name = key.split(".", 1)
        # a fused optimizer takes a moment's numbers in the order in which its weight's lie in memory
        own = value.cpu() if name == "step" else torch.empty_like(group["params"][int(index)]).copy_(value)
        moments.setdefault(int(index), {})[name] = own
    optimizer.load_state_dict({**optimizer.state_dict(), "state": moments})


def section(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Those whose names begin with ``prefix``, without it."""
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
