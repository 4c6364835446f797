"""Look: the frozen value that decides one picture. Its dictionaries are never changed in place."""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import numpy as np

from vtuber_studio.core.attribute import Value
from vtuber_studio.core.decode import decode_versioned
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.mask import Mask, named, reader, whole
from vtuber_studio.core.palette import as_stored, backdrop
from vtuber_studio.core.plain import Plain

VERSION = 1  # of a look's own file
MAX_SEED = 2**32 - 1
_NUMBER = re.compile(r"[+\-\u2212]?[\d.,]*\d[.,]?(e[+-]?\d+)?", re.IGNORECASE)


def parse_seed(seed: object) -> int:
    """A seed from 0 to MAX_SEED: a whole number as it is (typed digits, too), any other words by their CRC-32.

    The one reader of seeds: window, command line and Python take the same ones. StudioError for anything else.
    """
    number = seed
    if isinstance(seed, str):
        text = unicodedata.normalize("NFC", seed.strip())
        if text and not _NUMBER.fullmatch(text):
            return zlib.crc32(text.encode("utf-8", "surrogatepass"))
        digits = text.lstrip("0") or "0"  # int() takes the digits of every script, but not any number of them
        number = int(digits) if text.isdecimal() and len(digits) <= 10 else None
    if isinstance(number, int | np.integer) and not isinstance(number, bool) and 0 <= number <= MAX_SEED:
        return int(number)
    shown = repr(seed) if len(repr(seed)) <= 40 else f"{repr(seed)[:40]}..."
    raise StudioError(f"{shown} is not a seed.", f"Give a whole number from 0 to {MAX_SEED}, or any word.")


def value_hash(value: msgspec.Struct) -> int:
    """Hash of a frozen struct whose fields may be dictionaries: equal values give equal hashes."""
    fields = msgspec.structs.astuple(value)
    return hash(tuple(frozenset(field.items()) if isinstance(field, dict) else field for field in fields))


def _stored_palette(value: Look | Region) -> None:
    if isinstance(value.palette, dict):
        palette = {name: as_stored(colour) for name, colour in value.palette.items()}
        if any(palette[name] is not colour for name, colour in value.palette.items()):
            msgspec.structs.force_setattr(value, "palette", palette)


class Mix(Plain, frozen=True, forbid_unknown_fields=True):
    """Take ``shape`` and ``colour`` (0..1 each) of one part from another look."""

    part: str
    look: Look
    shape: float = 0.0
    colour: float = 0.0


class Taught(Plain, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How far a look went along a direction by name, and what that has added to its values: so that it can be taken
    out again exactly, by anyone. The values themselves stand in the look, changed, where everything reads them."""

    amount: float = 0.0
    attributes: dict[str, float] = {}
    z: dict[str, tuple[float, ...]] = {}
    palette: dict[str, tuple[float, ...]] = {}  # material -> what was added in OKLab: L, a, b

    def __hash__(self) -> int:
        return value_hash(self)


class Region(Plain, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Inside ``mask`` the ``parts`` are as the look is with these values in place of its own (``core.region.variant``).

    Regions lie on one another, the last one on top. In JSON the mask is a greyscale PNG, base64.
    """

    name: str
    parts: tuple[str, ...]
    mask: Mask
    strength: float = 1.0  # 0..1
    hidden: bool = False
    attributes: dict[str, Value] = {}
    palette: dict[str, str] = {}
    z: dict[str, tuple[float, ...]] = {}
    directions: dict[str, tuple[float, ...]] = {}
    taught: dict[str, Taught] = {}
    mixes: tuple[Mix, ...] = ()

    def __post_init__(self) -> None:
        """Colours stand in one form, however they were written."""
        super().__post_init__()
        _stored_palette(self)

    def with_(self, **changes: Any) -> Region:
        """A copy with some fields replaced."""
        return msgspec.structs.replace(self, **changes)

    def __hash__(self) -> int:
        return value_hash(self)


class Look(Plain, frozen=True, forbid_unknown_fields=True):
    """Everything that decides one picture but expression and pose.

    A value that is not there counts as the generator's default; looks that are kept hold all of them
    (``fit.complete_look``), so that another default never changes an old persona.
    """

    generator: str = ""  # bundle id it was made with; empty: any
    seed: int = 0
    truncation_psi: float = 1.0
    attributes: dict[str, Value] = {}
    palette: dict[str, str] = {}  # "hair.base" or "hair_front:hair.base" -> "#rrggbb"
    z: dict[str, tuple[float, ...]] = {}  # part -> offsets added to the seed's z
    directions: dict[str, tuple[float, ...]] = {}  # part -> amounts along its principal directions
    taught: dict[str, Taught] = {}  # directions of the whole figure, the user's own among them, by name
    mixes: tuple[Mix, ...] = ()
    background: str = "transparent"  # or "#rrggbb"
    regions: tuple[Region, ...] = ()

    def __post_init__(self) -> None:
        """Colours stand in one form, however they were written."""
        super().__post_init__()
        _stored_palette(self)
        if self.background != "transparent":
            msgspec.structs.force_setattr(self, "background", backdrop(self.background))

    def with_(self, **changes: Any) -> Look:
        """A copy with some fields replaced."""
        return msgspec.structs.replace(self, **changes)

    def through(self, change: Callable[[Look], Look]) -> Look:
        """The same change here and in every look that is mixed in: it is seen in full, whatever their shares."""
        # parts are often taken from one look: it stays one
        inner = {id(mix.look): mix.look.through(change) for mix in {id(mix.look): mix for mix in self.mixes}.values()}
        mixes = tuple(msgspec.structs.replace(mix, look=inner[id(mix.look)]) for mix in self.mixes)
        return change(self).with_(mixes=mixes)

    def set(self, **values: Value) -> Look:
        """A copy with some attributes changed, in what is mixed in as well."""
        return self.through(lambda one: one.with_(attributes={**one.attributes, **values}))

    def paint(self, colours: Mapping[str, str]) -> Look:
        """A copy with some palette colours changed ("#rrggbb", "#rgb" or a name), in what is mixed in as well."""
        return self.through(lambda one: one.with_(palette={**one.palette, **colours}))

    def to_json(self) -> bytes:
        """The file of a look: canonical JSON with a version; the same look always gives the same bytes."""
        return msgspec.json.encode({"version": VERSION, **msgspec.to_builtins(self, enc_hook=whole)}, order="sorted")

    def __hash__(self) -> int:
        return value_hash(self)

    @property
    def digest(self) -> str:
        """SHA-256 of the look's canonical JSON, its masks named by their digests."""
        return hashlib.sha256(msgspec.json.encode(self, enc_hook=named({}), order="sorted")).hexdigest()


class _LookFile(Look, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    version: int = VERSION


def look_from_json(data: bytes) -> Look:
    """Decode a look's file; StudioError with one sentence when it is not one, or one of a newer version."""
    hint = "Choose a look's JSON or a .vtsproj project."
    file = decode_versioned(data, _LookFile, "look", "version", VERSION, hint, masks=reader())
    return Look(*(getattr(file, field) for field in Look.__struct_fields__))
