"""The window and the stage over the fake generator: shown, loaded, and closed again."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.fakes import FakeGenerator
from tests.ui.driving import STILL, WAIT, Open, settle
from vtuber_studio.core.recovery import find_orphans
from vtuber_studio.core.session import Session
from vtuber_studio.core.settings import Settings
from vtuber_studio.ui import theme
from vtuber_studio.ui.app import release_clipboard
from vtuber_studio.ui.bridge import Bridge
from vtuber_studio.ui.job import wait_for_jobs
from vtuber_studio.ui.main_window import MainWindow
from vtuber_studio.ui.stage import Stage


@pytest.fixture(scope="session", autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    """Sizes and colours as users see them. What tests have left behind goes while there is an application: the
    interpreter's end would take it apart in any order, children before their parents."""
    theme.apply(qapp)
    yield
    wait_for_jobs()
    for widget in QApplication.topLevelWidgets():
        widget.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()


@pytest.fixture(autouse=True)
def swept(qapp: QApplication) -> Iterator[None]:
    """Widgets of a test end with it. Only a running event loop carries out ``deleteLater``: left to the interpreter's
    end they pile up, and some of them would outlive the application's style."""
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    for orphan in find_orphans():  # the next test's window would offer it, above a smaller canvas
        orphan.discard()


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication) -> Iterator[Open]:
    """Makes windows that are shown, loaded and settled, and closes them."""
    made: list[MainWindow] = []

    def build(settings: Settings = STILL, load: Callable[[], FakeGenerator] = FakeGenerator) -> MainWindow:
        window = MainWindow(load, settings)
        made.append(window)
        if not settings.window_geometry:
            window.resize(1440, 900)  # the screen of these tests is a small one
        window.show()
        window.start()
        qtbot.waitUntil(lambda: window.canvas.image is not None, timeout=WAIT)
        settle(qtbot, window)
        return window

    yield build
    for window in made:
        window.leaving.agreed = True
        window.close()
        window.deleteLater()
    qapp.processEvents()
    release_clipboard()


@pytest.fixture
def window(open_window: Open) -> MainWindow:
    return open_window()


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    """What a panel is given, with the fake generator loaded on the renderer's thread."""
    bridge = Bridge(FakeGenerator)
    made = Stage(Session(), bridge)
    bridge.generator_ready.connect(made.load)
    with qtbot.waitSignal(made.loaded, timeout=WAIT):
        bridge.start()
    yield made
    bridge.close()
    made.close()
    bridge.deleteLater()  # with what it has still to say to panels that are gone
