"""PNG: one picture with alpha, or over a plain colour, written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vtuber_studio.core.carried import carry_look
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import write_atomically
from vtuber_studio.core.image import encode_png
from vtuber_studio.core.look import Look
from vtuber_studio.core.progress import Progress
from vtuber_studio.core.shot import Shot
from vtuber_studio.export.exporter import checked, option

Render = Callable[[Shot, int], np.ndarray]  # shot, pixels a side


@dataclass(frozen=True)
class PngOptions:
    """``size`` pixels a side; ``background`` is transparent or #rrggbb; ``look`` travels in the file."""

    size: int = option(2048, "pixels a side", 64, 8192)
    background: str = option("transparent", "transparent, #rrggbb or a colour's name")
    look: Look | None = None


def export_png(render: Render, shot: Shot, options: PngOptions, path: Path) -> Iterator[Progress]:
    """Draw ``shot`` and write it to ``path``. Closing the iterator before its end leaves ``path`` as it was."""
    checked(options)
    if not path.parent.is_dir():
        raise StudioError(f"There is no folder {path.parent}.", "Make it first, or choose another one.")
    yield Progress(0.05, f"Drawing at {options.size} pixels")
    image = render(shot.with_(look=shot.look.with_(background=options.background)), options.size)
    yield Progress(0.6, "Packing the PNG")
    data = encode_png(image)
    if options.look is not None:
        data = carry_look(data, options.look)
    yield Progress(0.95, f"Writing {path.name}")
    write_atomically(path, data)
    yield Progress(1.0, f"Written to {path}", {"bytes": len(data), "path": str(path)})
