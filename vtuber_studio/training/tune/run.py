"""A tuning from its first step to its last: reports, snapshots, pauses, and what is done when it goes wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
import torch

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, write_atomically
from vtuber_studio.core.finetuning import SAMPLES, Advance, Event, GoingOn, Health, Paused
from vtuber_studio.core.image import encode_png
from vtuber_studio.training.tune.health import ATTEMPTS, EASED, MEMORY, examine, found_of, same
from vtuber_studio.training.tune.trainer import Marks, Tuner
from vtuber_studio.training.watching import Watch

Request = Literal["", "keep", "discard", "pause", "leave"]  # leave: end, and be gone on with later
_WAIT = 0.2  # seconds between looks while paused
_LOOKING = 8.0  # times as long as a report takes are the steps before the next one
_BETTER = 0.05  # decibels that the last state may be worse than the best and still be kept
_SHEET = 256  # pixels a picture


@dataclass
class Outcome:
    """How a tuning ended: "done", as it was asked to end, or "ill" where it was stopped for its own sake; ``kept``
    says which state the networks are in."""

    ended: Literal["done", "ill", "discard", "leave"] = "done"
    kept: Literal["last", "best"] = "last"
    first: Marks | None = None
    marks: Marks | None = None


def use_threads(count: int) -> None:
    """Compute with ``count`` threads in this process."""
    torch.set_num_threads(count)


def tune(
    tuner: Tuner,
    outcome: Outcome,
    *,
    minutes: float = 0.0,
    steps: int = 0,
    asked: Callable[[], Request] = lambda: "",
) -> Iterator[Event]:
    """Tune for ``minutes`` of steps, or for exactly ``steps``, in all, from the folder's snapshot where there is one;
    ``outcome`` is filled in. ``asked`` is asked before every step. Closing the iterator saves first.

    A step that is not finite, or a run found diverged, goes back to the best snapshot at a lower rate, ATTEMPTS times;
    then, and when other looks are forgotten or the pictures learned by heart, it ends with the best.
    """
    if finding := same([each.target for each in (*tuner.learned, *tuner.held_back)]):
        yield finding
        outcome.ended = "ill"
    best = _begun(tuner)
    outcome.first = tuner.first
    history = [tuner.first or best, best]
    ticked = saved = time.monotonic()
    took, sound = 0.0, True
    watch = Watch(tuner.folder)
    yield _report(tuner, watch, 0.0, minutes, best, None)
    try:
        while outcome.ended == "done":
            done = tuner.step / steps if steps else tuner.seconds / (60 * minutes) if minutes else 1.0
            request = asked()
            if request in ("discard", "leave"):
                outcome.ended = request  # type: ignore[assignment]
            if done >= 1 or request in ("keep", "discard", "leave"):
                break
            if request == "pause":
                yield from _saved(tuner, asked)
                yield from _paused(lambda: asked() == "pause")
                continue
            begun, finding, sound = time.monotonic(), None, False
            try:
                tuner.train_step(min(done, 1.0))
            except FloatingPointError as error:
                finding = examine(history, tuner.losses, broken=str(error))
            except (torch.OutOfMemoryError, MemoryError) as error:
                yield _halved(tuner, error)
            sound = finding is None
            now = time.monotonic()
            tuner.seconds += now - begun
            due = tuner.step % tuner.config.tick_steps == 0 if tuner.config.tick_steps else (
                now - ticked > max(tuner.config.tick_seconds, _LOOKING * took)
            )  # fmt: skip
            if finding is None and due:
                marks = tuner.marks()
                finding = examine([*history, marks], tuner.losses) or _of_judge(tuner)
                history.append(marks)
                yield _report(tuner, watch, min(done, 1.0), minutes, marks, finding)
                sound = finding is None
                if finding is None and marks.judged > best.judged:
                    best = marks
                    yield from _saved(tuner, asked, best)
                    saved = time.monotonic()
                ticked = time.monotonic()
                took = ticked - now
            if finding is not None:
                yield finding
                if finding.kind != "diverged" or tuner.eased <= EASED**ATTEMPTS:
                    outcome.ended = "ill"
                else:
                    eased = EASED * tuner.eased
                    history = [history[0], tuner.load_best()]
                    tuner.eased, sound = eased, True
            elif time.monotonic() - saved > tuner.config.save_seconds:
                yield from _saved(tuner, asked)
                saved = time.monotonic()
    finally:
        if sound and outcome.ended in ("done", "leave"):
            tuner.save()
    if outcome.ended in ("done", "ill"):
        last = tuner.marks() if outcome.ended == "done" else None
        if last is None or last.judged < best.judged - _BETTER:
            outcome.kept, last = "best", tuner.load_best()
        outcome.marks = last
        yield _report(tuner, watch, 1.0, minutes, last, None)


def _begun(tuner: Tuner) -> Marks:
    """The best so far, which is where it begins: the untuned networks, or those of a run that goes on."""
    if (tuner.folder / "state.safetensors").is_file() and (tuner.folder / "best.safetensors").is_file():
        best = tuner.load_best()
        tuner.load()
    else:
        best = tuner.first = tuner.marks()
        tuner.save_best(best)
        tuner.save()
    return best


def _saved(tuner: Tuner, asked: Callable[[], Request], best: Marks | None = None) -> Iterator[Event]:
    """Saves; while that cannot be done (a full disk) it waits, and the old snapshot stays."""
    told = False
    while True:
        try:
            tuner.save()
            if best is not None:
                tuner.save_best(best)
            break
        except StudioError as error:
            if not told:
                told = True
                yield Health("disk", error.message, error.hint)
                yield Paused()
            until = time.monotonic() + 10 * _WAIT
            while time.monotonic() < until and asked() in ("", "pause"):
                time.sleep(_WAIT)
            if asked() not in ("", "pause"):
                return
    if told:
        yield GoingOn()


def _paused(still: Callable[[], bool]) -> Iterator[Event]:
    yield Paused()
    while still():
        time.sleep(_WAIT)
    yield GoingOn()


def _of_judge(tuner: Tuner) -> Health | None:
    """What the judge's answers say of a full run. One that has nothing more to teach is dismissed."""
    found = tuner.judge_finding()
    if found is None:
        return None
    if found.kind in ("beaten", "overfitted", "same"):
        assert tuner.judge is not None
        tuner.judge.dismissed = True
        return None
    return found_of("diverged")


def _halved(tuner: Tuner, error: Exception) -> Event:
    """Fewer pictures at a time from now on, as many a step."""
    tuner.optimizer.zero_grad(set_to_none=True)
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if tuner.micro <= 1:
        raise StudioError("There is too little memory to learn a single picture.", MEMORY) from error
    tuner.micro //= 2
    return Health("memory", f"Memory is short: {tuner.micro} pictures at a time from now on.", MEMORY)


def _report(
    tuner: Tuner, watch: Watch, done: float, minutes: float, marks: Marks, finding: Health | None
) -> Advance:
    figures = {name: round(value, 4) for name, value in asdict(marks).items() if value is not None}
    figures |= {"step": float(tuner.step), "seconds": round(tuner.seconds, 1)}
    if tuner.losses:  # none where it goes on, or went back to its best, until the next step
        figures["loss"] = round(float(np.mean(tuner.losses[-50:])), 5)
    watch.figures(tuner.images, figures | ({"finding": finding.kind} if finding else {}))
    path = make_folder(tuner.folder / SAMPLES) / f"{tuner.step:08}.png"
    with suppress(StudioError):  # where it cannot be written the next snapshot says why
        write_atomically(path, encode_png(_sheet(tuner)))
    said = f"{marks.learned:.1f} dB on the pictures"
    said += "" if marks.held_back is None else f", {marks.held_back:.1f} dB on those held back"
    left = max(60 * minutes - tuner.seconds, 0.0) if minutes else None
    return Advance("tuning", done, f"{said}.", left, figures, f"{SAMPLES}/{path.name}")


def _sheet(tuner: Tuner) -> np.ndarray:
    """Image of up to three rows: a picture, its fit as the untuned networks paint it, as the tuned ones do."""
    rows = [np.concatenate([_over(each) for each in row], 1) for row in tuner.shown()]
    whole = np.concatenate(rows, 0)
    return np.concatenate([whole, np.full_like(whole[..., :1], 255)], 2)


def _over(rgba: torch.Tensor) -> np.ndarray:
    """uint8 [h, w, 3] of premultiplied RGBA [1, 4, S, S] over light grey."""
    small = torch.nn.functional.interpolate(rgba, (_SHEET, _SHEET), mode="area")[0]
    rgb = (small[:3] + 0.92 * (1 - small[3:])).clamp(0, 1)
    return (255 * rgb).round().byte().permute(1, 2, 0).cpu().numpy()

