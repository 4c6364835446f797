"""Speed and memory on this machine: the rows of the architecture's budget table, medians and 95th percentiles."""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from vtuber_studio.core.look import Look
    from vtuber_studio.engine.generator import Generator

ROUNDS = 15
_STAYS = (0.5, 0.5, 20.0)  # seconds that a started studio stays open; memory is read at the end of the last


def bench(generator_path: Path | None = None, rounds: int = ROUNDS) -> dict[str, Any]:
    """Every row, as figures in the unit that its key names.

    Keys: full_look_ms, part_edit_ms (a part each), palette_ms, expression_frame_ms, png_4096_s, sheet_s (105 sprites
    of 512 px: fifteen faces in seven poses), webm_s (ten seconds of 30 frames of 512 px, where PyAV is installed),
    fit_s (a portrait read and fitted: wall and processor, where there is a reader),
    first_window_s, first_picture_s, response_ms (from an event to its pixels: two sliders, palette, a mask's stroke),
    variations_turns (of the event loop while twelve are drawn, three times), rss_mb (idle window, peak of a 4096 px
    export), machine.
    """
    from vtuber_studio.core.emotions import FACES, POSES
    from vtuber_studio.core.image import encode_png
    from vtuber_studio.core.pose import Pose
    from vtuber_studio.core.shot import Shot
    from vtuber_studio.engine.fitting import persona
    from vtuber_studio.engine.generator import load_generator
    from vtuber_studio.engine.render import RenderCache, render

    generator = load_generator(generator_path)
    tables = generator.manifest
    look = persona(generator.manifest, 11)
    # everything worn, so that no part is skipped
    worn = {
        row.name: row.choices[1]
        for row in tables.attributes
        for p in tables.parts
        if row.name in p.part.empty_when
    }
    look = look.set(**worn)
    render(generator, look, size=64)  # ORT sessions are made once, at start

    def full() -> None:
        render(generator, look, size=512, cache=RenderCache(), quality="preview")

    figures: dict[str, Any] = {"full_look_ms": _timed(full, rounds)}
    cache = RenderCache()
    render(generator, look, size=512, cache=cache, quality="preview")

    def shown(asked: list[Shot]) -> dict[str, float]:
        waiting = iter(asked)
        return _timed(lambda: render(generator, next(waiting), size=512, cache=cache, quality="preview"), rounds)

    figures["part_edit_ms"] = {}
    for entry in tables.parts:
        row = next(r for r in tables.attributes if entry.part.name in r.parts and not r.choices)
        values = np.linspace(row.low, row.high, rounds + 1)[1:]
        figures["part_edit_ms"][entry.part.name] = shown([Shot(look.set(**{row.name: float(v)})) for v in values])
    dyed = [look.paint({"hair.base": f"#{40 + 9 * i:02x}5f8a"}) for i in range(rounds)]
    figures["palette_ms"] = shown([Shot(each) for each in dyed])
    figures["expression_frame_ms"] = shown(
        [
            Shot(look, {"mouth_open": f, "eye_open_left": f, "eye_open_right": f}, Pose(yaw=10 * f, roll=1.0))
            for f in np.linspace(0.05, 1.0, rounds).tolist()
        ]
    )
    start = time.perf_counter()
    encode_png(render(generator, look, size=4096, cache=RenderCache()))
    figures["png_4096_s"] = round(time.perf_counter() - start, 3)
    faces, poses = ",".join(list(FACES)[:15]), ",".join(POSES)
    figures["sheet_s"] = _exported(generator, look, "sheet", expressions=faces, poses=poses)
    if importlib.util.find_spec("av"):
        figures["webm_s"] = _exported(generator, look, "webm", seconds=10.0, fps=30.0)
    if "reader" in tables.networks:
        figures["fit_s"] = _fitted(generator)
    figures |= _window(generator_path)
    figures |= _responses(generator_path)
    figures["rss_mb"] = {
        "idle_window": figures.pop("idle_mb"),
        "export_4096_peak": _export_peak(generator_path),
    }
    return {**figures, "machine": {**machine(), "resolution": 512, "rounds": rounds}}


def machine() -> dict[str, Any]:
    """What figures of time depend on: ``processor``, its ``cores``, ``bf16`` arithmetic or not, ``threads`` used."""
    from vtuber_studio.engine.generator import default_threads

    said = _cpu_info()
    return {
        "processor": said.get("model name") or platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "bf16": "avx512_bf16" in said.get("flags", "").split(),
        "threads": default_threads(),
    }


def _timed(call: Callable[[], object], rounds: int) -> dict[str, float]:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - start))
    return {"median": round(float(np.median(times)), 2), "p95": round(float(np.percentile(times, 95)), 2)}


def _exported(generator: Generator, look: Look, kind: str, **options: Any) -> float:
    """Seconds for an export of ``kind``, drawn as files are."""
    from vtuber_studio.core.shot import Shot
    from vtuber_studio.engine.figure import within
    from vtuber_studio.engine.render import RenderCache, render
    from vtuber_studio.export import EXPORTERS

    row, cache = EXPORTERS[kind], RenderCache.for_sets()  # as exports have it

    def draw(shot: Shot, size: int) -> np.ndarray:
        return render(generator, within(generator.manifest, shot), size=size, cache=cache)

    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        for _ in row.export(draw, Shot(look), row.options(**options), Path(folder) / f"bench{row.suffix}"):
            pass
        return round(time.perf_counter() - start, 2)


def _fitted(generator: Generator) -> dict[str, float]:
    """Seconds from a portrait to the look that comes nearest, networks loaded: as a clock has them, and processors."""
    from vtuber_studio.core.pose import Pose
    from vtuber_studio.core.shot import Shot
    from vtuber_studio.engine.fitting import persona
    from vtuber_studio.engine.render import render
    from vtuber_studio.intake.fit import first_guess, fit_picture

    image = render(generator, Shot(persona(generator.manifest, 12), {"mouth_open": 0.6}, Pose(yaw=5)), size=512)
    start, own = time.perf_counter(), time.process_time()
    for _ in fit_picture(generator, image, *first_guess(generator, image)):
        pass
    return {"wall": round(time.perf_counter() - start, 2), "processor": round(time.process_time() - own, 2)}


def _window(generator_path: Path | None) -> dict[str, float]:
    """Start the studio in a process of its own (no display: offscreen) and read what it reports."""
    command = [sys.executable, "-m", "vtuber_studio", "gui"]
    command += ["--generator", str(generator_path)] if generator_path else []
    runs = []
    for stay in _STAYS:
        with tempfile.TemporaryDirectory() as home:
            start = time.time()
            told = [*command, "--report-start", str(stay)]
            done = subprocess.run(told, capture_output=True, text=True, timeout=120, env=_alone(home), check=True)
        words = dict(line.split("=") for line in done.stdout.splitlines() if line.count("=") == 1)
        runs.append((float(words["window"]) - start, float(words["picture"]) - start, float(words["rss_mb"])))
    window, picture, _ = np.median(np.array(runs), axis=0)
    idle = runs[-1][2]
    return {
        "first_window_s": round(float(window), 2),
        "first_picture_s": round(float(picture), 2),
        "idle_mb": round(float(idle)),
    }


def _alone(home: str, offscreen: bool = False) -> dict[str, str]:
    """The environment of a studio whose user's own settings are neither read nor written."""
    told = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    hidden = offscreen or (sys.platform.startswith("linux") and not told)
    return {**os.environ, "VTUBER_STUDIO_HOME": home, **({"QT_QPA_PLATFORM": "offscreen"} if hidden else {})}


def _responses(generator_path: Path | None) -> dict[str, Any]:
    """What a real window says to real events, in a process of its own, never on the user's screen."""
    command = [sys.executable, "-m", "vtuber_studio.responses", *([str(generator_path)] if generator_path else [])]
    with tempfile.TemporaryDirectory() as home:
        own = _alone(home, offscreen=True)
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, env=own, check=True)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def _export_peak(generator_path: Path | None) -> int:
    """Peak resident memory of a process that renders 4096 px and writes a PNG, in MB."""
    program = (
        "import resource, sys; from vtuber_studio.engine.generator import load_generator;"
        "from vtuber_studio.engine.render import render; from vtuber_studio.core.image import encode_png;"
        "from vtuber_studio.core.look import Look; from pathlib import Path;"
        "g = load_generator(Path(sys.argv[1]) if len(sys.argv) > 1 else None);"
        "encode_png(render(g, Look(seed=11), size=4096));"
        "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "print(peak // (1024 * 1024 if sys.platform == 'darwin' else 1024))"
    )
    if sys.platform == "win32":
        return -1  # no resource module; the task manager tells
    command = [sys.executable, "-c", program, *([str(generator_path)] if generator_path else [])]
    return int(subprocess.run(command, capture_output=True, text=True, timeout=300, check=True).stdout)


def _cpu_info() -> dict[str, str]:
    """What Linux says of its first core; nothing elsewhere."""
    try:
        first = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("\n\n")[0]
    except OSError:
        return {}
    pairs = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}
