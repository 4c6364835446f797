"""Ready-made masks, as a table: what they are called, which parts they suit, how they are made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QCoreApplication

from vtuber_studio.engine import selection
from vtuber_studio.engine.manifest import Manifest
from vtuber_studio.engine.picking import PickMap
from vtuber_studio.engine.selection import box_of

HAIR = "hair"  # what parts of it are called, to begin with


class Ready(NamedTuple):
    """One kind of mask: its place in the menu, the name of a region that it makes, and the making."""

    menu: str
    called: str
    make: Callable[[PickMap, Sequence[str]], np.ndarray]
    hair: bool = False  # for hair alone


TABLE = (
    Ready("Her left half of", "{}, her left", lambda _where, _parts: selection.half(her_left=True)),
    Ready("Her right half of", "{}, her right", lambda _where, _parts: selection.half(her_left=False)),
    Ready("The ends of", "{} ends", lambda where, parts: selection.ends(box_of(where, parts)), hair=True),
    Ready("A streak in", "Streak in {}", lambda where, parts: selection.streak(box_of(where, parts)), hair=True),
    Ready("All of", "{}", lambda _where, _parts: selection.inverted(selection.blank())),
)


def tr(text: str) -> str:
    """Translate a text of this table."""
    return QCoreApplication.translate("ready_masks", text)


def targets(manifest: Manifest, ready: Ready) -> list[tuple[str, tuple[str, ...]]]:
    """What a kind of mask can be made of: words, and the parts that they mean. All hair comes first."""
    parts = [entry.part for entry in manifest.parts]
    hair = [part for part in parts if part.name.startswith(HAIR)]
    found: list[tuple[str, tuple[str, ...]]] = [(part.label, (part.name,)) for part in (hair if ready.hair else parts)]
    return [(tr("Hair"), tuple(part.name for part in hair)), *found] if len(hair) > 1 else found
