"""Exporters: each draws through a callable it is given, and yields Progress. One row each in one table."""

from vtuber_studio.export.exporter import Exporter, checked, described, option, read_options
from vtuber_studio.export.layered import LayerOptions, RigOptions
from vtuber_studio.export.openraster import export_ora
from vtuber_studio.export.png import PngOptions, Render, export_png
from vtuber_studio.export.psd import export_psd

EXPORTERS: dict[str, Exporter] = {
    row.kind: row
    for row in (
        Exporter("png", "PNG", "anywhere: a picture with alpha that carries its look", PngOptions, ".png", export_png),
        Exporter(
            "ora", "OpenRaster", "Krita, GIMP, MyPaint: layers to paint on", LayerOptions, ".ora", export_ora, "layers"
        ),
        Exporter(
            "psd", "Photoshop document", "Photoshop, Clip Studio, Krita: layers to paint on", LayerOptions, ".psd",
            export_psd, "layers",
        ),
        Exporter(
            "live2d", "PSD for Live2D", "Live2D Cubism: layers to rig, without clipping", RigOptions, ".psd",
            export_psd, "layers",
        ),
    )
}

__all__ = [
    "EXPORTERS",
    "Exporter",
    "LayerOptions",
    "PngOptions",
    "Render",
    "RigOptions",
    "checked",
    "described",
    "export_ora",
    "export_png",
    "export_psd",
    "option",
    "read_options",
]
