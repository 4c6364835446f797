"""Colours that go together in the real window: tried, taken, turned; each is one step or none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.driving import drag, settle, shown, undo_depth
from tests.ui.test_region_panel import make
from vtuber_studio.core.hues import from_rgb
from vtuber_studio.core.palette import parse_hex
from vtuber_studio.core.schemes import hue_turned, in_harmony
from vtuber_studio.ui.main_window import MainWindow
from vtuber_studio.ui.panels.harmony_box import HarmonyBox

solid = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@pytest.fixture
def box(window: MainWindow) -> HarmonyBox:
    window.docks.open(window.palette_panel)
    window.palette_panel.harmony.header.click()
    QApplication.processEvents()
    return window.palette_panel.harmony


def enter(box: HarmonyBox, name: str) -> None:
    at = QPointF(3, 3)
    QApplication.sendEvent(box.suggestions[name], QEnterEvent(at, at, at))


def leave(box: HarmonyBox, name: str) -> None:
    QApplication.sendEvent(box.suggestions[name], QEvent(QEvent.Type.Leave))


def hue(colour: str) -> float:
    return from_rgb(parse_hex(colour)[:3])[0]


@given(solid, st.floats(-180, 180))
def test_a_turn_keeps_the_lightness_and_the_way_back(colour: str, degrees: float) -> None:
    turned = hue_turned(colour, degrees)
    before, after = (from_rgb(parse_hex(each)[:3]) for each in (colour, turned))
    assert abs(before[2] - after[2]) < 0.02
    if before[1] > 0.3 and 0.3 < before[2] < 0.85:
        assert abs((after[0] - before[0] - degrees + 180) % 360 - 180) < 6
        back = parse_hex(hue_turned(turned, -degrees)) - parse_hex(colour)
        assert np.abs(back).max() < 0.16, "at the edge of the screen's colours a little is cut, each way"
    assert hue_turned(colour, 0.0) == colour


@given(solid, solid, st.sampled_from(["", "80"]))
def test_a_harmony_is_a_colour_and_keeps_the_cover(own: str, other: str, cover: str) -> None:
    assert in_harmony(own + cover, other, 120.0)[7:] == cover


def test_what_is_pointed_at_is_tried_and_a_click_takes_it(qtbot: QtBot, window: MainWindow, box: HarmonyBox) -> None:
    look, before = window.session.look, shown(window)
    box.target.setCurrentIndex(box.target.findData("eye.iris"))
    offered = [swatch.colour for swatch in box.suggestions.values()]
    assert len(set(offered)) == 5 and abs(abs(hue(offered[0]) - hue("#4060c0")) - 180) < 8
    enter(box, "complement")
    settle(qtbot, window)
    assert window.session.look.palette["eye.iris"] == offered[0] and (shown(window) != before).any()
    assert [swatch.colour for swatch in box.suggestions.values()] == offered, "trying one moves no other"
    leave(box, "complement")
    assert window.session.look == look and not window.session.can_undo
    enter(box, "triad")
    QTest.mouseClick(box.suggestions["triad"], Qt.MouseButton.LeftButton)
    leave(box, "triad")
    assert window.session.look.palette["eye.iris"] == offered[3]
    assert undo_depth(window.session) == 1 and window.session.undo_label == "Iris"


def test_the_hues_of_a_group_turn_in_one_step(window: MainWindow, box: HarmonyBox) -> None:
    before = window.session.look
    assert box.turn.slider is not None
    drag(box.turn.slider, 40)
    palette = window.session.look.palette
    changed = {name for name in palette if palette[name] != before.palette[name]}
    assert changed == {"hair.base", "hair.tip"} and box.turn.value == 0.0
    assert undo_depth(window.session) == 1 and window.session.undo_label == "Hues of hair"
    window.session.undo()
    window.session.set_locks({"hair.tip"})
    drag(box.turn.slider, -40)
    assert window.session.look.palette["hair.tip"] == before.palette["hair.tip"]


def test_inside_a_region_only_that_turns(qtbot: QtBot, window: MainWindow, box: HarmonyBox) -> None:
    make(qtbot, window)
    whole = window.session.project.look.palette
    box.target.setCurrentIndex(box.target.findData("eye.iris"))
    assert not box.suggestions["triad"].isEnabled(), "no eye is in it"
    assert box.turn.slider is not None
    drag(box.turn.slider, 40)
    look = window.session.project.look
    assert look.palette == whole and set(look.regions[0].palette) == {"hair.base", "hair.tip"}
