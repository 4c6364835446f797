"""Start from this picture: it is read on the renderer's batch lane, and she becomes what comes near it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.picture import read_picture
from vtuber_studio.core.pose import Face
from vtuber_studio.engine.reading import Reading, read_look, reader_of, verdict
from vtuber_studio.ui.job import Job, once
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.error_bar import ErrorBar

_NAMED = 6  # parts that are named; the others are counted


class Starting(QObject):
    """One step of undo: look, colours, face and pose. What is locked stays."""

    def __init__(self, stage: Stage, bar: ErrorBar, parent: QObject) -> None:
        super().__init__(parent)
        self.stage, self.bar = stage, bar

    def from_file(self, path: Path) -> None:
        """Read a picture's file, decoded in a child process."""
        if self._can():
            job = Job(once(partial(read_picture, path)))
            job.finished.connect(lambda image: self._read(image, path.name))
            job.failed.connect(self.stage.fail)
            job.start()

    def from_image(self, image: QImage | None) -> None:
        """Read a picture that is here already: the reference."""
        if image is not None and self._can():
            self._read(pixels(image), self.tr("the reference"))

    def _can(self) -> bool:
        try:
            if self.stage.manifest is not None:
                reader_of(self.stage.manifest)
        except StudioError as error:
            self.stage.fail(error.message, error.hint)
            return False
        return self.stage.manifest is not None

    def _read(self, image: np.ndarray, name: str) -> None:
        self.stage.say(self.tr("Reading {} ...").format(name))
        took = partial(self._took, name)
        self.stage.bridge.call(lambda generator: read_look(generator, image), took, self.stage.fail)

    def _took(self, name: str, reading: Reading) -> None:
        session, manifest = self.stage.session, self.stage.manifest
        assert manifest is not None
        now, locks = session.project.look, session.locks
        kept = {key: value for key, value in now.attributes.items() if key in locks}
        colours = {key: value for key, value in now.palette.items() if key in locks}
        look = reading.look.with_(
            attributes=reading.look.attributes | kept,
            palette=reading.look.palette | colours,
            background=now.background,
        )
        session.begin(self.tr("Start from a picture"))
        try:
            session.edit_whole(look)
            session.make_face(Face(reading.shot.expression, reading.shot.pose))
        except StudioError:
            session.abort()
            raise
        session.commit()
        self._tell(name, *verdict(manifest, reading.sure))

    def _tell(self, name: str, clear: list[str], vague: list[str]) -> None:
        said = self.tr("Started from {}.").format(name)
        self.stage.say(said)
        if clear:
            said += " " + self.tr("Sure of: {}.").format(self._listed(clear))
        if vague:
            said += " " + self.tr("Rather guessed, look again: {}.").format(self._listed(vague))
        if not self.bar.message:  # a question that stands there waits for its answer
            self.bar.ask(said, [(self.tr("Good"), lambda: None)])

    def _listed(self, labels: list[str]) -> str:
        shown = ", ".join(label.lower() for label in labels[:_NAMED])
        more = len(labels) - _NAMED
        return self.tr("{} and {} more").format(shown, more) if more > 0 else shown


def pixels(image: QImage) -> np.ndarray:
    """uint8 [H, W, 4], straight alpha."""
    straight = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(straight.constBits(), np.uint8).reshape(straight.height(), straight.bytesPerLine())
    return rows[:, : 4 * straight.width()].reshape(straight.height(), straight.width(), 4).copy()
