"""What can be taken of a kept look: a menu whose entries are tried on the canvas while they are pointed at."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look
from vtuber_studio.core.mixing import take
from vtuber_studio.core.outfit import wear, worn_rows
from vtuber_studio.core.project import NamedLook
from vtuber_studio.ui.panels.mixing import MixingPanel
from vtuber_studio.ui.widgets.words import literal


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("mix_menu", text)


def mix_menu(mixing: MixingPanel, kept: NamedLook, parent: QWidget, whole: bool = False) -> QMenu:
    """Shapes, colours or half of all ticked parts, the outfit, or one part alone; with ``whole`` all that she is, too.
    A click is one step of undo, and makes ``kept`` the panel's second look; what was only pointed at leaves no trace.
    """
    session, manifest, ticked = mixing.stage.session, mixing.stage.manifest, mixing.ticked
    before, looks, label = session.look, dict[QAction, Look](), tr("Mix in {}").format(kept.name)
    menu = QMenu(tr("Mix in"), parent)
    assert manifest is not None

    def attempt(look: Look) -> None:
        if not session.in_gesture:
            session.begin(label)
        try:
            session.edit(look, label)
        except StudioError as error:
            mixing.stage.fail(error.message, error.hint)

    def choose(look: Look) -> None:
        session.abort()
        attempt(look)
        session.commit()
        mixing.set_source(kept.look)

    def offer(where: QMenu, text: str, look: Look) -> None:
        action = where.addAction(text)
        action.triggered.connect(lambda: choose(look))
        looks[action] = look

    def mixed(parts: Collection[str], shape: float, colour: float) -> Look:
        look = take(before, kept.look, parts, "shape", shape) if shape else before
        return take(look, kept.look, parts, "colour", colour) if colour else look

    some = len(ticked) < len(manifest.parts)
    of = tr("{} of the ticked parts") if some else "{}"
    offer(menu, of.format(tr("Shapes")), mixed(ticked, 1.0, 0.0))
    offer(menu, of.format(tr("Colours")), mixed(ticked, 0.0, 1.0))
    offer(menu, of.format(tr("Half")) if some else tr("Half of everything"), mixed(ticked, 0.5, 0.5))
    if worn_rows(manifest.attributes):
        parts = [entry.part for entry in manifest.parts]
        dressed = wear(before, kept.look, manifest.attributes, manifest.materials, parts)
        offer(menu, tr("What she wears"), dressed)
    menu.addSeparator()
    one = menu.addMenu(tr("Only one part"))
    for entry in manifest.parts:
        offer(one, literal(entry.part.label), mixed([entry.part.name], 1.0, 1.0))
    if whole:
        menu.addSeparator()
        offer(menu, tr("All that she is"), kept.look)
    menu.hovered.connect(lambda action: attempt(looks.get(action, before)))  # submenus tell it, too
    menu.aboutToHide.connect(session.abort)
    return menu
