"""From a run to the ``reader`` of a generator bundle: the graph written node by node, compared with torch."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from torch import Tensor

from vtuber_studio import __version__
from vtuber_studio.artist import schema
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, write_atomically
from vtuber_studio.engine.bundle import make_file, read_bundle, staged, write_table
from vtuber_studio.engine.manifest import Network, inputs_of
from vtuber_studio.engine.manifest_file import named_files
from vtuber_studio.engine.ort import make_session
from vtuber_studio.engine.reading import VIEW
from vtuber_studio.training.reader.labels import POINTS, REGIONS, ROWS, SWAPPED, TURNED
from vtuber_studio.training.reader.network import CELLS, GRID, LOOKS, Reader
from vtuber_studio.training.reader.trainer import ASKED_NEAR, ReaderConfig, ReaderTrainer
from vtuber_studio.training.to_onnx import Graph

FILE = "networks/reader.onnx"
TOLERANCE = 1e-2  # largest difference between onnxruntime (weights rounded to fp16) and torch, of an output's largest


def reader_model(network: Reader) -> bytes:
    """The reader's ONNX file; batch normalisations are folded into the convolutions before them."""
    weights = {key: value.detach().cpu().float() for key, value in network.eval().state_dict().items()}
    g = Graph()

    def convolution(x: str, name: str, weight: Tensor, bias: Tensor, stride: int = 1) -> str:
        pad = weight.shape[-1] // 2
        ends = g.weight(f"{name}.weight", weight.contiguous()), g.weight(f"{name}.bias", bias.contiguous())
        return g.node("Conv", x, *ends, pads=[pad] * 4, strides=[stride] * 2)

    def normed(x: str, name: str, stride: int = 1) -> str:
        gain = weights[f"{name}.norm.weight"] / (weights[f"{name}.norm.running_var"] + 1e-5).sqrt()
        bias = weights[f"{name}.norm.bias"] - weights[f"{name}.norm.running_mean"] * gain
        return convolution(x, name, weights[f"{name}.conv.weight"] * gain[:, None, None, None], bias, stride)

    def plain(x: str, name: str) -> str:
        return convolution(x, name, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def linear(x: str, name: str, to: str = "") -> str:
        ends = (g.weight(f"{name}.{kind}", weights[f"{name}.{kind}"]) for kind in ("weight", "bias"))
        return g.node("Gemm", x, *ends, transB=1, to=to)

    def shaped(x: str, name: str, *shape: int) -> str:
        return g.node("Reshape", x, g.constant(f"{name}.shape", np.array([-1, *shape], np.int64)))

    def gaze(x: str, name: str, channels: int, side: int) -> str:
        share = g.node("Softmax", shaped(plain(x, f"{name}.where"), f"{name}.share", LOOKS, side * side), axis=-1)
        features = g.node("Transpose", shaped(x, f"{name}.features", channels, side * side), perm=[0, 2, 1])
        return shaped(g.node("MatMul", share, features), f"{name}.out", LOOKS * channels)

    x = g.node("Relu", normed("picture", "stem.down", 2))
    found = [g.node("Relu", normed(x, "stem.first"))]
    for index in range(len(network.stages)):
        x = g.node("Relu", normed(found[-1], f"stages.{index}.down", 2))
        inner = g.node("Relu", normed(x, f"stages.{index}.first"))
        found.append(g.node("Relu", g.node("Add", x, normed(inner, f"stages.{index}.second"))))
    a, b, c, d = found
    near, far = (weights[f"{name}.where.weight"].shape[1] for name in ("near", "far"))
    seen = g.node("Concat", gaze(c, "near", near, VIEW // 8), gaze(d, "far", far, VIEW // 16), axis=1)
    hidden = g.node("Relu", linear(seen, "hidden"))
    cells = shaped(g.node("Relu", normed(c, "grid")), "grid", GRID * CELLS * CELLS)
    g.node("Add", linear(hidden, "values"), linear(cells, "direct"), to="values")
    linear(hidden, "spread", to="spread")
    m = d
    for index, finer in enumerate((c, b, a)):
        m = g.node("DepthToSpace", plain(m, f"up.{index}"), blocksize=2, mode="CRD")
        m = g.node("Relu", g.node("Add", m, plain(finer, f"side.{index}")))
    half = VIEW // 2
    share = g.node("Softmax", shaped(plain(m, "heat"), "heat", len(POINTS), half * half), axis=-1)
    middle = (np.arange(half, dtype=np.float32) + 0.5) / half
    grid = np.stack([np.tile(middle, half), np.repeat(middle, half)], 1)
    g.node("MatMul", share, g.constant("grid", grid), to="points")
    g.node("DepthToSpace", plain(m, "paint"), blocksize=2, mode="CRD", to="regions")
    return g.model({"picture": (3, VIEW, VIEW)}, outputs())


def outputs() -> dict[str, tuple[int, ...]]:
    """The reader's answers and their shapes."""
    return {
        "values": (sum(row.size for row in ROWS),),
        "spread": (sum(not row.choices for row in ROWS),),
        "points": (len(POINTS), 2),
        "regions": (len(REGIONS), VIEW, VIEW),
    }


def export_reader(run: Path, out: Path, base: Path, figures: Mapping[str, Any] | None = None) -> Path:
    """A copy of the bundle ``base`` at ``out``, complete or not at all, with the run's reader in it; every other file
    is the same byte for byte. ``out`` may be ``base``."""
    trainer = ReaderTrainer(run, ReaderConfig(), "cpu")
    trainer.load()
    return put_reader(trainer, out, base, figures)


def put_reader(trainer: ReaderTrainer, out: Path, base: Path, figures: Mapping[str, Any] | None = None) -> Path:
    """The same for a trainer at hand."""
    network = trainer.averaged()
    data = reader_model(network)
    difference = compared(network, data)
    source = read_bundle(base)
    with staged(out) as stage:
        for file in named_files(source.table):
            if file.path != FILE:
                make_folder((stage / file.path).parent)
                write_atomically(stage / file.path, source.read(file))
        for text in ("LICENSE", "model_card.md"):
            write_atomically(stage / text, source.text(text))
        make_folder((stage / FILE).parent)
        write_atomically(stage / FILE, data)
        entry = Network(
            make_file(stage, FILE),
            {"picture": (3, VIEW, VIEW)},
            outputs(),
            inputs_of(ROWS),
            {
                "points": tuple(POINTS),
                "regions": tuple(REGIONS),
                "near": tuple(row.name for row, asked in zip(ROWS, ASKED_NEAR, strict=True) if asked),
                "turned": TURNED,
                "swapped": tuple(name for pair in SWAPPED for name in pair),
            },
            dict(schema.EDITIONS),
            provenance={
                "views": trainer.step * trainer.config.batch,
                "minutes": round(trainer.seconds / 60, 1),
                "made": datetime.date.today().isoformat(),
                "program": f"VTuber Studio {__version__}",
                "trained_on": "portraits of the program's own artist",
                "licence": "CC0-1.0",
            },
            figures={"relative_difference_from_torch": difference, **(figures or {})},
        )
        networks = {**source.table.get("networks", {}), "reader": msgspec.to_builtins(entry)}
        write_table(stage, {**source.table, "networks": networks})
    return out


def compared(network: Reader, data: bytes) -> float:
    """The largest difference of an answer between onnxruntime and torch, as a share of the largest number (at least 1)
    of that output; StudioError when it is too large."""
    picture = torch.rand(2, 3, VIEW, VIEW, generator=torch.Generator().manual_seed(0)) * 2 - 1
    with torch.no_grad():
        expected = network.eval()(picture)
    found = make_session(data, 1).run(list(outputs()), {"picture": picture.numpy()})
    worst = max(
        float(np.abs(own - true.numpy()).max()) / max(1.0, float(true.abs().max()))
        for own, true in zip(found, expected, strict=True)
    )
    if not worst < TOLERANCE:
        raise StudioError(f"The exported reader differs from torch by {worst:.3g}.", "Report this with the run.")
    return worst
