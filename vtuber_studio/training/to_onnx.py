"""From a trained part to its ONNX files: graphs written node by node, compared with torch.

Writing the graph ourselves keeps initializer names equal to the state dict's keys, so that a bundle can be trained
further, and stores the demodulation's sum of squared weights as a small constant instead of every weight twice.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from vtuber_studio import __version__
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, write_atomically
from vtuber_studio.engine.bundle import BundlePart, File, inputs_of, make_file
from vtuber_studio.engine.generator import make_session
from vtuber_studio.training.networks import EPSILON, GAIN, SLOPE, PartNetwork
from vtuber_studio.training.trainer import PartTrainer

OPSET = 17
TOLERANCE = 2e-2  # largest difference of a logit between onnxruntime (weights rounded to fp16) and torch (the same)


class Graph:
    """Nodes and initializers of one ONNX graph; weights are stored as fp16 and cast when the session is made."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def node(self, operator: str, *inputs: str, to: str = "", **attributes: Any) -> str:
        output = to or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output

    def constant(self, name: str, value: np.ndarray) -> str:
        self.initializers.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def weight(self, name: str, value: torch.Tensor) -> str:
        """A weight under its state dict's key."""
        self.constant(name, value.numpy().astype(np.float16))
        self.nodes.append(helper.make_node("Cast", [name], [f"{name}:float"], to=TensorProto.FLOAT))
        return f"{name}:float"

    def model(self, inputs: dict[str, tuple[int, ...]], outputs: dict[str, tuple[int, ...]]) -> bytes:
        def values(shapes: dict[str, tuple[int, ...]]) -> list[onnx.ValueInfoProto]:
            return [helper.make_tensor_value_info(k, TensorProto.FLOAT, ["n", *shape]) for k, shape in shapes.items()]

        graph = helper.make_graph(self.nodes, "part", values(inputs), values(outputs), self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="vtuber-studio")
        model.ir_version = 9
        onnx.checker.check_model(model)
        return model.SerializeToString()


def mapping_model(network: PartNetwork, weights: dict[str, torch.Tensor], c_dim: int, z_dim: int) -> bytes:
    """The mapping network's ONNX file; ``weights``: the state dict."""
    g = Graph()
    x = g.node("Concat", "c", "z", axis=1)
    for index in range(len(network.mapping.layers)):
        x = linear(g, x, f"mapping.layers.{index}", weights)
        x = g.node("Mul", g.node("LeakyRelu", x, alpha=SLOPE), _gain(g))
    x = linear(g, x, "mapping.out", weights)
    num_ws, w_dim = network.mapping.num_ws, network.mapping.w_dim
    g.node("Reshape", x, g.constant("shape", np.array([-1, num_ws, w_dim], np.int64)), to="ws")
    return g.model({"c": (c_dim,), "z": (z_dim,)}, {"ws": (num_ws, w_dim)})


def synthesis_model(
    network: PartNetwork, weights: dict[str, torch.Tensor], channels: int, size: tuple[int, int]
) -> bytes:
    """The synthesis network's ONNX file; its output is [n, channels, *size]."""
    g = Graph()
    x = g.weight("synthesis.const", weights["synthesis.const"])
    layers = network.synthesis.layers
    for index, layer in enumerate(layers):
        name = f"synthesis.layers.{index}"
        w = g.node("Gather", "ws", g.constant(f"{name}.index", np.array(index, np.int64)), axis=1)
        style = linear(g, w, f"{name}.affine", weights)
        x = g.node("Mul", x, spatial(g, style))
        weight = weights[f"{name}.weight"]
        x = g.node("Conv", x, g.weight(f"{name}.weight", weight), pads=[1, 1, 1, 1])
        if not layer.head:
            rounded = weight.half().float()
            power = g.constant(f"{name}.power", rounded.square().sum((2, 3)).T.contiguous().numpy())
            variance = g.node("Add", g.node("MatMul", g.node("Mul", style, style), power), _epsilon(g))
            x = g.node("Mul", x, spatial(g, g.node("Reciprocal", g.node("Sqrt", variance))))
        x = g.node("Add", x, spatial(g, g.weight(f"{name}.bias", weights[f"{name}.bias"][None])))
        if not layer.head:
            x = g.node("Mul", g.node("LeakyRelu", x, alpha=SLOPE), _gain(g))
        if layer.shuffle:
            last = index == len(layers) - 1
            x = g.node("DepthToSpace", x, blocksize=2, mode="CRD", to="logits" if last else "")
    num_ws, w_dim = network.mapping.num_ws, network.mapping.w_dim
    return g.model({"ws": (num_ws, w_dim)}, {"logits": (channels, *size)})


def linear(g: Graph, x: str, name: str, weights: dict[str, torch.Tensor]) -> str:
    """A linear layer, its weights under their state dict's keys."""
    weight, bias = (g.weight(f"{name}.{kind}", weights[f"{name}.{kind}"]) for kind in ("weight", "bias"))
    return g.node("Gemm", x, weight, bias, transB=1)


def once(g: Graph, name: str, value: np.ndarray) -> str:
    """A constant that the graph may have already."""
    known = any(tensor.name == name for tensor in g.initializers)
    return name if known else g.constant(name, value)


def _gain(g: Graph) -> str:
    return once(g, "gain", np.array(GAIN, np.float32))


def _epsilon(g: Graph) -> str:
    return once(g, "epsilon", np.array(EPSILON, np.float32))


def spatial(g: Graph, x: str) -> str:
    """[n, C] as [n, C, 1, 1]."""
    return g.node("Unsqueeze", x, once(g, "axes", np.array([2, 3], np.int64)))


def export_part(trainer: PartTrainer, folder: Path) -> BundlePart:
    """Write a part's networks (moving average of weights), compared with torch; returns its row."""
    part, c_dim = trainer.part, trainer.tables.c_dim
    weights = {key: value.detach().cpu().float().contiguous() for key, value in trainer.average.items()}
    network = trainer.network.cpu().float()
    network.load_state_dict({key: value.half().float() for key, value in weights.items()})
    models = {
        "mapping": mapping_model(network, weights, c_dim, part.z_dim),
        "synthesis": synthesis_model(network, weights, part.channels, part.logits),
    }
    files, difference = write_networks(folder, trainer.tables.name, models, network, c_dim, part.z_dim)
    return BundlePart(
        part,
        network.mapping.num_ws,
        network.mapping.w_dim,
        files["mapping"],
        files["synthesis"],
        inputs_of(trainer.tables.rows),
        trainer.tables.edition,
        provenance={
            **made(trainer.images, trainer.seconds),
            "trained_on": "drawings of the program's own artist",
            "licence": "CC0-1.0",
        },
        figures={"max_difference_from_torch": difference},
    )


def made(images: int, seconds: float) -> dict[str, Any]:
    """Provenance of a network: how long it learned, when, and by which program."""
    return {
        "images": images,
        "minutes": round(seconds / 60, 1),
        "made": datetime.date.today().isoformat(),
        "program": f"VTuber Studio {__version__}",
    }


def write_networks(
    folder: Path, name: str, models: dict[str, bytes], network: torch.nn.Module, c_dim: int, z_dim: int
) -> tuple[dict[str, File], float]:
    """(files, largest difference of a logit from torch) of a mapping and a synthesis, written to the bundle in
    ``folder``. ``network``: the same in torch, (c, z) -> logits, its weights rounded as they are stored. StudioError
    when they differ."""
    make_folder(folder / "parts")
    files = {}
    for kind, data in models.items():
        path = f"parts/{name.replace('=', '.')}.{kind}.onnx"
        write_atomically(folder / path, data)
        files[kind] = make_file(folder, path)
    rng = torch.Generator().manual_seed(0)
    c, z = torch.rand(2, c_dim, generator=rng) * 2 - 1, torch.randn(2, z_dim, generator=rng)
    with torch.no_grad():
        expected = network.eval()(c, z).numpy()
    ws = make_session(models["mapping"], 1).run(["ws"], {"c": c.numpy(), "z": z.numpy()})[0]
    found = make_session(models["synthesis"], 1).run(["logits"], {"ws": ws})[0]
    difference = float(np.abs(found - expected).max())
    if not difference < TOLERANCE:
        raise StudioError(f"The exported {name} differs from torch by {difference:.3g}.", "Report this with the run.")
    return files, difference
