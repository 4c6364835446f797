"""VTuber Studio. The notebook API: ``Look``, ``Pose``, ``Shot``, ``load_generator``, ``render``, ``random_look``,
``read_look``, ``teach`` and ``along``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

# Here, because every entry and every child process comes by before anything of ours imports onnxruntime: from 1.29
# on it reports to its maker unless this stands in the environment when it is loaded (``engine/ort.py`` asks again).
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__version__ = "0.1.0"
__all__ = ["Look", "Pose", "Shot", "along", "load_generator", "random_look", "read_look", "render", "teach"]

if TYPE_CHECKING:
    from vtuber_studio.core.look import Look as Look
    from vtuber_studio.core.pose import Pose as Pose
    from vtuber_studio.core.shot import Shot as Shot
    from vtuber_studio.engine.generator import load_generator as load_generator
    from vtuber_studio.engine.render import render as render

_HOMES = {
    "Look": "core.look",
    "Pose": "core.pose",
    "Shot": "core.shot",
    "load_generator": "engine.generator",
    "render": "engine.render",
}


def __getattr__(name: str) -> Any:  # so that importing the package alone loads nothing
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"vtuber_studio.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def random_look(generator: Any, seed: int | str) -> Any:
    """A whole persona rolled from ``seed``, a number or any word, as the dice in the window roll it."""
    from vtuber_studio.engine.fitting import persona
    from vtuber_studio.engine.manifest import manifest_of

    return persona(manifest_of(generator), seed)


def read_look(generator: Any, picture: Any) -> Any:
    """What a picture of one person (a file's path, or uint8 [H, W, 4]) shows: ``look``, ``shot`` with her face and
    pose, how ``sure`` each value is, ``points``; see ``engine.reading.Reading``."""
    from pathlib import Path

    from vtuber_studio.core.picture import read_picture
    from vtuber_studio.engine.reading import read_look as read

    return read(generator, read_picture(Path(picture)) if isinstance(picture, str | Path) else picture)


def teach(generator: Any, name: str, more: Any, less: Any, keep: Any = ()) -> Any:
    """A direction from looks that are ``less`` of something to those that are ``more``; see ``core.teach.teach``."""
    from vtuber_studio.core.teach import teach as taught
    from vtuber_studio.engine.fitting import tables
    from vtuber_studio.engine.manifest import manifest_of

    return taught(name, tuple(more), tuple(less), *tables(manifest_of(generator)), tuple(keep))


def along(generator: Any, look: Any, direction: Any, amount: float) -> Any:
    """The look ``amount`` along a direction (or its file's path) in place of how far it is; 0 takes it out again."""
    from vtuber_studio.core.direction import read_direction, slide
    from vtuber_studio.core.kept import TaughtDirection
    from vtuber_studio.engine.fitting import require_known, tables
    from vtuber_studio.engine.manifest import manifest_of

    manifest = manifest_of(generator)
    known = direction if isinstance(direction, TaughtDirection) else read_direction(direction)
    return slide(look, require_known(known, manifest), amount, *tables(manifest))
