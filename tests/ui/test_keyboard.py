"""The keyboard's ways: few stops, arrows inside groups, numbers of every locale, shortcuts by place; what is heard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QLocale, Qt
from PySide6.QtGui import QAccessible, QContextMenuEvent, QGuiApplication, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.driving import Open, settle, undo_depth
from vtuber_studio.core.attribute import Attribute
from vtuber_studio.export.targets import TARGETS
from vtuber_studio.ui.keys import latin_key
from vtuber_studio.ui.main_window import MainWindow
from vtuber_studio.ui.tabbing import _reachable
from vtuber_studio.ui.widgets.number import read_number, shown_number
from vtuber_studio.ui.widgets.slider import Slider
from vtuber_studio.ui.widgets.value_row import ValueRow

KEY = Qt.Key


def focus() -> QWidget:
    """Who has it."""
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> QWidget:
    """Where the key goes, and who has the focus then."""
    QTest.keyClick(focus(), key, modifiers)
    return focus()


def rounds(window: MainWindow, key: Qt.Key) -> list[QWidget]:
    """Once around the window by a key, from the canvas to the canvas."""
    window.canvas.setFocus()
    seen = []
    while press(key) is not window.canvas:
        seen.append(focus())
        assert len(seen) < 100
    return seen


# numbers


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("0.5", 0.5),
        ("0,5", 0.5),
        ("-.25", -0.25),
        ("\u2212\u0660\u066b\u0665", -0.5),
        ("\u096b", 5.0),
        ("+1", 1.0),
        ("7.", 7.0),
    ],
)
def test_numbers_are_read_with_either_separator_and_any_digits(typed: str, value: float) -> None:
    assert read_number(typed) == value


@pytest.mark.parametrize("typed", ["", "-", ".", "1,2,3", "1.000,5", "\u00b2", "\u00bd", "1e3", "nan", "1 2", "--1"])
def test_what_is_no_number_is_none(typed: str) -> None:
    assert read_number(typed) is None


@pytest.fixture(params=["en_US", "de_DE", "ar_EG", "fa_IR", "hi_IN", "fr_CH", "sv_SE"])
def locale(request: pytest.FixtureRequest) -> Iterator[QLocale]:
    before = QLocale()
    QLocale.setDefault(QLocale(request.param))
    yield QLocale()
    QLocale.setDefault(before)


def test_a_value_is_shown_in_the_locale_and_typed_in_any(qtbot: QtBot, locale: QLocale) -> None:
    row = ValueRow(Attribute("a", "A", "G"))
    qtbot.addWidget(row)
    moved: list[object] = []
    row.moved.connect(moved.append)
    row.show()
    row.set_value(-0.25)
    assert row.number.text() == locale.toString(-0.25, "f", 2) and read_number(row.number.text()) == -0.25
    for typed, value in (("0.5", 0.5), ("0,75", 0.75), (locale.toString(-0.5, "f", 1), -0.5)):
        row.type_value("")
        for letter in typed:
            none = Qt.KeyboardModifier.NoModifier
            QApplication.sendEvent(row.number, QKeyEvent(QEvent.Type.KeyPress, 0, none, letter))
        QTest.keyClick(row.number, KEY.Key_Return)
        assert moved[-1] == value and row.number.text() == locale.toString(value, "f", 2)
    row.type_value("")
    QTest.keyClicks(row.number, "9")
    QTest.keyClick(row.number, KEY.Key_Return)
    assert moved[-1] == 1.0  # the nearest that there is
    assert shown_number(1024).isdecimal() and read_number(shown_number(1024)) == 1024


# what is heard


def test_a_slider_is_heard_by_its_name_and_value(qtbot: QtBot) -> None:
    QAccessible.setActive(True)
    row = ValueRow(Attribute("w", "Width", "G"))
    qtbot.addWidget(row)
    row.show()
    row.set_value(0.18)
    slider = QAccessible.queryAccessibleInterface(row.slider)
    assert slider.role() == QAccessible.Role.Slider and slider.text(QAccessible.Text.Name) == "Width"
    value = slider.valueInterface()
    assert (value.minimumValue(), value.currentValue(), value.maximumValue()) == (-100, 18, 100)  # hundredths
    assert slider.text(QAccessible.Text.Description) == row.number.text()
    number = QAccessible.queryAccessibleInterface(row.number)
    assert number.valueInterface().currentValue() == pytest.approx(0.18)
    assert row.slider is not None
    QTest.keyClick(row.slider, KEY.Key_Right)
    assert value.currentValue() == 19 and slider.text(QAccessible.Text.Description) == row.number.text()


def test_everything_that_takes_the_focus_has_a_name(window: MainWindow) -> None:
    for left in (window.attributes, window.palette_panel):
        for right in (window.face, window.mixing, window.directions):
            window.docks.open(left)
            window.docks.open(right)
            nameless = [
                f"{type(widget).__name__} {widget.objectName()}"
                for widget in window.findChildren(QWidget)
                if widget.isVisible() and widget.focusPolicy() != Qt.FocusPolicy.NoFocus and not widget.focusProxy()
                if widget.objectName() != "qt_tabwidget_tabbar"  # its tabs have names
                if not QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
            ]
            assert not nameless


def test_the_export_dialog_has_names_too(window: MainWindow) -> None:
    dialog = window.export_for()
    for name in TARGETS:
        dialog.choose(name)
        for widget in dialog.findChildren(QWidget):
            if widget.isVisible() and widget.focusPolicy() != Qt.FocusPolicy.NoFocus and not widget.focusProxy():
                assert QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name), widget


def test_names_tell_sliders_of_one_kind_apart(window: MainWindow) -> None:
    for panel in (window.mixing, window.directions):
        names = [slider.accessibleName() for slider in panel.findChildren(Slider)]
        assert len(names) == len(set(names)) > 3
    swatch = QAccessible.queryAccessibleInterface(window.palette_panel.swatches["hair.base"])
    assert window.session.look.palette["hair.base"] in swatch.text(QAccessible.Text.Description)


# where Tab and arrows go


def test_tab_stops_once_a_group_in_reading_order_and_comes_back(window: MainWindow) -> None:
    stops = rounds(window, KEY.Key_Tab)
    assert len(stops) <= 25
    shape, face = window.attributes, window.face
    own = [stop for stop in stops if shape.isAncestorOf(stop)]
    assert own[0] is shape.search and len(own) == 1 + len(shape.sections)
    assert own[1] is shape.rows["face_width"].slider
    assert stops.index(own[0]) > stops.index(window.toolbar.export) and not any(face.isAncestorOf(s) for s in own)
    assert rounds(window, KEY.Key_Backtab) == stops[::-1]


def test_arrows_go_from_row_to_row_and_tab_returns_to_the_one_that_was_left(window: MainWindow) -> None:
    rows, before = window.attributes.rows, window.session.look
    assert rows["eye_size"].slider is not None
    rows["eye_size"].slider.setFocus()
    assert press(KEY.Key_Down) is rows["iris_size"].slider
    assert press(KEY.Key_Down) is window.attributes.sections["Hair"].header
    assert press(KEY.Key_Down) is rows["front_style"].combo
    assert press(KEY.Key_Down) is rows["fringe_length"].slider
    assert press(KEY.Key_Tab) is rows["headwear"].combo
    assert press(KEY.Key_Backtab) is rows["fringe_length"].slider
    assert press(KEY.Key_Up) is rows["front_style"].combo
    assert window.session.look == before
    press(KEY.Key_Right)
    assert window.session.look.attributes["front_style"] == "square"
    header = window.attributes.sections["Hair"].header
    assert press(KEY.Key_Up) is header
    press(KEY.Key_Left)
    assert not header.isChecked() and focus() is header
    assert press(KEY.Key_Down) is window.attributes.sections["Accessories"].header
    press(KEY.Key_Tab)
    assert header in rounds(window, KEY.Key_Tab)


def test_arrows_go_through_swatches_and_presets_as_they_stand(window: MainWindow) -> None:
    window.docks.open(window.palette_panel)
    swatches = window.palette_panel.swatches
    swatches["skin.base"].setFocus()
    assert press(KEY.Key_Right) is swatches["skin.shade"]
    assert press(KEY.Key_Left) is swatches["skin.base"]
    presets = window.face.presets
    presets["smile"].setFocus()
    assert press(KEY.Key_Down) is presets["surprised"]
    assert press(KEY.Key_Left) is presets["sad"]


def test_scrolling_does_not_change_the_way(window: MainWindow) -> None:
    window.resize(1440, 420)
    stops = [stop.accessibleName() for stop in rounds(window, KEY.Key_Tab)]
    slider = window.face.rows["breath"].slider
    assert slider is not None
    slider.setFocus()
    for part in (window.attributes, window.face):
        bar = part.layout().itemAt(0).widget().verticalScrollBar()  # type: ignore[union-attr]
        bar.setValue(bar.maximum())
    again = [stop.accessibleName() for stop in rounds(window, KEY.Key_Tab)]
    assert len(again) == len(stops) and again[:3] == stops[:3]


def test_a_value_is_typed_on_its_slider(window: MainWindow) -> None:
    row = window.attributes.rows["eye_size"]
    assert row.slider is not None
    row.slider.setFocus()
    for typed in "-.25":
        QTest.keyClicks(focus(), typed)
    assert focus() is row.number
    assert press(KEY.Key_Return) is row.slider
    assert window.session.look.attributes["eye_size"] == -0.25 and undo_depth(window.session) == 1
    press(KEY.Key_Return)
    QTest.keyClicks(focus(), "1")
    assert press(KEY.Key_Escape) is row.slider
    assert window.session.look.attributes["eye_size"] == -0.25 and read_number(row.number.text()) == -0.25
    press(KEY.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert window.session.locks == {"eye_size"}


# menus of rows


def menu_of(row: ValueRow, reason: str = "Keyboard") -> QMenu:
    """Opened as the menu key does, on the control that has the focus."""
    target = row.slider or row.combo
    at = target.rect().center()
    kind = QContextMenuEvent.Reason[reason]
    QApplication.sendEvent(target, QContextMenuEvent(kind, at, target.mapToGlobal(at)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def take(row: ValueRow, text: str) -> None:
    """Choose what begins so."""
    menu = menu_of(row)
    next(action for action in menu.actions() if action.text().startswith(text)).trigger()
    menu.close()


def test_the_menu_of_a_slider_sets_resets_and_locks_it(window: MainWindow) -> None:
    session, row = window.session, window.attributes.rows["eye_size"]
    take(row, "Highest")
    assert session.look.attributes["eye_size"] == 1.0
    take(row, "Lowest")
    assert session.look.attributes["eye_size"] == -1.0 and undo_depth(session) == 2
    take(row, "Back to its default, 0.00")
    assert session.look.attributes["eye_size"] == 0.0
    take(row, "Lock")
    assert session.locks == {"eye_size"}
    take(row, "Unlock")
    assert not session.locks
    take(row, "Copy its name")
    assert QGuiApplication.clipboard().text() == "eye_size"
    take(row, "Type a value")
    QTest.keyClicks(focus(), "0.5")
    press(KEY.Key_Return)
    assert session.look.attributes["eye_size"] == 0.5


def test_the_menu_of_a_choice_and_of_a_face_offer_what_they_can(window: MainWindow) -> None:
    choice = window.attributes.rows["front_style"]
    window.session.edit(window.session.look.set(front_style="square"))
    take(choice, "Back to its default, Round")
    assert window.session.look.attributes["front_style"] == "round"
    menu = menu_of(window.face.rows["mouth_open"])
    assert not any(action.text().startswith(("Lock", "Copy")) for action in menu.actions())
    menu.close()
    take(window.face.rows["mouth_open"], "Highest")
    assert window.stage.expression["mouth_open"] == 1.0


# keys by their place


@pytest.mark.parametrize(
    ("letter", "code", "latin"),
    [("\u0421", 46, "C"), ("\u041a", 19, "R"), ("\u03a1", 19, "R"), ("\u05db", 33, "F"), ("\u0410", 33, "F")],
)
def test_a_letter_of_another_script_is_the_key_in_its_place(letter: str, code: int, latin: str) -> None:
    def event(native: int, virtual: int = 0) -> QKeyEvent:
        modifiers = Qt.KeyboardModifier.NoModifier
        return QKeyEvent(QEvent.Type.KeyPress, ord(letter), modifiers, native, virtual, 0, letter)

    assert latin_key(event(code + 8), "linux") == latin_key(event(code), "win32") == ord(latin)
    assert latin_key(event(0, {"C": 8, "R": 15, "F": 3}[latin]), "darwin") == ord(latin)
    assert latin_key(event(9999), "linux") == ord(letter)


def test_latin_keyboards_keep_their_letters() -> None:
    """Where a French or a Dvorak keyboard has its C, there C is."""
    for key in (KEY.Key_C, KEY.Key_Eacute, KEY.Key_Escape, KEY.Key_F5):
        event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, 27, 0, 0)
        assert latin_key(event, "linux") == key


@pytest.mark.skipif("sys.platform != 'linux'", reason="codes of X11")
def test_shortcuts_work_on_a_cyrillic_keyboard(qtbot: QtBot, open_window: Open) -> None:
    window = open_window()
    settle(qtbot, window)

    def key(letter: str, code: int, shift: bool = False, up: bool = False) -> None:
        modifiers = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        kind = QEvent.Type.KeyRelease if up else QEvent.Type.KeyPress
        QApplication.sendEvent(focus(), QKeyEvent(kind, ord(letter), modifiers, code + 8, 0, 0, letter))

    window.canvas.setFocus()
    before = window.session.look
    key("\u041a", 19)
    assert window.session.look != before and window.session.undo_label == "Roll"
    key("\u041a", 19, shift=True)
    assert window.session.undo_label == "A little different"
    key("\u0410", 33)
    assert len(window.session.favourites) == 1
    key("\u0421", 46)
    assert window.preview.comparing
    key("\u0421", 46, up=True)
    assert not window.preview.comparing
    window.dice.seed.setFocus()
    before = window.session.look
    key("\u041a", 19)
    assert window.session.look == before and "\u041a" in window.dice.seed.text()


def test_what_tab_reaches_is_what_is_seen(window: MainWindow) -> None:
    window.docks.open(window.mixing)
    reachable = set(_reachable(window))
    assert not any(window.face.isAncestorOf(widget) for widget in reachable)
    assert any(window.mixing.isAncestorOf(widget) for widget in reachable)
