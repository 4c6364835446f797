"""What is kept under a name, and the smallest of what is: a direction of the whole figure."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look
from vtuber_studio.core.mask import Mask, named
from vtuber_studio.core.sound import check_look

MAX_NAME = 200  # characters
Name = Annotated[str, Meta(max_length=MAX_NAME)]
_HINT = "The file may be damaged; open another copy of it."
_MAX_OFFSET = 1e6


class Kept(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A value with a name."""

    name: Name


class TaughtDirection(Kept, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A direction of the whole figure that the user taught: what is added to a look's values at amount 1.

    It says nothing of a generator's tables: what one does not have, it does not move (``core.direction``).
    """

    generator: str = ""  # that the looks it was taught with were made with
    z: dict[str, tuple[float, ...]] = {}  # part -> offset in its z
    attributes: dict[str, float] = {}
    palette: dict[str, tuple[float, float, float]] = {}  # material -> offset in OKLab
    keep: tuple[str, ...] = ()  # attributes, materials and parts (their z) that it leaves alone
    right: int = 0  # marked looks that were told apart, each left out in turn
    marked: int = 0


def encoded(value: object, masks: dict[str, Mask]) -> bytes:
    """JSON in which masks are digests; they themselves are put into ``masks``. StudioError when no file can keep it."""
    try:
        return msgspec.json.encode(value, enc_hook=named(masks), order="deterministic")
    except (TypeError, ValueError, OverflowError, RecursionError) as error:  # half a character is a ValueError
        raise StudioError("This holds something that no file can keep.", "Use plain numbers and texts.") from error


def check_name(name: object) -> None:
    """StudioError for what is no name, or too long a one."""
    if not isinstance(name, str) or len(name) > MAX_NAME:
        raise StudioError(f"A name has at most {MAX_NAME} characters.", "Choose a shorter one.")
    encoded(name, {})


def check_direction(direction: TaughtDirection) -> TaughtDirection:
    """The direction itself; StudioError when its numbers are none, or too many."""
    check_name(direction.name)
    check_look(Look(generator=direction.generator, attributes={**direction.attributes}, z=direction.z))
    check_look(Look(z={**direction.palette}))
    if not all(abs(offset) <= _MAX_OFFSET for offset in direction.attributes.values()):
        raise StudioError("A direction holds a number out of range.", _HINT)
    if len(direction.keep) > 1000 or not 0 <= direction.right <= direction.marked:
        raise StudioError("A direction says something of itself that cannot be.", "Teach it anew.")
    return direction
