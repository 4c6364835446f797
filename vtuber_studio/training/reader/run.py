"""A run of the reader's training: the set is drawn, then each of its networks learns.

A run directory holds the set of portraits, and for each network ``state.safetensors``, written whole and then renamed:
a killed run goes on from its last checkpoint.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.progress import Progress
from vtuber_studio.training.reader.details import DetailTrainer, DetailViews
from vtuber_studio.training.reader.labels import DETAILS
from vtuber_studio.training.reader.learner import Learner, ReaderConfig, learn, report, rounded
from vtuber_studio.training.reader.portraits import draw_set
from vtuber_studio.training.reader.trainer import ReaderTrainer
from vtuber_studio.training.reader.views import Views

MAIN_SHARE = 0.5  # of a run's time: the network that sees the whole


def train_reader(
    folder: Path,
    config: ReaderConfig | None = None,
    *,
    minutes: float = 0.0,
    steps: int = 0,
    resume: bool = False,
) -> Iterator[Progress]:
    """Draw what is missing of the set, then train for ``minutes``, shared by all networks of a reader, or each for
    exactly ``steps``; a Progress every few seconds. ``learner.learn`` says how."""
    config = config or ReaderConfig()
    if not resume and (folder / "state.safetensors").exists():
        raise StudioError(f"There is a run in {str(folder)!r} already.", "Go on with --resume, or give another folder.")
    cv2.setNumThreads(1)
    yield from draw_set(folder / "portraits", min(config.first, config.portraits))
    trainer = ReaderTrainer(folder, config)
    if resume and (folder / "state.safetensors").is_file():
        trainer.load()
    views, drawing = Views(folder / "portraits", config), draw_set(folder / "portraits", config.portraits)

    def draw(done: float) -> None:
        if views.count < min(1.0, 2 * done) * config.portraits and next(drawing, None):
            views.more()

    yield from learn(trainer, "reader", views.batch, minutes=MAIN_SHARE * minutes, steps=steps, between=draw)
    yield Progress(MAIN_SHARE, "reader", _looked(trainer, views))
    rest = (1 - MAIN_SHARE) / len(DETAILS)
    for number, name in enumerate(DETAILS):
        own = DetailTrainer(folder / name, config, name)
        if resume and (own.folder / "state.safetensors").is_file():
            own.load()
        seen = DetailViews(views, name)
        yield from learn(own, name, seen.batch, minutes=rest * minutes, steps=steps)
        yield Progress(MAIN_SHARE + rest * (number + 1), name, _looked(own, seen))


def _looked(learner: Learner, views: Views | DetailViews) -> dict[str, float]:
    """Its figures on portraits that it never learns from, in its log, too."""
    figures = learner.look(views.unseen(128))
    report(learner, figures)
    return rounded(figures)
