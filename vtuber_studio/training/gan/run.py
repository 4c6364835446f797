"""A run from beginning to end: pictures made ready, steps, reports, snapshots, and what is done when it falls ill."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, write_atomically
from vtuber_studio.core.progress import Progress
from vtuber_studio.training.gan import pictures
from vtuber_studio.training.gan.config import GanConfig, bounded
from vtuber_studio.training.gan.trainer import GanTrainer
from vtuber_studio.training.health import Finding, Vitals, examine
from vtuber_studio.training.watching import Watch

EASED = 0.5  # of the learning rates, after a divergence
ATTEMPTS = 3  # divergences that are overcome by going back
SAMPLES = 32  # on a sheet


def train_gan(
    folder: Path | None,
    out: Path,
    config: GanConfig,
    *,
    minutes: float = 0.0,
    steps: int = 0,
    resume: bool = False,
    into: tuple[str, ...] = (),
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Progress]:
    """Train on the pictures in ``folder`` into run ``out`` for ``minutes``, or for exactly ``steps``; with ``resume``
    go on with a run, its own pictures and configuration. ``into``: see ``watching.WRITERS``.

    Closing the iterator saves first, and so does ``stop``, asked before every step. A step that is not finite, or a
    run found diverged, goes back to the last sound snapshot at half the learning rates, up to ATTEMPTS times; then
    StudioError, and that snapshot stays.
    """
    config = _opened(out, config, resume)
    watch = Watch(out, into)
    for name in watch.missing:
        yield Progress(0.0, f"{name} is not installed: nothing is written for it.")
    if not resume:
        assert folder is not None
        if out.resolve().is_relative_to(folder.resolve()):
            raise StudioError(f"The run would lie among the pictures in {folder}.", "Choose another folder for --out.")
        for step in pictures.prepare(folder, out, config.resolution):
            yield Progress(0.0, step.message)
        write_atomically(make_folder(out) / "config.json", json.dumps(asdict(config), indent=1).encode())
    trainer = GanTrainer(pictures.load(out), out, config)
    if (out / "state.safetensors").is_file():
        trainer.load()
    else:
        trainer.save()
    yield from _steps(trainer, watch, minutes, steps, stop)


def _steps(
    trainer: GanTrainer, watch: Watch, minutes: float, steps: int, stop: Callable[[], bool]
) -> Iterator[Progress]:
    config, reference = trainer.config, trainer.reference()
    history: list[Vitals] = []
    first, seen, begin, before = trainer.step, trainer.images, time.monotonic(), trainer.seconds
    saved = ticked = begin
    attempts, done, sound = 0, 0.0, True
    try:
        while True:
            now = time.monotonic()
            done = (trainer.step - first) / steps if steps else (now - begin) / (60 * minutes) if minutes else 1.0
            if done >= 1 or stop():
                break
            finding: Finding | None = None
            sound = False
            try:
                trainer.train_step(done)
            except FloatingPointError as error:
                finding = Finding("diverged", trainer.images, f"A step was not finite: {error}.", "")
            sound = finding is None
            trainer.seconds = before + time.monotonic() - begin
            if finding is None and now - ticked > config.tick_seconds:
                ticked = now
                vitals, finding = _look(trainer, history, reference)
                trainer.adapt(vitals.r_t, vitals.images - seen)
                seen = vitals.images
                yield _report(trainer, watch, done, vitals, finding)
            if finding is not None and finding.kind == "diverged":
                sound = False
                attempts = _go_back(trainer, attempts, finding)
                history.clear()
                seen, sound = trainer.images, True
                back = f"Back to {trainer.images} pictures, at half the learning rates."
                yield Progress(done, f"{finding.message} {back}")
            elif now - saved > config.save_seconds:
                saved = now
                trainer.save()
                watch.sheet(trainer.images, trainer.samples(SAMPLES).cpu().numpy())
    finally:
        if sound:
            trainer.save()
    if trainer.sums:  # something was learned since the last report
        watch.sheet(trainer.images, trainer.samples(SAMPLES).cpu().numpy())
        yield _report(trainer, watch, min(done, 1.0), *_look(trainer, history, reference))


def _look(trainer: GanTrainer, history: list[Vitals], reference: float) -> tuple[Vitals, Finding | None]:
    vitals = trainer.vitals()
    history.append(vitals)
    return vitals, examine(history, reference)


def _report(trainer: GanTrainer, watch: Watch, done: float, vitals: Vitals, finding: Finding | None) -> Progress:
    figures: dict[str, Any] = {name: round(value, 4) for name, value in asdict(vitals).items() if value is not None}
    figures |= {"p": round(trainer.adaptive.p, 3), "seconds": round(trainer.seconds, 1)}
    if finding is not None:
        figures |= {"finding": finding.kind}
    watch.figures(figures.pop("images"), figures)
    message = f"{vitals.images} pictures" + (f". {finding.message} {finding.hint}" if finding else "")
    return Progress(done, message, figures)


def _go_back(trainer: GanTrainer, attempts: int, finding: Finding) -> int:
    if attempts >= ATTEMPTS:
        raise StudioError(
            f"Training diverged {attempts + 1} times. {finding.message}",
            "Its last snapshot is sound. Begin anew with lower learning rates, or with --r1 10.",
        )
    eased = trainer.eased
    trainer.load()
    trainer.eased = EASED * eased
    return attempts + 1


def _opened(out: Path, config: GanConfig, resume: bool) -> GanConfig:
    """The configuration of a run: the one given, or with ``resume`` its own. StudioError when there is a run where a
    new one should begin, or none to go on with."""
    there = (out / "config.json").is_file()
    if there != resume:
        raise StudioError(
            f"{out} already holds a run." if there else f"{out} holds no run.",
            "Go on with --resume, or choose another folder for --out." if there else "Start one with --out.",
        )
    return read_config(out) if resume else config


def read_config(run: Path) -> GanConfig:
    """What a run was told; StudioError when it cannot be read, or cannot be."""
    try:
        return bounded(msgspec.json.decode((run / "config.json").read_bytes(), type=GanConfig))
    except (OSError, msgspec.MsgspecError) as error:
        raise StudioError(f"The configuration of {run} cannot be read: {error}.", "Begin a new run.") from error
