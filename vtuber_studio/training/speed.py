"""How fast a part trains on this machine, and where the time goes."""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from vtuber_studio.artist import schema
from vtuber_studio.core.errors import StudioError
from vtuber_studio.engine.memory import keep_heap
from vtuber_studio.training.config import TrainConfig
from vtuber_studio.training.data import Drawings, Pool
from vtuber_studio.training.tables import artist_tables
from vtuber_studio.training.trainer import PartTrainer

WARM_UP = 4  # steps before the measured ones
DRAWINGS = 12


def bench_training(
    parts: list[str] | None = None, steps: int = 20, config: TrainConfig | None = None
) -> dict[str, Any]:
    """For each of ``parts`` (all when None), on one thread as in a run: ``images_a_second`` of one core that also
    draws, ``ms_an_image`` and the share in percent of each phase: draw, forward, loss, backward, clip, adam, muon, ema.

    Medians over ``steps``. Processor time, so that other work on the machine counts little; with CUDA, time passed.
    Sets the process's threads and heap as a trainer's are.
    """
    known = [part.name for part in schema.PARTS]
    if unknown := [name for name in parts or known if name not in known]:
        raise StudioError(f"There is no part called {unknown[0]!r}.", f"The parts are {', '.join(known)}.")
    torch.set_num_threads(1)
    keep_heap()
    config = config or TrainConfig(workers=0)
    return {name: _part(name, steps, config) for name in parts or known}


def _part(name: str, steps: int, config: TrainConfig) -> dict[str, Any]:
    tables = artist_tables(name)
    drawings = Drawings(tables, config.seed)
    draw = []
    for index in range(DRAWINGS):
        start = time.process_time()
        drawings[index]
        draw.append(time.process_time() - start)
    with tempfile.TemporaryDirectory() as folder:  # nothing is saved
        trainer = PartTrainer(tables, Path(folder), config)
        cuda = trainer.device.type == "cuda"
        batch = Pool(tables, config, device=str(trainer.device)).batch()
        laps: dict[str, list[float]] = defaultdict(list)
        before = 0.0

        def now() -> float:
            if cuda:
                torch.cuda.synchronize()
            return time.perf_counter() if cuda else time.process_time()

        def lap(phase: str) -> None:
            nonlocal before
            laps[phase].append((after := now()) - before)
            before = after

        for _ in range(WARM_UP + steps):
            before = now()
            trainer.train_step(batch, 0.5, lap)
    phases = {phase: float(np.median(times[WARM_UP:])) / config.batch for phase, times in laps.items()}
    phases = {"draw": float(np.median(draw)) / config.uses, **phases}
    whole = sum(phases.values())
    return {
        "images_a_second": round(1 / whole, 1),
        "ms_an_image": round(1000 * whole, 2),
        "percent": {phase: round(100 * seconds / whole, 1) for phase, seconds in phases.items()},
    }
