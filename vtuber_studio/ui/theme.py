"""The dark theme: one table of colours, a palette for Qt's own drawing, and a style sheet."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from vtuber_studio.core.paths import resources

COLOURS = {
    "ground": "#17161c",  # around the picture
    "panel": "#1f1d26",
    "raised": "#2a2833",  # fields and buttons
    "hover": "#353240",
    "edge": "#3a3746",
    "text": "#eae7f2",
    "quiet": "#a29db3",  # captions
    "mixed": "#e3b3c6",  # labels of what other looks have a share in
    "faint": "#6d687d",  # what cannot be used now
    "accent": "#ff7aa2",
    "accent_text": "#2a0d18",
    "accent_dim": "#5a3246",
    "less": "#6fb7ff",  # marks of what is less of something
    "error": "#4a2430",
    "question": "#2b3350",
}

# Where the keyboard is, and what cannot be used now: after the sheet, whose quiet controls have no border to colour.
STATES = """
QLabel:disabled, QAbstractSpinBox:disabled, QComboBox:disabled, QToolButton:disabled { color: $faint; }
QSlider::sub-page:horizontal:disabled { background: $edge; }
QPushButton#primary:focus { border-color: $text; }
#lock:focus { background: $accent_dim; }
#section_header:focus { color: $accent; }
QTabBar::tab:selected:focus { color: $accent; }
#favourites:focus, #history:focus, #looks:focus, #look_grid:focus { background: $panel; }
"""


def style_sheet() -> str:
    """The sheet with its colours filled in."""
    folder = resources() / "theme"
    sheet = (folder / "dark.qss").read_text(encoding="utf-8").replace("$theme", folder.as_posix()) + STATES
    for name in sorted(COLOURS, key=len, reverse=True):  # accent_text before accent
        sheet = sheet.replace(f"${name}", COLOURS[name])
    return sheet


def palette() -> QPalette:
    """Colours for what Qt draws itself: all of them, so that none comes from a light system."""
    made, role = QPalette(QColor(COLOURS["raised"]), QColor(COLOURS["panel"])), QPalette.ColorRole
    for which, name in (
        (role.Window, "panel"),
        (role.WindowText, "text"),
        (role.Base, "ground"),
        (role.AlternateBase, "raised"),
        (role.Text, "text"),
        (role.PlaceholderText, "faint"),
        (role.Button, "raised"),
        (role.ButtonText, "text"),
        (role.BrightText, "accent"),
        (role.Highlight, "accent_dim"),
        (role.HighlightedText, "text"),
        (role.ToolTipBase, "raised"),
        (role.ToolTipText, "text"),
        (role.Link, "accent"),
        (role.LinkVisited, "accent"),
        (role.Accent, "accent"),
    ):
        made.setColor(which, QColor(COLOURS[name]))
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, QColor(COLOURS["faint"]))
    return made


def apply(app: QApplication) -> None:
    """Dress the application: dark by design, for colours are judged against dark, whatever the system prefers."""
    app.setStyle("Fusion")
    app.styleHints().setColorScheme(Qt.ColorScheme.Dark)  # the frame that the system draws, too
    app.setPalette(palette())
    font = QFont(app.font())
    font.setPixelSize(13)
    app.setFont(font)
    app.setStyleSheet(style_sheet())
