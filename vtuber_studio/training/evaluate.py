"""How well a generator paints what it was asked for: the artist's own drawing of the same look is the truth.

Torch-free. Looks and faces are drawn from seeds that training never uses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from msgspec import structs

from vtuber_studio.core.attribute import Value
from vtuber_studio.core.look import Look
from vtuber_studio.core.part import Part
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.bundle import Manifest
from vtuber_studio.engine.figure import ingredients
from vtuber_studio.engine.fitting import persona
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.render import RenderCache, compose, footprint, logits_of, render
from vtuber_studio.training.truth import FIRST_SEED, Cels, drawn, missing, painted, stale, undrawable, unseen_shot

SEEN = 20  # pixels of a material that count
PERFECT = 120.0  # dB of two pictures that are the same


def evaluate(generator: Generator, looks: int = 64, report: Callable[[int], None] | None = None) -> dict[str, Any]:
    """Figures over ``looks`` unseen looks, each with a face that does something else.

    ``psnr_512``, ``psnr_2048``: dB over mid-grey inside the bounding box of the truth's alpha, mean and 10th
    percentile, of pictures as they are written to files: 512 px averaged from 1024, as each of the truth's pixels is a
    share of its area. ``iou``: soft IoU a part and material where the truth covers more than 20 px. ``parts``: both for
    each part painted alone, at 512. ``leak``: largest change (of 255) outside the footprint of a part whose own
    attribute changed. ``crosstalk``: share of the brows' coverage that changes with the iris size. ``holes``: pixels
    well inside the figure where background shows. ``outside``: pixels by which what lies around the figure, unseen,
    widens its bounding box.

    ``stale``: networks whose weights learned another edition than the artist draws today; ``undrawable``: those that it
    cannot draw at all. In the whole figure their own painting stands for the truth, so that the others are judged as
    ever; they have figures of their own among ``parts``, where they can be drawn, but do not count for any mean.
    ``missing``: parts that the artist draws and the generator does not have.
    """
    manifest = generator.manifest
    old, unknown = stale(manifest), undrawable(manifest)
    psnr: dict[int, list[float]] = {512: [], 2048: []}
    alone: dict[str, list[float]] = {}
    iou: dict[str, list[float]] = {}
    counted: dict[str, list[float]] = {}
    boxes = {entry.part.name: entry.part.box for entry in manifest.parts}
    holes = around = 0
    for index in range(looks):
        shot = unseen_shot(manifest, index)
        asked = ingredients(manifest, shot)
        logits = {name: None if each.empty else logits_of(generator, each) for name, each in asked.items()}
        truth = {}
        for size, found in psnr.items():
            truth[size] = {
                name: painted(each.part, logits[name], size // 512, boxes[name])
                if each.network in old or each.network in unknown
                else drawn(manifest, each, shot, size // 512)
                for name, each in asked.items()
            }
            true = compose(manifest, truth[size], shot, size=size)
            # where a part's own painting stands for the truth, that is one sample a pixel
            made = render(generator, shot, size=size, quality="preview" if old or unknown else "file")
            if true[..., 3].any():
                found.append(decibels(true, made))
            if size == 512:
                holes, around = max(holes, _holes(true, made)), max(around, outside(made))
        for name, each in asked.items():
            if each.network in unknown:
                continue
            real = truth[512][name] if each.network not in old else drawn(manifest, each, shot, 1)
            own = painted(each.part, logits[name], 1, boxes[name])
            for material, value in ious(each.part, real, own).items():
                iou.setdefault(material, []).append(value)
                if each.network not in old:
                    counted.setdefault(material, []).append(value)
            pictures = [compose(only(manifest, name), {name: cels}, shot) for cels in (real, own)]
            if pictures[0][..., 3].any():
                alone.setdefault(name, []).append(decibels(*pictures))
        if report:
            report(index + 1)
    means = {name: float(np.mean(values)) for name, values in sorted(iou.items())}
    sound = {name: float(np.mean(values)) for name, values in sorted(counted.items())}
    worst = min(sound, key=lambda name: sound[name], default="")
    return {
        "looks": looks,
        "stale": old,
        "undrawable": sorted(unknown),
        "missing": missing(manifest),
        "psnr_512": _spread(psnr[512]),
        "psnr_2048": _spread(psnr[2048]),
        "iou": {
            "mean": float(np.mean(list(sound.values()) or [1.0])),
            "worst": sound.get(worst, 1.0),
            "worst_name": worst,
        },
        "parts": {
            name: {"psnr": float(np.mean(values)), "iou": _mean_of(means, name)} for name, values in alone.items()
        },
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
    look = _dressed(manifest, persona(manifest, seed))
    before = render(generator, look, size=512, cache=cache, quality="preview").astype(int)
    for entry in manifest.parts:
        outside = ~footprint(manifest, entry.part.name, 512)
        for row in manifest.attributes:
            if row.parts == (entry.part.name,):
                values: tuple[Value, ...] = row.choices or (row.low, row.high)
                for value in (values[0], values[-1]):
                    edited = look.set(**{row.name: value})
                    after = render(generator, edited, size=512, cache=cache, quality="preview").astype(int)
                    worst = max(worst, int(np.abs(after - before)[outside].max(initial=0)))
    return worst


def crosstalk(generator: Generator, attribute: str, cel: str) -> float:
    """Share of a cel's coverage that changes when an attribute that does not concern it goes from end to end; 0 where
    the generator has no such attribute or cel."""
    manifest = generator.manifest
    row = next((row for row in manifest.attributes if row.name == attribute and not row.choices), None)
    part = next((entry.part for entry in manifest.parts if cel in {own.name for own in entry.part.cels}), None)
    if row is None or part is None:
        return 0.0
    covers = []
    for value in (row.low, row.high):
        wanted = ingredients(manifest, Shot(Look().set(**{attribute: value})))[part.name]
        covers.append(painted(part, None if wanted.empty else logits_of(generator, wanted), 1)[cel][0])
    return float(np.abs(covers[0] - covers[1]).sum() / max(float(covers[0].sum()), 1.0))


def only(manifest: Manifest, part: str) -> Manifest:
    """The tables with one part alone, no shadow on it."""
    return structs.replace(manifest, parts=tuple(e for e in manifest.parts if e.part.name == part), shadow=None)


def _dressed(manifest: Manifest, look: Look) -> Look:
    """The look with something on in every part that may be empty."""
    rows = {row.name: row for row in manifest.attributes}
    for entry in manifest.parts:
        for name, empty in entry.part.empty_when.items():
            if look.attributes.get(name, rows[name].default) == empty:
                look = look.set(**{name: next(choice for choice in rows[name].choices if choice != empty)})
    return look


def ious(part: Part, real: Cels, own: Cels) -> dict[str, float]:
    """Soft IoU, sum of minima over sum of maxima, of each material that the truth shows; clips applied."""
    found = {}
    for cel in part.cels:
        a, b = (side[cel.name][0] * (side[cel.clip][0].sum(0) if cel.clip else 1.0) for side in (real, own))
        for material, x, y in zip(cel.materials, a, b, strict=True):
            if x.sum() > SEEN:
                found[f"{part.name}/{cel.name}/{material}"] = float(np.minimum(x, y).sum() / np.maximum(x, y).sum())
    return found


def decibels(true: np.ndarray, made: np.ndarray) -> float:
    """dB inside the bounding box of the truth's alpha, both over mid-grey."""
    shown = true[..., 3] > 0
    rows, columns = np.flatnonzero(shown.any(1)), np.flatnonzero(shown.any(0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    a, b = _over_grey(true[box]), _over_grey(made[box])
    return min(PERFECT, float(10 * np.log10(255**2 / max(float(np.mean((a - b) ** 2)), 1e-9))))


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


def _mean_of(materials: dict[str, float], part: str) -> float:
    return float(np.mean([value for name, value in materials.items() if name.split("/")[0] == part] or [1.0]))


def _spread(values: list[float]) -> dict[str, float]:
    values = values or [PERFECT]
    return {"mean": float(np.mean(values)), "p10": float(np.percentile(values, 10))}
