"""Training of the network that sees the whole portrait, and its face from near: what it is asked, and its losses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from vtuber_studio.training.reader.labels import POINTS, REGIONS, ROWS, columns
from vtuber_studio.training.reader.learner import Learner, ReaderConfig
from vtuber_studio.training.reader.losses import UNSEEN, chosen, gaussian
from vtuber_studio.training.reader.network import Answer, Reader
from vtuber_studio.training.reader.portraits import PART_NAMES
from vtuber_studio.training.reader.views import Seen, is_near

COLUMNS = columns()
CHOICES = [COLUMNS[row.name] for row in ROWS if row.choices]
RANGES = [COLUMNS[row.name].start for row in ROWS if not row.choices]
# what the view from near is not asked, its parts lie outside: each row is read in the one view that shows it best
_FAR = {"hair_back", "body", "ears", "headwear", "earrings"}
ASKED_NEAR = torch.tensor([float(not set(row.parts) & _FAR) for row in ROWS])
ASKED_FAR = 1 - ASKED_NEAR
# of the loss's terms: a row among sixty ranges is heard as well as one among sixteen choices
WEIGHTS = {"choices": 1.5, "ranges": 14.0, "regions": 0.3, "points": 10.0}


_PARTS = [[PART_NAMES.index(name) for name in row.parts] for row in ROWS if not row.choices]


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
    of_ranges = asked[:, [not row.choices for row in ROWS]] * torch.where(shown < UNSEEN, UNSEEN, 1.0)
    crossed = torch.stack([chosen(own[:, at], values[:, at]) for at in CHOICES], 1)
    gauss = gaussian(own[:, RANGES], spread, values[:, RANGES])
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


class ReaderTrainer(Learner):
    """The network that sees the whole portrait, and its face from near."""

    def __init__(self, folder: Path, config: ReaderConfig, device: str | None = None) -> None:
        super().__init__(folder, config, new_reader, device)

    def train_step(self, views: list[Seen], rate: float) -> dict[str, float]:
        """One step; the loss's terms. FloatingPointError, before any weight changes, when it is not finite."""
        picture, *truth = (tensor.to(self.device) for tensor in tensors(views))
        self.network.train()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            answer = self.network(picture.contiguous(memory_format=torch.channels_last), _phase(self.step))
        terms = losses(answer, truth[0], truth[1], truth[2], truth[3], self.step)
        return self.descend(terms, WEIGHTS, rate)

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


def near_ones(count: int, device: torch.device) -> Tensor:
    return torch.tensor([is_near(index) for index in range(count)], device=device)


def _phase(step: int) -> tuple[int, int]:
    return step // 2 % 2, step % 2
