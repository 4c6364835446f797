"""The main window: wiring only. Panels, canvas, files and actions are made here and joined.

More than 300 lines, because every connection of the window stands in this one place.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QObject, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QCloseEvent,
    QDesktopServices,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QHideEvent,
    QImage,
    QKeyEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QDockWidget,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMenu,
    QPushButton,
    QSizePolicy,
    QTabWidget,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from vtuber_studio import __version__
from vtuber_studio.core.look import Look
from vtuber_studio.core.paths import config_dir, data_dir, log_dir
from vtuber_studio.core.pose import NEUTRAL
from vtuber_studio.core.project import SUFFIX
from vtuber_studio.core.session import Session
from vtuber_studio.core.settings import Settings
from vtuber_studio.engine.bundle import Manifest
from vtuber_studio.ui import actions as table
from vtuber_studio.ui.bridge import Bridge, FrameResult, Load
from vtuber_studio.ui.canvas import STEP, Canvas
from vtuber_studio.ui.dialogs.export_png import ExportPngDialog
from vtuber_studio.ui.dialogs.help import about_dialog, shortcuts_dialog
from vtuber_studio.ui.files import Files
from vtuber_studio.ui.idle import Idle
from vtuber_studio.ui.job import wait_for_jobs
from vtuber_studio.ui.panels.attributes import AttributesPanel
from vtuber_studio.ui.panels.dice import DicePanel
from vtuber_studio.ui.panels.directions import DirectionsPanel
from vtuber_studio.ui.panels.face import FacePanel
from vtuber_studio.ui.panels.favourites import FavouritesPanel
from vtuber_studio.ui.panels.mixing import MixingPanel
from vtuber_studio.ui.panels.palette import PalettePanel
from vtuber_studio.ui.picture import Pictures, dropped_file, to_open
from vtuber_studio.ui.preferences import Preferences
from vtuber_studio.ui.preview import Preview
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.thumbnails import Thumbnails
from vtuber_studio.ui.widgets.error_bar import ErrorBar
from vtuber_studio.ui.widgets.reference_bar import ReferenceBar
from vtuber_studio.ui.widgets.words import fitting

BACKGROUNDS = (
    ("Checkerboard", "checker"),
    ("Dark", "transparent"),
    ("White", "#ffffff"),
    ("Grey", "#8c8c94"),
    ("Green", "#00b140"),
)
COMPARE_KEYS = (Qt.Key.Key_C, Qt.Key.Key_Backslash)
SAYS = 6000  # milliseconds that a note stands in the status line


class MainWindow(QMainWindow):
    """Shows at once; the picture comes when the generator is loaded on the renderer's thread."""

    picture_shown = Signal()  # the first one has reached the screen

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
        self.pictures = Pictures(self.stage, self.canvas, self)
        self.error_bar, self.question_bar = ErrorBar(), ErrorBar()
        self.files = Files(self.stage, self.preferences, self.question_bar, lambda: self.canvas.image, self)
        self._leaving = False
        self._export: ExportPngDialog | None = None
        self.setAcceptDrops(True)
        self._build_panels()
        self._build_actions()
        self._build_toolbar()
        self._build_status()
        self._connect()
        self._restore()
        self._refresh()

    # building

    def _build_panels(self) -> None:
        self.attributes, self.palette_panel = AttributesPanel(self.stage), PalettePanel(self.stage)
        self.face, self.directions = FacePanel(self.stage), DirectionsPanel(self.stage)
        self.mixing = MixingPanel(self.stage, self.thumbnails)
        self.favourites = FavouritesPanel(self.stage, self.thumbnails)
        self.dice = DicePanel(self.stage)
        self.left = self._tabs((self.attributes, self.tr("Shape")), (self.palette_panel, self.tr("Colours")))
        self.right = self._tabs(
            (self.face, self.tr("Face")), (self.mixing, self.tr("Mixing")), (self.directions, self.tr("Directions"))
        )
        self.setDockNestingEnabled(False)
        for corner, area in (
            (Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea),
            (Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea),
        ):
            self.setCorner(corner, area)
        self.docks = [
            self._dock("left", self.left, Qt.DockWidgetArea.LeftDockWidgetArea),
            self._dock("right", self.right, Qt.DockWidgetArea.RightDockWidgetArea),
            self._dock("strip", self.favourites, Qt.DockWidgetArea.BottomDockWidgetArea),
        ]
        self.resizeDocks(self.docks[:2], [370, 350], Qt.Orientation.Horizontal)
        self.reference_bar = ReferenceBar(self.canvas)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.error_bar, self.question_bar):
            column.addWidget(widget)
        column.addWidget(self.canvas, 1)
        self.setCentralWidget(centre)

    def _tabs(self, *pages: tuple[QWidget, str]) -> QTabWidget:
        tabs = QTabWidget(documentMode=True)
        tabs.tabBar().setDrawBase(False)
        for page, title in pages:
            tabs.addTab(page, title)
        return tabs

    def _dock(self, name: str, content: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(self)
        dock.setObjectName(f"dock_{name}")
        dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        dock.setTitleBarWidget(QWidget())  # no title: the tabs speak for themselves
        dock.setWidget(content)
        self.addDockWidget(area, dock)
        return dock

    def _build_actions(self) -> None:
        self.recent_menu, self.background_menu = QMenu(self), QMenu(self)
        self.recent_menu.aboutToShow.connect(self._fill_recent)
        self.backgrounds = QActionGroup(self)
        for title, value in BACKGROUNDS:
            action = QAction(self.tr(title), self, checkable=True)
            action.setData(value)
            action.triggered.connect(partial(self._set_background, value))
            self.backgrounds.addAction(action)
            self.background_menu.addAction(action)
        handlers: dict[str, Callable[..., object] | QMenu] = {
            "new": self.files.new,
            "open": self.ask_open,
            "recent": self.recent_menu,
            "save": self.save,
            "save_as": self.ask_save,
            "export_png": self.export_png,
            "quit": self.close,
            "undo": self.session.undo,
            "redo": self.session.redo,
            "copy": self.pictures.copy,
            "paste": self.pictures.paste,
            "remove_reference": partial(self.set_reference, None),
            "reset": lambda: self.session.edit(Look(), self.tr("Default look")),
            "roll": self.dice.roll,
            "vary": self.dice.vary,
            "keep": self.favourites.add,
            "fit": self.canvas.fit,
            "actual_size": self.canvas.actual_size,
            "zoom_in": partial(self.canvas.zoom_by, STEP),
            "zoom_out": partial(self.canvas.zoom_by, 1 / STEP),
            "background": self.background_menu,
            "idle": self._set_idle,
            "rest_face": self._rest_face,
            "panels": self._show_panels,
            "full_screen": lambda on: self.showFullScreen() if on else self.showNormal(),
            "shortcuts": lambda: shortcuts_dialog(self).show(),
            "open_log": lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_dir()))),
            "about": self._about,
        }
        self.actions_by_name = table.build(self, handlers)

    def _build_toolbar(self) -> None:
        bar = QToolBar(self.tr("Tools"), movable=False, floatable=False)
        bar.setObjectName("toolbar")
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        bar.addAction(self.actions_by_name["undo"])
        bar.addAction(self.actions_by_name["redo"])
        for side in (0, 1):
            space = QWidget()
            space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            bar.addWidget(space)
            if not side:
                bar.addWidget(self.dice)
        self.compare_button = QPushButton(self.tr("Compare"))
        self.compare_button.setToolTip(self.tr("Hold to see the look before the last step (hold C or \\)"))
        self.compare_button.pressed.connect(partial(self.preview.compare, True))
        self.compare_button.released.connect(partial(self.preview.compare, False))
        self.compare_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        export = QPushButton(self.tr("Export PNG"))
        export.setToolTip(self.tr("Save the picture (Ctrl+E)"))
        export.clicked.connect(lambda: self.export_png())
        bar.addWidget(self.compare_button)
        bar.addWidget(export)
        self.addToolBar(bar)

    def _build_status(self) -> None:
        self.time_label, self.size_label, self.zoom_label = QLabel(), QLabel(), QLabel()
        self.time_label.setToolTip(self.tr("How long the last picture took"))
        self.size_label.setToolTip(self.tr("Pixels a side of the preview"))
        self.zoom_label.setToolTip(self.tr("Zoom: 100 % is 512 pixels"))
        for label in (self.time_label, self.size_label, self.zoom_label):
            self.statusBar().addPermanentWidget(label)
        self.statusBar().setSizeGripEnabled(False)

    def _connect(self) -> None:
        stage, canvas = self.stage, self.canvas
        self.bridge.generator_ready.connect(self._on_generator)
        stage.changed.connect(self._refresh)
        stage.said.connect(self._on_said)
        stage.failed.connect(self._on_failed)
        self.preferences.failed.connect(stage.fail)
        self.preview.shown.connect(self._on_frame)
        canvas.zoomed.connect(self._on_zoomed)
        canvas.painted.connect(self.picture_shown)
        canvas.drag_out_started.connect(self.pictures.pull_out)
        self.pictures.reference_read.connect(self.set_reference)
        self.reference_bar.opacity_changed.connect(canvas.set_reference_opacity)
        self.reference_bar.removed.connect(partial(self.set_reference, None))
        self.favourites.mix_asked.connect(self._mix_with)
        self.files.path_wanted.connect(self.ask_save)
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)

    def _restore(self) -> None:
        settings = self.preferences.settings
        self.resize(QSize(1440, 900))
        if settings.window_geometry:
            self.restoreGeometry(QByteArray.fromBase64(settings.window_geometry.encode()))
        if settings.window_state:
            self.restoreState(QByteArray.fromBase64(settings.window_state.encode()))
        self._set_background(settings.background)
        self.actions_by_name["idle"].setChecked(settings.idle_animation)
        self.actions_by_name["panels"].setChecked(True)
        self._show_panels(True)

    def start(self) -> None:
        """Load the generator and look for recovered work; call it when the window is visible."""
        self.bridge.start()
        self.files.start_autosave()

    # what changed

    def _on_generator(self, manifest: Manifest) -> None:
        self.stage.load(manifest)
        self.statusBar().showMessage(self.tr("Generator: {}").format(manifest.name), SAYS)

    def _on_frame(self, frame: FrameResult) -> None:
        self.time_label.setText(f"{frame.milliseconds:.0f} ms")
        self.size_label.setText(f"{frame.size} px")

    def _on_zoomed(self) -> None:
        self.zoom_label.setText(f"{100 * self.canvas.zoom * self.canvas.devicePixelRatioF():.0f} %")
        self.reference_bar.place()

    def _on_said(self, text: str) -> None:
        self.statusBar().showMessage(text, SAYS)
        self.error_bar.clear()  # something went well: the last complaint is over

    def _on_failed(self, message: str, hint: str) -> None:
        self.error_bar.fail(message, hint)
        if self.stage.manifest is None:
            self.canvas.hint = self.tr("There is no generator to draw with.")
            self.canvas.update()

    def _refresh(self) -> None:
        session = self.session
        name = session.path.name if session.path else self.tr("New persona")
        self.setWindowTitle(f"{name}[*] \N{EN DASH} VTuber Studio")
        self.setWindowModified(session.dirty)
        state = {
            "generator": self.stage.manifest is not None,
            "undo": session.can_undo,
            "redo": session.can_redo,
            "reference": self.canvas.reference is not None,
        }
        table.enable(self.actions_by_name, state)
        self.compare_button.setEnabled(session.can_undo)
        for key, word, label in (
            ("undo", self.tr("Undo"), session.undo_label),
            ("redo", self.tr("Redo"), session.redo_label),
        ):
            text = f"{word} {label}".strip()
            self.actions_by_name[key].setText(text)
            self.actions_by_name[key].setIconText(word)
            keys = self.actions_by_name[key].shortcut().toString()
            self.actions_by_name[key].setToolTip(f"{text} ({keys})")

    # actions

    def ask_open(self) -> None:
        """Choose a project or a look."""
        dialog = QFileDialog(self, self.tr("Open"), self._folder(), self.tr("Projects and looks (*.vtsproj *.json)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.files.open(Path(path)))
        dialog.open()

    def save(self) -> None:
        """Save where it came from, or ask where."""
        if self.session.path is not None:
            self.files.save(self.session.path)
        else:
            self.ask_save()

    def ask_save(self, then: Callable[[], None] | None = None) -> None:
        """Choose a file and save."""
        dialog = QFileDialog(self, self.tr("Save as"), self._folder(), self.tr("Projects (*.vtsproj)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.files.save(Path(path), then))
        dialog.open()

    def _folder(self) -> str:
        if self.session.path is not None:
            return str(self.session.path)
        recent = self.preferences.settings.recent_files
        return str(Path(recent[0]).parent) if recent else str(Path.home())

    def export_png(self) -> ExportPngDialog:
        """Show the export dialog beside the window."""
        if self._export is None:
            self._export = ExportPngDialog(self.stage, self.preferences, self)
        self._export.show()
        self._export.raise_()
        return self._export

    def set_reference(self, image: QImage | None) -> None:
        """Lay a picture over the figure, or take it away."""
        self.canvas.set_reference(image)
        self.reference_bar.setVisible(image is not None)
        self.reference_bar.place()
        self._refresh()

    def _mix_with(self, look: Look) -> None:
        self.mixing.set_source(look)
        self.right.setCurrentWidget(self.mixing)

    def _rest_face(self) -> None:
        self.stage.replace_expression({})
        self.stage.replace_pose(NEUTRAL)

    def _set_background(self, background: str) -> None:
        self.canvas.set_background(background)
        for action in self.backgrounds.actions():
            action.setChecked(action.data() == background)
        self.preferences.change(background=background)

    def _set_idle(self, on: bool) -> None:
        self.idle.set_enabled(on)
        self.preferences.change(idle_animation=on)

    def _show_panels(self, on: bool) -> None:
        for dock in self.docks:
            dock.setVisible(on)

    def _fill_recent(self) -> None:
        self.recent_menu.clear()
        for name in self.preferences.settings.recent_files:
            self.recent_menu.addAction(fitting(name, 80)).triggered.connect(partial(self.files.open, Path(name)))
        if self.recent_menu.isEmpty():
            self.recent_menu.addAction(self.tr("Nothing yet")).setEnabled(False)

    def _about(self) -> None:
        facts = {self.tr("Generator"): self.stage.manifest.name if self.stage.manifest else self.tr("none")}
        folders = ((self.tr("Settings"), config_dir()), (self.tr("Data"), data_dir()), (self.tr("Log"), log_dir()))
        facts |= {name: str(folder) for name, folder in folders}
        about_dialog(self, __version__, facts).show()

    # events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Comparing while a key is held; and whatever the user does, she holds still for it."""
        kind = event.type()
        if kind in (QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.KeyPress):
            self.idle.disturb()
        if kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease) and isinstance(event, QKeyEvent):
            held = kind == QEvent.Type.KeyPress
            if (
                event.key() in COMPARE_KEYS
                and event.modifiers() == Qt.KeyboardModifier.NoModifier
                and self.isActiveWindow()
                and not isinstance(QApplication.focusWidget(), QLineEdit | QAbstractSpinBox)
            ):
                if not event.isAutoRepeat():
                    self.preview.compare(held)
                return True
            if held and event.key() == Qt.Key.Key_Escape and self.session.in_gesture:
                self.session.abort()
        elif kind == QEvent.Type.WindowDeactivate and watched is self:
            self.preview.compare(False)
        return super().eventFilter(watched, event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Projects, looks and pictures are welcome, but not our own picture."""
        data = event.mimeData()
        if event.source() is None and (dropped_file(data) is not None or data.hasImage()):
            event.acceptProposedAction()
            over = self.tr("Drop it to lay it over the figure")
            self.canvas.set_badge(self.tr("Drop it to open it") if to_open(data) else over)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """It went elsewhere."""
        self.canvas.set_badge("")

    def dropEvent(self, event: QDropEvent) -> None:
        """Open a project or a look; lay a picture over the figure."""
        path = to_open(event.mimeData())
        event.acceptProposedAction()
        self.canvas.set_badge("")
        if path is not None:
            self.files.open(path)
        else:
            self.pictures.take(event.mimeData())

    def showEvent(self, event: QShowEvent) -> None:
        """She moves while she is seen."""
        super().showEvent(event)
        self.idle.set_visible(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody sees her."""
        super().hideEvent(event)
        self.idle.set_visible(False)

    def changeEvent(self, event: QEvent) -> None:
        """Minimised is hidden, too."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self.idle.set_visible(self.isVisible() and not self.isMinimized())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Unsaved work: ask in the bar, once. Closing again keeps it aside for the next start."""
        if self.session.dirty and not self._leaving and not self._asked_to_leave():
            event.ignore()
            self.files.guard(self._leave)
            self._asked = True
            return
        self._finish()
        super().closeEvent(event)

    _asked = False

    def _asked_to_leave(self) -> bool:
        return self._asked and self.question_bar.isVisible()

    def _leave(self) -> None:
        self._leaving = True
        self.close()

    def _finish(self) -> None:
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        self.idle.set_enabled(False)
        geometry, state = self.saveGeometry().toBase64().data().decode(), self.saveState().toBase64().data().decode()
        if not self.actions_by_name["panels"].isChecked():
            state = self.preferences.settings.window_state
        self.preferences.change(window_geometry=geometry, window_state=state)
        self.preferences.flush()
        self.files.close(keep=not self._leaving)
        self.bridge.close()
        wait_for_jobs()
        self.stage.close()
