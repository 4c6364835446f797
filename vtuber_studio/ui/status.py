"""The status line: what was done last, and how the picture is drawn now."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLabel, QMainWindow

from vtuber_studio.engine.bundle import Manifest
from vtuber_studio.ui.bridge import FrameResult
from vtuber_studio.ui.canvas import Canvas
from vtuber_studio.ui.preview import Preview
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.number import shown_number

SAYS = 6000  # milliseconds that a note stands


class Status(QObject):
    """Notes on the left; time, size and zoom on the right."""

    def __init__(self, stage: Stage, preview: Preview, canvas: Canvas, window: QMainWindow) -> None:
        super().__init__(window)
        self.canvas, self.line = canvas, window.statusBar()
        self.time, self.size, self.zoom = QLabel(), QLabel(), QLabel()
        self.time.setToolTip(self.tr("How long the last picture took"))
        self.size.setToolTip(self.tr("Pixels a side of the preview"))
        self.zoom.setToolTip(self.tr("Zoom: 100 % is 512 pixels"))
        for label in (self.time, self.size, self.zoom):
            self.line.addPermanentWidget(label)
        self.line.setSizeGripEnabled(False)
        stage.bridge.generator_ready.connect(self._on_generator)
        stage.said.connect(self.say)
        preview.shown.connect(self._on_frame)
        canvas.zoomed.connect(self._on_zoomed)

    def say(self, text: str) -> None:
        """For a few seconds."""
        self.line.showMessage(text, SAYS)

    def _on_generator(self, manifest: Manifest) -> None:
        self.say(self.tr("Generator: {}").format(manifest.name))

    def _on_frame(self, frame: FrameResult) -> None:
        self.time.setText(f"{shown_number(frame.milliseconds)} ms")
        self.size.setText(f"{shown_number(frame.size)} px")

    def _on_zoomed(self) -> None:
        self.zoom.setText(f"{shown_number(100 * self.canvas.zoom * self.canvas.devicePixelRatioF())} %")
