"""Snapshots of a run: tensors and counters, written whole and then renamed, the counters also to be read by anyone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, write_atomically


def write_snapshot(folder: Path, name: str, tensors: Mapping[str, Tensor], counters: Mapping[str, Any]) -> None:
    """``NAME.safetensors`` and ``NAME.json``; StudioError, and the old ones stay, when the disk is full."""
    whole = {key: value.detach().cpu().contiguous().clone() for key, value in tensors.items()}
    kept = {key: json.dumps(value) for key, value in counters.items()}
    write_atomically(make_folder(folder) / f"{name}.safetensors", save(whole, kept))
    write_atomically(folder / f"{name}.json", json.dumps(dict(counters), indent=1).encode())


def read_snapshot(folder: Path, name: str, device: str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """(tensors, counters); StudioError when they cannot be read."""
    path = folder / f"{name}.safetensors"
    with fitting():
        tensors = load_file(path, device=device)
        with safe_open(path, "pt") as file:
            counters = {key: json.loads(value) for key, value in file.metadata().items()}
    return tensors, counters


@contextmanager
def fitting() -> Iterator[None]:
    """Around what takes a snapshot's values: one sentence where they do not fit."""
    try:
        yield
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError, SafetensorError) as error:
        message = f"The snapshot of this run cannot be used: {str(error).partition(chr(10))[0]}"
        raise StudioError(message, "Begin a new run with the same pictures.") from error
