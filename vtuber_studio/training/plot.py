"""Curves of a run's ``log.jsonl`` as a picture: loss and health over the pictures seen. Imports no torch."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import read_file, write_atomically

PANELS: dict[str, tuple[str, ...]] = {  # title -> figures
    "loss": ("loss",),
    "judge (logits)": ("real", "fake", "held_out"),
    "r_t and augmentation": ("r_t", "p"),
    "diversity": ("diversity",),
    "soft IoU": ("soft_iou",),
}
COLOURS = ("#4c78a8", "#f58518", "#54a24b", "#b279a2", "#e45756", "#72b7b2", "#9d755d", "#bab0ac")
WIDTH, HEIGHT, MARGIN = 900, 200, 64  # pixels, of a panel
_INK, _GRID, _ILL, _PAPER = "#333333", "#dddddd", "#fbe3e0", "#ffffff"
_MOST = 64_000_000  # bytes of a log

Point = tuple[float, float]


@dataclass
class Log:
    """A run's curves: (figure, part or "") -> points over pictures seen; and where it was said to be ill."""

    curves: dict[tuple[str, str], list[Point]] = field(default_factory=dict)
    ill: list[Point] = field(default_factory=list)


def read_log(run: Path) -> Log:
    """The log of a run; lines that a killed process left half are passed over. StudioError when there is none."""
    path = run / "log.jsonl"
    if not path.is_file():
        raise StudioError(f"{run} holds no log.jsonl.", "Name the folder of a run.")
    log, last = Log(), 0.0
    for line in _lines(read_file(path, _MOST)):
        at = float(line["images"])
        if "finding" in line:
            log.ill.append((last, at))
        last = at
        for name in {name for names in PANELS.values() for name in names} & line.keys():
            value = line[name]
            if isinstance(value, int | float) and math.isfinite(value):
                log.curves.setdefault((name, str(line.get("part", ""))), []).append((at, float(value)))
    if not log.curves:
        raise StudioError(f"The log of {run} holds no figures yet.", "Wait until it has reported once.")
    return log


def _lines(data: bytes) -> Iterator[dict[str, Any]]:
    for text in data.decode("utf-8", "replace").splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict) and isinstance(line.get("images"), int | float):
            yield line


def plot_run(run: Path, out: Path) -> Path:
    """Write the run's curves to ``out``, a PNG."""
    log = read_log(run)
    shown = {
        title: own
        for title, names in PANELS.items()
        if (own := {key: points for key, points in log.curves.items() if key[0] in names})
    }
    image = Image.new("RGB", (WIDTH, HEIGHT * len(shown)), _PAPER)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(12)
    for row, (title, curves) in enumerate(shown.items()):
        _panel(draw, font, row * HEIGHT, title, curves, log.ill)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    write_atomically(out, buffer.getvalue())
    return out


def _panel(
    draw: ImageDraw.ImageDraw,
    font: Any,
    top: int,
    title: str,
    curves: dict[tuple[str, str], list[Point]],
    ill: Sequence[Point],
) -> None:
    left, right, upper, lower = MARGIN, WIDTH - 16, top + 28, top + HEIGHT - 24
    every = [point for points in curves.values() for point in points]
    x0, x1 = min(x for x, _ in every), max(x for x, _ in every)
    y0, y1 = _ends([y for _, y in every])

    def place(x: float, y: float) -> Point:
        across = (x - x0) / max(x1 - x0, 1e-9)
        up = (min(max(y, y0), y1) - y0) / (y1 - y0)
        return left + across * (right - left), lower - up * (lower - upper)

    for begin, end in ill:
        if end >= x0:
            draw.rectangle([place(max(begin, x0), y1), place(min(end, x1), y0)], fill=_ILL)
    for share in (0.0, 0.5, 1.0):
        y, x = y0 + share * (y1 - y0), x0 + share * (x1 - x0)
        draw.line([place(x0, y), place(x1, y)], fill=_GRID)
        draw.text((left - 6, place(x0, y)[1]), f"{y:.3g}", _INK, font, anchor="rm")
        draw.text((place(x, y0)[0], lower + 6), f"{x:,.0f}".replace(",", " "), _INK, font, anchor="ma")
    draw.text((left, top + 6), title, _INK, font)
    at = left + 24 + draw.textlength(title, font)
    for index, ((name, part), points) in enumerate(sorted(curves.items())):
        colour, label = COLOURS[index % len(COLOURS)], f"{part} {name}".strip()
        if len(points) > 1:
            draw.line([place(x, y) for x, y in points], fill=colour, width=2)
        else:
            x, y = place(*points[0])
            draw.ellipse([x - 2, y - 2, x + 2, y + 2], fill=colour)
        if len(curves) > 1:
            draw.line([(at, top + 13), (at + 14, top + 13)], fill=colour, width=3)
            draw.text((at + 18, top + 6), label, _INK, font)
            at += 34 + draw.textlength(label, font)


def _ends(values: list[float]) -> Point:
    """Ends of an axis: outliers beyond the middle 98 % run along its edge."""
    ordered = sorted(values)
    cut = len(ordered) // 100
    low, high = ordered[cut], ordered[-1 - cut]
    space = 0.05 * (high - low) or 0.5
    return low - space, high + space
