"""Painting against the formulas of the design, written down plainly."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from vtuber_studio.core.part import Cel, Part
from vtuber_studio.engine.paint import Coverage, cel_logits, cover, cover_part, inks, paint, tau, upsample

HARD = Cel("hard", 1, ("a", "b"), ramp={"a": "c"})
SOFT = Cel("soft", 2, ("c",), soft=True)
CUT = Cel("cut", 3, ("b",), clip="hard")
PART = Part("part", "Part", (10, 20, 58, 52), (16, 24), (HARD, SOFT, CUT))
COLOURS = {
    "a": np.array([1.0, 0.2, 0.0, 1.0], np.float32),
    "b": np.array([0.0, 0.5, 1.0, 0.5], np.float32),
    "c": np.array([0.3, 0.9, 0.1, 1.0], np.float32),
}


def _logits(spread: float = 3.0) -> np.ndarray:
    return (np.random.default_rng(7).normal(size=(PART.channels, 16, 24)) * spread).astype(np.float32)


def _ink(name: str) -> np.ndarray:
    colour = COLOURS[name]
    return np.append(colour[:3] * colour[3], colour[3])


def _from_the_floor(m: np.ndarray) -> np.ndarray:
    """Coverage below 1 % is none, from 3 % on it is whole; a straight ramp between."""
    return m * np.clip((m.sum(0) - 0.01) / 0.02, 0, 1)


def _painted(logits: np.ndarray, scale: int) -> list[np.ndarray]:
    """Every cel over the whole box, premultiplied [H, W, 4]."""
    pictures = []
    for cel, coverage in zip(PART.cels, cover_part(PART, logits, scale).values(), strict=True):
        picture = np.zeros((4, 32 * scale, 48 * scale), np.float32)
        if coverage is not None:
            x0, y0, x1, y1 = coverage.window
            picture[:, y0:y1, x0:x1] = paint(coverage, inks(cel, COLOURS))
        pictures.append(picture.transpose(1, 2, 0))
    return pictures


def _reference(logits: np.ndarray, scale: int) -> list[np.ndarray]:
    size = (48 * scale, 32 * scale)
    if scale > 1:  # beyond what training saw: four pixels and more a cell of the grid
        doubled = np.stack([cv2.resize(row, (48, 32), interpolation=cv2.INTER_LINEAR) for row in logits])
        around = np.pad(doubled, ((0, 0), (1, 1), (1, 1)), "edge")
        weights = np.outer([1, 4, 1], [1, 4, 1]) / 36
        logits = sum(
            weights[y, x] * around[:, y : y + 32, x : x + 48] for y in range(3) for x in range(3)
        )  # type: ignore[assignment]
    up = np.stack([cv2.resize(row, size, interpolation=cv2.INTER_LINEAR) for row in logits]).astype(np.float64)
    sharp = np.exp(tau(scale) * up[:3])
    m = _from_the_floor((sharp / sharp.sum(0))[1:])
    t = 1 / (1 + np.exp(-up[3]))
    a = _ink("a") + t[..., None] * (_ink("c") - _ink("a"))
    hard = m[0][..., None] * a + m[1][..., None] * _ink("b")
    soft = _from_the_floor(1 / (1 + np.exp(-up[4:5])))[0][..., None] * _ink("c")
    pair = np.exp(tau(scale) * up[5:7])
    cut = (_from_the_floor(pair[1:] / pair.sum(0))[0] * m.sum(0))[..., None] * _ink("b")
    return [hard, soft, cut]


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_painting_follows_the_formulas(scale: int) -> None:
    logits = _logits()
    for found, expected in zip(_painted(logits, scale), _reference(logits, scale), strict=True):
        assert found.shape == expected.shape and found.dtype == np.float32
        assert np.abs(found - expected).max() < 0.01 if scale == 1 else np.abs(found - expected).mean() < 0.003


def test_any_logits_give_finite_colours() -> None:
    logits = _logits(1e6)
    for picture in _painted(logits, 2):
        assert np.isfinite(picture).all() and picture.min() >= 0 and picture.max() <= 1.0001


def test_a_window_is_a_piece_of_the_whole() -> None:
    logits = cel_logits(PART, _logits())["hard"]
    size, window = (48 * 4, 32 * 4), (17, 30, 101, 77)
    whole, piece = cover(HARD, logits, size), cover(HARD, logits, size, window)
    assert whole and piece and whole.t is not None and piece.t is not None
    same = whole.crop(piece.window)
    assert np.array_equal(same.m, piece.m) and np.array_equal(same.t, piece.t)  # type: ignore[arg-type]


def test_empty_cels_have_no_coverage_and_small_ones_a_small_window() -> None:
    logits = np.full((PART.channels, 16, 24), -30, np.float32)
    logits[[0, 5]] = 30.0
    assert all(coverage is None for coverage in cover_part(PART, logits, 1).values())
    logits[1, 4, 5], logits[0, 4, 5] = 30.0, -30.0
    spot = cover_part(PART, logits, 1)["hard"]
    assert spot is not None and spot.m.shape[1] <= 8 and spot.m.shape[2] <= 8 and spot.m.max() > 0.9


def test_faint_coverage_is_none_and_the_rest_rises_without_a_step() -> None:
    logits = np.zeros((PART.channels, 16, 24), np.float32)
    logits[0] = np.linspace(-2, 12, 24)[None]
    logits[4] = np.linspace(4, -8, 24)[None]
    for name in ("hard", "soft"):
        covered = cover_part(PART, logits, 8)[name]
        assert covered is not None
        row = np.zeros(24 * 16)
        row[covered.x : covered.x + covered.m.shape[2]] = covered.m.sum(0)[64]
        seen = row[row > 0]
        assert (row == 0).sum() > 40 and seen.min() < 0.002 and np.abs(np.diff(row)).max() < 0.03


def test_exact_coverage_is_painted_exactly() -> None:
    m = np.zeros((2, 4, 4), np.float32)
    m[0, 1, 1], m[1, 2, 2] = 1.0, 0.5
    coverage = Coverage(0, 0, m, np.ones((4, 4), np.float32))
    picture = paint(coverage, inks(HARD, COLOURS)).transpose(1, 2, 0)
    assert np.allclose(picture[1, 1], _ink("c"), atol=1e-6)
    assert np.allclose(picture[2, 2], 0.5 * _ink("b"), atol=1e-6)
    assert not picture[0].any()


def test_upsampling_keeps_what_has_the_size_already() -> None:
    maps = _logits()
    assert np.array_equal(upsample(maps, (24, 16), (0, 0, 24, 16)), maps)


def _seen_with(detail: int, values: np.ndarray | float, colour: list[float]) -> tuple[Coverage, np.ndarray]:
    """Coverage and picture [4, 16, 16] of a cel that is there almost everywhere, its detail ``values``."""
    cel = Cel("picture", 1, ("a",), detail=detail)  # type: ignore[arg-type]
    logits = np.zeros((cel.channels, 16, 16), np.float32)
    logits[1] = np.random.default_rng(5).normal(size=(16, 16)) + 4
    logits[2:] = values
    coverage = cover(cel, logits, (16, 16))
    assert coverage is not None
    return coverage, paint(coverage, inks(cel, {"a": np.array(colour, np.float32)}))


def test_detail_of_nothing_changes_nothing() -> None:
    _, plain = _seen_with(0, 0.0, [0.5, 0.25, 1.0, 0.5])
    for detail in (1, 3):
        assert (_seen_with(detail, 0.0, [0.5, 0.25, 1.0, 0.5])[1] == plain).all()


def test_detail_multiplies_colours_between_nothing_and_white() -> None:
    values = np.random.default_rng(6).normal(size=(3, 16, 16)).astype(np.float32)
    coverage, made = _seen_with(3, values, [1.0, 0.5, 1.0, 1.0])
    gain = np.clip(1 + values, 0, 2)
    wanted = np.minimum(np.array([1.0, 0.5, 1.0])[:, None, None] * gain, 1) * coverage.m
    assert made[:3] == pytest.approx(wanted, abs=1e-6)
    assert (made[3] == coverage.m[0]).all()
    one = _seen_with(1, values[:1], [1.0, 0.5, 1.0, 1.0])[1]
    assert one[1] == pytest.approx(coverage.m[0] * np.minimum(0.5 * gain[0], 1), abs=1e-6)


def test_a_window_of_detail_is_the_same_as_the_whole() -> None:
    cel = Cel("picture", 1, ("a",), detail=3)
    logits = np.random.default_rng(8).normal(size=(cel.channels, 16, 24)).astype(np.float32)
    whole = cover(cel, logits, (48, 32))
    part = cover(cel, logits, (48, 32), (5, 7, 30, 21))
    assert whole is not None and part is not None and whole.gain is not None and part.gain is not None
    assert (whole.crop(part.window).gain == part.gain).all()
    assert whole.nbytes == whole.m.nbytes + whole.gain.nbytes
