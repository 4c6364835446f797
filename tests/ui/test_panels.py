"""Every panel alone, by mouse and keys, over the fake generator; and the starter's own tables in all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragMoveEvent, QDropEvent, QIcon, QPixmap, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QPushButton, QScrollArea, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from tests.fakes import DEFAULT, FakeGenerator
from tests.ui.driving import WAIT, drag, picture, undo_depth
from vtuber_studio.core.look import Look, parse_seed
from vtuber_studio.core.mixing import take, taken
from vtuber_studio.core.palette import oklab, parse_hex, recolour
from vtuber_studio.core.pose import POSE_ROWS, PRESETS
from vtuber_studio.core.project import NamedLook, Project
from vtuber_studio.core.session import Session
from vtuber_studio.engine.figure import ingredients
from vtuber_studio.engine.generator import OnnxGenerator, load_generator
from vtuber_studio.engine.render import render
from vtuber_studio.ui.bridge import Bridge
from vtuber_studio.ui.dialogs.colour import ColourDialog
from vtuber_studio.ui.panels.attributes import AttributesPanel
from vtuber_studio.ui.panels.dice import DicePanel
from vtuber_studio.ui.panels.directions import DirectionsPanel
from vtuber_studio.ui.panels.face import FacePanel
from vtuber_studio.ui.panels.favourites import FavouritesPanel
from vtuber_studio.ui.panels.mixing import MixingPanel
from vtuber_studio.ui.panels.palette import PalettePanel
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.synonyms import SYNONYMS, matches
from vtuber_studio.ui.theme import COLOURS
from vtuber_studio.ui.thumbnails import Thumbnails
from vtuber_studio.ui.widgets.slider import Slider
from vtuber_studio.ui.widgets.value_row import ValueRow

W = TypeVar("W", bound=QWidget)
Show = Callable[[W], W]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    """Put a panel on the screen."""

    def shown(panel: W) -> W:
        qtbot.addWidget(panel)
        panel.resize(max(380, panel.sizeHint().width()), 700)
        with qtbot.waitExposed(panel):
            panel.show()
        panel.activateWindow()
        qtbot.waitUntil(panel.isActiveWindow, timeout=WAIT)
        return panel

    return shown


@pytest.fixture(scope="module")
def starter() -> OnnxGenerator:
    return load_generator()


@pytest.fixture
def real(qtbot: QtBot, starter: OnnxGenerator) -> Iterator[Stage]:
    """A stage with the bundle that is shipped."""
    bridge = Bridge(lambda: starter)
    made = Stage(Session(), bridge)
    made.load(starter.manifest)
    yield made
    bridge.close()
    made.close()
    bridge.deleteLater()


def slider(row: ValueRow) -> Slider:
    assert row.slider is not None
    return row.slider


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, LEFT)


def differing(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """[H, W] of bool."""
    return (a != b).any(-1)


def menu_action(qtbot: QtBot, name: str) -> None:
    """Click an entry of the menu that is up."""
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu), timeout=WAIT)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    action = next(entry for entry in menu.actions() if entry.text() == name)
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())


# what a generator can do

def test_panels_leave_out_what_a_generator_cannot_do(stage: Stage, show: Show[QWidget]) -> None:
    face, dice, mixing = FacePanel(stage), DicePanel(stage), MixingPanel(stage, Thumbnails(stage))
    show(mixing)

    def offered() -> tuple[bool, ...]:
        return (
            bool(face.presets),
            "blush" in face.rows,
            "yaw" in face.rows,
            dice.group.findText("Colours") >= 0,
            ("face", "colour") in mixing.rows,
            ("face", "shape") in mixing.rows,
            mixing.take_buttons["colour"].isVisible(),
        )

    assert stage.manifest is not None and offered() == (True,) * 7
    everything = stage.manifest
    stage.load(msgspec.structs.replace(everything, capabilities=("attributes", "cels")))
    assert offered() == (False, False, True, False, False, True, False)
    stage.load(msgspec.structs.replace(everything, capabilities=("attributes", "palette"), expressions=()))
    assert offered() == (False, False, True, True, True, True, True)
    stage.load(everything)
    assert offered() == (True,) * 7


# attributes


def test_a_drag_is_one_step_and_the_number_follows(stage: Stage, show: Show[AttributesPanel]) -> None:
    row = show(AttributesPanel(stage)).rows["face_width"]
    rest = picture(stage)
    drag(slider(row), 30)
    value = float(stage.session.look.attributes["face_width"])
    assert value > 0.1 and row.number.value() == pytest.approx(value, abs=0.006)
    assert differing(picture(stage), rest).any()
    assert undo_depth(stage.session) == 1 and stage.session.undo_label == "Face width"
    stage.session.undo()
    assert slider(row).value() == 0 and row.number.value() == 0.0
    assert (picture(stage) == rest).all()


def test_a_click_beside_the_handle_brings_it_there(stage: Stage, show: Show[AttributesPanel]) -> None:
    row = show(AttributesPanel(stage)).rows["face_width"]
    at = QPoint(slider(row).width() * 9 // 10, slider(row).height() // 2)
    QTest.mouseClick(slider(row), LEFT, pos=at)
    assert 0.6 < float(stage.session.look.attributes["face_width"]) < 1.0
    assert abs(slider(row).handle().center().x() - at.x()) <= 2
    assert undo_depth(stage.session) == 1


def test_a_key_held_down_is_one_step(stage: Stage, show: Show[AttributesPanel], qtbot: QtBot) -> None:
    row = show(AttributesPanel(stage)).rows["face_width"]
    slider(row).setFocus()
    QTest.keyPress(slider(row), Qt.Key.Key_PageUp)
    for _ in range(3):
        QTest.simulateEvent(slider(row), True, Qt.Key.Key_PageUp, Qt.KeyboardModifier.NoModifier, "", True)
    QTest.keyRelease(slider(row), Qt.Key.Key_PageUp)
    first = stage.session.look.attributes["face_width"]
    assert first == pytest.approx(0.8) and undo_depth(stage.session) == 1
    QTest.keyClick(slider(row), Qt.Key.Key_Left)
    assert stage.session.look.attributes["face_width"] < first and undo_depth(stage.session) == 2


def test_the_number_can_be_typed(stage: Stage, show: Show[AttributesPanel]) -> None:
    row = show(AttributesPanel(stage)).rows["eye_size"]
    row.number.setFocus()
    row.number.selectAll()
    QTest.keyClicks(row.number, "-0.25")
    assert stage.session.look == DEFAULT, "half a number is none"
    QTest.keyClick(row.number, Qt.Key.Key_Return)
    assert stage.session.look.attributes["eye_size"] == -0.25
    assert slider(row).value() == -25 and undo_depth(stage.session) == 1
    row.number.selectAll()
    QTest.keyClicks(row.number, "7")
    QTest.keyClick(row.number, Qt.Key.Key_Return)
    assert abs(float(stage.session.look.attributes["eye_size"])) <= 1.0


@pytest.mark.parametrize("where", ["label", "slider"])
def test_a_double_click_goes_back_to_the_default(stage: Stage, show: Show[AttributesPanel], where: str) -> None:
    stage.session.edit(Look().set(face_width=0.7), "Face width")
    row = show(AttributesPanel(stage)).rows["face_width"]
    at = slider(row).handle().center() if where == "slider" else row.label.rect().center()
    QTest.mouseDClick(getattr(row, where), LEFT, pos=at)
    assert stage.session.look.attributes["face_width"] == 0.0
    assert undo_depth(stage.session) == 2
    stage.session.undo()
    assert stage.session.look.attributes["face_width"] == 0.7


def test_a_lock_keeps_its_slider_from_the_dice(stage: Stage, show: Show[QWidget], qtbot: QtBot) -> None:
    panel, dice = AttributesPanel(stage), DicePanel(stage)
    show(panel)
    show(dice)
    stage.session.edit(Look().set(eye_size=0.4, front_style="square"), "Edit")
    click(panel.rows["eye_size"].lock)
    click(panel.rows["front_style"].lock)
    assert stage.session.locks == {"eye_size", "front_style"}
    for _ in range(5):
        click(dice.roll_button)
        click(dice.vary_button)
    look = stage.session.look
    assert (look.attributes["eye_size"], look.attributes["front_style"]) == (0.4, "square")
    assert look.attributes["face_width"] != 0.0
    click(panel.rows["eye_size"].lock)
    assert stage.session.locks == {"front_style"}
    click(dice.roll_button)
    assert stage.session.look.attributes["eye_size"] != 0.4


def test_a_choice_is_chosen_by_keys_and_by_mouse(stage: Stage, show: Show[AttributesPanel], qtbot: QtBot) -> None:
    row = show(AttributesPanel(stage)).rows["front_style"]
    rest = picture(stage)
    row.combo.setFocus()
    QTest.keyClick(row.combo, Qt.Key.Key_Down)
    assert stage.session.look.attributes["front_style"] == "square" and undo_depth(stage.session) == 1
    changed = differing(picture(stage), rest)
    assert changed.any() and not changed[140:].any(), "the eyes and the chin have no part in it"
    click(row.combo)
    view = row.combo.view()
    qtbot.waitUntil(view.isVisible, timeout=WAIT)
    entry = view.visualRect(view.model().index(0, 0)).center()
    QTest.mouseMove(view.viewport(), entry + QPoint(40, 0))  # a list that just opened waits for the mouse to move
    QTest.mouseMove(view.viewport(), entry)
    QTest.mouseClick(view.viewport(), LEFT, pos=entry)
    assert stage.session.look.attributes["front_style"] == "round"
    assert (picture(stage) == rest).all()


def test_the_wheel_over_a_slider_scrolls_the_panel(real: Stage, show: Show[AttributesPanel]) -> None:
    panel = show(AttributesPanel(real))
    target = slider(next(row for row in panel.rows.values() if row.slider is not None))
    middle = QPointF(target.rect().center())
    for _ in range(3):
        QApplication.sendEvent(
            target,
            QWheelEvent(
                middle, target.mapToGlobal(middle), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
            ),
        )  # fmt: skip
    assert real.session.look == real.default_look


def test_a_slider_that_would_move_nothing_is_grey_and_says_why(real: Stage, show: Show[AttributesPanel]) -> None:
    panel = show(AttributesPanel(real))
    row, choice = panel.rows["eyewear_size"], panel.rows["eyewear"]
    assert not slider(row).isEnabled() and choice.attribute.label in row.toolTip()
    assert choice.combo.isEnabled() and row.lock.isEnabled()
    choice.combo.setFocus()
    QTest.keyClick(choice.combo, Qt.Key.Key_Down)
    assert real.session.look.attributes["eyewear"] != "none"
    assert slider(row).isEnabled() and choice.attribute.label not in row.toolTip()


def test_a_slider_is_found_by_its_name(stage: Stage, show: Show[AttributesPanel]) -> None:
    panel = show(AttributesPanel(stage))
    QTest.keyClicks(panel.search, "fringe")
    assert [name for name, row in panel.rows.items() if row.isVisible()] == ["fringe_length"]
    assert [group for group, section in panel.sections.items() if section.isVisible()] == ["Hair"]
    QTest.keyClicks(panel.search, "zzz")
    assert not any(row.isVisible() for row in panel.rows.values()) and panel.nothing.isVisible()
    panel.search.clear()
    assert all(row.isVisible() for row in panel.rows.values()) and not panel.nothing.isVisible()


def test_every_synonym_finds_something_in_the_starter() -> None:
    manifest = load_generator().manifest
    shown = [(row.label, row.name, row.group, *row.choices) for row in manifest.attributes]
    shown += [(row.label, row.name, row.group, "colour") for row in manifest.materials]
    assert not [word for word in SYNONYMS if not any(matches(word, words) for words in shown)]
    for word in ("t-shirt", "hair color", "skin tone", "eye colour", "beauty mark", "elf ears", "school uniform"):
        assert any(matches(word, words) for words in shown), word


def test_no_label_is_cut_off(qtbot: QtBot) -> None:
    manifest = load_generator().manifest
    for attribute in (*manifest.attributes, *manifest.expressions, *POSE_ROWS):
        row = ValueRow(attribute)
        qtbot.addWidget(row)
        assert row.label.sizeHint().width() <= row.label.width(), attribute.label


def test_the_search_knows_choices_colours_and_synonyms(
    stage: Stage, show: Show[AttributesPanel], qtbot: QtBot
) -> None:
    panel = show(AttributesPanel(stage))

    def found(text: str) -> list[str]:
        panel.search.setText(text)
        return [name for name, row in panel.rows.items() if row.isVisible()]

    assert found("square") == ["front_style"]
    assert found("bangs") == ["front_style", "fringe_length"]
    assert found("spectacles") == [] and panel.nothing.isVisible()
    assert found("skin") == [] and panel.colours.isVisible() and not panel.nothing.isVisible()
    button = panel.colours.findChild(QPushButton)
    with qtbot.waitSignal(panel.colour_wanted) as wanted:
        click(button)
    assert wanted.args == ["skin.base"]
    assert found("hair colour") == [] and panel.colours.isVisible()
    hair = next(each for each in panel.colours.findChildren(QPushButton) if each.text() == "Hair")
    stage.session.edit(stage.session.look.paint({"hair.base": "#3366cc"}), "Hair")
    assert hair.icon().pixmap(14).toImage().pixelColor(7, 7).name() == "#3366cc"
    assert found("Hair-Color") == [] and panel.colours.isVisible()
    assert found("hair") and panel.colours.isVisible()
    assert panel.colours.y() > max(section.y() for section in panel.sections.values() if section.isVisible())
    panel.search.setFocus()
    QTest.keyClick(panel.search, Qt.Key.Key_Escape)
    assert panel.search.text() == "" and len(found("")) == len(panel.rows) and not panel.colours.isVisible()


def test_an_edit_paints_only_the_rows_that_it_moves(
    stage: Stage, show: Show[AttributesPanel], qtbot: QtBot
) -> None:
    """An icon or a text set anew, even to what it was, would lay out and paint all rows at every move of the mouse."""
    panel = show(AttributesPanel(stage))
    painted: list[str] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                painted.append(watched.parent().objectName())
            return False

    watch = Watch()
    for row in panel.rows.values():
        row.lock.installEventFilter(watch)
        row.label.installEventFilter(watch)
        (row.slider or row.combo).installEventFilter(watch)
    panel.repaint()
    assert len(painted) > len(panel.rows)
    qtbot.wait(50)
    painted.clear()
    stage.session.edit(Look().set(eye_size=0.5))
    qtbot.waitUntil(lambda: bool(painted), timeout=WAIT)
    assert set(painted) == {"row_eye_size"}


# directions


def test_a_direction_moves_its_part_alone(stage: Stage, show: Show[DirectionsPanel]) -> None:
    panel = show(DirectionsPanel(stage))
    rest = picture(stage, 512)
    drag(slider(panel.rows["hair_front", 0]), 60)
    amounts = stage.session.look.directions
    assert set(amounts) == {"hair_front"} and amounts["hair_front"][0] > 0.3
    assert undo_depth(stage.session) == 1 and "Front hair" in stage.session.undo_label
    changed = differing(picture(stage, 512), rest)
    assert changed.any()
    changed[64:256, 128:384] = False  # its box
    assert not changed[:, :128].any() and not changed[256 + 64 :].any(), "beyond its box and its shadow"
    QTest.mouseDClick(panel.rows["hair_front", 0].label, LEFT)
    assert stage.session.look.directions == {}
    assert (picture(stage, 512) == rest).all()


# dice


def choose_group(dice: DicePanel, text: str) -> None:
    dice.group.setCurrentIndex(dice.group.findText(text))


def test_the_dice_roll_everything_in_one_step(stage: Stage, show: Show[DicePanel]) -> None:
    dice = show(DicePanel(stage))
    rest = picture(stage)
    click(dice.roll_button)
    first = stage.session.look
    assert differing(picture(stage), rest).any() and undo_depth(stage.session) == 1
    assert dice.seed.text() == str(first.seed) and first.palette
    click(dice.roll_button)
    assert stage.session.look.seed != first.seed and stage.session.look.attributes != first.attributes


def test_the_dice_roll_one_group(stage: Stage, show: Show[DicePanel]) -> None:
    dice = show(DicePanel(stage))
    click(dice.roll_button)
    before, shape = stage.session.look, picture(stage, 512)
    choose_group(dice, "Eyes")
    click(dice.roll_button)
    after = stage.session.look
    changed = {name for name, value in after.attributes.items() if value != before.attributes[name]}
    assert changed == {"eye_size", "iris_size"} and after.palette == before.palette
    outside = differing(picture(stage, 512), shape)
    outside[192:288, 160:352] = False  # the eyes' box
    assert not outside.any()
    choose_group(dice, "Colours")
    click(dice.roll_button)
    assert stage.session.look.attributes == after.attributes and stage.session.look.palette != after.palette
    assert undo_depth(stage.session) == 3


def test_a_little_different_stays_near(stage: Stage, show: Show[DicePanel]) -> None:
    dice = show(DicePanel(stage))
    stage.session.edit(Look().set(front_style="square", headwear="hat"), "Edit")
    click(dice.vary_button)
    look = stage.session.look
    assert (look.attributes["front_style"], look.attributes["headwear"]) == ("square", "hat")
    moves = [float(look.attributes[name]) for name in ("face_width", "eye_size", "fringe_length")]
    assert any(moves) and max(map(abs, moves)) < 0.9
    assert undo_depth(stage.session) == 2 and stage.session.undo_label == "A little different"


@pytest.mark.parametrize("typed", ["7", "marzipan"])
def test_a_typed_seed_gives_the_same_persona_again(stage: Stage, show: Show[DicePanel], typed: str) -> None:
    dice = show(DicePanel(stage))

    def enter() -> Look:
        dice.seed.setFocus()
        dice.seed.selectAll()
        QTest.keyClicks(dice.seed, typed)
        QTest.keyClick(dice.seed, Qt.Key.Key_Return)
        return stage.session.look

    first = enter()
    assert first.seed == parse_seed(typed) and dice.seed.text() == typed
    click(dice.roll_button)
    assert stage.session.look != first
    assert enter() == first


def test_the_seed_says_when_the_look_has_moved_on(stage: Stage, show: Show[DicePanel]) -> None:
    dice = show(DicePanel(stage))
    assert (dice.seed_label.text(), dice.seed.text()) == ("Seed", ""), "nobody rolled what is there at first"
    click(dice.roll_button)
    assert dice.seed_label.text() == "Seed" and "changed" not in dice.seed.toolTip()
    stage.session.edit(stage.session.look.paint({"hair.base": "#123456"}), "Hair")
    assert dice.seed_label.text() == "From seed" and "changed" in dice.seed.toolTip()
    stage.session.undo()
    assert dice.seed_label.text() == "Seed"
    stage.session.edit(stage.session.look.set(eye_size=0.1234))  # no seed rolls it, ends agree
    stage.session.set_locks({"eye_size"})
    click(dice.roll_button)
    assert dice.seed_label.text() == "From seed", "a locked slider is not the seed's"


@pytest.mark.parametrize("typed", ["4294967296", "-3"])
def test_what_is_no_seed_is_said_and_rolls_nothing(stage: Stage, show: Show[DicePanel], typed: str) -> None:
    dice, said = show(DicePanel(stage)), []
    stage.failed.connect(lambda message, hint: said.append(f"{message} {hint}"))
    dice.seed.setFocus()
    QTest.keyClicks(dice.seed, typed)
    QTest.keyClick(dice.seed, Qt.Key.Key_Return)
    assert stage.session.look == DEFAULT and len(said) == 1 and "from 0 to 4294967295" in said[0]


# mixing


@pytest.fixture
def mixing(stage: Stage, show: Show[MixingPanel]) -> MixingPanel:
    return show(MixingPanel(stage, Thumbnails(stage)))


def test_the_shape_of_a_part_comes_from_the_second_look(stage: Stage, mixing: MixingPanel) -> None:
    other = Look().set(front_style="square", eye_size=1.0).paint({"hair.base": "#ff0000"})
    mixing.set_source(other)
    row = mixing.rows["hair_front", "shape"]
    drag(slider(row), slider(row).width())
    taken = stage.session.look.mixes
    assert [(mix.part, mix.shape, mix.colour) for mix in taken] == [("hair_front", 1.0, 0.0)]
    assert undo_depth(stage.session) == 1 and stage.session.undo_label == "Mix Front hair"
    wanted = render(FakeGenerator(), Look().set(front_style="square"), size=256)
    assert (picture(stage) == wanted).all(), "its haircut, but neither its eyes nor its red"
    stage.session.undo()
    assert slider(row).value() == 0


def test_the_colour_comes_in_amounts(stage: Stage, mixing: MixingPanel) -> None:
    mixing.set_source(Look().paint({"hair.base": "#ff0000", "hair.tip": "#ff0000"}))
    row = mixing.rows["hair_front", "colour"]
    rest = picture(stage).astype(int)
    slider(row).setFocus()
    reds = []
    for key in (Qt.Key.Key_PageUp, Qt.Key.Key_End):
        QTest.keyClick(slider(row), key)
        reds.append(int((picture(stage).astype(int) - rest)[..., 0].sum()))
    assert 0 < reds[0] < reds[1]
    assert (picture(stage)[..., :3] == (255, 0, 0)).all(-1).sum() > 300
    QTest.keyClick(slider(row), Qt.Key.Key_Home)
    assert stage.session.look == DEFAULT, "nothing taken leaves nothing behind"


def test_all_and_nothing_are_taken_by_a_button(stage: Stage, mixing: MixingPanel) -> None:
    other = Look().set(face_width=0.9, front_style="square").paint({"skin.base": "#00ff00"})
    mixing.set_source(other)
    click(mixing.take_buttons["shape"])
    assert (picture(stage) == render(FakeGenerator(), Look(attributes=other.attributes), size=256)).all()
    click(mixing.take_buttons["colour"])
    assert (picture(stage) == render(FakeGenerator(), other, size=256)).all()
    click(mixing.take_buttons[""])
    assert stage.session.look == DEFAULT and undo_depth(stage.session) == 3


def test_the_second_look_is_rolled_held_or_a_favourite(stage: Stage, mixing: MixingPanel, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not mixing.picture.pixmap().isNull(), timeout=WAIT)
    first = mixing.source
    assert first is not None, "one has been rolled already"
    click(mixing.another_button)
    assert mixing.source not in (None, first) and stage.session.look == DEFAULT
    kept = Look().set(face_width=0.5)
    stage.session.edit(kept)
    click(mixing.hold_button)
    assert mixing.source == kept
    stage.session.edit(Look().set(face_width=-0.5))
    stage.session.add_favourite("Her")
    QTest.mousePress(mixing.favourites, LEFT)
    menu_action(qtbot, "Her")
    assert mixing.source == stage.session.look


def test_panels_show_what_is_mixed_say_whose_it_is_and_move_it(
    stage: Stage, mixing: MixingPanel, show: Show[QWidget]
) -> None:
    shape, colours, directions = AttributesPanel(stage), PalettePanel(stage), DirectionsPanel(stage)
    for panel in (shape, colours, directions):
        show(panel)
    other = Look(seed=8, directions={"face": (2.0,)}).set(face_width=0.8, headwear="hat", front_style="square")
    other = other.paint({"skin.base": "#00ff00", "deco.base": "#0000ff"})
    stage.session.edit(other)
    stage.session.add_favourite("Mia & <b>")
    stage.session.edit(DEFAULT)
    mixing.set_source(other)
    click(mixing.take_buttons["shape"])
    click(mixing.take_buttons["colour"])
    rows = shape.rows
    assert (rows["face_width"].number.value(), rows["headwear"].combo.currentData()) == (0.8, "hat")
    assert rows["front_style"].combo.currentData() == "square" and directions.rows["face", 0].number.value() == 2.0
    assert "Face: 100 % mixed in from Mia &amp; &lt;b&gt;." in rows["face_width"].toolTip()
    assert rows["face_width"].label.property("mixed") and middle_of(colours, "skin.base") == "#00ff00"
    assert "mixed in from" in colours.swatches["skin.base"].toolTip()
    before = picture(stage, 512)
    slider(rows["face_width"]).setFocus()
    QTest.keyClick(slider(rows["face_width"]), Qt.Key.Key_Home)
    assert rows["face_width"].number.value() == -1.0 and differing(picture(stage, 512), before).any()
    rows["headwear"].combo.setFocus()
    QTest.keyClick(rows["headwear"].combo, Qt.Key.Key_Up)
    assert rows["headwear"].combo.currentData() == "none" and seen_headwear(stage) == "none"
    colours.set_colour("skin.base", "#ff0000")
    assert middle_of(colours, "skin.base") == "#ff0000"
    assert (picture(stage, 512)[..., :3] == (255, 0, 0)).all(-1).sum() > 300, "a colour that is set is seen"
    drag(slider(directions.rows["face", 0]), -60)
    assert directions.rows["face", 0].number.value() < 2.0
    click(mixing.take_buttons[""])
    assert stage.session.look.mixes == () and not rows["face_width"].label.property("mixed")


def seen_headwear(stage: Stage) -> str:
    """What the networks are told."""
    manifest = FakeGenerator().manifest
    return "none" if ingredients(manifest, stage.shot)["headwear"].empty else "hat"


def test_only_ticked_parts_are_taken(stage: Stage, mixing: MixingPanel) -> None:
    mixing.set_source(Look().set(face_width=0.9, front_style="square"))
    click(mixing.take_buttons["shape"])
    mixing.ticks["face"].setChecked(False)
    click(mixing.take_buttons[""])
    assert [mix.part for mix in stage.session.look.mixes] == ["face"], "what is not ticked stays as it was"
    click(mixing.take_buttons["colour"])
    assert {mix.part for mix in stage.session.look.mixes if mix.colour} == set(mixing.ticks) - {"face"}


def test_the_second_look_is_the_one_that_is_mixed(stage: Stage, mixing: MixingPanel) -> None:
    """The picture on top is not of someone else than the sliders below take from."""
    first, second = Look(seed=8).set(face_width=0.9), Look(seed=9).set(face_width=-0.9)
    mixed = take(DEFAULT, first, ["face"], "shape", 1.0)
    stage.session.replace(Project().with_look(mixed))
    assert mixing.source == first and mixing.rows["face", "shape"].number.value() == 1.0
    assert not mixing.rows["face", "shape"].label.property("mixed")
    mixing.set_source(second)
    row = mixing.rows["face", "shape"]
    assert mixing.source == second and row.label.property("mixed") and "seed 8" in row.toolTip()
    drag(slider(row), -30)
    assert taken(stage.session.look, "face", "shape").look == second and not row.label.property("mixed")


# face


def test_a_preset_moves_the_sliders_and_neutral_brings_them_back(stage: Stage, show: Show[FacePanel]) -> None:
    panel = show(FacePanel(stage))
    rest = picture(stage)
    click(panel.presets["wink"])
    assert slider(panel.rows["eye_open_left"]).value() == 0
    assert differing(picture(stage), rest).any()
    assert stage.session.undo_label == "Wink" and not stage.session.dirty, "a face is not part of the document"
    wink = picture(stage)
    click(panel.presets["neutral"])
    assert slider(panel.rows["eye_open_left"]).value() == slider(panel.rows["eye_open_left"]).maximum()
    assert (picture(stage) == rest).all()
    click(panel.presets["neutral"])
    stage.session.undo()
    assert (picture(stage) == wink).all() and slider(panel.rows["eye_open_left"]).value() == 0
    stage.session.undo()
    assert (picture(stage) == rest).all() and not stage.session.can_undo, "what changed nothing is no step"


def test_a_pose_moves_the_head_and_returns(stage: Stage, show: Show[FacePanel]) -> None:
    panel = show(FacePanel(stage))
    rest = picture(stage)
    drag(slider(panel.rows["yaw"]), 40)
    assert stage.pose.yaw > 1.0 and differing(picture(stage), rest).any()
    assert undo_depth(stage.session) == 1 and stage.session.undo_label == "Turn"
    QTest.mouseDClick(panel.rows["yaw"].label, LEFT)
    assert stage.pose.yaw == 0.0 and (picture(stage) == rest).all()


def test_every_preset_of_the_starter_makes_its_own_face(
    real: Stage, starter: OnnxGenerator, show: Show[FacePanel]
) -> None:
    panel = show(FacePanel(real))
    assert list(panel.presets) == list(PRESETS)
    faces: dict[str, np.ndarray] = {}
    for name, button in panel.presets.items():
        click(button)
        for key, value in PRESETS[name].items():
            if key in panel.rows:
                assert panel.rows[key].number.value() == pytest.approx(float(value), abs=0.01), (name, key)
        faces[name] = render(starter, real.session.look, real.expression, real.pose, 256)
    names = list(faces)
    for i, name in enumerate(names):
        for other in names[:i]:
            assert differing(faces[name], faces[other]).sum() > 25, f"{name} looks like {other}"


# favourites


@pytest.fixture
def favourites(stage: Stage, show: Show[FavouritesPanel]) -> FavouritesPanel:
    panel = show(FavouritesPanel(stage, Thumbnails(stage), MixingPanel(stage, Thumbnails(stage))))
    for width in (0.8, -0.8):
        stage.session.edit(Look().set(face_width=width))
        click(panel.add_button)
    return panel


def item_spot(panel: FavouritesPanel, index: int) -> QPoint:
    return panel.list.visualItemRect(panel.list.item(index)).center()


def open_menu(panel: FavouritesPanel, index: int) -> None:
    panel.list.customContextMenuRequested.emit(item_spot(panel, index))  # what a right click sends


def test_a_kept_look_is_seen_and_recalled_by_a_click(
    stage: Stage, favourites: FavouritesPanel, qtbot: QtBot
) -> None:
    assert favourites.list.count() == 2
    qtbot.waitUntil(lambda: not any(favourites.list.item(i).icon().isNull() for i in (0, 1)), timeout=WAIT)
    icons = [favourites.list.item(i).icon().pixmap(64, 64).toImage() for i in (0, 1)]
    assert icons[0] != icons[1]
    QTest.mouseClick(favourites.list.viewport(), LEFT, pos=item_spot(favourites, 0))
    assert stage.session.look.attributes["face_width"] == 0.8
    assert stage.session.undo_label == "Recall favourite"
    stage.session.undo()
    assert stage.session.look.attributes["face_width"] == -0.8


def choose(qtbot: QtBot, favourites: FavouritesPanel, index: int, *names: str) -> None:
    """Right click a favourite, point at each entry in turn, click the last."""
    open_menu(favourites, index)
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu), timeout=WAIT)
    menu = QApplication.activePopupWidget()
    for name in names:
        assert isinstance(menu, QMenu)
        action = next(entry for entry in menu.actions() if entry.text().split("\t")[0] == name)
        if name == names[-1]:
            QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
        else:
            menu.setActiveAction(action)
            QTest.keyClick(menu, Qt.Key.Key_Right)
            menu = action.menu()


def test_the_menu_of_a_favourite(stage: Stage, favourites: FavouritesPanel, qtbot: QtBot) -> None:
    def kept() -> list[tuple[str, object]]:
        return [(each.name, each.look.attributes.get("face_width")) for each in stage.session.favourites]

    mixes: list[Look] = []
    exports: list[NamedLook] = []
    favourites.mix_asked.connect(mixes.append)
    favourites.export_asked.connect(exports.append)
    choose(qtbot, favourites, 0, "Mix in", "More in the Mixing panel")
    assert mixes == [Look().set(face_width=0.8)]
    choose(qtbot, favourites, 1, "Export PNG ...")
    assert exports == [stage.session.favourites[1]]
    choose(qtbot, favourites, 0, "Use")
    assert stage.session.look.attributes["face_width"] == 0.8
    choose(qtbot, favourites, 0, "Duplicate")
    assert kept() == [("Favourite 1", 0.8), ("Favourite 1 copy", 0.8), ("Favourite 2", -0.8)]
    choose(qtbot, favourites, 2, "Replace with the current look")
    assert kept()[2] == ("Favourite 2", 0.8)
    favourites.set_slim(True)
    favourites.folded.connect(favourites.set_slim)  # what the window does
    choose(qtbot, favourites, 2, "Rename")
    editor = QApplication.focusWidget()
    assert editor is not None and editor is not favourites.list and favourites.height() > 80, "a name needs room"
    QTest.keyClicks(editor, "Mina")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: kept()[2] == ("Mina", 0.8), timeout=WAIT)
    choose(qtbot, favourites, 0, "Delete")
    assert [name for name, _ in kept()] == ["Favourite 1 copy", "Mina"] and favourites.list.count() == 2
    for _ in range(4):
        stage.session.undo()
    assert kept() == [("Favourite 1", 0.8), ("Favourite 2", -0.8)], "each of them is one step"


def test_a_picture_that_arrives_leaves_alone_the_name_that_is_typed(
    stage: Stage, favourites: FavouritesPanel, qtbot: QtBot
) -> None:
    favourites.list.setFocus()
    favourites.list.setCurrentRow(1)
    QTest.keyClick(favourites.list, Qt.Key.Key_F2)
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit) and editor.selectedText() == "Favourite 2"
    picture = QPixmap(8, 8)
    for letters, left in (("", "Favourite 2"), ("Mi", ""), ("na", "")):
        QTest.keyClicks(editor, letters)
        favourites.list.item(1).setIcon(QIcon(picture))  # what its picture does when it has been drawn
        assert editor.selectedText() == left
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: stage.session.favourites[1].name == "Mina", timeout=WAIT)


def test_an_empty_name_is_not_taken_also_when_all_pictures_are_there(
    stage: Stage, favourites: FavouritesPanel, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: not any(favourites.list.item(i).icon().isNull() for i in (0, 1)), timeout=WAIT)
    depth = undo_depth(stage.session)
    favourites.list.item(0).setText("  ")  # what was typed
    assert [favourites.list.item(i).text() for i in (0, 1)] == ["Favourite 1", "Favourite 2"]
    assert undo_depth(stage.session) == depth and not favourites.list.signalsBlocked()


def test_what_is_mixed_is_seen_while_it_is_pointed_at(
    stage: Stage, favourites: FavouritesPanel, qtbot: QtBot
) -> None:
    look, depth = stage.session.look, undo_depth(stage.session)
    menu = favourites.drop_menu(stage.session.favourites[0])
    menu.popup(QPoint(0, 0))
    menu.setActiveAction(menu.actions()[0])
    assert [mix.shape for mix in stage.session.look.mixes] == [1.0] * 4 and stage.session.in_gesture
    menu.setActiveAction(menu.actions()[-1])
    assert stage.session.look == stage.session.favourites[0].look
    menu.setActiveAction(next(action for action in menu.actions() if action.menu()))
    assert stage.session.look == look, "what says nothing yet shows her as she is"
    QTest.keyClick(menu, Qt.Key.Key_Right)  # into the parts
    assert [mix.part for mix in stage.session.look.mixes] == ["face"]
    QTest.keyClick(QApplication.activePopupWidget(), Qt.Key.Key_Escape)
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    assert stage.session.look == look and undo_depth(stage.session) == depth
    choose(qtbot, favourites, 0, "Mix in", "Only one part", "Face")
    assert [(mix.part, mix.shape, mix.colour) for mix in stage.session.look.mixes] == [("face", 1.0, 1.0)]
    assert undo_depth(stage.session) == depth + 1 and favourites.mixing.source == stage.session.favourites[0].look
    stage.session.undo()
    favourites.mixing.ticks["face"].setChecked(False)
    choose(qtbot, favourites, 0, "Mix in", "Half of the ticked parts")
    assert {(mix.part, mix.shape, mix.colour) for mix in stage.session.look.mixes} == {
        (part, 0.5, 0.5) for part in ("eyes", "hair_front", "headwear")
    }


def test_favourites_are_reordered_by_mouse_and_keys(
    stage: Stage, favourites: FavouritesPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.session.add_favourite("Last")
    strip = favourites.list
    QApplication.processEvents()

    def let_go(drag: QDrag, *_args: object) -> Qt.DropAction:
        """Beyond the last one."""
        at = QPointF(strip.visualItemRect(strip.item(2)).topRight() + QPoint(20, 20))
        how = (Qt.DropAction.MoveAction, drag.mimeData(), LEFT, Qt.KeyboardModifier.NoModifier)
        for event in (QDragEnterEvent(at, *how), QDragMoveEvent(at, *how), QDropEvent(at, *how)):
            QApplication.sendEvent(strip.viewport(), event)
            assert event.isAccepted()
        return Qt.DropAction.MoveAction

    monkeypatch.setattr(QDrag, "exec", let_go)
    look, depth, start = stage.session.look, undo_depth(stage.session), item_spot(favourites, 0)
    QTest.mousePress(strip.viewport(), LEFT, pos=start)
    for step in (4, 20):  # the release is the drag's
        QTest.mouseMove(strip.viewport(), start + QPoint(step, 0))
    assert [kept.name for kept in stage.session.favourites] == ["Favourite 2", "Last", "Favourite 1"]
    assert stage.session.look == look and favourites.dragged is None
    strip.setFocus()
    QTest.keyClick(strip, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert [kept.name for kept in stage.session.favourites] == ["Favourite 2", "Favourite 1", "Last"]
    assert strip.currentRow() == 1 and undo_depth(stage.session) == depth + 2
    stage.session.undo()
    stage.session.undo()
    assert [kept.name for kept in stage.session.favourites] == ["Favourite 1", "Favourite 2", "Last"]


def test_a_favourite_is_recalled_and_removed_by_keys(stage: Stage, favourites: FavouritesPanel) -> None:
    favourites.list.setFocus()
    favourites.list.setCurrentRow(0)
    QTest.keyClick(favourites.list, Qt.Key.Key_Return)
    assert stage.session.look.attributes["face_width"] == 0.8
    favourites.list.setCurrentRow(1)
    QTest.keyClick(favourites.list, Qt.Key.Key_Delete)
    assert [kept.look.attributes for kept in stage.session.favourites] == [{"face_width": 0.8}]


# palette


def chooser(panel: PalettePanel) -> ColourDialog:
    return next(dialog for dialog in panel.findChildren(ColourDialog) if dialog.isVisible())


def middle_of(panel: PalettePanel, name: str) -> str:
    swatch = panel.swatches[name]
    return swatch.grab().toImage().pixelColor(swatch.rect().center()).name()


def test_a_colour_is_previewed_while_it_is_chosen(stage: Stage, show: Show[PalettePanel], qtbot: QtBot) -> None:
    panel = show(PalettePanel(stage))
    rest = picture(stage)
    click(panel.swatches["hair.base"])
    dialog = chooser(panel)
    for colour in ("#ff0000", "#cc0000"):
        dialog.take(colour)
        assert stage.session.look.palette["hair.base"] == colour
        assert middle_of(panel, "hair.base") == colour
    assert differing(picture(stage), rest).any()
    dialog.accept()
    assert undo_depth(stage.session) == 1 and stage.session.undo_label == "Hair"
    stage.session.undo()
    assert (picture(stage) == rest).all() and middle_of(panel, "hair.base") == "#4060c0"


def test_a_colour_not_chosen_leaves_no_trace(stage: Stage, show: Show[PalettePanel]) -> None:
    panel = show(PalettePanel(stage))
    click(panel.swatches["hair.base"])
    dialog = chooser(panel)
    dialog.take("#ff0000")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert stage.session.look == DEFAULT and not stage.session.can_undo


def test_shade_follows_its_base_until_set_by_hand(
    stage: Stage, show: Show[PalettePanel], qtbot: QtBot
) -> None:
    panel = show(PalettePanel(stage))
    before = middle_of(panel, "skin.shade")
    panel.set_colour("skin.base", "#2040ff")
    follows = middle_of(panel, "skin.shade")
    assert follows != before
    panel.set_colour("skin.shade", "#00ff00")
    assert middle_of(panel, "skin.shade") == "#00ff00"
    panel.set_colour("skin.base", "#ff4020")
    assert middle_of(panel, "skin.shade") == "#00ff00"
    panel.swatches["skin.shade"].customContextMenuRequested.emit(QPoint(3, 3))  # what a right click sends
    assert middle_of(panel, "skin.shade") == "#00ff00", "a right click changes nothing by itself"
    menu_action(qtbot, "Follow its base colour")
    assert middle_of(panel, "skin.shade") not in ("#00ff00", follows, before)
    assert stage.session.look.palette == {**DEFAULT.palette, "skin.base": "#ff4020"}
    panel.swatches["skin.base"].customContextMenuRequested.emit(QPoint(3, 3))
    menu_action(qtbot, "Back to its default")
    assert stage.session.look == DEFAULT, "a base goes back to its default, which stands in the look"


def test_a_locked_colour_is_left_alone_by_the_dice(stage: Stage, show: Show[PalettePanel]) -> None:
    panel, dice = show(PalettePanel(stage)), DicePanel(stage)
    panel.set_colour("hair.base", "#123456")
    click(panel.locks["hair.base"])
    click(panel.locks["skin.shade"])
    assert stage.session.locks == {"hair.base", "skin.shade"} and undo_depth(stage.session) == 3
    shade = middle_of(panel, "skin.shade")
    for act in (dice.roll, dice.vary):
        act()
        assert middle_of(panel, "hair.base") == "#123456" and middle_of(panel, "skin.shade") == shade
        assert stage.session.look.palette["eye.iris"] != DEFAULT.palette["eye.iris"]
    for _ in range(3):
        stage.session.undo()
    assert stage.session.locks == {"hair.base"} and not panel.locks["skin.shade"].isChecked()


def test_whole_hair_takes_the_tips_along(real: Stage, show: Show[PalettePanel]) -> None:
    panel = show(PalettePanel(real))
    assert set(panel.wholes) == {"hair.base"}
    panel.set_colour("hair.base", "#3050c0")
    panel.set_colour("hair.tip", "#60a0ff")  # lighter, and a little toward green
    rows = real.manifest.materials
    start = real.session.look.palette
    click(panel.wholes["hair.base"])
    dialog = chooser(panel)
    for colour in ("#ff0000", "#c03040"):
        dialog.take(colour)
    dialog.accept()
    assert undo_depth(real.session) == 3 and real.session.undo_label == "Whole hair"
    palette = real.session.look.palette
    assert palette == recolour(rows, start, "hair.base", "#c03040"), "the last one, not one step after the other"
    ends = [each[name] for each in (start, palette) for name in ("hair.base", "hair.tip")]
    lights = [float(oklab(parse_hex(end)[:3])[0]) for end in ends]
    assert lights[3] - lights[2] == pytest.approx(lights[1] - lights[0], abs=0.06)
    assert set(palette) == set(start) and palette["eye.iris"] == start["eye.iris"]
    real.session.undo()
    assert real.session.look.palette == start


def test_the_tool_tip_of_a_swatch_can_be_read(stage: Stage, show: Show[PalettePanel], qtbot: QtBot) -> None:
    panel = show(PalettePanel(stage))
    panel.set_colour("hair.base", "#eae7f2")  # the colour of the tip's own text
    swatch = panel.swatches["hair.base"]
    QToolTip.showText(swatch.mapToGlobal(QPoint(5, 5)), swatch.toolTip(), swatch)
    qtbot.waitUntil(QToolTip.isVisible, timeout=WAIT)
    tip = next(widget for widget in QApplication.topLevelWidgets() if widget.inherits("QTipLabel"))
    assert tip.grab().toImage().pixelColor(4, 4).name() == COLOURS["raised"]
    QToolTip.hideText()


def test_swatches_and_their_captions_stand_in_columns_and_apart(real: Stage, show: Show[PalettePanel]) -> None:
    panel = show(PalettePanel(real))
    panel.resize(panel.minimumSizeHint().width(), 700)
    QApplication.processEvents()
    origin = QPoint(0, 0)
    for swatch in panel.swatches.values():
        for caption in swatch.parentWidget().findChildren(QLabel):
            assert not caption.geometry().intersects(swatch.geometry()), caption.text()
    columns = {swatch.mapTo(panel, origin).x() for swatch in panel.swatches.values()}
    assert len(columns) == 4


# tables


def test_no_control_flashes_up_as_a_window_of_its_own(stage: Stage, qtbot: QtBot) -> None:
    windows: list[str] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                windows.append(f"{type(watched).__name__} {watched.objectName()}")
            return False

    watch, application = Watch(), QApplication.instance()
    assert application is not None
    application.installEventFilter(watch)
    for panel in (AttributesPanel(stage), FacePanel(stage), DirectionsPanel(stage), PalettePanel(stage)):
        qtbot.addWidget(panel)
    application.removeEventFilter(watch)
    assert windows == []


def test_a_panel_is_never_narrower_than_its_rows(real: Stage, show: Show[QWidget]) -> None:
    for panel in (AttributesPanel(real), FacePanel(real), PalettePanel(real), DirectionsPanel(real)):
        show(panel)
        panel.resize(panel.minimumSizeHint().width(), 500)
        QApplication.processEvents()
        area = panel.findChild(QScrollArea)
        assert area.widget().width() <= area.viewport().width(), type(panel).__name__


def test_the_starter_has_a_control_for_every_row_of_its_tables(real: Stage, show: Show[QWidget]) -> None:
    manifest = real.manifest
    assert manifest is not None
    assert list(AttributesPanel(real).rows) == [row.name for row in manifest.attributes]
    assert list(FacePanel(real).rows) == [row.name for row in (*manifest.expressions, *POSE_ROWS)]
    assert set(PalettePanel(real).swatches) == {material.name for material in manifest.materials}
    parts = [entry.part.name for entry in manifest.parts]
    assert {part for part, _ in MixingPanel(real, Thumbnails(real)).rows} == set(parts)
    assert {part for part, _ in DirectionsPanel(real).rows} == {
        entry.part.name for entry in manifest.parts if entry.part.z_dim
    }
    dice = DicePanel(real)
    groups = [dice.group.itemText(index) for index in range(dice.group.count())]
    assert groups == ["Everything", *dict.fromkeys(row.group for row in manifest.attributes), "Colours"]


def test_the_starter_answers_every_slider(real: Stage, starter: OnnxGenerator, show: Show[AttributesPanel]) -> None:
    """Both ends of a few sliders of each group, moved by keys, reach the picture."""
    panel = show(AttributesPanel(real))
    assert real.manifest is not None
    for entry in real.manifest.parts:
        for name, nothing in entry.part.empty_when.items():
            worn = next(choice for choice in panel.rows[name].attribute.choices if choice != nothing)
            real.session.edit(real.session.look.set(**{name: worn}))
    for group in panel.sections:
        row = next(row for row in panel.rows.values() if row.attribute.group == group and row.slider is not None)
        ends = []
        for key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            QTest.keyClick(slider(row), key)
            ends.append(render(starter, real.session.look, size=128))
        assert differing(*ends).any(), row.attribute.label
