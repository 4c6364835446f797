"""Render and compare: the look of a generator that comes nearest to pictures, found without gradients of networks.

Choices and colours are tried (``search``); ranges, what the face does, the artist's hand (z), colours, the turn of the
head and where the picture lies are moved together (``settle``) along straight lines of the networks' outputs
(``tangent``), which are drawn anew where they lead.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.image import check_image
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.fitting import first_look
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.manifest import manifest_of
from vtuber_studio.engine.reading import read_look
from vtuber_studio.intake import movers as movable
from vtuber_studio.intake.movers import Mover, painted, with_values
from vtuber_studio.intake.search import LARGE, SIDE, Search
from vtuber_studio.intake.settle import View, settle
from vtuber_studio.intake.tangent import Tangent

_SOFT, FINE = 1.6, 0.8  # pixels by which pictures are softened: at first an edge must pull from farther away
# choices by how much of the picture they decide; what is small only tells itself once the large is in its place
_MAIN = ("back_style", "front_style", "headwear", "ears", "clothes")
_SMALL = (
    "eyewear", "beard", "eye_shape", "mouth_shape", "brow_shape", "ear_shape", "earrings", "nose", "pupil", "marks",
    "fang",
)  # fmt: skip
_SURE = 0.9  # of a choice that a reader has read: no other one is tried
_ENOUGH = 0.98  # of the loss: when as much is left, it has settled
_LIKELY = 0.02  # or are tried, the likeliest first, at most so many
_MOST = 5
_AGAIN = 3  # of a main choice's values are tried once more
_PHOTO_CHOICES = ("back_style", "front_style", "clothes")
_PHOTO_PARTS = ("face", "hair_front", "hair_back", "body")
_FACE = ("eye_open_left", "eye_open_right", "gaze_x", "gaze_y", "mouth_open", "mouth_form", "brow_raise", "brow_tilt")


Choices = Mapping[str, float] | Sequence[str]  # the values of a row that are tried, and how likely each is


@dataclass(frozen=True, eq=False)
class Fit:
    """The nearest shot so far, and ``image``, the picture [512, 512, 4] laid where it fits best. ``psnr``: dB over
    mid-grey on the subject's mask, at 512 pixels; of ``first``, the look that it began with, its colours already read.
    A figure to compare fits by, never likeness."""

    shot: Shot
    psnr: float
    first: float
    fraction: float
    message: str
    image: np.ndarray


def first_guess(
    generator: Generator, image: np.ndarray, photo: bool = False
) -> tuple[Shot, dict[str, dict[str, float]] | None]:
    """Where to begin, and the choices that are worth trying: what the generator's reader says of the picture, and what
    it thinks likely where it is not sure; without a reader, and of a photo, which none can read, the first look and
    all choices."""
    manifest = manifest_of(generator)
    if photo or "reader" not in manifest.networks:
        return Shot(first_look(manifest)), None
    reading = read_look(generator, image)
    unsure = {row.name: _likely(reading.shares.get(row.name, {})) for row in manifest.attributes if row.choices}
    return reading.shot, {name: values for name, values in unsure.items() if values}


def _likely(shares: Mapping[str, float]) -> dict[str, float]:
    ranked = sorted(shares, key=lambda value: -shares[value])
    if not ranked or shares[ranked[0]] >= _SURE:
        return {}
    return {value: shares[value] for value in ranked[:_MOST] if shares[value] >= _LIKELY}


def fit_picture(
    generator: Generator,
    image: np.ndarray,
    start: Shot | None = None,
    choices: Mapping[str, Choices] | None = None,
    photo: bool = False,
) -> Iterator[Fit]:
    """Fits ever nearer to an aligned, cut-out image [512, 512, 4]; the last one is the result.

    ``start``: where to begin (a reader's answer); the generator's own first look when left out.
    ``choices``: of a choice's values only these are tried (none: it stays), as likely as said; all when left out.
    ``photo``: only outlines, hair, clothes and their colours follow it; a drawn face is no photographed one, and stays.
    StudioError for an image of another shape, or with nothing on it.
    """
    search = Search(generator, require_canvas(image), photo)
    shot = search.coloured(start or Shot(first_look(search.manifest)))
    first = search.psnr(shot)

    def so_far(fraction: float, message: str) -> Fit:
        return Fit(shot, search.psnr(shot), first, fraction, message, search.aim.laid)

    yield so_far(0.08, "Colours read")
    tried = _PHOTO_CHOICES if photo else (*_MAIN, *_SMALL)
    rows = {row.name: row for row in search.manifest.attributes if row.choices and row.name in tried}
    asked = {name: _weighed(row.choices if choices is None else choices.get(name, ())) for name, row in rows.items()}
    main, small = ([rows[name] for name in names if asked.get(name)] for names in (_MAIN, _SMALL))
    for row in main:
        shot, ranked = search.choose(shot, row, asked[row.name], LARGE)
        asked[row.name] = {value: asked[row.name].get(value, 1.0) for value in ranked[:_AGAIN]}
    if main:
        yield so_far(0.2, "Styles tried")
    lines: Tangent | None = None
    shot, lines = settled(search, shot, _SOFT, 3, ("attribute", "expression", "pose", "placing"), lines)
    yield so_far(0.45, "Shapes moved")
    shot = search.coloured(shot)
    for row in (*main, *small):
        shot, _ = search.choose(shot, row, asked[row.name], SIDE)
    yield so_far(0.65, "Details tried")
    kinds = ("attribute", "expression", "z", "colour", "pose", "placing")
    shot, lines = settled(search, shot, FINE, 3, kinds, lines)
    yield so_far(1.0, "Settled")


def _weighed(values: Choices) -> dict[str, float]:
    return dict(values) if isinstance(values, Mapping) else dict.fromkeys(values, 1.0)


def refit(
    generator: Generator, image: np.ndarray, start: Shot, photo: bool = False, z: bool = False, steps: int = 2
) -> Fit:
    """The nearest shot to an image [512, 512, 4] near a start: ranges, what the face does, colours and pose are moved,
    and the artist's hand if ``z``; choices stay. StudioError as ``fit_picture``."""
    search = Search(generator, require_canvas(image), photo)
    kinds = ("attribute", "expression", "colour", "pose", "placing", *(("z",) if z else ()))
    first = search.psnr(start)
    shot, _ = settled(search, start, FINE, steps, kinds, None)
    return Fit(shot, search.psnr(shot), first, 1.0, "Settled", search.aim.laid)


def require_canvas(image: np.ndarray) -> np.ndarray:
    """The image; StudioError when it is none of 512 x 512 pixels with anyone on it."""
    check_image(image)
    if image.shape[:2] != (512, 512) or not (image[..., 3] > 128).any():
        raise StudioError("This picture is not on the canvas.", "Prepare it first: 512 x 512, background removed.")
    return image


def settled(
    search: Search, shot: Shot, soft: float, times: int, kinds: Collection[str], before: Tangent | None = None
) -> tuple[Shot, Tangent]:
    """The shot with everything that is among ``kinds`` moved, and the lines from there on. The picture may be laid
    elsewhere meanwhile."""
    manifest = search.manifest
    movers = moving(search, shot, kinds)
    lines = Tangent(search.generator, shot, movers, SIDE, before)
    begun, every = lines.values.copy(), np.arange(len(movers))
    for _ in range(times):
        view = View(lines, search.aim.at(SIDE, search.weight(SIDE), soft), every)
        values = settle([view], begun, 2)
        least, kept, moved = search.loss(shot), search.aim, with_values(manifest, shot, movers, values)
        search.lay(kept.moved(view.placing(values)))
        found = search.loss(moved)
        if found >= least:  # the lines led astray
            search.lay(kept)
            break
        shot = moved
        if found > _ENOUGH * least:
            break
        lines.rebased(shot)
    return shot, lines


def moving(search: Search, shot: Shot, kinds: Collection[str]) -> list[Mover]:
    """What can be moved: of parts that paint something, what the face does, and colours that are seen."""
    manifest, parts = search.manifest, painted(search.manifest, shot)
    if search.photo:
        parts = [name for name in parts if name in _PHOTO_PARTS]
        kinds = [kind for kind in kinds if kind in ("attribute", "z", "colour", "placing")]
    faces: list[Attribute] = [row for row in manifest.expressions if row.name in _FACE]
    every = {
        "attribute": lambda: movable.of_rows("attribute", manifest.attributes, parts),
        "expression": lambda: movable.of_rows("expression", faces, parts),
        "z": lambda: movable.of_z(manifest, parts),
        "colour": lambda: movable.of_colours(manifest, search.seen(shot)),
        "pose": movable.of_pose,
        "placing": movable.of_placing,
    }
    return [mover for kind in kinds for mover in every[kind]()]
