"""What an export will be: a picture, a sheet or an animation that plays, its pixels and its bytes.

It is tried as a job when nothing has changed for a moment, and drawn behind the previews of the canvas: nothing waits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.progress import Progress
from vtuber_studio.core.settings import Order
from vtuber_studio.export.targets import TARGETS
from vtuber_studio.export.trial import Trial, try_export
from vtuber_studio.ui.bridge import to_qimage
from vtuber_studio.ui.dialogs.option_words import bytes_words
from vtuber_studio.ui.exports import Exports
from vtuber_studio.ui.job import Job
from vtuber_studio.ui.widgets.player import Player

REST = 400  # milliseconds without a change before something is tried


class ExportTrial(QWidget):
    """``order`` is asked for what to try; ``refused`` tells why that cannot be, or nothing when it can."""

    refused = Signal(str)

    def __init__(self, exports: Exports, order: Callable[[], Order], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.exports, self._order = exports, order
        self.trial: Trial | None = None  # what is shown
        self._job: Job | None = None
        self._shown: object = None  # of what, by value
        self.player = Player()
        self.player.setAccessibleName(self.tr("Preview"))
        self.figures = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.figures.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.figures.setMinimumHeight(2 * self.figures.fontMetrics().lineSpacing())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.player, 1)
        column.addWidget(self.figures)
        self._rest = QTimer(self, interval=REST, singleShot=True)
        self._rest.timeout.connect(self._try)

    @property
    def busy(self) -> bool:
        """True until what is shown is what will be."""
        return self._rest.isActive() or self._job is not None

    def ask(self) -> None:
        """Something changed: try it when it rests."""
        self.drop()
        if self.isVisible():
            self._rest.start()

    def clear(self) -> None:
        """Show nothing until something is tried."""
        self.player.play(())
        self.figures.clear()
        self.trial = self._shown = None

    def drop(self) -> None:
        """Try nothing."""
        self._rest.stop()
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def showEvent(self, event: QShowEvent) -> None:
        """Find out."""
        super().showEvent(event)
        self.ask()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is tried for nobody."""
        super().hideEvent(event)
        self.drop()

    def _try(self) -> None:
        manifest = self.exports.stage.manifest
        if self.exports.job is not None or manifest is None:
            return
        order = self._order()
        try:
            first, row = self.exports.rows(order)[0], TARGETS[order.target].exporter
        except StudioError as error:
            return self._refuse(str(error))
        asked = (row.kind, first.shot, first.options, order.many, manifest.id)
        if asked == self._shown:
            return self.refused.emit("")
        self._job = job = Job(try_export(row, self.exports.drawing(row.draws), first.shot, first.options))
        self.player.say(self.tr("Drawing ..."))

        def progressed(step: Progress) -> None:
            if job is not self._job:
                return
            if "trial" in step.figures:
                self.refused.emit("")
                self._show(step.figures["trial"], order.many, bool(row.beside))
            else:
                self.player.say(step.message)  # seen where there is no picture yet

        def failed(message: str, hint: str) -> None:
            if job is self._job:
                self._job = None
                self._refuse(f"{message} {hint}".strip())

        def finished(_result: Any) -> None:
            if job is self._job:
                self._job, self._shown = None, asked

        job.progressed.connect(progressed)
        job.failed.connect(failed)
        job.finished.connect(finished)
        job.start()

    def _refuse(self, text: str) -> None:
        self.clear()
        self.player.say("")
        self.refused.emit(text)

    def _show(self, trial: Trial, many: bool, sheet: bool) -> None:
        self.trial = trial
        self.player.play([(to_qimage(image), ms) for image, ms in trial.frames])
        said = self.tr("{} \N{MULTIPLICATION SIGN} {} pixels").format(*trial.size)
        if trial.count > 1:
            several = self.tr("{} pictures on {}") if sheet else self.tr("{} pictures, {}")
            said = several.format(trial.count, said)
        if trial.bytes is None:
            size = self.tr("measuring ...")
        else:
            size = bytes_words(trial.bytes)
            size = size if trial.exact else self.tr("about {}").format(size)
            size = self.tr("{} each").format(size) if many else size
        self.figures.setText(f"{said}\n{size}")
        known = self.tr("Measured: it was written on trial.")
        self.figures.setToolTip(known if trial.exact else self.tr("Estimated: smaller ones were written on trial."))
        self.player.setAccessibleDescription(self.figures.text())
