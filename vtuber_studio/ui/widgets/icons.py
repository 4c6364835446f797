"""The studio's own icons, drawn as SVG: no font has to bring them."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QColor, QIcon, QPixmap

from vtuber_studio.core.paths import resources


@lru_cache
def icon(name: str) -> QIcon:
    """The icon called ``name`` in resources/icons."""
    return QIcon(str(resources() / "icons" / f"{name}.svg"))


def patch(colour: str) -> QIcon:
    """A colour, #rrggbb or #rrggbbaa, beside its name."""
    square, fill = QPixmap(14, 14), QColor(colour[:7])
    if len(colour) == 9:
        fill.setAlpha(int(colour[7:], 16))
    square.fill(fill)
    return QIcon(square)
