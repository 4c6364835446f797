"""The one error a user ever reads."""

from __future__ import annotations


class StudioError(Exception):
    """Something the user can mend: ``message`` says what is wrong, ``hint`` what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class FileChanged(StudioError):
    """Someone else wrote the file meanwhile. Nothing was written: ask whose work is to stay."""
