"""What she is compared with: the look before the last step, the saved file, another look or a favourite; shown while a
key is held, or in a split view, left of a divider."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from vtuber_studio.core.project import NamedLook
from vtuber_studio.engine.figure import within
from vtuber_studio.engine.fitting import fit
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.render import render
from vtuber_studio.ui.bridge import to_qimage
from vtuber_studio.ui.canvas import Canvas
from vtuber_studio.ui.figure import Beside, Picture
from vtuber_studio.ui.preview import Asked, Preview, piece
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.divider import Divider
from vtuber_studio.ui.widgets.words import fitting, literal

SOON = 40  # milliseconds after the present picture has come
LISTED = 40  # favourites in the menu
Find = Callable[[], NamedLook | None]


class Comparing(QObject):
    """Asks for the other picture on the batch lane, once the present one is there; ``menu`` chooses whose it is."""

    switched = Signal(bool)  # the split view is open, or not

    def __init__(self, stage: Stage, canvas: Canvas, preview: Preview, window: QWidget) -> None:
        super().__init__(window)
        self.stage, self.canvas, self.preview = stage, canvas, preview
        self.divider = Divider(canvas)
        self.menu, self._group = QMenu(window), QActionGroup(self)
        self._chosen = ""  # the key of what is compared with; empty: the look before the last step
        self._document = -1  # that it belongs to
        self._wanted: list[Asked] = []
        self._drawn: dict[Asked, Picture] = {}
        self._soon = QTimer(self, interval=SOON, singleShot=True)
        self._soon.timeout.connect(self._ask)
        self.menu.aboutToShow.connect(self._fill)
        self.divider.moved.connect(lambda _at: self._show())
        self.divider.closed.connect(lambda: self.split(False))
        preview.shown.connect(lambda _frame: self._soon.start())
        canvas.zoomed.connect(self._soon.start)
        stage.changed.connect(self._on_change)
        stage.loaded.connect(self._on_loaded)
        self._fill()

    @property
    def on(self) -> bool:
        """True while the view is split."""
        return not self.divider.isHidden()

    @property
    def settled(self) -> bool:
        """True when the other side shows what it should."""
        return self.preview.settled and not self._soon.isActive() and all(each in self._drawn for each in self._wanted)

    def split(self, on: bool) -> None:
        """Show both sides, or only the present look."""
        if on == self.on:
            return
        had_keys = self.divider.hasFocus()
        self.divider.set_shown(on)
        self._forget()
        if on:
            self.divider.setFocus(Qt.FocusReason.OtherFocusReason)
        elif had_keys:
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        self.switched.emit(on)

    def choose(self, key: str, find: Find, by: Generator | None = None) -> None:
        """Compare with what ``find`` finds, None for the look before the last step, and show it; ``by``: drawn by
        another generator than the present one."""
        self._chosen, self._document = key, self.stage.session.document
        self.stage.other, self.stage.other_by = find, by
        self._wanted, self._drawn = [], {}
        self.split(True)
        self._on_change()

    def _on_change(self) -> None:
        if self._chosen and self.stage.session.document != self._document:
            self._reset()
        if self.on:
            other = self.stage.other()
            left = self.tr("Before the last step") if other is None else other.name
            self.divider.show_names(left, self.tr("Now"))
            self._soon.start()

    def _reset(self) -> None:
        self._chosen, self.stage.other, self.stage.other_by = "", lambda: None, None

    def _on_loaded(self) -> None:
        if self.stage.other_by is not None:  # what that one was compared with draws no more
            self._reset()
        self._forget()

    def _forget(self) -> None:
        self._wanted, self._drawn = [], {}
        self._show()
        self._on_change()

    # the other picture

    def _ask(self) -> None:
        if not self.on or self.stage.manifest is None:
            return
        if not self.preview.settled:
            self._soon.start()
            return
        shot, window = self.stage.shot_before, self.preview.window()
        self._wanted = [Asked(shot, self.preview.size()), *([Asked(shot, *window)] if window else [])]
        self._drawn = {asked: picture for asked, picture in self._drawn.items() if asked in self._wanted}
        for asked in self._wanted:
            if asked not in self._drawn:
                by = self.stage.other_by
                self.stage.bridge.call(partial(_drawn, asked, by), partial(self._arrived, asked, by))
        self._show()

    def _arrived(self, asked: Asked, by: Generator | None, image: np.ndarray) -> None:
        if asked in self._wanted and by is self.stage.other_by:
            self._drawn[asked] = piece(to_qimage(image), asked, self.stage.bridge.seen(image))
            self._show()

    def _show(self) -> None:
        pictures = [self._drawn[asked] for asked in self._wanted if asked in self._drawn]
        if not self.on:
            self.canvas.set_beside(None)
        elif pictures and self._wanted[0] in self._drawn:
            self.canvas.set_beside(Beside(pictures, self.divider.at))
        elif self.canvas.beside is not None:  # the last one, until the new one has come
            self.canvas.set_beside(self.canvas.beside._replace(at=self.divider.at))

    # the menu

    def _fill(self) -> None:
        session = self.stage.session
        self.menu.clear()
        self._offer("", self.tr("The look before the last step"), lambda: None)
        if self.stage.other_by is not None:
            self._offer(self._chosen, self.tr("The generator before tuning"), self.stage.other, self.stage.other_by)
        saved = session.origin[0]
        file = self._offer("saved", self.tr("The saved file"), self._saved)
        file.setEnabled(saved is not None and session.path is not None)
        for title, kept in (
            (self.tr("Looks"), [each for k, each in enumerate(session.project.looks) if k != session.project.active]),
            (self.tr("Favourites"), list(session.favourites[:LISTED])),
        ):
            if kept:
                self.menu.addSection(title)
            for index, each in enumerate(kept):
                self._offer(f"{title} {index} {each.name}", fitting(each.name), partial(_itself, each))

    def _offer(self, key: str, text: str, find: Find, by: Generator | None = None) -> QAction:
        action = self.menu.addAction(literal(text))
        action.setCheckable(True)
        action.setChecked(key == self._chosen)
        action.triggered.connect(lambda _checked=False: self.choose(key, find, by))
        self._group.addAction(action)
        return action

    def _saved(self) -> NamedLook | None:
        saved = self.stage.session.origin[0]
        return None if saved is None else NamedLook(self.tr("The saved file"), saved.look)


def _itself(kept: NamedLook) -> NamedLook:
    return kept


def _drawn(asked: Asked, by: Generator | None, generator: Generator) -> np.ndarray:
    shot = asked.shot
    if by is not None:  # what the other one knows of it
        shot = within(by.manifest, shot.with_(look=fit(shot.look, by.manifest).value))
    return render(by or generator, shot, size=asked.size, window=asked.window, quality="preview")
