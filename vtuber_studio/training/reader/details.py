"""Training of what reads from so near that nothing else is seen (``engine.details``): an eye, the mouth."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch

from vtuber_studio.engine.details import CLOSE, DETAIL, MIRRORED, place
from vtuber_studio.engine.views import NEAR
from vtuber_studio.training.reader.augment import View, viewed
from vtuber_studio.training.reader.labels import DETAILS, POINTS, columns
from vtuber_studio.training.reader.learner import Learner, ReaderConfig
from vtuber_studio.training.reader.losses import UNSEEN, chosen, gaussian
from vtuber_studio.training.reader.network import DetailReader
from vtuber_studio.training.reader.portraits import PART_NAMES
from vtuber_studio.training.reader.views import Views

SIZE = round(DETAIL * NEAR / CLOSE)  # pixels a side of the view from near that the squares are cut out of
WEIGHTS = {"choices": 1.5, "ranges": 14.0}
_OFF = 1.5 / DETAIL  # standard deviation of where the point is thought to be, in shares of the square's side
_ZOOM = 0.08
_ALL = columns()


class DetailViews:
    """Batches of squares of one kind; batch number i is a function of the seed, the set so far and i."""

    def __init__(self, views: Views, name: str) -> None:
        self.views, self.detail = views, DETAILS[name]

    def batch(self, step: int) -> list[Detailed]:
        """The squares of a step."""
        views = self.views
        rng = np.random.default_rng([views.config.seed, step])
        seen: list[Detailed] = []
        while len(seen) < views.config.batch:
            seen += self._of_one(int(rng.choice(len(views.share), p=views.share)), rng)
        return seen

    def unseen(self, count: int) -> list[Detailed]:
        """Squares of portraits that are not learned from: always the same ones."""
        rng = np.random.default_rng(self.views.config.seed)
        seen: list[Detailed] = []
        while len(seen) < count:
            seen += self._of_one(len(seen) % self.views.config.held_out, rng)
        return seen

    def _of_one(self, chunk: int, rng: np.random.Generator) -> list[Detailed]:
        labels = self.views.labels[chunk]
        index = int(rng.integers(len(self.views.pictures[chunk])))
        picture = np.array(self.views.pictures[chunk][index])
        style = rng.uniform(0.1, 1.0)
        view = viewed(picture, labels["values"][index], labels["points"][index], True, rng, style, SIZE)
        return [(_cut(view, name, rng), self._true(view, name), labels["seen"][index]) for name in self.detail.at]

    def _true(self, view: View, name: str) -> np.ndarray:
        """What is to be read there, of the side that is shown, turned when that is shown in the mirror."""
        own, flipped = dict(zip(self.detail.swapped[:1], self.detail.swapped[1:], strict=True)), name in MIRRORED
        values = [view.values[_ALL[own.get(row.name, row.name) if flipped else row.name]] for row in self.detail.rows]
        signs = [-1.0 if flipped and row.name in self.detail.turned else 1.0 for row in self.detail.rows]
        return np.concatenate([sign * value for sign, value in zip(signs, values, strict=True)])


Detailed = tuple[np.ndarray, np.ndarray, np.ndarray]  # square uint8 [DETAIL, DETAIL, 3], values, seen shares of parts


def _cut(view: View, name: str, rng: np.random.Generator) -> np.ndarray:
    centre, side = place(view.points * SIZE, list(POINTS).index(name), name)
    centre = centre + side * _OFF * rng.normal(size=2)
    zoom = DETAIL / (side * rng.uniform(1 - _ZOOM, 1 + _ZOOM))
    matrix = np.array([[zoom, 0, DETAIL / 2 - zoom * centre[0]], [0, zoom, DETAIL / 2 - zoom * centre[1]]])
    cut = cv2.warpAffine(view.image, matrix, (DETAIL, DETAIL), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return cut[:, ::-1] if name in MIRRORED else cut


def new_detail(name: str) -> DetailReader:
    """A network that answers the rows of a detail."""
    rows = DETAILS[name].rows
    return DetailReader(sum(row.size for row in rows), sum(not row.choices for row in rows))


class DetailTrainer(Learner):
    """The network of one detail."""

    def __init__(self, folder: Path, config: ReaderConfig, name: str, device: str | None = None) -> None:
        super().__init__(folder, config, partial(new_detail, name), device)
        rows = DETAILS[name].rows
        self.rows, self.at = rows, columns(rows)
        self.choices = [self.at[row.name] for row in rows if row.choices]
        self.ranges = [self.at[row.name].start for row in rows if not row.choices]
        self.parts = [[PART_NAMES.index(part) for part in row.parts] for row in rows if not row.choices]

    def train_step(self, views: list[Detailed], rate: float) -> dict[str, float]:
        """One step; the loss's terms. FloatingPointError, before any weight changes, when it is not finite."""
        picture, values, seen = (tensor.to(self.device) for tensor in _tensors(views))
        self.network.train()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            own, spread = self.network(picture.contiguous(memory_format=torch.channels_last))
        shown = torch.stack([seen[:, parts].amax(1) for parts in self.parts], 1)
        weight = torch.where(shown < UNSEEN, UNSEEN, 1.0)
        gauss = gaussian(own[:, self.ranges], spread, values[:, self.ranges])
        terms = {
            "choices": torch.stack([chosen(own[:, at], values[:, at]) for at in self.choices], 1).mean(),
            "ranges": (gauss * weight).sum() / weight.sum(),
        }
        return self.descend(terms, WEIGHTS, rate)

    @torch.no_grad()
    def look(self, views: list[Detailed]) -> dict[str, float]:
        """Figures of the averaged weights on some squares."""
        picture, true, _ = _tensors(views)
        own = self.averaged().to(self.device)(picture.to(self.device))[0].cpu()
        right = [(own[:, at].argmax(1) == true[:, at].argmax(1)).float().mean() for at in self.choices]
        off = (own - true)[:, self.ranges].square().mean(0)
        fits = 1 - off / true[:, self.ranges].var(0, unbiased=False).clamp(min=1e-3)
        return {"right": float(torch.stack(right).mean()), "r2": float(fits.mean())}


def _tensors(views: list[Detailed]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    pictures, values, seen = (np.stack(each) for each in zip(*views, strict=True))
    picture = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1
    return picture, torch.from_numpy(values.astype(np.float32)), torch.from_numpy(seen)
