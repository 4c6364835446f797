"""What is dropped on the window: a project opens, a generator is installed, a palette is put on, a picture lies over
the figure, several are added to the user's own, a favourite is mixed in; over the Mixing panel it is taken from."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QTimer, Signal
from PySide6.QtGui import QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from vtuber_studio.core.palette_files import KINDS
from vtuber_studio.core.project import NamedLook
from vtuber_studio.engine.shelf import MANIFEST
from vtuber_studio.ui.canvas import MARGIN, Canvas
from vtuber_studio.ui.files import Files
from vtuber_studio.ui.generators import Generators
from vtuber_studio.ui.panels.favourites import FavouritesPanel
from vtuber_studio.ui.panels.looks import LooksPanel
from vtuber_studio.ui.panels.mixing import MixingPanel
from vtuber_studio.ui.panels.palette_box import PaletteBox
from vtuber_studio.ui.panels.wall import WallPanel
from vtuber_studio.ui.picture import OTHERS, PICTURES, Pictures, Reference, dropped_file, to_open
from vtuber_studio.ui.widgets.words import fitting


def dropped_generator(data: QMimeData) -> Path | None:
    """The generator of a drop: its folder, the manifest in it, or a zip."""
    for url in data.urls() if data.hasUrls() else []:
        path = Path(url.toLocalFile()) if url.isLocalFile() else Path()
        if path.suffix.lower() == ".zip" or path.name == MANIFEST or (path.name and (path / MANIFEST).is_file()):
            return path
    return None


def dropped_palette(data: QMimeData) -> Path | None:
    """The palette's file of a drop."""
    paths = [Path(url.toLocalFile()) for url in (data.urls() if data.hasUrls() else []) if url.isLocalFile()]
    return next((path for path in paths if any(path.suffix.lower() in kind.suffixes for kind in KINDS)), None)


def dropped_set(data: QMimeData) -> list[Path]:
    """Several pictures' files, or a folder that is no generator's; none for anything else."""
    paths = [Path(url.toLocalFile()) for url in (data.urls() if data.hasUrls() else []) if url.isLocalFile()]
    own = [path for path in paths if path.suffix.lower() in PICTURES | OTHERS or path.is_dir()]
    whole = len(own) == len(paths) and (len(own) > 1 or any(path.is_dir() for path in own))
    return own if whole and dropped_generator(data) is None else []


class Drops(QObject):
    """Watches the window's drag events; a badge on the canvas says what letting go would do."""

    laid_over = Signal(object)  # QImage
    gathered = Signal(object)  # list[Path]: several pictures, or folders of them
    second_wanted = Signal(object)  # Path or Reference: to be taken from

    def __init__(
        self,
        files: Files,
        pictures: Pictures,
        generators: Generators,
        canvas: Canvas,
        favourites: FavouritesPanel,
        looks: LooksPanel,
        wall: WallPanel,
        palettes: PaletteBox,
        mixing: MixingPanel,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self.files, self.pictures, self.generators, self.canvas = files, pictures, generators, canvas
        self.favourites, self.looks, self.wall, self.palettes = favourites, looks, wall, palettes
        self.mixing = mixing
        self.window = window
        pictures.read.connect(self.received)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Something is dragged over the window, or let go there."""
        if isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            self.drop(event)
        elif isinstance(event, QDragMoveEvent):  # a QDragEnterEvent is one, too
            self.over(event)
        elif event.type() == QEvent.Type.DragLeave:
            self.canvas.set_badge("")
        else:
            return super().eventFilter(watched, event)
        return True

    def over(self, event: QDragMoveEvent) -> None:
        """Projects, looks, generators, pictures and favourites are welcome, but not our own picture."""
        data, kept = event.mimeData(), self._dragged
        if kept is not None:
            there = self._on(self.canvas, event)
            name = fitting(kept.name)
            self.canvas.set_badge(self.tr("Drop it to mix in {}").format(name) if there else "")
            there = there or self._keeps(event)
            event.setAccepted(there or event.type() == QEvent.Type.DragEnter)  # who is refused at first never moves
        elif event.source() is None and dropped_generator(data) is not None:
            event.acceptProposedAction()
            self.canvas.set_badge(self.tr("Drop it to install it"))
        elif event.source() is None and dropped_palette(data) is not None:
            event.acceptProposedAction()
            self.canvas.set_badge(self.tr("Drop it to put its colours on"))
        elif event.source() is None and dropped_set(data):
            event.acceptProposedAction()
            self.canvas.set_badge(self.tr("Drop them to add them to your pictures"))
        elif event.source() is None and (dropped_file(data) is not None or data.hasImage()):
            event.acceptProposedAction()
            words = self.tr("Drop it to open it") if to_open(data) else self.tr("Drop it to lay it over the figure")
            words = self.tr("Drop it to take from it") if self._mixes(event) else words
            self.canvas.set_badge(words)
        else:
            event.ignore()

    def drop(self, event: QDropEvent) -> None:
        """Open a project or a look; install a generator; lay a picture over; ask what to take of a favourite."""
        self.canvas.set_badge("")
        path, generator = to_open(event.mimeData()), dropped_generator(event.mimeData())
        palette = dropped_palette(event.mimeData())
        kept = self._dragged
        if kept is not None and self._keeps(event):
            event.accept()
            self.wall.keep(self.wall.grid.dragged or 0)
            return
        if kept is not None:
            event.setAccepted(self._on(self.canvas, event))
            if event.isAccepted():
                menu = self.favourites.drop_menu(kept)
                place = self._beside(event.position().toPoint(), menu.sizeHint().width())
                QTimer.singleShot(0, menu, lambda: menu.popup(place))  # the drag holds the mouse until it is over
            return
        event.acceptProposedAction()
        if generator is not None:
            self.generators.install(generator)
        elif palette is not None:
            self.palettes.receive(palette)
        elif own := dropped_set(event.mimeData()):
            self.gathered.emit(own)
        elif self._mixes(event):
            if path is not None:
                self.second_wanted.emit(path)
            else:
                self.pictures.take(event.mimeData(), self.second_wanted.emit)
        elif path is not None:
            self.files.open(path)
        else:
            self.pictures.take(event.mimeData())

    @property
    def _dragged(self) -> NamedLook | None:
        """A look of this window that is on its way."""
        return self.favourites.dragged or self.looks.dragged or self.wall.dragged

    def _keeps(self, event: QDropEvent) -> bool:
        """Would a look of the wall become a favourite here?"""
        return self.wall.dragged is not None and self.favourites.isVisible() and self._on(self.favourites, event)

    def _mixes(self, event: QDropEvent) -> bool:
        """Would what comes from outside become the second look here?"""
        return self.mixing.isVisible() and self._on(self.mixing, event)

    def _on(self, widget: QWidget, event: QDropEvent) -> bool:
        return widget.rect().contains(widget.mapFrom(self.window, event.position().toPoint()))

    def _beside(self, point: QPoint, width: int) -> QPoint:
        """Where a menu stands beside her, at the nearer edge of the canvas: it tries things on her face."""
        at, edge = self.canvas.mapFrom(self.window, point), self.canvas.width()
        return self.canvas.mapToGlobal(QPoint(MARGIN if at.x() < edge / 2 else edge - width - MARGIN, at.y()))

    def received(self, picture: Reference) -> None:
        """A picture from outside is a reference; when it carries a look, the user says what is meant."""
        lay_over = partial(self.laid_over.emit, picture.image)
        if picture.look is None or self.files.stage.manifest is None:
            lay_over()
        else:
            self.files.offer_look(picture.look, picture.path, lay_over)
