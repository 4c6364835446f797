"""Opens the grid of a choice's pictures: each shows this persona with it, cut to the parts that it changes.

Pointing at one is a gesture on the session: the canvas shows it, a click commits it as one step, anything else aborts.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from PySide6.QtGui import QPixmap

from vtuber_studio.core.attribute import Attribute
from vtuber_studio.core.mixing import seen_value
from vtuber_studio.engine.manifest import Manifest
from vtuber_studio.engine.paint import Window
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.thumbnails import Thumbnails
from vtuber_studio.ui.widgets.choice_grid import ICON, ChoiceBox, ChoiceGrid

_MARGIN = 10  # canvas units around the parts
_LEAST = 96  # canvas units a side: less says nothing about where it is
_ONE_OF_TWO = {  # choice -> the part of which one side says it all, twice as large
    "eye_shape": "eyes", "pupil": "eyes", "brow_shape": "brows", "earrings": "earrings", "ear_shape": "earrings",
}  # fmt: skip


def view_of(manifest: Manifest, attribute: Attribute) -> Window:
    """Square of the canvas (x0, y0, x1, y1) in its units that holds every part of ``attribute``, or, of a pair, the
    one on her left."""
    pair = _ONE_OF_TWO.get(attribute.name)
    if pair not in attribute.parts or pair not in [entry.part.name for entry in manifest.parts]:
        pair = None
    return _around(manifest, (pair,) if pair else attribute.parts, bool(pair))


def view_of_part(manifest: Manifest, part: str) -> Window:
    """The same of one part."""
    return _around(manifest, (part,), part in _ONE_OF_TWO.values())


def _around(manifest: Manifest, parts: Collection[str], pair: bool) -> Window:
    boxes = [entry.part.box for entry in manifest.parts if entry.part.name in parts]
    if pair:
        boxes = [((x0 + x1) // 2, y0, x1, y1) for x0, y0, x1, y1 in boxes]
    if not boxes:
        return 0, 0, manifest.canvas, manifest.canvas
    x0, y0, x1, y1 = (pick(box[k] for box in boxes) for k, pick in enumerate((min, min, max, max)))
    side = min(manifest.canvas, max(_LEAST, x1 - x0 + 2 * _MARGIN, y1 - y0 + 2 * _MARGIN))
    left, top = (
        min(max(0, (low + high - side) // 2), manifest.canvas - side) for low, high in ((x0, x1), (y0, y1))
    )
    return left, top, left + side, top + side


def open_grid(stage: Stage, thumbnails: Thumbnails, attribute: Attribute, box: ChoiceBox) -> ChoiceGrid:
    """Show the grid of ``attribute`` at its ``box``; it lives until it is closed."""
    assert stage.manifest is not None
    session, view = stage.session, view_of(stage.manifest, attribute)
    before = session.look
    grid = ChoiceGrid(attribute.choices, str(seen_value(attribute, before)), box)

    def attempt(choice: str) -> None:
        session.edit(before.set(**{attribute.name: choice}) if choice else before, attribute.label)

    def take(choice: str) -> None:
        attempt(choice)
        session.commit()

    session.begin(attribute.label)
    grid.tried.connect(attempt)
    grid.taken.connect(take)
    grid.dismissed.connect(session.abort)
    grid.open_at(box)
    for choice in attribute.choices:
        look = before.set(**{attribute.name: choice})
        thumbnails.show(look, partial(place_picture, grid, choice), view, 2 * ICON)
    return grid


def place_picture(grid: ChoiceGrid, choice: str, picture: QPixmap) -> None:
    """Show the picture that has come, unless the grid was closed meanwhile."""
    try:
        grid.set_picture(choice, picture)
    except RuntimeError:
        pass  # closed meanwhile; the picture is kept for the next time
