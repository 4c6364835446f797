"""Moods and poses by name, for sets of pictures: what a visual novel or a chat asks of a face.

Values that a generator does not know are left out when it draws.
"""

from __future__ import annotations

from collections.abc import Mapping

from vtuber_studio.core.attribute import Value
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.pose import NEUTRAL, PRESETS, Pose

# the ten of a visual novel's sprite set
EMOTIONS: dict[str, dict[str, Value]] = {
    "neutral": {},
    "happy": {"mouth_form": 0.9, "eye_smile": 0.25, "brow_raise": 0.25, "blush": 0.35},
    "laughing": {
        "mouth_form": 1.0,
        "mouth_open": 0.75,
        "eye_open_left": 0.0,
        "eye_open_right": 0.0,
        "eye_smile": 1.0,
        "brow_raise": 0.5,
        "blush": 0.45,
    },
    "sad": {**PRESETS["sad"], "eye_open_left": 0.6, "eye_open_right": 0.6, "gaze_y": -0.6},
    "angry": {**PRESETS["angry"], "mouth_open": 0.5, "eye_open_left": 0.7, "eye_open_right": 0.7},
    "surprised": {**PRESETS["surprised"], "eye_open_left": 1.0, "eye_open_right": 1.0},
    "embarrassed": {
        "mouth_form": -0.3,
        "mouth_open": 0.15,
        "brow_tilt": 0.8,
        "brow_raise": 0.3,
        "gaze_x": -0.7,
        "gaze_y": -0.3,
        "blush": 1.0,
    },
    "worried": {
        "mouth_form": -1.0,
        "mouth_open": 0.3,
        "brow_tilt": 1.0,
        "brow_raise": 0.6,
        "gaze_x": 0.4,
        "blush": 0.0,
    },
    "smug": {
        "mouth_form": 0.8,
        "eye_open_left": 0.55,
        "eye_open_right": 0.55,
        "eye_smile": 0.2,
        "brow_tilt": -0.4,
        "brow_raise": 0.35,
        "gaze_x": 0.45,
    },
    "sleepy": {
        "mouth_open": 0.12,
        "mouth_form": -0.3,
        "eye_open_left": 0.28,
        "eye_open_right": 0.28,
        "brow_raise": -0.2,
        "brow_tilt": 0.3,
    },
}
FACES: dict[str, dict[str, Value]] = {**PRESETS, **EMOTIONS}
POSES: dict[str, Pose] = {
    "front": NEUTRAL,
    "left": Pose(yaw=-10),
    "right": Pose(yaw=10),
    "up": Pose(pitch=9),
    "down": Pose(pitch=-9),
    "tilt_left": Pose(roll=-8),
    "tilt_right": Pose(roll=8),
}


def named(names: str, table: Mapping[str, object], what: str) -> list[str]:
    """The names of a comma separated list, each once; StudioError for one that is not in ``table``."""
    found = list(dict.fromkeys(filter(None, (name.strip() for name in names.split(",")))))
    for name in found:
        if name not in table:
            raise StudioError(f"There is no {what} called {name!r}.", f"Choose from: {', '.join(table)}.")
    return found
