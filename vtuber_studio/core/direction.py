"""Directions of the whole figure: how a look goes along one and comes back, which there are, and their file.

Not the principal directions of one part (``Look.directions``), which live in its network's ws: a direction of the whole
figure is an offset of what a look says, its ranges, z and colours, so panels, mixes, regions and exports need not know
of it. Choices do not blend, so no direction moves them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np

from vtuber_studio.core.attribute import Attribute, Value
from vtuber_studio.core.decode import decode_versioned
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import read_file, write_atomically
from vtuber_studio.core.fit import Held
from vtuber_studio.core.kept import TaughtDirection, check_direction
from vtuber_studio.core.look import Look, Taught
from vtuber_studio.core.moves import kept_out
from vtuber_studio.core.palette import from_oklab, oklab, parse_hex, to_hex
from vtuber_studio.core.part import Material, Part
from vtuber_studio.core.rules import Rules
from vtuber_studio.core.sound import walk

VERSION = 1  # of a direction's file
MAX_FILE = 1_000_000  # bytes of it
FARTHEST = 3.0  # a slider's ends
_EXACT = 9  # decimals that are kept, so that what was added is taken out without a trace
_HINT = "Choose a file that was exported from the Directions panel, or written by `vtuber-studio teach`."
_NONE = (0.0, 0.0, 0.0)


# along one, and back


def slide(
    look: Look,
    direction: TaughtDirection,
    amount: float,
    rows: Sequence[Attribute],
    materials: Sequence[Material],
    parts: Sequence[Part],
) -> Look:
    """The look ``amount`` along the direction, in place of how far it is now; what is mixed in goes as much farther.

    0 gives back the values as they were without it. Ranges end where they end; a colour that the screen does not
    have becomes the nearest one. What the tables do not have, and what the direction keeps, does not move.
    """
    by = amount - amount_of(look, direction.name)

    def there(one: Look) -> Look:
        wanted = amount if one is look else amount_of(one, direction.name) + by
        wanted = float(np.clip(round(wanted, 4), -FARTHEST, FARTHEST))
        return _along(one, direction, wanted, rows, materials, parts)

    return look.through(there)


def take_out(
    look: Look, name: str, rows: Sequence[Attribute], materials: Sequence[Material], parts: Sequence[Part]
) -> Look:
    """The look without the direction of that name, which nobody needs to know: the look remembers what it added."""
    return slide(look, TaughtDirection(name), 0.0, rows, materials, parts)


def amount_of(look: Look, name: str) -> float:
    """How far a look went along the direction of that name."""
    return look.taught[name].amount if name in look.taught else 0.0


def _along(
    look: Look,
    direction: TaughtDirection,
    amount: float,
    rows: Sequence[Attribute],
    materials: Sequence[Material],
    parts: Sequence[Part],
) -> Look:
    was = look.taught.get(direction.name, Taught())
    own = kept_out(direction)
    attributes, added = _ranges(look, was, own, amount, rows)
    z, nudged = _offsets(look, was, own, amount, parts)
    palette, shifted = _colours(look, was, own, amount, materials)
    taught = {name: record for name, record in look.taught.items() if name != direction.name}
    if amount:
        taught[direction.name] = Taught(amount, added, nudged, shifted)
    return look.with_(attributes=attributes, z=z, palette=palette, taught=taught)


def _ranges(
    look: Look, was: Taught, direction: TaughtDirection, amount: float, rows: Sequence[Attribute]
) -> tuple[dict[str, Value], dict[str, float]]:
    values, added = dict(look.attributes), {}
    for row in rows:
        if row.choices or (row.name not in direction.attributes and row.name not in was.attributes):
            continue
        now = float(values.get(row.name, row.default))
        before = float(np.clip(round(now - was.attributes.get(row.name, 0.0), _EXACT), row.low, row.high))
        after = before + amount * direction.attributes.get(row.name, 0.0)
        after = float(np.clip(round(after, _EXACT), row.low, row.high))
        values[row.name] = after
        if after != before:
            added[row.name] = round(after - before, _EXACT)
    return values, added


def _offsets(
    look: Look, was: Taught, direction: TaughtDirection, amount: float, parts: Sequence[Part]
) -> tuple[dict[str, tuple[float, ...]], dict[str, tuple[float, ...]]]:
    z, added = dict(look.z), {}
    for part in parts:
        there = [rows[part.name] for rows in (direction.z, was.z) if len(rows.get(part.name, ())) == part.z_dim]
        if not part.z_dim or not there:
            continue
        still = (0.0,) * part.z_dim
        before = np.subtract(z.get(part.name, still), was.z.get(part.name, still))
        step = amount * np.asarray(direction.z.get(part.name, still))
        z[part.name] = tuple(float(number) for number in np.round(before + step, _EXACT))
        if step.any():
            added[part.name] = tuple(float(number) for number in np.round(step, _EXACT))
        if not any(z[part.name]):
            del z[part.name]
    return z, added


def _colours(
    look: Look, was: Taught, direction: TaughtDirection, amount: float, materials: Sequence[Material]
) -> tuple[dict[str, str], dict[str, tuple[float, ...]]]:
    palette, added = dict(look.palette), {}
    for row in materials:
        now = palette.get(row.name, row.colour)
        if not now or (row.name not in direction.palette and row.name not in was.palette):
            continue
        rgba = parse_hex(now)
        before = oklab(rgba[:3].astype(float)) - was.palette.get(row.name, _NONE)
        lab = before + amount * np.asarray(direction.palette.get(row.name, _NONE))
        lab[0] = np.clip(lab[0], 0.0, 1.0)
        palette[row.name] = to_hex(np.append(from_oklab(lab), rgba[3]))
        step = oklab(parse_hex(palette[row.name])[:3].astype(float)) - before  # as far as the screen has it
        if amount and np.abs(step).max() > 1e-6:
            added[row.name] = tuple(float(number) for number in np.round(step, _EXACT))
    return palette, added


def forget(look: Look, names: Collection[str]) -> Look:
    """The look, when the attributes, materials and parts of these names have got other values: what directions had
    added to them is gone."""

    def rest(rows: Mapping[str, object]) -> dict[str, object]:
        return {name: row for name, row in rows.items() if name not in names}

    def left(record: Taught) -> Taught:
        own = {field: rest(getattr(record, field)) for field in ("attributes", "z", "palette")}
        return msgspec.structs.replace(record, **own)

    if not look.taught:
        return look
    records = {name: left(record) for name, record in look.taught.items()}
    taught = {name: record for name, record in records.items() if record.attributes or record.z or record.palette}
    return look.with_(taught=taught)


# which there are


def whole_figure(rules: Rules | None) -> tuple[TaughtDirection, ...]:
    """The principal directions of the whole figure: one for each hidden trait of the dice; amounts in deviations.

    Why the traits and no decomposition: the dice draw every row by itself but for what the traits pull, so they are
    what principal components of sampled looks find. Of 1500 looks of the starter, standardised, the first component is
    the trait "youth" (cosine 0.97), the second is "fluff" (0.86), and all others carry what one row alone does
    (variances 1.95, 1.41, then 1.30, 1.25, ...: noise). Principal components of all parts' z, or ws, together are
    those of each part: parts are drawn and mapped independently, the covariance is block-diagonal.
    """
    traits = rules.traits if rules else ()
    return tuple(TaughtDirection(trait.name.capitalize(), attributes=dict(trait.pulls)) for trait in traits)


def called(look: Look, name: str, new: str) -> Look:
    """The look with another name for a direction, in what is mixed in and inside its regions, too; an empty one
    leaves only what it did."""

    def held(one: Held) -> Held:
        if name not in one.taught:
            return one
        taught = {key: record for key, record in one.taught.items() if key != name}
        return one.with_(taught=taught | ({new: one.taught[name]} if new else {}))

    def whole(one: Look, _where: str) -> Look:
        regions = tuple(map(held, one.regions))
        return held(one) if regions == one.regions else held(one).with_(regions=regions)

    return walk(look, whole)


def free_name(name: str, taken: Iterable[str]) -> str:
    """The name, with a number behind it where it is taken."""
    known, number, made = set(taken), 1, name
    while made in known:
        number += 1
        made = f"{name} {number}"
    return made


# its file


class _DirectionFile(TaughtDirection, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    version: int = VERSION


def to_json(direction: TaughtDirection) -> bytes:
    """The file of a direction: canonical JSON with a version; the same direction always gives the same bytes."""
    check_direction(direction)
    return msgspec.json.encode({"version": VERSION, **msgspec.to_builtins(direction)}, order="sorted")


def from_json(data: bytes) -> TaughtDirection:
    """A direction from its file; StudioError in one sentence when it is none, damaged, or of a newer version."""
    file = decode_versioned(data, _DirectionFile, "direction", "version", VERSION, _HINT)
    direction = TaughtDirection(*(getattr(file, field) for field in TaughtDirection.__struct_fields__))
    if not (direction.name and (direction.attributes or direction.z or direction.palette)):
        raise StudioError("This direction has no name, or moves nothing.", _HINT)
    return check_direction(direction)


def is_direction(data: bytes) -> bool:
    """Whether it is a direction's file."""
    try:
        return bool(from_json(data))
    except StudioError:
        return False


def read_direction(path: Path) -> TaughtDirection:
    """A direction's file; StudioError with what is wrong with it."""
    return from_json(read_file(Path(path), MAX_FILE))


def write_direction(path: Path, direction: TaughtDirection) -> None:
    """Write a direction's file, whole or not at all; StudioError when it cannot be."""
    write_atomically(Path(path), to_json(direction))
