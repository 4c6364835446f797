"""What can be taken of a kept look: a menu whose entries are tried on the canvas while they are pointed at."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Look
from vtuber_studio.core.mixing import take
from vtuber_studio.core.project import NamedLook
from vtuber_studio.ui.panels.mixing import MixingPanel
from vtuber_studio.ui.widgets.words import literal


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("mix_menu", text)


def mix_menu(mixing: MixingPanel, kept: NamedLook, parent: QWidget) -> QMenu:
    """Shapes, colours or half of all ticked parts, or one part whole. A click is one step of undo, and makes ``kept``
    the panel's second look; what was only pointed at leaves no trace."""
    session, manifest, ticked = mixing.stage.session, mixing.stage.manifest, mixing.ticked
    before, label = session.look, tr("Mix in {}").format(kept.name)
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

    def offer(where: QMenu, text: str, parts: Collection[str], shape: float, colour: float) -> None:
        look = before
        if shape:
            look = take(look, kept.look, parts, "shape", shape)
        if colour:
            look = take(look, kept.look, parts, "colour", colour)
        action = QAction(text, where)
        action.hovered.connect(partial(attempt, look))
        action.triggered.connect(lambda: choose(look))
        where.addAction(action)

    some = len(ticked) < len(manifest.parts)
    of = tr("{} of the ticked parts") if some else "{}"
    offer(menu, of.format(tr("Shapes")), ticked, 1.0, 0.0)
    offer(menu, of.format(tr("Colours")), ticked, 0.0, 1.0)
    offer(menu, of.format(tr("Half")) if some else tr("Half of everything"), ticked, 0.5, 0.5)
    menu.addSeparator()
    one = menu.addMenu(tr("Only one part"))
    one.menuAction().hovered.connect(partial(attempt, before))
    for entry in manifest.parts:
        offer(one, literal(entry.part.label), [entry.part.name], 1.0, 1.0)
    menu.aboutToHide.connect(session.abort)
    return menu
