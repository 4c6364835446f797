"""PNGTuber-Plus: a .save, one JSON object of sprites whose vectors are texts in Godot's syntax.

The pictures travel inside (base64 PNG); a sprite's ``path`` names no file, so that the program takes them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import write_atomically
from vtuber_studio.core.image import encode_png
from vtuber_studio.core.progress import Progress
from vtuber_studio.core.shot import Shot
from vtuber_studio.export.folders import StateOptions, draw_states
from vtuber_studio.export.png import Render

# state -> (showTalk: 1 silent, 2 speaking; showBlink: 1 eyes open, 2 blinking)
SHOWN = {"closed": (1, 1), "open": (2, 1), "blink-closed": (1, 2), "blink-open": (2, 2)}
_REST: dict[str, Any] = {
    "parentId": None,
    "offset": "Vector2(0, 0)",
    "pos": "Vector2(0, 0)",
    "zindex": 0,
    "drag": 0,
    "xFrq": 0,
    "xAmp": 0,
    "yFrq": 0,
    "yAmp": 0,
    "rotDrag": 0,
    "stretchAmount": 0,
    "rLimitMin": -180,
    "rLimitMax": 180,
    "frames": 1,
    "animSpeed": 0,
    "ignoreBounce": False,
    "clipped": False,
    "costumeLayers": str([1] * 10),
    "toggle": "null",
    "type": "sprite",
}


def export_pngtuber_plus(render: Render, shot: Shot, options: StateOptions, path: Path) -> Iterator[Progress]:
    """Write ``path`` (.save): four sprites in one place, of which the program shows one at a time."""
    if not path.parent.is_dir():
        raise StudioError(f"There is no folder {path.parent}.", "Make it first, or choose another one.")
    sprites: dict[str, dict[str, Any]] = {}
    for number, (name, image) in enumerate(draw_states(render, shot, options)):
        yield Progress((number + 1) / 6, f"Packing {name}")
        talk, blink = SHOWN[name]
        sprites[str(number)] = {
            **_REST,
            "path": f"res://inside-this-file/{name}.png",
            "imageData": base64.b64encode(encode_png(image)).decode(),
            "identification": number + 1,
            "showTalk": talk,
            "showBlink": blink,
        }
    data = json.dumps(sprites).encode()
    yield Progress(0.95, f"Writing {path.name}")
    write_atomically(path, data)
    yield Progress(1.0, f"Written to {path}", {"bytes": len(data), "path": str(path)})
