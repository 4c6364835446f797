"""Where files live. ``VTUBER_STUDIO_HOME`` puts every user folder below one place (portable use, tests)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import platformdirs

from vtuber_studio.core.errors import StudioError

_APP = "vtuber-studio"
_PACKAGE = Path(__file__).resolve().parents[1]


def _folder(kind: str, default: Callable[..., Path]) -> Path:
    home = os.environ.get("VTUBER_STUDIO_HOME")
    try:
        return Path(home).expanduser().absolute() / kind if home else default(_APP, appauthor=False)
    except RuntimeError as error:  # a user without an entry in the system's list, in a container say
        raise StudioError(
            "This user has no home folder.", "Set HOME, or VTUBER_STUDIO_HOME to a folder for the studio's own files."
        ) from error


def data_dir() -> Path:
    """Generators the user installed, and autosaves. None of these folders is made by asking for it; StudioError where
    nothing says which they are."""
    return _folder("data", platformdirs.user_data_path)


def config_dir() -> Path:
    """Settings."""
    return _folder("config", platformdirs.user_config_path)


def cache_dir() -> Path:
    """What may be deleted at any time."""
    return _folder("cache", platformdirs.user_cache_path)


def log_dir() -> Path:
    """Logs; they never leave the machine."""
    return _folder("log", platformdirs.user_log_path)


def home_dir() -> Path:
    """Where a file dialog begins."""
    try:
        return Path.home()
    except RuntimeError:
        return Path.cwd()


def resources() -> Path:
    """What ships with the program: inside the package when installed, beside it in a checkout."""
    installed = _PACKAGE / "resources"
    return installed if installed.is_dir() else _PACKAGE.parent / "resources"
