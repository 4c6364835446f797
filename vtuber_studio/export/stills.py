"""WebP, AVIF and JPEG: one picture, smaller than a PNG, without its look. Pillow writes them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import require_folder, write_atomically
from vtuber_studio.core.progress import Progress
from vtuber_studio.core.shot import Shot
from vtuber_studio.export.exporter import option
from vtuber_studio.export.framing import CLEAR, PictureOptions, Render, check_picture, framed
from vtuber_studio.export.marking import XMP
from vtuber_studio.export.signing import signing


@dataclass(frozen=True)
class StillOptions(PictureOptions):
    """``quality`` as Pillow means it."""

    quality: int = option(90, "of the picture, against size: 100 is best", 1, 100)


@dataclass(frozen=True)
class JpegOptions(StillOptions):
    """A JPEG has a background."""

    background: str = option("#ffffff", "#rrggbb or a colour's name")


def export_still(kind: str, render: Render, shot: Shot, options: StillOptions, path: Path) -> Iterator[Progress]:
    """Draw ``shot`` and write it as a ``kind`` of Pillow's. Closing the iterator before its end leaves ``path`` as it
    was."""
    check_picture(options)
    if kind == "JPEG" and (options.background == CLEAR or options.crop == "circle"):
        raise StudioError("A JPEG cannot be transparent.", "Give a background and a square crop, or write a WebP.")
    require_folder(path)
    sign = signing(options.signed, options.certificate)
    yield Progress(0.05, f"Drawing at {options.size} pixels")
    image = framed(render, shot, options)
    yield Progress(0.5, f"Packing the {kind}")
    picture = Image.fromarray(image[..., :3] if image[..., 3].min() == 255 else image)
    settings: dict[str, Any] = {"quality": options.quality}
    if kind == "JPEG":
        settings |= {"subsampling": 0, "optimize": True}  # thin coloured lines stay thin
    elif kind == "AVIF":
        settings |= {"subsampling": "4:4:4"}
    elif options.quality == 100:
        settings |= {"lossless": True}
    if options.marked:
        settings |= {"xmp": XMP}
    buffer = io.BytesIO()
    picture.save(buffer, kind, **settings)
    data = sign(buffer.getvalue(), f"image/{kind.lower()}")
    yield Progress(0.95, f"Writing {path.name}")
    write_atomically(path, data)
    yield Progress(1.0, f"Written to {path}", {"bytes": len(data), "path": str(path)})


still_webp = partial(export_still, "WEBP")
still_avif = partial(export_still, "AVIF")
still_jpeg = partial(export_still, "JPEG")
