"""A shot's layers as files of layers hold them: named, in groups by part, left and right apart.

Runs of one part's cels that are laid plainly stand in a group; what is multiplied stands alone. So it does not
matter whether a program blends a group by itself or through. Clipped cels stay whole, right above what cuts them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.image import freeze
from vtuber_studio.core.layer import Layer
from vtuber_studio.core.shot import Shot
from vtuber_studio.export.exporter import checked, option
from vtuber_studio.export.names import LANGUAGES, cel_name, material_name, part_name, unique

CANVAS = 512
SIZES = (512, 1024, 2048, 4096, 8192)
PAIRS = ("eyes", "brows", "ears", "earrings", "side_locks", "blush")  # parts and cels of which she has two
CLIPPING = ("clipped", "cut", "whole")  # whole and cut by the program, cut as they are seen, whole and uncut
ALWAYS = ("eyes", "brows")  # taken apart even where they touch

DrawLayers = Callable[..., Sequence[Layer]]  # (shot, scale, clipped=..., ...): engine.layers.render_layers


@dataclass(frozen=True)
class LayerOptions:
    """How a shot is taken apart."""

    size: int = option(2048, "pixels a side", SIZES[0], SIZES[-1], among=SIZES)
    names: str = option("english", "language of the layers' names", choices=LANGUAGES)
    sides: bool = option(True, "right and left eye, brow, ear and lock on layers of their own")
    clipping: str = option("clipped", "irises and teeth, which others cut", choices=CLIPPING)
    materials: bool = option(False, "a layer for each paint of a cel (base, shade, line); what others cut comes cut")
    marked: bool = option(True, "say in the file's metadata that a machine made it")


@dataclass(frozen=True)
class RigOptions(LayerOptions):
    """For Live2D Cubism, whose clipping masks are made in Cubism; none may be in the file."""

    clipping: str = option("whole", "irises and teeth, which others cut", choices=CLIPPING)


@dataclass(frozen=True)
class Leaf:
    """A layer with its name in the file; ``clipped``: cut by the next lower leaf that is not."""

    name: str
    layer: Layer
    clipped: bool = False


@dataclass(frozen=True)
class Group:
    """Nodes with a name of their own, back to front."""

    name: str
    nodes: tuple[Node, ...]


Node = Leaf | Group


def draw_tree(draw: DrawLayers, shot: Shot, options: LayerOptions) -> tuple[Node, ...]:
    """The nodes of a shot's file, back to front."""
    checked(options)
    cut = options.clipping == "cut" or (options.materials and options.clipping == "clipped")
    layers = draw(shot, options.size // CANVAS, clipped=cut, materials=options.materials)
    if not layers:
        raise StudioError("There is nothing to see of her.", "Choose another look.")
    return tree(layers, options)


def tree(layers: Sequence[Layer], options: LayerOptions) -> tuple[Node, ...]:
    """Layers, back to front, as nodes."""
    nodes: list[Node] = []
    taken: set[str] = set()
    runs = groupby(enumerate(layers), lambda row: row[1].part if row[1].blend == "normal" else row[0])
    for _, run in runs:
        cels = [layer for _, layer in run]
        halves = []
        for _, own in groupby(cels, lambda layer: layer.name):
            one = list(own)
            halves += halved(one, options.size) if options.sides else [("", layer) for layer in one]
        sides = [side for side, _ in halves]
        if len(cels) > 1 and all(sides):
            groups = []
            for side in ("right", "left"):
                leaves = _leaves([half for half in halves if half[0] == side], options, taken)
                if leaves:
                    name = unique(cel_name(cels[0].part, options.names, side), taken)
                    groups.append(Group(name, leaves))
            found: tuple[Node, ...] = tuple(groups)
        else:
            found = _leaves(halves, options, taken)
        if len(found) > 1:
            name = part_name(cels[0].part if len(cels) > 1 else cels[0].name, options.names)
            nodes.append(Group(unique(name, taken), found))
        else:
            nodes += found
    return tuple(nodes)


def _leaves(halves: Sequence[tuple[str, Layer]], options: LayerOptions, taken: set[str]) -> tuple[Node, ...]:
    """A leaf for each cel; a group for one whose materials are apart."""
    nodes: list[Node] = []
    for (side, cel), run in groupby(_cut(halves, options), lambda row: (row[0], row[1].name)):
        rows = list(run)
        name = unique(cel_name(cel, options.names, side), taken)
        leaves = [
            Leaf(name if len(rows) == 1 else _unique_material(layer, name, options, taken), layer, clipped)
            for _, layer, clipped in rows
        ]
        nodes += leaves if len(leaves) == 1 else [Group(name, tuple(leaves))]
    return tuple(nodes)


def _unique_material(layer: Layer, cel: str, options: LayerOptions, taken: set[str]) -> str:
    return unique(material_name(layer.material, cel, options.names), taken)


def _cut(halves: Sequence[tuple[str, Layer]], options: LayerOptions) -> Iterator[tuple[str, Layer, bool]]:
    """(side, layer, whether the program is to cut it) of what is seen."""
    base: Layer | None = None  # what cuts a clipped layer that comes next
    for side, layer in halves:
        clipped = bool(layer.clip) and base is not None and base.name == layer.clip
        if layer.clip and not clipped:
            by = next((below for other, below in halves if below.name == layer.clip and other == side), None)
            whole = layer if by is None else cut(layer, by)
            if by is None or whole is None:
                continue  # what cuts it is not there: nothing of it is seen
            layer = whole
        if not clipped:
            base = layer
        yield side, layer, clipped and options.clipping == "clipped"


def halved(layers: Sequence[Layer], size: int) -> list[tuple[str, Layer]]:
    """("right", layer), ("left", layer) of a cel that she has two of, material for material; ("", layer) of what cannot
    be taken apart."""
    part, whole = layers[0].part, [("", layer) for layer in layers]
    if part not in PAIRS and layers[0].name not in PAIRS:
        return whole
    seen = np.zeros(size, np.int64)  # how much each column of the picture shows
    for layer in layers:
        seen[layer.x : layer.x + layer.image.shape[1]] += layer.image[..., 3].sum(0, dtype=np.int64)
    middle, reach = size // 2, size // 12
    near = np.arange(middle - reach, middle + reach)
    at = int(min(near, key=lambda column: (seen[column], abs(column - middle))))
    if seen[at] and part not in ALWAYS:
        return whole
    pieces = (("right", 0, at), ("left", at, size))  # her right is on the viewer's left
    found = [(side, half) for side, a, b in pieces for layer in layers if (half := _cropped(layer, a, b)) is not None]
    return found if len({side for side, _ in found}) > 1 or part in ALWAYS else whole


def _cropped(layer: Layer, first: int, last: int) -> Layer | None:
    """What lies between two columns of the picture."""
    first, last = (min(max(column - layer.x, 0), layer.image.shape[1]) for column in (first, last))
    alpha = layer.image[:, first:last, 3]
    rows, columns = np.flatnonzero(alpha.any(1)), np.flatnonzero(alpha.any(0))
    if not len(rows):
        return None
    top, left = int(rows[0]), first + int(columns[0])
    image = np.ascontiguousarray(layer.image[top : rows[-1] + 1, left : first + columns[-1] + 1])
    return replace(layer, image=freeze(image), x=layer.x + left, y=layer.y + top)


def cut(layer: Layer, by: Layer) -> Layer | None:
    """The layer where another one's alpha lets it be seen; None where that is nowhere."""
    x0, y0 = max(layer.x, by.x), max(layer.y, by.y)
    x1 = min(layer.x + layer.image.shape[1], by.x + by.image.shape[1])
    y1 = min(layer.y + layer.image.shape[0], by.y + by.image.shape[0])
    if x0 >= x1 or y0 >= y1:
        return None
    image = layer.image[y0 - layer.y : y1 - layer.y, x0 - layer.x : x1 - layer.x].copy()
    mask = by.image[y0 - by.y : y1 - by.y, x0 - by.x : x1 - by.x, 3]
    image[..., 3] = (image[..., 3].astype(np.uint16) * mask + 127) // 255
    return replace(layer, image=freeze(image), x=x0, y=y0, clip="")


def leaves_of(nodes: Sequence[Node]) -> Iterator[Leaf]:
    """Every leaf, back to front."""
    for node in nodes:
        if isinstance(node, Leaf):
            yield node
        else:
            yield from leaves_of(node.nodes)


def merged(draw: DrawLayers, shot: Shot, options: LayerOptions, background: str) -> np.ndarray:
    """Image [size, size, 4] of the whole shot, as it is drawn: what eight bits round off in layers is not in it."""
    return draw(shot, options.size // CANVAS, flat=background)[0].image


def lay(band: np.ndarray, layer: Layer, top: int) -> None:
    """Lay a layer on premultiplied float32 [h, w, 4], the rows of a picture from ``top`` on."""
    first, last = max(layer.y, top), min(layer.y + layer.image.shape[0], top + len(band))
    if first >= last:
        return
    paint = layer.image[first - layer.y : last - layer.y].astype(np.float32) / 255
    paint[..., :3] *= paint[..., 3:]
    view = band[first - top : last - top, layer.x : layer.x + layer.image.shape[1]]
    keep = 1 - paint[..., 3:]
    if layer.blend == "normal":
        view *= keep
        view += paint
        return
    colour, under = view[..., :3], view[..., 3:]
    alpha = paint[..., 3:] + under * keep
    if layer.blend == "multiply":
        mixed = paint[..., :3] * (colour + 1 - under) + colour * keep
    else:
        mixed = np.minimum(paint[..., :3] + colour, alpha)
    view[...] = np.concatenate([mixed, alpha], -1)
