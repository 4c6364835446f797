"""What a crash wrote is still there at the next start, and at the one after."""

from __future__ import annotations

import faulthandler
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import qInstallMessageHandler

from vtuber_studio.ui import crash


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """The hooks belong to pytest again."""
    hooks, logger = (sys.excepthook, threading.excepthook), logging.getLogger("vtuber_studio")
    handlers = list(logger.handlers)
    yield
    sys.excepthook, threading.excepthook = hooks
    for handler in set(logger.handlers) - set(handlers):
        logger.removeHandler(handler)
        handler.close()
    qInstallMessageHandler(None)
    faulthandler.enable(sys.__stderr__)
    while crash._open:
        crash._open.pop().close()


def test_the_stack_of_a_hard_crash_outlives_the_next_starts(tmp_path: Path) -> None:
    script = (
        "import faulthandler, pathlib\n"
        "from vtuber_studio.ui import crash\n"
        f"crash.install(pathlib.Path({str(tmp_path)!r}), print)\n"
        "faulthandler._sigabrt()\n"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=False).returncode
    told = (tmp_path / "crash.log").read_text("utf-8")
    assert "Fatal Python error" in told
    for _ in range(6):
        crash.install(tmp_path, lambda *_: None)
    assert (tmp_path / "crash.log.1").read_text("utf-8") == told, "starts without a crash push nothing out"
    for number in range(6):
        (tmp_path / "crash.log").write_text(str(number), encoding="utf-8")
        crash.install(tmp_path, lambda *_: None)
    assert [(tmp_path / f"crash.log.{n}").read_text("utf-8") for n in (1, 2, 3)] == ["5", "4", "3"]
    assert not (tmp_path / "crash.log.4").exists()
