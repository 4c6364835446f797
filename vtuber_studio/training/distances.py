"""Figures of sets of pictures, from their features [n, d] (rows of any fixed network): how near, how good, how varied.

Plain numpy, float64 inside; every figure is a pure function of its arrays. Small sets are biased in ways that the
docstrings name: compare only figures of equally large sets and of one feature network.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Seen = tuple[np.ndarray, np.ndarray]  # features [2048] and shares of the classes [k] of one picture
Eye = Callable[[np.ndarray], Seen]  # what Inception sees in RGB [H, W, 3] of 0..255, see ``inception.Inception``

_BLOCK = 1024  # rows of a distance matrix at a time


def frechet_distance(real: np.ndarray, made: np.ndarray) -> float:
    """Squared Frechet distance of two Gaussians fitted to the features; 0 for the same ones.

    Heusel et al. 2017, "GANs Trained by a Two Time-Scale Update Rule ...", eq. 6: |m1 - m2|^2 + tr(C1 + C2 - 2
    (C1 C2)^1/2). The mean and n - 1 covariance are those of the published code. Biased upward by about d^2 / n.
    """
    (m1, r1), (m2, r2) = _gaussian(real), _gaussian(made)
    # with C = R'R the eigenvalues of C1 C2 are the squares of the singular values of R1 R2'
    middle = np.linalg.svd(r1 @ r2.T, compute_uv=False).sum()
    return float(max(((m1 - m2) ** 2).sum() + (r1**2).sum() + (r2**2).sum() - 2.0 * middle, 0.0))


def kernel_distance(
    real: np.ndarray, made: np.ndarray, subsets: int = 100, size: int = 1000, seed: int = 0
) -> tuple[float, float, float]:
    """KID and the ends of its 95 % confidence interval, from ``subsets`` draws of ``size`` rows without replacement.

    Binkowski et al. 2018, "Demystifying MMD GANs", section 4: the unbiased estimate of the squared maximum mean
    discrepancy under k(x, y) = (x . y / d + 1)^3. Unbiased: it may be a little below 0 for equal distributions.
    Draws share rows, so their deviation tells of the sets' own only when it is scaled by sqrt(size / (n - size)):
    Politis & Romano 1994, "Large Sample Confidence Regions Based on Subsamples under Minimal Assumptions"; n rows of
    the smaller set, draw at most half of them.
    """
    rng, size = np.random.default_rng(seed), min(size, len(real), len(made))
    if size < 2:
        raise ValueError("two rows a set at least")
    found = []
    for _ in range(subsets):
        x, y = (each[rng.permutation(len(each))[:size]].astype(np.float64) for each in (real, made))
        xx, yy, xy = _cubic(x, x), _cubic(y, y), _cubic(x, y)
        apart = size * (size - 1)
        found.append(
            (xx.sum() - np.trace(xx)) / apart + (yy.sum() - np.trace(yy)) / apart - 2.0 * xy.mean()
        )
    rest = max(min(len(real), len(made)) - size, 1)
    mean, spread = float(np.mean(found)), float(np.std(found) * math.sqrt(size / rest))
    return mean, mean - 1.96 * spread, mean + 1.96 * spread


def inception_score(probabilities: np.ndarray, splits: int = 10) -> tuple[float, float]:
    """Mean and standard deviation over ``splits`` of exp E[KL(p(y|x) || p(y))], from class probabilities [n, k].

    Salimans et al. 2016, "Improved Techniques for Training GANs", section 4. Between 1 (every picture the same
    answer) and k (sure of each, all classes alike).
    """
    scores = []
    for part in np.array_split(np.asarray(probabilities, np.float64), min(splits, len(probabilities))):
        p = np.maximum(part, 1e-16)
        scores.append(np.exp((part * (np.log(p) - np.log(np.maximum(part.mean(0), 1e-16)))).sum(1).mean()))
    return float(np.mean(scores)), float(np.std(scores))


def prdc(real: np.ndarray, made: np.ndarray, k: int = 5) -> dict[str, float]:
    """``precision``, ``recall``, ``density``, ``coverage``, from balls that reach to each row's k-th neighbour.

    Precision: made ones inside the real ones' balls; recall: real ones inside the made ones' (Kynkaanniemi et al. 2019,
    "Improved Precision and Recall Metric for Assessing Generative Models"). Density: how many real balls hold a made
    one, over k (may pass 1); coverage: real balls that hold one (Naeem et al. 2020, "Reliable Fidelity and Diversity
    Metrics for Generative Models", eq. 4 and 5).
    """
    if min(len(real), len(made)) <= k:
        raise ValueError("more rows than neighbours")
    real_reach, made_reach = _reach(real, k), _reach(made, k)
    inside_real = np.zeros(len(made))
    inside_made, held = np.zeros(len(real), bool), np.zeros(len(real), bool)
    for first in range(0, len(real), _BLOCK):
        rows = slice(first, first + _BLOCK)
        apart = _squares(real[rows], made)
        near = apart <= real_reach[rows, None]
        inside_real += near.sum(0)
        held[rows] = near.any(1)
        inside_made[rows] = (apart <= made_reach[None]).any(1)
    return {
        "precision": float((inside_real > 0).mean()),
        "recall": float(inside_made.mean()),
        "density": float(inside_real.mean() / k),
        "coverage": float(held.mean()),
    }


def diversity(features: np.ndarray) -> float:
    """Mean distance between two different rows: 0 when all pictures are one."""
    n = len(features)
    total = sum(
        np.sqrt(_squares(features[a : a + _BLOCK], features)).sum() for a in range(0, n, _BLOCK)
    )
    return float(total / max(n * (n - 1), 1))


def two_sample(real: np.ndarray, made: np.ndarray, seed: int = 0) -> tuple[float, float]:
    """(accuracy, p) of a classifier that is to tell rows of ``made`` from rows of ``real``, all new to it: 0.5 when
    nothing tells them apart, 1 when all does; p: how probable as much would be by chance.

    Lopez-Paz & Oquab 2017, "Revisiting Classifier Two-Sample Tests", section 3 and 3.1: the k nearest neighbours among
    a random half of as many rows of each set, k the root of their number (here an odd one, so that none is undecided),
    columns at unit deviation; by chance the accuracy is normal about 1/2 with variance 1 / 4n over n rows of the rest.
    """
    rng, n = np.random.default_rng(seed), min(len(real), len(made))
    if n < 4:
        raise ValueError("four rows a set at least")
    halves = [x[rng.permutation(len(x))[:n]].astype(np.float64) for x in (real, made)]
    known = np.concatenate([x[: n // 2] for x in halves])
    unknown = np.concatenate([x[n // 2 :] for x in halves])
    spread = known.std(0)
    scale = np.where(spread > 1e-9, spread, 1.0)
    k = math.isqrt(len(known)) // 2 * 2 + 1
    nearest = np.argpartition(_squares(unknown / scale, known / scale), min(k, len(known) - 1) - 1, axis=1)[:, :k]
    called = (nearest >= n // 2).mean(1) > 0.5
    accuracy = float((called == (np.arange(len(unknown)) >= n - n // 2)).mean())
    return accuracy, 0.5 * math.erfc((accuracy - 0.5) * math.sqrt(2 * len(unknown)))


def inception_figures(real: Sequence[Seen], made: Sequence[Seen]) -> dict[str, Any]:
    """``fid``: Frechet distance of Inception's features; ``inception_kid`` of the same; ``inception_score`` of the made
    pictures, beside that of the real ones: ten splits from a thousand pictures on, one of fewer."""
    (a, known), (b, shares) = ([np.stack(each) for each in zip(*side, strict=True)] for side in (real, made))
    kid, low, high = kernel_distance(a, b, size=max(2, min(1000, len(a) // 2, len(b) // 2)))
    splits = 10 if len(made) >= 1000 else 1
    score, spread = inception_score(shares, splits)
    return {
        "fid": frechet_distance(a, b),
        "inception_kid": {"mean": kid, "low": low, "high": high},
        "inception_score": {"made": score, "spread": spread, "real": inception_score(known, splits)[0]},
    }


def _gaussian(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean [d] and a root R [min(n, d), d] of the covariance R'R: small where there are few rows of many columns."""
    x = np.asarray(features, np.float64)
    if len(x) < 2:
        raise ValueError("two rows a set at least")
    mean = x.mean(0)
    return mean, np.asarray(np.linalg.qr((x - mean) / math.sqrt(len(x) - 1), mode="r"))


def _cubic(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    inner: np.ndarray = x @ y.T / x.shape[1] + 1.0
    return inner * inner * inner  # a power takes ten times as long


def _squares(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Squared distances [len(x), len(y)]; exactly 0 where rows are equal is not promised, negative ones are cut."""
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    return np.maximum((x * x).sum(1)[:, None] + (y * y).sum(1)[None] - 2.0 * x @ y.T, 0.0)


def _reach(x: np.ndarray, k: int) -> np.ndarray:
    """[n] squared distance of each row to its k-th neighbour, itself not counted."""
    found = [np.partition(_squares(x[a : a + _BLOCK], x), k, axis=1)[:, k] for a in range(0, len(x), _BLOCK)]
    return np.concatenate(found)
