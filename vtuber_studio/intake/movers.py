"""What of a shot can be moved to come nearer to a picture: ranges, what the face does, the hand of the artist (z),
colours and the turn of the head, as plain numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from msgspec import structs

from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.palette import derive, from_oklab, oklab, resolve, to_hex
from vtuber_studio.core.pose import POSE_ROWS
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.manifest import Manifest

Kind = Literal["attribute", "expression", "z", "colour", "shade", "pose", "placing"]
_STEP = 0.12  # of a range: how far a slider is moved to see what it does
_EXPECTED = 0.22  # of a range: how far from where it began a value usually ends
_LIMIT = 2.5  # of z, as the artist draws it
_COLOUR, _COLOUR_STEP = 0.02, 0.02  # in OKLab
_SHADE, _LINE = 0.08, 0.03  # how a hand shades; lines stay about as dark, or those beside their place would fade away
_OWN = 0.02  # a colour that is less off what it derives to goes on deriving
_TURN, _TURN_STEP = 4.0, 1.0  # degrees
_PLACING = {"scale": (0.15, 0.03), "x": (24.0, 4.0), "y": (24.0, 4.0)}  # how far a picture is laid elsewhere at most
ANGLES = ("yaw", "pitch", "roll")


@dataclass(frozen=True)
class Mover:
    """One number of a shot: of the row, the part (its z), or the material called ``name``, number ``index``."""

    kind: Kind
    name: str
    index: int
    low: float
    high: float
    step: float  # how far it is moved to see what it does
    spread: float  # how far it usually ends from where it began
    parts: tuple[str, ...] = ()  # whose networks see it


def of_rows(kind: Kind, rows: Iterable[Attribute], parts: Collection[str]) -> list[Mover]:
    """A mover for each range that any of the ``parts`` sees."""
    return [
        Mover(kind, row.name, 0, row.low, row.high, _STEP * (row.high - row.low), _EXPECTED * (row.high - row.low), own)
        for row in rows
        if not row.choices and (own := tuple(name for name in row.parts if name in parts))
    ]


def of_z(manifest: Manifest, parts: Collection[str]) -> list[Mover]:
    """All z of the ``parts``."""
    entries = [entry.part for entry in manifest.parts if entry.part.name in parts]
    return [
        Mover("z", part.name, k, -_LIMIT, _LIMIT, 0.7, 0.7, (part.name,)) for part in entries for k in range(part.z_dim)
    ]


def of_colours(manifest: Manifest, names: Collection[str]) -> list[Mover]:
    """OKLab's L, a and b of each colour; of one that derives from another, how far it is from what it would be."""
    found: list[Mover] = []
    for row in (row for row in manifest.materials if row.name in names):
        kind: Kind = "colour" if row.colour else "shade"
        for k in range(3):
            spread = _COLOUR if row.colour else _LINE if row.rule == "line" and k == 0 else _SHADE
            found.append(Mover(kind, row.name, k, -1.0, 1.0, _COLOUR_STEP, spread))
    return found


def of_pose() -> list[Mover]:
    """The head's angles."""
    return [Mover("pose", row.name, 0, row.low, row.high, _TURN_STEP, _TURN) for row in POSE_ROWS if row.name in ANGLES]


def of_placing() -> list[Mover]:
    """Where the picture lies on the canvas: nothing of the shot."""
    return [Mover("placing", name, 0, -most, most, spread / 4, spread) for name, (most, spread) in _PLACING.items()]


def painted(manifest: Manifest, shot: Shot) -> list[str]:
    """Parts that paint something."""
    return [
        entry.part.name
        for entry in manifest.parts
        if not any(shot.look.attributes.get(name) == value for name, value in entry.part.empty_when.items())
    ]


def values_of(manifest: Manifest, shot: Shot, movers: Sequence[Mover]) -> np.ndarray:
    """[n] where the movers stand."""
    rows = {row.name: row for row in (*manifest.attributes, *manifest.expressions)}
    colours, materials = resolve(manifest.materials, shot.look.palette), {row.name: row for row in manifest.materials}

    def value(mover: Mover) -> float:
        if mover.kind == "attribute":
            return float(shot.look.attributes.get(mover.name, rows[mover.name].default))
        if mover.kind == "expression":
            return float(shot.expression.get(mover.name, rows[mover.name].default))
        if mover.kind == "pose":
            return float(getattr(shot.pose, mover.name))
        if mover.kind == "placing":
            return 0.0
        if mover.kind == "z":
            own = shot.look.z.get(mover.name, ())
            return float(own[mover.index]) if mover.index < len(own) else 0.0
        lab = oklab(colours[mover.name][:3].astype(float))
        if mover.kind == "shade":
            lab = lab - oklab(
                derive(colours[materials[mover.name].source], materials[mover.name].rule)[:3].astype(float)
            )
        return float(lab[mover.index])

    return np.array([value(mover) for mover in movers])


def with_values(manifest: Manifest, shot: Shot, movers: Sequence[Mover], values: Sequence[float] | np.ndarray) -> Shot:
    """The shot with the movers at ``values``, each kept within its ends."""
    attributes, expression, palette = dict(shot.look.attributes), dict(shot.expression), dict(shot.look.palette)
    z: dict[str, list[float]] = {name: list(own) for name, own in shot.look.z.items()}
    sizes = {entry.part.name: entry.part.z_dim for entry in manifest.parts}
    angles: dict[str, float] = {}
    colours: dict[str, dict[int, float]] = {}
    for mover, wanted in zip(movers, values, strict=True):
        value = float(np.clip(wanted, mover.low, mover.high))
        if mover.kind == "attribute":
            attributes[mover.name] = value
        elif mover.kind == "expression":
            expression[mover.name] = value
        elif mover.kind == "pose":
            angles[mover.name] = value
        elif mover.kind == "z":
            z.setdefault(mover.name, [0.0] * sizes[mover.name])[mover.index] = value
        elif mover.kind in ("colour", "shade"):
            colours.setdefault(mover.name, {})[mover.index] = value
    if colours:
        palette = _painted(manifest, palette, colours)
    look = shot.look.with_(attributes=attributes, palette=palette, z={name: tuple(own) for name, own in z.items()})
    return Shot(look, expression, structs.replace(shot.pose, **angles) if angles else shot.pose)


def _painted(manifest: Manifest, palette: dict[str, str], wanted: Mapping[str, Mapping[int, float]]) -> dict[str, str]:
    """The palette with OKLab values by material; of what derives from another, offsets: those too small to be seen
    leave it deriving."""
    done: dict[str, np.ndarray] = {}
    before = resolve(manifest.materials, palette)
    for row in manifest.materials:  # sources come first
        source = done.get(row.source)
        own = before[row.name]
        if row.name in wanted:
            lab = oklab(own[:3].astype(float))
            base = np.zeros(3)
            if not row.colour:
                old, new = (
                    oklab(derive(each, row.rule)[:3].astype(float))
                    for each in (before[row.source], before[row.source] if source is None else source)
                )
                lab, base = lab - old, new
            for index, value in wanted[row.name].items():
                lab[index] = value
            if row.colour or float(np.hypot(lab[0], np.hypot(lab[1], lab[2]))) >= _OWN:
                own = np.append(from_oklab(base + lab), own[3]).astype(np.float32)
                palette[row.name] = to_hex(own)
            else:
                palette.pop(row.name, None)
                own = derive(before[row.source] if source is None else source, row.rule)
        elif source is not None and not row.colour and row.name not in palette:
            own = derive(source, row.rule)
        done[row.name] = own
    return palette
