"""Is a manifest sound? Its tables must agree with each other, so that nothing later has to doubt them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sized
from pathlib import PurePosixPath

from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.palette import parse_hex
from vtuber_studio.core.part import Cel, Material
from vtuber_studio.core.rules import Rules
from vtuber_studio.engine.manifest import (
    FORMAT,
    BundlePart,
    File,
    Input,
    Manifest,
    Network,
    Shadow,
    networks_of,
)

CANVAS = 512
MAX_LOGITS = 1024  # pixels a side
MAX_ROWS = 1000  # of one table
MAX_NUMBERS = 2**24  # that a network takes or gives for one item
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,99}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def check_manifest(manifest: Manifest) -> None:
    """StudioError with the first thing that does not fit."""
    if manifest.format != FORMAT or manifest.canvas != CANVAS:
        raise _bad(f"format {manifest.format} or canvas {manifest.canvas} is unknown")
    if not 0 < len(manifest.parts) <= 64:
        raise _bad("it needs 1 to 64 parts")
    rows = {row.name: row for row in manifest.attributes + manifest.expressions}
    parts = _names("part", (entry.part.name for entry in manifest.parts))
    _names("attribute", (row.name for row in manifest.attributes + manifest.expressions))
    _names("capability", manifest.capabilities)
    if manifest.family:
        _names("family", [manifest.family])
    for row in rows.values():
        _check_row(row, parts)
    materials = _check_materials(manifest.materials)
    cels = _names("cel", (cel.name for entry in manifest.parts for cel in entry.part.cels))
    for entry in manifest.parts:
        _check_part(entry, materials, rows)
    if manifest.shadow is not None:
        _check_shadow(manifest.shadow, cels, materials)
    if manifest.dice is not None:
        _check_dice(manifest.dice)
    if manifest.extends:
        _check_pack(manifest)
    _names("network", manifest.networks)
    for role, network in manifest.networks.items():
        _check_network(role, network)
    _check_renamed(manifest, {"materials": materials, "parts": parts, "cels": cels})


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
    if len(known) > MAX_ROWS:
        raise _bad(f"it has more than {MAX_ROWS} of the {what}s")
    return known


def _texts(name: str, *texts: str) -> None:
    if any(len(text) > 1000 for text in texts):
        raise _bad(f"a text of {name} is too long")


def _check_row(row: Attribute, parts: set[str]) -> None:
    _texts(row.name, row.label, row.group, row.tip)
    if not (math.isfinite(row.low) and math.isfinite(row.high) and row.low < row.high):
        raise _bad(f"{row.name} has no range")
    if set(row.parts) - parts or len(set(row.parts)) != len(row.parts):
        raise _bad(f"{row.name} touches a part that it does not have")
    _check_choices(row)
    wanted = len(row.choices) or 2
    if row.prior and (len(row.prior) != wanted or not all(map(math.isfinite, row.prior))):
        raise _bad(f"{row.name} has an unusable prior")
    if row.prior and (min(row.prior) < 0 or sum(row.prior) <= 0 if row.choices else row.prior[1] < 0):
        raise _bad(f"{row.name} has an unusable prior")
    try:
        row.check(row.default)
    except StudioError as error:
        raise _bad(f"the default of {row.name} is none of its values") from error


def _check_choices(row: Attribute | Input) -> None:
    if len(set(row.choices)) != len(row.choices) or len(row.choices) > 256:
        raise _bad(f"{row.name} repeats a choice")
    if not all(0 < len(choice) <= 100 and choice.isprintable() for choice in row.choices):
        raise _bad(f"{row.name} has a choice without a usable name")


def _check_materials(materials: tuple[Material, ...]) -> set[str]:
    names = _names("material", (row.name for row in materials))
    sources = {row.name: row.source for row in materials}
    for row in materials:
        _texts(row.name, row.label, row.group)
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


def _check_part(entry: BundlePart, materials: set[str], rows: Mapping[str, Attribute]) -> None:
    part = entry.part
    _texts(part.name, part.label)
    if not (0 < len(part.cels) <= 32 and 0 < part.channels <= 256):
        raise _bad(f"{part.name} has too many or no cels")
    cels = {cel.name: cel for cel in part.cels}
    for cel in part.cels:
        _check_cel(cel, cels, materials)
    if not 0 <= part.z_dim <= 1024:
        raise _bad(f"the z of {part.name} is out of range")
    style = _check_variants(entry, rows) if entry.variants else ""
    networks = networks_of(entry)
    for name, own in networks.items():
        _check_own(name, own, rows, style)
    seen = {row.name for own in networks.values() for row in own.inputs}
    if seen != {row.name for row in rows.values() if part.name in row.parts}:
        raise _bad(f"the networks of {part.name} do not see what its attributes say")
    for name, choice in part.empty_when.items():
        if name not in seen or choice not in rows[name].choices:
            raise _bad(f"{part.name} is empty for {name}={choice}, which does not exist")


def _check_variants(entry: BundlePart, rows: Mapping[str, Attribute]) -> str:
    """The attribute whose choices own networks; each choice that it offers has one, its own or the part's."""
    assert entry.variants is not None
    style, owners = rows.get(entry.variants.attribute), set(entry.variants.choices)
    shared = {choice for row in entry.inputs if style and row.name == style.name for choice in row.choices}
    if style is None or not owners <= set(style.choices) <= owners | shared:
        raise _bad(f"the choices of {entry.part.name} that own a network are not those that are offered")
    if entry.part.empty_when.get(style.name) in owners:
        raise _bad(f"{entry.part.name} has a network for nothing")
    return style.name


def _check_own(name: str, entry: BundlePart, rows: Mapping[str, Attribute], style: str) -> None:
    """One network of a part: what the tables offer to it, it saw in training. ``style``: see ``_check_variants``."""
    x0, y0, x1, y1 = entry.part.box
    if not (0 <= x0 < x1 <= CANVAS and 0 <= y0 < y1 <= CANVAS):
        raise _bad(f"the box of {name} is not inside the canvas")
    if not all(16 <= side <= MAX_LOGITS for side in entry.part.logits):
        raise _bad(f"the logits of {name} have an unusable size")
    if not (0 < entry.num_ws <= 64 and 0 < entry.w_dim <= 1024 and 1 <= entry.edition <= 1_000_000):
        raise _bad(f"a size or the edition of the networks of {name} is out of range")
    _names("input", (row.name for row in entry.inputs))
    for row in entry.inputs:
        _check_choices(row)
        offered = rows.get(row.name)
        if offered is None or entry.part.name not in offered.parts:
            raise _bad(f"the network of {name} sees {row.name}, and its attributes do not say so")
        choices = {name.partition("=")[2]} - {""} if row.name == style else set(offered.choices)
        known = choices <= set(row.choices) if row.choices else not offered.choices
        if not known or not -math.inf < row.low <= offered.low < offered.high <= row.high < math.inf:
            raise _bad(f"{row.name} offers more than the network of {name} knows")
    for file in (entry.mapping, entry.synthesis):
        check_file(file)


def _check_cel(cel: Cel, own: Mapping[str, Cel], materials: set[str]) -> None:
    if not (math.isfinite(cel.depth) and math.isfinite(cel.parallax) and abs(cel.parallax) <= 4):
        raise _bad(f"the depth of {cel.name} is out of range")
    if not 0 < len(cel.materials) <= 64 or len(set(cel.materials)) != len(cel.materials):
        raise _bad(f"{cel.name} has no materials, or one twice")
    if cel.soft and (len(cel.materials) != 1 or cel.ramp):
        raise _bad(f"the soft cel {cel.name} takes exactly one material and no ramp")
    unknown = ({*cel.materials, *cel.ramp.values()} - materials) | (set(cel.ramp) - set(cel.materials))
    if unknown:
        raise _bad(f"{cel.name} has an unknown material {sorted(unknown)[0]!r}")
    if cel.clip and (cel.clip not in own or cel.clip == cel.name or own[cel.clip].clip):
        raise _bad(f"{cel.name} is cut by {cel.clip!r}, which cannot cut it")


def _check_pack(manifest: Manifest) -> None:
    """A pack is one network of one part, and knows which choices of what it paints."""
    entry, seen = manifest.parts[0], {row.name: row for row in manifest.parts[0].inputs}
    row = seen.get(manifest.extends)
    if len(manifest.parts) != 1 or entry.variants or not manifest.family or row is None or not row.choices:
        raise _bad("a pack needs one part, a family, and choices of its own")


def _check_shadow(shadow: Shadow, cels: set[str], materials: set[str]) -> None:
    for names in (shadow.casters, shadow.receivers):
        if not names or len(set(names)) != len(names):
            raise _bad("its shadow falls from nothing or on nothing, or names a cel twice")
    unknown = {*shadow.casters, *shadow.receivers} - cels or {shadow.material, shadow.over} - materials
    if unknown:
        raise _bad(f"its shadow names {sorted(unknown)[0]!r}, which it does not have")
    if not all(map(math.isfinite, (shadow.dx, shadow.dy, shadow.depth))) or (
        abs(shadow.dx) > 64 or abs(shadow.dy) > 64 or not 0 <= shadow.blur <= 16 or not 0 <= shadow.strength <= 1
    ):
        raise _bad("its shadow has a number out of range")


def _check_dice(dice: Rules) -> None:
    """Names are passed over where the tables lack them; numbers, colours and sizes are not."""
    tables: list[Sized] = [dice.traits, dice.exclusions, dice.tints, dice.roles]
    tables += [trait.pulls for trait in dice.traits]
    tables += [table for rule in dice.exclusions for table in (rule.when, rule.then)]
    tables += [table for tint in dice.tints for table in (tint.when, tint.colours)]
    if any(len(table) > MAX_ROWS for table in tables):
        raise _bad(f"its dice have a table of more than {MAX_ROWS} rows")
    _names("trait", (trait.name for trait in dice.traits))
    if not all(abs(pull) <= 100 for trait in dice.traits for pull in trait.pulls.values()):  # NaN fails too
        raise _bad("its dice pull by a number out of range")
    try:
        for tint in dice.tints:
            for colour in tint.colours or ("",):
                parse_hex(colour)
    except StudioError as error:
        raise _bad(f"the dice have no usable colour for {tint.material[:40]!r}") from error


def _check_network(role: str, network: Network) -> None:
    check_file(network.file)
    for ends in (network.inputs, network.outputs):
        _names("end", ends)
        if not 0 < len(ends) <= 16:
            raise _bad(f"the network {role!r} needs 1 to 16 inputs and outputs")
        for shape in ends.values():
            if len(shape) > 4 or not all(size > 0 for size in shape) or math.prod(shape) > MAX_NUMBERS:
                raise _bad(f"the network {role!r} has an unusable shape")
    _check_answers(role, network)


def _check_answers(role: str, network: Network) -> None:
    """What the answers are called must be as many as there are."""
    _names("row", (row.name for row in network.rows))
    for row in network.rows:
        _check_choices(row)
        if not (math.isfinite(row.low) and math.isfinite(row.high) and row.low < row.high):
            raise _bad(f"{row.name} has no range")
    wanted = {name: len(names) for name, names in network.names.items() if name in network.outputs}
    if network.rows:
        wanted["values"] = sum(row.size for row in network.rows)
    if len(network.names) > 16 or any(network.outputs.get(name, (0,))[0] != count for name, count in wanted.items()):
        raise _bad(f"the network {role!r} does not answer what it says")
    for names in network.names.values():
        _names("answer", names)
    if not all(0 < edition <= 1_000_000 for edition in network.editions.values()) or len(network.editions) > 64:
        raise _bad(f"the network {role!r} has an unusable edition")


def _check_renamed(manifest: Manifest, names: Mapping[str, set[str]]) -> None:
    """Every old name leads to one that exists, and is none itself: so any look may be moved to today's names."""
    now = {
        **names,
        "attributes": {row.name for row in manifest.attributes},
        "expressions": {row.name for row in manifest.expressions},
        "choices": {f"{row.name}={choice}" for row in manifest.attributes for choice in row.choices},
    }
    for kind, table in manifest.renamed.items():
        if len(table) > MAX_ROWS:
            raise _bad("it has renamed too much")
        for old, new in table.items() if kind in now else ():  # a kind of tomorrow is left alone
            target = f"{old.partition('=')[0]}={new}" if kind == "choices" else new
            if old in now[kind] or target not in now[kind] or not 0 < len(old) <= 201:
                raise _bad(f"it renames {old[:40]!r} of the {kind} to nothing, or has both")


def check_file(file: File, suffixes: tuple[str, ...] = (".onnx",)) -> None:
    """StudioError unless the path stays inside the bundle and has one of the suffixes."""
    path = PurePosixPath(file.path)
    inside = file.path and not path.is_absolute() and ".." not in path.parts and str(path) == file.path
    plain = file.path.isprintable() and not set(file.path) & set('\\:*?"<>|') and len(file.path) <= 200
    if not inside or not plain or path.suffix not in suffixes:
        raise _bad(f"{file.path[:60]!r} is not the path of a {' or '.join(suffixes)} file inside it")
    if not _SHA256.fullmatch(file.sha256):
        raise _bad(f"{file.path} has no SHA-256")
