"""Reading a picture: which look would paint it? Asked of the ``reader`` of a generator; its answers are a guess with
a confidence, its colours are measured in the picture.

The reader is shown squares of the picture: where the face seems to be is found first, then the whole portrait and the
face from near are looked at, and each row is read in the view that shows it best: several times, from a little nearer
and farther and in the mirror, because the mean of what is read is nearer the truth than any one answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import msgspec
import numpy as np

from vtuber_studio.core.attribute import Attribute, Value
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.fit import complete_look
from vtuber_studio.core.image import check_image
from vtuber_studio.core.look import Look
from vtuber_studio.core.palette import from_oklab, oklab, parse_hex, resolve, to_hex
from vtuber_studio.core.pose import POSE_ROWS, Pose
from vtuber_studio.core.sampling import flesh, lash
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.manifest import Input, Manifest, Network, manifest_of

VIEW = 96  # pixels a side that the reader is shown
NEAR, WHOLE = 2.15, 4.70  # sides of its two views in distances between the eyes: the face, the whole portrait
_EYES_TO_MOUTH = 0.6  # the same distance once more, as a drawing of ours has it
_ROUNDS = 2  # of looking again where the face was found
_ZOOMS = (0.94, 1.0, 1.06)  # sides of the squares that are read, as they are and mirrored
_PAPER = 235.0  # grey that a transparent picture is laid on
_CHANCE = 0.577  # standard deviation of an even guess in -1..1
_LEAST = {"eye.iris": 5.0, "eye.brow": 5.0}  # pixels of a region in which a colour is measured; 12 of any other
_ALIKE = 0.06  # distance in OKLab of pixels that are one colour
_STILL = 0.07  # share of its range by which a part of the face must move to count; degrees of the head are
_UPRIGHT = 1.5
_CLEAR = 0.6  # confidence from which a part counts as read
# colours that mean something only where a choice is not this one
_WORN = {"beard": "beard", "ear": "ears", "frame": "eyewear", "jewel": "earrings", "deco": "headwear"}


class Reading(msgspec.Struct, frozen=True):
    """What was read: the look, what its face does, and how sure each is, 0..1, by row and by colour. ``points``: where
    in the picture her eyes, mouth and chin are, in pixels."""

    shot: Shot
    sure: dict[str, float]
    points: dict[str, tuple[float, float]]

    @property
    def look(self) -> Look:
        """Who she is."""
        return self.shot.look


def read_look(generator: Generator, image: np.ndarray) -> Reading:
    """The look, expression and pose that would come nearest to a picture of one person (uint8 [H, W, 4]).

    StudioError when the generator has no reader.
    """
    check_image(image)
    manifest = manifest_of(generator)
    network = reader_of(manifest)
    flat = on_paper(image)
    height, width = image.shape[:2]
    views = [(np.array([width, height]) / 2, float(max(width, height)))]
    answers = asked(generator, flat, views)
    for _ in range(_ROUNDS):
        points = _in_picture(answers["points"][-1], views[-1])
        views = [_within(square(points, view), width, height) for view in (WHOLE, NEAR)]
        answers = asked(generator, flat, views)
    points = _in_picture(answers["points"][-1], views[-1])
    regions = [_Regions(network.names["regions"], answers["regions"][k], _crop(flat, views[k])) for k in (0, 1)]
    values, sure = believed(network, *_read(generator, network, flat, views))
    shot, surer = _shot(manifest, values, sure, regions)
    named = zip(network.names["points"], points.tolist(), strict=True)
    return Reading(shot, {**sure, **surer}, {name: (x, y) for name, (x, y) in named})


def reader_of(manifest: Manifest) -> Network:
    """The generator's reader; StudioError when it has none that this program can ask."""
    network = manifest.networks.get("reader")
    if network is None:
        raise StudioError(
            f"{manifest.name} cannot read pictures.", "Choose the starter: it has learned how its own portraits look."
        )
    wanted = {"values", "spread", "points", "regions"}
    rows = {row.name for row in network.rows}
    told = {"points", "regions", "near", "turned", "swapped"} <= network.names.keys()
    if (
        not (told and wanted <= network.outputs.keys() and network.inputs == {"picture": (3, VIEW, VIEW)})
        or len(network.names["points"]) < 3
        or len(network.names["swapped"]) % 2
        or not rows.issuperset((*network.names["turned"], *network.names["swapped"]))
        or len(network.outputs["regions"]) != 3
        or network.outputs["spread"] != (sum(not row.choices for row in network.rows),)
    ):
        raise StudioError(f"The reader of {manifest.name} is of another kind.", "Update the program.")
    return network


def square(points: np.ndarray, view: float) -> tuple[np.ndarray, float]:
    """(centre [2], side) of the square that a view shows; ``points``: right eye, left eye, mouth, in any unit."""
    eyes = points[:2].mean(0)
    apart = float(np.hypot(*(points[1] - points[0])))
    down = float(np.hypot(*(points[2] - eyes)))
    return 0.65 * eyes + 0.35 * points[2], view * max(apart, down / _EYES_TO_MOUTH, 1e-3)


Square = tuple[np.ndarray, float]


def _within(wanted: Square, width: int, height: int) -> Square:
    """The square, neither a speck nor a map: what the reader makes of no face at all."""
    centre, side = wanted
    longest = max(width, height)
    return np.clip(centre, 0, [width, height]), float(np.clip(side, 0.08 * longest, 3.0 * longest))


def on_paper(image: np.ndarray) -> np.ndarray:
    """float32 [H, W, 3] in 0..255."""
    alpha = image[..., 3:].astype(np.float32) / 255
    return image[..., :3] * alpha + np.float32(_PAPER) * (1 - alpha)


def _crop(flat: np.ndarray, view: Square) -> np.ndarray:
    """float32 [VIEW, VIEW, 3]: a square of the picture, averaged where it is larger."""
    (x, y), side = view
    scale = VIEW / side
    if scale < 0.5:  # averaged first, or fine lines would flicker
        small = 2 * scale
        flat = cv2.resize(flat, None, fx=small, fy=small, interpolation=cv2.INTER_AREA)
        x, y, scale = x * small, y * small, 0.5
    fine = 2 if scale < 1 else 1
    scale, size = fine * scale, fine * VIEW
    matrix = np.array([[scale, 0, size / 2 - scale * (x - 0.5) - 0.5], [0, scale, size / 2 - scale * (y - 0.5) - 0.5]])
    paper = np.median(np.concatenate([flat[0], flat[:, 0], flat[:, -1]]), 0).tolist()  # what lies around the picture
    seen = cv2.warpAffine(flat, matrix, (size, size), flags=cv2.INTER_LINEAR, borderValue=paper)
    return seen if fine == 1 else cv2.resize(seen, (VIEW, VIEW), interpolation=cv2.INTER_AREA)


def asked(generator: Generator, flat: np.ndarray, views: list[Square]) -> dict[str, np.ndarray]:
    """The reader's outputs for each view of a picture ``on_paper``."""
    pictures = np.stack([_crop(flat, view) for view in views]).transpose(0, 3, 1, 2) / np.float32(127.5) - 1
    return generator.ask("reader", picture=pictures)


def _read(
    generator: Generator, network: Network, flat: np.ndarray, views: list[Square]
) -> tuple[np.ndarray, np.ndarray]:
    """(values [2, k, V], spread [2, k, R]) of each view, seen k times; mirrored answers are turned back."""
    squares = [(centre, zoom * side) for centre, side in views for zoom in _ZOOMS]
    crops = np.stack([_crop(flat, each) for each in squares]).transpose(0, 3, 1, 2) / np.float32(127.5) - 1
    answers = generator.ask("reader", picture=np.concatenate([crops, crops[..., ::-1]]))
    values, spread = answers["values"].copy(), answers["spread"]
    starts = np.cumsum([0, *(row.size for row in network.rows)])
    at = {row.name: int(start) for row, start in zip(network.rows, starts, strict=False)}
    turned = values[len(crops) :]
    for name in network.names["turned"]:
        turned[:, at[name]] *= -1
    pairs = network.names["swapped"]
    for a, b in zip(pairs[::2], pairs[1::2], strict=True):
        turned[:, [at[a], at[b]]] = turned[:, [at[b], at[a]]]
    count = len(_ZOOMS)
    apart = [np.concatenate([own[:count], own[2 * count : 3 * count]]) for own in (values, spread)]
    near = [np.concatenate([own[count : 2 * count], own[3 * count :]]) for own in (values, spread)]
    return np.stack([apart[0], near[0]]), np.stack([apart[1], near[1]])


def _in_picture(points: np.ndarray, view: Square) -> np.ndarray:
    """Points [P, 2] of a view as pixels of the picture."""
    centre, side = view
    return centre + (points.astype(float) - 0.5) * side


def believed(network: Network, values: np.ndarray, spread: np.ndarray) -> tuple[dict[str, Value], dict[str, float]]:
    """(values, confidences 0..1) by row, from what the views answer: the whole portrait, then from near, each seen k
    times: [2, k, V], [2, k, R].

    Each row is read in the view that shows it best, as in training; probabilities and means are averaged.
    """
    near = set(network.names["near"])
    found: dict[str, Value] = {}
    sure: dict[str, float] = {}
    at = ranges = 0
    for row in network.rows:
        view = int(row.name in near)
        own = values[view, :, at : at + row.size].astype(float)
        if row.choices:
            share = np.exp(own - own.max(1, keepdims=True))
            mean = (share / share.sum(1, keepdims=True)).mean(0)
            best = int(mean.argmax())
            found[row.name], sure[row.name] = row.choices[best], float(mean[best])
        else:
            found[row.name] = _decoded(row, float(own.mean()))
            deviation = float(np.exp(np.clip(spread[view, :, ranges], -3.5, 1.0)).mean())
            sure[row.name] = float(np.clip(1 - deviation / _CHANCE, 0, 1))
            ranges += 1
        at += row.size
    return found, sure


def _decoded(row: Input, number: float) -> float:
    return float(np.clip(row.low + (number + 1) / 2 * (row.high - row.low), row.low, row.high))


def verdict(manifest: Manifest, sure: Mapping[str, float]) -> tuple[list[str], list[str]]:
    """(labels of the parts that were read surely, of those that are rather guessed): by their choices, where they have
    any, else by their ranges; one that is not drawn is left out."""
    clear: list[str] = []
    vague: list[str] = []
    for entry in manifest.parts:
        rows = [row for row in manifest.attributes if entry.part.name in row.parts[:1] and row.name in sure]
        told = [sure[row.name] for row in rows if row.choices] or [sure[row.name] for row in rows]
        if told:
            (clear if float(np.mean(told)) >= _CLEAR else vague).append(entry.part.label)
    return clear, vague


# --- colours ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Regions:
    """What a view shows where: logits [K, VIEW, VIEW] of the named regions over its pixels [VIEW, VIEW, 3]."""

    names: tuple[str, ...]
    logits: np.ndarray
    pixels: np.ndarray

    def colour(self, name: str, columns: slice = slice(None)) -> tuple[np.ndarray, float] | None:
        """(OKLab [3], confidence) of a region; None where too little of it is seen."""
        if name not in self.names:
            return None
        leading = self.logits.argmax(0) == self.names.index(name)
        inside = np.zeros_like(leading)
        inside[:, columns] = leading[:, columns]
        found = measured(self.pixels, inside, _LEAST.get(name, 12.0))
        return (iris(self.pixels, _core(inside, _LEAST[name])), found[1]) if found and name == "eye.iris" else found


def measured(pixels: np.ndarray, inside: np.ndarray, least: float) -> tuple[np.ndarray, float] | None:
    """(OKLab [3], confidence 0..1) of the colour that most pixels inside a mask share; None for fewer than ``least``.

    Pixels at its edge are mixtures, and left out where enough others remain. The mean of what is near moves to where
    most is (mean shift; Comaniciu & Meer 2002); the confidence is the share of pixels that are near in the end.
    """
    if inside.sum() < least:
        return None
    inside = _core(inside, least)
    lab = oklab(pixels[inside].astype(float) / 255)
    colour, share = np.median(lab, 0), 0.0
    for _ in range(8):
        near = np.exp(-0.5 * ((lab - colour) ** 2).sum(1) / (_ALIKE / 2) ** 2)
        if near.sum() < 1e-6:
            break
        colour = (lab * near[:, None]).sum(0) / near.sum()
        share = float((((lab - colour) ** 2).sum(1) < _ALIKE**2).mean())
    return colour, share


def _core(inside: np.ndarray, least: float) -> np.ndarray:
    core = cv2.erode(inside.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return core if core.sum() >= least else inside


def iris(pixels: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """OKLab [3] of the colour that an iris goes by. Ours runs from a dark top to a glow, both paler than their base;
    the more a drawing shades it, the more of that is taken back (fitted to a hundred portraits)."""
    lab = oklab(pixels[inside].astype(float) / 255)
    shaded = min(1.0, float(lab[:, 0].std()) / 0.086)
    return np.quantile(lab, 0.4, axis=0) * [1, 1 + 0.26 * shaded, 1 + 0.26 * shaded] - [0.088 * shaded, 0, 0]


def _palette(
    manifest: Manifest, values: Mapping[str, Value], regions: list[_Regions]
) -> tuple[dict[str, str], dict[str, float]]:
    """(colours by material, confidences) as far as they are seen; what follows skin and hair, follows them."""
    palette: dict[str, str] = {}
    sure: dict[str, float] = {}
    whole, near = regions
    known = {row.name: row for row in manifest.materials}

    def put(name: str, found: tuple[np.ndarray, float] | None) -> None:
        if found is not None and name in known:
            palette[name], sure[name] = to_hex(from_oklab(found[0])), found[1]

    for name in (name for name in whole.names if name in known):
        group = name.partition(".")[0]
        if group in _WORN and values.get(_WORN[group]) in (None, "none"):
            continue
        views = (near, whole) if group in ("skin", "eye", "mouth", "frame") else (whole, near)
        put(name, next((found for view in views if (found := view.colour(name))), None))
    half = VIEW // 2
    left, right = (near.colour("eye.iris", side) for side in (slice(half, None), slice(None, half)))
    if left and right and np.hypot(*(left[0] - right[0])[1:]) > 2 * _ALIKE:  # odd eyes
        put("eye.iris", right)
        put("eye.iris_left", left)
    roles = manifest.dice.roles if manifest.dice else {}
    if "skin.base" in palette:
        follows = flesh(palette["skin.base"])
        palette |= {name: follows[role] for name, role in roles.items() if role in follows and name not in palette}
    if "hair.base" in palette and "eye.lash" in known:
        palette["eye.lash"] = lash(palette["hair.base"])
    return _without_echoes(manifest, palette), sure


def _without_echoes(manifest: Manifest, palette: dict[str, str]) -> dict[str, str]:
    """The palette without colours that derive from others anyway, or nearly: they go on following them."""
    derived = {row.name for row in manifest.materials if not row.colour}
    bare = resolve(manifest.materials, {name: colour for name, colour in palette.items() if name not in derived})

    def echoes(name: str, colour: str) -> bool:
        off = oklab(parse_hex(colour)[:3].astype(float)) - oklab(bare[name][:3].astype(float))
        return float(np.sqrt((off**2).sum())) < _ALIKE

    return {name: colour for name, colour in palette.items() if name not in derived or not echoes(name, colour)}


# --- from answers to a shot ---------------------------------------------------------------------------------------


def _shot(
    manifest: Manifest, values: Mapping[str, Value], sure: Mapping[str, float], regions: list[_Regions]
) -> tuple[Shot, dict[str, float]]:
    palette, surer = _palette(manifest, values, regions)
    attributes = {row.name: own for row in manifest.attributes if (own := _valid(row, values)) is not None}
    rest = {row.name: float(row.default) for row in manifest.expressions if not row.choices}
    expression = {
        row.name: own
        for row in manifest.expressions
        if (own := _valid(row, values)) is not None
        and (row.choices or abs(float(own) - rest[row.name]) > _STILL * (row.high - row.low))
    }
    angles: dict[str, Any] = {}
    for row in POSE_ROWS:
        angle = _valid(row, values)
        if angle is not None and abs(float(angle)) > _UPRIGHT:
            angles[row.name] = angle
    look = Look(generator=manifest.id, attributes=attributes, palette=palette)
    return Shot(complete_look(look, manifest.attributes, manifest.materials), expression, Pose(**angles)), surer


def _valid(row: Attribute, values: Mapping[str, Value]) -> Value | None:
    """What was read of a row, as far as the generator knows it."""
    own = values.get(row.name)
    if row.choices or isinstance(own, str) or own is None:
        return own if own in row.choices else None
    return float(f"{min(max(own, row.low), row.high):.4g}")
