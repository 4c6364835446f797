"""Training: the generator learns from the user's own pictures, in a process of its own, while the window is used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from vtuber_studio.core.direction import free_name
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.finetuning import FinetuneConfig, Rights, Run
from vtuber_studio.engine.manifest import can
from vtuber_studio.ui.fits import Fits
from vtuber_studio.ui.panels.order_box import OrderBox
from vtuber_studio.ui.panels.run_box import RunBox
from vtuber_studio.ui.panels.runs_box import RunsBox
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.trainer import Trainer
from vtuber_studio.ui.training_child import can_train
from vtuber_studio.ui.widgets.section import scroll_column


class TrainingPanel(QWidget):
    """What is asked for, what goes on, what there was."""

    def __init__(self, stage: Stage, trainer: Trainer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage, self.trainer = stage, trainer
        self.order, self.run, self.runs = OrderBox(), RunBox(trainer), RunsBox(trainer)
        self.fits = Fits(stage, trainer, self)
        self.fits.came.connect(self.run.show_fits)
        self.column = scroll_column(self)
        for box in (self.run, self.order, self.runs):
            self.column.addWidget(box)
        self.column.addStretch(1)
        self._known = False  # whether anything can be trained here
        self._present: Path | None = None
        self.order.started.connect(self.begin)
        self.runs.failed.connect(stage.fail)
        trainer.changed.connect(self._on_changed)

    def showEvent(self, event: QShowEvent) -> None:
        """Say at once where nothing can be trained, not after everything was chosen."""
        super().showEvent(event)
        if not self._known:
            self._known = True
            self.order.refuse(" ".join(can_train()).strip())

    def take(self, pictures: Sequence[Path], rights: Rights | None = None) -> None:
        """Learn from these files or folders, or this one tray, which knows whose they are."""
        self.order.take(pictures, rights)

    def begin(self) -> None:
        """Begin what was chosen, or let it wait for what goes on."""
        try:
            config = self.order.config
        except StudioError as error:
            self.stage.fail(error.message, error.hint)
            return
        pictures, untied = tuple(str(path.absolute()) for path in self.order.pictures), self.order.untied.isChecked()
        taken = [kept.run.name for kept in self.trainer.kept]
        name = free_name(self.stage.session.project.name or self.tr("My pictures"), taken)

        def found(folder: Path | None) -> None:
            manifest = self.stage.manifest
            if folder is None or manifest is None or not can(manifest, "attributes"):
                told = self.tr("This generator has no sliders, so no look of it comes near a picture.")
                self.stage.fail(told, self.tr("Choose another one first."))
            else:
                self.trainer.add(_run(config, pictures, folder, manifest.id, name), untied)

        self.stage.bridge.call(lambda generator: getattr(generator, "folder", None), found, self.stage.fail)

    def _on_changed(self) -> None:
        present = self.trainer.present
        self.order.start_button.setText(self.tr("Start") if present is None else self.tr("Start after this one"))
        if present is not None and present != self._present:
            self.order.header.setChecked(False)  # what goes on is what matters now
        self._present = present


def _run(config: FinetuneConfig, pictures: tuple[str, ...], base: Path, base_id: str, name: str) -> Run:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Run(config=config, pictures=pictures, base=str(base), base_id=base_id, created=now, name=name)
