"""Portraits to learn reading from: drawn by the artist, parts recombined, with regions, lines and points. No torch.

A set is a folder of chunks, each written whole: pictures uint8 [n, SIDE, SIDE, 6] (straight RGBA, region, softness of
lines) and what is known of them. Drawing costs most, so a part that was drawn is worn by several persons, in other
colours, with other parts, and in another pose.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from vtuber_studio.artist import schema
from vtuber_studio.artist.portrait import draw_part
from vtuber_studio.core.attribute import Value, encode
from vtuber_studio.core.files import make_folder, write_atomically
from vtuber_studio.core.palette import resolve
from vtuber_studio.core.part import Cel, Part
from vtuber_studio.core.pose import NEUTRAL, Pose
from vtuber_studio.core.progress import Progress
from vtuber_studio.core.sampling import random_palette
from vtuber_studio.engine import warp
from vtuber_studio.engine.compose import Layer, shadow_layer, shadow_softness, stack, to_bytes
from vtuber_studio.engine.manifest import Shadow
from vtuber_studio.engine.paint import Coverage, inks, paint
from vtuber_studio.training.reader.labels import LINE, POINTS, REGION_OF, ROWS, neutral_points

SIDE = 256  # pixels
SCALE = SIDE / 512
CHUNK = 64  # portraits
RGBA, REGION, LINES = slice(0, 4), 4, 5  # channels of a picture

# parts that share a row are drawn together: group -> share of portraits for which it is drawn anew
GROUPS: dict[tuple[str, ...], float] = {
    ("face", "beard", "mouth", "earrings"): 0.6, ("eyes", "brows"): 0.7, ("hair_front", "hair_back"): 0.4,
    ("body",): 0.35, ("ears",): 0.4, ("headwear",): 0.4, ("eyewear",): 0.5, ("nose",): 0.8, ("marks",): 0.8,
}  # fmt: skip
KEPT = 48  # drawings of a group that may be worn again
PARTS = {part.name: part for part in schema.PARTS}
PART_NAMES = tuple(PARTS)
_SLOTS = sorted(((cel.depth, part.name, cel) for part in schema.PARTS for cel in part.cels), key=lambda slot: slot[0])
_MATERIALS = {row.name: row for row in schema.MATERIALS}


@dataclass(frozen=True)
class Worn:
    """A drawn group: the values that decided it and its cels' coverage, clipped, by (part, cel)."""

    values: dict[str, Value]
    cels: dict[tuple[str, str], Coverage]


@dataclass(frozen=True)
class Portrait:
    """One picture and what is known of it."""

    picture: np.ndarray  # uint8 [SIDE, SIDE, 6]
    values: np.ndarray  # float32, encoded ROWS
    points: np.ndarray  # float32 [P, 2], shares of the picture's side
    seen: np.ndarray  # float32 [parts], share of each part's own area that is seen; 0 where it paints nothing


class Painter:
    """Makes portraits; what it draws is a function of the seed and of how many it has made."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.pools: dict[tuple[str, ...], list[Worn]] = {group: [] for group in GROUPS}

    def portrait(self) -> Portrait:
        """The next one."""
        values: dict[str, Value] = {}
        cels: dict[tuple[str, str], Coverage] = {}
        for group, anew in GROUPS.items():
            pool = self.pools[group]
            if len(pool) < 4 or self.rng.random() < anew:
                pool.append(draw_group(group, sample_group(group, self.rng), self.rng))
                worn = pool[-1]
                del pool[:-KEPT]
            else:
                worn = pool[int(self.rng.integers(len(pool)))]
            values |= worn.values
            cels |= worn.cels
        return composed(values, cels, sample_palette(values, self.rng), sample_pose(self.rng))


def sample_group(group: tuple[str, ...], rng: np.random.Generator) -> dict[str, Value]:
    """A value for every row that the group sees: half of the looks evenly over everything, half by the priors; a third
    of the faces at rest, a third doing a little, a third much."""
    lively = (0.0, 0.2, 0.6)[int(rng.integers(3))]
    empty = {key: choice for name in group for key, choice in PARTS[name].empty_when.items() if key != "ear_shape"}
    values: dict[str, Value] = {}
    for row in (row for row in schema.ATTRIBUTES + schema.EXPRESSIONS if set(row.parts) & set(group)):
        face = row.group == "Expression"
        even = rng.random() < (lively if face else 0.5)
        if even and row.name in empty and rng.random() < 0.5:
            values[row.name] = empty[row.name]
        elif even and row.choices:
            values[row.name] = row.choices[int(rng.integers(len(row.choices)))]
        elif even:
            values[row.name] = float(rng.uniform(row.low, row.high))
        else:
            values[row.name] = row.default if face else row.sample(rng)
    return values


def sample_pose(rng: np.random.Generator) -> Pose:
    """A third upright, the others turned a little."""
    if rng.random() < 0.33:
        return NEUTRAL
    yaw, pitch, roll = np.clip(rng.normal(0, 6.5, 3), -15, 15)
    return Pose(float(yaw), float(pitch), float(roll), float(rng.uniform(-6, 6)), float(rng.uniform(0, 1)))


def sample_palette(values: dict[str, Value], rng: np.random.Generator) -> dict[str, str]:
    """Colours in harmony, or from several harmonies at once; sometimes odd eyes."""
    palette, other, third = (
        random_palette(schema.MATERIALS, int(rng.integers(2**31)), schema.DICE, values) for _ in range(3)
    )
    if rng.random() < 0.5:
        palette = {name: (palette, other, third)[int(rng.integers(3))][name] for name in palette}
    if rng.random() < 0.08:
        palette["eye.iris_left"] = other["eye.iris"]
    return palette


def draw_group(group: tuple[str, ...], values: dict[str, Value], rng: np.random.Generator) -> Worn:
    """The artist's drawing of some parts."""
    cels: dict[tuple[str, str], Coverage] = {}
    for name in group:
        part = PARTS[name]
        if any(values.get(key) == choice for key, choice in part.empty_when.items()):
            continue
        drawn = draw_part(name, values, rng.standard_normal(part.z_dim), SCALE)
        for cel in part.cels:
            own = drawn[cel.name]
            m = own.m if not cel.clip else own.m * drawn[cel.clip].m.sum(0)
            rows, columns = np.flatnonzero(m.max((0, 2)) > 0.01), np.flatnonzero(m.max((0, 1)) > 0.01)
            if len(rows):
                place = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
                t = own.t[place].copy() if own.t is not None else None
                cels[name, cel.name] = Coverage(int(columns[0]), int(rows[0]), m[:, *place].copy(), t)
    return Worn(values, cels)


def composed(
    values: dict[str, Value], cels: dict[tuple[str, str], Coverage], palette: dict[str, str], pose: Pose
) -> Portrait:
    """Parts, colours and a pose as one portrait."""
    colours = resolve(schema.MATERIALS, palette)
    whole = (0, 0, SIDE, SIDE)
    fields = warp.fields(pose, SCALE, whole)
    layers: dict[str, Layer] = {}
    regions = np.zeros((SIDE, SIDE), np.uint8)
    owner = np.full((SIDE, SIDE), -1, np.int8)
    area = np.zeros(len(PARTS))
    lines = np.zeros((SIDE, SIDE), np.float32)
    order: list[tuple[float, Layer]] = []
    for depth, name, cel in _SLOTS:
        if (name, cel.name) not in cels:
            continue
        made = _warped(PARTS[name], cel, cels[name, cel.name], colours, fields, pose)
        if made is None:
            continue
        layer, region, line = made
        layers[cel.name] = layer
        order.append((depth, layer))
        x0, y0, x1, y1 = layer.window
        alpha = layer.pixels[3]
        lines[y0:y1, x0:x1] *= 1 - alpha
        lines[y0:y1, x0:x1] += line
        if not cel.soft and cel.name != "brows_over":
            covered = (alpha > 0.5) & (region > 0)
            regions[y0:y1, x0:x1][covered] = region[covered]
            index = PART_NAMES.index(name)
            before = owner[y0:y1, x0:x1] == index
            area[index] += np.count_nonzero(covered & ~before)
            owner[y0:y1, x0:x1][covered] = index
    shade = _shadow(layers, colours)
    if shade is not None:
        order.append((_SHADOW.depth, shade))
    canvas = np.empty((4, SIDE, SIDE), np.float32)
    stack(canvas, [layer for _, layer in sorted(order, key=lambda row: row[0])], whole)
    image = to_bytes(canvas)
    picture = np.dstack([image, regions, np.clip(lines * 255 + 0.5, 0, 255).astype(np.uint8)])
    seen = np.bincount(owner[owner >= 0], minlength=len(PARTS)) / np.maximum(area, 1)
    known = {**values, "yaw": pose.yaw, "pitch": pose.pitch, "roll": pose.roll}
    return Portrait(picture, encode(ROWS, known), _posed(neutral_points(values), fields, pose), seen.astype(np.float32))


_SHADOW = Shadow(casters=("fringe", "side_locks"), receivers=("face",))


def _shadow(layers: dict[str, Layer], colours: dict[str, np.ndarray]) -> Layer | None:
    casters, receivers = ([layers[n] for n in names if n in layers] for names in (_SHADOW.casters, _SHADOW.receivers))
    softness = shadow_softness(_SHADOW, casters, SCALE, SIDE)
    tint = np.clip(colours[_SHADOW.material][:3] / np.maximum(colours[_SHADOW.over][:3], 1e-3), 0, 1)
    return None if softness is None else shadow_layer(_SHADOW, softness, receivers, tint, (0, 0))


def _warped(
    part: Part, cel: Cel, own: Coverage, colours: dict[str, np.ndarray], fields: dict[str, warp.Field], pose: Pose
) -> tuple[Layer, np.ndarray, np.ndarray] | None:
    """(layer, region [h, w], coverage of lines [h, w]) of a cel on the canvas."""
    pixels = paint(own, inks(cel, colours))
    names = np.array([REGION_OF.get(name, 0) for name in cel.materials], np.uint8)
    region = names[own.m.argmax(0)]
    line = own.m[names == LINE].sum(0)
    if own.t is not None:
        tips = np.array([REGION_OF.get(cel.ramp.get(name, name), 0) for name in cel.materials], np.uint8)
        np.copyto(region, tips[own.m.argmax(0)], where=own.t > 0.5)
    x, y = round(part.box[0] * SCALE) + own.x, round(part.box[1] * SCALE) + own.y
    if pose == NEUTRAL:
        return Layer(x, y, pixels, cel.blend), region, line
    maps = warp.source_maps(fields[cel.rides], (0, 0, SIDE, SIDE), warp.shift(cel, pose))
    height, width = region.shape
    inside = (maps[0] > x - 1) & (maps[0] < x + width) & (maps[1] > y - 1) & (maps[1] < y + height)
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    if not len(rows):
        return None
    place = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    u, v = maps[0][place] - np.float32(x), maps[1][place] - np.float32(y)
    return (
        Layer(int(columns[0]), int(rows[0]), warp.remap(pixels, u, v), cel.blend),
        cv2.remap(region, u, v, cv2.INTER_NEAREST),
        cv2.remap(line, u, v, cv2.INTER_LINEAR),
    )


def _posed(points: np.ndarray, fields: dict[str, warp.Field], pose: Pose) -> np.ndarray:
    """[P, 2] shares of the picture's side at which neutral canvas points are seen."""
    cels = {cel.name: cel for _, _, cel in _SLOTS}
    found = []
    for (x, y), name in zip(points * SCALE - 0.5, POINTS.values(), strict=True):
        maps = warp.source_maps(fields[cels[name].rides], (0, 0, SIDE, SIDE), warp.shift(cels[name], pose))
        row, column = np.unravel_index(np.argmin((maps[0] - x) ** 2 + (maps[1] - y) ** 2), (SIDE, SIDE))
        off = x - maps[0][row, column], y - maps[1][row, column]  # within a pixel the field is straight enough
        found.append(((column + 0.5 + off[0]) / SIDE, (row + 0.5 + off[1]) / SIDE))
    return np.array(found, np.float32)


# --- sets on the disk ------------------------------------------------------------------------------------------


def tables_digest() -> str:
    """What sets must agree in: rows with their choices, and the editions of the drawings."""
    rows = [[row.name, row.low, row.high, *row.choices] for row in ROWS]
    return json.dumps([rows, schema.EDITIONS, SIDE], sort_keys=True)


def draw_set(folder: Path, portraits: int, seed: int = 0) -> Iterator[Progress]:
    """Fill ``folder`` up to so many portraits; goes on where it stopped, and starts over when the drawings changed."""
    make_folder(folder)
    tables = folder / "tables.json"
    if not tables.is_file() or tables.read_text(encoding="utf-8") != tables_digest():
        for old in folder.glob("*.np[yz]"):
            old.unlink()
        write_atomically(tables, tables_digest().encode())
    there = sum(len(np.load(path, mmap_mode="r")) for path in chunks(folder))
    painter = Painter(seed * 1_000_003 + there)
    while there < portraits:
        made = [painter.portrait() for _ in range(CHUNK)]
        labels, pictures = io.BytesIO(), io.BytesIO()
        values, points, seen = (np.stack([getattr(p, key) for p in made]) for key in ("values", "points", "seen"))
        np.savez(labels, values=values, points=points, seen=seen)
        np.save(pictures, np.stack([p.picture for p in made]))
        name = f"{len(chunks(folder)):05d}"
        write_atomically(folder / f"{name}.npz", labels.getvalue())
        write_atomically(folder / f"{name}.npy", pictures.getvalue())  # last: a chunk is there when this is
        there += CHUNK
        yield Progress(min(there / portraits, 1.0), "drawing", {"portraits": there})


def chunks(folder: Path) -> list[Path]:
    """The chunks that are there, in order."""
    return sorted(folder.glob("[0-9]*.npy"))
