"""What a long task yields. A long task is any iterator of Progress; closing the iterator cancels it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Progress:
    """One step of a long task: ``fraction`` in 0..1, a short sentence, and named figures."""

    fraction: float
    message: str = ""
    figures: dict[str, Any] = field(default_factory=dict)
