"""Is an ONNX file what it must be, and nothing else? The ``onnx`` package is loaded for this alone.

A verdict holds for the bytes and for what was asked of them, and is kept in the cache folder.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np

from vtuber_studio.core import paths
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import write_atomically
from vtuber_studio.engine.manifest import File, Shapes
from vtuber_studio.engine.ort import make_session

CHECKS = 1  # counts up with what this module checks; older verdicts then no longer hold
DOMAINS = ("", "ai.onnx")
_MAX_VERDICTS = 2000


def examine(data: bytes, file: File, inputs: Shapes, outputs: Shapes, *, again: bool = False) -> None:
    """StudioError unless the bytes are a sound network with these ends; a kept verdict is enough but for ``again``."""
    question = json.dumps([CHECKS, file.sha256, inputs, outputs], sort_keys=True)
    verdict = hashlib.sha256(question.encode()).hexdigest()
    known = _verdicts()
    if verdict in known and not again:
        return
    _check(data, file.path, inputs, outputs)
    if verdict not in known:
        _keep([*known, verdict])


def _check(data: bytes, name: str, inputs: Shapes, outputs: Shapes) -> None:
    import onnx

    try:
        model = onnx.load_model_from_string(data)
    except Exception as error:  # protobuf raises several types
        raise _refuse(name, "is not an ONNX file") from error
    _check_data(model, name)
    _check_ends(model.graph.input, inputs, name, {tensor.name for tensor in model.graph.initializer})
    _check_ends(model.graph.output, outputs, name, set())
    try:
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:  # the checker and shape inference raise types of their own
        raise _refuse(name, "breaks the rules of ONNX") from error
    _run(data, name, inputs, outputs)


def _check_data(model: Any, name: str) -> None:
    """No byte outside the file, no operator outside the standard."""
    from onnx import TensorProto

    messages = list(_messages(model))
    tensors = [message for message in messages if message.DESCRIPTOR.name == "TensorProto"]
    if any(tensor.data_location == TensorProto.EXTERNAL or len(tensor.external_data) for tensor in tensors):
        raise _refuse(name, "keeps data outside the file", "Ask its maker for one without external data.")
    for message in messages:
        kind = message.DESCRIPTOR.name
        if kind in ("NodeProto", "OperatorSetIdProto") and message.domain not in DOMAINS:
            raise _refuse(name, f"uses operators of {message.domain[:40]!r}", "Only standard ones can be run.")
        if kind in ("FunctionProto", "TrainingInfoProto"):
            raise _refuse(name, "defines functions or training of its own", "Only plain graphs can be run.")


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


def _check_ends(ends: Any, shapes: Shapes, name: str, known: set[str]) -> None:
    from onnx import TensorProto

    found = {end.name: end.type.tensor_type for end in ends if end.name not in known}
    if set(found) != set(shapes):
        raise _refuse(name, f"has {sorted(found)} where {sorted(shapes)} are expected")
    for end, shape in shapes.items():
        tensor = found[end]
        sizes = tensor.shape.dim
        pairs = zip(sizes[1:], shape, strict=False)
        same = all(not dim.HasField("dim_value") or dim.dim_value == size for dim, size in pairs)
        if tensor.elem_type != TensorProto.FLOAT or len(sizes) != 1 + len(shape) or not same:
            raise _refuse(name, f"gives {end!r} another type or shape than expected")
        if sizes[0].HasField("dim_value"):
            raise _refuse(name, f"fixes the batch size of {end!r}")


def _run(data: bytes, name: str, inputs: Shapes, outputs: Shapes) -> None:
    """Make an ORT session of the same bytes and run it once with two items."""
    try:
        session = make_session(data, threads=1)
        feed = {key: np.zeros((2, *shape), np.float32) for key, shape in inputs.items()}
        results = session.run(list(outputs), feed)
    except Exception as error:  # onnxruntime raises types of its own
        raise _refuse(name, "cannot be run") from error
    for result, (end, shape) in zip(results, outputs.items(), strict=True):
        if result.dtype != np.float32 or result.shape != (2, *shape) or not np.isfinite(result).all():
            raise _refuse(name, f"computes {end!r} of another shape than expected, or not a number")


def _refuse(name: str, what: str, hint: str = "Use another copy of this generator.") -> StudioError:
    return StudioError(f"{name} of this generator {what}.", hint)


def _verdicts() -> list[str]:
    try:
        return msgspec.json.decode((paths.cache_dir() / "checked-networks.json").read_bytes(), type=list[str])
    except (OSError, msgspec.MsgspecError):
        return []


def _keep(verdicts: list[str]) -> None:
    """Remember; when the folder cannot be written the check is simply made again."""
    try:
        paths.cache_dir().mkdir(parents=True, exist_ok=True)
        write_atomically(paths.cache_dir() / "checked-networks.json", json.dumps(verdicts[-_MAX_VERDICTS:]).encode())
    except (OSError, StudioError):
        pass
