"""Ren'Py's layered image: a base, and what moods, eyes and mouth put on it (Ren'Py's "Layered Images", read with the
parser of its `00layeredimage_ren.py`).

A mood changes all of the face; `eyes_closed` or `mouth_open` beside it take the place of its eyes or its mouth alone.
What no mood changes is one picture. Layers that multiply are turned into plain ones: what is below them is known.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

import numpy as np

from vtuber_studio.core.attribute import Value
from vtuber_studio.core.emotions import EMOTIONS, FACES, named
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import require_folder, write_atomically, write_folder
from vtuber_studio.core.image import encode_png, freeze
from vtuber_studio.core.layer import Layer
from vtuber_studio.core.progress import Progress
from vtuber_studio.core.shot import Shot
from vtuber_studio.export.clips import quoted, word
from vtuber_studio.export.exporter import checked, option
from vtuber_studio.export.layered import CANVAS, DrawLayers, lay
from vtuber_studio.export.names import unique

SIZES = (512, 1024, 2048)
# part -> what it may do whatever the mood is
ALONE: dict[str, dict[str, dict[str, Value]]] = {
    "eyes": {
        "open": {"eye_open_left": 1.0, "eye_open_right": 1.0},
        "half": {"eye_open_left": 0.45, "eye_open_right": 0.45},
        "closed": {"eye_open_left": 0.0, "eye_open_right": 0.0},
    },
    "mouth": {
        "closed": {"mouth_open": 0.0},
        "open": {"mouth_open": 0.6, "vowel_a": 0.6},
        **{vowel: {f"vowel_{vowel}": 1.0} for vowel in "aiueo"},
    },
}
Key = tuple[str, str]  # part and cel


@dataclass(frozen=True)
class LayeredImageOptions:
    """Which moods."""

    size: int = option(1024, "pixels a side", SIZES[0], SIZES[-1], among=SIZES)
    expressions: str = option(",".join(EMOTIONS), f"the moods, of: {', '.join(FACES)}")


@dataclass
class _Folder:
    """Pictures by their file's name, and the lines that show them. Equal pictures are one file."""

    name: str
    words: str  # the folder's own name, as the script quotes it
    files: dict[str, bytes] = field(default_factory=dict)
    known: dict[bytes, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def shown(self, stem: str, layer: Layer) -> str:
        """The picture's displayable and place."""
        data = encode_png(layer.image)
        if data not in self.known:
            self.known[data] = f"{unique(f'{self.name}_{stem}', self.taken)}.png".replace(" ", "_")
            self.files[self.known[data]] = data
        return f'"{self.words}/{self.known[data]}" pos ({layer.x}, {layer.y})'


def export_layered_image(
    draw: DrawLayers, shot: Shot, options: LayeredImageOptions, path: Path
) -> Iterator[Progress]:
    """Write the folder ``path``: pictures, and a script with a ``layeredimage``; made for Ren'Py's game/images."""
    checked(options)
    require_folder(path)
    moods = named(options.expressions, FACES, "expression") or list(EMOTIONS)
    wanted = {mood: FACES[mood] for mood in moods}
    wanted |= {f"{part}_{name}": values for part, rows in ALONE.items() for name, values in rows.items()}
    drawn: dict[str, dict[Key, Layer]] = {}
    for name, values in wanted.items():
        yield Progress(0.9 * len(drawn) / len(wanted), f"Drawing {name}")
        seen = shot.with_(expression={**shot.expression, **values})
        layers = plain(draw(seen, options.size // CANVAS, clipped=True), options.size)
        if not layers:
            raise StudioError("There is nothing to see of her.", "Choose another look.")
        drawn[name] = {(layer.part, layer.name): layer for layer in layers}
    name = word(path.name, "persona")
    folder = _Folder(name, quoted(path.name))
    script = _script(folder, path.name, drawn, moods, options.size)
    files = folder.files | {f"{name}.rpy": script.encode()}
    yield Progress(0.95, f"Writing {path.name}")
    with write_folder(path, files) as stage:
        for file, data in files.items():
            write_atomically(stage / file, data)
    yield Progress(1.0, f"Written to {path}", {"path": str(path), "files": len(files)})


def plain(layers: Sequence[Layer], size: int) -> list[Layer]:
    """Layers that give the same picture and are all laid normally: what is multiplied takes on what is below it."""
    canvas = np.zeros((size, size, 4), np.float32)
    found = []
    for layer in layers:
        rows, columns = layer.image.shape[:2]
        view = canvas[layer.y : layer.y + rows, layer.x : layer.x + columns]
        before = view.copy() if layer.blend != "normal" else None
        lay(canvas, layer, 0)
        if before is not None:
            alpha = layer.image[..., 3:].astype(np.float32) / 255
            own = (view[..., :3] - (1 - alpha) * before[..., :3]) / np.maximum(alpha, 1 / 255)
            image = layer.image.copy()
            image[..., :3] = (own.clip(0, 1) * 255 + 0.5).astype(np.uint8)
            layer = replace(layer, image=freeze(image), blend="normal")
        found.append(layer)
    return found


def _script(
    folder: _Folder, title: str, drawn: Mapping[str, Mapping[Key, Layer]], moods: Sequence[str], size: int
) -> str:
    orders = [list(layers) for layers in drawn.values()]
    owners = {key: _owner(key, drawn, moods) for key in _merged(orders)}
    names = {mood: word(mood, "mood") for mood in moods}
    head = [
        f"# {title}: put this folder into game/images, and write: show {folder.name} {names[moods[-1]]}",
        f"# The eyes or the mouth alone: show {folder.name} eyes_closed, and back: show {folder.name} -eyes_closed",
        f"layeredimage {folder.name}:",
    ]
    lines = ["", "    group mood:"]
    lines += [f"        attribute {names[mood]}{' default' if mood == moods[0] else ''} null" for mood in moods]
    whole = size  # the lowest pictures are as large as the canvas: Ren'Py's image is as large as what it shows
    for owner, run in groupby(owners, lambda key: owners[key]):
        keys = list(run)
        stem = owner if owner in ALONE else keys[0][1] if not whole else "base"
        lines.append("")
        if not owner:
            joined = _joined(drawn[moods[0]], keys, whole)
            lines += [f"    always {folder.shown(stem, joined)}"] if joined else []
        alone = [f"{owner}_{name}" for name in ALONE.get(owner, ())]
        lines += [f"    group {owner}:"] if alone else []
        for name in alone:
            joined = _joined(drawn[name], keys, whole)
            lines.append(f"        attribute {name} " + (folder.shown(name, joined) if joined else "null"))
        unless = f" if_not {json.dumps(alone)}" if alone else ""
        for mood in moods if owner else ():
            joined = _joined(drawn[mood], keys, whole)
            if joined:
                lines.append(
                    f"    attribute {names[mood]} {folder.shown(f'{stem}_{names[mood]}', joined)}{unless}"
                )
        whole = 0
    return "\n".join([*head, *lines, ""])


def _owner(key: Key, drawn: Mapping[str, Mapping[Key, Layer]], moods: Sequence[str]) -> str:
    """A part of ``ALONE``, "mood" for what any mood changes, or nothing."""
    if key[0] in ALONE:
        return key[0]
    seen = [drawn[mood].get(key) for mood in moods]
    return "" if all(_same(seen[0], other) for other in seen[1:]) else "mood"


def _same(one: Layer | None, other: Layer | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.x, one.y) == (other.x, other.y) and np.array_equal(one.image, other.image)


def _merged(orders: Sequence[Sequence[Key]]) -> list[Key]:
    """All keys in an order that agrees with each of the given ones."""
    found: list[Key] = []
    for order in orders:
        at = 0
        for key in order:
            if key not in found:
                found.insert(at, key)
            at = found.index(key) + 1
    return found


def _joined(layers: Mapping[Key, Layer], keys: Sequence[Key], size: int = 0) -> Layer | None:
    """The layers of these keys as one, cropped, or as large as the canvas; None where there are none."""
    shown = [layers[key] for key in keys if key in layers]
    if not shown:
        return None
    x0, y0 = min(layer.x for layer in shown), min(layer.y for layer in shown)
    x1 = max(layer.x + layer.image.shape[1] for layer in shown)
    y1 = max(layer.y + layer.image.shape[0] for layer in shown)
    if size:
        x0, y0, x1, y1 = 0, 0, size, size
    band = np.zeros((y1 - y0, x1 - x0, 4), np.float32)
    for layer in shown:
        lay(band, replace(layer, x=layer.x - x0, y=layer.y - y0), 0)
    band[..., :3] /= np.maximum(band[..., 3:], 1e-6)
    image = (band.clip(0, 1) * 255 + 0.5).astype(np.uint8)
    return Layer(shown[0].name, shown[0].part, freeze(image), x0, y0)
