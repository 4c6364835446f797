"""The picture's ways in and out of the window: clipboard, drag-out, references that are dropped or pasted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDrag, QGuiApplication, QImage, QPixmap
from PySide6.QtWidgets import QApplication

from vtuber_studio.core.carried import carried_look, carry_look
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, read_file, write_atomically
from vtuber_studio.core.image import MAX_BYTES, encode_png
from vtuber_studio.core.look import Look
from vtuber_studio.core.paths import cache_dir
from vtuber_studio.core.picture import picture_from_bytes
from vtuber_studio.engine.fitting import keep
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.render import render
from vtuber_studio.ui.bridge import to_qimage
from vtuber_studio.ui.canvas import Canvas
from vtuber_studio.ui.job import Job, once
from vtuber_studio.ui.preferences import Preferences
from vtuber_studio.ui.stage import Stage

SIZE = 1024  # pixels a side of what is copied or pulled out
THUMBNAIL = 256  # pixels a side of a project's
PNG = "image/png"
# what programs put on a clipboard, the lossless first; Windows has a name of its own for it
CLIPPED = (PNG, 'application/x-qt-windows-mime;value="PNG"', "image/webp", "image/avif", "image/jpeg", "image/bmp")
DECODES = ("xcb", "wayland")  # where Qt would decode the clipboard's bytes itself
PROJECTS = {".vtsproj", ".json"}
PICTURES = {".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".avif", ".bmp", ".dib"}
OTHERS = {".gif", ".tif", ".tiff", ".svg", ".svgz", ".heic", ".heif", ".jxl", ".psd", ".pdf"}  # a sentence says so


@dataclass(frozen=True)
class Reference:
    """A picture from outside, the look that it carries, and what it is called."""

    image: QImage
    look: Look | None = None
    path: Path | None = None


def dropped_file(data: QMimeData) -> Path | None:
    """The first local file of a drop that is a project, a look or a picture."""
    for url in data.urls() if data.hasUrls() else []:
        path = Path(url.toLocalFile()) if url.isLocalFile() else None
        if path is not None and path.suffix.lower() in PROJECTS | PICTURES | OTHERS:
            return path
    return None


def to_open(data: QMimeData) -> Path | None:
    """The project or look of a drop; None when it brings a picture."""
    path = dropped_file(data)
    return path if path is not None and path.suffix.lower() in PROJECTS else None


def read_reference(source: Path | bytes) -> Reference:
    """A picture from a file or from its bytes; StudioError when it cannot be read. A damaged look is none."""
    path = source if isinstance(source, Path) else None
    data = read_file(source, MAX_BYTES) if isinstance(source, Path) else source
    try:
        image = to_qimage(picture_from_bytes(data))
    except StudioError as error:
        raise StudioError(f"{path.name}: {error.message}" if path else error.message, error.hint) from error
    try:
        return Reference(image, carried_look(data), path)
    except StudioError:
        return Reference(image, None, path)


def thumbnail_png(image: QImage) -> bytes:
    """A PNG that fits into a square of ``THUMBNAIL`` pixels."""
    fit, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.scaled(THUMBNAIL, THUMBNAIL, fit, smooth).save(buffer, "PNG")
    return bytes(buffer.data().data())


class Pictures(QObject):
    """Rendering and file work happen elsewhere; the GUI thread only hands over."""

    read = Signal(object)  # Reference

    def __init__(
        self, stage: Stage, canvas: Canvas, preferences: Preferences, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.stage, self.canvas, self.preferences = stage, canvas, preferences

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
            path = cache_dir() / "drag" / f"persona-{self.stage.session.project.look.digest[:8]}.png"

            def write() -> Path:
                make_folder(path.parent)
                write_atomically(path, png)
                return path

            job = Job(once(write))
            job.finished.connect(self._drag)
            job.failed.connect(self.stage.fail)
            job.start()

        self._draw(drawn, look=self.preferences.settings.export_look)

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

    def take(self, data: QMimeData | None, then: Callable[[Reference], object] | None = None) -> bool:
        """Use a picture or a picture's file as the reference, or do ``then`` with it; False when there is none."""
        then = then or self.read.emit
        if data is None:
            return False
        source: Path | bytes | None = dropped_file(data)
        if not isinstance(source, Path) or source.suffix.lower() in PROJECTS:
            source = next((bytes(data.data(kind).data()) for kind in CLIPPED if data.hasFormat(kind)), None)
        if source is not None:
            job = Job(once(partial(read_reference, source)))
            job.finished.connect(then)
            job.failed.connect(self.stage.fail)
            job.start()
            return True
        if not data.hasImage():
            return False
        image = data.imageData() if QGuiApplication.platformName() not in DECODES else None
        if isinstance(image, QImage) and not image.isNull():
            then(Reference(image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)))
        else:
            self.stage.fail(self.tr("This picture cannot be read."), self.tr("Save it as a file, and drop that here."))
        return True

    def _drag(self, path: Path) -> None:
        if not QApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            return
        drag = QDrag(self.canvas)
        drag.setMimeData(self.mime(path))
        if self.canvas.image is not None:
            icon = self.canvas.image.scaled(96, 96, mode=Qt.TransformationMode.SmoothTransformation)
            drag.setPixmap(QPixmap.fromImage(icon))
        drag.exec(Qt.DropAction.CopyAction)

    def _draw(self, use: object, look: bool = False) -> None:
        shot = self.stage.shot

        def png(generator: Generator) -> bytes:
            data = encode_png(render(generator, shot, size=SIZE))
            return carry_look(data, keep(shot.look, generator.manifest)) if look else data

        self.stage.bridge.call(png, use)  # type: ignore[arg-type]
