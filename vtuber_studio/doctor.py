"""What this installation consists of, and what it lacks."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
from typing import Any

# package -> what it is for; a missing one of the second table is no fault
NEEDED = {
    "numpy": "arrays",
    "pillow": "images",
    "msgspec": "files",
    "onnxruntime": "generators",
    "onnx": "checking generators",
    "opencv-python-headless": "painting",
    "PySide6-Essentials": "the window",
}
OPTIONAL = {  # package -> what it is for, and the extra that brings it
    "skia-python": ("the artist (evaluate, training)", "train"),
    "torch": ("training", "train"),
    "safetensors": ("training", "train"),
    "av": ("videos", "export"),
    "c2pa-python": ("signed pictures", "c2pa"),
}


def examine() -> dict[str, Any]:
    """``facts`` (name -> text) and ``problems`` (sentences, each with what to do)."""
    facts: dict[str, str] = {
        "VTuber Studio": _version("vtuber-studio") or "not installed (running from a checkout)",
        "Python": platform.python_version(),
        "system": platform.platform(),
        "processors": str(os.cpu_count()),
    }
    problems: list[str] = []
    for package, purpose in NEEDED.items():
        version = _version(package)
        facts[package] = version or f"missing: {purpose}"
        if version is None:
            problems.append(f"{package} is missing ({purpose}). Install it: pip install {package}")
    for package, (purpose, extra) in OPTIONAL.items():
        facts[package] = _version(package) or f'not installed: {purpose}; pip install "vtuber-studio[{extra}]"'
    _examine_window(problems)
    _examine_generator(facts, problems)
    return {"facts": facts, "problems": problems}


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _examine_window(problems: list[str]) -> None:
    try:
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        problems.append(
            f"The window cannot be loaded ({error}). On Debian: apt-get install libegl1 libgl1 libxkbcommon0 "
            "libdbus-1-3 libfontconfig1 libxcb-cursor0"
        )


def _examine_generator(facts: dict[str, str], problems: list[str]) -> None:
    from vtuber_studio.core import paths
    from vtuber_studio.core.errors import StudioError

    for name in ("data_dir", "config_dir", "cache_dir", "log_dir"):
        folder = getattr(paths, name)()
        facts[name] = str(folder)
        standing = next(place for place in (folder, *folder.parents) if place.exists())  # it is made when needed
        if not os.access(standing, os.W_OK):
            problems.append(f"The folder {folder} cannot be written. Give yourself write access to it.")
    try:
        from vtuber_studio.engine.bundle import find_bundle, read_bundle
        from vtuber_studio.engine.ort import load_onnxruntime

        facts["providers"] = (
            ", ".join(load_onnxruntime().get_available_providers()) + " (used: CPUExecutionProvider)"
        )
        manifest = read_bundle(find_bundle(None)).manifest
        facts["generator"] = (
            f"{manifest.name}, {len(manifest.parts)} parts, {len(manifest.attributes)} attributes, "
            f"licence {manifest.licence}"
        )
    except (StudioError, ImportError) as error:
        problems.append(str(error))
