"""Fine-tuning from pictures to a generator: reading, fitting, tuning, exporting, each into the run's folder, so that a
run that was left, or killed, goes on where it was."""

from __future__ import annotations

import datetime
import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from msgspec import structs

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import write_atomically
from vtuber_studio.core.finetuning import (
    BUNDLE,
    EVENTS,
    PID,
    RUN,
    STOP,
    Advance,
    Done,
    Event,
    FinetuneConfig,
    Run,
    Stopped,
    asked,
    encode,
    read_run,
    write_run,
)
from vtuber_studio.engine.bundle import find_bundle, read_bundle, read_manifest, staged
from vtuber_studio.engine.generator import load_generator
from vtuber_studio.engine.memory import keep_heap
from vtuber_studio.engine.shelf import MANIFEST, shelved
from vtuber_studio.intake.bring import picture_files
from vtuber_studio.intake.stages import fit_pictures, fitted_pictures, read_pictures
from vtuber_studio.training.sets import slider_accuracy
from vtuber_studio.training.tune.bundling import export_tuned
from vtuber_studio.training.tune.config import TuneConfig
from vtuber_studio.training.tune.peers import ALONE, Peers
from vtuber_studio.training.tune.run import Outcome, Request, tune, use_threads
from vtuber_studio.training.tune.trainer import Fitted, Tuner

SHARES = {"reading": (0.0, 0.03), "fitting": (0.03, 0.3), "tuning": (0.3, 0.97), "exporting": (0.97, 1.0)}
_SLIDERS = ("jaw", "side_locks", "mouth_width", "shoulders", "parting", "neck")  # that the reader reads well


def begin(folder: Path, config: FinetuneConfig, pictures: Sequence[Path], base: Path | None, name: str = "") -> Run:
    """A new run in ``folder``, which holds nothing yet. StudioError when it does, or when base or pictures are
    missing."""
    if (folder / RUN).exists():
        raise StudioError(f"{folder} already holds a run.", "Go on with --resume, or choose another folder.")
    if folder.is_dir() and (held := sorted(each.name for each in folder.iterdir())):
        raise StudioError(f"{folder} holds {held[0]!r}, and a run has a folder of its own.", "Choose a new folder.")
    picture_files(pictures)
    bundle = read_bundle(find_bundle(base))
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    names = tuple(str(each.resolve()) for each in pictures)
    folder_of = str(bundle.folder.resolve())
    run = Run(config=config, pictures=names, base=folder_of, base_id=bundle.manifest.id, created=now, name=name)
    write_run(folder, run)
    return run


def in_background(threads: int = 0, tie: IO[bytes] | None = None, peers: Peers = ALONE) -> threading.Event:
    """Make this process one that the window stays usable beside: low priority, one thread less than there are cores.
    The event is set when ``tie``, usually the standard input, comes to its end."""
    with suppress(OSError, AttributeError):
        os.nice(10)
    keep_heap()
    use_threads(threads or max(1, ((os.cpu_count() or 2) - 1) // peers.count))
    gone = threading.Event()
    if tie is not None:

        def wait(pipe: IO[bytes]) -> None:
            with suppress(OSError, ValueError):
                while pipe.read(1024):
                    pass
            gone.set()

        threading.Thread(target=wait, args=(tie,), daemon=True).start()
    return gone


def finetune(
    folder: Path,
    out: Path | None = None,
    *,
    steps: int = 0,
    tuning: TuneConfig | None = None,
    gone: threading.Event | None = None,
    peers: Peers = ALONE,
) -> Iterator[Event]:
    """Go through the stages of the run in ``folder``, from where it is; its outcome lies in it, and at ``out``.

    Each event is also a line of its events. ``steps`` instead of minutes, and ``tuning``, are for tests. ``gone``: the
    parent died. The last event is Done or Stopped; none of both when the run was left, to be gone on with.
    StudioError for what the user has to change.
    """
    (folder / STOP).unlink(missing_ok=True)
    write_atomically(folder / PID, str(os.getpid()).encode())
    try:
        with open(folder / EVENTS, "ab") as log:
            for event in _stages(folder, out, steps, tuning, gone or threading.Event(), peers):
                log.write(encode(event) + b"\n")
                log.flush()
                yield event
    finally:
        (folder / PID).unlink(missing_ok=True)


def base_of(run: Run) -> Path:
    """The generator that a run tunes: in the folder that it names, or, on another computer, the one of the same id that
    is installed there. StudioError when there is none."""
    named = Path(run.base)
    if (named / MANIFEST).is_file() and read_manifest(named).id == run.base_id:
        return named
    there = next((entry.folder for entry in shelved() if entry.id == run.base_id), None)
    if there is None:
        message = f"The generator that this run tunes is not here, or has changed ({run.base_id[:8]})."
        raise StudioError(message, "Install it (`vtuber-studio generators install`), or begin a new run.")
    return there


def _stages(
    folder: Path, out: Path | None, steps: int, tuning: TuneConfig | None, gone: threading.Event, peers: Peers
) -> Iterator[Event]:
    run = read_run(folder)
    base = base_of(run)

    def request() -> Request:
        return "leave" if gone.is_set() else asked(folder)

    generator = load_generator(base)
    for stage in (read_pictures, fit_pictures):
        for event in stage(folder, run, generator, request):
            yield _scaled(event)
    if fitted_pictures(folder) and request() not in ("discard", "leave"):
        peers.tell("begin")
        tuner = _tuner(folder, run, tuning, peers)
        outcome = Outcome()
        for event in tune(tuner, outcome, minutes=run.config.minutes, steps=steps, asked=request):
            yield _scaled(event)
        if outcome.ended in ("done", "ill"):
            yield from _exporting(folder, run, tuner, outcome, out)
            return
    if request() != "leave":
        yield Stopped()


def _tuner(folder: Path, run: Run, tuning: TuneConfig | None, peers: Peers) -> Tuner:
    config = tuning or TuneConfig(mode=run.config.mode, strength=run.config.strength, seed=run.config.seed)
    return Tuner(base_of(run), [Fitted(*each) for each in fitted_pictures(folder)], folder, config, peers=peers)


def follow(folder: Path, peers: Peers, tuning: TuneConfig | None = None) -> None:
    """Take part in a run that another process leads, until it ends."""
    if peers.hear()[0] == "begin":
        _tuner(folder, read_run(folder), tuning, peers).follow()


def _scaled(event: Event) -> Event:
    if not isinstance(event, Advance):
        return event
    low, high = SHARES[event.stage]
    return structs.replace(event, fraction=low + (high - low) * event.fraction)


# --- exporting ------------------------------------------------------------------------------------------------


def _exporting(folder: Path, run: Run, tuner: Tuner, outcome: Outcome, out: Path | None) -> Iterator[Event]:
    yield _scaled(Advance("exporting", 0.0, "The generator is being written."))
    told = {
        "base": run.base_id,
        "mode": run.config.mode,
        "strength": run.config.strength,
        "minutes": round(tuner.seconds / 60, 1),
        "steps": tuner.step,
        "pictures": len(tuner.learned) + len(tuner.held_back),
        "rights": run.config.rights,
    }
    name = run.name or f"{tuner.manifest.name}, tuned"
    export_tuned(tuner, folder / BUNDLE, name, told)
    place = folder / BUNDLE
    if out is not None and out.resolve() != place.resolve():
        with staged(out) as stage:
            shutil.copytree(place, stage, dirs_exist_ok=True)
        place = out
    yield _scaled(Advance("exporting", 0.5, "Its sliders are read."))
    figures = _figures(outcome) | _sliders(base_of(run), place)
    yield Done(str(place), _said(outcome, tuner), outcome.kept, figures)


def _figures(outcome: Outcome) -> dict[str, float]:
    first, last = outcome.first, outcome.marks
    assert first is not None and last is not None
    found = {"learned": last.learned, "learned_before": first.learned, "kept": last.kept}
    if first.held_back is not None and last.held_back is not None:
        found |= {"held_back": last.held_back, "held_back_before": first.held_back}
    return {name: round(value, 3) for name, value in found.items()}


def _sliders(base: Path, tuned: Path) -> dict[str, float]:
    """How well a few sliders do what they say, as the base's reader sees it: of the tuned generator, and before."""
    found = {}
    for name, folder in (("sliders", tuned), ("sliders_before", base)):
        generator = load_generator(folder)
        if "reader" not in generator.manifest.networks:
            return {}
        own = slider_accuracy(generator, 1, _SLIDERS)["sliders"].values()
        found[name] = round(sum(each["on"] for each in own) / max(len(own), 1), 3)
    return found


def _said(outcome: Outcome, tuner: Tuner) -> str:
    first, last = outcome.first, outcome.marks
    assert first is not None and last is not None
    gain = last.judged - first.judged
    if gain <= 0:
        return "Nothing was learned that brings the pictures nearer: it paints as before."
    which = "Pictures that it has never seen" if last.held_back is not None else "The pictures"
    return f"{which} come {gain:.1f} dB nearer than with the untuned generator."
