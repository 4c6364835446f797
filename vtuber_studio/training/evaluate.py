"""How well a generator paints what it was asked for: the artist's own drawing of the same look is the truth.

Torch-free. Looks are drawn from seeds that training never uses (training numbers its drawings, evaluation counts
from 1_000_000_000).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from vtuber_studio.artist.portrait import draw_part
from vtuber_studio.core.attribute import Value
from vtuber_studio.core.look import Look
from vtuber_studio.core.sampling import random_look
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.bundle import Manifest
from vtuber_studio.engine.figure import Ingredients, ingredients, part_rows
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.paint import box_size, cover_part
from vtuber_studio.engine.render import RenderCache, compose, footprint, logits_of, render

FIRST_SEED = 1_000_000_000
SEEN = 20  # pixels of a material that count
Cels = dict[str, tuple[np.ndarray, np.ndarray | None]]  # cel -> coverage m [K, H, W] and t [H, W]


def evaluate(generator: Generator, looks: int = 64, report: Callable[[int], None] | None = None) -> dict[str, Any]:
    """Figures over ``looks`` unseen looks.

    ``psnr_512``, ``psnr_2048``: dB over mid-grey inside the bounding box of the truth's alpha, mean and 10th
    percentile. ``iou``: soft IoU a part and material where the truth covers more than 20 px. ``leak``: largest change
    (of 255) outside the footprint of a part whose own attribute changed. ``crosstalk``: share of the brows' coverage
    that changes with the iris size. ``holes``: pixels well inside the figure where background shows. ``outside``:
    pixels by which what lies around the figure, unseen, widens its bounding box.
    """
    manifest = generator.manifest
    psnr: dict[int, list[float]] = {512: [], 2048: []}
    iou: dict[str, list[float]] = {}
    holes = around = 0
    for index in range(looks):
        look = random_look(manifest.attributes, manifest.materials, FIRST_SEED + index, manifest.id)
        asked = ingredients(manifest, Shot(look))
        truth = {size: _drawn(manifest, asked, look, size // 512) for size in psnr}
        pictures = {}
        for size, found in psnr.items():
            true = compose(manifest, truth[size], look, size=size)
            made = render(generator, look, size=size)
            pictures[size] = true, made
            found.append(_psnr(true, made))
        holes = max(holes, _holes(*pictures[512]))
        around = max(around, outside(pictures[512][1]))
        for name, value in _ious(generator, asked, truth[512]).items():
            iou.setdefault(name, []).append(value)
        if report:
            report(index + 1)
    materials = {name: float(np.mean(values)) for name, values in sorted(iou.items())}
    worst = min(materials, key=lambda name: materials[name])
    return {
        "looks": looks,
        "psnr_512": _spread(psnr[512]),
        "psnr_2048": _spread(psnr[2048]),
        "iou": {"mean": float(np.mean(list(materials.values()))), "worst": materials[worst], "worst_name": worst},
        "iou_parts": _by_part(materials),
        "leak": leak(generator),
        "crosstalk": {"brows_by_iris_size": crosstalk(generator, "iris_size", "brows")},
        "holes": holes,
        "outside": around,
    }


def outside(image: np.ndarray) -> int:
    """Pixels between the bounding box of all that is not quite transparent and that of what can be seen."""
    boxes = []
    for least in (0, 8):
        shown = image[..., 3] > least
        rows, columns = np.flatnonzero(shown.any(1)), np.flatnonzero(shown.any(0))
        boxes.append(np.array([columns[0], rows[0], columns[-1], rows[-1]]))
    return int(np.abs(boxes[0] - boxes[1]).max())


def leak(generator: Generator, seed: int = FIRST_SEED) -> int:
    """Largest change outside a part's footprint when an attribute of that part alone changes; every part is tried."""
    manifest, cache, worst = generator.manifest, RenderCache(), 0
    look = _dressed(manifest, random_look(manifest.attributes, manifest.materials, seed, manifest.id))
    before = render(generator, look, size=512, cache=cache).astype(int)
    for entry in manifest.parts:
        outside = ~footprint(manifest, entry.part.name, 512)
        for row in manifest.attributes:
            if row.parts == (entry.part.name,):
                values: tuple[Value, ...] = row.choices or (row.low, row.high)
                for value in (values[0], values[-1]):
                    after = render(generator, look.set(**{row.name: value}), size=512, cache=cache).astype(int)
                    worst = max(worst, int(np.abs(after - before)[outside].max(initial=0)))
    return worst


def crosstalk(generator: Generator, attribute: str, cel: str) -> float:
    """Share of a cel's coverage that changes when an attribute that does not concern it goes from end to end."""
    manifest = generator.manifest
    row = next(row for row in manifest.attributes if row.name == attribute)
    part = next(entry.part.name for entry in manifest.parts if cel in {c.name for c in entry.part.cels})
    covers = []
    for value in (row.low, row.high):
        asked = ingredients(manifest, Shot(Look().set(**{attribute: value})))
        covers.append(_painted(generator, asked[part])[cel][0])
    return float(np.abs(covers[0] - covers[1]).sum() / max(float(covers[0].sum()), 1.0))


def _dressed(manifest: Manifest, look: Look) -> Look:
    """The look with something on in every part that may be empty."""
    rows = {row.name: row for row in manifest.attributes}
    for entry in manifest.parts:
        for name, empty in entry.part.empty_when.items():
            if look.attributes.get(name, rows[name].default) == empty:
                look = look.set(**{name: next(choice for choice in rows[name].choices if choice != empty)})
    return look


def _drawn(manifest: Manifest, asked: dict[str, Ingredients], look: Look, scale: int) -> dict[str, Cels]:
    """The artist's coverage of every part: what the networks were asked for, drawn."""
    drawn = {}
    for name, wanted in asked.items():
        values = {row.name: look.attributes.get(row.name, row.default) for row in part_rows(manifest, name)}
        cels = draw_part(name, values, wanted.z, scale)
        drawn[name] = {cel: (coverage.m, coverage.t) for cel, coverage in cels.items()}
    return drawn


def _painted(generator: Generator, wanted: Ingredients) -> Cels:
    """A network's coverage over the whole box at one pixel a canvas unit; nothing where the part is empty."""
    part = wanted.part
    width, height = box_size(part, 1)
    painted: Cels = {cel.name: (np.zeros((len(cel.materials), height, width), np.float32), None) for cel in part.cels}
    if wanted.empty:
        return painted
    for name, coverage in cover_part(part, logits_of(generator, wanted), 1).items():
        if coverage is not None:
            x0, y0, x1, y1 = coverage.window
            painted[name][0][:, y0:y1, x0:x1] = coverage.m
    return painted


def _ious(generator: Generator, asked: dict[str, Ingredients], truth: dict[str, Cels]) -> dict[str, float]:
    """Soft IoU, sum of minima over sum of maxima, a part and material that the truth shows."""
    found = {}
    for name, wanted in asked.items():
        painted = _painted(generator, wanted)
        for cel in wanted.part.cels:
            true = truth[name][cel.name][0]
            if cel.clip:
                true = true * truth[name][cel.clip][0].sum(0)
            for material, a, b in zip(cel.materials, true, painted[cel.name][0], strict=True):
                if a.sum() > SEEN:
                    found[f"{name}/{cel.name}/{material}"] = float(np.minimum(a, b).sum() / np.maximum(a, b).sum())
    return found


def _psnr(true: np.ndarray, made: np.ndarray) -> float:
    """dB inside the bounding box of the truth's alpha, both over mid-grey."""
    shown = true[..., 3] > 0
    rows, columns = np.flatnonzero(shown.any(1)), np.flatnonzero(shown.any(0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    a, b = _over_grey(true[box]), _over_grey(made[box])
    return float(10 * np.log10(255**2 / max(float(np.mean((a - b) ** 2)), 1e-6)))


def _over_grey(image: np.ndarray) -> np.ndarray:
    alpha = image[..., 3:].astype(np.float32) / 255
    return image[..., :3] * alpha + 128 * (1 - alpha)


def _holes(true: np.ndarray, made: np.ndarray) -> int:
    """Pixels that lie at least 6 px inside the true figure and where half of the background or more shows."""
    solid = true[..., 3] > 250
    for _ in range(6):
        inner = solid.copy()
        inner[1:] &= solid[:-1]
        inner[:-1] &= solid[1:]
        inner[:, 1:] &= solid[:, :-1]
        inner[:, :-1] &= solid[:, 1:]
        solid = inner
    return int((solid & (made[..., 3] < 128)).sum())


def _by_part(materials: dict[str, float]) -> dict[str, float]:
    parts: dict[str, list[float]] = {}
    for name, value in materials.items():
        parts.setdefault(name.split("/")[0], []).append(value)
    return {name: float(np.mean(values)) for name, values in parts.items()}


def _spread(values: list[float]) -> dict[str, float]:
    return {"mean": float(np.mean(values)), "p10": float(np.percentile(values, 10))}
