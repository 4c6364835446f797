"""The folder that holds the user's fine-tunes: what each of them was told, has said, and is by now.

Anyone may read a run's folder (see ``finetuning``); what is worked out here from its events is never stored.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from msgspec import structs

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, read_file, sweep
from vtuber_studio.core.finetuning import (
    EVENTS,
    FITS,
    PICTURES,
    PID,
    STOP,
    Advance,
    Done,
    Event,
    Failed,
    GoingOn,
    Health,
    Paused,
    Picture,
    Run,
    Stopped,
    decode,
    read_run,
    write_run,
)
from vtuber_studio.core.look import look_from_json
from vtuber_studio.core.names import file_stem
from vtuber_studio.core.paths import data_dir
from vtuber_studio.core.pose import require_pose
from vtuber_studio.core.shot import Shot

MAX_LINE = 100_000  # bytes; what is longer without an end is no event
MAX_NOTE = 2_000  # characters
_POINTS = 1_000  # of a curve; then every other one is left out
_FIT = 50_000_000  # bytes of a fit: its look may hold masks
_MOST = 16_000_000  # bytes of a run's events that are read
State = Literal["waiting", "going", "broken", "done", "failed"]


class Lines:
    """Cuts what a process writes into events, however it arrives; whatever else it says is passed over."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Event]:
        """The events that are whole by now."""
        *whole, rest = (self._rest + data).split(b"\n")
        self._rest = rest if len(rest) <= MAX_LINE else b""
        found = (decode(line) for line in whole if line[:1] == b"{" and len(line) <= MAX_LINE)
        return [event for event in found if event is not None]


@dataclass
class Story:
    """What a run has said so far; ``hear`` is the only way in."""

    at: Advance | None = None
    pictures: list[Picture] = field(default_factory=list)
    curves: dict[str, list[float]] = field(default_factory=dict)  # figure -> its values, the newest last
    sheet: str = ""  # the newest, relative to the run's folder
    health: Health | None = None
    paused: bool = False
    end: Done | Stopped | Failed | None = None

    def hear(self, event: Event) -> None:
        """One more event. After the end nothing counts, unless the run goes on."""
        match event:
            case Advance():
                self.at, self.end = event, None
                self.sheet = event.sheet or self.sheet
                for name, value in event.figures.items():
                    curve = self.curves.setdefault(name, [])
                    curve.append(value)
                    if len(curve) > _POINTS:
                        del curve[1::2]
            case Picture():
                self.pictures = [each for each in self.pictures if each.name != event.name] + [event]
            case Health():
                self.health = event
            case Paused() | GoingOn():
                self.paused = isinstance(event, Paused)
            case _:
                self.end, self.paused = event, False

    @property
    def used(self) -> int:
        """How many pictures it learns from."""
        return sum(picture.used for picture in self.pictures)


@dataclass(frozen=True)
class Kept:
    """A run as its folder tells it. ``broken``: it was begun and neither ended nor goes on."""

    folder: Path
    run: Run
    story: Story
    state: State
    heard: int = 0  # bytes of its events that the story knows

    @property
    def bundle(self) -> Path | None:
        """The tuned generator, while it is there."""
        path = Path(self.story.end.bundle) if isinstance(self.story.end, Done) else None
        path = path if path is None or path.is_absolute() else self.folder / path
        return path if path is not None and path.is_dir() else None


def runs_dir() -> Path:
    """Where the window's runs are."""
    return data_dir() / "runs"


def new_run(run: Run, root: Path | None = None) -> Path:
    """A folder for a run that is to begin, with its ``run.json``; StudioError when it cannot be made."""
    root, stem = make_folder(root or runs_dir()), file_stem(run.name)
    stamp = run.created[:16].replace(":", "-")
    for number in range(1, 1000):
        folder = root / (f"{stamp} {stem}" if number == 1 else f"{stamp} {stem} {number}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        except OSError as error:
            raise StudioError(f"The folder {folder} cannot be made.", "Look at its permissions.") from error
        write_run(folder, run)
        return folder
    raise StudioError(f"There are too many runs in {root}.", "Delete some of them.")


def kept_runs(root: Path | None = None) -> tuple[Kept, ...]:
    """Every run that can be read, the newest first."""
    root = root or runs_dir()
    found = []
    for folder in root.iterdir() if root.is_dir() else ():
        try:
            if not folder.name.startswith("."):
                found.append(kept_run(folder))
        except (StudioError, OSError):
            continue  # one unreadable folder must not hide the others
    return tuple(sorted(found, key=lambda kept: (kept.run.created, kept.folder.name), reverse=True))


def kept_run(folder: Path) -> Kept:
    """One run; StudioError when its ``run.json`` cannot be read."""
    run, story, data = read_run(folder), Story(), read_events(folder, 0)
    for event in Lines().feed(data):
        story.hear(event)
    return Kept(folder, run, story, _state(folder, story), data.rfind(b"\n") + 1)


def _state(folder: Path, story: Story) -> State:
    if isinstance(story.end, Done):
        return "done"
    if story.end is not None:
        return "failed"
    if alive(folder):
        return "going"
    return "broken" if story.at or (folder / EVENTS).exists() else "waiting"


def read_events(folder: Path, start: int) -> bytes:
    """What a run's ``events.jsonl`` holds from byte ``start`` on; nothing when it is not there."""
    try:
        with open(folder / EVENTS, "rb") as file:
            file.seek(start)
            return file.read(_MOST)
    except OSError:
        return b""


def alive(folder: Path) -> bool:
    """Does the process of the run's ``pid`` go on? Where the system tells, that it is a fine-tune's, too."""
    try:
        pid = int((folder / PID).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return False
    if pid <= 0:
        return False
    if sys.platform == "win32":
        return _alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # another user's
    try:
        return b"finetune" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except FileNotFoundError:
        return not Path("/proc/self/cmdline").exists()
    except OSError:
        return True


def _alive_on_windows(pid: int) -> bool:
    """os.kill would end it there."""
    import ctypes

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined, unused-ignore]
    handle = kernel.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
    if not handle:
        return False
    code = ctypes.c_ulong()
    kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return code.value == 259  # STILL_ACTIVE


def read_fit(path: Path) -> Shot:
    """The shot that came nearest to a picture, of its file in ``fits``; StudioError when that is damaged."""
    data = read_file(path, _FIT)
    try:
        told = json.loads(data)
        look = look_from_json(json.dumps(told["look"]).encode())
        return Shot(look, told["face"], require_pose(told["pose"]))
    except (ValueError, KeyError, TypeError) as error:
        raise StudioError(f"The fit {path.name} is damaged.", "Delete it from the run, and go on with that.") from error


def newest_fits(folder: Path, most: int) -> list[tuple[Path, Shot]]:
    """The prepared pictures whose looks were found last, with their shots, the newest first."""
    fits = sorted((folder / FITS).glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    return [(folder / PICTURES / f"{path.stem}.png", read_fit(path)) for path in fits[:most]]


def ready_again(folder: Path) -> None:
    """Take away the request that ended a run, so that it may go on."""
    (folder / STOP).unlink(missing_ok=True)


def write_note(folder: Path, note: str) -> None:
    """Keep the user's own words with a run; StudioError when they cannot be written."""
    write_run(folder, structs.replace(read_run(folder), note=note[:MAX_NOTE]))


def remove_run(folder: Path) -> None:
    """Delete a run and all that it holds, the pictures in it too; StudioError when it cannot be, or goes on."""
    if alive(folder) and kept_run(folder).story.end is None:
        raise StudioError("This run is going on.", "Stop it first.")
    retired = folder.with_name(f".removed.{uuid.uuid4().hex[:8]}")
    try:
        os.replace(folder, retired)  # gone from the list at once, not piece by piece
    except FileNotFoundError:
        return
    except OSError as error:
        message = f"{folder.name} cannot be removed: {error.strerror or error}."
        raise StudioError(message, "Close what uses it, or look at its permissions.") from error
    shutil.rmtree(retired, ignore_errors=True)
    sweep(folder.parent, r"\.removed\.[0-9a-f]{8}")
