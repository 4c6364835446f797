"""What is dropped on the window: a project or a look opens, a picture lies over the figure."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from vtuber_studio.ui.canvas import Canvas
from vtuber_studio.ui.files import Files
from vtuber_studio.ui.picture import Pictures, Reference, dropped_file, to_open


class Drops(QObject):
    """What the window's drag events mean; a badge on the canvas says what letting go would do."""

    laid_over = Signal(object)  # QImage

    def __init__(self, files: Files, pictures: Pictures, canvas: Canvas, parent: QObject) -> None:
        super().__init__(parent)
        self.files, self.pictures, self.canvas = files, pictures, canvas
        pictures.read.connect(self.received)

    def enter(self, event: QDragEnterEvent) -> None:
        """Projects, looks and pictures are welcome, but not our own picture."""
        data = event.mimeData()
        if event.source() is None and (dropped_file(data) is not None or data.hasImage()):
            event.acceptProposedAction()
            over = self.tr("Drop it to lay it over the figure")
            self.canvas.set_badge(self.tr("Drop it to open it") if to_open(data) else over)

    def leave(self) -> None:
        """It went elsewhere."""
        self.canvas.set_badge("")

    def drop(self, event: QDropEvent) -> None:
        """Open a project or a look; lay a picture over the figure."""
        path = to_open(event.mimeData())
        event.acceptProposedAction()
        self.canvas.set_badge("")
        if path is not None:
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
