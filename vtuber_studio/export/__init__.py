"""Exporters: each draws through a callable it is given, and yields Progress. One row each in one table."""

from vtuber_studio.export.animation import (
    GifOptions,
    WebpOptions,
    export_apng,
    export_gif,
    export_webp,
)
from vtuber_studio.export.batch import Named, export_batch
from vtuber_studio.export.clips import AnimationOptions, SetOptions
from vtuber_studio.export.css import export_css
from vtuber_studio.export.exporter import Exporter, checked, described, option, read_options
from vtuber_studio.export.folders import (
    EmoteOptions,
    StateOptions,
    export_emotes,
    export_frames,
    export_renpy,
    export_states,
)
from vtuber_studio.export.layered import LayerOptions, RigOptions
from vtuber_studio.export.layered_image import LayeredImageOptions, export_layered_image
from vtuber_studio.export.openraster import export_ora
from vtuber_studio.export.png import PngOptions, Render, export_png
from vtuber_studio.export.pngtuber_plus import export_pngtuber_plus
from vtuber_studio.export.psd import export_psd
from vtuber_studio.export.sheet import LayoutOptions, SheetOptions, export_godot, export_sheet
from vtuber_studio.export.stills import JpegOptions, StillOptions, still_avif, still_jpeg, still_webp
from vtuber_studio.export.veado import VeadoOptions, export_veado
from vtuber_studio.export.video import (
    Mp4Options,
    VideoOptions,
    WebmOptions,
    export_mp4,
    export_prores,
    export_webm,
)
from vtuber_studio.export.vts_item import ItemOptions, export_vts_item, item_name

EXPORTERS: dict[str, Exporter] = {
    row.kind: row
    for row in (
        Exporter("png", "PNG", "anywhere: a picture with alpha that carries its look", PngOptions, ".png", export_png),
        Exporter("webp", "WebP", "web pages and chats: small, with alpha", StillOptions, ".webp", still_webp),
        Exporter("avif", "AVIF", "web pages: smallest, with alpha", StillOptions, ".avif", still_avif),
        Exporter("jpeg", "JPEG", "anywhere, on a background: profile pictures", JpegOptions, ".jpg", still_jpeg),
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
        Exporter(
            "sheet", "Sprite sheet", "game engines: a PNG and its JSON", SheetOptions, ".json", export_sheet,
            beside=(".png",),
        ),
        Exporter(
            "godot", "Godot sprites", "Godot 4: SpriteFrames and a PNG", LayoutOptions, ".tres", export_godot,
            beside=(".png",),
        ),
        Exporter(
            "css", "CSS sprites", "web pages: classes and a PNG", LayoutOptions, ".css", export_css, beside=(".png",)
        ),
        Exporter("renpy", "Ren'Py sprites", "visual novels: a folder for game/images", SetOptions, "", export_renpy),
        Exporter(
            "renpy-layers", "Ren'Py layered image", "visual novels: moods, eyes and mouth apart", LayeredImageOptions,
            "", export_layered_image, "layers",
        ),
        Exporter("pngtuber", "Four pictures", "PNGTuber programs of every kind", StateOptions, "", export_states),
        Exporter(
            "pngtuber-plus", "PNGTuber-Plus", "PNGTuber-Plus: one .save", StateOptions, ".save", export_pngtuber_plus
        ),
        Exporter(
            "veado", "veadotube (experimental)", "veadotube mini: one .veado", VeadoOptions, ".veado", export_veado
        ),
        Exporter(
            "vts-item", "Item", "VTube Studio: a picture beside the model", ItemOptions, ".png", export_vts_item,
            stem=item_name,
        ),
        Exporter("emotes", "Emotes", "chats: faces from 28 to 128 pixels", EmoteOptions, "", export_emotes),
        Exporter("frames", "Numbered pictures", "video editors", AnimationOptions, "", export_frames),
        Exporter("apng", "Animated PNG", "overlays, with full alpha", AnimationOptions, ".png", export_apng),
        Exporter("animated-webp", "Animated WebP", "overlays, the web: full alpha", WebpOptions, ".webp", export_webp),
        Exporter("gif", "GIF", "chats and forums, hard edges", GifOptions, ".gif", export_gif),
        Exporter("webm", "WebM video", "overlays, the web: alpha, small", WebmOptions, ".webm", export_webm),
        Exporter("prores", "ProRes 4444", "video editors: alpha, large", VideoOptions, ".mov", export_prores),
        Exporter("mp4", "MP4 video", "anywhere, on a background", Mp4Options, ".mp4", export_mp4),
    )
}

__all__ = [
    "EXPORTERS",
    "AnimationOptions",
    "EmoteOptions",
    "Exporter",
    "GifOptions",
    "ItemOptions",
    "JpegOptions",
    "LayerOptions",
    "LayeredImageOptions",
    "LayoutOptions",
    "Mp4Options",
    "Named",
    "PngOptions",
    "Render",
    "RigOptions",
    "SetOptions",
    "SheetOptions",
    "StateOptions",
    "StillOptions",
    "VeadoOptions",
    "VideoOptions",
    "WebmOptions",
    "WebpOptions",
    "checked",
    "described",
    "export_apng",
    "export_batch",
    "export_css",
    "export_emotes",
    "export_frames",
    "export_gif",
    "export_godot",
    "export_layered_image",
    "export_mp4",
    "export_ora",
    "export_png",
    "export_pngtuber_plus",
    "export_prores",
    "export_psd",
    "export_renpy",
    "export_sheet",
    "export_states",
    "export_veado",
    "export_vts_item",
    "export_webm",
    "export_webp",
    "option",
    "read_options",
    "still_avif",
    "still_jpeg",
    "still_webp",
]
