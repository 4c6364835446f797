"""The main window: wiring only. Panels, canvas, files and actions are made here and joined. (Over 300 lines: each of
them is named here once.)"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEventLoop, Signal
from PySide6.QtGui import QCloseEvent, QImage, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QVBoxLayout, QWidget

from vtuber_studio.core.finetuning import Rights
from vtuber_studio.core.paths import log_dir
from vtuber_studio.core.pose import NEUTRAL
from vtuber_studio.core.project import NamedLook
from vtuber_studio.core.session import Session
from vtuber_studio.core.settings import Settings
from vtuber_studio.ui import actions as table
from vtuber_studio.ui.backgrounds import Backgrounds
from vtuber_studio.ui.bridge import Bridge, Load
from vtuber_studio.ui.canvas import STEP, Canvas
from vtuber_studio.ui.colours import Colours
from vtuber_studio.ui.comparing import Comparing
from vtuber_studio.ui.dialogs.export import ExportDialog
from vtuber_studio.ui.dialogs.help import about_dialog, shortcuts_dialog
from vtuber_studio.ui.dialogs.pictures import PicturesDialog, pictures_dialog
from vtuber_studio.ui.dialogs.teach import teach_dialog
from vtuber_studio.ui.docks import Docks
from vtuber_studio.ui.drops import Drops
from vtuber_studio.ui.exports import Exports
from vtuber_studio.ui.eyesight import Eyesight
from vtuber_studio.ui.file_dialogs import FileDialogs
from vtuber_studio.ui.files import Files
from vtuber_studio.ui.folders import show_folder
from vtuber_studio.ui.generators import Generators
from vtuber_studio.ui.gestures import Gestures
from vtuber_studio.ui.idle import Idle
from vtuber_studio.ui.job import wait_for_jobs
from vtuber_studio.ui.leaving import Leaving
from vtuber_studio.ui.panels.attributes import AttributesPanel
from vtuber_studio.ui.panels.dice import DicePanel
from vtuber_studio.ui.panels.directions import DirectionsPanel
from vtuber_studio.ui.panels.face import FacePanel
from vtuber_studio.ui.panels.favourites import FavouritesPanel
from vtuber_studio.ui.panels.history import HistoryPanel
from vtuber_studio.ui.panels.looks import LooksPanel
from vtuber_studio.ui.panels.mixing import MixingPanel
from vtuber_studio.ui.panels.palette import PalettePanel
from vtuber_studio.ui.panels.regions import RegionsPanel
from vtuber_studio.ui.panels.training import TrainingPanel
from vtuber_studio.ui.panels.wall import WallPanel
from vtuber_studio.ui.part_menu import PartMenu
from vtuber_studio.ui.part_view import PartView
from vtuber_studio.ui.picture import Pictures, Reference
from vtuber_studio.ui.pointing import Pointing
from vtuber_studio.ui.preferences import Preferences
from vtuber_studio.ui.preview import Preview
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.starting import Starting
from vtuber_studio.ui.status import Status
from vtuber_studio.ui.strips import Strips
from vtuber_studio.ui.tabbing import step
from vtuber_studio.ui.thumbnails import Thumbnails
from vtuber_studio.ui.toolbar import Toolbar
from vtuber_studio.ui.trainer import Trainer
from vtuber_studio.ui.tuned import Tuned
from vtuber_studio.ui.variations import Variations
from vtuber_studio.ui.widgets.error_bar import ErrorBar
from vtuber_studio.ui.widgets.reference_bar import ReferenceBar


class MainWindow(QMainWindow):
    """Shows at once; the picture comes when the generator is loaded on the renderer's thread."""

    picture_shown = Signal()  # the first one has reached the screen
    pictures_chosen = Signal(object, str)  # to be tuned on: their tray's folder, whose they are

    def __init__(self, load: Load, settings: Settings | None = None) -> None:
        super().__init__()
        self.preferences = Preferences(settings or Settings(), self)
        self.session = Session()
        self.bridge = Bridge(load, self)
        self.stage = Stage(self.session, self.bridge, self)
        self.canvas = Canvas()
        self.idle = Idle(self)
        self.preview = Preview(self.stage, self.canvas, self.idle, self.preferences.settings.preview_size, self)
        self.thumbnails = Thumbnails(self.stage, parent=self)
        self.pictures = Pictures(self.stage, self.canvas, self.preferences, self)
        self.error_bar, self.question_bar = ErrorBar(), ErrorBar()
        self.files = Files(self.stage, self.preferences, self.question_bar, lambda: self.canvas.image, self)
        self.dialogs = FileDialogs(self.files, self)
        self.generators = Generators(self.stage, self.preferences, self.question_bar, self)
        self.starting = Starting(self.stage, self.question_bar, self)
        self.backgrounds = Backgrounds(self.canvas, self.preferences, self)
        self.eyesight = Eyesight(self.preview, self)
        self.leaving = Leaving(self.files, self)
        Status(self.stage, self.preview, self.canvas, self)
        self.exports = Exports(self.stage, self.preferences, self)
        self._export: ExportDialog | None = None
        self._build_panels()
        kept = self.favourites, self.looks, self.wall, self.palette_panel.palettes, self.mixing
        self.drops = Drops(self.files, self.pictures, self.generators, self.canvas, *kept, self)
        self._build_actions()
        self._connect()
        self._restore()
        self._refresh()
        self.idle.watch(self)
        self.gestures = Gestures(self.session, self.preview, self.idle, self)

    # building

    def _build_panels(self) -> None:
        self.attributes = AttributesPanel(self.stage, self.thumbnails)
        self.palette_panel = PalettePanel(self.stage, Colours(self.stage, self.preferences, self.canvas))
        self.face, self.directions = FacePanel(self.stage), DirectionsPanel(self.stage)
        self.mixing = MixingPanel(self.stage, self.thumbnails)
        self.favourites = FavouritesPanel(self.stage, self.thumbnails, self.mixing)
        self.history = HistoryPanel(self.stage, self.thumbnails, self.generators.go)
        self.looks = LooksPanel(self.stage, self.thumbnails, self.mixing)
        self.strips = Strips(
            (
                (self.favourites, self.tr("Favourites")),
                (self.looks, self.tr("Looks")),
                (self.history, self.tr("History")),
            )
        )
        self.dice, self.regions = DicePanel(self.stage), RegionsPanel(self.stage, self.canvas)
        self.wall = WallPanel(self.stage, self.thumbnails, self.mixing)
        self.trainer = Trainer(self)
        self.training = TrainingPanel(self.stage, self.trainer)
        left = (
            (self.attributes, self.tr("Shape"), "attributes"),
            (self.palette_panel, self.tr("Colours"), "palette"),
            (self.wall, self.tr("Wall"), "attributes"),
            (self.training, self.tr("Training"), ""),
        )
        right = (
            (self.face, self.tr("Face"), ""),  # the head turns by warps: any generator's does
            (self.mixing, self.tr("Mixing"), "mixing"),
            (self.regions, self.tr("Regions"), "mixing"),  # where there is nothing to vary, a mask holds nothing
            (self.directions, self.tr("Directions"), "directions"),
        )
        self.docks = Docks(self, self.stage, left, right, self.strips)
        self.pointing = Pointing(self.stage, self.canvas, self.preview, self)
        panels = self.attributes, self.palette_panel, self.mixing, self.directions
        self.part_view = PartView(self.stage, self.docks, *panels)
        self.comparing = Comparing(self.stage, self.canvas, self.preview, self)
        self.tuned = Tuned(
            self.stage, self.trainer, self.training, self.generators, self.comparing, self.docks, self
        )
        box, shown = self.directions.taught, self.part_view.show_taught
        self.teach = partial(teach_dialog, self.stage, self.thumbnails, box, lambda: self.wall.looks, shown, self)
        self.variations = Variations(self.stage, self.thumbnails, self.canvas)
        self.parts = PartMenu(
            self.stage, self.part_view, self.regions.new, self.variations, lambda: self.actions_by_name, self
        )
        self.reference_bar = ReferenceBar(self.canvas)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.error_bar, self.question_bar, self.tuned.bar):
            column.addWidget(widget)
        column.addWidget(self.canvas, 1)
        self.setCentralWidget(centre)

    def _build_actions(self) -> None:
        handlers: dict[str, Callable[..., object] | QMenu] = {
            "new": self.files.new,
            "open": self.dialogs.open,
            "recent": self.dialogs.recent_menu,
            "start_from": lambda: self.dialogs.picture(self.starting.from_file),
            "take_from": self.take_from,
            "my_pictures": self.my_pictures,
            "train": partial(self.docks.open, self.training, True),
            "save": self.dialogs.save,
            "save_as": self.dialogs.save_as,
            "name": self.dialogs.name,
            "export_png": self.export_png,
            "export_for": self.export_for,
            "export_again": self.exports.again,
            "generators": self.generators.menu,
            "quit": self.close,
            "undo": self.generators.undo,
            "redo": self.generators.redo,
            "copy": self.pictures.copy,
            "paste": self.pictures.paste,
            "remove_reference": partial(self.set_reference, None),
            "parts": self.parts.menu,
            "reset": lambda: self.session.edit_whole(self.stage.default_look, self.tr("Default look")),
            "roll": self.dice.roll,
            "vary": self.dice.vary,
            "variations": self.variations.menu,
            "wall": partial(self.docks.open, self.wall, True),
            "teach": self.teach,
            "keep": self.favourites.add,
            "fit": self.canvas.fit,
            "actual_size": self.canvas.actual_size,
            "zoom_in": partial(self.canvas.zoom_by, STEP),
            "zoom_out": partial(self.canvas.zoom_by, 1 / STEP),
            "background": self.backgrounds.menu,
            "eyesight": self.eyesight.menu,
            "compare": self.comparing.menu,
            "split": self.comparing.split,
            "idle": self._set_idle,
            "rest_face": partial(self.stage.make_face, {}, NEUTRAL, self.tr("Face at rest")),
            "panels": self.docks.show,
            "full_screen": lambda on: self.showFullScreen() if on else self.showNormal(),
            "shortcuts": lambda: shortcuts_dialog(self).show(),
            "open_log": lambda: show_folder(log_dir(), self.stage.fail),
            "about": lambda: about_dialog(self, self.stage.manifest).show(),
        }
        self.actions_by_name = table.build(self, handlers)
        self.comparing.switched.connect(self.actions_by_name["split"].setChecked)
        self.toolbar = Toolbar(self.actions_by_name, self.dice)
        self.addToolBar(self.toolbar)

    def _connect(self) -> None:
        stage, canvas = self.stage, self.canvas
        self.bridge.generator_ready.connect(stage.load)
        stage.changed.connect(self._refresh)
        stage.said.connect(self.error_bar.over)
        stage.failed.connect(self._on_failed)
        self.exports.started.connect(self._refresh)
        self.exports.ended.connect(self._on_exported)
        self.preferences.failed.connect(stage.fail)
        canvas.zoomed.connect(self.reference_bar.place)
        canvas.painted.connect(self.picture_shown)
        canvas.drag_out_started.connect(self.pictures.pull_out)
        self.pointing.chosen.connect(self.part_view.show)
        self.regions.new.made.connect(self.part_view.show)
        self.pointing.menu_asked.connect(self.parts.open)
        self.drops.laid_over.connect(self.set_reference)
        self.drops.gathered.connect(lambda paths: self.my_pictures().add(paths))
        self.drops.second_wanted.connect(self.starting.take_from)
        self.starting.second.connect(self.part_view.mix_with)
        self.reference_bar.opacity_changed.connect(canvas.set_reference_opacity)
        self.reference_bar.started.connect(lambda: self.starting.from_image(canvas.reference))
        self.reference_bar.taken.connect(lambda: self.starting.take_from(Reference(canvas.reference or QImage())))
        self.mixing.file_wanted.connect(self.take_from)
        self.reference_bar.removed.connect(partial(self.set_reference, None))
        self.attributes.variations_asked.connect(self.variations.offer)
        self.attributes.colour_wanted.connect(self.part_view.show_colour)
        self.favourites.mix_asked.connect(self.part_view.mix_with)
        self.favourites.export_asked.connect(self.export_png)
        self.looks.export_asked.connect(self.export_png)
        self.training.order.pictures_wanted.connect(self.my_pictures)
        self.pictures_chosen.connect(self._learn_from)
        self.wall.tried.connect(self.preview.glance)
        self.wall.export_asked.connect(self.export_png)
        self.directions.taught.teach_asked.connect(self.teach)
        self.toolbar.compare.pressed.connect(partial(self.preview.compare, True))
        self.toolbar.compare.released.connect(partial(self.preview.compare, False))
        self.toolbar.export.clicked.connect(lambda: self.export_png())

    def _restore(self) -> None:
        settings = self.preferences.settings
        self.docks.restore(settings)
        self.actions_by_name["idle"].setChecked(settings.idle_animation)
        self.actions_by_name["panels"].setChecked(True)
        self.docks.show(True)

    def start(self) -> None:
        """Load the generator and look for recovered work; call it when the window is visible."""
        self.bridge.start()
        self.files.autosaving.start()
        self.trainer.start()

    # what changed

    def _on_failed(self, message: str, hint: str) -> None:
        self.error_bar.fail(message, hint)
        if self.stage.manifest is None:
            self.canvas.hint = self.tr("There is no generator to draw with.")
            self.canvas.update()

    def _on_exported(self, text: str, path: object) -> None:
        if path is None and not (self._export and self._export.isVisible()):
            self.stage.fail(text)

    def _refresh(self) -> None:
        session, last = self.session, self.exports.last
        self.setWindowTitle(self.dialogs.title())
        self.setWindowModified(session.dirty)
        state = {
            "generator": self.stage.manifest is not None,
            "undo": session.can_undo,
            "redo": session.can_redo,
            "reference": self.canvas.reference is not None,
            "exported": self.stage.manifest is not None and last is not None,
        }
        table.enable(self.actions_by_name, state)
        self.toolbar.compare.setEnabled(session.can_undo)
        written = Path(last.path).name if last else ""
        table.name_step(self.actions_by_name["export_again"], self.tr("Export again"), written)
        table.name_step(self.actions_by_name["undo"], self.tr("Undo"), session.undo_label)
        table.name_step(self.actions_by_name["redo"], self.tr("Redo"), session.redo_label)

    # actions

    def export_png(self, kept: NamedLook | None = None) -> ExportDialog:
        """Show the export dialog beside the window, for a picture of what is shown or of a favourite."""
        dialog = self.export_for()
        if not self.exports.job:
            dialog.choose("png")
            dialog.place.choose(kept)
        return dialog

    def export_for(self) -> ExportDialog:
        """Show it as it was left."""
        if self._export is None:
            self._export = ExportDialog(self.exports, self.palette_panel.colours, self)
        self._export.show()
        self._export.raise_()
        return self._export

    def take_from(self) -> None:
        """Ask for a file whose look, or which itself, is to be taken from."""
        self.dialogs.second(self.starting.take_from)

    def my_pictures(self) -> PicturesDialog:
        """Show the set of her own pictures beside the window."""
        return pictures_dialog(self.stage, self.pictures_chosen.emit, self)

    def _learn_from(self, folder: Path, rights: Rights) -> None:
        self.my_pictures().close()
        self.training.take([folder], rights)
        self.docks.open(self.training, True)

    def set_reference(self, image: QImage | None) -> None:
        """Lay a picture over the figure, or take it away."""
        self.canvas.set_reference(image)
        self.reference_bar.setVisible(image is not None)
        self.reference_bar.place()
        self._refresh()

    def _set_idle(self, on: bool) -> None:
        self.idle.set_enabled(on)
        self.preferences.change(idle_animation=on)

    # events

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes from group to group."""
        return step(self, forward)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Panels make room, or take it back."""
        super().resizeEvent(event)
        self.docks.adapt()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Unsaved work is asked about first."""
        if not self.leaving.may_close():
            event.ignore()
            return
        self._finish()
        super().closeEvent(event)

    def _finish(self) -> None:
        self.gestures.close()
        self.idle.set_enabled(False)
        self.preferences.change(**self.docks.placement())
        self.hide()  # what follows may take as long as a large picture
        self.exports.cancel()
        self.starting.stop()
        for dialog in self.findChildren(PicturesDialog):
            dialog.gathering.drain()
        if self._export is not None:
            self._export.hide()
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        self.preferences.flush()
        self.files.close(keep=not self.leaving.agreed)
        self.trainer.close()
        self.bridge.close()
        wait_for_jobs()
        self.stage.close()
