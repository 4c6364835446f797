"""Small pictures of looks, rendered on the renderer's batch lane and kept by value."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtGui import QImage, QPixmap

from vtuber_studio.core.look import Look
from vtuber_studio.engine.paint import Window
from vtuber_studio.engine.painter import CANVAS
from vtuber_studio.engine.render import render
from vtuber_studio.ui.stage import Stage

KEPT = 256
Key = tuple[int, str, int, Window | None]  # which generator, a look's digest, pixels a side, what is seen of it


def to_qimage(image: np.ndarray) -> QImage:
    """QImage that owns its pixels, from uint8 [H, W, 4] straight RGBA."""
    height, width = image.shape[:2]
    return QImage(
        np.ascontiguousarray(image).data, width, height, 4 * width, QImage.Format.Format_RGBA8888
    ).copy()


class Thumbnails(QObject):
    """Asks for each picture once; ``show`` calls back now (kept) or when it is there."""

    def __init__(self, stage: Stage, size: int = 160, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stage = stage
        self.size = size
        self._kept: OrderedDict[Key, QPixmap] = OrderedDict()
        self._waiting: dict[Key, list[Callable[[QPixmap], None]]] = {}
        self._epoch = 0  # counts generators
        stage.loaded.connect(self._forget)  # before the panels, which are made later, ask for theirs

    def show(
        self, look: Look, place: Callable[[QPixmap], None], view: Window | None = None, pixels: int = 0
    ) -> None:
        """Give ``place`` the look's picture as soon as it exists.

        ``view``: only this square of the canvas (x0, y0, x1, y1 in its units), about ``pixels`` a side.
        """
        size, window = self.size, None
        if view is not None:
            size = min(2048, max(64, round(CANVAS * pixels / (view[2] - view[0]))))
            x0, y0, x1, y1 = (round(side * size / CANVAS) for side in view)
            window = (x0, y0, x1, y1)
        key = (self._epoch, look.digest, size, window)
        if key in self._kept:
            self._kept.move_to_end(key)
            place(self._kept[key])
        elif key in self._waiting:
            self._waiting[key].append(place)
        else:
            self._waiting[key] = [place]
            self.stage.bridge.call(
                lambda generator: render(generator, look, size=size, window=window, quality="preview"),
                lambda image: self._arrived(key, image),
                lambda message, hint: self._failed(key, message, hint),
            )

    def _forget(self) -> None:
        """Another generator draws the same looks otherwise; what waits is no longer waited for."""
        self._epoch += 1
        self._kept.clear()
        self._waiting.clear()

    def _failed(self, key: Key, message: str, hint: str) -> None:
        if self._waiting.pop(key, None):
            self.stage.fail(message, hint)

    def _arrived(self, key: Key, image: np.ndarray) -> None:
        self._kept[key] = QPixmap.fromImage(to_qimage(image))
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        for place in self._waiting.pop(key, []):
            place(self._kept[key])
