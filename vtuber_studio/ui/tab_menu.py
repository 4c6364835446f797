"""What can be done with all that stands on one tab: put it back, lock it, take nothing. Each is one step of undo."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QCoreApplication, QPoint
from PySide6.QtWidgets import QMenu, QWidget

from vtuber_studio.core.direction import forget, take_out
from vtuber_studio.core.look import Look
from vtuber_studio.core.mixing import take
from vtuber_studio.core.pose import NEUTRAL
from vtuber_studio.engine.manifest import Manifest
from vtuber_studio.ui.stage import Stage

Rows = list[tuple[str, Callable[[], object]]]


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("tab_menu", text)


def tab_menu(stage: Stage, needs: str, parent: QWidget, place: QPoint) -> QMenu:
    """Show the menu of the page that a generator needs ``needs`` for ("" is the face's) at a point of the screen."""
    menu = QMenu(parent)
    menu.aboutToHide.connect(menu.deleteLater)
    for text, act in rows(stage, stage.manifest, needs) if stage.manifest else []:
        menu.addAction(text).triggered.connect(lambda _checked=False, act=act: act())
    if not menu.isEmpty():
        menu.popup(place)
    return menu


def rows(stage: Stage, manifest: Manifest, needs: str) -> Rows:
    """Each entry and what it does."""
    session, rest = stage.session, stage.rest
    tables = [entry.part for entry in manifest.parts]
    parts = [part.name for part in tables]

    def edit(text: str, change: Callable[[Look], Look]) -> tuple[str, Callable[[], object]]:
        return text, lambda: session.edit(change(session.look), text)

    def locks(names: Iterable[str]) -> Rows:
        own = frozenset(names)
        return [
            (tr("Lock all"), lambda: session.set_locks(session.locks | own)),
            (tr("Unlock all"), lambda: session.set_locks(session.locks - own)),
        ]

    def shapes(look: Look) -> Look:
        if stage.region is not None:
            return look.with_(attributes=rest.attributes, mixes=rest.mixes, z=rest.z)
        return take(forget(look, rest.attributes).with_(attributes=rest.attributes), None, parts, "shape", 0.0)

    def colours(look: Look) -> Look:
        if stage.region is not None:
            return look.with_(palette=rest.palette)
        return take(forget(look, rest.palette).with_(palette=rest.palette), None, parts, "colour", 0.0)

    def directions(look: Look) -> Look:
        for name in look.taught:
            look = take_out(look, name, manifest.attributes, manifest.materials, tables)
        return look.through(lambda one: one.with_(directions={}))

    face = tr("Face at rest")
    table: dict[str, Rows] = {
        "attributes": [edit(tr("Back to the default shape"), shapes), *locks(row.name for row in manifest.attributes)],
        "palette": [edit(tr("Back to the default colours"), colours), *locks(row.name for row in manifest.materials)],
        "": [(face, lambda: stage.make_face({}, NEUTRAL, face))],
        "mixing": [edit(tr("Take nothing from others"), lambda look: look.with_(mixes=()))],
        "directions": [edit(tr("All directions to zero"), directions)],
    }
    return table.get(needs, [])
