"""Where an export will be used: what a user looks for. A target is a kind of ``EXPORTERS``, set up for that use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vtuber_studio.export import EXPORTERS, Exporter


@dataclass(frozen=True)
class Target:
    """``name`` is what settings know it by; ``options`` are set where they differ from the kind's own."""

    name: str
    place: str
    label: str
    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def exporter(self) -> Exporter:
        """The row of its kind."""
        return EXPORTERS[self.kind]


_PLACES: dict[str, tuple[tuple[str, str, str, dict[str, Any]], ...]] = {
    "Pictures": (
        ("png", "Picture (PNG)", "png", {}),
        ("profile", "Profile picture", "png", {"crop": "icon", "size": 512}),
        ("webp", "Web page: small (WebP)", "webp", {}),
        ("avif", "Web page: smallest (AVIF)", "avif", {}),
        ("jpeg", "Anywhere, no alpha (JPEG)", "jpeg", {}),
    ),
    "Stream overlays": (
        ("webm", "OBS: video with alpha (WebM)", "webm", {}),
        ("apng", "OBS: animated PNG", "apng", {}),
        ("animated-webp", "Browser source (WebP)", "animated-webp", {}),
    ),
    "PNGTuber and VTuber programs": (
        ("pngtuber-plus", "PNGTuber-Plus", "pngtuber-plus", {}),
        ("veado", "veadotube mini (experimental)", "veado", {}),
        ("pngtuber", "Any other: four pictures", "pngtuber", {}),
        ("vts-item", "VTube Studio: an item", "vts-item", {}),
        ("live2d", "Live2D Cubism: layers to rig", "live2d", {}),
    ),
    "Chats and forums": (
        ("emotes", "Emotes: Twitch, Discord", "emotes", {}),
        ("gif", "Animated GIF", "gif", {"size": 256}),
    ),
    "Drawing programs": (
        ("ora", "Krita, GIMP, MyPaint (layers)", "ora", {}),
        ("psd", "Photoshop, Clip Studio (layers)", "psd", {}),
    ),
    "Games and visual novels": (
        ("renpy", "Ren'Py: sprites", "renpy", {}),
        ("renpy-layers", "Ren'Py: layered image", "renpy-layers", {}),
        ("godot", "Godot 4: SpriteFrames", "godot", {}),
        ("sheet", "Pixi, Phaser, others: sprite sheet", "sheet", {"form": "texturepacker_hash"}),
        ("aseprite", "Aseprite's form: sprite sheet", "sheet", {"preset": "animations"}),
        ("css", "Web page: CSS sprites", "css", {}),
    ),
    "Video editing": (
        ("mp4", "Any editor, on a background (MP4)", "mp4", {}),
        ("prores", "With alpha (ProRes 4444)", "prores", {}),
        ("frames", "Numbered pictures", "frames", {"fps": 30.0}),
    ),
}

TARGETS: dict[str, Target] = {
    row[0]: Target(row[0], place, *row[1:]) for place, rows in _PLACES.items() for row in rows if row[2] in EXPORTERS
}
