"""What is tried rather than moved: colours as the picture has them, and choices, each drawn and compared."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.palette import from_oklab, oklab, to_hex, underived
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.manifest import manifest_of
from vtuber_studio.engine.picking import pick_map
from vtuber_studio.engine.render import RenderCache, render
from vtuber_studio.intake.compare import Aim, commonest

_DRAWN = 256  # pixels at which tries are drawn
SIDE = 128  # pixels at which pictures are compared
LARGE = 64  # for choices that decide much of the picture, while little else is in its place
FACE = ("eyes", "brows", "mouth")  # parts where every pixel counts more: what people look at
_MORE = 1.5  # times more
_OVERRIDE = 0.995  # a colour that derives from another is only set where that takes so much of the loss away
_VOTES = 3  # for a colour are tried
_LARGE = 300  # to move it by itself
_LEAST = 60  # pixels of 512 x 512 that show a colour, to read it
_UNLIKELY = 0.015  # of the loss: what a choice that is e times as unlikely must make up for
_WORN = 1.01  # times the loss of anything that is worn: nothing is, unless the picture says so
_COLOURED = (
    "clothes",
    "headwear",
    "ears",
    "eyewear",
    "earrings",
    "marks",
    "beard",
)  # choices with colours of their own
_PHOTO_COLOURS = ("skin.", "hair.", "cloth.", "trim.")


class Search:
    """One picture to come near to, and what is drawn meanwhile."""

    def __init__(self, generator: Generator, image: np.ndarray, photo: bool) -> None:
        self.generator, self.manifest, self.cache = generator, manifest_of(generator), RenderCache(96)
        self.photo = photo
        self._aims = {SIDE: Aim(image, SIDE, self.weight(SIDE))}
        self.materials = {material.name: material for material in self.manifest.materials}
        self.behind = {name: self._behind(name) for name in self.materials}
        self.sources = {material.source for material in self.manifest.materials if material.source}

    def _behind(self, name: str) -> tuple[str, ...]:
        """A material, and what it derives from, up to the colour that all else derives from."""
        row = self.materials[name]
        return (name,) if row.colour else (name, *self._behind(row.source))

    def weight(self, side: int) -> np.ndarray:
        """[side, side] how much each pixel counts."""
        weight = np.ones((side, side), np.float32)
        for entry in self.manifest.parts:
            if entry.part.name in FACE and not self.photo:
                x0, y0, x1, y1 = (end * side // 512 for end in entry.part.box)
                weight[y0:y1, x0:x1] = 1 + _MORE
        return weight

    def draw(self, shot: Shot, size: int = 512) -> np.ndarray:
        """Image [size, size, 4]."""
        return render(self.generator, shot, size=size, cache=self.cache, quality="preview")

    def psnr(self, shot: Shot) -> float:
        """As ``Aim.psnr``."""
        return self.aim.psnr(self.draw(shot))

    def loss(self, shot: Shot, side: int = SIDE) -> float:
        """What is made small, at ``side`` pixels."""
        if side not in self._aims:
            self._aims[side] = self.aim.at(side, self.weight(side))
        return self._aims[side].loss(self._aims[side].reduced(self.draw(shot, _DRAWN)))

    @property
    def aim(self) -> Aim:
        """The picture, where it is laid now."""
        return self._aims[SIDE]

    def lay(self, aim: Aim) -> None:
        """Another place for the picture."""
        self._aims = {SIDE: aim}

    def coloured(self, shot: Shot, only: frozenset[str] | None = None) -> Shot:
        """The shot with colours as the picture has them where they show, each kept where it makes it nearer.

        A colour is read off everything that derives from it: of an iris only its lights and shades are seen.
        """
        if only is not None:
            read = self.read(shot, only)
            return shot.with_(look=shot.look.paint({name: votes[0] for name, votes in read.items() if name in only}))
        read, least = self.read(shot), self.loss(shot)
        for name in sorted(read, key=lambda each: bool(self.materials[each].source)):
            margin = _OVERRIDE if self.materials[name].source else 1.0
            for colour in read[name][:_VOTES]:
                tried = shot.with_(look=shot.look.paint({name: colour}))
                found = self.loss(tried)
                if found < least * margin:
                    shot, least = tried, found
        return shot

    def read(self, shot: Shot, only: frozenset[str] | None = None) -> dict[str, list[str]]:
        """What the picture says of each colour that others derive from, most trusted first: one vote a part, and a
        material that derives from it; of ``only`` some when they are given."""
        places, image = pick_map(self.generator, shot, self.cache), self.aim.laid
        solid = np.where(image[..., 3] > 200, places.material, 0).astype(np.int32) + 256 * places.part.astype(np.int32)
        counts = np.bincount(solid.ravel(), minlength=256 * 64)
        votes: dict[str, list[tuple[float, str]]] = {}
        for code in np.flatnonzero(counts >= _LEAST):
            if not code % 256 or (only is not None and only.isdisjoint(self.behind[places.materials[code % 256 - 1]])):
                continue
            place = solid == code
            inner = cv2.erode(place.astype(np.uint8), np.ones((3, 3))).astype(bool)
            place = inner if inner.sum() >= _LEAST else place
            lab, trust = oklab(commonest(image[place][:, :3]) / 255), float(place.sum())
            for name in self.behind[places.materials[code % 256 - 1]]:
                material = self.materials[name]
                if name in self.sources or material.colour:
                    votes.setdefault(name, []).append((trust, to_hex(from_oklab(lab))))
                if not material.colour:
                    lab, factor = underived(lab, material.rule)
                    trust *= factor**4
        wanted = {name: own for name, own in votes.items() if not self.photo or name.startswith(_PHOTO_COLOURS)}
        return {name: [colour for _, colour in sorted(own, reverse=True)] for name, own in wanted.items()}

    def seen(self, shot: Shot) -> list[str]:
        """Materials of which enough is seen to move their colours by themselves: sources before what derives."""
        counts = np.bincount(pick_map(self.generator, shot, self.cache).material.ravel())
        shown = {name for name, count in zip(("", *self.materials), counts.tolist(), strict=False) if count >= _LARGE}
        shown.discard("")
        wanted = shown | {name for each in shown for name in self.behind[each][-1:]}
        return [
            name for name in self.materials if name in wanted and (not self.photo or name.startswith(_PHOTO_COLOURS))
        ]

    def choose(
        self, shot: Shot, row: Attribute, values: Mapping[str, float], side: int
    ) -> tuple[Shot, tuple[str, ...]]:
        """The shot with the value of a choice that comes nearest, and the values from the nearest on; ``values``: how
        likely each is before it is drawn. Where colours belong to this part alone they are read for each, as nothing
        is known of them before."""
        own = self._own_colours(row) if row.name in _COLOURED else frozenset[str]()
        present = str(shot.look.attributes.get(row.name, row.default))
        tries: dict[str, Shot] = {present: shot}
        for value in values:
            if value != present:
                tried = shot.with_(look=shot.look.set(**{row.name: value}))
                tries[value] = self.coloured(tried, own) if own else tried
        bare, most = row.choices[0] == "none", max(values.values(), default=1.0)
        losses = {
            value: self.loss(tried, side)
            * (_WORN if bare and value != "none" else 1.0)
            * (1 - _UNLIKELY * np.log(max(values.get(value, most) / most, 1e-3)))
            for value, tried in tries.items()
        }
        ranked = sorted(tries, key=lambda value: losses[value])
        return tries[ranked[0]], tuple(ranked)

    def _own_colours(self, row: Attribute) -> frozenset[str]:
        """Colours that no other part uses."""
        uses: dict[str, set[str]] = {}
        for entry in self.manifest.parts:
            for cel in entry.part.cels:
                for name in (*cel.materials, *cel.ramp.values()):
                    for each in self.behind[name]:
                        uses.setdefault(each, set()).add(entry.part.name)
        return frozenset(name for name, parts in uses.items() if parts <= set(row.parts))
