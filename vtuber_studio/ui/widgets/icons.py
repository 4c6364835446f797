"""The studio's own icons, drawn as SVG: no font has to bring them."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QIcon

from vtuber_studio.core.paths import resources


@lru_cache
def icon(name: str) -> QIcon:
    """The icon called ``name`` in resources/icons."""
    return QIcon(str(resources() / "icons" / f"{name}.svg"))
