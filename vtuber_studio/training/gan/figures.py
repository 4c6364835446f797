"""Figures of a run of ``train gan``: can its judge, or neighbours, tell what it makes from pictures it never saw?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vtuber_studio.training.distances import Eye, diversity, inception_figures, prdc, two_sample
from vtuber_studio.training.gan import pictures
from vtuber_studio.training.gan.generators import painted
from vtuber_studio.training.gan.run import read_config
from vtuber_studio.training.gan.trainer import GanTrainer
from vtuber_studio.training.health import places

FEWEST = 16  # pictures a set that figures of sets are taken of
_BATCH = 16
_UNTRAINED = 2**31  # a step whose chance no training had
_PAPER = 235.0 / 255  # what a transparent picture is laid on for Inception, as for the reader

Labelled = tuple[Tensor, Tensor]  # pictures [n, 3 or 4, R, R] premultiplied in 0..1, labels [n, classes]


@torch.no_grad()
def evaluate_gan(
    run: Path, count: int = 128, report: Callable[[int], None] | None = None, eye: Eye | None = None
) -> dict[str, Any]:
    """Figures of ``count`` pictures by the moving average of a run's weights, without truncation or augmentation.

    ``judge``: shares of the pictures that it calls by their name, ``seen`` ones of training, ``held_out`` ones and
    ``made`` ones; ``accuracy``: the mean of the last two, 0.5 when it is fooled. ``beside``: which pictures the figures
    after that compare with, held-out ones where there are FEWEST; none are taken where there are not even so many seen
    ones. ``two_sample``, ``precision``, ``recall``, ``density``, ``coverage`` and ``diversity`` are those of
    ``distances``, of the means over 16 x 16 places: they tell of colours and shapes, not of detail. With ``eye`` also
    ``inception_figures``. ``samples_a_second``: in batches of 16; on the processor of one core's time. StudioError when
    there is no sound run.
    """
    trainer = GanTrainer(pictures.load(run), run, read_config(run))
    trainer.load()
    trainer.generator.load_state_dict(trainer.average)
    trainer.step = _UNTRAINED
    trainer.begin()
    clock = time.perf_counter if trainer.device.type == "cuda" else time.process_time  # other work counts little
    start = clock()
    made = _joined([_made(trainer, min(_BATCH, count - first)) for first in range(0, count, _BATCH)])
    seconds = clock() - start
    if report:
        report(count)
    seen, held_out = (trainer.real(trainer.draw.permutation(own)[:count]) for own in (trainer.seen, trainer.unseen))
    known, unknown, fooled = (_called_real(trainer, side) for side in (seen, held_out, made))
    caught = None if fooled is None else 1 - fooled
    figures: dict[str, Any] = {
        "made": count,
        "pictures": {"seen": len(trainer.seen), "held_out": len(trainer.unseen)},
        "trained_with": trainer.images,
        "judge": {"seen": known, "held_out": unknown, "made": caught, "accuracy": _mean(unknown, caught)},
        "samples_a_second": count / seconds,
    }
    name, real = ("held_out", held_out) if len(held_out[0]) >= FEWEST else ("seen", seen)
    if min(len(real[0]), count) < FEWEST:
        return figures
    a, b = (places(side.cpu().numpy()) for side, _ in (real, made))
    told, chance = two_sample(a, b)
    figures |= {"beside": name, "two_sample": {"accuracy": told, "p": chance}, **prdc(a, b)}
    figures |= {"diversity": {"pictures": diversity(a), "made": diversity(b)}}
    if eye:
        figures |= inception_figures(*([eye(one) for one in _on_paper(side)] for side, _ in (real, made)))
    return figures


def _made(trainer: GanTrainer, n: int) -> Labelled:
    c, z, _ = trainer.asked(n)
    rgba = painted(trainer.part, trainer.generator(c, z).float())
    return rgba[:, :3] if trainer.opaque else rgba, c[:, : trainer.classes]


def _joined(batches: list[Labelled]) -> Labelled:
    images, labels = zip(*batches, strict=True)
    return torch.cat(images), torch.cat(labels)


def _called_real(trainer: GanTrainer, side: Labelled) -> float | None:
    """Share of the pictures whose logit is above 0; None of none. In batches as in training: the judge looks at the
    spread of a batch, so the last one is filled up with the first pictures."""
    images, labels = side
    if not len(images):
        return None
    size, answers = trainer.config.batch, []
    for first in range(0, len(images), size):
        turn = torch.arange(first, first + size) % len(images)
        answers.append(trainer.judged(images[turn], labels[turn], bf16=False)[: len(images) - first])
    return float((torch.cat(answers) > 0).float().mean())


def _mean(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else (a + b) / 2


def _on_paper(images: Tensor) -> Iterator[np.ndarray]:
    """RGB [R, R, 3] in 0..255 of each."""
    for image in images.cpu():
        rgb = image[:3] if len(image) == 3 else image[:3] + _PAPER * (1 - image[3:])
        yield 255 * rgb.permute(1, 2, 0).numpy()
