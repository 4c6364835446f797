"""Decoding files of our own: the version first, then every field; what is wrong with them is said in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from vtuber_studio.core.errors import StudioError

T = TypeVar("T")
_NEWER = "Update VTuber Studio to open it."


def decode_versioned(
    data: bytes,
    kind: type[T],
    what: str,
    field: str,
    known: int,
    hint: str,
    oldest: int | None = None,
    masks: Callable[[type, Any], Any] | None = None,
) -> T:
    """JSON ``data`` as ``kind``. StudioError when ``field``, its version (the ``oldest``, or ``known``, when left out),
    is not one from there to ``known``, or anything else in it is not as ``kind`` says; ``what`` it should be and the
    ``hint`` go into the sentence. ``masks`` reads what JSON has no word for (``mask.reader``)."""
    oldest = known if oldest is None else oldest
    try:
        raw = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        found: Any = msgspec.json.decode(raw[field]) if field in raw else oldest
        if isinstance(found, int) and found > known:
            raise StudioError(f"This {what} was made by a newer version (format {found}).", _NEWER)
        if type(found) is not int or found < oldest:
            raise StudioError(f"This {what}'s format {str(found)[:20]!r} is unknown.", hint)
        return msgspec.json.decode(data, type=kind, dec_hook=masks)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        raise StudioError(in_words(error, what), hint) from error


def in_words(error: Exception, what: str) -> str:
    """What a decoder complains about, without its jargon."""
    said = str(error)
    unknown, where = re.search(r"unknown field `(.*?)`", said), re.search(r"at `\$\.?(.+)`", said)
    if unknown:
        return f"This {what} holds {unknown[1][:40]!r}, which this version does not know."
    return f"This {what} is damaged: {where[1]} is not as it should be." if where else f"This is no sound {what}."
