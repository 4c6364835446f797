"""Every action of the window as one table: menus, shortcuts, tool tips and the help all come from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from vtuber_studio.ui.widgets.words import literal, plain

MENUS = {"file": "&File", "edit": "&Edit", "dice": "&Dice", "view": "&View", "help": "&Help"}


@dataclass(frozen=True)
class Row:
    """One action. ``needs`` names the state without which it is grey."""

    name: str
    menu: str
    text: str
    keys: tuple[str, ...] = ()
    tip: str = ""
    needs: str = ""  # generator, undo, redo, reference, exported
    checkable: bool = False
    gap: bool = False  # a line above it


TABLE: tuple[Row, ...] = (
    Row("new", "file", "&New", ("Ctrl+N",), "Start a new persona"),
    Row("open", "file", "&Open ...", ("Ctrl+O",), "Open a project or a look"),
    Row("recent", "file", "Open &recent"),
    Row("start_from", "file", "Start from a &picture ...", (), "She becomes what comes near a drawing", "generator"),
    Row("take_from", "file", "&Take from a file ...", (), "A part's shape or colour of another look", "generator"),
    Row("my_pictures", "file", "M&y pictures ...", (), "Your own drawings or photos, for a generator to learn from"),
    Row("train", "file", "&Fine-tune on my pictures ...", ("T",), "The generator learns from drawings or photos"),
    Row("save", "file", "&Save", ("Ctrl+S",), "Save the project", gap=True),
    Row("save_as", "file", "Save &as ...", ("Ctrl+Shift+S",), "Save the project under another name"),
    Row("name", "file", "Na&me ...", (), "What she is called; it stands in the title"),
    Row("export_png", "file", "&Export PNG ...", ("Ctrl+E",), "A picture of any size", "generator", gap=True),
    Row("export_for", "file", "Export &for ...", ("Ctrl+Shift+E",), "What other programs want", "generator"),
    Row("export_again", "file", "Export a&gain", ("F8",), "This project's last export, into the same file", "exported"),
    Row("generators", "file", "&Generators", gap=True),
    Row("quit", "file", "&Quit", ("Ctrl+Q",), "Leave; unsaved work is kept", gap=True),
    Row("undo", "edit", "&Undo", ("Ctrl+Z",), "Take the last step back", "undo"),
    Row("redo", "edit", "&Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "Do it again", "redo"),
    Row("copy", "edit", "&Copy picture", ("Ctrl+C",), "Copy the picture with its transparency", "generator", gap=True),
    Row("paste", "edit", "&Paste reference", ("Ctrl+V",), "Lay the copied picture over the figure"),
    Row("remove_reference", "edit", "Remove re&ference", ("Ctrl+Shift+V",), "Take the reference away", "reference"),
    Row("parts", "edit", "&Parts", gap=True),
    Row("reset", "edit", "Back to the &default look", (), "Every slider and colour at rest; can be undone"),
    Row("roll", "dice", "&Roll", ("R",), "A new persona; locked sliders stay", "generator"),
    Row("vary", "dice", "A little &different", ("Shift+R",), "Move everything unlocked a little", "generator"),
    Row("variations", "dice", "&Variations of", (), "One part rolled anew, in pictures", "generator"),
    Row("wall", "dice", "&Wall of looks", ("W",), "Thirty-six looks around the present one", "generator"),
    Row("teach", "dice", "&Teach a slider ...", (), "From looks that are more or less of something", "generator"),
    Row("keep", "dice", "&Keep as favourite", ("F",), "Put the look into the strip below", "generator", gap=True),
    Row("fit", "view", "&Fit", ("Ctrl+0",), "Show the whole figure"),
    Row("actual_size", "view", "&1:1", ("Ctrl+1",), "512 pixels, one for each of the figure's units"),
    Row("zoom_in", "view", "Zoom &in", ("Ctrl++", "Ctrl+="), "Closer"),
    Row("zoom_out", "view", "Zoom &out", ("Ctrl+-",), "Farther"),
    Row("background", "view", "&Background", gap=True),
    Row("eyesight", "view", "As seen &by"),
    Row("compare", "view", "&Compare with", gap=True),
    Row("split", "view", "&Split view", ("S",), "Her and what she is compared with, a divider between", checkable=True),
    Row("idle", "view", "&Blink and breathe", ("Ctrl+B",), "She moves when left alone", checkable=True),
    Row("rest_face", "view", "Face at &rest", ("Ctrl+R",), "Expression and pose back to neutral", "generator"),
    Row("panels", "view", "Show &panels", ("F9",), "Hide everything but the picture", checkable=True, gap=True),
    Row("full_screen", "view", "F&ull screen", ("F11",), "The whole screen", checkable=True),
    Row("shortcuts", "help", "&Keys and gestures", ("F1",), "Every key and what the mouse does"),
    Row("open_log", "help", "Show the &log's folder", (), "Where the studio writes down what goes wrong"),
    Row("about", "help", "&About", (), "Version, licence, folders", gap=True),
)

GESTURES: tuple[tuple[str, str], ...] = (
    ("C or \\ held", "Compare with the look before the last step, or with what View > Compare with says"),
    ("Click on her", "The controls of what is under the cursor; right click: what can be done with it"),
    ("Arrows, Enter, Menu on the canvas", "The same by the keyboard"),
    ("Wheel, pinch", "Zoom at the cursor"),
    ("Middle drag, Space + drag", "Move the picture"),
    ("Double click on the canvas", "Fit"),
    ("Ctrl + drag, Alt + drag", "Pull the picture out as a PNG, into another program"),
    ("Drop a project or a look", "Open it"),
    ("Drop a generator's folder or zip", "Install it"),
    ("Drop a palette", "Put its colours on; on the colour dialog a picture: pick from it"),
    ("Drag a favourite", "In its row to reorder (Ctrl + arrows, too), onto the picture to mix it in"),
    ("Space, Enter, Ctrl+Enter on the wall", "New wall; take a look; take it and go on from it (double click)"),
    ("Drag a look of the wall", "Onto another: half of each; onto the picture: mix in; onto the favourites: keep"),
    ("Drop several pictures or a folder", "Add them to your own pictures"),
    ("Drop or paste a picture", "Lay it over the figure as a reference; start from it"),
    ("Double click on a slider", "Back to its default; right click: more"),
    ("Tab, arrows", "To the next group of controls; to the next control in it"),
    ("Digits or Enter on a slider", "Type its value"),
    ("Ctrl+L", "Lock the slider or the choice that has the focus"),
    ("[ and ] with a brush", "Smaller, larger"),
    ("Alt, Shift + Alt with a mask's tool", "Take away; leave what both have"),
    ("Esc", "Take the gesture in progress back; put the mask's tool down; leave the region"),
)


def tr(text: str) -> str:
    """Translate a text of this table."""
    return QCoreApplication.translate("actions", text)


def build(window: QMainWindow, handlers: Mapping[str, Callable[..., object] | QMenu]) -> dict[str, QAction]:
    """Make menus and actions from the table; each row needs its handler, or a submenu of the same name."""
    menus = {name: window.menuBar().addMenu(tr(title)) for name, title in MENUS.items()}
    actions: dict[str, QAction] = {}
    for row in TABLE:
        menu, handler = menus[row.menu], handlers[row.name]
        if row.gap:
            menu.addSeparator()
        if isinstance(handler, QMenu):
            handler.setTitle(tr(row.text))
            actions[row.name] = menu.addMenu(handler)
            continue
        action = QAction(tr(row.text), window, checkable=row.checkable)
        action.setObjectName(f"action_{row.name}")
        action.setShortcuts([QKeySequence(keys) for keys in row.keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setToolTip(tr(row.tip))
        action.setStatusTip(tr(row.tip))
        if row.checkable:
            action.toggled.connect(handler)
        else:
            action.triggered.connect(lambda _checked=False, handler=handler: handler())
        menu.addAction(action)
        window.addAction(action)  # shortcuts work while the menu bar is hidden
        actions[row.name] = action
    return actions


def enable(actions: Mapping[str, QAction], state: Mapping[str, bool]) -> None:
    """Grey out what cannot be done now."""
    for row in TABLE:
        if row.needs:
            actions[row.name].setEnabled(state[row.needs])


def name_step(action: QAction, word: str, label: str) -> None:
    """Let undo or redo say which step it means."""
    text = f"{word} {label}".strip()
    action.setText(literal(text))
    action.setIconText(word)
    action.setToolTip(plain(f"{text} ({action.shortcut().toString()})"))


def shortcut_rows() -> list[tuple[str, str]]:
    """(keys, what they do) of every action with keys, then of every gesture."""
    rows = [(" or ".join(row.keys), tr(row.tip or row.text)) for row in TABLE if row.keys]
    return rows + [(tr(keys), tr(what)) for keys, what in GESTURES]
