"""What a network from anywhere is put through before it is run for a user; in a child process (see ``onnx_check``).

First read, then run. Its operators are listed ones: none loops, branches or draws at random, and none makes an array
whose size depends on values. So what a run takes depends on the batch alone, and the trial speaks for every later run.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto

from vtuber_studio.engine.manifest import Shapes
from vtuber_studio.engine.onnx_check import LARGE_BATCH, refuse
from vtuber_studio.engine.ort import load_onnxruntime, make_session

DOMAINS = ("", "ai.onnx")
_LISTED = """
    Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BatchNormalization Cast CastLike Ceil
    Celu Clip Concat Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh CumSum DepthToSpace
    DequantizeLinear Div DynamicQuantizeLinear Elu Equal Erf Exp Expand EyeLike Flatten Floor Gather GatherElements
    GatherND Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater GreaterOrEqual GridSample
    GroupNormalization HardSigmoid HardSwish Hardmax Identity InstanceNormalization LayerNormalization LeakyRelu
    Less LessOrEqual Log LogSoftmax LpNormalization LpPool MatMul MatMulInteger Max MaxPool Mean
    MeanVarianceNormalization Min Mish Mod Mul Neg Not Or PRelu Pad Pow QLinearConv QLinearMatMul QuantizeLinear
    RMSNormalization Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin
    ReduceProd ReduceSum ReduceSumSquare Relu Reshape Resize Round ScatterElements ScatterND Selu Shape Shrink
    Sigmoid Sign Sin Sinh Size Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Tan Tanh
    ThresholdedRelu Tile TopK Transpose Trilu Unsqueeze Where Xor
"""
OPERATORS = frozenset(_LISTED.split())
_SIZES = {  # operator -> those of its inputs that decide the size of its output
    "ConstantOfShape": (0,), "Expand": (1,), "Pad": (1, 3), "Range": (0, 1, 2), "Reshape": (1,), "Resize": (1, 2, 3),
    "Slice": (1, 2, 3, 4), "Split": (1,), "Squeeze": (1,), "Tile": (1,), "TopK": (1,), "Unsqueeze": (1,),
} | {name: (1,) for name in OPERATORS if name.startswith("Reduce")}  # fmt: skip
_ORT_FORMAT = b"ORTM"  # onnxruntime's own, in bytes 4 to 8; the onnx package may read another network in the same bytes
_SLOW = 10.0  # seconds of processor time for one item


def trial(question: bytes) -> bytes:
    """The child's part: nothing when the network is sound; StudioError."""
    head, _, data = question.partition(b"\n")
    name, inputs, outputs = json.loads(head)
    inputs, outputs = ({end: tuple(shape) for end, shape in ends.items()} for ends in (inputs, outputs))
    if data[4:8] == _ORT_FORMAT:
        raise refuse(name, "is not an ONNX file")
    try:
        model = onnx.load_model_from_string(data)
    except Exception as error:  # protobuf raises several types
        raise refuse(name, "is not an ONNX file") from error
    _check_messages(model, name)
    _check_sizes(model.graph, name)
    _check_ends(model.graph.input, inputs, name, {tensor.name for tensor in model.graph.initializer})
    _check_ends(model.graph.output, outputs, name, set())
    try:
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:  # the checker and shape inference raise types of their own
        raise refuse(name, "breaks the rules of ONNX") from error
    _run(data, name, inputs, outputs)
    return b""


def _check_messages(model: Any, name: str) -> None:
    """No byte outside the file, no operator that is not listed, no graph inside the graph."""
    for message in _messages(model):
        kind = message.DESCRIPTOR.name
        if kind == "TensorProto" and (message.data_location == TensorProto.EXTERNAL or len(message.external_data)):
            raise refuse(name, "keeps data outside the file", "Ask its maker for one without external data.")
        if kind in ("NodeProto", "OperatorSetIdProto") and message.domain not in DOMAINS:
            raise refuse(name, f"uses operators of {message.domain[:40]!r}", "Only standard ones can be run.")
        if kind in ("FunctionProto", "TrainingInfoProto"):
            raise refuse(name, "defines functions or training of its own", "Only plain graphs can be run.")
        if kind == "NodeProto" and message.op_type not in OPERATORS:
            raise refuse(name, f"uses {message.op_type[:40]}", "Ask its maker for one without it.")
        if kind == "AttributeProto" and (message.HasField("g") or len(message.graphs)):
            raise refuse(name, "holds a graph inside its graph", "Only plain graphs can be run.")


def _messages(message: Any) -> Iterator[Any]:
    """A protobuf message and every message inside it, in whatever field: none can hide."""
    waiting = [message]
    while waiting:
        message = waiting.pop()
        yield message
        for field, value in message.ListFields():
            if field.message_type is None:
                continue
            if hasattr(value, "DESCRIPTOR"):
                waiting.append(value)
            else:
                waiting.extend(value)


def _check_sizes(graph: Any, name: str) -> None:
    """No array's size may come from the values of an input; from an input's own size it may."""
    valued = {end.name for end in graph.input} - {tensor.name for tensor in graph.initializer}
    for node in graph.node:
        deciding = {node.input[index] for index in _SIZES.get(node.op_type, ()) if index < len(node.input)}
        if deciding & valued:
            raise refuse(name, f"lets values decide the size of {node.output[0][:40]!r}")
        if node.op_type not in ("Shape", "Size") and valued & set(node.input):
            valued |= set(node.output)


def _check_ends(ends: Any, shapes: Shapes, name: str, known: set[str]) -> None:
    found = {end.name: end.type.tensor_type for end in ends if end.name not in known}
    if set(found) != set(shapes):
        raise refuse(name, f"has {sorted(found)} where {sorted(shapes)} are expected")
    for end, shape in shapes.items():
        tensor = found[end]
        sizes = tensor.shape.dim
        pairs = zip(sizes[1:], shape, strict=False)
        same = all(not dim.HasField("dim_value") or dim.dim_value == size for dim, size in pairs)
        if tensor.elem_type != TensorProto.FLOAT or len(sizes) != 1 + len(shape) or not same:
            raise refuse(name, f"gives {end!r} another type or shape than expected")
        if sizes[0].HasField("dim_value"):
            raise refuse(name, f"fixes the batch size of {end!r}")


def _run(data: bytes, name: str, inputs: Shapes, outputs: Shapes) -> None:
    """Make an ORT session of the same bytes and run it as a user will: one item twice, then more together."""
    load_onnxruntime()
    try:
        session = make_session(data, threads=1)
    except Exception as error:  # onnxruntime raises types of its own
        raise refuse(name, "cannot be run") from error
    first: list[np.ndarray] | None = None
    batches = [1, 1, 2]
    if all(len(shape) == 1 for shape in inputs.values()):
        batches.append(LARGE_BATCH)
    rng = np.random.default_rng(0)
    once = {end: rng.standard_normal(shape, np.float32) for end, shape in inputs.items()}
    for batch in batches:
        start = time.process_time()
        try:
            results = session.run(list(outputs), {end: np.stack([value] * batch) for end, value in once.items()})
        except Exception as error:
            raise refuse(name, "cannot be run") from error
        if (time.process_time() - start) / batch > _SLOW:
            raise refuse(name, "takes too long to run")
        for result, (end, shape) in zip(results, outputs.items(), strict=True):
            if result.dtype != np.float32 or result.shape != (batch, *shape) or not np.isfinite(result).all():
                raise refuse(name, f"computes {end!r} of another shape than expected, or not a number")
        first = first or results
        if batch == 1 and any(a.tobytes() != b.tobytes() for a, b in zip(first, results, strict=True)):
            raise refuse(name, "computes another answer each time")
