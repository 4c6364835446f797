"""OpenRaster (draft 0.0.5, freedesktop.org): a zip with a PNG for each layer, for Krita, GIMP, MyPaint and others.

A clipped layer is ``svg:src-atop`` in an isolated group whose lowest layer cuts it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from PIL import Image

from vtuber_studio.core.files import require_folder, write_atomically
from vtuber_studio.core.image import encode_png
from vtuber_studio.core.progress import Progress
from vtuber_studio.core.shot import Shot
from vtuber_studio.export.layered import (
    DrawLayers,
    Group,
    Layer,
    LayerOptions,
    Leaf,
    Node,
    draw_tree,
    leaves_of,
    merged,
)
from vtuber_studio.export.marking import mark_png

MIME = "image/openraster"
THUMBNAIL = 256
_OPERATORS = {"normal": "svg:src-over", "multiply": "svg:multiply", "add": "svg:plus"}
_WHEN = (1980, 1, 1, 0, 0, 0)  # the same shot gives the same bytes


def export_ora(draw: DrawLayers, shot: Shot, options: LayerOptions, path: Path) -> Iterator[Progress]:
    """Write a shot as layers. Closing the iterator before its end leaves ``path`` as it was."""
    require_folder(path)
    yield Progress(0.02, f"Drawing layers at {options.size} pixels")
    nodes = draw_tree(draw, shot, options)
    leaves = list(leaves_of(nodes))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        _add(archive, "mimetype", MIME.encode())
        _add(archive, "stack.xml", _document(nodes, leaves, options.size), zipfile.ZIP_DEFLATED)
        for number, leaf in enumerate(leaves):
            yield Progress(0.3 + 0.5 * number / len(leaves), f"Packing {leaf.name}")
            _add(archive, _source(number), encode_png(leaf.layer.image))
        yield Progress(0.8, "Packing the whole picture")
        picture = merged(draw, shot, options, "transparent")
        data = encode_png(picture)
        _add(archive, "mergedimage.png", mark_png(data) if options.marked else data)
        small = Image.fromarray(picture)
        small.thumbnail((THUMBNAIL, THUMBNAIL))
        _add(archive, "Thumbnails/thumbnail.png", encode_png(np.asarray(small)))
    data = buffer.getvalue()
    yield Progress(0.97, f"Writing {path.name}")
    write_atomically(path, data)
    yield Progress(1.0, f"Written to {path}", {"bytes": len(data), "path": str(path), "layers": len(leaves)})


def _add(archive: zipfile.ZipFile, name: str, data: bytes, method: int = zipfile.ZIP_STORED) -> None:
    entry = zipfile.ZipInfo(name, _WHEN)
    entry.compress_type = method
    archive.writestr(entry, data)


def _source(number: int) -> str:
    return f"data/layer{number:03}.png"


def _document(nodes: Sequence[Node], leaves: Sequence[Leaf], size: int) -> bytes:
    image = ElementTree.Element("image", version="0.0.5", w=str(size), h=str(size), xres="72", yres="72")
    root = ElementTree.SubElement(image, "stack", name="root")
    sources = {id(leaf): _source(number) for number, leaf in enumerate(leaves)}
    _fill(root, nodes, sources)
    return ElementTree.tostring(image, "UTF-8", xml_declaration=True)


def _fill(stack: ElementTree.Element, nodes: Sequence[Node], sources: dict[int, str]) -> None:
    """The first child is the top one."""
    for node in reversed(nodes):
        if isinstance(node, Group):
            group = ElementTree.SubElement(
                stack, "stack", {"name": node.name, "isolation": "isolate", "composite-op": "svg:src-over"}
            )
            _fill(group, node.nodes, sources)
        else:
            ElementTree.SubElement(stack, "layer", _attributes(node, sources[id(node)]))


def _attributes(leaf: Leaf, source: str) -> dict[str, str]:
    layer: Layer = leaf.layer
    operator = "svg:src-atop" if leaf.clipped else _OPERATORS[layer.blend]
    return {
        "name": leaf.name,
        "src": source,
        "x": str(layer.x),
        "y": str(layer.y),
        "opacity": "1.0",
        "visibility": "visible",
        "composite-op": operator,
    }
