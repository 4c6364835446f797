"""Shot: the one value for one picture: who she is, what her face does, where her head is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

import msgspec

from vtuber_studio.core.attribute import Value
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look, value_hash
from vtuber_studio.core.plain import Plain, described
from vtuber_studio.core.pose import NEUTRAL, Pose, require_pose

Quality = Literal["file", "preview"]  # averaged from twice the pixels where that shows; drawn as fast as can be
QUALITIES = get_args(Quality)


class Shot(Plain, frozen=True, omit_defaults=True):
    """Everything but the size that decides one picture. Equal and hashable by value.

    A sprite sheet, an animation and the live output are sequences of these.
    """

    look: Look = Look()
    expression: dict[str, Value] = {}  # only what differs from the face at rest
    pose: Pose = NEUTRAL

    def with_(self, **changes: Any) -> Shot:
        """A copy with some fields replaced."""
        return msgspec.structs.replace(self, **changes)

    def __hash__(self) -> int:
        return value_hash(self)


def shot_of(
    look: Look | Shot,
    expression: Mapping[str, Any] | None = None,
    pose: Pose | Mapping[str, Any] | None = None,
) -> Shot:
    """A shot of a look, her face at rest and her head upright unless said. A Shot is one already.

    StudioError for a Shot together with another expression or pose, and for what is neither shot nor look nor pose.
    """
    if not isinstance(look, Look | Shot):
        raise StudioError(
            f"A look or a shot is wanted, not {described(look)}.",
            "Make one with random_look(generator, seed), or with Look().",
        )
    if isinstance(look, Look):
        face = dict(expression) if isinstance(expression, Mapping) else expression
        return Shot(look, {} if face is None else face, NEUTRAL if pose is None else require_pose(pose))
    if expression is not None or pose is not None:
        raise StudioError("A shot has an expression and a pose already.", "Change them with shot.with_().")
    return look
