"""Is a manifest sound? Its tables must agree with each other, so that nothing later has to doubt them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.palette import parse_hex
from vtuber_studio.core.part import Cel, Material
from vtuber_studio.engine.manifest import FORMAT, BundlePart, File, Manifest

CANVAS = 512
MAX_LOGITS = 1024  # pixels a side
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,99}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def check_manifest(manifest: Manifest) -> None:
    """StudioError with the first thing that does not fit."""
    if manifest.format != FORMAT or manifest.canvas != CANVAS:
        raise _bad(f"format {manifest.format} or canvas {manifest.canvas} is unknown")
    if not 0 < len(manifest.parts) <= 64:
        raise _bad("it needs 1 to 64 parts")
    rows = manifest.attributes + manifest.expressions
    parts = _names("part", (entry.part.name for entry in manifest.parts))
    _names("attribute", (row.name for row in rows))
    for row in rows:
        _check_row(row, parts)
    materials = _check_materials(manifest.materials)
    cels = _names("cel", (cel.name for entry in manifest.parts for cel in entry.part.cels))
    choices = {row.name: row.choices for row in manifest.attributes}
    for entry in manifest.parts:
        _check_part(entry, materials, choices)
    if manifest.shadow is not None:
        shadow = manifest.shadow
        unknown = {*shadow.casters, *shadow.receivers} - cels or {shadow.material, shadow.over} - materials
        if unknown:
            raise _bad(f"its shadow names {sorted(unknown)[0]!r}, which it does not have")
        if not all(map(math.isfinite, (shadow.dx, shadow.dy, shadow.depth))) or (
            abs(shadow.dx) > 64 or abs(shadow.dy) > 64 or not 0 <= shadow.blur <= 16 or not 0 <= shadow.strength <= 1
        ):
            raise _bad("its shadow has a number out of range")


def _bad(what: str) -> StudioError:
    return StudioError(f"This generator's manifest is not sound: {what}.", "Use another copy of it, or ask its maker.")


def _names(what: str, names: Iterable[str]) -> set[str]:
    """The names as a set; StudioError for an unusable or repeated one."""
    known: set[str] = set()
    for name in names:
        if not _NAME.fullmatch(name):
            raise _bad(f"{name[:40]!r} is not usable as a {what}'s name")
        if name in known:
            raise _bad(f"it has two of the {what} {name!r}")
        known.add(name)
    return known


def _check_row(row: Attribute, parts: set[str]) -> None:
    if not (math.isfinite(row.low) and math.isfinite(row.high) and row.low < row.high):
        raise _bad(f"{row.name} has no range")
    if set(row.parts) - parts or len(set(row.parts)) != len(row.parts):
        raise _bad(f"{row.name} touches a part that it does not have")
    if len(set(row.choices)) != len(row.choices) or len(row.choices) > 256:
        raise _bad(f"{row.name} repeats a choice")
    wanted = len(row.choices) or 2
    if row.prior and (len(row.prior) != wanted or not all(map(math.isfinite, row.prior))):
        raise _bad(f"{row.name} has an unusable prior")
    if row.prior and (min(row.prior) < 0 or sum(row.prior) <= 0 if row.choices else row.prior[1] < 0):
        raise _bad(f"{row.name} has an unusable prior")
    try:
        row.check(row.default)
    except StudioError as error:
        raise _bad(f"the default of {row.name} is none of its values") from error


def _check_materials(materials: tuple[Material, ...]) -> set[str]:
    names = _names("material", (row.name for row in materials))
    sources = {row.name: row.source for row in materials}
    for row in materials:
        try:
            if row.colour:
                parse_hex(row.colour)
        except StudioError as error:
            raise _bad(f"{row.name} has no usable colour") from error
        seen, at = {row.name}, row.source
        while at:
            if at not in names or at in seen:
                raise _bad(f"the colour of {row.name} derives from nothing")
            seen.add(at)
            at = sources[at]
        if not row.colour and not row.source:
            raise _bad(f"{row.name} has no colour")
    return names


def _check_part(entry: BundlePart, materials: set[str], choices: Mapping[str, tuple[str, ...]]) -> None:
    part = entry.part
    x0, y0, x1, y1 = part.box
    if not (0 <= x0 < x1 <= CANVAS and 0 <= y0 < y1 <= CANVAS):
        raise _bad(f"the box of {part.name} is not inside the canvas")
    if not all(16 <= side <= MAX_LOGITS for side in part.logits):
        raise _bad(f"the logits of {part.name} have an unusable size")
    if not (0 < len(part.cels) <= 32 and 0 < part.channels <= 256):
        raise _bad(f"{part.name} has too many or no cels")
    if not (0 <= part.z_dim <= 1024 and 0 < entry.num_ws <= 64 and 0 < entry.w_dim <= 1024):
        raise _bad(f"the sizes of the networks of {part.name} are out of range")
    own = {cel.name: cel for cel in part.cels}
    for cel in part.cels:
        _check_cel(cel, own, materials)
    for name, choice in part.empty_when.items():
        if choice not in choices.get(name, ()):
            raise _bad(f"{part.name} is empty for {name}={choice}, which does not exist")
    for file in (entry.mapping, entry.synthesis):
        _check_file(file)


def _check_cel(cel: Cel, own: Mapping[str, Cel], materials: set[str]) -> None:
    if not (math.isfinite(cel.depth) and math.isfinite(cel.parallax) and abs(cel.parallax) <= 4):
        raise _bad(f"the depth of {cel.name} is out of range")
    if not cel.materials or len(set(cel.materials)) != len(cel.materials):
        raise _bad(f"{cel.name} has no materials, or one twice")
    if cel.soft and (len(cel.materials) != 1 or cel.ramp):
        raise _bad(f"the soft cel {cel.name} takes exactly one material and no ramp")
    unknown = ({*cel.materials, *cel.ramp.values()} - materials) | (set(cel.ramp) - set(cel.materials))
    if unknown:
        raise _bad(f"{cel.name} has an unknown material {sorted(unknown)[0]!r}")
    if cel.clip and (cel.clip not in own or cel.clip == cel.name or own[cel.clip].clip):
        raise _bad(f"{cel.name} is cut by {cel.clip!r}, which cannot cut it")


def _check_file(file: File) -> None:
    path = PurePosixPath(file.path)
    inside = file.path and not path.is_absolute() and ".." not in path.parts and str(path) == file.path
    plain = not set(file.path) & set('\\:*?"<>|\0') and len(file.path) <= 200
    if not inside or not plain or path.suffix != ".onnx":
        raise _bad(f"{file.path[:60]!r} is not the path of an ONNX file inside it")
    if not _SHA256.fullmatch(file.sha256):
        raise _bad(f"{file.path} has no SHA-256")
