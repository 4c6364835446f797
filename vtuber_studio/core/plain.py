"""Numbers as Python's own: numpy's are taken wherever numbers are, and never stay in a value that is kept."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

_OWN = {str, float, int, bool}


def plain(value: Any) -> Any:
    """The value with Python's own numbers, in dictionaries and rows, too; the same object where nothing changes."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dict):
        if _OWN.issuperset(map(type, value.values())):
            return value  # as nearly all are, many times a second
        made = {key: plain(item) for key, item in value.items()}
        return value if all(made[key] is value[key] for key in value) else made
    if isinstance(value, np.ndarray):
        return tuple(value.tolist())
    if isinstance(value, tuple):
        if _OWN.issuperset(map(type, value)):
            return value
        row = tuple(map(plain, value))
        return value if all(a is b for a, b in zip(row, value, strict=True)) else row
    return value


def described(value: object) -> str:
    """What was given instead of what was wanted, in words: "int 5", "nothing"."""
    return "nothing" if value is None else f"{type(value).__name__} {str(value)[:40]!r}"


class Plain(msgspec.Struct, frozen=True):
    """A value that takes numpy's numbers wherever it takes numbers."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if (made := plain(value)) is not value:
                msgspec.structs.force_setattr(self, name, made)
