"""Exporters: each draws through a render callable it is given, and yields Progress."""

from vtuber_studio.export.png import PngOptions, Render, export_png

EXPORTERS = {"png": export_png}

__all__ = ["EXPORTERS", "PngOptions", "Render", "export_png"]
