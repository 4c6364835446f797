"""How regions come into being: by a ready-made mask, by what is seen of a material, by hand."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.look import Region
from vtuber_studio.core.mask import mask_of
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine import selection
from vtuber_studio.engine.manifest import can, materials_of
from vtuber_studio.engine.picking import Hit, PickMap
from vtuber_studio.ui.mask_tools import MaskTools
from vtuber_studio.ui.ready_masks import HAIR, TABLE, Ready, targets, tr
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.words import literal

Parts = tuple[str, ...]


class NewRegions(QObject):
    """Each is one step, on top of the stack, and entered. Masks that need to know what is where come a moment later."""

    made = Signal(object)  # Hit: what a new region is of

    def __init__(self, stage: Stage, tools: MaskTools, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stage, self.session, self.tools = stage, stage.session, tools
        tools.drawn.connect(self._drawn)

    def fill(self, menu: QMenu) -> None:
        """Every way to make one."""
        menu.clear()
        assert self.stage.manifest is not None
        for tool, words in (("brush", self.tr("Paint it")), ("lasso", self.tr("Draw around it"))):
            menu.addAction(words).triggered.connect(partial(self._draw, tool))
        menu.addSeparator()
        for ready in TABLE:
            sub = menu.addMenu(tr(ready.menu))
            for label, parts in targets(self.stage.manifest, ready):
                made = partial(self._masked, tr(ready.called).format(label), parts, ready.make)
                sub.addAction(literal(label)).triggered.connect(made)
            sub.menuAction().setVisible(not sub.isEmpty())

    def offer(self, menu: QMenu, hit: Hit) -> None:
        """The ways to make one of a part, or of a material of it, that is pointed at."""
        manifest, parts = self.stage.manifest, (hit.part,)
        if manifest is None or not can(manifest, "mixing"):
            return
        label = next(entry.part.label for entry in manifest.parts if entry.part.name == hit.part)
        sub = menu.addMenu(self.tr("A region of it"))
        for ready in TABLE:
            if hit.part.startswith(HAIR) or not ready.hair:
                action = sub.addAction(literal(tr(ready.called).format(label)))
                action.triggered.connect(partial(self.make, ready, hit.part))
        if hit.material:
            name = next(row.label for row in manifest.materials if row.name == hit.material)
            words = self.tr("Where its colour is: {}").format(name)

            def seen(where: PickMap, _parts: object) -> np.ndarray:
                return selection.seen(where, hit.part, hit.material)

            sub.addAction(literal(words)).triggered.connect(partial(self._masked, name, parts, seen))

    def make(self, ready: Ready, part: str) -> None:
        """A ready-made one of a single part."""
        assert self.stage.manifest is not None
        label = next(entry.part.label for entry in self.stage.manifest.parts if entry.part.name == part)
        self._masked(tr(ready.called).format(label), (part,), ready.make)

    def add(self, name: str, parts: Parts, mask: np.ndarray) -> None:
        """A region of some parts; a name that is taken gets a number."""
        look = self.session.project.look
        names = {region.name for region in look.regions}
        free = next(each for k in range(1, 1000) if (each := name if k == 1 else f"{name} {k}") not in names)
        region = Region(free, parts, mask_of(mask))
        try:
            self.session.edit_whole(look.with_(regions=(*look.regions, region)), self.tr("New region"))
        except StudioError as error:
            self.stage.fail(error.message, error.hint)
            return
        self.session.enter(len(look.regions))
        if self.stage.manifest is not None:
            self.made.emit(Hit(parts[-1], next(iter(materials_of(self.stage.manifest, parts[-1])), "")))
        self.stage.say(self.tr("Now change a colour or a slider: it changes inside this region alone."))

    def _masked(self, name: str, parts: Parts, make: Callable[[PickMap, Parts], np.ndarray]) -> None:
        self._when_known(lambda where: self.add(name, parts, make(where, parts)))

    def _draw(self, tool: str) -> None:
        self.session.enter(None)
        if self.tools.tool != tool:
            self.tools.use(tool)

    def _drawn(self, mask: np.ndarray) -> None:
        """A mask was drawn: of the parts that lie under it."""

        def known(where: PickMap) -> None:
            manifest, parts = self.stage.manifest, selection.parts_under(where, mask)
            labels = [entry.part.label for entry in manifest.parts if entry.part.name in parts] if manifest else []
            if parts:
                self.add(labels[0] if len(labels) == 1 else self.tr("Region"), parts, mask)
            else:
                self.stage.say(self.tr("Nothing of her lies there."))

        self._when_known(known)

    def _when_known(self, then: Callable[[PickMap], None]) -> None:
        """As soon as it is known what is where in her, upright and at rest."""
        self.stage.bridge.pick_map(Shot(self.session.project.look), then, self.stage.fail)
