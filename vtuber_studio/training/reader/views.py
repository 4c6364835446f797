"""Batches of views for the reader's training, from a set of portraits on the disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vtuber_studio.core.errors import StudioError
from vtuber_studio.training.reader.augment import View, viewed
from vtuber_studio.training.reader.learner import ReaderConfig
from vtuber_studio.training.reader.portraits import chunks

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
