"""Tuning of a bundle's networks on pictures: their fits are painted and compared, other looks are held where they were.

A run's folder holds ``state.safetensors`` (what moves, its moving average, the optimizer's moments) with
``state.json`` beside it, and ``best.safetensors`` with ``best.json`` (the moving average when it was best), each
written whole and then renamed. What does not move is the bundle's own. (Over 300 lines: a step, its
peers, what is looked at and what is saved share one state.)
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vtuber_studio.core.shot import Shot
from vtuber_studio.training.gan.schedules import rate
from vtuber_studio.training.health import Finding, diversity
from vtuber_studio.training.losses import class_weights
from vtuber_studio.training.trainer import fast_bf16, load_moments, section
from vtuber_studio.training.tune.config import TuneConfig, hold_factor
from vtuber_studio.training.tune.judge import Judge, places, windows
from vtuber_studio.training.tune.looks import questions
from vtuber_studio.training.tune.losses import coverage_targets, held_loss, kept_share, masked_psnr, picture_loss
from vtuber_studio.training.tune.networks import bundle_networks, choose_weights, paces
from vtuber_studio.training.tune.peers import ALONE, Peers
from vtuber_studio.training.tune.scene import Scene, make_scene, paint_scene, scene_logits
from vtuber_studio.training.tune.snapshots import fitting, read_snapshot, write_snapshot

HELD_BACK_FROM, HELD_BACK = 5, 5  # pictures from which on one is held back, and of how many
WATCHED = 2  # other looks a network by which what was kept is measured
_COUNTED = ("step", "images", "seconds", "eased")


@dataclass(frozen=True)
class Fitted:
    """A picture to learn: ``image`` uint8 [512, 512, 4] on the canvas, cut out, and the shot that comes near it."""

    name: str
    image: np.ndarray
    shot: Shot


@dataclass(frozen=True)
class Marks:
    """What was measured: decibels on the subjects of the pictures that are learned, and of those held back (None
    where none are), and the share of other looks' coverage that is as it was."""

    learned: float
    held_back: float | None
    kept: float

    @property
    def judged(self) -> float:
        """What is best when it is highest: the pictures that were never learned, where there are any."""
        return self.learned if self.held_back is None else self.held_back


class Tuner:
    """The state of a tuning: networks, moving average, optimizer, counters."""

    def __init__(
        self,
        base: Path,
        pictures: Sequence[Fitted],
        folder: Path,
        config: TuneConfig,
        device: str | None = None,
        peers: Peers = ALONE,
    ) -> None:
        self.base, self.folder, self.config, self.peers = base, folder, config, peers
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self.bf16 = config.bf16 and fast_bf16(self.device)
        self.manifest, self.tables, self.networks = bundle_networks(base, config.detail)
        self.untuned = bundle_networks(base, config.detail)[2]
        for network in (*self.networks.values(), *self.untuned.values()):
            network.to(self.device)
        for network in self.untuned.values():
            network.requires_grad_(False)
        for network in self.networks.values():
            choose_weights(network, config.mode == "full")
        self.moving = {
            f"{name}.{key}": weight
            for name, network in self.networks.items()
            for key, weight in network.named_parameters()
            if weight.requires_grad
        }
        self.paces = {
            f"{name}.{key}": pace.to(self.device)
            for name, network in self.networks.items()
            for key, pace in paces(network, self.tables[name].part).items()
        }
        self.average = {key: weight.detach().clone() for key, weight in self.moving.items()}
        fused = self.device.type == "cpu" or None
        self.optimizer = torch.optim.Adam(self.moving.values(), config.rate, config.betas, fused=fused)
        self.step, self.images, self.seconds, self.eased = 0, 0, 0.0, 1.0
        self.micro = config.batch  # pictures whose graph is in memory at a time
        held = range(HELD_BACK - 1, len(pictures), HELD_BACK) if len(pictures) >= HELD_BACK_FROM else ()
        self.held_back = [self._learnable(each) for k, each in enumerate(pictures) if k in held]
        self.learned = [self._learnable(each) for k, each in enumerate(pictures) if k not in held]
        shots = [each.shot for k, each in enumerate(pictures) if k not in held]
        self.questions = questions(self.manifest, shots, config.looks, config.seed)
        self.weights: dict[str, dict[str, Tensor]] = {}
        self.judge = Judge(config, self.device) if config.mode == "full" and config.judge else None
        self.first: Marks | None = None  # what the untuned networks are worth
        self.losses: list[float] = []
        self.before: list[Tensor] = []
        self.seen: dict[int, tuple[Tensor, Tensor]] = {}  # windows of a step's pictures, and of what was painted
        self.told = False  # whether the judge is heard in it

    def _learnable(self, picture: Fitted) -> _Learnable:
        scene = make_scene(self.manifest, picture.shot, self.config.scale, self.device)
        rgba = torch.from_numpy(picture.image.astype(np.float32) / 255).permute(2, 0, 1)[None].to(self.device)
        target = torch.cat([rgba[:, :3] * rgba[:, 3:], rgba[:, 3:]], 1)
        if scene.size != target.shape[-1]:
            target = torch.nn.functional.interpolate(target, (scene.size, scene.size), mode="area")
        return _Learnable(picture.name, target, scene)

    # --- a step ------------------------------------------------------------------------------------------------

    def train_step(self, done: float) -> None:
        """One step when share ``done`` of the run is over. FloatingPointError, before any weight changes, when the loss
        or the gradient is not finite. Its chance is a function of the seed and the step alone. Peers share the work."""
        self.peers.tell("step", done, self.eased, self.judge and (self.judge.adaptive.p, self.judge.dismissed))
        rng = np.random.default_rng([self.config.seed, self.step])
        self.told = self.judge is not None and self.judge.heard(done)
        self.seen = {}
        self.optimizer.zero_grad(set_to_none=True)
        total = 0.0
        chosen = self._chosen()
        own = range(self.peers.rank, len(chosen), self.peers.count)
        for first in range(0, len(own), self.micro):
            some = own[first : first + self.micro]
            loss = torch.stack([self._picture_loss(self.learned[chosen[k]], k) for k in some]).sum() / len(chosen)
            loss.backward()
            total += float(loss.detach())
        total += self._hold(rng)
        total = self.peers.add_gradients(list(self.moving.values()), total)
        norm = torch.nn.utils.clip_grad_norm_(self.moving.values(), self.config.clip)
        if not math.isfinite(total + float(norm)):
            raise FloatingPointError(f"loss {total}, norm of the gradient {float(norm)}")
        for group in self.optimizer.param_groups:
            group["lr"] = self.eased * self.config.rate * rate("cosine", self.config.warmup, done)
        before = [weight.detach().clone() for weight in self.moving.values()]
        self.optimizer.step()
        with torch.no_grad():
            for was, (key, weight) in zip(before, self.moving.items(), strict=True):
                weight.copy_(was + self.paces[key] * (weight - was))
        if self.judge is not None and not self.judge.dismissed:  # each process's judge sees all, and stays the same
            self.seen = {k: seen for each in self.peers.gather(self.seen) for k, seen in each.items()}
            for k in sorted(self.seen):
                real, made = (each.to(self.device) for each in self.seen[k])
                self.judge.learn(real, made, self._chance(1 + k))
        self.step += 1
        self.images += len(chosen)
        self.losses.append(total)
        keep = 0.5 ** (1 / min(self.config.ema * self.step + 1, 100.0))
        values = [weight.detach() for weight in self.moving.values()]
        torch._foreach_lerp_(list(self.average.values()), values, 1 - keep)

    def _chosen(self) -> list[int]:
        """Numbers of the pictures of this step: all in turn, in another order each time."""
        count, found, batch = len(self.learned), [], self.config.batch * self.peers.count
        for place in range(self.step * batch, (self.step + 1) * batch):
            order = np.random.default_rng([self.config.seed, place // count, 7]).permutation(count)
            found.append(int(order[place % count]))
        return found

    def _picture_loss(self, picture: _Learnable, number: int) -> Tensor:
        made = self.painted(picture)
        loss = picture_loss(made, picture.target, self.config.edges)
        if self.judge is None or self.judge.dismissed:
            return loss
        rng = np.random.default_rng([self.config.seed, self.step, number])
        looked = windows(made, places(picture.target, rng))
        other = self.learned[int(rng.integers(len(self.learned)))].target
        self.seen[number] = windows(other, places(other, rng)), looked.detach()
        return loss + self.config.judge * self.judge.asked(looked, self._chance(0)) if self.told else loss

    def _chance(self, number: int) -> torch.Generator:
        """Of the step alone, that a resumed run goes on alike."""
        return torch.Generator().manual_seed(1_000_003 * self.config.seed + 101 * self.step + number)

    def painted(self, picture: _Learnable) -> Tensor:
        """[1, 4, S, S] of a picture's fit, by the networks as they are."""
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            logits = scene_logits(self.networks, picture.scene)
        return paint_scene(picture.scene, logits)

    def _hold(self, rng: np.random.Generator) -> float:
        """Gradients of what holds other looks, of a few networks in turn; the loss."""
        names, factor, total = list(self.questions), hold_factor(self.config.strength), 0.0
        phase = int(rng.integers(2)), int(rng.integers(2))
        for k in range(min(self.config.held_networks, len(names))):
            name = names[(self.step * self.config.held_networks + k) % len(names)]
            c, z = (side.to(self.device) for side in self.questions[name].some(rng, self.config.held_looks))
            if k % self.peers.count != self.peers.rank:
                continue
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
                logits = self.networks[name](c, z)
                with torch.no_grad():
                    untuned = self.untuned[name](c, z)
            part = self.tables[name].part
            if name not in self.weights:
                self.weights[name] = self._class_weights(name)
            gone, detail = held_loss(part, logits, untuned, self.weights[name], phase)
            loss = factor / self.config.held_networks * (self.config.hold * gone + self.config.hold_detail * detail)
            loss.backward()
            total += float(loss.detach())
        return total

    @torch.no_grad()
    def _class_weights(self, name: str) -> dict[str, Tensor]:
        asked, part = self.questions[name], self.tables[name].part
        some = slice(0, 8)
        logits = self.untuned[name](asked.c[some].to(self.device), asked.z[some].to(self.device))
        return class_weights(part, coverage_targets(part, logits, (0, 0)))

    # --- looking -----------------------------------------------------------------------------------------------

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """The networks with the moving average of their weights."""
        own = {key: weight.detach().clone() for key, weight in self.moving.items()}
        self.take(self.average)
        try:
            yield
        finally:
            self.take(own)

    @torch.no_grad()
    def take(self, weights: Mapping[str, Tensor]) -> None:
        """Give the networks these values of what moves."""
        for key, weight in self.moving.items():
            weight.copy_(weights[key])

    @torch.no_grad()
    def marks(self) -> Marks:
        """What the moving average is worth."""
        with self.averaged():
            learned, held = (
                [masked_psnr(self.painted(each), each.target) for each in some]
                for some in (self.learned[:8], self.held_back[:8])
            )
            kept = []
            for name, asked in self.questions.items():
                c, z = (side[:WATCHED].to(self.device) for side in (asked.c, asked.z))
                kept.append(kept_share(self.tables[name].part, self.networks[name](c, z), self.untuned[name](c, z)))
        mean = float(np.mean(learned))
        return Marks(mean, float(np.mean(held)) if held else None, float(np.mean(kept)))

    def judge_finding(self) -> Finding | None:
        """What is wrong with what the judge says, if anything, since this was asked last."""
        if self.judge is None or self.judge.dismissed or not self.seen:
            return None
        rng = np.random.default_rng([self.config.seed, self.step, 9])
        some = [windows(each.target, places(each.target, rng)) for each in self.learned[:8]]
        held = [windows(each.target, places(each.target, rng)) for each in self.held_back[:8]]
        made = torch.cat([made.to(self.device) for _, made in self.seen.values()])
        reference = diversity(torch.cat(some).cpu().numpy())
        return self.judge.look(self.images, made, torch.cat(held) if held else None, reference)

    @torch.no_grad()
    def shown(self, count: int = 3) -> list[tuple[Tensor, Tensor, Tensor]]:
        """Of a few pictures, those held back first: the picture, what the untuned networks and what the moving average
        paint of its fit, premultiplied RGBA [1, 4, S, S] each."""
        chosen = (self.held_back + self.learned)[:count]
        if not self.before:
            self.before = [paint_scene(each.scene, scene_logits(self.untuned, each.scene)) for each in chosen]
        with self.averaged():
            now = [self.painted(each) for each in chosen]
        return [(each.target, a, b) for each, a, b in zip(chosen, self.before, now, strict=True)]

    def follow(self) -> None:
        """Do what the first of the peers does until it ends."""
        while (message := self.peers.hear())[0] != "end":
            if message[0] == "step":
                _, done, self.eased, judged = message
                if self.judge is not None:
                    self.judge.adaptive.p, self.judge.dismissed = judged
                with suppress(FloatingPointError):  # all find the same, and the first goes back
                    self.train_step(done)
            elif message[0] == "load":
                self.load()
            elif message[0] == "load_best":
                self.load_best()

    # --- snapshots ---------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Write the snapshot whole, then rename it; StudioError, and the old one stays, when the disk is full."""
        tensors: dict[str, Tensor] = {f"weight.{key}": value for key, value in self.moving.items()}
        tensors |= {f"average.{key}": value for key, value in self.average.items()}
        for index, state in self.optimizer.state_dict()["state"].items():
            tensors |= {f"moment.{index}.{key}": torch.as_tensor(value) for key, value in state.items()}
        counters: dict[str, Any] = {key: getattr(self, key) for key in _COUNTED}
        counters["first"] = self.first and asdict(self.first)
        if self.judge is not None:
            own, counted = self.judge.state()
            tensors |= own
            counters["judge"] = counted
        write_snapshot(self.folder, "state", tensors, counters | {"config": asdict(self.config)})

    def save_best(self, marks: Marks) -> None:
        """Write the moving average as the best so far."""
        counters = {"step": self.step, "images": self.images, **asdict(marks), "config": asdict(self.config)}
        write_snapshot(self.folder, "best", self.average, counters)

    def load(self) -> None:
        """Go on from the folder's snapshot; StudioError when it does not fit."""
        self.peers.tell("load")
        tensors, counters = read_snapshot(self.folder, "state", str(self.device))
        with fitting():
            self.take(section(tensors, "weight."))
            for key, value in self.average.items():
                value.copy_(tensors[f"average.{key}"])
            load_moments(self.optimizer, section(tensors, "moment."))
            for key in _COUNTED:
                setattr(self, key, counters[key])
            self.first = Marks(**counters["first"]) if counters["first"] else None
            if self.judge is not None:
                self.judge.take(tensors, counters["judge"])
        self.losses = []

    def load_best(self) -> Marks:
        """The networks, and their average, as they were when they were best; moments begin anew, without the judge."""
        self.peers.tell("load_best")
        tensors, counters = read_snapshot(self.folder, "best", str(self.device))
        with fitting():
            self.take(tensors)
            for key, value in self.average.items():
                value.copy_(tensors[key])
            marks = Marks(*(counters[field] for field in ("learned", "held_back", "kept")))
        self.optimizer.load_state_dict({**self.optimizer.state_dict(), "state": {}})
        if self.judge is not None:  # what led here must not lead there again
            self.judge.dismissed = True
        self.losses = []
        return marks


@dataclass(frozen=True)
class _Learnable:
    name: str
    target: Tensor  # premultiplied RGBA [1, 4, S, S]
    scene: Scene
