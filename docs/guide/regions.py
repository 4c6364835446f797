"""Takes the pictures of regions.md, by what a user clicks: `QT_QPA_PLATFORM=offscreen python docs/guide/regions.py`"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QScrollArea, QWidget

from vtuber_studio.responses import after, opened, watch
from vtuber_studio.ui import theme
from vtuber_studio.ui.dialogs.colour import ColourDialog
from vtuber_studio.ui.dialogs.teach import TeachDialog
from vtuber_studio.ui.main_window import MainWindow
from vtuber_studio.ui.widgets.mark_grid import LESS, MORE
from vtuber_studio.ui.widgets.slider import Slider
from vtuber_studio.ui.widgets.value_row import ValueRow

OUT = Path(__file__).parent / "regions"
WIDTH = 960  # pixels of a picture of the window
LEFT = Qt.MouseButton.LeftButton


def settle(window: MainWindow, seconds: float = 0.6) -> None:
    """Until she is shown as she is."""
    watch(after(seconds))
    watch(lambda: window.preview.settled)
    watch(after(1.2))  # what glows has faded


def picture(widget: QWidget, name: str, width: int = WIDTH) -> None:
    """A WebP of a widget."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = Image.frombuffer("RGB", (image.width(), image.height()), bytes(image.constBits()), "raw", "RGB",
                            image.bytesPerLine(), 1)  # fmt: skip
    rows.thumbnail((width, width), Image.Resampling.LANCZOS)
    rows.save(OUT / f"{name}.webp", method=6, quality=82)
    print(name, (OUT / f"{name}.webp").stat().st_size)


def choose(menu: QMenu, *words: str) -> None:
    """An entry of a menu, by what it says."""
    for word in words[:-1]:
        menu = next(action.menu() for action in menu.actions() if action.text() == word)
    next(action for action in menu.actions() if action.text() == words[-1]).trigger()


def pull(slider: Slider, share: float) -> None:
    """Take a handle, and let go of it at a share of the way."""
    end = QPoint(round(share * (slider.width() - 1)), slider.height() // 2)
    QTest.mousePress(slider, LEFT, pos=slider.handle().center())
    QTest.mouseMove(slider, end)
    QTest.mouseRelease(slider, LEFT, pos=end)


def press(panel: QWidget, words: str) -> None:
    """A button, by what it says."""
    button = next(each for each in panel.findChildren(QAbstractButton) if each.text() == words)
    QTest.mouseClick(button, LEFT)


def eyes(window: MainWindow) -> None:
    """Her left eye in blue."""
    window.docks.open(window.regions)
    choose(window.regions.new_menu, "Her left half of", "Eyes")
    watch(lambda: window.session.entered == 0)
    window.docks.open(window.palette_panel)
    window.palette_panel.reveal("eye.iris")
    QTest.mouseClick(window.palette_panel.swatches["eye.iris"], LEFT)
    dialog = window.findChild(ColourDialog)
    assert dialog is not None
    dialog.hex.selectAll()
    QTest.keyClicks(dialog.hex, "#2f6fe0")
    dialog.accept()
    settle(window)
    picture(window, "eyes")
    QTest.keyClick(window.canvas, Qt.Key.Key_Escape)


def fringe(window: MainWindow) -> None:
    """Her right half of the fringe from a second look."""
    window.docks.open(window.mixing)
    window.mixing.roll_source(12)
    window.docks.open(window.regions)
    choose(window.regions.new_menu, "Her right half of", "Front hair")
    watch(lambda: window.session.entered == 1)
    window.docks.open(window.mixing)
    for kind in ("shape", "colour"):
        row = window.mixing.rows["hair_front", kind]  # type: ignore[index]
        for area in window.mixing.findChildren(QScrollArea):
            area.ensureWidgetVisible(row)
        settle(window, 0.1)
        assert row.slider is not None
        pull(row.slider, 1.0)
    window.docks.open(window.regions)
    for _ in range(3):
        press(window.regions.mask_box, "Feather")
    settle(window)
    window.docks.open(window.mixing)
    settle(window)
    picture(window, "fringe")
    QTest.keyClick(window.canvas, Qt.Key.Key_Escape)


def taught(window: MainWindow) -> None:
    """A slider for eyes that are wide open."""
    window.docks.open(window.directions)
    press(window.directions, "Teach a slider ...")
    dialog = next(each for each in QApplication.topLevelWidgets() if isinstance(each, TeachDialog))
    watch(lambda: len(dialog.looks) >= 25)
    watch(after(5))
    open_eyes = sorted(range(1, len(dialog.looks)), key=lambda row: float(dialog.looks[row].attributes["eye_size"]))
    for mark, rows in ((LESS, open_eyes[:5]), (MORE, open_eyes[-5:])):
        dialog.brushes.button(2 + mark).click()
        for row in rows:
            item = dialog.grid.item(row)
            dialog.grid.scrollToItem(item)
            QTest.mouseClick(dialog.grid.viewport(), LEFT, pos=dialog.grid.visualItemRect(item).center())
    dialog.grid.scrollToTop()
    dialog.name.setText("wide awake")
    watch(lambda: dialog.teach_button.isEnabled() and dialog.direction is not None)
    watch(after(2))
    print(dialog.words.text())
    picture(dialog, "teach", 640)
    QTest.mouseClick(dialog.teach_button, LEFT)
    settle(window)
    slider = window.directions.taught.findChildren(ValueRow)[0].slider
    assert slider is not None
    pull(slider, 0.9)
    settle(window)
    picture(window, "taught")


def main() -> None:
    """All of them, in one go, as the guide tells it."""
    application = QApplication(sys.argv[:1])
    theme.apply(application)
    OUT.mkdir(exist_ok=True)
    window = opened()
    window.dice.seed.setText("sora")
    QTest.keyClick(window.dice.seed, Qt.Key.Key_Return)
    settle(window)
    for chapter in (eyes, fringe, taught):
        chapter(window)
        settle(window)
    window.leaving.agreed = True
    window.close()


if __name__ == "__main__":
    main()
