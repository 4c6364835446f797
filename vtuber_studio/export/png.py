"""PNG: one picture with alpha, or over a plain colour, written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vtuber_studio.core.carried import carry_look
from vtuber_studio.core.files import require_folder, write_atomically
from vtuber_studio.core.image import encode_png
from vtuber_studio.core.look import Look
from vtuber_studio.core.progress import Progress
from vtuber_studio.core.shot import Shot
from vtuber_studio.export.framing import PictureOptions, Render, check_picture, framed
from vtuber_studio.export.marking import mark_png
from vtuber_studio.export.signing import signing

__all__ = ["PngOptions", "Render", "export_png"]


@dataclass(frozen=True)
class PngOptions(PictureOptions):
    """A picture whose ``look`` travels in the file."""

    look: Look | None = None


def export_png(render: Render, shot: Shot, options: PngOptions, path: Path) -> Iterator[Progress]:
    """Draw ``shot`` and write it to ``path``. Closing the iterator before its end leaves ``path`` as it was."""
    check_picture(options)
    require_folder(path)
    sign = signing(options.signed, options.certificate)
    yield Progress(0.05, f"Drawing at {options.size} pixels")
    image = framed(render, shot, options)
    yield Progress(0.6, "Packing the PNG")
    data = encode_png(image)
    if options.marked:
        data = mark_png(data)
    if options.look is not None:
        data = carry_look(data, options.look)
    data = sign(data, "image/png")
    yield Progress(0.95, f"Writing {path.name}")
    write_atomically(path, data)
    yield Progress(1.0, f"Written to {path}", {"bytes": len(data), "path": str(path)})
