"""Where the head is (warped, not painted), and presets of what the face does (painted)."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from vtuber_studio.core.attribute import Attribute, Value, check_all
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.plain import Plain, described


class Pose(Plain, frozen=True, omit_defaults=True):
    """Head angles in degrees, sway in canvas units, breath 0..1."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    sway: float = 0.0
    breath: float = 0.0


NEUTRAL = Pose()


class Face(Plain, frozen=True, omit_defaults=True):
    """What she does now: nothing of who she is, and in no file of hers."""

    expression: dict[str, Value] = {}  # only what differs from the face at rest
    pose: Pose = NEUTRAL


POSE_ROWS: tuple[Attribute, ...] = (
    Attribute("yaw", "Turn", "Pose", low=-15, high=15, tip="Turn the head to her left or right, in degrees."),
    Attribute("pitch", "Nod", "Pose", low=-15, high=15, tip="Look up or down, in degrees."),
    Attribute("roll", "Tilt", "Pose", low=-15, high=15, tip="Tilt the head to a shoulder, in degrees."),
    Attribute("sway", "Sway", "Pose", low=-12, high=12, tip="Lean the upper body sideways, in canvas units."),
    Attribute("breath", "Breath", "Pose", low=0, high=1, tip="How far the chest is raised."),
)


def require_pose(pose: Pose | Mapping[str, object]) -> Pose:
    """The pose, or angles by name, checked; StudioError for an unknown angle or one out of range."""
    if isinstance(pose, Mapping):
        return Pose(**check_all(POSE_ROWS, pose, "pose"))  # type: ignore[arg-type]
    if not isinstance(pose, Pose):
        raise StudioError(f"A pose is wanted, not {described(pose)}.", "Give Pose(yaw=8), or {'yaw': 8}.")
    if pose == NEUTRAL:
        return NEUTRAL
    return Pose(**check_all(POSE_ROWS, msgspec.structs.asdict(pose), "pose"))  # type: ignore[arg-type]


# name -> expression values; what is not named stays at its default
PRESETS: dict[str, dict[str, Value]] = {
    "neutral": {},
    "smile": {
        "mouth_form": 1.0,
        "mouth_open": 0.25,
        "eye_open_left": 0.75,
        "eye_open_right": 0.75,
        "eye_smile": 0.55,
        "brow_raise": 0.2,
        "blush": 0.3,
    },
    "angry": {
        "mouth_form": -0.7,
        "mouth_open": 0.2,
        "brow_tilt": -1.0,
        "brow_raise": -0.6,
        "eye_open_left": 0.8,
        "eye_open_right": 0.8,
    },
    "sad": {
        "mouth_form": -0.9,
        "brow_tilt": 1.0,
        "brow_raise": 0.2,
        "eye_open_left": 0.7,
        "eye_open_right": 0.7,
        "gaze_y": -0.4,
    },
    "surprised": {"mouth_open": 0.6, "vowel_o": 0.7, "brow_raise": 1.0},
    "wink": {"eye_open_left": 0.0, "eye_smile": 0.85, "mouth_form": 0.9, "mouth_open": 0.2, "blush": 0.3},
    "A": {"vowel_a": 1.0},
    "I": {"vowel_i": 1.0},
    "U": {"vowel_u": 1.0},
    "E": {"vowel_e": 1.0},
    "O": {"vowel_o": 1.0},
}
