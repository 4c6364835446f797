"""How the process of a fine-tune is started: its program, its arguments, its variables; it ranks itself lower."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QProcessEnvironment

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import write_atomically
from vtuber_studio.core.finetuning import PID, ask_to_pause
from vtuber_studio.core.runs import Kept, kept_run, ready_again

STDERR = "stderr.txt"  # in a run's folder: what its process said beside its events
_ROOT = Path(__file__).resolve().parents[2]
_START = "import sys; sys.path.append(sys.argv.pop(1)); from vtuber_studio.cli import main; main()"
PROGRAM = (sys.executable, "-P", "-c", _START, str(_ROOT))  # the command line, wherever this package lies
_VARIABLES = {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}


def can_train() -> tuple[str, str]:
    """Why nothing can be trained here, and what to do; two empty texts where it can."""
    if getattr(sys, "frozen", False):
        return "This build of the studio draws, but does not train.", "Install it with Python, as its page says."
    if importlib.util.find_spec("torch") is None:
        return "Training needs torch.", 'Install it: pip install "vtuber-studio[train]".'
    return "", ""


def arguments(folder: Path, tied: bool) -> list[str]:
    """What the command is given for a run; all else stands in its ``run.json``."""
    return ["finetune", "--resume", str(folder), "--json", *(["--tied"] if tied else [])]


def environment() -> QProcessEnvironment:
    """Its variables, as a QProcess takes them."""
    found = QProcessEnvironment.systemEnvironment()
    for name, value in _VARIABLES.items():
        found.insert(name, value)
    return found


def prepared(folder: Path) -> Kept:
    """A run that is about to begin; what once ended it is taken away."""
    kept = kept_run(folder)
    ready_again(folder)
    ask_to_pause(folder, False)
    return kept


def send_off(folder: Path, told: list[str]) -> subprocess.Popen[bytes]:
    """A process that this one does not take along when it ends."""
    flags = getattr(subprocess, "DETACHED_PROCESS", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    try:
        with open(folder / STDERR, "wb") as said:
            child = subprocess.Popen(
                told,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                env={**os.environ, **_VARIABLES},
                start_new_session=True,
                creationflags=flags,
            )
    except OSError as error:
        raise StudioError("The training's process could not be started.") from error
    mark(folder, child.pid)
    return child


def mark(folder: Path, pid: int) -> None:
    """Say which process it is before that can say so itself."""
    with suppress(StudioError):  # its folder may be gone by now
        write_atomically(folder / PID, str(pid).encode())
