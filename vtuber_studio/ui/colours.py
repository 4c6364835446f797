"""Colours are chosen in one way everywhere: the dialog with hers, with those used before, and with the canvas to pick
from."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFileDialog, QWidget

from vtuber_studio.core.mixing import seen_palette
from vtuber_studio.core.palette import to_hex
from vtuber_studio.core.palette_files import swatches_of
from vtuber_studio.core.paths import home_dir
from vtuber_studio.core.settings import MAX_COLOURS
from vtuber_studio.ui.canvas import Canvas
from vtuber_studio.ui.dialogs.colour import ColourDialog
from vtuber_studio.ui.job import Job, once
from vtuber_studio.ui.picture import PICTURES, Reference, read_reference
from vtuber_studio.ui.preferences import Preferences
from vtuber_studio.ui.stage import Stage

SOLID = 0.6  # alpha from which on a pixel's colour is one
SHOWN = 30  # of hers: three rows
MOST = 0.7  # of the window: how large a picture is shown to pick from
IMPORTED = 300  # of other programs' palettes; they scroll


class Colours:
    """What the dialog is given, and what is remembered of it. Without a canvas there is nothing to pick from."""

    def __init__(self, stage: Stage, preferences: Preferences | None = None, canvas: Canvas | None = None) -> None:
        self.stage, self.preferences, self.canvas = stage, preferences, canvas

    def choose(self, title: str, colour: str, parent: QWidget, changed: Callable[[str], object]) -> ColourDialog:
        """Open the dialog; ``changed`` at each step. The caller listens for its end."""
        recent = self.preferences.settings.recent_colours if self.preferences else ()
        dialog = ColourDialog(title, colour, self.hers(), self.imported(), recent, parent)
        dialog.changed.connect(changed)
        dialog.accepted.connect(lambda: self._remember(dialog.colour))
        dialog.dropper_wanted.connect(lambda: self._drop(dialog))
        dialog.picture_wanted.connect(lambda: self.ask_picture(dialog))
        dialog.picture_dropped.connect(lambda path: self.open_picture(dialog, path))
        dialog.drop_button.setVisible(self.canvas is not None and self.canvas.image is not None)
        self.stage.loaded.connect(dialog.reject)  # another generator: what was chosen may be no more
        dialog.open()
        return dialog

    def hers(self) -> list[tuple[str, str]]:
        """The colours that she is painted in, each once, those first that others derive from."""
        manifest = self.stage.manifest
        if manifest is None:
            return []
        parts = [entry.part for entry in manifest.parts]
        seen = seen_palette(manifest.materials, parts, self.stage.session.look)
        found: dict[str, str] = {}
        for row in sorted(manifest.materials, key=lambda row: bool(row.source)):
            found.setdefault(to_hex(seen[row.name][:3]), row.label)
        return [(label, colour) for colour, label in found.items()][:SHOWN]

    def imported(self) -> list[tuple[str, str]]:
        """The colours of the project's palettes that other programs made, in their order, each once."""
        manifest, found = self.stage.manifest, dict[str, str]()
        names = {row.name for row in manifest.materials} if manifest else set[str]()
        for palette in self.stage.session.project.palettes:
            for label, colour in swatches_of(palette):
                if label.split(":")[-1] not in names:
                    found.setdefault(colour[:7], f"{palette.name}: {label}" if label else palette.name)
        return [(label, colour) for colour, label in found.items()][:IMPORTED]

    def colour_at(self, place: QPoint) -> str | None:
        """What is seen of her at a place of the screen; None where she is not."""
        canvas = self.canvas
        if canvas is None or canvas.image is None:
            return None
        figure, image = canvas.figure, canvas.image
        at = (QPointF(canvas.mapFromGlobal(place)) - figure.topLeft()) * (image.width() / figure.width())
        if not image.rect().contains(at.toPoint()):
            return None
        colour = image.pixelColor(at.toPoint())
        return colour.name() if colour.alphaF() >= SOLID else None

    def _drop(self, dialog: ColourDialog) -> None:
        canvas = self.canvas
        if canvas is not None:
            place = QRect(canvas.mapToGlobal(QPoint(0, 0)), canvas.size())
            dialog.drop(place, canvas.grab(), self.colour_at)

    def ask_picture(self, dialog: ColourDialog) -> QFileDialog:
        """Which picture to pick from?"""
        kinds = " ".join(f"*{suffix}" for suffix in sorted(PICTURES))
        words = QCoreApplication.translate("Colours", "Pick a colour from a picture")
        asking = QFileDialog(dialog, words, str(home_dir()), f"({kinds})")
        asking.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        asking.setFileMode(QFileDialog.FileMode.ExistingFile)
        asking.fileSelected.connect(lambda path: self.open_picture(dialog, Path(path)))
        asking.open()
        return asking

    def open_picture(self, dialog: ColourDialog, path: Path) -> None:
        """Read a picture in a child process, then let a colour be pointed at on it; an error is said."""
        there = [True]
        dialog.finished.connect(lambda _result: there.clear())

        def read(reference: Reference) -> None:
            if there:
                self._lay(dialog, reference.image)

        job = Job(once(partial(read_reference, path)))
        job.finished.connect(read)
        job.failed.connect(self.stage.fail)
        job.start()

    def _lay(self, dialog: ColourDialog, image: QImage) -> None:
        """The picture over the middle of the window, no larger than most of it."""
        window = dialog.window() if dialog.parentWidget() is None else dialog.parentWidget().window()
        room, smooth = window.size() * MOST, Qt.TransformationMode.SmoothTransformation
        scaled = image.scaled(room, Qt.AspectRatioMode.KeepAspectRatio, smooth)
        middle = window.mapToGlobal(window.rect().center())
        place = QRect(middle - QPoint(scaled.width() // 2, scaled.height() // 2), scaled.size())

        def pick(at: QPoint) -> str | None:
            inside = place.contains(at)
            colour = scaled.pixelColor(at - place.topLeft()) if inside else None
            return colour.name() if colour is not None and colour.alphaF() >= SOLID else None

        dialog.drop(place, QPixmap.fromImage(scaled), pick)

    def _remember(self, colour: str) -> None:
        if self.preferences is not None:
            kept = [each for each in self.preferences.settings.recent_colours if each != colour[:7]]
            self.preferences.change(recent_colours=(colour[:7], *kept)[:MAX_COLOURS])
