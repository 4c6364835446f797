"""The dark theme: one table of colours, a palette for Qt's own drawing, and a style sheet."""

from __future__ import annotations

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
    "faint": "#6d687d",  # what cannot be used now
    "accent": "#ff7aa2",
    "accent_text": "#2a0d18",
    "accent_dim": "#5a3246",
    "error": "#4a2430",
    "question": "#2b3350",
}

SHEET = """
* { font-size: 13px; }
QWidget { color: $text; }
QMainWindow, QDialog, QMenuBar, QStatusBar, QToolBar { background: $panel; }
QMainWindow::separator { background: $ground; width: 5px; height: 5px; }
QMainWindow::separator:hover { background: $accent_dim; }
QMenuBar { padding: 2px 6px; }
QMenuBar::item { padding: 5px 10px; border-radius: 5px; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $raised; border: 1px solid $edge; padding: 5px; }
QMenu::item { padding: 6px 26px 6px 22px; border-radius: 5px; }
QMenu::item:selected { background: $accent_dim; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $edge; margin: 5px 8px; }
QToolBar { border: none; border-bottom: 1px solid $ground; padding: 5px 8px; spacing: 6px; }
QStatusBar { border-top: 1px solid $ground; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: $quiet; padding: 0 8px; }
QToolTip { background: $raised; color: $text; border: 1px solid $edge; padding: 5px 7px; }
QDockWidget > QWidget { background: $panel; }
QTabWidget::pane { border: none; background: $panel; }
QTabBar { background: $panel; }
QTabBar::tab { background: transparent; color: $quiet; padding: 9px 14px 7px 14px; border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:hover:!selected { color: $text; border-bottom: 2px solid $edge; }
QScrollArea, #scroll_content { background: $panel; border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $edge; border-radius: 4px; min-height: 28px; min-width: 28px; margin: 1px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: none; height: 0; width: 0; }
QPushButton, QToolButton { background: $raised; border: 1px solid $edge; border-radius: 6px; padding: 5px 12px; }
QPushButton:hover, QToolButton:hover { background: $hover; border-color: $faint; }
QPushButton:pressed, QToolButton:pressed { background: $accent_dim; }
QPushButton:checked, QToolButton:checked { background: $accent_dim; border-color: $accent; }
QPushButton:disabled, QToolButton:disabled { color: $faint; border-color: $raised; }
QPushButton:focus, QToolButton:focus { border-color: $accent; }
QPushButton#primary { background: $accent; color: $accent_text; border-color: $accent; font-weight: 600; }
QPushButton#primary:hover { background: #ff94b5; }
QPushButton#primary:disabled { background: $accent_dim; color: $faint; border-color: $accent_dim; }
QPushButton[objectName^="preset_"] { padding: 5px 2px; }
QToolButton::menu-indicator { image: none; }
QToolButton[autoRaise="true"] { background: transparent; border-color: transparent; padding: 3px 6px; }
QToolButton[autoRaise="true"]:hover { background: $hover; }
#lock { padding: 1px 3px; color: $faint; border: none; background: transparent; min-width: 16px; }
#lock:checked { color: $accent; background: transparent; }
#section_header { background: transparent; border: none; border-radius: 0; padding: 8px 4px 6px 2px; font-weight: 600; text-align: left; }
#section_header:hover { color: $accent; }
QLabel#caption { color: $quiet; font-size: 12px; }
QLabel#title { font-size: 16px; font-weight: 600; }
#thumbnail { background: $ground; border: 1px solid $edge; border-radius: 8px; }
QLineEdit, QSpinBox, QDoubleSpinBox, QPlainTextEdit {
    background: $ground; border: 1px solid $edge; border-radius: 5px; padding: 4px 6px; selection-background-color: $accent_dim; }
QDoubleSpinBox { padding: 2px 4px; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus { border-color: $accent; }
QComboBox { background: $raised; border: 1px solid $edge; border-radius: 5px; padding: 4px 8px; }
QComboBox:hover { background: $hover; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url($theme/chevron.svg); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $edge; selection-background-color: $accent_dim; outline: none; padding: 4px; }
QCheckBox::indicator, QRadioButton::indicator { width: 15px; height: 15px; }
QSlider { min-height: 22px; }
QSlider::groove:horizontal { height: 4px; background: $edge; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent_dim; border-radius: 2px; }
QSlider::handle:horizontal { background: $text; width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; }
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus { background: $accent; }
QSlider::handle:horizontal:disabled { background: $faint; }
QProgressBar { background: $ground; border: 1px solid $edge; border-radius: 6px; height: 14px; text-align: center; }
QProgressBar::chunk { background: $accent; border-radius: 5px; }
#favourites { background: $ground; border: none; border-radius: 8px; padding: 4px; }
QListWidget::item { border-radius: 7px; padding: 3px; color: $quiet; }
QListWidget::item:hover { background: $hover; }
QListWidget::item:selected { background: $accent_dim; color: $text; }
#bar { border-radius: 0; }
#bar[kind="error"] { background: $error; border-bottom: 1px solid $accent; }
#bar[kind="question"] { background: $question; border-bottom: 1px solid #6a80c8; }
#bar QToolButton { background: transparent; border: none; font-size: 16px; }
#reference_bar { background: rgba(31, 29, 38, 230); border: 1px solid $edge; border-radius: 10px; }
QTreeWidget, QTableWidget { background: $panel; border: none; outline: none; }
"""


def style_sheet() -> str:
    """The sheet with its colours filled in."""
    sheet = SHEET.replace("$theme", (resources() / "theme").as_posix())
    for name in sorted(COLOURS, key=len, reverse=True):  # accent_text before accent
        sheet = sheet.replace(f"${name}", COLOURS[name])
    return sheet


def palette() -> QPalette:
    """Colours for what Qt draws itself."""
    made, role = QPalette(), QPalette.ColorRole
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
        (role.Accent, "accent"),
    ):
        made.setColor(which, QColor(COLOURS[name]))
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, QColor(COLOURS["faint"]))
    return made


def apply(app: QApplication) -> None:
    """Dress the application."""
    app.setStyle("Fusion")
    app.setPalette(palette())
    font = QFont(app.font())
    font.setPixelSize(13)
    app.setFont(font)
    app.setStyleSheet(style_sheet())
