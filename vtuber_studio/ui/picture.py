"""The picture's ways in and out of the window: clipboard, drag-out, references that are dropped or pasted."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDrag, QGuiApplication, QImage, QImageReader, QPixmap
from PySide6.QtWidgets import QApplication

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, write_atomically
from vtuber_studio.core.image import encode_png
from vtuber_studio.core.paths import cache_dir
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.render import render
from vtuber_studio.ui.canvas import Canvas
from vtuber_studio.ui.job import Job, once
from vtuber_studio.ui.stage import Stage

SIZE = 1024  # pixels a side of what is copied or pulled out
REFERENCE_PIXELS = 64_000_000  # a larger picture is refused
PNG = "image/png"
PROJECTS = {".vtsproj", ".json"}
PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"}


def dropped_file(data: QMimeData) -> Path | None:
    """The first local file of a drop that the studio can use."""
    for url in data.urls() if data.hasUrls() else []:
        path = Path(url.toLocalFile()) if url.isLocalFile() else None
        if path is not None and path.suffix.lower() in PROJECTS | PICTURES:
            return path
    return None


def to_open(data: QMimeData) -> Path | None:
    """The project or look of a drop; None when it brings a picture."""
    path = dropped_file(data)
    return path if path is not None and path.suffix.lower() in PROJECTS else None


def read_reference(path: Path) -> QImage:
    """A picture from a file; StudioError when it is not one, or far too large."""
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and size.width() * size.height() > REFERENCE_PIXELS:
        raise StudioError(f"{path.name} is too large.", "Make it smaller than 8000 by 8000 pixels.")
    image = reader.read()
    if image.isNull():
        raise StudioError(f"{path.name} is not a picture that can be shown.", "Use a PNG or a JPEG.")
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


class Pictures(QObject):
    """Rendering and file work happen elsewhere; the GUI thread only hands over."""

    reference_read = Signal(object)  # QImage

    def __init__(self, stage: Stage, canvas: Canvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stage, self.canvas = stage, canvas

    def copy(self) -> None:
        """The picture with its transparency to the clipboard."""

        def copied(png: bytes) -> None:
            data = QMimeData()
            data.setData(PNG, png)
            data.setImageData(QImage.fromData(png))
            QGuiApplication.clipboard().setMimeData(data)
            self.stage.say(self.tr("Copied at {} pixels").format(SIZE))

        self._draw(copied)

    def pull_out(self) -> None:
        """Start a file drag as soon as the PNG exists, if the button is still down then."""

        def drawn(png: bytes) -> None:
            path = cache_dir() / "drag" / f"persona-{self.stage.session.look.digest[:8]}.png"

            def write() -> Path:
                make_folder(path.parent)
                write_atomically(path, png)
                return path

            job = Job(once(write))
            job.finished.connect(self._drag)
            job.failed.connect(self.stage.fail)
            job.start()

        self._draw(drawn)

    def mime(self, path: Path) -> QMimeData:
        """What another program receives."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        return data

    def paste(self) -> None:
        """The clipboard's picture, or picture file, as the reference."""
        data = QGuiApplication.clipboard().mimeData()
        if not self.take(data):
            self.stage.fail(self.tr("There is no picture on the clipboard."), self.tr("Copy one first."))

    def take(self, data: QMimeData | None) -> bool:
        """Use a picture or a picture's file as the reference; False when there is none."""
        if data is None:
            return False
        path = dropped_file(data)
        if path is not None and path.suffix.lower() in PICTURES:
            job = Job(once(lambda: read_reference(path)))
            job.finished.connect(self.reference_read)
            job.failed.connect(self.stage.fail)
            job.start()
            return True
        image = data.imageData() if data.hasImage() else None
        if isinstance(image, QImage) and not image.isNull():
            self.reference_read.emit(image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied))
            return True
        return False

    def _drag(self, path: Path) -> None:
        if not QApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            return
        drag = QDrag(self.canvas)
        drag.setMimeData(self.mime(path))
        if self.canvas.image is not None:
            icon = self.canvas.image.scaled(96, 96, mode=Qt.TransformationMode.SmoothTransformation)
            drag.setPixmap(QPixmap.fromImage(icon))
        drag.exec(Qt.DropAction.CopyAction)

    def _draw(self, use: object) -> None:
        shot = self.stage.shot

        def png(generator: Generator) -> bytes:
            return encode_png(render(generator, shot, size=SIZE))

        self.stage.bridge.call(png, use)  # type: ignore[arg-type]
