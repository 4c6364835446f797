"""Takes the pictures of finetune.md's first chapter: `QT_QPA_PLATFORM=offscreen python docs/guide/finetune.py`

The pictures of the set are drawings of the starter and photos of scikit-image.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from skimage import data

from vtuber_studio.engine.fitting import persona
from vtuber_studio.engine.generator import Generator, load_generator
from vtuber_studio.engine.render import render
from vtuber_studio.responses import after, opened, watch
from vtuber_studio.ui import theme

OUT = Path(__file__).parent / "finetune"
WIDTH = 960  # pixels
PAPERS = (None, "#ffffff", "#c8e0f0", None, "#f7e3c8", "#e6e0f4")


def fill(folder: Path, generator: Generator) -> None:
    """A set as people have them: good ones, poor ones, and what is no picture."""
    for number, paper in enumerate(PAPERS, 1):
        drawn = Image.fromarray(render(generator, persona(generator.manifest, 3 * number + 2), size=768))
        if paper:
            page = Image.new("RGBA", (1100, 1200), paper)
            page.alpha_composite(drawn, (100 + 30 * number, 200))
            drawn = page.convert("RGB")
        drawn.save(folder / f"drawing {number}.png")
    photo = Image.fromarray(data.astronaut())
    photo.save(folder / "holiday.jpg")
    photo.resize((90, 90)).resize((700, 700)).save(folder / "out of focus.jpg")
    Image.fromarray(np.concatenate([data.astronaut()] * 2, 1)).save(folder / "twins.jpg")
    photo.resize((64, 64)).save(folder / "dance.gif", save_all=True, append_images=[photo.resize((64, 64))])


def picture(widget: QWidget, name: str) -> None:
    """A WebP of a widget."""
    path = OUT / f"{name}.webp"
    with tempfile.TemporaryDirectory() as folder:
        widget.grab().save(f"{folder}/a.png")
        image = Image.open(f"{folder}/a.png").convert("RGB")
    image.thumbnail((WIDTH, WIDTH), Image.Resampling.LANCZOS)
    image.save(path, method=6, quality=82)
    print(name, path.stat().st_size)


def main() -> None:
    """Bring pictures, look at one, put its rings right."""
    application = QApplication([])
    theme.apply(application)
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as mine:
        os.environ["VTUBER_STUDIO_HOME"] = home
        fill(Path(mine), load_generator())
        window = opened()
        dialog = window.my_pictures()
        dialog.add([Path(mine)])
        watch(lambda: not dialog.gathering.busy)
        dialog.grid.setCurrentRow(dialog.grid.names.index("drawing 3.png"))
        watch(lambda: dialog.closeup.picture is not None)
        watch(after(0.5))
        picture(dialog, "pictures")
        dialog.consent.radios["own"].click()
        dialog.grid.setCurrentRow(dialog.grid.names.index("holiday.jpg"))
        watch(lambda: dialog.closeup.picture is not None)
        handle = dialog.closeup.editor.handles[2]
        middle = handle.rect().center()
        QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=middle)
        QTest.mouseMove(handle, middle + QPoint(0, 14))
        QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=middle)
        watch(lambda: dialog.gathering.tray.find("holiday.jpg").points is not None)  # type: ignore[union-attr]
        watch(after(0.5))
        picture(dialog.closeup, "rings")
        window.leaving.agreed = True
        window.close()


if __name__ == "__main__":
    main()
