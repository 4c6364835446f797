"""Regions in the window: ready-made masks, the stack, and panels that edit inside the one that was entered."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from tests.fakes import ATTRIBUTES, DEFAULT, DICE, MATERIALS, PARTS
from tests.ui.driving import WAIT, drag, settle, shown
from vtuber_studio.core.dice import roll
from vtuber_studio.core.latents import seed_z
from vtuber_studio.core.look import Look
from vtuber_studio.core.region import differs as differing
from vtuber_studio.ui.main_window import MainWindow
from vtuber_studio.ui.ready_masks import TABLE, targets
from vtuber_studio.ui.widgets.glow import Glow
from vtuber_studio.ui.widgets.value_row import value_menu

LEFT, RIGHT, ENDS, STREAK, ALL = TABLE
HAIR = ("hair_front",)


def make(qtbot: QtBot, window: MainWindow, ready: object = LEFT, parts: tuple[str, ...] = HAIR) -> None:
    """A ready-made region, as its menu does it."""
    before = len(window.regions.stack)
    label = next(label for label, named in targets(window.stage.manifest, ready) if named == parts)  # type: ignore[arg-type]
    menu = next(a.menu() for a in window.regions.new_menu.actions() if a.text() == ready.menu)  # type: ignore[attr-defined]
    next(action for action in menu.actions() if action.text() == label).trigger()
    qtbot.waitUntil(lambda: len(window.regions.stack) == before + 1, timeout=WAIT)


def steps(window: MainWindow) -> int:
    """How many steps can be taken back. Taking them back would leave what was entered."""
    return window.session._history.at


def differs(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    return (before != after).any(-1)


@pytest.fixture
def streaked(qtbot: QtBot, window: MainWindow) -> MainWindow:
    """A window with one region, entered."""
    window.docks.open(window.regions)
    make(qtbot, window)
    return window


def test_two_tone_hair_takes_three_clicks(qtbot: QtBot, streaked: MainWindow) -> None:
    window = streaked
    settle(qtbot, window)
    before = shown(window)
    assert window.session.entered == 0 and "Front hair, her left" in window.regions.bar.words.text()
    assert window.regions.bar.isVisible() and window.regions.list.currentItem().text() == "Front hair, her left"
    window.palette_panel.set_colour("hair.base", "#cc2233")
    settle(qtbot, window)
    changed = differs(before, shown(window))
    middle = changed.shape[1] // 2
    assert changed[:, middle:].any() and not changed[:, :middle].any()
    assert window.session.project.look.palette["hair.base"] != "#cc2233"
    assert window.palette_panel.swatches["hair.base"].colour == "#cc2233"


@pytest.mark.parametrize("ready", TABLE)
def test_every_ready_made_mask_makes_a_region(qtbot: QtBot, window: MainWindow, ready: object) -> None:
    depth = steps(window)
    make(qtbot, window, ready)
    (region,) = window.regions.stack
    assert region.parts == HAIR and window.session.entered == 0 and steps(window) == depth + 1
    window.palette_panel.set_colour("hair.base", "#cc2233")
    settle(qtbot, window)
    window.actions_by_name["undo"].trigger()
    assert window.session.entered == 0
    window.actions_by_name["undo"].trigger()
    assert window.session.entered is None and not window.regions.stack and not window.regions.bar.isVisible()
    window.actions_by_name["redo"].trigger()
    assert window.regions.stack == (region,)


def test_a_slider_inside_is_one_step_and_the_look_keeps_its_own(qtbot: QtBot, streaked: MainWindow) -> None:
    window = streaked
    row, depth = window.attributes.rows["fringe_length"], steps(window)
    outside = window.session.project.look.attributes["fringe_length"]
    assert row.slider is not None
    drag(row.slider, 30)
    inside = window.regions.stack[0].attributes["fringe_length"]
    assert steps(window) == depth + 1 and inside > outside
    assert window.session.project.look.attributes["fringe_length"] == outside
    drag(row.slider, 20, release=False)
    QTest.keyClick(row.slider, Qt.Key.Key_Escape)  # takes the drag back, and no more than that
    assert window.regions.stack[0].attributes["fringe_length"] == inside and window.session.entered == 0
    QTest.keyClick(row.slider, Qt.Key.Key_Escape)
    assert window.session.entered is None and float(row.slider.value()) != inside
    assert row.number.value() == pytest.approx(outside, abs=0.01)


def test_done_and_the_row_of_the_whole_look_leave(qtbot: QtBot, streaked: MainWindow) -> None:
    window, listed = streaked, streaked.regions.list
    QTest.mouseClick(window.regions.bar.button, Qt.MouseButton.LeftButton)
    assert window.session.entered is None and listed.currentRow() == listed.count() - 1
    listed.setCurrentRow(0)
    assert window.session.entered == 0
    listed.setCurrentRow(1)
    assert window.session.entered is None and not window.regions.details.isVisible()


def test_the_stack_is_hidden_moved_renamed_doubled_and_deleted(qtbot: QtBot, streaked: MainWindow) -> None:
    window, panel = streaked, streaked.regions
    make(qtbot, window, RIGHT, ("eyes",))
    names = lambda: [region.name for region in panel.stack]  # noqa: E731
    assert names() == ["Front hair, her left", "Eyes, her right"] and window.session.entered == 1
    depth = steps(window)
    panel.buttons["down"].click()
    assert names() == ["Eyes, her right", "Front hair, her left"] and window.session.entered == 0
    assert not panel.buttons["down"].isEnabled()
    panel.list.currentItem().setText("  One   eye ")
    panel.list.currentItem().setCheckState(Qt.CheckState.Unchecked)
    panel.buttons["duplicate"].click()
    assert names() == ["One eye", "One eye copy", "Front hair, her left"] and window.session.entered == 1
    assert panel.stack[1].hidden and "hidden" in panel.bar.words.text()
    panel.buttons["delete"].click()
    assert names() == ["One eye", "Front hair, her left"] and window.session.entered is None
    assert steps(window) == depth + 5
    for _ in range(5):
        window.session.undo()
    assert names() == ["Front hair, her left", "Eyes, her right"]
    listed = [panel.list.item(row).text() for row in range(3)]
    assert listed == ["Eyes, her right", "Front hair, her left", "The whole look"]


def test_the_list_is_clicked(qtbot: QtBot, streaked: MainWindow) -> None:
    window, listed = streaked, streaked.regions.list
    make(qtbot, window, RIGHT, ("eyes",))

    def click(row: int, x: int = 120, twice: bool = False) -> None:
        at = QPoint(x, listed.visualItemRect(listed.item(row)).center().y())
        (QTest.mouseDClick if twice else QTest.mouseClick)(listed.viewport(), Qt.MouseButton.LeftButton, pos=at)
        QApplication.processEvents()

    click(1)
    assert window.session.entered == 0
    click(2)
    assert window.session.entered is None
    click(0, x=listed.visualItemRect(listed.item(0)).left() + 14)
    assert window.regions.stack[1].hidden and not window.regions.stack[0].hidden
    click(1)
    click(1, twice=True)
    (field,) = listed.findChildren(QLineEdit)
    QTest.keyClicks(field, "Streak")
    QTest.keyClick(field, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert [region.name for region in window.regions.stack] == ["Streak", "Eyes, her right"]


def test_strength_is_one_drag_and_the_last_part_stays(qtbot: QtBot, streaked: MainWindow) -> None:
    window, panel = streaked, streaked.regions
    depth = steps(window)
    assert panel.strength.slider is not None
    QApplication.processEvents()
    drag(panel.strength.slider, -40)
    assert panel.stack[0].strength < 0.9 and steps(window) == depth + 1
    panel.ticks["eyes"].click()
    assert panel.stack[0].parts == ("eyes", "hair_front")
    panel.ticks["eyes"].click()
    panel.ticks["hair_front"].click()
    assert panel.stack[0].parts == HAIR and panel.ticks["hair_front"].isChecked()


def test_what_is_meant_for_the_whole_look_leaves_the_region(qtbot: QtBot, streaked: MainWindow) -> None:
    window = streaked
    window.session.add_favourite("With it")
    window.palette_panel.set_colour("hair.base", "#cc2233")
    window.actions_by_name["reset"].trigger()
    assert window.session.entered is None and window.session.look == window.stage.default_look
    window.session.recall_favourite(0)
    assert len(window.regions.stack) == 1 and window.session.entered is None


def test_sliders_that_move_nothing_inside_are_grey(qtbot: QtBot, streaked: MainWindow) -> None:
    rows = streaked.attributes.rows
    assert rows["fringe_length"].label.isEnabled() and not rows["eye_size"].label.isEnabled()
    assert "Front hair, her left" in rows["eye_size"].toolTip()
    for panel in (streaked.mixing, streaked.directions):
        enabled = {part for (part, _), row in panel.rows.items() if row.label.isEnabled()}
        assert enabled == set(HAIR)
    streaked.regions.ticks["eyes"].click()
    assert rows["eye_size"].label.isEnabled()
    streaked.session.enter(None)
    assert rows["face_width"].label.isEnabled()


def test_panels_say_what_is_the_regions_own(qtbot: QtBot, streaked: MainWindow) -> None:
    window, swatches = streaked, streaked.palette_panel.swatches
    row = window.attributes.rows["fringe_length"]
    assert "Only inside" not in row.toolTip() and not swatches["skin.base"].isEnabled()
    window.palette_panel.set_colour("hair.base", "#cc2233")
    window.session.edit(window.session.look.set(fringe_length=0.9))
    assert "Only inside Front hair, her left" in row.toolTip() and row.label.property("mixed")
    assert "Only inside" in swatches["hair.base"].toolTip() and "nothing inside" in swatches["skin.base"].toolTip()
    window.session.enter(None)
    assert "Only inside" not in row.toolTip() + swatches["hair.base"].toolTip() and swatches["skin.base"].isEnabled()


def test_a_new_region_brings_its_controls_into_sight(qtbot: QtBot, streaked: MainWindow) -> None:
    row = streaked.attributes.rows["fringe_length"]
    assert row.isVisible() and not row.visibleRegion().isEmpty() and streaked.attributes.findChildren(Glow)


def test_mixing_and_dice_act_inside(qtbot: QtBot, streaked: MainWindow) -> None:
    window = streaked
    settle(qtbot, window)
    before, outer = shown(window), window.session.project.look.with_(regions=())
    window.docks.open(window.mixing)
    QApplication.processEvents()
    window.mixing.roll_source(9)
    mixed = window.mixing.rows["hair_front", "colour"]
    assert mixed.slider is not None
    drag(mixed.slider, 120)
    assert [mix.part for mix in window.regions.stack[0].mixes] == ["hair_front"]
    settle(qtbot, window)
    for _ in range(2):
        changed = differs(before, shown(window))
        middle = changed.shape[1] // 2
        assert changed[:, middle:].any() and not changed[:, :middle].any()
        window.dice.roll(5)
        settle(qtbot, window)
    assert window.session.project.look.with_(regions=()) == outer and window.session.entered == 0


def test_a_stack_too_high_is_refused_in_words(qtbot: QtBot, streaked: MainWindow) -> None:
    window = streaked
    (region,) = window.regions.stack
    window.session.edit_whole(Look(regions=(region,) * 100))
    window.session.enter(99)
    window.regions.buttons["duplicate"].click()
    assert len(window.regions.stack) == 100 and window.error_bar.isVisible()


def test_the_dice_roll_what_is_ticked_and_nothing_else(qtbot: QtBot, streaked: MainWindow) -> None:
    window = streaked
    window.dice.roll(5)
    region = window.stage.region
    assert region is not None and set(region.attributes) <= {"front_style", "fringe_length"} and region.attributes
    assert set(region.palette) <= {"hair.base", "hair.tip"} and region.palette and set(region.z) == {"hair_front"}
    persona = roll(DEFAULT, ATTRIBUTES, MATERIALS, PARTS, 5, rules=DICE)
    inside = window.session.look
    assert all(inside.attributes[name] == persona.attributes[name] for name in ("front_style", "fringe_length"))
    own = seed_z(inside.seed, "hair_front", 4) + np.array(inside.z["hair_front"])
    assert np.allclose(own, seed_z(5, "hair_front", 4), atol=1e-6), "as the persona of that seed has it"
    window.dice.vary()
    region = window.stage.region
    assert region is not None and set(region.attributes) <= {"front_style", "fringe_length"}
    window.regions.ticks["eyes"].click()
    assert window.session.look.attributes["eye_size"] == window.session.project.look.attributes["eye_size"]


def test_inside_everything_goes_back_to_what_is_outside(qtbot: QtBot, streaked: MainWindow) -> None:
    window, session = streaked, streaked.session
    session.enter(None)
    session.edit(session.look.set(fringe_length=0.4).paint({"hair.base": "#225588"}))
    session.enter(0)
    session.edit(session.look.set(fringe_length=-0.6).paint({"hair.base": "#cc2233", "hair.tip": "#ffffff"}))
    row = window.attributes.rows["fringe_length"]
    QTest.mouseDClick(row.label, Qt.MouseButton.LeftButton)
    region = window.stage.region
    assert region is not None and region.attributes == {} and session.look.attributes["fringe_length"] == 0.4
    menu = value_menu(row)
    assert not menu.actions()[0].isEnabled() and "0.40" in menu.actions()[0].text()
    menu.close()
    window.palette_panel.reset("hair.base")
    assert session.look.palette["hair.base"] == "#225588"
    region = window.stage.region
    assert region is not None and region.palette == {"hair.tip": "#ffffff"}
    session.edit(session.look.set(fringe_length=-0.6))
    window.parts._reset(PARTS[2])
    assert window.stage.region is not None and not differing(window.stage.region)
    session.enter(None)
    QTest.mouseDClick(row.label, Qt.MouseButton.LeftButton)
    assert session.look.attributes["fringe_length"] == 0.0


def test_ticks_say_what_they_are_for(streaked: MainWindow) -> None:
    assert all(tick.toolTip() for tick in streaked.regions.ticks.values())


def test_what_is_mixed_in_inside_is_of_its_parts_and_seen_in_the_swatches(
    qtbot: QtBot, streaked: MainWindow
) -> None:
    window = streaked
    window.mixing.set_source(DEFAULT.set(eye_size=0.9, fringe_length=0.9).paint({"hair.base": "#cc2233"}))
    window.mixing.take_buttons["shape"].click()
    window.mixing.take_buttons["colour"].click()
    region = window.stage.region
    assert region is not None and [(mix.part, mix.shape, mix.colour) for mix in region.mixes] == [("hair_front", 1, 1)]
    assert window.palette_panel.swatches["hair.base"].colour == "#cc2233"
    window.mixing.take_buttons[""].click()
    assert window.palette_panel.swatches["hair.base"].colour == "#4060c0"
