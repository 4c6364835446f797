"""What the reader is asked: rows, regions and points, in the order of its outputs. Imports no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vtuber_studio.artist import schema
from vtuber_studio.artist.parts import eyes, face, mouth
from vtuber_studio.core.attribute import Attribute, Values
from vtuber_studio.core.pose import POSE_ROWS

ANGLES: tuple[Attribute, ...] = POSE_ROWS[:3]  # yaw, pitch, roll; breath and sway move too little to be seen
ROWS: tuple[Attribute, ...] = (*schema.ATTRIBUTES, *schema.EXPRESSIONS, *ANGLES)

# region -> materials that look like it. A region named after a material that has a colour is where it is measured.
REGIONS: dict[str, tuple[str, ...]] = {
    "nothing": (),
    "skin.base": ("skin.base", "skin.light"),
    "skin.shade": ("skin.shade",),
    "hair.base": ("hair.base", "hair.light"),
    "hair.shade": ("hair.shade", "hair.deep"),
    "hair.tip": ("hair.tip", "hair.tip_light", "hair.tip_shade", "hair.tip_deep"),
    "beard.base": ("beard.base", "beard.shade"),
    "line": (
        "skin.line", "hair.line", "hair.tip_line", "cloth.line", "ear.line", "beard.line", "deco.line", "jewel.line",
        "mouth.line", "eye.lash",
    ),
    "eye.white": ("eye.white", "eye.white_shade", "eye.catch"),
    "eye.iris": ("eye.top", "eye.glow", "eye.spark", "eye.top_left", "eye.glow_left", "eye.spark_left"),
    "eye.pupil": ("eye.rim", "eye.pupil", "eye.rim_left", "eye.pupil_left"),
    "eye.brow": ("eye.brow",),
    "mouth.lip": ("mouth.lip",),
    "mouth.inside": ("mouth.inside", "mouth.tongue", "mouth.teeth"),
    "cloth.base": ("cloth.base",),
    "cloth.shade": ("cloth.shade",),
    "trim.base": ("trim.base", "trim.shade"),
    "accent.base": ("accent.base", "accent.shade"),
    "ear.base": ("ear.base", "ear.light", "ear.shade"),
    "ear.inner": ("ear.inner", "ear.inner_shade"),
    "frame.base": ("frame.base", "frame.dark"),
    "jewel.base": ("jewel.base", "jewel.light", "jewel.shade", "jewel.accent"),
    "deco.base": ("deco.base", "deco.light", "deco.shade"),
    "deco.accent": ("deco.accent", "deco.accent_shade"),
    "face.mark": ("face.mark",),
}  # fmt: skip
REGION_OF = {material: index for index, own in enumerate(REGIONS.values()) for material in own}
LINE = list(REGIONS).index("line")

# point -> the cel that it moves with; her right eye is on the left of the picture
POINTS: dict[str, str] = {"eye_right": "sclera", "eye_left": "sclera", "mouth": "lips", "chin": "face"}

# what changes in a mirror: rows that turn round, rows and points that change places
TURNED = ("gaze_x", "parting", "headwear_tilt", "yaw", "roll")
SWAPPED = (("eye_open_left", "eye_open_right"),)
POINTS_MIRRORED = (1, 0, 2, 3)


@dataclass(frozen=True)
class Detail:
    """What a network of its own reads from near: around which points, the second seen in the mirror, and which rows;
    of ``swapped`` rows the first is that of the side that it is shown."""

    at: tuple[str, ...]
    rows: tuple[Attribute, ...]
    turned: tuple[str, ...] = ()
    swapped: tuple[str, ...] = ()


_BOTH_EYES = ("eye_spacing", "eye_open_left")  # not seen in one eye, or the same as its other row
DETAILS: dict[str, Detail] = {
    "reader_eye": Detail(
        ("eye_right", "eye_left"),
        tuple(row for row in ROWS if set(row.parts) & {"eyes", "brows"} and row.name not in _BOTH_EYES),
        ("gaze_x",),
        ("eye_open_right", "eye_open_left"),
    ),
    "reader_mouth": Detail(("mouth",), tuple(row for row in ROWS if set(row.parts) & {"mouth", "nose"})),
}


def neutral_points(values: Values) -> np.ndarray:
    """[P, 2] canvas points of POINTS, the head upright."""
    own = {row.name: values.get(row.name, row.default) for row in ROWS}
    return np.array([eyes.middle(own, -1.0), eyes.middle(own, 1.0), mouth.middle(own), face.chin(own)])


def columns(rows: Sequence[Attribute] = ROWS) -> dict[str, slice]:
    """Row -> its place among the numbers of ``core.attribute.encode``."""
    ends = np.cumsum([row.size for row in rows])
    return {row.name: slice(int(end) - row.size, int(end)) for row, end in zip(rows, ends, strict=True)}
