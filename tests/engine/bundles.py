"""A tiny real bundle: two parts whose ONNX files are a matrix product each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from msgspec import structs
from onnx import TensorProto, helper, numpy_helper

from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.part import Cel, Material, Part
from vtuber_studio.engine.bundle import (
    BundlePart,
    File,
    Input,
    Manifest,
    inputs_of,
    make_file,
    read_bundle,
    write_manifest,
)
from vtuber_studio.engine.manifest import Variant, Variants

PARTS = (
    Part("face", "Face", (128, 128, 384, 384), (16, 16), (Cel("face", 30, ("skin",), 0.1),), z_dim=2),
    Part("eyes", "Eyes", (192, 192, 320, 256), (16, 32), (Cel("eyes", 50, ("eye",), 0.5),), z_dim=2),
)
ROWS = (Attribute("face_width", "Width", "Face", ("face",)), Attribute("eye_size", "Size", "Eyes", ("eyes",)))
BLUSH = (Attribute("blink", "Blink", "Expression", ("eyes",), low=0, high=1),)
MATERIALS = (Material("skin", "Skin", "skin", "#f0c8b0"), Material("eye", "Eye", "eye", "#2040a0"))
NUM_WS, W_DIM = 2, 3

Change = Callable[[onnx.ModelProto], None]


def _ends(shapes: dict[str, tuple[int, ...]]) -> list[onnx.ValueInfoProto]:
    return [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", *shape]) for name, shape in shapes.items()]


def _model(nodes: list[onnx.NodeProto], inputs: dict, outputs: dict, values: dict[str, np.ndarray]) -> onnx.ModelProto:
    initializers = [numpy_helper.from_array(value, name) for name, value in values.items()]
    graph = helper.make_graph(nodes, "part", _ends(inputs), _ends(outputs), initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    return model


def mapping(c_dim: int, z_dim: int) -> onnx.ModelProto:
    """(c, z) -> ws."""
    weight = np.random.default_rng(1).normal(size=(c_dim + z_dim, NUM_WS * W_DIM)).astype(np.float32)
    nodes = [
        helper.make_node("Concat", ["c", "z"], ["x"], axis=1),
        helper.make_node("MatMul", ["x", "weight"], ["y"]),
        helper.make_node("Reshape", ["y", "shape"], ["ws"]),
    ]
    values = {"weight": weight, "shape": np.array([-1, NUM_WS, W_DIM], np.int64)}
    return _model(nodes, {"c": (c_dim,), "z": (z_dim,)}, {"ws": (NUM_WS, W_DIM)}, values)


def synthesis(part: Part) -> onnx.ModelProto:
    """ws -> logits."""
    height, width = part.logits
    size = part.channels * height * width
    weight = np.random.default_rng(2).normal(size=(NUM_WS * W_DIM, size)).astype(np.float32)
    nodes = [
        helper.make_node("Flatten", ["ws"], ["x"]),
        helper.make_node("MatMul", ["x", "weight"], ["y"]),
        helper.make_node("Reshape", ["y", "shape"], ["logits"]),
    ]
    values = {"weight": weight, "shape": np.array([-1, part.channels, height, width], np.int64)}
    return _model(nodes, {"ws": (NUM_WS, W_DIM)}, {"logits": (part.channels, height, width)}, values)


def _write(folder: Path, name: str, part: Part, c_dim: int, changes: dict[str, Change]) -> dict[str, File]:
    """The mapping and synthesis of a part, altered before they are hashed."""
    files = {}
    for kind, model in {"mapping": mapping(c_dim, part.z_dim), "synthesis": synthesis(part)}.items():
        changes.get(kind, lambda _model: None)(model)
        path = f"parts/{name}.{kind}.onnx"
        (folder / path).write_bytes(model.SerializeToString())
        files[kind] = make_file(folder, path)
    return files


def make_bundle(folder: Path, change: Change | None = None, role: str = "synthesis") -> Path:
    """Write the bundle; ``change`` alters one of the eyes' networks before it is hashed."""
    (folder / "parts").mkdir(parents=True)
    rows = []
    for part in PARTS:
        inputs = inputs_of([row for row in ROWS + BLUSH if part.name in row.parts])
        changes = {role: change} if change and part.name == "eyes" else {}
        files = _write(folder, part.name, part, sum(row.size for row in inputs), changes)
        rows.append(BundlePart(part, NUM_WS, W_DIM, files["mapping"], files["synthesis"], inputs))
    (folder / "LICENSE").write_text("CC0")
    write_manifest(
        folder, Manifest("Tiny", "CC0-1.0", ROWS, BLUSH, MATERIALS, tuple(rows), provenance={"made": "here"})
    )
    return folder


STYLE = Attribute("eye_style", "Style", "Eyes", ("eyes",), choices=("round", "sharp", "cat"), default="round")
GLOW = Attribute("glow", "Glow", "Eyes", ("eyes",))
CAT_BOX, CAT_LOGITS = (224, 200, 288, 232), (16, 32)


def add_styles(folder: Path) -> Path:
    """Give the tiny bundle's eyes three styles: two that they share, and a cat's that owns its network, sees a slider
    of its own, and has a box of its own."""
    manifest = read_bundle(folder).manifest
    face, eyes = manifest.parts
    shared = (Input(STYLE.name, choices=("round", "sharp")), *eyes.inputs)
    files = _write(folder, "eyes", eyes.part, sum(row.size for row in shared), {})
    seen = inputs_of((ROWS[1], GLOW, *BLUSH))
    cat = structs.replace(eyes.part, box=CAT_BOX, logits=CAT_LOGITS)
    own = _write(folder, "eyes.cat", cat, len(seen), {})
    variant = Variant(own["mapping"], own["synthesis"], NUM_WS, W_DIM, seen, CAT_BOX, CAT_LOGITS)
    eyes = structs.replace(eyes, inputs=shared, variants=Variants(STYLE.name, {"cat": variant}), **files)
    rows = (*manifest.attributes, STYLE, GLOW)
    write_manifest(folder, structs.replace(manifest, attributes=rows, parts=(face, eyes)))
    return folder


def make_pack(folder: Path, choice: str, family: str) -> Path:
    """A pack that brings the eyes of a family's generators one more style, in a colour that all of them have."""
    (folder / "parts").mkdir(parents=True)
    style = structs.replace(STYLE, choices=(choice,), default=choice)
    inputs = inputs_of((style, ROWS[1], *BLUSH))
    files = _write(folder, "eyes", PARTS[1], sum(row.size for row in inputs), {})
    part = BundlePart(PARTS[1], NUM_WS, W_DIM, files["mapping"], files["synthesis"], inputs)
    tables = ((style, ROWS[1]), BLUSH, MATERIALS[1:], (part,))
    write_manifest(folder, Manifest(choice.capitalize(), "CC0-1.0", *tables, family=family, extends=STYLE.name))
    return folder


FLAT = Part("picture", "Picture", (0, 0, 512, 512), (16, 16), (Cel("picture", 10, ("tint",), detail=3),), z_dim=4)


def make_flat(folder: Path) -> Path:
    """A flat generator: one part, one cel with RGB detail, nothing but z to move it."""
    (folder / "parts").mkdir(parents=True)
    files = _write(folder, "picture", FLAT, 0, {})
    part = BundlePart(FLAT, NUM_WS, W_DIM, files["mapping"], files["synthesis"], ())
    tint = (Material("tint", "Tint", "picture", "#ffffff"),)
    (folder / "LICENSE").write_text("CC0")
    write_manifest(folder, Manifest("Flat", "CC0-1.0", (), (), tint, (part,), capabilities=("palette", "cels")))
    return folder
