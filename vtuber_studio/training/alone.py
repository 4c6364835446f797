"""Parts painted alone, beside the artist's drawing of the same: what a part's further training gains and loses.

Torch-free. The looks are ``evaluate``'s, in their own palettes over mid-grey; each has another face.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from vtuber_studio.core.errors import StudioError
from vtuber_studio.engine.figure import ingredients
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.render import compose, logits_of
from vtuber_studio.training.evaluate import decibels, ious, only
from vtuber_studio.training.sets import edge_energy, line_recall
from vtuber_studio.training.truth import drawn, painted, undrawable, unseen_shot

SIZES = {512: 1024, 2048: 2048}  # pixels: painted on so many, then averaged, as files are


def evaluate_parts(
    generator: Generator, names: Sequence[str], looks: int = 64, report: Callable[[int], None] | None = None
) -> dict[str, dict[str, float]]:
    """For each part: ``looks`` in which it is not empty, soft ``iou`` (mean over materials), and for each of SIZES
    ``psnr`` (dB, in the bounding box of the drawing), ``edges`` (edge energy over the drawing's) and ``lines`` (line
    recall), means. StudioError for a part that the generator, or the artist, does not have."""
    manifest = generator.manifest
    known = {entry.part.name: entry.part for entry in manifest.parts}
    for name in names:
        if name not in known or name in undrawable(manifest):
            raise StudioError(f"There is no part {name!r} to compare.", f"The parts are {', '.join(known)}.")
    found: dict[str, dict[str, list[float]]] = {name: {} for name in names}
    for index in range(looks):
        shot = unseen_shot(manifest, index)
        asked = ingredients(manifest, shot)
        for name in names:
            each = asked[name]
            logits = None if each.empty else logits_of(generator, each)
            for size, fine in SIZES.items():
                real = drawn(manifest, each, shot, fine // 512)
                own = painted(each.part, logits, fine // 512, known[name].box)
                alone = only(manifest, name)
                true, made = (_averaged(compose(alone, {name: side}, shot, size=fine), size) for side in (real, own))
                if not true[..., 3].any():
                    continue
                figures = {f"psnr_{size}": decibels(true, made), f"lines_{size}": line_recall(true, made)}
                figures[f"edges_{size}"] = edge_energy(made) / max(edge_energy(true), 1e-6)
                if size == 512 and (values := ious(each.part, real, own)):
                    figures["iou"] = float(np.mean(list(values.values())))
                for key, value in figures.items():
                    found[name].setdefault(key, []).append(value)
        if report:
            report(index + 1)
    return {
        name: {"looks": len(own.get("psnr_512", ())), **{key: float(np.mean(own[key])) for key in sorted(own)}}
        for name, own in found.items()
    }


def _averaged(image: np.ndarray, size: int) -> np.ndarray:
    """uint8 RGBA [size, size, 4] of a larger one, colours weighed by their alpha."""
    if len(image) == size:
        return image
    alpha = image[..., 3:].astype(np.float32)
    planes = np.concatenate([image[..., :3] * (alpha / 255), alpha], 2)
    small: np.ndarray = cv2.resize(planes, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32)
    small[..., :3] *= 255 / np.maximum(small[..., 3:], 1e-3)
    return np.rint(small).clip(0, 255).astype(np.uint8)
