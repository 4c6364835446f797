"""Draws the pictures of export.md: what trials of targets show, small. `python docs/guide/pictures.py [NAME ...]`"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.figure import within
from vtuber_studio.engine.fitting import cast_of, persona
from vtuber_studio.engine.generator import load_generator
from vtuber_studio.engine.layers import render_layers
from vtuber_studio.engine.render import RenderCache, render
from vtuber_studio.export.targets import TARGETS
from vtuber_studio.export.trial import contact_sheet, try_export

OUT = Path(__file__).parent / "export"
SHOWN = (
    "png", "profile", "jpeg", "webm", "gif", "mp4", "pngtuber", "emotes", "ora", "renpy", "renpy-layers", "sheet",
    "aseprite",
)  # fmt: skip
SIDE, MOVING, PLAYED = 200, 140, 10  # pixels of a picture; of one that plays, and its frames
OPTIONS = {"size": 256, "seconds": 2.0, "fps": 12.0}  # where a target has them, and may


def main() -> None:
    """Write a WebP for each target that is named, or for all that differ."""
    generator, cache = load_generator(), RenderCache(216)
    manifest = generator.manifest
    shot = Shot(persona(manifest, 7))
    draws = {
        "picture": lambda shot, size: render(generator, within(manifest, shot), size=size, cache=cache),
        "layers": lambda shot, scale, **how: render_layers(generator, within(manifest, shot), scale, **how),
    }
    for target in (TARGETS[name] for name in sys.argv[1:] or SHOWN):
        row = target.exporter
        fields = row.options.__dataclass_fields__  # type: ignore[attr-defined]
        low = fields["size"].metadata["low"] if "size" in fields else 0
        said = {**OPTIONS, "size": max(low, 256), "cast": cast_of(manifest)} | dict(target.options)
        options = row.options(**{name: value for name, value in said.items() if name in fields})
        for step in try_export(row, draws[row.draws], shot, options):
            trial = step.figures.get("trial")
        shown = trial.frames[:: max(1, len(trial.frames) // PLAYED)]
        images = [Image.fromarray(image) for image, _ in shown]
        if row.draws == "layers" and row.suffix:  # what the file is made of says more than what it looks like
            images = [Image.fromarray(contact_sheet([layer.image for layer in draws["layers"](shot, 1)]))]
        for image in images:
            image.thumbnail((SIDE, SIDE) if len(images) == 1 else (MOVING, MOVING), Image.Resampling.LANCZOS)
        ms = sum(ms for _, ms in trial.frames) // len(shown)
        path = OUT / f"{target.name}.webp"
        moving = {"save_all": True, "append_images": images[1:], "duration": ms, "loop": 0, "quality": 60}
        images[0].save(path, method=6, **(moving if len(images) > 1 else {"quality": 80}))
        print(path, path.stat().st_size)


if __name__ == "__main__":
    main()
