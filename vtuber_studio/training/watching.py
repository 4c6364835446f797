"""What a run leaves to be looked at: ``log.jsonl``, always; TensorBoard's event files and Weights & Biases' offline
runs where those are installed; sheets of samples."""

from __future__ import annotations

import io
import json
import math
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, write_atomically

GROUND = 0.92  # what lies behind samples with alpha


class Watch:
    """Writes what a run in ``folder`` reports. ``into``: any of WRITERS, for those who have them; StudioError for
    another name. ``missing``: those that are not installed."""

    def __init__(self, folder: Path, into: tuple[str, ...] = ()) -> None:
        self.folder = folder
        if unknown := [name for name in into if name not in WRITERS]:
            raise StudioError(f"Nothing is written for {unknown[0]!r}.", f"Choose of: {', '.join(WRITERS)}.")
        made = {name: WRITERS[name](folder) for name in into}
        self._writers = [writer for writer in made.values() if writer is not None]
        self.missing = [name for name, writer in made.items() if writer is None]

    def figures(self, images: int, figures: dict[str, Any]) -> None:
        """One line of figures; numbers also to the other writers."""
        line = json.dumps({"images": images, **figures}, default=str)
        with suppress(OSError), open(make_folder(self.folder) / "log.jsonl", "a", encoding="utf-8") as file:
            file.write(line + "\n")  # where it cannot be written the next snapshot says why
        numbers = {key: value for key, value in figures.items() if isinstance(value, int | float)}
        for writer in self._writers:
            writer(images, numbers)

    def sheet(self, images: int, pictures: np.ndarray) -> Path:
        """``samples/IMAGES.png`` of premultiplied RGBA [n, 4, R, R] in 0..1."""
        path = make_folder(self.folder / "samples") / f"{images:08}.png"
        write_atomically(path, sheet_png(pictures))
        return path


def sheet_png(pictures: np.ndarray) -> bytes:
    """PNG of [n, 4, R, R] in rows, about twice as wide as high."""
    n, _, side, _ = pictures.shape
    columns = min(n, max(1, round(math.sqrt(2 * n))))
    rows = -(-n // columns)
    rgb = pictures[:, :3] + GROUND * (1 - pictures[:, 3:])
    whole = np.full((rows * columns, 3, side, side), GROUND, np.float32)
    whole[:n] = rgb
    tiled = whole.reshape(rows, columns, 3, side, side).transpose(0, 3, 1, 4, 2).reshape(rows * side, columns * side, 3)
    buffer = io.BytesIO()
    Image.fromarray(np.rint(255 * tiled.clip(0, 1)).astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def _tensorboard(folder: Path) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    writer = SummaryWriter(str(folder / "events"))

    def write(images: int, numbers: dict[str, float]) -> None:
        for name, value in numbers.items():
            writer.add_scalar(name, value, images)
        writer.flush()

    return write


def _wandb(folder: Path) -> Any:
    try:
        import wandb  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return None
    run = wandb.init(mode="offline", dir=str(folder), project="vtuber-studio", name=folder.name)
    return lambda images, numbers: run.log(numbers, step=images)


WRITERS = {"tensorboard": _tensorboard, "wandb": _wandb}
