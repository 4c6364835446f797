"""What tests of the window share: its settings, its pixels, and hands that press and drag."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.fakes import FakeGenerator
from vtuber_studio.core.session import Session
from vtuber_studio.core.settings import Settings
from vtuber_studio.engine.render import render
from vtuber_studio.ui.main_window import MainWindow
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.slider import Slider

STILL = Settings(idle_animation=False)
WAIT = 15_000  # milliseconds; the machine may be slow
Open = Callable[..., MainWindow]


def pixels(image: QImage) -> np.ndarray:
    """Straight RGBA [H, W, 4] of a QImage."""
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : 4 * plain.width()].reshape(plain.height(), plain.width(), 4).copy()


def shown(window: MainWindow) -> np.ndarray:
    """What the canvas shows, as straight RGBA."""
    assert window.canvas.image is not None
    return pixels(window.canvas.image)


def settle(qtbot: QtBot, window: MainWindow) -> None:
    """Wait for the newest picture; it must show what the session says."""
    qtbot.waitUntil(lambda: window.preview.settled, timeout=WAIT)
    a = shown(window).astype(float)
    assert len(a) == window.preview.size()
    b = render(FakeGenerator(), window.stage.shot, size=len(a), quality="preview").astype(float)
    # premultiplied and back: compare the visible colours
    assert np.abs(a[..., :3] * a[..., 3:] - b[..., :3] * b[..., 3:]).max() <= 255 * 4


def picture(stage: Stage, size: int = 256) -> np.ndarray:
    """The fake generator's picture of what the stage says."""
    return render(FakeGenerator(), stage.session.look, stage.expression, stage.pose, size)


def undo_depth(session: Session) -> int:
    """How many steps can be taken back; they are done again."""
    depth = 0
    while session.can_undo:
        session.undo()
        depth += 1
    for _ in range(depth):
        session.redo()
    return depth


def drag(slider: Slider, pixels: int, *, release: bool = True, moves: int = 8) -> None:
    """Take the handle, pull it sideways in several moves, let go."""
    start = slider.handle().center()
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=start)
    for move in range(1, moves + 1):
        QTest.mouseMove(slider, start + QPoint(pixels * move // moves, 0))
        QApplication.processEvents()
    if release:
        QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=start + QPoint(pixels, 0))
