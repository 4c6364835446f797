"""The manifest of a generator bundle: the structs of ``manifest.json``, format 2.

A bundle grows without breaking: fields that this program does not know are tolerated, and kept where a bundle is
copied (see ``manifest_file``); a part's networks are described by what they saw, not by today's tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import structs

from vtuber_studio.core.attribute import Attribute, Value
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.part import Material, Part
from vtuber_studio.core.plain import described
from vtuber_studio.core.rules import Rules

FORMAT = 2

Shapes = dict[str, tuple[int, ...]]  # a network's inputs or outputs by name, without the batch axis


class File(msgspec.Struct, frozen=True):
    """A file of the bundle: its path inside the folder, with ``/``, and the SHA-256 of its bytes."""

    path: str
    sha256: str


class Input(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row as a part's mapping network saw it in training: values are encoded by these ends or choices.

    The tables may offer less since (what every part of a shared attribute can show), never more.
    """

    name: str
    low: float = -1.0
    high: float = 1.0
    choices: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Numbers this row takes in the network's input."""
        return len(self.choices) or 1


class Variant(msgspec.Struct, frozen=True):
    """What one choice of a part's style attribute is painted by, instead of the part's own networks."""

    mapping: File
    synthesis: File
    num_ws: int
    w_dim: int
    inputs: tuple[Input, ...]
    box: tuple[int, int, int, int] | None = None  # the part's when None
    logits: tuple[int, int] | None = None
    edition: int = 1
    provenance: dict[str, Any] = {}
    figures: dict[str, Any] = {}


class Variants(msgspec.Struct, frozen=True):
    """Choices of ``attribute`` that own their network."""

    attribute: str
    choices: dict[str, Variant]


class BundlePart(msgspec.Struct, frozen=True):
    """A part and its networks: ``mapping`` (c, z) -> ws [n, num_ws, w_dim], ``synthesis`` ws -> logits."""

    part: Part
    num_ws: int
    w_dim: int
    mapping: File
    synthesis: File
    inputs: tuple[Input, ...]  # c in its order: attributes, then expressions, as the network saw them
    edition: int = 1  # of the drawing that the weights were trained on
    provenance: dict[str, Any] = {}  # images, minutes, date, on what
    figures: dict[str, Any] = {}  # what was measured
    variants: Variants | None = None

    @property
    def c_dim(self) -> int:
        """Numbers of c."""
        return sum(row.size for row in self.inputs)


class Network(msgspec.Struct, frozen=True, omit_defaults=True):
    """A network that paints no part (a reader, a judge): its file, and what goes in and comes out."""

    file: File
    inputs: Shapes
    outputs: Shapes
    rows: tuple[Input, ...] = ()  # that its output ``values`` answers, in order, encoded
    names: dict[str, tuple[str, ...]] = {}  # output -> what its first axis holds; other lists that its reader needs
    editions: dict[str, int] = {}  # part -> edition of the drawing that it learned
    provenance: dict[str, Any] = {}
    figures: dict[str, Any] = {}


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
    id: str = ""  # content hash, see ``manifest_file.bundle_id``
    family: str = ""  # looks made with one edition of a family open with every other
    extends: str = ""  # a pack: the attribute of its one part whose choices it adds to a bundle of its family
    canvas: int = 512
    provenance: dict[str, Any] = {}  # who made it, when
    shadow: Shadow | None = None
    dice: Rules | None = None  # what rolling knows beyond priors
    capabilities: tuple[str, ...] = ()  # attributes, expression, palette, cels, ...; none: what the tables can
    networks: dict[str, Network] = {}  # by role: reader, judge
    renamed: dict[str, dict[str, str]] = {}  # kind -> name that it once had -> name now, see ``core.fit.renamed_look``
    figures: dict[str, Any] = {}  # kind -> what was measured of the whole, see ``measured``


def can(manifest: Manifest, what: str) -> bool:
    """Whether a generator has attributes, an expression, a palette, directions, anything to mix, or a reader.

    What the manifest may declare must be declared there, unless it declares nothing; and the tables must have it.
    """
    drawn = not manifest.capabilities or "attributes" in manifest.capabilities  # a direction leads along attributes
    tables = {
        "attributes": manifest.attributes,
        "expression": manifest.expressions,
        "palette": manifest.materials,
        "directions": (manifest.attributes if drawn else ()) or [entry for entry in manifest.parts if entry.part.z_dim],
        "mixing": [entry for entry in manifest.parts if entry.inputs or entry.part.z_dim],
        "reader": [network for role, network in manifest.networks.items() if role == "reader"],
    }
    undeclared = what in ("directions", "mixing", "reader") or not manifest.capabilities
    return bool(tables[what]) and (undeclared or what in manifest.capabilities)


def manifest_of(generator: object) -> Manifest:
    """A generator's manifest; StudioError when it is no generator."""
    manifest = getattr(generator, "manifest", None)
    if not isinstance(manifest, Manifest):
        raise StudioError(f"A generator is wanted, not {described(generator)}.", "Make one with load_generator().")
    return manifest


def inputs_of(rows: Sequence[Attribute]) -> tuple[Input, ...]:
    """What a network that is trained on ``rows`` sees."""
    return tuple(Input(row.name, row.low, row.high, row.choices) for row in rows)


def networks_of(entry: BundlePart) -> dict[str, BundlePart]:
    """A part's networks by name, each as a part that has no other: its own one by the part's name, that of a choice by
    "part=choice"."""
    found = {entry.part.name: entry}
    for choice, own in entry.variants.choices.items() if entry.variants else ():
        place = structs.replace(entry.part, box=own.box or entry.part.box, logits=own.logits or entry.part.logits)
        found[f"{entry.part.name}={choice}"] = BundlePart(
            place, own.num_ws, own.w_dim, own.mapping, own.synthesis, own.inputs, own.edition, own.provenance,
            own.figures,
        )  # fmt: skip
    return found


def network_for(entry: BundlePart, values: Mapping[str, Value]) -> str:
    """Name of the network that paints a part for these attributes."""
    choice = values.get(entry.variants.attribute) if entry.variants else None
    owns = entry.variants is not None and choice in entry.variants.choices
    return f"{entry.part.name}={choice}" if owns else entry.part.name


def network_files(manifest: Manifest) -> Iterator[tuple[File, Shapes, Shapes]]:
    """Every network of the bundle with its inputs and outputs."""
    for entry in (own for part in manifest.parts for own in networks_of(part).values()):
        ws: Shapes = {"ws": (entry.num_ws, entry.w_dim)}
        yield entry.mapping, {"c": (entry.c_dim,), "z": (entry.part.z_dim,)}, ws
        yield entry.synthesis, ws, {"logits": (entry.part.channels, *entry.part.logits)}
    for network in manifest.networks.values():
        yield network.file, network.inputs, network.outputs


def materials_of(manifest: Manifest, part: str) -> list[str]:
    """Names of the materials of a part and of what they derive from, in the order of the palette."""
    entry = next(entry for entry in manifest.parts if entry.part.name == part)
    table = {row.name: row for row in manifest.materials}
    names: set[str] = set()
    for network in networks_of(entry).values():
        for cel in network.part.cels:
            names |= {*cel.materials, *cel.ramp.values()}
    sources = {table[name].source for name in names if table[name].source.split(".")[0] == name.split(".")[0]}
    return [name for name in table if name in names | sources]
