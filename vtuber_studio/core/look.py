"""Look: the frozen value that decides one picture. Its dictionaries are never changed in place."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from vtuber_studio.core.attribute import Value
from vtuber_studio.core.decode import decode_versioned

VERSION = 1  # of a look's own file
MAX_SEED = 2**32 - 1


def value_hash(value: msgspec.Struct) -> int:
    """Hash of a frozen struct whose fields may be dictionaries: equal values give equal hashes."""
    fields = msgspec.structs.astuple(value)
    return hash(tuple(frozenset(field.items()) if isinstance(field, dict) else field for field in fields))


class Mix(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Take ``shape`` and ``colour`` (0..1 each) of one part from another look."""

    part: str
    look: Look
    shape: float = 0.0
    colour: float = 0.0


class Look(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Everything that decides one picture but expression and pose. Only what differs from defaults is stored."""

    generator: str = ""  # bundle id it was made with; empty: any
    seed: int = 0
    truncation_psi: float = 1.0
    attributes: dict[str, Value] = {}
    palette: dict[str, str] = {}  # "hair.base" or "hair_front:hair.base" -> "#rrggbb"
    z: dict[str, tuple[float, ...]] = {}  # part -> offsets added to the seed's z
    directions: dict[str, tuple[float, ...]] = {}  # part -> amounts along its principal directions
    mixes: tuple[Mix, ...] = ()
    background: str = "transparent"  # or "#rrggbb"

    def with_(self, **changes: Any) -> Look:
        """A copy with some fields replaced."""
        return msgspec.structs.replace(self, **changes)

    def set(self, **values: Value) -> Look:
        """A copy with some attributes changed."""
        return self.with_(attributes={**self.attributes, **values})

    def paint(self, colours: Mapping[str, str]) -> Look:
        """A copy with some palette colours changed."""
        return self.with_(palette={**self.palette, **colours})

    def to_json(self) -> bytes:
        """The file of a look: canonical JSON with a version; the same look always gives the same bytes."""
        return msgspec.json.encode({"version": VERSION, **msgspec.to_builtins(self)}, order="sorted")

    @property
    def digest(self) -> str:
        """SHA-256 of the look's canonical JSON."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()


class _LookFile(Look, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    version: int = VERSION


def look_from_json(data: bytes) -> Look:
    """Decode a look's file; StudioError with one sentence when it is not one, or one of a newer version."""
    hint = "Choose a look's JSON or a .vtsproj project."
    file = decode_versioned(data, _LookFile, "look", "version", VERSION, hint)
    return Look(*(getattr(file, field) for field in Look.__struct_fields__))
