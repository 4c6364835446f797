"""The one place where onnxruntime is loaded and ORT sessions are made: with the first one, not with the module."""

from __future__ import annotations

import os
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import onnxruntime

PROVIDER = "CPUExecutionProvider"


def default_threads() -> int:
    """Threads of a network: up to four, no more than there are processors."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(4, usable))


@cache
def load_onnxruntime() -> ModuleType:
    """The library, its telemetry off also where it was loaded before us, or knows only the call."""
    import onnxruntime

    getattr(onnxruntime, "disable_telemetry_events", lambda: None)()
    return onnxruntime


def make_session(data: bytes, threads: int) -> onnxruntime.InferenceSession:
    """ORT session of a checked file's bytes, on the processor, without spinning threads, arena or pattern."""
    onnxruntime = load_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # what was checked is what runs: never onnxruntime's own format, whose mark the same bytes may carry
    options.add_session_config_entry("session.load_model_format", "ONNX")
    return onnxruntime.InferenceSession(data, options, providers=[PROVIDER])
