"""Training of a GAN: phases in turn over pictures, watched, with snapshots to go back to.

A run directory holds the pictures made ready, ``config.json``, ``log.jsonl``, ``samples/*.png``, and
``state.safetensors`` (weights, moving average, the optimizers' moments) with ``state.json`` beside it, each written
whole and then renamed: a killed run goes on from its last snapshot. Nothing unsound is ever saved.
"""

from __future__ import annotations

import json
import math
import zlib
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor, nn

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, write_atomically
from vtuber_studio.training.gan import losses
from vtuber_studio.training.gan.augment import AdaptiveP, ada, diff_augment
from vtuber_studio.training.gan.config import GanConfig, Phase, phases
from vtuber_studio.training.gan.discriminator import Discriminator
from vtuber_studio.training.gan.generators import make_generator, mixed, painted, picture_part
from vtuber_studio.training.gan.pictures import Pictures
from vtuber_studio.training.gan.schedules import rate
from vtuber_studio.training.health import Vitals, diversity
from vtuber_studio.training.trainer import fast_bf16, load_moments, section

CLIP = 10.0  # largest norm of a gradient
LOOKED_AT = 64  # made pictures whose diversity is measured
_UNLABELLED = torch.zeros(1, 0)
_COUNTED = ("step", "images", "seconds", "eased")


class GanTrainer:
    """The state of a run: networks, moving average, optimizers, augmentation's p, counters."""

    def __init__(self, pictures: Pictures, folder: Path, config: GanConfig, device: str | None = None) -> None:
        self.pictures, self.folder, self.config = pictures, folder, config
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self.bf16 = config.bf16 and fast_bf16(self.device)
        self.part, self.opaque = picture_part(config), pictures.opaque
        self.classes = len(pictures.classes)
        self.loss = losses.LOSSES[config.loss]
        torch.manual_seed(config.seed)
        self.generator = make_generator(config, self.c_dim, self.opaque).to(self.device)
        planes = 3 if self.opaque else 4
        judge = Discriminator(planes, config.judge_widths, self.classes, config.codes, config.norm)
        self.judge = judge.to(self.device)
        self.networks: dict[str, nn.Module] = {"generator": self.generator, "discriminator": self.judge}
        for network in self.networks.values():
            network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = {key: value.clone() for key, value in self.generator.state_dict().items()}
        self.phases = phases(config)
        self.optimizers = {phase.optimizer: self._optimizer(phase) for phase in reversed(self.phases)}
        self.adaptive = AdaptiveP(config.ada_target, config.ada_images)
        self.step, self.images, self.seconds, self.eased = 0, 0, 0.0, 1.0
        self.sums: dict[str, list[float]] = {}
        order = np.random.default_rng([config.seed, 1]).permutation(len(pictures))
        kept = min(round(config.held_out * len(pictures)), len(pictures) // 4)
        self.unseen, self.seen = order[:kept], np.sort(order[kept:])

    @property
    def c_dim(self) -> int:
        """Numbers of c: one for each class, then the information codes."""
        return self.classes + self.config.codes

    def _optimizer(self, phase: Phase) -> torch.optim.Optimizer:
        weights = [weight for name in phase.networks for weight in self.networks[name].parameters()]
        return torch.optim.Adam(weights, 1.0, self.config.betas, fused=self.device.type == "cpu" or None)

    # --- what a step is made of --------------------------------------------------------------------------------

    def begin(self) -> None:
        """Draws the step's chance: a function of the seed and the step alone, so that a resumed run goes on alike."""
        seed = zlib.crc32(f"{self.config.seed} {self.step}".encode())
        self.rng = torch.Generator().manual_seed(seed)
        self.draw = np.random.default_rng([self.config.seed, self.step])

    def real(self, chosen: np.ndarray) -> tuple[Tensor, Tensor]:
        """(pictures [n, 3 or 4, R, R] premultiplied, labels [n, classes]) of training by number."""
        rgba = torch.from_numpy(np.ascontiguousarray(self.pictures.images[chosen])).to(self.device).float() / 255
        if self.config.mirror:
            flips = torch.from_numpy(self.draw.random(len(chosen)) < 0.5).to(self.device)
            rgba = torch.where(flips[:, None, None, None], rgba.flip(3), rgba)
        rgb = rgba[:, :3] * rgba[:, 3:]
        images = rgb if self.opaque else torch.cat([rgb, rgba[:, 3:]], 1)
        return images.contiguous(memory_format=torch.channels_last), self._labels(self.pictures.labels[chosen])

    def _labels(self, labels: np.ndarray) -> Tensor:
        every = torch.eye(self.classes, device=self.device) if self.classes else _UNLABELLED.to(self.device)
        return every[torch.from_numpy(labels).to(self.device)] if self.classes else every.expand(len(labels), 0)

    def _batch(self) -> tuple[Tensor, Tensor]:
        return self.real(self.draw.choice(self.seen, self.config.batch))

    def asked(self, n: int) -> tuple[Tensor, Tensor, Tensor]:
        """(c [n, c_dim], z [n, z_dim], codes [n, codes]) by chance: labels as frequent as in the pictures."""
        labels = self._labels(self.pictures.labels[self.draw.choice(self.seen, n)])
        codes = (torch.rand(n, self.config.codes, generator=self.rng) * 2 - 1).to(self.device)
        return torch.cat([labels, codes], 1), self._z(n), codes

    def _z(self, n: int) -> Tensor:
        return torch.randn(n, self.config.z_dim, generator=self.rng).to(self.device)

    def made(self) -> tuple[Tensor, Tensor, Tensor]:
        """(pictures, labels, codes) of a batch of the generator's."""
        c, z, codes = self.asked(self.config.batch)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            if self.config.model == "style":
                logits = mixed(self.generator, c, z, self._z(len(z)), self.config.style_mixing, self.rng)
            else:
                logits = self.generator(c, z)
        return self._picture(logits), c[:, : self.classes], codes

    def _picture(self, logits: Tensor) -> Tensor:
        rgba = painted(self.part, logits.float())
        return rgba[:, :3] if self.opaque else rgba

    def _augmented(self, images: Tensor) -> Tensor:
        if self.config.augment == "ada":
            return ada(images, self.adaptive.p, self.rng)
        return diff_augment(images, self.rng) if self.config.augment == "diff" else images

    def judged(self, images: Tensor, labels: Tensor, bf16: bool = True) -> Tensor:
        """Logits [n] of pictures as the judge sees them."""
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16 and bf16):
            logits: Tensor = self.judge(images, labels)
        return logits.float()

    # --- the phases' losses ------------------------------------------------------------------------------------

    def generator_loss(self) -> Tensor:
        """How little the judge believes."""
        images, labels, _ = self.made()
        return self.loss.generator(self.judged(self._augmented(images), labels))

    def discriminator_loss(self) -> Tensor:
        """How badly it tells real from made; its answers are kept for ``vitals``."""
        with torch.no_grad():
            images, labels, _ = self.made()
            fakes = self._augmented(images)
            real, own = self._batch()
            real = self._augmented(real)
        answers, about = self.judged(real, own), self.judged(fakes, labels)
        self._note("real", answers.mean())
        self._note("r_t", answers.detach().sign().mean())
        self._note("fake", about.mean())
        return self.loss.discriminator(answers, about)

    def r1_loss(self) -> Tensor:
        """R1 at real pictures, as the judge sees them."""
        real, labels = self._batch()
        return losses.r1(lambda x: self.judged(x, labels, False), self._augmented(real))

    def penalty_loss(self) -> Tensor:
        """The gradient penalty between real and made pictures."""
        real, labels = self._batch()
        with torch.no_grad():
            fake = self._augmented(self.made()[0])
        share = torch.rand(len(real), generator=self.rng).to(self.device)
        return losses.gradient_penalty(lambda x: self.judged(x, labels, False), self._augmented(real), fake, share)

    def information_loss(self) -> Tensor:
        """How badly the judge reads the codes off made pictures."""
        images, _, codes = self.made()
        assert self.judge.reader is not None
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            found = self.judge.reader(self.judge.features(self._augmented(images)))
        return losses.information(codes, found.float())

    # --- a step ------------------------------------------------------------------------------------------------

    def train_step(self, done: float) -> None:
        """Every phase that is due, when share ``done`` of the run is over. FloatingPointError, before the phase's
        weights change, when its loss or gradient is not finite."""
        self.begin()
        for phase in self.phases:
            if self.step % phase.every == 0:
                self._run(phase, done)
        self.step += 1
        self.images += self.config.batch
        keep = 0.5 ** (self.config.batch / min(self.config.ema_images, 0.1 * self.images + 1))
        for key, value in self.generator.state_dict().items():
            if value.is_floating_point():
                self.average[key].lerp_(value, 1 - keep)

    def _run(self, phase: Phase, done: float) -> None:
        for name, network in self.networks.items():
            network.requires_grad_(name in phase.networks)
        loss = phase.weight * getattr(self, f"{phase.loss}_loss")()
        optimizer = self.optimizers[phase.optimizer]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        weights = [weight for group in optimizer.param_groups for weight in group["params"]]
        norm = torch.nn.utils.clip_grad_norm_(weights, CLIP)
        if not math.isfinite(float(loss.detach()) + float(norm)):
            raise FloatingPointError(f"{phase.name}: loss {float(loss.detach())}, gradient {float(norm)}")
        self._note(phase.name, loss)
        for group in optimizer.param_groups:
            group["lr"] = self.eased * self._rate(phase, done)
        optimizer.step()

    def _rate(self, phase: Phase, done: float) -> float:
        config = self.config
        if phase.networks == ("discriminator",):
            return config.judge_rate * rate(config.judge_schedule, config.warmup, done)
        return config.rate * rate(config.schedule, config.warmup, done)

    def _note(self, name: str, value: Tensor) -> None:
        self.sums.setdefault(name, []).append(float(value.detach()))

    def adapt(self, r_t: float, seen: int) -> None:
        """Adapt augmentation's p to r_t over the last ``seen`` pictures."""
        if self.config.augment == "ada":
            self.adaptive.update(r_t, seen)

    # --- looking -----------------------------------------------------------------------------------------------

    @torch.no_grad()
    def samples(self, count: int, seed: int = 0, psi: float = 1.0, averaged: bool = True) -> Tensor:
        """Premultiplied RGBA [count, 4, R, R] by the moving average, z shrunk by ``psi``; classes in turn."""
        rng = torch.Generator().manual_seed(seed)
        z = psi * torch.randn(count, self.config.z_dim, generator=rng).to(self.device)
        codes = (torch.rand(count, self.config.codes, generator=rng) * 2 - 1).to(self.device)
        c = torch.cat([self._labels(np.arange(count) % max(self.classes, 1)), codes], 1)
        own = {key: value.clone() for key, value in self.generator.state_dict().items()}
        if averaged:
            self.generator.load_state_dict(self.average)
        try:  # in training mode: a batch normalisation takes the batch's own statistics
            pieces = [painted(self.part, self.generator(c[k : k + 32], z[k : k + 32])) for k in range(0, count, 32)]
            return torch.cat(pieces)
        finally:
            self.generator.load_state_dict(own)

    @torch.no_grad()
    def vitals(self) -> Vitals:
        """What was measured since the last call."""
        mean = {name: float(np.mean(values)) for name, values in self.sums.items()}
        steps = max(map(len, self.sums.values()), default=1)  # lazy phases have fewer
        loss = sum(sum(self.sums.get(phase.name, ())) for phase in self.phases) / steps
        self.sums, held = {}, None
        if len(self.unseen):
            self.begin()
            images, labels = self.real(self.unseen[:LOOKED_AT])
            held = float(self.judged(self._augmented(images), labels).mean())
        varied = diversity(self.samples(LOOKED_AT, averaged=False).cpu().numpy())
        real, fake, r_t = (mean.get(name, 0.0) for name in ("real", "fake", "r_t"))
        return Vitals(self.images, real, fake, r_t, varied, held, loss)

    def reference(self) -> float:
        """Diversity of the pictures of training."""
        chosen = self.seen[np.linspace(0, len(self.seen) - 1, min(LOOKED_AT, len(self.seen))).astype(int)]
        rgba = self.pictures.images[chosen].astype(np.float32) / 255
        return diversity(np.concatenate([rgba[:, :3] * rgba[:, 3:], rgba[:, 3:]], 1))

    # --- snapshots ---------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Write the snapshot whole, then rename it; StudioError, and the old one stays, when the disk is full."""
        tensors = {f"average.{key}": value for key, value in self.average.items()}
        for name, network in self.networks.items():
            tensors |= {f"{name}.{key}": value for key, value in network.state_dict().items()}
        for name, optimizer in self.optimizers.items():
            for index, state in optimizer.state_dict()["state"].items():
                tensors |= {f"moment.{name}.{index}.{key}": torch.as_tensor(v) for key, v in state.items()}
        counters = {key: getattr(self, key) for key in _COUNTED} | {"p": self.adaptive.p}
        whole = {key: value.detach().cpu().contiguous().clone() for key, value in tensors.items()}
        data = save(whole, {key: repr(value) for key, value in counters.items()})
        write_atomically(make_folder(self.folder) / "state.safetensors", data)
        write_atomically(
            self.folder / "state.json", json.dumps({**counters, "config": asdict(self.config)}, indent=1).encode()
        )

    def load(self) -> None:
        """Go on from the folder's snapshot; StudioError when it does not fit."""
        path = self.folder / "state.safetensors"
        try:
            tensors = load_file(path, device=str(self.device))
            with safe_open(path, "pt") as file:
                counters = {key: json.loads(value) for key, value in file.metadata().items()}
            for name, network in self.networks.items():
                network.load_state_dict(section(tensors, f"{name}."))
            for key, value in self.average.items():
                value.copy_(tensors[f"average.{key}"])
            for name, optimizer in self.optimizers.items():
                load_moments(optimizer, section(tensors, f"moment.{name}."))
            for key in _COUNTED:
                setattr(self, key, counters[key])
            self.adaptive.p = counters["p"]
        except (OSError, RuntimeError, ValueError, KeyError, TypeError, SafetensorError) as error:
            reason = str(error).partition("\n")[0].rstrip(" :.")
            raise StudioError(f"The snapshot of this run cannot be used: {reason}.", "Begin a new run.") from error
