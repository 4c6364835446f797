"""Where a drawn face is: the points of a generator's reader, believed where it finds them again in the mirror."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from vtuber_studio.core.errors import StudioError
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.manifest import manifest_of
from vtuber_studio.engine.reading import face_points, reader_of
from vtuber_studio.intake.faces import Landmarks, Point

Finder = Callable[[np.ndarray], Landmarks | None]  # of a drawing's eyes and chin

# Distances between the eyes by which a point may be elsewhere in the mirror: faces by four hands 0.01 to 0.06,
# thirteen pictures without one 0.47 and more, a photographed face 0.21.
_AGREED = 0.13
_GROUND = 24  # of 255: what differs more from the picture's rim is no ground
_AROUND = 0.2  # of the figure's longer side that is left around it


def finder_of(generator: Generator) -> Finder | None:
    """Finds the face of a drawing as the generator's reader sees it; None when it has none that can be asked."""
    try:
        reader_of(manifest_of(generator))
    except StudioError:
        return None

    def found(picture: np.ndarray) -> Landmarks | None:
        marks = _found(generator, picture)
        if marks is None and (window := _figure(picture)) is not None:  # small in a large picture
            left, top, right, bottom = window
            marks = _found(generator, np.ascontiguousarray(picture[top:bottom, left:right]), (left, top))
        return marks

    return found


def _found(generator: Generator, picture: np.ndarray, corner: tuple[int, int] = (0, 0)) -> Landmarks | None:
    here = face_points(generator, picture)
    mirrored = face_points(generator, np.ascontiguousarray(picture[:, ::-1]))
    there = {name: (picture.shape[1] - x, y) for name, (x, y) in mirrored.items()}
    there["eye_left"], there["eye_right"] = there["eye_right"], there["eye_left"]

    def at(name: str) -> Point:
        (a, b), (c, d) = here[name], there[name]
        return (a + c) / 2 + corner[0], (b + d) / 2 + corner[1]

    marks = Landmarks(at("eye_right"), at("eye_left"), at("chin"))
    off = max(float(np.hypot(*np.subtract(here[name], there[name]))) for name in here)
    return marks if off < _AGREED * marks.apart else None


def _figure(picture: np.ndarray) -> tuple[int, int, int, int] | None:
    """(left, top, right, bottom) around what is no ground of one colour; None where that is nearly everything."""
    flat = picture.astype(np.int16)
    flat[..., :3][picture[..., 3] == 0] = 0
    rim = np.concatenate([flat[0], flat[:, 0], flat[:, -1]])
    apart = np.abs(flat - np.median(rim, axis=0)).max(2) > _GROUND
    shown = cv2.morphologyEx(apart.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3)))
    rows, columns = np.flatnonzero(shown.any(1)), np.flatnonzero(shown.any(0))
    if not len(rows):
        return None
    room = round(_AROUND * max(int(np.ptp(rows)), int(np.ptp(columns))))
    left, top = max(int(columns[0]) - room, 0), max(int(rows[0]) - room, 0)
    right, bottom = min(int(columns[-1]) + room, picture.shape[1]), min(int(rows[-1]) + room, picture.shape[0])
    large = (right - left) * (bottom - top) > 0.8 * picture.shape[0] * picture.shape[1]
    return None if large or min(right - left, bottom - top) < 32 else (left, top, right, bottom)
