"""Figures of the field, over whole sets: the artist's portraits beside the generator's, as the reader sees them.

Torch-free. The features are the answers of the generator's own reader, so figures compare only with one reader; its
digest is among them. Both sets are drawn from seeds that training never uses, no seed in both.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

import cv2
import numpy as np

from vtuber_studio.core.attribute import Attribute, Value
from vtuber_studio.core.look import Look
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.features import features, features_digest, values_of
from vtuber_studio.engine.figure import ingredients
from vtuber_studio.engine.fitting import first_look, persona
from vtuber_studio.engine.generator import Generator
from vtuber_studio.engine.manifest import Manifest, Network, manifest_of
from vtuber_studio.engine.reading import reader_of
from vtuber_studio.engine.render import RenderCache, compose, render
from vtuber_studio.engine.views import on_paper
from vtuber_studio.training.distances import (
    Eye,
    Seen,
    diversity,
    frechet_distance,
    inception_figures,
    kernel_distance,
    prdc,
    two_sample,
)
from vtuber_studio.training.truth import FIRST_SEED, drawn

Report = Callable[[int], None]  # is told how many are done

_LINE = 90  # grey: a pixel darker than this, and than what lies around it, is line
_STEPS = 5  # values of a slider that are shown
_MOVED = 0.15  # of its range, or of choices read: what another row is read to move by when it should not


def evaluate_sets(
    generator: Generator, count: int = 128, report: Report | None = None, eye: Eye | None = None
) -> dict[str, Any]:
    """Figures of ``count`` pictures a set, 512 pixels, faces at rest.

    ``kid`` (with the ends of its 95 % confidence interval), ``frechet``, ``precision``, ``recall``, ``density``,
    ``coverage``, ``two_sample``: the generator's pictures against the artist's (see ``distances``). ``diversity``: mean
    distance of two pictures, of both sets, and for each part over its own rows, as a share of the artist's.
    ``edge_energy``: mean gradient, the generator's over the artist's of the same looks; ``line_recall``: share of the
    artist's line pixels that are line in the generator's. ``samples_a_second``: whole
    pictures drawn, of one core's time. With ``eye``, what Inception sees in a picture, also the figures of
    ``inception_figures``.
    StudioError when the generator has no reader.
    """
    manifest = manifest_of(generator)
    reader = reader_of(manifest)
    real, own, edges, lines, seconds = [], [], [], [], 0.0
    seen: tuple[list[Seen], list[Seen]] = [], []
    for index in range(count):
        shot = Shot(persona(manifest, FIRST_SEED + index))
        drawing = portrait(manifest, shot)
        start = time.process_time()
        picture = render(generator, Shot(persona(manifest, FIRST_SEED + count + index)), size=512, cache=RenderCache())
        seconds += time.process_time() - start
        real += [*features(generator, [drawing])]
        own += [*features(generator, [picture])]
        if eye:
            for side, image in zip(seen, (drawing, picture), strict=True):
                side.append(eye(on_paper(image)[0]))
        if index % 8 == 0:
            same = render(generator, shot, size=512)
            edges.append(edge_energy(same) / max(edge_energy(drawing), 1e-6))
            lines.append(line_recall(drawing, same))
        if report:
            report(index + 1)
    true, made = np.stack(real), np.stack(own)
    kid, low, high = kernel_distance(true, made, size=max(2, min(1000, count // 2)))
    told, chance = two_sample(true, made)
    return {
        "pictures": count,
        "reader": features_digest(manifest),
        "kid": {"mean": kid, "low": low, "high": high},
        "frechet": frechet_distance(true, made),
        **prdc(true, made),
        "two_sample": {"accuracy": told, "p": chance},
        "diversity": {
            "artist": diversity(true), "generator": diversity(made), **_by_part(manifest, reader, true, made),
        },
        "edge_energy": float(np.mean(edges)),
        "line_recall": float(np.mean(lines)),
        "samples_a_second": count / seconds,
        **(inception_figures(*seen) if eye else {}),
    }  # fmt: skip


def slider_accuracy(
    generator: Generator, looks: int = 4, names: Collection[str] | None = None, report: Report | None = None
) -> dict[str, Any]:
    """How well each slider and choice does what it says, as the reader sees it.

    Each row of the reader that the look has (only ``names``, where given) is set to values over its range in ``looks``
    unseen looks. ``on``: of a range the squared correlation of what was set and what is read, of choices the share read
    right. ``off``: from one value to the next, the mean share of the other rows that are read to move at all. Beside
    ``sliders``, which holds both by row: ``choices`` and ``ranges``, the means of ``on``, and the mean of ``off``.
    """
    manifest = manifest_of(generator)
    reader = reader_of(manifest)
    rows = [row for row in manifest.attributes if row.name in {own.name for own in reader.rows}]
    figures: dict[str, dict[str, float]] = {}
    caches = [RenderCache() for _ in range(looks)]  # a slider moves one part or two of a look
    for number, row in enumerate(row for row in rows if names is None or row.name in names):
        values: Sequence[Value] = row.choices or [float(v) for v in np.linspace(row.low, row.high, _STEPS)]
        wanted, read, off = [], [], []
        for index in range(looks):
            look = _worn(manifest, persona(manifest, FIRST_SEED + index), row)
            shown = [
                render(generator, look.set(**{row.name: value}), size=512, cache=caches[index], quality="preview")
                for value in values
            ]
            answers = [values_of(reader, one) for one in features(generator, shown)]
            wanted += list(values)
            read += [answer[row.name] for answer in answers]
            off.append(_others_moved(rows, row, answers))
        if row.choices:
            on = float(np.mean([a == b for a, b in zip(wanted, read, strict=True)]))
        else:
            a, b = np.array(wanted, float), np.array(read, float)
            on = float(np.corrcoef(a, b)[0, 1] ** 2) if a.std() > 0 and b.std() > 0 else 0.0
        figures[row.name] = {"on": on, "off": float(np.mean(off))}
        if report:
            report(number + 1)
    kinds = {row.name: "choices" if row.choices else "ranges" for row in rows}
    means = {
        kind: float(np.mean(own))
        for kind in ("choices", "ranges")
        if (own := [each["on"] for name, each in figures.items() if kinds[name] == kind])
    }
    moved = float(np.mean([each["off"] for each in figures.values()]))
    return {"looks": looks, **means, "off": moved, "sliders": figures}


def portrait(manifest: Manifest, shot: Shot) -> np.ndarray:
    """The artist's drawing of a shot, painted as the generator's parts are."""
    asked = ingredients(manifest, shot)
    return compose(manifest, {name: drawn(manifest, each, shot, 1) for name, each in asked.items()}, shot)


def edge_energy(image: np.ndarray) -> float:
    """Mean length of the gradient (Sobel) of an image over mid-grey: what blur takes away."""
    grey = _grey(image)
    return float(np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)).mean())


def line_recall(true: np.ndarray, made: np.ndarray) -> float:
    """Share of the pixels of drawn line in ``true`` that have line in ``made`` at most a pixel away."""
    wanted, found = _line(true), cv2.dilate(_line(made).astype(np.uint8), np.ones((3, 3))).astype(bool)
    return float(found[wanted].mean()) if wanted.any() else 1.0


def _grey(image: np.ndarray) -> np.ndarray:
    alpha = image[..., 3].astype(np.float32) / 255
    return cv2.cvtColor(np.ascontiguousarray(image[..., :3]), cv2.COLOR_RGB2GRAY) * alpha + 128 * (1 - alpha)


def _line(image: np.ndarray) -> np.ndarray:
    """bool: dark, and darker than what lies around it."""
    grey = _grey(image)
    return (grey < _LINE) & (grey < cv2.GaussianBlur(grey, (0, 0), 4) - 12)


def _by_part(manifest: Manifest, reader: Network, real: np.ndarray, own: np.ndarray) -> dict[str, dict[str, float]]:
    parts = {row.name: row.parts[:1] for row in manifest.attributes}
    columns: dict[str, list[int]] = {}
    at = 0
    for row in reader.rows:
        for part in parts.get(row.name, ()):
            columns.setdefault(part, []).extend(range(at, at + row.size))
        at += row.size
    shares = {part: diversity(own[:, at]) / max(diversity(real[:, at]), 1e-9) for part, at in sorted(columns.items())}
    return {"parts": shares}


def _worn(manifest: Manifest, look: Look, row: Attribute) -> Look:
    """The look with something on where the row would move nothing."""
    empty = {
        name: value for e in manifest.parts if e.part.name in row.parts for name, value in e.part.empty_when.items()
    }
    table = {other.name: other for other in manifest.attributes}
    default = first_look(manifest).attributes
    for name, value in empty.items():
        if name != row.name and look.attributes.get(name, default[name]) == value:
            look = look.set(**{name: next(choice for choice in table[name].choices if choice != value)})
    return look


def _others_moved(rows: Sequence[Attribute], own: Attribute, answers: Sequence[dict[str, Value]]) -> float:
    moved = []
    for before, after in itertools.pairwise(answers):
        for row in rows:
            a, b = before[row.name], after[row.name]
            if row.name != own.name and row.choices:
                moved.append(a != b)
            elif row.name != own.name:
                moved.append(abs(float(a) - float(b)) > _MOVED * (row.high - row.low))
    return float(np.mean(moved))
