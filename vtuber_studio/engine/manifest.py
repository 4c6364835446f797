"""The manifest of a generator bundle: the structs of ``manifest.json``."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.part import Material, Part

FORMAT = 1


def bundle_id(manifest: Manifest) -> str:
    """SHA-256 over the tables and the files' hashes; name, licence and provenance do not count."""
    bare = msgspec.structs.replace(manifest, id="", name="", licence="", provenance={})
    return hashlib.sha256(msgspec.json.encode(bare, order="sorted")).hexdigest()


class File(msgspec.Struct, frozen=True):
    """A file of the bundle: its path inside the folder, with ``/``, and the SHA-256 of its bytes."""

    path: str
    sha256: str


class BundlePart(msgspec.Struct, frozen=True):
    """A part and its networks: ``mapping`` (c, z) -> ws [n, num_ws, w_dim], ``synthesis`` ws -> logits."""

    part: Part
    num_ws: int
    w_dim: int
    mapping: File
    synthesis: File


class Shadow(msgspec.Struct, frozen=True, omit_defaults=True):
    """The shadow that cels cast on others: moved, blurred, cut by the receivers, multiplied in below ``depth``."""

    casters: tuple[str, ...]
    receivers: tuple[str, ...]
    dx: float = 3.0  # canvas units
    dy: float = 9.0
    blur: float = 1.2  # standard deviation in canvas units
    depth: float = 37.0  # stacking order, as a cel's
    material: str = "skin.shade"  # the tint is this colour ...
    over: str = "skin.base"  # ... divided by this one
    strength: float = 0.85


class Manifest(msgspec.Struct, frozen=True):
    """``manifest.json``: the tables that everything is built from, and the files behind them."""

    name: str
    licence: str
    attributes: tuple[Attribute, ...]
    expressions: tuple[Attribute, ...]
    materials: tuple[Material, ...]
    parts: tuple[BundlePart, ...]
    format: int = FORMAT
    id: str = ""  # SHA-256 over the tables and the files' hashes
    canvas: int = 512
    provenance: dict[str, Any] = {}  # how trained, on what, when
    shadow: Shadow | None = None
    capabilities: tuple[str, ...] = ()  # attributes, expression, palette, cels, ...
