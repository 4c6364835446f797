"""One slider from the present look to the second one: exact at the ends, one step a drag, and the way is remembered."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.fakes import ATTRIBUTES, MATERIALS, PARTS
from tests.ui.driving import drag, undo_depth
from vtuber_studio.core.morph import between
from vtuber_studio.core.sampling import random_look
from vtuber_studio.ui.panels.mixing import MixingPanel
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.thumbnails import Thumbnails
from vtuber_studio.ui.widgets.slider import Slider

OTHER = random_look(ATTRIBUTES, MATERIALS, 8)


@pytest.fixture
def mixing(qtbot: QtBot, stage: Stage) -> MixingPanel:
    panel = MixingPanel(stage, Thumbnails(stage))
    qtbot.addWidget(panel)
    panel.resize(340, 700)
    panel.show()
    panel.set_source(OTHER)
    return panel


def slider(mixing: MixingPanel) -> Slider:
    assert mixing.morph.slider is not None
    return mixing.morph.slider


def test_a_drag_is_one_step_and_what_it_made_lies_between(stage: Stage, mixing: MixingPanel) -> None:
    before = stage.session.look.with_(background="#204060")
    stage.session.replace(stage.session.project.with_look(before))
    drag(slider(mixing), 90)
    amount = float(mixing.morph.value or 0)
    assert 0.1 < amount < 1 and undo_depth(stage.session) == 1 and stage.session.undo_label == "Morph"
    assert stage.session.look == between(
        before, OTHER.with_(background="#204060"), ATTRIBUTES, MATERIALS, PARTS, amount
    )
    stage.session.undo()
    assert stage.session.look == before and mixing.morph.value == 0
    stage.session.redo()
    assert mixing.morph.value == amount


def test_the_ends_are_the_two_looks_whatever_lay_between(stage: Stage, mixing: MixingPanel) -> None:
    before = stage.session.look
    QTest.keyClick(slider(mixing), Qt.Key.Key_PageUp)
    first = stage.session.look
    QTest.keyClick(slider(mixing), Qt.Key.Key_End)
    assert stage.session.look == OTHER and mixing.morph.value == 1
    QTest.keyClick(slider(mixing), Qt.Key.Key_Home)
    assert stage.session.look == before and mixing.morph.value == 0
    assert undo_depth(stage.session) == 3
    for look in (OTHER, first, before):
        stage.session.undo()
        assert stage.session.look == look


def test_another_edit_is_another_beginning(stage: Stage, mixing: MixingPanel) -> None:
    mixing.morph.put(0.4)
    stage.session.edit(stage.session.look.set(eye_size=0.9), "Eyes")
    assert mixing.morph.value == 0
    begun = stage.session.look
    mixing.morph.put(0.5)
    assert stage.session.look == between(begun, OTHER, ATTRIBUTES, MATERIALS, PARTS, 0.5)
    mixing.set_source(random_look(ATTRIBUTES, MATERIALS, 9))
    assert mixing.morph.value == 0, "it is on the way to nobody"
    stage.session.add_favourite()
    assert stage.session.favourites[0].look == stage.session.look


def test_a_long_way_is_not_remembered_whole(stage: Stage, mixing: MixingPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vtuber_studio.ui.panels.mixing.PASSED", 5)
    before = stage.session.look
    for step in range(1, 20):
        mixing.morph.put(step / 20)
        assert mixing.morph.value == pytest.approx(step / 20)
    mixing.morph.put(0.0)
    assert stage.session.look == before
