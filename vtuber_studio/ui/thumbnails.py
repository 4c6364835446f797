"""Small pictures of looks, rendered on the renderer's batch lane and kept by value."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtGui import QImage, QPixmap

from vtuber_studio.core.look import Look
from vtuber_studio.engine.render import render
from vtuber_studio.ui.stage import Stage

KEPT = 256


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
        self._kept: OrderedDict[str, QPixmap] = OrderedDict()
        self._waiting: dict[str, list[Callable[[QPixmap], None]]] = {}

    def show(self, look: Look, place: Callable[[QPixmap], None]) -> None:
        """Give ``place`` the look's picture as soon as it exists."""
        key = look.digest
        if key in self._kept:
            self._kept.move_to_end(key)
            place(self._kept[key])
        elif key in self._waiting:
            self._waiting[key].append(place)
        else:
            self._waiting[key] = [place]
            size = self.size
            self.stage.bridge.call(
                lambda generator: render(generator, look, size=size), lambda image: self._arrived(key, image)
            )

    def _arrived(self, key: str, image: np.ndarray) -> None:
        self._kept[key] = QPixmap.fromImage(to_qimage(image))
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        for place in self._waiting.pop(key, []):
            place(self._kept[key])
