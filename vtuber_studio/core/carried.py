"""A look inside the picture that it made: an iTXt chunk called ``vtuber-studio.look``, the look's canonical JSON,
compressed. Other programs pass over it; dropped on the window, or given to ``--look``, the picture gives it back.
"""

from __future__ import annotations

import zlib

from vtuber_studio.core import png
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look, look_from_json
from vtuber_studio.core.sound import check_look

KEY = b"vtuber-studio.look"
MAX_JSON = 4_000_000  # bytes: a look of five hundred looks, every value in each, has three quarters of it
# keyword, 0; compressed, by deflate; no language, 0; no translated keyword, 0 (PNG specification, 11.3.3.4)
_HEAD = KEY + b"\0\1\0\0\0"


def carry_look(data: bytes, look: Look) -> bytes:
    """The PNG with the look in it, the same bytes for the same two; StudioError when the look is too large."""
    text = look.to_json()
    if len(text) > MAX_JSON:
        raise StudioError("This look is too large to travel in its picture.", "Write the picture without it.")
    return png.insert(data, png.chunk(b"iTXt", _HEAD + zlib.compress(text, 9)))


def carried_look(data: bytes) -> Look | None:
    """The look that a picture's bytes carry; None when it carries none. StudioError for one that is unsound."""
    try:
        found = next((text for kind, text in png.chunks(data) if kind == b"iTXt" and text[: len(_HEAD)] == _HEAD), None)
    except ValueError:  # another format, or damaged
        return None
    if found is None:
        return None
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(found[len(_HEAD) :], MAX_JSON)
    except zlib.error as error:
        raise StudioError("The look in this picture is damaged.", "Use another copy of it.") from error
    if not unpacker.eof:
        raise StudioError("The look in this picture is damaged, or too large.", "Use another copy of it.")
    look = look_from_json(text)
    check_look(look)
    return look
