"""What fine-tuning gains on another hand's pictures: ``python -m tests.benchmarks.tuning OUT [--minutes M]``.

Twelve pictures of one persona (``tests/other_style.py``) are drawn; a run learns from those that are not held back,
then both generators are fitted to the others anew. Prints decibels on the subject, and leaves a sheet in OUT: picture,
first look, untuned, tuned.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from tests.other_style import HELD_BACK, picture, shots
from vtuber_studio.core.finetuning import checked, encode
from vtuber_studio.core.image import encode_png
from vtuber_studio.engine.generator import load_generator
from vtuber_studio.engine.render import render
from vtuber_studio.finetune import begin, finetune, in_background
from vtuber_studio.intake.fit import first_guess, fit_picture


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--mode", default="quick")
    parser.add_argument("--pictures", type=int, default=12)
    given = parser.parse_args()
    in_background()
    untuned = load_generator()
    drawn = [picture(untuned.manifest, shot, k) for k, shot in enumerate(shots(untuned.manifest, count=given.pictures))]
    learned = given.out / "pictures"
    learned.mkdir(parents=True)
    for number, image in enumerate(drawn):
        if number not in HELD_BACK:
            (learned / f"{number:02}.png").write_bytes(encode_png(image))
    begin(given.out / "run", checked(rights="own", mode=given.mode, minutes=given.minutes), [learned], None)
    for event in finetune(given.out / "run", steps=given.steps):
        print(encode(event).decode(), flush=True)
    generators = (untuned, load_generator(given.out / "run" / "bundle"))
    rows, figures = [], []
    for number in (each for each in HELD_BACK if each < len(drawn)):
        start, choices = first_guess(untuned, drawn[number])
        row, own = [drawn[number], render(untuned, start, size=512)], []
        for generator in generators:
            *_, last = fit_picture(generator, drawn[number], start, choices)
            row.append(render(generator, last.shot, size=512))
            own.append(psnr(last.image, row[-1]))
        print(number, "untuned {:.2f} dB, tuned {:.2f} dB".format(*own), flush=True)
        rows.append(np.concatenate(row, 1))
        figures.append(own)
    (given.out / "sheet.png").write_bytes(encode_png(np.concatenate(rows, 0)))
    print("mean: untuned {:.2f} dB, tuned {:.2f} dB".format(*np.mean(figures, 0)))


def psnr(image: np.ndarray, made: np.ndarray) -> float:
    """Decibels over mid-grey where the picture is solid."""
    one, two = (each[..., :3] / 255 * (a := each[..., 3:] / 255) + 0.5 * (1 - a) for each in (image, made))
    return float(10 * np.log10(1 / max(((one - two)[image[..., 3] > 128] ** 2).mean(), 1e-9)))


if __name__ == "__main__":
    main()
