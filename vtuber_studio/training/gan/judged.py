"""A part's adversarial phase: its coverage loss goes on, and a judge looks at what it paints.

The judge sees windows of composites (``gan.scenes``), the artist's or the network's, answers for each patch, and is
told what was asked for: the encoded attributes and expression, z, and where the window lies, projected on its features
(Miyato & Koyama 2018). Its loss is the logistic one, the network's the non-saturating one, with lazy R1. Drawings never
run out, so nothing that it sees is augmented.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from vtuber_studio.core.errors import StudioError
from vtuber_studio.engine.tables import PartTables
from vtuber_studio.training.config import TrainConfig
from vtuber_studio.training.data import Drawings
from vtuber_studio.training.gan import losses
from vtuber_studio.training.gan.config import JudgeConfig
from vtuber_studio.training.gan.discriminator import PatchDiscriminator
from vtuber_studio.training.gan.run import ATTEMPTS, EASED
from vtuber_studio.training.gan.scenes import Scene, Scenes
from vtuber_studio.training.gan.trainer import CLIP
from vtuber_studio.training.health import Finding, Vitals, diversity, examine
from vtuber_studio.training.losses import cel_slices
from vtuber_studio.training.painter import cover_part
from vtuber_studio.training.trainer import Lap, PartTrainer, load_moments, section

_LOSS = losses.LOSSES["logistic"]
_HELD_OUT = 1 << 20  # added to the seed of drawings that nothing learns from
_COUNTED = ("judged", "ratio", "first")  # numbers of a checkpoint


class JudgedTrainer(PartTrainer):
    """A part's training with a judge: its network, optimizer, and ``ratio``, the running mean of how much longer the
    coverage loss's gradient at the logits is than the judge's."""

    def __init__(
        self,
        tables: PartTables,
        folder: Path,
        config: TrainConfig,
        judge: JudgeConfig | None = None,
        device: str | None = None,
    ) -> None:
        super().__init__(tables, folder, config, device)
        self.options = options = judge or JudgeConfig()
        self.judged, self.ratio, self.first, self.eased, self.attempts = 0, 0.0, 0.0, 1.0, 0
        self.heard = options.share > 0
        if not self.heard:
            return
        torch.manual_seed(config.seed + 1)
        self.judge = PatchDiscriminator(options.widths, tables.c_dim + tables.part.z_dim + 2).to(self.device)
        self.judge.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.judge_optimizer = torch.optim.Adam(self.judge.parameters(), options.rate, options.betas)
        self.scenes = Scenes(tables, options.side, config.seed, self.device)
        held = [Drawings(tables, config.seed + _HELD_OUT)[index] for index in range(options.held_out)]
        self.held = [torch.stack(each).to(self.device) for each in zip(*held, strict=True)]
        self.sums: dict[str, list[float]] = {}
        self.history: list[Vitals] = []

    def start_from(self, bundle: Path) -> None:
        """As the part's own; the first checkpoint is what there is to go back to."""
        super().start_from(bundle)
        if self.heard:
            self.look()
        self.save()

    # --- steps -------------------------------------------------------------------------------------------------

    def train_step(
        self, batch: tuple[Tensor, Tensor, Tensor], rate: float, lap: Lap = lambda phase: None
    ) -> tuple[Tensor, Tensor]:
        """As the part's own, at ``pace``; then the judge's step on what was just painted."""
        self.rate = rate * self.eased
        return super().train_step(batch, self.options.pace * self.rate, lap)

    def backward(self, batch: tuple[Tensor, Tensor, Tensor], lap: Lap) -> tuple[Tensor, Tensor]:
        """(loss of the coverage, logits). Both gradients meet at the logits, the judge's ``share`` times as long as
        that of the coverage, in the running mean; so one pass goes back through the network."""
        if not self.heard:
            return super().backward(batch, lap)
        c, z, coverage = batch
        loss, logits = self.loss(c, z, coverage, lap)
        (slope,) = torch.autograd.grad(loss, logits)
        scene = self.scenes.draw(coverage, self.options.views, self._chance(0))
        asked = self.asked(c, z, scene)
        leaf = logits.detach().requires_grad_()
        made = self.scenes.made(leaf, scene)
        if self.judged >= self.options.lead:
            for weight in self.judge.parameters():
                weight.requires_grad_(False)
            (theirs,) = torch.autograd.grad(_LOSS.generator(self.answers(made, asked)), leaf)
            for weight in self.judge.parameters():
                weight.requires_grad_(True)
            slope = slope + self._weight(slope, theirs) * theirs
        logits.backward(slope)
        self._judge_step(self.scenes.real(coverage, scene), made.detach(), asked)
        lap("judge")
        return loss, logits

    def _weight(self, own: Tensor, theirs: Tensor) -> float:
        """What the judge's gradient is multiplied by. The ratio of lengths runs on, so that a judge in doubt is heard
        less than one that is sure (Esser et al. 2021, "Taming Transformers", equation 7, has it anew each step)."""
        ratio = float(own.norm() / theirs.norm().clamp_min(1e-12))
        self.ratio = ratio if self.ratio == 0 else self.options.ease * self.ratio + (1 - self.options.ease) * ratio
        return self.options.share * min(self.ratio, ratio * 4)

    def _judge_step(self, real: Tensor, made: Tensor, asked: Tensor) -> None:
        true, fake = self.answers(real, asked), self.answers(made, asked)
        loss = _LOSS.discriminator(true, fake)
        if self.options.r1 and self.step % self.options.r1_every == 0:
            slopes = losses.r1(lambda x: self.answers(x, asked, bf16=False), real)
            loss = loss + self.options.r1 * self.options.r1_every * slopes / true[0].numel()
        self.judge_optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.judge.parameters(), CLIP)
        if not math.isfinite(float(loss.detach()) + float(norm)):
            raise FloatingPointError(f"the judge's loss {float(loss.detach())}, its gradient {float(norm)}")
        for group in self.judge_optimizer.param_groups:
            group["lr"] = self.rate * self.options.rate
        self.judge_optimizer.step()
        self.judged += self.config.batch
        noted = {"real": true.mean(), "fake": fake.mean(), "r_t": true.detach().sign().mean(), "judge_loss": loss}
        for name, value in noted.items():
            self.sums.setdefault(name, []).append(float(value.detach()))

    def asked(self, c: Tensor, z: Tensor, scene: Scene) -> Tensor:
        """What the judge is told about each window: c, z and its place."""
        return torch.cat([c[scene.source], z[scene.source], scene.place], 1)

    def answers(self, windows: Tensor, asked: Tensor, bf16: bool = True) -> Tensor:
        """Logits [n, r, r] of the judge, one for each patch."""
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16 and bf16):
            logits: Tensor = self.judge(windows.contiguous(memory_format=torch.channels_last), asked)
        return logits.float()

    def _chance(self, stream: int) -> np.random.Generator:
        return np.random.default_rng([self.config.seed, 3, stream, self.step])

    # --- looking -----------------------------------------------------------------------------------------------

    @torch.no_grad()
    def look(self) -> tuple[dict[str, Any], Finding | None]:
        """``psnr`` (dB) and ``edges`` (gradient's mean length over the truth's) of the moving average on held-out
        drawings, the judge's answers, and what is wrong, if anything."""
        if not self.heard:
            return {}, None
        mean = {name: float(np.mean(values)) for name, values in self.sums.items()}
        self.sums = {}
        c, z, coverage = self.held
        scene = self.scenes.draw(coverage, 1, np.random.default_rng(self.config.seed))
        true = self.scenes.real(coverage, scene)
        held = float(self.answers(true, self.asked(c, z, scene)).mean())
        logits = self._averaged(c, z)
        figures: dict[str, Any] = compared(true, self.scenes.made(logits, scene))
        now = self.network(c, z)
        varied, reference = (diversity(maps.cpu().numpy()) for maps in (self._shares(now), self._true_shares(coverage)))
        psnr = compared(true, self.scenes.made(now, scene))["psnr"]
        self.first = self.first or psnr
        real, fake, r_t = (mean.get(name, 0.0) for name in ("real", "fake", "r_t"))
        vitals = Vitals(self.images, real, fake, r_t, varied, held, mean.get("judge_loss", 0.0))
        self.history.append(vitals)
        figures |= {"real": real, "fake": fake, "r_t": r_t, "held_out": held, "diversity": varied}
        figures = {name: round(value, 4) for name, value in figures.items()}
        finding = examine(self.history, reference)
        if not psnr > self.first - self.options.lost:
            message = f"{self.tables.name} paints the drawings {self.first - psnr:.1f} dB worse than it began."
            finding = Finding("diverged", self.images, message, "Lower --share, or the learning rates.")
        return figures | ({"finding": finding.kind} if finding else {}), finding

    def _shares(self, logits: Tensor) -> Tensor:
        """[n, materials, 16, 16]: what each material covers of a place."""
        covers = cover_part(self.part, logits, self.part.logits[1] / (self.part.box[2] - self.part.box[0]))
        return F.adaptive_avg_pool2d(torch.cat([covers[cel.name][0] for cel in self.part.cels], 1), 16)

    def _true_shares(self, coverage: Tensor) -> Tensor:
        maps = [coverage[:, first : first + len(cel.materials)] for cel, _, first in cel_slices(self.part)]
        return F.adaptive_avg_pool2d(torch.cat(maps, 1).float() / 255, 16)

    def _averaged(self, c: Tensor, z: Tensor) -> Tensor:
        logits: Tensor = torch.func.functional_call(self.network, self.average, (c, z))
        return logits

    def overcome(self, finding: Finding) -> None:
        """Back to the last checkpoint at half the learning rates; StudioError after ATTEMPTS times, or without one."""
        if not self.heard or self.attempts >= ATTEMPTS or not (self.folder / "state.safetensors").is_file():
            raise StudioError(finding.message, finding.hint)
        self.load()
        self.history, self.sums = [], {}
        self.attempts, self.eased = self.attempts + 1, self.eased * EASED

    # --- checkpoints -------------------------------------------------------------------------------------------

    def more(self) -> dict[str, Tensor]:
        """The judge, its moments and counters."""
        if not self.heard:
            return {}
        tensors = {f"judge.{key}": value for key, value in self.judge.state_dict().items()}
        for index, state in self.judge_optimizer.state_dict()["state"].items():
            tensors |= {f"judge_moment.{index}.{key}": torch.as_tensor(v) for key, v in state.items()}
        numbers = [float(getattr(self, name)) for name in _COUNTED]
        return tensors | {"judge_counters": torch.tensor(numbers, dtype=torch.float64)}

    def take(self, tensors: dict[str, Tensor]) -> None:
        """Go on with a checkpoint's judge; one of coverage alone has none, and the judge begins."""
        if not self.heard or "judge_counters" not in tensors:
            return
        self.judge.load_state_dict(section(tensors, "judge."))
        load_moments(self.judge_optimizer, section(tensors, "judge_moment."))
        for name, value in zip(_COUNTED, tensors["judge_counters"].tolist(), strict=True):
            setattr(self, name, value)


def compared(true: Tensor, made: Tensor) -> dict[str, float]:
    """``psnr`` of RGB windows [n, 3, h, w], dB, and ``edges``, the mean length of the gradient over the truth's."""
    error = float((true - made).square().mean())
    edges = [float(_edges(each)) for each in (made, true)]
    return {"psnr": -10 * math.log10(max(error, 1e-12)), "edges": edges[0] / max(edges[1], 1e-9)}


def _edges(images: Tensor) -> Tensor:
    grey = images.mean(1, keepdim=True)
    across, down = grey[..., 1:, 1:] - grey[..., 1:, :-1], grey[..., 1:, 1:] - grey[..., :-1, 1:]
    return torch.hypot(across, down).mean()
