"""Render and compare: the look of a generator that comes nearest to a picture, found without gradients of networks.

Colours are read from the picture where the look shows each base colour; choices are tried one after the other; ranges
and what the face does are moved by Levenberg-Marquardt (Marquardt 1963, "An Algorithm for Least-Squares Estimation of
Nonlinear Parameters") over a numeric Jacobian, which is cheap here: a slider runs one small network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.image import check_image
from vtuber_studio.core.palette import from_oklab, oklab, to_hex, underived
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.fitting import first_look
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.manifest import manifest_of
from vtuber_studio.engine.picking import pick_map
from vtuber_studio.engine.reading import read_look
from vtuber_studio.engine.render import RenderCache, render
from vtuber_studio.intake.compare import HUBER, commonest, huber, over_grey, seen

# Coarse to fine: pixels of the pictures that are compared. An edge pulls on a slider only from a pixel or two away.
_FIRST, _THEN = (32, 48, 64), (96, 128, 256)
_LARGE, _FINE = 64, 128  # for choices
_STEP = 0.12  # of a range: how far a slider is moved to see what it does
_STIFF = 0.02  # how strongly values hold to where they began, beside what the picture says
_OVERRIDE = 0.995  # a colour that derives from another is only set where that takes so much of the loss away
_VOTES = 3  # for a colour are tried
_LEAST = 60  # pixels of 512 x 512 that show a colour, to read it
# choices by how much of the picture they decide; what is small only tells itself once the large is in its place
_MAIN = ("back_style", "front_style", "headwear", "ears", "clothes", "eyewear")
_SMALL = (
    "beard", "eye_shape", "mouth_shape", "brow_shape", "ear_shape", "earrings", "nose", "pupil", "marks", "fang",
)  # fmt: skip
_SURE = 0.9  # of a choice that a reader has read: no other one is tried
_WORN = 1.004  # times the loss of anything that is worn: nothing is, unless the picture says so
_PHOTO_CHOICES = ("back_style", "front_style", "clothes")
_PHOTO_PARTS = ("face", "hair_front", "hair_back", "body")
_PHOTO_COLOURS = ("skin.", "hair.", "cloth.", "trim.")
_AGAIN = 4  # of a main choice's values are tried once more
_FACE = ("eye_open_left", "eye_open_right", "gaze_x", "gaze_y", "mouth_open", "mouth_form", "brow_raise", "brow_tilt")


@dataclass(frozen=True)
class Fit:
    """The nearest shot so far. ``psnr``: dB over mid-grey inside the figure's bounding box, at 512 pixels; of
    ``first``, the look that it began with, its colours already read. A figure to compare fits by, never likeness."""

    shot: Shot
    psnr: float
    first: float
    fraction: float
    message: str


def first_guess(
    generator: Generator, image: np.ndarray, photo: bool = False
) -> tuple[Shot, dict[str, tuple[str, ...]] | None]:
    """Where to begin, and the choices that are worth trying: what the generator's reader says of the picture, and all
    that it is not sure of; without a reader, and of a photo, which none can read, the first look and all choices."""
    manifest = manifest_of(generator)
    if photo or "reader" not in manifest.networks:
        return Shot(first_look(manifest)), None
    reading = read_look(generator, image)
    unsure = {row.name: row.choices for row in manifest.attributes if reading.sure.get(row.name, 0) < _SURE}
    return reading.shot, {name: values for name, values in unsure.items() if values}


def fit_picture(
    generator: Generator,
    image: np.ndarray,
    start: Shot | None = None,
    choices: Mapping[str, Sequence[str]] | None = None,
    photo: bool = False,
) -> Iterator[Fit]:
    """Fits ever nearer to an aligned, cut-out image [512, 512, 4]; the last one is the result.

    ``start``: where to begin (a reader's answer), its pose kept; the generator's own first look when left out.
    ``choices``: of a choice's values only these are tried (none: it stays); all of each when left out.
    ``photo``: only outlines, hair, clothes and their colours follow it; a drawn face is no photographed one, and stays.
    StudioError for an image of another shape, or with nothing on it.
    """
    check_image(image)
    if image.shape[:2] != (512, 512) or not (image[..., 3] > 128).any():
        raise StudioError("This picture is not on the canvas.", "Prepare it first: 512 x 512, background removed.")
    search = _Search(generator, image, photo)
    shot = search.coloured(start or Shot(first_look(search.manifest)))
    first = search.psnr(shot)

    def so_far(fraction: float, message: str) -> Fit:
        return Fit(shot, search.psnr(shot), first, fraction, message)

    yield so_far(0.05, "Colours read")
    tried = _PHOTO_CHOICES if photo else (*_MAIN, *_SMALL)
    rows = {row.name: row for row in search.manifest.attributes if row.choices and row.name in tried}
    asked = {name: tuple(row.choices if choices is None else choices.get(name, ())) for name, row in rows.items()}
    main, small = ([rows[name] for name in names if asked.get(name)] for names in (_MAIN, _SMALL))
    steps: list[tuple[int, Attribute | None]] = [
        *((_LARGE, row) for row in main), *((side, None) for side in _FIRST),
        *((_FINE, row) for row in (*main, *small)), *((side, None) for side in _THEN),
    ]  # fmt: skip
    for index, (side, row) in enumerate(steps):
        if row is None:
            shot = search.coloured(search.moved(shot, side))
            said = f"Shapes moved at {side} pixels"
        else:
            shot, ranked = search.choose(shot, row, asked[row.name], side)
            asked[row.name] = ranked[:_AGAIN]
            said = f"{row.label}: {shot.look.attributes.get(row.name, row.default)}"
        yield so_far((1 + index) / len(steps), said)


class _Search:
    """One picture to come near to, and what is drawn meanwhile."""

    def __init__(self, generator: Generator, image: np.ndarray, photo: bool) -> None:
        self.photo = photo
        self.generator, self.manifest, self.cache = generator, manifest_of(generator), RenderCache(96)
        self.image = image
        self.targets = {side: seen(image, side) for side in {*_FIRST, *_THEN, _LARGE, _FINE}}
        self.materials = {material.name: material for material in self.manifest.materials}
        self.sources = {material.source for material in self.manifest.materials if material.source}
        self.start: dict[str, float] = {}

    def draw(self, shot: Shot) -> np.ndarray:
        return render(self.generator, shot, size=512, cache=self.cache, quality="preview")

    def psnr(self, shot: Shot) -> float:
        """As ``Fit`` says."""
        made = self.draw(shot)
        shown = self.image[..., 3] > 0
        rows, columns = np.flatnonzero(shown.any(1)), np.flatnonzero(shown.any(0))
        box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        gap = over_grey(self.image[box]) - over_grey(made[box])
        return float(10 * np.log10(255**2 / max(float((gap**2).mean()), 1e-9)))

    def loss(self, shot: Shot, side: int = _FINE) -> float:
        """What is made small: Huber's of the differences at ``side`` pixels."""
        return huber(seen(self.draw(shot), side) - self.targets[side])

    def coloured(self, shot: Shot, only: frozenset[str] | None = None) -> Shot:
        """The shot with colours as the picture has them where they show, each kept where it makes it nearer.

        A colour is read off everything that derives from it: of an iris only its lights and shades are seen.
        """
        read = self._read(shot)
        if only is not None:
            return shot.with_(look=shot.look.paint({name: votes[0] for name, votes in read.items() if name in only}))
        least = self.loss(shot)
        for name in sorted(read, key=lambda each: bool(self.materials[each].source)):
            margin = _OVERRIDE if self.materials[name].source else 1.0
            for colour in read[name][:_VOTES]:
                tried = shot.with_(look=shot.look.paint({name: colour}))
                found = self.loss(tried)
                if found < least * margin:
                    shot, least = tried, found
        return shot

    def _read(self, shot: Shot) -> dict[str, list[str]]:
        """What the picture says of each colour that others derive from, most trusted first: one vote a part, and a
        material that derives from it."""
        places = pick_map(self.generator, shot, self.cache)
        solid = np.where(self.image[..., 3] > 200, places.material, 0).astype(np.int32) + 256 * places.part.astype(
            np.int32
        )
        counts = np.bincount(solid.ravel(), minlength=256 * 64)
        votes: dict[str, list[tuple[float, str]]] = {}
        for code in np.flatnonzero(counts >= _LEAST):
            if not code % 256:
                continue
            place = solid == code
            inner = cv2.erode(place.astype(np.uint8), np.ones((3, 3))).astype(bool)
            place = inner if inner.sum() >= _LEAST else place
            lab, trust = oklab(commonest(self.image[place][:, :3]) / 255), float(place.sum())
            name = places.materials[code % 256 - 1]
            while True:  # up to the colour that all else derives from
                material = self.materials[name]
                if name in self.sources or material.colour:
                    votes.setdefault(name, []).append((trust, to_hex(from_oklab(lab))))
                if material.colour:
                    break
                lab, factor = underived(lab, material.rule)
                trust *= factor**4
                name = material.source
        wanted = {name: own for name, own in votes.items() if not self.photo or name.startswith(_PHOTO_COLOURS)}
        return {name: [colour for _, colour in sorted(own, reverse=True)] for name, own in wanted.items()}

    def choose(self, shot: Shot, row: Attribute, values: Sequence[str], side: int) -> tuple[Shot, tuple[str, ...]]:
        """The shot with the value of a choice that comes nearest, and the values from the nearest on. Where colours
        belong to this part alone they are read for each, as nothing is known of them before."""
        own = self._own_colours(row)
        present = str(shot.look.attributes.get(row.name, row.default))
        tries = {present: shot}
        for value in values:
            if value != present:
                tried = shot.with_(look=shot.look.set(**{row.name: value}))
                tries[value] = self.coloured(tried, own) if own else tried
        bare = row.choices[0] == "none"
        ranked = sorted(
            tries, key=lambda value: self.loss(tries[value], side) * (_WORN if bare and value != "none" else 1.0)
        )
        return tries[ranked[0]], tuple(ranked)

    def _own_colours(self, row: Attribute) -> frozenset[str]:
        """Colours that no other part uses."""
        uses: dict[str, set[str]] = {}
        for entry in self.manifest.parts:
            for cel in entry.part.cels:
                for name in (*cel.materials, *cel.ramp.values()):
                    while name:
                        uses.setdefault(name, set()).add(entry.part.name)
                        name = self.materials[name].source
        return frozenset(name for name, parts in uses.items() if parts <= set(row.parts))

    def moved(self, shot: Shot, side: int) -> Shot:
        """One step of Levenberg and Marquardt, the stiffest of three that helps most."""
        movers = self._movers(shot)
        if not movers:
            return shot
        here = seen(self.draw(shot), side)
        gap = here - self.targets[side]
        columns = []
        for mover in movers:
            step = mover.step
            columns.append((seen(self.draw(mover.to(shot, mover.value + step)), side) - here) / step)
        jacobian = np.stack(columns)
        weight = 1.0 / np.maximum(np.abs(gap) / HUBER, 1.0)
        weighted = jacobian * weight
        normal, pull = weighted @ jacobian.T, weighted @ gap
        scale = float(np.trace(normal)) / len(movers)
        held = np.array([mover.value - mover.begun for mover in movers])
        best, least = shot, self.loss(shot, side)
        for damping in (1.0, 0.1, 0.01):
            hold = normal.diagonal() * _STIFF + scale * 1e-4
            change = -np.linalg.solve(normal + np.diag(normal.diagonal() * damping + hold), pull + hold * held)
            for part in (1.0, 0.5):
                tried = shot
                for mover, by in zip(movers, change * part, strict=True):
                    tried = mover.to(tried, mover.value + float(np.clip(by, -0.6 * mover.span, 0.6 * mover.span)))
                found = self.loss(tried, side)
                if found < least:
                    best, least = tried, found
        return best

    def _movers(self, shot: Shot) -> list[_Mover]:
        """What can be moved: ranges of parts that paint something, and what the face does."""
        empty = {
            entry.part.name
            for entry in self.manifest.parts
            if any(shot.look.attributes.get(name) == value for name, value in entry.part.empty_when.items())
        }
        found = []
        for row in self.manifest.attributes:
            if not row.choices and set(row.parts) - empty and (not self.photo or row.parts[0] in _PHOTO_PARTS):
                value = float(shot.look.attributes.get(row.name, row.default))
                found.append(self._mover(row, value, _set_attribute))
        for row in self.manifest.expressions:
            if row.name in _FACE and not self.photo:
                found.append(self._mover(row, float(shot.expression.get(row.name, row.default)), _set_expression))
        return found

    def _mover(self, row: Attribute, value: float, change: Callable[[Shot, str, float], Shot]) -> _Mover:
        return _Mover(row, value, self.start.setdefault(row.name, value), change)


@dataclass(frozen=True)
class _Mover:
    row: Attribute
    value: float
    begun: float
    change: Callable[[Shot, str, float], Shot]

    @property
    def span(self) -> float:
        return self.row.high - self.row.low

    @property
    def step(self) -> float:
        """Toward the farther end, so that it is never cut."""
        middle = (self.row.low + self.row.high) / 2
        return (_STEP if self.value <= middle else -_STEP) * self.span

    def to(self, shot: Shot, value: float) -> Shot:
        return self.change(shot, self.row.name, float(np.clip(value, self.row.low, self.row.high)))


def _set_attribute(shot: Shot, name: str, value: float) -> Shot:
    return shot.with_(look=shot.look.set(**{name: value}))


def _set_expression(shot: Shot, name: str, value: float) -> Shot:
    return shot.with_(expression={**shot.expression, name: value})
