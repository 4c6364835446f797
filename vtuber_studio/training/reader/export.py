"""From a run to the ``reader`` of a generator bundle: the graph written node by node, compared with torch."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from onnx import TensorProto, helper
from torch import Tensor, nn

from vtuber_studio import __version__
from vtuber_studio.artist import schema
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, write_atomically
from vtuber_studio.engine.bundle import make_file, read_bundle, staged, write_table
from vtuber_studio.engine.details import DETAIL
from vtuber_studio.engine.manifest import File, Network, inputs_of
from vtuber_studio.engine.manifest_file import named_files
from vtuber_studio.engine.ort import make_session
from vtuber_studio.engine.views import VIEW
from vtuber_studio.training.reader.details import DetailTrainer
from vtuber_studio.training.reader.labels import DETAILS, POINTS, REGIONS, ROWS, SWAPPED, TURNED
from vtuber_studio.training.reader.learner import Learner, ReaderConfig
from vtuber_studio.training.reader.network import CELLS, DETAIL_GRID, GRID, LOOKS, DetailReader, Reader
from vtuber_studio.training.reader.trainer import ASKED_NEAR, ReaderTrainer
from vtuber_studio.training.to_onnx import Graph

TOLERANCE = 5e-2  # largest difference between onnxruntime (weights rounded) and torch, of an output's largest
_SMALL = 4096  # numbers of a weight that is rounded to sixteen bits, not eight


class _Layers:
    """Layers of a network on a graph; batch normalisations are folded into the convolutions before them, and large
    weights are kept in eight bits, one scale for each of their outputs."""

    def __init__(self, network: nn.Module) -> None:
        self.graph = Graph()
        self.weights = {key: value.detach().cpu().float() for key, value in network.eval().state_dict().items()}

    def weight(self, name: str, value: Tensor) -> str:
        g = self.graph
        if value.numel() < _SMALL:
            return g.weight(name, value)
        scale = value.flatten(1).abs().amax(1).clamp(min=1e-8) / 127
        scale = scale.view(-1, *[1] * (value.ndim - 1))
        g.constant(name, (value / scale).round().numpy().astype(np.int8))
        g.nodes.append(helper.make_node("Cast", [name], [f"{name}:whole"], to=TensorProto.FLOAT))
        return g.node("Mul", f"{name}:whole", g.constant(f"{name}.scale", scale.numpy()))

    def convolution(self, x: str, name: str, weight: Tensor, bias: Tensor, stride: int = 1) -> str:
        pad = weight.shape[-1] // 2
        ends = self.weight(f"{name}.weight", weight.contiguous()), self.weight(f"{name}.bias", bias.contiguous())
        return self.graph.node("Conv", x, *ends, pads=[pad] * 4, strides=[stride] * 2)

    def normed(self, x: str, name: str, stride: int = 1) -> str:
        own = self.weights
        gain = own[f"{name}.norm.weight"] / (own[f"{name}.norm.running_var"] + 1e-5).sqrt()
        bias = own[f"{name}.norm.bias"] - own[f"{name}.norm.running_mean"] * gain
        return self.convolution(x, name, own[f"{name}.conv.weight"] * gain[:, None, None, None], bias, stride)

    def plain(self, x: str, name: str) -> str:
        return self.convolution(x, name, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def linear(self, x: str, name: str, to: str = "") -> str:
        ends = (self.weight(f"{name}.{kind}", self.weights[f"{name}.{kind}"]) for kind in ("weight", "bias"))
        return self.graph.node("Gemm", x, *ends, transB=1, to=to)

    def shaped(self, x: str, name: str, *shape: int) -> str:
        return self.graph.node("Reshape", x, self.graph.constant(f"{name}.shape", np.array([-1, *shape], np.int64)))

    def rectified(self, x: str) -> str:
        return self.graph.node("Relu", x)

    def trunk(self, stages: int) -> list[str]:
        """Features at 1/2, 1/4, 1/8 and 1/16 of ``picture``."""
        found = [self.rectified(self.normed(self.rectified(self.normed("picture", "stem.down", 2)), "stem.first"))]
        for index in range(stages):
            x = self.rectified(self.normed(found[-1], f"stages.{index}.down", 2))
            inner = self.rectified(self.normed(x, f"stages.{index}.first"))
            found.append(self.rectified(self.graph.node("Add", x, self.normed(inner, f"stages.{index}.second"))))
        return found


def reader_model(network: Reader) -> bytes:
    """The reader's ONNX file."""
    layers = _Layers(network)
    g = layers.graph

    def gaze(x: str, name: str, side: int) -> str:
        channels = layers.weights[f"{name}.where.weight"].shape[1]
        share = layers.shaped(layers.plain(x, f"{name}.where"), f"{name}.share", LOOKS, side * side)
        features = layers.shaped(x, f"{name}.features", channels, side * side)
        seen = g.node("MatMul", g.node("Softmax", share, axis=-1), g.node("Transpose", features, perm=[0, 2, 1]))
        return layers.shaped(seen, f"{name}.out", LOOKS * channels)

    a, b, c, d = layers.trunk(len(network.stages))
    hidden = layers.linear(g.node("Concat", gaze(c, "near", VIEW // 8), gaze(d, "far", VIEW // 16), axis=1), "hidden")
    hidden = layers.rectified(hidden)
    cells = layers.shaped(layers.rectified(layers.normed(c, "grid")), "grid", GRID * CELLS * CELLS)
    g.node("Add", layers.linear(hidden, "values"), layers.linear(cells, "direct"), to="values")
    layers.linear(hidden, "spread", to="spread")
    m = d
    for index, finer in enumerate((c, b, a)):
        m = g.node("DepthToSpace", layers.plain(m, f"up.{index}"), blocksize=2, mode="CRD")
        m = layers.rectified(g.node("Add", m, layers.plain(finer, f"side.{index}")))
    half = VIEW // 2
    share = g.node("Softmax", layers.shaped(layers.plain(m, "heat"), "heat", len(POINTS), half * half), axis=-1)
    middle = (np.arange(half, dtype=np.float32) + 0.5) / half
    grid = np.stack([np.tile(middle, half), np.repeat(middle, half)], 1)
    g.node("MatMul", share, g.constant("grid", grid), to="points")
    g.node("DepthToSpace", layers.plain(m, "paint"), blocksize=2, mode="CRD", to="regions")
    return g.model({"picture": (3, VIEW, VIEW)}, outputs())


def detail_model(network: DetailReader, name: str) -> bytes:
    """The ONNX file of what reads a detail."""
    layers = _Layers(network)
    *_, c, d = layers.trunk(len(network.stages))
    cells = [
        layers.shaped(layers.rectified(layers.normed(x, key)), key, width * (DETAIL // step) ** 2)
        for x, key, width, step in zip((c, d), ("grid", "rough"), DETAIL_GRID, (8, 16), strict=True)
    ]
    hidden = layers.rectified(layers.linear(layers.graph.node("Concat", *cells, axis=1), "hidden"))
    for output in ("values", "spread"):
        layers.linear(hidden, output, to=output)
    return layers.graph.model({"picture": (3, DETAIL, DETAIL)}, detail_outputs(name))


def outputs() -> dict[str, tuple[int, ...]]:
    """The reader's answers and their shapes."""
    return {
        "values": (sum(row.size for row in ROWS),),
        "spread": (sum(not row.choices for row in ROWS),),
        "points": (len(POINTS), 2),
        "regions": (len(REGIONS), VIEW, VIEW),
    }


def detail_outputs(name: str) -> dict[str, tuple[int, ...]]:
    """The answers of what reads a detail, and their shapes."""
    rows = DETAILS[name].rows
    return {"values": (sum(row.size for row in rows),), "spread": (sum(not row.choices for row in rows),)}


def export_reader(run: Path, out: Path, base: Path, figures: Mapping[str, Any] | None = None) -> Path:
    """A copy of the bundle ``base`` at ``out``, complete or not at all, with the run's reader in it; every other file
    is the same byte for byte. ``out`` may be ``base``."""
    trainer = ReaderTrainer(run, ReaderConfig(), "cpu")
    trainer.load()
    details = [DetailTrainer(run / name, ReaderConfig(), name, "cpu") for name in DETAILS]
    for own in details:
        own.load()
    return put_reader([trainer, *details], out, base, figures)


def put_reader(learners: Sequence[Learner], out: Path, base: Path, figures: Mapping[str, Any] | None = None) -> Path:
    """The same for learners at hand: the reader, then those of the details."""
    source = read_bundle(base)
    made = dict(zip(("reader", *DETAILS), learners, strict=True))
    with staged(out) as stage:
        for file in named_files(source.table):
            if not any(file.path == _file(role) for role in made):
                make_folder((stage / file.path).parent)
                write_atomically(stage / file.path, source.read(file))
        for text in ("LICENSE", "model_card.md"):
            write_atomically(stage / text, source.text(text))
        networks = dict(source.table.get("networks", {}))
        for role, learner in made.items():
            network = learner.averaged()
            data = reader_model(network) if role == "reader" else detail_model(network, role)
            make_folder((stage / _file(role)).parent)
            write_atomically(stage / _file(role), data)
            entry = _entry(role, learner, make_file(stage, _file(role)), compared(network, data, role), figures)
            networks[role] = msgspec.to_builtins(entry)
        write_table(stage, {**source.table, "networks": networks})
    return out


def _file(role: str) -> str:
    return f"networks/{role}.onnx"


def _entry(role: str, learner: Learner, file: File, difference: float, figures: Mapping[str, Any] | None) -> Network:
    """What the manifest says of a network; ``figures`` are the whole reader's."""
    provenance = {
        "views": learner.step * learner.config.batch,
        "minutes": round(learner.seconds / 60, 1),
        "made": datetime.date.today().isoformat(),
        "program": f"VTuber Studio {__version__}",
        "trained_on": "portraits of the program's own artist",
        "licence": "CC0-1.0",
    }
    told: dict[str, Any] = {"relative_difference_from_torch": difference}
    if role == "reader":
        names = {
            "points": tuple(POINTS),
            "regions": tuple(REGIONS),
            "near": tuple(row.name for row, asked in zip(ROWS, ASKED_NEAR, strict=True) if asked),
            "turned": TURNED,
            "swapped": tuple(name for pair in SWAPPED for name in pair),
        }
        shape, answers, rows = (3, VIEW, VIEW), outputs(), ROWS
        told |= figures or {}
    else:
        detail = DETAILS[role]
        names = {"at": detail.at, "turned": detail.turned, "swapped": detail.swapped}
        shape, answers, rows = (3, DETAIL, DETAIL), detail_outputs(role), detail.rows
    editions = dict(schema.EDITIONS)
    return Network(file, {"picture": shape}, answers, inputs_of(rows), names, editions, provenance, told)


def compared(network: nn.Module, data: bytes, role: str = "reader") -> float:
    """The largest difference of an answer between onnxruntime and torch, as a share of the largest number (at least 1)
    of that output; StudioError when it is too large."""
    side, names = (VIEW, outputs()) if role == "reader" else (DETAIL, detail_outputs(role))
    picture = torch.rand(2, 3, side, side, generator=torch.Generator().manual_seed(0)) * 2 - 1
    with torch.no_grad():
        expected = network.eval()(picture)
    found = make_session(data, 1).run(list(names), {"picture": picture.numpy()})
    worst = max(
        float(np.abs(own - true.numpy()).max()) / max(1.0, float(true.abs().max()))
        for own, true in zip(found, expected, strict=True)
    )
    if not worst < TOLERANCE:
        raise StudioError(f"The exported {role} differs from torch by {worst:.3g}.", "Report this with the run.")
    return worst
