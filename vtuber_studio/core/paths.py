"""Where files live. ``VTUBER_STUDIO_HOME`` puts every user folder below one place (portable use, tests)."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_APP = "vtuber-studio"
_PACKAGE = Path(__file__).resolve().parents[1]


def _folder(kind: str, default: Path) -> Path:
    home = os.environ.get("VTUBER_STUDIO_HOME")
    return Path(home).expanduser().absolute() / kind if home else default


def data_dir() -> Path:
    """Generators the user installed, and autosaves. None of these folders is made by asking for it."""
    return _folder("data", platformdirs.user_data_path(_APP, appauthor=False))


def config_dir() -> Path:
    """Settings."""
    return _folder("config", platformdirs.user_config_path(_APP, appauthor=False))


def cache_dir() -> Path:
    """What may be deleted at any time."""
    return _folder("cache", platformdirs.user_cache_path(_APP, appauthor=False))


def log_dir() -> Path:
    """Logs; they never leave the machine."""
    return _folder("log", platformdirs.user_log_path(_APP, appauthor=False))


def resources() -> Path:
    """What ships with the program: inside the package when installed, beside it in a checkout."""
    installed = _PACKAGE / "resources"
    return installed if installed.is_dir() else _PACKAGE.parent / "resources"
