"""The painter in torch against the engine's own."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vtuber_studio import load_generator, random_look
from vtuber_studio.core.part import Cel, Part
from vtuber_studio.core.shot import Shot
from vtuber_studio.engine.compose import Layer, stack
from vtuber_studio.engine.figure import ingredients
from vtuber_studio.engine.paint import box_size, cover_part, inks, paint
from vtuber_studio.engine.render import logits_of
from vtuber_studio.training import painter

COLOURS = {
    "a": np.array([1.0, 0.2, 0.0, 1.0], np.float32), "b": np.array([0.0, 0.5, 1.0, 0.5], np.float32),
    "c": np.array([0.3, 0.9, 0.1, 1.0], np.float32),
}  # fmt: skip
PART = Part("part", "Part", (16, 16, 64, 48), (32, 48), (
    Cel("base", 1, ("a", "b"), ramp={"a": "c"}), Cel("cut", 3, ("b",), clip="base", blend="multiply", detail=1),
    Cel("glow", 4, ("c",), soft=True, blend="add"), Cel("picture", 2, ("c",), detail=3),
    Cel("blush", 5, ("a",), soft=True, blend="multiply", detail=1),
))  # fmt: skip


def _engine(part: Part, logits: np.ndarray, colours: dict[str, np.ndarray], scale: int) -> np.ndarray:
    """[4, H, W] of a part's cels, by the engine."""
    width, height = box_size(part, scale)
    layers = []
    covers = cover_part(part, logits, scale)
    for cel in sorted(part.cels, key=lambda cel: cel.depth):
        if own := covers[cel.name]:
            layers.append(Layer(own.x, own.y, paint(own, inks(cel, colours)), cel.blend))
    canvas = np.empty((4, height, width), np.float32)
    stack(canvas, layers, (0, 0, width, height))
    return canvas


def _torch(part: Part, logits: np.ndarray, colours: dict[str, np.ndarray], scale: int) -> np.ndarray:
    own = {cel.name: torch.from_numpy(inks(cel, colours))[None] for cel in part.cels}
    return painter.composite(part, torch.from_numpy(logits)[None], own, scale)[0].numpy()


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_it_paints_what_the_engine_paints(scale: int) -> None:
    logits = (np.random.default_rng(scale).normal(size=(PART.channels, *PART.logits)) * 3).astype(np.float32)
    assert np.abs(_torch(PART, logits, COLOURS, scale) - _engine(PART, logits, COLOURS, scale)).max() < 1 / 255


def test_it_paints_the_starter_as_the_engine_does() -> None:
    generator = load_generator()
    for wanted in ingredients(generator.manifest, Shot(random_look(generator, 5))).values():
        if wanted.empty:
            continue
        logits, colours = logits_of(generator, wanted), dict(wanted.colours)
        difference = _torch(wanted.part, logits, colours, 2) - _engine(wanted.part, logits, colours, 2)
        assert np.abs(difference).max() < 1 / 255, wanted.part.name


def test_gradients_are_those_of_finite_differences() -> None:
    """Of a weighted sum of the picture, at logits away from what is clamped."""
    part = Part("part", "Part", (0, 0, 16, 16), (16, 16), PART.cels)
    rng = np.random.default_rng(3)
    logits = torch.from_numpy(rng.normal(size=(1, part.channels, 16, 16)) * 0.1 - 0.3).double().requires_grad_()
    weight = torch.from_numpy(rng.normal(size=(1, 4, 16, 16)))
    own = {cel.name: torch.from_numpy(inks(cel, COLOURS)).double()[None] for cel in part.cels}

    def loss(at: torch.Tensor) -> torch.Tensor:
        return (painter.composite(part, at, own, 1) * weight).sum()

    (gradient,) = torch.autograd.grad(loss(logits), logits)
    for _ in range(5):
        step = torch.from_numpy(rng.normal(size=logits.shape)) * 1e-5
        with torch.no_grad():
            slope = loss(logits + step) - loss(logits - step)
        assert float(slope) == pytest.approx(2 * float((gradient * step).sum()), rel=0.05, abs=1e-8)


def test_what_is_clamped_can_come_back() -> None:
    x = torch.tensor([-1.0, 0.5, 2.0], requires_grad=True)
    painter.clamped(x, 0.0, 1.0).backward(torch.tensor([-1.0, -1.0, -1.0]))  # descending raises each of them
    assert x.grad is not None and x.grad.tolist() == [-1, -1, 0]


def test_a_picture_lies_over_its_ground() -> None:
    image = torch.tensor([0.25, 0.0, 0.0, 0.5]).view(1, 4, 1, 1)
    assert painter.over(image, torch.tensor(1.0)).flatten().tolist() == [0.75, 0.5, 0.5]


