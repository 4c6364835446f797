"""Whose is it? What a control says when what it shows is mixed in from another look, or a region's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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
    near = [each for each in favourites if (each.look.seed, each.look.z) == (look.seed, look.z)]
    same = [each.name for each in near if (each.look.with_(mixes=()) if each.look.mixes else each.look) == look]
    names = same or [each.name for each in near if look.seed]
    return next(iter(names), tr("seed {}").format(look.seed) if look.seed else tr("the default look"))


def shares(stage: Stage, kind: Kind) -> dict[str, str]:
    """For each part that has its shape or its colour from another look a sentence that says whose."""
    manifest, session, names = stage.manifest, stage.session, dict[int, str]()
    sentences = {}
    for part in (entry.part for entry in manifest.parts) if manifest and session.look.mixes else ():
        mix = taken(session.look, part.name, kind)
        if mix is not None:
            if id(mix.look) not in names:
                names[id(mix.look)] = called(mix.look, session.favourites)
            share = round(100 * getattr(mix, kind))
            sentences[part.name] = tr("{}: {} % mixed in from {}.").format(part.label, share, names[id(mix.look)])
    return sentences


def of_parts(sentences: Mapping[str, str], parts: Iterable[str]) -> str:
    """Those of some parts, a line each."""
    return "\n".join(sentences[part] for part in parts if part in sentences)


def region_own(stage: Stage, name: str) -> str:
    """A sentence when the entered region has a value or a colour of its own by that name; else empty."""
    region = stage.region
    own = region is not None and (name in region.attributes or name in region.palette)
    return tr("Only inside {}.").format(region.name) if own and region is not None else ""


def outside(stage: Stage, parts: Iterable[str]) -> str:
    """A sentence when none of ``parts`` is different in the entered region, so that nothing of it can be seen."""
    region = stage.region
    if region is None or not set(region.parts).isdisjoint(parts):
        return ""
    return tr("It moves nothing inside {}.").format(region.name)
