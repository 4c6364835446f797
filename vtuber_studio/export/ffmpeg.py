"""PyAV, where it is installed: FFmpeg for videos, and for sounds that are no WAV."""

from __future__ import annotations

from typing import Any

from vtuber_studio.core.errors import StudioError

INSTALL = 'Install the studio with it: pip install "vtuber-studio[export]".'  # packaged programs have none


def library(what: str) -> Any:
    """The module ``av``; StudioError that says for ``what`` it is needed, and how to get it."""
    try:
        import av
    except ImportError as error:
        raise StudioError(f"{what} need PyAV, which is not installed.", INSTALL) from error
    av.logging.set_level(None)
    return av
