"""Offline and tidy, seen from outside: real processes in an empty home, their system calls watched where that can be.

The libraries below Python's sockets count here too: what they ask the system for, and what they leave on the disk.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# a window as a user has it: the real start, the first picture, the dialogs that keep histories of their own
WINDOW = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QColorDialog, QFileDialog
from vtuber_studio.ui import app
from vtuber_studio.ui.main_window import MainWindow

application = QApplication(sys.argv[:1])

def each(kind):
    return [widget for widget in application.topLevelWidgets() if isinstance(widget, kind)]

def visit():
    windows = each(MainWindow)
    if not windows or windows[0].canvas.image is None:
        return
    clock.stop()
    files, colours = QFileDialog(windows[0], "", "", "PNG (*.png)"), QColorDialog(windows[0])
    for dialog in (files, colours):
        dialog.open()
        dialog.accept()
        dialog.deleteLater()
    QTimer.singleShot(300, windows[0].close)

clock = QTimer(interval=100)
clock.timeout.connect(visit)
clock.start()
QTimer.singleShot(90_000, lambda: application.exit(9))
raise SystemExit(app.run())
"""
NOTEBOOK = """
from vtuber_studio import Look, load_generator, render
render(load_generator(), Look(seed=3), size=64)
"""
TRAINING = """
import importlib, pkgutil
from vtuber_studio import Look, load_generator, render, training
for module in pkgutil.iter_modules(training.__path__, "vtuber_studio.training."):
    importlib.import_module(module.name)
render(load_generator(), Look(), size=64)
"""
SESSIONS: dict[str, tuple[str, ...]] = {
    "render": ("-m", "vtuber_studio", "render", "studio/out.png", "--seed", "5"),
    "doctor": ("-m", "vtuber_studio", "doctor"),
    "notebook": ("-c", NOTEBOOK),
    "window": ("-c", WINDOW),
    "training": ("-c", TRAINING),
}


@dataclass(frozen=True)
class Ran:
    """What a session left in its home outside the studio's folder, and its system calls (None: not watched)."""

    left: list[str]
    calls: str | None


@cache
def _works(*command: str) -> bool:
    """Whether a program is there and may do what it is for."""
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run([*command, "true"], capture_output=True, timeout=60).returncode == 0


def _run(arguments: tuple[str, ...], base: Path) -> Ran:
    home, trace = base / "home", base / "trace"
    (home / "studio").mkdir(parents=True)
    words = [sys.executable, *arguments]
    watched = _works("strace", "-f", "-o", "/dev/null")
    if watched:
        words = ["strace", "-f", "-e", "trace=network", "-o", str(trace), *words]
    if _works("unshare", "-rn"):
        words = ["unshare", "-rn", *words]  # a namespace without interfaces: what must reach out, fails
    kept = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "TEMP", "TMP")
    env = {key: os.environ[key] for key in kept if key in os.environ}  # CI and XDG_... among what is not kept
    env |= {"HOME": str(home), "USERPROFILE": str(home), "LOCALAPPDATA": str(home / "local")}
    env |= {"VTUBER_STUDIO_HOME": str(home / "studio"), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    env |= {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(words, cwd=home, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found = [path.relative_to(home) for path in home.rglob("*") if path.is_file()]
    left = [str(path) for path in found if path.parts[0] != "studio"]
    return Ran(left, trace.read_text(errors="replace") if watched else None)


@pytest.fixture(scope="module")
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A session run once, for both questions."""
    if request.param == "training":
        pytest.importorskip("torch")
    return _run(SESSIONS[request.param], tmp_path_factory.mktemp(request.param))


everywhere = pytest.mark.parametrize("ran", SESSIONS, indirect=True, scope="module")


@everywhere
def test_nothing_is_written_outside_the_studios_folders(ran: Ran) -> None:
    # the system's font library may refresh its own cache; it knows nothing of us
    assert [path for path in ran.left if "fontconfig" not in Path(path).parts] == []


def test_the_watch_sees_who_reaches_out(tmp_path: Path) -> None:
    ran = _run(("-c", "import socket; socket.socket().connect_ex(('192.0.2.1', 9))"), tmp_path)
    if ran.calls is None:
        pytest.skip("strace is missing, or may not watch: system calls are not seen")
    assert "AF_INET" in ran.calls


@everywhere
def test_no_process_asks_for_the_internet(ran: Ran) -> None:
    """Not even for a name's address: no socket that could leave the machine is made."""
    if ran.calls is None:
        pytest.skip("strace is missing, or may not watch: system calls are not seen")
    assert re.findall(r".*AF_INET.*", ran.calls) == []
