"""What a fine-tune is told, what it says while it goes on, and how it is stopped: all that the trainer's process and
the window that owns it share. Events are JSON lines; requests are files in the run's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, read_file, write_atomically

Mode = Literal["quick", "full"]
Rights = Literal["own", "permission", "licensed"]
RIGHTS: dict[Rights, str] = {  # whose pictures they are; the answer goes into the tuned generator's provenance
    "own": "I drew or photographed them myself, and they show me or nobody real",
    "permission": "Everyone who drew them or is seen in them has allowed it in writing",
    "licensed": "Their licence allows it",
}

RUN, EVENTS, PID, STOP, PAUSE = "run.json", "events.jsonl", "pid", "stop", "pause"  # files of a run's folder
PICTURES, FITS, SAMPLES, BUNDLE = "pictures", "fits", "samples", "bundle"  # folders in it
_LIMIT = 8_000_000  # bytes of a run.json

_ENDS = {"minutes": (0.0, 10_000.0), "strength": (0.0, 1.0)}


class FinetuneConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the user decides: how strong, how long, quick or full, and whose pictures they are."""

    rights: Rights
    mode: Mode = "quick"
    minutes: float = 15.0  # of tuning, fitting not counted
    strength: float = 0.5  # 0..1: from the pictures' colours and lines alone to whatever brings it nearest
    seed: int = 1


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """``run.json``: what a run was told and made of. ``note`` is the user's own."""

    config: FinetuneConfig
    pictures: tuple[str, ...]  # files or folders, or one tray, as they were given
    base: str  # the folder of the generator that was tuned
    base_id: str
    created: str  # ISO 8601, UTC
    name: str = ""
    note: str = ""


class Advance(msgspec.Struct, frozen=True, tag_field="event", tag="progress"):
    """Where it is. ``left_s``: seconds; ``sheet``: a PNG in the run's folder, three looks of the tuned generator."""

    stage: Literal["reading", "fitting", "tuning", "exporting"]
    fraction: float  # 0..1 of the whole
    message: str
    left_s: float | None = None
    figures: dict[str, float] = {}
    sheet: str | None = None


class Picture(msgspec.Struct, frozen=True, tag_field="event", tag="picture"):
    """What became of one picture: ``trouble`` is a sentence, or empty."""

    name: str
    used: bool
    trouble: str = ""
    psnr: float | None = None  # decibels of its fit on the subject


class Health(msgspec.Struct, frozen=True, tag_field="event", tag="health"):
    """What is wrong, and what to do."""

    kind: str
    message: str
    hint: str


class Paused(msgspec.Struct, frozen=True, tag_field="event", tag="paused"):
    """It waits until it may go on."""


class GoingOn(msgspec.Struct, frozen=True, tag_field="event", tag="going_on"):
    """It waits no longer."""


class Done(msgspec.Struct, frozen=True, tag_field="event", tag="done"):
    """There is a tuned generator; ``kept`` says whether it is the last state or an earlier, better one."""

    bundle: str
    message: str
    kept: Literal["last", "best"] = "last"
    figures: dict[str, float] = {}


class Stopped(msgspec.Struct, frozen=True, tag_field="event", tag="stopped"):
    """It was stopped, and nothing of it is kept."""


class Failed(msgspec.Struct, frozen=True, tag_field="event", tag="error"):
    """It ended with a StudioError."""

    message: str
    hint: str = ""


Event = Advance | Picture | Health | Paused | GoingOn | Done | Stopped | Failed
_EVENTS: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def encode(event: Event) -> bytes:
    """One line, without its end."""
    return msgspec.json.encode(event)


def decode(line: bytes) -> Event | None:
    """The event of a line; None for anything else, such as a warning that a library printed."""
    try:
        return _EVENTS.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def checked(**options: Any) -> FinetuneConfig:
    """A configuration with these options; StudioError for one that cannot be."""
    for name, known in (("rights", get_args(Rights)), ("mode", get_args(Mode))):
        if options.get(name, known[0]) not in known:
            raise StudioError(f"There is no {name} called {str(options[name])[:40]!r}.", f"Give {' or '.join(known)}.")
    try:
        config = msgspec.convert(options, FinetuneConfig)
    except msgspec.ValidationError as error:
        raise StudioError(f"This cannot be tuned: {error}.", "See `vtuber-studio finetune --help`.") from error
    for name, (low, high) in _ENDS.items():
        if not low <= getattr(config, name) <= high:  # not a number is outside, too
            raise StudioError(
                f"{name.capitalize()} must be from {low:g} to {high:g}.", "See `vtuber-studio finetune --help`."
            )
    return config


def write_run(folder: Path, run: Run) -> None:
    """Write ``run.json``, whole."""
    write_atomically(make_folder(folder) / RUN, msgspec.json.format(msgspec.json.encode(run)))


def read_run(folder: Path) -> Run:
    """What the run in ``folder`` was told; StudioError when it cannot be read."""
    data = read_file(folder / RUN, _LIMIT)
    try:
        return msgspec.json.decode(data, type=Run)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise StudioError(f"{folder / RUN} is damaged: {error}.", "Begin a new run.") from error


def ask_to_stop(folder: Path, keep: bool) -> None:
    """Ask a run to end: with what it has learned so far as a generator, or with nothing."""
    write_atomically(folder / STOP, b"keep" if keep else b"discard")


def ask_to_pause(folder: Path, pause: bool) -> None:
    """Ask a run to wait, or to go on."""
    if pause:
        write_atomically(folder / PAUSE, b"")
    else:
        (folder / PAUSE).unlink(missing_ok=True)


def asked(folder: Path) -> Literal["", "keep", "discard", "pause"]:
    """What was asked of the run in ``folder``, the gravest first."""
    try:
        return "discard" if (folder / STOP).read_bytes().strip() == b"discard" else "keep"
    except OSError:
        return "pause" if (folder / PAUSE).exists() else ""
