"""Exporters: each draws through a callable it is given, and yields Progress. One row each in one table."""

from vtuber_studio.export.exporter import Exporter, checked, described, option, read_options
from vtuber_studio.export.png import PngOptions, Render, export_png

EXPORTERS: dict[str, Exporter] = {
    row.kind: row
    for row in (
        Exporter("png", "PNG", "anywhere: a picture with alpha that carries its look", PngOptions, ".png", export_png),
    )
}

__all__ = [
    "EXPORTERS",
    "Exporter",
    "PngOptions",
    "Render",
    "checked",
    "described",
    "export_png",
    "option",
    "read_options",
]
