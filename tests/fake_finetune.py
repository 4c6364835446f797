"""A child that keeps the contract of ``vtuber-studio finetune`` and learns nothing: it tells what a run tells, and does
what the test asks for by files in the run's folder (``say``: its lines are printed as they are; ``finish``; ``die``).

``python fake_finetune.py BUNDLE finetune ...``: BUNDLE is what comes out.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from pathlib import Path

from vtuber_studio.core import finetuning as ft
from vtuber_studio.core.errors import StudioError

TICK = 0.02  # seconds


def value(name: str) -> str:
    """What stands behind an option."""
    return sys.argv[sys.argv.index(name) + 1]


def main() -> None:
    """One run."""
    made = Path(sys.argv[1])
    folder = Path(value("--resume"))
    out, resumed = folder / ft.BUNDLE, (folder / ft.EVENTS).exists()

    def tell(event: ft.Event) -> None:
        line = ft.encode(event) + b"\n"
        with open(folder / ft.EVENTS, "ab") as file:
            file.write(line)
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()

    def at(stage: str, fraction: float, message: str, **more: object) -> None:
        tell(ft.Advance(stage=stage, fraction=fraction, message=message, **more))  # type: ignore[arg-type]

    if "--tied" in sys.argv:

        def orphaned() -> None:
            sys.stdin.buffer.read()
            (folder / "state.json").write_text("{}", encoding="utf-8")
            os._exit(0)

        threading.Thread(target=orphaned, daemon=True).start()
    (folder / ft.PID).write_text(str(os.getpid()), encoding="ascii")
    (folder / "arguments").write_text("\n".join(sys.argv[2:]), encoding="utf-8")
    if not resumed:
        at("reading", 0.02, "Reading the pictures")
        tell(ft.Picture("a.png", True, psnr=24.0))
        tell(ft.Picture("b.png", False, "It is too small."))
    at("tuning", 0.4, "Going on" if resumed else "Learning", left_s=90.0, figures={"loss": 0.5})
    at("tuning", 0.5, "Learning", left_s=75.0, figures={"loss": 0.4})
    paused, said = False, 0
    while True:
        if (folder / "die").exists():
            os._exit(9)
        if (folder / "say").exists():
            said_now = (folder / "say").read_bytes()
            sys.stdout.buffer.write(said_now[said:])
            sys.stdout.buffer.flush()
            said = len(said_now)
        wanted = ft.asked(folder)
        if wanted == "discard":
            return tell(ft.Stopped())
        if wanted == "keep" or (folder / "finish").exists():
            break
        if (wanted == "pause") != paused:
            paused = not paused
            tell(ft.Paused() if paused else ft.GoingOn())
        time.sleep(TICK)
    if made.is_dir():
        shutil.copytree(made, out)
        tell(ft.Done(str(out), "It has learned from one picture.", figures={"loss": 0.3}))
    else:
        error = StudioError("None of these pictures can be used.", "Choose others.")
        tell(ft.Failed(error.message, error.hint))
        sys.exit(1)


if __name__ == "__main__":
    main()
