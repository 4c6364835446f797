"""What the canvas shows and when: sharp where one looks closely, alive when left alone, and neither at a high price."""

from __future__ import annotations

import threading

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from tests.fakes import FakeGenerator
from tests.ui.driving import WAIT, Open, pixels, settle
from vtuber_studio.core.look import Look
from vtuber_studio.core.pose import Pose
from vtuber_studio.core.settings import Settings
from vtuber_studio.core.shot import Shot
from vtuber_studio.core.timeline import blinking
from vtuber_studio.engine.paint import Window
from vtuber_studio.engine.render import render
from vtuber_studio.ui.bridge import to_qimage
from vtuber_studio.ui.figure import Picture, paint_figure, whole
from vtuber_studio.ui.idle import chest, openness
from vtuber_studio.ui.main_window import MainWindow
from vtuber_studio.ui.preview import LIDS

ALIVE = Settings(idle_animation=True)


def sharp(qtbot: QtBot, window: MainWindow) -> Picture:
    """The piece over the whole picture, when it is that of the view."""

    def there() -> bool:
        piece = window.preview._piece
        return len(window.canvas.pictures) == 2 and window.preview._waiting is None and piece is not None

    qtbot.waitUntil(there, timeout=WAIT)
    return window.canvas.pictures[1]


def rouse(qtbot: QtBot, window: MainWindow) -> None:
    """Until she moves, and all that she needs for it is drawn."""
    window.idle._rest.setInterval(10)
    window.idle.disturb()
    qtbot.waitUntil(lambda: window.idle.running, timeout=WAIT)
    qtbot.waitUntil(lambda: all(window.preview._lids.get(lids) for lids in LIDS), timeout=WAIT)


def test_a_close_look_is_drawn_in_the_pixels_it_is_seen_in(qtbot: QtBot, window: MainWindow) -> None:
    canvas = window.canvas
    before = canvas.pictures[0]
    canvas.zoom_to(8.0, QPointF(canvas.width() / 2, canvas.height() / 2))
    assert canvas.pictures == [before], "meanwhile what there is"
    piece = sharp(qtbot, window)
    assert canvas.pictures[0] is before, "which needs no second drawing"
    size = round(512 * piece.image.width() / piece.place.width())
    assert size >= canvas.pixels and piece.place.contains(canvas.seen)
    x0, y0 = (round(edge * size / 512) for edge in (piece.place.left(), piece.place.top()))
    place = (x0, y0, x0 + piece.image.width(), y0 + piece.image.height())
    truth = render(FakeGenerator(), window.stage.shot, size=size, quality="preview", window=place)
    assert (pixels(piece.image) == pixels(to_qimage(truth))).all()
    assert piece.image.width() < 2 * canvas.width() * size / canvas.pixels, "no more than is seen"


def test_a_piece_follows_the_view_and_goes_with_the_look(qtbot: QtBot, window: MainWindow) -> None:
    canvas = window.canvas
    canvas.zoom_to(8.0, QPointF(canvas.width() / 2, canvas.height() / 2))
    first = sharp(qtbot, window)
    canvas._look_at(canvas.zoom, canvas.origin - QPointF(500, 0))
    qtbot.waitUntil(lambda: len(canvas.pictures) == 2 and canvas.pictures[1] is not first, timeout=WAIT)
    second = sharp(qtbot, window)
    assert second.place.contains(canvas.seen) and not first.place.contains(canvas.seen)
    window.session.edit(Look().set(eye_size=0.8), "Eyes")
    qtbot.waitUntil(lambda: second not in canvas.pictures, timeout=WAIT)
    assert sharp(qtbot, window).place == second.place
    canvas.fit()
    qtbot.waitUntil(lambda: len(canvas.pictures) == 1, timeout=WAIT)
    settle(qtbot, window)


def test_a_fine_screen_gets_its_pixels(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window.canvas, "devicePixelRatioF", lambda: 2.0)
    window.canvas.fit()
    window.canvas.zoomed.emit()
    piece = sharp(qtbot, window)
    assert piece.image.width() / piece.place.width() >= 2.0 * window.canvas.zoom
    asked: list[Window | None] = []
    request = window.bridge.request

    def noted(shot: Shot, size: int, over: Window | None = None) -> int:
        asked.append(over)
        assert over or size == window.preview.small
        return request(shot, size, over)

    monkeypatch.setattr(window.bridge, "request", noted)
    window.session.edit(Look(seed=4).set(eye_size=0.8), "Eyes")
    sharp(qtbot, window)
    assert len(asked) == 2 and asked[0] is None and asked[1], "no third one, which would be covered at once"


def test_breathing_draws_what_the_renderer_would(qtbot: QtBot) -> None:
    shot = Shot(Look(seed=2), pose=Pose(yaw=6, roll=-3))

    def painted(breath: float, raised: float) -> np.ndarray:
        pose = msgspec.structs.replace(shot.pose, breath=breath)
        image = to_qimage(render(FakeGenerator(), shot.with_(pose=pose), size=1024, quality="preview"))
        ground = QImage(800, 800, QImage.Format.Format_RGB32)
        ground.fill(QColor("#808080"))
        with QPainter(ground) as painter:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            paint_figure(painter, QRectF(0.3, 0.6, 799, 799), [whole(image)], raised, QRect(0, 0, 800, 800))
        return pixels(ground).astype(int)

    drawn = painted(1.0, 0.0)
    assert np.abs(painted(0.0, 0.0) - drawn).mean() > 0.4
    for breath, raised in ((0.0, 1.0), (0.5, 0.5)):
        off = np.abs(painted(breath, raised) - drawn)
        assert off.max() < 32 and off.mean() < 0.3


def test_what_lies_over_a_picture_replaces_it(qtbot: QtBot) -> None:
    base, hole, spot = (QImage(64, 64, QImage.Format.Format_ARGB32_Premultiplied) for _ in range(3))
    for image, colour in ((base, "#ff0000"), (hole, "#00000000"), (spot, "#0000ff")):
        image.fill(QColor(colour))
    pictures = [whole(base), Picture(hole, QRectF(128, 128, 256, 64)), Picture(spot, QRectF(128, 160, 64, 64))]
    ground = QImage(512, 512, QImage.Format.Format_RGB32)
    ground.fill(QColor("#00ff00"))
    with QPainter(ground) as painter:
        paint_figure(painter, QRectF(0, 0, 512, 512), pictures, 0.0, QRect(0, 0, 512, 500))
    seen = {point: ground.pixelColor(*point).name() for point in ((5, 5), (300, 150), (150, 150), (150, 180), (5, 505))}
    assert list(seen.values()) == ["#ff0000", "#00ff00", "#00ff00", "#0000ff", "#00ff00"]


def test_left_alone_she_moves_and_draws_nothing(
    qtbot: QtBot, open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = FakeGenerator()
    window = open_window(ALIVE, lambda: generator)
    rouse(qtbot, window)
    ran, stamp = len(generator.calls), window.bridge.stamp
    qtbot.waitUntil(lambda: window.canvas.breath > 0.5, timeout=WAIT)
    monkeypatch.setattr("vtuber_studio.ui.preview.openness", lambda seconds: 0.0)
    qtbot.waitUntil(lambda: len(window.canvas.pictures) == 2, timeout=WAIT)
    lids = window.canvas.pictures[1]
    assert (len(generator.calls), window.bridge.stamp) == (ran, stamp)
    shut = blinking(window.stage.shot, 0.0, ("eye_open_left", "eye_open_right"))
    truth = render(FakeGenerator(), shut, size=1024, quality="preview")
    x0, y0 = int(2 * lids.place.left()), int(2 * lids.place.top())
    beyond = render(FakeGenerator(), window.stage.shot, size=1024, quality="preview").copy()
    beyond[y0 : y0 + lids.image.height(), x0 : x0 + lids.image.width()] = pixels(lids.image)
    assert np.abs(beyond.astype(int) - truth)[truth[..., 3] > 250].max() <= 1
    window.session.edit(Look().set(eye_size=-0.5), "Eyes")
    assert not window.idle.running and not window.preview._lids
    settle(qtbot, window)
    assert len(window.canvas.pictures) == 1 and window.canvas.breath > 0, "held still, the chest stays where it is"
    window.actions_by_name["idle"].setChecked(False)
    assert window.canvas.breath == 0


def test_close_up_she_blinks_as_sharply(qtbot: QtBot, open_window: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    window = open_window(ALIVE)
    window.canvas.zoom_to(4.0, QPointF(window.canvas.width() / 2, window.canvas.height() / 2))
    piece = sharp(qtbot, window)
    rouse(qtbot, window)
    monkeypatch.setattr("vtuber_studio.ui.preview.openness", lambda seconds: 0.0)
    qtbot.waitUntil(lambda: len(window.canvas.pictures) == 3, timeout=WAIT)
    lids = window.canvas.pictures[2]
    assert lids.image.width() / lids.place.width() == piece.image.width() / piece.place.width()


def test_blinks_are_short_and_breath_is_gentle() -> None:
    times = np.arange(0, 60, 0.01)
    lids, breath = np.array([openness(t) for t in times]), np.array([chest(t) for t in times])
    assert lids.min() == 0.0 and (lids == 1.0).mean() > 0.9
    assert breath.min() == 0.0 and breath.max() == 1.0 and np.abs(np.diff(breath)).max() < 0.06
    shut = blinking(Shot(expression={"eye_open_left": 0.5, "blush": 1.0}), 0.4, ("eye_open_left",))
    assert shut == Shot(expression={"eye_open_left": 0.2, "blush": 1.0})


def test_unseen_she_rests(qtbot: QtBot, open_window: Open) -> None:
    window = open_window(ALIVE)
    rouse(qtbot, window)
    window.setWindowState(Qt.WindowState.WindowMinimized)
    qtbot.waitUntil(lambda: not window.idle.running, timeout=WAIT)
    qtbot.wait(60)
    assert not window.idle.running
    window.setWindowState(Qt.WindowState.WindowNoState)
    qtbot.waitUntil(lambda: window.idle.running, timeout=WAIT)


def test_a_picture_that_takes_its_time_is_announced(qtbot: QtBot, window: MainWindow) -> None:
    gate = threading.Event()
    window.bridge.call(lambda generator: gate.wait(WAIT), lambda result: None)
    plain = window.canvas.grab().toImage()
    window.session.edit(Look().set(face_width=0.5), "Face width")
    assert not window.canvas.busy
    qtbot.waitUntil(lambda: window.canvas.busy, timeout=WAIT)
    assert window.canvas.grab().toImage() != plain
    gate.set()
    qtbot.waitUntil(lambda: not window.canvas.busy, timeout=WAIT)
    settle(qtbot, window)
