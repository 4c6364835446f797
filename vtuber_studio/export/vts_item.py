"""An item for VTube Studio: a PNG within its limits (64 to 2048 pixels, under 5 MB, a plain short name)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import write_atomically
from vtuber_studio.core.image import encode_png
from vtuber_studio.core.progress import Progress
from vtuber_studio.core.shot import Shot
from vtuber_studio.export.exporter import checked, option
from vtuber_studio.export.png import Render

MAX_BYTES = 5_000_000
_NAME = re.compile(r"[A-Za-z0-9-]{8,32}")


@dataclass(frozen=True)
class ItemOptions:
    """What an item may be."""

    size: int = option(1024, "pixels a side", 64, 2048)
    background: str = option("transparent", "transparent, #rrggbb or a colour's name")


def item_name(name: str) -> str:
    """The nearest name that the program takes."""
    plain = "-".join(filter(None, re.split(r"[^A-Za-z0-9]+", name)))
    return plain[:32] if len(plain) >= 8 else f"{plain or 'persona'}-picture"


def export_vts_item(render: Render, shot: Shot, options: ItemOptions, path: Path) -> Iterator[Progress]:
    """Write ``path``; StudioError for a name or a picture that the program would not take."""
    checked(options)
    if not path.parent.is_dir():
        raise StudioError(f"There is no folder {path.parent}.", "Make it first, or choose another one.")
    if not _NAME.fullmatch(path.stem):
        hint = "Give it 8 to 32 letters from A to Z, digits and hyphens, for example my-persona.png."
        raise StudioError(f"VTube Studio takes no item called {path.stem!r}.", hint)
    yield Progress(0.1, f"Drawing at {options.size} pixels")
    data = encode_png(render(shot.with_(look=shot.look.with_(background=options.background)), options.size))
    if len(data) >= MAX_BYTES:
        raise StudioError("The picture has 5 MB or more, which VTube Studio does not take.", "Make it smaller.")
    yield Progress(0.9, f"Writing {path.name}")
    write_atomically(path, data)
    yield Progress(1.0, f"Written to {path}", {"bytes": len(data), "path": str(path)})
