"""Numbers of a seed: each name has a stream of its own, so that no draw ever moves another; and the z of a part."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from math import log
from statistics import NormalDist
from typing import TypeVar

import numpy as np

T = TypeVar("T")
_NORMAL = NormalDist()


class Stream:
    """Random numbers that belong to ``seed`` and ``name`` alone.

    Philox's raw words are promised to stay (numpy's NEP 19), its distributions are not: those are made here.
    """

    def __init__(self, seed: int, name: str) -> None:
        self._bits = np.random.Philox(key=[seed, zlib.crc32(name.encode())])

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """Between ``low`` and ``high``, both excluded."""
        return low + (high - low) * ((int(self._bits.random_raw()) >> 12) + 0.5) * 2.0**-52

    def normal(self, mean: float = 0.0, deviation: float = 1.0) -> float:
        """Normally distributed."""
        return mean + deviation * _NORMAL.inv_cdf(self.uniform())

    def pick(self, options: Sequence[T], weights: Sequence[float] = ()) -> T:
        """One of ``options``, by ``weights``."""
        shares = np.cumsum(weights or [1.0] * len(options))
        return options[int(np.searchsorted(shares, self.uniform(0.0, float(shares[-1]))))]


def race(seed: int, name: str, weights: Mapping[str, float]) -> str:
    """One of the keys, each as likely as its weight, each with a stream of its own.

    All run, and the first one home wins: exponential times with the weights as rates (Maddison et al. 2014, "A*
    sampling", section 2, in the log domain the Gumbel-max trick). So a new key changes only the seeds that it wins.
    """
    times = {key: -log(Stream(seed, f"{name}={key}").uniform()) / rate for key, rate in weights.items() if rate > 0}
    return min(times, key=lambda key: (times[key], key))


def seed_z(seed: int, part: str, z_dim: int) -> np.ndarray:
    """[z_dim] standard normal numbers that belong to ``seed`` and ``part`` alone (Philox, platform-independent)."""
    rng = np.random.Generator(np.random.Philox(key=[seed, zlib.crc32(part.encode())]))
    return rng.standard_normal(z_dim).astype(np.float32)
