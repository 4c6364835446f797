"""All parts of the starter, several side by side: one process a part, one thread a process.

Small networks gain more from two processes than from two threads. On one card, too, all parts train at once.
"""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import queue
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from vtuber_studio.artist import schema
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, write_atomically
from vtuber_studio.core.progress import Progress
from vtuber_studio.engine.memory import keep_heap
from vtuber_studio.training.config import ACCELERATOR, SHARES, TrainConfig
from vtuber_studio.training.gan.config import JudgeConfig
from vtuber_studio.training.tables import require_network


@dataclass(frozen=True)
class Plan:
    """How many parts train side by side, and each one's minutes and configuration."""

    jobs: int
    minutes: dict[str, float]
    configs: dict[str, TrainConfig]


def plan(names: list[str], minutes: float, jobs: int | None, cores: int, cuda: bool) -> Plan:
    """What a run of ``minutes`` gives each part; ``jobs`` None: as many side by side as there are ``cores``, or, with
    CUDA, all on the one card, where the cores are shared out among the processes that draw."""
    jobs = min(len(names), jobs or (len(names) if cuda else cores))
    wanted = {name: SHARES[name.partition("=")[0]] for name in names}  # a style's is its part's
    shares = {name: wish / sum(wanted.values()) for name, wish in wanted.items()}
    if jobs == len(names):  # nobody waits for anybody
        budget = dict.fromkeys(names, minutes)
        drawing = _shared_out(cores, shares)
    else:
        budget = {name: minutes * min(1.0, jobs * share) for name, share in shares.items()}
        drawing = dict.fromkeys(names, max(1, cores // jobs))
    configs = {name: replace(ACCELERATOR, workers=drawing[name]) if cuda else TrainConfig() for name in names}
    return Plan(jobs, budget, configs)


def _shared_out(total: int, shares: dict[str, float]) -> dict[str, int]:
    """Whole numbers, in all ``total``, near the shares (their sum is 1); but at least one each."""
    given = {name: max(1, math.floor(total * share)) for name, share in shares.items()}
    wanting = sorted(shares, key=lambda name: given[name] - total * shares[name])
    for name in wanting[: max(0, total - sum(given.values()))]:
        given[name] += 1
    return given


def train_starter(
    out: Path,
    minutes: float,
    parts: list[str] | None = None,
    resume: bool = False,
    jobs: int | None = 2,
    bundle: Path | None = None,
    judge: JudgeConfig | None = None,
) -> Iterator[Progress]:
    """Train ``parts`` (all when None) into run directory ``out`` for about ``minutes`` in all, ``jobs`` at a time, or
    as many as the machine can with None.

    "hair_front=curly" among them is a network for that style alone; one starts from the part's weights in ``bundle``.
    A new run begins with the weights of ``bundle`` when given, and remembers it: its other parts come along when the
    run is exported. ``judge``: the adversarial phase, remembered, too (``gan.judged``).
    Closing the iterator stops the children after their step; they save first. So they do when this process dies.
    """
    begin = time.time()
    names = _check(out, parts, resume)
    make_folder(out)
    base = bundle.resolve() if bundle is not None else run_base(out)
    judge = judge or run_judge(out)
    cuda = _cuda()
    planned = plan(names, minutes, jobs, cores(), cuda)
    settings = {**asdict(next(iter(planned.configs.values()))), "bundle": str(base) if base is not None else None}
    settings["judge"] = asdict(judge) if judge else None
    write_atomically(out / "config.json", json.dumps(settings, indent=1).encode())
    waiting = sorted(names, key=lambda name: -planned.minutes[name])
    budget = planned.minutes
    # a rented card is paid, and taken away, by the minute: there a process's start counts
    end = begin + 60 * minutes if cuda and planned.jobs == len(names) else math.inf
    context = multiprocessing.get_context("spawn")
    messages: Any = context.Queue()
    stop = context.Event()
    running: dict[str, Any] = {}
    fractions = dict.fromkeys(budget, 0.0)
    try:
        while waiting or running:
            while waiting and len(running) < planned.jobs:
                name = waiting.pop(0)
                options = (name, out / name, planned.configs[name], judge, budget[name], end, resume, bundle)
                running[name] = context.Process(target=_child, args=(*options, messages, stop), name=name)
                running[name].start()
            try:
                name, step = messages.get(timeout=1.0)
            except queue.Empty:
                for name, child in list(running.items()):
                    if not child.is_alive() and messages.empty():
                        raise StudioError(
                            f"Training of {name} stopped with exit code {child.exitcode}.",
                            "Go on with --resume; the last checkpoint is sound.",
                        ) from None
                continue
            if isinstance(step, Progress):
                fractions[name] = step.fraction
                _log(out, name, step)
                done = sum(fractions[n] * budget[n] for n in budget) / max(sum(budget.values()), 1e-9)
                yield Progress(done, step.message, step.figures)
            else:
                running.pop(name).join()
                if step is not None:
                    raise StudioError(*step)
    finally:
        stop.set()
        for child in running.values():
            child.join(60)


def cores() -> int:
    """Processor cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _cuda() -> bool:
    try:
        import torch
    except ImportError as error:
        raise StudioError("Training needs torch.", 'Install it: pip install "vtuber-studio[train]".') from error
    return torch.cuda.is_available()


def run_base(run: Path) -> Path | None:
    """The bundle that a run started from; None when it began from nothing."""
    base = _remembered(run).get("bundle")
    return Path(base) if base else None


def run_judge(run: Path) -> JudgeConfig | None:
    """The adversarial phase that a run was begun with; None for coverage alone."""
    judge = _remembered(run).get("judge")
    return msgspec.convert(judge, JudgeConfig) if judge else None


def _remembered(run: Path) -> dict[str, Any]:
    try:
        found = json.loads((run / "config.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _check(out: Path, parts: list[str] | None, resume: bool) -> list[str]:
    names = parts or [part.name for part in schema.PARTS]
    for name in names:
        require_network(name)
    if not resume and (out / "config.json").exists():
        raise StudioError(f"{out} already holds a run.", "Go on with --resume, or choose another folder for --out.")
    if resume and not (out / "config.json").exists():
        raise StudioError(f"{out} holds no run.", "Start one with --out.")
    return names


def _child(
    name: str,
    folder: Path,
    config: TrainConfig,
    judge: JudgeConfig | None,
    minutes: float,
    end: float,
    resume: bool,
    bundle: Path | None,
    messages: Any,
    stop: Any,
) -> None:
    """One part, in a process of its own; the last message is None, or an error's (message, hint)."""
    import torch

    from vtuber_studio.training.gan.judged import JudgedTrainer
    from vtuber_studio.training.trainer import PartTrainer, train_part

    torch.set_num_threads(1)
    torch.backends.cudnn.benchmark = True  # every step has the same shapes
    keep_heap()
    minutes = min(minutes, max(0.0, end - time.time()) / 60)
    parent = multiprocessing.parent_process()

    def over() -> bool:
        return stop.is_set() or (parent is not None and not parent.is_alive())

    try:
        make = partial(JudgedTrainer, judge=judge) if judge else PartTrainer
        run = train_part(name, folder, config, minutes=minutes, resume=resume, bundle=bundle, stop=over, make=make)
        for step in run:
            messages.put((name, step))
    except StudioError as error:
        messages.put((name, (error.message, error.hint)))
    else:
        messages.put((name, None))


def _log(out: Path, name: str, step: Progress) -> None:
    line = json.dumps({"part": name, "fraction": round(step.fraction, 4), **step.figures})
    with suppress(OSError), open(out / "log.jsonl", "a", encoding="utf-8") as file:
        file.write(line + "\n")  # where it cannot be written the next checkpoint says why
