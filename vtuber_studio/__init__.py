"""VTuber Studio. The notebook API: ``Look``, ``Pose``, ``Shot``, ``load_generator``, ``render``, ``random_look``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

# Here, because every entry and every child process comes by before anything of ours imports onnxruntime: from 1.29
# on it reports to its maker unless this stands in the environment when it is loaded (``engine/ort.py`` asks again).
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__version__ = "0.1.0"
__all__ = ["Look", "Pose", "Shot", "load_generator", "random_look", "render"]

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
