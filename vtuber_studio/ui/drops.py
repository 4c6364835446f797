"""What is dropped on the window: a project opens, a generator is installed, a picture lies over the figure."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from vtuber_studio.engine.shelf import MANIFEST
from vtuber_studio.ui.canvas import Canvas
from vtuber_studio.ui.files import Files
from vtuber_studio.ui.generators import Generators
from vtuber_studio.ui.picture import Pictures, Reference, dropped_file, to_open


def dropped_generator(data: QMimeData) -> Path | None:
    """The generator of a drop: its folder, the manifest in it, or a zip."""
    for url in data.urls() if data.hasUrls() else []:
        path = Path(url.toLocalFile()) if url.isLocalFile() else Path()
        if path.suffix.lower() == ".zip" or path.name == MANIFEST or (path.name and (path / MANIFEST).is_file()):
            return path
    return None


class Drops(QObject):
    """What the window's drag events mean; a badge on the canvas says what letting go would do."""

    laid_over = Signal(object)  # QImage

    def __init__(
        self, files: Files, pictures: Pictures, generators: Generators, canvas: Canvas, parent: QObject
    ) -> None:
        super().__init__(parent)
        self.files, self.pictures, self.generators, self.canvas = files, pictures, generators, canvas
        pictures.read.connect(self.received)

    def enter(self, event: QDragEnterEvent) -> None:
        """Projects, looks, generators and pictures are welcome, but not our own picture."""
        data = event.mimeData()
        if event.source() is None and dropped_generator(data) is not None:
            event.acceptProposedAction()
            self.canvas.set_badge(self.tr("Drop it to install it"))
        elif event.source() is None and (dropped_file(data) is not None or data.hasImage()):
            event.acceptProposedAction()
            over = self.tr("Drop it to lay it over the figure")
            self.canvas.set_badge(self.tr("Drop it to open it") if to_open(data) else over)

    def leave(self) -> None:
        """It went elsewhere."""
        self.canvas.set_badge("")

    def drop(self, event: QDropEvent) -> None:
        """Open a project or a look; install a generator; lay a picture over the figure."""
        path, generator = to_open(event.mimeData()), dropped_generator(event.mimeData())
        event.acceptProposedAction()
        self.canvas.set_badge("")
        if generator is not None:
            self.generators.install(generator)
        elif path is not None:
            self.files.open(path)
        else:
            self.pictures.take(event.mimeData())

    def received(self, picture: Reference) -> None:
        """A picture from outside is a reference; when it carries a look, the user says what is meant."""
        lay_over = partial(self.laid_over.emit, picture.image)
        if picture.look is None or self.files.stage.manifest is None:
            lay_over()
        else:
            self.files.offer_look(picture.look, picture.path, lay_over)
