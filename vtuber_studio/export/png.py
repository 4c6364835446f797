"""PNG: one picture with alpha, or over a plain colour, written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from vtuber_studio.core.attribute import Value
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import write_atomically
from vtuber_studio.core.image import encode_png
from vtuber_studio.core.look import Look
from vtuber_studio.core.pose import NEUTRAL, Pose
from vtuber_studio.core.progress import Progress

Render = Callable[[Look, Mapping[str, Value], Pose, int], np.ndarray]  # look, expression, pose, size


@dataclass(frozen=True)
class PngOptions:
    """``size`` pixels a side; ``background`` is transparent or #rrggbb."""

    size: int = 2048
    background: str = "transparent"
    expression: Mapping[str, Value] = field(default_factory=dict)
    pose: Pose = NEUTRAL


def export_png(render: Render, look: Look, options: PngOptions, path: Path) -> Iterator[Progress]:
    """Draw ``look`` and write it to ``path``. Closing the iterator before its end leaves ``path`` as it was."""
    if not 64 <= options.size <= 8192:
        raise StudioError(f"A picture cannot be {options.size} pixels wide.", "Give a size from 64 to 8192.")
    if not path.parent.is_dir():
        raise StudioError(f"There is no folder {path.parent}.", "Make it first, or choose another one.")
    yield Progress(0.05, f"Drawing at {options.size} pixels")
    image = render(look.with_(background=options.background), options.expression, options.pose, options.size)
    yield Progress(0.6, "Packing the PNG")
    data = encode_png(image)
    yield Progress(0.95, f"Writing {path.name}")
    write_atomically(path, data)
    yield Progress(1.0, f"Written to {path}", {"bytes": len(data), "path": str(path)})
