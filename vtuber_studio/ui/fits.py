"""The looks that came nearest to the pictures of the run that goes on, each beside its picture: what there is to see
before anything is learned. Drawn behind the previews."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from vtuber_studio.core.files import read_file
from vtuber_studio.core.image import decode_png
from vtuber_studio.core.runs import newest_fits
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.render import render
from vtuber_studio.ui.bridge import to_qimage
from vtuber_studio.ui.job import Job, once
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.trainer import Trainer

_ROWS = 2  # pictures, the newest first
_SIDE = 256  # pixels of each
_PAPER = 235  # grey behind them, as on a run's own sheets
_PNG = 50_000_000  # bytes

Found = list[tuple[np.ndarray, Shot]]


class Fits(QObject):
    """``came(folder, QImage)``: rows of a picture and its nearest look; no more once the run has sheets of its own."""

    came = Signal(object, object)

    def __init__(self, stage: Stage, trainer: Trainer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stage, self.trainer = stage, trainer
        self._known: tuple[Path | None, int] = None, 0  # of which run, how many
        trainer.heard.connect(self._look)

    def _look(self) -> None:
        folder, story = self.trainer.present, self.trainer.story
        if folder is None or story.sheet or not story.used or (folder, story.used) == self._known:
            return
        self._known = folder, story.used
        job = Job(once(partial(found_in, folder)))
        job.finished.connect(partial(self._draw, folder))
        job.failed.connect(_unseen)
        job.start()

    def _draw(self, folder: Path, found: Found) -> None:
        if found and folder == self.trainer.present:
            self.stage.bridge.call(partial(beside, found), partial(self._drawn, folder), _unseen)

    def _drawn(self, folder: Path, sheet: np.ndarray) -> None:
        self.came.emit(folder, to_qimage(sheet))


def found_in(folder: Path) -> Found:
    """The newest fits of a run, with their prepared pictures [H, W, 4]."""
    return [(decode_png(read_file(picture, _PNG)), shot) for picture, shot in newest_fits(folder, _ROWS)]


def beside(found: Found, generator: Generator) -> np.ndarray:
    """Image of a row for each: the picture, and its look as the generator draws it."""
    rows = [
        np.concatenate([_small(picture), _small(render(generator, shot, size=_SIDE, quality="preview"))], 1)
        for picture, shot in found
    ]
    return np.ascontiguousarray(np.concatenate(rows, 0))


def _small(image: np.ndarray) -> np.ndarray:
    """On paper, at most twice _SIDE made _SIDE."""
    step = max(1, image.shape[0] // _SIDE)
    side = _SIDE * step
    mean = image[:side, :side].astype(np.float32).reshape(_SIDE, step, _SIDE, step, 4)
    alpha = mean[..., 3:] / 255
    rgb = (mean[..., :3] * alpha + _PAPER * (1 - alpha)).mean((1, 3))
    return np.dstack([rgb.round().astype(np.uint8), np.full((_SIDE, _SIDE), 255, np.uint8)])


def _unseen(_message: str, _hint: str) -> None:
    """Nothing depends on it: another generator may draw by now, that knows no such look."""
