"""A sheet for web pages: a class for each still and each animation (CSS Backgrounds 3 and Animations 1).

An element's margin gives back what was trimmed, so that all are as large as a frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from vtuber_studio.core.progress import Progress
from vtuber_studio.core.shot import Shot
from vtuber_studio.export.clips import word
from vtuber_studio.export.png import Render
from vtuber_studio.export.sheet import LayoutOptions, Sheet, Sprite, write_sheet


def export_css(render: Render, shot: Shot, options: LayoutOptions, path: Path) -> Iterator[Progress]:
    """Write ``path`` (.css) and the PNG of the same name beside it; the classes are called like the file."""
    return write_sheet(render, shot, options, path, lambda sheet, picture: _rules(sheet, picture, path.stem))


def _rules(sheet: Sheet, picture: str, stem: str) -> str:
    name = word(stem, "persona")
    lines = [
        f'/* <span class="{name} {sheet.clips[0].name}"></span> */',
        f'.{name} {{ display: inline-block; background: url("{quote(picture)}") no-repeat; }}',
    ]
    sprites = iter(sheet.sprites)
    for clip in sheet.clips:
        shown = [(frame.ms, next(sprites)) for frame in clip.frames]
        lines.append(f".{name}.{clip.name} {{ {_place(sheet, shown[0][1])} }}")
        if len(shown) == 1:
            continue
        total, since = sum(ms for ms, _ in shown), 0
        again = "infinite" if clip.loop else "1 forwards"
        lines[-1] = f"{lines[-1][:-2]} animation: {name}-{clip.name} {total / 1000:g}s step-end {again}; }}"
        lines.append(f"@keyframes {name}-{clip.name} {{")
        for ms, sprite in shown:
            lines.append(f"  {round(100 * since / total, 4):g}% {{ {_place(sheet, sprite)} }}")
            since += ms
        lines.append(f"  100% {{ {_place(sheet, shown[0 if clip.loop else -1][1])} }}")
        lines.append("}")
    return "\n".join([*lines, ""])


def _place(sheet: Sheet, sprite: Sprite) -> str:
    (x, y), (wide, high) = sprite.place, sprite.size
    rest = sheet.side - sprite.x - wide, sheet.side - sprite.y - high
    return (
        f"width: {wide}px; height: {high}px; background-position: {-x}px {-y}px; "
        f"margin: {sprite.y}px {rest[0]}px {rest[1]}px {sprite.x}px;"
    )
