"""Runs that are made ill are found out, and those that are well are not accused; each of a few seconds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.training.gan.little import QUICK, SIDE, discs, pictures
from vtuber_studio.training.gan.config import GanConfig
from vtuber_studio.training.gan.trainer import GanTrainer
from vtuber_studio.training.health import Finding, Vitals, examine


def _found(images: np.ndarray, config: GanConfig, steps: int, tick: int) -> Finding | None:
    """The first finding of a run that is looked at every ``tick`` steps."""
    trainer, history = GanTrainer(pictures(images), Path("unused"), config, "cpu"), list[Vitals]()
    reference = trainer.reference()
    for step in range(1, steps + 1):
        trainer.train_step(0.2)
        if step % tick == 0:
            history.append(trainer.vitals())
            if finding := examine(history, reference):
                return finding
    return None


def test_a_judge_that_learns_fifty_times_as_fast_is_found_out() -> None:
    finding = _found(discs(64), replace(QUICK, judge_rate=50 * QUICK.judge_rate), 24, 4)
    assert finding is not None and finding.kind in ("diverged", "collapsed", "beaten")


def test_one_picture_repeated_is_found_out() -> None:
    finding = _found(np.repeat(discs(1), 40, 0), QUICK, 24, 4)
    assert finding is not None and finding.kind == "same"


def test_twenty_pictures_without_augmentation_are_found_to_be_learned_by_heart() -> None:
    patches = np.random.default_rng(1).integers(0, 256, (20, 4, SIDE // 2, SIDE // 2), np.uint8)
    patches = patches.repeat(2, 2).repeat(2, 3)
    patches[:, 3] = 255
    finding = _found(patches, replace(QUICK, augment="none", r1=0.1), 240, 8)
    assert finding is not None and finding.kind == "overfitted"


@pytest.mark.parametrize(
    "options",
    [{}, {"seed": 2}, {"augment": "diff"}, {"loss": "hinge"}, {"model": "dcgan", "rate": 3e-4, "judge_rate": 3e-4}],
)
def test_a_run_that_is_well_is_not_accused(options: dict[str, object]) -> None:
    assert _found(discs(200), replace(QUICK, **options), 60, 5) is None  # type: ignore[arg-type]
