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
    "dB on pictures": ("learned", "held_back"),
    "kept of other looks": ("kept",),
    "soft IoU": ("soft_iou",),
    "held-out drawings (dB)": ("psnr",),
    "edges, of the drawings'": ("edges",),
    "loss of what is read": ("choices", "ranges", "regions", "points"),
    "read of unseen portraits": ("right", "r2", "regions_right"),
}
COLOURS = (
    "#4c78a8", "#f58518", "#54a24b", "#b279a2", "#e45756", "#72b7b2", "#9d755d", "#bab0ac",
    "#17345c", "#8c4a00", "#1f5f1a", "#5f1f5c", "#d6a800", "#00a0d0", "#ff9da6", "#5a5a5a",
)  # fmt: skip
WIDTH, HEIGHT, MARGIN, LINE = 900, 200, 64, 18  # pixels, of a panel; of one more line of its legend
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
    font = ImageFont.load_default(12)
    legends = {title: _legend(font, title, sorted(curves)) for title, curves in shown.items()}
    heights = [HEIGHT + LINE * max((line for _, line, _ in own), default=0) for own in legends.values()]
    image = Image.new("RGB", (WIDTH, sum(heights)), _PAPER)
    draw = ImageDraw.Draw(image)
    for number, (title, curves) in enumerate(shown.items()):
        _panel(draw, font, sum(heights[:number]), heights[number], title, curves, log.ill, legends[title])
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    write_atomically(out, buffer.getvalue())
    return out


Legend = list[tuple[float, int, str]]  # how far from the left, in which line, what it says


def _legend(font: Any, title: str, keys: Sequence[tuple[str, str]]) -> Legend:
    """Where each curve's name stands; none for a single one. Parts of one figure go by their own name."""
    if len(keys) < 2:
        return []
    alone = len({name for name, _ in keys}) == 1
    first = at = MARGIN + 24 + font.getlength(title)
    found, line = [], 0
    for name, part in keys:
        label = part if alone and part else f"{part} {name}".strip()
        wide = 34 + font.getlength(label)
        if at + wide > WIDTH and at > first:
            at, line = first, line + 1
        found.append((at, line, label))
        at += wide
    return found


def _panel(
    draw: ImageDraw.ImageDraw,
    font: Any,
    top: int,
    height: int,
    title: str,
    curves: dict[tuple[str, str], list[Point]],
    ill: Sequence[Point],
    legend: Legend,
) -> None:
    left, right, upper, lower = MARGIN, WIDTH - 16, top + height - HEIGHT + 28, top + height - 24
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
    for share, anchor in ((0.0, "la"), (0.5, "ma"), (1.0, "ra")):
        y, x = y0 + share * (y1 - y0), x0 + share * (x1 - x0)
        draw.line([place(x0, y), place(x1, y)], fill=_GRID)
        draw.text((left - 6, place(x0, y)[1]), f"{y:.3g}", _INK, font, anchor="rm")
        draw.text((place(x, y0)[0], lower + 6), f"{x:,.0f}".replace(",", " "), _INK, font, anchor=anchor)
    draw.text((left, top + 6), title, _INK, font)
    for index, (_, points) in enumerate(sorted(curves.items())):
        colour = COLOURS[index % len(COLOURS)]
        if len(points) > 1:
            draw.line([place(x, y) for x, y in points], fill=colour, width=2)
        else:
            x, y = place(*points[0])
            draw.ellipse([x - 2, y - 2, x + 2, y + 2], fill=colour)
    for index, (at, line, label) in enumerate(legend):
        down = top + 6 + LINE * line
        draw.line([(at, down + 7), (at + 14, down + 7)], fill=COLOURS[index % len(COLOURS)], width=3)
        draw.text((at + 18, down), label, _INK, font)


def _ends(values: list[float]) -> Point:
    """Ends of an axis: outliers beyond the middle 98 % run along its edge."""
    ordered = sorted(values)
    cut = len(ordered) // 100
    low, high = ordered[cut], ordered[-1 - cut]
    space = 0.05 * (high - low) or 0.5
    return low - space, high + space
