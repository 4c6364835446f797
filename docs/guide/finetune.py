"""Takes the pictures of finetune.md: `QT_QPA_PLATFORM=offscreen python docs/guide/finetune.py [MINUTES]`

The pictures of the set are drawings of the starter and photos of scikit-image. With MINUTES a generator learns for so
long from drawings of another hand: the starter's, turned into water-colours.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from skimage import data

from vtuber_studio.core.attribute import Value
from vtuber_studio.core.finetuning import FITS
from vtuber_studio.core.look import Look, look_from_json
from vtuber_studio.core.pose import Pose
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.fitting import persona
from vtuber_studio.engine.generator import Generator, load_generator
from vtuber_studio.engine.render import render
from vtuber_studio.responses import after, opened, watch
from vtuber_studio.ui import theme
from vtuber_studio.ui.main_window import MainWindow
from vtuber_studio.ui.trainer import Trainer

OUT = Path(__file__).parent / "finetune"
WIDTH = 960  # pixels
SHUT: dict[str, Value] = {"eye_open_left": 0.1, "eye_open_right": 0.1}
MOODS: tuple[dict[str, Value], ...] = ({}, {"mouth_open": 0.6}, SHUT, {"mouth_form": 0.9}, {}, {"blush": 1.0})
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


def paint(folder: Path, generator: Generator) -> None:
    """One persona in water-colours on warm paper, in several moods."""
    import cv2

    look = persona(generator.manifest, 11)
    for number, (mood, yaw) in enumerate(zip(MOODS, (0.0, 6.0, -5.0, 2.0, -8.0, 0.0), strict=True), 1):
        drawn = render(generator, Shot(look, mood, Pose(yaw=yaw)), size=768)
        alpha = drawn[..., 3:] / 255
        flat = (drawn[..., :3] * alpha + np.array((236, 226, 208)) * (1 - alpha)).astype(np.uint8)
        wet = cv2.cvtColor(cv2.stylization(flat, sigma_s=40, sigma_r=0.35), cv2.COLOR_RGB2HSV)
        wet[..., 1] = 0.75 * wet[..., 1]
        grain = cv2.GaussianBlur(np.random.default_rng(number).normal(0, 1, wet.shape[:2]), (0, 0), 2.2)
        sheet = cv2.cvtColor(wet, cv2.COLOR_HSV2RGB) * (1 + 0.07 * (grain / grain.std())[..., None])
        Image.fromarray(sheet.clip(0, 255).astype(np.uint8)).save(folder / f"mia {number}.png")


def learn(window: MainWindow, folder: Path, minutes: int) -> None:
    """Learn from these, look at it on the way, compare."""
    window.actions_by_name["train"].trigger()
    order, trainer, box = window.training.order, window.trainer, window.training.run
    window.training.take([folder], "own")
    watch(lambda: order.count > 0)
    order.minutes.setCurrentIndex(order.minutes.findData(float(minutes)))
    order.start_button.click()
    watch(lambda: len(trainer.story.curves.get("loss", [])) > 3 and box.heads[2].isVisible())
    watch(after(1))
    picture(window, "learning")
    watch(lambda: bool(window.tuned.bar.message))
    window.tuned.bar.choose("Compare")
    watch(lambda: window.comparing.on and window.comparing.settled)
    window.session.edit(trainer_look(trainer), "Her")
    watch(after(1))
    watch(lambda: window.comparing.settled)
    picture(window, "compare")


def trainer_look(trainer: Trainer) -> Look:
    """The look that came nearest to the first picture."""
    fit = min((trainer.kept[0].folder / FITS).glob("*.json"))
    return look_from_json(json.dumps(json.loads(fit.read_text("utf-8"))["look"]).encode())


def main(minutes: int = 0) -> None:
    """Bring pictures, look at one, put its rings right; learn from others."""
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
        dialog.close()
        if minutes:
            with tempfile.TemporaryDirectory() as painted:
                paint(Path(painted), load_generator())
                learn(window, Path(painted), minutes)
        window.leaving.agreed = True
        window.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
