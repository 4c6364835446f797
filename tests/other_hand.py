"""Another hand: a little artist that draws nothing as ours does. Heavy lines of one width, ovals for eyes with flat
irises or no white at all, egg-shaped heads, hair as one blob with lobes, a plain garment, a ground behind her."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

SIDE = 640
_FINE = 2  # drawn larger, then averaged


@dataclass(frozen=True)
class Drawing:
    """A picture uint8 [SIDE, SIDE, 4], and the colours that it was drawn with, by the material that they stand for."""

    image: np.ndarray
    colours: dict[str, tuple[int, int, int]]


def draw(seed: int) -> Drawing:
    """Portrait number ``seed``."""
    rng = np.random.default_rng([7, seed])
    hair, skin, iris, cloth = _colours(rng)
    line = tuple(int(0.28 * part + 18) for part in hair) if rng.random() < 0.7 else (60, 40, 34)
    width = int(rng.integers(2, 7)) * _FINE
    clear = rng.random() < 0.4
    ground = (0, 0, 0, 0) if clear else (*(int(c) for c in rng.integers(150, 250, 3)), 255)
    picture = Image.new("RGBA", (SIDE * _FINE, SIDE * _FINE), ground)
    pen = ImageDraw.Draw(picture)
    x, y = SIDE / 2 + rng.uniform(-12, 12), 0.46 * SIDE + rng.uniform(-10, 10)
    wide, high = rng.uniform(104, 126), rng.uniform(128, 148)

    def scaled(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(_FINE * a, _FINE * b) for a, b in points]

    def shape(points: list[tuple[float, float]], fill: tuple[int, ...], inked: bool = True) -> None:
        pen.polygon(scaled(points), fill=fill)
        if inked:
            pen.line(scaled([*points, points[0]]), fill=line, width=width, joint="curve")

    def oval(cx: float, cy: float, rx: float, ry: float, fill: tuple[int, ...], inked: bool = True) -> None:
        angle = np.linspace(0, 2 * np.pi, 80)
        shape([(cx + rx * np.cos(a), cy + ry * np.sin(a)) for a in angle], fill, inked)

    long = rng.random() < 0.5
    below = y + (high + rng.uniform(60, 170) if long else 0.55 * high)
    oval(x, y - 18, wide * 1.24, high * 1.16, hair)
    if long:
        shape([(x - wide * 1.2, y), (x + wide * 1.2, y), (x + wide * 1.25, below), (x - wide * 1.25, below)], hair)
    throat, hollow = y + 0.7 * high, y + 1.5 * high
    shape([(x - 26, throat), (x + 26, throat), (x + 34, hollow), (x - 34, hollow)], skin)
    top, shoulder = y + 1.22 * high, wide * rng.uniform(1.15, 1.4)
    shape(
        [(x - 38, top), (x, top + 26), (x + 38, top), (x + shoulder, top + 46), (x + shoulder + 22, SIDE + 9),
         (x - shoulder - 22, SIDE + 9), (x - shoulder, top + 46)],
        cloth,
    )  # fmt: skip
    angle = np.linspace(0, 2 * np.pi, 90)
    egg = [(x + wide * np.cos(a) * (1 - 0.20 * max(np.sin(a), 0) ** 2), y + high * np.sin(a)) for a in angle]
    shape(egg, skin)
    apart, eye_y, dots = 0.44 * wide, y + 0.14 * high, rng.random() < 0.3
    rx, ry = rng.uniform(20, 27), rng.uniform(22, 34)
    for side in (-1, 1):
        ex = x + side * apart
        if not dots:
            oval(ex, eye_y, rx, ry, (252, 250, 248))
            oval(ex, eye_y + 2, 0.72 * rx, 0.8 * ry, iris, inked=False)
            oval(ex, eye_y + 3, 0.26 * rx, 0.3 * ry, (30, 24, 30), inked=False)
        else:
            oval(ex, eye_y, 0.85 * rx, 0.95 * ry, iris)
            oval(ex, eye_y + 2, 0.3 * rx, 0.36 * ry, (30, 24, 30), inked=False)
        oval(ex - 0.25 * rx, eye_y - 0.3 * ry, 5, 5, (255, 255, 255), inked=False)
        lid = [(ex + rx * 1.1 * np.cos(a), eye_y + ry * np.sin(a)) for a in np.linspace(np.pi * 1.08, np.pi * 1.92, 20)]
        pen.line(scaled(lid), fill=line, width=int(1.7 * width), joint="curve")
        pen.line(scaled([(ex - 18, eye_y - ry - 16), (ex + 18, eye_y - ry - 17)]), fill=line, width=width)
    smile = [(x + 22 * np.cos(a), y + 0.60 * high + 9 * np.sin(a)) for a in np.linspace(0.1 * np.pi, 0.9 * np.pi, 20)]
    pen.line(scaled(smile), fill=(140, 60, 60), width=width)
    lobes = int(rng.integers(3, 7))
    over = np.linspace(np.pi, 2 * np.pi, 50)
    fringe = [(x + wide * 1.12 * np.cos(a), y - 18 + high * 1.08 * np.sin(a)) for a in over]
    for k in range(lobes):
        share = 1 - 2 * (k + 0.5) / lobes
        fringe.append((x + wide * 1.05 * share, eye_y - ry - rng.uniform(-4, 26)))
        fringe.append((x + wide * 1.05 * (share - 1 / lobes), eye_y - ry - rng.uniform(34, 50)))
    shape(fringe, hair)
    image = np.array(picture.resize((SIDE, SIDE), Image.Resampling.BOX))
    return Drawing(image, {"hair.base": hair, "skin.base": skin, "eye.iris": iris, "cloth.base": cloth})


def _colours(rng: np.random.Generator) -> tuple[tuple[int, int, int], ...]:
    """Hair, skin, iris and garment, any but for the skin."""

    def any_colour(low: int, high: int) -> tuple[int, int, int]:
        red, green, blue = (int(c) for c in rng.integers(low, high, 3))
        return red, green, blue

    warm = rng.uniform(0.45, 1.0)
    skin = (int(252 * warm), int(214 * warm**1.15), int(190 * warm**1.3))
    return any_colour(40, 230), skin, any_colour(40, 190), any_colour(40, 240)
