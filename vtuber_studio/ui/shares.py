"""Whose is it? What a control says when what it shows is mixed in from another look, or a region's own."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication

from vtuber_studio.core.look import Look
from vtuber_studio.core.mixing import Kind, taken
from vtuber_studio.core.project import NamedLook
from vtuber_studio.ui.stage import Stage


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("shares", text)


def called(look: Look, favourites: Iterable[NamedLook]) -> str:
    """What a look is known by: the favourite that it is, or came from before it was edited; else its seed."""
    kept = list(favourites)
    same = [each.name for each in kept if each.look.with_(mixes=()) == look]
    near = [each.name for each in kept if (each.look.seed, each.look.z) == (look.seed, look.z) and look.seed]
    return next(iter(same + near), tr("seed {}").format(look.seed) if look.seed else tr("the default look"))


def shares(stage: Stage, kind: Kind, parts: Iterable[str]) -> str:
    """A sentence for each of ``parts`` that has its shape or its colour from another look; empty when none has."""
    manifest, session = stage.manifest, stage.session
    labels = {entry.part.name: entry.part.label for entry in manifest.parts} if manifest else {}
    sentences = []
    for part in parts:
        mix = taken(session.look, part, kind)
        if mix is not None:
            share, name = round(100 * getattr(mix, kind)), called(mix.look, session.favourites)
            sentences.append(tr("{}: {} % mixed in from {}.").format(labels.get(part, part), share, name))
    return "\n".join(sentences)


def region_own(stage: Stage, name: str) -> str:
    """A sentence when the entered region has a value or a colour of its own by that name; else empty."""
    region = stage.region
    own = region is not None and (name in region.attributes or name in region.palette)
    return tr("Only inside {}.").format(region.name) if own and region is not None else ""
