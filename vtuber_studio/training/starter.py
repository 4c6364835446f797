"""All parts of the starter, several side by side: one process a part, one thread a process.

Small networks gain more from two processes than from two threads.
"""

from __future__ import annotations

import json
import multiprocessing
import queue
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vtuber_studio.artist import schema
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, write_atomically
from vtuber_studio.core.progress import Progress
from vtuber_studio.engine.memory import keep_heap
from vtuber_studio.training.config import SHARES, TrainConfig
from vtuber_studio.training.tables import require_network


def train_starter(
    out: Path,
    minutes: float,
    parts: list[str] | None = None,
    resume: bool = False,
    jobs: int = 2,
    bundle: Path | None = None,
) -> Iterator[Progress]:
    """Train ``parts`` (all when None) into run directory ``out`` for about ``minutes`` in all, ``jobs`` at a time.

    "hair_front=curly" among them is a network for that style alone; one starts from the part's weights in ``bundle``.
    A new run begins with the weights of ``bundle`` when given, and remembers it: its other parts come along when the
    run is exported.
    Closing the iterator stops the children after their step; they save first. So they do when this process dies.
    """
    names = _check(out, parts, resume)
    make_folder(out)
    config = TrainConfig()
    base = bundle.resolve() if bundle is not None else run_base(out)
    settings = {**asdict(config), "bundle": str(base) if base is not None else None}
    write_atomically(out / "config.json", json.dumps(settings, indent=1).encode())
    shares = {name: SHARES[name.partition("=")[0]] for name in names}  # a style's is its part's
    waiting = sorted(names, key=lambda name: -shares[name])
    budget = {name: minutes * jobs * shares[name] / sum(shares.values()) for name in names}
    context = multiprocessing.get_context("spawn")
    messages: Any = context.Queue()
    stop = context.Event()
    running: dict[str, Any] = {}
    fractions = dict.fromkeys(budget, 0.0)
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                name = waiting.pop(0)
                options = (name, out / name, config, budget[name], resume, bundle, messages, stop)
                running[name] = context.Process(target=_child, args=options, name=name)
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


def run_base(run: Path) -> Path | None:
    """The bundle that a run started from; None when it began from nothing."""
    try:
        base = json.loads((run / "config.json").read_bytes()).get("bundle")
    except (OSError, ValueError, AttributeError):
        return None
    return Path(base) if base else None


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
    minutes: float,
    resume: bool,
    bundle: Path | None,
    messages: Any,
    stop: Any,
) -> None:
    """One part, in a process of its own; the last message is None, or an error's (message, hint)."""
    import torch

    from vtuber_studio.training.trainer import train_part

    torch.set_num_threads(1)
    keep_heap()
    parent = multiprocessing.parent_process()

    def over() -> bool:
        return stop.is_set() or (parent is not None and not parent.is_alive())

    try:
        for step in train_part(name, folder, config, minutes=minutes, resume=resume, bundle=bundle, stop=over):
            messages.put((name, step))
    except StudioError as error:
        messages.put((name, (error.message, error.hint)))
    else:
        messages.put((name, None))


def _log(out: Path, name: str, step: Progress) -> None:
    line = json.dumps({"part": name, "fraction": round(step.fraction, 4), **step.figures})
    with suppress(OSError), open(out / "log.jsonl", "a", encoding="utf-8") as file:
        file.write(line + "\n")  # where it cannot be written the next checkpoint says why
