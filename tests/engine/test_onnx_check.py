"""Networks from anywhere: files that are more, or less, than they must be, and those made to hang, swell or change."""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.engine.bundles import NUM_WS, PARTS, W_DIM, Change, make_bundle, synthesis
from vtuber_studio.core import paths
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look
from vtuber_studio.engine import onnx_check, onnx_trial
from vtuber_studio.engine.bundle import install_bundle, read_bundle
from vtuber_studio.engine.generator import GeneratorError, load_generator
from vtuber_studio.engine.onnx_trial import trial
from vtuber_studio.engine.ort import make_session
from vtuber_studio.engine.render import render

EYES = PARTS[1]
Z = EYES.z_dim


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No verdict is known yet."""
    monkeypatch.setenv("VTUBER_STUDIO_HOME", str(tmp_path / "home"))
    return tmp_path


def try_out(data: bytes) -> None:
    """Ask what the child is asked about the eyes' synthesis."""
    question = ["eyes.onnx", {"ws": (NUM_WS, W_DIM)}, {"logits": (EYES.channels, *EYES.logits)}]
    trial(json.dumps(question).encode() + b"\n" + data)


def _external(tensor: TensorProto) -> None:
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "/etc/passwd"
    tensor.ClearField("raw_data")


def _external_initializer(model: onnx.ModelProto) -> None:
    _external(model.graph.initializer[0])


def _hidden_external(model: onnx.ModelProto) -> None:
    tensor = numpy_helper.from_array(np.zeros(4, np.float32), "x")
    tensor.external_data.add().key = "location"  # without saying that it is external
    model.graph.node.append(helper.make_node("Constant", [], ["unused"], value=tensor))


def _sparse_external(model: onnx.ModelProto) -> None:
    values = numpy_helper.from_array(np.ones(1, np.float32), "sparse")
    _external(values)
    indices = numpy_helper.from_array(np.zeros(1, np.int64), "at")
    model.graph.sparse_initializer.append(helper.make_sparse_tensor(values, indices, [4]))


def _external_in_subgraph(model: onnx.ModelProto) -> None:
    tensor = numpy_helper.from_array(np.zeros(4, np.float32), "x")
    _external(tensor)
    inner = helper.make_graph(
        [helper.make_node("Constant", [], ["y"], value=tensor)], "inner", [],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [4])],
    )  # fmt: skip
    yes = numpy_helper.from_array(np.array(True), "yes")
    model.graph.initializer.append(yes)
    model.graph.node.append(helper.make_node("If", ["yes"], ["out"], then_branch=inner, else_branch=inner))


def _external_in_function(model: onnx.ModelProto) -> None:
    tensor = numpy_helper.from_array(np.zeros(4, np.float32), "x")
    _external(tensor)
    node = helper.make_node("Constant", [], ["y"], value=tensor)
    model.functions.append(helper.make_function("", "f", [], ["y"], [node], [helper.make_opsetid("", 17)]))


def _foreign_domain(model: onnx.ModelProto) -> None:
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    model.graph.node[0].domain = "com.microsoft"


def _unknown_operator(model: onnx.ModelProto) -> None:
    model.graph.node[0].op_type = "Teleport"


def _other_input(model: onnx.ModelProto) -> None:
    model.graph.input[0].name = "w"
    model.graph.node[0].input[0] = "w"


def _extra_input(model: onnx.ModelProto) -> None:
    model.graph.input.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, ["n", 1]))


def _other_type(model: onnx.ModelProto) -> None:
    model.graph.output[0].type.tensor_type.elem_type = TensorProto.DOUBLE


def _other_shape(model: onnx.ModelProto) -> None:
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 3


def _fixed_batch(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1


def _lying_shape(model: onnx.ModelProto) -> None:
    """What it declares is right; what it computes is not."""
    for dim in model.graph.output[0].type.tensor_type.shape.dim:
        dim.dim_param = "any"
    shape = next(tensor for tensor in model.graph.initializer if tensor.name == "shape")
    shape.CopyFrom(numpy_helper.from_array(np.array([-1, 2, 32, 16], np.int64), "shape"))


def _not_a_number(model: onnx.ModelProto) -> None:
    weight = next(tensor for tensor in model.graph.initializer if tensor.name == "weight")
    values = numpy_helper.to_array(weight) * np.float32(np.nan)
    weight.CopyFrom(numpy_helper.from_array(values, "weight"))


def _constant(model: onnx.ModelProto, name: str, value: np.ndarray) -> str:
    model.graph.initializer.append(numpy_helper.from_array(value, name))
    return name


def _instead(model: onnx.ModelProto, *nodes: onnx.NodeProto) -> None:
    """Nodes between the last one, which now gives "plain", and the output."""
    model.graph.node[-1].output[0] = "plain"
    model.graph.node.extend(nodes)


def _loop(model: onnx.ModelProto) -> None:
    """For ever, and no onnxruntime to be asked how long that is."""
    value = [helper.make_tensor_value_info("inner", TensorProto.FLOAT, None)]
    ends = [helper.make_tensor_value_info("i", TensorProto.INT64, []), helper.make_tensor_value_info("go", 9, [])]
    same = [helper.make_node("Identity", ["go"], ["on"]), helper.make_node("Identity", ["inner"], ["out"])]
    outputs = [helper.make_tensor_value_info("on", 9, []), helper.make_tensor_value_info("out", 1, None)]
    body = helper.make_graph(same, "body", ends + value, outputs)
    yes, often = _constant(model, "yes", np.array(True)), _constant(model, "often", np.array(2**62))
    _instead(model, helper.make_node("Loop", [often, yes, "plain"], ["logits"], body=body))


def _graph_in_an_attribute(model: onnx.ModelProto) -> None:
    """On an operator that has no use for one."""
    model.graph.node[0].attribute.append(helper.make_attribute("body", model.graph))


def _random(model: onnx.ModelProto) -> None:
    noise = helper.make_node("RandomNormalLike", ["plain"], ["noise"])
    _instead(model, noise, helper.make_node("Add", ["plain", "noise"], ["logits"]))


def _size_from_values(model: onnx.ModelProto) -> None:
    """Harmless at 0, a thousand gigabytes at 1."""
    nodes = [
        helper.make_node("ReduceMax", ["ws"], ["most"], keepdims=0),
        helper.make_node("Cast", ["most"], ["whole"], to=TensorProto.INT64),
        helper.make_node("Reshape", ["whole", _constant(model, "one", np.array([1]))], ["count"]),
        helper.make_node("Tile", ["row", "count"], ["many"]),
        helper.make_node("ReduceSum", ["many"], ["sum"], keepdims=0),
        helper.make_node("Add", ["plain", "sum"], ["logits"]),
    ]
    _constant(model, "row", np.zeros(1, np.float32))
    _instead(model, *nodes)


def _swells(model: onnx.ModelProto) -> None:
    """Four gigabytes of zeros for one number."""
    shape = _constant(model, "huge", np.array([1 << 30]))
    nodes = [
        helper.make_node("ConstantOfShape", [shape], ["zeros"]),
        helper.make_node("Add", ["zeros", _constant(model, "zero", np.array([0], np.float32))], ["more"]),
        helper.make_node("ReduceSum", ["more"], ["sum"], keepdims=0),
        helper.make_node("Add", ["plain", "sum"], ["logits"]),
    ]
    _instead(model, *nodes)


NETWORKS: dict[Change, str] = {
    _external_initializer: "outside the file", _hidden_external: "outside the file",
    _sparse_external: "outside the file", _external_in_subgraph: "uses If|outside the file",
    _external_in_function: "functions", _foreign_domain: "com.microsoft", _unknown_operator: "uses Teleport",
    _other_input: "are expected", _extra_input: "are expected", _other_type: "another type", _other_shape: "or shape",
    _fixed_batch: "batch size", _lying_shape: "another shape", _not_a_number: "not a number", _loop: "uses Loop",
    _graph_in_an_attribute: "inside its graph", _random: "uses RandomNormalLike", _size_from_values: "decide the size",
}  # fmt: skip


@pytest.mark.parametrize("change", NETWORKS, ids=lambda change: change.__name__.strip("_"))
def test_a_network_that_is_not_what_it_must_be_is_refused(change: Change) -> None:
    model = synthesis(EYES)
    try_out(model.SerializeToString())
    change(model)
    with pytest.raises(StudioError, match=NETWORKS[change]) as caught:
        try_out(model.SerializeToString())
    assert caught.value.hint and "\n" not in str(caught.value)


@pytest.mark.parametrize("change", [_external_initializer, _loop, _not_a_number], ids=lambda change: change.__name__)
def test_a_bundle_with_such_a_network_is_neither_read_nor_installed(home: Path, change: Change) -> None:
    folder = make_bundle(home / "tiny", change)
    for read in (read_bundle, install_bundle):
        with pytest.raises(StudioError, match=r"eyes\.synthesis\.onnx"):
            read(folder)
    assert not (paths.data_dir() / "generators").exists() or not list((paths.data_dir() / "generators").iterdir())


def test_a_network_that_hangs_or_swells_ends_with_its_process(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = make_bundle(home / "hanging")
    with monkeypatch.context() as patch:
        patch.setattr(onnx_check, "_SECONDS", 0.01)
        with pytest.raises(StudioError, match="too long"):
            read_bundle(hanging)
    if sys.platform == "linux":  # elsewhere memory is not limited
        with pytest.raises(StudioError, match=r"cannot be run|too much memory"):
            read_bundle(make_bundle(home / "swelling", _swells))
    read_bundle(hanging)  # no verdict was kept


def test_a_slow_network_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_trial, "_SLOW", 0.0)
    with pytest.raises(StudioError, match="takes too long to run"):
        try_out(synthesis(EYES).SerializeToString())


def test_what_is_checked_is_what_runs(tmp_path: Path) -> None:
    """The same bytes: one network for the onnx package, another for onnxruntime, in a format of its own."""

    def network(factor: float) -> bytes:
        ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 2]) for name in ("x", "y")]
        value = numpy_helper.from_array(np.array(factor, np.float32), "factor")
        graph = helper.make_graph([helper.make_node("Mul", ["x", "factor"], ["y"])], "g", ends[:1], ends[1:], [value])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        model.ir_version = 9
        return model.SerializeToString()

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.optimized_model_filepath = str(tmp_path / "bad.ort")
    options.add_session_config_entry("session.save_model_format", "ORT")
    onnxruntime.InferenceSession(network(666.0), options, providers=["CPUExecutionProvider"])
    bad, good = (tmp_path / "bad.ort").read_bytes(), network(2.0)
    # ir_version 9 and a producer called ORTM: these eight bytes are the other format's mark, and where its root lies
    head, field = bytes((0x08, 9, 0x12, 4)) + b"ORTM", bytes((0xA2, 0x06))  # then a field that nobody knows
    before = struct.unpack("<I", head[:4])[0] - struct.unpack("<I", bad[:4])[0] - len(head) - len(field) - 4
    length = before + len(bad)
    assert 1 << 21 <= length < 1 << 28  # four bytes as a varint
    digits = bytes((length >> 7 * place & 127) | (128 if place < 3 else 0) for place in range(4))
    both = head + field + digits + bytes(before) + bad + good
    x = np.ones((1, 2), np.float32)
    assert [node.op_type for node in onnx.load_model_from_string(both).graph.node] == ["Mul"]
    fooled = onnxruntime.InferenceSession(both, providers=["CPUExecutionProvider"])
    assert fooled.run(None, {"x": x})[0].tolist() == [[666.0, 666.0]]
    assert make_session(both, 1).run(None, {"x": x})[0].tolist() == [[2.0, 2.0]]
    with pytest.raises(StudioError, match="is not an ONNX file"):
        try_out(both)
    with pytest.raises(StudioError, match="is not an ONNX file"):
        try_out(bad)


def _nothing_at_one(model: onnx.ModelProto) -> None:
    """0/0 where the first slider stands at its end, and a sound answer everywhere else: no trial finds it."""
    nodes = [
        helper.make_node("Gather", ["c", _constant(model, "first", np.array([0]))], ["slider"], axis=1),
        helper.make_node("Sub", ["slider", _constant(model, "end", np.array(1, np.float32))], ["rest"]),
        helper.make_node("Div", ["rest", "rest"], ["one"]),
        helper.make_node("Unsqueeze", ["one", _constant(model, "axis", np.array([2]))], ["wide"]),
        helper.make_node("Mul", ["plain", "wide"], ["ws"]),
    ]
    _instead(model, *nodes)


def test_every_answer_is_looked_at(home: Path) -> None:
    generator = load_generator(make_bundle(home / "tiny", _nothing_at_one, "mapping"), threads=1)
    assert render(generator, Look(attributes={"eye_size": 0.99}), size=64).any()
    with pytest.raises(GeneratorError, match=r"eyes\.mapping\.onnx"):
        render(generator, Look(attributes={"eye_size": 1.0}), size=64)
    assert render(generator, Look(attributes={"eye_size": 0.5}), size=64).any()
